import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import zstandard

import plain_build
import raw_files
from benchmarks.building import rows as rows_module
from benchmarks.building.build import build, hub_files
from benchmarks.building.raw import Tolerance, read
from benchmarks.building.rules import rules
from dpl.errors import ConfigurationError, MissingRequirement

FULL = rules("full")


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("raw")
    reviews = raw_files.write(folder / "reviews.jsonl", raw_files.reviews(12_000, users=260, items=120))
    return reviews, raw_files.write(folder / "meta.jsonl", raw_files.items(120))


def built(raw: tuple[Path, Path], out: Path, used: Any = FULL, tolerance: Tolerance | None = None) -> dict[str, Any]:
    build([str(raw[0])], [str(raw[1])], out, used, tolerance or Tolerance())
    return {path.stem: pq.read_table(path).to_pylist() for path in out.glob("*.parquet")}


def test_every_row_is_the_plain_rules(raw: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "BUCKET_REVIEWS", 700)
    expected = plain_build.build(*raw)
    assert len(expected["test"]) > 50
    assert built(raw, tmp_path / "out") == expected


def test_the_generator_makes_every_nuisance_matter(raw: tuple[Path, Path]) -> None:
    everything = [record for _, record in read(str(raw[0]), Tolerance())]
    assert len({(r["user_id"], r["parent_asin"]) for r in everything}) < len(everything)
    assert len({(r["user_id"], r["text"]) for r in everything}) < len(everything)
    assert len({(r["user_id"], r["timestamp"]) for r in everything}) < len(everything)
    expected = plain_build.build(*raw)
    assert len(expected["items"]) < 120
    assert len(expected["test"]) < 260


def test_equal_inputs_give_equal_bytes_however_they_are_packed(raw: tuple[Path, Path], tmp_path: Path) -> None:
    packed = tmp_path / "reviews.jsonl.gz", tmp_path / "meta.jsonl.zst"
    packed[0].write_bytes(gzip.compress(raw[0].read_bytes()))
    content, compressor = raw[1].read_bytes(), zstandard.ZstdCompressor()
    packed[1].write_bytes(compressor.compress(content[:5000]) + compressor.compress(content[5000:]))  # two frames, as pzstd makes them
    built(raw, tmp_path / "a")
    built(packed, tmp_path / "b")
    for name in ("train", "val", "test", "items"):
        assert (tmp_path / "a" / f"{name}.parquet").read_bytes() == (tmp_path / "b" / f"{name}.parquet").read_bytes()


def test_several_files_are_one_in_their_order(raw: tuple[Path, Path], tmp_path: Path) -> None:
    lines = raw[0].read_text().splitlines(keepends=True)
    (tmp_path / "1.jsonl").write_text("".join(lines[:5000]))
    (tmp_path / "2.jsonl").write_text("".join(lines[5000:]))
    build([str(tmp_path / "1.jsonl"), str(tmp_path / "2.jsonl")], [str(raw[1])], tmp_path / "out", FULL, Tolerance())
    assert pq.read_table(tmp_path / "out" / "test.parquet").to_pylist() == plain_build.build(*raw)["test"]


def test_the_manifest_counts_every_step(raw: tuple[Path, Path], tmp_path: Path) -> None:
    written = built(raw, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    counts = manifest["counts"]
    assert (counts["review_rows"], counts["item_rows"]) == (12_000, 120)
    assert counts["test_rows"] == counts["val_rows"] == counts["train_rows"] / 8 == len(written["test"])
    assert counts["items_written"] == len(written["items"])
    assert counts["review_rows"] > counts["reviews_long_enough"] > counts["reviews_of_kept_items"] > counts["profiles_reviews"] > 0
    assert set(manifest["outputs"]) == {"train.parquet", "val.parquet", "test.parquet", "items.parquet"}
    assert all(len(digest) == 64 for digest in (*manifest["inputs"].values(), *manifest["outputs"].values()))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted([*manifest["outputs"], "manifest.json"])


def test_paragraphs_can_be_kept(raw: tuple[Path, Path], tmp_path: Path) -> None:
    texts = [row["data"]["text"] for row in built(raw, tmp_path / "out", rules("full", keep_paragraphs=True))["test"]]
    assert any("\n\n" in text for text in texts)
    assert all(text == text.strip() for text in texts)


def test_light_rules_keep_items_without_description_and_outsiders_as_peers(raw: tuple[Path, Path], tmp_path: Path) -> None:
    everybody = built(raw, tmp_path / "everybody", rules("light"))
    assert len(everybody["test"]) == len(everybody["val"]) > len(plain_build.build(*raw)["test"])
    light = built(raw, tmp_path / "light", rules("light", min_user_reviews=40))
    assert light["train"] == []
    assert 0 < len(light["test"]) < len(everybody["test"])
    users = {row["user_id"] for row in light["test"]}
    assert light["peers"]
    assert users.isdisjoint(peer["user_id"] for peer in light["peers"])
    assert any(len(item["description"]) < 100 for item in light["items"])


def test_nobody_left_is_told_with_the_counts_and_leaves_nothing(raw: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"12,\d+ reviews|nobody is left.*Relax what bounds the reviews by users"):
        built(raw, tmp_path / "out", rules("full", min_user_reviews=400))
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_build_is_replaced_and_anything_else_is_not(raw: tuple[Path, Path], tmp_path: Path) -> None:
    built(raw, tmp_path / "out", rules("full", min_user_reviews=30))
    built(raw, tmp_path / "out")
    assert pq.read_table(tmp_path / "out" / "test.parquet").num_rows == len(plain_build.build(*raw)["test"])
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("keep me")
    with pytest.raises(ConfigurationError, match="no earlier build"):
        built(raw, tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["mine.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "out"]


GOOD = '{"user_id": "u", "parent_asin": "p", "rating": 5, "title": "t", "text": "x", "timestamp": 1}'


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([GOOD, "{broken"], "line 2: no JSON object"),
        ([GOOD, "[1]"], "line 2: no JSON object"),
        ([GOOD.replace('"text"', '"body"')], "line 1: no column 'text', there is body"),
        ([GOOD.replace("5", '"five"')], "line 1: column 'rating' holds 'five'"),
        ([GOOD.replace('"u"', "null")], "line 1: column 'user_id' holds 'None'"),
        ([GOOD.replace(": 1}", ': "2020-01-01"}')], "line 1: column 'timestamp' holds '2020-01-01'"),
        ([], "the file is empty"),
    ],
)
def test_a_bad_line_is_named_by_file_and_number(lines: list[str], says: str, raw: tuple[Path, Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("".join(line + "\n" for line in lines))
    with pytest.raises(ConfigurationError) as caught:
        built((bad, raw[1]), tmp_path / "out")
    assert f"{bad}" in str(caught.value)
    assert says in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.jsonl"]


def test_as_many_bad_lines_are_skipped_as_allowed(raw: tuple[Path, Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{broken\n" + raw[0].read_text() + "nonsense\n")
    with pytest.raises(ConfigurationError, match="--skip-bad-lines 2"):
        built((bad, raw[1]), tmp_path / "out", tolerance=Tolerance(skip_bad_lines=1))
    assert built((bad, raw[1]), tmp_path / "out", tolerance=Tolerance(skip_bad_lines=2)) == plain_build.build(*raw)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["bad_lines_skipped"] == 2


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_a_truncated_file_is_refused_unless_allowed(packing: str, raw: tuple[Path, Path], tmp_path: Path) -> None:
    content = raw[0].read_bytes()
    packed = gzip.compress(content) if packing == "gz" else zstandard.ZstdCompressor().compress(content)
    cut = tmp_path / f"reviews.jsonl.{packing}"
    cut.write_bytes(packed[: int(len(packed) * 0.95)])
    with pytest.raises(ConfigurationError, match=r"ends in the middle, after \d+ rows.*--allow-truncated"):
        built((cut, raw[1]), tmp_path / "out")
    allowed = Tolerance(allow_truncated=True, skip_bad_lines=1)
    assert built((cut, raw[1]), tmp_path / "out", tolerance=allowed)["test"]
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["truncated"] == [cut.name]


def test_a_file_that_is_not_what_its_name_says_is_refused(raw: tuple[Path, Path], tmp_path: Path) -> None:
    for name in ("r.jsonl.gz", "r.jsonl.zst"):
        (tmp_path / name).write_bytes(raw[0].read_bytes())
        with pytest.raises(ConfigurationError, match="cannot be decompressed"):
            built((tmp_path / name, raw[1]), tmp_path / "out")
    with pytest.raises(MissingRequirement, match="no file"):
        built((tmp_path / "none.jsonl", raw[1]), tmp_path / "out")


def test_half_a_character_is_read_and_written_as_a_question_mark(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"text": "half \\ud800"}\n')
    assert [record for _, record in read(str(file), Tolerance())] == [{"text": "half ?"}]


@pytest.mark.parametrize("thresholds", [{"held_out": 1}, {"min_text": -1}, {"min_user_reviews": 600}])
def test_thresholds_that_cannot_be_are_refused(thresholds: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(thresholds))):
        rules("full", **thresholds)


def test_a_category_is_found_on_the_hub() -> None:
    assert hub_files("Books") == (
        "hf://datasets/McAuley-Lab/Amazon-Reviews-2023/raw/review_categories/Books.jsonl",
        "hf://datasets/McAuley-Lab/Amazon-Reviews-2023/raw/meta_categories/meta_Books.jsonl",
    )


def test_real_reviews_are_built_by_both_rule_sets(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "amazon14_digital_music"
    raw = folder / "reviews.jsonl.gz", folder / "meta.jsonl.gz"
    relaxed = rules("full", min_item_users=3, min_user_reviews=6, held_out=2, min_profile_item_users=2, min_profile_reviews=3)
    full, light = built(raw, tmp_path / "full", relaxed), built(raw, tmp_path / "light", rules("light"))
    assert len(light["test"]) == 133
    assert len(full["test"]) > 5
    for row in (*light["test"], *full["test"]):
        assert all(review["timestamp"] <= row["data"]["timestamp"] for review in row["profile"])
        assert row["data"]["text"] not in [review["text"] for review in row["profile"]]
