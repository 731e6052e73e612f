"""Datasets: a corpus, the samples to predict, and, kept apart, the real reviews. Every module here adds one by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from benchmarks.discovery import import_all
from dpl.corpus import Corpus
from dpl.errors import ConfigurationError
from dpl.records import Sample


@dataclass(frozen=True, slots=True)
class Dataset:
    """What an experiment runs on.

    `references` holds the real review of each sample by sample id; methods are never given it. `fingerprint` is the SHA-256 of the
    records, and `notes` tell what was left out of them.
    """

    name: str
    corpus: Corpus
    samples: tuple[Sample, ...]
    references: Mapping[str, str]
    fingerprint: str
    notes: tuple[str, ...] = ()

    def limited(self, most: int | None) -> "Dataset":
        """Returns this dataset with the first `most` samples; the corpus stays whole, so peers still come from everybody."""
        return self if most is None else replace(self, samples=self.samples[:most])


Loader = Callable[[], Dataset]
DATASETS: dict[str, Loader] = {}
L = TypeVar("L", bound=Loader)


def register(name: str) -> Callable[[L], L]:
    """Makes a function that loads a dataset known by name; used as a decorator."""

    def add(loader: L) -> L:
        DATASETS[name] = loader
        return loader

    return add


def known_datasets() -> Mapping[str, Loader]:
    """Returns every dataset's loader by name, sorted; nothing is loaded."""
    import_all("benchmarks.datasets")
    return dict(sorted(DATASETS.items()))


def load_dataset(name: str) -> Dataset:
    """Returns a dataset.

    Raises:
        ConfigurationError: there is none of this name, or its files are damaged.
        MissingRequirement: its files are not there.
    """
    datasets = known_datasets()
    if name not in datasets:
        raise ConfigurationError.unknown("dataset", name, datasets)
    return datasets[name]()
