"""The workflows with which GitHub checks pull requests of a deck, and publishes its releases."""

from __future__ import annotations

from pathlib import Path

from .. import __version__

FOLDER = ".github/workflows"
"""Where GitHub looks for them: at the top of a repository, and nowhere else."""

STEPS = (
    "on GitHub, Settings › Pages: as the source, choose GitHub Actions, so that the site of the deck can be deployed",
    "on GitHub, Settings › Environments › github-pages: add the tags v* to those that may deploy",
)
"""What only the repository's settings can say."""


def workflows() -> dict[str, str]:
    """The files by their paths in the repository. They install this version of Deckwright: another one may draw the cards in
    another way.
    """
    here = Path(__file__).parent / "github"
    return {
        f"{FOLDER}/{file.name}": file.read_text(encoding="utf-8").replace("==VERSION", f"=={__version__}")
        for file in sorted(here.glob("*.yml"))
    }


def top(folder: Path) -> Path | None:
    """The top of the Git repository that the folder lies in, None if it lies in none. The folder need not exist."""
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)
