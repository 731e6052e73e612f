"""The records on disk that DPL-main and DPL-meta are published in, made into a Dataset.

Rows hold `user_id`, `profile` (a list of `asin, rating, text, timestamp, title`) and `data` (one such review, the one to predict);
items hold `asin, title, description`.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.datasets import Dataset
from dpl.corpus import Corpus
from dpl.errors import ConfigurationError, MissingRequirement
from dpl.records import Item, Review, Sample

Record = Mapping[str, Any]


def read_jsonl(path: Path) -> Iterator[Record]:
    """Yields the records of a JSONL file.

    Raises:
        MissingRequirement: there is no such file.
        ConfigurationError: a line is no JSON object; the message names the line.
    """
    if not path.is_file():
        raise MissingRequirement(f"dataset file {path} is not there; restore it")
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise ConfigurationError(f"{path}, line {number}: no JSON ({error.msg}); mend or remove the line") from error
            if not isinstance(record, dict):
                raise ConfigurationError(f"{path}, line {number}: a record is a JSON object; mend or remove the line")
            yield record


def from_records(name: str, rows: Iterable[Record], items: Iterable[Record], others: Iterable[Review] = ()) -> Dataset:
    """Returns the dataset of one split.

    Everybody's profile, and the reviews of `others`, make the corpus; the reviews to predict are not in it. A row whose own text is blank
    cannot be scored and is left out, which `notes` tells.

    Raises:
        ConfigurationError: a record lacks a field, or two rows are about the same user and item.
    """
    rows, items, others = list(rows), list(items), list(others)
    known = {item.asin: item for item in map(_item, items)}
    reviews: dict[tuple[str, str, str], Review] = {}
    samples: list[Sample] = []
    references: dict[str, str] = {}
    for row in rows:
        user, target = str(_field(row, "user_id")), _review(str(row["user_id"]), _field(row, "data"))
        history = sorted((_review(user, entry) for entry in _field(row, "profile")), key=lambda review: review.timestamp or 0)
        reviews.update({(user, review.asin, review.text): review for review in history})
        if not target.text.strip():
            continue
        sample = _sample(target, known.get(target.asin, Item(target.asin)), history)
        if sample.id in references:
            raise ConfigurationError(f"dataset {name}: user {user} has two rows about item {target.asin}; keep one")
        samples.append(sample)
        references[sample.id] = target.text
    blank = len(rows) - len(samples)
    return Dataset(
        name=name,
        corpus=Corpus([*reviews.values(), *others], known.values()),
        samples=tuple(samples),
        references=references,
        fingerprint=_fingerprint(rows, items, [asdict(review) for review in others]),
        notes=(f"{blank} rows without a review text left out",) if blank else (),
    )


def _sample(target: Review, item: Item, history: list[Review]) -> Sample:
    return Sample(
        id=f"{target.user_id}:{target.asin}",
        user_id=target.user_id,
        item=item,
        history=tuple(history),
        rating=target.rating,
        title=target.title,
        timestamp=target.timestamp,
    )


def _review(user: str, entry: Record) -> Review:
    return Review(
        user_id=user,
        asin=str(_field(entry, "asin")),
        text=str(_field(entry, "text")),
        rating=entry.get("rating"),
        title=entry.get("title"),
        timestamp=entry.get("timestamp"),
    )


def _item(entry: Record) -> Item:
    return Item(asin=str(_field(entry, "asin")), title=entry.get("title"), description=entry.get("description"))


def _field(record: Record, name: str) -> Any:
    if name not in record:
        raise ConfigurationError(f"a record with the fields {', '.join(record)} lacks {name!r}; see the published schema")
    return record[name]


def _fingerprint(*tables: Sequence[Record]) -> str:
    digest = hashlib.sha256()
    for table in filter(None, tables):
        for record in table:
            digest.update(json.dumps(record, sort_keys=True, separators=(",", ":"), default=str).encode())
            digest.update(b"\n")
        digest.update(b"\x1e")
    return digest.hexdigest()
