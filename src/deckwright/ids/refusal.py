"""A file of notes → why it is not edited: it is a link, or nobody could undo it with Git."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path


def refusal(root: Path, path: str, uncommitted: Collection[str]) -> str:
    """Why the file at `path` in `root` cannot be edited; empty if it can be. `uncommitted` are files and folders that are not as
    they were committed, folders with a slash behind them or without.
    """
    file = root / path
    if Path(os.path.realpath(file)) != Path(os.path.realpath(root)) / path:
        return "it is a link, or lies in a folder that is one"
    if file.stat().st_nlink > 1:
        return "it has another name too: a hard link"
    above = (path, *(f"{folder}/" for folder in _above(path)), *_above(path))
    if any(each in uncommitted for each in above):
        return "it is not in Git as it stands here: commit it first"
    return ""


def _above(path: str) -> Iterator[str]:
    """The folders that a file is in, relative to the root."""
    return (folder.as_posix() for folder in Path(path).parents if folder.name)
