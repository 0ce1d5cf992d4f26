"""`deckwright.preview`: what the page gets to know of a project, and the documents in which cards are shown."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from scratch import DAY, DAY_ONE, Scratch
from starlette.testclient import TestClient

from deckwright import build as building
from deckwright import inputs
from deckwright.identity import Terms
from deckwright.layout import BUILD
from deckwright.preview import app as serving
from deckwright.preview import editors, events, kept, source, typed
from deckwright.preview.index import Index
from deckwright.preview.indexing import index as indexed
from deckwright.preview.state import State
from deckwright.watch import Build

PORT = 7391
HOME = f"http://127.0.0.1:{PORT}"

HEART = """---
kind: basic
deck: Heart
tags: [organs]
---

# The heart

## What does the left ventricle pump into? {#ventricle}

The aorta.

## Where is \\(x\\)? {.typed #where}

There.
"""
LUNGS = """---
kind: cloze
deck: Lungs::Air
---

# Lungs

## Lobes {#lobes}

The right lung has ==three== lobes, the left one ==two==.
"""
SOUND = b"ID3" + bytes(200)
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle r="4"/></svg>'


class Author:
    """A project and the index of each look at it."""

    def __init__(self, root: Path) -> None:
        self.project = Scratch(root)
        self.index: Index | None = None
        self.seen: inputs.Inputs | None = None

    def write(self, files: dict[str, str | bytes | None]) -> None:
        self.project.write({f"cards/{name}" if name.endswith(".md") else name: text for name, text in files.items()})

    def look(self, now: int = DAY_ONE) -> Index:
        outcome = building.look(self.project.root, building.Options(Terms(now)))
        self.seen = outcome.seen
        return self.take(Build(outcome, seconds=0.25))

    def take(self, build: Build) -> Index:
        number = self.index.head.number + 1 if self.index else 1
        self.index = indexed(number, build, self.project.root, self.index)
        return self.index


@pytest.fixture
def author(tmp_path: Path) -> Author:
    made = Author(tmp_path / "project")
    made.write({"heart.md": HEART, "lungs.md": LUNGS})
    return made


@pytest.fixture
def ask(author: Author) -> Iterator[Callable[..., Any]]:
    """Ask the server for what is at a path, as the page does: of JSON the value."""
    state = State(author.project.root, "editor://open?file={path}&line={line}&column={column}")
    taken: list[Index] = []

    def asked(path: str, status: int = 200, **headers: str) -> Any:
        index = author.index or author.look()
        if taken[-1:] != [index]:
            taken.append(index)
            state.take(index)
        answer = client.get(path, headers={"sec-fetch-site": "same-origin", **headers})
        assert answer.status_code == status, answer.text
        is_json = answer.headers.get("content-type") == "application/json"
        return answer.json() if is_json else answer

    with TestClient(serving.app(state, PORT), base_url=HOME) as client:
        yield asked


# What the page is told


def test_the_deck_is_told_with_its_parts(author: Author, ask: Callable[..., Any]) -> None:
    assert ask("/api/deck") == {
        "build": 1,
        "state": "built",
        "name": "Anatomy",
        "version": "0.1.0",
        "seconds": 0.25,
        "changed": "",
        "notes": 3,
        "cards": 4,
        "only": {"new": 4, "changed": 0, "problems": 0},
        "problems": [],
        "decks": [
            {"name": "Anatomy", "cards": 4},
            {"name": "Anatomy::Heart", "cards": 2},
            {"name": "Anatomy::Lungs", "cards": 2},
            {"name": "Anatomy::Lungs::Air", "cards": 2},
        ],
        "tags": [{"name": "organs", "cards": 2}],
        "types": [{"name": "basic", "cards": 2}, {"name": "cloze", "cards": 2}],
        "files": [{"name": "cards/heart.md", "cards": 2}, {"name": "cards/lungs.md", "cards": 2}],
    }


def test_cards_are_listed_in_the_order_of_the_deck(ask: Callable[..., Any]) -> None:
    told = ask("/api/cards?offset=1&limit=2")
    for card in told["cards"]:
        assert re.fullmatch(r"[0-9a-f]{24}", card.pop("digest"))
    assert told == {
        "build": 1,
        "total": 4,
        "offset": 1,
        "cards": [
            {
                "key": "where.1",
                "note": "where",
                "card": "",
                "title": "Where is x?",
                "deck": "Anatomy::Heart",
                "type": "basic",
                "file": "cards/heart.md",
                "line": 13,
                "state": "new",
                "problems": 0,
            },
            {
                "key": "lobes.1",
                "note": "lobes",
                "card": "Cloze 1",
                "title": "The right lung has [...] lobes, the left one two.",
                "deck": "Anatomy::Lungs::Air",
                "type": "cloze",
                "file": "cards/lungs.md",
                "line": 8,
                "state": "new",
                "problems": 0,
            },
        ],
    }


CHOSEN = {
    "": "ventricle.1 where.1 lobes.1 lobes.2",
    "deck=Anatomy::Lungs": "lobes.1 lobes.2",
    "deck=Anatomy::Lung": "",
    "tag=organs": "ventricle.1 where.1",
    "type=cloze": "lobes.1 lobes.2",
    "file=cards/heart.md": "ventricle.1 where.1",
    "file=cards": "ventricle.1 where.1 lobes.1 lobes.2",
    "q=AORTA": "ventricle.1",
    "q=lung three": "lobes.1 lobes.2",
    "q=lung four": "",
    "q=ventricle&deck=Anatomy::Lungs": "",
    "only=new": "ventricle.1 where.1 lobes.1 lobes.2",
    "only=changed": "",
    "only=problems": "",
    "limit=1&offset=3": "lobes.2",
    "limit=0": "",
    "limit=-1&offset=x&limit=": "ventricle.1 where.1 lobes.1 lobes.2",
    "offset=99999999999999": "ventricle.1 where.1 lobes.1 lobes.2",
}
"""The keys of the cards, by what is asked."""


def test_cards_are_chosen(ask: Callable[..., Any]) -> None:
    found = {query: " ".join(card["key"] for card in ask(f"/api/cards?{query}")["cards"]) for query in CHOSEN}
    assert found == CHOSEN


def test_all_is_told_of_a_card(author: Author, ask: Callable[..., Any]) -> None:
    told = ask("/api/cards/lobes.2?q=lobes")
    guid, digest = told.pop("guid"), told.pop("digest")
    assert len(guid) == 14 and len(digest) == 24
    place = quote(f"{author.project.root.as_posix()}/cards/lungs.md")
    assert told == {
        "key": "lobes.2",
        "note": "lobes",
        "card": "Cloze 2",
        "title": "The right lung has three lobes, the left one [...].",
        "deck": "Anatomy::Lungs::Air",
        "type": "cloze",
        "file": "cards/lungs.md",
        "line": 8,
        "tags": [],
        "changed": "",
        "version": "",
        "state": "new",
        "problems": [],
        "source": "## Lobes {#lobes}\n\nThe right lung has ==three== lobes, the left one ==two==.",
        "picture": "",
        "editor": f"editor://open?file={place if place.startswith('/') else '/' + place}&line=8&column=1",
        "position": 1,
        "total": 2,
        "neighbours": {"previous": "lobes.1", "next": None},
    }


def test_a_card_that_is_not_looked_for_has_the_nearest_neighbours(ask: Callable[..., Any]) -> None:
    told = ask("/api/cards/where.1?q=lobes")
    assert (told["position"], told["total"], told["neighbours"]) == (None, 2, {"previous": None, "next": "lobes.1"})


def test_after_a_release_only_what_has_changed_is_new(author: Author, ask: Callable[..., Any]) -> None:
    author.project.release("1.0.0", DAY_ONE)
    author.write({"heart.md": HEART.replace("The aorta.", "Into the aorta.")})
    author.look(DAY_ONE + DAY)
    states = {card["key"]: card["state"] for card in ask("/api/cards")["cards"]}
    assert states == {"ventricle.1": "changed", "where.1": "released", "lobes.1": "released", "lobes.2": "released"}
    told = ask("/api/cards/where.1"), ask("/api/cards/ventricle.1")
    assert [(card["version"], card["changed"]) for card in told] == [("1.0.0", "2027-01-15T08:00:00+00:00"), ("", "")]
    deck = ask("/api/deck")
    assert (deck["version"], deck["changed"], deck["only"]["changed"]) == ("1.0.0 + draft", "1 changed", 1)


def test_a_look_writes_nothing_but_the_cache(author: Author) -> None:
    author.look()
    assert sorted(path.name for path in author.project.root.iterdir()) == ["cards", "deck.toml"]
    building.make_build_folder(author.project.root)
    author.look()
    assert sorted(path.name for path in author.project.root.iterdir()) == [BUILD, "cards", "deck.toml"]
    assert sorted(path.name for path in (author.project.root / BUILD).iterdir()) == [".cache", ".gitignore"]


# Broken notes


def test_a_broken_note_is_told_and_the_others_stay(author: Author, ask: Callable[..., Any]) -> None:
    author.write({"heart.md": HEART.replace("The aorta.", "![The aorta](missing.png)")})
    deck = ask("/api/deck")
    assert (deck["state"], deck["notes"], deck["only"]["problems"]) == ("errors", 2, 0)
    [problem] = deck["problems"]
    assert problem.pop("editor").endswith("&line=11&column=14")
    assert problem.pop("message") and problem.pop("hint")
    assert problem == {
        "code": "M001",
        "severity": "error",
        "file": "cards/heart.md",
        "line": 11,
        "column": 14,
        "key": None,
    }


def test_what_is_no_error_is_told_with_its_card(author: Author, ask: Callable[..., Any]) -> None:
    author.write({"heart.md": HEART.replace("There.", "There. ![A map](https://example.org/a.png)")})
    told = ask("/api/cards/where.1")
    codes = [problem["code"] for problem in told["problems"]]
    assert codes and [problem["key"] for problem in told["problems"]] == ["where.1"] * len(codes)
    assert [card["key"] for card in ask("/api/cards?only=problems")["cards"]] == ["where.1"]
    assert [card["problems"] for card in ask("/api/cards")["cards"]] == [0, len(codes), 0, 0]


def test_nothing_is_said_of_the_note_above_one_with_an_error(author: Author, ask: Callable[..., Any]) -> None:
    author.write({"heart.md": HEART.replace("There.\n", "![A map](https://example.org/a.png)\n\n![](missing.png)\n")})
    assert {problem["key"] for problem in ask("/api/deck")["problems"]} == {None}


@pytest.mark.parametrize(("name", "text"), [("deck.toml", "id = 1"), ("deck.lock", "<<<<<<< HEAD\n")])
def test_where_all_is_broken_cards_stay(author: Author, ask: Callable[..., Any], name: str, text: str) -> None:
    before = [card["key"] for card in ask("/api/cards")["cards"]]
    author.write({name: text})
    author.look()
    deck = ask("/api/deck")
    assert (deck["build"], deck["state"], deck["name"], deck["cards"]) == (2, "broken", "Anatomy", 4)
    assert {problem["file"] for problem in deck["problems"]} == {name}
    assert [card["key"] for card in ask("/api/cards")["cards"]] == before


def test_cards_stay_where_the_project_is_gone(author: Author, ask: Callable[..., Any]) -> None:
    ask("/api/deck")
    author.take(Build(None))
    deck = ask("/api/deck")
    assert (deck["state"], deck["cards"], deck["problems"]) == ("gone", 4, [])
    assert "The aorta." in ask("/cards/ventricle.1/back").text


def test_a_project_that_is_broken_from_the_start_has_no_cards(author: Author, ask: Callable[..., Any]) -> None:
    author.write({"deck.toml": "id = 1"})
    deck = ask("/api/deck")
    assert (deck["state"], deck["name"], deck["cards"]) == ("broken", "project", 0)
    assert ask("/api/cards")["cards"] == []


def test_what_cannot_be_read_is_told(author: Author) -> None:
    outcome = building.Outcome("unreadable", [], path=author.project.root / "deck.toml", problem="Permission denied")
    [problem] = author.take(Build(outcome)).problems
    assert (problem.file, problem.message) == ("deck.toml", "It cannot be read: Permission denied")


# From one build to the next


def test_what_changes_is_told(author: Author) -> None:
    first = author.look()
    author.write({"heart.md": HEART.replace("The aorta.", "Into the aorta.")})
    second = author.look()
    assert events.difference(second, first) == (["ventricle.1"], [])
    author.write({"lungs.md": LUNGS.replace(", the left one ==two==", "")})
    third = author.look()
    assert events.difference(third, second) == (["lobes.1"], ["lobes.2"])
    assert events.difference(author.look(), third) == ([], [])
    author.write(
        {
            "style.css": ".card { color: red }",
            "deck.toml": 'id = "anatomy-k3v9q2xm"\nname = "Anatomy"\nstyle.css = "style.css"\n',
        }
    )
    assert events.difference(author.look(), third) == (["ventricle.1", "where.1", "lobes.1"], [])


def test_a_line_above_a_note_changes_nothing_of_what_is_seen(author: Author) -> None:
    first = author.look()
    author.write({"heart.md": HEART.replace("# The heart\n", "# The heart\n\nProse.\n")})
    second = author.look()
    assert events.difference(second, first) == ([], [])
    assert [entry.line for entry in second.entries] == [11, 15, 8]


def test_a_problem_that_comes_changes_its_card(author: Author) -> None:
    first = author.look()
    author.write({"heart.md": HEART.replace("There.", "There. ![A map](https://example.org/a.png)")})
    assert "where.1" in events.difference(author.look(), first)[0]


def test_only_the_notes_of_a_file_that_changed_are_made_anew(author: Author) -> None:
    first = author.look()
    author.write({"heart.md": HEART.replace("The aorta.", "Into the aorta.")})
    second = author.look(DAY_ONE)
    assert [new is old for (_, new), (_, old) in zip(second.held.parts, first.held.parts, strict=True)] == [False, True]


def test_of_very_many_changes_none_is_named(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    first = author.look()
    author.write({"heart.md": None})
    second = author.look()
    assert told(events.event(second, first)) == (2, [], ["ventricle.1", "where.1"])
    monkeypatch.setattr(events, "MOST_KEYS", 1)
    assert told(events.event(second, first)) == (2, None, [])
    assert told(events.event(second, None)) == (2, None, [])


def told(event: bytes) -> tuple[int, list[str] | None, list[str]]:
    """The number of the build in an event, and the keys that it names."""
    name, number, data, *rest = event.decode().split("\n")
    value = json.loads(data.removeprefix("data: "))
    assert (name, number, rest) == ("event: build", f"id: {value['build']}", ["", ""])
    return value["build"], value["changedKeys"], value["goneKeys"]


@pytest.mark.parametrize(
    ("change", "key", "near"),
    [
        ("{#ventricle} {#pump}", "ventricle.1", "pump.1"),
        ("{#ventricle} {#ventricle}", "ventricle.7", "ventricle.1"),
        ("{#ventricle} {#ventricle}", "elsewhere.1", None),
    ],
)
def test_an_unknown_card_is_told_with_what_it_has_become(
    author: Author, ask: Callable[..., Any], change: str, key: str, near: str | None
) -> None:
    ask("/api/deck")
    author.write({"heart.md": HEART.replace(*change.split())})
    author.look()
    assert ask(f"/api/cards/{key}", 404) == {"message": f"There is no card {key}.", "near": near}
    assert ask(f"/cards/{key}/front", 404) == {"message": f"There is no card {key}.", "near": near}


def test_a_card_without_a_number_like_it_has_become_the_first_of_the_note(
    author: Author, ask: Callable[..., Any]
) -> None:
    ask("/api/deck")
    author.write({"lungs.md": LUNGS.replace("#lobes", "#parts").replace(", the left one ==two==", "")})
    author.look()
    assert ask("/api/cards/lobes.2", 404)["near"] == "parts.1"


def test_a_page_that_does_not_listen_is_told_to_load_everything(author: Author) -> None:
    state = State(author.project.root, "")

    async def listened() -> list[tuple[int, list[str] | None, list[str]]]:
        stream = state.pages.stream(None)
        assert await anext(stream) == b"retry: 1000\n\n"
        for _ in range(events.MOST_WAITING + 3):
            state.take(author.look())
        return [told(await anext(stream)) for _ in range(3)]

    index = author.look()
    state.take(index)
    heard = asyncio.run(listened())
    assert heard[0] == (events.MOST_WAITING + 2, None, [])
    assert [number for number, _, _ in heard[1:]] == [events.MOST_WAITING + 3, events.MOST_WAITING + 4]


def test_one_page_too_many_ends_the_first(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_PAGES", 1)
    state = State(author.project.root, "")
    state.take(author.look())

    async def opened() -> list[bytes]:
        first, second = state.pages.stream(None), state.pages.stream(state.index)
        heard = [await anext(first), await anext(second), await anext(second)]
        return heard + [event async for event in first]

    heard = asyncio.run(asyncio.wait_for(opened(), 10))
    assert heard[:2] == [b"retry: 1000\n\n"] * 2
    assert [told(event) for event in heard[2:]] == [(1, None, [])]


def test_who_hears_nothing_hears_a_beat(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "BEAT", 0.01)

    async def heard() -> list[bytes]:
        stream = State(author.project.root, "").pages.stream(None)
        return [await anext(stream), await anext(stream), await anext(stream)]

    assert asyncio.run(heard()) == [b"retry: 1000\n\n", b": still here\n\n", b": still here\n\n"]


# What is kept for the next start


def test_what_is_kept_is_what_a_look_finds(author: Author) -> None:
    building.make_build_folder(author.project.root)
    author.write({"media/a.svg": PICTURE, "heart.md": HEART.replace("The aorta.", "![A dot](../media/a.svg)")})
    index = author.look()
    assert kept.restored(author.project.root) is None
    kept.keep(index, author.seen, author.project.root)
    again = kept.restored(author.project.root)
    assert again
    assert (again.head, again.entries, again.held.standings, again.problems) == (
        index.head,
        index.entries,
        index.held.standings,
        tuple(index.problems),
    )
    assert again.held.media == dict.fromkeys(index.held.media)
    assert [again.digest(place) for place in range(4)] == [index.digest(place) for place in range(4)]
    assert [again.note(place) for place in range(4)] == [index.note(place) for place in range(4)]


@pytest.mark.parametrize("name", ["cards/heart.md", "cards/new.md", "deck.toml", "deck.lock"])
def test_what_is_kept_counts_only_if_nothing_has_changed(author: Author, name: str) -> None:
    building.make_build_folder(author.project.root)
    kept.keep(author.look(), author.seen, author.project.root)
    assert kept.restored(author.project.root)
    path = author.project.root / name
    path.write_text((path.read_text("utf-8") if path.exists() else "") + "\n", "utf-8")
    assert kept.restored(author.project.root) is None


def test_what_is_kept_and_damaged_counts_as_missing(author: Author) -> None:
    building.make_build_folder(author.project.root)
    index = author.look()
    kept.keep(index, author.seen, author.project.root)
    cache = author.project.root / BUILD / ".cache"
    [entry] = cache.glob("preview-*")
    whole = entry.read_bytes()
    for data in (b"", whole[:-9], whole[:40] + b"\x00" * 400):
        entry.write_bytes(data)
        assert kept.restored(author.project.root) is None
    entry.write_bytes(whole)
    for lost in cache.glob("index-*"):
        lost.unlink()
    assert kept.restored(author.project.root) is None


def test_a_note_that_the_cache_has_lost_is_made_again(author: Author) -> None:
    building.make_build_folder(author.project.root)
    index = author.look()
    note = index.note(0)
    assert note and note.fields["Back"] == "<p>The aorta.</p>"
    for lost in (author.project.root / BUILD / ".cache").glob("shown-*"):
        lost.unlink()
    assert index.note(0) == note


def test_a_start_shows_what_was_kept_and_waits_where_that_is_not_enough(author: Author) -> None:
    building.make_build_folder(author.project.root)
    author.write({"media/a.mp3": SOUND, "heart.md": HEART.replace("The aorta.", "![](../media/a.mp3)")})
    index = author.look()
    kept.keep(index, author.seen, author.project.root)
    [name] = index.held.media
    state = State(author.project.root, "")
    again = kept.restored(author.project.root)
    assert again
    state.take(again, is_seen=False)
    with TestClient(serving.app(state, PORT), base_url=HOME) as client:
        assert client.get("/api/deck").json()["cards"] == 4
        assert client.get("/cards/where.1/front").status_code == 200
        client.portal.start_task_soon(_take_later, state, index)
        assert client.get(f"/media/{name}").content == SOUND
        for lost in (author.project.root / BUILD / ".cache").glob("shown-*"):
            lost.unlink()
        assert client.get("/cards/where.1/front").status_code == 200


async def _take_later(state: State, index: Index) -> None:
    await asyncio.sleep(0.05)
    state.take(index)


def test_nobody_waits_for_ever(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deckwright.preview.state.PATIENCE", 0.01)
    with TestClient(serving.app(State(author.project.root, ""), PORT), base_url=HOME) as client:
        paths = ["/api/deck", "/api/cards", "/api/cards/a.1", "/cards/a.1/front", "/media/a.png"]
        assert [client.get(path).status_code for path in paths] == [503] * 5
        assert client.get("/").status_code == 200


# Cards


def test_a_card_is_shown_as_it_is_rendered(author: Author, ask: Callable[..., Any]) -> None:
    front = ask("/cards/ventricle.1/front").text
    assert front.count('<div class="dw-question" dir="auto">What does the left ventricle pump into?</div>') == 1
    assert "The aorta." not in front and "dw-answer" not in front.partition("<body")[2].partition("</style>")[2]
    back = ask("/cards/ventricle.1/back").text
    assert '<hr id=answer>\n<div class="dw-answer" dir="auto"><p>The aorta.</p></div>' in back
    assert '<body class="card card1">' in front
    assert '<html lang="en" class="proof-card" data-bs-theme="light" data-screen="800">' in front


def test_a_card_is_shown_at_night(ask: Callable[..., Any]) -> None:
    html = ask("/cards/lobes.2/front?night=1&screen=5&d=1").text
    assert '<body class="card card2 nightMode night_mode">' in html
    assert '<html lang="en" class="proof-card night-mode" data-bs-theme="dark" data-screen="100">' in html


def test_mathjax_comes_where_there_is_maths(ask: Callable[..., Any]) -> None:
    scripts = {
        key: re.findall(r'<script src="/frame/([^"]+)"', ask(f"/cards/{key}").text)
        for key in ("where.1/front", "where.1/back", "lobes.1/front")
    }
    assert scripts == {
        "where.1/front": ["maths.js", "mathjax/tex-chtml-full.js", "card.js"],
        "where.1/back": ["maths.js", "mathjax/tex-chtml-full.js", "compare.js", "card.js"],
        "lobes.1/front": ["card.js"],
    }


def test_mathjax_is_all_there(ask: Callable[..., Any]) -> None:
    script = ask("/frame/mathjax/tex-chtml-full.js")
    assert script.headers["content-type"].startswith("text/javascript") and len(script.content) == 1_327_522
    fonts = sorted(set(re.findall(r"MathJax_[\w-]+", script.text.partition("woff")[0] + script.text)))
    folder = Path(serving.__file__).parent / "frame" / "mathjax" / "output" / "chtml" / "fonts" / "woff-v2"
    assert len(list(folder.glob("*.woff"))) == 23 and fonts
    font = ask("/frame/mathjax/output/chtml/fonts/woff-v2/MathJax_Main-Regular.woff")
    assert (font.headers["content-type"], font.headers["access-control-allow-origin"]) == ("font/woff", "*")


def test_what_is_typed_has_its_places(ask: Callable[..., Any]) -> None:
    front, back = ask("/cards/where.1/front").text, ask("/cards/where.1/back").text
    assert front.count("<input") == 1 and '<input type="text" id="typeans"' in front and "[[type" not in front + back
    shown = '<div id="compared" style="font-family: \'Arial\'; font-size: 20px" data-expected="There."><code id=typeans>There.</code></div>'
    assert f"<hr id=answer>{shown}" in back and back.count("<hr id=answer>") == 1


def test_the_back_of_what_is_typed_can_lie_nowhere() -> None:
    assert typed.back("<p>a</p><hr id=answer>", "b") == "<p>a</p><hr id=answer>"
    assert typed.back("[[type:Typed]]", 'a"&amp;').startswith('<div id="compared"')
    assert 'data-expected="a&quot;&amp;"' in typed.back("[[type:Typed]]", 'a"&amp;')


def test_media_have_addresses_that_frames_may_ask_for(author: Author, ask: Callable[..., Any]) -> None:
    author.write({"media/a.svg": PICTURE, "media/b.mp3": SOUND})
    author.write({"heart.md": HEART.replace("The aorta.", "![A dot](../media/a.svg) ![](../media/b.mp3)")})
    html = ask("/cards/ventricle.1/back").text
    picture, sound = re.findall(r'src="(/media/[\w-]{32}/[\w.-]+)"', html)
    assert ask(picture).content.startswith(b"<svg") and ask(picture).headers["content-type"] == "image/svg+xml"
    assert ask(sound).content == SOUND and ask(sound).headers["content-type"] == "audio/mpeg"
    for path in (picture, sound):
        assert ask(path).headers["cross-origin-resource-policy"] == "cross-origin"
        assert ask("/media/" + path.rpartition("/")[2]).content == ask(path).content
    assert '<audio controls preload="none"' in html


RANGES = {
    "bytes=0-2": (206, "bytes 0-2/203", SOUND[:3]),
    "bytes=200-": (206, "bytes 200-202/203", SOUND[200:]),
    "bytes=-3": (206, "bytes 200-202/203", SOUND[-3:]),
    "bytes=0-999999": (206, "bytes 0-202/203", SOUND),
    "bytes=-99999": (206, "bytes 0-202/203", SOUND),
    "bytes=203-": (416, "bytes */203", b""),
    "bytes=-": (416, "bytes */203", b""),
    "bytes=5-2": (416, "bytes */203", b""),
    "bytes=0-1,3-4": (200, None, SOUND),
    "lines=0-1": (200, None, SOUND),
}
"""The status, the range that is told, and the part that comes, by what is asked."""


def test_a_part_of_a_sound_can_be_asked_for(author: Author, ask: Callable[..., Any]) -> None:
    author.write({"media/b.mp3": SOUND, "heart.md": HEART.replace("The aorta.", "![](../media/b.mp3)")})
    [name] = author.look().held.media
    found = {}
    for asked, (status, _, _) in RANGES.items():
        answer = ask(f"/media/{name}", status, range=asked)
        found[asked] = answer.status_code, answer.headers.get("content-range"), answer.content
    assert found == RANGES


@pytest.mark.ci
@pytest.mark.anki
@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_what_is_typed_is_compared_as_anki_does(collection: Any) -> None:
    pairs = [
        ("Ouagadougou", "Bamako"), ("Ouagadougou", "Ouagadugu"), ("Ouagadougou", "Ouagadougou"), ("Ouagadougou", ""),
        ("aws s3 cp ./build s3://bucket", "aws s3 sync build s3:/bucket"), ("a<b>&\"'", "<a>&\"'"), ("سلم", "سلمى"),
        ("abcabba", "cbabac"), ("é", "e\u0301"), ("ne\u0308u", "neu"), ("x\u0323", "xy"), ("aaaa", "aa"), ("ab", "ba"),
        ("one two three", "three two one"), ("mississippi", "misisipi"), ("🫀 heart", "heart 🫀"), ("x", " x "),
    ]  # fmt: skip
    script = Path(serving.__file__).parent / "frame" / "compare.js"
    program = f"{script.read_text('utf-8')}\nconst pairs = JSON.parse(process.argv[1]);\n" + (
        "console.log(JSON.stringify(pairs.map(([expected, typed]) => compared(expected, typed))));"
    )
    run = subprocess.run(["node", "-e", program, json.dumps(pairs)], capture_output=True, text=True, check=True)
    ours = [unescaped(html) for html in json.loads(run.stdout)]
    theirs = [unescaped(collection.compare_answer(escape_html(expected), typed)) for expected, typed in pairs]
    assert ours == theirs


def escape_html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def unescaped(html: str) -> str:
    """Escaped in one way."""
    from html import unescape

    return re.sub(r"&[^;]+;", lambda found: f"&#{ord(unescape(found[0]))};", html)


# Sources and editors


def test_the_source_of_a_card_is_its_section(author: Author) -> None:
    root = author.project.root
    assert source.section(root, "cards/heart.md", 9).startswith("## What does the left ventricle pump into?")
    assert source.section(root, "cards/heart.md", 13) == "## Where is \\(x\\)? {.typed #where}\n\nThere."
    assert source.section(root, "cards/heart.md", 15) == "## Where is \\(x\\)? {.typed #where}\n\nThere."
    assert [source.section(root, "cards/heart.md", line) for line in (1, 7, 99)] == ["", "", ""]
    assert source.section(root, "cards/missing.md", 1) == ""
    assert source.section(root, "../cards/heart.md", 9) == ""


def test_the_source_of_an_item_is_that_of_its_section(author: Author, ask: Callable[..., Any]) -> None:
    author.write({"items.md": "# A\n\n## What is it? {.basic .items}\n\n- **One**: first\n- **Two**: second\n"})
    keys = [card["key"] for card in ask("/api/cards?file=cards/items.md")["cards"]]
    sources = {ask(f"/api/cards/{key}")["source"] for key in keys}
    assert len(keys) == 2
    assert sources == {"## What is it? {.basic .items}\n\n- **One**: first\n- **Two**: second"}


@pytest.mark.parametrize(
    ("asked", "installed", "template"),
    [
        ("none", "code", ""),
        ("", "", ""),
        ("", "zed code", "vscode://file{path}:{line}:{column}"),
        ("", "zed", "zed://file{path}:{line}:{column}"),
        ("idea", "", "idea://open?file={path}&line={line}&column={column}"),
        ("mine://{path}#{line}", "", "mine://{path}#{line}"),
    ],
)
def test_an_editor_is_found(asked: str, installed: str, template: str) -> None:
    assert editors.template(asked, lambda name: name if name in installed.split() else None) == template


@pytest.mark.parametrize(
    "asked",
    [
        "vim",
        "mine://",
        "javascript:alert('{path}')",
        "JavaScript:{path}",
        "data:,{path}",
        "https://a/{path}",
        "a b:{path}",
    ],
)
def test_what_is_no_editor_is_refused(asked: str) -> None:
    with pytest.raises(ValueError, match="is no editor that is known here"):
        editors.template(asked)


def test_the_address_of_a_line_is_quoted() -> None:
    template = editors.EDITORS["vscode"].template
    assert (
        editors.address(template, Path('/a b/{line}#?&"é.md'), 0)
        == "vscode://file/a%20b/%7Bline%7D%23%3F%26%22%C3%A9.md:1:1"
    )
    assert editors.address("", Path("/a.md"), 3) == ""
