'''A declared code: the page that explains it, and the function that makes a diagnostic of it.

Each code is a function whose docstring is the page that `deckwright explain CODE` prints, and whose `Bad` and `Good`
examples the tests compile:

    @declare("S003")
    def unclosed_front_matter() -> Words:
        """The front matter is never closed.

        Without its closing line, …
        Bad:
            ---
            tags: [iam]
            # IAM
        Good:
            ---
            tags: [iam]
            ---
            # IAM
        """
        return "the front matter opened here is never closed", "close it with a line of three dashes"

    found = unclosed_front_matter(span)

A file that is the same in both examples stands there once, below `Both (its/path):`.
'''

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from functools import cache, wraps
from typing import Any, Concatenate, Literal, ParamSpec, TypeAlias

import msgspec

from ..model import Span
from ..patterns import pattern

Severity = Literal["error", "warning", "hint"]

Words: TypeAlias = tuple[str, str]
"""What a diagnostic says: the message names the author's own words, the hint is something they can do."""

Argument: TypeAlias = str | bool | int | float | tuple[str | bool | int | float, ...]
"""What the words of a diagnostic may depend on: what msgspec and pickle give back unchanged."""

Parameters = ParamSpec("Parameters")


class Diagnostic(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One finding. An error costs the note, and without `--keep-going` the package; a warning or a hint costs nothing.

    It keeps what its words depend on and not the words themselves, so that a finding that was kept by an older version
    is told in today's words. `level` is the severity where the project has another one than the code's own.
    """

    span: Span
    code: str
    arguments: tuple[Argument, ...] = ()
    level: Severity | None = None

    @property
    def severity(self) -> Severity:
        return self.level or PAGES[self.code].severity

    @property
    def message(self) -> str:
        """What is wrong, in the author's own words."""
        return PAGES[self.code].words(*self.arguments)[0]

    @property
    def hint(self) -> str:
        """What the author can do about it."""
        return PAGES[self.code].words(*self.arguments)[1]


class Page(msgspec.Struct, frozen=True):
    """A declared code: its severity, what makes its words, and what `explain` knows of it: `title`, the reason in
    `text`, and the examples, file name → text, all of which its docstring says. Of a rule for cards, `is_on` says whether
    it is used unless the project says otherwise.
    """

    code: str
    severity: Severity
    words: Callable[..., Words]
    docstring: str
    is_on: bool = True

    @property
    def title(self) -> str:
        return self._clean.partition("\n")[0].rstrip(".")

    @property
    def text(self) -> str:
        return _EXAMPLE.sub("", self._clean.partition("\n")[2]).strip()

    @property
    def bad(self) -> dict[str, str]:
        return self.examples("Both", "Bad")

    @property
    def good(self) -> dict[str, str]:
        return self.examples("Both", "Good")

    def examples(self, *wanted: str) -> dict[str, str]:
        """The files below these headings, in their order."""
        return {
            name or EXAMPLE_FILE: inspect.cleandoc("\n" + block).rstrip() + "\n"
            for sort, name, block in _EXAMPLE.findall(self._clean)
            if sort in wanted
        }

    @property
    def _clean(self) -> str:
        """The docstring without its indentation: hundreds are declared, and few are read."""
        return inspect.cleandoc(self.docstring)


PAGES: dict[str, Page] = {}
"""Every declared code: complete once `deckwright.lint` is imported."""

EXAMPLE_FILE = "cards/example.md"
"""The file that an example is, where its heading names no other."""

_EXAMPLE = pattern(r"^(Both|Bad|Good)(?: \(([^)]+)\))?:\n((?:(?:    .*)?(?:\n|\Z))*)", re.MULTILINE)


def declare(
    code: str, severity: Severity = "error"
) -> Callable[[Callable[Parameters, Words]], Callable[Concatenate[Span, Parameters], Diagnostic]]:
    """Register the decorated function's docstring as the page of `code`, and make it build the diagnostic.

    The decorated function takes what its words depend on, and returns the message and the hint; what it becomes takes
    the span first. Raises ValueError for a code that is declared already: codes are never reused.
    """

    def decorate(words: Callable[Parameters, Words]) -> Callable[Concatenate[Span, Parameters], Diagnostic]:
        if code in PAGES:
            raise ValueError(f"{code} is declared twice")
        PAGES[code] = Page(code, severity, words, words.__doc__ or "")

        @wraps(words)
        def build(span: Span, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Diagnostic:
            given: tuple[Any, ...] = args
            if kwargs:
                bound = _signature(words).bind(*args, **kwargs)
                bound.apply_defaults()
                given = bound.args
            return Diagnostic(span, code, tuple(map(_frozen, given)))

        return build

    return decorate


_signature = cache(inspect.signature)


def _frozen(value: Any) -> Argument:
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else value


def sort(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By place, then code, each once."""
    return sorted(set(found), key=lambda d: (d.span, d.code, d.message))


def has_errors(found: Iterable[Diagnostic]) -> bool:
    for one in found:  # noqa: SIM110 - `any` takes four times the time where nothing was found, as in most notes
        if one.severity == "error":
            return True
    return False


def explain(page: Page, columns: int | None = None) -> str:
    """The page of a code, as plain text. On a narrow terminal its paragraphs are filled anew; examples stay as they are."""
    level = page.severity if page.is_on else f"{page.severity}, off by default"
    paragraphs = [f"{page.code} ({level}): {page.title}", *page.text.split("\n\n")]
    parts = [_filled(paragraph, columns) for paragraph in paragraphs]
    for heading in ("Both", "Bad", "Good"):
        for name, text in page.examples(heading).items():
            suffix = "" if name == EXAMPLE_FILE else f" ({name})"
            parts.append(
                f"{heading}{suffix}:\n" + "\n".join(f"    {line}".rstrip() for line in text.rstrip("\n").split("\n"))
            )
    return "\n\n".join(part for part in parts if part)


def _filled(paragraph: str, columns: int | None) -> str:
    if not columns or len(max(paragraph.split("\n"), key=len)) <= columns:
        return paragraph
    from textwrap import fill  # Only a page on a narrow terminal needs it.

    return fill(paragraph, columns, break_long_words=False, break_on_hyphens=False)
