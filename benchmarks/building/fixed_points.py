"""Who and what stays: de-duplication and the two fixed points, over arrays.

A set of reviews is an array of positions in file order.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.building.rules import Rules
from benchmarks.building.spool import Reviews

Positions = NDArray[np.int64]
Flags = NDArray[np.bool_]


def deduplicated(reviews: Reviews, among: Positions, texts: NDArray[np.int64]) -> Positions:
    """Returns the reviews that stay when, per user and newest first, a review whose item or text was already kept is skipped.

    Ties in time keep file order; a skipped review blocks nothing.
    """
    order = among[np.lexsort((among, -reviews.time[among], reviews.user[among]))]
    user, item, text = reviews.user[order].astype(np.int64), reviews.item[order], texts[order]
    # Where a user's items all differ and their texts too, everything stays; the others are gone through one by one.
    crowded = _repeats(user, item) | _repeats(user, text)
    suspects = np.zeros(len(reviews.users), dtype=bool)
    suspects[user[crowded]] = True
    doubtful = np.flatnonzero(suspects[user])
    skipped = []
    current, items, seen = -1, set[int](), set[int]()
    # Plain lists: this loop is all that cannot be done on whole arrays.
    columns = (doubtful, user[doubtful], item[doubtful], text[doubtful])
    for position, who, what, words in zip(*(column.tolist() for column in columns), strict=True):
        if who != current:
            current, items, seen = who, set(), set()
        if what in items or words in seen:
            skipped.append(position)
        else:
            items.add(what)
            seen.add(words)
    stays = np.ones(len(order), dtype=bool)
    stays[skipped] = False
    return np.sort(order[stays])


def _repeats(user: NDArray[np.int64], value: NDArray[np.int32] | NDArray[np.int64]) -> Flags:
    """Returns which entries share both user and value with another that comes before them in a sort of the two."""
    order = np.lexsort((value, user))
    same = (np.diff(user[order]) == 0) & (np.diff(value[order].astype(np.int64)) == 0)
    repeats = np.zeros(len(user), dtype=bool)
    repeats[order[1:][same]] = True
    return repeats


def distinct_users(reviews: Reviews, among: Positions) -> NDArray[np.int64]:
    """Returns by how many different users each item is reviewed, shape (items,)."""
    pairs = np.unique(reviews.item[among].astype(np.int64) * len(reviews.users) + reviews.user[among])
    return np.bincount(pairs // max(1, len(reviews.users)), minlength=len(reviews.items))


def first_fixed_point(reviews: Reviews, rules: Rules, tell: Callable[[str], None]) -> tuple[Positions, int]:
    """Returns the reviews, duplicates among them, of the items and users that stay, and the number of rounds.

    Both are counted in the same snapshot and removed at once, until nothing goes.
    """
    among = np.arange(len(reviews), dtype=np.int64)
    rounds = 0
    while True:
        rounds += 1
        written = np.bincount(reviews.user[deduplicated(reviews, among, reviews.raw_text)], minlength=len(reviews.users))
        user_stays = (written >= rules.min_user_reviews) & (written <= rules.max_user_reviews)
        item_stays = distinct_users(reviews, among) >= (1 if rules.is_light else rules.min_item_users)
        stays = user_stays[reviews.user[among]] & item_stays[reviews.item[among]]
        tell(f"round {rounds}: {int(stays.sum()):,} of {len(among):,} reviews stay")
        if stays.all():
            return among, rounds
        among = among[stays]


def chronological(reviews: Reviews, among: Positions) -> Positions:
    """Returns reviews by user, each user's oldest first, ties in file order."""
    return among[np.lexsort((among, reviews.time[among], reviews.user[among]))]


def split(reviews: Reviews, ordered: Positions, held_out: int) -> tuple[Positions, Positions]:
    """Returns the profiles, and the newest `held_out` reviews of each user; both in the order given."""
    user = reviews.user[ordered]
    starts = np.flatnonzero(np.r_[True, np.diff(user) != 0]) if len(user) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.r_[starts, len(user)])
    from_the_end = np.repeat(starts + sizes, sizes) - np.arange(len(user))
    newest = from_the_end <= held_out
    return ordered[~newest], ordered[newest]


def second_fixed_point(reviews: Reviews, profiles: Positions, rules: Rules) -> tuple[Positions, int]:
    """Returns the profile reviews that stay, and the number of rounds.

    Items with too few profile users go, then users with too few reviews left, until no user goes.
    """
    rounds = 0
    while True:
        rounds += 1
        profiles = profiles[(distinct_users(reviews, profiles) >= rules.min_profile_item_users)[reviews.item[profiles]]]
        left = np.bincount(reviews.user[profiles], minlength=len(reviews.users)) >= rules.min_profile_reviews
        stays = left[reviews.user[profiles]]
        if stays.all():
            return profiles, rounds
        profiles = profiles[stays]


def comparable_profiles(reviews: Reviews, profiles: Positions, rules: Rules) -> Positions:
    """Returns, by the light rules, the whole profiles of users with enough reviews of items that enough others reviewed at all."""
    others = distinct_users(reviews, np.arange(len(reviews), dtype=np.int64)) - 1
    comparable = profiles[(others >= rules.min_peers)[reviews.item[profiles]]]
    stays = np.bincount(reviews.user[comparable], minlength=len(reviews.users)) >= rules.min_profile_reviews
    return profiles[stays[reviews.user[profiles]]]
