"""Texts → one SHA-256. What stands in `deck.lock`, and guids, are made of it: neither may ever change."""

from __future__ import annotations

import hashlib


def sha256(*parts: str) -> bytes:
    """The SHA-256 of texts, joined by the control character US and encoded in UTF-8."""
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def digest(*parts: str) -> str:
    """Its first 16 hex digits."""
    return sha256(*parts).hex()[:16]
