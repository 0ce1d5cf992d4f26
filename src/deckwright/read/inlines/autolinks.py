"""Addresses that are links by themselves: in angle brackets (CommonMark 6.5), and bare ones as GitHub has them (GFM 6.9)."""

from __future__ import annotations

from string import ascii_letters, digits

from ...patterns import pattern
from .pieces import Piece

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ANGLED = pattern(
    r"<(?:([A-Za-z][A-Za-z0-9.+-]{1,31}:[^<>\x00-\x20\x7f]*+)"
    rf"|[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]++@{_HOST}(?:\.{_HOST})*)>"
)


def angled(text: str, start: int) -> Piece | None:
    """The autolink that `<` at `start` begins, if it does."""
    found = _ANGLED.match(text, start)
    if not found:
        return None
    address = found[0][1:-1]
    return Piece("autolink", start, found.end(), found[1] or f"mailto:{address}", target=(start + 1, found.end() - 1))


_MARKS = r"==(?:\W|\Z)|\}\}|::"
_AFTER = pattern(rf"[\s<>]|{_MARKS}")
_AFTER_IN_BRACKETS = pattern(rf"[\s<>\]]|{_MARKS}")
"""What a bare address does not go over: white space, angle brackets, and the marks of clozes."""

_DOMAIN = pattern(r"[\w-]++(?>(?:\.[\w-]++)*)")
_MAX_DOMAIN = 253
"""Characters in the name of a host (RFC 1035)."""


def bare(text: str, start: int, name: int, bracketed: bool) -> Piece | None:
    """The autolink of a bare address at `start`, if there is one.

    `name` is where the name of its host begins: behind `https://`, or at `start` if that is `www.` itself. An address
    that is `bracketed` ends before `]`.
    """
    has_scheme = name > start
    before = text[start - 1 : start]
    # `www.` may follow white space, what opens emphasis or a parenthesis, and a mark of a cloze.
    if before and (before.isalnum() if has_scheme else not before.isspace() and before not in "*_~(=:"):
        return None
    domain = _DOMAIN.match(text, name, name + _MAX_DOMAIN)
    host = domain[0].rstrip("_") if domain else ""
    labels = host.split(".")
    if any(not label or "_" in label for label in labels[-2:]) or not (has_scheme or len(labels) > 1):
        return None
    end = name + len(host)
    if not text.startswith("_", end):  # That closes emphasis, or is text.
        after = (_AFTER_IN_BRACKETS if bracketed else _AFTER).search(text, end)
        end = _trimmed(text, start, after.start() if after else len(text))
    return Piece("autolink", start, end, ("" if has_scheme else "http://") + text[start:end], target=(start, end))


def _trimmed(text: str, start: int, end: int) -> int:
    """Where an address ends, less the punctuation behind it, parentheses that it did not open, and entities."""
    unopened = text.count(")", start, end) - text.count("(", start, end)
    while True:
        last = text[end - 1]
        if last == ")" and unopened > 0:
            unopened -= 1
        elif last == ";" and (entity := text.rfind("&", start, end)) >= 0 and text[entity + 1 : end - 1].isalnum():
            end = entity + 1
        elif last not in "?!.,;:*_~'\"":
            return end
        end -= 1


_LOCAL = ascii_letters + digits + ".+-_"
_MAX_LOCAL = 64
"""Characters before the `@` of a mail address (RFC 5321)."""

_MAIL = pattern(r"@(?>(?:[A-Za-z0-9_-]++\.(?=[A-Za-z0-9]))+)[A-Za-z0-9_-]*[A-Za-z](?![A-Za-z0-9@-])")


def mail(text: str, at: int, after: int) -> Piece | None:
    """The autolink of a bare mail address around the `@` at `at`, if there is one; it begins at `after` or later."""
    found = _MAIL.match(text, at)
    first = max(after, at - _MAX_LOCAL - 1)
    start = first + len(text[first:at].rstrip(_LOCAL))
    if not found or not 0 < at - start <= _MAX_LOCAL:
        return None
    return Piece("autolink", start, found.end(), f"mailto:{text[start : found.end()]}", target=(start, found.end()))
