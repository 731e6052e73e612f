"""Datasets that `dplbench data build` wrote, and any other folder in the same layout."""

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.datasets import Dataset, register
from benchmarks.datasets.published import Record, from_records
from dpl.errors import ConfigurationError, MissingRequirement
from dpl.records import Review

SPLIT = "test"


@register("amazon", takes="DIR")
def load(folder: str) -> Dataset:
    """What `dplbench data build --out DIR` wrote: the rows of its test split."""
    path = Path(folder)
    if not (path / "manifest.json").is_file():
        raise MissingRequirement(f"dataset amazon:{folder}: no finished build there; make one: dplbench data build --out {folder} ...")
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    wanted = manifest["outputs"]
    lost = [name for name in wanted if not (path / name).is_file()]
    if lost:
        raise MissingRequirement(f"dataset amazon:{folder}: {', '.join(lost)} is gone; build it again")
    rows = list(read_parquet(path / f"{SPLIT}.parquet"))
    if len(rows) != manifest["counts"][f"{SPLIT}_rows"]:
        told = f"{SPLIT}.parquet has {len(rows)} rows, its manifest says {manifest['counts'][f'{SPLIT}_rows']}"
        raise ConfigurationError(f"dataset amazon:{folder}: {told}; build it again")
    peers = read_parquet(path / "peers.parquet") if "peers.parquet" in wanted else ()
    return from_records(f"amazon:{folder}", rows, read_parquet(path / "items.parquet"), map(_review, peers))


def read_parquet(path: Path) -> Iterator[Record]:
    """Yields the records of a Parquet file.

    Raises:
        ConfigurationError: the file is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        for batch in pq.ParquetFile(path).iter_batches():
            yield from batch.to_pylist()
    except pa.ArrowInvalid as error:
        raise ConfigurationError(f"{path} is damaged ({' '.join(str(error).split())[:120]}); make or get it again") from error


def _review(record: Record) -> Review:
    names = ("user_id", "asin", "text", "rating", "title", "timestamp")
    return Review(**{name: record[name] for name in names})
