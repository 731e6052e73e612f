"""ROUGE (Lin, 2004): words and word sequences shared with the real review."""

from collections.abc import Sequence
from importlib.metadata import version

from benchmarks.metrics import Metric, Scores, register


class Rouge(Metric):
    """F-measure by the library rouge-score, without stemming, 0..1."""

    def __init__(self, name: str, help: str) -> None:
        self.name = name
        self.help = help

    @property
    def signature(self) -> str:
        """See `Metric.signature`."""
        return f"{self.name}|measure:F|stemmer:no|rouge-score:{version('rouge-score')}|level:sample"

    def score(self, predictions: Sequence[str], references: Sequence[str]) -> Scores:
        """See `Metric.score`."""
        from rouge_score.rouge_scorer import RougeScorer

        scorer = RougeScorer([self.name], use_stemmer=False)
        pairs = zip(references, predictions, strict=True)
        return Scores([float(scorer.score(reference, prediction)[self.name].fmeasure) for reference, prediction in pairs])


register(Rouge("rouge1", "words shared with the real review"))
register(Rouge("rougeL", "longest common subsequence of words"))
