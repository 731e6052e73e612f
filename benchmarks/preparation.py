"""From an experiment's settings to what runs: datasets loaded, methods made, models checked. Nothing is called yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.auditing import leaks
from benchmarks.datasets import Dataset, load_dataset
from benchmarks.experiment import Experiment, checked
from benchmarks.methods import parse_method, with_prompts
from benchmarks.metrics import Metric, parse_metric
from dpl.errors import ConfigurationError, DPLError, MissingRequirement
from dpl.llm.client import LLM
from dpl.llm.responses import ResponseStore
from dpl.method import Knobs
from dpl.records import Sampling


@dataclass(frozen=True, slots=True)
class Prepared:
    """An experiment with everything it names at hand.

    `substitutes` tell what is used instead of what was asked for (a metric whose data are missing).
    """

    experiment: Experiment
    datasets: tuple[Dataset, ...]
    models: tuple[LLM, ...]
    methods: Mapping[str, Knobs]
    metrics: tuple[Metric, ...]
    substitutes: tuple[str, ...]
    digest: str

    @property
    def prompt_hashes(self) -> Mapping[str, str]:
        """The SHA-256 of every prompt file in use, by name."""
        return {name: digest for method in self.methods.values() for name, digest in method.prompts.hashes().items()}

    @property
    def folder_name(self) -> str:
        """The name of the run folder; equal experiments have equal names."""
        return f"{self.experiment.name}-{self.digest}"


def prepare(settings: Mapping[str, Any], store: ResponseStore, *, offline: bool = False) -> Prepared:
    """Checks settings and loads what they name.

    Raises:
        ConfigurationError: all that is wrong with the settings and the models they name, together.
        MissingRequirement: nothing is wrong, but keys, packages or data are missing; all of them together.
    """
    problems: list[str] = []
    missing: list[str] = []
    experiment = None
    try:
        experiment = checked(settings)
    except ConfigurationError as error:
        problems.extend(error.problems)
    if not offline:
        _check_models(settings.get("models"), problems, missing)
    if problems:
        raise ConfigurationError(*problems)
    if missing:
        raise MissingRequirement("\n".join(missing))
    if experiment is None:
        raise ConfigurationError("the settings make no experiment")
    return _loaded(experiment, store, offline)


def _check_models(names: object, problems: list[str], missing: list[str]) -> None:
    for name in names if isinstance(names, Sequence) and not isinstance(names, str) else ():
        try:
            LLM(str(name)).check()
        except ConfigurationError as error:
            problems.extend(error.problems)
        except DPLError as error:
            missing.append(str(error))


def load_datasets(experiment: Experiment) -> tuple[Dataset, ...]:
    """Returns the datasets of an experiment with at most `limit` samples each."""
    return tuple(load_dataset(name).limited(experiment.limit) for name in experiment.datasets)


def recorded_datasets(manifest: Mapping[str, Any]) -> tuple[Dataset, ...]:
    """Returns the datasets that a run was collected on.

    Raises:
        ConfigurationError: one of them is not what it was then.
    """
    datasets = load_datasets(checked(manifest["experiment"]))
    for dataset in datasets:
        if dataset.fingerprint != manifest["datasets"][dataset.name]["fingerprint"]:
            raise ConfigurationError(f"dataset {dataset.name} has changed since this run was collected; run the experiment again")
    return datasets


def usable_metrics(names: Sequence[str]) -> tuple[tuple[Metric, ...], tuple[str, ...]]:
    """Returns the metrics that this machine can compute for the ones named, and what was put in the place of what."""
    found = [parse_metric(name).usable() for name in names]
    metrics = {metric.name: metric for metric, _ in found}
    return tuple(metrics.values()), tuple(note for _, note in found if note)


def _loaded(experiment: Experiment, store: ResponseStore, offline: bool) -> Prepared:
    datasets = load_datasets(experiment)
    if not experiment.allow_leaks:
        _refuse_leaks(datasets)
    methods = {
        spec: with_prompts(parse_method(spec), experiment.prompts, experiment.review_words, experiment.description_words)
        for spec in experiment.methods
    }
    metrics, substitutes = usable_metrics(experiment.metrics)
    prepared = Prepared(
        experiment=experiment,
        datasets=datasets,
        models=tuple(_model(name, experiment, store, offline) for name in experiment.models),
        methods=methods,
        metrics=metrics,
        substitutes=substitutes,
        digest="",
    )
    fingerprints = {dataset.name: dataset.fingerprint for dataset in datasets}
    return replace(prepared, digest=experiment.digest(datasets=fingerprints, prompts=dict(prepared.prompt_hashes)))


def _refuse_leaks(datasets: Sequence[Dataset]) -> None:
    problems = [
        f"dataset {dataset.name}: {check.found} {check.what} ({', '.join(check.examples)}); "
        "mend the data, or run all the same with --set allow_leaks=true"
        for dataset in datasets
        for check in leaks(dataset)
        if check.found
    ]
    if problems:
        raise ConfigurationError(*problems)


def _model(name: str, experiment: Experiment, store: ResponseStore, offline: bool) -> LLM:
    return LLM(
        name,
        base_url=None if name.startswith("local/") else experiment.base_url,
        sampling=Sampling(**experiment.sampling.model_dump()),
        store=store,
        concurrency=experiment.concurrency,
        offline=offline,
    )
