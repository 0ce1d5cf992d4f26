"""The cache: nothing is made twice from the same inputs, and nothing in the folder can do harm."""

from __future__ import annotations

import errno
import hashlib
import os
import pickle
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from inspect import signature
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckwright import cache as caching
from deckwright import program
from deckwright.cache import LIBRARIES, Cache, made_by
from deckwright.diagnostics import Diagnostic
from deckwright.diagnostics.project import missing_folder, unknown_key
from deckwright.lint import PAGES, RULES
from deckwright.model import Span

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Thing:
    name: str
    data: bytes


class Maker:
    """Makes another thing at each call, and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Thing:
        self.made += 1
        return Thing(f"thing {self.made}", b"\x00\xff")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "build").mkdir()
    return tmp_path / "build" / ".cache"


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_value_is_made_once_for_all_builds(folder: Path) -> None:
    make = Maker()
    values = [Cache(folder).memo("draw", ["a", b"b"], Thing, make) for _ in range(3)]
    assert (values, make.made) == ([Thing("thing 1", b"\x00\xff")] * 3, 1)


def test_none_is_a_value_too(folder: Path) -> None:
    made = []
    for _ in range(2):
        assert Cache(folder).memo("draw", ["a"], type(None), lambda: made.append(1)) is None
    assert made == [1]


@pytest.mark.parametrize(
    ("stage", "inputs"),
    [("draw", ["ab"]), ("draw", ["a", "b", ""]), ("draw", ["b", "a"]), ("show", ["a", "b"])],
    ids=["joined", "one more", "another order", "another stage"],
)
def test_other_inputs_make_another_value(folder: Path, stage: str, inputs: list[str]) -> None:
    cache, make = Cache(folder), Maker()
    cache.memo("draw", ["a", "b"], Thing, make)
    cache.memo(stage, inputs, Thing, make)
    assert make.made == 2


# What the value depends on besides its inputs


@pytest.fixture
def forget() -> Iterable[None]:
    """What the code is made of is worked out anew, in the test and after it."""
    caching._made_by_us.cache_clear()
    yield
    caching._made_by_us.cache_clear()


@pytest.mark.usefixtures("forget")
@pytest.mark.parametrize("library", [*LIBRARIES, "deckwright", "Python"])
def test_another_version_of_a_library_or_of_ours_makes_another_value(
    folder: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    make = Maker()
    Cache(folder).memo("draw", ["a"], Thing, make)
    caching._made_by_us.cache_clear()
    known = program.versions()
    if library in LIBRARIES:
        assert known[program.normalised(library)] == metadata.version(library)
    monkeypatch.setattr(program, "versions", lambda: known | {program.normalised(library): "99"})
    if library == "deckwright":
        monkeypatch.setattr(caching, "__version__", "99")
    if library == "Python":
        monkeypatch.setattr(caching, "python_version", lambda: "99")
    assert Cache(folder).memo("draw", ["a"], Thing, make).name == "thing 2"


@pytest.mark.parametrize("changed", ["fields.py", "notetypes/card.css", "new.html"])
def test_a_change_of_our_own_files_makes_another_value(tmp_path: Path, changed: str) -> None:
    for name in ("fields.py", "notetypes/card.css"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("MARGIN = 1")
    before = made_by(tmp_path, ["1"])
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "fields.pyc").write_bytes(b"1")
    assert made_by(tmp_path, ["1"]) == before
    (tmp_path / changed).write_text("MARGIN = 2")
    assert made_by(tmp_path, ["1"]) != before


@pytest.mark.usefixtures("forget")
def test_a_library_without_metadata_does_no_harm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "installed", list)
    make = Maker()
    values = [Cache(folder).memo("draw", ["a"], Thing, make) for _ in range(2)]
    assert (values, make.made) == ([Thing("thing 1", b"\x00\xff")] * 2, 1)


def test_for_each_library_it_is_known_whether_it_decides_a_value() -> None:
    """A new dependency belongs into LIBRARIES, or here if no value in the cache depends on it."""
    others = {"click", "packaging", "rich", "watchfiles", "zstandard"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {re.match(r"[\w.-]+", line)[0] for line in project["dependencies"]}
    assert set(LIBRARIES) | others == named
    assert not set(LIBRARIES) & others


def test_the_code_is_read_when_it_is_needed_and_not_before() -> None:
    script = "from deckwright import cache; print(cache._made_by_us.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout == b"0\n"


@pytest.mark.usefixtures("forget")
def test_what_somebody_else_has_put_into_the_folder_does_not_count(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project is often a stranger's, and what is kept is not cleaned again."""
    make = Maker()
    for user, wanted in (("one", "thing 1"), ("other", "thing 2"), ("one", "thing 1")):
        monkeypatch.setenv("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", str(tmp_path / user))
        caching._made_by_us.cache_clear()
        assert Cache(folder).memo("draw", ["a"], Thing, make).name == wanted
    secret = tmp_path / "one" / "deckwright" / "secret"
    assert len(secret.read_bytes()) == 32
    if os.name == "posix":
        assert secret.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("forget")
def test_without_a_place_for_the_secret_everything_is_made_anew(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", str(tmp_path / "file"))
    make = Maker()
    for wanted in ("thing 1", "thing 2"):
        caching._made_by_us.cache_clear()
        assert Cache(folder).memo("draw", ["a"], Thing, make).name == wanted


def test_what_was_not_used_for_a_month_goes(folder: Path) -> None:
    cache = Cache(folder)
    for name, days in (("old", 31), ("new", 29)):
        cache.put(cache.key("draw", [name]), name.encode())
        then = time.time() - days * 86_400
        os.utime(folder / cache.key("draw", [name]), (then, then))
    cache.prune()
    assert [cache.get(cache.key("draw", [name])) for name in ("old", "new")] == [None, b"new"]


# What is in the folder


def sealed(name: str, data: bytes) -> bytes:
    """An entry with a checksum that is right."""
    return hashlib.sha256(name.encode() + data).digest()[:16] + data


@pytest.mark.parametrize(
    "damage",
    [
        lambda name, data: b"",
        lambda name, data: data[:10],
        lambda name, data: data[:-1],
        lambda name, data: data[:-1] + b"\x01",
        lambda name, data: sealed(name, b"\xa5thing"),
        lambda name, data: sealed(name, b"\x82\xa4name\xa2\xff\xfe\xa4data\xc4\x00"),
        lambda name, data: sealed(name, b"\x91" * 100_000),
        lambda name, data: sealed(name, b""),
    ],
    ids=[
        "empty",
        "without its end",
        "one byte short",
        "one bit wrong",
        "of another type",
        "not UTF-8",
        "nested without end",
        "nothing but a checksum",
    ],
)
def test_an_entry_that_is_not_sound_is_made_anew(folder: Path, damage: object) -> None:
    make = Maker()
    Cache(folder).memo("draw", ["a"], Thing, make)
    (path,) = folder.iterdir()
    path.write_bytes(damage(path.name, path.read_bytes()))
    assert Cache(folder).memo("draw", ["a"], Thing, make).name == "thing 2"
    assert Cache(folder).memo("draw", ["a"], Thing, make).name == "thing 2"


def test_an_entry_under_another_name_is_made_anew(folder: Path) -> None:
    held = filled(folder, ["a", "b"])
    (folder / held["a"]).replace(folder / held["b"])
    assert Cache(folder).memo("draw", ["b"], Thing, lambda: Thing("b", b"")) == Thing("b", b"")


def test_without_a_build_folder_nothing_is_written(tmp_path: Path) -> None:
    cache, make = Cache(tmp_path / "build" / ".cache"), Maker()
    values = [cache.memo("draw", ["a"], Thing, make) for _ in range(2)]
    assert (values, list(tmp_path.iterdir())) == ([Thing("thing 1", b"\x00\xff")] * 2, [])


def test_what_is_only_read_stays_as_it_is(folder: Path) -> None:
    make = Maker()
    Cache(folder).memo("draw", ["a"], Thing, make)
    (path,) = folder.iterdir()
    os.utime(path, ns=(1, 1))
    reader = Cache(folder, read_only=True, limit=0)
    assert reader.memo("draw", ["a"], Thing, make).name == "thing 1"
    assert reader.memo("draw", ["b"], Thing, make).name == "thing 2"
    reader.prune()
    assert (entries(folder), path.stat().st_mtime_ns) == ([path.name], 1)


def test_a_link_in_place_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    folder.symlink_to(other)
    cache = Cache(folder, limit=0)
    cache.memo("draw", ["a"], Thing, Maker())
    (other / f"draw-{'0' * 32}").write_bytes(b"x")
    cache.prune()
    assert entries(other) == [f"draw-{'0' * 32}"]


def filled(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Entries of these inputs, each used a second after the one before; the file of each."""
    held = {}
    for used, name in enumerate(names, int(time.time()) - 1_000):
        before = set(entries(folder)) if folder.exists() else set()
        Cache(folder).memo("draw", [name], Thing, Maker())
        (held[name],) = set(entries(folder)) - before
        os.utime(folder / held[name], (used, used))
    return held


def test_what_was_not_used_for_longest_goes_first(folder: Path) -> None:
    held = filled(folder, ["a", "b", "c", "d"])
    size = (folder / held["a"]).stat().st_size
    Cache(folder).memo("draw", ["a"], Thing, Maker())  # Now it is the one that was used last.
    Cache(folder, limit=2 * size).prune()
    assert entries(folder) == sorted([held["a"], held["d"]])
    Cache(folder, limit=2 * size).prune()
    assert entries(folder) == sorted([held["a"], held["d"]])
    Cache(folder, limit=0).prune()
    assert entries(folder) == []


def test_pruning_touches_nothing_but_entries(folder: Path, tmp_path: Path) -> None:
    filled(folder, ["a"])
    (folder / ".deckwright-x1_z9abc").write_bytes(b"of a build that was stopped")
    (folder / f"link-{'0' * 32}").symlink_to(tmp_path / "thesis.txt")
    kept = ["draw-1", "notes.txt", f"link-{'0' * 32}"]
    (tmp_path / "thesis.txt").write_text("mine")
    for name in kept[:2]:
        (folder / name).write_bytes(b"mine")
    (folder / f"draw-{'1' * 32}").mkdir()
    Cache(folder, limit=0).prune()
    assert entries(folder) == sorted([*kept, f"draw-{'1' * 32}"])


def test_two_builds_at_once_do_no_harm(folder: Path) -> None:
    def work(number: int) -> list[str]:
        names = []
        for turn in range(60):
            cache = Cache(folder, limit=400)
            name = str((turn * (number + 1)) % 7)
            names.append(cache.memo("draw", [name], Thing, lambda name=name: Thing(name, b"x" * 50)).name)
            cache.prune()
        return names

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(work, range(4)))
    assert results == [[str((turn * (number + 1)) % 7) for turn in range(60)] for number in range(4)]


# Large entries, which are taken out and changed


def test_a_large_entry_is_taken_out_and_put_back(folder: Path, tmp_path: Path) -> None:
    cache, file = Cache(folder), tmp_path / "rows"
    key = cache.key("rows", ())
    for data in (b"", b"x" * 3_000_000):
        file.write_bytes(data)
        assert cache.keep(key, file) and entries(folder) == [key] and not file.exists()
        assert cache.take(key, file) and entries(folder) == [] and file.read_bytes() == data
    assert not cache.take(key, tmp_path / "other")


@pytest.mark.parametrize(
    "damage", [lambda data: b"", lambda data: data[:3], lambda data: data[:-1], lambda data: b"y" + data[1:]]
)
def test_a_large_entry_that_is_not_sound_is_not_taken(
    folder: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    cache, file = Cache(folder), tmp_path / "rows"
    file.write_bytes(b"x" * 1_000)
    cache.keep("rows-1", file)
    (folder / "rows-1").rename(folder / "rows-2")
    assert not cache.take("rows-2", file)
    (folder / "rows-2").rename(folder / "rows-1")
    (folder / "rows-1").write_bytes(damage((folder / "rows-1").read_bytes()))
    assert not cache.take("rows-1", file) and not file.exists()


def test_of_a_large_entry_for_which_there_is_no_room_nothing_is_taken(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move(entry: Path, target: Path) -> None:
        target.write_bytes(entry.read_bytes()[:500])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    cache, file = Cache(folder), tmp_path / "rows"
    file.write_bytes(b"x" * 1_000)
    cache.keep("rows-1", file)
    monkeypatch.setattr("shutil.move", move)
    assert not cache.take("rows-1", file) and not file.exists()
    assert entries(folder) == ["rows-1"]


def test_a_large_entry_stays_where_it_is_only_read(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "rows"
    file.write_bytes(b"x")
    Cache(folder).keep("rows-1", file)
    reader = Cache(folder, read_only=True)
    assert not reader.take("rows-1", file) and not reader.keep("rows-2", folder / "rows-1")
    assert entries(folder) == ["rows-1"]


# Diagnostics, which a cached value holds

SCALARS = st.one_of(
    st.text(),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 64) - 1),
    st.floats(allow_nan=False),
)
SPANS = st.builds(Span, st.text(), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.text())


@given(
    st.builds(
        Diagnostic, SPANS, st.sampled_from(sorted(PAGES)), st.lists(SCALARS | st.lists(SCALARS).map(tuple)).map(tuple)
    )
)
def test_a_diagnostic_comes_back_as_it_was(found: Diagnostic) -> None:
    packed = msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Diagnostic)
    for back in (packed, pickle.loads(pickle.dumps(found))):
        assert (back, back.span.text, repr(back)) == (found, found.span.text, repr(found))
        assert hash(back) == hash(found)


def test_its_words_are_made_when_it_is_shown(folder: Path) -> None:
    """A change of a message is seen at once: what is kept are the code and the arguments."""
    spans = Span("deck.toml", 3, 1, 6, "colour")
    made = [unknown_key(spans, "colour", ["id", "name"]), missing_folder(spans, "cards", True)]
    for _ in range(2):
        back = Cache(folder).memo("check", ["a"], list[Diagnostic], lambda: made)
        assert back == made
        assert [d.arguments for d in back] == [("colour", ("id", "name")), ("cards", True)]
    (path,) = folder.iterdir()
    assert made[0].message.encode() not in path.read_bytes()


def can_be_kept(kind: object) -> bool:
    """Whether msgspec and pickle give back what is annotated so: a scalar, a word of several, or a row of them."""
    scalars = {str, bool, int, float}
    if get_origin(kind) is Literal:
        return {type(word) for word in get_args(kind)} <= scalars
    return kind in scalars or (get_origin(kind) in (Sequence, Iterable, tuple) and set(get_args(kind)) <= scalars)


@pytest.mark.parametrize("code", sorted(PAGES.keys() - RULES.keys()))
def test_the_words_of_a_code_depend_on_nothing_that_cannot_be_kept(code: str) -> None:
    hints = get_type_hints(PAGES[code].words)
    assert [name for name in signature(PAGES[code].words).parameters if not can_be_kept(hints[name])] == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(Literal["a", "b"], True), (tuple[int, int], True), (Sequence[str], True), (Path, False), (Sequence[Path], False)],
)
def test_what_can_be_kept(kind: object, expected: bool) -> None:
    assert can_be_kept(kind) is expected
