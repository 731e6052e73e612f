"""What the documents say works as they say."""

import asyncio
import re
from pathlib import Path

import pytest

from benchmarks.metrics import METRICS, Metric, Scores, register
from dpl.corpus import Corpus
from dpl.llm.client import LLM
from dpl.method import METHODS
from openai_server import OpenAIServer

ROOT = Path(__file__).parent.parent


def code_blocks(name: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)


def test_the_example_method_works(corpus: Corpus, llm: LLM, server: OpenAIServer) -> None:
    method = code_blocks("CONTRIBUTING.md")[0]
    try:
        exec(compile(method, "CONTRIBUTING.md", "exec"), {"__name__": "example"})
        prediction = asyncio.run(METHODS["newest"](k=2).generate(corpus.sample("ann", corpus.item("NEW")), corpus, llm))
    finally:
        METHODS.pop("newest", None)
    assert prediction.text
    assert server.requests[0]["messages"][1]["content"].count("made me dance") == 2


def test_the_example_metric_works() -> None:
    from collections.abc import Sequence

    metric = code_blocks("CONTRIBUTING.md")[1]
    try:
        exec(compile(metric, "CONTRIBUTING.md", "exec"), {"Metric": Metric, "Scores": Scores, "register": register, "Sequence": Sequence})
        assert METRICS["length_ratio"].score(["one two"], ["one"]).values == [2.0]
    finally:
        METRICS.pop("length_ratio", None)


def test_the_library_example_works(server: OpenAIServer, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = code_blocks("README.md")
    exec(compile(example.replace("openai/gpt-4o-mini", "openai/test-model"), "README.md", "exec"), {"__name__": "example"})
    assert "I liked it" in capsys.readouterr().out
