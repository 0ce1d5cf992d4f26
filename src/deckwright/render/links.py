"""Addresses: which of them lead somewhere from a card, and how they are written in HTML."""

from __future__ import annotations

import re
from urllib.parse import quote

from ..patterns import pattern

REMOTE = pattern(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):|//")
"""How an address begins that is no path: with a scheme, or as //host."""

_WEB = ("", "http", "https")


def scheme(address: str) -> str:
    """The scheme that an address has instead of being a path or on the web, in lower case; empty if it has none.

    Browsers leave out control characters, and white space before it.
    """
    found = REMOTE.match(re.sub(r"[\x00-\x1f\x7f]", "", address).lstrip())
    named = (found["scheme"] or "").lower() if found else ""
    return "" if named in _WEB else named


SCHEMES = ("http", "https", "mailto", "tel", "anki")
"""Those of the links that are kept."""

_LEADS = pattern(rf"(?:{'|'.join(SCHEMES)}):|//", re.IGNORECASE)


def leads_somewhere(address: str) -> bool:
    """Whether a link is kept: a path into the repository or an anchor leads nowhere from a card, a script has no place on
    one, and what else a scheme does depends on the learner's machine.
    """
    return bool(_LEADS.match(address))


_TO_ENCODE = pattern(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9;/?:@&=+$,\-_.!~*'()#%]")


def whole(address: str) -> str:
    """An address on the web with its scheme. A page has one that `//host` would take over, and a card has not: Anki takes such a
    picture for a file that is missing.
    """
    return f"https:{address}" if address.startswith("//") else address


def encoded(address: str) -> str:
    """An address in percent-encoding, as markdown-it writes it: what is encoded already stays as it is."""
    return _TO_ENCODE.sub(lambda found: quote(found[0], safe=""), address)
