"""The study notes of 2019 that the deck was made from. They are somebody else's, and no part of this project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTES = Path(os.environ.get("DECKWRIGHT_NOTES", ROOT.parent / "shared" / "notes" / "aws-developer-notes.md"))

beside = pytest.mark.skipif(not NOTES.is_file(), reason="the notes of 2019 do not lie beside the project")
"""For a test that reads the notes themselves."""
