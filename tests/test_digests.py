"""The digests in `deck.lock`, each for a literal input: what they are of, in which order, in which form (docs/identity.md).

A value that has to change here updates notes that nobody edited, in the collection of everyone who has a deck.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from deckwright import candidates, notes
from deckwright.digests import Value, digest
from deckwright.identity import stamps
from deckwright.identity.lines import Line
from deckwright.identity.numbers import Numbered
from deckwright.model import Candidate, Deck, Deletion, Field, Mask, Media, NoteType, Settings, Span, Template, Written
from deckwright.package import Package, PackedCard, PackedNote
from deckwright.release.contents import contents_digest, note_digest
from deckwright.render import Renderer
from deckwright.sketches import sketch

SETTINGS = Settings("anatomy-k3v9q2xm", "Anatomy", "anatomy", tag_prefix="body")
SPAN = Span("cards/heart.md", 3)


@pytest.mark.parametrize(
    ("values", "known"),
    [
        ((), "4f53cda18c2baa0c"),
        (("",), "055539df4a0b804c"),
        (("a", "b"), "0473ef2dc0d324ab"),
        (("a\x1fb",), "7208d370e8fd7a5d"),
        ((["a"], "b"), "7a5e33c9eb93f66b"),
        (((), None, True, 0, -1, 2**53 - 1), "755c87cb54ba69cd"),
        (('"\\/\x00\x08\t\n\x0c\r\x1b\x7f\x85\u2028é弁\U0001f9e0',), "f961899061f24894"),
    ],
)
def test_a_digest_is_of_json_in_its_canonical_form(values: tuple[Value, ...], known: str) -> None:
    assert digest(*values) == known
    written = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(written.encode()).hexdigest()[:16] == known


@pytest.mark.ci
def test_every_character_is_written_in_one_way() -> None:
    for code in (*range(0xD800), *range(0xE000, 0x110000, 97)):
        text = chr(code)
        assert digest(text) == hashlib.sha256(json.dumps([text], ensure_ascii=False).encode()).hexdigest()[:16], code


# The text that is compared


def test_match_and_sketch() -> None:
    (note,) = compiled("## What is a *valve*? {.basic #valve}\n\nA  flap of\n[tissue](a/b.md).\n")
    assert note.match == digest("What is a valve? A flap of [tissue](b.md).") == "49c2b6021686f35f"
    assert note.sketch == "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAOGwa/8w146RO+DUPQJWmapMjwJ03XhEbK4gw=="


def test_a_sketch_keeps_the_words_with_the_lowest_hashes_and_signs_only_if_there_is_room() -> None:
    text = "Das *Herz*: ＳＴＲＡßE 右心房とは หัวใจ don't " + ", ".join(map(str, range(1000)))
    assert sketch(text) == "AJNl6ftxAkAlA+SIOTGUf49e2dn0GNO994fLesykhXM+PKpcL66ayUeQsm0mVpXX6xOVJxqrpK8lL9W6KU9vTw=="


# What the author wrote


EVERYTHING = """\
---
tags: [heart]
---
# Heart & *vessels*

## What is a **valve**? {.basic tags="flap" typed="a flap" .reversed}

A flap  of `tissue  x`,\\
see [it][1], <b>bold</b> and \\(x^2\\). <!-- why -->

3. one
4. two

   > quoted

```python {title="a"}
x =  1
```

| A | B |
| :- | -: |
| *c* | d[^n] |

> [!NOTE]
> Closing.

[1]: https://example.org/ä%20b "Title"
[^n]: A footnote.

## Valves {.cloze context="Where?"}

The ==c2::mitral==valve and the ==aortic=={hint}.

## Parts {.rows .reversed #parts}

| Part | Does | Is |
| --- | --- | --- |
| Atrium | fills | a chamber |
| Ventricle | pumps | a chamber |

## Sides {.items #sides .basic}

- **Left**: oxygen.
- **Right**: none.
"""


def compiled(text: str) -> list[Candidate]:
    written, found = notes.compile_file("cards/heart.md", text.encode(), SETTINGS)
    assert [d.message for d in found if d.severity == "error"] == []
    return [candidates.candidate(note) for note in written]


def test_source() -> None:
    assert [(note.path[-1], note.source) for note in compiled(EVERYTHING)] == [
        ("What is a valve?", "0605d65d09aeb7dd"),
        ("Valves", "cf4391111e2ad659"),
        ("Atrium", "37706da58221b01b"),
        ("Ventricle", "877a4fa8ea585773"),
        ("Left", "1190bebbbe289ddd"),
        ("Right", "6b50a059b99ee027"),
    ]


def test_nothing_in_source_is_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or another version of a library would update every note."""
    before = [note.source for note in compiled(EVERYTHING)]
    inline, blocks = Renderer.inline, Renderer.blocks
    monkeypatch.setattr(Renderer, "inline", lambda self, *leaf, **how: f"<i>{inline(self, *leaf, **how)} other</i>")
    monkeypatch.setattr(Renderer, "blocks", lambda self, held: f"<div>{blocks(self, held)} other</div>")
    after = compiled(EVERYTHING)
    assert [note.source for note in after] == before


DIFFERENT = [
    ('## Q {.basic tags="a" typed="b"}\n\nx\n', '## Q {.basic tags="a,b"}\n\nx\n'),
    ('## Q {.occlusion masks="a" tags="b"}\n\n![](x.png)\n', '## Q {.occlusion masks="a,body/b"}\n\n![](x.png)\n'),
    ('## Q {.basic tags="A"}\n\nx\n', "# A\n\n## Q {.basic}\n\nx\n"),
    ("# A\n\n## B\n\n### Q {.basic}\n\nx\n", '# A\n\n### Q {.basic context="B"}\n\nx\n'),
    ("# A\n\n## Q {.cloze}\n\n==x==\n", '# A\n\n## Q {.cloze context="A"}\n\n==x==\n'),
    ("## Q {.cloze}\n\n==x==\n\n> y\n", "## Q {.cloze}\n\n==x==\n\n> [!NOTE]\n> y\n"),
]


@pytest.mark.parametrize("texts", DIFFERENT)
def test_what_is_written_in_another_place_is_another_source(texts: tuple[str, str]) -> None:
    one, other = (compiled(text)[0].source for text in texts)
    assert one != other


VALVE = Media(Path("media/valve.svg"), "valve-0123456789ab.svg", "c" * 64, b"<svg/>")
SOUND = Media(Path("media/sound.mp3"), "sound-ba9876543210.mp3", "d" * 64)
DRAWN = replace(VALVE, name="valve-00ff00ff00ff.png")
MASKS = (
    Mask("flap", 0.1, 0.25, 1 / 3, 0.5, hint="thin", label="Flap", group="flaps"),
    Mask("rim", 0, 0, 1, 1, "polygon", ((0, 0), (1, 0.00004), (0.5, 1)), angle=22.5, hide_one=True),
)
NOTE = Written(
    note_type="cloze",
    fields={"Text": "a \x02 b", "Header": "", "Extra": "<b>é</b>", "ID": "valve", "Source": "s"},
    tags=("body::heart", "body::valve"),
    deck="Anatomy",
    path=("Heart", "Valve"),
    text="Valve a",
    source="00000000000000aa",
    span=SPAN,
    deletions=(Deletion("a", "hint", None, SPAN), Deletion("b", "", 3, SPAN)),
)


def test_fields() -> None:
    """What a learner receives: of the fields all but ID and Source, the tags and the hints; then the numbers of cards."""
    note = candidates.candidate(NOTE)
    assert (note.source, note.shipped) == (NOTE.source, "200b5051e08ed6f1")
    line = Line("0a", 1, "valve", "cloze", (), "", "", numbers={2: "a", 3: "b"})
    states = [stamps.note(note, Numbered(numbers, line), 1).draft for numbers in ((), (2, 3))]
    assert [(state.source, state.fields, state.match) for state in states if state] == [
        ("00000000000000aa", "200b5051e08ed6f1", "62dffaa5bae80ff6"),
        ("00000000000000aa", "bc2dbabe4d970d70", "62dffaa5bae80ff6"),
    ]


def test_media_count_with_their_content() -> None:
    note = candidates.candidate(NOTE)
    made = [
        candidates.with_media(note, ()),
        candidates.with_media(note, (VALVE, SOUND)),
        candidates.with_media(note, (DRAWN, SOUND), candidates.drawing(VALVE, ()), ("{{c1::}}", "<ul></ul>")),
        candidates.with_media(note, (DRAWN, SOUND), candidates.drawing(VALVE, MASKS), ("{{c1::}}", "<ul></ul>")),
    ]
    assert [(each.source, each.shipped) for each in made] == [
        ("00000000000000aa", "200b5051e08ed6f1"),
        ("0455f931326196af", "c89ed7fb7a6ed287"),
        ("1e7d626bf2da984b", "5027134627fdb74b"),
        ("4702cb302004389a", "5027134627fdb74b"),
    ]


def test_what_a_cleaner_makes_of_a_picture_is_not_its_source() -> None:
    cleaned = replace(VALVE, data=b"<svg></svg>", sha256="e" * 64)
    assert candidates.drawing(cleaned, MASKS) == candidates.drawing(VALVE, MASKS)


# Note types

TYPE = NoteType(
    id=7_000_000_000_000_001,
    name="Anatomy Basic",
    family="basic",
    fields=(Field("Front", 401), Field("Image", 402, tag=1)),
    templates=(Template("Card 1", 491, "{{Front}}", "{{Image}}"), Template("Card 2", 492, "{{Image}}", "{{Front}}")),
    css=".card { color: black }",
    sort_field=1,
)


def test_shape_and_looks() -> None:
    line, _ = stamps.note_type("basic", TYPE, None, 1)
    assert line.draft
    assert (line.shape, line.draft.source, line.draft.fields) == (
        "25d5fbefc962d732",
        "f9cd2609977bad5a",
        "f9cd2609977bad5a",
    )


# A release

PACKAGE = Package(
    container="collection.anki2",
    notes=(
        PackedNote("0a", 5, 6, TYPE.id, {"Front": "é\x02", "Image": ""}, ("b", "a"), (PackedCard(1, "A::B"),)),
        PackedNote("0b", 7, 8, TYPE.id, {"Front": "<b>", "Image": "x"}, (), (PackedCard(0, "A"), PackedCard(1, "A"))),
    ),
    note_types=(TYPE,),
    decks=(Deck("A", "<p>2 notes</p>"), Deck("A::B")),
    media={"b.png": "bb", "a.png": "aa"},
)
LISTED = [
    "deckwright/contents/1",
    [["A", "<p>2 notes</p>"], ["A::B", ""]],
    [
        [
            7_000_000_000_000_001,
            "Anatomy Basic",
            "basic",
            0,
            ".card { color: black }",
            1,
            0,
            [["Front", 401, "", False, False, False, None], ["Image", 402, "", False, False, False, 1]],
            [["Card 1", 491, "{{Front}}", "{{Image}}"], ["Card 2", 492, "{{Image}}", "{{Front}}"]],
        ]
    ],
    [["a.png", "aa"], ["b.png", "bb"]],
    [
        ["0a", 5, 6, 7_000_000_000_000_001, ["é\x02", ""], ["b", "a"], [[1, "A::B"]]],
        ["0b", 7, 8, 7_000_000_000_000_001, ["<b>", "x"], [], [[0, "A"], [1, "A"]]],
    ],
]


def canonical(values: object) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def test_the_contents_of_a_release() -> None:
    assert contents_digest(PACKAGE) == hashlib.sha256(canonical(LISTED)).hexdigest()
    assert [note_digest(note) for note in PACKAGE.notes] == [
        hashlib.sha256(canonical(note)).hexdigest()[:16] for note in LISTED[-1]
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"notes": PACKAGE.notes[::-1]},
        {"notes": (replace(PACKAGE.notes[0], mod=7), PACKAGE.notes[1])},
        {"notes": (replace(PACKAGE.notes[0], fields={"Front": "", "Image": "é\x02"}), PACKAGE.notes[1])},
        {"notes": (replace(PACKAGE.notes[0], cards=(PackedCard(1, "A"),)), PACKAGE.notes[1])},
        {"note_types": (replace(TYPE, mod=1),)},
        {"decks": (Deck("A", "<p>3 notes</p>"), Deck("A::B"))},
        {"media": {"b.png": "bc", "a.png": "aa"}},
    ],
)
def test_other_contents_have_another_digest(changed: dict[str, object]) -> None:
    assert contents_digest(replace(PACKAGE, **changed)) != contents_digest(PACKAGE)


def test_what_packed_the_contents_does_not_count() -> None:
    other = replace(PACKAGE, container="collection.anki21b", media=dict(reversed(PACKAGE.media.items())))
    assert contents_digest(other) == contents_digest(PACKAGE)
