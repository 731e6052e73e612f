"""The client every method talks to. In this order: response store, single-flight, limiter, retry, LiteLLM."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace

from dpl.errors import NotStored
from dpl.llm.limits import Limiter, with_retries
from dpl.llm.litellm_road import check_model, request
from dpl.llm.local import LOCAL, check_local
from dpl.llm.responses import ResponseStore, request_json, request_key
from dpl.records import Completion, Message, Sampling


class LLM:
    """One model, asked through the response store.

    Args:
        model: a LiteLLM model id (`openai/gpt-4o-mini`, `hosted_vllm/Qwen/Qwen2.5-14B-Instruct`) or a local one (`local/...`).
        base_url: the server's address; None takes PROVIDER_API_BASE or PROVIDER_BASE_URL from the environment, else the provider's own.
        sampling: how answers are drawn unless a call says otherwise.
        store: where answers are kept; None keeps them for the life of this object.
        concurrency: requests under way at once, at most.
        attempts: how often a request is made at most while its failure may pass.
        timeout: seconds to wait for one answer.
        offline: answer from the store alone.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        sampling: Sampling | None = None,
        store: ResponseStore | None = None,
        concurrency: int = 8,
        attempts: int = 5,
        timeout: float = 600.0,
        offline: bool = False,
    ) -> None:
        self.model = model
        self.base_url = base_url or _base_url_from_environment(model)
        self.sampling = sampling or Sampling()
        self.store = ResponseStore() if store is None else store  # an empty store is false
        self.attempts = attempts
        self.timeout = timeout
        self.offline = offline
        self.calls_made = 0
        self._limiter = Limiter(concurrency)
        self._in_flight: dict[str, asyncio.Task[Completion]] = {}

    def check(self) -> None:
        """Checks that the model can be asked at all, before the first call; an offline client needs nothing.

        Raises:
            ConfigurationError: no such model or provider.
            MissingRequirement: a key, a package or weights are missing.
        """
        if self.offline:
            return
        provider, _, name = self.model.partition("/")
        if provider == LOCAL:
            check_local(name)
        else:
            check_model(self.model)

    async def complete(
        self, messages: Sequence[Message], *, stage: str, sampling: Sampling | None = None, replicate: int = 0
    ) -> Completion:
        """Returns the model's answer to a chat: the stored one if this was ever asked, else a new one.

        Args:
            messages: the chat.
            stage: what the answer is for; only errors show it.
            sampling: how to draw the answer; None takes the client's.
            replicate: the number of the repetition, from 0; each has answers of its own.

        Raises:
            ModelError: the model gave no usable answer.
            MissingRequirement: the provider refuses the key.
        """
        sampling = sampling or self.sampling
        asked = request_json(self.model, self.base_url, messages, sampling, replicate)
        key = request_key(asked)
        stored = self.store.get(key)
        if stored is not None:
            return stored
        if self.offline:
            raise NotStored(f"{self.model}: the response store holds no answer for stage {stage}; run without --offline")
        flight = self._in_flight.get(key)
        if flight is None:
            flight = asyncio.create_task(self._ask(asked, key, messages, sampling, replicate))
            self._in_flight[key] = flight
            flight.add_done_callback(lambda _: self._in_flight.pop(key, None))
        # Shielded: when one of several askers is cancelled, the others still get the answer, and it is stored.
        return await asyncio.shield(flight)

    async def _ask(self, asked: str, key: str, messages: Sequence[Message], sampling: Sampling, replicate: int) -> Completion:
        async def once(attempt: int) -> Completion:
            async with self._limiter.slot():
                self.calls_made += 1
                return await request(self.model, self.base_url, messages, _shifted(sampling, replicate, attempt), key, self.timeout)

        return self.store.put(asked, await with_retries(once, self.attempts))


def _shifted(sampling: Sampling, replicate: int, attempt: int) -> Sampling:
    """Returns the sampling of one attempt: a seed gives the same (perhaps empty) answer again, so each has its own."""
    if sampling.seed is None:
        return sampling
    return replace(sampling, seed=sampling.seed + replicate + 100_003 * attempt)


def _base_url_from_environment(model: str) -> str | None:
    provider = model.partition("/")[0].upper().replace("-", "_")
    return os.environ.get(f"{provider}_API_BASE") or os.environ.get(f"{provider}_BASE_URL")
