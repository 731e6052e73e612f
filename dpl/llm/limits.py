"""How much is asked at once, and when to ask again."""

import asyncio
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from dpl.errors import TransientModelError

T = TypeVar("T")

LONGEST_WAIT = 60.0


class Limiter:
    """Lets at most `concurrency` requests run at once, in each event loop that uses it."""

    def __init__(self, concurrency: int) -> None:
        self.concurrency = concurrency
        # asyncio's locks belong to one loop; a client may be used by several, one after another.
        self._semaphores: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = weakref.WeakKeyDictionary()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Holds one of the places for as long as the block runs."""
        loop = asyncio.get_running_loop()
        async with self._semaphores.setdefault(loop, asyncio.Semaphore(self.concurrency)):
            yield


def _wait(state: RetryCallState) -> float:
    """Returns the seconds before the next attempt: what the provider asked for, else growing with jitter."""
    error = state.outcome.exception() if state.outcome else None
    asked = getattr(error, "retry_after", None)
    grown = wait_exponential_jitter(initial=0.5, max=LONGEST_WAIT)(state)
    return grown if asked is None else min(max(asked, 0.0), LONGEST_WAIT)


async def with_retries(ask: Callable[[int], Awaitable[T]], attempts: int) -> T:
    """Returns what `ask` gives, asking again while the failure may pass.

    Args:
        ask: takes the number of the attempt, from 0.
        attempts: how often to ask at most.

    Raises:
        TransientModelError: the last attempt's error.
    """
    retrying = AsyncRetrying(
        stop=stop_after_attempt(attempts), wait=_wait, retry=retry_if_exception_type(TransientModelError), reraise=True
    )
    async for attempt in retrying:
        with attempt:
            return await ask(attempt.retry_state.attempt_number - 1)
    raise AssertionError("unreachable: tenacity returns or raises")
