"""A place in a file of notes → the Markdown of the section that it lies in."""

from __future__ import annotations

from pathlib import Path

from .. import files, settings
from ..limits import MAX_FILE_BYTES
from ..notes.kinds import table
from ..notetypes import own
from ..read import sections


def section(root: Path, file: str, line: int) -> str:
    """The lines of the section of the file, a path relative to the root with `/`, that has this line, counted from 1; empty if
    there is none any more.
    """
    try:
        data = files.read_inside(root / file, root, MAX_FILE_BYTES)
    except OSError:
        return ""
    project, _ = settings.load(root)
    owned = own.read(root, project.settings, {})[0].kinds if project else ()
    for one in reversed(sections.read(file, data, table(owned).vocabulary)[0]):
        first = one.title.first
        last = max((block.last for block in one.body), default=one.title.last)
        if first < line <= max(last, one.title.last):
            return "\n".join(one.file.lines[first : max(last, one.title.last)]).rstrip()
    return ""
