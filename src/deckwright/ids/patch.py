"""Edits → a unified diff that `git apply` takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from .edits import split

_CONTEXT = 3
"""Lines around a change, as Git has them."""


class Changed(Protocol):
    """A file at `path`, and its lines, each with what becomes of it: nothing, itself, or several lines. Of nothing, new lines may
    come. `is_new` says that there is no such file yet.
    """

    @property
    def path(self) -> str: ...

    @property
    def lines(self) -> Sequence[tuple[bytes, bytes]]: ...

    @property
    def is_new(self) -> bool: ...


def patch(edits: Iterable[Changed], prefix: str = "") -> bytes:
    """The edits as a unified diff, file by file. `prefix` stands before each path: where the project is in its repository,
    with a slash behind it. So `git apply` takes the diff in any folder of the repository.
    """
    return b"".join(part for edit in edits for part in (head(edit.path, prefix, edit.is_new), *_hunks(edit)))


def head(path: str, prefix: str, is_new: bool = False) -> bytes:
    """What stands above the hunks of a file at `path`; `is_new` says that there is no such file yet."""
    old, new = (quoted(f"{side}/{prefix}{path}") for side in "ab")
    lines = [f"diff --git {old} {new}\n"]
    if is_new:
        lines.append("new file mode 100644\n")
        old = "/dev/null"
    # Behind a name with a space, a tab says where it ends.
    lines += [f"{sign} {name}{chr(9) * (' ' in name)}\n" for sign, name in (("---", old), ("+++", new))]
    return "".join(lines).encode("utf-8", "surrogateescape")


def quoted(name: str) -> str:
    """A path as Git writes it: in quotes and with escapes if it contains what would not be read as it stands."""
    data = name.encode("utf-8", "surrogateescape")
    if all(byte >= 0x20 and byte not in b'"\\\x7f' for byte in data):
        return name
    return (
        '"'
        + "".join(chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\{byte:03o}" for byte in data)
        + '"'
    )


def _hunks(edit: Changed) -> Iterator[bytes]:
    """The hunks of a file. Lines are counted as Git counts them, by their line feeds."""
    lines = [*_lines(edit)]
    changed = [number for number, (sign, _) in enumerate(lines) if sign != " "]
    old = new = done = 0
    while changed:
        start = max(changed[0] - _CONTEXT, 0)
        end = changed.pop(0) + 1
        while changed and changed[0] - end <= 2 * _CONTEXT:
            end = changed.pop(0) + 1
        end = min(end + _CONTEXT, len(lines))
        old += start - done
        new += start - done
        held = lines[start:end]
        removed, added = (sum(sign in (" ", own) for sign, _ in held) for own in "-+")
        # Of no lines, the place is the line before.
        yield f"@@ -{old + bool(removed)},{removed} +{new + bool(added)},{added} @@\n".encode()
        for sign, line in held:
            yield signed(sign, line)
        old, new, done = old + removed, new + added, end


def _lines(edit: Changed) -> Iterator[tuple[str, bytes]]:
    """The lines of both files, each with its sign."""
    for before, after in edit.lines:
        if before == after:
            yield " ", before
            continue
        own, made = [before] if before else [], split(after)
        if made and made[0] == before:
            yield " ", made.pop(0)
            own = []
        yield from (("-", line) for line in own)
        yield from (("+", line) for line in made)


def signed(sign: str, line: bytes) -> bytes:
    """A line of a hunk: ` `, `-` or `+` before it, and, if it is the last of a file and does not end, what says so."""
    return sign.encode() + line + (b"" if line.endswith(b"\n") else b"\n\\ No newline at end of file\n")
