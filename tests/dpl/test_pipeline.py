import asyncio
from typing import Any

import pytest

from dpl import DPL, LLM, Corpus, Item, Review
from dpl.errors import ConfigurationError, ModelError
from openai_server import OpenAIServer, Reply, echo


def prompts(server: OpenAIServer, opening: str) -> list[str]:
    """The user messages of the requests whose system message begins so."""
    return [r["messages"][1]["content"] for r in server.requests if r["messages"][0]["content"].startswith(opening)]


DIFFERENCE, SUMMARY, GENERATION = "You compare", "You describe", "You write"


def test_dpl_compares_then_sums_up_then_writes(corpus: Corpus, llm: LLM, server: OpenAIServer) -> None:
    sample = corpus.sample("ann", corpus.item("NEW"), rating=5, title="On R2 again")
    prediction = asyncio.run(DPL(n=2, k=2).generate(sample, corpus, llm))
    assert [(stage.stage, len(stage.keys)) for stage in prediction.stages] == [("difference", 2), ("summary", 1), ("generation", 1)]
    differences = prompts(server, DIFFERENCE)
    assert len(differences) == 2
    for prompt in differences:
        assert prompt.count("Other customer") == 2
        assert prompt.count("made me dance") == 1  # ann's own
    (summary,), (generation,) = prompts(server, SUMMARY), prompts(server, GENERATION)
    answers = [(llm.store.get(key) or pytest.fail("not stored")).text for stage in prediction.stages for key in stage.keys]
    assert answers[0] in summary
    assert answers[1] in summary
    assert answers[2] in generation
    assert "On R2 again" in generation
    assert prediction.text == answers[3]
    assert prediction.notes == ()


def test_the_three_dimensions_are_asked_for(corpus: Corpus, llm: LLM, server: OpenAIServer) -> None:
    asyncio.run(DPL(n=1, k=1).generate(corpus.sample("ann", corpus.item("NEW")), corpus, llm))
    system = server.requests[0]["messages"][0]["content"]
    for heading in ("Writing style", "Emotional style", "Semantic style"):
        assert heading in system


def test_differences_go_out_together(corpus: Corpus, server: OpenAIServer) -> None:
    import threading

    together = threading.Barrier(3, timeout=10)

    def answer(request: dict[str, Any]) -> Reply:
        if request["messages"][0]["content"].startswith(DIFFERENCE):
            together.wait()
        return echo(request)

    server.answer = answer
    asyncio.run(DPL(n=3, k=1).generate(corpus.sample("ann", corpus.item("NEW")), corpus, LLM("openai/test-model")))


def test_fewer_peers_than_k_are_all_taken_and_noted(corpus: Corpus, llm: LLM, server: OpenAIServer) -> None:
    sample = corpus.sample("ann", corpus.item("NEW"))
    prediction = asyncio.run(DPL(n=2, k=6).generate(sample, corpus, llm))
    assert [prompt.count("Other customer") for prompt in prompts(server, DIFFERENCE)] == [4, 4]
    assert sum("4 compared users instead of 6" in note for note in prediction.notes) == 2


def test_items_with_enough_peers_are_compared_first_and_those_without_never(llm: LLM, server: OpenAIServer) -> None:
    reviews = [Review("ann", asin, f"ann on {asin}", timestamp=n) for n, asin in enumerate("ABC")]
    reviews += [Review(user, "B", f"{user} on B") for user in ("bob", "cem")] + [Review("bob", "C", "bob on C")]
    corpus = Corpus(reviews)
    prediction = asyncio.run(DPL(n=3, k=2).generate(corpus.sample("ann", Item("N")), corpus, llm))
    compared = prompts(server, DIFFERENCE)
    assert sorted(prompt.count("Other customer") for prompt in compared) == [1, 2]
    assert not any("ann on A" in prompt for prompt in compared)
    assert "differences: 2 earlier reviews with compared users instead of 3" in prediction.notes


def test_nobody_to_compare_with_and_no_history_are_defined(llm: LLM, server: OpenAIServer) -> None:
    lonely = Corpus([Review("ann", "A", "ann on A")])
    prediction = asyncio.run(DPL(n=1, k=1).generate(lonely.sample("ann", Item("N")), lonely, llm))
    assert [stage.stage for stage in prediction.stages] == ["summary", "generation"]
    nobody = asyncio.run(DPL().generate(lonely.sample("new", Item("N")), lonely, llm))
    assert [stage.stage for stage in nobody.stages] == ["generation"]
    assert nobody.notes == ("history: 0 usable reviews instead of 8", "history: none; written without knowing the user")


def test_without_peers_the_pipeline_stays_and_claims_none(corpus: Corpus, llm: LLM, server: OpenAIServer) -> None:
    prediction = asyncio.run(DPL(n=2, k=2, peers="none").generate(corpus.sample("ann", corpus.item("NEW")), corpus, llm))
    assert [len(stage.keys) for stage in prediction.stages] == [2, 1, 1]
    assert all("Other customer 1" not in prompt for prompt in prompts(server, DIFFERENCE))


def test_a_prompt_beyond_the_context_is_cut_and_noted(corpus: Corpus, llm: LLM, server: OpenAIServer) -> None:
    long = Corpus([Review("ann", "A", "word " * 600), *(review for own in corpus.by_user.values() for review in own)])

    def answer(request: dict[str, Any]) -> Reply:
        words = sum(len(message["content"].split()) for message in request["messages"])
        if words > 400:
            return Reply(
                status=400, error={"message": "This model's maximum context length is 400 tokens", "code": "context_length_exceeded"}
            )
        return echo(request)

    server.answer = answer
    prediction = asyncio.run(DPL(n=8, k=2).generate(long.sample("ann", corpus.item("NEW")), long, llm))
    assert prediction.text
    assert any("beyond the model's context" in note for note in prediction.notes)


def test_a_prompt_that_can_never_fit_fails(corpus: Corpus, llm: LLM, server: OpenAIServer) -> None:
    error = {"message": "This model's maximum context length is 1 token", "code": "context_length_exceeded"}
    server.answer = lambda request: Reply(status=400, error=error)
    with pytest.raises(ModelError):
        asyncio.run(DPL(n=1, k=1).generate(corpus.sample("ann", corpus.item("NEW")), corpus, llm))


def test_a_failed_difference_fails_the_sample_but_the_others_are_kept(corpus: Corpus, llm: LLM, server: OpenAIServer) -> None:
    def answer(request: dict[str, Any]) -> Reply:
        return Reply(status=400) if "Record number 3" in request["messages"][1]["content"] else echo(request)

    server.answer = answer
    with pytest.raises(ModelError):
        asyncio.run(DPL(n=5, k=2).generate(corpus.sample("ann", corpus.item("NEW")), corpus, llm))
    assert len(llm.store) == 4


@pytest.mark.parametrize("knobs", [{"n": 0}, {"k": -1}, {"n": 65}, {"peers": "kmeans"}, {"retrieval": "bm42"}, {"n": True}, {"k": "2"}])
def test_knobs_out_of_range_are_refused_with_what_is_allowed(knobs: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="give "):
        DPL(**knobs)


def test_all_wrong_knobs_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        DPL(n=0, k=0)
    assert len(caught.value.problems) == 2
