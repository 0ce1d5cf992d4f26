"""Answers that Anki could misread: the real Anki reads them as they are meant, also after its editor has saved the field."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scratch import DAY_ONE, Scratch

from deckwright.model import Deletion, Span
from deckwright.render import clozes, marks, survival

if TYPE_CHECKING:
    from anki.collection import Collection

pytestmark = pytest.mark.anki

ANSWERS = (
    ("AWS::S3::Bucket", ""), ("x }} y", ""), ("${v}", ""), ("{{c9::z}}", ""), ("a:::b", "what::kind"), (":lead", "h:"),
    ("tail:", ":h"), ("{{ u }}", "}} or {{"), ("}", "}"), ("::", "::"), ("}}}", "{{c8::q}}"), ("{{c9::", ":}:}"),
    (":", ""), ("a}:}b", ""), ("plain", ""),
)  # fmt: skip
"""What is hidden, and its hint."""

AROUND = {
    "text": ("<p>It is ", "", "", " here.</p>"),
    "code": ("<p>It is <code>", "", "", "</code></p>"),
    "a code span": ("<p>", "<code>", "</code>", "</p>"),
    "a code block": (
        '<pre class="dw-code"><code><span class="k">if</span> ',
        '<span class="n">',
        "</span>",
        "</code></pre>",
    ),
    "a link": ("<p>", '<a href="https://a.example/a::b/}}?{{c9::z}}" title="a::b}}{{c9::z}}">', "</a>", "</p>"),
}
"""What stands before the deletion, and in it before and after the answer, and behind it."""


def field(around: tuple[str, str, str, str], answer: str, hint: str, nested: bool = False) -> str:
    """A field as it ships, with the answer in a deletion, or in one that is in another."""
    before, inner, end, behind = around
    text = html.escape(answer, quote=False)
    deletions = [Deletion(answer, hint, None, Span("a.md"))] * 2
    held = f"{marks.opening(0)}{inner}{text}{end}{marks.closing(0)}"
    if nested:
        held = f"{marks.opening(1)}{held}{marks.closing(1)}"
    return clozes.fill(survival.literal(f"{before}{held}{behind} and {text}"), deletions, (1, 2))


def saved(written: str) -> str:
    """What Anki's editor makes of a field when it saves it, as seen in Anki 26.9.3 for the desktop."""
    written = re.sub(r"&(?!(?:amp|lt|gt|nbsp);)#?\w+;", lambda entity: html.unescape(entity[0]), written)
    written = re.sub(r"<!--.*?-->", "", written, flags=re.DOTALL)
    return re.sub(r"<span>(.*?)</span>", r"\1", written, flags=re.DOTALL)


def shown(collection: Collection, written: str) -> dict[int, tuple[str, list[str]]]:
    """For each card that Anki makes of a field: what it asks in place of the answer, and the answers that it shows."""
    from anki import notes_pb2

    numbers = collection._backend.cloze_numbers_in_note(notes_pb2.Note(fields=[written]))
    cards = {}
    for number in sorted(numbers):
        asked, held = _rendered(collection, written, number)
        cards[number] = (asked, [_plain(collection.extract_cloze_for_typing(written, number)), held])
    return cards


def _rendered(collection: Collection, written: str, number: int) -> tuple[str, str]:
    """What the question of a card asks, and the answer that it holds out of sight."""
    note_type = collection.models.by_name("Cloze")
    assert note_type
    note = collection.new_note(note_type)
    note["Text"] = written
    card = note.ephemeral_card(number - 1)
    asked = re.search(r'<span class="cloze" data-cloze="([^"]*)" data-ordinal="\d+">\[(.*?)\]</span>', card.question())
    assert asked, card.question()
    return _plain(asked[2]), _plain(html.unescape(asked[1]))


def _plain(rendered: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", rendered))


@pytest.mark.parametrize("nested", [False, True], ids=["alone", "nested"])
@pytest.mark.parametrize("around", AROUND)
def test_anki_reads_an_answer_and_its_hint_as_they_are_meant(collection: Collection, around: str, nested: bool) -> None:
    for answer, hint in ANSWERS:
        written = field(AROUND[around], answer, hint, nested)
        for stage in (written, saved(written), saved(saved(written))):
            cards = shown(collection, stage)
            assert [*cards] == ([1, 2] if nested else [1]), stage
            assert all(card == (hint or "...", [answer, answer]) for card in cards.values()), (stage, cards)
        assert saved(written) == written


TEX = ("a::b", "x_{y_{z}}", "{{c9}", r"\text{a::b}", r"\mbox{p:::q} :: r", r"\frac{1}{2^{n}}", r"\{a\}")


@pytest.mark.parametrize("tex", TEX)
@pytest.mark.parametrize("inside", [False, True], ids=["a formula", "in a formula"])
def test_anki_reads_maths_as_it_is_meant(collection: Collection, tex: str, inside: bool) -> None:
    around = (r"<p>\(q = ", "", "", r"\)</p>") if inside else ("<p>", r"\(", r"\)", "</p>")
    written = field(around, tex, "h:")
    assert saved(written) == written
    (asked, answers) = shown(collection, written)[1] if not inside else _in_maths(collection, written)
    # A command for text is closed and opened again between two colons; spaces are nothing in TeX.
    whole = re.sub(r"(?<=:)\}\\(?:text|mbox)\{(?=:)", "", answers[0])
    assert whole.replace(" ", "") == f"{around[1]}{tex}{around[2]}".replace(" ", "")
    assert asked == "h:"


def _in_maths(collection: Collection, written: str) -> tuple[str, list[str]]:
    """Anki leaves no elements in maths: what is asked stands in brackets."""
    note_type = collection.models.by_name("Cloze")
    assert note_type
    note = collection.new_note(note_type)
    note["Text"] = written
    asked = re.search(r"q = \[(.*?)\]\\\)", note.ephemeral_card(0).question())
    assert asked, note.ephemeral_card(0).question()
    return _plain(asked[1]).strip(), [_plain(collection.extract_cloze_for_typing(written, 1))]


def test_the_ledger_knows_nothing_of_the_form(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "deck")
    scratch.write({"cards/a.md": "## Types {.cloze #types}\n\nA ==`AWS::S3::Bucket`==, ==${v}== and ==:lead::h:==.\n"})
    loaded = scratch.build(DAY_ONE)
    assert next(iter(loaded.assigned.ledger.lines.values())).numbers == {1: "AWS::S3::Bucket", 2: "${v}", 3: ":lead"}
    assert "wbr" not in scratch.lock.read_text("utf-8")
