"""The folder `releases` → the manifests in it, or which of them cannot be read, and how to get it back."""

from __future__ import annotations

from pathlib import Path

import msgspec

from .. import files
from ..identity.lines import order
from ..layout import RELEASES
from ..limits import MAX_LEDGER_BYTES
from . import manifest
from .manifest import Manifest
from .refusal import Refusal
from .repository import Repository


def kept(root: Path, deck_id: str, held: Repository | None) -> tuple[Manifest, ...] | Refusal:
    """The manifests of this deck in the project's folder, the highest version first. `held` is the project's repository, if it
    has one.
    """
    made = []
    for path in sorted((root / RELEASES).glob("*.json")):
        name = f"{RELEASES}/{path.name}"
        try:
            read = manifest.parse(files.read_inside(path, root, MAX_LEDGER_BYTES))
        except msgspec.MsgspecError as error:
            return Refusal(f"{name} is no manifest: {error}", _getting_back(name, held))
        except UnicodeDecodeError:
            return Refusal(f"{name} is no manifest: it is not UTF-8", _getting_back(name, held))
        except OSError as error:
            return Refusal(f"{name} cannot be read: {files.reason(error)}", _getting_back(name, held))
        if name != manifest.path(read.version):
            return Refusal(f"{name} is the manifest of another version: {read.version}", _getting_back(name, held))
        if read.deck.id == deck_id:
            made.append(read)
    return tuple(sorted(made, key=lambda one: order(one.version), reverse=True))


def _getting_back(name: str, held: Repository | None) -> tuple[str, ...]:
    """What brings a manifest back: from the last commit or from the tag, or else from one that the author must find."""
    version = Path(name).stem
    if held is None or not held.head:
        return (f"put {manifest.FILE}, as it was published with version {version}, in its place",)
    for commit in ("HEAD", held.tag(version)):
        found = manifest.committed(held, commit, version)
        if found and found.version == version:
            return (f"git restore --source={commit} -- {name}", *[f"git commit -- {name}"] * (commit != "HEAD"))
    return (f"git log --oneline -- {name}", f"git restore --source=COMMIT -- {name}, with one that had it whole")
