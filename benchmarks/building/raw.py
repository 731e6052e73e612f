"""Reading raw JSONL, plain, gzipped or by Zstandard, local or on the Hugging Face hub; every complaint names file and line."""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson

from dpl.errors import ConfigurationError, MissingRequirement

HUB = "hf://"


@dataclass
class Tolerance:
    """What may be wrong with raw files, and what was: `bad` lines skipped, and files that end too early."""

    skip_bad_lines: int = 0
    allow_truncated: bool = False
    bad: int = 0
    truncated: list[str] = field(default_factory=list)

    def skip(self, complaint: str) -> None:
        """Counts a bad line.

        Raises:
            ConfigurationError: more are bad than may be skipped.
        """
        self.bad += 1
        if self.bad > self.skip_bad_lines:
            raise ConfigurationError(f"{complaint}; mend it, or skip such lines with --skip-bad-lines {self.bad} or more")


def read(path: str, tolerance: Tolerance) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yields each record of a file with the number of its line.

    Raises:
        MissingRequirement: no such file, or what reads it is missing.
        ConfigurationError: a line is no JSON object, the file ends in the middle, or it holds nothing.
    """
    number = 0
    try:
        with _opened(path) as lines:
            for number, line in enumerate(lines, 1):
                record = _parsed(line)
                if isinstance(record, dict):
                    yield number, record
                elif line.strip():
                    tolerance.skip(f"{path}, line {number}: no JSON object")
    except EOFError as error:
        tolerance.truncated.append(path)
        if not tolerance.allow_truncated:
            told = f"{path}: the file ends in the middle, after {number} rows"
            raise ConfigurationError(f"{told}; get it again, or use these rows with --allow-truncated") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ConfigurationError(f"{path}: cannot be decompressed after {number} rows ({error}); get it again") from error
    if number == 0:
        raise ConfigurationError(f"{path}: the file is empty; give a JSONL file")


def _parsed(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:
        # A lone surrogate is no valid character and fits in no Parquet file, but the rest of the line is good: Python's parser takes it,
        # and it becomes a question mark. Code points stay as many.
        return json.loads(line.decode("utf-8", "replace"), object_hook=_whole)
    except ValueError:
        return None


def _whole(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for name, value in record.items()}


def _opened(path: str) -> BinaryIO:
    if path.startswith(HUB):
        return _decompressed(path, _from_hub(path))
    if not Path(path).is_file():
        raise MissingRequirement(f"no file {path}; give a JSONL file, plain, .gz or .zst")
    return _decompressed(path, Path(path).open("rb"))


def _decompressed(path: str, file: BinaryIO) -> BinaryIO:
    if path.endswith(".gz"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=file))
    if path.endswith(".zst"):
        return cast("BinaryIO", _Zstandard(file))
    return file


def _from_hub(path: str) -> BinaryIO:
    try:
        from huggingface_hub import HfFileSystem
    except ImportError as error:
        raise MissingRequirement(f"{path}: files on the hub need a package: pip install huggingface_hub") from error
    try:
        return cast("BinaryIO", HfFileSystem().open(path.removeprefix(HUB), "rb"))
    except Exception as error:  # the hub's client raises many kinds; the person can act on the reason alone
        raise MissingRequirement(f"{path} cannot be opened: {' '.join(str(error).split())[:200]}") from error


class _Zstandard:
    """Lines of a file compressed by Zstandard; ends with EOFError where the file does in the middle, as gzip does."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __enter__(self) -> "_Zstandard":
        return self

    def __exit__(self, *arguments: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[bytes]:
        rest = b""
        for piece in self._pieces():
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines
        if rest:
            yield rest

    def _pieces(self) -> Iterator[bytes]:
        import zstandard

        # One decompressor a frame, since only a frame knows that it has ended.
        frame = None
        while chunk := self._file.read(1 << 20):
            while chunk:
                frame = frame or zstandard.ZstdDecompressor().decompressobj()
                try:
                    yield frame.decompress(chunk)
                except zstandard.ZstdError as error:
                    raise zlib.error(str(error)) from error
                chunk = frame.unused_data if frame.eof else b""
                frame = None if frame.eof else frame
        if frame is not None:
            raise EOFError
