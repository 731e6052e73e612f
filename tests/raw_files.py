"""Raw Amazon Reviews files made up for tests, with every nuisance that real ones have.

Popularity of items and activity of users follow Zipf's law. Users have voices: words of their own that they use more often than others.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WORDS = ("the", "a", "of", "song", "film", "book", "slow", "loud", "night", "rain", "never", "always", "good", "bad", "end", "last")
SPACES = (" ", " ", " ", "  ", "\n\n", "\t", "\u00a0", "\u2003")


def reviews(count: int, users: int, items: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yields raw reviews: equal texts, repeated items, equal times, short texts and missing values among them."""
    rng = random.Random(seed)
    voices = [[f"w{rng.randrange(5000)}" for _ in range(12)] for _ in range(users)]
    weights = [1 / (rank + 4) ** 0.7 for rank in range(items)]
    active = [1 / (rank + 8) ** 0.5 for rank in range(users)]
    texts: dict[int, list[str]] = {}
    for number in range(count):
        (user,), (item,) = rng.choices(range(users), active), rng.choices(range(items), weights)
        own = texts.setdefault(user, [])
        text = "".join(rng.choice(WORDS + tuple(voices[user])) + rng.choice(SPACES) for _ in range(rng.randint(38, 70)))
        if own and rng.random() < 0.04:
            text = rng.choice(own)
        elif own and rng.random() < 0.03:
            text = " ".join(rng.choice(own).split()) + rng.choice(("", " ", "\n"))  # equal once white space is made one blank
        elif rng.random() < 0.05:
            text = text[: rng.choice((20, 199, 200, 201))]
        own.append(text)
        yield {
            "user_id": f"U{user:05d}",
            "parent_asin": f"P{item:05d}",
            "asin": f"A{item:05d}",
            "rating": rng.choice((1.0, 2.0, 3.0, 4.0, 5.0)) if rng.random() > 0.01 else 0.0,
            "title": "" if rng.random() < 0.01 else f"Headline {number} \u2013 é",
            "text": text,
            "timestamp": rng.randrange(1, 400) * 1000 if rng.random() > 0.01 else 0,
            "images": [],
        }


def items(count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yields raw items: descriptions as lists, too short, too long, missing, and with Amazon's label in front."""
    rng = random.Random(seed + 1)
    for number in range(count):
        description = [("Told at length " * rng.randint(4, 12)).strip(), f"and more of {number}"]
        kind = rng.random()
        if kind < 0.05:
            description = ["Product Description"]
        elif kind < 0.15:
            description = ["Product Description", *description]
        elif kind < 0.2:
            description = ["x" * rng.choice((99, 100, 2000, 2001))]
        elif kind < 0.23:
            description = []
        yield {
            "parent_asin": f"P{number:05d}",
            "title": "" if rng.random() < 0.01 else f"Item {number}",
            "description": description,
            "categories": [] if rng.random() < 0.01 else ["Books"],
            "rating_number": None if rng.random() < 0.01 else 5,
        }


def write(path: Path, records: Iterator[dict[str, Any]]) -> Path:
    """Writes records as JSONL."""
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record) + "\n")
    return path
