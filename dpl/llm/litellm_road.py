"""The one place that calls LiteLLM: a request goes out, a Completion or an error of ours comes back.

LiteLLM takes seconds to import, so it is imported by the first call. Of what is global in it, two things are touched: the local provider
is added to its list of custom providers, which is how LiteLLM is meant to be extended, and its advice on stdout is switched off.
"""

import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from dpl.errors import (
    ConfigurationError,
    ContextExceeded,
    MissingRequirement,
    ModelError,
    TransientModelError,
)
from dpl.llm.local import LOCAL, register_local
from dpl.records import Completion, Message, Sampling


def import_litellm() -> Any:
    """Returns the LiteLLM module, with its bundled price map (otherwise its import waits for the network) and the local provider."""
    ours = "litellm" not in sys.modules
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    if ours:
        # Otherwise it prints advice on stdout for every error. A program that uses LiteLLM itself decides that for itself.
        litellm.suppress_debug_info = True
    register_local(litellm)
    return litellm


def check_model(model: str) -> None:
    """Checks, without a call, that LiteLLM knows the provider of `model` and that its key is in the environment.

    Raises:
        ConfigurationError: no such provider.
        MissingRequirement: the provider needs a key that is not set.
    """
    litellm = import_litellm()
    try:
        litellm.get_llm_provider(model)
    except litellm.exceptions.BadRequestError as error:
        known = sorted(str(getattr(name, "value", name)) for name in litellm.provider_list)
        raise ConfigurationError.unknown("model provider", model.partition("/")[0], known, shown=0) from error
    missing = [name for name in litellm.validate_environment(model)["missing_keys"] if "KEY" in name or "TOKEN" in name]
    if missing and not any(os.environ.get(name) for name in missing):
        raise MissingRequirement(f"model {model} needs a key: export {missing[0]}=...")


async def request(
    model: str, base_url: str | None, messages: Sequence[Message], sampling: Sampling, key: str, timeout: float
) -> Completion:
    """Sends one request and returns its answer.

    Args:
        model: a LiteLLM model id.
        base_url: the server's address, or None for the provider's own.
        messages: the chat so far.
        sampling: how to draw; a parameter that the provider does not take is left out and named in the answer's `dropped`.
        key: the address under which the answer will be stored.
        timeout: seconds to wait for the answer.

    Raises:
        TransientModelError: asking again may help.
        ContextExceeded: the prompt is too long.
        MissingRequirement: the key is refused.
        ModelError: anything else that will not change by asking again.
    """
    litellm = import_litellm()
    wanted = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "seed": sampling.seed,
    }
    taken = _taken(litellm, model)
    sent = {name: value for name, value in wanted.items() if value is not None and (taken is None or name in taken)}
    started = time.perf_counter()
    try:
        response = await litellm.acompletion(
            model=model,
            messages=[{"role": message.role, "content": message.content} for message in messages],
            base_url=base_url,
            timeout=timeout,
            max_retries=0,
            num_retries=0,
            **sent,
        )
    except Exception as error:
        raise _translated(litellm, model, error) from error
    seconds = time.perf_counter() - started
    dropped = tuple(name for name, value in wanted.items() if value is not None and name not in sent)
    return _completion(response, model, key, seconds, dropped)


def _taken(litellm: Any, model: str) -> set[str] | None:
    """Returns the sampling parameters that the provider of `model` takes, or None where LiteLLM does not know."""
    name, provider, _, _ = litellm.get_llm_provider(model)
    if provider == LOCAL:
        return None
    known = litellm.get_supported_openai_params(model=name, custom_llm_provider=provider)
    return None if known is None else set(known)


def _completion(response: Any, model: str, key: str, seconds: float, dropped: tuple[str, ...]) -> Completion:
    if not response.choices:
        raise TransientModelError(f"{model}: the answer holds no choice")
    choice = response.choices[0]
    text = choice.message.content or ""
    if choice.finish_reason == "content_filter":
        raise ModelError(f"{model}: the provider's content filter stopped the answer")
    if not text.strip():
        raise TransientModelError(f"{model}: the answer is empty (finish reason {choice.finish_reason})")
    usage = getattr(response, "usage", None)
    return Completion(
        text=text,
        key=key,
        model=response.model or model,
        finish_reason=choice.finish_reason,
        tokens_in=getattr(usage, "prompt_tokens", None) or None,
        tokens_out=getattr(usage, "completion_tokens", None) or None,
        cost_usd=0.0 if model.startswith(f"{LOCAL}/") else response._hidden_params.get("response_cost"),
        seconds=round(seconds, 4),
        dropped=dropped,
    )


def _translated(litellm: Any, model: str, error: Exception) -> Exception:
    """Returns the error of ours that tells who has to act; one line, since it is shown in tables."""
    kinds = litellm.exceptions
    reason = f"{model}: {' '.join(str(error).split())[:300]}"
    if isinstance(error, kinds.ContextWindowExceededError):
        return ContextExceeded(reason)
    if isinstance(error, kinds.AuthenticationError | kinds.PermissionDeniedError):
        return MissingRequirement(f"{reason}; check the provider's key in the environment")
    transient = (
        kinds.RateLimitError,
        kinds.Timeout,
        kinds.APIConnectionError,
        kinds.InternalServerError,
        kinds.ServiceUnavailableError,
        kinds.BadGatewayError,
    )
    if isinstance(error, transient):
        return TransientModelError(reason, retry_after=_retry_after(error))
    return ModelError(reason)


def _retry_after(error: Exception) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return float(headers["retry-after"])
    except (KeyError, ValueError):
        return None
