"""Values → one SHA-256. What stands in `deck.lock`, and guids, are made of it: neither may ever change.

docs/identity.md lists what each digest is of; tests/test_digests.py holds them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeAlias

import msgspec

Value: TypeAlias = str | int | Sequence["Value"] | None
"""What can be hashed: two different values are never written alike, and each only in one way."""


def sha256(*values: Value) -> bytes:
    """The SHA-256 of the list of these values as JSON in UTF-8, in the form of RFC 8785: without spaces, and with no
    character escaped but `"`, the backslash and control characters.
    """
    return hashlib.sha256(encode(values)).digest()


def digest(*values: Value) -> str:
    """Its first 16 hex digits."""
    return sha256(*values).hex()[:16]


encode = msgspec.json.Encoder().encode
"""Values → their canonical JSON."""
