"""The houses import each other in one direction only; and the library is quick to import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "dpl": {"dpl"},
    "baselines": {"baselines", "dpl"},
    "benchmarks": {"benchmarks", "baselines", "dpl", "reports"},
    "reports": {"reports"},
}


def imported(file: Path) -> set[str]:
    """Returns the top-level names that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0] if node.level == 0 else file.relative_to(ROOT).parts[0])
    return names


@pytest.mark.parametrize("house", MAY_IMPORT)
def test_direction_of_imports(house: str) -> None:
    files = list((ROOT / house).rglob("*.py"))
    assert files
    wrong = {str(file): imported(file) & (set(MAY_IMPORT) - MAY_IMPORT[house]) for file in files}
    assert not {file: names for file, names in wrong.items() if names}


def test_the_check_sees_a_wrong_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / "dpl").mkdir()
    (tmp_path / "dpl" / "wrong.py").write_text("def late():\n    from benchmarks.run import run\n")
    with pytest.raises(AssertionError):
        test_direction_of_imports("dpl")


@pytest.mark.parametrize("statement", ["from dpl import DPL", "import benchmarks.cli"])
def test_import_waits_for_nothing_heavy(statement: str) -> None:
    heavy = ("litellm", "pandas", "sklearn", "numpy", "matplotlib", "nltk", "torch", "datasets")
    code = f"import sys; {statement}; print(*[name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.split() == []
