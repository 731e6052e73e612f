"""What can go wrong, named by who has to act: the person who configured the run, the one who set up the machine, or the model."""

import difflib
from collections.abc import Iterable, Sequence


class DPLError(Exception):
    """Base of every error this project raises on purpose; its text is meant to be read by a person."""

    exit_code = 1


class ConfigurationError(DPLError):
    """Wrong usage: one or more settings cannot be what they are. All of them are reported together.

    Args:
        problems: one line each, saying what was given, what is allowed and how to mend it.
    """

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems: Sequence[str] = problems

    @classmethod
    def unknown(cls, kind: str, given: str, known: Iterable[str], *, shown: int = 20) -> "ConfigurationError":
        """Returns the error for a name that does not exist: what was given, what exists, the nearest name.

        Args:
            kind: what the name should be, such as "method".
            given: the name.
            known: the names that exist.
            shown: list the existing names only if there are at most this many.
        """
        names = sorted(known)
        near = difflib.get_close_matches(given, names, n=1, cutoff=0.4)
        listed = f"; there is {', '.join(names)}" if len(names) <= shown else ""
        hint = f"; did you mean {near[0]}?" if near else ""
        return cls(f"unknown {kind} {given!r}{listed}{hint}")


class MissingRequirement(DPLError):
    """A key, a package or a data file is not there; the text holds the line that brings it."""

    exit_code = 3


class ModelError(DPLError):
    """A model gave no usable answer. It fails the one sample that asked, and is tried again by the next run."""


class TransientModelError(ModelError):
    """A model could not answer now (rate limit, overload, time-out, lost connection); asking again may help.

    Args:
        message: the provider's reason.
        retry_after: seconds the provider asked to wait, where it said so.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ContextExceeded(ModelError):
    """The prompt is longer than the model can read."""


class NotStored(ModelError):
    """An offline run needs a response that the response store does not hold."""
