"""What a preview knows → what it answers to a browser: the page, what the page asks for, cards and media."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from . import answers, faces, media, replies
from .choice import Choice
from .guard import Guard
from .state import State

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from .desk import Desk

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}

_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff": "font/woff",
    "": "text/plain",
}
"""Of our own files. Python's table depends on the system."""


def app(state: State, port: int) -> ASGIApp:
    """The program for a server at this port."""

    @cache
    def desk() -> Desk:
        from .desk import Desk  # It takes what reads and draws pictures, which the first page does without.

        return Desk(state)

    def at_desk(question: str) -> Callable[[Request], Any]:
        async def answered(request: Request) -> Response:
            answer: Response = await getattr(desk(), question)(request)
            return answer

        return answered

    routes = [
        Route("/", _with(state, _page)),
        Route("/api/deck", _with(state, _deck)),
        Route("/api/cards", _with(state, _cards)),
        Route("/api/cards/{key:path}", _with(state, _card)),
        Route("/cards/{key:path}/{side}", _with(state, _side)),
        Route("/media/{secret}/{name}", _with(state, _medium)),
        Route("/media/{name}", _with(state, _medium)),
        Route("/api/masks", at_desk("listed")),
        Route("/api/masks/{path:path}/labels", at_desk("labels")),
        Route("/api/masks/{path:path}", at_desk("masks"), methods=["GET", "POST"]),
        Route("/api/pictures", at_desk("uploaded"), methods=["POST"]),
        Route("/pictures/{path:path}", at_desk("picture")),
        Route("/events", _with(state, _events)),
        Route("/static/{name:path}", _with(state, _own)),
        Route("/frame/{name:path}", _with(state, _own)),
    ]
    return Guard(Starlette(routes=routes), port, state.token, state.secret)


def _with(state: State, answer: Callable[[State, Request], Any]) -> Callable[[Request], Any]:
    async def answered(request: Request) -> Response:
        made: Response = await answer(state, request)
        return made

    return answered


async def _page(state: State, request: Request) -> Response:
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader("deckwright.preview"), autoescape=True)
    name = state.index.head.name if state.index else state.root.name
    html = environment.get_template("page.html").render(name=name, token=state.token)
    policy = _POLICY | {"frame-src": f"http://{request.headers['host']}/cards/"}
    told = "; ".join(f"{what} {value}" for what, value in policy.items())
    headers = {
        "content-security-policy": told,
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
    }
    return HTMLResponse(html, headers=headers)


async def _deck(state: State, request: Request) -> Response:
    index = await state.present()
    return await run_in_threadpool(lambda: replies.json(answers.deck(index, state.editor))) if index else replies.late()


async def _cards(state: State, request: Request) -> Response:
    index = await state.present()
    if index is None:
        return replies.late()
    choice, offset, limit = _asked(request)
    return await run_in_threadpool(lambda: replies.json(answers.listed(index, choice, offset, limit)))


async def _card(state: State, request: Request) -> Response:
    index = await state.present()
    if index is None:
        return replies.late()
    place = index.by_key.get(request.path_params["key"])
    if place is None:
        return _unknown(state, request)
    choice, _, _ = _asked(request)
    from . import source  # It takes the reader of Markdown, which the first page does without.

    def made() -> Response:
        entry, _ = index.entry(place)
        markdown = source.section(state.root, entry.file, entry.line)
        return replies.json(answers.card(index, place, choice, markdown, state.editor))

    return await run_in_threadpool(made)


async def _side(state: State, request: Request) -> Response:
    index = await state.present()
    if index is None:
        return replies.late()
    side = request.path_params["side"]
    place = index.by_key.get(request.path_params["key"])
    if place is None or side not in ("front", "back"):
        return _unknown(state, request)
    query = request.query_params
    face = faces.Face(side == "back", query.get("night") == "1", _number(query.get("screen"), 800, 100, 10_000))

    note = await run_in_threadpool(index.note, place)
    if note is None and (seen := await state.seen()) and index.keys[place] in seen.by_key:
        index, place = seen, seen.by_key[index.keys[place]]
        note = await run_in_threadpool(index.note, place)
    if note is None:
        return replies.late()
    entry, card = index.entry(place)
    attribute = faces.addresses(index.held.media, state.secret)
    note_type = index.held.note_types[entry.note_type]
    html = await run_in_threadpool(lambda: faces.document(note, note_type, card.number, face, attribute))
    state.shown.set()
    policy = faces.policy(f"http://{request.headers['host']}")
    # It is only ever shown in our own page, and its policy says so.
    return HTMLResponse(html, headers={"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"})


async def _medium(state: State, request: Request) -> Response:
    index = await state.present()
    name = request.path_params["name"]
    if index and name in index.held.media and index.held.media[name] is None:
        index = await state.seen()
    if index is None:
        return replies.late()
    held = index.held.media.get(name)
    if held is None or request.path_params.get("secret", state.secret) != state.secret:
        return PlainTextResponse("There is no such file in the package.\n", 404)
    asked = request.headers.get("range", "")
    return await run_in_threadpool(lambda: media.response(held, state.root, asked))


async def _events(state: State, request: Request) -> Response:
    stream = state.pages.stream(state.index)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _own(state: State, request: Request) -> Response:
    folder = "frame" if request.url.path.startswith("/frame/") else "static"
    data = _files(folder).get(request.path_params["name"])
    if data is None:
        return PlainTextResponse("There is no such file.\n", 404)
    headers = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'"}
    if folder == "frame":  # Frames have no origin, and fonts are only for those who are allowed.
        headers |= {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
    return Response(data.read_bytes(), headers=headers, media_type=_TYPES[data.suffix])


@cache
def _files(folder: str) -> dict[str, Path]:
    """Our own files in a folder, by their paths below it. Nothing else is served of the disk, but media."""
    top = Path(str(files(__package__ or "") / folder))
    paths = (path for path in top.rglob("*") if path.is_file() and path.suffix in _TYPES)
    return {path.relative_to(top).as_posix(): path for path in paths}


def _asked(request: Request) -> tuple[Choice, int, int]:
    query = request.query_params
    words = {name: query.get(name, "") for name in Choice.__struct_fields__}
    return (
        Choice(**words),
        _number(query.get("offset"), 0, 0, 1 << 31),
        _number(query.get("limit"), 100, 0, answers.MOST),
    )


def _number(written: str | None, usual: int, least: int, most: int) -> int:
    """A number that is asked for, or the nearest that there can be."""
    if not written or not (written.isascii() and written.isdigit() and len(written) < 12):
        return usual
    return min(max(int(written), least), most)


def _unknown(state: State, request: Request) -> Response:
    key = request.path_params["key"]
    return replies.json({"message": f"There is no card {key}.", "near": state.near(key)}, 404)
