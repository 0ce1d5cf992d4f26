"""A text → what the ledger remembers of it: a sketch that tells how alike another is."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from .patterns import pattern

SKETCH_WORDS, WORD_BITS = 36, 14
"""How many words a sketch holds, and in how many bits each: together they fit into 64 bytes."""

NO_WORD = 0
"""The number in a sketch that stands for no word."""


def sketch(text: str) -> str:
    """A number for each word of the text, in base 64.

    If there are too many different words, those with the lowest hashes are kept, so that two long texts that are alike
    keep the same ones. Single characters, such as punctuation, go first.
    """
    lowest = sorted(map(_mark, _words(text)))[:SKETCH_WORDS]
    bits = int("".join([mark[-WORD_BITS:] for mark in lowest]) or "0", 2)
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
def _mark(word: str) -> str:
    """A text by which words are sorted, whose last characters are the bits of the word's number: Python sorts and joins texts
    fast.
    """
    value = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return f"{len(word) == 1:d}{value:016x}{value % _NUMBERS + 1:0{WORD_BITS}b}"


_WORD = pattern(r"[^\W_]+|[^\w\s]")


@cache
def _unspaced() -> re.Pattern[str]:
    """What has no space between words. Most texts are ASCII, and it takes long to compile."""
    return re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


def _words(text: str) -> set[str]:
    """Words and punctuation. Scripts that put no space between words count by every two neighbouring characters."""
    text = text.casefold()
    if text.isascii():  # Nearly all texts are, and this takes half of the time.
        data = text.encode()
        return {*data.translate(_SPACED).decode().split(), *data.translate(None, _NO_PUNCTUATION).decode()}
    words: list[str] = _WORD.findall(text)
    return set(_parted(words) if _unspaced().search(text) else words)


_ASCII = [chr(code) for code in range(128)]
_PUNCTUATION = "".join(char for char in _ASCII if not (char.isalnum() or char.isspace() or char == "_")).encode()
_NO_PUNCTUATION = bytes(set(range(128)).difference(_PUNCTUATION))
_SPACED = bytes.maketrans(_PUNCTUATION + b"_", b" " * (len(_PUNCTUATION) + 1))
"""What of ASCII `_WORD` takes for punctuation, what it does not, and what makes spaces of all that are in no word."""


def _parted(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if _unspaced().search(word):
            yield from (word[n : n + 2] for n in range(max(len(word) - 1, 1)))
        else:
            yield word
