"""Collection → .apkg, and any .apkg back for comparing. The only user of genanki, sqlite3 and zipfile."""

from .generation import cards
from .packed import Package, PackedCard, PackedNote, contents
from .reader import PackageError, read
from .writer import WriteError, refuse_name, write

__all__ = [
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
