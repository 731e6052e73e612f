"""Random generators that depend on what they are for, so that order and concurrency cannot change a draw."""

import hashlib
import random


def derive_seed(seed: int, *purpose: str) -> int:
    """Returns a 64-bit seed for one purpose, the same on every machine and in every run."""
    digest = hashlib.sha256("\x1f".join([str(seed), *purpose]).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big")


def derive_random(seed: int, *purpose: str) -> random.Random:
    """Returns a generator of its own for one purpose, such as ("peers", sample id)."""
    return random.Random(derive_seed(seed, *purpose))  # noqa: S311 - draws for an experiment, not secrets
