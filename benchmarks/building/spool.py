"""The first pass over raw reviews: what can be dropped by itself is dropped, texts go to disk, the rest of each review into arrays."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.building.raw import Tolerance, read
from benchmarks.building.rules import Rules

GROUP = 20_000
TEXTS = pa.schema([("text", pa.string()), ("title", pa.string())])
REVIEW_FIELDS = ("user_id", "parent_asin", "rating", "title", "text", "timestamp")
USUAL = (str, str, float, str, str, int)
"""The types of nearly all reviews; only others are looked at closely, for which there is no time otherwise."""
_values = itemgetter(*REVIEW_FIELDS)
ITEM_FIELDS = ("parent_asin", "title", "description", "categories", "rating_number")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Item:
    """An item that may be reviewed, as it will be written out."""

    asin: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Reviews:
    """The reviews that may be used, in file order; all arrays have shape (reviews,).

    `user` and `item` are positions in `users` and `items`. Two reviews of a user have the same text if they have the same `raw_text`, and
    the same text when written out if they have the same `text`. The texts themselves are in `file`, in the same order.
    """

    users: list[str]
    items: list[str]
    user: NDArray[np.int32]
    item: NDArray[np.int32]
    time: NDArray[np.int64]
    rating: NDArray[np.float64]
    raw_text: NDArray[np.int64]
    text: NDArray[np.int64]
    file: Path

    def __len__(self) -> int:
        return len(self.user)

    def texts(self) -> Iterator[pa.RecordBatch]:
        """Yields the texts and titles from disk, a batch at a time."""
        with pa.memory_map(str(self.file)) as source:
            file = pa.ipc.open_file(source)
            for number in range(file.num_record_batches):
                yield file.get_batch(number)


def read_items(paths: Iterable[str], rules: Rules, tolerance: Tolerance, counts: dict[str, int]) -> dict[str, Item]:
    """Returns the items that may be reviewed, by `parent_asin`; of several records of one item the last counts."""
    found: dict[str, Item] = {}
    rows = 0
    for path in paths:
        for number, record in read(path, tolerance):
            rows += 1
            if problem := _problem(record, ITEM_FIELDS, ("parent_asin",)):
                tolerance.skip(f"{path}, line {number}: {problem}")
                continue
            asin, description = record["parent_asin"], _description(record["description"])
            fits = record["title"] and record["categories"] and record["rating_number"]
            if rules.is_light:
                fits = record["title"]
            elif not rules.min_description <= len(description) <= rules.max_description:
                fits = False
            if fits:
                found[asin] = Item(asin, str(record["title"]), description)
            else:
                found.pop(asin, None)
    counts |= {"item_rows": rows, "items_kept": len(found)}
    return found


def spool_reviews(
    paths: Iterable[str], items: Mapping[str, Item], rules: Rules, tolerance: Tolerance, counts: dict[str, int], file: Path, tell: Tell
) -> Reviews:
    """Reads reviews of known items with a long enough text, writes their texts to `file`, and returns the rest of them."""
    users: dict[str, int] = {}
    known: dict[str, int] = {}
    user, item, time, rating, raw_text, text = array("i"), array("i"), array("q"), array("d"), array("q"), array("q")
    batch: list[tuple[str, str]] = []
    rows = long_enough = 0
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, TEXTS, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        for path in paths:
            for number, record in read(path, tolerance):
                rows += 1
                if rows % 500_000 == 0:
                    tell(f"{rows:,} reviews read, {len(user):,} kept")
                try:
                    values = _values(record)
                except KeyError:
                    values = ()
                if tuple(map(type, values)) != USUAL and (problem := _problem(record, REVIEW_FIELDS, ("user_id", "parent_asin"))):
                    tolerance.skip(f"{path}, line {number}: {problem}")
                    continue
                who, asin, stars, title, raw, when = values
                if not (raw and len(raw) >= rules.min_text and stars and title and when):
                    continue
                long_enough += 1
                if asin not in items:
                    continue
                final = raw.strip() if rules.keep_paragraphs else " ".join(raw.split())
                user.append(users.setdefault(who, len(users)))
                item.append(known.setdefault(asin, len(known)))
                time.append(when)
                rating.append(stars)
                raw_text.append(hash(raw))
                text.append(hash(final))
                batch.append((final, title))
                if len(batch) == GROUP:
                    _flush(writer, batch)
        _flush(writer, batch)
    counts |= {"review_rows": rows, "reviews_long_enough": long_enough, "reviews_of_kept_items": len(user)}
    return Reviews(
        users=list(users),
        items=list(known),
        user=np.array(user, dtype=np.int32),
        item=np.array(item, dtype=np.int32),
        time=np.array(time, dtype=np.int64),
        rating=np.array(rating, dtype=np.float64),
        raw_text=np.array(raw_text, dtype=np.int64),
        text=np.array(text, dtype=np.int64),
        file=file,
    )


def _flush(writer: pa.ipc.RecordBatchFileWriter, batch: list[tuple[str, str]]) -> None:
    if batch:
        texts, titles = zip(*batch, strict=True)
        writer.write_batch(pa.record_batch([pa.array(texts, pa.string()), pa.array(titles, pa.string())], schema=TEXTS))
        batch.clear()


TYPES: Mapping[str, tuple[type, ...]] = {
    "title": (str, type(None)),
    "text": (str, type(None)),
    "rating": (int, float, type(None)),
    "timestamp": (int, type(None)),
    "description": (list, str, type(None)),
    "categories": (list, str, type(None)),
    "rating_number": (int, float, type(None)),
}


def _problem(record: Mapping[str, Any], names: Sequence[str], identities: Sequence[str]) -> str | None:
    """Returns what is wrong with a record's columns, or None."""
    for name in names:
        if name not in record:
            return f"no column {name!r}, there is {', '.join(sorted(record)) or 'none'}"
        value = record[name]
        if not isinstance(value, str if name in identities else TYPES[name]) or isinstance(value, bool):
            return f"column {name!r} holds {str(value)[:40]!r}, which is no {'text' if name in identities else name}"
    return None


def _description(given: list[Any] | str | None) -> str:
    parts = [given] if isinstance(given, str) else [str(part) for part in given or ()]
    if parts and parts[0] == "Product Description":
        parts = parts[1:]
    return " ".join(parts)
