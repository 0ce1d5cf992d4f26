"""A Collection → an .apkg, and any .apkg → what it holds. The only user of genanki, sqlite3 and zipfile."""

from ..generation import cards
from .archive import PackageError, WriteError
from .contents import Package, PackedCard, PackedNote, contents
from .reader import read
from .writer import Counts, refuse_name, write

__all__ = [
    "Counts",
    "Package",
    "PackageError",
    "PackedCard",
    "PackedNote",
    "WriteError",
    "cards",
    "contents",
    "read",
    "refuse_name",
    "write",
]
