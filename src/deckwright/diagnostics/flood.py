"""Findings that would flood an author → each kind of them once, with how often it occurs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from .declare import Argument, Diagnostic
from .media import host

_ONCE: Mapping[str, Callable[..., Argument]] = {
    "S005": lambda key, known: key,
    "N014": lambda: "",
    "M015": host,
    "S030": lambda: "",
    "S035": lambda form: form,
    "S037": lambda id_: "",
    "T019": lambda kind: kind,
}
"""By code: what the findings have in common that are told once, from their arguments. The last argument is how many there are."""


def once(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """What was found in all files, but what would flood an author only once, at its first place, with its number."""
    kept: list[Diagnostic] = []
    same: dict[tuple[str, Argument], list[Diagnostic]] = {}
    for one in found:
        if one.code in _ONCE:
            same.setdefault((one.code, _ONCE[one.code](*one.arguments)), []).append(one)
        else:
            kept.append(one)
    return kept + [_first(several) for several in same.values()]


def _first(several: Sequence[Diagnostic]) -> Diagnostic:
    places = {one.span: one for one in several}
    first = places[min(places)]
    return replace(first, arguments=(*first.arguments, len(places))) if len(places) > 1 else first
