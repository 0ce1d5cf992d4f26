"""A request → the answer of the program behind, or a refusal: who may ask what, from where.

Any page in the author's browser can send requests to this computer, and any name can be made to lead to it. So a request must
name the address that we are at, must not come from another site, and must have the token of this run where it would write.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..limits import MAX_UPLOAD_BYTES

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 1 << 20
"""Bytes of a body, of those that write. Others have none."""

UPLOADS = "/api/pictures"
"""Where a body is a picture, and may have `MAX_UPLOAD_BYTES`."""

MAX_HEAD = 16 << 10
"""Bytes of the headers."""

MAX_TARGET = 4_096
"""Bytes of the path and what follows it."""

READS = frozenset({"GET", "HEAD"})
TOKEN = "x-deckwright-token"

_OURS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}
"""What every answer has, unless it says something else."""


class Guard:
    """Stands before a program that serves a browser on this computer."""

    def __init__(self, app: ASGIApp, port: int, token: str, secret: str) -> None:
        """`token` is for whoever writes, `secret` for frames, which have no origin that they could name."""
        self._app = app
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self._token = token
        self._open = re.compile(rf"/frame/|/media/{re.escape(secret)}/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        status, why = self._refusal(scope, headers)
        if status:
            await _refuse(send, status, why)
            return
        left = _most(scope)

        async def received() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge
            return message

        started = False

        async def answered(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                named = {name for name, _ in message["headers"]}
                more = [(name.encode(), value.encode()) for name, value in _OURS.items() if name.encode() not in named]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        try:
            await self._app(scope, received, answered)
        except TooLarge:
            if not started:
                await _refuse(send, 413, "The body is too large.")

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> tuple[int, str]:
        """The status and the reason with which a request is refused; 0 if it is not."""
        host = headers.get("host", "")
        if host not in self._hosts or sum(name == b"host" for name, _ in scope["headers"]) != 1:
            return 421, "This address is not ours."
        if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_TARGET:
            return 414, "The address is too long."
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEAD:
            return 431, "The headers are too long."
        is_read = scope["method"] in READS
        if (length := headers.get("content-length", "0")) != "0" or "transfer-encoding" in headers:
            if is_read:
                return 413, "No body belongs here."
            if not (length.isascii() and length.isdigit()) or len(length) > 9 or int(length) > _most(scope):
                return 413, "The body is too large."
        own = f"http://{host}"
        if is_read and self._open.match(scope["path"]):
            return 0, ""
        site, origin = headers.get("sec-fetch-site", "none"), headers.get("origin", own)
        is_followed = scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate"
        if is_read and is_followed:
            return 0, ""
        if origin != own or site not in ("same-origin", "none"):
            return 403, "Another site may not ask this."
        if not is_read and not secrets.compare_digest(headers.get(TOKEN, "").encode(), self._token.encode()):
            return 403, "The token is missing, or of another run: load the page again."
        return 0, ""


def _most(scope: Scope) -> int:
    """How many bytes a body may have."""
    return MAX_UPLOAD_BYTES if scope["path"] == UPLOADS else MAX_BODY


class TooLarge(Exception):
    """More was sent than is read."""


async def _refuse(send: Send, status: int, why: str) -> None:
    body = f"{why}\n".encode()
    headers = {
        **_OURS,
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(body)),
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "connection": "close",
    }
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
