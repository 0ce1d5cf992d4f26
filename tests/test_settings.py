"""Finding a project, reading its settings, and every mistake in them at its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from deckwright import files, names, settings
from deckwright.diagnostics import PAGES, Diagnostic
from deckwright.model import Settings, Span
from deckwright.notetypes import own_stylesheet
from deckwright.settings import Project

if TYPE_CHECKING:
    from anki.collection import Collection

IDENTITY = 'id = "anatomy-k3v9q2xm"\nname = "Anatomy"\n'
ANATOMY = Settings(id="anatomy-k3v9q2xm", name="Anatomy", slug="anatomy")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "cards").mkdir()
    return tmp_path


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def load(root: Path, deck: str) -> tuple[Settings | None, list[Diagnostic]]:
    write(root, {"deck.toml": deck})
    loaded, found = settings.load(root)
    return (loaded.settings if loaded else None), found


def marked(found: list[Diagnostic]) -> list[tuple[str, str, int, str]]:
    """Code, file, line and what the marker stands below."""
    return [
        (d.code, d.span.path, d.span.line, d.span.text[d.span.column - 1 : d.span.column - 1 + d.span.length])
        for d in found
    ]


def test_id_and_name_are_enough(root: Path) -> None:
    assert load(root, IDENTITY) == (ANATOMY, [])


@pytest.mark.parametrize(
    ("lines", "report_url"),
    [
        ("", ""),
        ('url = "https://example.org/"\n', ""),
        ('site = "https://example.org"\n', "https://example.org/c/{id}/"),
        ('site = "https://example.org/deck/"\n', "https://example.org/deck/c/{id}/"),
        ('site = "https://example.org/"\nreport_url = "https://example.org/new"\n', "https://example.org/new"),
        ('site = "https://example.org/"\nreport_url = ""\n', ""),
    ],
)
def test_reports_lead_to_the_site_if_it_has_an_address(root: Path, lines: str, report_url: str) -> None:
    loaded, found = load(root, IDENTITY + lines)
    assert found == []
    assert loaded
    assert loaded.report_url == report_url


def test_pyproject_holds_the_same_keys_as_deck_toml(root: Path) -> None:
    text = (
        'version = "2.1"\nauthor = "A. Vesal"\nlicence = "CC BY 4.0"\ndescription = "All <b>bones</b>."\n'
        'url = "https://example.org/"\nreport_url = "https://example.org/new?title={id}"\n'
        'tag_prefix = "medicine/anatomy"\nslug = "bones"\ncards = ["./notes/", "more"]\nmedia = ["img"]\n'
    )
    write(root, {"notes/a.md": "", "more/b.md": "", "pyproject.toml": "[tool.deckwright]\n" + IDENTITY + text})
    expected = Settings(
        id="anatomy-k3v9q2xm",
        name="Anatomy",
        slug="bones",
        version="2.1",
        author="A. Vesal",
        licence="CC BY 4.0",
        description="All <b>bones</b>.",
        url="https://example.org/",
        report_url="https://example.org/new?title={id}",
        tag_prefix="medicine::anatomy",
        cards=("notes", "more"),
        media=("img",),
    )
    assert settings.load(root) == (Project(root, expected, "pyproject.toml"), [])
    (root / "pyproject.toml").unlink()
    write(root, {"deck.toml": IDENTITY + text})
    assert settings.load(root) == (Project(root, expected, "deck.toml"), [])


def test_the_nearest_settings_above_are_found(root: Path) -> None:
    write(
        root,
        {
            "deck.toml": IDENTITY,
            "inner/pyproject.toml": "[tool.deckwright]",
            "inner/cards/sub/x.md": "",
            "other/pyproject.toml": "[tool.ruff]",
        },
    )
    assert settings.find(root / "inner" / "cards" / "sub") == root / "inner"
    assert settings.find(root / "other") == root
    assert settings.find(root) == root


def test_a_folder_outside_every_project_has_none(root: Path) -> None:
    assert settings.find(root) is None


def test_settings_with_a_syntax_error_are_still_found(root: Path) -> None:
    write(root, {"pyproject.toml": '[project]\nname = "é\n\n[tool.deckwright]\n'})
    assert settings.find(root / "cards") == root
    (found,) = settings.load(root)[1]
    assert (found.code, found.span) == ("P003", Span("pyproject.toml", 2, 10, 1, 'name = "é'))
    assert found.span.text == 'name = "é'


def test_a_syntax_error_at_the_end_of_the_file_is_on_its_last_line(root: Path) -> None:
    (found,) = load(root, 'id = "a"\ncards = [')[1]
    assert (found.span, found.message) == (Span("deck.toml", 2, 10, 1), "this is not TOML: invalid value")


@pytest.mark.parametrize(
    ("text", "span", "key", "first"),
    [
        ('cards = ["a"]\nmedia = []\ncards = [\n  "b",\n]\n', Span("deck.toml", 3, 1, 5, "cards = ["), "cards", 1),
        ('[style]\ncss = "a"\n"css" = """\nb = 1\n"""\n', Span("deck.toml", 3, 1, 5, '"css" = """'), "style.css", 2),
        ("[[a]]\nb = 1\n[[a]]\nb = 2\nb = 3\n", Span("deck.toml", 5, 1, 1, "b = 3"), "a.b", 4),
        ('style.css = "a"\nstyle . css = "b"', Span("deck.toml", 2, 1, 11, 'style . css = "b"'), "style.css", 1),
    ],
    ids=["a list", "in a table", "in an array", "dotted"],
)
def test_a_key_that_is_given_twice_is_named_at_its_second_place(
    root: Path, text: str, span: Span, key: str, first: int
) -> None:
    (found,) = load(root, text)[1]
    assert (found.code, found.span, found.span.text) == ("P003", span, span.text)
    assert found.message == f"this is not TOML: the key `{key}` is given twice, first in line {first}"
    assert found.hint == "keep one of the two"


def test_a_table_that_begins_twice_is_named(root: Path) -> None:
    (found,) = load(root, '[lint]\nL004 = "off"\n[lint]\nL001 = "off"\n')[1]
    assert (found.code, found.span.line) == ("P003", 3)
    assert found.message == "this is not TOML: the table `[lint]` begins twice"
    assert found.hint == "keep one `[lint]`, with all that is below both"


@pytest.mark.parametrize("text", ["a = 1\na.b = 2\n", "[a]\nx = 1\n[a]\nx = 1\n", "[[a]]\nx = 1\n[[a]]\nx = ?\n"])
def test_no_other_mistake_is_taken_for_a_key_that_is_given_twice(root: Path, text: str) -> None:
    (found,) = load(root, text)[1]
    assert (found.code, "twice, first" in found.message) == ("P003", False)


def test_bytes_that_are_not_utf_8_are_placed(root: Path) -> None:
    (root / "deck.toml").write_bytes('id = "a"\nname = "ü'.encode() + b'\xfc"\n')
    (found,) = settings.load(root)[1]
    assert (found.code, found.span) == ("P003", Span("deck.toml", 2, 10, 1))


def test_a_byte_order_mark_and_windows_line_endings_change_nothing(root: Path) -> None:
    (root / "deck.toml").write_bytes(b"\xef\xbb\xbf" + (IDENTITY + 'colour = "red"\n').replace("\n", "\r\n").encode())
    (found,) = settings.load(root)[1]
    assert (found.code, found.span, found.span.text) == ("P004", Span("deck.toml", 3, 1, 6), 'colour = "red"')


@pytest.mark.parametrize(
    "text",
    [f"x = {'1' * 5000}", f"x = {'[' * 100_000}", "name = 'x'\nname = 'y'"],
    ids=["a number of thousands of digits", "thousands of brackets", "a key twice"],
)
def test_toml_that_python_cannot_read_is_a_mistake_and_no_fault(root: Path, text: str) -> None:
    for name, table in (("deck.toml", ""), ("pyproject.toml", "[tool.deckwright]\n")):
        write(root, {name: table + text})
        assert [(d.code, d.span.path) for d in settings.load(root)[1]] == [("P003", name)]
        (root / name).unlink()


def test_settings_that_may_not_be_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    write(root, {"deck.toml": IDENTITY, "cards/pyproject.toml": "[tool.deckwright]\n"})
    monkeypatch.setattr(files, "opened", refuse)
    assert settings.find(root / "cards") == root  # A file that may not be read is somebody else's.
    made, (found,) = settings.load(root)
    assert (made, found.code, found.span) == (None, "P017", Span("deck.toml"))
    assert found.message == "this file cannot be read: Permission denied"


OF_NOTES = {"P018", "P026", "P027"}
"""What can be told only when the notes have been read: test_build.py and test_editions.py have it."""


@pytest.mark.parametrize(
    "code", [code for code in sorted(PAGES) if code[0] == "P" and PAGES[code].bad and code not in OF_NOTES]
)
def test_the_examples_of_a_page_show_its_code_alone(root: Path, code: str) -> None:
    write(root, PAGES[code].bad)
    assert [d.code for d in settings.load(root)[1]] == [code]
    for name in PAGES[code].bad:
        (root / name).unlink()
    write(root, PAGES[code].good)
    loaded, found = settings.load(root)
    assert found == []
    assert loaded is not None


@pytest.mark.parametrize(
    ("line", "code", "key"),
    [
        ('slug = "Anatomy"', "P009", "slug"),
        ('slug = ""', "P009", "slug"),
        ('slug = "collection"', "P009", "slug"),
        ('slug = "backup"', "P009", "slug"),  # backup-1.0.apkg
        ('version = "one"', "P010", "version"),
        ('version = "1.0+local"', "P010", "version"),
        ('version = "1!1.0"', "P010", "version"),
        ('version = "2026.11.01"', "P010", "version"),
        ('url = "example.org"', "P011", "url"),
        ('url = "javascript:alert(1)"', "P011", "url"),
        ('url = "https://[example.org"', "P011", "url"),
        ('url = "https://example.org/{id}"', "P011", "url"),
        ("report_url = 'https://example.org/\"'", "P011", "report_url"),
        ('report_url = "https://example.org/{id"', "P011", "report_url"),
        ('report_url = "https://example.org/{id}/{version}"', "P019", "report_url"),
        ('url = "https://example.org/{version}"', "P011", "url"),
        ('site = "example.org"', "P011", "site"),
        ('site = "https://example.org/{id}"', "P011", "site"),
        ('site = "https://example.org/?deck=1"', "P011", "site"),
        ('style = "style.css"', "P005", "style"),
        ("style = { css = 1 }", "P005", "css"),
        ('style = { cs = "style.css" }', "P004", "cs"),
        ('style = { css = "" }', "P020", "css"),
        ('style = { css = "../style.css" }', "P020", "css"),
        ('style = { css = "style.css" }', "P020", "css"),
        ('style.css = "cards"', "P020", "style.css"),
        ('tag_prefix = "aws "', "P012", "tag_prefix"),
        ('tag_prefix = "aws\u3000"', "P012", "tag_prefix"),
        ('tag_prefix = "aws/"', "P012", "tag_prefix"),
        ('tag_prefix = "::aws"', "P012", "tag_prefix"),
        ('cards = "cards"', "P005", "cards"),
        ('cards = ["cards", 1]', "P005", "cards"),
        ("author = 1", "P005", "author"),
        ("cards = []", "P013", "cards"),
        ('cards = [""]', "P013", "cards"),
        ('cards = ["/cards"]', "P013", "cards"),
        ('cards = ["C:/cards"]', "P013", "cards"),
        ('cards = ["cards/../../x"]', "P013", "cards"),
        ("media = ['img\\big']", "P013", "media"),
        ('cards = ["deck.toml"]', "P014", "cards"),
        ('cards = [".", "cards"]', "P015", "cards"),
        ('media = ["img\\u0000"]', "P013", "media"),
        ('cards = ["cards", "./cards/"]', "P015", "cards"),
        ('media = ["img/a", "img"]', "P015", "media"),
    ],
)
def test_a_bad_value_is_told_at_its_key(root: Path, line: str, code: str, key: str) -> None:
    made, found = load(root, IDENTITY + line + "\n")
    assert (made, marked(found)) == (None, [(code, "deck.toml", 3, key)])


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ('slug = "collections"', {"slug": "collections"}),
        ('slug = "my-backup-2"', {"slug": "my-backup-2"}),
        ('version = "1.0.0rc1"', {"version": "1.0.0rc1"}),
        ('url = ""', {}),
        ('tag_prefix = ""', {}),
        ('cards = ["."]', {"cards": (".",)}),
        ('cards = ["cards/../cards"]', {}),
        ('media = ["cards", "img", "img2"]', {"media": ("cards", "img", "img2")}),
        ("media = []", {"media": ()}),
        ("style = {}", {}),
    ],
)
def test_a_value_close_to_a_bad_one_is_taken(root: Path, line: str, changed: dict) -> None:
    expected = {"id": ANATOMY.id, "name": "Anatomy", "slug": "anatomy"} | changed
    assert load(root, IDENTITY + line + "\n") == (Settings(**expected), [])


@pytest.mark.parametrize(
    "name",
    ["", " ", "A::", "::A", "A::::B", " A", "A:: B", "A:::B", "A:", "A\\nB", "Default", "DEFAULT::A", "a" * 201],
)
def test_a_name_that_anki_would_change_is_refused(root: Path, name: str) -> None:
    made, found = load(root, f'id = "anatomy-k3v9q2xm"\nname = "{name}"\n')
    assert (made, marked(found)) == (None, [("P008", "deck.toml", 2, "name")])


@pytest.mark.parametrize("name", ["A::Default", "A: B", 'A \\"B\\"', "a" * 200])
def test_a_name_that_anki_keeps_is_taken(root: Path, name: str) -> None:
    made, found = load(root, f'id = "anatomy-k3v9q2xm"\nname = "{name}"\n')
    assert (made is not None, found) == (True, [])


@pytest.mark.anki
def test_anki_keeps_the_names_that_are_taken_and_no_others(collection: Collection) -> None:
    for name in [
        "A::Default",
        "A: B",
        'A "B"',
        "a" * 200,
        "A",
        "é",
        "A::",
        "::A",
        " A",
        "A:: B",
        "A:::B",
        "A:",
        "A\nB",
    ]:
        kept = collection.decks.name(collection.decks.id(name)) == name
        assert (name, bool(names.name_problem(name))) == (name, not kept)
    assert collection.decks.id("DEFAULT") == 1


@pytest.mark.parametrize(
    "id",
    ["", "anatomy", "k3v9q2xm", "-k3v9q2xm", "Anatomy-k3v9q2xm", "anatomy-K3V9Q2XM", "anatomy-k3v9q2x", "a_b-k3v9q2xm"],
)
def test_an_id_without_its_random_end_is_refused(root: Path, id: str) -> None:
    made, found = load(root, f'name = "Anatomy"\nid = "{id}"\n')
    assert (made, marked(found)) == (None, [("P007", "deck.toml", 2, "id")])


def test_an_id_is_as_long_as_a_file_named_by_it_may_be(root: Path, collection: Collection) -> None:
    for words, codes, is_kept in (("a" * 106, [], True), ("a" * 107, ["P007"], False)):
        made, found = load(root, f'name = "Anatomy"\nid = "{words}-k3v9q2xm"\n')
        assert [diagnostic.code for diagnostic in found] == codes
        name = own_stylesheet(made or replace(ANATOMY, id=f"{words}-k3v9q2xm"))
        assert (collection.media.write_data(name, b"") == name) == is_kept
    assert found[0].message == "`id` has 116 characters, and may have 115"


@pytest.mark.parametrize(
    ("name", "slug"),
    [("AWS Developer", "aws-developer"), ("Español::Nivel A1!", "espanol-nivel-a1"), ("Größe 2", "groe-2")],
)
def test_the_slug_comes_from_the_name(root: Path, name: str, slug: str) -> None:
    made, _ = load(root, f'id = "anatomy-k3v9q2xm"\nname = "{name}"\n')
    assert made == Settings(id="anatomy-k3v9q2xm", name=name, slug=slug)


@pytest.mark.parametrize("name", ["日本語", "Backup 2026", "Collection"])
def test_a_name_that_makes_no_slug_asks_for_one(root: Path, name: str) -> None:
    made, found = load(root, f'id = "anatomy-k3v9q2xm"\nname = "{name}"\n')
    assert (made, marked(found)) == (None, [("P009", "deck.toml", 2, "name")])
    assert load(root, f'id = "anatomy-k3v9q2xm"\nname = "{name}"\nslug = "deck"\n')[1] == []


def test_all_mistakes_are_told_in_one_run_by_place(root: Path) -> None:
    made, found = load(root, 'verison = "1"\nmedia = ["../img", "/img"]\nversion = 1\nfoo = 1\n')
    assert made is None
    assert marked(found) == [
        ("P006", "deck.toml", 0, ""),
        ("P006", "deck.toml", 0, ""),
        ("P004", "deck.toml", 1, "verison"),
        ("P013", "deck.toml", 2, "media"),
        ("P013", "deck.toml", 2, "media"),
        ("P005", "deck.toml", 3, "version"),
        ("P004", "deck.toml", 4, "foo"),
    ]
    assert found[2].hint == "did you mean `version`?"
    assert found[-1].hint == (
        "the settings are id, name, slug, version, author, licence, description, url, site, report_url, tag_prefix, "
        "cards, media, lint, style, editions"
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[tool.deckwright]\nx = 1\n[tool.deckwright.y]\nz = 1\n', [(2, "x"), (3, "tool.deckwright.y")]),
        ('[a]\nx = 1\n[ tool . "deckwright" ]\n  "x" = 1 # x = 2\n', [(4, '"x"')]),
        ("tool.deckwright.x = 1\n", [(1, "tool.deckwright.x")]),
        ("[tool]\ndeckwright.x = 1\n[other]\nx = 1\n", [(2, "deckwright.x")]),
        ("[tool]\ndeckwright = { a = [{ x = 1 }, 2], x = { y = 1 } }\n", [(2, "a"), (2, "x")]),
        ('[[list]]\nx = 1\n[tool.deckwright]\nauthor = """\nx = 1\n[a]\n"""\nx = 1\n', [(8, "x")]),
        ("[tool.deckwright]\nauthor = '''x'''\nmedia = [\n  'x', # x = 1 ]\n]\nx = [[1],\n[2]\n]\ny = 1.5\n", [(6, "x"), (9, "y")]),
        ('[tool.deckwright]\nauthor = "\\"#"\nx = 1', [(3, "x")]),
        ('[tool.deckwright]\n"x\\u0041" = 1', [(2, '"x\\u0041"')]),
    ],
)  # fmt: skip
def test_a_key_is_found_however_it_is_written(root: Path, text: str, place: list[tuple[int, str]]) -> None:
    write(root, {"pyproject.toml": text})
    unknown = [d for d in settings.load(root)[1] if d.code == "P004"]
    assert [(line, key) for _, _, line, key in marked(unknown)] == place


def test_two_files_of_settings_are_told_at_the_table(root: Path) -> None:
    write(root, {"deck.toml": IDENTITY, "pyproject.toml": '[project]\nname = "x"\n\n[tool.deckwright]\n' + IDENTITY})
    assert marked(settings.load(root)[1]) == [("P002", "pyproject.toml", 4, "tool.deckwright")]


@pytest.mark.parametrize("text", ["tool.deckwright = 1", "[[tool.deckwright]]"])
def test_settings_that_are_no_table_are_refused(root: Path, text: str) -> None:
    write(root, {"pyproject.toml": text})
    assert marked(settings.load(root)[1]) == [("P005", "pyproject.toml", 1, "tool.deckwright")]


def test_the_default_folder_of_notes_must_be_there(root: Path) -> None:
    (root / "cards").rmdir()
    write(root, {"pyproject.toml": "[tool.deckwright]\n" + IDENTITY})
    assert marked(settings.load(root)[1]) == [("P014", "pyproject.toml", 1, "tool.deckwright")]


def test_notes_are_listed_in_natural_order_without_what_is_made(root: Path) -> None:
    made = [
        "build/x.md",
        ".obsidian/x.md",
        "env/pyvenv.cfg",
        "env/lib/x.md",
        "a/node_modules/x.md",
        "a/.x.md",
        "a/x.txt",
    ]
    notes = ["a/2.md", "a/10.md", "a/README.MD", "a/build/x.md", "b.md"]
    write(root, dict.fromkeys(made + notes, ""))
    assert files.note_files(root, ["."]) == notes
    assert files.note_files(root, ["a/build", "a/node_modules"]) == ["a/build/x.md", "a/node_modules/x.md"]
    assert files.note_files(root, ["none"]) == []


# The stylesheet

OPEN = {
    "a rule": (".card { color: red\n.a { b: c }\n", (1, "{", "}")),
    "a rule at the end": (".a { b: c }\n.card {\n  color: red", (2, "{", "}")),
    "the inner one": ("@media print {\n  .a { b: c }\n  .card { color: red\n", (3, "{", "}")),
    "a bracket": (".a { width: calc(1px; }\n.b { c: d }\n", (1, "(", ")")),
    "an attribute": (".a[b { c: d }", (1, "[", "]")),
    "a comment": (".a { b: c }\n/* d\n.e { f: g }", (2, "/*", "*/")),
    "an address": (".a { b: URL(data:,}\n.c { d: e }\n", (1, "URL(", ")")),
    "a text that ends with its line": ('.a { b: "}\n}\n.c {', (3, "{", "}")),
    "all closed": (
        ".a[b='{'] { c: url(data:,{\\)() } .\\{d { e: '\\'{' } /* { */ @media (f) { .g { h: calc((1)) } }",
        None,
    ),
    "a bracket too many": (".a { b: c } } .d { e: f }", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("css", "told"), OPEN.values(), ids=OPEN)
def test_what_a_stylesheet_never_closes_is_told_and_used(
    root: Path, css: str, told: tuple[int, str, str] | None
) -> None:
    write(root, {"deck.toml": IDENTITY + '[style]\ncss = "style.css"\n', "style.css": css})
    loaded, found = settings.load(root)
    assert loaded is not None
    if told is None:
        assert found == []
    else:
        line, opening, closing = told
        assert marked(found) == [("P023", "style.css", line, opening)]
        assert (found[0].severity, found[0].message) == ("warning", f"the `{opening}` here is never closed")
        assert found[0].hint == f"close it with `{closing}`: all that follows is part of it"


# Settings that nobody writes, but somebody may have

HOSTILE = {
    "brackets without end": ("x = " + "[" * 20_000, "P003"),
    "tables without end": ("x = " + "{a=" * 20_000, "P003"),
    "a number of thousands of digits": ("version = " + "9" * 5_000, "P003"),
    "a version of thousands of digits": ('version = "' + "9" * 5_000 + '"', "P010"),
    "a key of thousands of parts": (".".join("a" * 40_000) + " = 1", "P003"),
    "a table of thousands of parts": ("[" + ".".join("a" * 40_000) + "]", "P003"),
    "an inner key of thousands of parts": ("x = {" + ".".join("a" * 40_000) + " = 1}", "P003"),
    "a file without end": ("#" * 1_000_000, "P017"),
    "a name longer than any folder's": (f'cards = ["{"a" * 5_000}"]', "P013"),
    "a path longer than any folder's": (f'media = ["{"a/" * 40_000}"]', "P013"),
    "the same folder again and again": (f"media = {['m'] * 10_000}", "P015"),
    "folders that are not there": ("cards = " + str([f"c{n}" for n in range(8_000)]), "P014"),
    "keys that do not exist": ("\n".join(f"k{n} = 1" for n in range(8_000)), "P004"),
}


@pytest.mark.parametrize(("line", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_settings_are_told_in_a_few_words(root: Path, line: str, code: str) -> None:
    write(root, {"deck.toml": IDENTITY + line + "\n"})
    found = settings.load(root)[1]
    assert {d.code for d in found} == {code}
    assert len(found) <= 20


def test_thousands_of_folders_are_compared_in_no_time(root: Path) -> None:
    folders = [f"m{n}" for n in range(8_000)]
    write(root, {"deck.toml": f"{IDENTITY}media = {folders}\n"})
    loaded, found = settings.load(root)
    assert loaded
    assert (list(loaded.settings.media), found) == (folders, [])


@pytest.mark.parametrize(("one", "other"), [("a", "a/b/c"), ("a/b/c", "a"), (".", "a"), ("a", ".")])
def test_a_folder_far_inside_another_is_told(root: Path, one: str, other: str) -> None:
    write(root, {"deck.toml": f"{IDENTITY}media = {[one, other]}"})
    (found,) = settings.load(root)[1]
    assert (found.code, found.arguments) == ("P015", ("media", other, one))


def test_a_long_key_of_somebody_elses_is_not_read(root: Path) -> None:
    write(root, {"pyproject.toml": "# Not for deckwright\n" + ".".join("a" * 40_000) + " = 1"})
    assert settings.settings_files(root) == []
