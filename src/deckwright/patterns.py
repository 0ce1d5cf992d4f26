"""Regular expressions that are compiled when they are first used.

To compile all that a build could need takes as long as twenty notes do, and most builds need a third of them. So what a
build imports writes `_WORD = pattern(r"\\w+")` for `re.compile(r"\\w+")`, and uses it in the same way.
"""

from __future__ import annotations

import re
from typing import Any, cast


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` returns, as far as its methods go. What is wrong with it is found when it is first used."""
    return cast("re.Pattern[str]", _Pattern(source, flags))


class _Pattern:
    def __init__(self, source: str, flags: int) -> None:
        self.pattern, self.flags = source, flags

    def __getattr__(self, name: str) -> Any:
        """A method of what is compiled. It is kept as an attribute, so Python asks here once for each."""
        method = getattr(re.compile(self.pattern, self.flags), name)
        setattr(self, name, method)
        return method
