"""The house stands as drawn: who may import whom, and what a view may not do."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-logo", "--no-cache"], cwd=folder, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of our contracts over a small house, in which a test may plant a wrong import."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    rooms = ("tlog", "base", "base/web", "log", "accounts", "complaints", "moderation")
    for room in rooms:
        (folder / "forum" / room).mkdir(parents=True)
        for name in ("__init__", "models", "service", "queries", "forms", "views"):
            (folder / "forum" / room / f"{name}.py").touch()
    (folder / "forum" / "__init__.py").touch()
    (folder / "forum" / "app.py").touch()
    return folder


def test_the_house_keeps_its_import_order():
    run = _lint_imports(ROOT)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("base/service.py", "import forum.complaints.models"),
        ("tlog/__init__.py", "import forum.base"),
        ("complaints/service.py", "from flask import request"),
        ("complaints/queries.py", "import forum.base.web"),
        ("complaints/models.py", "import forum.accounts.service"),
        ("moderation/views.py", "import forum.complaints.views"),
        ("complaints/service.py", "import forum.moderation.service"),
    ],
)
def test_a_wrong_import_is_caught(house, file, line):
    planted = house / "forum" / file
    planted.write_text(line + "\n")
    run = _lint_imports(house)
    planted.write_text("")
    assert run.returncode == 1 and "BROKEN" in run.stdout


def test_right_imports_are_left_alone(house):
    planted = house / "forum" / "moderation" / "views.py"
    planted.write_text("import flask\nimport forum.base.web\nimport forum.complaints.queries\n")
    run = _lint_imports(house)
    planted.write_text("")
    assert run.returncode == 0, run.stdout


def _imported(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)}


def test_the_auditors_folder_needs_only_the_standard_library_and_cryptography():
    for path in (ROOT / "forum" / "tlog").glob("*.py"):
        allowed = set(sys.stdlib_module_names) | (
            {"cryptography"} if path.name == "note.py" else set()
        )
        foreign = {
            name
            for name in _imported(path.read_text(encoding="utf-8"))
            if name.split(".")[0] not in allowed and not name.startswith("forum.tlog")
        }
        assert not foreign, f"{path.name} imports {foreign}"


def test_the_package_itself_imports_nothing():
    source = (ROOT / "forum" / "__init__.py").read_text(encoding="utf-8")
    assert not _imported(source)


def test_views_leave_saving_to_the_verbs():
    for path in (ROOT / "forum").rglob("views*"):
        for module in [path] if path.is_file() else path.rglob("*.py"):
            calls = [
                ast.unparse(node.func)
                for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
                if isinstance(node, ast.Call)
            ]
            saving = [call for call in calls if call.endswith(("session.add", "session.commit"))]
            assert not saving, f"{module.relative_to(ROOT)} calls {saving}"
