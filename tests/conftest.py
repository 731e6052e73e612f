"""What several tests share: a model on loopback, a small corpus, and where the real data are."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dpl.corpus import Corpus
from dpl.llm.client import LLM
from dpl.records import Item, Review
from openai_server import OpenAIServer

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    """An OpenAI-compatible server, and the environment that points LiteLLM to it."""
    server = OpenAIServer()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-in-a-test")
    monkeypatch.setenv("OPENAI_API_BASE", server.url)
    yield server
    server.close()


@pytest.fixture
def llm(server: OpenAIServer) -> LLM:
    """A client of the server, which waits for nothing between attempts that a test does not ask for."""
    return LLM("openai/test-model", attempts=3)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the real data."""
    if not SHARED.is_dir():
        pytest.skip("the real data are not beside this checkout (../shared/data)")
    return SHARED


@pytest.fixture
def wordnet(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NLTK with WordNet and punkt."""
    import nltk

    monkeypatch.setattr(nltk.data, "path", [str(shared_data / "nltk_data")])


@pytest.fixture
def no_wordnet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NLTK without any data, and without a way to get them."""
    import nltk

    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    monkeypatch.setattr(nltk, "download", lambda *arguments, **options: False)


@pytest.fixture
def corpus() -> Corpus:
    """Five users who each reviewed five records, each in words of their own."""
    styles = {
        "ann": "Loud and bright, the {} made me dance all night long, what a joy!",
        "bob": "The {} is adequate. Pressing noise at minus sixty. Sleeve dented.",
        "cem": "my sister plays {} in kitchen, we are crying a little, then soup",
        "dee": "One would hesitate to call the {} a success; one did not leave early.",
        "eli": "i dont get the {} tbh, skip the b side, snacks were good",
    }
    items = [
        Item(f"R{n}", f"Record number {n}", f"A record of {word} songs") for n, word in enumerate(["slow", "fast", "sad", "odd", "short"])
    ]
    reviews = [
        Review(user, item.asin, style.format(item.title.lower() if item.title else ""), rating=n + 1, title=f"On {item.asin}", timestamp=n)
        for user, style in styles.items()
        for n, item in enumerate(items)
    ]
    return Corpus(reviews, [*items, Item("NEW", "Songs for a new room", "Twelve slow songs about moving house")])


def run(awaitable):  # type: ignore[no-untyped-def]
    """Runs a coroutine to its end."""
    return asyncio.run(awaitable)
