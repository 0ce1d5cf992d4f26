"""The name of an editor → the addresses with which a browser opens it at a line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import msgspec


class Editor(msgspec.Struct, frozen=True):
    """An editor: the program that shows that it is installed, and the template of its addresses."""

    program: str
    template: str


EDITORS: Mapping[str, Editor] = {
    "vscode": Editor("code", "vscode://file{path}:{line}:{column}"),
    "vscodium": Editor("codium", "vscodium://file{path}:{line}:{column}"),
    "cursor": Editor("cursor", "cursor://file{path}:{line}:{column}"),
    "windsurf": Editor("windsurf", "windsurf://file{path}:{line}:{column}"),
    "zed": Editor("zed", "zed://file{path}:{line}:{column}"),
    "idea": Editor("idea", "idea://open?file={path}&line={line}&column={column}"),
    "pycharm": Editor("pycharm", "pycharm://open?file={path}&line={line}&column={column}"),
    "sublime": Editor("subl", "subl://open?url=file://{path}&line={line}&column={column}"),
    "textmate": Editor("mate", "txmt://open?url=file://{path}&line={line}&column={column}"),
}
NONE = "none"

_TEMPLATE = re.compile(
    r"(?!(?:javascript|data|vbscript|blob|file|https?):)[a-z][a-z0-9+.-]*:[^\s\"'<>]*\{path\}[^\s\"'<>]*", re.I
)


def template(asked: str, which: Callable[[str], str | None] = shutil.which) -> str:
    """The template for the name of an editor, or for a template, which has `{path}` and may have `{line}` and `{column}`; of
    nothing, that of the first editor that is installed, or an empty one. Raises ValueError for what is neither.
    """
    if asked == NONE:
        return ""
    if not asked:
        return next((one.template for one in EDITORS.values() if which(one.program)), "")
    if asked in EDITORS:
        return EDITORS[asked].template
    if not _TEMPLATE.fullmatch(asked):
        raise ValueError(f"{asked} is no editor that is known here, and no address with {{path}} in it")
    return asked


def address(template: str, path: Path, line: int, column: int = 1) -> str:
    """The address that opens the file at a line, both counted from 1; empty without a template."""
    shown = path.as_posix()
    shown = quote(shown if shown.startswith("/") else f"/{shown}", safe="/:")
    return template.replace("{path}", shown).replace("{line}", str(max(line, 1))).replace("{column}", str(column))
