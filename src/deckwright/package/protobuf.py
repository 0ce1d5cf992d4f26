"""A message of protobuf → its fields, by number, for the few that Anki's newer packages have.

Format: https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

Message: TypeAlias = Mapping[int, int | bytes]

_MAX_VARINT = 10
"""Bytes of a number: 64 bits, seven in each."""


def message(data: bytes) -> Message:
    """The fields of a message: unsigned integers, or bytes. Of several with one number, the last counts, as it should.

    Raises ValueError for what is no message.
    """
    return dict(fields(data))


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The number and the value of each field, in order. Raises ValueError for what is no message."""
    value: int | bytes
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(data, at)
        else:
            if kind == 2:
                length, at = _varint(data, at)
            elif kind in _FIXED:
                length = _FIXED[kind]
            else:
                raise ValueError(f"a message has a field of the unknown type {kind}")
            if length > len(data) - at:
                raise ValueError("a message is cut short")
            value, at = data[at : at + length], at + length
        yield key >> 3, value


_FIXED = {1: 8, 5: 4}
"""The bytes of a value of fixed length, by the type of the field."""


def number(message: Message, field: int) -> int:
    """An unsigned integer; 0 if the field is missing. Raises ValueError if it is something else."""
    value = message.get(field, 0)
    if not isinstance(value, int):
        raise ValueError(f"field {field} of a message is no number")
    return value


def signed(message: Message, field: int) -> int:
    """The same for a number that may be negative."""
    value = number(message, field)
    return value - (1 << 64) if value >= 1 << 63 else value


def raw(message: Message, field: int) -> bytes:
    """Bytes; none if the field is missing. Raises ValueError if it is something else."""
    value = message.get(field, b"")
    if not isinstance(value, bytes):
        raise ValueError(f"field {field} of a message is a number")
    return value


def text(message: Message, field: int) -> str:
    """Text. Raises ValueError if it is something else, or not UTF-8."""
    return raw(message, field).decode()


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at this place, and the place after it. A byte holds seven bits, the lowest first, and a flag for more."""
    value = 0
    for place, byte in enumerate(data[at : at + _MAX_VARINT]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            if value >= 1 << 64:
                break
            return value, at + place + 1
    raise ValueError("a number in a message has no end")
