"""The words that tags are made of, for those who need no Markdown to know them."""

from __future__ import annotations

SKIP = "skip"
"""The name that keeps a section, an item or a row from becoming a note."""

KEYS = ("id", "was", "tags", "source", "context", "typed", "mode", "masks", "allow")
"""The attributes that every note can have."""

RESERVED = frozenset({
    "basic", "cloze", "occlusion", SKIP, "items", "rows", "cells", "reversed", "typed", "card", *KEYS,
})  # fmt: skip
"""What no note type of a project can be called. A test compares it with the table of kinds."""
