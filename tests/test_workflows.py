"""The workflows for GitHub: their form, what they may do, and that their steps work, as far as they need no GitHub."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from scratch import Scratch

from deckwright import __version__, package
from deckwright import commands as cli
from deckwright.starter import attributes
from deckwright.starter.workflows import FOLDER, STEPS, workflows

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / FOLDER).glob("*.yml"))
DECK = ["deck-check.yml", "deck-release.yml"]
NOW = 1_700_000_000
bash = pytest.mark.skipif(
    shutil.which("bash") is None or shutil.which("jq") is None, reason="the steps are for GitHub's Linux"
)


def read(path: Path) -> dict[Any, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def jobs(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from read(path)["jobs"].items()


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for _, job in jobs(path) for step in job["steps"]]


# Their form


def test_these_are_the_workflows() -> None:
    assert [path.name for path in FILES] == [*DECK, "tool.yml"]


@pytest.mark.ci
def test_they_have_the_form_that_github_reads() -> None:
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    result = subprocess.run([*checker, *map(str, FILES)], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "ok -- validation done\n"), result.stdout + result.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_actions_are_pinned_and_say_which_version(path: Path) -> None:
    used = re.findall(r"^ *(?:- )?uses: *(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert used
    assert [
        action for action in used if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)
    ] == []


def test_an_action_has_one_version_in_all_workflows() -> None:
    used = {
        tuple(action.split("@"))
        for path in FILES
        for action in re.findall(r"uses: *(\S+@\S+ # \S+)", path.read_text(encoding="utf-8"))
    }
    assert len(used) == len({action for action, _ in used})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_workflow_may_do_no_more_than_it_must(path: Path) -> None:
    whole = read(path)
    assert whole["permissions"] in ({}, {"contents": "read"})
    assert set(whole["concurrency"]) == {"group", "cancel-in-progress"}
    assert [name for name, job in jobs(path) if "timeout-minutes" not in job] == []
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step for step in checkouts if step["with"]["persist-credentials"] is not False] == []
    # What somebody else may have written, such as the name of a branch, must not become a part of a script.
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


def test_only_what_publishes_may_write() -> None:
    rights = {
        (path.stem, name): job["permissions"]
        for path in FILES
        for name, job in jobs(path)
        if job.get("permissions", {"contents": "read"}) != {"contents": "read"}
    }
    assert rights == {
        ("deck-release", "publish"): {"attestations": "write", "contents": "write", "id-token": "write"},
        ("deck-release", "site"): {"id-token": "write", "pages": "write"},
        ("tool", "publish"): {"attestations": "write", "id-token": "write"},
    }
    held = [
        step.get("run", "") for path in FILES for name, job in jobs(path) if name == "publish" for step in job["steps"]
    ]
    assert [run for run in held if "pip" in run or "deckwright" in run] == []


# For other people's decks


def test_those_of_this_repository_differ_in_how_deckwright_is_installed() -> None:
    made = workflows()
    assert list(made) == [f"{FOLDER}/{name}" for name in DECK]
    for path, text in made.items():
        ours = re.sub(rf'"deckwright(\[site\])?=={re.escape(__version__)}"', r'".\1"', text)
        assert (ours != text, (ROOT / path).read_text(encoding="utf-8")) == (True, ours)


def init(*args: str) -> Result:
    return CliRunner().invoke(cli.main, ["init", "--github", *args])


def test_init_writes_them_into_a_new_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = init("anatomy")
    files = ["deck.toml", "cards/planets.md", "cards/light.md", *workflows(), ".gitattributes"]
    assert result.stdout == "".join(f"Created {Path('anatomy', file)}\n" for file in files)
    said = "\n      ".join(["cd anatomy", *STEPS, "git init", "deckwright build"])
    assert (result.exit_code, result.stderr) == (0, f"Next: {said}\n")
    assert {path: Path("anatomy", path).read_text(encoding="utf-8") for path in workflows()} == workflows()


def test_a_project_that_is_there_gets_only_them_and_keeps_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    project = Scratch(tmp_path)
    project.start_git()
    project.write({f"{FOLDER}/deck-check.yml": "mine", ".gitattributes": attributes.TEXT})
    result = init()
    assert (result.exit_code, result.stdout) == (0, f"Created {Path(FOLDER, 'deck-release.yml')}\n")
    kept = f"{FOLDER}/deck-check.yml was there already, and was not changed: delete it to get a new one"
    said = "\n      ".join([kept, *STEPS, "deckwright build"])
    assert result.stderr == f"Next: {said}\n"
    assert Path(FOLDER, "deck-check.yml").read_text() == "mine"


def test_below_the_top_of_a_repository_they_would_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Scratch(tmp_path / "notes").start_git()
    result = init("notes/heart")
    assert (result.exit_code, result.stdout, Path("notes/heart").exists()) == (2, "", False)
    assert result.stderr == (
        f"{Path('notes/heart')} is in the repository notes, and GitHub looks for workflows only in {FOLDER} there.\n"
        "The workflows are for a project at the top of a repository. Nothing was written.\n"
    )


# Their steps


class Runner:
    """What GitHub's machine is to a step: a clone, programs, and files for what is said."""

    def __init__(self, folder: Path, clone: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.clone, self.temp = clone, folder / "temp"
        self.temp.mkdir()
        self.summary, self.output = folder / "summary", folder / "output"
        programs = folder / "bin"
        programs.mkdir()
        (programs / "deckwright").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m deckwright "$@"\n')
        (programs / "deckwright").chmod(0o755)
        self.environment = os.environ | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(sys.path),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_WORKSPACE": str(clone),
        }

    def run(self, workflow: str, job: str, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the step of this name, as GitHub runs one with `shell: bash`."""
        (script,) = (s["run"] for s in read(ROOT / FOLDER / workflow)["jobs"][job]["steps"] if s.get("name") == name)
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.clone,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )


def clone(source: Scratch, folder: Path) -> Scratch:
    subprocess.run(["git", "clone", "--quiet", str(source.root), str(folder)], check=True)
    return Scratch(folder)


HEART = "---\nkind: basic\n---\n# Heart\n\n## Where does blood go? {#heart-blood}\n\nInto the aorta.\n"


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A project with the release 1.0.0, made with the command itself."""
    project = Scratch(tmp_path / "project")
    project.write({"cards/heart.md": HEART})
    project.build(NOW)
    project.start_git()
    release(project, NOW + 60, monkeypatch)
    return project


def release(project: Scratch, now: int, monkeypatch: pytest.MonkeyPatch, *args: str) -> None:
    with monkeypatch.context() as changed:
        changed.setenv("SOURCE_DATE_EPOCH", str(now))
        result = CliRunner().invoke(
            cli.main, ["release", *args, "--commit", "--no-rehearsal", "--project", str(project.root)]
        )
        assert result.exit_code == 0, result.output


@bash
@pytest.mark.ci
def test_a_pull_request_is_looked_at(tmp_path: Path, released: Scratch) -> None:
    released.git("switch", "--quiet", "--create", "change")
    released.write({"cards/heart.md": HEART.replace("aorta", "lung") + "\n## What is new?\n\nThis.\n"})
    released.commit()
    released.git("switch", "--quiet", "main")
    released.git("merge", "--quiet", "--no-ff", "change")
    copy = clone(released, tmp_path / "clone")
    runner = Runner(tmp_path / "runner", copy.root)
    for name in (
        "Check the notes",
        "Say which step the next release is",
        "Build the package",
        "Compare with the base branch",
    ):
        result = runner.run("deck-check.yml", "check", name)
        assert result.returncode == 0, result.stdout + result.stderr
    summary = runner.summary.read_text(encoding="utf-8")
    assert summary.startswith(
        "## The next release\n``````text\n1.1.0, at least a minor step after 1.0.0\n"
        "  cards/heart.md:10: What is new?: minor, new\n"
        "  cards/heart.md:6: Where does blood go?: patch, changed\n``````\n"
        "## What this changes\n``````text\nNotes: 1 new, 1 changed\n"
    )
    page = (copy.root / "build/changes.html").read_text(encoding="utf-8")
    assert '<h1>base.apkg → Anatomy</h1>\n<p class="sbs-counts">Notes: 1 new, 1 changed</p>' in page
    assert [note.fields["Back"] for note in package.read(copy.root / "build/anatomy.apkg").notes] == [
        "<p>Into the lung.</p>", "<p>This.</p>"
    ]  # fmt: skip


@bash
@pytest.mark.ci
def test_a_wrong_note_in_a_pull_request_is_told_beside_its_line(tmp_path: Path, released: Scratch) -> None:
    released.write({"cards/heart.md": HEART + "\n## What is wrong? {.basic}\n"})
    released.commit()
    copy = clone(released, tmp_path / "clone")
    runner = Runner(tmp_path / "runner", copy.root)
    result = runner.run("deck-check.yml", "check", "Check the notes")
    assert (result.returncode, result.stdout.split(" ")[0]) == (1, "::error")
    assert re.findall(r"file=([^,]*),line=(\d+)", result.stdout) == [("cards/heart.md", "10")]
    told = runner.run("deck-check.yml", "check", "Say which step the next release is")
    assert (told.returncode, runner.summary.read_text()) == (
        0, "## The next release\n``````text\nNone: the project has errors\n``````\n"
    )  # fmt: skip


@bash
@pytest.mark.ci
def test_the_first_pull_request_has_nothing_to_compare_with(tmp_path: Path) -> None:
    project = Scratch(tmp_path / "project")
    project.start_git()
    project.write({"cards/heart.md": HEART})
    project.commit()
    runner = Runner(tmp_path / "runner", clone(project, tmp_path / "clone").root)
    assert runner.run("deck-check.yml", "check", "Compare with the base branch").returncode == 0
    assert runner.summary.read_text() == "The base branch has no deck to compare with.\n"


RELEASE = ["Build the package from what is committed", "Verify the release against its manifest"]


def publishing(runner: Runner, tag: str, *names: str) -> subprocess.CompletedProcess[str]:
    """The steps of a release up to the first that fails, or the last one."""
    for name in names:
        result = runner.run("deck-release.yml", "build", name, TAG=tag)
        if result.returncode:
            return result
    return result


@bash
@pytest.mark.ci
def test_a_release_is_verified_and_made_again_with_the_same_files(
    tmp_path: Path, released: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    released.write({"cards/heart.md": HEART.replace("aorta", "lung"), "changes/lung.md": "It was the **lung**.\n"})
    released.build(NOW + 120)
    released.commit()
    release(released, NOW + 180, monkeypatch, "minor")
    for tag, latest in (("v1.1.0", "true"), ("v1.0.0", "false")):
        copy = clone(released, tmp_path / tag)
        copy.git("checkout", "--quiet", tag)
        runner = Runner(tmp_path / f"runner-{tag}", copy.root)
        result = publishing(runner, tag, *RELEASE, "Make the files of the release")
        assert result.returncode == 0, result.stdout + result.stderr
        made = released.root / "build/releases" / tag.removeprefix("v")
        expected = {path.name: path.read_bytes() for path in made.iterdir() if path.name != "deck.lock"}
        files = {path.name: path.read_bytes() for path in (runner.temp / "release").iterdir()}
        assert (files, runner.output.read_text()) == (expected, f"latest={latest}\n")
        assert copy.git("describe", "--tags").strip() == tag
        assert copy.git("status", "--porcelain") == ""
    sums = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=runner.temp / "release", check=False)
    assert sums.returncode == 0


@bash
@pytest.mark.ci
@pytest.mark.parametrize("tampered", ["manifest", "note", "stale"])
def test_a_release_that_is_not_what_was_released_is_not_published(
    tmp_path: Path, released: Scratch, tampered: str
) -> None:
    if tampered == "manifest":
        path = released.root / "releases/1.0.0.json"
        made = json.loads(path.read_text())
        made["digest"] = "0" * len(made["digest"])
        path.write_text(json.dumps(made))
    elif tampered == "note":
        released.write({"cards/heart.md": HEART.replace("aorta", "lung")})
        released.build(NOW + 90)
    else:
        released.write({"cards/heart.md": HEART.replace("aorta", "lung")})
    released.git("commit", "--quiet", "--all", "--message", "Tamper")
    released.git("tag", "--force", "v1.0.0")
    copy = clone(released, tmp_path / "clone")
    result = publishing(Runner(tmp_path / "runner", copy.root), "v1.0.0", *RELEASE)
    assert result.returncode == 1
    assert {
        "manifest": "releases/1.0.0.json" in result.stdout + result.stderr,
        "note": "which did not release 1.0.0" in result.stderr,
        "stale": "deck.lock" in result.stderr,
    }[tampered], result.stdout + result.stderr


@bash
@pytest.mark.ci
def test_the_wheel_alone_makes_a_deck(tmp_path: Path) -> None:
    """The steps of the workflow for Deckwright; the wheel and its libraries are all that there is."""
    copy = tmp_path / "clone"
    copy.mkdir()
    held = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in held.split("\0")[:-1]:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(copy / "dist"), str(copy)], check=True)
    environment = {"PYTHONPATH": "", "PIP_NO_COMPILE": "1", "PIP_QUIET": "1"}
    runner = Runner(tmp_path / "runner", copy)
    result = runner.run("tool.yml", "packages", "Make a deck with the wheel alone", **environment)
    assert result.returncode == 0, result.stdout + result.stderr
    assert len(package.read(runner.temp / "anatomy/build/anatomy.apkg").notes) == 9
    assert sorted(path.name for path in (runner.temp / "anatomy" / FOLDER).iterdir()) == DECK


def test_jobs_name_files_that_are_there() -> None:
    held: Mapping[str, Any] = read(ROOT / FOLDER / "deck-release.yml")["jobs"]
    assert {name: job.get("needs") for name, job in held.items()} == {
        "build": None, "publish": "build", "site": ["build", "publish"]
    }  # fmt: skip
