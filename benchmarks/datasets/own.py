"""Reviews of one's own, as CSV, JSONL or Parquet: columns are known by name, and each user's newest review is the one to predict."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.datasets import Dataset, register
from benchmarks.datasets.published import Record, from_records
from dpl.errors import ConfigurationError, MissingRequirement
from dpl.records import Review

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("user", "item", "text")
OPTIONAL = ("rating", "title", "time", "item_title", "item_description")
MIN_REVIEWS = "min_reviews"


@dataclass(frozen=True, slots=True)
class Request:
    """A file, what its columns are called by our names, and how many reviews a user needs to be predicted (at least 2)."""

    file: Path
    columns: Mapping[str, str]
    min_reviews: int


@register("csv", takes="FILE")
def load_csv(argument: str) -> Dataset:
    """Your own reviews; columns user, item, text, and perhaps rating, title, time, item_title, item_description."""
    import pandas as pd

    return _loaded("csv", argument, lambda file: pd.read_csv(file, dtype=str, keep_default_na=False))


@register("jsonl", takes="FILE")
def load_jsonl(argument: str) -> Dataset:
    """The same from JSONL, one review a line. Columns called otherwise: jsonl:FILE?text=body&user=who."""
    import pandas as pd

    return _loaded("jsonl", argument, lambda file: pd.read_json(file, lines=True, dtype=False, convert_dates=False))


@register("parquet", takes="FILE")
def load_parquet(argument: str) -> Dataset:
    """The same from Parquet. Users with at least 8 reviews only: parquet:FILE?min_reviews=8."""
    import pandas as pd

    return _loaded("parquet", argument, pd.read_parquet)


def parse(argument: str) -> Request:
    """Returns what `FILE` or `FILE?text=body&min_reviews=8` asks for.

    Raises:
        ConfigurationError: an option that there is not, or a number that cannot be.
    """
    file, _, given = argument.partition("?")
    columns = {name: name for name in (*NEEDED, *OPTIONAL)}
    min_reviews = 2
    for option in filter(None, given.split("&")):
        name, _, value = option.partition("=")
        if name == MIN_REVIEWS:
            if not value.isdigit() or int(value) < 2:
                raise ConfigurationError(f"{MIN_REVIEWS}={value} is not allowed; give 2 or more: one review to learn from, one to predict")
            min_reviews = int(value)
        elif name in columns:
            columns[name] = value
        else:
            raise ConfigurationError.unknown(f"option of {file}", name, [*columns, MIN_REVIEWS])
    return Request(Path(file), columns, min_reviews)


def _loaded(kind: str, argument: str, read: Any) -> Dataset:
    request = parse(argument)
    if not request.file.is_file():
        raise MissingRequirement(f"dataset {kind}:{argument}: no file {request.file}")
    try:
        frame = read(request.file)
    except Exception as error:  # each reader raises its own kinds; the person can act on the reason alone
        reason = " ".join(str(error).split())[:160]
        raise ConfigurationError(f"{request.file} cannot be read as {kind}: {reason}") from error
    reviews = list(_reviews(request, frame))
    rows, others = _split(request, reviews)
    return from_records(f"{kind}:{argument}", rows, _items(reviews), others)


def _reviews(request: Request, frame: "pd.DataFrame") -> Iterator[dict[str, Any]]:
    """Yields the reviews under our names; what is blank in an optional column is unknown."""
    lacking = [request.columns[name] for name in NEEDED if request.columns[name] not in frame.columns]
    if lacking:
        there = ", ".join(map(str, frame.columns)) or "none"
        told = f"{request.file} has no column {', '.join(lacking)}, there is {there}"
        raise ConfigurationError(f"{told}; say which is which: {request.file.name}?{'&'.join(f'{name}=COLUMN' for name in NEEDED)}")
    columns = {name: column for name, column in request.columns.items() if column in frame.columns}
    for number, row in enumerate(frame.to_dict("records"), 1):
        review = {name: _known(row[column]) for name, column in columns.items()}
        absent = [name for name in ("user", "item") if review[name] is None]
        if absent:
            raise ConfigurationError(f"{request.file}, review {number}: {', '.join(absent)} is missing; give it or remove the review")
        numbers = {name: _number(request, number, name, review.get(name)) for name in ("time", "rating")}
        yield dict.fromkeys(OPTIONAL) | review | numbers


def _known(value: Any) -> Any:
    return None if value is None or value != value or value == "" else value


def _number(request: Request, number: int, name: str, value: Any) -> float | None:
    """Returns a rating, or a time, given as milliseconds since 1970 or as a date."""
    import pandas as pd

    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    try:
        if name == "time":
            return pd.Timestamp(value).timestamp() * 1000
    except ValueError:
        pass
    raise ConfigurationError(f"{request.file}, review {number}: {name} {str(value)[:40]!r} is no {'date' if name == 'time' else 'number'}")


def _split(request: Request, reviews: list[dict[str, Any]]) -> tuple[list[Record], list[Review]]:
    """Returns one row a user, the newest review to predict and the others as profile, and the reviews of users with too few."""
    by_user: dict[str, list[Review]] = {}
    for review in sorted(reviews, key=lambda review: review["time"] or 0):
        if str(review["text"] or "").strip():
            by_user.setdefault(str(review["user"]), []).append(_review(review))
    enough = {user: own for user, own in by_user.items() if len(own) >= request.min_reviews}
    if not enough:
        raise ConfigurationError(f"{request.file}: no user has {request.min_reviews} reviews with a text; lower {MIN_REVIEWS} or give more")
    rows: list[Record] = []
    for user, own in enough.items():
        *profile, newest = map(asdict, own)
        rows.append({"user_id": user, "profile": profile, "data": newest})
    return rows, [review for user, own in by_user.items() if user not in enough for review in own]


def _review(review: Mapping[str, Any]) -> Review:
    return Review(
        user_id=str(review["user"]),
        asin=str(review["item"]),
        text=str(review["text"]),
        rating=review["rating"],
        title=None if review["title"] is None else str(review["title"]),
        timestamp=None if review["time"] is None else int(review["time"]),
    )


def _items(reviews: list[dict[str, Any]]) -> list[Record]:
    items: dict[str, Record] = {}
    for review in reviews:
        asin = str(review["item"])
        known = items.get(asin, {"asin": asin, "title": None, "description": None})
        items[asin] = {
            "asin": asin,
            "title": known["title"] or review["item_title"],
            "description": known["description"] or review["item_description"],
        }
    return list(items.values())
