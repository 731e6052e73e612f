"""How fast rows are built, beside the plain rules in the same run on the same made-up files; the rows must agree.

python tests/performance/building.py [REVIEWS]
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).parent.parent
sys.path.insert(0, str(TESTS))

import plain_build  # noqa: E402 - the tests' folder has to be known first
import raw_files  # noqa: E402

REVIEWS = 200_000
ROUNDS = 3


def ours(folder: Path) -> list[object]:
    import pyarrow.parquet as pq

    from benchmarks.building.build import build
    from benchmarks.building.raw import Tolerance
    from benchmarks.building.rules import rules

    build([str(folder / "reviews.jsonl")], [str(folder / "meta.jsonl")], folder / "out", rules("full"), Tolerance())
    return pq.read_table(folder / "out" / "test.parquet").to_pylist()


def plain(folder: Path) -> list[object]:
    return plain_build.build(folder / "reviews.jsonl", folder / "meta.jsonl")["test"]


def measured(name: str, folder: Path) -> tuple[float, int, int]:
    """Runs one of the two in a process of its own; returns seconds, peak memory in MiB and a fingerprint of the rows."""
    command = [sys.executable, __file__, name, str(folder)]
    seconds, peak, rows = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), int(peak), int(rows)


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        raw_files.write(folder / "reviews.jsonl", raw_files.reviews(count, users=count // 25, items=count // 40))
        raw_files.write(folder / "meta.jsonl", raw_files.items(count // 40))
        size = (folder / "reviews.jsonl").stat().st_size / 2**20
        print(f"{count:,} made-up reviews, {size:.0f} MiB; best of {ROUNDS}, by turns")
        runs = {name: [] for name in ("plain", "ours")}
        for _ in range(ROUNDS):
            for name, results in runs.items():
                results.append(measured(name, folder))
        for name, results in runs.items():
            print(f"{name:6} {min(seconds for seconds, _, _ in results):7.2f} s  {min(peak for _, peak, _ in results):6} MiB")
        if len({rows for results in runs.values() for _, _, rows in results}) != 1:
            sys.exit("the rows differ")
        ratio = min(seconds for seconds, _, _ in runs["plain"]) / min(seconds for seconds, _, _ in runs["ours"])
        print(f"ours takes 1/{ratio:.1f} of the plain rules' time; the test rows are the same")


def one(name: str, folder: Path) -> None:
    import hashlib
    import json

    started = time.perf_counter()
    rows = {"ours": ours, "plain": plain}[name](folder)
    seconds = time.perf_counter() - started
    digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).digest()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(seconds, peak, int.from_bytes(digest[:6], "big"))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[1], Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) == 2 else REVIEWS)
