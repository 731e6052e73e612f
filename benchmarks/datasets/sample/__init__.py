"""The bundled dataset: invented items reviewed by invented people, each with a voice of their own; public domain (CC0)."""

from pathlib import Path

from benchmarks.datasets import Dataset, register
from benchmarks.datasets.published import from_records, read_jsonl

HERE = Path(__file__).parent


@register("sample")
def load(_: str = "") -> Dataset:
    """20 users, 16 books, films and records; one review a user to predict."""
    return from_records("sample", read_jsonl(HERE / "rows.jsonl"), read_jsonl(HERE / "items.jsonl"))
