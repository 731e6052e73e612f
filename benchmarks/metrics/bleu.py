"""BLEU (Papineni et al., 2002; Post, 2018): n-gram precision of all the written reviews together."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from benchmarks.metrics import Metric, Scores, register

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

ORDERS = (1, 2, 3, 4)


class Bleu(Metric):
    """Corpus BLEU by the library sacrebleu with its defaults, 0..100.

    The value of one sample is its sentence BLEU (effective order); a set's value comes from summed n-gram counts, not from a mean.
    """

    name = "bleu"
    help = "n-gram precision over all samples together"
    best = 100.0
    statistics = ("sys_len", "ref_len", *(f"correct{n}" for n in ORDERS), *(f"total{n}" for n in ORDERS))

    @property
    def signature(self) -> str:
        """See `Metric.signature`."""
        return f"bleu|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|sacrebleu:{version('sacrebleu')}|level:corpus"

    def score(self, predictions: Sequence[str], references: Sequence[str]) -> Scores:
        """See `Metric.score`."""
        from sacrebleu.metrics.bleu import BLEU

        bleu = BLEU()
        values: list[float] = []
        columns: dict[str, list[float]] = {name: [] for name in self.statistics}
        for prediction, reference in zip(predictions, references, strict=True):
            of_one = bleu.corpus_score([prediction], [[reference]])
            counted = (of_one.sys_len, of_one.ref_len, *of_one.counts, *of_one.totals)
            for name, value in zip(self.statistics, counted, strict=True):
                columns[name].append(value)
            counts = (of_one.counts, of_one.totals, of_one.sys_len, of_one.ref_len)
            values.append(BLEU.compute_bleu(*counts, smooth_method="exp", effective_order=True).score)
        return Scores(values, columns)

    def corpus(self, sums: Mapping[str, "Array"]) -> "Array":
        """See `Metric.corpus`; sacrebleu's formula with exponential smoothing, for many sets at once."""
        import numpy as np

        correct = np.stack([sums[f"correct{n}"] for n in ORDERS])
        total = np.stack([sums[f"total{n}"] for n in ORDERS])
        # The i-th order without a match, counted from the lowest, counts as half as many matches as the one before it.
        missed = (correct == 0) & (total > 0)
        smoothed = np.where(missed, 0.5 ** np.cumsum(missed, axis=0), correct)
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = np.where(total > 0, smoothed / total, 0.0)
            brevity = np.exp(np.minimum(0.0, 1.0 - sums["ref_len"] / sums["sys_len"]))
            score = 100 * brevity * np.exp(np.log(precision).mean(axis=0))
        return np.where((correct.sum(axis=0) > 0) & (total > 0).all(axis=0), score, 0.0)


register(Bleu())
