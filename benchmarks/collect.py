"""Collecting: every dataset x model x method x replicate x sample, as independent pieces of work with no barrier between them."""

import asyncio
import itertools
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

from benchmarks.preparation import Prepared
from benchmarks.runs import FAILED, OK, Key, Outcome
from dpl.corpus import Corpus
from dpl.errors import ConfigurationError, MissingRequirement, ModelError
from dpl.llm.client import LLM
from dpl.method import Method
from dpl.records import Sample
from dpl.trace import Trace


@dataclass(frozen=True, slots=True)
class Task:
    """One sample for one method on one model."""

    key: Key
    sample: Sample
    corpus: Corpus
    method: Method
    model: LLM


def keys(prepared: Prepared) -> Iterator[Key]:
    """Yields what an experiment predicts, in the order in which its predictions are written at the end."""
    replicates = range(prepared.experiment.replicates)
    for dataset, model in itertools.product(prepared.datasets, prepared.models):
        for method, replicate, sample in itertools.product(prepared.methods, replicates, dataset.samples):
            yield Key(dataset.name, model.model, method, replicate, sample.id)


def tasks(prepared: Prepared) -> Iterator[Task]:
    """Yields the work of an experiment, all methods of a sample one after another.

    Their prompts begin alike, so a model that keeps the prompts it has read need not read them again; and what there is when a run is
    stopped can be compared.
    """
    replicates = range(prepared.experiment.replicates)
    for dataset, model in itertools.product(prepared.datasets, prepared.models):
        for replicate, sample, (name, method) in itertools.product(replicates, dataset.samples, prepared.methods.items()):
            yield Task(Key(dataset.name, model.model, name, replicate, sample.id), sample, dataset.corpus, method, model)


async def collect(work: Iterator[Task], done: Container[Key], concurrency: int, report: Callable[[Outcome], None]) -> None:
    """Works on tasks, at most `concurrency` at once, and reports each outcome as it comes.

    Args:
        work: the tasks; taken one by one, so that they need never all be in memory.
        done: the keys that need no more work.
        concurrency: how many samples to work on at once.
        report: takes each outcome, in the order in which they finish.

    Raises:
        MissingRequirement: the model's key is refused; what was finished has been reported.
        ConfigurationError: a prompt cannot be filled in; what was finished has been reported.
    """
    remaining = (task for task in work if task.key not in done)

    async def worker() -> None:
        for task in remaining:
            report(await _outcome(task))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(worker())
    except* (MissingRequirement, ConfigurationError) as failures:
        raise failures.exceptions[0] from None


async def _outcome(task: Task) -> Outcome:
    """Returns what came of a task. Only what would fail every other task too is raised."""
    trace = Trace(task.model, replicate=task.key.replicate)
    text, error = None, None
    try:
        text = (await task.method.generate(task.sample, task.corpus, trace)).text
    except ModelError as failure:
        error = str(failure)
    except (MissingRequirement, ConfigurationError):
        raise
    except Exception as failure:  # a method by somebody else may raise anything; its sample fails alone
        error = f"{type(failure).__name__}: {failure}"
    return Outcome(
        key=task.key,
        user_id=task.sample.user_id,
        status=OK if error is None else FAILED,
        error=error,
        text=text,
        notes=tuple(trace.notes),
        stages=trace.stages,
    )
