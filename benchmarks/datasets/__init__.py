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


Loader = Callable[[str], Dataset]


@dataclass(frozen=True, slots=True)
class Source:
    """Where datasets come from: one of them (`takes` is empty), or one for each value of what follows the name (`amazon:DIR`).

    Where `optional`, the name alone is a dataset too.
    """

    name: str
    takes: str
    load: Loader
    optional: bool = False

    @property
    def usage(self) -> str:
        """How its datasets are named in an experiment."""
        following = f":{self.takes}" if self.takes else ""
        return f"{self.name}[{following}]" if self.optional else f"{self.name}{following}"


SOURCES: dict[str, Source] = {}
L = TypeVar("L", bound=Loader)


def register(name: str, *, takes: str = "", optional: bool = False) -> Callable[[L], L]:
    """Makes a function that loads datasets known by name; used as a decorator.

    Args:
        name: what the dataset is called by.
        takes: what follows the name after a colon, if anything does; the function is given it (else an empty text).
        optional: whether the name alone will do.
    """

    def add(loader: L) -> L:
        SOURCES[name] = Source(name, takes, loader, optional)
        return loader

    return add


def known_datasets() -> Mapping[str, Source]:
    """Returns every source of datasets by name, sorted; nothing is loaded."""
    import_all("benchmarks.datasets")
    return dict(sorted(SOURCES.items()))


def find_dataset(name: str) -> tuple[Source, str]:
    """Returns the source of a dataset, and what follows the source's name.

    Raises:
        ConfigurationError: there is none of this name, or what has to follow is missing.
    """
    sources = known_datasets()
    if name in sources and (sources[name].optional or not sources[name].takes):
        return sources[name], ""
    head, _, argument = name.partition(":")
    if head in sources and sources[head].takes and argument:
        return sources[head], argument
    raise ConfigurationError.unknown("dataset", name, [source.usage for source in sources.values()])


def load_dataset(name: str) -> Dataset:
    """Returns a dataset.

    Raises:
        ConfigurationError: there is none of this name, or its files are damaged.
        MissingRequirement: its files are not there.
    """
    source, argument = find_dataset(name)
    return replace(source.load(argument), name=name)
