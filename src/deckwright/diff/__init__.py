"""Two packages → what differs between them, what Anki's import makes of that, and the words for it.

What is predicted is the import with default options by someone whose copy is the old package, unedited.
"""

from .changes import Changes, FieldChange, Listed, NoteChange, NoteTypeChange, Renumbered
from .compare import compare
from .json import to_json
from .prediction import Prediction
from .text import to_text

__all__ = [
    "Changes",
    "FieldChange",
    "Listed",
    "NoteChange",
    "NoteTypeChange",
    "Prediction",
    "Renumbered",
    "compare",
    "to_json",
    "to_text",
]
