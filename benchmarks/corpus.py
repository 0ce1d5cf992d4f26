"""A project of made-up notes to measure with: `python benchmarks/corpus.py DIR --notes N [--seed S] [--syntax NAME]`.

Of 100 notes 70 are basic (a third with a list, a tenth each with a code fence and a table) and 30 are clozes; a tenth of
all show a picture, some hold maths, and half have an id. There are 50 notes in a file, 20 files in a folder, and about
415 bytes of Markdown in a note. Each note and picture depends on its number and the seed alone: a project of 1,000 notes
is the beginning of one of 10,000, and the same on every machine.

The same content can be written for other programs: ankdown has no clozes, so it gets them as plain text; for
markdown-anki-decks, which finds clozes in headings only, the first paragraph becomes the heading.
"""

from __future__ import annotations

import argparse
import re
import struct
import zlib
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Literal, get_args

Syntax = Literal["deckwright", "ankdown", "markdown-anki-decks"]

NOTES_A_FILE, FILES_A_FOLDER, NOTES_A_CHAPTER = 50, 20, 10

LANGUAGES = {
    "python": "def {0}({1}: int) -> str:\n    return f'{{{1}}} {2}'  # {3}\n",
    "json": '{{\n  "{0}": "{1}",\n  "{2}": [1, 2, true]\n}}\n',
    "bash": 'for {0} in *.{1}; do\n  echo "${0}" | grep -v {2}\ndone\n',
    "sql": "SELECT {0}, count(*) FROM {1}\nWHERE {2} > 10 GROUP BY {0};\n",
}

FORMULAS = (r"{0}^2 + {1}_3 = \sqrt{{{0}}}", r"\frac{{{0}}}{{{1}}} \le \pi", r"\sum_{{i=1}}^{{n}} {0}_i \cdot {1}")


@dataclass(frozen=True, slots=True)
class Note:
    """A note. Its blocks are Markdown with maths in dollars; those of a cloze begin with the text that is asked."""

    kind: Literal["basic", "cloze"]
    id: str
    heading: str
    blocks: tuple[str, ...]


def write(folder: Path, notes: int, seed: int = 1, syntax: Syntax = "deckwright") -> None:
    """Write a project with so many notes into a folder that is not there yet."""
    folder.mkdir(parents=True)
    if syntax == "deckwright":
        settings = 'id = "benchmark-7k3m9x2q"\nname = "Benchmark"\nslug = "benchmark"\n'
        (folder / "deck.toml").write_text(settings, encoding="utf-8")
    maker = _Maker(seed)
    for number in range(-(-notes // NOTES_A_FILE)):
        path = folder / file_path(number)
        (path.parent / "pictures").mkdir(parents=True, exist_ok=True)
        first = number * NOTES_A_FILE
        made = [maker.note(n) for n in range(first, min(first + NOTES_A_FILE, notes))]
        text = WRITERS[syntax](number, made)
        path.write_text(text, encoding="utf-8", newline="\n")
        for name in dict.fromkeys(re.findall(r"\(pictures/(.+?)\)", text)):
            (path.parent / "pictures" / name).write_bytes(picture(Random(f"{seed}/{name}")))


def file_path(number: int) -> str:
    """Where the file of this number, from 0, lies below the project."""
    return f"cards/area-{number // FILES_A_FOLDER + 1:02}/file-{number + 1:04}.md"


def picture(chance: Random) -> bytes:
    """A PNG of 80 KB. It is noise and not compressed, so that zlib's version makes no difference."""
    width, height = 200, 133
    rows = b"".join(b"\0" + chance.randbytes(3 * width) for _ in range(height))
    chunks = (
        (b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 0)),
        (b"IEND", b""),
    )
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


class _Maker:
    """Makes notes of a language of 4,000 words, used by Zipf's law."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        chance = Random(seed)
        syllables = [a + b for a in "bcdfghklmnprstvwz" for b in "aeiou"]
        words = ["".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 2, 3, 3, 4)))) for _ in range(8_000)]
        self.words = list(dict.fromkeys(words))[:4_000]
        self.sums = list(accumulate(1 / (rank + 8) for rank in range(len(self.words))))

    def note(self, number: int) -> Note:
        self.chance = Random(f"{self.seed}/{number}")
        has_id = self.chance.random() < 0.5
        is_cloze = self.chance.random() < 0.3
        heading, *rest = self.some(8)
        id_ = f"{heading}-{rest[0]}-{number}" if has_id else ""
        if is_cloze:
            return Note("cloze", id_, " ".join([heading.capitalize(), *rest[:4]]), tuple(self.cloze(number)))
        return Note("basic", id_, " ".join([heading.capitalize(), *rest]) + "?", tuple(self.answer(number)))

    def answer(self, number: int) -> Iterator[str]:
        yield self.text(2, 4)
        if self.happens(0.33):
            yield "\n".join(f"- {self.sentence(6, 12)}" for _ in range(self.chance.randint(3, 5)))
        if self.happens(0.1):
            language = self.chance.choice(tuple(LANGUAGES))
            yield f"```{language}\n{LANGUAGES[language].format(*self.some(4))}```"
        if self.happens(0.1):
            header, *rows = ([" ".join(self.some(2)) for _ in range(3)] for _ in range(self.chance.randint(3, 5)))
            yield "\n".join(f"| {' | '.join(row)} |" for row in (header, ["---"] * 3, *rows))
        yield from self.extra(number)

    def cloze(self, number: int) -> Iterator[str]:
        text = self.text(2, 4, plain=0.97)
        anki = self.chance.random() < 0.5
        words = re.findall(r"(?<![\w*`$\[/\\])[a-z]+(?= [a-z])", text)
        for ordinal, word in enumerate(
            self.chance.sample(sorted(set(words)), k=self.chance.choice((1, 2, 2, 2, 3))), 1
        ):
            hidden = f"{{{{c{ordinal}::{word}}}}}" if anki else f"=={word}=="
            text = re.sub(rf"(?<![\w*`$\[/:=\\]){word}(?= [a-z])", hidden, text, count=1)
        yield text
        if self.happens(0.6):
            yield self.text(1, 2)
        yield from self.extra(number)

    def extra(self, number: int) -> Iterator[str]:
        if self.happens(0.05):
            yield f"$$\n{self.formula()}\n$$"
        if self.happens(0.1):
            file, place = divmod(number, NOTES_A_FILE)
            yield f"![{' '.join(self.some(3))}](pictures/{file + 1:04}-{place // 20 + 1}.png)"

    def text(self, least: int, most: int, plain: float = 0.94) -> str:
        return " ".join(self.sentence(7, 17, plain) for _ in range(self.chance.randint(least, most)))

    def sentence(self, least: int, most: int, plain: float = 0.94) -> str:
        first, *words = self.some(self.chance.randint(least, most))
        return " ".join([first.capitalize(), *(w if self.happens(plain) else self.marked(w) for w in words)]) + "."

    def marked(self, word: str) -> str:
        match self.chance.choices(range(5), (5, 3, 4, 3, 2))[0]:
            case 0:
                return f"**{word}**"
            case 1:
                return f"*{word}*"
            case 2:
                return f"`{word}`"
            case 3:
                return f"[{word}](https://example.org/{word})"
        return f"${self.formula()}$"

    def formula(self) -> str:
        return self.chance.choice(FORMULAS).format(*self.chance.sample("abcxyz", k=2))

    def some(self, number: int) -> list[str]:
        return [self.words[bisect(self.sums, self.chance.random() * self.sums[-1])] for _ in range(number)]

    def happens(self, share: float) -> bool:
        return self.chance.random() < share


def _deckwright(number: int, notes: Sequence[Note]) -> str:
    """A third of the files have lists of attributes, the others comments; half name their kind in the front matter."""
    has_lists, has_kind = number % 3 == 2, number % 2 == 0
    kind = "kind: basic\n" if has_kind else ""
    parts = [
        f"---\ndeck: Area {number // FILES_A_FOLDER + 1}\ntags: [file-{number + 1}]\n{kind}---\n\n# File {number + 1}"
    ]
    for place, note in enumerate(notes):
        if place % NOTES_A_CHAPTER == 0:
            parts.append(f"## Chapter {place // NOTES_A_CHAPTER + 1}")
        kind = "" if has_kind and note.kind == "basic" else note.kind
        if has_lists:
            words = [f".{kind}"] * bool(kind) + [f"#{note.id}"] * bool(note.id)
            parts.append(f"### {note.heading}" + f" {{{' '.join(words)}}}" * bool(words))
        else:
            words = [kind] * bool(kind) + [f'id="{note.id}"'] * bool(note.id)
            parts.append(f"### {note.heading}" + f"\n\n<!-- card: {' '.join(words)} -->" * bool(words))
        parts += note.blocks
    return "\n\n".join(parts) + "\n"


def _ankdown(number: int, notes: Sequence[Note]) -> str:
    return "\n\n---\n\n".join(_in_brackets("\n\n".join((note.heading, "%", *note.blocks))) for note in notes) + "\n"


def _markdown_anki_decks(number: int, notes: Sequence[Note]) -> str:
    parts = [f"# File {number + 1}"]
    for note in notes:
        if note.kind == "cloze":
            text, *rest = note.blocks
            parts += ["## " + _numbered(text), *(rest or [note.heading])]
        else:
            parts += ["## " + note.heading, *note.blocks]
    return "\n\n".join(parts) + "\n"


def _in_brackets(text: str) -> str:
    """The text with its maths as ankdown reads it."""
    text = re.sub(r"\$\$(.+?)\$\$", r"\\[\1\\]", text, flags=re.DOTALL)
    return re.sub(r"(?<!\w)\$([^\s$][^$\n]*)\$", r"\\(\1\\)", text)


def _numbered(text: str) -> str:
    """The text with its `==…==` in Anki's own form."""
    ordinals = iter(range(1, 100))
    return re.sub(r"==(\w+)==", lambda found: f"{{{{c{next(ordinals)}::{found[1]}}}}}", text)


WRITERS = {"deckwright": _deckwright, "ankdown": _ankdown, "markdown-anki-decks": _markdown_anki_decks}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--notes", type=int, required=True, help="100 to 50000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--syntax", choices=get_args(Syntax), default="deckwright")
    given = parser.parse_args()
    write(given.folder, given.notes, given.seed, given.syntax)


if __name__ == "__main__":
    main()
