"""Whatever the text is, it gives notes or diagnostics: never an exception, HTML that is whole, and the same again."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import casefiles
import fuzz
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deckwright import marks, notes
from deckwright.model import SourceFile, Written
from deckwright.read import blocks
from deckwright.read.blocks import Block
from deckwright.read.inlines import flat
from deckwright.render import Renderer, clozes, colours, inline, survival

VOID = {"br", "hr", "img", "input", "source", "wbr", "col"}

PIECES = [
    "## ", "### ", "{.basic}", "{.cloze}", " {.items}", "{.rows .typed}", "{.cells .reversed}", "#card/cloze ", "\n", "\n\n",
    "<!-- card: ", "-->", "<!-- card: basic id='a' -->", "- ", "1. ", "> ", "  ", "    ", "\t", "| ", " |", "|-|-|", "---",
    "```", "~~~", "`", "``", "$", "$$", "\\(", "\\]", "\\", "*", "**", "_", "~~", "==", "::", "{{c1::", "{{c2::", "}}", "{", "}",
    "[", "]", "(", ")", "![", "[[", "]]", "![[", "](", "[^a]", "[^a]: ", "[a]: ", "%%", "!!! note", "[!NOTE]", ": ", "&amp;",
    "&#125;", "<", ">", "</", "<b>", "</b>", "<div>", "</div>", "<p>", "<table>", "<td>", "<script>", "<a href='", "<x-y>",
    "https://a.b", "a@b.c", "www.a.b", ".png", "|300", "word", "é", "😀", "\u2028", "\u202e", "\x00", "\x0e0\x0f", "\x120\x0f",
    "\x02", "klzzwxh:0000", "[sound:", "\ufeff", "\r", "[ ] ", "**Lead**: ", "c3::",
]  # fmt: skip


class _Balance(HTMLParser):
    """Raises where an element is closed that is not open; `open` are those that never are."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open += [tag] if tag not in VOID else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, tag


def fields(note: Written) -> list[str]:
    """The fields with everything filled in that a later stage knows."""
    names = [f"{number}.png" for number in range(len(note.references))]
    numbers = [deletion.number or 1 for deletion in note.deletions]
    return [
        marks.fill(marks.numbered(clozes.finished(value, note.deletions), numbers), names)
        for value in note.fields.values()
    ]


def assert_sound(data: bytes) -> None:
    """The file gives what can be shipped, twice the same."""
    compiled = notes.compile_file(casefiles.PATH, data, casefiles.SETTINGS)
    assert repr(compiled) == repr(notes.compile_file(casefiles.PATH, data, casefiles.SETTINGS))
    assert_can_be_shipped(compiled[0])


def assert_can_be_shipped(made: list[Written]) -> None:
    for note in made:
        for value in fields(note):
            assert not set(value) & {chr(n) for n in (*range(9), *range(11, 32), 127)}
            balance = _Balance()
            balance.feed(value)
            assert balance.open == []


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_markdown_is_sound(text: str) -> None:
    assert_sound(text.encode())


@given(
    head=st.sampled_from(["## a {.basic}\n\n", "## a {.cloze}\n\n==x== ", "## a {.items}\n\n- **b** ", "## a {.rows}\n\n|a|b|\n|-|-|\n|c|"]),
    pieces=st.lists(st.sampled_from(PIECES), max_size=25),
)  # fmt: skip
def test_any_note_is_sound(head: str, pieces: list[str]) -> None:
    assert_sound((head + "".join(pieces)).encode())


SIGNS = [
    "*",
    "**",
    "_",
    "__",
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "`",
    "``",
    "\\",
    "'",
    '"',
    "~~",
    "==",
    "&",
    "<",
    ">",
    " ",
    "{{c1::",
    "}}",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*SIGNS, *["word"] * len(SIGNS)]), max_size=40), st.booleans())
def test_no_word_is_lost(atoms: list[str], is_cloze: bool) -> None:
    """Each is shown, or stands in an address or a title: as if links that lead nowhere were kept."""
    text = "x " + "".join(f"w{n}w" if atom == "word" else atom for n, atom in enumerate(atoms))
    document = blocks.parse(text)
    images = [piece for block in document.blocks for piece in flat(block.pieces) if piece.kind == "image"]
    # Of a link in a description only its text is shown.
    assume(not any(piece.kind in ("link", "image") for image in images for piece in flat(image.children)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inline, "leads_somewhere", lambda address: True)
        renderer = Renderer(SourceFile("cards/any.md", (text,)), document)
        html = renderer.cloze(document.blocks) if is_cloze else renderer.blocks(document.blocks)
    html = marks.fill(html, [reference.target for reference in renderer.references])
    hints = " ".join(deletion.hint for deletion in renderer.deletions)
    assert set(re.findall(r"w\d+w", text)) == set(re.findall(r"w\d+w", html + hints))


LITERAL = [
    "a", " ", "\n", "&", "&lt;", "<", ">", "<b>", '"', "[", "]", "{{c1::", "}}", "[sound:", "[latex]", "\\(", "\\)",
]  # fmt: skip


@given(st.lists(st.tuples(st.lists(st.sampled_from(LITERAL), max_size=8), st.booleans()), max_size=3))
def test_paragraphs_of_text_alone_become_what_their_elements_would(written: list[tuple[list[str], bool]]) -> None:
    """A rule below them is an element, and makes elements of them all."""
    held = [Block("paragraph", 0, 1, text=f"x{''.join(atoms)}x", tight=tight) for atoms, tight in written]
    renderer = Renderer(SourceFile("cards/any.md", ("",)), blocks.parse(""))
    assert renderer.blocks(held) + "<hr>" == renderer.blocks([*held, Block("rule", 1, 2)])


@given(st.binary(max_size=200))
def test_any_bytes_are_sound(data: bytes) -> None:
    assert_sound(b"---\nkind: basic\n---\n## a\n" + data)


@given(st.text(max_size=200))
def test_any_front_matter_is_sound(text: str) -> None:
    assert_sound(f"---\nkind: {text}\n---\n## a\n\nb\n".encode(errors="replace"))


WORST = {
    **{
        f"many {piece!r}": piece * 20_000
        for piece in ["[", "![", "*", "_", "<a ", "`", "{{c1::", "==", "<!--", "$", "> - "]
    },
    **{
        f"as many {piece!r} as a paragraph holds": (piece * 20_000)[:19_900]
        for piece in [
            "[",
            "![",
            "[a](",
            "*a ",
            "**a",
            "*_",
            "==a ",
            "==a== ",
            "==a::b== ",
            "{{c1::a}} ",
            "{{c1::a ",
            "}}",
            "a}}}",
            "`a` ",
            "![a](b) ",
            "![a ",
            "\\*",
            "&amp;",
            "<b>",
            "<b>==",
            "</b>",
            "<x>",
            "[^a]",
            "https://a.b ",
            "a@b.c ",
            "%%",
            "$a$ ",
            "  \n",
            "[[a]]",
        ]
    },
    **{f"lines of {piece!r}": (piece + "\n") * 5_000 for piece in ["<!--", "```", "$$", "[a]: b", "==a=="]},
    "a heading of quotes": '## a {"' + '"' * 5_000,
    "a heading of hashtags": "## a " + "#b " * 100_000,
    "quotes in quotes": ">" * 20_000 + " a",
    "lists in lists": "".join("  " * depth + "- a\n" for depth in range(200)),
    "headings in headings": "".join("#" * level + f" {level} {{.basic}}\n\na\n\n" for level in range(1, 7)),
    "headings in a section that is cut": "---\nkind: basic\n---\n## a {.items}\n\n- b: c\n\n"
    + "### d\n\ne\n\n" * 80_000,
    "clozes in clozes": "## a {.cloze}\n" + "{{c1::a" * 500 + "}}" * 500,
    "clozes in clozes, in code": "## a {.cloze}\n\n```\n" + "{{c1::" * 20_000 + "x" + "}}" * 20_000 + "\n```\n",
    "hints in code": "## a {.cloze}\n\n```\n" + "{{c1::a::b c}}\n" * 20_000 + "```\n",
    "white space in Python": "## a {.basic}\n\n```python\nx\n" + " \n" * 100_000 + "```\n",
    "white space in C": "## a {.basic}\n\nb\n\n```c\nx\n" + " \n" * 100_000 + "```\n",
    "backslashes in a style": "## a {.basic}\n\n<p style='a:" + "b\\" * 60_000 + "'>x</p>\n",
    "long words in code": "## a {.basic}\n\n```\n" + "<" * 20_000 + "\n" + "a/b" * 20_000 + "\n```\n",
    "unknown elements on one line": "## a {.basic}\n\n<div>" + "<nobody>" * 3_000 + "</div>\n",
    "headings in items": "## a {.basic}\n\n" + "- # a\n" * 10_000,
    "a deep front matter": "---\na: " + "[" * 100_000 + "\n---\n",
    "ten megabytes": "a " * 5_000_000,
    "a line of two megabytes": "## a {.basic}\n" + "a " * 1_000_000,
}
"""Each would take minutes, or all of the stack, where something took time or space in proportion to its square."""


@pytest.mark.ci
@pytest.mark.parametrize("text", WORST.values(), ids=WORST.keys())
def test_the_worst_text_is_sound(text: str) -> None:
    head = "" if text.startswith(("#", "---")) else "## a {.cloze}\n\n==x== "
    with fuzz.bounded(60):  # Ten times what the slowest takes; each took minutes once, or would.
        made, _ = notes.compile_file(casefiles.PATH, (head + text).encode(), casefiles.SETTINGS)
        assert_can_be_shipped(made)


def test_no_part_of_a_text_takes_quadratic_time() -> None:
    with fuzz.bounded(5):  # A hundredth is enough; each took longer than that.
        colours.readable("a:" + "b\\" * 50_000)
        survival.ends_maths(["\\<" * 100_000])
        survival.without_maths("\\<" * 100_000)


@pytest.mark.parametrize(
    "section",
    [
        "## a {.basic}\n\nb\n\n",
        "## a {.basic}\n\n" + "> " * 45 + "b\n\n",
        "## a {.basic}\n\n## b\n\n",
        "## a {.items}\n\nb\n\n",
    ],
    ids=["sound", "nested too deeply", "empty", "no items"],
)
def test_sections_take_time_by_their_number(section: str) -> None:
    def compiled(count: int) -> object:
        return notes.compile_file(casefiles.PATH, (section * count).encode(), casefiles.SETTINGS)

    compiled(1)  # What is made once is made now.
    few, many = fuzz.calls(lambda: compiled(50)), fuzz.calls(lambda: compiled(200))
    assert many < 5 * few
