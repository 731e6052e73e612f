from pathlib import Path

import pytest

from dpl.errors import ConfigurationError
from dpl.prompts import Prompts
from dpl.records import Item, Review, Sample
from dpl.retrieval import KeySample

SAMPLE = Sample("ann:A", "ann", Item("A", "A title", "word " * 400), (), rating=4.0, title="Fine & <b>bold</b>")


def generation(prompts: Prompts, **values: object) -> str:
    rendered = prompts.render("generation", sample=SAMPLE, **{"reviews": [], "summary": None, **values})
    return rendered.messages[1].content


def test_texts_come_through_as_they_are() -> None:
    assert "Fine & <b>bold</b>" in generation(Prompts())
    assert "rating: 4 of 5" in generation(Prompts())
    assert "{{ 7 * 6 }}" in generation(Prompts(), summary="likes {{ 7 * 6 }}")


def test_missing_title_description_rating_leave_no_hole() -> None:
    sample = Sample("ann:A", "ann", Item("A"), ())
    text = Prompts().render("generation", sample=sample, reviews=[], summary=None).messages[1].content
    assert "None" not in text
    assert "(title unknown)" in text


def test_long_texts_are_cut_at_words_and_counted() -> None:
    review = Review("ann", "B", "one  two\n\nthree four five")
    rendered = Prompts(review_words=3).render("generation", sample=SAMPLE, reviews=[KeySample(review, Item("B"))], summary=None)
    assert "one  two\n\nthree ..." in rendered.messages[1].content
    assert "four" not in rendered.messages[1].content
    assert rendered.shortened == 2  # the review and the description


def test_halving_ends() -> None:
    prompts, rounds = Prompts(), 0
    while (shorter := prompts.halved()) is not None:
        prompts, rounds = shorter, rounds + 1
    assert 1 <= rounds <= 6


def test_a_folder_of_ones_own_is_preferred_and_hashed(tmp_path: Path) -> None:
    (tmp_path / "generation.user.txt").write_text("Write about {{ sample.item.title }} now")
    own = Prompts().preferring(tmp_path)
    assert generation(own) == "Write about A title now"
    changed = {name for name, digest in own.hashes().items() if Prompts().hashes().get(name) != digest}
    assert changed == {"generation.user.txt"}
    assert "layout.jinja" in own.hashes()


@pytest.mark.parametrize("text", ["{{ nothing_of_that_name }}", "{% if %}"])
def test_a_template_that_cannot_be_filled_in_is_a_configuration_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "generation.user.txt").write_text(text)
    with pytest.raises(ConfigurationError, match=r"generation\.user\.txt"):
        generation(Prompts().preferring(tmp_path))


def test_a_missing_folder_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no folder"):
        Prompts().preferring(tmp_path / "none")
