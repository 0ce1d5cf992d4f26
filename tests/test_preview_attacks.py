"""What others may try against a preview that runs on the author's computer, one by one: each of them gets nothing.

Where it matters how bytes come and go, they go through real sockets.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from scratch import DAY_ONE, Scratch
from starlette.testclient import TestClient

from deckwright import build as building
from deckwright import cards
from deckwright.identity import Terms
from deckwright.model import Note
from deckwright.preview import app as serving
from deckwright.preview import faces, guard, protocol, server
from deckwright.preview.indexing import index as indexed
from deckwright.preview.state import State
from deckwright.watch import Build

PORT = 7391
HOST = f"127.0.0.1:{PORT}"
HOME = f"http://{HOST}"
SAME = {"sec-fetch-site": "same-origin"}
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><script>alert(1)</script><circle r="4"/></svg>'
HEART = "# Heart\n\n## What is it? {.basic #heart}\n\nA pump. ![](../media/a.svg) ![](../media/b.mp3)\n"
SOUND = b"ID3" + bytes(1 << 20)
REFUSED = {403, 404, 405, 413, 414, 421}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    """Of a project that is not changed."""
    project = Scratch(tmp_path_factory.mktemp("attacked") / "project")
    project.write({"cards/heart.md": HEART, "media/a.svg": PICTURE, "media/b.mp3": SOUND, "secret.txt": b"secret"})
    (project.root.parent / "outside.txt").write_bytes(b"secret")
    made = State(project.root, "")
    outcome = building.look(project.root, building.Options(Terms(DAY_ONE)))
    made.take(indexed(1, Build(outcome), project.root, None))
    return made


@pytest.fixture
def client(state: State) -> Iterator[TestClient]:
    with TestClient(serving.app(state, PORT), base_url=HOME) as opened:
        yield opened


def paths(state: State) -> list[str]:
    """One of each kind of address."""
    index = state.index
    assert index
    [picture, _] = index.held.media
    return [
        "/",
        "/api/deck",
        "/api/cards",
        "/api/cards/heart.1",
        "/cards/heart.1/front",
        f"/media/{picture}",
        f"/media/{state.secret}/{picture}",
        "/static/app.js",
        "/frame/card.js",
    ]


# From elsewhere


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"evil.example:{PORT}",
        "127.0.0.1",
        "localhost",
        f"127.0.0.1:{PORT + 1}",
        f"[::1]:{PORT}",
        f"0.0.0.0:{PORT}",
        f"127.0.0.1:{PORT}.evil.example",
        f"localhost.evil.example:{PORT}",
        f"LOCALHOST:{PORT}",
        "",
    ],
)
def test_a_name_that_is_not_ours_is_refused(client: TestClient, state: State, host: str) -> None:
    """A name of somebody else's may be made to lead here: DNS rebinding."""
    answers = [client.get(path, headers=SAME | {"host": host}) for path in paths(state)]
    assert [(answer.status_code, answer.text) for answer in answers] == [(421, "This address is not ours.\n")] * 9


@pytest.mark.parametrize("host", [HOST, f"localhost:{PORT}"])
def test_both_names_of_ours_are_served(client: TestClient, state: State, host: str) -> None:
    assert [client.get(path, headers=SAME | {"host": host}).status_code for path in paths(state)] == [200] * 9


OPEN = [False, False, False, False, False, False, True, False, True]
"""Which of the addresses frames may ask for, who have no origin: those with the secret, and our own scripts."""


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"http://localhost:{PORT}"},
        {"origin": f"https://{HOST}"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": HOME},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "origin": "null"},
        {"sec-fetch-site": "anything"},
    ],
)
def test_other_sites_may_ask_for_nothing(client: TestClient, state: State, headers: dict[str, str]) -> None:
    statuses = [client.get(path, headers=headers).status_code for path in paths(state)]
    assert statuses == [200 if is_open else 403 for is_open in OPEN]
    assert client.get("/events", headers=headers).status_code == 403


def test_only_the_page_may_be_followed_to_from_elsewhere(client: TestClient, state: State) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    statuses = [client.get(path, headers=headers).status_code for path in paths(state)]
    assert statuses == [200, *[200 if is_open else 403 for is_open in OPEN[1:]]]


def test_no_other_site_is_allowed_to_read_what_is_not_ours_alone(client: TestClient, state: State) -> None:
    answers = [client.get(path, headers=SAME | {"origin": HOME}) for path in paths(state)]
    allowed = [answer.headers.get("access-control-allow-origin") for answer in answers]
    assert allowed == [None] * 8 + ["*"]
    policies = [answer.headers["cross-origin-resource-policy"] for answer in answers]
    assert policies == ["same-origin"] * 5 + ["cross-origin"] * 2 + ["same-origin", "cross-origin"]


RARE = [pytest.param(method, marks=pytest.mark.ci) for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO")]


@pytest.mark.parametrize("method", ["POST", *RARE])
def test_who_writes_needs_the_token(client: TestClient, state: State, method: str) -> None:
    def status(path: str, **headers: str | bytes) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.request(method, path, headers=named).status_code

    for path in [*paths(state), "/api/nothing"]:
        assert status(path) == 403
        assert status(path, x_deckwright_token="") == 403
        assert status(path, x_deckwright_token="x" * 32) == 403
        assert status(path, x_deckwright_token="é".encode()) == 403
        assert status(path, x_deckwright_token=state.secret) == 403
        assert status(path, x_deckwright_token=State(state.root, "").token) == 403  # of another run
        assert status(path, x_deckwright_token=state.token, origin="https://evil.example") == 403
        assert status(path, x_deckwright_token=state.token, sec_fetch_site="cross-site") == 403
        assert status(path, x_deckwright_token=state.token, host="evil.example") == 421
        assert status(path, x_deckwright_token=state.token, origin=HOME, sec_fetch_site="same-origin") in (404, 405)


def test_the_token_is_told_to_the_page_alone(client: TestClient, state: State) -> None:
    told = [client.get(path, headers=SAME) for path in paths(state)]
    assert [state.token in answer.text for answer in told] == [True, *[False] * 8]
    assert told[0].headers["cache-control"] == "no-store"
    assert not any(state.token in str(answer.headers) for answer in told)


def test_each_run_has_another_token_and_secret(state: State) -> None:
    other = State(state.root, "")
    assert len({state.token, state.secret, other.token, other.secret}) == 4
    assert {len(word) for word in (state.token, state.secret)} == {32}


# Out of the project


def spelled(path: str) -> list[str]:
    """A way up to a file, in many spellings."""
    return [
        f"../{path}",
        f"..%2f{path}",
        f"%2e%2e/{path}",
        f"%2e%2e%2f{path}",
        f"%252e%252e%252f{path}",
        f"..%5c{path}",
        f"..\\{path}",
        f"....//{path}",
        f"./{path}",
        f"/{path}",
        f"%2f{path}",
        f"{path}%00",
        f"{path}%00.svg",
        f"a.svg%00{path}",
        f"..;/{path}",
        f"%c0%ae%c0%ae/{path}",
        f"file:///{path}",
    ]


ELSEWHERE = [pytest.param(folder, marks=pytest.mark.ci) for folder in ("", "static/", "cards/", "api/cards/")]


@pytest.mark.parametrize("folder", ["media/", "frame/", *ELSEWHERE])
def test_no_path_leads_out(live: Live, state: State, folder: str) -> None:
    targets = ["secret.txt", "../outside.txt", str(state.root / "secret.txt"), "app.py", "etc/passwd"]
    for target in targets:
        for path in [target, *spelled(target), quote(target, safe="")]:
            answer = live.ask(f"GET /{folder}{path} HTTP/1.1\r\nHost: {live.host}\r\nConnection: close\r\n\r\n")
            assert status_of(answer) in REFUSED | {400}, path
            assert b"secret\n" not in answer and not answer.endswith(b"secret"), path


def test_the_secret_of_frames_is_needed_for_their_media(client: TestClient, state: State) -> None:
    name = paths(state)[5].removeprefix("/media/")
    for secret in ("", "x", state.secret[:-1], state.secret + "x", state.token):
        for headers in (SAME, {"sec-fetch-site": "cross-site"}):
            assert client.get(f"/media/{secret}/{name}", headers=headers).status_code in (403, 404)
    assert client.get(f"/media/{state.secret}/../{name}x", headers=SAME).status_code == 404


def test_a_medium_that_has_become_a_link_out_is_not_served(tmp_path: Path) -> None:
    project = Scratch(tmp_path / "project")
    project.write({"cards/heart.md": HEART, "media/a.svg": PICTURE, "media/b.mp3": SOUND})
    (tmp_path / "outside.mp3").write_bytes(b"secret")
    made = State(project.root, "")
    outcome = building.look(project.root, building.Options(Terms(DAY_ONE)))
    made.take(indexed(1, Build(outcome), project.root, None))
    [_, name] = made.index.held.media
    sound = project.root / "media" / "b.mp3"
    with TestClient(serving.app(made, PORT), base_url=HOME) as client:
        assert client.get(f"/media/{name}").content == SOUND
        sound.unlink()
        assert client.get(f"/media/{name}").status_code == 404
        sound.symlink_to(tmp_path / "outside.mp3")
        assert client.get(f"/media/{name}").status_code == 404
        sound.unlink()
        sound.mkdir()
        assert client.get(f"/media/{name}").status_code == 404
        sound.rmdir()
        (project.root / "media").rename(tmp_path / "moved")
        (project.root / "media").symlink_to(tmp_path / "moved")
        (tmp_path / "moved" / "b.mp3").write_bytes(b"secret")
        assert client.get(f"/media/{name}").status_code == 404


def test_a_source_that_has_become_a_link_out_is_not_shown(tmp_path: Path) -> None:
    project = Scratch(tmp_path / "project")
    project.write({"cards/heart.md": HEART, "media/a.svg": PICTURE, "media/b.mp3": SOUND})
    made = State(project.root, "")
    outcome = building.look(project.root, building.Options(Terms(DAY_ONE)))
    made.take(indexed(1, Build(outcome), project.root, None))
    with TestClient(serving.app(made, PORT), base_url=HOME) as client:
        assert "A pump." in client.get("/api/cards/heart.1").json()["source"]
        (project.root / "cards" / "heart.md").rename(tmp_path / "heart.md")
        (project.root / "cards" / "heart.md").symlink_to(tmp_path / "heart.md")
        assert client.get("/api/cards/heart.1").json()["source"] == ""


# What notes contain


HOSTILE = """<script>parent.hacked = 1</script><img src=x onerror="parent.hacked = 1">
<svg onload="parent.hacked = 1"><script>parent.hacked = 1</script></svg>
<iframe src="https://evil.example"></iframe><form action="https://evil.example"><button>a</button></form>
<meta http-equiv="refresh" content="0;url=https://evil.example"><base href="https://evil.example/">
<link rel="stylesheet" href="https://evil.example/a.css"><style>@import "https://evil.example/b.css";</style>
<a href="javascript:parent.hacked = 1">a</a><object data="https://evil.example"></object></body></html>"""


def test_the_policy_of_a_card_lets_nothing_run_but_ours(client: TestClient) -> None:
    headers = client.get("/cards/heart.1/front", headers=SAME).headers
    told = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert told == {
        "default-src": "'none'",
        "script-src": f"{HOME}/frame/",
        "style-src": f"{HOME}/frame/ 'unsafe-inline'",
        "img-src": f"{HOME}/media/",
        "media-src": f"{HOME}/media/",
        "font-src": f"{HOME}/frame/",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": HOME,
        "sandbox": "allow-scripts",
    }
    assert headers["x-frame-options"] == "SAMEORIGIN"


def test_the_policy_of_the_page_lets_nothing_run_but_ours(client: TestClient) -> None:
    headers = client.get("/", headers=SAME).headers
    told = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert told == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "frame-src": f"{HOME}/cards/",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert (headers["x-frame-options"], headers["cross-origin-opener-policy"]) == ("DENY", "same-origin")


def test_media_are_sandboxed_when_they_are_opened_alone(client: TestClient, state: State) -> None:
    answer = client.get(paths(state)[5], headers=SAME)
    assert answer.headers["content-security-policy"].endswith("; sandbox")
    assert b"script" not in answer.content


def test_every_answer_says_what_it_is(client: TestClient, state: State) -> None:
    for path in [*paths(state), "/missing", "/api/cards/missing.1"]:
        answer = client.get(path, headers=SAME)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "content-type" in answer.headers and "server" not in answer.headers


def test_what_a_note_says_cannot_leave_its_place_in_the_document(state: State) -> None:
    """Whatever comes through the cleaning of HTML stands between our own beginning and end."""
    index = state.index
    assert index
    note = index.note(0)
    assert note
    note_type = index.held.note_types[note.note_type]
    hostile = Note(**{name: getattr(note, name) for name in Note.__struct_fields__} | {"id": '"><script>1</script>'})
    css = "</style><script>parent.hacked = 1</script>"
    styled = type(note_type)(
        **{name: getattr(note_type, name) for name in type(note_type).__struct_fields__} | {"css": css}
    )
    html = faces.document(hostile, styled, 1, faces.Face(), faces.addresses({}, "secret"))
    assert html.count("<script") == html.count('<script src="/frame/') + html.count("<\\/style><script>")
    assert "<title>&quot;&gt;&lt;script&gt;1&lt;/script&gt;</title>" in html
    assert "</style><script>" not in html


def test_what_is_hostile_in_notes_is_gone_before_it_comes_here(tmp_path: Path) -> None:
    project = Scratch(tmp_path / "project")
    project.write({"cards/heart.md": f"# Heart\n\n## What is it? {{.basic #heart}}\n\nA pump.\n\n{HOSTILE}\n"})
    outcome = building.look(project.root, building.Options(Terms(DAY_ONE)))
    made = indexed(1, Build(outcome), project.root, None)
    for place in range(len(made.keys)):
        note = made.note(place)
        assert note
        shown = cards.render(note, made.held.note_types[note.note_type], 0).answer
        assert not re.search(
            r"<(script|iframe|form|meta|base|object|link rel=\"?stylesheet\"? href=\"http)|\son\w+=", shown
        )


# Much, slow, or nothing at all


PATIENCE = 60.0
"""In seconds: how long a test waits for what comes within a second."""


class Live:
    """A server at a port of its own."""

    def __init__(self, port: int, connections: Collection[object]) -> None:
        self.port = port
        self.connections = connections
        self.host = f"127.0.0.1:{port}"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def ask(self, request: str | bytes) -> bytes:
        """All that comes back."""
        with self.connect() as opened:
            with contextlib.suppress(ConnectionError):
                opened.sendall(request if isinstance(request, bytes) else request.encode())
            return rest(opened)

    def get(self, path: str = "/api/deck") -> int:
        return status_of(self.ask(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n"))


def rest(opened: socket.socket) -> bytes:
    """What comes until the other side ends it."""
    got = b""
    with contextlib.suppress(ConnectionError):
        while piece := opened.recv(1 << 16):
            got += piece
    return got


def status_of(answer: bytes) -> int:
    return int(answer[9:12] or b"0")


@contextlib.contextmanager
def serving_at(state: State) -> Iterator[Live]:
    """A server; that it ends in time is a part of every test."""
    held = server.bound(0)
    port = held.getsockname()[1]
    program = server.program(state, port)
    thread = threading.Thread(target=lambda: asyncio.run(program.serve([held])))
    thread.start()
    while not program.started:
        time.sleep(0.005)
    yield Live(port, program.server_state.connections)
    program.should_exit = True
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def live(state: State) -> Iterator[Live]:
    with serving_at(state) as served:
        yield served


def test_it_is_only_at_this_computer() -> None:
    with server.bound(0) as held:
        assert held.getsockname()[0] == "127.0.0.1"


def test_two_have_two_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    with server.bound(0) as free:
        monkeypatch.setattr(server, "PORT", free.getsockname()[1])
    with server.bound(None) as first:
        first.listen()
        with server.bound(None) as second:
            assert second.getsockname()[1] > first.getsockname()[1]
        with pytest.raises(OSError):
            server.bound(first.getsockname()[1]).close()


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        ("GET / HTTP/1.1\r\n\r\n", {400}),
        ("GET / HTTP/1.0\r\n\r\n", {421}),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n", {400, 421}),
        ("GET http://evil.example/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", {403, 404}),
        ("GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", {421}),
        ("CONNECT evil.example:443 HTTP/1.1\r\nHost: {host}\r\n\r\n", {400, 403}),
        ("GET /\x00 HTTP/1.1\r\nHost: {host}\r\n\r\n", {400}),
        ("GET /events HTTP/1.1\r\nHost: {host}\r\nOrigin: https://evil.example\r\n\r\n", {403}),
        ("nonsense\r\n\r\n", {400}),
        ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20, {400, 0}),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nA: " + "a" * 40_000 + "\r\n\r\n", {431}),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nA: " + "a" * 400_000, {400, 0}),
        ("GET /?" + "a" * 8_000 + " HTTP/1.1\r\nHost: {host}\r\n\r\n", {414}),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\n\r\nhello", {413}),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", {413}),
        ("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99999999999\r\n\r\n", {413}),
        ("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n", {400, 413}),
        (
            "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://evil.example\r\n\r\n",
            {403},
        ),
    ],
)  # fmt: skip
def test_what_is_no_request_of_a_browser_is_refused(live: Live, request_: str, statuses: set[int]) -> None:
    answer = live.ask(request_.replace("{host}", live.host).encode("latin-1"))
    assert status_of(answer) in statuses
    assert live.get() == 200


def test_a_huge_body_is_not_read(live: Live, state: State) -> None:
    """Whoever has the token may send so much and no more, whatever is said of it before."""
    head = f"POST /api/deck HTTP/1.1\r\nHost: {live.host}\r\nX-Deckwright-Token: {state.token}\r\n"
    assert status_of(live.ask(f"{head}Content-Length: {guard.MAX_BODY + 1}\r\n\r\n")) == 413
    assert status_of(live.ask(f"{head}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}")) == 405
    assert status_of(live.ask(f"{head.replace(state.token, 'x')}Content-Length: 2\r\n\r\n{{}}")) == 403


def test_a_body_without_a_length_is_cut_off() -> None:
    """No address takes a body yet, so this asks the guard alone."""

    async def reads(scope: object, receive: Callable[[], object], send: object) -> None:
        while (await receive())["more_body"]:  # type: ignore[misc,index]
            pass

    async def asked() -> tuple[int, int]:
        sent: list[dict[str, object]] = []
        taken = 0

        async def receive() -> dict[str, object]:
            nonlocal taken
            taken += 1
            assert taken < 99
            return {"type": "http.request", "body": bytes(1 << 16), "more_body": True}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        headers = [(b"host", HOST.encode()), (b"x-deckwright-token", b"t"), (b"transfer-encoding", b"chunked")]
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "headers": headers,
        }
        await guard.Guard(reads, PORT, "t", "s")(scope, receive, send)  # type: ignore[arg-type]
        return int(str(sent[0]["status"])), taken

    assert asyncio.run(asked()) == (413, (guard.MAX_BODY >> 16) + 1)


@pytest.mark.parametrize(
    "begun",
    [
        "",
        "GET / HT",
        "GET / HTTP/1.1\r\nHost: {host}\r\nA: b",
        "GET /api/deck HTTP/1.1\r\nHost: {host}\r\n\r\n|GET / HTTP",
        "POST /api/deck HTTP/1.1\r\nHost: {host}\r\nX-Deckwright-Token: {token}\r\nContent-Length: 9\r\n\r\nabc",
    ],
)
def test_who_is_silent_is_left(live: Live, state: State, monkeypatch: pytest.MonkeyPatch, begun: str) -> None:
    *answered, last = begun.replace("{host}", live.host).replace("{token}", state.token).split("|")
    if not answered:
        monkeypatch.setattr(protocol, "SILENCE", 0.15)
    with live.connect() as opened:
        for whole in answered:
            opened.sendall(whole.encode())
            assert opened.recv(1 << 16).startswith(b"HTTP/1.1 200 OK")
        monkeypatch.setattr(protocol, "SILENCE", 0.15)
        opened.sendall(last.encode())
        opened.settimeout(PATIENCE)
        rest(opened)


def test_who_sends_a_byte_now_and_then_is_left(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "SILENCE", 0.2)
    with live.connect() as opened:
        until = time.monotonic() + PATIENCE
        with pytest.raises(ConnectionError):
            while time.monotonic() < until:
                opened.sendall(b"G")
                time.sleep(0.02)


@pytest.mark.ci
def test_who_does_not_read_is_left(live: Live, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "SLOWNESS", 0.2)
    [_, name] = state.index.held.media
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.settimeout(PATIENCE)
    with opened:
        opened.connect(("127.0.0.1", live.port))
        ask = f"GET /media/{name} HTTP/1.1\r\nHost: {live.host}\r\n\r\n"
        opened.sendall(ask.encode() * 8)
        assert opened.recv(1) == b"H"
        until = time.monotonic() + PATIENCE
        while live.connections and time.monotonic() < until:
            time.sleep(0.01)
        assert len(rest(opened)) < 8 * len(SOUND)
    assert live.get() == 200


def test_many_that_are_silent_keep_nobody_out(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "MOST", 8)
    monkeypatch.setattr(protocol, "SILENCE", 10 * PATIENCE)  # Nobody goes for that.
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(live.connect()) for _ in range(40)]
        assert [live.get() for _ in range(5)] == [200] * 5
        for opened in silent:
            opened.settimeout(PATIENCE)
        assert [rest(opened) for opened in silent[:20]] == [b""] * 20  # The first to come are the first to go.


def test_many_that_listen_keep_nobody_out(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deckwright.preview.events.MOST_PAGES", 3)
    with contextlib.ExitStack() as stack:
        for _ in range(12):
            opened = stack.enter_context(live.connect())
            opened.sendall(f"GET /events HTTP/1.1\r\nHost: {live.host}\r\n\r\n".encode())
            assert opened.recv(99).startswith(b"HTTP/1.1 200 OK")
        assert live.get() == 200


def test_what_is_being_sent_ends_with_the_server(state: State) -> None:
    with serving_at(state) as served:
        opened = served.connect()
        opened.sendall(f"GET /events HTTP/1.1\r\nHost: {served.host}\r\n\r\n".encode())
        assert opened.recv(99).startswith(b"HTTP/1.1 200 OK")
    with opened:
        assert rest(opened).endswith(b"0\r\n\r\n")  # as a whole answer does
