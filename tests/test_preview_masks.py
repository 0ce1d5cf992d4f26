"""The mask editor's side of `deckwright preview`: pictures and masks as the page gets them, what it saves, and what nobody can.

Where it matters how bytes come and go, they go through real sockets.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from scratch import DAY_ONE, Scratch
from starlette.testclient import TestClient
from test_preview_attacks import Live, rest, serving_at, status_of

from deckwright import build as building
from deckwright import files
from deckwright.diagrams import marking
from deckwright.identity import Terms
from deckwright.limits import MAX_MASKS, MAX_UPLOAD_BYTES
from deckwright.preview import app as serving
from deckwright.preview import gallery, masks, pictures, protocol
from deckwright.preview.desk import MOST_DRAWN
from deckwright.preview.indexing import index as indexed
from deckwright.preview.names import MOST_VERSIONS, Names
from deckwright.preview.state import State
from deckwright.watch import Build

PORT = 7391
RARE = pytest.mark.ci
HOME = f"http://127.0.0.1:{PORT}"

LEAF = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
  <text x="9" y="16" data-mask="blade" data-mask-hint="broad">blade</text>
  <text x="9" y="36">stalk</text>
</svg>
"""
MASKS = """\
size = [400, 200]

# the first
[[mask]]
name = "gate"  # both ways
left = 0.1
top = 0.1
width = 0.2
height = 0.2

[[mask]]
name = "table"
shape = "polygon"
points = [[0.5, 0.5], [0.7, 0.5], [0.6, 0.9]]
label = "routes"
"""
NOTES = """# Notes

## Leaf {.occlusion #leaf mode="hide-one"}

![A leaf](../media/leaf.svg)

## Console {.occlusion #console}

![The console](../media/console.png)
"""


def png(width: int = 400, height: int = 200, kind: str = "PNG", **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(written, kind, **options)
    return written.getvalue()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was built, with what a build keeps."""
    project = Scratch(tmp_path_factory.mktemp("masks") / "project")
    project.write(
        {
            "cards/notes.md": NOTES,
            "media/leaf.svg": LEAF,
            "media/console.png": png(),
            "media/console.masks.toml": MASKS,
            "media/plain.png": png(30, 20),
            "media/readme.txt": "no picture",
            "secret.png": png(9, 9),
            "secret.masks.toml": MASKS,
        }
    )
    (project.root / "build").mkdir()
    project.save(DAY_ONE)
    Page(project.root).get("/api/masks/media/leaf.svg")
    return project.root


class Page:
    """A project, and the page of its preview."""

    def __init__(self, root: Path) -> None:
        self.project = Scratch(root)
        self.root = root
        self.media = root / "media"
        self.state = State(root, "editor://{path}:{line}")
        self.look()
        self.client = TestClient(serving.app(self.state, PORT), base_url=HOME)

    def look(self) -> None:
        outcome = building.look(self.root, building.Options(Terms(DAY_ONE)))
        self.state.take(indexed(1, Build(outcome), self.root, None))

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, body: object, status: int = 200) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.client.post(path, content=content, headers={"x-deckwright-token": self.state.token})
        assert answer.status_code == status, answer.text
        return answer.json()

    def save(self, place: str, change: Callable[[list[Any]], object], status: int = 200) -> Any:
        """Load the masks of a picture, change them, and save them."""
        told = self.get(f"/api/masks/{place}")
        change(told["masks"])
        return self.post(f"/api/masks/{place}", {"version": told["version"], "masks": told["masks"]}, status)

    def everything(self) -> dict[str, bytes]:
        """All files of the project, without what builds may keep."""
        found = {path.relative_to(self.root).as_posix(): path for path in self.root.rglob("*")}
        return {place: path.read_bytes() for place, path in found.items() if path.is_file() and place[:6] != "build/"}


@pytest.fixture
def page(made: Path, tmp_path: Path) -> Iterator[Page]:
    page = Page(shutil.copytree(made, tmp_path / "project"))
    with page.client:
        yield page


# What the page gets


def test_all_pictures_are_listed(page: Page) -> None:
    page.project.write({"media/deep/b10.png": png(), "media/deep/b9.png": b"no", "media/.hidden.png": png()})
    told = page.get("/api/masks")
    versions = [picture.pop("version") for picture in told["pictures"]]
    assert len(set(versions)) == 5
    assert told == {
        "build": 1,
        "reader": gallery.has_reader(),
        "folders": ["media"],
        "pictures": [
            {
                "path": "media/console.png",
                "kind": "picture",
                "masks": 2,
                "notes": [{"key": "console.1", "id": "console", "title": "Console"}],
                "problem": "",
            },
            {
                "path": "media/deep/b9.png",
                "kind": "picture",
                "masks": 0,
                "notes": [],
                "problem": told["pictures"][1]["problem"],
            },
            {"path": "media/deep/b10.png", "kind": "picture", "masks": 0, "notes": [], "problem": ""},
            {
                "path": "media/leaf.svg",
                "kind": "drawing",
                "masks": 1,
                "notes": [{"key": "leaf.1", "id": "leaf", "title": "Leaf"}],
                "problem": "",
            },
            {"path": "media/plain.png", "kind": "picture", "masks": 0, "notes": [], "problem": ""},
        ],
    }
    assert told["pictures"][1]["problem"].startswith("this picture cannot have masks: it cannot be read")


def test_a_list_follows_the_files(page: Page) -> None:
    before = {one["path"]: one for one in page.get("/api/masks")["pictures"]}
    page.project.write({"media/console.masks.toml": MASKS.replace("[400, 200]", "[4, 2]")})
    after = {one["path"]: one for one in page.get("/api/masks")["pictures"]}
    changed = [path for path in before if before[path] != after[path]]
    assert changed == ["media/console.png"]
    assert after["media/console.png"]["problem"].startswith("the masks were drawn for [4, 2] pixels")


def test_the_masks_of_a_picture_are_told(page: Page) -> None:
    told = page.get("/api/masks/media/console.png")
    gate = {"name": "gate", "shape": "rect", "left": 0.1, "top": 0.1, "width": 0.2, "height": 0.2, "points": []}
    rest = {"angle": 0, "group": "", "hint": "", "was": "", "hideOne": False, "element": None, "isKnown": True}
    table = {
        "name": "table",
        "shape": "polygon",
        "left": 0.5,
        "top": 0.5,
        "points": [[0.5, 0.5], [0.7, 0.5], [0.6, 0.9]],
    }
    for box in told["masks"]:
        box["width"], box["height"] = round(box["width"], 4), round(box["height"], 4)
    place = (page.root / "cards" / "notes.md").as_posix()
    assert told == {
        "path": "media/console.png",
        "kind": "picture",
        "size": [400, 200],
        "version": told["version"],
        "target": "media/console.masks.toml",
        "refused": "",
        "masks": [
            gate | rest | {"label": "", "id": "m1"},
            table | rest | {"width": 0.2, "height": 0.4, "label": "routes", "id": "m2"},
        ],
        "labels": [],
        "notes": [
            {
                "key": "console.1",
                "id": "console",
                "title": "Console",
                "file": "cards/notes.md",
                "line": 7,
                "editor": f"editor://{'' if place.startswith('/') else '/'}{quote(place)}:7",
                "mode": "hide-all",
                "masks": [],
            }
        ],
        "problems": [],
    }


def test_the_masks_and_labels_of_a_drawing_are_told(page: Page) -> None:
    told = page.get("/api/masks/media/leaf.svg")
    [blade] = told["masks"]
    box = [blade[side] for side in ("left", "top", "width", "height")]
    assert [{**one, "box": 0} for one in told["labels"]] == [
        {"element": 1, "text": "blade", "box": 0},
        {"element": 2, "text": "stalk", "box": 0},
    ]
    assert told["labels"][0]["box"] == box and told["labels"][1]["box"][1] > 0.5
    assert (blade["name"], blade["hint"], blade["label"], blade["element"]) == ("blade", "broad", "blade", 1)
    assert (told["kind"], told["target"], told["size"]) == ("drawing", "media/leaf.svg", [1200, 534])
    assert [(note["mode"], note["masks"]) for note in told["notes"]] == [("hide-one", [])]


def test_masks_lie_where_a_build_has_them(page: Page) -> None:
    index = page.state.index
    assert index
    note = index.note(index.by_key["leaf.1"])
    assert note
    [blade] = page.get("/api/masks/media/leaf.svg")["masks"]
    sides = ":".join(f"{side}={blade[side]:.4f}".replace("=0.", "=.") for side in ("left", "top", "width", "height"))
    assert f"image-occlusion:rect:{sides}".replace("0:", ":") in note.fields["Occlusion"].replace("0:", ":")


def test_a_card_names_its_picture(page: Page) -> None:
    assert page.get("/api/cards/leaf.1")["picture"] == "media/leaf.svg"


def test_what_is_wrong_with_masks_is_told(page: Page) -> None:
    page.project.write({"media/console.masks.toml": MASKS.replace("left = 0.1", "left = 0.95")})
    [wrong] = page.get("/api/masks/media/console.png")["problems"]
    assert (wrong["code"], wrong["file"], wrong["line"]) == ("O017", "media/console.masks.toml", 4)
    assert wrong["editor"].endswith("/media/console.masks.toml:4")
    page.project.write({"media/console.masks.toml": "[[mask"})
    told = page.get("/api/masks/media/console.png")
    assert told["refused"].startswith("The mask file cannot be read") and told["masks"] == []


def test_pictures_are_shown(page: Page) -> None:
    def shown(path: str) -> tuple[str, tuple[int, int]]:
        answer = page.client.get(f"/pictures/{path}")
        assert answer.status_code == 200
        headers = answer.headers
        assert headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert (headers["x-content-type-options"], headers["cross-origin-resource-policy"]) == (
            "nosniff",
            "same-origin",
        )
        return headers["content-type"], Image.open(io.BytesIO(answer.content)).size

    turned = Image.Exif()
    turned[0x0112] = 6
    page.project.write({"media/turned.jpg": png(1200, 600, "JPEG", exif=turned.tobytes())})
    assert shown("media/console.png") == ("image/png", (400, 200))
    assert page.client.get("/pictures/media/console.png").content == (page.media / "console.png").read_bytes()
    assert shown("media/leaf.svg?v=1") == ("image/png", (1200, 534))
    assert shown("media/leaf.svg?small=1") == ("image/webp", (480, 214))
    assert shown("media/turned.jpg?small=1") == ("image/webp", (240, 480))
    assert page.get("/api/masks/media/turned.jpg")["size"] == [600, 1200]


def test_the_size_of_a_picture_is_known_without_its_pixels(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    before = png(40, 20, exif=turned.tobytes())
    start, end = before.index(b"eXIf") - 4, before.index(b"IDAT") - 4
    behind = before[:start] + before[end : before.index(b"IEND") - 4] + before[start:end] + before[-12:]
    for data, size in ((png(40, 20), [40, 20]), (before, [20, 40]), (behind, [20, 40])):
        page.project.write({"media/plain.png": data})
        assert page.get("/api/masks/media/plain.png")["size"] == size
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", None)
    page.project.write({"media/plain.png": png(40, 20)})
    assert page.get("/api/masks/media/plain.png")["size"] == [40, 20]


# What the page saves


def test_nothing_is_written_but_what_is_saved(page: Page) -> None:
    before = page.everything()
    page.get("/api/masks")
    for place in ("media/console.png", "media/leaf.svg", "media/plain.png"):
        page.save(place, lambda masks: None)
        page.client.get(f"/pictures/{place}?small=1")
    assert page.everything() == before


def test_masks_are_saved_into_the_mask_file(page: Page) -> None:
    def change(masks: list[Any]) -> None:
        masks[0] |= {"left": 0.25, "hint": "where?"}
        masks[1] = {"name": "new", "shape": "ellipse", "left": 0.5, "top": 0.5, "width": 0.1, "height": 0.1}

    told = page.save("media/console.png", change)
    written = MASKS[: MASKS.index('\n[[mask]]\nname = "table"')].replace("left = 0.1", "left = 0.2500")
    written += 'hint = "where?"\n\n[[mask]]\nname = "new"\nshape = "ellipse"\n'
    written += "left = 0.5000\ntop = 0.5000\nwidth = 0.1000\nheight = 0.1000\n"
    assert (page.media / "console.masks.toml").read_text() == written
    assert [(mask["name"], mask["id"]) for mask in told["masks"]] == [("gate", "m1"), ("new", "m3")]
    assert told == page.get("/api/masks/media/console.png")


def test_the_first_masks_of_a_picture_make_a_file(page: Page) -> None:
    box = {"name": "a", "left": 0.1, "top": 0.1, "width": 0.5, "height": 0.5}
    page.save("media/plain.png", lambda masks: masks.append(box))
    made = 'size = [30, 20]\n\n[[mask]]\nname = "a"\nleft = 0.1000\ntop = 0.1000\nwidth = 0.5000\nheight = 0.5000\n'
    assert (page.media / "plain.masks.toml").read_text() == made


def test_elements_of_a_drawing_are_marked(page: Page) -> None:
    told = page.save("media/leaf.svg", lambda masks: masks.append({"name": "stalk", "element": 2, "group": "g"}))
    assert (page.media / "leaf.svg").read_text() == LEAF.replace(
        '<text x="9" y="36">', '<text data-mask="stalk" data-mask-group="g" x="9" y="36">'
    )
    assert [(mask["name"], mask["element"], mask["isKnown"]) for mask in told["masks"]] == [
        ("blade", 1, True),
        ("stalk", 2, False),
    ]
    page.save("media/leaf.svg", lambda masks: masks.pop())
    assert (page.media / "leaf.svg").read_text() == LEAF


@RARE
def test_the_next_build_finds_a_drawing_drawn(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    page.save("media/leaf.svg", lambda masks: masks.append({"name": "stalk", "element": 2}))
    monkeypatch.setattr("deckwright.diagrams.drawing.draw", None)
    page.look()
    assert [mask["name"] for mask in page.get("/api/masks/media/leaf.svg")["masks"]] == ["blade", "stalk"]
    assert page.state.index and "leaf.1" in page.state.index.by_key


@pytest.mark.parametrize("place", ["media/leaf.svg", "media/console.png"])
def test_a_card_that_is_known_is_kept_under_another_name(page: Page, place: str) -> None:
    told = page.save(place, lambda masks: masks[0].update(name="z"))
    first = told["masks"][0]["id"]
    was = "blade" if "leaf" in place else "gate"
    assert (told["masks"][0]["was"], told["masks"][0]["isKnown"]) == (was, True)
    page.look()
    assert page.state.index and {"leaf.1", "console.1"} <= {*page.state.index.keys}
    told = page.save(place, lambda masks: masks[0].update(name="y", was=""))  # as a page that undoes may send it
    assert (told["masks"][0]["was"], told["masks"][0]["id"]) == (was, first)
    told = page.save(place, lambda masks: masks[0].update(name=was))
    assert (told["masks"][0]["was"], told["masks"][0]["id"]) == ("", first)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("cards/notes.md", "#console}", '#console masks="none"}'),
        ("media/console.masks.toml", "left = 0.1", "left = 0.9"),
    ],
    ids=["note", "masks"],
)
def test_a_card_is_kept_while_its_note_has_errors(page: Page, file: str, old: str, new: str) -> None:
    """An author who mends a mask that goes beyond the edge may well name it anew at once."""
    page.project.write({file: (page.root / file).read_text().replace(old, new)})
    page.look()
    assert page.get("/api/masks/media/console.png")["notes"] == []

    def mended(shapes: list[Any]) -> None:
        shapes[0].update(name="door", left=0.1)

    told = page.save("media/console.png", mended)
    assert [(mask["name"], mask["was"], mask["isKnown"]) for mask in told["masks"]] == [
        ("door", "gate", True),
        ("table", "", True),
    ]


def test_nothing_is_saved_while_nobody_knows_which_masks_have_cards(page: Page) -> None:
    """As amid a merge, while deck.lock cannot be read."""
    lock = (page.root / "deck.lock").read_text()
    page.project.write({"deck.lock": f"<<<<<<< ours\n{lock}"})
    page.look()
    assert [mask["isKnown"] for mask in page.get("/api/masks/media/console.png")["masks"]] == [False, False]
    files = page.everything()
    said = "Which masks have cards is not known before the project can be built: see its problems."
    assert page.get("/api/masks/media/console.png")["refused"] == said
    answer = page.save("media/console.png", lambda masks: masks[0].update(name="door"), 403)
    assert (answer, page.everything()) == ({"message": said}, files)
    page.project.write({"deck.lock": lock})
    page.look()
    told = page.save("media/console.png", lambda masks: masks[0].update(name="door"))
    assert told["masks"][0]["was"] == "gate"


def test_a_note_that_names_a_mask_is_told_when_it_has_another_name(page: Page) -> None:
    page.project.write({"cards/notes.md": NOTES.replace("#console", '#console masks="gate"')})
    page.look()
    told = page.save("media/console.png", lambda masks: masks[0].update(name="way-out"))
    [wrong] = told["problems"]
    assert (wrong["code"], wrong["file"], wrong["line"]) == ("O014", "cards/notes.md", 7)
    assert wrong["message"] == "the picture has no mask `gate`"


def test_who_a_mask_was_is_known_after_a_save(page: Page) -> None:
    """A page that undoes sends masks as it had them before the last save, which has taken the first one out."""
    before = page.get("/api/masks/media/console.png")["masks"]
    told = page.save("media/console.png", lambda masks: masks.pop(0))
    assert [mask["id"] for mask in told["masks"]] == ["m2"]
    again = page.post("/api/masks/media/console.png", {"version": told["version"], "masks": before})
    assert [(mask["name"], mask["id"]) for mask in again["masks"]] == [("table", "m2"), ("gate", "m3")]
    assert "[[0.5, 0.5], [0.7, 0.5]" in (page.media / "console.masks.toml").read_text()


def test_names_outlive_a_change_from_outside() -> None:
    names = Names()
    assert names.of("1", {0: "a", 1: "b"}) == {0: "m1", 1: "m2"}
    assert names.of("2", {0: "b", 1: "c"}) == {0: "m2", 1: "m3"}
    names.saved("3", {0: "z", 1: "c"}, {0: "m2"})
    assert names.of("3", {0: "z", 1: "c"}) == {0: "m2", 1: "m4"}
    assert names.of("1", {0: "a", 1: "b"}) == {0: "m1", 1: "m2"}


def test_masks_have_names_though_a_drawing_failed_before() -> None:
    names = Names()
    assert names.of("1", {}) == {}
    assert names.of("1", {3: "a"}) == {3: "m1"}


def test_only_some_versions_of_a_picture_are_remembered() -> None:
    names = Names()
    for version in range(MOST_VERSIONS + 1):
        assert names.of(f"{version}", {0: f"a{version}"}) == {0: f"m{version + 1}"}
    assert names.of("1", {0: "a1"}) == {0: "m2"}
    assert names.of("0", {0: "a0"}) == {0: f"m{MOST_VERSIONS + 2}"}


def test_a_rename_is_one_though_the_files_were_others_for_a_while(page: Page) -> None:
    """As after a branch was switched and switched back, while a page had changes that were not saved."""
    told = page.get("/api/masks/media/console.png")
    page.project.write({"media/console.masks.toml": MASKS.replace("gate", "door")})
    assert page.get("/api/masks/media/console.png")["masks"][0]["name"] == "door"
    page.project.write({"media/console.masks.toml": MASKS})
    told["masks"][0]["name"] = "way-out"
    told = page.post("/api/masks/media/console.png", {"version": told["version"], "masks": told["masks"]})
    assert [(mask["name"], mask["was"]) for mask in told["masks"]] == [("way-out", "gate"), ("table", "")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda masks: masks[0].update(name=""), "this mask has no name"),
        (lambda masks: masks[0].update(name="table"), "two masks have the name `table`"),
        pytest.param(
            lambda masks: masks[0].update(left=0.9), "the mask `gate` goes beyond the edge of the picture", marks=RARE
        ),
        pytest.param(
            lambda masks: masks[1].update(points=[[0, 0], [1, 1]]), "the mask `table` cannot be used", marks=RARE
        ),
        pytest.param(
            lambda masks: masks[0].update(left=0.5, top=0.5), "the masks `table` and `gate` overlap", marks=RARE
        ),
    ],
)
def test_masks_that_are_wrong_are_not_saved(page: Page, change: Callable[[list[Any]], None], said: str) -> None:
    before = page.everything()
    told = page.save("media/console.png", change, 422)
    assert told["message"] == f"These masks cannot be saved: {told['problems'][0]['message']}."
    assert said in told["message"] or "overlap" in told["message"]
    assert page.everything() == before


def test_masks_of_a_drawing_that_would_be_wrong_are_not_saved(page: Page) -> None:
    """Where they are is known only when it is drawn."""
    sentence = '<text x="50" y="30" font-size="5">a <tspan data-mask="leaf">leaf</tspan> of it</text></svg>'
    page.project.write({"media/leaf.svg": LEAF.replace("</svg>", sentence)})
    page.look()
    before = page.everything()
    told = page.save("media/leaf.svg", lambda masks: masks.append({"name": "all", "element": 3}), 422)
    assert told["message"] == "These masks cannot be saved: the masks `leaf` and `all` overlap."
    assert [problem["code"] for problem in told["problems"]] == ["O007"]
    assert page.everything() == before


@RARE
def test_what_is_no_list_of_masks_is_refused(page: Page) -> None:
    before = page.everything()
    version = page.get("/api/masks/media/console.png")["version"]
    box = {"name": "a", "left": 0.1, "top": 0.1, "width": 0.1, "height": 0.1}
    for body in (b"", b"[]", b"\xff", b'{"version": 3, "masks": []}', b"[" * 100_000):
        assert "message" in page.post("/api/masks/media/console.png", body, 400)
    for wrong in ({"left": "1"}, {"shape": "star"}, {"points": [[1]]}, {"name": "\ud800"}, {"name": None}):
        body = json.dumps({"version": version, "masks": [box | wrong]}).encode()
        assert page.client.post(
            "/api/masks/media/console.png", content=body, headers={"x-deckwright-token": page.state.token}
        ).status_code in (400, 422)
    many = {"version": version, "masks": [box] * (MAX_MASKS + 1)}
    page.post("/api/masks/media/console.png", many, 422)
    points = {"version": version, "masks": [{"name": "a", "shape": "polygon", "points": [[0, 0]] * 1_001}]}
    page.post("/api/masks/media/console.png", points, 422)
    version = page.get("/api/masks/media/leaf.svg")["version"]
    page.post("/api/masks/media/leaf.svg", {"version": version, "masks": [{"name": "a", "element": 1}] * 2}, 422)
    page.post("/api/masks/media/leaf.svg", {"version": version, "masks": [{"name": "a"}]}, 422)
    assert page.everything() == before


# What changes meanwhile


@pytest.mark.parametrize(
    ("place", "file", "data"),
    [
        ("media/console.png", "media/console.masks.toml", MASKS.replace("0.1", "0.15")),
        ("media/console.png", "media/console.png", png(400, 201)),
        ("media/console.png", "media/console.masks.toml", None),
        ("media/plain.png", "media/plain.masks.toml", MASKS),
        ("media/leaf.svg", "media/leaf.svg", LEAF.replace("stalk", "stem")),
    ],
)
@pytest.mark.parametrize("is_late", [True, pytest.param(False, marks=RARE)])
def test_what_has_changed_is_never_written_over(  # noqa: PLR0917
    page: Page, monkeypatch: pytest.MonkeyPatch, place: str, file: str, data: str | bytes | None, is_late: bool
) -> None:
    """Be it before the masks come, or while they are being made."""
    told = page.get(f"/api/masks/{place}")
    whole = masks.edited

    def slow(*arguments: Any) -> Any:
        made = whole(*arguments)
        page.project.write({file: data})
        return made

    if is_late:
        monkeypatch.setattr(masks, "edited", slow)
    else:
        page.project.write({file: data})
    body = told["masks"] or [{"name": "a", "left": 0.1, "top": 0.1, "width": 0.1, "height": 0.1}]
    body[0]["name"] = "z"
    told = page.post(f"/api/masks/{place}", {"version": told["version"], "masks": body}, 409)
    assert "has changed since" in told["message"]
    page.project.write({"expected": data})
    held = page.everything()
    assert held.get(file) == held.get("expected")


def test_of_two_saves_at_once_one_is_told_of_the_other(page: Page) -> None:
    told = page.get("/api/masks/media/console.png")
    statuses = []

    def save(name: str) -> None:
        body = json.dumps({"version": told["version"], "masks": [told["masks"][0] | {"name": name}]}).encode()
        head = {"x-deckwright-token": page.state.token}
        statuses.append(page.client.post("/api/masks/media/console.png", content=body, headers=head).status_code)

    threads = [threading.Thread(target=save, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409, 409, 409]
    assert len(page.get("/api/masks/media/console.png")["masks"]) == 1


def test_what_cannot_be_written_is_told(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    before = page.everything()

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "replace", full)
    told = page.save("media/console.png", lambda masks: masks.pop(), 403)
    assert told["message"] == "media/console.png cannot be used: No space left on device."
    assert page.everything() == before


# Elsewhere

LINKED = pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")


@LINKED
def test_links_are_followed_nowhere(page: Page, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for name, data in {"a.png": png(), "a.masks.toml": MASKS.encode(), "a.svg": LEAF.encode()}.items():
        (outside / name).write_bytes(data)
    (page.media / "file.png").symlink_to(outside / "a.png")
    (page.media / "file.svg").symlink_to(outside / "a.svg")
    (page.media / "near.png").symlink_to(page.media / "plain.png")
    (page.media / "folder").symlink_to(outside)
    (page.media / "inner").symlink_to(page.media)
    (page.media / "plain.masks.toml").symlink_to(outside / "a.masks.toml")
    listed = [one["path"] for one in page.get("/api/masks")["pictures"]]
    assert listed == ["media/console.png", "media/leaf.svg", "media/plain.png"]
    for name in ("file.png", "file.svg", "near.png", "folder/a.png", "inner/plain.png"):
        page.get(f"/api/masks/media/{name}", 404)
        page.post(f"/api/masks/media/{name}", {"version": "", "masks": []}, 404)
        page.get(f"/api/masks/media/{name}/labels", 404)
        assert page.client.get(f"/pictures/media/{name}").status_code == 404
    told = page.get("/api/masks/media/plain.png")
    assert told["refused"] == "plain.masks.toml is a link, and links are followed nowhere here."
    order = {"version": told["version"], "masks": []}
    assert page.post("/api/masks/media/plain.png", order, 403) == {"message": told["refused"]}
    (page.media / "plain.masks.toml").unlink()
    (page.media / "plain.masks.toml").symlink_to(tmp_path / "nothing")
    assert page.get("/api/masks/media/plain.png")["refused"] == told["refused"]
    assert {path.name: path.read_bytes() for path in outside.iterdir()} == {
        "a.png": png(),
        "a.masks.toml": MASKS.encode(),
        "a.svg": LEAF.encode(),
    }


@LINKED
def test_a_media_folder_that_is_a_link_has_no_pictures(page: Page, tmp_path: Path) -> None:
    page.media.rename(tmp_path / "moved")
    page.media.symlink_to(tmp_path / "moved")
    assert page.get("/api/masks")["pictures"] == []
    page.get("/api/masks/media/console.png", 404)
    told = page.post("/api/pictures?name=new.png", png(), 403)
    assert told == {"message": "media is a link, and links are followed nowhere here."}
    assert not (tmp_path / "moved" / "new.png").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_nobody_waits_for_a_pipe(page: Page) -> None:
    os.mkfifo(page.media / "pipe.png")
    os.mkfifo(page.media / "plain.masks.toml")
    assert "media/pipe.png" not in [one["path"] for one in page.get("/api/masks")["pictures"]]
    page.get("/api/masks/media/pipe.png", 404)
    told = page.get("/api/masks/media/plain.png", 403)
    assert "it is no regular file" in told["message"]
    page.post("/api/masks/media/plain.png", {"version": "", "masks": []}, 403)
    assert page.client.get("/pictures/media/pipe.png").status_code == 404


def test_a_file_that_says_it_is_not_to_be_written_is_left(page: Page) -> None:
    (page.media / "leaf.svg").chmod(0o444)
    told = page.save("media/leaf.svg", lambda masks: masks.pop(), 403)
    assert told == {"message": "leaf.svg is not writable."}


OTHERS = [
    "secret.png",
    "media/../secret.png",
    "media/%2e%2e/secret.png",
    "media/..%2fsecret.png",
    "media/..\\secret.png",
    "media%2f..%2fsecret.png",
    "media/./console.png",
    "media//console.png",
    "/media/console.png",
    "{root}/media/console.png",
    "%2f{root}/media/console.png",
    "file:///{root}/media/console.png",
    "media/console.png%00",
    "media/console.png%00.png",
    "media/console.png/",
    "media/console.masks.toml",
    "media/readme.txt",
    "media/.hidden.png",
    "media",
    "deck.toml",
    "media/missing.png",
    "media/" + "a" * 300 + ".png",
    "media/console.png::$DATA",
]


@RARE
def test_only_pictures_of_the_media_folders_are_served_and_saved(page: Page) -> None:
    page.project.write({"media/.hidden.png": png(), "media/.git/a.png": png()})
    before = page.everything()
    with serving_at(page.state) as live:
        for place in [*OTHERS, "media/.git/a.png"]:
            path = place.replace("{root}", quote(str(page.root)))
            for request in (f"GET /pictures/{path}", f"GET /api/masks/{path}", f"GET /api/masks/{path}/labels"):
                assert asked(live, request) in {400, 404, 405, 414}, request
            body = '{"version": "", "masks": []}'
            assert asked(live, f"POST /api/masks/{path}", page.state.token, body) in {400, 404, 405, 414}, path
    assert page.everything() == before


def asked(live: Live, request: str, token: str = "", body: str | bytes = b"", more: str = "") -> int:
    content = body.encode() if isinstance(body, str) else body
    head = f"{request} HTTP/1.1\r\nHost: {live.host}\r\nConnection: close\r\n{more}"
    head += f"X-Deckwright-Token: {token}\r\nContent-Length: {len(content)}\r\n" if request.startswith("POST") else ""
    return status_of(live.ask(head.encode() + b"\r\n" + content))


def test_no_path_leads_out_of_the_media_folders(page: Page) -> None:
    before = page.everything()
    for place in OTHERS[:6]:
        assert page.client.get(f"/pictures/{place}").status_code == 404
        page.get(f"/api/masks/{place}", 404)
        page.post(f"/api/masks/{place}", {"version": "", "masks": []}, 404)
    assert page.everything() == before


WRITING = ["/api/masks/media/console.png", "/api/masks/media/leaf.svg", "/api/pictures?name=new.png"]
READING = [
    "/api/masks",
    "/api/masks/media/console.png",
    "/api/masks/media/console.png/labels",
    "/pictures/media/leaf.svg",
]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": f"127.0.0.1:{PORT}.evil.example"}, 421),
        ({"origin": "https://evil.example"}, 403),
        pytest.param({"origin": "null"}, 403, marks=RARE),
        pytest.param({"sec-fetch-site": "cross-site"}, 403, marks=RARE),
        pytest.param(
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, 403, marks=RARE
        ),
        pytest.param({"sec-fetch-site": "same-site"}, 403, marks=RARE),
    ],
)
def test_nobody_else_may_ask(page: Page, headers: dict[str, str], status: int) -> None:
    before = page.everything()
    for path in READING:
        assert page.client.get(path, headers=headers).status_code == status
    for path in WRITING:
        sent = headers | {"x-deckwright-token": page.state.token}
        assert page.client.post(path, content=png(), headers=sent).status_code == status
    assert page.everything() == before


def test_nobody_writes_without_the_token_of_this_run(page: Page) -> None:
    before = page.everything()
    for path in WRITING:
        for token in ("", "x" * 32, page.state.secret, State(page.root, "").token):
            answer = page.client.post(path, content=png(), headers={"x-deckwright-token": token} if token else {})
            assert answer.status_code == 403
        for method in ("PUT", "DELETE", "PATCH"):
            head = {"x-deckwright-token": page.state.token}
            assert page.client.request(method, path, headers=head).status_code == 405
    assert page.everything() == before


def test_there_is_a_limit_to_what_is_sent(page: Page) -> None:
    before = page.everything()
    with serving_at(page.state) as live:
        for path, most in (("/api/masks/media/console.png", 1 << 20), ("/api/pictures?name=a.png", MAX_UPLOAD_BYTES)):
            head = f"POST {path} HTTP/1.1\r\nHost: {live.host}\r\nX-Deckwright-Token: {page.state.token}\r\n"
            assert status_of(live.ask(f"{head}Content-Length: {most + 1}\r\n\r\n")) == 413
        head = f"POST {WRITING[0]} HTTP/1.1\r\nHost: {live.host}\r\nX-Deckwright-Token: {page.state.token}\r\n"
        piece = b"10000\r\n" + bytes(1 << 16) + b"\r\n"
        assert status_of(live.ask(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + piece * 17)) == 413
        assert live.get() == 200
    assert page.everything() == before


@RARE
def test_an_upload_that_stops_in_the_middle_leaves_nothing(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "SILENCE", 0.2)
    before = page.everything()
    with serving_at(page.state) as live:
        for path in WRITING:
            with live.connect() as opened:
                head = f"POST {path} HTTP/1.1\r\nHost: {live.host}\r\nX-Deckwright-Token: {page.state.token}\r\n"
                opened.sendall(f"{head}Content-Length: 9999\r\n\r\n".encode() + png())
                assert rest(opened) == b""
        assert asked(live, "POST /api/pictures?name=new.png", page.state.token, png()) == 201
    assert page.everything() == before | {"media/new.png": png()}


@RARE
def test_nothing_of_this_is_loaded_before_it_is_asked_for(page: Page) -> None:
    program = "import deckwright.preview, deckwright.preview.app, sys; print([n for n in sys.modules if n in %r])"
    named = ["PIL", "lxml", "tomlkit", "deckwright.preview.desk", "deckwright.diagrams", "anyio.to_process"]
    from subprocess import run

    told = run([sys.executable, "-c", program % named], capture_output=True, text=True, check=True, env={**os.environ})
    assert told.stdout == "[]\n"


# Letters in pictures


def test_letters_are_read_on_demand(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    from deckwright.diagrams import ocr

    read: list[tuple[int, int]] = []

    def reads(picture: Image.Image) -> list[ocr.Text]:
        read.append(picture.size)
        return [ocr.Text("gate", (40, 40, 80, 60), 20)]

    monkeypatch.setattr(ocr, "read", reads)
    monkeypatch.setattr(ocr, "tight", lambda box, picture: box)
    label = {"element": None, "text": "gate", "box": [0.095, 0.19, 0.11, 0.12]}
    for _ in range(2):
        assert page.get("/api/masks/media/console.png/labels") == {"labels": [label]}
    assert read == [(400, 200)]
    page.get("/api/masks/media/leaf.svg/labels", 404)


def test_who_has_no_reader_is_told_how_to_get_one(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    from deckwright.diagrams import ocr

    def missing(picture: Image.Image) -> list[ocr.Text]:
        raise ocr.ReaderMissing("To read labels in pictures, run: pip install 'deckwright[ocr]'")

    monkeypatch.setattr(ocr, "read", missing)
    told = page.get("/api/masks/media/console.png/labels", 501)
    assert told == {"message": "To read labels in pictures, run: pip install 'deckwright[ocr]'"}


# Pictures that are pasted


def test_a_picture_is_saved_with_its_section(page: Page) -> None:
    told = page.post("/api/pictures?name=VPC+console_2.png", png(), 201)
    assert told == {
        "path": "media/VPC console_2.png",
        "section": "## VPC console 2 {.occlusion #vpc-console-2}\n\n![VPC console 2](../media/VPC%20console_2.png)\n",
        "masks": "#/masks/media%2FVPC%20console_2.png",
    }
    assert (page.media / "VPC console_2.png").read_bytes() == png()
    box = {"name": "a", "left": 0.1, "top": 0.1, "width": 0.5, "height": 0.5}
    page.save("media/VPC console_2.png", lambda masks: masks.append(box))
    page.project.write({"cards/new.md": f"# New\n\n{told['section']}"})
    page.look()
    assert page.state.index and "vpc-console-2.1" in page.state.index.by_key


@pytest.mark.parametrize(
    ("name", "proposal"),
    [
        ("../x.png", "x.png"),
        ("..%5Cx.png", "x.png"),
        ("%2Fetc%2Fx.png", "x.png"),
        ("sub%2Fx.png", "x.png"),
        ("C:x.png", "c-x.png"),
        ("CON.png", "picture.png"),
        pytest.param("nul.x.png", "nul-x.png", marks=RARE),
        pytest.param("com1.png", "picture.png", marks=RARE),
        pytest.param(".htaccess", "htaccess.png", marks=RARE),
        pytest.param(".x.png", "x.png", marks=RARE),
        pytest.param("x.html", "x.png", marks=RARE),
        pytest.param("x.svg", "x.png", marks=RARE),
        pytest.param("x.jpg", "x.png", marks=RARE),
        pytest.param("x.png.", "x-png.png", marks=RARE),
        pytest.param("x.png%00.html", "x-png.png", marks=RARE),
        pytest.param("x%0A.png", "x.png", marks=RARE),
        pytest.param("%E2%80%AEgnp.png", "gnp.png", marks=RARE),
        pytest.param("x%23y.png", "x-y.png", marks=RARE),
        pytest.param("x%3Fy.png", "x-y.png", marks=RARE),
        pytest.param("", "picture.png", marks=RARE),
        pytest.param(".png", "png.png", marks=RARE),
        pytest.param("%20.png", "picture.png", marks=RARE),
        pytest.param("a" * 200 + ".png", "a" * 60 + ".png", marks=RARE),
        pytest.param("%C3%A9t%C3%A9%3F.png", "ete.png", marks=RARE),
    ],
)
def test_a_name_that_is_none_everywhere_is_not_taken(page: Page, name: str, proposal: str) -> None:
    before = page.everything()
    told = page.post(f"/api/pictures?name={name}", png(), 422)
    assert told["name"] == proposal and told["message"].startswith("The picture cannot be called so: ")
    assert page.everything() == before
    assert not (page.root.parent / "x.png").exists()
    page.post(f"/api/pictures?name={quote(proposal)}", png(), 201)


@pytest.mark.parametrize(
    ("name", "proposal"),
    [
        ("console.png", "console-2.png"),
        ("CONSOLE.png", "console-2.png"),
        pytest.param("Console.PNG", "console-2.png", marks=RARE),
        pytest.param("ready.png", "ready-2.png", marks=RARE),  # there are masks that would be taken for its own
    ],
)
def test_nothing_that_is_there_is_written_over(page: Page, name: str, proposal: str) -> None:
    page.project.write({"media/Ready.masks.toml": MASKS})
    before = page.everything()
    assert page.post(f"/api/pictures?name={name}", png(), 409)["name"] == proposal
    assert page.everything() == before


@LINKED
def test_a_link_is_not_written_through(page: Page, tmp_path: Path) -> None:
    (page.media / "new.png").symlink_to(tmp_path / "new.png")
    page.post("/api/pictures?name=new.png", png(), 409)
    assert not (tmp_path / "new.png").exists()


def test_what_came_between_is_not_written_over(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = files.create

    def late(path: Path, data: bytes) -> None:
        path.write_bytes(b"theirs")
        whole(path, data)

    monkeypatch.setattr(files, "create", late)
    page.post("/api/pictures?name=new.png", png(), 409)
    assert (page.media / "new.png").read_bytes() == b"theirs"
    assert [path.name for path in page.media.iterdir() if path.name.startswith(".")] == []


def test_a_file_is_new_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*arguments: object, **named: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    files.create(tmp_path / "a", b"a")
    monkeypatch.setattr(os, "link", no_links)
    files.create(tmp_path / "b", b"b")
    for name in "ab":
        with pytest.raises(FileExistsError):
            files.create(tmp_path / name, b"c")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"a", "b": b"b"}
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def animated() -> bytes:
    written = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("white", "black")]
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    return written.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "This is no picture."),
        (b"hello", "This is no picture."),
        (png()[:-60], "This picture cannot have masks: it cannot be read"),
        (png()[:60], "This picture cannot have masks: it cannot be read"),
        pytest.param(animated(), "This picture cannot have masks: it is animated.", marks=RARE),
        pytest.param(b"<html><script>alert(1)</script></html>", "This SVG cannot be used:", marks=RARE),
        pytest.param(b"<svg>", "This SVG cannot be used:", marks=RARE),
        pytest.param(
            b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>',
            "This SVG cannot be used:",
            marks=RARE,
        ),
        pytest.param(LEAF.encode()[:-9], "This SVG cannot be used:", marks=RARE),
        pytest.param(b"%PDF-1.4", "This is no picture.", marks=RARE),
        pytest.param(b"\x00\x00\x01\x00", "This is no picture.", marks=RARE),
    ],
)
def test_what_is_no_picture_is_not_saved(page: Page, data: bytes, said: str) -> None:
    before = page.everything()
    assert page.post("/api/pictures?name=new.png", data, 415)["message"].startswith(said)
    assert page.everything() == before


def test_a_picture_of_too_many_pixels_is_not_read(page: Page) -> None:
    import struct
    from zlib import crc32

    head = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = png()[:8] + struct.pack(">I", 13) + head + struct.pack(">I", crc32(head)) + png()[33:]
    told = page.post("/api/pictures?name=new.png", bomb, 415)
    assert told == {"message": "This picture cannot have masks: it has 60000 × 60000 pixels."}


def test_what_acts_in_a_drawing_is_not_saved(page: Page) -> None:
    evil = LEAF.replace("<text", '<script>alert(1)</script><a href="javascript:1"><text onclick="x()"', 1).replace(
        "</text>", "</text></a>", 1
    )
    page.post("/api/pictures?name=new.svg", evil.encode(), 201)
    written = (page.media / "new.svg").read_text()
    assert "script" not in written and "onclick" not in written and "blade" in written
    page.post("/api/pictures?name=same.svg", LEAF.encode(), 201)
    assert (page.media / "same.svg").read_text() == LEAF
    told = page.get("/api/masks/media/new.svg")
    assert [mask["name"] for mask in told["masks"]] == ["blade"]


@RARE
def test_a_drawing_with_a_script_is_shown_as_a_picture(page: Page) -> None:
    page.project.write({"media/evil.svg": LEAF.replace("<text", "<script>alert(1)</script><text", 1)})
    answer = page.client.get("/pictures/media/evil.svg")
    assert answer.headers["content-type"] == "image/png" and b"script" not in answer.content
    assert [mask["name"] for mask in page.get("/api/masks/media/evil.svg")["masks"]] == ["blade"]


@RARE
def test_pictures_of_all_kinds_are_taken(page: Page) -> None:
    for kind, ending in {"JPEG": "jpeg", "GIF": "gif", "WEBP": "webp", "ICO": "ico", "AVIF": "avif"}.items():
        page.post(f"/api/pictures?name=kind.{ending}", png(64, 64, kind), 201)
        assert page.get(f"/api/masks/media/kind.{ending}")["size"] == [64, 64]
        (page.media / f"kind.{ending}").unlink()


@RARE
def test_a_project_gets_its_media_folder_with_the_first_picture(page: Page) -> None:
    page.project.write({"deck.toml": (page.root / "deck.toml").read_text() + 'media = ["pictures/new"]\n'})
    told = page.post("/api/pictures?name=%C3%A9t%C3%A9.png", png(), 201)
    assert told["section"] == "## Été {.occlusion #ete}\n\n![Été](../pictures/new/été.png)\n"
    assert (page.root / "pictures" / "new" / "été.png").read_bytes() == png()
    page.project.write({"deck.toml": "id = 3"})
    assert page.get("/api/masks")["pictures"] == []
    page.post("/api/pictures?name=b.png", png(), 403)


@RARE
def test_only_a_few_are_drawn_at_a_time(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = []
    working = [0]
    lock = threading.Lock()

    def drawn(*arguments: object) -> marking.Marked:
        with lock:
            working[0] += 1
            at_once.append(working[0])
        threading.Event().wait(0.02)
        with lock:
            working[0] -= 1
        return marking.Marked()

    monkeypatch.setattr(pictures, "drawn", drawn)
    threads = [threading.Thread(target=page.client.get, args=("/pictures/media/leaf.svg",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(at_once) == 8 and max(at_once) <= MOST_DRAWN
