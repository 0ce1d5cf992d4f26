"""The ledger's file: its bytes, what a merge of two of them is, and what is told where it cannot be read."""

from __future__ import annotations

import os
import random
import zlib
from collections.abc import Callable
from functools import reduce
from itertools import permutations
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch import Scratch, day

from deckwright.identity import ledger, merge
from deckwright.identity.ledger import Ledger
from deckwright.identity.lines import FORMAT, Frozen, Head, Line, Release, State, Type

DECK = "anatomy-k3v9q2xm"
HEAD = Head(
    FORMAT,
    DECK,
    ("Body", "Anatomy"),
    (Release("1.0.0", 1_800_000_000, 1, 3, "d1"),),
    Frozen("Anatomy", "body", ("Anatomy", "Anatomy::Heart")),
    {"Markdown": "3.11.3"},
)
PART = msgspec.structs.replace(HEAD, releases=(Release("1.0.0", 1_800_000_000),))
"""The same of a ledger of which there are only some lines, as in a release that does not say how many notes it had."""

BASIC = Type("basic", "basic", "5e", State("a1", "a1", 1_800_000_000, "1.0.0"))
VALVE = Line(
    guid="0aValve",
    nid=1_799_999_999_500,
    id="valve",
    type="cloze",
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
{"deckwright":3,"deck":"anatomy-k3v9q2xm","names":["Body","Anatomy"],"releases":[{"version":"1.0.0","time":1800000000,"notes":1,"cards":3,"digest":"d1"}],"frozen":{"name":"Anatomy","tag_prefix":"body","decks":["Anatomy","Anatomy::Heart"]},"renderers":{"Markdown":"3.11.3"},"check":"5edc6817"}
{"type":"basic","family":"basic","shape":"5e","released":{"source":"a1","fields":"a1","mod":1800000000,"version":"1.0.0"},"check":"555095d5"}
{"guid":"0aValve","nid":1799999999500,"id":"valve","type":"cloze","key":["Heart","Klappen – “valves”"],"match":"m1","sketch":"AA==","explicit":true,"was":["heart-valve"],"numbers":{"2":"mitral","1":"aortic"},"gone":{"3":"tricuspid"},"released":{"source":"s1","fields":"f1","mod":1800000000,"version":"1.0.0","match":"m1","numbers":{"1":"aortic","2":"mitral","3":"tricuspid"}},"draft":{"source":"s2","fields":"f2","mod":1800000100,"match":"m1","numbers":{"2":"mitral","1":"aortic"}},"check":"51080cf3"}
{"guid":"0bAtrium","nid":1799999999000,"id":"parts.atrium","type":"basic","key":["Heart","Parts","Atrium"],"match":"m2","sketch":"AQ==","group":"parts","retired":"1.0.0","check":"b007a922"}
""".encode()
"""What is written: decks that are released read it for years, so it changes with `ledger.FORMAT` alone."""


def sealed(*lines: bytes) -> bytes:
    """These lines, each with its right check, whatever they say."""
    return b"".join(body + b',"check":"%08x"}\n' % zlib.crc32(body) for body in (line.rstrip()[:-1] for line in lines))


def unsealed(data: bytes) -> list[bytes]:
    """The lines without their checks."""
    return [line[:-20] + b"}" for line in data.splitlines()]


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


def test_the_line_of_a_released_note_is_missed() -> None:
    """No check of a line can find that, and the note would get another guid if it was edited since it got its own."""
    head, type_, valve, atrium = BYTES.splitlines(keepends=True)
    assert told(head + type_ + atrium) == [("I012", 1)]
    read, found = ledger.parse(head + type_ + valve, DECK)
    assert (read.head, found) == (HEAD, [])  # The other note was never released.


HEAD_LINE, TYPE_LINE, VALVE_LINE, ATRIUM_LINE = unsealed(BYTES)

BROKEN = [
    b'{"guid":"0c","nid":1}',
    b'{"guid":"0c","nid":"one","id":"x","type":"basic","key":[],"match":"","sketch":""}',
    b'{"guid":"0c","nid":1,"id":"x","family":"basic","key":[],"match":"","sketch":""}',
    b'{"type":"basic","family":"typed","shape":"5e"}',
    b'{"type":"basic"}',
    b'{ "guid": "0c" }',
    b'{"guid":"\xff","nid":1,"id":"x","type":"basic","key":[],"match":"","sketch":""}',
    b"0aValve}",
    *(
        ATRIUM_LINE.replace(old, new)
        for old, new in (
            (b'"0bAtrium"', b'""'),
            (b'"0bAtrium"', b"null"),
            (b'"0bAtrium"', b'["0bAtrium"]'),
            (b'"0bAtrium"', b'"0b\\u0007"'),
            (b'"0bAtrium"', b'"0b\\u0085"'),
            (b'"0bAtrium"', b'"0b\\n"'),
            (b'"0bAtrium"', b'"\\ud800"'),
            (b'"0bAtrium"', b'"' + b"x" * 201 + b'"'),
            (b"1799999999000", b"0"),
            (b"1799999999000", b"-1"),
            (b"1799999999000", b"true"),
            (b"1799999999000", b"1e12"),
            (b"1799999999000", b"9007199254740993"),
            (b"1799999999000", b"9" * 5000),
            (b'["Heart","Parts","Atrium"]', b'"Heart"'),
            (b'["Heart","Parts","Atrium"]', b"[" * 5_000 + b"]" * 5_000),
            (b'"group"', b'"other":' + b"[" * 100_000 + b"]" * 100_000 + b',"group"'),
            (b'"retired":"1.0.0"', b'"retired":1'),
        )
    ),
    *(
        VALVE_LINE.replace(old, new)
        for old, new in (
            (b'"mod":1800000100', b'"mod":-1'),
            (b'"mod":1800000100', b'"mod":0'),
            (b'"mod":1800000100', b'"mod":8589934593'),
            (b'"mod":1800000100', b'"mod":"1800000100"'),
            (b'"numbers":{"2":"mitral"', b'"numbers":{"0":"mitral"'),
            (b'"numbers":{"2":"mitral"', b'"numbers":{"500":"mitral"'),
            (b'"numbers":{"2":"mitral"', b'"numbers":{"-2":"mitral"'),
            (b'"numbers":{"2":"mitral"', b'"numbers":{"two":"mitral"'),
            (b'"gone":{"3"', b'"gone":{"500"'),
            (b'"gone":{"3":"tricuspid"}', b'"gone":{"3":null}'),
            (b'"gone":{"3":"tricuspid"}', b'"clashes":[[0,"tricuspid"]]'),
        )
    ),
    TYPE_LINE.replace(b'"mod":1800000000', b'"mod":0'),
    HEAD_LINE.replace(b'"time":1800000000', b'"time":-1800000000'),
    HEAD_LINE.replace(b'"names":["Body","Anatomy"]', b'"names":"Anatomy"'),
]


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_a_line_that_makes_no_sense_is_told_and_nothing_is_used(number: int) -> None:
    assert BROKEN[number] not in unsealed(BYTES)
    assert told(BYTES + sealed(BROKEN[number])) == [("I012", 5)]


def test_a_guid_of_another_tool_is_read() -> None:
    """Anki takes any text for one."""
    for guid in ("a", "f}h(2`QzN,", "Ωmega 7", "x" * 200):
        line = ATRIUM_LINE.replace(b'"0bAtrium"', b'"' + guid.encode() + b'"')
        read, found = ledger.parse(BYTES + sealed(line), DECK)
        assert (found, guid in read.lines) == ([], True)


# A check of each line


def test_every_flipped_bit_is_found() -> None:
    """In a guid it would be built into the package: learners would get the note a second time."""
    for place in range(len(BYTES)):
        for bit in range(8):
            data = bytearray(BYTES)
            data[place] ^= 1 << bit
            read, found = ledger.parse(bytes(data), DECK)
            assert read is None, (place, bit)
            assert {d.code for d in found} <= {"I011", "I012", "I014"}, (place, bit)


def test_lines_cut_swapped_and_overwritten_are_found() -> None:
    chance = random.Random(1)
    for _ in range(1_000):
        start, end = sorted(chance.choices(range(len(BYTES)), k=2))
        new = chance.choice([b"", chance.randbytes(end - start), BYTES[start:end][::-1], b"\0" * (end - start)])
        data = BYTES[:start] + new + BYTES[end:]
        read, _ = ledger.parse(data, DECK)
        assert read is None or set(data.splitlines()) <= set(BYTES.splitlines()), (start, end, new)


@pytest.mark.parametrize(
    "line",
    [
        ATRIUM_LINE,  # as a hand would add it
        sealed(ATRIUM_LINE).rstrip().replace(b'"0bAtrium"', b'"0bAtriun"'),
        sealed(ATRIUM_LINE).rstrip() + b" ",
        b" " + sealed(ATRIUM_LINE).rstrip(),
        sealed(ATRIUM_LINE).rstrip().replace(b'":', b'": '),
        sealed(ATRIUM_LINE)[:-2].upper() + b"}",
        b"\xef\xbb\xbf" + sealed(ATRIUM_LINE).rstrip(),
        b" ",
    ],
)
def test_a_line_edited_by_hand_is_told_with_what_repairs_it(line: bytes) -> None:
    read, (found,) = ledger.parse(BYTES + line + b"\n", DECK)
    assert (read, found.code, found.span.line) == (None, "I012", 5)
    assert found.message == "deck.lock is damaged: something else changed this line, or cut it off"
    assert found.hint == "restore the file from Git: `git checkout deck.lock`"


def test_of_many_damaged_lines_the_first_are_told_and_the_others_counted() -> None:
    _, found = ledger.parse(b"\n".join([*unsealed(BYTES), *[ATRIUM_LINE] * 20]), DECK)
    assert [d.span.line for d in found] == list(range(1, 11))
    assert found[-1].message.endswith("; so are 14 more lines")


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\n".join(BYTES.splitlines()[1:])])
def test_a_ledger_without_its_first_line_is_no_ledger(data: bytes) -> None:
    assert told(data) == [("I012", 1)]


@pytest.mark.parametrize(
    ("format_", "hint"),
    [
        (FORMAT + 1, "a newer Deckwright wrote it: install the latest version"),
        (FORMAT - 1, "an older Deckwright wrote it: build with that version"),
    ],
)
@pytest.mark.parametrize("seal", [sealed, lambda *lines: b"\n".join(lines) + b"\n"], ids=["checks", "no checks"])
def test_another_format_is_told_and_nothing_else_of_it(format_: int, hint: str, seal: Callable[..., bytes]) -> None:
    head, *lines = unsealed(BYTES)
    head = head.replace(b'"deckwright":3', b'"deckwright":%d' % format_)
    data = seal(head) + seal(*lines) + b'{"guid":5}\n{"type":"unheard of"}\n'
    read, (found,) = ledger.parse(data, DECK)
    assert (read, found.code, found.span.line) == (None, "I014", 1)
    assert (found.message, found.hint) == (
        f"deck.lock has format {format_}, and this Deckwright reads format {FORMAT}", hint,
    )  # fmt: skip


def test_another_deck_is_told() -> None:
    head, *lines = unsealed(BYTES)
    assert told(sealed(head.replace(b"anatomy-k3v9q2xm", b"botany-00000000"), *lines)) == [("I015", 1)]


# Reading and writing files


def test_where_there_is_none_a_ledger_is_empty(tmp_path: Path) -> None:
    assert ledger.read(tmp_path / "deck.lock", DECK) == (ledger.empty(DECK), [])


def test_a_ledger_that_is_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "deck.lock").mkdir()
    read, found = ledger.read(tmp_path / "deck.lock", DECK)
    assert (read, [d.code for d in found]) == (None, ["I010"])
    assert found[0].message == "deck.lock cannot be read: it is no regular file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="about named pipes")
def test_a_ledger_that_is_a_pipe_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "deck.lock")
    read, found = ledger.read(tmp_path / "deck.lock", DECK)
    assert (read, [d.code for d in found]) == (None, ["I010"])


def test_a_ledger_that_leads_out_of_the_project_is_told_and_none_of_it_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a password\n", encoding="utf-8")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / ledger.FILE).symlink_to(tmp_path / "secret")
    read, (found,) = ledger.read(tmp_path / "project" / ledger.FILE, "a-k3v9q2xm")
    assert (read, found.code, found.span.text) == (None, "I010", "")
    assert found.message.endswith("it leads out of the project")


def test_a_ledger_that_is_too_large_is_told_and_not_read(tmp_path: Path) -> None:
    with (tmp_path / "deck.lock").open("wb") as file:
        file.truncate(1 << 40)  # It takes no room on the disk.
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


def test_what_was_read_is_only_compared_with_the_file_where_it_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "deck.lock"
    shuffled = b"".join(BYTES.splitlines(keepends=True)[::-1])
    for data, held, is_written in (
        (BYTES, WHOLE, False),
        (BYTES, ledger.empty(DECK), True),
        (shuffled, WHOLE, True),
    ):
        path.write_bytes(data)
        before, found = ledger.read(path, DECK)
        assert (before == WHOLE, found) == (True, [])
        assert ledger.write(held, path, before) == is_written
        assert path.read_bytes() == ledger.dump(held)


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


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        (lambda data: data.replace(b"\n", b"\r\n"), True),
        (lambda data: data.replace(b"\n", b"\r\n", 1), True),
        (lambda data: data.replace(b"\n", b"\r\n")[:-2], False),
        (lambda data: data.replace(b"\n", b"\r\n") + b"\r\n", False),
        (lambda data: data.replace(b"\n", b"\r\n").replace(b"valve", b"flap"), False),
        (lambda data: data[:-1], False),
    ],
)
def test_a_ledger_with_the_line_ends_of_windows_is_not_written_again(
    change: Callable[[bytes], bytes], is_kept: bool, tmp_path: Path
) -> None:
    """Git writes them so where it is told to, and would call the file modified."""
    held = Ledger(HEAD, {}, {VALVE.guid: VALVE})
    path = tmp_path / ledger.FILE
    path.write_bytes(change(ledger.dump(held)))
    before = path.read_bytes()
    assert before != ledger.dump(held)
    assert (ledger.write(held, path), path.read_bytes()) == ((False, before) if is_kept else (True, ledger.dump(held)))


# Merging


def merged(*files: bytes) -> tuple[bytes | None, list[str]]:
    """The ledger of all these files' lines, as `merge=union` leaves them, and the codes of what is wrong."""
    read, found = ledger.parse(b"".join(files), DECK)
    return read and ledger.dump(read), [diagnostic.code for diagnostic in found]


def line_of(**values: object) -> bytes:
    """A file with the one line VALVE, changed so."""
    return ledger.dump(Ledger(PART, {}, {VALVE.guid: msgspec.structs.replace(VALVE, **values)}))


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
    assert found[0].message == "“Heart › Klappen – “valves”” and “Heart › Flaps” have the same guid in deck.lock"


def test_two_note_types_for_one_guid_are_told() -> None:
    assert [found.code for found in ledger.parse(line_of() + line_of(type="basic"), DECK)[1]] == ["I013"]


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


def test_a_note_that_one_branch_brought_back_is_back_until_one_has_released_it() -> None:
    back, gone, released = line_of(back="1.1.0"), line_of(retired="1.1.0"), line_of()
    for files, held in (
        ((back, gone), "1.1.0"),
        ((back, back), "1.1.0"),
        ((back, released), ""),
        ((gone, released), ""),
    ):
        for order in (files, files[::-1]):
            line = one(merged(*order)[0])
            assert (line.retired, line.back) == ("", held)


def test_the_releases_of_both_branches_are_kept_by_time() -> None:
    heads = [Head(FORMAT, DECK, releases=tuple(Release(version, time) for version, time in releases)) for releases in (
        [("1.0.0", 10), ("1.1.0", 30)], [("1.0.0", 10), ("1.0.1", 20)],
    )]  # fmt: skip
    read, _ = ledger.parse(b"".join(ledger.dump(Ledger(head, {}, {})) for head in heads), DECK)
    assert [release.version for release in read.head.releases] == ["1.0.0", "1.0.1", "1.1.0"]


def head(*versions: tuple[str, int], decks: str = "Anatomy", **values: object) -> bytes:
    """A ledger with these releases and their times, and the decks of the last one."""
    releases = tuple(Release(version, time, digest=f"{version} at {time}") for version, time in versions)
    frozen = Frozen("Anatomy", decks=tuple(decks.split()))
    return ledger.dump(Ledger(Head(FORMAT, DECK, releases=releases, frozen=frozen, **values), {}, {}))


@pytest.mark.parametrize("turned", [False, True])
def test_a_merged_hotfix_is_not_the_last_release_and_the_decks_of_both_are_frozen(turned: bool) -> None:
    """Learners of the higher version have its decks, and it is what the next version is compared with."""
    files = [
        head(("1.0.0", 10), ("1.10.0", 30), decks="Anatomy Heart", renderers={"Markdown": "4"}),
        head(("1.0.0", 10), ("1.9.1", 40), decks="Anatomy Lung", renderers={"Markdown": "3"}),
        head(("1.0.0", 10), decks="Anatomy Gone"),  # As `merge=union` leaves a line of before the branches.
    ]
    read, _ = ledger.parse(b"".join(files[::-1] if turned else files), DECK)
    assert [made.version for made in read.head.releases] == ["1.0.0", "1.10.0", "1.9.1"]
    assert read.last == Release("1.10.0", 30, digest="1.10.0 at 30")
    assert (read.head.frozen.decks, read.head.renderers) == (("Anatomy", "Heart", "Lung"), {"Markdown": "4"})


@pytest.mark.parametrize("other", [("1.1.0", 21), ("1.1.0", 20)])
def test_one_version_of_two_branches_is_told(other: tuple[str, int]) -> None:
    """Whether they have another time, or only other contents."""
    one, theirs = head(("1.0.0", 10), ("1.1.0", 20)), unsealed(head(("1.0.0", 10), other))[0]
    read, (found,) = ledger.parse(one + sealed(theirs.replace(b"1.1.0 at", b"theirs at")), DECK)
    assert (read, found.code, found.span.line) == (None, "I031", 2)
    assert found.message == "version 1.1.0 was released twice, on two branches"
    assert ledger.parse(one + one, DECK)[1] == []


@pytest.mark.parametrize(
    "version", ["", "1", "1.0", "01.0.0", "1.0.0-rc.1", "v1.0.0", "1.0.0 + draft", "1.0.1234567", "1.0.1٣", "1.0.0."]
)
def test_a_release_has_three_numbers(version: str) -> None:
    line = HEAD_LINE.replace(b'"version":"1.0.0"', b'"version":"%s"' % version.encode())
    assert told(sealed(line)) == [("I012", 1)]


@pytest.mark.parametrize("turned", [False, True])
def test_a_deck_renamed_on_one_branch_has_its_new_name(turned: bool) -> None:
    heads = [Head(FORMAT, DECK, names) for names in (("Zoology",), ("Zoology", "Anatomy"))]
    read, _ = ledger.parse(b"".join(ledger.dump(Ledger(head, {}, {})) for head in heads[:: -1 if turned else 1]), DECK)
    assert read.head.names == ("Zoology", "Anatomy")


ANSWERS = st.sampled_from(["aortic", "mitral", "left", "right"])
NUMBERS = st.dictionaries(st.integers(1, 4), ANSWERS, max_size=3)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A line of the one note, as some branch may have left it."""
    numbers, gone = draw(NUMBERS), draw(NUMBERS)
    mod, after = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    state = draw(st.sampled_from([State("s1", "f1", mod, f"1.{mod}.0"), None]))
    retired = draw(st.sampled_from(["", "draft", "1.1.0"]))
    return Line(
        guid="0a",
        nid=draw(st.integers(1, 3)),
        id=draw(st.sampled_from(["valve", "valve-2"])),
        type="cloze",
        key=(draw(st.sampled_from(["Valves", "Flaps"])),),
        match=draw(st.sampled_from(["m1", "m2"])),
        sketch="AA==",
        numbers=numbers,
        gone={n: answer for n, answer in gone.items() if n not in numbers},
        released=state,
        draft=draw(st.sampled_from([State("s2", "f2", mod + after), None])) if state else State("s2", "f2", after),
        retired=retired,
        back="" if retired else draw(st.sampled_from(["", "1.0.0", "1.1.0"])),
    )


def joined(*held: Line) -> Line:
    return reduce(merge.notes, held)


@pytest.mark.ci
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


@pytest.mark.ci
@settings(deadline=None, max_examples=100)
@given(st.lists(lines(), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_a_merged_ledger_has_the_same_bytes_whatever_the_order(held: list[Line], chance: object) -> None:
    files = [ledger.dump(Ledger(PART, {}, {line.guid: line})) for line in held]
    shuffled = [*files]
    chance.shuffle(shuffled)
    first, second = merged(*files), merged(*shuffled)
    assert ledger.parse(first[0], DECK)[0] == ledger.parse(second[0], DECK)[0]
    assert merged(first[0], *files[:1])[1] == []


@pytest.mark.ci
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
            Ledger(
                PART,
                {"basic": Type("basic", "basic", "5e", State("a1", "a1", 100, "1.0.0"), State("a2", "a2", 150))},
                {},
            )
        ),
        ledger.dump(Ledger(PART, {"basic": Type("basic", "basic", "5e", State("a3", "a3", 200, "1.1.0"))}, {})),
    ]
    read, _ = ledger.parse(b"".join(files[::-1] if turned else files), DECK)
    assert read.types == {"basic": Type("basic", "basic", "5e", State("a3", "a3", 200, "1.1.0"))}


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
    drafts = {note.mod for note in scratch.build(day(4)).collection.notes}
    assert drafts == {day(2), day(3)}
    assert len(scratch.lock.read_text().splitlines()) == 4
