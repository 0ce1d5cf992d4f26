"""What each command prints, where, and the exit code it ends with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from scratch import Scratch

import deckwright
from deckwright import __version__, build, diagnostics, package, settings
from deckwright import commands as cli
from deckwright import diff as comparing
from deckwright.commands import _talk
from deckwright.commands._talk import folded
from deckwright.diagnostics import to_text
from deckwright.diagnostics.forms import width
from deckwright.diagnostics.project import no_notes
from deckwright.identity import Terms
from deckwright.lint import PAGES
from deckwright.model import Span

PROGRAM = [sys.executable, "-m", "deckwright"]
SETTINGS = 'id = "anatomy-k3v9q2xm"\nname = "Anatomy"\n'
HEART = "---\nkind: basic\n---\n# Heart\n\n## What does an atrium do?\n\nIt receives blood.\n"
BROKEN = "\n## What does a valve do? {.basic}\n"  # without an answer
WARNED = "---\nkind: basic\ntag: [heart]\n---\n# Heart\n\n## What does an atrium do?\n\nIt receives blood.\n"

posix = pytest.mark.skipif(os.name != "posix", reason="about POSIX")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one note, which is the current folder."""
    root = tmp_path / "anatomy"
    write(root, {"deck.toml": SETTINGS, "cards/heart.md": HEART})
    monkeypatch.chdir(root)
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    return root


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def files(folder: Path) -> set[str]:
    """The paths of all files below a folder but the cache's."""
    paths = (path for path in folder.rglob("*") if path.is_file() and ".cache" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in paths}


def run(*args: str, colour: bool = False) -> Result:
    """As on a terminal that shows colours, or as in a pipe."""
    return CliRunner().invoke(cli.main, args, color=colour, prog_name="deckwright")


def started(*args: str, **options: object) -> subprocess.Popen[bytes]:
    """The program in a process of its own."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*PROGRAM, *args], **(pipes | options))


LEDGER = "deck.lock has changed: commit it with your notes.\n"
"""What the first build of a project adds."""

NOW = 1_700_000_000


def fronts(path: Path) -> list[str]:
    return [note.fields["Front"] for note in package.read(path).notes]


def found_in(root: Path) -> list[diagnostics.Diagnostic]:
    return build.load(root, Terms(NOW))[1]


# Help and usage


@pytest.mark.parametrize(
    "args",
    [["--help"], ["build", "--help"], ["masks", "show", "--help"], ["--version"], ["buidl"], ["build", "--fast"]],
)
def test_help_imports_nothing_that_takes_time(args: list[str]) -> None:
    script = (
        "import sys\nfrom deckwright.commands import main\n"
        f"try: main({args!r})\n"
        "except SystemExit: print(sorted(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules = set(eval(result.stdout.splitlines()[-1]))
    ours = {name for name in modules if name.startswith("deckwright.")}
    assert [name for name in ours if not f"{name}.".startswith("deckwright.commands.")] == []
    assert "deckwright.commands._faults" not in ours
    heavy = {
        "genanki",
        "markdown",
        "markdown_it",
        "bs4",
        "lxml",
        "rich",
        "yaml",
        "sqlite3",
        "tomllib",
        "msgspec",
        "PIL",
        "watchfiles",
        "starlette",
        "uvicorn",
        "jinja2",
    }
    assert heavy & {name.split(".")[0] for name in modules} == set()


def test_help_lists_all_commands_in_order() -> None:
    listed = re.findall(r"^  (\w+)  ", run("--help").stdout.partition("Commands:")[2], re.MULTILINE)
    assert listed == [
        "init",
        "adopt",
        "build",
        "push",
        "pull",
        "watch",
        "preview",
        "check",
        "diff",
        "rehearse",
        "read",
        "stats",
        "ids",
        "draft",
        "release",
        "site",
        "masks",
        "explain",
    ]
    listed = re.findall(r"^  (\w+)  ", run("masks", "--help").stdout.partition("Commands:")[2], re.MULTILINE)
    assert listed == ["suggest", "show"]


@pytest.mark.parametrize("command", [[], *([name] for name in cli.main.commands)])
def test_help_begins_with_an_example(command: list[str]) -> None:
    usage, _, heading, example, *_ = run(*command, "--help").stdout.splitlines()
    assert usage.startswith(" ".join(["Usage: deckwright", *command]))
    assert heading == "  Example:"
    assert example.startswith(" ".join(["    deckwright", *command]))


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").stdout == f"deckwright {__version__}\n"


def test_a_slip_in_a_command_gets_a_suggestion() -> None:
    result = run("buidl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "build" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", ["build", "check"])
def test_where_there_is_no_project_one_is_offered(command: str, tmp_path: Path) -> None:
    result = run(command, "--project", str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == "To create one: deckwright init"


# init


def test_init_says_what_it_made_and_what_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("init", "anatomy")
    made = ["deck.toml", "cards/planets.md", "cards/light.md", ".gitattributes"]
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [f"Created {Path('anatomy', name)}" for name in made]
    assert result.stderr.splitlines() == ["Next: cd anatomy", "      git init", "      deckwright build"]
    assert files(tmp_path) == {f"anatomy/{name}" for name in made}


def test_what_init_makes_builds_without_a_word_of_complaint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init").stderr == "Next: git init\n      deckwright build\n"
    result = run("build")
    assert (result.exit_code, result.stderr) == (0, f"{LEDGER}Next: deckwright build --open\n")


def test_init_leaves_a_project_alone(root: Path) -> None:
    result = run("init")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("deck.toml: error[P016]")
    assert (root / "deck.toml").read_text() == SETTINGS


def test_init_where_no_folder_can_be(root: Path) -> None:
    result = run("init", "deck.toml/anatomy")
    path = Path("deck.toml", "anatomy")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{path} cannot become a project: Not a directory\n"


# build


def test_build_says_what_it_built(root: Path) -> None:
    result = run("build")
    target = root / "build" / "anatomy.apkg"
    size = f"{target.stat().st_size / 1000:.0f} kB"
    assert (result.exit_code, result.stderr) == (0, f"{LEDGER}Next: deckwright build --open\n")
    assert result.stdout == f"Built {Path('build', 'anatomy.apkg')} · 1 note, 1 card, {size}\n"
    assert len(package.read(target).notes) == 1


def test_build_counts_cards_and_media(root: Path) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
    text = HEART + "\n![An atrium](../media/atrium.svg)\n\n## Valve {.basic .reversed}\n\nStops blood.\n"
    write(root, {"cards/heart.md": text, "media/atrium.svg": svg})
    result = run("build")
    assert re.sub(r"\d+ kB", "SIZE", result.stdout).endswith(" · 2 notes, 3 cards, 1 media file, SIZE\n")


def test_a_change_of_the_stylesheet_alone_is_told_with_what_it_costs(root: Path) -> None:
    styled = (root / "deck.toml").read_text(encoding="utf-8") + '\n[style]\ncss = "style.css"\n'
    write(root, {"deck.toml": styled, "style.css": ".card { color: red }\n"})
    run("build")
    write(root, {"style.css": ".card { color: blue }\n"})
    assert run("check").stdout.splitlines()[1:] == ["Since the last build: the look of the cards changed"]
    result = run("build")
    assert result.stdout.splitlines()[1:] == ["Since the last build: the look of the cards changed"]
    assert result.stderr == (
        "The look of the cards has changed: an update replaces what learners changed in Cards…, but not their own file.\n"
        "deck.lock has changed: commit it with your notes.\nNext: deckwright build --open\n"
    )
    again = run("build")
    assert again.stdout.splitlines()[1:] == ["Since the last build: nothing changed"]
    assert again.stderr == "Next: deckwright build --open\n"


def test_the_look_of_the_cards_is_compared_with_the_last_release_too(root: Path, released: Scratch) -> None:
    settings = (root / "deck.toml").read_text(encoding="utf-8")
    write(root, {"cards/heart.md": HEART, "deck.toml": settings + 'report_url = "https://example.org/"\n'})
    run("build")
    assert run("build").stdout.splitlines()[1:] == [
        "Since the last build: nothing changed",
        "Since version 1.0.0: 1 gone, the look of the cards changed",
    ]
    write(root, {"deck.toml": settings})
    assert run("build").stdout.splitlines()[1:] == [
        "Since the last build: the look of the cards changed",
        "Since version 1.0.0: 1 gone",
    ]


def test_what_is_built_stays_out_of_git(root: Path) -> None:
    run("build")
    assert files(root / "build") == {".gitignore", "anatomy.apkg"}
    assert (root / "build" / ".gitignore").read_text() == "*\n"


def test_a_build_folder_that_was_there_is_the_authors(root: Path) -> None:
    (root / "build").mkdir()
    run("build")
    assert files(root / "build") == {"anatomy.apkg"}


def test_build_from_elsewhere_to_elsewhere(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    result = run("build", "--project", "anatomy/cards", "--output", "new/hearts.apkg")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Built {Path('new', 'hearts.apkg')} · 1 note")
    assert result.stderr.startswith(f"{LEDGER}Next: deckwright build --project ")
    assert result.stderr.endswith(" --open\n")
    assert files(root.parent) == {"anatomy/deck.toml", "anatomy/deck.lock", "anatomy/cards/heart.md", "new/hearts.apkg"}


def test_an_error_costs_the_package_and_the_old_one_stays(root: Path) -> None:
    run("build")
    target = root / "build" / "anatomy.apkg"
    before = target.read_bytes()
    write(root, {"cards/heart.md": HEART + BROKEN})
    (broken,) = found_in(root)
    result = run("build")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"{to_text(broken)}\n\n"
        f"No package was made: 1 error in 1 file. The previous {Path('build', 'anatomy.apkg')} is kept.\n"
        f"Next: deckwright explain {broken.code}\n"
        "      deckwright build --keep-going, to leave out the notes with errors\n"
    )
    assert target.read_bytes() == before


def test_keep_going_leaves_out_what_is_broken_and_still_fails(root: Path) -> None:
    write(root, {"cards/heart.md": HEART + BROKEN})
    (broken,) = found_in(root)
    result = run("build", "--keep-going")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"Built {Path('build', 'anatomy.apkg')} · 1 note, 1 card, ")
    assert result.stderr == (
        f"{to_text(broken)}\n\n{LEDGER}1 error in 1 file: the notes with errors are left out.\n"
        f"Next: deckwright explain {broken.code}\n"
    )
    assert fronts(root / "build" / "anatomy.apkg") == ["What does an atrium do?"]


def test_a_warning_costs_nothing(root: Path) -> None:
    write(root, {"cards/heart.md": WARNED})
    (warning,) = found_in(root)
    result = run("build")
    assert (warning.severity, result.exit_code) == ("warning", 0)
    assert result.stderr == f"{to_text(warning)}\n\n{LEDGER}Next: deckwright build --open\n"
    assert fronts(root / "build" / "anatomy.apkg") == ["What does an atrium do?"]


def test_broken_settings_are_told_and_nothing_is_made(root: Path) -> None:
    write(root, {"deck.toml": SETTINGS + "colour = 1\n"})
    (wrong,) = settings.load(root)[1]
    result = run("build", "--keep-going")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"{to_text(wrong)}\n\nNo package was made: 1 error in 1 file.\nNext: deckwright explain {wrong.code}\n"
    )
    assert files(root) == {"deck.toml", "cards/heart.md"}


def test_without_a_note_there_is_no_package_but_advice(root: Path) -> None:
    write(root, {"cards/heart.md": "# Heart\n\nIt beats.\n"})
    told = to_text(no_notes(Span("deck.toml")))
    result = run("build")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (f"{told}\n\nNo package was made: there are no notes yet.\nNext: deckwright explain P018\n")
    assert "{.basic}" in told
    assert "kind: basic" in told
    assert not (root / "build" / "anatomy.apkg").exists()
    result = run("check")
    assert (result.exit_code, result.stdout) == (1, f"{told}\n\n1 error in 1 file\n")
    assert json.loads(run("check", "--json").stdout)[0]["code"] == "P018"


def test_where_every_note_is_broken_nothing_is_left_to_build(root: Path) -> None:
    write(root, {"cards/heart.md": "# Heart\n" + BROKEN})
    result = run("build", "--keep-going")
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.search(
        r"\nNo package was made: every note has an error\.\nNext: deckwright explain \w+\n$", result.stderr
    )


def test_where_only_a_warning_was_found_there_are_no_notes_yet(root: Path) -> None:
    write(root, {"cards/heart.md": "---\nkind: basic\ntag: [heart]\n---\n# Heart\n"})
    result = run("build")
    assert "\nNo package was made: there are no notes yet.\n" in result.stderr
    assert [d.code for d in found_in(root)][-1] == "P018"
    assert run("check").exit_code == 1


@pytest.mark.parametrize("name", ["heart.zip", "collection.apkg", "backup-1.apkg"])
def test_a_name_that_anki_takes_for_something_else_is_refused(root: Path, name: str) -> None:
    result = run("build", "--output", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{name} is no name for a package: ")
    assert files(root) == {"deck.toml", "cards/heart.md"}


def test_where_nothing_can_be_written_one_line_says_so(root: Path) -> None:
    result = run("build", "--output", "deck.toml/x.apkg")
    path = Path("deck.toml", "x.apkg")
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(
        rf"No package was made: {re.escape(str(path))} cannot be written: [A-Z][a-z ]+\n", result.stderr
    )
    assert files(root) == {"deck.toml", "cards/heart.md"}


def test_a_file_called_build_is_in_the_way(root: Path) -> None:
    write(root, {"build": ""})
    result = run("build")
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(r"No package was made: build\Wanatomy\.apkg cannot be written: [A-Z][a-z ]+\n", result.stderr)


@pytest.mark.ci
@posix
def test_open_hands_the_package_over_and_does_not_wait(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The opener is a program that tells its argument through a pipe and then stays until the pipe is read."""
    os.mkfifo(root / "opened")
    opener = root / "bin" / ("open" if sys.platform == "darwin" else "xdg-open")
    write(root, {f"bin/{opener.name}": f'#!/bin/sh\necho "$@" > "{root}/opened"\n'})
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", str(opener.parent), prepend=os.pathsep)
    result = run("build", "--open")
    assert (result.exit_code, result.stderr) == (0, LEDGER)
    assert (root / "opened").read_text() == f"{root / 'build' / 'anatomy.apkg'}\n"


@posix
def test_where_nothing_opens_it_the_package_is_built_all_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(root))
    result = run("build", "--open")
    assert (result.exit_code, result.stdout[:6]) == (0, "Built ")
    assert re.fullmatch(
        LEDGER + r"The package cannot be opened from here: (xdg-)?open is missing\. "
        r"In Anki, choose File > Import, and build/anatomy\.apkg\.\n",
        result.stderr,
    )


@posix
@pytest.mark.parametrize("code", [1, 3, 4])
def test_where_the_desktop_cannot_open_it_the_reason_is_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    opener = root / "bin" / ("open" if sys.platform == "darwin" else "xdg-open")
    write(root, {f"bin/{opener.name}": f"#!/bin/sh\necho no application >&2\nexit {code}\n"})
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", str(opener.parent), prepend=os.pathsep)
    result = run("build", "--open")
    is_unknown = (opener.name, code) == ("xdg-open", 3)
    why = "knows no program for it" if is_unknown else f"failed with exit code {code}"
    assert (result.exit_code, result.stderr) == (
        0,
        f"{LEDGER}The package cannot be opened from here: {opener.name} {why}. "
        "In Anki, choose File > Import, and build/anatomy.apkg.\n",
    )


# check


def test_check_finds_nothing(root: Path) -> None:
    write(root, {"cards/lung.md": "# Lung\n"})
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, "No problems in 2 files, 1 note\n")
    assert result.stderr == "Next: deckwright build\n"


DIAGRAM = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">
<text data-mask="atrium" x="9" y="25" font-size="9">Atrium</text></svg>
"""
SHOWN = "# Heart\n\n## The heart {.occlusion}\n\n![The heart](../media/heart.svg)\n"


def held_files(folder: Path) -> dict[Path, tuple[int, int, bytes]]:
    """What changes whenever a file is written, even with the same bytes."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes()) for path in paths}


@pytest.fixture
def wrong(root: Path) -> list[diagnostics.Diagnostic]:
    """What is wrong with two files of the project: errors and a warning, in Japanese too."""
    write(root, {"cards/heart.md": WARNED + BROKEN, "cards/kidney.md": BROKEN.replace("valve", "腎臓 🫘")})
    found = found_in(root)
    assert sorted(d.severity for d in found) == ["error", "error", "warning"]
    return found


@pytest.mark.parametrize("is_built", [False, True])
def test_check_shows_everything_and_writes_nothing(
    root: Path, wrong: list[diagnostics.Diagnostic], is_built: bool
) -> None:
    if is_built:
        write(root, {"media/heart.svg": DIAGRAM, "cards/diagram.md": SHOWN})
        run("build", "--keep-going")
        write(root, {"media/heart.svg": DIAGRAM.replace("9", "8")})
    before = held_files(root)
    result = run("check")
    first = next(d.code for d in wrong if d.severity == "error")
    assert result.exit_code == 1
    assert result.stdout == "\n\n".join(map(to_text, wrong)) + "\n\n2 errors, 1 warning in 2 files\n"
    assert result.stderr == f"Next: deckwright explain {first}\n"
    assert held_files(root) == before


@pytest.mark.parametrize("args", [["--json"], ["--format", "json"]])
def test_check_for_programs_is_json_and_nothing_else(wrong: list[diagnostics.Diagnostic], args: list[str]) -> None:
    result = run("check", *args)
    assert (result.exit_code, result.stderr) == (1, "")
    assert json.loads(result.stdout) == json.loads(diagnostics.to_json(wrong))


def test_json_of_a_good_project_is_an_empty_list(root: Path) -> None:
    result = run("check", "--json")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "[]\n", "")


@pytest.mark.parametrize(("workspace", "prefix"), [("..", "anatomy/"), (".", "")])
def test_paths_for_github_begin_at_the_repository(
    root: Path, wrong: list[diagnostics.Diagnostic], workspace: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str((root / workspace).resolve()))
    result = run("check", "--format", "github")
    lines = [diagnostics.to_github(d).replace("file=", f"file={prefix}") for d in wrong]
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [*lines, "2 errors, 1 warning in 2 files"]


def test_a_warning_alone_is_no_failure(root: Path) -> None:
    write(root, {"cards/heart.md": WARNED})
    result = run("check")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "1 warning in 1 file")


def test_check_tells_what_is_wrong_with_the_settings(root: Path) -> None:
    write(root, {"deck.toml": SETTINGS + "colour = 1\n"})
    found = settings.load(root)[1]
    result = run("check")
    assert (result.exit_code, result.stdout) == (1, f"{to_text(found[0])}\n\n1 error in 1 file\n")


@pytest.mark.parametrize(("before", "after"), ["xx", "心心", "x心", "心x"])
@pytest.mark.parametrize("columns", [40, 60, 80, 120, 1000, None])
def test_the_line_of_a_diagnostic_fits_the_terminal(columns: int | None, before: str, after: str) -> None:
    """If it went on below itself, the marker would stand below something else."""
    line = f"See {before * 50} ==heart== {after * 50}"
    span = Span("cards/heart.md", 3, line.index("==heart==") + 1, 9, line)
    _, shown, marker, _ = to_text(no_notes(span), columns=columns).split("\n")
    assert width(shown) <= (columns or 1000)
    assert marker == f"  | {' ' * width(shown[4:].partition('==heart==')[0])}{'^' * 9}"
    assert (shown == f"  | {line}") == (width(line) + 4 <= (columns or 1000))


def test_a_marker_is_not_parted_from_what_it_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_talk, "terminal_columns", lambda stream: 20)
    line = "The heart pumps blood into the aorta."
    shown = click.unstyle(_talk.text([no_notes(Span("a.md", 3, 5, 20, line))])).split("\n")
    assert shown[:5] == [
        *("a.md:3:5:", "error[P018]: there", "are no notes yet"),
        *("  | The heart pumps blood into the aort…", f"  |     {'^' * 20}"),
    ]


# diff


def questions(verb: str) -> str:
    """Twelve notes, which are two more than `diff` lists at once."""
    notes = (f"## What does chamber {n} do?\n\nIt {verb} blood in step {n}.\n" for n in range(1, 13))
    return "---\nkind: basic\n---\n# Heart\n\n" + "\n".join(notes)


@pytest.fixture
def packages(root: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Two packages: in the second, twelve notes have changed and one is new. The project is as in the second."""
    for time, name, text in ((NOW, "old", questions("receives")), (NOW + 60, "new", questions("gathers") + VALVE)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(time))
        write(root, {"cards/heart.md": text})
        assert run("build", "--output", f"{name}.apkg").exit_code == 0
    return "old.apkg", "new.apkg"


def changes(old: str, new: str, limit: int | None = 10, places: dict[str, str] | None = None) -> str:
    compared = comparing.compare(package.read(Path(old)), package.read(Path(new)), places or {})
    return comparing.to_text(compared, limit=limit) + "\n"


def test_diff_shows_what_new_changes_for_someone_who_has_old(packages: tuple[str, str]) -> None:
    result = run("diff", *packages)
    assert (result.exit_code, result.stdout) == (0, changes(*packages))
    assert result.stderr == "Next: deckwright diff old.apkg new.apkg --all\n"
    assert "    Back: It [-receives-]{+gathers+} blood in step 1.\n" in result.stdout
    assert "[-gathers-]{+receives+}" in run("diff", *reversed(packages)).stdout
    assert run("diff", *reversed(packages)).stdout == changes(*reversed(packages)) != result.stdout


def test_diff_lists_all_changes_when_asked(packages: tuple[str, str]) -> None:
    result = run("diff", *packages, "--all")
    assert (result.exit_code, result.stdout, result.stderr) == (0, changes(*packages, limit=None), "")
    assert [text.count("step 12") for text in (result.stdout, changes(*packages))] == [1, 0]


def test_where_diff_has_listed_everything_it_offers_no_more(packages: tuple[str, str]) -> None:
    old, _ = packages
    result = run("diff", old, old)
    assert (result.exit_code, result.stdout, result.stderr) == (0, changes(old, old), "")


@pytest.mark.parametrize(
    ("folder", "args", "following"),
    [
        (".", [], "deckwright build"),
        ("cards", [], "deckwright build"),
        ("..", ["anatomy"], "deckwright build --project anatomy"),
        ("..", ["--project", "anatomy"], "deckwright build --project anatomy"),
    ],
)
def test_diff_with_a_project(
    packages: tuple[str, str], monkeypatch: pytest.MonkeyPatch, folder: str, args: list[str], following: str
) -> None:
    root = Path.cwd()
    lines = {note.guid: 6 + 4 * n for n, note in enumerate(package.read(Path("new.apkg")).notes)}
    expected = changes(*packages, places={guid: f"cards/heart.md:{line}" for guid, line in lines.items()})
    assert "\n  cards/heart.md:6: What does chamber 1 do?\n    Back: It [-receives-]" in expected
    before = held_files(root)
    monkeypatch.chdir(root / folder)
    result = run("diff", str(root / "old.apkg"), *args)
    assert (result.exit_code, result.stdout, result.stderr) == (0, expected, f"Next: {following}\n")
    assert held_files(root) == before


def test_diff_for_programs_is_json_and_nothing_else(packages: tuple[str, str]) -> None:
    old, new = (package.read(Path(name)) for name in packages)
    result = run("diff", *packages, "--json")
    assert (result.exit_code, result.stdout) == (0, comparing.to_json(comparing.compare(old, new), old, new) + "\n")
    assert (result.stderr, json.loads(result.stdout)["counts"]["new"]) == ("", 1)


def test_diff_colours_what_is_old_and_what_is_new(packages: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    output = CliRunner().invoke(cli.main, ["diff", *packages], color=True).stdout
    assert ("\x1b[31m[-receives-]\x1b[0m" in output, "\x1b[32m{+gathers+}\x1b[0m" in output) == (True, True)


def test_what_is_no_package_cannot_be_compared(root: Path) -> None:
    result = run("diff", "deck.toml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "deck.toml is not a package, or is damaged: File is not a zip file\n"


def test_a_project_with_an_error_cannot_be_compared(root: Path, packages: tuple[str, str]) -> None:
    write(root, {"cards/heart.md": HEART + BROKEN})
    (broken,) = found_in(root)
    result = run("diff", "old.apkg")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"{to_text(broken)}\n\nThe project cannot be compared: 1 error in 1 file.\nNext: deckwright explain {broken.code}\n"
    )


# explain


def test_explain_prints_the_page_of_a_code() -> None:
    for code in ("P003", "p003"):
        result = run("explain", code)
        assert (result.exit_code, result.stdout) == (0, diagnostics.explain(PAGES["P003"]) + "\n")
        assert result.stderr == "Next: deckwright check\n"


def test_the_page_of_a_rule_says_how_to_live_with_it() -> None:
    assert run("explain", "L004").stdout == diagnostics.explain(PAGES["L004"]) + (
        '\n\nTo let one note break this rule, say why in its tag: allow="L004 …"\n'
        'To turn it off for all notes, write below [lint] in the settings: L004 = "off"\n'
    )


def test_explain_says_how_to_turn_on_a_rule_that_is_off_by_itself() -> None:
    assert run("explain", "L023").stdout == diagnostics.explain(PAGES["L023"]) + (
        '\n\nTo turn it on, write below [lint] in the settings: L023 = "hint"\n'
        'To let one note break it then, say why in its tag: allow="L023 …"\n'
    )


def test_the_page_of_a_code_is_filled_anew_for_a_narrow_terminal() -> None:
    page = PAGES["L001"]
    for columns in (40, 80):
        lines = diagnostics.explain(page, columns).split("\n")
        prose = lines[: lines.index("Bad:")]
        assert max(map(len, prose)) <= columns
        assert " ".join(prose).split() == f"L001 (warning): {page.title} {page.text}".split()
    assert diagnostics.explain(page, 120) == diagnostics.explain(page)


def test_explain_alone_lists_codes_and_titles() -> None:
    result = run("explain")
    assert (result.exit_code, result.stderr) == (0, "Next: deckwright explain CODE\n")
    assert result.stdout.splitlines() == [f"{code}  {PAGES[code].title}" for code in sorted(PAGES)]


def test_explain_knows_every_code_there_is() -> None:
    """In a process of its own: here, other tests have imported what declares codes."""
    sources = [path.read_text(encoding="utf-8") for path in Path(deckwright.__file__).parent.rglob("*.py")]
    codes = sorted(
        code for source in sources for code in re.findall(r'^@(?:declare|rule)\(\s*"(\w+)"', source, re.MULTILINE)
    )
    output, _ = started("explain").communicate()
    assert [line.split()[0] for line in output.decode().splitlines()] == codes


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("P0003", " Did you mean P003?"),
        ("i3", " Did you mean I003?"),
        ("O18", " Did you mean O018?"),
        ("heart", ""),
        ("3", ""),
    ],
)
def test_explain_suggests_the_code_that_was_meant(code: str, meant: str) -> None:
    result = run("explain", code)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"There is no code {code}.{meant}\nTo list all codes: deckwright explain\n"


# Terminals, pipes and faults


@pytest.mark.parametrize(
    ("environment", "terminal", "coloured"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colours_are_for_terminals_and_those_who_want_them(
    root: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], terminal: bool, coloured: bool
) -> None:
    write(root, {"cards/heart.md": BROKEN})
    for name, value in ({"TERM": "xterm"} | environment).items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in run("check", colour=terminal).stdout) == coloured


@pytest.mark.parametrize(
    ("printed", "rows"),
    [
        ("It pumps blood.", ["It pumps blood."]),
        ("It pumps blood into the aorta.", ["It pumps blood into", "the aorta."]),
        ("\x1b[36mExtra:\x1b[0m the left side.\n\nIt", ["\x1b[36mExtra:\x1b[0m the left", "side.", "", "It"]),
        ("Otorhinolaryngologically, so", ["Otorhinolaryngologically,", "so"]),
        ("心臓 は 全身 に 血液 を 送り出す", ["心臓 は 全身 に 血液", "を 送り出す"]),
        ("        for beat in heart:", ["        for beat in", "heart:"]),
        ("        otorhinolaryngologically()", ["        otorhinolaryngologically()"]),
    ],
)
def test_long_lines_are_broken_between_words_on_a_terminal(printed: str, rows: list[str]) -> None:
    assert folded(printed, 20).split("\n") == rows
    assert folded(printed, None) == printed


@posix
def test_each_stream_is_as_wide_as_its_own_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`deckwright read > deck.txt` tells on the terminal what is wrong."""
    import pty
    import termios

    monkeypatch.delenv("COLUMNS", raising=False)
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 47))
    with os.fdopen(ours), os.fdopen(theirs, "w") as stderr, (tmp_path / "deck.txt").open("w") as stdout:
        monkeypatch.setattr(sys, "__stdout__", stdout)
        assert [_talk.terminal_columns(stream) for stream in (stdout, stderr)] == [None, 47]
        monkeypatch.setenv("COLUMNS", "31")
        assert _talk.terminal_columns(stderr) == 31


@pytest.mark.parametrize(("encoding", "shown"), [("utf-8", "腎臓 🫘"), ("latin-1", r"\u814e\u81d3 \U0001fad8")])
def test_what_a_terminal_cannot_show_is_spelt_out(
    root: Path, wrong: list[diagnostics.Diagnostic], encoding: str, shown: str
) -> None:
    process = started("check", env=os.environ | {"PYTHONIOENCODING": encoding})
    output, _ = process.communicate()
    assert process.returncode == 1
    assert f"What does a {shown} do?" in output.decode(encoding)


def test_json_is_utf_8_whatever_the_terminal(root: Path, wrong: list[diagnostics.Diagnostic]) -> None:
    output, _ = started("check", "--json", env=os.environ | {"PYTHONIOENCODING": "latin-1"}).communicate()
    assert json.loads(output.decode("utf-8")) == json.loads(diagnostics.to_json(wrong))


@posix
def test_a_pipe_that_nobody_reads_is_no_complaint() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = started("explain", stdout=writer)
    os.close(writer)
    assert process.communicate()[1] == b""


STOPPED = """
import signal
from deckwright import collection
from deckwright.commands import main

# Where tests run in the background, Ctrl-C is ignored, and so it would be here.
signal.signal(signal.SIGINT, signal.default_int_handler)
collection.load = lambda *_, **__: signal.raise_signal(signal.SIGINT)
main(["build"])
"""


def test_ctrl_c_ends_with_130(root: Path) -> None:
    """The build stops itself in the middle of its work: from here, the right moment could not be told."""
    result = subprocess.run([sys.executable, "-c", STOPPED], capture_output=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (130, b"", b"\nStopped.\n")
    assert files(root) == {"deck.toml", "cards/heart.md", "build/.gitignore"}


@posix
def test_a_pipe_among_the_notes_is_told_and_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "cards" / "lung.md")
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout.startswith("cards/lung.md: error[S020]: this file cannot be read: it is no regular file\n")


def shown(path: Path) -> str:
    return min(os.path.relpath(path), str(path), key=len)


@pytest.mark.parametrize("folder", ["build", ""])
def test_a_fault_leaves_its_traceback_in_a_file(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("heart\nlung")

    (root / folder).mkdir(exist_ok=True)
    monkeypatch.setattr(build, "load", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = run("check")
    (log,) = tmp_path.rglob("deckwright-error*.log")
    assert log.parent == (root / "build" if folder else tmp_path)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        "This is a bug in Deckwright, not a mistake in your notes (KeyError: 'heart\\nlung').\n"
        f"Please report this at https://github.com/deckwright/deckwright/issues and attach {shown(log)}\n"
    )
    text = log.read_text(encoding="utf-8")
    assert text.startswith(f"deckwright {__version__}, Python ")
    assert "Traceback" in text
    assert text.endswith("KeyError: 'heart\\nlung'\n")


PROGRESS = """
from deckwright.commands._talk import progress
with progress(after={after}) as show:
    for done in range(11):
        show(done, 10)
"""


@posix
@pytest.mark.parametrize(("after", "shown"), [(0, True), (60, False)])
def test_a_bar_shows_on_a_terminal_what_takes_long(after: int, shown: bool) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", PROGRESS.format(after=after)]
    process = subprocess.Popen(command, stderr=theirs, env=os.environ | {"TERM": "xterm"})
    os.close(theirs)
    output = b""
    while True:
        try:
            chunk = os.read(ours, 4096)
        except OSError:  # Linux: the other end is closed
            break
        if not chunk:
            break
        output += chunk
    os.close(ours)
    assert process.wait() == 0
    assert (b"Reading notes" in output, output == b"") == (shown, not shown)


def test_no_bar_where_there_is_no_terminal() -> None:
    result = subprocess.run([sys.executable, "-c", PROGRESS.format(after=0)], capture_output=True, check=True)
    assert (result.stdout, result.stderr) == (b"", b"")


# The ledger


VALVE = "\n## What does a valve do?\n\nIt lets blood through one way.\n"
CLOZES = "# Heart\n\n## Valves {.cloze #valves}\n\nThe {{c1::mitral}} valve is left, the {{c2::tricuspid}} right.\n"


@pytest.fixture
def released(root: Path) -> Scratch:
    """The project, released with three notes, one of them with clozes."""
    write(root, {"cards/heart.md": HEART + VALVE, "cards/valves.md": CLOZES})
    scratch = Scratch(root)
    scratch.release("1.0.0", NOW)
    return scratch


def held(root: Path) -> bytes:
    return (root / "deck.lock").read_bytes()


def test_locked_builds_what_is_in_the_ledger_and_leaves_it_alone(root: Path, released: Scratch) -> None:
    before = held(root)
    result = run("build", "--locked")
    assert (result.exit_code, result.stderr, held(root)) == (0, "Next: deckwright build --open\n", before)


@pytest.mark.parametrize("ledger", [True, False])
def test_locked_fails_where_the_ledger_would_change(root: Path, ledger: bool) -> None:
    if ledger:
        run("build")
        write(root, {"cards/heart.md": HEART + VALVE})
    before = held(root) if ledger else None
    result = run("build", "--locked")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"No package was made: deck.lock would change ({'1 line' if ledger else '3 lines'}).\n"
        "Next: deckwright build, and commit deck.lock\n"
    )
    assert (held(root) if (root / "deck.lock").exists() else None) == before


def test_a_source_that_ships_as_before_may_still_change_the_ledger(root: Path, released: Scratch) -> None:
    """Its text is what a later one is compared with; nobody is updated by that."""
    write(root, {"cards/heart.md": (HEART + VALVE).replace("atrium do?", "*atrium* do?")})
    assert run("build", "--locked").exit_code == 1


def test_a_ledger_as_a_merge_left_it_is_not_locked(root: Path, released: Scratch) -> None:
    line = held(root).splitlines(keepends=True)[-1]
    (root / "deck.lock").write_bytes(held(root) + line)
    before = held(root)
    result = run("build", "--locked")
    assert (result.exit_code, held(root)) == (1, before)
    assert (run("build").exit_code, held(root)) == (0, before.removesuffix(line))


def test_many_notes_go_only_with_retire(root: Path, released: Scratch) -> None:
    write(root, {"cards/heart.md": "# Heart\n"})
    before = held(root)
    for options in ([], ["--keep-going"]):
        result = run("build", *options)
        assert (result.exit_code, result.stdout, held(root)) == (1, "", before)
        assert "deck.lock: error[I008]" in result.stderr
        assert "--keep-going" not in result.stderr.splitlines()[-1]
    result = run("build", "--retire")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:] == ["Since the last build: 2 gone", "Since version 1.0.0: 2 gone"]
    assert run("build").exit_code == 0


def test_renumber_lets_the_clozes_of_one_note_move(root: Path, released: Scratch) -> None:
    write(root, {"cards/valves.md": CLOZES.replace("c1", "c3")})
    before = held(root)
    for exit_code, options in ((1, []), (2, ["--renumber", "other"])):
        result = run("build", *options)
        assert (result.exit_code, held(root)) == (exit_code, before)
        assert "“mitral” from c1 to c3" in result.stderr
        assert "build --renumber valves" in result.stderr
    result = run("build", "--renumber", "valves")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:] == ["Since the last build: 1 changed", "Since version 1.0.0: 1 changed"]
    assert run("build").exit_code == 0


@pytest.mark.parametrize(("named", "meant"), [("valvse", " Did you mean valves?"), ("nope", "")])
def test_renumber_refuses_an_id_that_no_note_has(root: Path, released: Scratch, named: str, meant: str) -> None:
    before = held(root)
    result = run("build", "--renumber", "valves", "--renumber", named)
    assert (result.exit_code, result.stdout, held(root)) == (2, "", before)
    assert result.stderr == f"deck.lock has no note with the ID {named}.{meant}\n"
    (root / "deck.lock").write_text("damaged")
    assert "deck.lock has no note" not in run("build", "--renumber", named).stderr


def test_keep_going_keeps_the_lines_of_what_it_leaves_out(root: Path, released: Scratch) -> None:
    write(root, {"cards/heart.md": HEART + BROKEN})
    assert run("build").exit_code == 1
    result = run("build", "--keep-going")
    assert (result.exit_code, result.stderr.count("error[")) == (1, 1)
    write(root, {"cards/heart.md": HEART + VALVE})
    assert run("build").stdout.splitlines()[2] == "Since version 1.0.0: nothing changed"


def test_an_error_leaves_the_ledger_as_it_was(root: Path, released: Scratch) -> None:
    before = held(root)
    write(root, {"cards/heart.md": HEART + VALVE + BROKEN.replace("valve", "septum") + VALVE.replace("valve", "vein")})
    assert (run("build").exit_code, held(root)) == (1, before)


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (lambda data: b"<<<<<<< HEAD\n" + data, "I011"),
        (lambda data: data[:-20], "I012"),
        (lambda data: re.sub(rb'"deckwright":\d+', b'"deckwright":9', data), "I014"),
        (lambda data: data.replace(b"anatomy-k3v9q2xm", b"botany-00000000"), "I012"),
    ],
)
def test_with_a_broken_ledger_nothing_is_built_or_overwritten(
    root: Path, released: Scratch, broken: Callable[[bytes], bytes], code: str
) -> None:
    data = broken(held(root))
    (root / "deck.lock").write_bytes(data)
    for options in ([], ["--keep-going"], ["--retire"]):
        result = run("build", *options)
        assert (result.exit_code, result.stdout, held(root)) == (1, "", data)
        assert f"error[{code}]" in result.stderr
        assert result.stderr.splitlines()[-1] == f"Next: deckwright explain {code}"
    assert not (root / "build" / "anatomy.apkg").exists()


def test_a_ledger_of_another_deck_is_refused(root: Path, released: Scratch) -> None:
    text = (root / "deck.toml").read_text()
    write(root, {"deck.toml": text.replace("anatomy-k3v9q2xm", "botany-00000000")})
    result = run("build")
    assert (result.exit_code, "error[I015]" in result.stderr) == (1, True)


def test_a_deck_is_renamed_on_purpose_alone(root: Path) -> None:
    run("build")
    write(root, {"deck.toml": (root / "deck.toml").read_text().replace('"Anatomy"', '"Botany"')})
    for command in ("check", "build"):
        result = run(command)
        assert (result.exit_code, "error[I025]" in result.stdout + result.stderr) == (1, True)
    assert run("build", "--rename").exit_code == run("build").exit_code == 0


def test_a_lost_ledger_is_told(root: Path, released: Scratch) -> None:
    released.start_git()
    (root / "deck.lock").unlink()
    result = run("build")
    assert (result.exit_code, (root / "deck.lock").exists()) == (1, False)
    assert "deck.lock: error[I019]" in result.stderr


@pytest.mark.parametrize("epoch", ["", "now", "-1", "1e9", "١٢٣", "0", "99999999999999"])
@pytest.mark.parametrize("command", ["build", "check"])
def test_a_malformed_epoch_is_told(root: Path, monkeypatch: pytest.MonkeyPatch, command: str, epoch: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    result = run(command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"SOURCE_DATE_EPOCH={epoch} is not a time: it must be a number of seconds since 1970.\n"
    assert not (root / "deck.lock").exists()


def test_two_projects_of_one_epoch_are_equal(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    run("build")
    first = (held(root), (root / "build" / "anatomy.apkg").read_bytes())
    (root / "deck.lock").unlink()
    run("build")
    assert (held(root), (root / "build" / "anatomy.apkg").read_bytes()) == first


def test_check_never_writes_the_ledger(root: Path, released: Scratch) -> None:
    before = held(root)
    write(root, {"cards/heart.md": HEART})
    assert (run("check").exit_code, held(root)) == (0, before)
