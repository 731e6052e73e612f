"""METEOR (Banerjee and Lavie, 2005): matched words, with a penalty for disorder."""

import contextlib
import io
import threading
from collections.abc import Sequence
from importlib.metadata import version

from benchmarks.metrics import Metric, Scores, register

NEEDED = (("corpora/wordnet", "wordnet"), ("tokenizers/punkt_tab/english", "punkt_tab"))
DOWNLOAD_SECONDS = 60


class Meteor(Metric):
    """METEOR by NLTK with its defaults over `word_tokenize`: words match exactly, by Porter stem, or as WordNet synonyms; 0..1."""

    name = "meteor"
    help = "words matched exactly, by stem or as synonyms, in order; needs WordNet"

    @property
    def signature(self) -> str:
        """See `Metric.signature`."""
        return f"meteor|alpha:0.9|beta:3|gamma:0.5|match:exact+stem+wordnet|nltk:{version('nltk')}|level:sample"

    def score(self, predictions: Sequence[str], references: Sequence[str]) -> Scores:
        """See `Metric.score`."""
        from nltk.tokenize import word_tokenize
        from nltk.translate.meteor_score import single_meteor_score

        pairs = zip(references, predictions, strict=True)
        return Scores([single_meteor_score(word_tokenize(reference), word_tokenize(written)) for reference, written in pairs])

    def usable(self) -> tuple[Metric, str | None]:
        """See `Metric.usable`; tries NLTK's own download where the data are not found."""
        missing = [package for path, package in NEEDED if not _found(path)]
        if missing:
            _download(missing)
        if all(_found(path) for path, _ in NEEDED):
            return self, None
        install = f"python -m nltk.downloader {' '.join(package for _, package in NEEDED)}"
        return EXACT, f"meteor needs WordNet, which is not here; meteor_exact is reported instead. To get the real one: {install}"


class _NoSynonyms:
    def synsets(self, word: str) -> tuple[()]:
        return ()


class _NoStems:
    def stem(self, word: str) -> str:
        return word


class MeteorExact(Metric):
    """METEOR's formula over words that match exactly: another metric, not comparable with published values; 0..1."""

    name = "meteor_exact"
    help = "as meteor, but words match only exactly; needs nothing"

    @property
    def signature(self) -> str:
        """See `Metric.signature`."""
        return f"meteor_exact|alpha:0.9|beta:3|gamma:0.5|match:exact|nltk:{version('nltk')}|level:sample"

    def score(self, predictions: Sequence[str], references: Sequence[str]) -> Scores:
        """See `Metric.score`."""
        from nltk.tokenize import word_tokenize
        from nltk.translate.meteor_score import single_meteor_score

        def value(reference: str, written: str) -> float:
            # preserve_line: sentences cannot be told apart without the punkt data.
            words = (word_tokenize(text, preserve_line=True) for text in (reference, written))
            return float(single_meteor_score(*words, stemmer=_NoStems(), wordnet=_NoSynonyms()))

        return Scores([value(*pair) for pair in zip(references, predictions, strict=True)])


def _found(path: str) -> bool:
    import nltk

    for candidate in (path, f"{path.rpartition('/english')[0] or path}.zip"):
        with contextlib.suppress(LookupError):
            nltk.data.find(candidate)
            return True
    return False


def _download(packages: Sequence[str]) -> None:
    """Asks NLTK to fetch its packages, but waits no longer than a minute: behind some firewalls a connection never fails."""
    import nltk

    def fetch() -> None:
        for package in packages:
            # The downloader tells of failures at length, in the middle of a progress bar; what to do about them is said once, later.
            nltk.download(package, quiet=True, print_error_to=io.StringIO())

    fetching = threading.Thread(target=fetch, daemon=True)
    fetching.start()
    fetching.join(DOWNLOAD_SECONDS)


register(Meteor())
EXACT = register(MeteorExact())
