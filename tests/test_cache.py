"""The cache: what was made of the same inputs is not made twice, and nothing in the folder can do harm."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from deckwright.cache import Cache


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


def test_a_value_is_made_once_for_all_builds(folder: Path) -> None:
    make = Maker()
    values = [Cache(folder).memo("draw", ["a", b"b"], Thing, make) for _ in range(3)]
    assert (values, make.made) == ([Thing("thing 1", b"\x00\xff")] * 3, 1)


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


@pytest.mark.parametrize("entry", [b"", b"\x93\x01\x02", b"\xa5thing"], ids=["empty", "cut off", "of another type"])
def test_a_corrupt_entry_is_made_anew(folder: Path, entry: bytes) -> None:
    make = Maker()
    Cache(folder).memo("draw", ["a"], Thing, make)
    (path,) = folder.iterdir()
    path.write_bytes(entry)
    assert Cache(folder).memo("draw", ["a"], Thing, make).name == "thing 2"
    assert Cache(folder).memo("draw", ["a"], Thing, make).name == "thing 2"


def test_without_a_build_folder_nothing_is_written(tmp_path: Path) -> None:
    cache, make = Cache(tmp_path / "build" / ".cache"), Maker()
    values = [cache.memo("draw", ["a"], Thing, make) for _ in range(2)]
    assert (values, list(tmp_path.iterdir())) == ([Thing("thing 1", b"\x00\xff")] * 2, [])
