import base64
import hashlib
import importlib.util
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reports.page import write_page
from reports.plots import plot_scores

CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)> \"quoted\" & {{ 7 * 7 }}"


def sample(method: str, number: int, **changes: Any) -> dict[str, Any]:
    stage = {
        "stage": "generation", "tokens_in": 10, "tokens_out": None, "cost_usd": None, "seconds": 1.25,
        "prompts": [{"messages": [{"role": "user", "content": "Write it."}], "answer": "Written."}],
    }  # fmt: skip
    return {
        "dataset": "sample", "model": "m", "method": method, "replicate": 0, "sample_id": f"u{number}:i", "user_id": f"u{number}",
        "status": "ok", "error": None, "text": f"{method} wrote {number}", "notes": ["a note"], "stages": [stage],
        "item_title": f"Item {number}", "item_description": "Described", "rating": 4.0, "title": "Headline",
        "reference": f"really {number}", "scores": {"rouge1": 0.25}, **changes,
    }  # fmt: skip


def manifest(**changes: Any) -> dict[str, Any]:
    return {
        "name": "quickstart", "description": "What it is", "created": "2026-01-01T00:00:00+00:00", "models": ["m"], "datasets": ["sample"],
        "methods": ["rag:k=2"], "metrics": ["rouge1"], "collect_seconds": 12.3, "warnings": ["Mind this."],
        "signatures": {"rouge1": "rouge1|level:sample"}, **changes,
    }  # fmt: skip


@pytest.fixture
def page(summary: pd.DataFrame, comparisons: pd.DataFrame, tmp_path: Path) -> Any:
    def write(rows: list[dict[str, Any]] | None = None, **changes: Any) -> str:
        rows = [sample(method, n) for n in (1, 2) for method in ("rag:k=2", "dpl:n=2,k=2")] if rows is None else rows
        frames = {"summary": summary, "comparisons": comparisons, "samples": pd.DataFrame(rows), "manifest": manifest(), **changes}
        figures = [file for file in plot_scores(summary, tmp_path) if file.suffix == ".svg"]
        return write_page(tmp_path / "report.html", figures=figures, **frames).read_text(encoding="utf-8")

    return write


def test_the_page_shows_each_review_beside_the_real_one(page: Any) -> None:
    text = page()
    for expected in ("rag:k=2 wrote 1", "dpl:n=2,k=2 wrote 2", "really 1", "Item 2", "u1", "Headline", "Mind this.", "a note",
                     "rouge1|level:sample", "Write it.", "Written.", "−0.050", "0.150–0.350", "2 failed"):  # fmt: skip
        assert expected in text
    assert text.count("<article") == 2


def test_nothing_of_strangers_is_markup(page: Any) -> None:
    fields = ("text", "reference", "item_title", "item_description", "title", "user_id", "method", "model", "dataset")
    rows = [sample("rag", 1, notes=[HOSTILE]) | dict.fromkeys(fields, HOSTILE), sample("dpl", 2, status="failed", error=HOSTILE)]
    rows[0]["stages"][0]["prompts"] = [{"messages": [{"role": "user", "content": HOSTILE}], "answer": HOSTILE}]
    text = page(rows, manifest=manifest(warnings=[HOSTILE], name=HOSTILE, description=HOSTILE, signatures={"x": HOSTILE}))
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "{{ 7 * 7 }}" in text
    assert text.count("<script>") == 1


def test_the_policy_allows_the_pages_own_style_and_script_alone(page: Any) -> None:
    text = page()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert content
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert not re.search(r"\s(style|on\w+)=", re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL))
    assert not re.search(r"(src|href)=\"https?:", text)


def test_what_is_not_known_is_not_shown_as_something(page: Any) -> None:
    text = page([sample("rag", 1, rating=None, title=None, item_title=None, item_description=None)])
    assert "None" not in text
    assert "nan" not in text.lower().replace("noname", "")
    assert "(item without a title)" in text


def test_no_comparison_and_no_sample_leave_no_hole(page: Any, comparisons: pd.DataFrame) -> None:
    text = page([], comparisons=comparisons.iloc[:0])
    assert "Paired comparisons" not in text
    assert "<article" not in text


def test_equal_runs_make_equal_pages_and_odd_characters_are_written(page: Any) -> None:
    rows = [sample("rag", 1, text="שלום \N{PILE OF POO}")]
    assert page(rows) == page(rows)
    assert "שלום" in page(rows)


@pytest.mark.browser
def test_a_browser_filters_and_complains_of_nothing(page: Any, tmp_path: Path) -> None:
    if importlib.util.find_spec("playwright") is None or not CHROMIUM.exists():
        pytest.skip("needs Playwright and Debian's chromium")
    from playwright.sync_api import sync_playwright

    page([sample(method, n, text=HOSTILE if n == 3 else f"{method} {n}") for n in (1, 2, 3) for method in ("rag", "dpl")])
    arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*arguments, "--disable-sync"])
        tab = browser.new_page()
        complaints, requests = [], []
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("dialog", lambda dialog: (complaints.append("a script ran"), dialog.dismiss()))
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto((tmp_path / "report.html").as_uri())
        assert tab.locator("article:visible").count() == 3
        tab.fill("#words", "item 2")
        assert tab.locator("article:visible").count() == 1
        assert tab.text_content("#shown") == "1 of 3 samples"
        tab.fill("#words", "")
        tab.uncheck("input[value=rag]")
        assert tab.locator(".review:visible").count() == 6
        browser.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
