"""The records that cross every boundary: reviews and items in, messages to a model, predictions out. Immutable, without behaviour."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """A product that can be reviewed; `asin` is its identity, as in the published dataset."""

    asin: str
    title: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """One review by one user.

    `rating` is in 1..5 and `timestamp` in milliseconds since 1970 (both as Amazon gives them); `title` is the headline the user wrote.
    """

    user_id: str
    asin: str
    text: str
    rating: float | None = None
    title: str | None = None
    timestamp: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One review to write: everything a method may know about it, and never its text.

    `rating` and `title` are those the user gave the item (arXiv 2503.02450 hands both to every method); `history` holds the user's
    earlier reviews, oldest first.
    """

    id: str
    user_id: str
    item: Item
    history: tuple[Review, ...]
    rating: float | None = None
    title: str | None = None
    timestamp: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat; `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model draws its answer. Temperature 0.8 and top-p 0.95 are the settings of the released DPL scripts.

    `max_tokens` bounds the answer; `seed` is sent where the provider takes one, and each replicate shifts it.
    """

    temperature: float = 0.8
    top_p: float = 0.95
    max_tokens: int = 2048
    seed: int | None = 42


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's answer.

    `key` is its address in the response store and `model` the name the provider reported. Tokens and `cost_usd` are None where the
    provider does not tell them (unknown is not zero). `seconds` is the time of the call that paid for it. `dropped` names the sampling
    parameters that the provider does not take.
    """

    text: str
    key: str
    model: str
    finish_reason: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_usd: float | None = None
    seconds: float = 0.0
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StageTrace:
    """What one stage of a method asked for: the keys of its responses, and their tokens, cost and seconds added up."""

    stage: str
    keys: tuple[str, ...]
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """A written review, how it came about, and notes on what was used instead of what the method would have liked to use."""

    text: str
    stages: tuple[StageTrace, ...] = ()
    notes: tuple[str, ...] = ()
