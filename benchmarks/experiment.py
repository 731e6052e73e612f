"""Experiments: what to run, as one typed value. A YAML file, the command line and Python all make the same one."""

import difflib
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from benchmarks.datasets import find_dataset
from benchmarks.methods import label, parse_method
from benchmarks.metrics import parse_metric
from dpl.errors import ConfigurationError

SHIPPED = Path(__file__).parent / "experiments"


class Settings(BaseModel):
    """Base of what can be configured: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SamplingSettings(Settings):
    """How models draw their answers; see `dpl.records.Sampling`."""

    temperature: float = Field(default=0.8, ge=0, le=2)
    top_p: float = Field(default=0.95, gt=0, le=1)
    max_tokens: int = Field(default=2048, ge=1)
    seed: int | None = 42


class Experiment(Settings):
    """What to run. The order of datasets, models, methods and metrics is the order of the report."""

    name: str = Field(default="experiment", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    description: str = ""
    datasets: tuple[str, ...] = Field(default=("sample",), min_length=1)
    models: tuple[str, ...] = Field(min_length=1)
    methods: tuple[str, ...] = Field(min_length=1)
    metrics: tuple[str, ...] = Field(default=("rouge1", "rougeL", "meteor", "bleu"), min_length=1)
    reference: str | None = None
    """The method that every other is compared with; None takes the last of `methods`."""
    limit: int | None = Field(default=None, ge=1)
    """Samples of each dataset, at most."""
    replicates: int = Field(default=1, ge=1)
    concurrency: int = Field(default=8, ge=1)
    """Samples worked on, and requests to each model, at once."""
    seed: int = Field(default=42, ge=0)
    """Of the statistics' draws."""
    sampling: SamplingSettings = SamplingSettings()
    prompts: Path | None = None
    """A folder of prompt files that are taken instead of those that come with the methods."""
    review_words: int = Field(default=500, ge=1)
    description_words: int = Field(default=300, ge=1)
    base_url: str | None = None
    """The server of hosted models; None takes what the environment or LiteLLM says."""
    max_error_rate: float = Field(default=0.0, ge=0, le=1)
    """The share of samples that may fail before the run counts as failed (exit code 5)."""
    allow_leaks: bool = False
    """Run even on a dataset whose histories hold a review to predict, or go on after it."""

    @field_validator("datasets")
    @classmethod
    def _datasets_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _distinct(_each(names, _existing_dataset))

    @field_validator("methods")
    @classmethod
    def _methods_exist(cls, specs: tuple[str, ...]) -> tuple[str, ...]:
        return _distinct(_each(specs, lambda spec: label(parse_method(spec))))

    @field_validator("metrics")
    @classmethod
    def _metrics_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _distinct(_each(names, lambda name: parse_metric(name).name))

    @field_validator("models")
    @classmethod
    def _models_distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _distinct(names)

    @field_validator("prompts")
    @classmethod
    def _prompts_exist(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError(f"no folder {folder}; give a folder with files such as generation.user.txt")
        return folder

    @field_validator("reference")
    @classmethod
    def _reference_exists(cls, spec: str | None, info: Any) -> str | None:
        methods = info.data.get("methods")
        if spec is None or methods is None:
            return spec
        named = _each((spec,), lambda spec: label(parse_method(spec)))[0]
        if named not in methods:
            raise ValueError(f"{spec!r} is none of the methods of this experiment: {', '.join(methods)}")
        return named

    @property
    def compared_with(self) -> str:
        """The method that every other one is compared with."""
        return self.reference or self.methods[-1]

    def digest(self, **identities: object) -> str:
        """Returns eight hexadecimal digits that name this experiment.

        Settings that cannot change a result (concurrency, the error rate, the description) are not in it, nor is the folder of prompts,
        whose content counts.

        Args:
            identities: what the settings only refer to: fingerprints of datasets, hashes of prompts.
        """
        settings = self.model_dump(mode="json", exclude={"concurrency", "max_error_rate", "allow_leaks", "description", "prompts"})
        text = json.dumps({"experiment": settings, **identities}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def _each(names: Sequence[str], check: Callable[[str], str]) -> tuple[str, ...]:
    """Returns what `check` makes of each name, or raises all its complaints as the one ValueError that pydantic gathers."""
    checked: list[str] = []
    problems: list[str] = []
    for name in names:
        try:
            checked.append(check(name))
        except ConfigurationError as error:
            problems.extend(error.problems)
    if problems:
        raise ValueError("\n".join(problems))
    return tuple(checked)


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{', '.join(repeated)} given more than once; give each once")
    return names


def _existing_dataset(name: str) -> str:
    find_dataset(name)
    return name


def shipped_experiments() -> Mapping[str, Path]:
    """Returns the files of the experiments that come with the project, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


def read_settings(experiment: str) -> dict[str, Any]:
    """Returns the settings in an experiment's file, unchecked.

    Args:
        experiment: the name of a shipped experiment, or a path to a YAML file.

    Raises:
        ConfigurationError: there is no such experiment, or the file is no YAML mapping.
    """
    shipped = shipped_experiments()
    path = shipped.get(experiment, Path(experiment))
    if not path.is_file():
        if path.suffix in (".yaml", ".yml"):
            raise ConfigurationError(f"experiment: no file {experiment}; give a YAML file or one of {', '.join(shipped)}")
        raise ConfigurationError.unknown("experiment", experiment, shipped)
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"experiment {path}: no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(settings, dict):
        raise ConfigurationError(f"experiment {path}: a mapping of settings is needed, such as `models: [openai/gpt-4o-mini]`")
    return {"name": path.stem, **settings}


def assigned(settings: Mapping[str, Any], assignments: Sequence[str]) -> dict[str, Any]:
    """Returns settings with `key=value` assignments made; a dot reaches inside (`sampling.temperature=0`), values are YAML.

    Raises:
        ConfigurationError: an assignment has no `=`.
    """
    result = dict(settings)
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals:
            raise ConfigurationError(f"--set {assignment}: write key=value, for instance --set sampling.temperature=0")
        place = result
        *outer, last = key.strip().split(".")
        for name in outer:
            inner = place.get(name)
            place[name] = dict(inner) if isinstance(inner, Mapping) else {}
            place = place[name]
        try:
            place[last] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ConfigurationError(f"--set {assignment}: the value is no YAML; quote it") from error
    return result


def checked(settings: Mapping[str, Any]) -> Experiment:
    """Returns the experiment of some settings.

    Raises:
        ConfigurationError: all that is wrong with them, one line each.
    """
    try:
        return Experiment.model_validate(settings)
    except ValidationError as error:
        raise ConfigurationError(*(line for problem in error.errors() for line in _lines(problem))) from error


def _lines(problem: Any) -> list[str]:
    """Returns a pydantic error in the words of a person who writes the settings."""
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        fields = SamplingSettings.model_fields if len(problem["loc"]) > 1 else Experiment.model_fields
        near = difflib.get_close_matches(str(problem["loc"][-1]), fields, n=1, cutoff=0.4)
        hint = f"; did you mean {near[0]}?" if near else ""
        return [f"unknown setting {place!r}; there is {', '.join(fields)}{hint}"]
    if problem["type"] == "missing":
        return [f"{place}: is missing; give it on the command line or in the experiment's file"]
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"]).split("\n")
    return [f"{place}: {problem['input']!r} is not allowed: {problem['msg'][0].lower()}{problem['msg'][1:]}"]
