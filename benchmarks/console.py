"""What the command line shows: a progress bar on a terminal, plain lines elsewhere, and tables on stdout."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from benchmarks.auditing import Check
from benchmarks.doctor import Finding
from benchmarks.report import read_summary
from benchmarks.run import Done
from benchmarks.run import Progress as Callbacks
from benchmarks.runs import FAILED, Outcome, RunFolder
from reports.tables import terminal_table

LINES = 10
REASONS = 5
# Without a terminal there is no width to keep to; rich would take 80, and the table wants more.
OUT = Console(width=None if sys.stdout.isatty() else 110)
ERR = Console(stderr=True)


class Display:
    """Shows how far a run is: a bar on a terminal; elsewhere a line for every tenth of the work."""

    def __init__(self) -> None:
        self.progress = Callbacks(self._begin, self._advance)
        self._bar = Progress(
            TextColumn("[bold]collecting"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("samples, {task.fields[failed]} failed"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=ERR,
            disable=not ERR.is_terminal,
        )
        self._reasons: dict[str, int] = {}
        self._total = self._finished = self._failed = 0

    def __enter__(self) -> "Display":
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()

    def _begin(self, total: int, done: int) -> None:
        self._total, self._finished = total, done
        self._task = self._bar.add_task("collecting", total=total, completed=done, failed=0)
        if done and not ERR.is_terminal:
            ERR.print(f"{done} of {total} samples are collected already")

    def _advance(self, outcome: Outcome) -> None:
        self._finished += 1
        if outcome.status == FAILED:
            self._failed += 1
            reason = outcome.error or "no reason given"
            self._reasons[reason] = self._reasons.get(reason, 0) + 1
        self._bar.update(self._task, completed=self._finished, failed=self._failed)
        step = max(1, self._total // LINES)
        if not ERR.is_terminal and (self._finished % step == 0 or self._finished == self._total):
            ERR.print(f"{self._finished} of {self._total} samples, {self._failed} failed", highlight=False)

    def report(self, done: Done) -> None:
        """Shows the table, the reasons of failures and the files of a finished run."""
        say_summary(done.folder)
        for reason, times in sorted(self._reasons.items(), key=lambda entry: -entry[1])[:REASONS]:
            ERR.print(f"failed {times} times: {reason}", style="red", highlight=False, markup=False, soft_wrap=True)
        if done.failed:
            ERR.print("The same command tries the failed samples again.", style="red")
        OUT.print(f"{done.samples} samples, {done.calls} new model calls", highlight=False)
        say_files([done.folder.path, done.folder.page_file])


def say_summary(folder: RunFolder) -> None:
    """Shows the table of a scored run, and above it what a reader must know."""
    OUT.print(terminal_table(read_summary(folder)))
    for warning in folder.manifest()["warnings"]:
        OUT.print(f"Note: {warning}", style="yellow", highlight=False, markup=False, soft_wrap=True)


def say_files(files: Iterable[Path]) -> None:
    """Names files, one a line and never broken, so that they can be copied."""
    for file in files:
        OUT.print(f"wrote {file}", soft_wrap=True, highlight=False, markup=False)


def say_catalogue(what: str) -> None:
    """Shows what can be named in an experiment."""
    from benchmarks.catalogue import CATALOGUES

    header, rows = CATALOGUES[what]()
    _say_table(header, rows)


def say_findings(findings: Sequence[Finding]) -> bool:
    """Shows what was found; returns whether all that is needed is there."""
    marks: Mapping[str, str] = {"ok": "[green]ok[/]", "optional": "[yellow]not here[/]", "missing": "[red]missing[/]"}
    _say_table(("", "what", "found"), [(marks[finding.state], finding.what, finding.told) for finding in findings])
    return all(finding.state != "missing" for finding in findings)


def _say_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    table = Table(*header, box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*map(str, row))
    OUT.print(table, highlight=False)


@contextmanager
def telling(what: str) -> Iterator[Callable[[str], None]]:
    """Gives a function that shows how far something is: in one line that changes on a terminal, a line each time elsewhere."""
    if not ERR.is_terminal:
        yield lambda text: ERR.print(text, highlight=False, markup=False)
        return
    with ERR.status(what) as status:
        yield lambda text: status.update(f"{what}: {text}")


def say_built(counts: Mapping[str, int], out: Path) -> None:
    """Shows what a build counted at every step."""
    _say_table(("step", "count"), [(step.replace("_", " "), f"{count:,}") for step, count in counts.items()])
    say_files([out])


def say_audit(checks: Sequence[Check]) -> bool:
    """Shows what an audit looked at; returns whether there is no leak."""
    rows = []
    for check in checks:
        mark = "[dim]count[/]" if check.kind == "count" else "[red]leak[/]" if check.found else "[green]ok[/]"
        rows.append((mark, f"{check.found:,}", check.what, escape(", ".join(check.examples))))
    _say_table(("", "found", "what", "such as"), rows)
    return not any(check.kind == "leak" and check.found for check in checks)


def say_description(totals: Mapping[str, str], sizes: pd.DataFrame) -> None:
    """Shows a dataset's counts and the distributions of its sizes."""
    _say_table(("dataset", ""), list(totals.items()))
    OUT.print()
    _say_table(list(sizes.columns), [[row[0], *(f"{value:,.1f}" for value in row[1:])] for row in sizes.itertuples(index=False)])
