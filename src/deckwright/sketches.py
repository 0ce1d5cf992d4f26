"""A text → what the ledger remembers of it: a sketch that tells how alike another is."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

SKETCH_WORDS, WORD_BITS = 36, 14
"""How many words a sketch holds, and in how many bits each: together they fit into 64 bytes."""

NO_WORD = 0
"""The number in a sketch that stands for no word."""


def sketch(text: str) -> str:
    """A number for each word of the text, in base 64.

    If there are too many different words, those with the lowest hashes are kept, so that two long texts that are alike
    keep the same ones. Single characters, such as punctuation, go first.
    """
    hashes = sorted([(len(word) == 1, _hash(word)) for word in set(_words(text))])
    bits = 0
    for _, value in hashes[:SKETCH_WORDS]:
        bits = bits << WORD_BITS | value % _NUMBERS + 1
    return base64.b64encode(bits.to_bytes(64, "big")).decode()


def words(sketch: str) -> set[int]:
    """The numbers of the words in a sketch, from 1; none if it is no base 64."""
    try:
        bits = int.from_bytes(base64.b64decode(sketch), "big")
    except ValueError:
        return set()
    found = set()
    while bits:
        found.add(bits & _NUMBERS)
        bits >>= WORD_BITS
    return found


_NUMBERS = (1 << WORD_BITS) - 1


@lru_cache(maxsize=1 << 16)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")


_WORD = re.compile(r"[^\W_]+|[^\w\s]")


@cache
def _unspaced() -> re.Pattern[str]:
    """What has no space between words. Most texts are ASCII, and it takes long to compile."""
    return re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


def _words(text: str) -> Iterable[str]:
    """Words and punctuation. Scripts that put no space between words count by every two neighbouring characters."""
    words: list[str] = _WORD.findall(text.casefold())
    return words if text.isascii() or not _unspaced().search(text) else _parted(words)


def _parted(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if _unspaced().search(word):
            yield from (word[n : n + 2] for n in range(max(len(word) - 1, 1)))
        else:
            yield word
