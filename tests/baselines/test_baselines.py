import asyncio

import pytest

from benchmarks.methods import known_methods, parse_method
from dpl.corpus import Corpus
from dpl.llm.client import LLM
from dpl.records import Item, Review
from openai_server import OpenAIServer


def test_non_personalized_sees_nothing_of_the_user_but_rating_and_title(corpus: Corpus, llm: LLM, server: OpenAIServer) -> None:
    sample = corpus.sample("ann", corpus.item("NEW"), rating=2, title="Not for me")
    asyncio.run(parse_method("non_personalized").generate(sample, corpus, llm))
    (request,) = server.requests
    prompt = request["messages"][1]["content"]
    assert "Not for me" in prompt
    assert "2 of 5" in prompt
    assert "Twelve slow songs" in prompt
    assert "dance" not in prompt


def test_rag_shows_k_own_reviews(corpus: Corpus, llm: LLM, server: OpenAIServer) -> None:
    sample = corpus.sample("ann", corpus.item("NEW"))
    asyncio.run(parse_method("rag:k=3,retrieval=recency").generate(sample, corpus, llm))
    (request,) = server.requests
    prompt = request["messages"][1]["content"]
    assert prompt.count("made me dance") == 3
    assert prompt.index("Record number 4") < prompt.index("Record number 3") < prompt.index("Record number 2")
    assert "adequate" not in prompt


def test_intsum_makes_its_summary_once_a_user(corpus: Corpus, llm: LLM, server: OpenAIServer) -> None:
    method = parse_method("intsum:k=1,summarized=2")
    for asin in ("NEW", "OTHER"):
        prediction = asyncio.run(method.generate(corpus.sample("ann", corpus.items.get(asin, Item(asin))), corpus, llm))
        assert [stage.stage for stage in prediction.stages] == ["user_summary", "generation"]
    assert len(server.requests) == 3
    summary_prompt = server.requests[0]["messages"][1]["content"]
    assert summary_prompt.index("Record number 3") < summary_prompt.index("Record number 4")
    assert summary_prompt.count("made me dance") == 2


@pytest.mark.parametrize("name", sorted(known_methods()))
def test_no_prompt_holds_the_real_review(name: str, corpus: Corpus, llm: LLM, server: OpenAIServer) -> None:
    secret = "Zanzibar xylophone"
    whole = Corpus([*(review for own in corpus.by_user.values() for review in own), Review("ann", "NEW", secret)], corpus.items.values())
    sample = whole.sample("ann", whole.item("NEW"), rating=3, title="A headline")
    prediction = asyncio.run(parse_method(name).generate(sample, whole, llm))
    assert prediction.text
    assert server.requests
    assert not any(secret in str(request) for request in server.requests)


@pytest.mark.parametrize("name", sorted(known_methods()))
def test_a_user_without_history_gets_a_review_and_a_note(name: str, corpus: Corpus, llm: LLM) -> None:
    prediction = asyncio.run(parse_method(name).generate(corpus.sample("nobody", corpus.item("NEW")), corpus, llm))
    assert prediction.text
    assert any("none" in note for note in prediction.notes)


@pytest.mark.parametrize("name", sorted(known_methods()))
def test_every_method_tells_what_it_sees_and_where_it_comes_from(name: str) -> None:
    cls = known_methods()[name]
    assert cls.name == name
    assert cls.sees
    assert cls.paper
    assert all(declaration["help"] for _, declaration in cls.settings().values())
