"""Whatever was edited, a build that uses what earlier ones kept makes and says the same as one from nothing."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner
from conftest import many
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from scratch import DAY, Scratch

from deckwright import build as building
from deckwright import commands, compilation, inputs, manifest
from deckwright import workers as programs
from deckwright.compilation import Compiled, pool, worker
from deckwright.diagnostics import has_errors
from deckwright.identity import Terms

pytestmark = pytest.mark.ci

NOW = 1_700_000_000
"""Before today on every machine: a clock that is ahead of the file system's is refused."""

TOML = """id = "anatomy-k3v9q2xm"
name = "Anatomy"
tag_prefix = "anatomy"
version = "1.0.0"
description = "Bones."
report_url = ""

[style]
css = "deck.css"
"""
HEART = """---
kind: basic
tags: [heart]
---
# Heart

## What does an atrium do? {#atrium}

It receives blood, which is known since 1628. ![](../media/heart.png)

## What does a valve do?

It lets blood through one way, which is known since 1543.

## Parts {#parts .items}

- **Septum**: the wall, known since 1701.
- **Apex**: the tip, known since 1702.
- **Aorta**: the way out, known since 1703.

## Rates {#rates .rows .reversed}

| Age   | Rate |
| ----- | ---- |
| Adult | 70   |
| Child | 100  |
"""
LUNG = """---
kind: cloze
---
# Lung

## Gases {#gases}

It takes up ==oxygen== and gives off ==carbon dioxide==, known since 1777. ![[lung.png]]

## Lobes

The right has ==three==, the left ==two==, known since 1780.

## How many breaths does it take? {.basic .typed}

`12` a minute, known since 1846.
"""
EYE = """# Eye

## The eye {#eye .occlusion}

![](../../media/eye.svg)

## Its retina {#retina .occlusion mode="hide-one"}

![](../../media/retina.png)

## What bends the light? {#bends .basic}

The lens does, as is known since 1604. ![](../../media/eye.svg)
"""
LENS = '<text data-mask="lens" x="20" y="40" font-size="20">lens</text>'
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200">{LENS}<path d="M1 90h40"/></svg>'
MASKS = '[[mask]]\nname = "fovea"\nleft = 0.1\ntop = 0.2\nwidth = 0.2\nheight = 0.25\n'


def png(shade: int) -> bytes:
    """A picture of ten by ten pixels: each shade takes as many bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    header = chunk(b"IHDR", bytes([0, 0, 0, 10, 0, 0, 0, 10, 8, 0, 0, 0, 0]))
    pixels = zlib.compress(b"".join(bytes([0, *[shade] * 10]) for _ in range(10)), 0)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


PROJECT: dict[str, str | bytes | None] = {
    "deck.toml": TOML,
    "deck.css": ".card { color: black }\n",
    "cards/heart.md": HEART,
    "cards/b/lung.md": LUNG,
    "media/heart.png": png(1),
    "media/lung.png": png(2),
}
DIAGRAMS: dict[str, str | bytes | None] = {
    "cards/c/eye.md": EYE,
    "media/eye.svg": SVG,
    "media/retina.png": png(3),
    "media/retina.masks.toml": MASKS,
}


# The two builds


@dataclass
class Author:
    """A project that is edited and built, and what its author has put aside of it."""

    base: Path
    releases: int = 0
    packages: list[bytes] = field(default_factory=list)
    manifests: list[bytes] = field(default_factory=list)
    states: list[dict[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.project = Scratch(self.base / "warm" / "deck")
        self.write(PROJECT)
        self.put_aside()

    @property
    def root(self) -> Path:
        return self.project.root

    @property
    def cache(self) -> Path:
        return self.root / building.CACHE

    @property
    def package(self) -> Path:
        return self.root / "build" / "anatomy.apkg"

    def write(self, files: dict[str, str | bytes | None]) -> None:
        self.project.write(files)

    def sources(self) -> list[Path]:
        """What an author keeps in Git."""
        kept = [self.root / name for name in ("deck.toml", "deck.css", "deck.lock")]
        return [path for path in (*kept, *self.found("cards"), *self.found("media")) if path.is_file()]

    def found(self, folder: str, ending: str = "") -> list[Path]:
        """The files in a folder and below it."""
        return sorted(path for path in (self.root / folder).rglob(f"*{ending}") if path.is_file())

    def put_aside(self) -> None:
        self.states.append({path.relative_to(self.root).as_posix(): path.read_bytes() for path in self.sources()})
        for path, kept in ((self.package, self.packages), (self.root / manifest.PLACE, self.manifests)):
            if path.is_file():
                kept.append(path.read_bytes())

    def build(self, now: int, args: Sequence[str] = ()) -> None:
        """Build with what was kept, and in a copy from nothing, and compare all that is made and said."""
        cold = self.base / "cold" / "deck"  # As long a name: of two ways to write a path, the shorter one is shown.
        shutil.rmtree(cold.parent, ignore_errors=True)
        cold.parent.mkdir()
        shutil.copytree(self.root, cold, symlinks=True, ignore=_but_the_cache)
        with mock.patch("time.time", lambda: now):
            expected = _said(cold, args), _contents(cold)
            made = _said(self.root, args), _contents(self.root)
        assert made == expected
        self.put_aside()


def _but_the_cache(folder: str, names: list[str]) -> set[str]:
    return {".cache"} & set(names) if Path(folder).name == "build" else set()


def _said(root: Path, args: Sequence[str]) -> tuple[str, str, int]:
    """What a build says, whatever its project's folder is called."""
    args = ["build", "--project", str(root), *(arg.replace("ROOT", str(root)) for arg in args)]
    result = CliRunner().invoke(commands.main, args, prog_name="deckwright")
    shown = re.compile("|".join(re.escape(name) for name in (str(root), os.path.relpath(root))))
    return shown.sub("ROOT", result.stdout), shown.sub("ROOT", result.stderr), result.exit_code


def _contents(root: Path) -> dict[str, bytes | None]:
    """All files and folders but what is kept for the next build."""
    paths = [path for path in sorted(root.rglob("*")) if ".cache" not in path.relative_to(root).parts]
    return {path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None for path in paths}


# What happens between two builds

Operation = Callable[[Author, int, int], bool]
"""Do something to a project, with two numbers that choose what; whether there was anything to do it to."""

OPERATIONS: dict[str, Operation] = {}


def operation(name: str) -> Callable[[Operation], Operation]:
    def register(function: Operation) -> Operation:
        OPERATIONS[name] = function
        return function

    return register


def replaced(name: str, pattern: str, new: str, folder: str = "cards", ending: str = ".md") -> None:
    """An operation that replaces one match of a pattern, in the first file from a chosen one on that has one. `{}` in
    `new` is one of the numbers.
    """

    def change(author: Author, a: int, b: int) -> bool:
        paths = author.found(folder, ending)
        for path in paths[a % len(paths) :] + paths[: a % len(paths)] if paths else []:
            text = _read(path)
            if found := list(re.finditer(pattern, text, re.MULTILINE)):
                match = found[b % len(found)]
                put = match.expand(new).replace("{}", str(b % 10))
                return _put(path, text[: match.start()] + put + text[match.end() :])
        return False

    operation(name)(change)


def _read(path: Path) -> str:
    return path.read_bytes().decode()


def _put(path: Path, text: str | bytes) -> bool:
    """Write into the file that is there, as some editors do; others put another in its place."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return True


def _sections(path: Path) -> list[str]:
    """What comes before the first section, then each of them."""
    return re.split(r"(?m)^(?=## )", _read(path))


def _chosen(author: Author, a: int) -> Path | None:
    """A file of notes with a section."""
    paths = [path for path in author.found("cards", ".md") if len(_sections(path)) > 1]
    return paths[a % len(paths)] if paths else None


replaced("edit an answer", r"since \d{4}", "since 190{}")
replaced("edit an answer by a word more", r"since (\d{4})", r"since the year \1")
replaced("edit a heading", r"^## \w+", "## Word{}")
replaced("edit the top heading", r"^# \w+.*", "# Organ {}")
replaced("edit an id", r"#\w+(?=[ }])", "#id{}")
replaced("edit an id, and say so", r"#(\w+)(?=( \.\w+)*})", r'#new{} was="\1"')
replaced("forget an id", r"#\w+ ?(?=[.}])", "")
replaced("give an id", r"^(## [^{\n]*\w\W?)$", r"\1 {#given{}}")
replaced("forget a former id", r' was="\w+"', "")
replaced("edit a lead", r"^- \*\*\w+", "- **Part{}")
replaced("edit a cell", r"^\| \w+", "| Row{}")
replaced("take out a part", r"^(- \*\*|\| \w).*\n", "")
replaced("copy a part", r"^((- \*\*|\| \w).*\n)", r"\1\1")
replaced("add an item", r"^(- \*\*.*\n)", r"\1- **Item{}**: another one.\n")
replaced("add a row", r"^(\| \w+.*\n)", r"\1| Line{} | 1 |\n")
replaced("cut into items or not", r" \.items| \.rows", "")
replaced("ask the other way too", r"^(## .*[\w?]})", r"\1 <!-- card: reversed -->")
replaced("edit a cloze", r"==(\w+)(?: \w+)?==", r"==\1 {}==")
replaced("take out a cloze", r"==([\w ]+)==", r"\1")
replaced("edit the front matter", r"^(kind: \w+)$", r"\1\nsource: book {}")
replaced("edit the tags of a file", r"^tags: .*$", "tags: [tag{}]")
replaced("edit the kind of a file", r"^kind: basic$", "kind: cloze")
replaced("take out the front matter", r"\A---\n[^#]*---\n", "")
replaced("make a mistake in a note", r"^## ", "## Nothing {.basic}\n\n## ")
replaced("mend a note", r"^## Nothing {.basic}\n\n", "")
replaced("get a warning", r"(?=\n## |\Z)", "\n## Slip {} {basic}\n\nText.\n")
replaced("refer to a picture", r"(?<=since \d{4}\.)", " ![](/media/heart.png)")
replaced("refer to a picture by name", r"(?<=since \d{4}\.)", " ![[heart.png]]")
replaced("refer to a picture that is missing", r"(?<=since \d{4}\.)", " ![](/media/missing{}.png)")
replaced("refer to a picture no more", r" ?!\[.*\)$| ?!\[\[.*\]\]$", "")
replaced("edit a diagram", r'x="\d+" y="40"', 'x="3{}" y="40"', "media", ".svg")
replaced("rename a mask", r'data-mask="\w+"', 'data-mask="mask{}"', "media", ".svg")
replaced("add a mask", "<path", LENS.replace("lens", "iris{}").replace("40", "120") + "<path", "media", ".svg")
replaced("edit a drawing beside its masks", r"M1 \d+h", "M1 9{}h", "media", ".svg")
replaced("edit a mask file", r"left = [.\d]+", "left = 0.3{}", "media", ".toml")
replaced("rename a mask in a mask file", r'name = "\w+"', 'name = "spot{}"', "media", ".toml")
replaced("break a mask file", r"^name = ", "nome = ", "media", ".toml")
replaced("mend a mask file", r"^nome = ", "name = ", "media", ".toml")
replaced("ask some masks", r"\.occlusion", '.occlusion masks="lens"')
replaced("edit the stylesheet", r"color: \w+", "color: #00{}", "", "deck.css")
replaced("make a mistake in the stylesheet", r"}", "", "", "deck.css")
replaced("edit the description", r'description = ".*"', 'description = "{}"', "", "deck.toml")
replaced("edit the version", r'version = ".*"', 'version = "{}.0.0"', "", "deck.toml")
replaced("edit the prefix of all tags", r'tag_prefix = ".*"', 'tag_prefix = "tag{}"', "", "deck.toml")
replaced("rename the deck", r'^name = ".*"', 'name = "Anatomy::{}"', "", "deck.toml")
replaced("name the deck as before", r'^name = ".*"', 'name = "Anatomy"', "", "deck.toml")
replaced("edit a part of all note types", r'report_url = ".*"', 'report_url = "https://e.org/{}"', "", "deck.toml")
replaced("make a mistake in the settings", r"^version", "wersion", "", "deck.toml")
replaced("mend the settings", r"^wersion", "version", "", "deck.toml")
replaced("do without a stylesheet", r"^\[style\]\ncss.*\n", "", "", "deck.toml")
replaced("look for notes in another folder", r"\A", 'cards = ["cards/b"]\n', "", "deck.toml")
replaced("look for notes where they were", r"^cards = .*\n", "", "", "deck.toml")


@operation("edit an answer, and put the old time back")
def edit_in_secret(author: Author, a: int, b: int) -> bool:
    path = _chosen(author, a)
    if path is None:
        return False
    held = path.stat()
    text = re.sub(r"since \d{4}", f"since 20{b:02}", _read(path), count=1)
    _put(path, text)
    os.utime(path, ns=(held.st_atime_ns, held.st_mtime_ns))
    return True


@operation("add a note")
def add_note(author: Author, a: int, b: int) -> bool:
    path = _chosen(author, a)
    tag = f"{{#added{b}}}" if b % 2 else ""
    return path is not None and _put(path, f"{_read(path)}\n## Added {b} {tag}\n\nA ==new== one, since 1999.\n")


@operation("delete a note")
def delete_note(author: Author, a: int, b: int) -> bool:
    path = _chosen(author, a)
    if path is None:
        return False
    sections = _sections(path)
    del sections[1 + b % (len(sections) - 1)]
    return _put(path, "".join(sections))


@operation("move a note")
def move_note(author: Author, a: int, b: int) -> bool:
    path, other = _chosen(author, a), _chosen(author, b)
    if path is None or other is None:
        return False
    sections = _sections(path)
    moved = sections.pop(1 + b % (len(sections) - 1))
    _put(path, "".join(sections))
    before, *after = _sections(other)
    return _put(other, "".join([before, moved.rstrip("\n") + "\n\n", *after]))


@operation("copy a note")
def copy_note(author: Author, a: int, b: int) -> bool:
    path = _chosen(author, a)
    if path is None:
        return False
    sections = _sections(path)
    return _put(path, "".join([*sections, "\n", sections[1 + b % (len(sections) - 1)]]))


@operation("rename a file")
def rename_file(author: Author, a: int, b: int) -> bool:
    path = _chosen(author, a)
    return path is not None and bool(path.rename(path.with_name(f"renamed{b}.md")))


@operation("move a file")
def move_file(author: Author, a: int, b: int) -> bool:
    path = _chosen(author, a)
    if path is None:
        return False
    folder = author.root / "cards" / f"new{b % 3}"
    folder.mkdir(exist_ok=True)
    return bool(path.rename(folder / path.name))


@operation("rename a folder")
def rename_folder(author: Author, a: int, b: int) -> bool:
    folders = sorted(path for path in (author.root / "cards").rglob("*") if path.is_dir())
    return bool(folders) and bool(
        folders[a % len(folders)].rename(author.root / "cards" / f"folder{b}-{len(author.states)}")
    )


@operation("copy a file")
def copy_file(author: Author, a: int, b: int) -> bool:
    path = _chosen(author, a)
    return path is not None and _put(path.with_name(f"copy{b % 3}.md"), path.read_bytes())


@operation("copy a file without its ids")
def copy_texts(author: Author, a: int, b: int) -> bool:
    """Its notes are equal to those of the other copies in all but their places."""
    path = _chosen(author, a)
    return path is not None and _put(path.with_name(f"copy{b % 5}.md"), re.sub(r"#\w+ ?(?=[.}])", "", _read(path)))


@operation("a file more")
def add_file(author: Author, a: int, b: int) -> bool:
    author.write({f"cards/d{a % 3}/more{b}.md": HEART.replace("{#", f"{{#m{b}-").replace("since 15", f"since {b}")})
    return True


@operation("a file less")
def delete_file(author: Author, a: int, b: int) -> bool:
    path = _chosen(author, a)
    if path is not None:
        path.unlink()
    return path is not None


@operation("a file that becomes empty")
def empty_file(author: Author, a: int, b: int) -> bool:
    path = _chosen(author, a)
    return path is not None and _put(path, "")


@operation("an editor that puts a new file in the place of the old one")
def edit_by_rename(author: Author, a: int, b: int) -> bool:
    path = _chosen(author, a)
    if path is None:
        return False
    new = path.with_suffix(".tmp")
    new.write_text(re.sub(r"since \d{4}", f"since 20{b:02}", _read(path)), encoding="utf-8")
    new.replace(path)
    return True


@operation("notes with Windows' ends of lines")
def other_ends(author: Author, a: int, b: int) -> bool:
    path = _chosen(author, a)
    return path is not None and _put(path, _read(path).replace("\r\n", "\n").replace("\n", "\r\n" if b % 2 else "\n"))


# Pictures


@operation("add diagrams")
def add_diagrams(author: Author, a: int, b: int) -> bool:
    author.write(DIAGRAMS)
    return True


def _picture(author: Author, a: int) -> Path | None:
    paths = author.found("media", ".png")
    return paths[a % len(paths)] if paths else None


@operation("another picture of the same size")
def change_picture(author: Author, a: int, b: int) -> bool:
    path = _picture(author, a)
    return path is not None and _put(path, png(100 + b))


@operation("a picture with the bytes of another one")
def equal_pictures(author: Author, a: int, b: int) -> bool:
    path, other = _picture(author, a), _picture(author, b)
    return path is not None and other is not None and path != other and _put(path, other.read_bytes())


@operation("a picture that is none")
def break_picture(author: Author, a: int, b: int) -> bool:
    path = _picture(author, a)
    return path is not None and _put(path, (b"", b"\n", b"GIF89a", png(1)[:40])[b % 4])


@operation("rename a picture")
def rename_picture(author: Author, a: int, b: int) -> bool:
    path = _picture(author, a)
    return path is not None and bool(path.rename(path.with_name(f"picture{b}.png")))


@operation("delete a picture")
def delete_picture(author: Author, a: int, b: int) -> bool:
    path = _picture(author, a)
    if path is not None:
        path.unlink()
    return path is not None


@operation("a picture more, which nobody uses")
def add_picture(author: Author, a: int, b: int) -> bool:
    author.write({f"media/m{a % 2}/unused{b % 3}.png": png(b)})
    return True


@operation("a picture of the same name elsewhere")
def namesake(author: Author, a: int, b: int) -> bool:
    path = _picture(author, a)
    if path is not None:
        author.write({f"{('cards', 'cards/b', 'other', 'media/n')[b % 4]}/{path.name}": path.read_bytes()})
    return path is not None


@operation("the mask file goes away")
def no_mask_file(author: Author, a: int, b: int) -> bool:
    path = author.root / "media" / "retina.masks.toml"
    if is_there := path.exists():
        path.unlink()
    return is_there


# Folders and links


@operation("a virtual environment in the notes, or none any more")
def virtual(author: Author, a: int, b: int) -> bool:
    path, marks = _chosen(author, a), author.found("cards", "pyvenv.cfg")
    for mark in marks:
        mark.unlink()
    if path is not None and not marks:
        (path.parent / "pyvenv.cfg").touch()
    return path is not None


@operation("a link")
def link(author: Author, a: int, b: int) -> bool:
    if sys.platform == "win32":
        return False
    path = author.root / ("cards", "media")[a % 2] / ("link", "link.md", "link.png")[a // 2 % 3]
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    targets = ("../away", "../away/more", "../cards/b", "../away/x.md", "../../../x.md", "../media/heart.png")
    path.symlink_to(targets[b % len(targets)])
    return True


@operation("where links may lead to")
def link_target(author: Author, a: int, b: int) -> bool:
    note = "---\nkind: basic\n---\n## What do links lead to?\n\nAnywhere.\n"
    there: dict[str, str | bytes | None] = {
        "away/more/x.md": note,
        "away/x.md": note,
        "../../x.md": note,
        "away/more/y.png": png(9),
    }
    path, data = list(there.items())[a % len(there)]
    author.write({path: None if (author.root / path).exists() else data})
    if b % 2:
        shutil.rmtree(author.root / "away", ignore_errors=True)
    return True


# Times


@operation("let everything rest")
def rest(author: Author, a: int, b: int) -> bool:
    for path in (author.root, *author.root.rglob("*")):
        if not path.is_symlink() and author.cache not in path.parents:
            os.utime(path, ns=(0, path.stat().st_mtime_ns - 3_600_000_000_000))
    return True


@operation("new times for everything")
def touch(author: Author, a: int, b: int) -> bool:
    for path in author.sources():
        path.touch()
    return True


@operation("the same once more")
def same_again(author: Author, a: int, b: int) -> bool:
    for path in author.sources():
        path.write_bytes(path.read_bytes())
    return True


@operation("a file from times to come")
def time_to_come(author: Author, a: int, b: int) -> bool:
    path = _chosen(author, a)
    if path is not None:
        os.utime(path, (time.time() + 9 * DAY,) * 2)
    return path is not None


# Releases, and what builds have made


@operation("a release")
def release(author: Author, a: int, b: int) -> bool:
    now = NOW + (author.releases + 1) * 30 * DAY
    loaded, _ = building.load(author.root, Terms(now))
    if loaded is None or has_errors(loaded.diagnostics) or not loaded.collection.notes:
        return False
    author.releases += 1
    author.project.release(f"{author.releases}.0.0", now)
    return True


@operation("all as it was before")
def go_back(author: Author, a: int, b: int) -> bool:
    """As Git does it: what is the same is left alone."""
    state = author.states[a % len(author.states)]
    for path in author.sources():
        name = path.relative_to(author.root).as_posix()
        if name not in state and (b % 2 or name != "deck.lock"):
            path.unlink()
    for name, data in state.items():
        path = author.root / name
        if (b % 2 or name != "deck.lock") and not (path.is_file() and path.read_bytes() == data):
            author.write({name: data})
    return True


@operation("no ledger")
def no_ledger(author: Author, a: int, b: int) -> bool:
    is_there = author.project.lock.exists()
    author.project.lock.unlink(missing_ok=True)
    return is_there


@operation("damage the ledger")
def damage_ledger(author: Author, a: int, b: int) -> bool:
    lock = author.project.lock
    return lock.exists() and _put(lock, lock.read_bytes().replace(b'"', b"'", 1 + b))


@operation("no package")
def no_package(author: Author, a: int, b: int) -> bool:
    is_there = author.package.exists()
    author.package.unlink(missing_ok=True)
    return is_there


@operation("another package")
def other_package(author: Author, a: int, b: int) -> bool:
    if not author.package.exists():
        return False
    data = bytearray(author.package.read_bytes())
    changed = (b"", b"nothing", data[: len(data) // 2], data[:99] + bytes([data[99] ^ 1]) + data[100:])
    return _put(author.package, changed[b % 4])


@operation("an earlier package")
def earlier_package(author: Author, a: int, b: int) -> bool:
    if not (author.packages and author.package.parent.exists()):
        return False
    held = author.package.stat() if author.package.exists() else None
    _put(author.package, author.packages[a % len(author.packages)])
    if held:
        os.utime(author.package, ns=(held.st_atime_ns, held.st_mtime_ns))
    return True


@operation("no build folder")
def no_build(author: Author, a: int, b: int) -> bool:
    is_there = author.package.parent.exists()
    shutil.rmtree(author.package.parent, ignore_errors=True)
    return is_there


@operation("damage what was kept")
def damage_cache(author: Author, a: int, b: int) -> bool:
    """All of it, or one entry."""
    entries = author.found(building.CACHE)
    whole = [path.read_bytes() for path in entries]
    for n in range(len(entries)) if b % 2 == 0 else [a % len(entries)] if entries else []:
        data, place = whole[n], b * 31 % max(len(whole[n]), 1)
        flipped = data[:place] + b"\0" + data[place + 1 :]
        _put(entries[n], (b"", data[: len(data) // 2], data[:-1], whole[n - 1], flipped)[a % 5])
    return bool(entries)


@operation("lose what was kept")
def lose_cache(author: Author, a: int, b: int) -> bool:
    entries = author.found(building.CACHE)
    for path in entries if b % 4 == 0 else entries[a % len(entries) :][:1] if entries else []:
        path.unlink()
        if b % 4 == 1:
            path.mkdir()
    return bool(entries)


@operation("something in the place of the cache")
def no_cache(author: Author, a: int, b: int) -> bool:
    if not author.cache.parent.exists():
        return False
    if author.cache.is_dir():
        shutil.rmtree(author.cache)
        author.cache.write_bytes(b"")
    else:
        author.cache.unlink(missing_ok=True)
    return True


@operation("no manifest")
def no_manifest(author: Author, a: int, b: int) -> bool:
    place = author.root / manifest.PLACE
    if is_there := place.is_file():
        place.unlink()
    return is_there


@operation("an earlier manifest")
def earlier_manifest(author: Author, a: int, b: int) -> bool:
    is_there = bool(author.manifests) and author.cache.is_dir() and not (author.root / manifest.PLACE).is_dir()
    return is_there and _put(author.root / manifest.PLACE, author.manifests[a % len(author.manifests)])


@operation("the project moves")
def move_project(author: Author, a: int, b: int) -> bool:
    new = author.base / ("warm", "tepi")["warm" in author.root.parts] / "deck"
    new.parent.mkdir(exist_ok=True)
    author.root.rename(new)
    author.project = Scratch(new)
    return True


# The clock of the system, and that of the files


@contextmanager
def clocks(name: str) -> Iterator[None]:
    """`ahead`: every file seems to have rested. `coarse`: as on FAT, whose clock ticks every two seconds, and which has
    no numbers of files.
    """
    with pytest.MonkeyPatch.context() as patch:
        if name == "ahead":
            real = time.time_ns
            patch.setattr("time.time_ns", lambda: real() + 3_600_000_000_000)
        if name == "coarse":
            tick = 2_000_000_000
            patch.setattr(inputs, "mark", lambda held: (held.st_mtime_ns // tick * tick, 0, held.st_size, 0))
        yield


UNSEEN = {"edit an answer, and put the old time back"}
"""What cannot be seen with a coarse clock."""

Step = tuple[list[tuple[str, int, int]], int, list[str]]
"""Operations, how many days after the last build the next one comes, and its options."""


def follow(steps: Sequence[Step], clock: str) -> list[str]:
    """Build a project after each step. The operations that did something, and whether a build had nothing to do."""
    happened = []
    with tempfile.TemporaryDirectory() as folder, clocks(clock):
        author, now = Author(Path(folder)), NOW
        rest(author, 0, 0)
        author.build(now)
        for done, days, args in steps:
            now += days * DAY
            for name, a, b in done:
                if not (clock == "coarse" and name in UNSEEN) and OPERATIONS[name](author, a, b):
                    happened.append(name)
            if not args and manifest.unchanged(str(author.root), None):
                happened.append("a build that returns at once")
            author.build(now, args)
    return happened


@pytest.fixture(autouse=True)
def no_time_to_build_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


ONE_AFTER_ANOTHER: list[list[str]] = [
    ["edit an answer"],
    ["edit an answer, and put the old time back"],
    ["get a warning", "edit a heading", "edit an id, and say so", "add an item"],
    ["move a file", "a picture more, which nobody uses"],
    ["edit the prefix of all tags"],
    ["edit the stylesheet"],
    ["delete a note"],
    [],
    ["make a mistake in the settings"],
    ["mend the settings", "edit the description"],
    ["all as it was before"],
    ["another picture of the same size"],
    ["the project moves"],
    ["rename a folder"],
    [],
    ["a file more"],
    ["another package"],
    ["damage what was kept", "edit an answer"],
    ["a release"],
    ["make a mistake in a note"],
    ["mend a note"],
    ["a virtual environment in the notes, or none any more"],
    ["a virtual environment in the notes, or none any more", "an earlier manifest"],
    ["add diagrams"],
    ["edit a drawing beside its masks"],
    ["edit a diagram", "edit a mask file"],
    ["a file that becomes empty"],
]


@pytest.mark.ci
def test_warm_equals_cold_after_one_thing_after_another() -> None:
    happened = follow([([(name, 3, 4) for name in done], 1, []) for done in ONE_AFTER_ANOTHER], "ahead")
    assert set(happened) == {name for done in ONE_AFTER_ANOTHER for name in done} | {"a build that returns at once"}


def test_warm_equals_cold_with_a_coarse_clock() -> None:
    happened = follow([([("edit an answer", 0, n)], 0, []) for n in range(3)], "coarse")
    assert happened == ["edit an answer"] * 3


OPTIONS = [[], [], [], [], ["--keep-going"], ["--retire"], ["--locked"], ["--output", "ROOT/build/o.apkg"]]
DAYS = [1, 1, 1, 0, 0, 30, 200, -1, -400]
NUMBERS = st.integers(0, 20)
NOTHING: st.SearchStrategy[Step] = st.just(([], 0, []))
SOMETHING: st.SearchStrategy[Step] = st.tuples(
    st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), NUMBERS, NUMBERS), min_size=1, max_size=3),
    st.sampled_from(DAYS),
    st.sampled_from(OPTIONS),
)
DIAGRAMS_FIRST: Step = ([("add diagrams", 0, 0)], 0, [])
STEPS = st.builds(
    lambda has_diagrams, steps: [DIAGRAMS_FIRST] * has_diagrams + steps,
    st.booleans(),
    st.lists(SOMETHING | SOMETHING | SOMETHING | NOTHING, min_size=4, max_size=12),
)
CLOCKS = st.sampled_from(["usual", "ahead", "coarse"])
STEADY = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=many(1, 0) == 1)


@settings(STEADY, max_examples=many(2, 1_000))
@given(STEPS, CLOCKS)
def test_warm_equals_cold(steps: list[Step], clock: str) -> None:
    for name in follow(steps, clock):
        event(name)


@pytest.mark.ci
@settings(STEADY, max_examples=many(12, 2_000))
@given(STEPS, CLOCKS)
def test_warm_equals_cold_after_many_more(steps: list[Step], clock: str) -> None:
    follow(steps, clock)


FIRST = {
    "forget a former id": "edit an id, and say so",
    "mend a note": "make a mistake in a note",
    "mend a mask file": "break a mask file",
    "name the deck as before": "rename the deck",
    "mend the settings": "make a mistake in the settings",
    "look for notes where they were": "look for notes in another folder",
}
"""What there must be before an operation can do something."""


@pytest.mark.ci
@pytest.mark.parametrize("name", OPERATIONS)
def test_warm_equals_cold_after_each(name: str) -> None:
    first = [("add diagrams", 0, 0), *([(FIRST[name], 0, 1)] if name in FIRST else [])]
    steps: list[Step] = [
        (first, 1, []),
        ([(name, 0, 1)], 1, []),
        ([], 1, []),
        ([("all as it was before", 1, 1)], 1, []),
    ]
    if sys.platform == "win32" and name == "a link":
        pytest.skip("needs rights there")
    assert name in follow(steps, "ahead")


# Several processes

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")


def workers() -> list[int]:
    """The processes of ours that compile, without those that have ended."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if parent == str(os.getpid()) and state != "Z" and _compiles(folder):
                found.append(int(folder.name))
    return found


def _compiles(process: Path) -> bool:
    return os.fsencode(worker.__file__) in (process / "cmdline").read_bytes().split(b"\0")


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Author:
    """A project that has enough for two processes. One of its files has an error, one a warning."""
    monkeypatch.setattr(pool, "ENOUGH", 1)
    monkeypatch.setattr(programs, "processors", lambda: 2)
    monkeypatch.setattr("time.time", lambda: NOW)
    author = Author(tmp_path)
    author.write({f"cards/{n}.md": LUNG.replace("{#", f"{{#n{n}-").replace("17", str(n)) for n in range(9)})
    author.write({"cards/wrong.md": "## Nothing {.basic}\n", "cards/slip.md": "## Slip {basic}\n\nText.\n"})
    return author


def made_by_one(
    author: Author, monkeypatch: pytest.MonkeyPatch
) -> tuple[tuple[str, str, int], dict[str, bytes | None]]:
    """What is said and made where nothing but this process compiles."""
    copy = author.base / "cold" / "deck"
    shutil.copytree(author.root, copy)
    with monkeypatch.context() as patch:
        patch.setattr(programs, "processors", lambda: 1)
        patch.setattr(pool._Pool, "start", lambda each: pytest.fail("it was to be one process"))
        return _said(copy, ["--keep-going"]), _contents(copy)


@pytest.mark.ci
def test_several_processes_make_and_say_what_one_does(large: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    one = made_by_one(large, monkeypatch)
    started = mock.Mock(side_effect=pool._Pool.start)
    monkeypatch.setattr(pool._Pool, "start", lambda each: started(each))  # noqa: PLW0108 (a method, as no mock is)
    assert (_said(large.root, ["--keep-going"]), _contents(large.root)) == one
    assert started.call_count == 2
    assert re.findall(r"\w+\[(.*?)\]", one[0][1]) == ["S024", "N002"]


@pytest.mark.ci
@needs_proc
@pytest.mark.parametrize("number", [1, 2])
def test_a_process_that_dies_costs_nothing(large: Author, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    one = made_by_one(large, monkeypatch)
    killed: list[int] = []

    def kill(packed: bytes) -> Compiled:
        """In the middle: after the first answer."""
        if not killed:
            killed.extend(workers()[:number])
            for process in killed:
                os.kill(process, signal.SIGKILL)
        return unpacked(packed)

    unpacked = compilation.unpacked
    monkeypatch.setattr(compilation, "unpacked", kill)
    assert (_said(large.root, ["--keep-going"]), _contents(large.root)) == one
    assert len(killed) == number
    assert workers() == []


@pytest.mark.ci
@needs_proc
def test_no_process_outlives_an_exception(large: Author) -> None:
    seen: list[int] = []

    def fail(done: int, total: int) -> None:
        if done:
            seen.extend(workers())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        building.build(large.root, building.Options(Terms(NOW)), fail)
    assert caught.traceback  # which keeps alive what was running
    assert len(seen) == 2
    assert workers() == []


HUNG = """
import sys, time
from pathlib import Path
from deckwright import build, workers
from deckwright.compilation import pool
from deckwright.identity import Terms

def hang(done, total):
    if done:
        print("hangs", flush=True)
        time.sleep(600)

pool.ENOUGH, workers.processors = 1, lambda: 2
build.build(Path(sys.argv[1]), build.Options(Terms(1_700_000_000), keep_going=True), hang)
"""


@pytest.mark.ci
@needs_proc
def test_no_process_outlives_a_build_that_was_killed(large: Author) -> None:
    with subprocess.Popen([sys.executable, "-c", HUNG, str(large.root)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"hangs\n"
        with mock.patch("os.getpid", lambda: process.pid):
            left = workers()
        process.kill()
    assert len(left) == 2
    until = time.monotonic() + 30
    while any(_is_running(each) for each in left) and time.monotonic() < until:
        time.sleep(0.01)
    assert [each for each in left if _is_running(each)] == []


def _is_running(process: int) -> bool:
    """Whether a process that compiles has this number."""
    with suppress(OSError):
        return _compiles(Path(f"/proc/{process}"))
    return False
