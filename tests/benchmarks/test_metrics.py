import random

import numpy as np
import pytest
import sacrebleu
from rouge_score.rouge_scorer import RougeScorer

from benchmarks.metrics import known_metrics, parse_metric
from dpl.errors import ConfigurationError

WORDS = ["the", "a", "record", "song", "film", "slow", "loud", "quiet", "night", "rain", "tea", "never", "always", "good", "."]
ODD = ["", "  ", "word", "\N{PILE OF POO}", "שלום עולם", "\ud800", "no " * 3000, "...", "Ünïcode façade"]


def texts(seed: int, count: int = 60) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randint(1, 60))) for _ in range(count)]


@pytest.mark.parametrize("name", ["rouge1", "rougeL"])
def test_rouge_is_rouge_score(name: str) -> None:
    written, real = texts(1), texts(2)
    scorer = RougeScorer([name], use_stemmer=False)
    expected = [scorer.score(target=r, prediction=w)[name].fmeasure for w, r in zip(written, real, strict=True)]
    assert parse_metric(name).score(written, real).values == expected


def test_meteor_is_nltk_with_wordnet(wordnet: None) -> None:
    from nltk.tokenize import word_tokenize
    from nltk.translate.meteor_score import meteor_score

    written, real = ["The film was a great movie. It ended badly."], ["A good film, the movie ends bad. Really."]
    metric, note = parse_metric("meteor").usable()
    assert (metric.name, note) == ("meteor", None)
    (value,) = metric.score(written, real).values
    assert value == meteor_score([word_tokenize(real[0])], word_tokenize(written[0]))
    (exact,) = parse_metric("meteor_exact").score(written, real).values
    assert exact < value


def test_without_wordnet_meteor_is_another_metric_under_another_name(no_wordnet: None) -> None:
    metric, note = parse_metric("meteor").usable()
    assert metric.name == "meteor_exact"
    assert "python -m nltk.downloader wordnet punkt_tab" in (note or "")
    assert metric.score(["the same words"], ["the same words"]).values[0] > 0.9


def test_bleu_of_any_set_comes_from_its_sums_and_is_sacrebleu() -> None:
    metric, written, real = parse_metric("bleu"), texts(1), texts(2)
    scores = metric.score(written, real)
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(written), size=(20, len(written)))
    sums = {name: np.array(column)[drawn].sum(axis=1).astype(float) for name, column in scores.statistics.items()}
    expected = [sacrebleu.corpus_bleu([written[i] for i in draw], [[real[i] for i in draw]]).score for draw in drawn]
    assert np.allclose(metric.corpus(sums), expected, atol=1e-9)


@pytest.mark.parametrize(
    ("written", "real"),
    [
        ("the cat sat on the mat", "dog"),
        ("one two", "one two"),
        ("a b c d", "a b x d"),
        ("", "word"),
        ("x", ""),
        ("a b c d e", "a b c d e"),
    ],
)
def test_bleu_of_one_text_is_sacrebleu_where_orders_are_missing(written: str, real: str) -> None:
    metric = parse_metric("bleu")
    scores = metric.score([written], [real])
    sums = {name: np.array(column, dtype=float) for name, column in scores.statistics.items()}
    assert metric.corpus(sums)[0] == pytest.approx(sacrebleu.corpus_bleu([written], [[real]]).score, abs=1e-9)
    assert scores.values[0] == pytest.approx(sacrebleu.sentence_bleu(written, [real]).score, abs=1e-9)


@pytest.mark.parametrize("name", [name for name in known_metrics() if name != "meteor"])
def test_equal_texts_are_best_and_odd_texts_have_a_value(name: str) -> None:
    metric = parse_metric(name)
    text = "a plain sentence about one slow record and the rain outside"
    assert metric.score([text], [text]).values[0] == pytest.approx(metric.best, rel=1e-3)
    values = metric.score(ODD, ["a real review"] * len(ODD)).values
    assert all(0 <= value <= metric.best for value in values)


def test_odd_texts_have_a_meteor(wordnet: None) -> None:
    values = parse_metric("meteor").score(ODD, ["a real review"] * len(ODD)).values
    assert all(0 <= value <= 1 for value in values)


@pytest.mark.parametrize("name", sorted(known_metrics()))
def test_signatures_name_the_metric_the_library_and_the_level(name: str) -> None:
    signature = parse_metric(name).signature
    assert signature.startswith(f"{name}|")
    assert "|level:" in signature
    assert any(character.isdigit() for character in signature)


def test_bleu_signature_is_sacrebleus() -> None:
    bleu = sacrebleu.BLEU()
    bleu.corpus_score(["a"], [["a"]])
    theirs = str(bleu.get_signature()).replace("version:", "sacrebleu:")
    assert all(part in parse_metric("bleu").signature for part in theirs.split("|"))


def test_an_unknown_metric_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="did you mean rougeL"):
        parse_metric("rougel")
