"""The last pass: rows in the published schema, sorted by user, written a bucket of users at a time."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.building.spool import TEXTS, Reviews

BUCKET_REVIEWS = 20_000
"""Reviews whose rows are made at once: their texts, times the length of the growing training profiles, are in memory."""

REVIEW = pa.struct(
    [("asin", pa.string()), ("rating", pa.float64()), ("text", pa.string()), ("timestamp", pa.int64()), ("title", pa.string())]
)
ROW = pa.schema([("user_id", pa.string()), ("profile", pa.list_(REVIEW)), ("data", REVIEW)])
ITEM = pa.schema([("asin", pa.string()), ("title", pa.string()), ("description", pa.string())])
PEER = pa.schema([("user_id", pa.string()), *REVIEW])
SPLITS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Histories:
    """The reviews of the users that stay, in rows' order: by user (sorted by id), oldest first, profile before inputs.

    `positions` are in file order of the reviews; `starts` has where each user begins, and the end; `inputs` how many of each user's last
    reviews are inputs.
    """

    users: list[str]
    positions: NDArray[np.int64]
    starts: NDArray[np.int64]
    inputs: int


def histories(reviews: Reviews, profiles: NDArray[np.int64], inputs: NDArray[np.int64], held_out: int) -> Histories:
    """Returns the histories of all users that have a profile.

    Args:
        reviews: all reviews.
        profiles: by user, oldest first.
        inputs: the same; users without a profile are left out.
        held_out: how many inputs a user has.
    """
    stays = np.zeros(len(reviews.users), dtype=bool)
    stays[reviews.user[profiles]] = True
    chosen = np.concatenate([profiles, inputs[stays[reviews.user[inputs]]]])
    is_input = np.arange(len(chosen)) >= len(profiles)
    ranks = np.empty(len(reviews.users), dtype=np.int64)
    by_id = sorted(range(len(reviews.users)), key=reviews.users.__getitem__)
    ranks[by_id] = np.arange(len(by_id))
    # Both parts are oldest first already; a stable sort keeps that.
    order = np.lexsort((is_input, ranks[reviews.user[chosen]]))
    positions = chosen[order]
    user = reviews.user[positions]
    starts = np.flatnonzero(np.r_[True, np.diff(user) != 0]) if len(user) else np.zeros(0, dtype=np.int64)
    return Histories([reviews.users[index] for index in user[starts]], positions, np.r_[starts, len(user)], held_out)


def write_rows(reviews: Reviews, found: Histories, folder: Path) -> Mapping[str, int]:
    """Writes `train.parquet`, `val.parquet` and `test.parquet`; returns how many rows each has.

    With inputs i0, i1, ..., the last is tested, the one before it validated, all others trained on; a row's profile is the user's profile
    and the inputs before its own.
    """
    written = dict.fromkeys(SPLITS, 0)
    with ExitStack() as open_files:
        writers = {name: open_files.enter_context(pq.ParquetWriter(folder / f"{name}.parquet", ROW, compression="zstd")) for name in SPLITS}
        for users, starts, entries in _buckets(reviews, found, folder):
            for name in SPLITS:
                rows = _rows(users, starts, entries, found.inputs, name)
                writers[name].write_table(rows)
                written[name] += len(rows)
    return written


def _rows(users: list[str], starts: NDArray[np.int64], entries: pa.StructArray, inputs: int, name: str) -> pa.Table:
    """Returns the rows of a split for some users, whose reviews are `entries`."""
    which = {"train": range(inputs - 2), "val": range(inputs - 2, inputs - 1), "test": range(inputs - 1, inputs)}[name]
    first_input = np.repeat(starts[1:] - inputs, len(which))
    target = first_input + np.tile(np.fromiter(which, dtype=np.int64), len(users))
    begin = np.repeat(starts[:-1], len(which))
    sizes = target - begin
    offsets = np.r_[0, np.cumsum(sizes)]
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], sizes)
    profile = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), entries.take(pa.array(np.repeat(begin, sizes) + within)))
    ids = pa.array([user for user in users for _ in which], pa.string())
    return pa.table([ids, profile, entries.take(pa.array(target))], schema=ROW)


def _buckets(reviews: Reviews, found: Histories, folder: Path) -> Iterator[tuple[list[str], NDArray[np.int64], pa.StructArray]]:
    """Yields users, where each one's reviews begin, and these reviews, a bucket of users at a time.

    The texts lie in file order; one pass over them sorts them into a file a bucket.
    """
    bounds = _bounds(found.starts)
    place = np.full(len(reviews), -1, dtype=np.int64)
    place[found.positions] = np.arange(len(found.positions))
    edges = found.starts[bounds]
    spools = [folder / f".bucket-{number}.arrow" for number in range(len(bounds) - 1)]
    with ExitStack() as open_files:
        sinks = [open_files.enter_context(pa.OSFile(str(spool), "wb")) for spool in spools]
        schema = pa.schema([("place", pa.int64()), *TEXTS])
        writers = [open_files.enter_context(pa.ipc.new_stream(sink, schema)) for sink in sinks]
        begin = 0
        for batch in reviews.texts():
            places = place[begin : begin + len(batch)]
            begin += len(batch)
            bucket = np.searchsorted(edges, places, side="right") - 1
            for number in np.unique(bucket[places >= 0]).tolist():
                chosen = np.flatnonzero((bucket == number) & (places >= 0))
                columns = batch.take(pa.array(chosen)).columns
                writers[number].write_batch(pa.record_batch([pa.array(places[chosen]), *columns], schema=schema))
    for number, spool in enumerate(spools):
        first, last = bounds[number], bounds[number + 1]
        texts = pa.ipc.open_stream(spool.read_bytes()).read_all().sort_by("place")
        spool.unlink()
        positions = found.positions[edges[number] : edges[number + 1]]
        yield found.users[first:last], found.starts[first : last + 1] - edges[number], entries(reviews, positions, texts)


def entries(reviews: Reviews, positions: NDArray[np.int64], texts: pa.Table) -> pa.StructArray:
    """Returns reviews in the published layout; `texts` holds their texts and titles in the same order."""
    asins = pa.array(reviews.items, pa.string()).take(pa.array(reviews.item[positions]))
    columns = [
        asins,
        pa.array(reviews.rating[positions]),
        texts["text"].combine_chunks(),
        pa.array(reviews.time[positions]),
        texts["title"].combine_chunks(),
    ]
    return pa.StructArray.from_arrays([_flat(column) for column in columns], fields=list(REVIEW))


def _flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column


def _bounds(starts: NDArray[np.int64]) -> list[int]:
    """Returns where to cut the users into buckets of about BUCKET_REVIEWS reviews."""
    users = len(starts) - 1
    bounds = [0]
    while bounds[-1] < users:
        enough = int(np.searchsorted(starts, starts[bounds[-1]] + BUCKET_REVIEWS, side="right")) - 1
        bounds.append(min(users, max(enough, bounds[-1] + 1)))
    return bounds


def write_peers(reviews: Reviews, chosen: NDArray[np.int64], path: Path) -> int:
    """Writes reviews, in file order, that are nobody's row but may be compared with; returns how many."""
    wanted = np.zeros(len(reviews), dtype=bool)
    wanted[chosen] = True
    begin = 0
    with pq.ParquetWriter(path, PEER, compression="zstd") as writer:
        for batch in reviews.texts():
            positions = begin + np.flatnonzero(wanted[begin : begin + len(batch)])
            texts = pa.Table.from_batches([batch]).take(pa.array(positions - begin))
            begin += len(batch)
            users = pa.array([reviews.users[index] for index in reviews.user[positions]], pa.string())
            if len(positions):
                rows = entries(reviews, positions, texts)
                writer.write_table(pa.table([users, *rows.flatten()], schema=PEER))
    return int(wanted.sum())
