"""Commands of TeX that do more than typeset: MathJax makes links and attributes of HTML of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..patterns import pattern
from .links import leads_somewhere

_COMMAND = pattern(
    r"\\(href|url|style|class|cssId|data|htmlData|htmlId|htmlClass|htmlStyle|mmlToken|csname)(?![A-Za-z])"
)
_ARGUMENT = pattern(r"\s*\{([^{}]*)\}")


def _harmless_style(style: str) -> bool:
    return bool(re.fullmatch(r"[\w\s:;#.,%-]*", style)) and "position" not in style.lower()


_ALLOWED: dict[str, Callable[[str], bool]] = {
    "href": lambda address: leads_somewhere(address.strip()),
    "url": lambda address: leads_somewhere(address.strip()),
    "style": _harmless_style,
    "class": lambda names: bool(re.fullmatch(r"[\w\s-]*", names)),
}
"""Which argument each command may have. The others may have none: an id or data of a card's page are not the author's, and
`\\mmlToken` and `\\csname` can say any of them in another way."""


def harmful(tex: str) -> Iterator[tuple[int, int, str]]:
    """From where to where a command stands with an argument that it may not have, and the command.

    A command without its argument in braces counts too, since it could be given another name: `\\let\\go\\href`.
    """
    for command in _COMMAND.finditer(tex) if "\\" in tex else ():
        argument = _ARGUMENT.match(tex, command.end())
        allowed = _ALLOWED.get(command[1])
        if not (argument and allowed and allowed(argument[1])):
            yield command.start(), argument.end() if argument else command.end(), command[0]
