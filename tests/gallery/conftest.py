"""The gallery is drawn only where it is asked for by its name: `pytest tests/gallery`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import pages

if TYPE_CHECKING:
    from playwright.async_api import Browser

_HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if _is_named(config) else True


def pytest_configure(config: pytest.Config) -> None:
    if _is_named(config) and (problem := pages.problem()):
        pytest.exit(problem, returncode=pytest.ExitCode.USAGE_ERROR)


def _is_named(config: pytest.Config) -> bool:
    named = ((config.invocation_params.dir / argument.split("::")[0]).resolve() for argument in config.args)
    return any(path.is_relative_to(_HERE) for path in named)


@pytest.fixture(scope="module")
def chromium() -> Iterator[tuple[asyncio.AbstractEventLoop, Browser]]:
    from .chromium import Chromium  # Where the gallery is not installed, this file must be read all the same.

    opened = Chromium()
    yield opened.loop, opened.browser
    opened.close()
