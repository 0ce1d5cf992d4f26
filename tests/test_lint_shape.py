"""Rules on notes as a whole and beside each other: what raises each of them, and near to that what does not."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from alarms import Told, subject, told

from deckwright.lint import RULES, shape
from deckwright.lint.subject import Memory

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")
OTHER_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)


def basic(question: str, answer: str = "It.", tag: str = "") -> str:
    """A note of five lines."""
    return f"## {question} {{.basic{tag}}}\n\n{answer}\n\n"


def cloze(text: str, heading: str = "Heart") -> str:
    """A note of four lines, whose text is the third."""
    return f"## {heading} {{.cloze}}\n\n{text}\n\n"


SAME = "another card asks the same: cards/a.md:1"


def turned(question: str, line: int = 1) -> str:
    """What is told of a question that a note asks the other way round."""
    return f"another card asks the same, “{question}”: cards/a.md:{line}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (basic("What is it?") + basic("What is it?", "That."), [(5, 4, "L030", SAME)]),
        (basic("What is it?") * 3, [(5, 4, "L030", SAME), (9, 4, "L030", SAME)]),
        (basic("Name it.") + basic("Name it"), [(5, 4, "L030", SAME)]),
        (basic("这是什么？") + basic("这是什么", "Das."), [(5, 4, "L030", SAME)]),
        (basic("Was ist das?") + basic("Was ist das?", "Das."), [(5, 4, "L030", SAME)]),
        # The reverse of one asks what the other does; both reverses ask the same.
        (basic("SSH", "22") + basic("22", "SSH", " .reversed"), [(5, 4, "L030", turned("SSH"))]),
        (basic("SSH", "22") + basic("22", "SSH"), []),
        (basic("Left", "A valve", " .reversed") + basic("Right", "A valve", " .reversed"), [(5, 4, "L030", turned("A valve"))]),
        ("## Valves {.rows .reversed}\n\n| Side | Has |\n| - | - |\n| Left | two |\n| Right | two |\n", [(6, 3, "L030", turned("Side: ? two", 5))]),
        (basic("Left", "A " * 40, " .reversed") + basic("Right", "A " * 40, " .reversed"), [(5, 4, "L030", turned("A " * 25 + "…"))]),
        (basic("Left", "A valve", " .reversed") + basic("Left", "A valve", " .reversed"), [(5, 4, "L030", SAME)]),
        (cloze("The ==heart== beats.") + cloze("The ==pulse== beats."), [(7, 5, "L030", SAME)]),
        (cloze("The ==heart== has ==walls==.") * 2, [(7, 5, "L030", SAME)]),
        (cloze("The ==heart== beats.") + cloze("The ==pulse== beats.", "Pulse"), []),
        (cloze("The ==heart::what?== beats.") + cloze("The ==pulse::which?== beats."), []),
        # Told apart by one letter, the case, what is above, a picture, a formula.
        (basic("What is the register EAX for?") + basic("What is the register EBX for?"), []),
        (basic("What is -a?") + basic("What is -A?"), []),
        ("# Left\n\n" + basic("What is it?") + "# Right\n\n" + basic("What is it?"), []),
        (basic("What is it?", "![](../media/a.png)\n\n---\n\nA.") + basic("What is it?", "![](../media/b.png)\n\n---\n\nB."), []),
        (basic("What is it?", "![](../media/a.png)\n\n---\n\nA.") + basic("What is it?", "![](../media/a.png)\n\n---\n\nB."), [(9, 4, "L030", SAME)]),
        (basic("What is $a$?") + basic("What is $b$?"), []),
    ],
)  # fmt: skip
def test_the_same_question_twice(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L030", {"media/a.png": PNG, "media/b.png": OTHER_PNG}) == expected


ORDER = "another card asks with the same words in another order: cards/a.md:1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (basic("Which is left of right here?") + basic("Which is right of left here?"), [(5, 4, "L031", ORDER)]),
        (basic("Was liegt hier links von rechts?") + basic("Was liegt hier rechts von links?"), [(5, 4, "L031", ORDER)]),
        (basic("Which is left of it?") + basic("Which is right of it?"), []),
        (basic("Is a value in EAX copied to EBX?") + basic("Is a value in EAX copied to ECX?"), []),
        (basic("Which is left of right here?") * 2, []),
        (basic("left of right?") + basic("right of left?"), []),
        (cloze("Left is ==not== right of it.") + cloze("Right is ==not== left of it."), []),
    ],
)  # fmt: skip
def test_the_same_words_in_another_order(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L031") == expected


def rows(*parts: str, extra: str = "> [!NOTE]\n> Mail.\n") -> str:
    table = "".join(f"| {part} | 1 |\n" for part in parts)
    return f"## Ports {{.basic .rows #ports}}\n\n| Service | Port |\n| --- | --- |\n{table}\n{extra}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rows("a", "b", "c", "d", "e"), [(8, 3, "L032", "four or more notes of this section have the same Extra")]),
        (rows("a", "b", "c"), []),
        (rows("a", "b", "c", "d", "e").replace(" #ports", ""), []),
        (rows("a", "b", "c", "d", extra=""), []),
        ((basic("a", "It.\n\n> [!NOTE]\n> Mail.") * 4).replace("## a", "## x"), []),
    ],
)  # fmt: skip
def test_the_same_extra_in_a_section(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L032") == expected


def numbers(count: int) -> str:
    return f"one blank hides {count} numbers"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (cloze("It lasts ==15 minutes to 36 hours, by default 12==."), [(3, 10, "L033", numbers(3))]),
        (cloze("It lasts ==1, 2, 3 or 10== minutes."), [(3, 10, "L033", numbers(4))]),
        (cloze("Es dauert ==1,5 bis 2,5 oder 10 Stunden==."), [(3, 11, "L033", numbers(3))]),
        (cloze("It lasts ==15 minutes to 36 hours==."), []),
        (cloze("It lasts ==4 to 6, that is, from 4 to 6==."), []),
        (cloze("It lasts ==c1::1==, ==c1::2== and ==c1::3== hours."), []),
        # What is one number, or none.
        (cloze("It is at ==192.168.10.1, port 22==."), []),
        (cloze("It was on ==2026-11-26==."), []),
        (cloze("It holds ==us-east-1, eu-west-2 and S3==."), []),
        (cloze("It has ==1,000,000 or 2.5 million== cells."), []),
        (cloze("It has ==6.02 × 10 ^ 23 or 24== parts."), []),
        (cloze("It is ==$1 2 3$==."), []),
        (basic("How long?", "15 minutes to 36 hours, by default 12."), []),
    ],
)  # fmt: skip
def test_several_numbers_in_a_blank(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L033") == expected


@pytest.mark.parametrize(
    ("address", "is_front"),
    [
        ("https://example.com", True),
        ("https://example.com/", True),
        ("http://docs.example.com/queues/latest/guide/welcome.html", True),
        ("https://docs.example.com/queues/latest/developerguide/", True),
        ("https://docs.example.com/queues/latest/dg/", True),
        ("https://docs.example.com/queues/latest/dg", True),
        ("https://docs.example.com/queues/latest/QueueDeveloperGuide", True),
        ("https://docs.example.com/3/", True),
        ("https://example.com/docs/v1.2/", True),
        ("https://example.com/en-us/docs", True),
        ("https://queue.readthedocs.io/en/stable/", True),
        ("https://queue.readthedocs.io/en/latest/index.html", True),
        ("https://example.com/docs/home/", True),
        ("https://example.com/Index.html", True),
        ("https://docs.example.com/queues/latest/guide/quotas.html", False),
        ("https://example.com/docs/latest/what-it-is/", False),
        ("https://example.com/a/b/c/index.html", False),
        ("https://example.com/wiki/Queue", False),
        ("https://example.com/docs/queues/", False),
        ("https://example.com/353/", False),
        ("https://docs.example.com/queues/latest/dg-quotas", False),
        ("https://example.com/?p=12", False),
        ("https://example.com/#quotas", False),
        ("https://例え.jp/ページ", False),
    ],
)
def test_a_source_that_is_a_front_page(tmp_path: Path, address: str, is_front: bool) -> None:
    message = f"the source is a front page: {address}"
    expected = [(1, 36, "L034", message)] if is_front else []
    assert told(tmp_path, basic("How long is it?", tag=f' source="{address}"'), "L034") == expected


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("---\nsource: https://example.com\nkind: basic\n---\n\n## How long?\n\nSee https://example.com/long.\n", 2, 9),
        ("## Is https://example.com it?\n\n<!-- card: basic source='https://example.com' -->\n\nIt is.\n", 3, 26),
        ("---\nsource: >\n  https://example.com\nkind: basic\n---\n\n## How long?\n\nLong.\n", 3, 3),
    ],
)
def test_a_source_is_told_at_its_place_and_not_where_a_note_speaks_of_it(
    tmp_path: Path, text: str, line: int, column: int
) -> None:
    assert told(tmp_path, text, "L034") == [(line, column, "L034", "the source is a front page: https://example.com")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"---\nsource: https://example.com\nkind: basic\n---\n\n## How long?\n\nLong.\n\n<!-- {'source ' * 10_000} -->\n",
            [(2, 9, "L034", "the source is a front page: https://example.com")],
        ),
        (
            f"## How? {{.basic}}\n\n<!-- {'*' * 40_000} -->\n\n```text\n{'* ' * 80}\n```\n",
            [(6, 1, "L036", "a line of code has 159 characters; on a phone, it takes three lines or more")],
        ),
    ],
    ids=["many sources", "many asterisks"],
)
def test_a_place_is_looked_for_in_no_time(tmp_path: Path, text: str, expected: list[Told]) -> None:
    began = time.process_time()
    assert told(tmp_path, text, expected[0][2]) == expected
    # It takes a tenth of this; what grows with the square of a line's length takes seconds.
    assert time.process_time() - began < 1


@pytest.mark.parametrize("source", ["Guyton, chapter 9", "https://example.com and more"])
def test_a_source_in_words_is_no_front_page(tmp_path: Path, source: str) -> None:
    assert told(tmp_path, basic("How long is it?", tag=f' source="{source}"'), "L034") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (basic("Which?", "![](../media/a.png)\n\n---\n\nA."), [(3, 5, "L035", "a picture has no description")]),
        (basic("Which?", "It is ![ ](../media/a.png)"), [(3, 12, "L035", "a picture has no description")]),
        # Each is told where it stands, whatever else shows the same file, and however it is written.
        (basic("Which?", "![](../media/a.png) ![A heart](../media/a.png)\n\n<img src='../media/a.png'>\n\n![](../media/b.png)"), [(line, column, "L035", "a picture has no description") for line, column in ((3, 5), (5, 11), (7, 5))]),
        (basic("Which?", "![](../media/a.png) ![](https://example.com/a.png)"), [(3, 5, "L035", "a picture has no description"), (3, 25, "L035", "a picture has no description")]),
        (basic("Which?", "![A heart](../media/a.png)"), []),
        (basic("Which?", "![心臓](../media/a.png)"), []),
        (basic("Which?", "`![](a.png)`"), []),
    ],
)  # fmt: skip
def test_a_picture_without_a_description(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L035", {"media/a.png": PNG, "media/b.png": OTHER_PNG}) == expected


def test_many_pictures_are_told_in_no_time(tmp_path: Path) -> None:
    began = time.process_time()
    found = told(
        tmp_path, basic("Which?", "\n\n".join(["![](../media/a.png) " * 900] * 5)), "L035", {"media/a.png": PNG}
    )
    assert [one[:2] for one in found] == [(line, 20 * n + 5) for line in range(3, 12, 2) for n in range(900)]
    # It takes a quarter of this; what grows with the square of their number takes ten seconds.
    assert time.process_time() - began < 3


def code(line: str) -> str:
    return basic("What does it do?", f"```python\n{line}\n```\n\n---\n\nIt.")


def hidden(line: str) -> str:
    return f"## What does it do? {{.cloze}}\n\n```python\n{line}\n```\n"


def too_long(count: int) -> str:
    return f"a line of code has {count} characters; on a phone, it takes three lines or more"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (code("x = '" + "a" * 68 + "'"), [(4, 1, "L036", too_long(74))]),
        (code("x = '" + "a" * 67 + "'"), [(4, 1, "L036", too_long(73))]),
        (code("x = '" + "a" * 66 + "'"), []),
        (code("x = '" + "<&>" * 22 + "'"), []),
        (code("if x:\n\t" + "y" * 69), [(5, 2, "L036", too_long(73))]),
        (code("if x:\n\t" + "y" * 68), []),
        (code("x = 1\n" * 80), []),
        (code("y" * 300 + "\n" + "x" * 300), [(4, 1, "L036", too_long(300))]),
        # What counts is the room that it takes.
        (code("東" * 73), [(4, 1, "L036", too_long(73))]),
        (code("東" * 37), [(4, 1, "L036", too_long(37))]),
        (code("東" * 36), []),
        (code("u\u0308" * 72), []),
        (code("x" * 72 + "   "), []),
        (hidden("{{c1::" + "a" * 60 + ":: letters, many of them}} = {{c2::1}} + 2"), []),
        (hidden("{{c1::" + "a" * 65 + ":: letters, many of them}} = {{c2::1}} + 2"), [(1, 4, "L036", too_long(73))]),
        (basic("What?", "`" + "a b" * 40 + "`"), []),
        (basic("What?", "<pre>" + "x = 1<br>" * 40 + "</pre>"), []),
        (basic("What?", "<pre>x = 1<br>" + "y" * 73 + "<br></pre>"), [(3, 15, "L036", too_long(73))]),
        (basic("What?", "a b" * 40), []),
    ],
)  # fmt: skip
def test_a_long_line_of_code(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L036") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (cloze(" ".join(f"==a{n}==" for n in range(6))), [(1, 4, "L037", "this note makes 6 cards")]),
        (cloze("==a ==b ==c ==d ==e ==f== e== d== c== b== a=="), [(1, 4, "L037", "this note makes 6 cards")]),
        (cloze(" ".join(f"==a{n}==" for n in range(5))), []),
        (cloze(" ".join(f"==c{n // 2 + 1}::a{n}==" for n in range(10))), []),
        (rows("a", "b", "c", "d", "e", "f", extra=""), []),
    ],
)  # fmt: skip
def test_a_note_with_many_cards(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L037") == expected


def test_of_one_question_three_repetitions_are_told(tmp_path: Path) -> None:
    text = "".join(f"## What is it?\n<!-- card: basic -->\n\nAnswer {n}\n\n" for n in range(8))
    said = "another card asks the same: cards/a.md:1"
    assert told(tmp_path, text, "L030") == [(line, 4, "L030", said) for line in (6, 11, 16)]


OURS = [rule for rule in RULES.values() if rule.look.__module__ == shape.__name__]


@pytest.mark.ci
@pytest.mark.parametrize("part", ["a ", "1", "1, ", "1.", "<img ", "<pre>x</pre>", "\t", "{{c1::", "a/", "}}", "<"])
def test_a_long_text_takes_no_time(part: str) -> None:
    text = (part * 100_000)[:100_000]
    link = f'<a href="https://a.b/{text}">a</a>'
    notes = [
        subject(
            "basic", {"Front": text, "Back": f"<pre>{text}}}}}</pre>", "Reversed": "y", "Source": link, "Extra": text}
        ),
        subject("cloze", {"Text": f"{text} {{{{c1::{text}}}}}", "Source": f'<a href="https://{text}">a</a>'}),
    ]
    for rule in OURS:
        began = time.process_time()
        for note in notes:
            if note.cards:  # A note without a card is an error, and no rule is asked about it.
                list(rule.look(note, Memory()))
        # It takes a tenth of this; what grows with the square of the length takes minutes.
        assert time.process_time() - began < 3, rule.code
