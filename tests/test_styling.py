"""Styling that is not ours: the author's stylesheet, and the learner's own file, which every update leaves alone."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import import_package
from msgspec.structs import replace
from scratch import SETTINGS, Scratch, day

from deckwright import notetypes, package, settings
from deckwright.diagnostics import Diagnostic
from deckwright.model import Settings, Span
from deckwright.notetypes import STOCK, note_types, own_stylesheet

if TYPE_CHECKING:
    from anki.collection import Collection
    from anki.notes import Note

OWN = "_anatomy-k3v9q2xm.css"
LINK = f'<link rel="stylesheet" href="{OWN}">'
ANATOMY = Settings(id="anatomy-k3v9q2xm", name="Anatomy", slug="anatomy")
STYLED = SETTINGS + '\n[style]\ncss = "style.css"\n'
NOTES = "## What is a valve? {.reversed}\n\nA door.\n\n## Blood {.cloze}\n\nBlood is ==red==.\n"
NAVY = ".dw-question { color: navy }\n"


@pytest.fixture
def project(tmp_path: Path) -> Scratch:
    scratch = Scratch(tmp_path / "project")
    scratch.write({"deck.toml": STYLED, "style.css": NAVY, "cards/heart.md": NOTES})
    return scratch


# The author's stylesheet


def load(root: Path) -> tuple[Settings | None, list[Diagnostic]]:
    project, found = settings.load(root)
    return (project.settings if project else None), found


@pytest.mark.parametrize("name", ["style.css", "./look/../style.css", "look/deck.css"])
def test_the_stylesheet_of_the_author_is_read(project: Scratch, name: str) -> None:
    project.write({name: b"\xef\xbb\xbf.card {\r\n}\r\n", "deck.toml": f'{SETTINGS}style.css = "{name}"\n'})
    assert load(project.root) == (replace(ANATOMY, style=".card {\n}\n"), [])


def test_it_may_stand_in_pyproject_toml(project: Scratch) -> None:
    table = "[tool.deckwright]\n" + SETTINGS + '[tool.deckwright.style]\ncss = "style.css"\n'
    project.write({"deck.toml": None, "pyproject.toml": table})
    assert load(project.root) == (replace(ANATOMY, style=NAVY), [])


def test_a_style_that_is_no_table_is_told_how_to_write_one(project: Scratch) -> None:
    project.write({"deck.toml": None, "pyproject.toml": f'[tool.deckwright]\n{SETTINGS}style = "style.css"\n'})
    (found,) = load(project.root)[1]
    assert (found.message, found.hint) == (
        "`style` must be a table",
        'write `[tool.deckwright.style]` on a line of its own, and `css = "style.css"` below it',
    )


def test_a_style_that_names_nothing_is_told_that_it_needs_a_file(project: Scratch) -> None:
    project.write({"deck.toml": SETTINGS + '[style]\ncss = " "\n'})
    (found,) = load(project.root)[1]
    assert (found.code, found.message) == ("P020", 'the stylesheet " " names no file')


def test_a_key_that_style_does_not_have_is_told_with_the_one_it_has(project: Scratch) -> None:
    project.write({"deck.toml": SETTINGS + '[style]\nccs = "style.css"\n'})
    (found,) = load(project.root)[1]
    assert (found.span, found.message, found.hint) == (
        Span("deck.toml", 4, 1, 3),
        "there is no setting `style.ccs`",
        "did you mean `style.css`?",
    )


def unreadable(project: Scratch) -> str:
    """What is said of the stylesheet, at the place where the settings name it."""
    made, (found,) = load(project.root)
    assert (made, found.code, found.span) == (None, "P020", Span("deck.toml", 5, 1, 3))
    return found.message.removeprefix('the stylesheet "style.css" ')


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b" " * ((64 << 10) + 1), "has more than 64 KiB"),
        (b".card {}\n\xfc", "contains bytes that are not UTF-8, in line 2"),
        (b".card {}\0", "contains a null character"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_stylesheet_that_cannot_be_read(project: Scratch, data: bytes | None, said: str) -> None:
    project.write({"deck.toml": SETTINGS + '\n[style]\ncss = "style.css"\n', "style.css": data})
    assert unreadable(project).replace("that file or", "such file or") == said


def test_a_stylesheet_may_be_as_large_as_the_limit(project: Scratch) -> None:
    project.write({"style.css": " " * (64 << 10)})
    assert load(project.root)[1] == []


def test_a_stylesheet_must_be_a_file_of_the_project(project: Scratch, tmp_path: Path) -> None:
    (tmp_path / "secret.css").write_text(NAVY)
    project.write({"style.css": None})
    (project.root / "style.css").symlink_to(tmp_path / "secret.css")
    assert unreadable(project) == "cannot be read: its link leads out of the project"
    (project.root / "style.css").unlink()
    (project.root / "style.css").mkdir()
    assert unreadable(project) == "cannot be read: it is no regular file"


@pytest.mark.parametrize(
    ("css", "told"),
    [
        ('.card {}\n  @import "a.css"; .b { background: url(b.png) }', [(2, 3, "@import"), (2, 37, "url(b.png)")]),
        ("@Im\\70ort url(a.css);", [(1, 1, "@Im\\70ort")]),
        (".a { background: URL( 'https://example.org/a.png' ) }", [(1, 18, "URL( 'https://example.org/a.png' )")]),
        (".a { background: \\75 rl(//example.org/a) }", [(1, 18, "\\75 rl(//example.org/a)")]),
        ("@font-face { src: local(a), url(_a.woff2) }", [(1, 29, "url(_a.woff2)")]),
        (":root { --a: url('\\64 ata\\3a'); --b: url(\\2f\\2f a) }", [(1, 38, "url(\\2f\\2f a)")]),
        (".a { background: -webkit-image-set('a.png' 1x) }", [(1, 36, "'a.png'")]),
        (
            ".a { b: image-set(url(data:,a) 1x, '\\2f\\2f a' 2x, url(b.png)) }",
            [(1, 36, "'\\2f\\2f a'"), (1, 51, "url(b.png)")],
        ),
        (".a { b: image-set(('a.png') 1x, type('b'), var(--c) 2x) }", [(1, 20, "'a.png'"), (1, 44, "var(")]),
        (".a { b: image-set('data:,a' calc(1x)), 'c' } .d { e: src('f') }", [(1, 54, "src(")]),
        (".a { b: image('a.png') }", [(1, 9, "image(")]),
        ("@namespace {} .a { b: url(//c) } ;", [(1, 23, "url(//c)")]),
        ("@namespace a url(b) .c { d: url(//e) } ;", [(1, 14, "url(b)"), (1, 29, "url(//e)")]),
        (".a { b: c(url(x), d) }", [(1, 11, "url(x)")]),
        ("/* </STYLE> */ .a { b: url(", [(1, 4, "</STYLE"), (1, 24, "url(")]),
    ],
)
def test_what_a_stylesheet_cannot_have_is_told_at_its_place(
    project: Scratch, css: str, told: list[tuple[int, int, str]]
) -> None:
    project.write({"style.css": css})
    made, found = load(project.root)
    assert made is None
    assert [(d.code, d.span) for d in found] == [
        ("P021", Span("style.css", line, column, len(words))) for line, column, words in told
    ]
    assert [d.message.split("` ")[0] for d in found] == [f"`{words}" for _, _, words in told]


@pytest.mark.parametrize(
    "css",
    [
        "/* @import url(https://example.org/a.css); */",
        ".a::before { content: 'url(b.png) @import' }",
        ".a { background: url(data:image/png;base64,AA==) }",
        '.a { background: url( "DATA:image/svg+xml,%3Csvg/%3E" ) ; mask: url(#m) }',
        ".src, .image, .curl { color: rgb(1, 2, 3) } @media (min-width: 9em) { .a { width: calc(1px + 2px) } }",
        "@font-face { font-family: a; src: local('A') }",
        "@namespace svg url(http://www.w3.org/2000/svg); @namespace 'http://www.w3.org/1999/xhtml';",
        "@NAMESPACE URL('http://www.w3.org/2000/svg') ; svg|a { color: red }",
        ".a { background: image-set(url(data:,a) 1x, 'data:,b' 2x type('image/png')) }",
        ".a { width: calc((1px) + var(--b)); content: 'c' }",
        ".a { content: '\\201C'; quotes: '«' '»' } .b\\:c {}",
        "",
    ],
)
def test_what_looks_like_it_is_taken(project: Scratch, css: str) -> None:
    project.write({"style.css": css})
    assert load(project.root) == (replace(ANATOMY, style=css), [])


def test_of_many_faults_some_are_told(project: Scratch) -> None:
    project.write({"style.css": ".a { b: url(c) }\n" * 1000})
    assert [d.span.line for d in load(project.root)[1]] == list(range(1, 21))


@pytest.mark.parametrize("part", ["a(", "url(", 'url("', '"', "/*", "\\", "@import", "</style"])
def test_a_hostile_stylesheet_is_read_in_no_time(project: Scratch, part: str) -> None:
    project.write({"style.css": part * ((64 << 10) // len(part))})
    assert len(load(project.root)[1]) <= 20


def test_the_author_has_the_last_word_in_the_stylesheet() -> None:
    plain, styled = note_types(ANATOMY), note_types(replace(ANATOMY, style="\n" + NAVY + "\n"))
    assert [styled[key].css for key in STOCK] == [plain[key].css + "\n\n" + NAVY.rstrip() for key in STOCK]
    assert [styled[key].templates for key in STOCK] == [plain[key].templates for key in STOCK]


def test_a_change_of_the_stylesheet_reaches_learners_and_costs_no_note(project: Scratch) -> None:
    project.release("1.0.0", day(1))

    def times(now: int) -> tuple[set[int], set[int]]:
        built = project.build(now).collection
        return {note_type.mod for note_type in built.note_types.values()}, {note.mod for note in built.notes}

    assert times(day(2)) == ({day(1)}, {day(1)})
    project.write({"style.css": NAVY.replace("navy", "teal")})  # As long, and perhaps in the same second.
    assert times(day(3)) == ({day(3)}, {day(1)})
    project.write({"style.css": NAVY})
    assert times(day(4)) == ({day(1)}, {day(1)})
    project.write({"deck.toml": SETTINGS})
    assert times(day(5)) == ({day(5)}, {day(1)})


def test_the_examples_of_the_page_set_what_the_cards_use(project: Scratch) -> None:
    page = (Path(__file__).parents[1] / "docs" / "styling.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```css\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (deck,) = re.findall(r"^```toml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    project.write({"deck.toml": deck, "style.css": "".join(examples)})
    styled, found = load(project.root)
    assert (styled and styled.style, found) == ("".join(examples), [])
    names = [name for css in examples for name in re.findall(r"--[\w-]+|\.dw-[\w-]+", css)]
    assert names == ["--dw-size", "--dw-font", ".dw-foot"]
    ours = note_types(ANATOMY)["basic"]
    used = re.findall(r"var\((--[\w-]+)", ours.css) + [
        f".{name}" for name in re.findall(r'class="([\w-]+)"', ours.templates[0].back)
    ]
    assert set(names) <= set(used)


# The learner's own file


def test_the_name_of_the_learners_file_depends_on_the_id_alone() -> None:
    others = replace(ANATOMY, name="Bones", slug="bones", version="9.0", style=NAVY)
    assert own_stylesheet(ANATOMY) == own_stylesheet(others) == OWN


@pytest.mark.parametrize("key", STOCK)
def test_each_side_links_to_it_once_and_the_styling_names_it(key: str) -> None:
    note_type = note_types(ANATOMY)[key]
    for template in note_type.templates:
        back = template.back.replace("{{FrontSide}}", template.front)
        assert [re.findall("<link[^>]*>", side) for side in (template.front, back)] == [[LINK], [LINK]]
        assert template.front.startswith(LINK)
        assert back.startswith(LINK)
    assert note_type.css.partition("*/")[0].count(OWN) == 1


def test_no_package_contains_it(project: Scratch) -> None:
    picture = (Path(__file__).parent / "projects" / "media" / "media").glob("*.svg")
    project.write({f"media/{OWN}": NAVY, "media/_a.svg": next(picture).read_bytes()})
    project.write({"cards/heart.md": NOTES + "\n![A drawing](../media/_a.svg)\n"})
    project.build(day(1))
    names = sorted(package.read(project.root / "build/anatomy.apkg").media)
    assert [re.sub("[0-9a-f]{12}", "…", name) for name in names] == ["a-….svg"]
    project.write({"cards/heart.md": NOTES + f"\n![Mine](../media/{OWN})\n"})
    assert [d.code for d in project.load(day(2)).diagnostics if d.severity == "error"] != []


@pytest.mark.anki
def test_it_survives_updates_of_the_deck_in_anki(
    project: Scratch, collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def update(now: int, text: str) -> dict[str, int]:
        project.write({"cards/heart.md": text})
        project.build(now)
        return import_package(collection, project.root / "build/anatomy.apkg")

    project.write({"style.css": ".a { color: navy }"})
    assert update(day(1), NOTES)["new"] == 2
    own = Path(collection.media.dir()) / OWN
    own.write_text(NAVY)
    seen = [styling(collection)]
    project.write({"style.css": ".a { color: teal }"})
    assert update(day(2), NOTES.replace("door", "flap"))["updated"] == 1
    seen.append(styling(collection))
    ours = notetypes._file
    monkeypatch.setattr(notetypes, "_file", lambda name: ours(name) + "/* newer */" * name.endswith(".css"))
    assert update(day(3), NOTES.replace("door", "gate"))["updated"] == 1
    seen.append(styling(collection))
    assert [(css.count("navy"), css.count("teal"), css.count("newer")) for css in seen] == [
        (1, 0, 0), (0, 1, 0), (0, 1, 3),
    ]  # fmt: skip
    assert own.read_text() == NAVY
    for note in (collection.get_note(id_) for id_ in collection.find_notes("")):
        assert sides(note) == [(1, 1)] * len(note.cards())
    checked = collection.media.check()
    assert (list(checked.missing), list(checked.unused)) == ([], [])
    assert OWN in exported(collection, tmp_path / "shared.apkg")


def styling(collection: Collection) -> str:
    """The stylesheet of the deck's basic note type, as the learner has it."""
    return collection.models.by_name("Anatomy Basic")["css"]


def sides(note: Note) -> list[tuple[int, int]]:
    """How often the question and the answer of each card link to the learner's file."""
    outputs = [card.render_output() for card in note.cards()]
    return [(output.question_text.count(LINK), output.answer_text.count(LINK)) for output in outputs]


def exported(collection: Collection, path: Path) -> list[str]:
    """The media of a package that the learner makes of the whole collection."""
    from anki.collection import ExportAnkiPackageOptions

    collection.export_anki_package(
        out_path=str(path), options=ExportAnkiPackageOptions(with_media=True, legacy=True), limit=None
    )
    with zipfile.ZipFile(path) as made:
        return list(json.loads(made.read("media")).values())
