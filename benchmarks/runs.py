"""The run folder: what a run leaves on disk, and how it is read again."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from dpl.errors import ConfigurationError
from dpl.records import StageTrace

OK, FAILED = "ok", "failed"


class Key(NamedTuple):
    """What a prediction is the prediction of; `method` is the method's label."""

    dataset: str
    model: str
    method: str
    replicate: int
    sample_id: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one sample: a text, or the reason why there is none. A failure is a status, never a text."""

    key: Key
    user_id: str
    status: str
    error: str | None
    text: str | None
    notes: tuple[str, ...]
    stages: tuple[StageTrace, ...]

    def to_json(self) -> str:
        """Returns this outcome as one line of `predictions.jsonl`, without the line's end."""
        fields = {**self.key._asdict(), **asdict(self)}
        del fields["key"]
        return json.dumps(fields, ensure_ascii=True)

    @classmethod
    def from_json(cls, line: str) -> "Outcome":
        """Returns the outcome of a line.

        Raises:
            ValueError: the line is not what `to_json` wrote.
        """
        fields = json.loads(line)
        try:
            return cls(
                key=Key(*(fields[name] for name in Key._fields)),
                user_id=fields["user_id"],
                status=fields["status"],
                error=fields["error"],
                text=fields["text"],
                notes=tuple(fields["notes"]),
                stages=tuple(StageTrace(**{**stage, "keys": tuple(stage["keys"])}) for stage in fields["stages"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"no outcome: {error!r}") from error


class RunFolder:
    """The files of one run, by their names in the design; nothing is written until asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest_file = path / "manifest.json"
        self.predictions_file = path / "predictions.jsonl"
        self.scores_file = path / "scores.parquet"
        self.summary_file = path / "summary.csv"
        self.comparisons_file = path / "comparisons.csv"
        self.page_file = path / "report.html"
        self.figures = path / "figures"
        self.tables = path / "tables"

    def manifest(self) -> dict[str, Any]:
        """Returns the manifest.

        Raises:
            ConfigurationError: the folder holds none, or a damaged one.
        """
        try:
            manifest: dict[str, Any] = json.loads(self.manifest_file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            what = f"{self.path} is no run folder, it has no manifest.json"
            raise ConfigurationError(f"{what}; give a folder that `dplbench run` wrote") from error
        except ValueError as error:
            what = f"{self.manifest_file} is damaged ({error})"
            raise ConfigurationError(f"{what}; run the experiment again, stored answers are kept") from error
        return manifest

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Replaces the manifest."""
        write_atomically(self.manifest_file, json.dumps(manifest, indent=2, sort_keys=True, default=str) + "\n")

    def outcomes(self) -> tuple[dict[Key, Outcome], int]:
        """Returns what is known of each sample, the last word on it, and how many lines could not be read.

        A run that was killed may leave half a line at the end; that sample is simply not known.
        """
        if not self.predictions_file.is_file():
            return {}, 0
        known: dict[Key, Outcome] = {}
        damaged = 0
        with self.predictions_file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    outcome = Outcome.from_json(line)
                except ValueError:
                    damaged += 1
                    continue
                known[outcome.key] = outcome
        return known, damaged

    def append(self, outcome: Outcome) -> None:
        """Adds one outcome, at once, on a line of its own even after half a line."""
        self.path.mkdir(parents=True, exist_ok=True)
        with self.predictions_file.open("a+b") as file:
            file.seek(0, os.SEEK_END)
            if file.tell() and not _ends_line(file):
                file.write(b"\n")
            file.write(outcome.to_json().encode() + b"\n")

    def write_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Replaces all outcomes, in the order given."""
        write_atomically(self.predictions_file, "".join(outcome.to_json() + "\n" for outcome in outcomes))


def _ends_line(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")


def write_atomically(path: Path, text: str) -> None:
    """Writes a file so that others see the old or the new text, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)
