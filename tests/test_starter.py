"""What `deckwright init` puts into a folder, and what it leaves alone."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from deckwright import settings as project
from deckwright import starter
from deckwright.model import Settings, Span

SAMPLES = Path(starter.__file__).parent
ATTRIBUTES = """\
# When two branches both add lines to deck.lock, keep them all.
deck.lock merge=union
# What Deckwright writes has the same bytes on every system.
deck.lock text eol=lf
deck.baseline text eol=lf
CHANGELOG-deck.md text eol=lf
releases/*.json text eol=lf
*.masks.toml text eol=lf
"""
BUILD = "deckwright build"
LAST = ("git init", BUILD)
KIND = "start each file of notes with the three lines `---`, `kind: basic`, `---`: its headings become cards; or see what deckwright draft proposes in them, which needs none of this"
ADVICE = "add the line `deck.lock merge=union` to .gitattributes, so that two branches that add notes can be merged"
EXACT = (
    "add the lines `deck.lock text eol=lf`, `deck.baseline text eol=lf`, `CHANGELOG-deck.md text eol=lf`, "
    "`releases/*.json text eol=lf`, `*.masks.toml text eol=lf` to .gitattributes, so that Git changes nothing in what "
    "Deckwright writes"
)
ONE = "add the line `releases/*.json text eol=lf` to .gitattributes, so that Git changes nothing in what Deckwright writes"


def files(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


def write(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def settings(folder: Path) -> Settings:
    loaded, found = project.load(folder)
    assert found == []
    return loaded.settings


def test_an_empty_folder_becomes_a_project_with_samples(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "space_facts"
    start, found = starter.create(folder, random.Random(1))
    made = files(folder)
    assert found == []
    assert start == starter.Start(
        tuple(folder / name for name in ["deck.toml", "cards/planets.md", "cards/light.md", ".gitattributes"]), LAST
    )
    assert settings(folder) == Settings(
        id="space-facts-" + "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=8)),
        name="Space facts",
        slug="space-facts",
        tag_prefix="space-facts",
    )
    del made["deck.toml"]
    assert made == {
        "cards/planets.md": (SAMPLES / "planets.md").read_text(),
        "cards/light.md": (SAMPLES / "light.md").read_text(),
        ".gitattributes": ATTRIBUTES,
    }


def test_in_a_repository_none_is_to_be_made(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    start, _ = starter.create(tmp_path / "anatomy", random.Random(1))
    assert start
    assert start.next == (BUILD,)


def test_two_decks_of_one_name_get_ids_of_their_own(tmp_path: Path) -> None:
    folders = [tmp_path / "one" / "anatomy", tmp_path / "two" / "anatomy"]
    for folder in folders:
        starter.create(folder, random.SystemRandom())
    first, second = [settings(folder).id for folder in folders]
    assert first != second


@pytest.mark.parametrize(
    ("notes", "cards"),
    [
        (["bones.md", "sub/muscles.md"], (".",)),
        (["notes/a/x.md", "notes/b/y.md", "README.md"], ("notes",)),
        (["notes/a/x.md", "notes/a/b/y.md", "build/z.md", "LICENSE-notes.md"], ("notes/a",)),
        (["a/x.md", "b/c/y.md", "b/README.md", ".github/z.md"], ("a", "b/c")),
        (["cards/x.md"], ("cards",)),
    ],
)
def test_a_folder_with_notes_keeps_them_and_gets_settings_alone(tmp_path: Path, notes: list[str], cards: tuple) -> None:
    before = dict.fromkeys(notes, "# Bones\n")
    write(tmp_path, before)
    start, found = starter.create(tmp_path, random.Random(1))
    assert (start, found) == (
        starter.Start((tmp_path / "deck.toml", tmp_path / ".gitattributes"), (KIND, *LAST)),
        [],
    )
    assert settings(tmp_path).cards == cards
    after = files(tmp_path)
    assert set(after) - set(before) == {"deck.toml", ".gitattributes"}
    assert before.items() <= after.items()


@pytest.mark.parametrize(
    ("text", "media"),
    [
        ("![a](images/a.png)", ("images",)),
        ('<img src="../images/deep/a%20b.svg">', ("images/deep",)),
        ("![[Fluß.jpg|200]] and ![](../sound/x.mp3 'a title')", ("pics", "sound")),
        ("![c](c.gif)", ("notes",)),
        ("![r](../root.png)", ("media",)),
        ("`images/a.png.bak`, see a.png.", ("media",)),
        ('<img src="img2/a&amp;b.png"> ![](img3/c%26d.png)', ("img2", "img3")),
        ("![](img4/e&copy.png)", ("img4",)),
        ("No picture.", ("media",)),
    ],
)
def test_the_folders_of_the_pictures_that_notes_show_are_written_down(
    tmp_path: Path, text: str, media: tuple[str, ...]
) -> None:
    pictures = ["images/a.png", "images/deep/a b.svg", "pics/Flu\u00df.jpg", "sound/x.mp3", "notes/c.gif", "root.png"]
    pictures += ["img2/a&b.png", "img3/c&d.png", "img4/e&copy.png"]
    write(tmp_path, {"notes/x.md": f"# A\n\n{text}\n", "README.md": "![logo](pics/logo.png)\n", "pics/logo.png": "x"})
    write(tmp_path, dict.fromkeys(pictures, "x"))
    start, found = starter.create(tmp_path, random.Random(1))
    assert (start is not None, found, settings(tmp_path).media) == (True, [], media)


def test_notes_that_cannot_be_read_are_left_to_the_first_build(tmp_path: Path) -> None:
    write(tmp_path, {"notes/x.md": "# A\n\n![](images/a.png)\n", "notes/large.md": "![](pics/b.png)" + " " * (2 << 20)})
    write(tmp_path, {"images/a.png": "x", "pics/b.png": "x"})
    try:
        (tmp_path / "notes/gone.md").symlink_to("nowhere.md")
    except OSError:
        pytest.skip("no links")
    starter.create(tmp_path, random.Random(1))
    assert settings(tmp_path).media == ("images",)


def test_a_project_inside_another_is_made_and_the_outer_one_named(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": '[tool.deckwright]\nid = "outer-12345678"\nname = "Outer"\n'})
    start, found = starter.create(tmp_path / "sub" / "deck", random.Random(1))
    assert start
    assert [(d.code, d.severity, d.message) for d in found] == [
        (
            "P022",
            "warning",
            "this folder is inside another project, the one of ../../pyproject.toml",
        )
    ]
    assert settings(tmp_path / "sub" / "deck").name == "Deck"


def test_a_repository_without_notes_still_gets_the_samples(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "# Mine\n", "pyproject.toml": "[tool.ruff]\n", "docs/CONTRIBUTING.md": "x"})
    starter.create(tmp_path, random.Random(1))
    assert settings(tmp_path).cards == ("cards",)
    assert (tmp_path / "cards" / "light.md").exists()


@pytest.mark.parametrize(
    ("attributes", "steps"),
    [
        (b"*.png binary\n", (ADVICE, EXACT, *LAST)),
        (b"deck.lock merge=union\n", (EXACT, *LAST)),
        (b"# deck.lock merge=union\n* text=auto eol=lf\n", (ADVICE, *LAST)),
        (ATTRIBUTES.encode(), LAST),
        (ATTRIBUTES.replace("releases/*.json text eol=lf", "").encode(), (ONE, *LAST)),
        (b"\xff\n", (ADVICE, EXACT, *LAST)),
    ],
)
def test_git_attributes_that_are_there_are_left_alone(
    tmp_path: Path, attributes: bytes, steps: tuple[str, ...]
) -> None:
    (tmp_path / ".gitattributes").write_bytes(attributes)
    start, _ = starter.create(tmp_path, random.Random(1))
    assert (tmp_path / ".gitattributes").read_bytes() == attributes
    assert start
    assert start.next == steps


@pytest.mark.parametrize("text", ["[tool.deckwright]\n", "[tool.deckwright\n"])
def test_a_project_is_never_begun_anew(tmp_path: Path, text: str) -> None:
    for name in ("pyproject.toml", "deck.toml"):
        folder = tmp_path / name
        write(folder, {name: text})
        start, (found,) = starter.create(folder, random.Random(1))
        assert (start, found.code, found.span, files(folder)) == (None, "P016", Span(name), {name: text})


@pytest.mark.parametrize(
    ("folder", "name", "slug"),
    [
        ("my--notes_2", "My notes 2", "my-notes-2"),
        ("Default", "My deck", "my-deck"),
        ("---", "My deck", "my-deck"),
        ("collection", "Collection", "deck"),
        ("日本語", "日本語", "deck"),
        ('a "b" \\c', 'A "b" \\c', "a-b-c"),
        ("$id", "$id", "id"),
        ("a" * 150, "A" + "a" * 149, "a" * 150),
        ("b" * 105 + "-c", "B" + "b" * 104 + " c", "b" * 105 + "-c"),
        ("x\x7f", "My deck", "my-deck"),
    ],
)
def test_every_name_of_a_folder_makes_settings_that_load(tmp_path: Path, folder: str, name: str, slug: str) -> None:
    starter.create(tmp_path / folder, random.Random(1))
    made = settings(tmp_path / folder)
    assert (made.name, made.slug, made.id[:-9]) == (name, slug, slug[:106].rstrip("-"))


def test_the_samples_are_all_shipped_and_each_note_has_an_id() -> None:
    texts = {path.name: path.read_text() for path in SAMPLES.glob("*.md")}
    assert sorted(texts) == ["light.md", "planets.md"]
    kinds = [kind for text in texts.values() for kind in re.findall(r'<!-- card:(.*) id="[a-z0-9-]+" -->', text)]
    assert sorted(kind.strip() for kind in kinds) == ["", "cells", "cloze", "items", "reversed", "rows typed"]


def test_a_project_that_cannot_be_written_whole_is_not_written_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Path.mkdir

    def full(path: Path, **options: bool) -> None:
        if path.name == "cards":
            raise OSError(28, "No space left on device")
        made(path, **options)

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(OSError, match="No space left"):
        starter.create(tmp_path / "new", random.Random(1))
    assert files(tmp_path) == {}
