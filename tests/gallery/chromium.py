"""Chromium, for tests that are no coroutines: it stays open from one to the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from playwright.async_api import async_playwright

from . import pages
from .drawing import FLAGS

Result = TypeVar("Result")


class Chromium:
    """The browser, and the loop in which all that is asked of it runs.

    Listeners too must be added within a task: the loop is nobody's current one, since `asyncio.run` elsewhere leaves none.
    """

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.playwright = self.run(async_playwright().start())
        self.browser = self.run(self.playwright.chromium.launch(executable_path=pages.CHROMIUM, args=FLAGS))

    def run(self, task: Awaitable[Result]) -> Result:
        return self.loop.run_until_complete(task)

    def close(self) -> None:
        self.run(self.browser.close())
        self.run(self.playwright.stop())
        self.loop.close()
