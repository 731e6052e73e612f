"""What a method is: a frozen dataclass of knobs with an `async def generate`. A decorator makes it known by name."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Protocol, TypeVar

from dpl.corpus import Corpus
from dpl.errors import ConfigurationError
from dpl.prompts import Prompts
from dpl.records import Prediction, Sample
from dpl.trace import Completer


class Method(Protocol):
    """Writes one review in the place of its user.

    `name` is what it is called by, `sees` what it may look at, and `paper` where it comes from.
    """

    name: ClassVar[str]
    sees: ClassVar[str]
    paper: ClassVar[str]

    async def generate(self, sample: Sample, corpus: Corpus, llm: Completer) -> Prediction:
        """Returns the review for `sample`.

        Raises:
            ModelError: the model gave no usable answer at some stage.
        """
        ...


def knob(default: Any, help: str, *, low: int | None = None, high: int | None = None, choices: tuple[str, ...] = ()) -> Any:
    """Declares a setting of a method once, for construction, validation, the command line and `dplbench list methods`.

    Args:
        default: its value unless set.
        help: what it does, in a few words.
        low: the smallest value allowed.
        high: the largest value allowed.
        choices: the values allowed, if they are names.
    """
    return field(default=default, metadata={"help": help, "low": low, "high": high, "choices": choices})


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs(Method):
    """Base of the methods here: the settings are fields made by `knob`, checked when a method is made."""

    prompts: Prompts = field(default_factory=Prompts)

    def __post_init__(self) -> None:
        problems = [
            problem
            for setting in fields(self)
            if setting.metadata and (problem := _problem(setting.name, getattr(self, setting.name), setting.metadata))
        ]
        if problems:
            raise ConfigurationError(*problems)

    @classmethod
    def settings(cls) -> Mapping[str, tuple[Any, Mapping[str, Any]]]:
        """Returns, by name, each knob's default value and its declaration."""
        return {
            setting.name: (None if setting.default is MISSING else setting.default, setting.metadata)
            for setting in fields(cls)
            if setting.metadata
        }


def allowed(declaration: Mapping[str, Any]) -> str:
    """Returns the values that a knob may take, for a person to read."""
    if declaration["choices"]:
        return " | ".join(declaration["choices"])
    if declaration["high"] is None:
        return f"{declaration['low']} or more"
    return f"{declaration['low']} to {declaration['high']}"


def _problem(name: str, value: Any, declaration: Mapping[str, Any]) -> str | None:
    low, high, choices = declaration["low"], declaration["high"], declaration["choices"]
    if choices:
        fits = value in choices
    else:
        fits = isinstance(value, int) and not isinstance(value, bool)
        fits = fits and (low is None or value >= low) and (high is None or value <= high)
    return None if fits else f"{name}={value!r} is not allowed; give {allowed(declaration)}"


METHODS: dict[str, type[Any]] = {}
M = TypeVar("M", bound=type[Any])


def register(cls: M) -> M:
    """Makes a method known under its `name`; used as a decorator."""
    METHODS[cls.name] = cls
    return cls
