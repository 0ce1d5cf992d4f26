"""README.md and the program agree: the help it shows, the commands it names, the codes it lists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from deckwright.cli import main
from deckwright.diagnostics import PAGES

README = Path(__file__).parents[1] / "README.md"


def sessions(text: str) -> list[tuple[str, str]]:
    """Each command that a ```console block shows behind `$ `, with the output below it."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for session in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = session.partition("\n")
            found.append((command, output))
    return found


def mentions(text: str) -> set[str]:
    """All command lines of ours, in fenced blocks and in code spans."""
    blocks = "\n".join(re.findall(r"^```.*?^```$", text, re.DOTALL | re.MULTILINE))
    fenced = re.findall(r"^(?:\$ )?(deckwright(?: .*)?)$", blocks, re.MULTILINE)
    return {*fenced, *re.findall(r"`(deckwright [^`\n]+)`", text)}


def unknown(line: str) -> list[str]:
    """The command of a line, or the options, that the program has not."""
    words = [re.sub(r"^\[|\]$|=.*$", "", word) for word in shlex.split(line, comments=True)[1:]]
    if not words:
        return []
    command = main.commands.get(words[0])
    known = {option for parameter in (command or main).params for option in parameter.opts} | {"--help", "-h"}
    wrong = [] if command or words[0].startswith("-") else [words[0]]
    return wrong + [word for word in words if word.startswith("-") and word not in known]


def listed_codes(text: str) -> dict[str, str]:
    """The titles behind the codes that begin a row of a table or an item of a list."""
    rows = re.findall(r"^(?:\| *|[-*] +)`?([A-Z]\d{3})`?(?: *\||:| –)? +(.*?) *\|?$", text, re.MULTILINE)
    return {code: title.rstrip(".") for code, title in rows}


def run(line: str) -> str:
    """What the command prints into a pipe, or on a terminal of 80 columns: click leaves two of them empty."""
    return CliRunner().invoke(main, shlex.split(line)[1:], prog_name="deckwright", terminal_width=78).stdout


HELP = [(line, output) for line, output in sessions(README.read_text(encoding="utf-8")) if line.endswith(" --help")]


def test_readme_shows_the_help_of_a_command() -> None:
    assert HELP != []


@pytest.mark.parametrize(("line", "output"), HELP, ids=[line for line, _ in HELP])
def test_help_in_readme_is_what_the_program_prints(line: str, output: str) -> None:
    assert output.rstrip("\n") == run(line).rstrip("\n")


def test_readme_names_only_commands_and_options_that_are_there() -> None:
    lines = mentions(README.read_text(encoding="utf-8"))
    assert lines != set()
    assert {line: wrong for line in lines if (wrong := unknown(line))} == {}


def test_codes_in_readme_are_those_of_the_program() -> None:
    text = README.read_text(encoding="utf-8")
    run("deckwright explain")  # imports every module that declares a code
    titles = {code: page.title for code, page in PAGES.items()}
    assert listed_codes(text) in ({}, titles)
    assert set(re.findall(r"\b[PSNCOMI]\d{3}\b", text)) <= titles.keys()


EXAMPLE = """\
Run `deckwright build --open` or `deckwright brew --fast`, see `deckwright.lock`.

```console
$ deckwright build --help
Usage: deckwright build

Options:
$ cd ..
$ deckwright check --jsn
```

| code | title |
|---|---|
| `P001` | There are no settings |
| P002 | Two of them. |

- `S003`: Never closed.
- S004 – Not YAML
"""


def test_what_the_tests_above_read() -> None:
    assert sessions(EXAMPLE) == [
        ("deckwright build --help", "Usage: deckwright build\n\nOptions:\n"),
        ("cd ..", ""),
        ("deckwright check --jsn", ""),
    ]
    assert {line: unknown(line) for line in mentions(EXAMPLE)} == {
        "deckwright build --open": [],
        "deckwright build --help": [],
        "deckwright brew --fast": ["brew", "--fast"],
        "deckwright check --jsn": ["--jsn"],
    }
    assert listed_codes(EXAMPLE) == {
        "P001": "There are no settings",
        "P002": "Two of them",
        "S003": "Never closed",
        "S004": "Not YAML",
    }
