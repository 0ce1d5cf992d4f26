"""`deckwright pull`: what was edited in Anki comes back as Markdown, exactly or not at all.

`pulled/edits.json` has the fields of notes as the editor of Anki 26.9.3 for the desktop left them, each after one edit by keyboard
and clipboard, and what becomes of them: the lines of the patch, or the reason why there are none.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image
from scratch import Scratch

from deckwright import build, commands, package
from deckwright.identity import Terms
from deckwright.ids.edits import split
from deckwright.package import Package, PackedNote
from deckwright.pull import Pulled, pull
from deckwright.pull.marked import healed
from deckwright.pull.normal import key
from deckwright.pull.patch import new_file, patch
from deckwright.pull.reading import normal
from deckwright.pull.releases import Releases
from deckwright.pull.replacements import Replacement, replaced
from deckwright.pull.writing import Writer

PROJECT = Path(__file__).parent / "pulled"
EDITS: list[dict[str, Any]] = json.loads((PROJECT / "edits.json").read_text(encoding="utf-8"))
BUILT, EDITED, NOW = 1_790_000_000, 1_795_000_000, 1_796_000_000


class Copy(msgspec.Struct):
    """A collection in which somebody has edited notes."""

    notes: tuple[PackedNote, ...]
    note_types: Mapping[int, Any]
    media: tuple[str, ...]
    read_media: Any


def picture(colour: str) -> bytes:
    made = BytesIO()
    Image.new("RGB", (60, 40), colour).save(made, "JPEG")
    return made.getvalue()


PASTED = {
    "paste-64212d0053d914fc0b8f7275b50a39becfccd5bc.jpg": picture("red"),
    "paste-f9af91be49d2c75f075769302bed2f15c4b07a50.jpg": picture("blue"),
}


def contents(root: Path) -> Package:
    loaded, found = build.load(root, Terms(BUILT))
    assert loaded, found
    return package.contents(loaded.collection)


def edited(held: Package, edits: Iterable[Mapping[str, Any]]) -> Copy:
    """A copy of what was built, with the edits."""
    by_guid = {edit["guid"]: edit for edit in edits}
    notes = []
    for note in held.notes:
        edit = by_guid.get(note.guid)
        tags = tuple(edit["tags"][1]) if edit and "tags" in edit else note.tags
        notes.append(replace(note, mod=EDITED, fields={**note.fields, **edit["after"]}, tags=tags) if edit else note)
    return Copy(tuple(notes), {each.id: each for each in held.note_types}, tuple(PASTED), PASTED.__getitem__)


def pulled(root: Path, copy: Copy, base: Package | None = None) -> Pulled:
    return pull(root, Terms(NOW), copy, base=base, releases=Releases(None, None))


def hunks(diff: bytes) -> dict[str, list[str]]:
    """The lines that come and go, by what each hunk is called."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in diff.decode().split("\nGIT binary patch")[0].splitlines():
        if head := re.match(r"@@ \S+ \S+ @@ (.*)", line):
            name = head[1]
            found[name] = []
        elif line[:1] in "+-" and name and not line.startswith(("+++ ", "--- ")):
            found[name].append(line)
    return found


def rounds() -> list[list[dict[str, Any]]]:
    """The edits, of no note more than one in a round."""
    held: dict[str, list[dict[str, Any]]] = {}
    for edit in EDITS:
        held.setdefault(edit["guid"], []).append(edit)
    most = max(map(len, held.values()))
    return [[edits[n] for edits in held.values() if n < len(edits)] for n in range(most)]


@pytest.mark.ci
@pytest.mark.parametrize("edits", rounds(), ids=lambda edits: f"{len(edits)} edits")
def test_what_the_editor_leaves_becomes_these_lines_or_is_left_out_for_this_reason(edits: list[dict[str, Any]]) -> None:
    held = contents(PROJECT)
    result = pulled(PROJECT, edited(held, edits))
    found = hunks(result.patch)
    names = {taken.guid: f"{taken.id}: {', '.join(taken.fields)}" for taken in result.taken}
    reasons = {each.guid: each.reason for each in result.unmapped}
    for edit in edits:
        guid = edit["guid"]
        got = {"lines": found[names[guid]]} if guid in names else {"reason": reasons.get(guid, "")}
        assert got == {key: edit[key] for key in ("lines", "reason") if key in edit}, edit["name"]
    assert result.same == len(held.notes) - len(result.taken) - len({each.guid for each in result.unmapped})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    root = tmp_path_factory.mktemp("pull") / "project"
    shutil.copytree(PROJECT, root)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return Scratch(root)


def look(html: str) -> object:
    """What a reader sees of a field. The name of a picture that came along has got a digest."""
    return key(normal(re.sub(r"(paste-\w+)-\w+\.", r"\1.", html), True, lambda name: name))


@pytest.mark.ci
def test_the_patch_makes_the_project_have_what_anki_has(project: Scratch) -> None:
    held = contents(project.root)
    wanted = [edit for edit in rounds()[1] if "lines" in edit]
    copy = edited(held, wanted)
    result = pulled(project.root, copy)
    subprocess.run(["git", "apply", "-"], cwd=project.root, input=result.patch, check=True)
    theirs = {note.guid: note for note in copy.notes}
    exact = {taken.guid for taken in result.taken if not taken.remarks}
    assert len(exact) == len(wanted)
    for note in contents(project.root).notes:
        assert {name: look(field) for name, field in note.fields.items()} == {
            name: look(field) for name, field in theirs[note.guid].fields.items()
        }
    assert pulled(project.root, edited(contents(project.root), [])).patch == b""


SMALL = """# Bones

## Where is the femur? {.basic #femur}

In the thigh.

## What is the longest bone? {.basic #longest}

The femur.
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    project = Scratch(tmp_path / "body")
    monkeypatch.chdir(project.root)
    project.write({"cards/a.md": SMALL})
    project.save(BUILT)
    return project


def test_what_else_was_edited_of_a_note_comes_without_what_cannot(small: Scratch) -> None:
    """Each edit that is left out is told, and costs no other one."""
    copy = edited(contents(small.root), [])
    lost = next(note for note in copy.notes if note.fields["ID"] == "femur")
    fields = lost.fields | {"Context": "Here", "Front": "Where is the thigh bone?", "Back": '<img src="gone.png">'}
    notes = tuple(replace(note, mod=EDITED, fields=fields) if note is lost else note for note in copy.notes)
    result = pulled(small.root, replace(copy, notes=notes))
    assert hunks(result.patch) == {
        "femur: Front": ["-## Where is the femur? {.basic #femur}", "+## Where is the thigh bone? {.basic #femur}"]
    }
    assert [(each.id, each.field, each.reason) for each in result.unmapped] == [
        ("femur", "Context", "the context of a note are the headings above it"),
        ("femur", "Back", "no Markdown was found that gives exactly this"),
    ]


def test_a_field_that_the_copy_lacks_is_told(small: Scratch) -> None:
    """Somebody called it otherwise in Anki: what they edited in it cannot be seen."""
    copy = edited(contents(small.root), [])
    notes = tuple(
        replace(note, fields={("Rück" if name == "Back" else name): value for name, value in note.fields.items()})
        for note in copy.notes
    )
    result = pulled(small.root, replace(copy, notes=notes))
    assert result.patch == b""
    assert [(each.id, each.field, each.reason) for each in result.unmapped] == [
        ("", "Back", "2 notes of the copy have no such field: it was renamed or removed")
    ]


def note_of(held: Package, id_: str) -> PackedNote:
    return next(note for note in held.notes if note.fields["ID"] == id_)


def change(held: Package, id_: str, **after: str) -> dict[str, Any]:
    return {"guid": note_of(held, id_).guid, "after": after}


def run(*words: str) -> Result:
    return CliRunner().invoke(commands.main, ["pull", *words])


def test_two_notes_are_two_hunks_that_git_applies(small: Scratch) -> None:
    held = contents(small.root)
    copy = edited(
        held, [change(held, "femur", Back="In the upper leg."), change(held, "longest", Front="Which bone is longest?")]
    )
    result = pulled(small.root, copy)
    assert result.patch.decode() == (
        "diff --git a/cards/a.md b/cards/a.md\n--- a/cards/a.md\n+++ b/cards/a.md\n"
        "@@ -2,5 +2,5 @@ femur: Back\n \n ## Where is the femur? {.basic #femur}\n \n-In the thigh.\n+In the upper leg.\n \n"
        "@@ -7,3 +7,3 @@ longest: Front\n-## What is the longest bone? {.basic #longest}\n"
        "+## Which bone is longest? {.basic #longest}\n \n The femur.\n"
    )
    assert result.unmapped == ()
    subprocess.run(["git", "apply", "-"], cwd=small.root, input=result.patch, check=True)
    after = SMALL.replace("In the thigh.", "In the upper leg.").replace(
        "What is the longest bone?", "Which bone is longest?"
    )
    assert (small.root / "cards/a.md").read_text(encoding="utf-8") == after


def test_what_looks_the_same_is_no_edit(small: Scratch) -> None:
    held = contents(small.root)
    for back in ("In the thigh.", "<p>In the thigh.</p>", "<div>In&nbsp;the thigh.<br></div>", "In the <b></b>thigh. "):
        result = pulled(small.root, edited(held, [change(held, "femur", Back=back)]))
        assert (result.patch, result.unmapped, result.same) == (b"", (), 2)


def test_what_changed_on_both_sides_is_left_out_with_all_three_texts(small: Scratch) -> None:
    base = contents(small.root)
    small.write({"cards/a.md": SMALL.replace("In the thigh.", "In the upper leg.")})
    copy = edited(base, [change(base, "femur", Back="In the leg.")])
    (left,) = pulled(small.root, copy, base).unmapped
    assert (left.reason, left.was, left.now, left.mine) == (
        "it changed here too",
        "In the thigh.",
        "In the leg.",
        "In the upper leg.",
    )


def test_what_only_changed_here_is_no_edit(small: Scratch) -> None:
    base = contents(small.root)
    small.write({"cards/a.md": SMALL.replace("In the thigh.", "In the upper leg.")})
    for edits in ([], [change(base, "femur", Back="<div>In the thigh.</div>")]):
        result = pulled(small.root, edited(base, edits), base)
        assert (result.patch, result.unmapped, result.same) == (b"", (), 2)


def test_new_notes_are_told_and_missing_ones_counted(small: Scratch) -> None:
    held = contents(small.root)
    copy = edited(held, [])
    other = replace(copy.notes[0], guid="new", fields={**copy.notes[0].fields, "Front": "New?", "ID": "new"})
    copy.notes = (copy.notes[0], other, replace(other, guid="beside", cards=()))
    result = pulled(small.root, copy, held)
    assert [(each.guid, each.reason) for each in result.unmapped] == [
        ("new", "it is new: write it into the notes, and deckwright ids gives it an id")
    ]
    assert (result.missing, result.beside, result.same) == (("longest",), 1, 1)


class Versions(Releases):
    """Two releases: the first note changed in the second one."""

    def __init__(self, mods: Mapping[tuple[str, int], str]) -> None:
        super().__init__(None, None)
        self._mods = mods

    def released(self, guid: str, mod: int) -> str:
        return self._mods.get((guid, mod), "")


def test_a_copy_of_an_older_release_is_compared_with_what_did_not_change_since(small: Scratch) -> None:
    old = contents(small.root)
    small.write(
        {"cards/a.md": SMALL.replace("In the thigh.", "In the upper leg.").replace("The femur", "It, the femur")}
    )
    new = contents(small.root)
    base = replace(new, notes=tuple(replace(note, mod=BUILT + 10) for note in new.notes))
    femur = note_of(old, "femur").guid
    copy = edited(old, [change(old, "longest", Front="Which bone is the longest?")])
    copy.notes = tuple(replace(note, mod=BUILT) if note.guid == femur else note for note in copy.notes)
    reason = "it changed in a release that this copy has not: name the package that was imported, --base FILE"
    left_out = [("longest", "Front", reason), ("longest", "Back", reason)]
    result = pull(small.root, Terms(NOW), copy, base=base, releases=Versions({(femur, BUILT): "1.0.0"}))
    assert (result.patch, result.older) == (b"", 1)
    assert [(each.id, each.field, each.reason) for each in result.unmapped] == left_out
    result = pull(small.root, Terms(NOW), copy, base=base, releases=Versions({}))
    assert (result.patch, result.older) == (b"", 0)
    assert [(each.id, each.field, each.reason) for each in result.unmapped] == [("femur", "Back", reason), *left_out]


def test_a_picture_comes_along_as_git_writes_it(small: Scratch) -> None:
    held = contents(small.root)
    name = next(iter(PASTED))
    copy = edited(held, [change(held, "femur", Back=f'In the thigh.<br><br><img src="{name}">')])
    result = pulled(small.root, copy)
    assert result.files == (f"media/{name}",)
    subprocess.run(["git", "apply", "-"], cwd=small.root, input=result.patch, check=True)
    assert (small.root / "media" / name).read_bytes() == PASTED[name]
    back = note_of(contents(small.root), "femur").fields["Back"]
    assert re.fullmatch(r'<p>In the thigh\.</p><p><img src="paste-[\w-]+\.jpg" alt=""></p>', back)


DRAWING = (
    """<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="x()"><rect width="9" height="9"/></svg>"""
)


@pytest.fixture
def pictured(small: Scratch) -> tuple[Scratch, Copy]:
    """A project with a picture and a drawing, and the package that it was adopted from, which has its own names for them."""
    data = {"upper leg.png": png("red"), "plan.svg": DRAWING.encode()}
    small.write({f"media/{name}": held for name, held in data.items()})
    text = SMALL.replace("In the thigh.", "![](<upper leg.png>)").replace("The femur.", "The femur. ![](plan.svg)")
    small.write({"cards/a.md": text})
    small.save(BUILT)
    held = contents(small.root)
    edits = [
        change(held, "femur", Back='<img src="upper%20leg.png">'),
        change(held, "longest", Back='The femur. <img src="plan.svg">'),
    ]
    return small, replace_media(edited(held, edits), data)


def png(colour: str) -> bytes:
    made = BytesIO()
    Image.new("RGB", (60, 40), colour).save(made, "PNG")
    return made.getvalue()


def replace_media(copy: Copy, data: Mapping[str, bytes]) -> Copy:
    return Copy(copy.notes, copy.note_types, tuple(data), data.__getitem__)


def as_base(project: Scratch, copy: Copy) -> Package:
    """What a package with a copy's notes and files is read as."""
    digests = {name: hashlib.sha256(copy.read_media(name)).hexdigest() for name in copy.media}
    return replace(contents(project.root), notes=copy.notes, media=digests)


@pytest.mark.parametrize("base", ["none", "adopted"])
def test_a_picture_is_the_same_under_the_name_that_it_had_before_it_was_adopted(
    pictured: tuple[Scratch, Copy], base: str
) -> None:
    project, copy = pictured
    result = pulled(project.root, copy, as_base(project, copy) if base == "adopted" else None)
    assert (result.patch, result.unmapped, result.files, result.same) == (b"", (), (), 2)


def test_a_copy_without_media_has_the_pictures_that_it_names(pictured: tuple[Scratch, Copy]) -> None:
    project, copy = pictured
    result = pulled(project.root, replace_media(copy, {}))
    assert (result.patch, result.unmapped, result.same) == (b"", (), 2)


def test_another_picture_of_the_same_name_is_an_edit(pictured: tuple[Scratch, Copy]) -> None:
    project, copy = pictured
    data = {name: copy.read_media(name) for name in copy.media}
    result = pulled(project.root, replace_media(copy, {**data, "upper leg.png": png("blue")}))
    assert (result.files, [taken.id for taken in result.taken]) == (("media/upper-leg.png",), ["femur"])


def test_an_edit_beside_a_picture_keeps_the_project_s_own_file(pictured: tuple[Scratch, Copy]) -> None:
    project, copy = pictured
    held = as_base(project, copy)
    edits = [change(held, "longest", Back='The femur. <img src="plan.svg"> <img src="upper leg.png">')]
    data = {name: copy.read_media(name) for name in copy.media}
    result = pulled(project.root, replace_media(edited(held, edits), data))
    assert (result.files, hunks(result.patch)) == (
        (),
        {
            "longest: Back": [
                "-The femur. ![](plan.svg)",
                "+The femur. ![](plan.svg) ![](<../media/upper leg.png>)",
            ]
        },
    )


def test_what_a_patch_has_brought_is_no_edit_any_more(small: Scratch) -> None:
    base = contents(small.root)
    name = next(iter(PASTED))
    data = {"new pic.jpg": PASTED[name]}
    copy = replace_media(edited(base, [change(base, "femur", Back='<img src="new pic.jpg">')]), data)
    result = pulled(small.root, copy, base)
    assert result.files == ("media/new-pic.jpg",)
    subprocess.run(["git", "apply", "-"], cwd=small.root, input=result.patch, check=True)
    again = pulled(small.root, copy, base)
    assert (again.patch, again.unmapped, again.same) == (b"", (), 2)


CLOZE = """# Blood

## Blood leaves {.cloze #blood}

Blood leaves through the {{c1::aorta::vessel}}.
"""


@pytest.mark.parametrize(
    ("edited_text", "line"),
    [
        (
            "Blood leaves through the <u>{{c1::aorta::which vessel}}</u>.",
            "Blood leaves through the <u>{{c1::aorta::which vessel}}</u>.",
        ),
        (
            "Blood leaves through the {{c1::<b>aorta::vessel</b>}}.",
            "Blood leaves through the **{{c1::aorta::vessel}}**.",
        ),
    ],
)
def test_what_looks_different_around_a_whole_cloze_stands_around_its_marks(
    small: Scratch, edited_text: str, line: str
) -> None:
    small.write({"cards/b.md": CLOZE})
    small.save(BUILT)
    held = contents(small.root)
    result = pulled(small.root, edited(held, [change(held, "blood", Text=edited_text)]))
    assert hunks(result.patch) == {"blood: Text": ["-Blood leaves through the {{c1::aorta::vessel}}.", f"+{line}"]}


def test_what_is_left_out_is_shown_with_marks_and_tags(small: Scratch) -> None:
    small.write({"cards/b.md": CLOZE})
    small.save(BUILT)
    base = contents(small.root)
    small.write({"cards/b.md": CLOZE.replace("leaves through", "flows through")})
    edit = change(base, "blood", Text="Blood leaves through the <u>{{c1::aorta::which vessel}}</u> only.")
    (left,) = pulled(small.root, edited(base, [edit]), base).unmapped
    assert (left.was, left.now, left.mine) == (
        "Blood leaves through the {{c1::aorta::vessel}}.",
        "Blood leaves through the <u>{{c1::aorta::which vessel}}</u> only.",
        "Blood flows through the {{c1::aorta::vessel}}.",
    )


@pytest.mark.parametrize("mark", ["\u202e", "&#x202e;", "&#8294;"])
def test_what_turns_text_is_left_out_alone(small: Scratch, mark: str) -> None:
    """A patch with it would show other words than it has."""
    held = contents(small.root)
    edit = change(held, "femur", Front="Where is the thigh bone?", Back=f"In the {mark}thigh.")
    result = pulled(small.root, edited(held, [edit]))
    assert hunks(result.patch) == {
        "femur: Front": ["-## Where is the femur? {.basic #femur}", "+## Where is the thigh bone? {.basic #femur}"]
    }
    told = "it has characters that nobody sees and that turn the direction of text: a patch would read otherwise than it is"
    assert [(each.id, each.field, each.reason) for each in result.unmapped] == [("femur", "Back", told)]


def test_programs_in_an_edit_are_told(small: Scratch) -> None:
    held = contents(small.root)
    edit = change(held, "femur", Back="In the upper leg.<script>alert(1)</script><STYLE>b {}</STYLE>")
    (taken,) = pulled(small.root, edited(held, [edit])).taken
    assert taken.remarks == ("Back: its programs and stylesheets are left out",)


def test_a_note_that_was_retired_is_counted(small: Scratch) -> None:
    old = contents(small.root)
    small.release("1.0.0", BUILT)
    small.write({"cards/a.md": SMALL.partition("## What")[0]})
    small.release("1.1.0", NOW)
    copy = edited(old, [])
    for base in (None, old):
        result = pulled(small.root, copy, base)
        assert (result.patch, result.unmapped, result.retired, result.same) == (b"", (), 1, 1)


def test_git_makes_new_files_of_any_length(tmp_path: Path) -> None:
    held = {
        f"a {length}.bin": bytes(n * n % 251 for n in range(length)) for length in (0, 1, 2, 3, 52, 53, 54, 55, 999)
    }
    diff = b"".join(new_file(name, data) for name, data in held.items())
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, check=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == held


def test_leech_and_marked_are_no_edits(small: Scratch) -> None:
    held = contents(small.root)
    edit = {"guid": note_of(held, "femur").guid, "after": {}, "tags": [[], ["leech", "marked"]]}
    result = pulled(small.root, edited(held, [edit]))
    assert (result.patch, result.unmapped, result.learners_tags) == (b"", (), 1)


def test_a_tag_goes_into_the_tag_of_the_note(small: Scratch) -> None:
    held = contents(small.root)
    edit = {"guid": note_of(held, "femur").guid, "after": {}, "tags": [[], ["leg::upper"]]}
    result = pulled(small.root, edited(held, [edit]))
    assert hunks(result.patch) == {
        "femur: tags": [
            "-## Where is the femur? {.basic #femur}",
            '+## Where is the femur? {tags="leg/upper" .basic #femur}',
        ]
    }


OWN = """kind = "basic"

[fields]
Word = { from = "heading" }
Meaning = { from = "answer" }
Place = { PLACE }
ID = { from = "id" }

[templates]
Card = {}
"""


def test_what_a_field_is_the_note_type_of_its_note_says(small: Scratch) -> None:
    """The first of the note types has a field of the same name that is the context."""
    sides = {"front.html": "{{Word}}", "back.html": "{{Meaning}}{{Place}}{{ID}}"}
    for name, place in (("animals", 'from = "context"'), ("birds", 'label = "Place"')):
        small.write({f"notetypes/{name}/{side}": text for side, text in sides.items()})
        small.write({f"notetypes/{name}/notetype.toml": OWN.replace("PLACE", place)})
    small.write(
        {"cards/a.md": "# A\n\n## Dog {.animals #dog}\n\nBarks.\n\n## Owl {.birds #owl}\n\nHoots.\n\nPlace: Wood\n"}
    )
    small.save(BUILT)
    held = contents(small.root)
    result = pulled(small.root, edited(held, [change(held, "dog", Place="House"), change(held, "owl", Place="Barn")]))
    assert hunks(result.patch) == {"owl: Place": ["-Place: Wood", "+Place: Barn"]}
    assert [(each.id, each.reason) for each in result.unmapped] == [
        ("dog", "the context of a note are the headings above it")
    ]


def exported(project: Scratch, target: Path, edits: Iterable[Mapping[str, Any]]) -> None:
    """A package of the project in which notes were edited."""
    loaded = project.load(BUILT)
    by_guid = {edit["guid"]: edit for edit in edits}
    notes = [
        replace(note, fields={**note.fields, **by_guid[note.guid]["after"]}) if note.guid in by_guid else note
        for note in loaded.collection.notes
    ]
    package.write(replace(loaded.collection, notes=notes), target)


def test_the_command_prints_the_patch_and_ends_with_1_if_an_edit_is_left_out(small: Scratch, tmp_path: Path) -> None:
    held = contents(small.root)
    target = tmp_path / "edited.apkg"
    exported(small, target, [change(held, "femur", Back="In the leg.")])
    result = run(str(target))
    assert (result.exit_code, hunks(result.stdout.encode())) == (0, {"femur: Back": ["-In the thigh.", "+In the leg."]})
    assert result.stderr.splitlines() == [
        "cards/a.md:3: femur, Back",
        "1 note in the patch, 1 not edited.",
        "Next: git apply, with the patch",
    ]
    exported(small, target, [change(held, "femur", ID="thigh")])
    result = run(str(target))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "cards/a.md:3: femur, ID: left out, an ID is set in the notes alone",
        "    was: femur",
        "    now: thigh",
        "0 notes in the patch, 1 edit left out, 1 not edited.",
    ]


def test_programs_get_json(small: Scratch, tmp_path: Path) -> None:
    held = contents(small.root)
    target = tmp_path / "edited.apkg"
    exported(small, target, [change(held, "femur", Back="In the leg.")])
    told = json.loads(run(str(target), "--json").stdout)
    assert {**told, "patch": told["patch"].count("@@ femur: Back\n")} == {
        "notes": [
            {
                "guid": note_of(held, "femur").guid,
                "id": "femur",
                "place": "cards/a.md:3",
                "fields": ["Back"],
                "remarks": [],
            }
        ],
        "left_out": [],
        "files": [],
        "not_edited": 1,
        "of_an_older_release": 0,
        "retired": 0,
        "missing": [],
        "of_other_decks": 0,
        "patch": 1,
    }


def test_nothing_but_packages_is_read(small: Scratch) -> None:
    small.write({"x.txt": "", "x.apkg": b"PK"})
    result = run("x.txt")
    assert (result.exit_code, result.stderr) == (2, "x.txt is not an .apkg or a .colpkg.\n")
    result = run("x.apkg")
    assert (result.exit_code, result.stderr.partition(":")[0]) == (2, "x.apkg is not a package, or is damaged")


# What a reader sees


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a<br>b", "<div>a</div><div>b</div>"),
        ("a<br>b", "a<div>b</div>"),
        ("a<br><br>b", "<p>a</p><p>b</p>"),
        ("<p>a</p>b", "a<p>b</p>"),
        ("<strong>a</strong> <b>b</b>", "<b>a b</b>"),
        ('<span style="font-weight: 700">a</span>', "<b>a</b>"),
        ('<font color="#00f">a</font>', '<span style="color:var(--dw-tip, rgb(0, 0, 255))">a</span>'),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "<ul><li>a</li><ul><li>b</li></ul></ul>"),
        ("<table><tr><td>a<tr><td>b</table>", "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>"),
        ("<table><tr><td>a</table>", "<div class='dw-table'><table><tbody><tr><td>a</td></tr></tbody></table></div>"),
        ('<pre><code><span class="k">if</span> x</code></pre>', "<pre>if x\n</pre>"),
        ("{{c1::a:<wbr>:b::h}}", "{{c1::a:<wbr>:b::h}}"),
        ("<p></p><ul><li>a</li></ul><p><br></p>", "<ul><li>a</li></ul>"),
        ('<img src="a.png" alt="x">', '<img src="a.png">'),
    ],
)
def test_these_look_the_same(one: str, other: str) -> None:
    assert look(one) == look(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a<br>b", "a b"),
        ("a<br>b", "<p>a</p><p>b</p>"),
        ("<b>a</b>", "<i>a</i>"),
        ("<u>a</u> <u>b</u>", "<u>a b</u>"),
        ("<ul><li>a</li></ul>", "<ol><li>a</li></ol>"),
        ("{{c1::a}}", "{{c2::a}}"),
        ("{{c1::a::b}}", "{{c1::a:<wbr>:b}}"),
        ('<img src="a.png">', '<img src="b.png">'),
        ('<img src="a.png">', '<img src="a.png" width="3">'),
        ('<a href="https://a.org">a</a>', '<a href="https://b.org">a</a>'),
        ("<td>a</td>", "<th>a</th>"),
        ("<pre>a  b</pre>", "<pre>a b</pre>"),
    ],
)
def test_these_do_not(one: str, other: str) -> None:
    assert look(one) != look(other)


def test_an_answer_with_colons_is_whole_again_after_an_edit() -> None:
    built = "{{c1::AWS&#58;&#58;S3::type}} and {{c2::b&#125;&#125;}}"
    assert healed("{{c1::AWS::S3::type}} or {{c2::b}}}}", built) == (
        "{{c1::AWS&#58;&#58;S3::type}} or {{c2::b&#125;&#125;}}"
    )


TAGS = "b i u p div br ul ol li table tr td blockquote hr code"
PARTS = [
    *("a", "b", " ", "\n", "&nbsp;", "&lt;", "{{c1::a::b}}", '<img src="x.png">', "[sound:a.mp3]"),
    *('<span style="color: red">', "</span>", '<a href="https://a.org">', "</a>"),
    *(f"<{end}{tag}>" for tag in TAGS.split() for end in ("", "/")),
]


@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
@example("<ol><hr><ol>a")
@example("<tr><td><tr>")
def test_what_is_read_of_a_field_is_read_again_when_it_is_written(html: str) -> None:
    nodes = normal(html, True, lambda name: name)
    assert look(Writer(True, lambda name: name).html(nodes)) == key(nodes)


@given(st.text(alphabet="ab:{}c1<>/p \n&;=\"'", max_size=60))
def test_any_html_is_read(html: str) -> None:
    assert look(html) == look(html)


@pytest.mark.parametrize("part", ["<div><ul><li><b>", "<a ", '<a b="', "<!--", "<!", "{{c1::", "</b>"])
def test_what_is_never_closed_is_read_in_time(part: str) -> None:
    began = time.process_time()
    assert look(part * (20_000 // len(part)) + "a")
    assert time.process_time() - began < 5  # It took minutes.


# Patches


@given(
    st.lists(st.sampled_from(["a", "b", "", "ä"]), min_size=1, max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["x", "x\ny", ""])), max_size=4),
)
def test_replacements_change_their_stretches_alone(
    texts: list[str], ending: str, ends: bool, edits: list[tuple[int, str]]
) -> None:
    data = (ending.join(texts) + ending * ends).encode()
    made = {n: Replacement(n, 0, n, len(texts[n]), text) for n, text in edits if n < len(texts)}
    after = replaced(data, made.values())
    own = ending if ends or len(texts) > 1 else "\n"
    new = [made[n].text.replace("\n", own) if n in made else text for n, text in enumerate(texts)]
    assert after == (ending.join(new) + ending * ends).encode()
    changed = {n: each for n, each in made.items() if each.text != texts[n]}
    diff = patch("a.md", data, {f"note {n}": [each] for n, each in changed.items()})
    assert applied(data, diff) == after


def applied(data: bytes, diff: bytes) -> bytes:
    """A file with a patch, by the rules that Git goes by: hunks are in order, and say which lines they are about."""
    old, new, at = split(data), list[bytes](), 0
    body = diff.replace(b"\n\\ No newline at end of file\n", b"\x00").split(b"@@ -")[1:]
    for hunk in body:
        head, _, text = hunk.partition(b"\n")
        first, count = (int(number) for number in head.split()[0].split(b","))
        start = first - 1 if count else first
        assert start >= at
        new += old[at:start]
        at = start
        for line in re.findall(rb"[ +-][^\n\x00]*[\n\x00]", text):
            content = line[1:-1] + (b"\n" if line.endswith(b"\n") else b"")
            if line[:1] in b" -":
                assert old[at] == content
                at += 1
            if line[:1] in b" +":
                new.append(content)
    return b"".join([*new, *old[at:]])
