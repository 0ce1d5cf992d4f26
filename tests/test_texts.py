"""What is read on cards, as text: each kind of note, from its Markdown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch import Scratch, day

from deckwright import texts
from deckwright.package import cards
from deckwright.texts import CardText, NoteText

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 60">'
    '<text data-mask="atrium" data-mask-hint="above" x="9" y="15" font-size="9">Atrium</text>'
    '<text data-mask="mitral" data-mask-group="valves" x="9" y="35" font-size="9">Mitral valve</text>'
    '<text data-mask="aortic" data-mask-group="valves" x="9" y="50" font-size="9">Aortic valve</text></svg>'
)


def read(tmp_path: Path, *notes: str) -> list[NoteText]:
    """The texts of the notes of one file, in their order."""
    project = Scratch(tmp_path / "heart")
    project.write(
        {
            "cards/heart.md": "---\nsource: https://books.example/heart\n---\n# Heart\n\n" + "\n".join(notes),
            "media/heart.svg": SVG,
        }
    )
    loaded = project.load(day(1))
    assert [d for d in loaded.diagnostics if d.severity == "error"] == []
    made = []
    for note in loaded.collection.notes:
        note_type = loaded.collection.note_types[note.note_type]
        made.append(texts.of_note(note, note_type))
        generated = cards(note_type.values(note.fields), note.tags, note_type)
        assert tuple(card.ordinal for card in made[-1].cards) == generated
    return made


def test_a_basic_note_has_context_extra_and_source(tmp_path: Path) -> None:
    note = "## Chambers\n\n### What does an *atrium* do? {.basic}\n\nIt receives blood.\n\n> [!TIP]\n> From veins.\n"
    assert read(tmp_path, note) == [
        NoteText(
            "Heart › Chambers",
            "",
            (CardText(0, "What does an atrium do?", "It receives blood."),),
            "Tip\nFrom veins.",
            "books.example/heart",
        )
    ]


def test_a_reversed_cell_says_what_it_asks_for(tmp_path: Path) -> None:
    note = "## Facts {.basic .rows .reversed}\n\n| Part | Role |\n| --- | --- |\n| Atrium | receives |\n"
    assert [text.cards for text in read(tmp_path, note)] == [
        (CardText(0, "Atrium", "receives"), CardText(1, "Part: ?\nreceives", "Atrium"))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The ==left::side== ventricle pumps into the ==aorta==.",
            (
                CardText(0, "The [side] ventricle pumps into the aorta.", "left", "side"),
                CardText(1, "The left ventricle pumps into the [...].", "aorta"),
            ),
        ),
        (
            "{{c1::Left::first}} and {{c1::right::second}} have {{c2::two}} parts.",
            (
                CardText(0, "[first] and [second] have two parts.", "Left\nright", "first\nsecond"),
                CardText(1, "Left and right have [...] parts.", "two"),
            ),
        ),
        (
            "{{c1::The {{c2::left}} side}} works.",
            (CardText(0, "[...] works.", "The left side"), CardText(1, "The [...] side works.", "left")),
        ),
        (
            "{{c1::Valves::what?}} open, and {{c1::valves::what?}} or {{c1::valves}} close.",
            (CardText(0, "[what?] open, and [what?] or [...] close.", "Valves\nvalves", "what?"),),
        ),
        ("{{c1::The {{c1::left}} side}} works.", (CardText(0, "[...] works.", "The left side"),)),
        ("`aws {{c1::s3}} ls` lists *{{c2::all}} buckets*.", None),
    ],
    ids=["hint", "same-number", "nested", "same-answer", "nested-in-itself", "code-and-emphasis"],
)
def test_a_cloze_hides_what_its_card_asks(tmp_path: Path, text: str, expected: tuple[CardText, ...] | None) -> None:
    expected = expected or (
        CardText(0, "aws [...] ls lists all buckets.", "s3"),
        CardText(1, "aws s3 ls lists [...] buckets.", "all"),
    )
    (note,) = read(tmp_path, f"## Work {{.cloze}}\n\n{text}\n")
    assert (note.header, note.cards) == ("Work", expected)


PARTS = (
    "{{c1::",
    "{{c2::",
    "{{c0::",
    "{{c,::",
    "}}",
    "::",
    "{",
    "}",
    ":",
    "a",
    " ",
    "b",
    "<br>",
    "<pre>",
    "</pre>",
    "&amp;",
)


@settings(max_examples=many(200, 20_000))
@given(st.lists(st.sampled_from(PARTS), max_size=24).map("".join))
def test_simple_clozes_are_read_as_any_others(field: str) -> None:
    cards = texts.own_cards({"Text": field}, "cloze")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "_SIMPLE", re.compile(r"(?!)"))  # No cloze is.
        assert texts.own_cards({"Text": field}, "cloze") == cards


def test_a_diagram_asks_for_each_mask_or_group(tmp_path: Path) -> None:
    (note,) = read(tmp_path, "## The heart {.occlusion}\n\n![A heart](../media/heart.svg)\n")
    assert (note.header, note.cards) == (
        "The heart",
        (
            CardText(0, "[A heart]\n[above]", "Atrium", "above"),
            CardText(1, "[A heart]\n[...]", "Mitral valve\nAortic valve"),
        ),
    )


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a&amp;b &lt;i&gt;&nbsp; c", "a&b <i> c"),
        ("<p>One\nline</p><p>and <b>another</b></p>", "One line\nand another"),
        ("<ul><li>one<ul><li>two</li></ul></li></ul><p>end</p>", "• one\n• two\nend"),
        (
            "<ul>\n<li>\n<p>one</p>\n<p>more</p>\n</li>\n<li><blockquote>\n<p>two</p></blockquote></li></ul>",
            "• one\nmore\n• two",
        ),
        (
            "<details><summary>More</summary>it <ruby>is</ruby></details><figure>A<figcaption>B</figcaption></figure>",
            "More\nit is\nA\nB",
        ),
        ('<p>See</p><pre class="dw-code"><code>if a:\n\n    b &lt; c\n</code></pre>', "See\nif a:\n\n    b < c"),
        ("<pre>if a:<br>    b<br />c</pre>", "if a:\n    b\nc"),
        ('<img src="a.png" alt="A &quot;heart&quot;"> beats', '[A "heart"] beats'),
        ('<img src="a.png" alt=""> and <img src="b.png">', "[picture] and [picture]"),
        (
            '<table><tr><th scope="col">Part</th>\n<th>Role</th></tr><tr><td>Atrium</td><td></td></tr></table>',
            "Part | Role\nAtrium |",
        ),
        ('10<sup>6</sup> cells<sup class="dw-footnote-ref">1</sup>', "10^6 cells1"),
        ("aws\u2060::s3 <wbr>ls", "aws::s3 ls"),
        ("", ""),
    ],
)
def test_the_text_of_a_field(html: str, expected: str) -> None:
    assert texts.plain(html) == expected


def test_prose_has_neither_code_nor_formulas() -> None:
    html = r"<p>Run <code>aws s3</code> for \(n^2\) objects</p><pre><code>ls</code></pre><p>and \[x\] wait.</p>"
    assert texts.prose(html) == "Run for objects and wait."


@pytest.mark.parametrize(
    ("html", "expected"),
    [(r"a \(x\) b \[y\] c", "a b c"), (r"a \(b \(x\) c", r"a \(b c"), (r"\( " * 200_000, r"\( " * 199_999 + r"\(")],
    ids=["closed", "unclosed", "many"],  # The last would take minutes if all that follows were gone through for each.
)
def test_a_formula_ends_before_the_next_begins(html: str, expected: str) -> None:
    assert texts.prose(html) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        (" ", 0),
        ("one", 1),
        ("• one\n• two  words\n\tthree", 4),
        ("a | b · c – d — e - f -> g = h + i & j .", 10),
        ("- ... !", 0),
        ("C++ e-mail (so) 3.5% __init__ 猫 x²", 7),
    ],
)
def test_signs_that_stand_alone_are_no_words(text: str, expected: int) -> None:
    assert texts.count_words(text) == expected
