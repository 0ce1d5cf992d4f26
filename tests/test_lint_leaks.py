"""Rules on what gives an answer away: what raises each of them, with its place and words, and near to that what does not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from alarms import Told, subject, told

from deckwright.lint import RULES, leaks
from deckwright.lint.subject import Memory
from deckwright.lint.words import within, words


def basic(question: str, answer: str, tag: str = "") -> str:
    """A note on line 1, with its answer on line 3."""
    return f"## {question} {{.basic{tag}}}\n\n{answer}\n"


def cloze(text: str, heading: str = "Heart") -> str:
    """A cloze note, whose text begins on line 3."""
    return f"## {heading} {{.cloze}}\n\n{text}\n"


QUESTION = "the question holds all words of its answer: "
ABOVE = "the answer stands above the question: "
HINT = "the hint says the answer: "
ELSEWHERE = "the answer also stands elsewhere in the note, in view: "
ARTICLE = "“an” before the blank gives away how the answer begins"
MANY = "“how many” before {}: the answer must be one"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (basic("What is a peering connection?", "A peering connection."), [(1, 4, "L020", QUESTION + "A peering connection.")]),
        (basic("What is a peering connection?", "* A peering connection."), [(1, 4, "L020", QUESTION + "A peering connection.")]),
        (basic("In which sense does a data stream stream?", "Data stream"), [(1, 4, "L020", QUESTION + "Data stream")]),
        (basic("What does the US-EAST region hold?", "us-east"), [(1, 4, "L020", QUESTION + "us-east")]),
        (basic("Wie heißt das Herz auf Deutsch?", "Herz"), [(1, 4, "L020", QUESTION + "Herz")]),
        (basic("Wie heißt Zu\u0308rich auf Deutsch?", "Zürich"), [(1, 4, "L020", QUESTION + "Zürich")]),
        (basic("ما هو القلب في اللغة", "القلب"), [(1, 4, "L020", QUESTION + "القلب")]),
        (basic("東京 は どこ です か", "東京"), [(1, 4, "L020", QUESTION + "東京")]),
        # The kind of what is asked for, and what is spoken about.
        (basic("Which valve is it?", "Valve"), []),
        (basic('Which case is the article "die" here?', "die"), []),
        # Offered beside others: that is another matter.
        (basic("Is it an atrium or a valve?", "An atrium"), []),
        (basic("Ist es Vorhof oder Klappe?", "Vorhof"), []),
        (basic("Atrium/valve: which one?", "Atrium"), []),
        (basic("Which one?<br>- Atrium<br>- Valve", "Atrium"), []),
        # A word that is alike in two languages, and a quantity that is given.
        (basic("vital", "vital"), []),
        (basic("la Romania (il paese)", "Romania"), []),
        (basic("program (el programa)", "programa"), [(1, 4, "L020", QUESTION + "programa")]),
        (basic("How much is left of 100 watts?", "100 watts"), []),
        # Another order, a part, another word, longer answers.
        (basic("What connection is made by peering?", "Peering connection"), []),
        (basic("What is a valve of the heart?", "Heart muscle"), []),
        (basic("Where are the valves?", "Valve"), []),
        (basic("What does one two three four five six seven say?", "one two three four five six seven"), []),
        # Numbers, letters, function words, formulas, code.
        (basic("How many are 12 and 30?", "12"), []),
        (basic("2^13", "2^13 = 8,192"), []),
        (basic("What is x + 1, with x squared?", "x"), []),
        (basic("What is to be done, not that?", "not that"), []),
        (basic("What is the sum of alpha?", "$alpha$"), []),
        (basic("How do you clear the screen?", "`clear`"), []),
        (basic("How do you clear the screen?", "clear()"), []),
        (basic("東京の人口は何人ですか", "東京"), []),
        # Only the question that was written: its reverse asks another.
        (basic("Valve", "A flap called valve", " .reversed"), []),
        (cloze("A ==valve== is a flap."), []),
    ],
)  # fmt: skip
def test_an_answer_in_its_question(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L020") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# DB instances\n\n" + basic("What does RDS call it?", "A DB instance."), [(3, 4, "L021", ABOVE + "A DB instance.")]),
        ("# Valves\n\n" + cloze("It opens at a ==valve== of the ==heart==."), [(5, 15, "L021", ABOVE + "valve"), (5, 32, "L021", ABOVE + "heart")]),
        ("# Valves\n\n" + basic("Valve", "A flap.", " .reversed"), [(3, 4, "L021", ABOVE + "Valve")]),
        ("# Heart\n\n## Valves {.basic .rows}\n\n| Part | Job |\n| --- | --- |\n| Door | Valve |\n", [(7, 3, "L021", ABOVE + "Valve")]),
        ("# القلب\n\n" + basic("ما هذا؟", "القلب"), [(3, 4, "L021", ABOVE + "القلب")]),
        # The same number: two answers, neither of them alone.
        ("# Valves\n\n" + cloze("A ==c1::valve== and an ==c1::atrium==."), []),
        # What is shown in its place.
        ("# Valves\n\n" + basic("What is it?", "A valve.", ' context="Heart"'), []),
        # Not all of it, not side by side, not of the same kind.
        ("# Valves\n\n" + basic("What is it?", "A heart valve."), []),
        ("# Valves of the heart and atrium\n\n" + basic("What is it?", "Valve atrium"), []),
        ("# Transport in plants\n\n" + basic("Where?", "Most plants"), []),
        ("# 7 valves\n\n" + basic("How many?", "7"), []),
        ("# What it is\n\n" + basic("Which?", "it is"), []),
        ("# Der Puls\n\n" + basic("Was?", "Ein Pulsschlag"), []),
        (basic("What is it?", "A valve."), []),
    ],
)  # fmt: skip
def test_an_answer_in_the_headings(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L021") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (cloze("It is ==at rest::at rest or in transit?==."), [(3, 7, "L022", HINT + "at rest")]),
        (cloze("It is ==faible::forte/faible==."), [(3, 7, "L022", HINT + "faible")]),
        (cloze("It is ==a valve::valve or door==."), [(3, 7, "L022", HINT + "a valve")]),
        (cloze("It has ==2::1 or 2?==."), [(3, 8, "L022", HINT + "2")]),
        (cloze("A ==c1::door::what?== and a ==c1::valve::door or valve?==."), [(3, 3, "L022", HINT + "door")]),
        (cloze("Er ist ==offen::offen oder zu==."), [(3, 8, "L022", HINT + "offen")]),
        # One of what is offered stands in the answer.
        (cloze("It is in ==the data stream::stream or Firehose?==."), [(3, 10, "L022", HINT + "the data stream")]),
        (cloze("It takes ==20 seconds::20 or 30 seconds?==."), [(3, 10, "L022", HINT + "20 seconds")]),
        (cloze("It is ==TCP port 80::TCP or UDP, and which port?==."), [(3, 7, "L022", HINT + "TCP port 80")]),
        (cloze("It sinks ==lower (it is denser)::higher or lower==."), [(3, 10, "L022", HINT + "lower (it is denser)")]),
        (cloze("It takes ==20 seconds::how many seconds or minutes?==."), []),
        (cloze("It drives at ==50 km::km/h?==."), []),
        (cloze("It is ==a TCP port that only few of all know of::TCP or UDP?==."), []),
        (cloze("It is ==ordinary TCP::or, or else?==."), []),
        (cloze("It is ==at rest::when?==."), []),
        (cloze("It is ==at rest==."), []),
        (cloze("It makes ==no assumption::assumption?==."), []),
        (cloze("It has ==two valves::how many valves?==."), []),
        (cloze("It holds ==a heart valve::valve or heart?==."), []),
        (cloze("It is ==red::reddish?==."), []),
        (cloze("它==增加::增加或减少？==。"), [(3, 2, "L022", HINT + "增加")]),
        (cloze("It is ==東京::東京都ですか==."), []),
    ],
)  # fmt: skip
def test_an_answer_in_its_hint(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L022") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (cloze("It is an ==atrium== of the heart."), [(3, 10, "L023", ARTICLE)]),
        (cloze("An ==ion== is charged."), [(3, 4, "L023", ARTICLE)]),
        (cloze("Send it to an ==SNS topic::what?==, which is there."), [(3, 15, "L023", ARTICLE)]),
        (cloze("It takes an ==hour== to heal."), [(3, 13, "L023", ARTICLE)]),
        (cloze("The ==c1::wall== is an ==c1::atrium==."), [(3, 5, "L023", ARTICLE)]),
        # The article is hidden too; another one; none.
        (cloze("It is ==an atrium== of the heart."), []),
        (cloze("It is a ==valve== of the heart."), []),
        (cloze("It is the man ==atrium== is for."), []),
        # Long answers do not begin as one thinks of them.
        (cloze("It is an ==atrium that opens to the left==."), []),
        # A part of a word; brackets that are written; a number that makes no other.
        (cloze("It has an ==endo==skeleton and the rest."), []),
        (cloze("It is an [open] ==atrium== of the heart."), []),
        # German has this word too.
        (cloze("Er hängt an ==einem Faden==."), []),
        (basic("What is an [atrium]?", "It is the one."), []),
    ],
)  # fmt: skip
def test_an_article_before_a_blank(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L023") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (cloze("A ==valve== opens. Behind the valve lies an atrium."), [(3, 3, "L024", ELSEWHERE + "valve")]),
        (cloze("A ==DB instance== holds a DB instance."), [(3, 3, "L024", ELSEWHERE + "DB instance")]),
        (cloze("The ==Kurtosis::which?== is high: high kurtosis has heavy tails."), [(3, 5, "L024", ELSEWHERE + "Kurtosis")]),
        (cloze("It asks ==DNS== by DNS."), [(3, 9, "L024", ELSEWHERE + "DNS")]),
        (cloze("Das ==Herz== schlägt im Herz."), [(3, 5, "L024", ELSEWHERE + "Herz")]),
        (cloze("- one\n- a ==valve== and a valve\n- three"), [(4, 5, "L024", ELSEWHERE + "valve")]),
        # Within another blank, only that one's card shows it.
        (cloze("==An open ==valve== leads== to a valve."), [(3, 11, "L024", ELSEWHERE + "valve")]),
        # Hidden together; in its own hint.
        (cloze("A ==c1::valve== opens to a ==c1::valve==."), []),
        (cloze("A ==valve::no valve?== opens."), []),
        # Other lines, cells, steps.
        (cloze("- a ==valve==\n- a valve"), []),
        (cloze("A ==valve==.\n\nA valve."), []),
        (cloze("| A | B |\n| - | - |\n| ==no== valve | valve |\n| ==valve== | valve |"), []),
        (cloze("==PSI== → ETS → PSI"), []),
        # A part of a word, another form, another case of an acronym, a blank between.
        (cloze("An ==atrium== is one of the atriums."), []),
        (cloze("Type ==AWS== after `aws`."), []),
        (cloze("A ==DB instance== is a DB ==of an== instance."), []),
        # Numbers, letters, function words, formulas, pictures.
        (cloze("It shifts ==10 %== at 5, 10 or 15."), []),
        (cloze("If ==x== is 1, x + 1 is 2."), []),
        (cloze("It is ==not that==: not that one."), []),
        (cloze("We get ==$alpha$== from $alpha$."), []),
        (cloze("==東京==は東京都にある。"), []),
        (basic("A valve is a valve?", "Valve"), []),
    ],
)  # fmt: skip
def test_an_answer_elsewhere_in_its_paragraph(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L024") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (cloze("It has ==one::how many?== septum."), [(3, 8, "L025", MANY.format("septum"))]),
        (cloze("It has ==1::how many== Septum, and more."), [(3, 8, "L025", MANY.format("Septum"))]),
        (cloze("It has ==a single::how many?== wall: this."), [(3, 8, "L025", MANY.format("wall"))]),
        (cloze("It has ==only one::How many?== wall."), [(3, 8, "L025", MANY.format("wall"))]),
        (cloze("It has ==two::how many?== walls."), []),
        (cloze("It has ==10::how many?== metre."), []),
        (cloze("It has ==one::how many?== of them."), []),
        (cloze("It is ==one::how many?== percent."), []),
        (cloze("It has ==one septum::how many?==."), []),
        (cloze("It has ==one::what?== septum."), []),
        (cloze("It has ==one== septum."), []),
    ],
)  # fmt: skip
def test_how_many_before_one(tmp_path: Path, text: str, expected: list[Told]) -> None:
    assert told(tmp_path, text, "L025") == expected


def drawn(*labels: str) -> str:
    """An SVG with one label below the other; those that begin with * are masked, those with + in one group."""
    rows = ""
    for number, label in enumerate(labels, 1):
        mask = f' data-mask="m{number}"' if label[0] in "*+" else ""
        mask += ' data-mask-group="one"' if label[0] == "+" else ""
        rows += f'<text x="10" y="{30 * number}"{mask}>{label.strip("*+")}</text>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200">{rows}</svg>'


BESIDE = "{} is behind the mask, and {} stands beside it"


@pytest.mark.parametrize(
    ("labels", "mode", "expected"),
    [
        (("*BeforeInstall", "Install"), "", [BESIDE.format("BeforeInstall", "Install")]),
        (("*left valve", "valve", "*right valve"), "", [BESIDE.format("left valve", "valve"), BESIDE.format("right valve", "valve")]),
        (("*before-install", "install"), "", [BESIDE.format("before-install", "install")]),
        (("*valve", "left valve"), "", [BESIDE.format("valve", "left valve")]),
        (("*left valve", "*valve"), " hide-one", [BESIDE.format("left valve", "valve"), BESIDE.format("valve", "left valve")]),
        (("*left valve", "*valve"), "", []),
        (("*DownloadBundle", "Install"), "", []),
        (("*valve of the left atrium", "valve"), "", []),
        # Those of a group are hidden together, and each is looked at by itself.
        (("+BeforeInstall", "+Install", "+AfterInstall", "Stop"), "", []),
        (("+BeforeInstall", "+Install", "Stop"), " hide-one", []),
        (("+BeforeInstall", "+AfterInstall", "Install"), "", [BESIDE.format("BeforeInstall", "Install")]),
        (("+Download", "+AfterInstall", "Install"), "", [BESIDE.format("AfterInstall", "Install")]),
        (("+AfterInstall", "+Stop", "*Install"), " hide-one", [BESIDE.format("AfterInstall", "Install"), BESIDE.format("Install", "AfterInstall")]),
    ],
)  # fmt: skip
def test_a_label_beside_a_mask(tmp_path: Path, labels: tuple[str, ...], mode: str, expected: list[str]) -> None:
    tag = ".occlusion" + (f" mode={mode.strip()}" if mode else "")
    text = f"## Valves {{{tag}}}\n\n![Valves](../media/valves.svg)\n"
    found = told(tmp_path, text, "L026", {"media/valves.svg": drawn(*labels)})
    assert [message for *_, message in found] == expected


# Long texts

OURS = [rule for rule in RULES.values() if rule.look.__module__ == leaks.__name__]


@pytest.mark.ci
@pytest.mark.parametrize(
    "part", "[ ] [a an[ a_ word_ 1 1,_ “a what_ \\(a \\(a\\)_ _|_ [how_many]_a_ {{c1::".replace(" ", "\n").replace("_", " ").split("\n")
)  # fmt: skip
def test_a_long_text_takes_no_time(part: str) -> None:
    text = (part * 100_000)[:100_000]
    notes = [
        subject("basic", {"Front": text, "Back": part}),
        subject("basic", {"Front": part, "Back": text, "Reversed": "y", "Context": text, "Header": text}),
        subject("cloze", {"Text": f"{text} {{{{c1::{part}::{text}}}}} {text}"}),
        subject("cloze", {"Text": "".join(f"{{{{c1::w{n} w::h{n} w}}}} " for n in range(4_000))}),
    ]
    for rule in OURS:
        began = time.process_time()
        for note in notes:
            if note.cards:  # A note without a card is an error, and no rule is asked about it.
                list(rule.look(note, Memory()))
        # It takes a tenth of this; what grows with the square of the length takes minutes.
        assert time.process_time() - began < 3, rule.code


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ("b c", "a b c d", True),
        ("a a b", "a a a b", True),
        ("c b", "a b c d", False),
        ("d e", "a b c d", False),
        ("", "a", False),
        ("a", "", False),
    ],
)  # fmt: skip
def test_words_side_by_side(part: str, whole: str, expected: bool) -> None:
    assert within(words(part), words(whole)) is expected
