"""Answers that Anki could misread: the real Anki reads them as they are meant, also after its editor has saved the field."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scratch import DAY_ONE, Scratch

from deckwright import marks
from deckwright.model import Deletion, Span
from deckwright.render import clozes, survival

if TYPE_CHECKING:
    from anki.collection import Collection

pytestmark = pytest.mark.anki

ANSWERS = (
    ("AWS::S3::Bucket", ""), ("x }} y", ""), ("${v}", ""), ("{{c9::z}}", ""), ("a:::b", "what::kind"), (":lead", "h:"),
    ("tail:", ":h"), ("{{ u }}", "}} or {{"), ("}", "}"), ("::", "::"), ("}}}", "{{c8::q}}"), ("{{c9::", ":}:}"),
    (":", ""), ("a}:}b", ""), ("plain", ""), ("R&D", "b & c &amp; <i>"),
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
    return marks.numbered(clozes.finished(survival.literal(f"{before}{held}{behind} and {text}"), deletions), (1, 2))


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


TAGS = (
    "[sound:a.mp3]", "[Sound:a.mp3]", "[anki:tts lang=en_US]a[/anki:tts]", "[anki:play:q:0]", "[latex]a[/latex]",
    "[LaTeX]a[/LaTeX]", "[$]a[/$]", "[$$]a[/$$]",
)  # fmt: skip
"""What Anki plays, or makes a picture of, where it is not text."""


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("around", AROUND)
def test_anki_plays_nothing_that_is_text(collection: Collection, around: str, tag: str) -> None:
    before, inner, end, behind = AROUND[around]
    written = survival.literal(f'{before}{inner}{tag}{end}{behind} and <img alt="{tag}" src="b.png">')
    hidden = field(AROUND[around], tag, tag)
    assert saved(written) == written
    assert saved(hidden) == hidden
    for name, value in (("Basic", written), ("Cloze", hidden)):
        question, played, files = _read(collection, name, value)
        assert (played, files) == ([], ["b.png"] if name == "Basic" else [])
        assert _plain(question).count(tag) == (1 if name == "Basic" else 2)  # As the hint, and behind.


def test_anki_plays_the_sounds_that_are_meant(collection: Collection) -> None:
    written = marks.fill(survival.literal(f"<p>[sound:{marks.medium(0)}] [sound:b.mp3]</p>"), ["a.mp3"])
    assert written == "<p>[sound:a.mp3] [<wbr>sound:b.mp3]</p>"
    assert _read(collection, "Basic", written) == ("<p>[anki:play:q:0] [<wbr>sound:b.mp3]</p>", ["a.mp3"], ["a.mp3"])


def _read(collection: Collection, name: str, written: str) -> tuple[str, list[str], list[str]]:
    """The question of a note with this field as Anki shows it, what it plays, and the files it needs."""
    note_type = collection.models.by_name(name)
    assert note_type
    note = collection.new_note(note_type)
    note[note.keys()[0]] = written
    output = note.ephemeral_card().render_output()
    played = [getattr(tag, "filename", str(tag)) for tag in output.question_av_tags]
    return output.question_text, played, collection.media.files_in_str(note_type["id"], written)


TEX_TAGS = ("sound:x", "anki:x", "latex]x", "Sound:x")


@pytest.mark.parametrize("tex", TEX_TAGS)
def test_display_maths_plays_nothing(collection: Collection, tex: str) -> None:
    written = survival.literal(f"<p>\\[{tex}\\]</p>")
    assert written == f"<p>\\[ {tex}\\]</p>"
    assert saved(written) == written
    assert _read(collection, "Basic", written) == (written, [], [])


@pytest.mark.parametrize(
    "before", ["<code>\\(</code> <b>it</b>", "\\[ <b>it</b>", '<b title="\\(">it</b>', "<b>\\(x\\)</b>"]
)
def test_anki_leaves_out_no_tag_that_is_in_no_maths(collection: Collection, before: str) -> None:
    held = f"{before} is {marks.opening(0)}a{marks.closing(0)}</p><p><code>\\)</code>"
    written = marks.numbered(clozes.finished(f"<p>{held}</p>", [Deletion("a", "", None, Span("a.md"))]), (1,))
    question = _read(collection, "Cloze", written)[0]
    assert re.sub(r'<span class="cloze" [^>]*>\[...\]</span>', "{{c1::a}}", question) == written


def test_the_ledger_knows_nothing_of_the_form(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "deck")
    scratch.write({"cards/a.md": "## Types {.cloze #types}\n\nA ==`AWS::S3::Bucket`==, ==${v}== and ==:lead::h:==.\n"})
    loaded = scratch.build(DAY_ONE)
    assert next(iter(loaded.assigned.ledger.lines.values())).numbers == {1: "AWS::S3::Bucket", 2: "${v}", 3: ":lead"}
    assert "wbr" not in scratch.lock.read_text("utf-8")
