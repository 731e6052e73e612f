from pathlib import Path

import pytest
import yaml

from benchmarks.experiment import Experiment, assigned, checked, read_settings, shipped_experiments
from dpl.errors import ConfigurationError

SMALL = {"models": ["openai/x"], "methods": ["rag:k=2"]}


def test_yaml_command_line_and_python_make_the_same_experiment(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({**SMALL, "sampling": {"temperature": 0}}))
    from_file = checked(read_settings(str(file)))
    from_line = checked(assigned({**SMALL, "name": "mine"}, ["sampling.temperature=0"]))
    from_python = Experiment(name="mine", models=("openai/x",), methods=("rag:k=2",), sampling={"temperature": 0})  # type: ignore[arg-type]
    assert from_file == from_line == from_python
    assert from_file.digest() == from_python.digest()


@pytest.mark.parametrize("name", shipped_experiments())
def test_shipped_experiments_are_valid(name: str) -> None:
    assert checked(read_settings(name)).name == name


def test_the_digest_follows_what_can_change_a_result() -> None:
    base = checked(SMALL)
    assert checked({**SMALL, "concurrency": 99, "max_error_rate": 0.5}).digest() == base.digest()
    others = [{"limit": 3}, {"sampling": {"temperature": 0}}, {"replicates": 2}, {"seed": 1}, {"base_url": "http://h"}]
    digests = {checked({**SMALL, **change}).digest() for change in others}
    assert len(digests | {base.digest(), base.digest(prompts={"a": "b"})}) == len(others) + 2


def test_equal_methods_written_differently_are_one() -> None:
    assert checked({**SMALL, "methods": ["dpl:k=2,n=8"]}).methods == ("dpl:k=2",)
    with pytest.raises(ConfigurationError, match="more than once"):
        checked({**SMALL, "methods": ["dpl", "dpl:n=8"]})


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked(
            {
                "methods": ["dlp", "rag:q=1,k=0"],
                "metrics": ["rogue1"],
                "datasets": ["sampel"],
                "limit": 0,
                "lmit": 3,
                "sampling": {"temperatur": 1},
            }
        )
    told = "\n".join(caught.value.problems)
    for expected in (
        "unknown method 'dlp'", "did you mean dpl", "unknown knob of method rag 'q'", "k=0 is not allowed; give 1 to 64",
        "unknown metric 'rogue1'", "did you mean rouge1", "unknown dataset 'sampel'", "did you mean sample", "limit: 0 is not allowed",
        "unknown setting 'lmit'", "did you mean limit", "'sampling.temperatur'", "did you mean temperature", "models: is missing",
    ):  # fmt: skip
        assert expected in told


@pytest.mark.parametrize("name", ["quikstart", "none.yaml"])
def test_an_unknown_experiment_names_those_there_are(name: str) -> None:
    with pytest.raises(ConfigurationError, match="quickstart"):
        read_settings(name)


@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "plain"])
def test_a_file_that_is_no_mapping_is_a_configuration_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "e.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=r"e\.yaml"):
        read_settings(str(tmp_path / "e.yaml"))


def test_an_assignment_without_a_value_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="key=value"):
        assigned({}, ["sampling.temperature"])


def test_the_reference_must_be_one_of_the_methods() -> None:
    assert checked({**SMALL, "methods": ["rag", "dpl"]}).compared_with == "dpl"
    assert checked({**SMALL, "methods": ["rag", "dpl"], "reference": "rag:k=8"}).compared_with == "rag"
    with pytest.raises(ConfigurationError, match="none of the methods"):
        checked({**SMALL, "reference": "dpl"})
