import subprocess
import sys
from pathlib import Path

import pytest

from dpl.errors import ConfigurationError
from dpl.llm.responses import ResponseStore, request_json, request_key
from dpl.records import Completion, Message, Sampling


def request(text: str) -> str:
    return request_json("openai/x", None, [Message("user", text)], Sampling(), 0)


def completion(text: str, answer: str) -> Completion:
    return Completion(answer, request_key(request(text)), "x-1", "stop", 3, 4, 0.5, 0.1, ("seed",))


def test_what_is_put_is_got(tmp_path: Path) -> None:
    store = ResponseStore(tmp_path / "s.sqlite")
    stored = store.put(request("a"), completion("a", "answer"))
    assert store.get(stored.key) == stored == completion("a", "answer")
    assert (store.request(stored.key) or {})["messages"] == [{"role": "user", "content": "a"}]
    assert store.get("0" * 64) is None


def test_the_first_answer_stays(tmp_path: Path) -> None:
    store = ResponseStore(tmp_path / "s.sqlite")
    store.put(request("a"), completion("a", "first"))
    assert store.put(request("a"), completion("a", "second")).text == "first"


@pytest.mark.parametrize("text", ["é", "\N{PILE OF POO}", "\ud800", "line\u2028end", "null\x00"])
def test_any_text_has_a_key_and_survives(tmp_path: Path, text: str) -> None:
    store = ResponseStore(tmp_path / "s.sqlite")
    store.put(request(text), completion(text, text))
    assert (store.get(request_key(request(text))) or completion("", "")).text == text


def test_a_file_that_is_no_store_is_a_configuration_error(tmp_path: Path) -> None:
    file = tmp_path / "s.sqlite"
    file.write_text("these are no responses " * 100)
    with pytest.raises(ConfigurationError, match="--store"):
        ResponseStore(file)


WRITE_MANY = """
import sys
from pathlib import Path

from dpl.llm.responses import ResponseStore, request_json, request_key
from dpl.records import Completion, Message, Sampling

store = ResponseStore(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 100):
    asked = request_json("openai/x", None, [Message("user", str(number))], Sampling(), 0)
    store.put(asked, Completion("x", request_key(asked), "x-1"))
"""


def test_two_processes_write_to_one_store(tmp_path: Path) -> None:
    file = tmp_path / "s.sqlite"
    writers = [subprocess.Popen([sys.executable, "-c", WRITE_MANY, str(file), start]) for start in ("0", "50")]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert len(ResponseStore(file)) == 150
