import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dpl.errors import ConfigurationError, ContextExceeded, MissingRequirement, ModelError, NotStored
from dpl.llm.client import LLM
from dpl.llm.responses import ResponseStore
from dpl.records import Completion, Message, Sampling
from openai_server import OpenAIServer, Reply, echo

HELLO = [Message("system", "Be brief."), Message("user", "Hello")]


def ask(llm: LLM, **options: Any) -> Completion:
    return asyncio.run(llm.complete(HELLO, stage="test", **options))


def failing_first(*replies: Reply):  # type: ignore[no-untyped-def]
    waiting = list(replies)
    return lambda request: waiting.pop(0) if waiting else echo(request)


def test_a_chat_goes_out_as_it_is_and_comes_back_with_tokens_and_the_reported_model(llm: LLM, server: OpenAIServer) -> None:
    answer = ask(llm, sampling=Sampling(temperature=0.3, top_p=0.9, max_tokens=7, seed=5))
    (request,) = server.requests
    assert request["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    assert {name: request[name] for name in ("temperature", "top_p", "max_tokens", "seed")} == {
        "temperature": 0.3,
        "top_p": 0.9,
        "max_tokens": 7,
        "seed": 5,
    }
    assert answer.text.startswith("I liked it")
    assert (answer.tokens_in, answer.tokens_out) == (3, 10)
    assert answer.model == "test-model-2026-01-01"
    assert answer.cost_usd is None  # LiteLLM knows no price for it, and unknown is not free
    assert answer.seconds > 0


def test_an_equal_question_is_asked_once_even_at_the_same_time(llm: LLM, server: OpenAIServer) -> None:
    async def together() -> list[Completion]:
        return await asyncio.gather(*(llm.complete(HELLO, stage="test") for _ in range(5)))

    answers = asyncio.run(together())
    assert ask(llm) == answers[0]
    assert len(set(answers)) == len(server.requests) == llm.calls_made == 1


def test_whatever_may_change_the_answer_makes_another_question(llm: LLM, server: OpenAIServer) -> None:
    for options in ({}, {"replicate": 1}, *({"sampling": replace(Sampling(), **change)} for change in (
        {"temperature": 0.1}, {"top_p": 0.5}, {"max_tokens": 9}, {"seed": 1}, {"seed": None}
    ))):  # fmt: skip
        ask(llm, **options)
    assert len(server.requests) == 7


def test_replicates_send_different_seeds(llm: LLM, server: OpenAIServer) -> None:
    ask(llm)
    ask(llm, replicate=1)
    assert [request["seed"] for request in server.requests] == [42, 43]


def test_the_store_outlives_the_client_and_serves_offline(server: OpenAIServer, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "responses.sqlite"
    first = ask(LLM("openai/test-model", store=ResponseStore(file)))
    replay = LLM("openai/test-model", store=ResponseStore(file), offline=True)
    assert ask(replay) == first
    assert replay.calls_made == 0
    with pytest.raises(NotStored, match="stage test"):
        ask(replay, replicate=7)
    assert b"sk-planted" not in file.read_bytes()
    assert server.keys == {"Bearer sk-planted-in-a-test"}


def test_two_models_and_two_servers_never_share_answers(server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    store, other = ResponseStore(), OpenAIServer()
    for model, url in (("openai/a", server.url), ("openai/b", server.url), ("openai/a", other.url)):
        ask(LLM(model, base_url=url, store=store))
    other.close()
    assert (len(server.requests), len(other.requests), len(store)) == (2, 1, 3)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_failure_that_may_pass_is_tried_again(llm: LLM, server: OpenAIServer, status: int) -> None:
    server.answer = failing_first(Reply(status=status, headers={"retry-after": "0"}))
    assert ask(llm).text
    assert len(server.requests) == 2


def test_an_empty_answer_is_tried_again_with_another_seed(llm: LLM, server: OpenAIServer) -> None:
    server.answer = failing_first(Reply(text="  "))
    assert ask(llm).text
    seeds = [request["seed"] for request in server.requests]
    assert len(set(seeds)) == 2


def test_attempts_end_and_nothing_is_stored(llm: LLM, server: OpenAIServer) -> None:
    server.answer = lambda request: Reply(status=503, headers={"retry-after": "0"})
    with pytest.raises(ModelError, match=r"503|overloaded|Service"):
        ask(llm)
    assert len(server.requests) == llm.attempts
    assert len(llm.store) == 0
    server.answer = echo
    assert ask(llm).text


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(status=401), MissingRequirement),
        (Reply(status=400), ModelError),
        (Reply(status=404), ModelError),
        (
            Reply(status=400, error={"message": "This model's maximum context length is 10 tokens", "code": "context_length_exceeded"}),
            ContextExceeded,
        ),
        (Reply(text="no", finish_reason="content_filter"), ModelError),
    ],
)
def test_a_failure_that_will_not_pass_is_asked_once(llm: LLM, server: OpenAIServer, reply: Reply, error: type[Exception]) -> None:
    server.answer = lambda request: reply
    with pytest.raises(error) as caught:
        ask(llm)
    assert len(server.requests) == 1
    assert "\n" not in str(caught.value)
    assert "sk-planted" not in str(caught.value)


def test_unknown_usage_stays_unknown(llm: LLM, server: OpenAIServer) -> None:
    server.answer = lambda request: Reply(text="Fine.", usage=False)
    answer = ask(llm)
    assert (answer.tokens_in, answer.tokens_out) in {(None, None), (answer.tokens_in, answer.tokens_out)}
    assert answer.tokens_in is None


def test_no_more_requests_at_once_than_allowed(server: OpenAIServer) -> None:
    import threading

    under_way, most, lock = 0, 0, threading.Lock()

    def slow(request: dict[str, Any]) -> Reply:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        threading.Event().wait(0.05)
        with lock:
            under_way -= 1
        return echo(request)

    server.answer = slow
    llm = LLM("openai/test-model", concurrency=2)

    async def together() -> None:
        await asyncio.gather(*(llm.complete([Message("user", str(n))], stage="test") for n in range(8)))

    asyncio.run(together())
    assert most == 2


def test_one_askers_cancellation_leaves_the_others_their_answer(llm: LLM, server: OpenAIServer) -> None:
    async def one_gives_up() -> Completion:
        first = asyncio.create_task(llm.complete(HELLO, stage="test"))
        second = asyncio.create_task(llm.complete(HELLO, stage="test"))
        await asyncio.sleep(0.01)
        first.cancel()
        return await second

    assert asyncio.run(one_gives_up()).text
    assert len(llm.store) == 1


@pytest.mark.parametrize(
    ("model", "error", "says"),
    [
        ("opennai/gpt", ConfigurationError, "did you mean openai"),
        ("anthropic/claude-x", MissingRequirement, "export ANTHROPIC_API_KEY"),
        ("local/smollm", ConfigurationError, "did you mean local/smollm2-135m-instruct"),
        ("local/none.gguf", ConfigurationError, "no file none.gguf"),
    ],
)
def test_a_model_that_cannot_be_asked_is_found_before_the_first_call(
    model: str, error: type[Exception], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(error, match=says):
        LLM(model).check()
    LLM(model, offline=True).check()


def test_a_known_price_is_reported(server: OpenAIServer) -> None:
    server.answer = lambda request: Reply(text="Fine.")
    assert (ask(LLM("openai/gpt-4o-mini")).cost_usd or 0) > 0
