"""The record of one sample being worked on: which stages asked what, and what was used instead of what."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from dpl.errors import ContextExceeded, ModelError
from dpl.prompts import Prompts
from dpl.records import Completion, Message, Prediction, Sampling, StageTrace

N = TypeVar("N", int, float)


class Completer(Protocol):
    """Whatever answers a chat: an LLM, or a Trace in front of one."""

    async def complete(
        self, messages: Sequence[Message], *, stage: str, sampling: Sampling | None = None, replicate: int = 0
    ) -> Completion:
        """Returns the model's answer; see `LLM.complete`."""
        ...


@dataclass
class _Asked:
    stage: str
    completion: Completion | None = None


@dataclass
class Trace:
    """Stands between a method and the model, and remembers what passed.

    It is kept by whoever runs the method, so that what a failed sample asked and paid for is known too.

    Args:
        llm: the model.
        replicate: the repetition this sample belongs to; every call is made for it.
    """

    llm: Completer
    replicate: int = 0
    notes: list[str] = field(default_factory=list)
    _asked: list[_Asked] = field(default_factory=list)

    @classmethod
    def of(cls, llm: Completer) -> "Trace":
        """Returns `llm` itself if it is a trace already (a harness keeps it), else a new trace in front of it."""
        return llm if isinstance(llm, Trace) else cls(llm)

    async def complete(
        self, messages: Sequence[Message], *, stage: str, sampling: Sampling | None = None, replicate: int = 0
    ) -> Completion:
        """Passes a chat on to the model; like `LLM.complete`, but for this trace's replicate."""
        # The place is taken before the answer comes, so that stages asked together stay in the order of asking.
        asked = _Asked(stage)
        self._asked.append(asked)
        asked.completion = await self.llm.complete(messages, stage=stage, sampling=sampling, replicate=replicate or self.replicate)
        return asked.completion

    async def ask(self, prompts: Prompts, stage: str, **values: object) -> str:
        """Renders a stage's prompt, asks the model, and returns its answer without surrounding white space.

        A prompt beyond the model's context is asked again with half the words of every text, as often as that leaves something to
        read; what was shortened is noted.

        Raises:
            ModelError: the model gave no usable answer, or even the shortest prompt is too long for it.
        """
        while True:
            rendered = prompts.render(stage, **values)
            try:
                completion = await self.complete(rendered.messages, stage=stage)
            except ContextExceeded as error:
                shorter = prompts.halved()
                if shorter is None:
                    raise
                self.note(
                    f"{stage}: the prompt is beyond the model's context; reviews cut to {shorter.review_words} words "
                    f"and descriptions to {shorter.description_words} ({error})"
                )
                prompts = shorter
                continue
            if rendered.shortened:
                limits = f"{prompts.review_words} words a review and {prompts.description_words} a description"
                self.note(f"{stage}: {rendered.shortened} of its texts cut to {limits}")
            if not completion.text.strip():
                raise ModelError(f"stage {stage}: the answer is empty")
            return completion.text.strip()

    def note(self, text: str) -> None:
        """Records, once, that something was used instead of something else."""
        if text not in self.notes:
            self.notes.append(text)

    @property
    def stages(self) -> tuple[StageTrace, ...]:
        """The stages that were answered, in the order of their first question."""
        answered: dict[str, list[Completion]] = {}
        for asked in self._asked:
            if asked.completion is not None:
                answered.setdefault(asked.stage, []).append(asked.completion)
        return tuple(
            StageTrace(
                stage=stage,
                keys=tuple(completion.key for completion in completions),
                tokens_in=total([completion.tokens_in for completion in completions]),
                tokens_out=total([completion.tokens_out for completion in completions]),
                cost_usd=total([completion.cost_usd for completion in completions]),
                seconds=round(sum(completion.seconds for completion in completions), 4),
            )
            for stage, completions in answered.items()
        )

    def prediction(self, text: str) -> Prediction:
        """Returns the finished review together with this record."""
        return Prediction(text=text, stages=self.stages, notes=tuple(self.notes))


def total(values: Sequence[N | None]) -> N | None:
    """Returns the sum, or None if any of the values is unknown: a sum with a hole in it is not known either."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
