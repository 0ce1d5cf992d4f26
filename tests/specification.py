"""The examples of the CommonMark specification."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple


class Example(NamedTuple):
    """What Markdown there is, and what HTML it should become."""

    number: int
    section: str
    markdown: str
    html: str

    def __str__(self) -> str:
        return f"{self.section}-{self.number}"


_HELD = json.loads((Path(__file__).parent / "commonmark" / "examples.json").read_text("utf-8"))

EXAMPLES = [Example(number, section, *texts) for section, held in _HELD.items() for number, *texts in held]
