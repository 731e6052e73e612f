"""The published datasets, DPL-main and DPL-meta: from the Hugging Face hub, or from a local copy in the same layout."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.datasets import Dataset, register
from benchmarks.datasets.amazon import read_parquet
from benchmarks.datasets.published import Record, from_records
from dpl.errors import ConfigurationError, MissingRequirement

ROWS, ITEMS = ("SnowCharmQ/DPL-main", "test"), ("SnowCharmQ/DPL-meta", "full")


@dataclass(frozen=True, slots=True)
class Category:
    """A published set: its configuration on the hub, the revision that is read, and the users of its test split."""

    name: str
    users: int
    revision: str = "main"


MOVIES = Category("Movies_and_TV", 1925)
RECORDS = Category("CDs_and_Vinyl", 1754)
BOOKS = Category("Books", 317)


@register("dpl/Movies_and_TV", takes="DIR", optional=True)
def movies(folder: str) -> Dataset:
    """Published: films and series, 1925 users; DIR holds copies of DPL-main and DPL-meta."""
    return load(MOVIES, folder)


@register("dpl/CDs_and_Vinyl", takes="DIR", optional=True)
def records(folder: str) -> Dataset:
    """Published: records, 1754 users; DIR as above."""
    return load(RECORDS, folder)


@register("dpl/Books", takes="DIR", optional=True)
def books(folder: str) -> Dataset:
    """Published: books, 317 users; DIR as above."""
    return load(BOOKS, folder)


def load(category: Category, folder: str) -> Dataset:
    """Returns a published set, checked against the number of users that is known of it.

    Args:
        category: which.
        folder: where local copies of both repositories are; empty reads the hub.

    Raises:
        MissingRequirement: the copies are not there, the hub cannot be reached, or the package that reads it is missing.
        ConfigurationError: it has another number of users.
    """
    rows, items = (_local(Path(folder), category, *part) if folder else _from_hub(category, *part) for part in (ROWS, ITEMS))
    if len(rows) != category.users:
        told = f"dataset dpl/{category.name}: {len(rows)} users in the test split, but {category.users} were published"
        raise ConfigurationError(f"{told}; get the files again, or name other data amazon:DIR")
    return from_records(f"dpl/{category.name}", rows, items)


def _local(folder: Path, category: Category, repo: str, split: str) -> list[Record]:
    place = folder / repo.rpartition("/")[2] / category.name
    files = sorted(place.glob(f"{split}-*.parquet"))
    if not files:
        raise MissingRequirement(f"dataset dpl/{category.name}: no {place}/{split}-*.parquet; copy the hub's repository {repo} there")
    return [record for file in files for record in read_parquet(file)]


def _from_hub(category: Category, repo: str, split: str) -> list[Record]:
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise MissingRequirement(f"dataset dpl/{category.name} needs a package: pip install 'dplbench[hub]'") from error
    try:
        found = load_dataset(repo, category.name, split=split, revision=category.revision)
    except Exception as error:  # the hub's client raises many kinds; the person can act on the reason alone
        reason = " ".join(str(error).split())[:160]
        raise MissingRequirement(f"{repo} cannot be read from the hub ({reason}); give a local copy with --data-dir") from error
    return list(found.to_list())
