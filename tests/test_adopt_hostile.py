"""Decks that are odd, damaged or malicious → what can be adopted of them, and a line for all that cannot."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from deckwright.commands import main

JPEG, PNG, PAGE = b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"<!doctype html><p>404"
"""How files of these types begin."""


def deck(
    folder: Path, notes: Sequence[tuple[str, str, str]], files: Mapping[str, bytes] = {}, note_type: str = "Basic"
) -> Path:
    """A folder of CrowdAnki with notes, each with its guid, its front and its back, and files."""
    model = {
        "crowdanki_uuid": "basic",
        "name": note_type,
        "type": 0,
        "css": "",
        "flds": [{"name": name, "ord": n} for n, name in enumerate(("Front", "Back"))],
        "tmpls": [{"name": "Card 1", "ord": 0, "qfmt": "{{Front}}", "afmt": "{{Back}}"}],
    }
    made = [{"guid": guid, "fields": fields, "note_model_uuid": "basic", "tags": []} for guid, *fields in notes]
    held = {
        "__type__": "Deck",
        "name": "French",
        "note_models": [model],
        "notes": made,
        "children": [],
        "media_files": [*files],
    }
    (folder / "media").mkdir(parents=True)
    (folder / f"{folder.name}.json").write_text(json.dumps(held), encoding="utf-8")
    for name, data in files.items():
        (folder / "media" / name).write_bytes(data)
    return folder


def adopted(source: Path, folder: Path | str) -> tuple[int, list[str]]:
    """The exit code and the lines below the first one."""
    result = CliRunner().invoke(main, ["adopt", str(source), str(folder)])
    return result.exit_code, (result.stdout or result.stderr).splitlines()[1 if result.stdout else 0 :]


def test_pictures_stay_that_have_the_ending_of_another_type(tmp_path: Path) -> None:
    """Anki shows them, whatever they are called."""
    files = {"x.png": JPEG, "x.jpg": JPEG + b"1", "cat.webp": PNG, "paste-12": PNG, "_logo.png": JPEG}
    shown = "".join(f'<img src="{name}">' for name in files if name != "_logo.png")
    source = deck(tmp_path / "french", [("a", "le chien", shown)], files)
    assert adopted(source, tmp_path / "project") == (0, ["  seen equal   1  100.0 %"])
    held = {path.name: path.read_bytes() for path in (tmp_path / "project/media").iterdir()}
    assert held == {
        "x-2.jpg": JPEG,
        "x.jpg": JPEG + b"1",
        "cat.png": PNG,
        "paste-12.png": PNG,
        "_logo.png": JPEG,
    }


def test_a_note_whose_picture_cannot_be_shown_has_lost_it(tmp_path: Path) -> None:
    """One that the deck itself lacks is not seen before either."""
    notes = [("a", "le chien", 'dog <img src="dog.png">'), ("b", "le chat", 'cat <img src="cat.png">')]
    source = deck(tmp_path / "french", notes, {"dog.png": PAGE})
    assert adopted(source, tmp_path / "project") == (
        1,
        [
            "  seen equal   1   50.0 %",
            "  content lost 1   50.0 %",
            "",
            "Not as they were (1)",
            "  cards/french.md:7: le-chien, Back: content lost, lacks the file dog.png",
            "",
            "Files that no card can show (1)",
            "  dog.png: `media/dog.png` is named .png, but it is a web page",
            "",
            "Files that notes name, and that are missing (2)",
            "  cat.png: in 1 note",
            "  dog.png: in 1 note",
        ],
    )


@pytest.mark.parametrize(
    ("guid", "shown"), [("a\tb", "a\tb"), ("a\nb", "a\ufffdb"), ("a\x1b[31m", "a\ufffd[31m"), ("a\x85", "a\ufffd")]
)
def test_a_guid_that_no_ledger_can_have_costs_its_note(guid: str, shown: str, tmp_path: Path) -> None:
    """On a terminal, it does nothing."""
    source = deck(tmp_path / "french", [("a", "le chien", "dog"), (guid, "le chat", "cat")])
    assert adopted(source, tmp_path / "project") == (
        1,
        [
            "  equal        1   50.0 %",
            "  not adopted  1   50.0 %",
            "",
            "Left out (1)",
            f"  “le chat” ({shown}): has a guid with a control character",
        ],
    )


def test_elements_nest_only_so_deep(tmp_path: Path) -> None:
    deep = "<b>" * 100_000 + "dog"
    source = deck(tmp_path / "french", [("a", "le chien", deep), ("b", "le chat", "<br>" * 2_500 + "cat")])
    exit_code, lines = adopted(source, tmp_path / "project")
    assert (exit_code, lines[-2:]) == (
        1,
        ["Left out (1)", "  “le chien” (a): has more than 2,000 elements in one another"],
    )


def test_a_field_that_no_file_can_hold_is_left_out(tmp_path: Path) -> None:
    source = deck(tmp_path / "french", [("a", "le chien", "é" * (1 << 20) + "d"), ("b", "le chat", "cat")])
    exit_code, lines = adopted(source, tmp_path / "project")
    told = "  “le chien” (a): has 2,097,153 bytes in “Back”, and a file of notes has at most 2,097,152"
    assert (exit_code, lines[-2:]) == (1, ["Left out (1)", told])


def test_a_file_whose_name_is_too_long_costs_itself(tmp_path: Path) -> None:
    source = deck(tmp_path / "french", [("a", "le chien", "dog")])
    held = json.loads((source / "french.json").read_text(encoding="utf-8"))
    held["media_files"] = ["x" * 5_000 + ".png", "y.png"]
    (source / "french.json").write_text(json.dumps(held), encoding="utf-8")
    exit_code, lines = adopted(source, tmp_path / "project")
    told = f"  {'x' * 116}.png: File name too long"
    assert (exit_code, lines) == (0, ["  equal        1  100.0 %", "", "Files that no card can show (1)", told])


def test_a_deck_is_adopted_into_the_folder_in_which_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = deck(tmp_path / "french", [("a", "le chien", "dog")])
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert adopted(source, ".") == (0, ["  equal        1  100.0 %"])
    assert Path("cards/french.md").exists()


def test_a_note_type_that_is_called_like_one_of_ours_gets_another_name(tmp_path: Path) -> None:
    """As in a deck that this program has made."""
    source = deck(tmp_path / "french", [("a", "le chien", "dog")], note_type="French Basic")
    assert adopted(source, tmp_path / "project") == (0, ["  equal        1  100.0 %"])
    written = (tmp_path / "project/notetypes/french-basic/notetype.toml").read_text(encoding="utf-8")
    assert 'name = "French Basic+"' in written.splitlines()
