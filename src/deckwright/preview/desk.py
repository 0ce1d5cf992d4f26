"""What the page asks of pictures and their masks → the answers. It is loaded with the first of these questions.

Whatever takes long, or memory, runs in threads, of which there are few: two that draw, one that reads letters.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec
from anyio import CapacityLimiter, to_thread
from msgspec.structs import replace
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response

from .. import files
from ..diagnostics import Diagnostic
from ..model import Media
from . import answers, gallery, masks, media, pictures, replies
from .gallery import Counts
from .guard import TooLarge
from .index import Index
from .masks import Order, Seen
from .names import Names
from .pictures import Picture
from .state import State

if TYPE_CHECKING:
    from starlette.requests import Request

Value = TypeVar("Value")

MOST_DRAWN = 2
"""Pictures that are drawn, or made smaller, at a time."""

MOST_UPLOADED = 2
"""Pictures that are taken at a time: each of them is held in memory."""

_HEADERS = {"content-security-policy": "default-src 'none'; sandbox"}


class Desk:
    """All that a preview knows of pictures besides their files."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._root = state.root
        self._names: dict[str, Names] = {}
        self._counts = Counts()
        self._drawing = CapacityLimiter(MOST_DRAWN)
        self._reading = CapacityLimiter(1)
        self._uploading = asyncio.Semaphore(MOST_UPLOADED)
        self._saving = threading.Lock()

    async def listed(self, request: Request) -> Response:
        """All pictures."""
        index = await self._state.present()
        if index is None:
            return replies.late()

        def made() -> Response:
            return replies.json(
                {
                    "build": index.head.number,
                    "reader": gallery.has_reader(),
                    "folders": pictures.folders(self._root),
                    "pictures": gallery.listed(self._root, index, self._counts),
                }
            )

        return await self._in_thread(made)

    async def picture(self, request: Request) -> Response:
        """A picture as it is shown, or a small one of it."""
        is_small = request.query_params.get("small") == "1"
        place = request.path_params["path"]
        asked = request.headers.get("range", "")

        def made() -> Response:
            picture = self._find(place)
            if picture is None:
                return PlainTextResponse("There is no such picture.\n", 404)
            try:
                if not (picture.is_drawing or is_small):
                    whole = media.response(Media(picture.file, picture.file.name, ""), self._root, asked)
                    whole.headers["content-security-policy"] = _HEADERS["content-security-policy"]
                    whole.headers["cross-origin-resource-policy"] = "same-origin"
                    return whole
                if is_small:
                    return Response(pictures.small(picture, self._root), headers=_HEADERS, media_type="image/webp")
                data = pictures.shown(picture, self._root)
            except (OSError, ValueError):
                data = b""
            if not data:
                return PlainTextResponse("This picture cannot be shown.\n", 404)
            return Response(data, headers=_HEADERS, media_type="image/png")

        return await self._in_thread(made)

    async def masks(self, request: Request) -> Response:
        """The masks of one picture; saved before, if that is asked."""
        place = request.path_params["path"]
        order: Order | None = None
        if request.method == "POST":
            if (body := await _body(request)) is None:
                return _cut_off()
            try:
                order = _ORDER.decode(body)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                return replies.json({"message": f"This is no list of masks: {error}"}, 400)
        index = await self._state.present()
        if index is None:
            return replies.late()

        def made() -> Response:
            picture = self._find(place)
            if picture is None:
                return replies.json({"message": f"There is no picture {place} in the project's media folders."}, 404)
            try:
                if order is None:
                    return self._told(masks.look(picture, pictures.held(picture), self._root), index)
                with self._saving:
                    return self._saved(picture, order, index)
            except OSError as error:
                return replies.json({"message": f"{place} cannot be used: {files.reason(error)}."}, 403)

        return await self._in_thread(made)

    async def labels(self, request: Request) -> Response:
        """What is read in a picture."""
        place = request.path_params["path"]

        def made() -> Response:
            from ..diagrams.ocr import ReaderMissing

            picture = self._find(place)
            if picture is None or picture.is_drawing:
                return replies.json({"message": f"{place} is no picture in which letters are read."}, 404)
            try:
                return replies.json({"labels": masks.read_labels(picture, pictures.held(picture), self._root)})
            except ReaderMissing as error:
                return replies.json({"message": f"{error}"}, 501)
            except (OSError, ValueError) as error:
                return replies.json({"message": f"{place} cannot be read: {error}."}, 403)

        return await to_thread.run_sync(made, limiter=self._reading)

    async def uploaded(self, request: Request) -> Response:
        """A new picture, and the section for it."""
        from . import uploads

        index = await self._state.present()
        if index is None:
            return replies.late()
        async with self._uploading:
            if (data := await _body(request)) is None:
                return _cut_off()

            def made() -> Response:
                try:
                    with self._saving:
                        answer = uploads.save(self._root, request.query_params.get("name", ""), data, index)
                except OSError as error:
                    return replies.json({"message": f"The picture cannot be saved: {files.reason(error)}."}, 403)
                return replies.json(answer.told, answer.status)

            return await self._in_thread(made)

    def _saved(self, picture: Picture, order: Order, index: Index) -> Response:
        """Save the masks, and tell what became of them. Raises OSError."""
        if refused := pictures.refusal(picture):
            return replies.json({"message": refused}, 403)
        held = pictures.held(picture)
        if held.version != order.version:
            return _changed(picture)
        seen = masks.look(picture, held, self._root)
        if refused := masks.useless(seen) or masks.doubtful(index):
            return replies.json({"message": refused}, 403)
        names = self._names_of(picture)
        made, wrong = masks.edited(seen, order, index, names)
        if made.data is None:
            return self._refused(wrong, made.found)
        if made.data in (held.masks, held.source) or not (made.data or held.masks):
            return self._told(seen, index)
        after = pictures.of_drawing(made.data) if picture.is_drawing else replace(held, masks=made.data)
        # An SVG is drawn before it is written: only then is it known where its masks are, and the build that follows finds it
        # drawn.
        new = masks.look(picture, after, self._root)
        if picture.is_drawing and (worse := masks.worse(seen, new)):
            return self._refused(f"These masks cannot be saved: {worse[0].message}.", worse)
        if not masks.write(picture, held, made.data):
            return _changed(picture)
        names.saved(
            after.version,
            {place: mask.name for place, mask in new.masks.items()},
            masks.kept(seen, made, names),
        )
        return self._told(new, index)

    def _refused(self, message: str, found: Sequence[Diagnostic]) -> Response:
        problems = [answers.told(masks.problem(one), self._state.editor) for one in found]
        return replies.json({"message": message, "problems": problems}, 422)

    def _told(self, seen: Seen, index: Index) -> Response:
        return replies.json(masks.told(seen, index, self._names_of(seen.picture), self._state.editor))

    def _find(self, place: str) -> Picture | None:
        return pictures.find(self._root, place, pictures.folders(self._root))

    def _names_of(self, picture: Picture) -> Names:
        return self._names.setdefault(picture.place, Names())

    async def _in_thread(self, made: Callable[[], Value]) -> Value:
        return await to_thread.run_sync(made, limiter=self._drawing)


_ORDER = msgspec.json.Decoder(Order)


async def _body(request: Request) -> bytes | None:
    """The body; None if it is too large, or if whoever sent it has left."""
    try:
        return await request.body()
    except (TooLarge, ClientDisconnect):
        return None


def _cut_off() -> Response:
    answer = replies.json({"message": "This is too large, or only a part of it came."}, 413)
    answer.headers["connection"] = "close"  # There may be more to come, which nobody reads.
    return answer


def _changed(picture: Picture) -> Response:
    return replies.json({"message": f"{picture.target.name} or the picture has changed since: nothing was saved."}, 409)
