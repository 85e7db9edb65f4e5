"""What a maintainer needs to cut a release, and the two ways in which scripts/release refuses."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
INIT = ROOT / "src" / "vermilion" / "__init__.py"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with all that scripts/release looks at before it starts."""
    for name in ("scripts/release", "scripts/environment.sh", "CHANGELOG.md", "src/vermilion/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    run("git", "init", "--quiet", cwd=tmp_path)
    commit(tmp_path)
    return tmp_path


def commit(checkout: Path) -> None:
    run("git", "add", "--all", cwd=checkout)
    person = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    assert run("git", *person, "commit", "--quiet", "--message", "all", cwd=checkout).returncode == 0


def test_a_release_wants_everything_committed(checkout: Path) -> None:
    (checkout / "CHANGELOG.md").write_text("changed")
    ended = run("bash", "scripts/release", cwd=checkout)
    assert ended.returncode == 1
    assert ended.stderr == "error: there are changes that are not committed; commit or remove them first.\n"


def test_a_release_wants_its_section_in_the_changelog(checkout: Path) -> None:
    (checkout / "CHANGELOG.md").write_text("# Changelog\n\n## 0.0.1\n")
    commit(checkout)
    ended = run("bash", "scripts/release", cwd=checkout)
    assert ended.returncode == 1
    assert re.fullmatch(r"error: CHANGELOG.md has no section '## [\d.]+'; write one.\n", ended.stderr)


def test_a_release_takes_no_other_option(checkout: Path) -> None:
    ended = run("bash", "scripts/release", "--force", cwd=checkout)
    assert ended.returncode == 1
    assert "takes no '--force'" in ended.stderr


def test_the_version_stands_in_one_place() -> None:
    assert "version" in PROJECT["dynamic"]
    version = re.search(
        r'^__version__ = "(.+)"$', (ROOT / "src/vermilion/__init__.py").read_text(), re.MULTILINE
    )
    assert version is not None
    literal = re.compile(rf'["\']{re.escape(version[1])}["\']')
    elsewhere = [path for path in (ROOT / "src").rglob("*.py") if literal.search(path.read_text("utf-8"))]
    assert elsewhere == [INIT]


def test_the_workflows_try_every_python_that_the_package_names() -> None:
    named = {line.rsplit(" ", 1)[1] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)}
    [tests] = [path.read_text("utf-8") for path in WORKFLOWS if path.name == "test.yml"]
    matrix = re.search(r"python: \[(.+)\]", tests)
    assert matrix is not None
    assert named == set(re.findall(r'"(3\.\d+)"', matrix[1]))
    assert min(named, key=lambda text: int(text[2:])) == PROJECT["requires-python"].removeprefix(">=")


def test_only_the_publishing_jobs_may_ask_for_an_identity() -> None:
    rights = {path.name: path.read_text("utf-8").count("id-token: write") for path in WORKFLOWS}
    assert {name: count for name, count in rights.items() if count} == {"page.yml": 1, "release.yml": 1}


def test_the_list_of_licences_names_every_dependency() -> None:
    page = (ROOT / "THIRD_PARTY_LICENSES.md").read_text("utf-8")
    listed = set(re.findall(r"^\| ([a-z0-9-]+) \|", page, re.MULTILINE))
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"]]
    wanted += [line for extra in extras.keys() - {"test", "dev", "release", "docs"} for line in extras[extra]]
    names = {canonicalize_name(Requirement(line).name) for line in wanted}
    assert names - listed == set(), "run scripts/make_license_page.py"
