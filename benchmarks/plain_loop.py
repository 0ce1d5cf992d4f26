"""The plain program to measure against: a project of corpus.py → an .apkg, by the given libraries as they are documented.

    python benchmarks/plain_loop.py PROJECT PACKAGE

One Markdown object, reset for each field; BeautifulSoup on each field, for its pictures; genanki's own notes and decks.
It reads no more of Deckwright's syntax than the corpus has, checks nothing, and knows no note again.
"""

from __future__ import annotations

import re
import sys
import zlib
from pathlib import Path

import genanki
import yaml
from bs4 import BeautifulSoup
from markdown import Markdown

FORMAT = {"qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr id=answer>{{Back}}"}
CLOZE_FORMAT = {"qfmt": "{{Front}}<br>{{cloze:Text}}", "afmt": "{{Front}}<br>{{cloze:Text}}"}

BASIC = genanki.Model(1607392319, "Basic", [{"name": "Front"}, {"name": "Back"}], [{"name": "Card 1", **FORMAT}])
CLOZE = genanki.Model(
    1550428389,
    "Cloze",
    [{"name": "Text"}, {"name": "Front"}],
    [{"name": "Cloze", **CLOZE_FORMAT}],
    model_type=genanki.Model.CLOZE,
)

TAG = re.compile(r" \{(?P<braces>[^}]+)\}$|\n\n<!-- card: (?P<comment>.*) -->$", re.MULTILINE)
ID = re.compile(r'#([\w-]+)|id="([\w-]+)"')


class Loop:
    def __init__(self) -> None:
        self.markdown = Markdown(extensions=["tables", "fenced_code", "codehilite", "attr_list"])
        self.decks: dict[str, genanki.Deck] = {}
        self.media: dict[str, Path] = {}

    def file(self, path: Path) -> None:
        _, head, text = path.read_text(encoding="utf-8").split("---\n", 2)
        front = yaml.safe_load(head)
        name = f"Benchmark::{front['deck']}"
        deck = self.decks.setdefault(name, genanki.Deck(zlib.crc32(name.encode()), name))
        for section in re.split(r"^### ", re.sub(r"^##? .*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)[1:]:
            deck.add_note(self.note(section, path, front["tags"]))

    def note(self, section: str, path: Path, tags: list[str]) -> genanki.Note:
        tag = TAG.search(section)
        words = (tag["braces"] or tag["comment"]) if tag else ""
        heading, body = TAG.sub("", section, count=1).split("\n", 1)
        given = ID.search(words)
        guid = genanki.guid_for((given[1] or given[2]) if given else heading)
        if "cloze" in words:
            fields = [self.field(numbered(body), path), self.field(heading, path)]
            return genanki.Note(CLOZE, fields, guid=guid, tags=tags)
        return genanki.Note(BASIC, [self.field(heading, path), self.field(body, path)], guid=guid, tags=tags)

    def field(self, text: str, path: Path) -> str:
        """The text as HTML, with its pictures under the names that they have in the package."""
        self.markdown.reset()
        soup = BeautifulSoup(self.markdown.convert(text), "html.parser")
        for element in soup.find_all("img"):
            file = path.parent / str(element["src"])
            self.media[file.name] = file
            element["src"] = file.name
        return str(soup)


def numbered(text: str) -> str:
    """The text with its `==…==` in Anki's own form."""
    ordinals = iter(range(1, 100))
    return re.sub(r"==(\w+)==", lambda found: f"{{{{c{next(ordinals)}::{found[1]}}}}}", text)


def main(project: str, package: str) -> None:
    loop = Loop()
    for path in sorted(Path(project, "cards").rglob("*.md")):
        loop.file(path)
    genanki.Package(list(loop.decks.values()), [str(file) for file in loop.media.values()]).write_to_file(package)


if __name__ == "__main__":
    main(*sys.argv[1:])
