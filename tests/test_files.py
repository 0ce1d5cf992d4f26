"""Which files are listed, and that opening one never waits."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from scratch import DAY_ONE, Scratch

from deckwright import files
from deckwright.build import load
from deckwright.diagnostics import to_text
from deckwright.identity import Terms


def write(root: Path, *places: str) -> None:
    for place in places:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text("x")


def listed(root: Path, *folders: str) -> tuple[list[str], list[tuple[str, str]]]:
    told: list[tuple[str, str]] = []
    found = files.below(root, folders, lambda place, error: told.append((place, type(error).__name__)))
    return found, told


def linked(root: Path, place: str, target: str) -> None:
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    try:
        (root / place).symlink_to(target, target_is_directory=True)
    except OSError:
        pytest.skip("no links")


def test_many_paths_are_inside_where_each_is(tmp_path: Path) -> None:
    write(tmp_path, "deck/cards/a.md", "deck/cards/b/c.md", "deck/extra/d.md", "outer/e.md", "deck-2/f.md")
    for place, target in {
        "deck/cards/within": "../extra",
        "deck/cards/out": "../../outer",
        "deck/cards/near": "../../deck-2",
        "deck/cards/within.md": "../extra/d.md",
        "deck/cards/out.md": "../../outer/e.md",
        "deck/cards/round.md": "../../deck/cards/a.md",
        "deck/cards/nothing.md": "nothing",
        "deck/cards/itself.md": "itself.md",
        "link": "deck",
    }.items():
        linked(tmp_path, place, target)
    inside = ["a.md", "b/c.md", "within/d.md", "within.md", "round.md", "nothing.md", "missing.md", "b/missing/x.md"]
    outside = ["out/e.md", "near/f.md", "out.md", "out/missing.md"]
    for root in (tmp_path / "deck", tmp_path / "link"):
        is_inside = files.inside(root)
        paths = [f"cards/{name}" for name in [*inside, *outside, "itself.md"]]
        assert [is_inside(path) for path in paths] == [files.is_inside(root / path, root) for path in paths]
        assert [is_inside(f"cards/{name}") for name in inside] == [True] * len(inside)
        assert [is_inside(f"cards/{name}") for name in outside] == [False] * len(outside)


def test_files_come_in_natural_order_without_what_is_hidden_or_made(tmp_path: Path) -> None:
    write(tmp_path, "cards/10.md", "cards/2.md", "cards/.a.md", "cards/.b/c.md", "cards/node_modules/d.md")
    write(tmp_path, "cards/venv/pyvenv.cfg", "cards/venv/e.md", "build/f.md", "cards/build/g.md")
    assert listed(tmp_path, "cards") == (["cards/2.md", "cards/10.md", "cards/build/g.md"], [])
    assert listed(tmp_path, "") == (["cards/2.md", "cards/10.md", "cards/build/g.md"], [])
    assert listed(tmp_path, "missing") == ([], [])


def test_a_link_to_a_folder_of_the_project_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "cards/a.md", "shared/b.md", "shared/deep/c.md")
    linked(tmp_path, "cards/more", "../shared")
    assert listed(tmp_path, "cards") == (["cards/a.md", "cards/more/b.md", "cards/more/deep/c.md"], [])


def test_no_folder_is_listed_twice(tmp_path: Path) -> None:
    write(tmp_path, "cards/z/a.md", "shared/b.md")
    linked(tmp_path, "cards/a", "z")
    linked(tmp_path, "cards/b", "../shared")
    linked(tmp_path, "cards/c", "../shared")
    assert listed(tmp_path, "cards") == (["cards/b/b.md", "cards/z/a.md"], [])
    assert listed(tmp_path, "cards", "shared") == (["cards/z/a.md", "shared/b.md"], [])


def test_a_link_to_a_link_is_followed_and_a_circle_is_told(tmp_path: Path) -> None:
    write(tmp_path, "cards/a.md", "one/b.md", "two/c.md")
    linked(tmp_path, "cards/one", "../one")
    linked(tmp_path, "one/two", "../two")
    linked(tmp_path, "two/one", "../one")
    linked(tmp_path, "two/all", "..")
    found, told = listed(tmp_path, "cards")
    assert found == ["cards/a.md", "cards/one/b.md", "cards/one/two/c.md"]
    assert told == [("cards/one/two/all", "OSError")]


def test_a_link_out_of_the_project_is_told(tmp_path: Path) -> None:
    write(tmp_path, "project/cards/a.md", "outside/b.md")
    linked(tmp_path / "project", "cards/more", "../../outside")
    linked(tmp_path / "project", "cards/.hidden", "../../outside")
    assert listed(tmp_path / "project", "cards") == (["cards/a.md"], [("cards/more", "OutsideError")])


def test_a_link_to_what_is_made_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "cards/a.md", "build/b.md", "tools/pyvenv.cfg", "tools/c.md")
    linked(tmp_path, "cards/b", "../build")
    linked(tmp_path, "cards/c", "../tools")
    write(tmp_path, "build/deep/d.md", "tools/lib/deep/e.md")
    linked(tmp_path, "cards/d", "../build/deep")
    linked(tmp_path, "cards/e", "../tools/lib/deep")
    assert listed(tmp_path, "cards") == (["cards/a.md"], [])


@pytest.mark.parametrize("target", [".", "..", "../cards", "deep/.."])
def test_a_link_to_a_folder_that_it_is_in_is_told(target: str, tmp_path: Path) -> None:
    write(tmp_path, "cards/a.md", "cards/deep/b.md")
    linked(tmp_path, "cards/again", target)
    for folders in (["cards"], ["."]):
        assert listed(tmp_path, *folders) == (["cards/a.md", "cards/deep/b.md"], [("cards/again", "OSError")])


def test_a_link_to_nothing_is_told_where_it_may_be_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "cards/a.md")
    linked(tmp_path, "cards/more", "../nowhere")
    linked(tmp_path, "cards/self", "self")
    linked(tmp_path, "cards/b.md", "nowhere.md")  # Whoever reads it tells of it.
    linked(tmp_path, "cards/c.PNG", "../.git/annex/c.PNG")
    linked(tmp_path, "cards/.hidden", "../nowhere")
    found, told = listed(tmp_path, "cards")
    assert [path for path in found if path.endswith(".md")] == ["cards/a.md", "cards/b.md"]
    assert sorted(told) == [("cards/more", "FileNotFoundError"), ("cards/self", "OSError")]


def test_folders_that_cannot_be_followed_are_errors_of_the_build(tmp_path: Path) -> None:
    project = Scratch(tmp_path / "project")
    write(tmp_path, "outside/b.md")
    project.card_files({"a.md": "## a {.basic}\n\nb\n"})
    linked(project.root, "cards/more", "../../outside")
    linked(project.root, "cards/again", "..")
    linked(project.root, "cards/nothing", "../nowhere")
    loaded, found = load(project.root, Terms(DAY_ONE))
    assert loaded and len(loaded.collection.notes) == 1
    assert [to_text(one) for one in found] == [
        "cards/again: error[S020]: this folder cannot be listed: Too many levels of symbolic links\n"
        "  help: check its permissions, and where it links to",
        "cards/more: error[S019]: this folder is a link to a place outside the project\n"
        "  help: move the folder itself into the project",
        "cards/nothing: error[S020]: this folder cannot be listed: the link leads to nothing\n"
        "  help: check its permissions, and where it links to",
    ]


@pytest.mark.parametrize(("bytes_", "limit"), [(0, 0), (3, 3), (3, 99)])
def test_a_file_is_read_whole(bytes_: int, limit: int, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * bytes_)
    assert files.read(tmp_path / "a", limit) == b"x" * bytes_


def test_a_file_above_the_limit_is_told_with_its_size(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"xxxx")
    with pytest.raises(files.TooLargeError) as raised:
        files.read(tmp_path / "a", 2)
    assert (raised.value.size, raised.value.errno) == (4, errno.EFBIG)


@pytest.mark.parametrize(
    ("place", "limit", "codes"),
    [
        ("cards/a.md", "collection.MAX_FILE_BYTES", ["S002"]),
        ("deck.lock", "identity.ledger.MAX_LEDGER_BYTES", ["I010"]),
        ("cards/x.png", "media.library.MAX_MEDIA_BYTES", ["M008"]),
    ],
)
def test_a_file_that_grows_while_it_is_read_is_never_cut(
    place: str, limit: str, codes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    project = Scratch(tmp_path)
    project.card_files({"a.md": "## a {.basic}\n\n![](x.png)\n"})
    Image.new("RGB", (9, 9)).save(project.root / "cards/x.png")
    project.build(DAY_ONE)
    grown = (project.root / place).stat()
    asked = os.fstat

    def before(handle: int) -> os.stat_result:
        """What was said of the file when it had half of its bytes."""
        found = asked(handle)
        return os.stat_result((*found[:6], found.st_size // 2, *found[7:])) if found.st_ino == grown.st_ino else found

    monkeypatch.setattr(os, "fstat", before)
    monkeypatch.setattr(f"deckwright.{limit}", grown.st_size // 2)
    assert [found.code for found in load(project.root, Terms(DAY_ONE))[1]] == codes


MASKS = "size = [9, 9]\n\n[[mask]]\nname = 'a'\nleft = 0.1\ntop = 0.1\nwidth = 0.5\nheight = 0.5\n"

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="about named pipes")


@needs_pipes
@pytest.mark.parametrize(
    ("place", "codes"),
    [
        ("cards/a.md", ["S020"]),
        ("deck.toml", ["P001"]),
        ("deck.lock", ["I010"]),
        ("cards/x.png", ["M006"]),
        ("cards/p.masks.toml", ["O010"]),
    ],
)
def test_nothing_waits_for_a_pipe_that_comes_between_two_looks(
    place: str, codes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is a pipe, and whoever only asks is told that it is a regular file."""
    from PIL import Image

    project = Scratch(tmp_path)
    project.card_files({"a.md": "## a {.basic}\n\n![](x.png)\n\n## b {.occlusion}\n\n![](p.png)\n"})
    for name in ("x", "p"):
        Image.new("RGB", (9, 9)).save(project.root / f"cards/{name}.png")
    project.write({"cards/p.masks.toml": MASKS})
    regular = (project.root / "cards/a.md").stat()
    (project.root / place).unlink(missing_ok=True)
    os.mkfifo(project.root / place)
    asked = Path.stat
    pipe = str(project.root / place)
    monkeypatch.setattr(Path, "stat", lambda path, **given: regular if str(path) == pipe else asked(path, **given))
    told: list[str] = []
    reading = threading.Thread(
        target=lambda: told.extend(d.code for d in load(project.root, Terms(DAY_ONE))[1]), daemon=True
    )
    reading.start()
    reading.join(20)
    assert not reading.is_alive()
    assert told == codes


def test_a_file_is_let_go_where_no_thread_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    (tmp_path / "a").write_bytes(b"old")
    files.replace(tmp_path / "a", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"new")]
