"""`dplbench data build`: raw files in, a folder with rows, items and a manifest out; whole or not at all."""

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.building.fixed_points import (
    chronological,
    comparable_profiles,
    deduplicated,
    first_fixed_point,
    second_fixed_point,
    split,
)
from benchmarks.building.raw import HUB, Tolerance
from benchmarks.building.rows import ITEM, Histories, histories, write_peers, write_rows
from benchmarks.building.rules import Rules
from benchmarks.building.spool import Item, Reviews, Tell, read_items, spool_reviews
from dpl.errors import ConfigurationError

HUB_RAW = "hf://datasets/McAuley-Lab/Amazon-Reviews-2023/raw"


def hub_files(category: str) -> tuple[str, str]:
    """Returns where the hub keeps a category's reviews and items."""
    return f"{HUB_RAW}/review_categories/{category}.jsonl", f"{HUB_RAW}/meta_categories/meta_{category}.jsonl"


def build(
    reviews: Sequence[str], meta: Sequence[str], out: Path, rules: Rules, tolerance: Tolerance, tell: Tell = lambda text: None
) -> Mapping[str, int]:
    """Builds rows from raw files and returns the counts at every step.

    Args:
        reviews: files of reviews, in the order that decides ties.
        meta: files of items.
        out: the folder to write: `train.parquet`, `val.parquet`, `test.parquet`, `items.parquet`, `manifest.json`, and by the light rules
            `peers.parquet`. An earlier build there is replaced once the new one is finished.
        rules: the thresholds.
        tolerance: what may be wrong with the files.
        tell: is told how far it is.

    Raises:
        MissingRequirement: a file is not there.
        ConfigurationError: a file is damaged, `out` holds something else, or nobody is left; nothing is written then.
    """
    if out.exists() and not (out / "manifest.json").is_file() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigurationError(f"{out} exists and is no earlier build; give another folder with --out")
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    try:
        counts = _built(reviews, meta, draft, rules, tolerance, tell)
        _describe(reviews, meta, draft, rules, tolerance, counts)
        _replace(out, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return counts


def _built(review_files: Sequence[str], meta: Sequence[str], draft: Path, rules: Rules, tolerance: Tolerance, tell: Tell) -> dict[str, int]:
    counts: dict[str, int] = {}
    items = read_items(meta, rules, tolerance, counts)
    tell(f"{counts['items_kept']:,} of {counts['item_rows']:,} items kept")
    texts = draft / ".texts.arrow"
    reviews = spool_reviews(review_files, items, rules, tolerance, counts, texts, tell)
    among, counts["rounds_of_users_and_items"] = first_fixed_point(reviews, rules, tell)
    counts |= _sizes("after_first_fixed_point", reviews, among)
    reviewed = np.unique(reviews.item[among])
    final = deduplicated(reviews, among, reviews.text)
    counts |= _sizes("deduplicated", reviews, final)
    profiles, inputs = split(reviews, chronological(reviews, final), rules.held_out)
    if rules.is_light:
        profiles = comparable_profiles(reviews, profiles, rules)
    else:
        profiles, counts["rounds_of_profiles"] = second_fixed_point(reviews, profiles, rules)
    counts |= _sizes("profiles", reviews, profiles)
    if not len(profiles):
        raise ConfigurationError(f"nobody is left: {_emptied(counts, rules)}")
    found = histories(reviews, profiles, inputs, rules.held_out)
    tell(f"{len(found.users):,} users stay; writing their rows")
    counts |= {f"{name}_rows": rows for name, rows in write_rows(reviews, found, draft).items()}
    if rules.is_light:
        reviewed, counts["peer_reviews"] = _write_peers(reviews, found, draft)
    counts["items_written"] = _write_items(items, [reviews.items[index] for index in reviewed], draft)
    texts.unlink()
    return counts


def _write_peers(reviews: Reviews, found: Histories, draft: Path) -> tuple[Any, int]:
    """Writes who else reviewed the items of the histories; returns those items and how many reviews there are."""
    reviewed = np.unique(reviews.item[found.positions])
    wanted = np.zeros(len(reviews.items), dtype=bool)
    wanted[reviewed] = True
    known = set(found.users)
    outsider = np.array([user not in known for user in reviews.users], dtype=bool)
    everybody = deduplicated(reviews, np.arange(len(reviews), dtype=np.int64), reviews.text)
    chosen = everybody[wanted[reviews.item[everybody]] & outsider[reviews.user[everybody]]]
    return reviewed, write_peers(reviews, chosen, draft / "peers.parquet")


def _sizes(step: str, reviews: Reviews, among: Any) -> dict[str, int]:
    return {
        f"{step}_reviews": len(among),
        f"{step}_users": len(np.unique(reviews.user[among])),
        f"{step}_items": len(np.unique(reviews.item[among])),
    }


def _write_items(items: Mapping[str, Item], asins: Sequence[str], draft: Path) -> int:
    kept = [items[asin] for asin in sorted(asins)]
    columns = [[getattr(item, name) for item in kept] for name in ("asin", "title", "description")]
    pq.write_table(
        pa.table([pa.array(column, pa.string()) for column in columns], schema=ITEM), draft / "items.parquet", compression="zstd"
    )
    return len(kept)


def _emptied(counts: Mapping[str, int], rules: Rules) -> str:
    """Returns the counts at each step and the threshold that let nobody through."""
    steps = [
        ("items_kept", f"items (description of {rules.min_description} to {rules.max_description} code points)"),
        ("reviews_long_enough", f"reviews of at least {rules.min_text} code points"),
        ("reviews_of_kept_items", "reviews of such items"),
        (
            "after_first_fixed_point_reviews",
            f"reviews by users with {rules.min_user_reviews} to {rules.max_user_reviews} "
            f"of items with at least {1 if rules.is_light else rules.min_item_users} users",
        ),
        ("profiles_reviews", f"profile reviews ({_profile_bounds(rules)})"),
    ]
    told = [f"{counts[key]:,} {what}" for key, what in steps]
    first = next(what for key, what in steps if not counts[key])
    return f"{'; '.join(told)}. Relax what bounds the {first}, or give more data"


def _profile_bounds(rules: Rules) -> str:
    if rules.is_light:
        return f"users with at least {rules.min_profile_reviews} of items with at least {rules.min_peers} other reviewers"
    return f"users with at least {rules.min_profile_reviews}, items with at least {rules.min_profile_item_users} users"


def _describe(
    reviews: Sequence[str], meta: Sequence[str], draft: Path, rules: Rules, tolerance: Tolerance, counts: Mapping[str, int]
) -> None:
    manifest = {
        "rules": asdict(rules),
        "counts": counts,
        "inputs": {Path(path).name: None if path.startswith(HUB) else _sha256(Path(path)) for path in (*reviews, *meta)},
        "outputs": {path.name: _sha256(path) for path in sorted(draft.glob("*.parquet"))},
        "bad_lines_skipped": tolerance.bad,
        "truncated": [Path(path).name for path in tolerance.truncated],
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("dplbench", "numpy", "pyarrow")}},
    }
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _replace(out: Path, draft: Path) -> None:
    """Puts the finished folder in its place; a build that is killed before leaves the old one as it was."""
    if not out.exists():
        draft.rename(out)
        return
    old = out.with_name(f".{out.name}.old.{os.getpid()}")
    out.rename(old)
    draft.rename(out)
    shutil.rmtree(old)
