"""The documents and the program agree: help texts, commands, codes, settings and links; and every example compiles."""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Iterator, Mapping
from inspect import signature
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from deckwright.commands import main
from deckwright.lint import PAGES
from deckwright.model import Settings
from deckwright.notetypes.classes import IN_FIELDS, IN_TEMPLATES

ROOT = Path(__file__).parents[1]
README, CHANGELOG = ROOT / "README.md", ROOT / "CHANGELOG.md"
ARCHITECTURE, CODES, COMMANDS, SETTINGS = (
    ROOT / "docs" / f"{name}.md" for name in ("architecture", "codes", "commands", "settings")
)
SOURCE = ROOT / "src" / "deckwright"
DOCUMENTS = sorted(path for folder in (".", "docs", "tests", "benchmarks") for path in (ROOT / folder).glob("*.md"))

NOT_OURS = {"--update-golden"}
"""Options that documents name and that are another program's."""


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def updated(path: Path, text: str, update: bool) -> str:
    """What the document holds, once it was rewritten where that is asked for."""
    if update and read(path) != text:
        path.write_text(text, encoding="utf-8", newline="\n")
    return read(path)


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# Help texts


def run(line: str) -> Result:
    """Run a command as into a pipe, or on a terminal of 80 columns: click leaves two of them empty."""
    return CliRunner().invoke(main, shlex.split(line)[1:], prog_name="deckwright", terminal_width=78)


def sessions(text: str) -> list[tuple[str, str]]:
    """Each command that a ```console block shows behind `$ `, with the output below it."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for session in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = session.partition("\n")
            found.append((command, output))
    return found


def with_help(text: str) -> str:
    """The document with today's help text below each `$ deckwright … --help` in a ```console block."""

    def session(found: re.Match[str]) -> str:
        return f"$ {found[1]}\n{run(found[1]).stdout}"

    def block(found: re.Match[str]) -> str:
        return re.sub(r"^\$ (.* --help)\n((?!\$ ).*\n)*", session, found[0], flags=re.MULTILINE)

    return re.sub(r"(?<=^```console\n).*?(?=^```$)", block, text, flags=re.DOTALL | re.MULTILINE)


def command_lines(command: click.Command, line: str = "deckwright") -> Iterator[str]:
    """The command and all below it, as they are typed."""
    yield line
    for name, below in command.commands.items() if isinstance(command, click.Group) else ():
        yield from command_lines(below, f"{line} {name}")


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_help_in_a_document_is_what_the_program_prints(path: Path, update_golden: bool) -> None:
    expected = with_help(read(path))
    assert updated(path, expected, update_golden) == expected


def test_the_page_of_commands_has_the_help_of_each() -> None:
    """For a new command write a heading and a ```console block with `$ deckwright NAME --help`; then --update-golden."""
    shown = [line.removesuffix(" --help") for line, _ in sessions(read(COMMANDS)) if line.endswith(" --help")]
    assert sorted(shown) == sorted(command_lines(main))


# Commands and options


def mentions(text: str) -> set[str]:
    """All command lines of ours, in fenced blocks and in code spans; there the program's own name may be left out."""
    lines = set()
    for fence in fences(text):
        if fence["language"] in ("sh", "yaml", "console"):
            start = r"\$ " if fence["language"] == "console" else r" *(?:- )?(?:run: )?"
            lines |= set(re.findall(rf"^{start}(deckwright(?: .*)?)$", fence["text"], re.MULTILINE))
    for span in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", without_fences(text)):
        if re.match(rf"(?:deckwright|{'|'.join(main.commands)}) [^ ]|--[a-z]", span):
            lines.add(span if span.startswith("deckwright ") else f"deckwright {span}")
    return lines


def unknown(line: str) -> list[str]:
    """The words of a command line that are no command, or no option of it, of ours. An option alone is anybody's."""
    words = [re.sub(r"^\[|\]$|=.*$", "", word) for word in shlex.split(line, comments=True)[1:]]
    command: click.Command = main
    while words and isinstance(command, click.Group) and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    wrong = words[:1] if isinstance(command, click.Group) and words and not words[0].startswith("-") else []
    anybody = command is main and not wrong
    known = {"--help", "-h"} | (all_options(main) | NOT_OURS if anybody else options(command))
    return wrong + [word for word in words if word.startswith("-") and word not in known]


def options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


def all_options(command: click.Command) -> set[str]:
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return options(command).union(*map(all_options, below))


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if path != CHANGELOG], ids=names)
def test_a_document_names_only_commands_and_options_that_exist(path: Path) -> None:
    assert {line: wrong for line in mentions(read(path)) if (wrong := unknown(line))} == {}


# Codes and settings


def with_codes(text: str) -> str:
    """The page of codes with the table of each letter at the end of the section that is headed by it."""
    sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    for number, section in enumerate(sections):
        if heading := re.match(r"## ([A-Z]): ", section):
            prose = re.sub(r"^\|.*\n", "", section, flags=re.MULTILINE).rstrip("\n")
            sections[number] = f"{prose}\n\n{code_table(heading[1])}\n"
    return "".join(sections).rstrip("\n") + "\n"


def code_table(letter: str) -> str:
    """The codes of a letter, as Prettier aligns a table."""
    found = [page for code, page in sorted(PAGES.items()) if code.startswith(letter)]
    rows = [("code", "severity", "what is wrong")]
    rows += [(page.code, page.severity if page.is_on else "off", page.title.replace("|", r"\|")) for page in found]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ("-" * widths[0], "-" * widths[1], "-" * widths[2]))
    cells = ((cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def listed_codes(text: str) -> list[str]:
    """The codes that begin a row of a table."""
    return re.findall(r"^\| ([A-Z]\d{3}) +\|", text, re.MULTILINE)


def unknown_codes(text: str) -> set[str]:
    """What has the form of a code, and is none."""
    letters = "".join(sorted({code[0] for code in PAGES}))
    return set(re.findall(rf"\b[{letters}]\d{{3}}\b", text)) - PAGES.keys()


def test_the_page_of_codes_lists_them_all(update_golden: bool) -> None:
    """For a new letter write a heading, `## X: what it is about`; then --update-golden."""
    expected = with_codes(read(CODES))
    assert updated(CODES, expected, update_golden) == expected
    assert listed_codes(expected) == sorted(PAGES)


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_a_document_names_only_codes_that_exist(path: Path) -> None:
    assert unknown_codes(read(path)) == set()


def test_the_page_of_settings_lists_them_all() -> None:
    assert sorted(re.findall(r"^\| `(\w+)`", read(SETTINGS), re.MULTILINE)) == sorted(signature(Settings).parameters)


# Files and links


def missing_files(text: str) -> set[str]:
    """The files and folders that a page calls by their path in the source or in the repository, or by the end of it."""
    there = ["/" + path.relative_to(SOURCE).as_posix() + "/" * path.is_dir() for path in SOURCE.rglob("*")]
    named = re.findall(r"`((?:\w+/)*(?:\w+\.(?:py|css)|\w+/))`", text)
    return {
        name for name in named if not any(path.endswith(f"/{name}") for path in there) and not (ROOT / name).exists()
    }


def test_the_page_of_styling_lists_the_classes() -> None:
    rows = re.findall(r"(?m)^\| `(dw-[\w-]+)` +\| (.+?) +\|$", (ROOT / "docs" / "styling.md").read_text("utf-8"))
    assert rows == [*IN_TEMPLATES.items(), *IN_FIELDS.items()]


def test_the_architecture_names_only_files_that_exist() -> None:
    assert missing_files(read(ARCHITECTURE)) == set()


def without_fences(text: str) -> str:
    return FENCE.sub("", text)


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#+ (.*)$", without_fences(text), re.MULTILINE):
        shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        found[anchor] = found.get(anchor, -1) + 1
    return {f"{anchor}-{n}" if n else anchor for anchor, last in found.items() for n in range(last + 1)}


def links(text: str) -> list[str]:
    """Where a document's links and pictures lead, inside the repository."""
    prose = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", without_fences(text), flags=re.DOTALL)
    return [target for target in re.findall(r"\]\(([^()\s]+)\)", prose) if not re.match(r"[a-z]+:", target)]


def is_broken(target: str, path: Path) -> bool:
    name, _, anchor = target.partition("#")
    file = path.parent / name if name else path
    return not file.exists() or (bool(anchor) and anchor not in anchors(read(file)))


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_links_lead_somewhere(path: Path) -> None:
    assert [target for target in links(read(path)) if is_broken(target, path)] == []


def test_every_page_is_linked_from_the_readme() -> None:
    pages = {names(path) for path in DOCUMENTS if path.parent.name == "docs"}
    assert pages | {"CONTRIBUTING.md", "SECURITY.md"} <= set(links(read(README)))


def test_the_readme_is_short() -> None:
    assert len(read(README).splitlines()) <= 150


# Examples

FENCE = re.compile(
    r"(?:^<!-- file: (?P<file>\S+) -->\n\n)?^(?P<fence>`{3,})(?P<language>\w*)\n(?P<text>.*?)^(?P=fence)$",
    re.DOTALL | re.MULTILINE,
)
"""A fenced block; a comment above it may name the file that it is, for the examples of its document."""

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>'


def fences(text: str) -> Iterator[re.Match[str]]:
    return FENCE.finditer(text)


def examples() -> Iterator[object]:
    """Every ```markdown block of a document, and the files that the document names."""
    for path in DOCUMENTS:
        text = read(path)
        files = {fence["file"]: fence["text"].encode() for fence in fences(text) if fence["file"]}
        for fence in fences(text):
            if fence["language"] == "markdown":
                line = text.count("\n", 0, fence.start("fence")) + 1
                yield pytest.param(fence["text"], files, id=f"{names(path)}:{line}")


def media() -> dict[str, bytes]:
    """Files that examples may show without having written them."""
    picture = io.BytesIO()
    Image.new("RGB", (1600, 900), "white").save(picture, "PNG")
    return {"media/peering.svg": SVG, "media/heartbeat.mp3": b"ID3", "media/console.png": picture.getvalue()}


def problems(root: Path, text: str, files: Mapping[str, bytes]) -> str:
    """What keeps a project of this file of notes, and of those files that it shows, from being built without a warning."""
    settings = b'id = "anatomy-k3v9q2xm"\nname = "Anatomy"\n'
    written = {"deck.toml": settings, **files, "cards/example.md": text.encode()}
    for name, data in written.items():
        if name.startswith("media/") and Path(name).name.partition(".")[0] not in text:
            continue
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    checked = run(f"deckwright check --json --project {root}")
    if checked.stdout.strip() != "[]":
        return f"check ended with {checked.exit_code}: {checked.output}"
    built = run(f"deckwright build --project {root}")  # Where there is no note at all, nothing is wrong.
    return f"build ended with {built.exit_code}: {built.output}" if built.exit_code else ""


@pytest.mark.parametrize(("text", "files"), list(examples()))
def test_an_example_compiles(tmp_path: Path, text: str, files: Mapping[str, bytes]) -> None:
    assert problems(tmp_path, text, {**media(), **files}) == ""


# What the tests above read

EXAMPLE = """\
Run `deckwright build --open`, `build --fast` or `deckwright masks propose`, with `--keep-going` or `--slowly`; see
`deckwright.lock`, `{#build}`, C001 and C999, [these](docs/tags.md#cuts), [those](#no-masks) and [others](nowhere.md).
Look into `notes/kinds.py`, `kinds.py`, `notes/`, `tests/`, `notes/kids.py` and `rendr/`.

```console
$ deckwright explain --help
Usage: an old one

Options:
$ cd ..
$ deckwright check --jsn
```

```yaml
- run: deckwright brew
```

# The masks of a `picture`

| code | title |
| ---- | ----- |
| C002 | Old.  |
"""


def test_what_is_found_in_a_document() -> None:
    assert {line: unknown(line) for line in mentions(EXAMPLE)} == {
        "deckwright build --open": [],
        "deckwright build --fast": ["--fast"],
        "deckwright masks propose": ["propose"],
        "deckwright --keep-going": [],
        "deckwright --slowly": ["--slowly"],
        "deckwright explain --help": [],
        "deckwright check --jsn": ["--jsn"],
        "deckwright brew": ["brew"],
    }
    assert unknown_codes(EXAMPLE) == {"C999"}
    assert missing_files(EXAMPLE) == {"notes/kids.py", "rendr/"}
    assert listed_codes(EXAMPLE) == ["C002"]
    assert {target: is_broken(target, README) for target in links(EXAMPLE)} == {
        "docs/tags.md#cuts": False,
        "#no-masks": True,
        "nowhere.md": True,
    }
    assert anchors(EXAMPLE + EXAMPLE) == {"the-masks-of-a-picture", "the-masks-of-a-picture-1"}


def test_help_is_rewritten_and_nothing_else() -> None:
    rewritten = with_help(EXAMPLE)
    assert sessions(rewritten) == [
        ("deckwright explain --help", run("deckwright explain --help").stdout),
        ("cd ..", ""),
        ("deckwright check --jsn", ""),
    ]
    assert without_fences(rewritten) == without_fences(EXAMPLE)
    assert with_help(rewritten) == rewritten


def test_the_tables_of_codes_are_rewritten_and_nothing_else() -> None:
    page = "# Codes\n\n| a |\n\n## C: clozes\n\nThey hide.\n\n| C002 |\n\n## Other\n\n| b |\n"
    first, table, last = with_codes(page).partition(code_table("C"))
    assert (first, last) == ("# Codes\n\n| a |\n\n## C: clozes\n\nThey hide.\n\n", "\n## Other\n\n| b |\n")
    assert "C002" in listed_codes(table)


@pytest.mark.parametrize(("text", "found"), [("## Users {.bsaic}\n", "`bsaic`"), ("# Users\n", "P018")])
def test_an_example_that_does_not_compile(tmp_path: Path, text: str, found: str) -> None:
    assert found in problems(tmp_path, text, {})
