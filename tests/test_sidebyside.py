"""The page of old and new cards: what it shows of two packages, by whatever tool, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from scratch import Scratch

from deckwright import commands as cli
from deckwright import package as packages
from deckwright.diff import compare, to_text
from deckwright.model import Deck, Field, NoteType, Template
from deckwright.package import Package, PackedCard, PackedNote
from deckwright.package.files import files
from deckwright.sidebyside import Page, Side, drawing, faces, to_page

NOW = 1_700_000_000
PNG = b"\x89PNG\r\n\x1a\n"
BASIC = NoteType(
    id=1,
    name="Plain",
    family="basic",
    fields=(Field("Front", 11), Field("Back", 12)),
    templates=(Template("Card 1", 20, "{{Front}}", "{{FrontSide}}<hr id=answer>{{Back}}"),),
    css=".card { color: red }",
    sort_field=0,
    mod=5,
)


def note(guid: str, front: str, back: str, mod: int = 5, cards: int = 1, **other: Any) -> PackedNote:
    held = tuple(PackedCard(ordinal, "Course") for ordinal in range(cards))
    return replace(PackedNote(guid, 7, mod, 1, {"Front": front, "Back": back}, (), held), **other)


def side(name: str, *notes: PackedNote, of: NoteType = BASIC, media: dict[str, bytes] | None = None) -> Side:
    held = media or {}

    def read(names: Iterable[str], room: int) -> dict[str, bytes]:
        return {one: held[one] for one in names if len(held[one]) <= room}

    sums = {one: sha256(data).hexdigest() for one, data in held.items()}
    return Side(name, Package("collection.anki2", notes, (of,), (Deck("Course"),), sums), read)


def made(old: Side, new: Side) -> Page:
    return to_page(old, new, compare(old.package, new.package))


def data(page: Page | str) -> tuple[dict[str, Any], dict[str, str]]:
    """What the script of the page puts into it: the cards, and the files."""
    html = page if isinstance(page, str) else page.html
    held = re.findall(r'<script type="application/json" id="[\w-]+">(.*?)</script>', html, re.DOTALL)
    cards, media = (json.loads(text) for text in held)
    return cards, media


def notes(page: Page | str) -> list[str]:
    """What the page says of each note, without elements but those for words."""
    html = page if isinstance(page, str) else page.html
    articles = re.findall(r"<article[^>]*>\n(.*?)\n</article>", html, re.DOTALL)
    kept = (re.sub(r"<(?!/?(?:del|ins)>)[^>]*>", "|", article) for article in articles)
    return [unescape(re.sub(r" *[|\n]+", "|", text).strip("|")) for text in kept]


def test_old_and_new_cards_stand_side_by_side() -> None:
    old = side("old.apkg", note("a", "Which <b>valve</b>?", "The mitral one"), note("b", "Same", "Same"))
    new = side("Heart", note("a", "Which <b>valve</b>?", "The aortic one", mod=6), note("b", "Same", "Same"))
    page = made(old, new)
    assert (page.shown, page.left_out, page.files_left_out) == (1, 0, ())
    assert notes(page) == [
        "Which valve?|updated|Back|The <del>mitral </del><ins>aortic </ins>one|Card 1, old|Card 1, new"
    ]
    cards, media = data(page)
    assert (cards["styles"], cards["files"], media) == ([".card { color: red }"], [{}, {}], {})
    assert cards["cards"] == [
        [0, 0, 1, "Which <b>valve</b>?", "<hr id=answer>The mitral one"],
        [0, 1, 1, "Which <b>valve</b>?", "<hr id=answer>The aortic one"],
    ]
    assert '<h1>old.apkg → Heart</h1>\n<p class="sbs-counts">Notes: 1 changed, 1 unchanged</p>' in page.html
    assert to_text(compare(old.package, new.package)).split("\n\n")[-1].split("\n", 1)[1] in page.html


def test_new_and_retired_notes_have_one_side() -> None:
    page = made(side("old", note("a", "Old?", "Gone")), side("new", note("b", "New?", "Here")))
    assert notes(page) == [
        "New?|Course|not there before|Card 1, new",
        "Old?|Course|Card 1, old|gone",
    ]
    assert [card[1:4] for card in data(page)[0]["cards"]] == [[1, 1, "New?"], [0, 1, "Old?"]]
    assert re.findall(r'<li><a href="#(\w+)">([^<]*)</a> (\d+)', page.html) == [
        ("new", "New notes", "1"),
        ("retired", "Retired notes", "1"),
    ]


def test_what_happens_to_a_note_is_told() -> None:
    moved = note("b", "B", "B", tags=("old",), cards=2)
    old = side("old", note("a", "A", "A"), moved)
    there = replace(moved, mod=6, tags=("new",), cards=(PackedCard(0, "Other"),))
    new = side("new", note("a", "A", "A, and more"), there)
    assert notes(made(old, new)) == [
        "A|not received|Back|<del>A </del><ins>A, and more </ins>|Card 1, old|Card 1, new",
        "B|updated|deck Course → Other|1 card gone|Tags|<del>old</del> <ins>new</ins>|1 card of it looks the same.",
    ]


def test_a_note_type_that_differs_shows_one_of_its_cards() -> None:
    old = side("old", note("a", "A", "A"))
    new = side("new", note("a", "A", "A"), of=replace(BASIC, css=".card { color: blue }", mod=6))
    page = made(old, new)
    assert notes(page) == ["Plain|styling|Card 1, old|Card 1, new"]
    assert data(page)[0]["styles"] == [".card { color: red }", ".card { color: blue }"]
    assert [card[:2] for card in data(page)[0]["cards"]] == [[0, 0], [1, 1]]


def test_where_nothing_differs_there_is_nothing_to_see() -> None:
    page = made(side("old", note("a", "A", "A")), side("new", note("a", "A", "A")))
    assert (page.shown, notes(page), "<p>No card differs.</p>" in page.html) == (0, [], True)


def test_a_file_is_in_the_page_once_by_its_bytes() -> None:
    front = "<img src='my%20a.png'> <img alt=x src=b.png> <img src=\"lost.png\"> [sound:c.mp3]"
    old = side("old", note("a", front, "1"), media={"my a.png": PNG, "b.png": PNG, "c.mp3": b"old"})
    new = side("new", note("a", front, "2", mod=6), media={"my a.png": PNG, "b.png": PNG, "c.mp3": b"new"})
    cards, media = data(made(old, new))
    picture, *sounds = (sha256(held).hexdigest() for held in (PNG, b"old", b"new"))
    assert cards["files"] == [
        {"my a.png": f"{picture}.png", "b.png": f"{picture}.png", "c.mp3": f"{sound}.mp3"} for sound in sounds
    ]
    assert media == {
        f"{picture}.png": f"data:image/png;base64,{b64encode(PNG).decode()}",
        **{
            f"{sound}.mp3": f"data:audio/mpeg;base64,{b64encode(held).decode()}"
            for sound, held in zip(sounds, (b"old", b"new"), strict=True)
        },
    }
    assert cards["cards"][0][3] == (
        '<img loading="lazy" data-src="my a.png"> <img alt=x loading="lazy" data-src="b.png"> '
        '<span class="proof-missing"> (lost.png is not in this page)</span> '
        '<audio controls preload="none" data-src="c.mp3"></audio>'
    )


def test_a_picture_with_other_bytes_under_its_name_is_another_card() -> None:
    shown = '<img src="a.png">'
    old = side("old", note("a", shown, "1", cards=1), media={"a.png": PNG})
    new = side("new", note("a", shown, "1", mod=6), media={"a.png": PNG + b"!"})
    assert notes(made(old, new)) == ["[a.png]|updated|Card 1, old|Card 1, new"]


def test_files_without_room_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MAX_EMBEDDED_BYTES", 10)
    shown = '<img src="a.png"><img src="b.png">'
    media = {"a.png": b"x" * 11, "b.png": b"y" * 9}
    page = made(side("old"), side("new", note("a", shown, "1"), media=media))
    assert (page.files_left_out, list(data(page)[0]["files"][1])) == (("a.png",), ["b.png"])


def test_nothing_in_a_package_ends_the_data_or_the_page() -> None:
    evil = "</script><script>window.hit=1</script><!--<script>"
    style = "</style><script>window.hit=1</script>"
    named = side(f"<i>{evil}", note("a", "A", evil), of=replace(BASIC, css=style, name=evil))
    page = made(
        named, side("new", note("a", "A", f"{evil}2", mod=6, tags=(evil,)), of=replace(BASIC, css="", name=evil))
    )
    assert len(re.findall(r"<script", page.html)) == len(re.findall(r"</script", page.html)) == 3
    assert "<!--" not in page.html.partition("<body>")[2]
    cards, _ = data(page)
    assert (cards["styles"], cards["cards"][0][4]) == ([style, ""], f"<hr id=answer>{evil}")
    script = re.findall(r"<script>(.*?)</script>", page.html, re.DOTALL)[0]
    allowed = b64encode(sha256(script.encode()).digest()).decode()
    assert re.findall(r'Content-Security-Policy" content="([^"]*)"', page.html) == [
        "default-src 'none'; img-src blob: data:; media-src blob: data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    ]
    assert re.findall(r"<[^>]*\s(?:src|href|on\w+)=[^>]*>", page.html.partition("<script")[0]) == [
        '<a href="#changed">', '<a href="#note-types">'
    ]  # fmt: skip


def test_what_is_over_a_limit_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MAX_SIDE_BY_SIDE", 2)
    new = side("new", *(note(f"n{n}", f"Q{n}", "A") for n in range(5)))
    page = made(side("old"), new)
    assert (page.shown, page.left_out, len(notes(page))) == (2, 3, 2)
    assert re.findall(r"<p>… [^<]*</p>", page.html) == ["<p>… and 3 more, which are not shown here.</p>"]
    assert '<a href="#new">New notes</a> 5' in page.html
    monkeypatch.setattr(drawing, "MAX_SIDE_BY_SIDE_BYTES", 1)
    assert (made(side("old"), new).shown, made(side("old"), new).left_out) == (1, 4)


def test_a_note_shows_so_many_of_its_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MAX_SIDE_BY_SIDE_CARDS", 1)
    kind = replace(BASIC, templates=BASIC.templates * 3)
    page = made(side("old", of=kind), side("new", note("a", "A", "B", cards=3), of=kind))
    assert notes(page) == ["A|Course|not there before|Card 1, new|… and 2 more of its cards, which are not shown here."]


def test_a_note_that_makes_no_sense_has_no_cards() -> None:
    strange = note("a", "A", "B", cards=3)
    assert list(faces.faces(strange, BASIC, side("x").package)) == [0]
    assert faces.faces(strange, None, side("x").package) == {}


def test_the_files_of_a_package(tmp_path: Path) -> None:
    project = Scratch(tmp_path / "p")
    project.write({"cards/a.md": "---\nkind: basic\n---\n# A\n\n## Q?\n\n![x](a.png)\n", "media/a.png": picture()})
    project.build(NOW)
    path = project.root / "build/anatomy.apkg"
    (name,) = packages.read(path).media
    assert files(path, [name, "none.png", name], 10_000) == {name: picture()}
    assert files(path, [name], len(picture()) - 1) == {}


def picture() -> bytes:
    return (Path(__file__).parent / "projects/media/media/red.png").read_bytes()


# The command

HEART = "---\nkind: basic\n---\n# Heart\n\n## Where does blood go?\n\nInto the {}.\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A project that has changed since it was built; it is the current folder."""
    made = Scratch(tmp_path / "anatomy")
    made.write({"cards/a.md": HEART.format("aorta")})
    made.build(NOW)
    shutil.move(made.root / "build/anatomy.apkg", made.root / "old.apkg")
    made.write({"cards/a.md": HEART.format("lung")})
    monkeypatch.chdir(made.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW + 60))
    return made


def run(*args: str) -> Result:
    return CliRunner().invoke(cli.main, ["diff", "old.apkg", *args])


def test_the_page_is_written_beside_what_is_printed(project: Scratch) -> None:
    plain = run()
    result = run("--html", "out/page.html")
    html = (project.root / "out/page.html").read_text(encoding="utf-8")
    assert (result.exit_code, result.stdout) == (0, plain.stdout)
    assert result.stderr == f"Wrote out{os.sep}page.html · 1 change, {len(html.encode()) / 1e3:.0f} kB\n{plain.stderr}"
    assert notes(html) == [
        "Where does blood go?|cards/a.md:6|updated|Back|Into the <del>aorta. </del><ins>lung. </ins>|Card 1, old|Card 1, new"
    ]
    assert json.loads(run("--html", "out/page.html", "--json").stdout)["counts"]["changed"] == 1


@pytest.mark.parametrize("name", ["cards/a.md", "old.apkg", "page"])
def test_no_file_of_another_kind_is_overwritten(project: Scratch, name: str) -> None:
    result = run("--html", name)
    said = f"{Path(name)} cannot be written: its name must end in .html.\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


def test_a_target_that_cannot_be_written_is_told(project: Scratch) -> None:
    (project.root / "file").write_text("x")
    result = run("--html", "file/page.html")
    said = f"file{os.sep}page.html cannot be written: "
    assert (result.exit_code, result.stdout, result.stderr.startswith(said)) == (1, "", True)
    assert sorted(path.name for path in project.root.iterdir() if path.name.startswith(".")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="about POSIX")
def test_what_is_no_file_is_not_written(project: Scratch) -> None:
    os.mkfifo("a.html")
    assert (run("--html", "a.html").exit_code, Path("a.html").is_fifo()) == (2, True)


def test_an_old_page_stays_where_the_new_one_cannot_be_made(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    page = project.root / "page.html"
    page.write_text("old")

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    result = run("--html", "page.html")
    assert (result.exit_code, page.read_text()) == (1, "old")
    assert result.stderr == "page.html cannot be written: No space left on device\n"
