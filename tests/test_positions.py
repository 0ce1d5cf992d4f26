"""A diagnostic's span is where it says: in every case file, and in files made of faults in any order and any disguise."""

from __future__ import annotations

import re
from collections.abc import Callable

import casefiles
import pytest
from casefiles import Case
from hypothesis import given
from hypothesis import strategies as st

from deckwright import notes
from deckwright.diagnostics import Diagnostic


def is_quoted(marked: str, message: str) -> bool:
    """Whether the message names the marked text, in backticks and without the signs around it."""
    return any(quoted and quoted in marked for quoted in re.findall(r"`([^`]*)`", message))


def is_named(marked: str, message: str) -> bool:
    """Whether the marked text is what the message names, in full."""
    return f"`{' '.join(marked.split())}`" in " ".join(message.split())


def opens_deletion(marked: str, message: str) -> bool:
    return marked.startswith(("==", "{{c"))


def is_title(marked: str, message: str) -> bool:
    """A note's question, or its first words: neither the signs of a heading or an item before it, nor the tag behind."""
    return re.match(r"#|[-*+>][ \t]|\d+[.)][ \t]", marked) is None and re.search(r"\{[.#][^}]*\}$|-->$", marked) is None


def whole(*texts: str) -> Callable[[str, str], bool]:
    return lambda marked, message: marked in texts


def beginning(*texts: str) -> Callable[[str, str], bool]:
    return lambda marked, message: marked.startswith(texts)


AT: dict[str, Callable[[str, str], bool]] = {
    "M001": is_quoted,
    "M015": lambda marked, message: re.match("(?i)[a-z]*:?//", marked) is not None and marked.split("/")[2] in message,
    "S001": whole("\ufffd"),
    "S003": lambda marked, message: marked.strip() == "---",
    "S004": lambda marked, message: len(marked) <= 1 or is_quoted(marked, message),
    "S005": is_quoted,
    "S006": is_quoted,
    "S007": lambda marked, message: "```" in marked or "~~~" in marked,
    "S008": lambda marked, message: marked.startswith("|"),
    "S009": lambda marked, message: marked == marked.strip(),
    "S010": lambda marked, message: " ".join(marked.split()) in message,
    "S011": is_quoted,
    "S012": lambda marked, message: is_quoted(marked, message) or marked.startswith("id="),
    "S013": is_quoted,
    "S014": is_quoted,
    "S015": is_quoted,
    "S016": lambda marked, message: re.match(r"[a-z#]+", marked) is not None,
    "S017": lambda marked, message: "card" in marked,
    "S021": whole("<!--"),
    "S022": lambda marked, message: re.fullmatch(r"<{7}|>{7}|\|{7}", marked) is not None,
    "S023": lambda marked, message: re.fullmatch("-+|=+", marked) is not None,
    "S024": is_named,
    "S025": lambda marked, message: marked.startswith(("#", "＃")) and is_named(marked, message),
    "S026": beginning("#"),
    "S027": is_title,
    "S028": lambda marked, message: re.match(r"\s*---\s*$|[\w-]+:|\{$|```|~~~|<!--", marked) is not None,
    "S029": is_title,
    "S030": beginning("#flashcard"),
    "S035": lambda marked, message: re.match(r'\+\+\+$|---json$|;;;$|\{$|"', marked) is not None,
    "S036": is_quoted,
    "S037": lambda marked, message: is_named(marked.removeprefix("#"), message),
    "S038": is_named,
    "S039": is_title,
    "S031": lambda marked, message: message.startswith(f"`{marked.partition('=')[0]}`"),
    "S032": lambda marked, message: re.fullmatch("-+|=+", marked) is not None,
    "S033": beginning("was="),
    "C001": is_title,
    "C002": lambda marked, message: marked.startswith("{{c"),
    "C003": lambda marked, message: marked == "==",
    "C004": opens_deletion,
    "C005": opens_deletion,
    "C006": opens_deletion,
    "C007": opens_deletion,
    "C008": lambda marked, message: marked.startswith(("{{c", "==")),
    "C009": lambda marked, message: marked.startswith("{{c"),
    "C010": lambda marked, message: marked == "==",
    "C011": is_named,
    "C012": is_named,
    "C013": beginning("{{c", "=="),
    "N001": whole(""),
    "N002": is_title,
    "N003": is_title,
    "N004": is_title,
    "N005": is_title,
    "N006": lambda marked, message: marked == "tags" or is_title(marked, message),
    "N007": whole("deck"),
    "N008": lambda marked, message: marked == "<!-- md:option name -->" or is_title(marked, message),
    "N009": whole("basic", "cloze", "items", "rows", "cells", "occlusion"),
    "N010": is_title,
    "N011": lambda marked, message: marked.startswith("[^") and is_quoted(marked, message),
    "N012": lambda marked, message: marked.startswith("![[") and is_quoted(marked, message),
    "N013": lambda marked, message: (
        f"`{marked}>…" in message or is_quoted(marked, message.replace("<", "").replace(">", ""))
    ),
    "N014": is_title,
    "N015": lambda marked, message: marked.startswith("<") and is_quoted(marked, message),
    "N016": is_quoted,
    "N017": beginning("```", "~~~", "{", ":::", "![", "!(", "[", "(", "$`"),
    "N018": is_title,
    "N019": is_title,
    "N020": is_quoted,
    "O001": is_title,
}
"""What the marked text must be, for each code: one that is not here yet must be added."""


def found(data: bytes) -> list[Diagnostic]:
    return notes.compile_file(casefiles.PATH, data, casefiles.SETTINGS)[1]


def marked(one: Diagnostic) -> str:
    return one.span.text[one.span.column - 1 :][: one.span.length]


def assert_places(data: bytes, diagnostics: list[Diagnostic]) -> None:
    """Every span is a stretch of the line that it names, and of the text that it should be."""
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = [re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "\ufffd", line) for line in text.split("\n")]
    for one in diagnostics:
        span = one.span
        if not span.line:
            assert (span.column, span.length, span.text) == (0, 0, "")
            continue
        assert span.text == lines[span.line - 1]
        assert 1 <= span.column <= span.column + span.length <= len(span.text) + 1
        stretch = marked(one)
        # Where the space itself is what is wrong, it is marked.
        assert stretch == stretch.lstrip() or one.code in ("S003", "S004", "S028"), (one, stretch)
        assert AT[one.code](stretch, one.message), (one, stretch)


@pytest.mark.parametrize("case", casefiles.find("sections", "notes", "cloze"), ids=lambda case: case.path.stem)
def test_what_a_case_reports_is_where_it_says(case: Case) -> None:
    assert_places(case.data, found(case.data))


FAULTS = [
    "😀 a [^missing] b",
    "| a \\| b | c |\n| --- | --- |\n| 𝒳 \\| [^bar] | <nobody> |\n| d | e | f |",
    "A ==b::c::d== and {{c0::e}} and {{c1::f",
    "`a {{c700::b}} c` and $x^{{c800::2}}$",
    "```\n a {{c900::b}}\n```",
    "$$\nx {{c600::y}}\n$$",
    "- item ==a\n  - b== [^deep]\n\n    > <nobody> ![[note]]",
    "-\t\ttext\n\n\t![[note]] and\n\t[^tab]",
    "> quoted\n> > twice [^quoted] <b onclick='x'>",
    "Term [^term]\n: definition <nobody>",
    "<div>\n  <nobody>\n  <script>\n</div>",
    "> [!NOTE] title [^title]\n> {{c1::x}} text",
    "<!-- card: basic -->",
    "a <!-- card: basic -->",
    "[^note]: text\n\n    more [^other] <nobody>",
    "~~~\nnever closed",
    "![a](b.png) [l](https://example.org '==t==')",
    "- **lead**: x <!-- card: cloze -->\n- `code` <!-- card: no idea -->\n- nothing",
]
HEADINGS = [
    "## 😀 one {.cloze}",
    "##\ttwo\t {.basic .items}",
    "## three {.clozed #id}",
    "## four {{c2::x}} {.cloze}",
    "## five {.basic #Not_One}",
    "## six #card/rows #card/clozes",
    "seven {.basic .cloze}\n---",
    "## eight\n\n<!-- card: cloze\n\tid='nine' kind -->",
    '## ten {.basic id="x tags=y}',
    "## [^eleven] `a` {.basic}",
]
FRONT_MATTERS = [
    "",
    "---\nkind: basic\n---\n",
    "---\nkinds: basic\ntags:\n  - a: b\n---\n",
    "---\n# c\nkind: bsic\n---\n",
]


@given(
    front=st.sampled_from(FRONT_MATTERS),
    parts=st.lists(st.sampled_from(HEADINGS + FAULTS + FAULTS), max_size=8),
    mark=st.booleans(),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_a_file_of_faults_reports_is_where_it_says(front: str, parts: list[str], mark: bool, ending: str) -> None:
    text = front + "\n\n".join(parts)
    data = b"\xef\xbb\xbf" * mark + text.replace("\n", ending).encode()
    assert_places(data, found(data))


@pytest.mark.parametrize("text", ["[^missing]", "![[note]]", "<nobody>", "<script>", "<b onclick=x>"])
@pytest.mark.parametrize("before", ["`{}` and ", "```\n{}\n```\n\n", "`{}`\\\n", "\\\\`{}` "])
def test_the_same_text_in_code_is_not_the_place(before: str, text: str) -> None:
    above, _, last = before.format(text).rpartition("\n")
    (one,) = found(f"## a {{.basic}}\n{before.format(text)}{text}".encode())
    assert one.span.line == 2 + above.count("\n") + bool(above)
    assert one.span.column == 1 + len(last) + text.find(marked(one))


@given(front=st.sampled_from(FRONT_MATTERS), parts=st.lists(st.sampled_from(HEADINGS + FAULTS + FAULTS), max_size=8))
def test_the_same_file_in_a_fence_above_moves_all_places_down(front: str, parts: list[str]) -> None:
    text = "\n\n".join(parts)
    fence = f"~~~~~~\n{text}\n~~~~~~\n\n"
    below, lines = front.count("\n"), fence.count("\n")
    expected = [
        (d.code, d.span.line + lines * (d.span.line > below), d.span.column, d.span.length, d.message)
        for d in found((front + text).encode())
    ]
    quoted = found((front + fence + text).encode())
    assert sorted((d.code, d.span.line, d.span.column, d.span.length, d.message) for d in quoted) == sorted(expected)


@pytest.mark.parametrize("before", ["", "\ufeff", "# Title\r\n\r\n", "\ufeff😀\r"])
def test_a_byte_that_is_not_utf_8_is_found(before: str) -> None:
    data = before.encode() + "über ".encode() + b"\xfc\r\nmore"
    (one,) = found(data)
    line = len(before.splitlines()) + 1 if before.strip("\ufeff") else 1
    assert (one.code, one.span.line, one.span.column, one.span.length) == ("S001", line, 6, 1)
    assert_places(data, [one])
