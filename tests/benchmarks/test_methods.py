import pytest

from benchmarks.methods import known_methods, label, parse_method
from dpl.errors import ConfigurationError
from dpl.pipeline import DPL


def test_all_methods_of_the_first_comparison_are_known() -> None:
    assert {"dpl", "intsum", "non_personalized", "rag"} <= set(known_methods())


def test_knobs_are_read_by_type() -> None:
    method = parse_method("dpl:n=4, k=2 ,peers=random")
    assert isinstance(method, DPL)
    assert (method.n, method.k, method.peers) == (4, 2, "random")


@pytest.mark.parametrize("spec", ["dpl", "dpl:n=4", "rag:k=2,retrieval=recency", "intsum:k=2,summarized=4"])
def test_labels_parse_back(spec: str) -> None:
    assert label(parse_method(spec)) == spec
    assert parse_method(label(parse_method(spec))) == parse_method(spec)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("ragg", "unknown method 'ragg'; there is dpl"),
        ("rag:k", "write knob=value"),
        ("rag:kk=1", "rag has k=8 (1 to 64), retrieval=bm25 (bm25 | recency | random)"),
        ("rag:k=many", "k='many' is not allowed; give 1 to 64"),
        ("rag:k=99", "k=99 is not allowed; give 1 to 64"),
    ],
)
def test_what_is_wrong_with_a_specification_is_told_with_what_is_allowed(spec: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_method(spec)
    assert says in str(caught.value)
