"""English words for rules: which ones carry a meaning, and what two of them have in common."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’.+#-][^\W_]+)*[+#]*")

FUNCTION_WORDS = frozenset(
    """
    a about above after all also am an and any are as at be because been before being below between both but by can
    could did do does doing done down during each either else every few for from further get gets had has have
    having he her here hers him his how i if in into is it its itself just many may me might more most much must my
    neither no nor not now of off on once one only or other our out over own per same shall she should so some such
    than that the their them then there these they this those through to too under until up us use used uses using
    very via was we were what when where whether which while who whom whose why will with within without would yes
    yet you your
    """.split()  # noqa: SIM905
)
"""Words that say little by themselves."""

ARTICLES = frozenset(("a", "an", "the"))

QUANTIFIERS = frozenset(
    ("all", "any", "both", "each", "every", "few", "many", "more", "most", "no", "none", "not", "only", "some")
)
"""Words that make another answer of the same noun: "most plants" is not "plants"."""


def words(text: str) -> list[str]:
    """The words of a text in lower case; `C++`, `e-mail` and `us-east-1` are one each."""
    return _WORD.findall(text.lower())


def stems(text: str) -> list[str]:
    """The stems of the words of a text that carry a meaning, in their order."""
    return meaning(words(text))


def meaning(said: list[str]) -> list[str]:
    """The stems of those of the words that carry a meaning."""
    return [stem(word) for word in said if word not in FUNCTION_WORDS]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The word without the ending of a plural: `keys` and `key` are alike, and so are `policies` and `policy`."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def within(part: list[str], whole: list[str]) -> bool:
    """Whether the words of `part`, which should be few, stand side by side in `whole`, in this order."""
    if not part:
        return False
    first, size, at = part[0], len(part), -1
    for _ in range(whole.count(first)):
        at = whole.index(first, at + 1)
        if whole[at : at + size] == part:
            return True
    return False
