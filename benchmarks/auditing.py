"""`dplbench data audit`: whether a dataset gives answers away, lets the future in, or holds what should not be in it."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.datasets import Dataset
from dpl.records import Review, Sample

MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[a-zA-Z]{2,}")
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
# The words that English can hardly do without; a longer text with next to none of them is in another language, or no language.
FUNCTION_WORDS = frozenset(
    [
        "a",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "for",
        "have",
        "i",
        "in",
        "is",
        "it",
        "my",
        "not",
        "of",
        "on",
        "so",
        "that",
        "the",
        "to",
        "was",
    ]
)
SHINGLE = 5
NEAR = 0.8
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: in how many samples or reviews it was found, and the first of them.

    `leak`: a method could read off the answer or use what was written after it; a dataset should have none. `count`: worth knowing.
    """

    kind: Literal["leak", "count"]
    what: str
    found: int
    examples: tuple[str, ...] = ()


def audit(dataset: Dataset) -> list[Check]:
    """Returns everything that was looked at, leaks first."""
    return [*leaks(dataset), *_near(dataset), *_counts(dataset)]


def leaks(dataset: Dataset) -> list[Check]:
    """Returns the checks that are quick enough for every run: equal texts and times.

    Texts are equal if they are so without regard to case and white space.
    """
    writers: dict[str, set[str]] = defaultdict(set)
    for review in _corpus(dataset):
        writers[_plain(review.text)].add(review.user_id)

    def in_own(sample: Sample) -> bool:
        text = _plain(dataset.references[sample.id])
        return sample.user_id in writers[text] or any(_plain(review.text) == text for review in sample.history)

    def in_others(sample: Sample) -> bool:
        return bool(writers[_plain(dataset.references[sample.id])] - {sample.user_id})

    def knows_the_future(sample: Sample) -> bool:
        return any(_newer(review, sample) for review in sample.history)

    return [
        _check("leak", "samples whose real review is in the user's own history", dataset.samples, in_own),
        _check("leak", "samples whose real review is in another user's history", dataset.samples, in_others),
        _check("leak", "samples with a history that goes on after the review to predict", dataset.samples, knows_the_future),
    ]


def _near(dataset: Dataset) -> Iterator[Check]:
    """Yields samples whose real review shares NEAR of its five-word sequences (Jaccard) with a review that is not equal to it.

    Exact, by an index of the sequences; MinHash would estimate the same.
    """
    targets = {sample.id: _shingles(dataset.references[sample.id]) for sample in dataset.samples}
    index: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, shingles in targets.items():
        for shingle in shingles:
            index[shingle].append(name)
    own: set[str] = set()
    others: set[str] = set()
    users = {sample.id: sample.user_id for sample in dataset.samples}
    for review in _corpus(dataset):
        shingles = _shingles(review.text)
        shared = Counter(name for shingle in shingles for name in index.get(shingle, ()))
        for name, common in shared.items():
            alike = common / (len(shingles) + len(targets[name]) - common)
            if alike >= NEAR and _plain(review.text) != _plain(dataset.references[name]):
                (own if users[name] == review.user_id else others).add(name)
    for whose, names in (("the user's own", own), ("another user's", others)):
        what = f"samples whose real review is nearly the same as one in {whose} history"
        yield Check("leak", what, len(names), tuple(sorted(names)[:EXAMPLES]))


def _counts(dataset: Dataset) -> Iterator[Check]:
    reviews = _corpus(dataset)

    def has_later_peers(sample: Sample) -> bool:
        asins = {review.asin for review in sample.history}
        return any(_newer(peer, sample) for asin in asins for peer in dataset.corpus.peers(asin, without=sample.user_id))

    def at_the_same_time(sample: Sample) -> bool:
        return sample.timestamp is not None and any(review.timestamp == sample.timestamp for review in sample.history)

    yield _check("count", "samples that can be compared with reviews newer than the one to predict", dataset.samples, has_later_peers)
    yield _check("count", "samples with an earlier review of the very same time", dataset.samples, at_the_same_time)
    texts: dict[frozenset[str], list[str]] = defaultdict(list)
    for user, own in dataset.corpus.by_user.items():
        texts[frozenset(_plain(review.text) for review in own)].append(user)
    twins = sorted(user for users in texts.values() if len(users) > 1 for user in users)
    yield Check("count", "users who wrote all the same reviews as another", len(twins), tuple(twins[:EXAMPLES]))
    for what, test in (
        ("reviews that seem not to be in English (a guess)", _seems_foreign),
        ("reviews with an e-mail address", lambda review: bool(MAIL.search(review.text))),
        ("reviews with a link", lambda review: bool(LINK.search(review.text))),
    ):
        found = [f"{review.user_id}:{review.asin}" for review in reviews if test(review)]
        yield Check("count", what, len(found), tuple(found[:EXAMPLES]))


def _check(kind: Literal["leak", "count"], what: str, samples: Sequence[Sample], test: Callable[[Sample], bool]) -> Check:
    found = [sample.id for sample in samples if test(sample)]
    return Check(kind, what, len(found), tuple(found[:EXAMPLES]))


def _corpus(dataset: Dataset) -> list[Review]:
    return [review for own in dataset.corpus.by_user.values() for review in own]


def _newer(review: Review, sample: Sample) -> bool:
    return review.timestamp is not None and sample.timestamp is not None and review.timestamp > sample.timestamp


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)}


def _seems_foreign(review: Review) -> bool:
    words = re.findall(r"\w+", review.text.lower())
    return len(words) >= 20 and sum(word in FUNCTION_WORDS for word in words) < 0.05 * len(words)
