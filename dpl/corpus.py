"""Everybody's earlier reviews and all items: what a method may look things up in. Holds no review that is to be predicted."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar, cast

from dpl.records import Item, Review, Sample

T = TypeVar("T")


class Corpus:
    """All users' histories, indexed by user and by item.

    Reviews without any text carry no style; they are left out, and `blank` counts them.

    Args:
        reviews: every known review, in any order; a user's reviews are kept in time order (reviews without a time keep their place).
        items: what is known of the items; an item that is only reviewed is known by its `asin` alone.
    """

    def __init__(self, reviews: Iterable[Review], items: Iterable[Item] = ()) -> None:
        everything = list(reviews)
        written = [review for review in everything if review.text.strip()]
        self.blank = len(everything) - len(written)
        by_user: dict[str, list[Review]] = {}
        by_item: dict[str, list[Review]] = {}
        for review in sorted(written, key=lambda review: review.timestamp or 0):
            by_user.setdefault(review.user_id, []).append(review)
            by_item.setdefault(review.asin, []).append(review)
        known = {asin: Item(asin) for asin in by_item} | {item.asin: item for item in items}
        self.items: Mapping[str, Item] = MappingProxyType(known)
        self.by_user: Mapping[str, tuple[Review, ...]] = MappingProxyType({user: tuple(own) for user, own in by_user.items()})
        self.by_item: Mapping[str, tuple[Review, ...]] = MappingProxyType({asin: tuple(about) for asin, about in by_item.items()})
        self._derived: dict[object, object] = {}

    def peers(self, asin: str, *, without: str, before: int | None = None) -> tuple[Review, ...]:
        """Returns the reviews of an item by users other than `without`, oldest first.

        Args:
            asin: the item.
            without: the user whose own review is not a peer's.
            before: keep only reviews older than this timestamp (milliseconds); None keeps all, as the released DPL code does.
        """
        return tuple(
            review
            for review in self.by_item.get(asin, ())
            if review.user_id != without and (before is None or (review.timestamp or 0) < before)
        )

    def item(self, asin: str) -> Item:
        """Returns what is known of an item, at least its identity."""
        return self.items.get(asin) or Item(asin)

    def sample(self, user_id: str, item: Item, *, rating: float | None = None, title: str | None = None) -> Sample:
        """Returns the task of writing this user's review of `item` from all their reviews of other items."""
        history = tuple(review for review in self.by_user.get(user_id, ()) if review.asin != item.asin)
        return Sample(id=f"{user_id}:{item.asin}", user_id=user_id, item=item, history=history, rating=rating, title=title)

    def once(self, name: object, make: Callable[[], T]) -> T:
        """Returns what `make` computes from this corpus, computing it only the first time `name` is asked for.

        A corpus never changes, so vectors and indexes over it are made once and shared by all methods.
        """
        if name not in self._derived:
            self._derived[name] = make()
        return cast("T", self._derived[name])
