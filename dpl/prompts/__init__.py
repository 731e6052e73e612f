"""Prompts: one text file a message, filled in by Jinja. A folder of the user's own can replace any of them."""

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dpl.errors import ConfigurationError
from dpl.records import Item, Message, Review

if TYPE_CHECKING:
    import jinja2

HERE = Path(__file__).parent
ROLES = ("system", "user")


class Rendered(NamedTuple):
    """The messages of a prompt, and how many texts in it were shortened."""

    messages: list[Message]
    shortened: int


@dataclass(frozen=True, slots=True)
class Prompts:
    """The files that the stages' prompts are made from, and how much of a text goes into them.

    A stage's prompt is the files `STAGE.system.txt` and `STAGE.user.txt` of the first folder that has them. Reviews and descriptions
    longer than `review_words` and `description_words` are cut there, so that one endless review cannot crowd out all others.
    """

    folders: tuple[Path, ...] = (HERE,)
    review_words: int = 500
    description_words: int = 300

    def __post_init__(self) -> None:
        for folder in self.folders:
            if not folder.is_dir():
                raise ConfigurationError(f"prompts: no folder {folder}; give a folder with files such as generation.user.txt")

    def preferring(self, folder: Path) -> "Prompts":
        """Returns these prompts with the files of `folder` taken first."""
        return replace(self, folders=(folder, *self.folders))

    def also(self, folder: Path) -> "Prompts":
        """Returns these prompts with the files of `folder` added, taken last."""
        return replace(self, folders=(*self.folders, folder))

    def halved(self) -> "Prompts | None":
        """Returns these prompts with half the words of every text, or None when a text would be left with too few to say anything."""
        if self.review_words < 40:
            return None
        return replace(self, review_words=self.review_words // 2, description_words=max(self.description_words // 2, 20))

    def render(self, stage: str, **values: object) -> Rendered:
        """Returns the messages of a stage's prompt; `values` are what its files may name.

        Raises:
            ConfigurationError: a file is missing, is no Jinja template, or names a value that the stage does not give.
        """
        import jinja2

        clip = _Clip(self.review_words, self.description_words)
        messages = []
        for role in ROLES:
            name = f"{stage}.{role}.txt"
            try:
                text = _environment(self.folders).get_template(name).render(clip=clip, **values)
            except jinja2.TemplateError as error:
                raise ConfigurationError(f"prompt {name}: {type(error).__name__}: {error}") from error
            messages.append(Message(role, text.strip()))
        return Rendered(messages, clip.shortened)

    def hashes(self) -> Mapping[str, str]:
        """Returns the SHA-256 of every prompt file in use, by name."""
        files = {file.name: file for folder in reversed(self.folders) for file in sorted([*folder.glob("*.txt"), *folder.glob("*.jinja")])}
        return {name: hashlib.sha256(files[name].read_bytes()).hexdigest() for name in sorted(files)}


class _Clip:
    """What templates cut texts with; it counts what it cut."""

    def __init__(self, review_words: int, description_words: int) -> None:
        self._review_words = review_words
        self._description_words = description_words
        self.shortened = 0

    def review(self, review: Review) -> str:
        return self._cut(review.text, self._review_words)

    def description(self, item: Item) -> str:
        return self._cut(item.description or "", self._description_words)

    def _cut(self, text: str, most: int) -> str:
        text = text.strip()
        if len(text.split()) <= most:
            return text
        self.shortened += 1
        # Only the end is cut: white space inside a review is part of its style. maxsplit leaves the rest as the last part.
        rest = text.split(maxsplit=most)[-1]
        return text[: len(text) - len(rest)].rstrip() + " ..."


@functools.cache
def _environment(folders: tuple[Path, ...]) -> "jinja2.Environment":
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - prompts are plain text
    )
