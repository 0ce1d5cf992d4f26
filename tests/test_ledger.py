"""The ledger's file: its bytes, what a merge of two of them is, and what is told where it cannot be read."""

from __future__ import annotations

import os
from functools import reduce
from itertools import permutations
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch import Scratch, day

from deckwright import ledger
from deckwright.ledger import FORMAT, Frozen, Head, Ledger, Line, Release, State, Type

DECK = "anatomy-k3v9q2xm"
HEAD = Head(
    FORMAT,
    DECK,
    (Release("1.0.0", 1_800_000_000, 2, 3, "d1"),),
    Frozen("Anatomy", "body", ("Anatomy", "Anatomy::Heart")),
    {"Markdown": "3.11.3"},
)
BASIC = Type("basic", "5e", State("a1", "a1", 1_800_000_000, "1.0.0"))
VALVE = Line(
    guid="0aValve",
    nid=1_799_999_999_500,
    id="valve",
    family="cloze",
    key=("Heart", "Klappen – “valves”"),
    match="m1",
    sketch="AA==",
    explicit=True,
    was=("heart-valve",),
    numbers={2: "mitral", 1: "aortic"},
    gone={3: "tricuspid"},
    released=State("s1", "f1", 1_800_000_000, "1.0.0", "m1", {1: "aortic", 2: "mitral", 3: "tricuspid"}),
    draft=State("s2", "f2", 1_800_000_100, match="m1", numbers={2: "mitral", 1: "aortic"}),
)
ATRIUM = Line("0bAtrium", 1_799_999_999_000, "parts.atrium", "basic", ("Heart", "Parts", "Atrium"), "m2", "AQ==", group="parts", retired="1.0.0")  # fmt: skip
WHOLE = Ledger(HEAD, {"basic": BASIC}, {line.guid: line for line in (ATRIUM, VALVE)})

BYTES = """\
{"deckwright":1,"deck":"anatomy-k3v9q2xm","releases":[{"version":"1.0.0","time":1800000000,"notes":2,"cards":3,"digest":"d1"}],"frozen":{"name":"Anatomy","tag_prefix":"body","decks":["Anatomy","Anatomy::Heart"]},"renderers":{"Markdown":"3.11.3"}}
{"type":"basic","shape":"5e","released":{"source":"a1","fields":"a1","mod":1800000000,"version":"1.0.0"}}
{"guid":"0aValve","nid":1799999999500,"id":"valve","family":"cloze","key":["Heart","Klappen – “valves”"],"match":"m1","sketch":"AA==","explicit":true,"was":["heart-valve"],"numbers":{"2":"mitral","1":"aortic"},"gone":{"3":"tricuspid"},"released":{"source":"s1","fields":"f1","mod":1800000000,"version":"1.0.0","match":"m1","numbers":{"1":"aortic","2":"mitral","3":"tricuspid"}},"draft":{"source":"s2","fields":"f2","mod":1800000100,"match":"m1","numbers":{"2":"mitral","1":"aortic"}}}
{"guid":"0bAtrium","nid":1799999999000,"id":"parts.atrium","family":"basic","key":["Heart","Parts","Atrium"],"match":"m2","sketch":"AQ==","group":"parts","retired":"1.0.0"}
""".encode()
"""What is written: decks that are released read it for years, so it changes with `ledger.FORMAT` alone."""


def told(data: bytes) -> list[tuple[str, int]]:
    """The codes and lines of what is wrong; nothing can be used then."""
    read, found = ledger.parse(data, DECK)
    assert (read is None) == bool(found)
    return [(diagnostic.code, diagnostic.span.line) for diagnostic in found]


# The format


def test_the_format_is_frozen() -> None:
    assert ledger.dump(WHOLE) == BYTES


def test_what_is_written_is_read() -> None:
    assert ledger.parse(BYTES, DECK) == (WHOLE, [])


def test_the_order_of_lines_and_empty_lines_mean_nothing() -> None:
    head, *rest = BYTES.splitlines()
    shuffled = b"\r\n\n".join([*reversed(rest), head])
    read, _ = ledger.parse(shuffled, DECK)
    assert ledger.dump(read) == BYTES


def test_numbers_stay_in_the_order_of_the_text() -> None:
    read, _ = ledger.parse(BYTES, DECK)
    assert list(read.lines["0aValve"].numbers) == [2, 1]


# What cannot be read


def test_conflict_markers_are_told_each() -> None:
    head, type_, *lines = BYTES.splitlines()
    data = b"\n".join([head, type_, b"<<<<<<< HEAD", lines[0], b"=======", lines[1], b">>>>>>> other"])
    assert told(data) == [("I011", 3), ("I011", 5), ("I011", 7)]


def test_without_the_markers_the_lines_of_both_sides_are_one_ledger() -> None:
    assert told(BYTES + BYTES.splitlines()[-1]) == []


@pytest.mark.parametrize(
    "broken",
    [
        b'{"guid":"0c","nid":1',
        b'{"guid":"0c","nid":"one","id":"x","family":"basic","key":[],"match":"","sketch":""}',
        b'{"guid":"0c","nid":1,"id":"x","family":"typed","key":[],"match":"","sketch":""}',
        b'{"type":"basic"}',
        b'{ "guid": "0c" }',
        b'{"guid":"\xff","nid":1,"id":"x","family":"basic","key":[],"match":"","sketch":""}',
        b"0aValve",
    ],
)
def test_a_line_that_cannot_be_read_is_told_and_nothing_is_used(broken: bytes) -> None:
    assert told(BYTES + broken + b"\n") == [("I012", 5)]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\n".join(BYTES.splitlines()[1:])])
def test_a_ledger_without_its_first_line_is_no_ledger(data: bytes) -> None:
    assert told(data) == [("I012", 1)]


def test_a_newer_format_is_told_and_nothing_else_of_it() -> None:
    data = BYTES.replace(b'"deckwright":1', b'"deckwright":2') + b'{"guid":5}\n{"mask":"unheard of"}\n'
    assert told(data.replace(b'{"mask"', b'{"type"')) == [("I014", 1)]


def test_another_deck_is_told() -> None:
    assert told(BYTES.replace(b"anatomy-k3v9q2xm", b"botany-00000000")) == [("I015", 1)]


# Reading and writing files


def test_where_there_is_none_a_ledger_is_empty(tmp_path: Path) -> None:
    assert ledger.read(tmp_path / "deck.lock", DECK) == (ledger.empty(DECK), [])


def test_a_ledger_that_is_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "deck.lock").mkdir()
    read, found = ledger.read(tmp_path / "deck.lock", DECK)
    assert (read, [d.code for d in found]) == (None, ["I010"])


def test_a_ledger_that_git_has_and_the_folder_has_not_is_told(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "repository" / "deck")
    Scratch(tmp_path / "repository").start_git()
    scratch.commit("No ledger yet")
    assert ledger.read(scratch.lock, DECK) == (ledger.empty(DECK), [])
    ledger.write(WHOLE, scratch.lock)
    scratch.commit()
    scratch.lock.unlink()
    read, found = ledger.read(scratch.lock, DECK)
    assert (read, [d.code for d in found]) == (None, ["I019"])


def test_writing_the_same_touches_nothing(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    assert ledger.write(WHOLE, scratch.lock)
    before = scratch.written()
    assert not ledger.write(WHOLE, scratch.lock)
    assert scratch.written() == before


def test_a_write_that_fails_leaves_the_old_ledger_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "deck.lock"
    ledger.write(WHOLE, path)

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        ledger.write(ledger.empty(DECK), path)
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (BYTES, [path])


@pytest.mark.skipif(os.name != "posix", reason="about POSIX modes")
def test_a_new_ledger_has_the_mode_of_new_files_and_an_old_one_its_own(tmp_path: Path) -> None:
    path = tmp_path / "deck.lock"
    mask = os.umask(0o027)
    try:
        ledger.write(WHOLE, path)
        assert path.stat().st_mode & 0o777 == 0o640
        path.chmod(0o664)
        ledger.write(ledger.empty(DECK), path)
        assert path.stat().st_mode & 0o777 == 0o664
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(mask)


# Merging


def merged(*files: bytes) -> tuple[bytes | None, list[str]]:
    """The ledger of all these files' lines, as `merge=union` leaves them, and the codes of what is wrong."""
    read, found = ledger.parse(b"".join(files), DECK)
    return read and ledger.dump(read), [diagnostic.code for diagnostic in found]


def line_of(**values: object) -> bytes:
    """A file with the one line VALVE, changed so."""
    return ledger.dump(Ledger(HEAD, {}, {VALVE.guid: msgspec.structs.replace(VALVE, **values)}))


def one(data: bytes | None) -> Line:
    read, _ = ledger.parse(data or b"", DECK)
    return read.lines[VALVE.guid]


BASE = {"draft": None, "numbers": {1: "aortic", 2: "mitral"}, "gone": {}}


@pytest.mark.parametrize("turned", [False, True])
def test_a_stale_line_beside_the_edited_one_means_nothing(turned: bool) -> None:
    """Git's union of two neighbouring lines, each changed on its branch, keeps the old version of one of them."""
    files = [line_of(), line_of(draft=None, numbers={1: "aortic", 2: "mitral", 3: "tricuspid"}, gone={})]
    assert merged(*(files[::-1] if turned else files)) == (line_of(), [])


@pytest.mark.parametrize("turned", [False, True])
def test_a_release_on_one_branch_goes_before_the_drafts_of_the_other(turned: bool) -> None:
    newer = State("s3", "f3", 1_800_000_200, "1.1.0", "m3", {1: "aortic"})
    files = [line_of(), line_of(**BASE, released=newer, match="m3")]
    line = one(merged(*(files[::-1] if turned else files))[0])
    assert (line.released, line.draft, line.match) == (newer, None, "m3")


@pytest.mark.parametrize("turned", [False, True])
def test_an_id_renamed_on_one_branch_beats_its_stale_line(turned: bool) -> None:
    files = [line_of(id="valves", was=("heart-valve", "valve")), line_of()]
    line = one(merged(*(files[::-1] if turned else files))[0])
    assert (line.id, line.explicit, line.was) == ("valves", True, ("heart-valve", "valve"))


@pytest.mark.parametrize("turned", [False, True])
def test_an_id_given_on_one_branch_beats_the_derived_one(turned: bool) -> None:
    files = [line_of(id="valves-x1y2z", explicit=False, was=()), line_of(was=())]
    line = one(merged(*(files[::-1] if turned else files))[0])
    assert (line.id, line.explicit) == ("valve", True)


def test_two_ids_for_one_guid_are_told_with_both_notes() -> None:
    read, found = ledger.parse(line_of() + line_of(id="flap", key=("Heart", "Flaps")), DECK)
    assert (read, [d.code for d in found]) == (None, ["I013"])
    assert found[0].message == "the ledger has one guid for two notes: “Heart › Klappen – “valves”” and “Heart › Flaps”"


def test_the_numbers_of_both_branches_are_united() -> None:
    files = [line_of(**{**BASE, "numbers": {1: "aortic", 3: "mitral"}}), line_of(**{**BASE, "gone": {4: "vena"}})]
    line = one(merged(*files)[0])
    assert (line.numbers, line.gone, line.clashes) == ({1: "aortic", 2: "mitral", 3: "mitral"}, {4: "vena"}, ())


def test_one_number_with_two_answers_keeps_both() -> None:
    files = [line_of(**{**BASE, "numbers": {1: "aortic", 3: "left"}}), line_of(**{**BASE, "numbers": {1: "aortic", 3: "right"}})]  # fmt: skip
    line = one(merged(*files)[0])
    assert (line.numbers, line.clashes) == ({1: "aortic", 3: "left"}, ((3, "right"),))


def test_a_note_that_one_branch_retired_and_the_other_kept_is_there() -> None:
    assert one(merged(line_of(retired="draft"), line_of(retired="1.1.0"))[0]).retired == "1.1.0"
    assert one(merged(line_of(retired="1.1.0"), line_of())[0]).retired == ""


def test_the_releases_of_both_branches_are_kept_by_time() -> None:
    heads = [Head(FORMAT, DECK, tuple(Release(version, time) for version, time in releases)) for releases in (
        [("1.0.0", 10), ("1.1.0", 30)], [("1.0.0", 10), ("1.0.1", 20)],
    )]  # fmt: skip
    read, _ = ledger.parse(b"".join(ledger.dump(Ledger(head, {}, {})) for head in heads), DECK)
    assert [release.version for release in read.head.releases] == ["1.0.0", "1.0.1", "1.1.0"]


ANSWERS = st.sampled_from(["aortic", "mitral", "left", "right"])
NUMBERS = st.dictionaries(st.integers(1, 4), ANSWERS, max_size=3)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A line of the one note, as some branch may have left it."""
    numbers, gone = draw(NUMBERS), draw(NUMBERS)
    mod, after = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    state = draw(st.sampled_from([State("s1", "f1", mod, f"1.{mod}.0"), None]))
    return Line(
        guid="0a",
        nid=draw(st.integers(1, 3)),
        id=draw(st.sampled_from(["valve", "valve-2"])),
        family="cloze",
        key=(draw(st.sampled_from(["Valves", "Flaps"])),),
        match=draw(st.sampled_from(["m1", "m2"])),
        sketch="AA==",
        numbers=numbers,
        gone={n: answer for n, answer in gone.items() if n not in numbers},
        released=state,
        draft=draw(st.sampled_from([State("s2", "f2", mod + after), None])) if state else State("s2", "f2", after),
        retired=draw(st.sampled_from(["", "draft", "1.1.0"])),
    )


def joined(*held: Line) -> Line:
    return reduce(ledger._merged, held)


@settings(deadline=None, max_examples=200)
@given(lines(), lines(), lines())
def test_three_lines_of_a_note_are_one_in_whatever_order_they_are_merged(a: Line, b: Line, c: Line) -> None:
    results = [joined(*order) for order in permutations((a, b, c))] + [joined(a, joined(b, c)), joined(joined(a, b), c)]
    assert all(result == results[0] for result in results)


@settings(deadline=None, max_examples=100)
@given(lines(), lines())
def test_a_line_merged_again_changes_nothing(a: Line, b: Line) -> None:
    assert joined(a, a) == a
    assert joined(joined(a, b), b) == joined(a, b) == joined(a, b, a)


@settings(deadline=None, max_examples=100)
@given(st.lists(lines(), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_a_merged_ledger_has_the_same_bytes_whatever_the_order(held: list[Line], chance: object) -> None:
    files = [ledger.dump(Ledger(HEAD, {}, {line.guid: line})) for line in held]
    shuffled = [*files]
    chance.shuffle(shuffled)
    first, second = merged(*files), merged(*shuffled)
    assert ledger.parse(first[0], DECK)[0] == ledger.parse(second[0], DECK)[0]
    assert merged(first[0], *files[:1])[1] == []


@settings(deadline=None, max_examples=100)
@given(lines(), lines())
def test_no_answer_of_either_branch_is_lost(a: Line, b: Line) -> None:
    def claims(line: Line) -> set[tuple[int, str]]:
        return {*line.numbers.items(), *line.gone.items(), *line.clashes}

    assert claims(joined(a, b)) == claims(a) | claims(b)


@pytest.mark.parametrize("turned", [False, True])
def test_note_types_are_merged_to_the_newer_release(turned: bool) -> None:
    files = [
        ledger.dump(
            Ledger(HEAD, {"basic": Type("basic", "5e", State("a1", "a1", 100, "1.0.0"), State("a2", "a2", 150))}, {})
        ),
        ledger.dump(Ledger(HEAD, {"basic": Type("basic", "5e", State("a3", "a3", 200, "1.1.0"))}, {})),
    ]
    read, _ = ledger.parse(b"".join(files[::-1] if turned else files), DECK)
    assert read.types == {"basic": Type("basic", "5e", State("a3", "a3", 200, "1.1.0"))}


def test_a_ledger_in_git_is_merged_by_union(tmp_path: Path) -> None:
    """Two branches each change one of two neighbouring lines: Git says nothing, and both changes are there."""
    notes = "---\nkind: basic\n---\n# Heart\n\n## Atrium\n\nReceives.\n\n" + "Prose.\n\n" * 5 + "## Valve\n\nOpens.\n"
    scratch = Scratch(tmp_path / "project")
    scratch.card_files({"heart.md": notes})
    scratch.release("1.0.0", day(1))
    scratch.start_git()
    scratch.git("switch", "--quiet", "--create", "other")
    scratch.card_files({"heart.md": notes.replace("Opens", "Opens and closes")})
    scratch.build(day(2))
    scratch.commit()
    scratch.git("switch", "--quiet", "main")
    scratch.card_files({"heart.md": notes.replace("Receives", "Receives blood")})
    scratch.build(day(3))
    scratch.commit()
    scratch.git("merge", "--quiet", "--no-edit", "other")
    assert len(scratch.lock.read_text().splitlines()) > 4
    drafts = {note.mod for note in scratch.build(day(4)).assigned.notes}
    assert drafts == {day(2), day(3)}
    assert len(scratch.lock.read_text().splitlines()) == 4
