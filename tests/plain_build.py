"""The published rules in the plainest Python, everything in memory: what `dplbench data build` must agree with, row for row."""

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

Review = dict[str, Any]


def description(parts: list[str]) -> str:
    if parts and parts[0] == "Product Description":
        parts = parts[1:]
    return " ".join(parts)


def load(path: Path) -> list[Review]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def keep_newest(own: list[Review], field: str) -> list[Review]:
    """One user's reviews, given in file order, without those whose item or text a newer one that was kept has."""
    kept: list[Review] = []
    for review in sorted(own, key=lambda review: -review["timestamp"]):
        if not any(review["parent_asin"] == other["parent_asin"] or review[field] == other[field] for other in kept):
            kept.append(review)
    places = {id(review): place for place, review in enumerate(own)}
    return sorted(kept, key=lambda review: places[id(review)])


def by_user(reviews: list[Review]) -> dict[str, list[Review]]:
    users: dict[str, list[Review]] = defaultdict(list)
    for review in reviews:
        users[review["user_id"]].append(review)
    return users


def build(review_file: Path, meta_file: Path) -> dict[str, list[Any]]:
    known = {}
    for item in load(meta_file):
        text = description(item["description"])
        if 100 <= len(text) <= 2000 and item["title"] and item["categories"] and item["rating_number"]:
            known[item["parent_asin"]] = {"asin": item["parent_asin"], "title": item["title"], "description": text}
    reviews = [
        review
        for review in load(review_file)
        if len(review["text"]) >= 200 and review["rating"] and review["title"] and review["timestamp"] and review["parent_asin"] in known
    ]
    while True:
        item_users = Counter(asin for asin, _ in {(review["parent_asin"], review["user_id"]) for review in reviews})
        sizes = {user: len(keep_newest(own, "text")) for user, own in by_user(reviews).items()}
        stay = [r for r in reviews if item_users[r["parent_asin"]] >= 8 and 18 <= sizes[r["user_id"]] <= 500]
        if len(stay) == len(reviews):
            break
        reviews = stay
    written = sorted({review["parent_asin"] for review in reviews})
    profiles, inputs = {}, {}
    for user, own in by_user(reviews).items():
        final = [{**review, "final": " ".join(review["text"].split())} for review in own]
        ordered = sorted(keep_newest(final, "final"), key=lambda review: review["timestamp"])
        profiles[user], inputs[user] = ordered[:-10], ordered[-10:]
    while True:
        item_users = Counter(review["parent_asin"] for profile in profiles.values() for review in profile)
        profiles = {user: [r for r in profile if item_users[r["parent_asin"]] >= 5] for user, profile in profiles.items()}
        stay_users = {user: profile for user, profile in profiles.items() if len(profile) >= 8}
        if len(stay_users) == len(profiles):
            break
        profiles = stay_users
    rows: dict[str, list[Any]] = {"train": [], "val": [], "test": [], "items": [known[asin] for asin in written]}
    for user in sorted(profiles):
        for k in range(10):
            history = [entry(review) for review in profiles[user] + inputs[user][:k]]
            name = "train" if k < 8 else "val" if k == 8 else "test"
            rows[name].append({"user_id": user, "profile": history, "data": entry(inputs[user][k])})
    return rows


def entry(review: Review) -> Review:
    names = {"asin": "parent_asin", "rating": "rating", "text": "final", "timestamp": "timestamp", "title": "title"}
    return {name: review[source] for name, source in names.items()}
