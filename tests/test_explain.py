"""Every page of `deckwright explain`: its Bad example shows that code and no other error, its Good example shows nothing."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from scratch import DAY_ONE, SETTINGS, Scratch

from deckwright import lint
from deckwright.lint import PAGES

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")

ELSEWHERE = {"P": "test_project.py", "M": "test_media.py"}
"""Whose examples need other files than notes, and which test shows them."""

NEEDS_MORE = {"I": "a ledger of before", "O": "pictures with masks", "R": "a release"}
"""What pages without an example need besides notes."""

WITHOUT = {
    "S001": "bytes that are not UTF-8 cannot stand in a docstring",
    "S002": "two mebibytes would be a long example",
    "S014": "its Good example would need a picture with masks",
    "S019": "a link that leads out of the project",
    "S020": "a file that cannot be read",
    "N010": "twenty thousand characters would be a long example",
    "T019": "it needs another error",
}
"""Pages without an example of their own, and why."""

ALL_RULES = "[lint]\n" + "".join(
    f'{code} = "hint"\n' for code, rule in sorted(lint.RULES.items()) if rule.level == "off"
)

CODES = [code for code in sorted(PAGES) if code[0] not in ELSEWHERE]


def shown(root: Path, code: str, files: dict[str, str]) -> list[tuple[str, str]]:
    """Codes and severities of what is found in a project with these files and a picture, media nobody uses aside. For
    the page of a rule for cards, all of these are used, also those that are off by default.
    """
    project = Scratch(root)
    project.write({"media/diagram.png": PNG, "cards/.kept": "", "deck.toml": SETTINGS + ALL_RULES, **files})
    loaded = project.load(DAY_ONE)
    found = loaded.diagnostics
    if code.startswith("L"):
        alarms = lint.check(loaded.collection, loaded.notes.written, loaded.notes.numbers(), root)
        found = found + [alarm.diagnostic for alarm in alarms]
    return sorted({(one.code, one.severity) for one in found if one.span.path != "media/diagram.png"})


@pytest.mark.parametrize("code", [code for code in CODES if PAGES[code].bad])
def test_a_bad_example_shows_its_code_and_no_other_error(tmp_path: Path, code: str) -> None:
    found = shown(tmp_path, code, PAGES[code].bad)
    assert (code, PAGES[code].severity) in found
    assert [other for other, severity in found if (severity == "error" or code[0] == "L") and other != code] == []


@pytest.mark.parametrize("code", [code for code in CODES if PAGES[code].good])
def test_a_good_example_shows_nothing(tmp_path: Path, code: str) -> None:
    assert shown(tmp_path, code, PAGES[code].good) == []


def test_every_page_has_more_than_a_title() -> None:
    assert [code for code in sorted(PAGES) if not PAGES[code].text and not PAGES[code].bad] == []


def test_every_page_has_examples_or_a_reason_for_none() -> None:
    bare = [code for code in CODES if not (PAGES[code].bad and PAGES[code].good) and code[0] not in NEEDS_MORE]
    assert bare == sorted(WITHOUT)
