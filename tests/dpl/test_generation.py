import pytest

from dpl.generation import clean


@pytest.mark.parametrize(
    ("answer", "text", "removed"),
    [
        ("Just words.", "Just words.", []),
        ("  Review: Just words.\n", "Just words.", ["label"]),
        ("**Review:** Just words.", "Just words.", ["label"]),
        ("[Review]: Just words.", "Just words.", ["label"]),
        ('"Just words."', "Just words.", ["quotation marks"]),
        ("“Just words.”", "Just words.", ["quotation marks"]),
        ('"One" and "two"', '"One" and "two"', []),
        ("```\nJust words.\n```", "Just words.", ["code fence"]),
        ("<think>hm</think>\nJust words.", "Just words.", ["reasoning"]),
        ('<think>hm</think>```text\nReview: "Just words."```', "Just words.", ["reasoning", "code fence", "label", "quotation marks"]),
        ("Reviewers say: no", "Reviewers say: no", []),
        ('"', '"', []),
        ("<think>only that</think>", "", ["reasoning"]),
    ],
)
def test_what_is_not_the_review_is_taken_away_and_named(answer: str, text: str, removed: list[str]) -> None:
    assert clean(answer) == (text, removed)
