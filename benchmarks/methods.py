"""Methods by name: `dpl`, `rag:k=2`, `dpl:n=4,k=2,peers=random`."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import dpl.pipeline  # noqa: F401 - registers `dpl`
from benchmarks.discovery import import_all
from dpl.errors import ConfigurationError
from dpl.method import METHODS, Knobs, allowed


def known_methods() -> Mapping[str, type[Knobs]]:
    """Returns every method's class by name, sorted."""
    import_all("baselines")
    return dict(sorted(METHODS.items()))


def parse_method(spec: str) -> Knobs:
    """Returns the method that a specification names.

    Args:
        spec: `name` or `name:knob=value,knob=value`.

    Raises:
        ConfigurationError: an unknown name or knob, or a value out of range; all problems of the specification together.
    """
    name, _, given = spec.partition(":")
    methods = known_methods()
    if name not in methods:
        raise ConfigurationError.unknown("method", name, methods)
    cls = methods[name]
    problems: list[str] = []
    knobs: dict[str, Any] = {}
    for assignment in filter(None, given.split(",")):
        knob, equals, text = (part.strip() for part in assignment.partition("="))
        if not equals:
            problems.append(f"method {spec!r}: {assignment!r} is no setting; write knob=value")
        elif knob not in cls.settings():
            unknown = ConfigurationError.unknown(f"knob of method {name}", knob, cls.settings())
            problems.append(f"{unknown}; {describe(cls)}")
        else:
            knobs[knob] = int(text) if text.lstrip("-").isdigit() else text
    try:
        method = cls(**knobs)
    except ConfigurationError as error:
        problems.extend(f"method {spec!r}: {problem}" for problem in error.problems)
    if problems:
        raise ConfigurationError(*problems)
    return method


def label(method: Knobs) -> str:
    """Returns the shortest specification of a method: its name and the knobs that differ from their defaults, as declared."""
    changed = [f"{knob}={getattr(method, knob)}" for knob, (default, _) in method.settings().items() if getattr(method, knob) != default]
    return f"{method.name}:{','.join(changed)}" if changed else method.name


def describe(cls: type[Knobs]) -> str:
    """Returns a method's knobs with their defaults and what they may be, in one line."""
    knobs = [f"{knob}={default} ({allowed(declaration)})" for knob, (default, declaration) in cls.settings().items()]
    return f"{cls.name} has {', '.join(knobs)}" if knobs else f"{cls.name} has no knobs"


def with_prompts(method: Knobs, folder: Path | None, review_words: int, description_words: int) -> Knobs:
    """Returns a method whose prompts come from `folder` first and cut texts at the given numbers of words."""
    prompts = method.prompts if folder is None else method.prompts.preferring(folder)
    return replace(method, prompts=replace(prompts, review_words=review_words, description_words=description_words))
