"""The files of a page → one file of HTML that needs nothing else.

Nothing of it is loaded from elsewhere, and no script but its own runs: the page names the hash of that.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from string import Template


def filled(package: str, **parts: str) -> str:
    """`page.html` of a package with its `page.js` and these parts, which are HTML."""
    script = read(package, "page.js")
    script_hash = f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"
    return Template(read(package, "page.html")).substitute(parts, script=script, script_hash=script_hash)


def read(package: str, name: str) -> str:
    """A file of a package, without the line break at its end."""
    return files(package).joinpath(name).read_text("utf-8").rstrip("\n")
