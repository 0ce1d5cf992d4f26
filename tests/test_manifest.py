"""A build of what is unchanged returns at once; whatever has changed is seen, however little of it shows."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from scratch import Scratch

from deckwright import commands, files, inputs, manifest, program
from deckwright.commands import _project
from deckwright.limits import MAX_MEDIA_BYTES

HEART = "---\nkind: basic\n---\n# Heart\n\n## What does an atrium do?\n\nIt receives blood.\n\n![](heart.svg)\n"
LUNG = "---\nkind: basic\ntag: [lung]\n---\n# Lung\n\n## What does it take up?\n\nOxygen. ![[lung.png]]\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h4"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
MASKS = 'size = [40, 20]\n\n[[mask]]\nname = "lobe"\nleft = 0.1\ntop = 0.2\nwidth = 0.25\nheight = 0.2\n'
STYLE = '\n[style]\ncss = "deck.css"\n'


def picture() -> bytes:
    """A photograph of a lung, of 40 × 20 pixels."""
    made = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(made, "PNG")
    return made.getvalue()


def run(root: Path, *args: str) -> Result:
    return CliRunner().invoke(commands.main, ["build", "--project", str(root), *args], prog_name="deckwright")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A project that was built, with warnings; its files have rested, but for those of the build."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr(inputs, "REST", 0)
    project = Scratch(tmp_path / "anatomy")
    project.write(
        {
            "deck.toml": (project.root / "deck.toml").read_text(encoding="utf-8") + STYLE,
            "deck.css": ".card { color: black }\n",
            "cards/heart.md": HEART,
            "cards/b/lung.md": LUNG,
            "media/heart.svg": SVG,
            "media/lung.png": PNG,
            "media/unused.png": PNG + b"!",
            "README.md": "Notes.\n",
            "pyproject.toml": "[project]\nname = 'notes'\n",
            "cards/scan.md": "# Lung\n\n## What is this? {.occlusion}\n\n![](scan.png)\n",
            "media/scan.png": picture(),
            "media/scan.masks.toml": MASKS,
            "cards/v/pyvenv.cfg": "",
            "cards/v/vein.md": HEART.replace("![](heart.svg)", "").replace("atrium", "vein"),
            "media/b/heart.svg": b"",
            "extra/valve.md": HEART.replace("![](heart.svg)", "").replace("atrium", "valve"),
        }
    )
    os.truncate(project.root / "media/b/heart.svg", MAX_MEDIA_BYTES + 1)  # It takes no place on the disk.
    for link, target in LINKS.items():
        (project.root / link).symlink_to(target)
    assert run(project.root).exit_code == 0
    assert manifest.unchanged(str(project.root), None)
    return project


LINKS = {
    "cards/l": "../extra",
    "cards/septum.md": "../extra/valve.md",
    "media/more": "../nowhere",
    "cards/n": "../README.md",
}


def link(name: str, target: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).unlink()
        (root / name).symlink_to(target)

    return change


def older(root: Path) -> None:
    """Let all files that can be read, and folders, be a minute older, by the time of their content."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink() and path.stat().st_size <= MAX_MEDIA_BYTES:
            os.utime(path, ns=(0, path.stat().st_mtime_ns - 60_000_000_000))


def everything(folder: Path) -> dict[str, tuple[int, int, int]]:
    """What changes whenever anything is written: of every file and folder, and of the cache's too."""
    marks = {path.relative_to(folder).as_posix(): path.lstat() for path in (folder, *folder.rglob("*"))}
    return {path: (held.st_ino, held.st_mtime_ns, held.st_size) for path, held in marks.items()}


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Edit a file so that its size, and the time of its content, stay the same."""

    def change(root: Path) -> None:
        path = root / name
        times = path.stat().st_atime_ns, path.stat().st_mtime_ns
        text = path.read_text(encoding="utf-8")
        assert old in text and len(old) == len(new)
        path.write_text(text.replace(old, new), encoding="utf-8")
        os.utime(path, ns=times)

    return change


def write(name: str, text: str | bytes | None) -> Callable[[Path], None]:
    return lambda root: Scratch(root).write({name: text})


def rename(name: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).rename(root / new)

    return change


def touch(root: Path) -> None:
    """Give all notes new times."""
    for path in root.glob("cards/**/*.md"):
        path.touch()


def then(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        for each in changes:
            each(root)

    return change


def test_the_second_build_writes_nothing_and_says_the_same(project: Scratch) -> None:
    before = everything(project.root)
    again = run(project.root)
    assert everything(project.root) == before
    (project.root / manifest.PLACE).unlink()
    whole = run(project.root)
    assert (again.stdout, again.stderr, again.exit_code) == (whole.stdout, whole.stderr, whole.exit_code)
    told = [line.partition(" ")[2][:13] for line in again.stderr.splitlines() if "warning[" in line]
    assert told == ["warning[S005]", "warning[M016]", "warning[M016]"]


def test_the_second_build_imports_next_to_nothing(project: Scratch) -> None:
    script = (
        "import sys\nfrom deckwright import inputs\nfrom deckwright.commands import main\ninputs.REST = 0\n"
        "try:\n    main(['build'])\nfinally:\n    print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    command = [sys.executable, "-c", script]
    for _ in range(2):  # Where tests run, Python may find other libraries: the first build is that of this program.
        output = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=True).stdout
    imported = set(output.splitlines()[-1].split())
    assert {"click", "deckwright"} <= imported
    assert not imported & {"msgspec", "markdown", "markdown_it", "bs4", "genanki", "yaml", "lxml", "tomllib", "sqlite3"}
    assert "traceback" not in imported  # Most commands end well.


def test_a_build_after_an_edit_imports_nothing_that_few_notes_need(tmp_path: Path) -> None:
    project = Scratch(tmp_path / "anatomy")
    note = "---\nkind: basic\n---\n\n## What beats?\n\n**The heart**\n"
    script = (
        "import sys\nfrom deckwright.commands import main\n"
        "try:\n    main(['build'])\nfinally:\n    print(*sorted(sys.modules))"
    )
    command = [sys.executable, "-c", script]
    for text in (note, note.replace("The", "My")):
        project.write({"cards/heart.md": text})
        output = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=True).stdout
    imported = set(output.splitlines()[-1].split())
    assert {"deckwright.notes", "markdown"} <= imported
    few = {"bs4", "difflib", "genanki", "importlib.resources", "lxml", "nh3", "packaging", "pygments", "yaml"}
    assert not imported & few


CHANGES: dict[str, Callable[[Path], None]] = {
    "a note, of the same size": edit("cards/heart.md", "blood", "water"),
    "a warning more": write("cards/heart.md", HEART + "\n## Empty {basic}\n\ntext\n"),
    "a file more": write("cards/more.md", HEART.replace("atrium", "septum")),
    "a file less": write("cards/b/lung.md", None),
    "a file in a new folder": write("cards/c/more.md", HEART.replace("atrium", "septum")),
    "a renamed file": rename("cards/heart.md", "cards/hearts.md"),
    "a renamed folder": rename("cards/b", "cards/a"),
    "a setting, of the same size": edit("deck.toml", "Anatomy", "anatomy"),
    "other settings as well": write("pyproject.toml", '[tool.deckwright]\nid = "other-k3v9q2xm"\nname = "Other"\n'),
    "the stylesheet": edit("deck.css", "black", "white"),
    "masks, of the same size": edit("media/scan.masks.toml", "0.25", "0.35"),
    "a drawing": edit("media/heart.svg", "M1 1h4", "M1 1h5"),
    "a picture": write("media/lung.png", PNG + b"?"),
    "a picture that is unused": write("media/more.png", PNG + b"more"),
    "a picture of the same name elsewhere": write("other/lung.png", PNG),
    "a picture nearer to its note": write("cards/heart.svg", SVG),
    "the ledger": edit("deck.lock", "Anatomy", "anatomy"),
    "no ledger": write("deck.lock", None),
    "no package": write("build/anatomy.apkg", None),
    "another package": lambda root: edit_bytes(root / "build/anatomy.apkg"),
    "a virtual environment": write("cards/b/pyvenv.cfg", ""),
    "a virtual environment that is none any more": write("cards/v/pyvenv.cfg", None),
    "a link that leads to something now": write("nowhere/more.png", PNG),
    "a link to a file that leads to nothing now": write("README.md", None),
    "a link to another folder": link("cards/l", "b"),
    "a link to an equal file": then(
        write("other.md", HEART.replace("![](heart.svg)", "").replace("atrium", "valve")),
        link("cards/septum.md", "../other.md"),
    ),
    "a file that can be read now": write("media/b/heart.svg", SVG),
    "settings where there were none of ours": write("pyproject.toml", "[tool.deckwright]\n"),
}


def edit_bytes(path: Path) -> None:
    """Change one byte in place."""
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_has_changed_is_seen(project: Scratch, change: Callable[[Path], None]) -> None:
    change(project.root)
    assert manifest.unchanged(str(project.root), None) is None


NO_CHANGES: dict[str, Callable[[Path], None]] = {
    "nothing": lambda root: None,
    "all times": older,
    "the times of all files": touch,
    "a file that is no input": write("README.md", "Other notes.\n"),
    "an edit that was undone": then(edit("cards/heart.md", "blood", "water"), edit("cards/heart.md", "water", "blood")),
    "a temporary file of ours": write("cards/.deckwright-abcdefgh", ""),
    "a file that came and went": then(write("cards/x.md", ""), write("cards/x.md", None)),
}


@pytest.mark.parametrize("change", NO_CHANGES.values(), ids=NO_CHANGES)
def test_what_has_not_changed_is_not_built(project: Scratch, change: Callable[[Path], None]) -> None:
    package = project.root / "build" / "anatomy.apkg"
    mark = package.stat().st_mtime_ns
    change(project.root)
    # The package's own mark is not what this is about.
    os.utime(package, ns=(0, mark))
    kept = manifest.read(project.root)
    assert inputs.are_same(kept["inputs"], str(project.root))


def test_a_copy_of_a_project_is_looked_at_itself(project: Scratch, tmp_path: Path) -> None:
    shutil.copytree(project.root, tmp_path / "copy", symlinks=True)
    edit("cards/heart.md", "blood", "water")(tmp_path / "copy")
    assert manifest.unchanged(str(tmp_path / "copy"), None) is None
    assert manifest.unchanged(str(project.root), None)


def test_a_file_that_had_not_rested_is_compared_by_its_content(
    project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the clock of the file system had not ticked between the build and the edit."""
    monkeypatch.setattr(inputs, "REST", 60_000_000_000)
    path, root = project.root / "cards" / "heart.md", str(project.root)
    held = {path: inputs.mark(path.stat()) for path in (path, path.parent)}
    edit("cards/heart.md", "blood", "water")(project.root)
    marks = {one[3]: one for one in held.values()}
    monkeypatch.setattr(inputs, "mark", lambda now: marks.get(now.st_ino, mark(now)))
    assert inputs.mark(path.stat()) == held[path]
    assert manifest.unchanged(root, None) is None


mark = inputs.mark


def test_other_terms_are_looked_at_anew(project: Scratch, tmp_path: Path) -> None:
    root = str(project.root)
    assert manifest.unchanged(root, project.root / "build" / "anatomy.apkg")
    assert manifest.unchanged(root, tmp_path / "other.apkg") is None
    assert run(project.root, "--output", str(tmp_path / "other.apkg")).exit_code == 0
    assert manifest.unchanged(root, tmp_path / "other.apkg")
    assert manifest.unchanged(root, None) is None


def is_current(root: Path) -> bool:
    """Whether a process that begins now finds nothing to do."""
    manifest.tool.cache_clear()
    return manifest.unchanged(str(root), None) is not None


def test_another_program_builds_anew(project: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site" / "Pygments-9.9.dist-info").mkdir(parents=True)
    with monkeypatch.context() as changed:
        changed.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
        assert not is_current(project.root)
    own = list(program.files())
    with monkeypatch.context() as changed:
        changed.setattr(program, "files", lambda: own[1:])
        assert not is_current(project.root)
    assert is_current(project.root)


def test_a_program_that_is_replaced_while_it_runs_builds_nothing_for_the_new_one(
    project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit("cards/heart.md", "blood", "water")(project.root)
    own = list(program.files())
    with monkeypatch.context() as changed:
        changed.setattr(program, "files", lambda: own[1:])
        assert run(project.root).exit_code == 0
        assert not is_current(project.root)
    assert is_current(project.root)


def test_a_damaged_manifest_says_nothing(project: Scratch) -> None:
    path = project.root / manifest.PLACE
    whole = path.read_bytes()
    for place in range(0, len(whole), 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        assert manifest.read(project.root) == {}
    path.write_bytes(whole[:-1])
    assert manifest.read(project.root) == {}
    assert run(project.root).exit_code == 0
    assert manifest.unchanged(str(project.root), None)


def test_what_only_one_build_says_is_not_said_again(project: Scratch) -> None:
    """A note that left is told of by the build that misses it, and by no other."""
    project.write({"cards/b/lung.md": None, "media/lung.png": None})
    first = run(project.root)
    assert "[I" in first.stderr
    assert manifest.unchanged(str(project.root), None) is None
    second = run(project.root)
    assert "[I" not in second.stderr
    assert second.stdout.splitlines()[1] == "Since the last build: nothing changed"


def test_files_that_rested_are_not_read_again(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    now = _project.now(project.root)
    monkeypatch.setattr(
        _project, "now", lambda root: now
    )  # Both builds count as of one second, however long they take.
    cold = project.root.with_name("cold")
    edit("cards/heart.md", "blood", "water")(project.root)
    shutil.copytree(project.root, cold, symlinks=True, ignore=shutil.ignore_patterns("build"))
    read: list[str] = []

    def reading(path: Path, limit: int) -> tuple[bytes, os.stat_result]:
        read.append(path.relative_to(project.root).as_posix())
        return real(path, limit)

    real = files._read
    with monkeypatch.context() as changed:
        changed.setattr(files, "_read", reading)  # with the digest or without
        assert run(project.root).exit_code == 0
    assert [place for place in read if place.endswith(".md")] == ["cards/heart.md"]
    assert run(cold).exit_code == 0
    made = [(root / name).read_bytes() for name in ("build/anatomy.apkg", "deck.lock") for root in (project.root, cold)]
    assert made[0] == made[1]
    assert made[2] == made[3]
    assert manifest.unchanged(str(project.root), None)
    edit("cards/v/vein.md", "blood", "water")(project.root)
    edit("cards/b/lung.md", "Oxygen", "Oxigen")(project.root)
    assert manifest.unchanged(str(project.root), None) is None


def test_what_rested_is_not_followed_out_of_the_project(project: Scratch, tmp_path: Path) -> None:
    """Of the file that a link leads to, nothing is another but its place."""
    valve, outer = project.root / "extra" / "valve.md", tmp_path / "outer"
    outer.mkdir()
    (outer / "valve.md").hardlink_to(valve)
    edit("cards/heart.md", "blood", "water")(project.root)
    assert run(project.root).exit_code == 0
    link("cards/septum.md", str(outer / "valve.md"))(project.root)
    assert "cards/septum.md" in manifest.known(manifest.read(project.root), str(project.root))
    result = run(project.root)
    assert (result.exit_code, "this file is a link to a place outside the project" in result.stderr) == (1, True)


def test_a_file_that_is_another_one_when_it_is_needed_after_all(
    project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It seemed to be as it was, what had become of it was lost, and then it was another one."""
    edit("cards/heart.md", "atrium", "artery")(project.root)

    def known(kept: Mapping[str, Any], root: str) -> dict[str, inputs.Known]:
        return {"cards/heart.md": inputs.Known((1, 2, 3, 4), "0" * 64)}

    monkeypatch.setattr(manifest, "known", known)
    result = run(project.root)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        1,
        "No package was made: cards/heart.md cannot be read: it changed while it was read",
    )


def test_errors_are_not_kept(project: Scratch) -> None:
    project.write({"cards/b/lung.md": LUNG + "\n## Empty {.basic}\n"})
    assert run(project.root, "--keep-going").exit_code == 1
    assert manifest.unchanged(str(project.root), None) is None
    assert run(project.root).exit_code == 1


def test_a_project_in_a_project_is_not_the_outer_one(project: Scratch) -> None:
    inner = Scratch(project.root / "cards" / "inner")
    assert manifest.root_above(inner.root) is None
    assert manifest.root_above(project.root / "cards" / "b") == str(project.root.resolve())
