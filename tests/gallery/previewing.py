"""`deckwright preview` as a program of its own, and what somebody sees of it in Chromium."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from playwright.async_api import Browser, FrameLocator, Locator, Page, expect
from scratch import Scratch

PATIENCE = 60.0
"""In seconds: how long a test waits for what comes within one."""

expect.set_options(timeout=PATIENCE * 1000)


@dataclass
class Preview:
    """A project, its preview as a program of its own, and Chromium."""

    project: Scratch
    port: int
    loop: asyncio.AbstractEventLoop
    browser: Browser
    process: subprocess.Popen[bytes] | None = None
    told: list[str] = field(default_factory=list)
    """What pages said on the console, and what they asked of others, that is not expected."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *program: str) -> None:
        """Start `deckwright preview`, or another program of Python's with the same arguments, and wait for its first build."""
        options = ["--port", str(self.port), "--editor", "vscode", "--project", str(self.project.root)]
        command = [sys.executable, *(program or ("-m", "deckwright")), "preview", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(int(PATIENCE * 10)):
            try:
                with urllib.request.urlopen(f"{self.origin}/api/deck") as answer:
                    if json.load(answer)["build"]:
                        return
            except OSError:
                pass
            assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()
            time.sleep(0.1)
        raise AssertionError("the preview does not start")

    def stop(self) -> None:
        if self.process:
            os.kill(self.process.pid, signal.SIGINT)
            self.process.communicate(timeout=PATIENCE)
            self.process = None

    def run(self, task: Callable[[Seen], Awaitable[None]], address: str = "", **options: Any) -> None:
        """Do something with a page that is opened at an address; `options` are those of a context."""

        async def ran() -> None:
            self.told.clear()
            context = await self.browser.new_context(**{"viewport": {"width": 1440, "height": 900}} | options)
            page = await context.new_page()
            page.on("console", lambda message: self.told.append(message.text))
            page.on("pageerror", lambda error: self.told.append(str(error)))
            page.on("dialog", lambda dialog: self.told.append("a dialog"))
            page.on("request", lambda request: self._ask(request.url))
            seen = Seen(self, page)
            await seen.open(address)
            try:
                await task(seen)
            finally:
                await context.close()

        self.loop.run_until_complete(ran())

    def _ask(self, url: str) -> None:
        if not url.startswith(f"{self.origin}/"):
            self.told.append(f"asks {url}")


@dataclass
class Seen:
    """A page of the preview, as somebody sees it."""

    preview: Preview
    page: Page

    async def open(self, address: str) -> None:
        await self.page.goto("about:blank")
        await self.page.goto(f"{self.preview.origin}/{address}")
        await expect(self["#state"]).to_have_attribute("data-state", re.compile("built|warnings|errors"))

    def __getitem__(self, selector: str) -> Locator:
        return self.page.locator(selector)

    @property
    def card(self) -> FrameLocator:
        """The document of the card that is seen."""
        return self.page.frame_locator("#paper iframe.seen")

    async def shows(self, text: str) -> None:
        """Wait until the card says something."""
        await expect(self.card.locator("#qa")).to_contain_text(text)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def at(self, address: str) -> None:
        """Wait until this is the address, without the host."""
        await expect(self.page).to_have_url(f"{self.preview.origin}/{address}")

    async def is_same_page(self) -> None:
        """The page was not loaded again since `mark`."""
        assert await self.page.evaluate("window.marked") is True

    async def mark(self) -> None:
        await self.page.evaluate("window.marked = true")

    async def titles(self) -> list[str]:
        return await self[".tile-title"].all_text_contents()

    async def axe(self) -> list[str]:
        """What axe-core finds: rule and element. What is in a frame is the deck's, and the gallery looks at it."""
        await self.page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
        found = await self.page.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")
        return [
            f"{violation['id']}: {' '.join(map(str, node['target']))}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    async def too_wide(self) -> int:
        """By how many pixels the page scrolls to the side."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
