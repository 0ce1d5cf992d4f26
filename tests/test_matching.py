"""Notes without ids, edited: which line is taken for theirs, which is not, and where the author is asked."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace

from deckwright.digests import digest
from deckwright.identity import nearest
from deckwright.identity.likeness import Index, weight_of, weights_of
from deckwright.identity.lines import Line, State
from deckwright.identity.matching import match
from deckwright.model import Candidate, Family, Span
from deckwright.sketches import sketch

FAMILIES: dict[str, Family] = {"basic": "basic", "vocabulary": "basic", "cloze": "cloze"}


def note(path: str, body: str) -> Candidate:
    """A basic note that is asked by the last heading of its path; ` > ` stands between two headings."""
    headings = tuple(path.split(" > "))
    return reworded(Candidate("basic", "D", headings, "", "", Span("a.md", 1)), f"{headings[-1]} {body}")


def reworded(known: Candidate, text: str) -> Candidate:
    """The note with this text. `source`, which nothing here compares, holds it."""
    return replace(known, match=digest(text), sketch=sketch(text), source=text)


def line(known: Candidate) -> Line:
    guid = digest(" > ".join(known.path) + known.source)
    return Line(
        guid, 1, known.id or guid, known.note_type, known.path, known.match, known.sketch,
        explicit=bool(known.id), group=known.group,
    )  # fmt: skip


def found(before: list[Candidate], after: list[Candidate]) -> list[int | str]:
    """For each note after: which of those before it is, or "new", or "asked"."""
    lines = [line(known) for known in before]
    places = {known.guid: n for n, known in enumerate(lines)}
    made = match(after, lines, FAMILIES)
    return [
        places[made.lines[n].guid] if n in made.lines else "asked" if n in made.ambiguous else "new"
        for n in range(len(after))
    ]


USER = note("IAM > What is a user?", "A person or a service with long-term credentials of its own.")
GROUP = note("IAM > What is a group?", "Several users who are given their permissions together.")
QUEUE = note("SQS > What hides a received message?", "Its visibility timeout, thirty seconds unless set otherwise.")
OTHERS = [
    note("S3 > What is a bucket?", "A container of objects, in one region."),
    note("S3 > What does versioning keep?", "Every version of an object, until a rule of the lifecycle removes it."),
    note("SQS > What is a dead-letter queue?", "A queue of the messages that failed too often."),
    note("SQS > What is long polling?", "A request that waits for a message, twenty seconds at most."),
    note("VPC > What is a subnet?", "A segment of the address range of a network."),
    note("VPC > What does a route table say?", "Where the traffic of a subnet goes, by its destination."),
    note("Lambda > What is a layer?", "An archive of libraries that several functions share."),
    note("Lambda > What is a cold start?", "The time that the first request of a new environment takes."),
]
DECK = [USER, GROUP, QUEUE, *OTHERS]
REST = list(range(3, 11))


def limit(name: str, value: str) -> Candidate:
    return note(f"SQS > Limits > {name}", f"What is the limit of this in Amazon SQS? {value}")


LIMITS = [
    limit("Longest delay of a message", "15 minutes"),
    limit("Largest size of a message", "256 KiB"),
    limit("Longest retention of a message", "14 days"),
    limit("Messages in one batch", "10"),
    limit("Characters in the name of a queue", "80"),
]


@pytest.mark.parametrize(
    "edited",
    [
        reworded(USER, USER.source.replace("person", "persn")),
        note("IAM > What is a user?", "Whoever signs in."),
        note("IAM > Who or what is a user?", "A person or a service that has credentials of its own."),
        note("Identities > Users > What is a user?", "A person or a service with credentials of its own."),
        note("Identities > Which one is a user?", "Some person or service with long-term credentials."),
    ],
    ids=["a typo", "another answer", "both reworded", "moved and edited", "moved, and both reworded"],
)
def test_an_edited_note_is_known_again(edited: Candidate) -> None:
    assert found(DECK, [*DECK[1:], edited]) == [1, 2, *REST, 0]


@pytest.mark.parametrize(
    "other",
    [
        note("IAM > What is a policy?", "A document of statements that allow or deny actions on resources."),
        note("IAM > What is a session?", "Temporary rights that somebody has who assumed something."),
        replace(reworded(USER, USER.source + " Indeed."), note_type="cloze"),
        replace(USER, note_type="vocabulary"),
    ],
    ids=["about something else", "of the same form", "of another family", "of another note type of the same family"],
)
def test_a_new_note_is_not_taken_for_one_that_went(other: Candidate) -> None:
    assert found(DECK, [*DECK[1:], other]) == [1, 2, *REST, "new"]


def test_a_note_that_may_be_two_is_asked_about() -> None:
    small = note("S3 > What is a small bucket for?", "It keeps the logs of a day until the night.")
    large = note("S3 > What is a large bucket for?", "It keeps the logs of a day until the night.")
    either = note("S3 > What is such a bucket for?", "It keeps the logs of a day until the night.")
    assert found([small, large, *DECK], [either, *DECK]) == ["asked", *range(2, 13)]
    assert found([small, large, *DECK], [either, small, *DECK]) == [1, 0, *range(2, 13)]


def test_two_notes_that_may_be_one_are_asked_about() -> None:
    one = note("IAM > Who is a user?", "A person or a service with credentials of its own.")
    other = note("IAM > How is a user?", "A person or a service with credentials of its own.")
    assert found(DECK, [*DECK[1:], one, other]) == [1, 2, *REST, "asked", "asked"]


def test_a_doubtful_likeness_is_asked_about_and_never_guessed() -> None:
    doubtful = note("IAM > Which identity is meant?", "A person or group may be it, a service too.")
    assert found(DECK, [*DECK[1:], doubtful]) == [1, 2, *REST, "asked"]


def test_every_row_of_a_table_keeps_to_itself_when_all_are_edited() -> None:
    edited = [
        limit("Longest delay of a message", "fifteen minutes"),
        limit("Largest message, with its attributes", "256 KiB"),
        limit("Longest retention of a message", "two weeks"),
        limit("Messages in one batch request", "10"),
        limit("Characters in a queue's name", "80"),
    ]
    assert found(LIMITS, edited[::-1]) == [4, 3, 2, 1, 0]


def test_what_all_rows_share_makes_no_row_like_another() -> None:
    added = limit("Queues that a message may pass", "3")
    assert found(LIMITS, [*LIMITS[:2], *LIMITS[3:], added]) == [0, 1, 3, 4, "new"]


def test_a_stem_that_is_reworded_moves_no_row() -> None:
    edited = [reworded(known, known.source.replace("What is the limit of this", "How much may")) for known in LIMITS]
    assert found(LIMITS, edited[::-1]) == [4, 3, 2, 1, 0]


def test_long_texts_are_known_by_some_of_their_words() -> None:
    chance = random.Random(1)
    vocabulary = ["".join(chance.choices("abcdefghijklmnop", k=6)) for _ in range(3000)]
    texts = [chance.choices(vocabulary, k=300) for _ in range(30)]
    before = [note(f"Book > {n}", " ".join(text)) for n, text in enumerate(texts)]
    after = [
        note(f"Other > {n}", " ".join(word if chance.random() < 0.7 else chance.choice(vocabulary) for word in text))
        for n, text in enumerate(texts)
    ]
    assert found(before, after) == list(range(30))


def test_a_script_without_spaces_is_compared_too() -> None:
    before = [
        note("漢字 > 右心房とは", "全身から戻る血液を受け取る部屋である"),
        note("漢字 > 弁とは", "血液の逆流を防ぐ膜である"),
    ]
    after = [note("漢字 > 右心房とは何か", "全身から戻ってくる血液を受け取る部屋"), before[1]]
    assert found(before, after) == [0, 1]


def test_the_order_of_notes_and_lines_counts_for_nothing() -> None:
    after = [
        *LIMITS[2:],
        limit("Largest size of any message", "1 MiB"),
        *DECK[1:],
        reworded(USER, USER.source[:50]),
    ]
    lines = [line(known) for known in (*DECK, *LIMITS)]
    chance = random.Random(1)

    def paired() -> set[tuple[str, str]]:
        given = chance.sample(after, k=len(after))
        made = match(given, chance.sample(lines, k=len(lines)), FAMILIES)
        return {(given[n].source, known.guid) for n, known in made.lines.items()}

    assert len(first := paired()) == len(after)
    assert [paired() for _ in range(20)] == [first] * 20


@pytest.mark.parametrize("seed", range(12))
def test_comparing_with_few_finds_the_same_as_comparing_with_all_or_less(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What bounds spare among many notes that are nearly equal is never a better one than that which is taken."""
    chance = random.Random(seed)
    before = _alike(chance, 80)
    lines = [replace(line(known), guid=f"{n}") for n, known in enumerate(before)]
    after = [_edited(chance, known) for known in before if chance.random() < 0.9]
    usual = match(after, lines, FAMILIES)
    monkeypatch.setattr(nearest, "FEW", 1000)
    assert match(after, lines, FAMILIES) == usual
    monkeypatch.setattr(nearest, "FEW", 2)
    monkeypatch.setattr(nearest, "COMPARED", 3)
    bounded = match(after, lines, FAMILIES)
    assert bounded.lines.items() <= usual.lines.items()
    lost = usual.lines.keys() - bounded.lines.keys()
    assert len(lost - bounded.ambiguous.keys()) <= len(lost) / 10


def _alike(chance: random.Random, number: int) -> list[Candidate]:
    """Notes of few words, many of them on one path, in one section, or with one text."""
    words = [f"w{n}" for n in range(chance.choice((6, 15, 60)))]
    sections, questions = chance.choice((1, 4)), chance.choice((1, 3, number))
    paths = [f"S{chance.randrange(sections)} > Q{chance.randrange(questions)}" for _ in range(number)]
    texts = [" ".join(chance.choices(words, k=chance.choice((1, 3, 8, 20)))) for _ in range(number)]
    kinds = chance.choices(("basic", "cloze"), (5, 1), k=number)
    return [replace(note(path, text), note_type=kind) for path, text, kind in zip(paths, texts, kinds, strict=True)]


def _edited(chance: random.Random, known: Candidate) -> Candidate:
    words = known.source.split()
    words[chance.randrange(len(words))] = f"w{chance.randrange(20)}"
    moved = known.path if chance.random() < 0.8 else (*known.path[:-1], "Z")
    return replace(reworded(known, " ".join(words)), path=moved)


@pytest.mark.parametrize(
    "path", ["S > Q", "S > Q{}", "S{} > Q"], ids=["on one path", "in one section", "in sections of their own"]
)
@pytest.mark.parametrize("number", ["", "{}"], ids=["equal", "nearly equal"])
def test_many_notes_that_are_nearly_equal_are_each_compared_with_few(path: str, number: str) -> None:
    def all_with(text: str) -> list[Candidate]:
        return [note(path.format(n), f"{text} of all {number.format(n)}") for n in range(1, 801)]

    lines = [replace(line(known), guid=f"{n}") for n, known in enumerate(all_with("The answer is that"))]
    made = match(all_with("The reply was that"), lines, FAMILIES)
    told_apart = bool(number) or "{}" in path
    assert (len(made.lines) > 700, len(made.lines) + len(made.ambiguous)) == (told_apart, 800)
    assert all(lines[n] == known for n, known in made.lines.items())
    assert max(map(len, made.ambiguous.values()), default=0) <= nearest.FEW


def test_equal_notes_take_the_lines_of_their_text_in_order() -> None:
    """Thousands of them, of which none needs any likeness."""
    lines = [replace(line(USER), guid=f"{n:04}") for n in range(3000)]
    made = match([USER] * 2500 + [GROUP], lines, FAMILIES)
    assert [made.lines[n].guid for n in range(2500)] == [f"{n:04}" for n in range(2500)]


@pytest.mark.parametrize("vocabulary", [12, 60, 400])
def test_no_set_that_shares_enough_is_left_out_however_rare_or_frequent_its_words(vocabulary: int) -> None:
    """The index only spares the comparison with sets that cannot be alike."""
    chance = random.Random(vocabulary)
    words = [*range(1, vocabulary + 1)]
    frequent = [1 / rank for rank in words]
    sets = [set(chance.choices(words, frequent, k=chance.choice((0, 1, 2, 5, 14, 30)))) for _ in range(400)]
    weights = weights_of(sets[:200])
    index = Index(sets, range(len(sets)), weights, 0.28, 100_000)
    alike = compared = 0
    for own in (*sets, *({*held, 10_000, 10_001} for held in sets[:50])):
        size = weight_of(own, weights) + weights[0]
        possible, passed_over = index.possible(own, size)
        assert not passed_over
        compared += len(possible)
        for place, other in enumerate(sets):
            shared = weight_of(own & other, weights)
            if shared and shared / (size + weight_of(other, weights) - shared) >= 0.28:
                alike += 1
                assert place in possible, (own, other)
    assert 0 < alike <= compared < 450 * 400


def test_a_recycled_id_names_the_note_that_has_its_last_text() -> None:
    """The text that was released is in a third note: which one is named may not depend on the order of a set."""
    named = replace(USER, id="user")
    known = replace(line(named), released=State("s", "f", 1, "1.0.0", GROUP.match))
    made = match([replace(QUEUE, id="user"), GROUP, USER], [known], FAMILIES)
    assert (made.lines, made.recycled) == ({0: known}, {0: 2})


def test_an_id_may_have_another_text_if_its_own_is_gone_or_was_always_another_notes_too() -> None:
    known, twin = replace(USER, id="user"), replace(USER, id="twin", path=("IAM", "Twin"))
    changed = replace(QUEUE, id="user")
    assert match([changed], [line(known)], FAMILIES).recycled == {}
    assert match([changed, twin], [line(known), line(twin)], FAMILIES).recycled == {}


def test_a_sketch_is_of_64_bytes_and_never_changes() -> None:
    assert sketch("") == "A" * 86 + "=="
    assert len(sketch(" ".join(map(str, range(1000))))) == 88
    assert sketch("What is a user? A person.") == "A" * 69 + "qPov5eOQ9PAl4RGyg=="
    assert (
        sketch("person USER a, is *what*?.") != sketch("What is a user? A person.") == sketch("a PERSON. is what user?")
    )
