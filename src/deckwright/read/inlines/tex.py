"""Whether brackets with a backslash hold maths, or are only escaped, as in `cp \\[options\\] file`."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...patterns import pattern

_SIGN = pattern(r"\\[A-Za-z]|(?<!\\)\^|(?<![^\W_]{2})(?<!\\)_|(?<![\w-]{3})=")
"""What stands in formulas: `file_name` and `key=value` have none of it."""

_WORD = pattern(r"[^\W\d_]{2}")
_MATHS = pattern(r"[^\W\d_]|[-+*/<>|]")


def is_maths(before: str, stop: int, find: Callable[[re.Pattern[str]], int]) -> bool:
    """Whether what stands in brackets, which end at `stop`, is maths. `before` is the character before them.

    It has a sign of TeX: a command, `^`, `_` or `=`; or no word, but a letter or an operator. Behind a letter, as in
    `f\\(x\\)`, only the signs count. `find` says where a pattern is found first behind the opening bracket, -1 if nowhere.
    """

    def has(pattern: re.Pattern[str]) -> bool:
        return 0 <= find(pattern) < stop

    if has(_SIGN):
        return True
    return not (before.isalnum() or has(_WORD)) and has(_MATHS)
