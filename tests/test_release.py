"""Releases in a real Git repository: stories of decks from version to version, what is refused, and what is published."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from scratch import Scratch, codes, day
from told import told

from deckwright import __version__, build, package, release
from deckwright.commands import main
from deckwright.commands._project import changes
from deckwright.diff.field_text import differ
from deckwright.identity import Terms, ledger
from deckwright.identity.lines import Line
from deckwright.model import Span
from deckwright.package import Package
from deckwright.release import Cut, Plan, Refusal, Tried, Wish, fragments, manifest, repository, words
from deckwright.release.contents import contents_digest, note_digest
from deckwright.release.former import former
from deckwright.release.notes import ankiweb, release_notes
from deckwright.render import code
from deckwright.site import Wish as SiteWish
from deckwright.site import make

pytestmark = pytest.mark.ci

HEART = "---\nkind: basic\n---\n# Heart\n\n"
VENTRICLE = "## What does the left ventricle pump into? {#ventricle}\n\nThe aorta.\n\n"
VALVE = "## Which valve lies between the left chambers? {#valve}\n\nThe mitral valve.\n\n"
COVER = "## What covers the heart? {#cover}\n\nThe pericardium.\n\n"
LUNGS = "## Where is gas exchanged? {#alveoli}\n\nIn the alveoli.\n\n"


def notes(*texts: str) -> dict[str, str]:
    return {"heart.md": HEART + "".join(texts)}


class Deck(Scratch):
    """A project in a repository, which is released as the command does it."""

    def change(self, time: int, *texts: str, **terms: object) -> None:
        """Write these notes, build and commit."""
        self.card_files(notes(*texts))
        self.build(time, **terms)
        self.commit()

    def plan(self, time: int, asked: release.Asked = "auto", **wish: object) -> Plan | Refusal:
        return release.plan(self.root, Wish(asked, time, wish.pop("clock", time), **wish))

    def planned(self, time: int, asked: release.Asked = "auto", **wish: object) -> Plan:
        planned = self.plan(time, asked, **wish)
        assert isinstance(planned, Plan), planned
        return planned

    def publish(self, time: int, asked: release.Asked = "auto", **wish: object) -> Cut:
        """Make a release, commit and tag it."""
        planned = self.planned(time, asked, **wish)
        made = release.make(planned, self.root)
        assert not isinstance(made, Refusal), made
        assert release.finish(planned, *made) is None
        return made[0]

    @property
    def state(self) -> tuple[str, ...]:
        """All that a release may change: the last commit, the tags, the folder, and what Git says of it."""
        held = [self.git("rev-parse", "HEAD"), self.git("for-each-ref"), self.git("status", "--porcelain")]
        files = sorted(path for path in self.root.rglob("*") if path.is_file())
        tracked = [path for path in files if not {".git", "build"} & set(path.relative_to(self.root).parts)]
        return (*held, *(f"{path.relative_to(self.root)}\n{path.read_bytes()!r}" for path in tracked))

    def released(self, version: str) -> Package:
        return package.read(self.root / "build" / "releases" / version / "anatomy.apkg")


@pytest.fixture
def deck(tmp_path: Path) -> Deck:
    """A deck of two notes, built and committed on day 1."""
    made = Deck(tmp_path / "project")
    made.start_git()
    made.change(day(1), VENTRICLE, VALVE)
    return made


@pytest.fixture
def released(deck: Deck) -> Deck:
    """The same, released as 1.0.0 on day 2."""
    deck.publish(day(2))
    return deck


# Stories


STORY = [
    ((VENTRICLE, VALVE), "auto", "1.0.0"),
    ((VENTRICLE.replace("The aorta.", "The aorta, and not a vein*."), VALVE), "auto", "1.0.1"),
    ((VENTRICLE.replace("The aorta.", "The aorta, and not a vein*."), VALVE, COVER), "auto", "1.1.0"),
    ((VENTRICLE.replace("The aorta.", "The aorta, and not a vein*."), COVER), "major", "2.0.0"),
]


def story(deck: Deck) -> list[Cut]:
    cuts = []
    for number, (texts, asked, _) in enumerate(STORY):
        if number == 1:
            deck.write(
                {"changes/2.md": "---\nrelearn: [ventricle]\n---\n\nOf the *veins*.\n", "changes/1.md": "First."}
            )
        deck.change(day(2 * number + 1), *texts)
        cuts.append(deck.publish(day(2 * number + 2), asked))
    return cuts


def test_the_story_of_a_deck(deck: Deck) -> None:
    cuts = story(deck)
    assert [cut.version for cut in cuts] == [version for *_, version in STORY]
    assert deck.git("tag").split() == ["v1.0.0", "v1.0.1", "v1.1.0", "v2.0.0"]
    assert deck.git("status", "--porcelain") == ""
    held, _ = ledger.parse(deck.lock.read_bytes(), "anatomy-k3v9q2xm")
    assert [(made.version, made.time, made.notes, made.cards, made.tool) for made in held.head.releases] == [
        ("1.0.0", day(2), 2, 2, __version__),
        ("1.0.1", day(4), 2, 2, __version__),
        ("1.1.0", day(6), 3, 3, __version__),
        ("2.0.0", day(8), 2, 2, __version__),
    ]
    packages = [deck.released(cut.version) for cut in cuts]
    assert [contents_digest(held) for held in packages] == [made.digest for made in held.head.releases]
    mods = [{note.fields["ID"]: note.mod for note in held.notes} for held in packages]
    assert mods == [
        {"ventricle": day(1), "valve": day(1)},  # The first release keeps the times of the drafts.
        {"ventricle": day(4), "valve": day(1)},
        {"ventricle": day(4), "valve": day(1), "cover": day(6)},
        {"ventricle": day(4), "cover": day(6)},
    ]
    assert [held.decks[0].description for held in packages] == [
        f"<p>{len(held.notes)} notes · version {cut.version}</p>" for held, cut in zip(packages, cuts, strict=True)
    ]


def test_what_is_told_in_the_story(deck: Deck, update_golden: bool) -> None:
    """The deck's changelog after it, and what is published to be read of each version."""
    cuts = story(deck)
    texts = {"CHANGELOG-deck.md": (deck.root / "CHANGELOG-deck.md").read_text("utf-8")}
    for cut in cuts:
        for name in ("RELEASE_NOTES.md", "ankiweb.md"):
            path = deck.root / "build" / "releases" / cut.version / name
            texts[f"{cut.version}-{name}"] = path.read_text("utf-8")
    folder = Path(__file__).parent / "story"
    if update_golden:
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    assert texts == {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())}
    assert not (deck.root / "changes").exists()


def test_the_manifest_of_a_release(released: Deck) -> None:
    released.change(day(3), VENTRICLE.replace("The aorta.", "The aorta, a vessel."), COVER)
    source = released.git("rev-parse", "HEAD").strip()
    cut = released.publish(day(4))
    folder = released.root / "build" / "releases" / "1.1.0"
    data = (folder / "manifest.json").read_bytes()
    assert data == (released.root / "releases" / "1.1.0.json").read_bytes()
    held = released.released("1.1.0")
    by_id = {note.fields["ID"]: note for note in held.notes}
    (gone,) = (note for note in released.released("1.0.0").notes if note.fields["ID"] == "valve")
    file = (folder / "anatomy.apkg").read_bytes()
    published = {"size": len(file), "sha256": hashlib.sha256(file).hexdigest()}
    assert json.loads(data) == {
        "format": 1,
        "deck": {"id": "anatomy-k3v9q2xm", "name": "Anatomy", "slug": "anatomy"},
        "version": "1.1.0",
        "tag": "v1.1.0",
        "time": day(4),
        "source": source,
        "previous": "1.0.0",
        "step": "minor",
        "tool": {"deckwright": __version__, "renderers": dict(cut.renderers)},
        "digest": contents_digest(held),
        "counts": {"notes": 2, "cards": 2, "media": 0},
        "files": {"anatomy-1.1.0.apkg": published, "anatomy.apkg": published},
        "changes": {
            "new": ["cover"],
            "changed": {
                "ventricle": {"fields": {"Back": [["same", "The "], ["old", "aorta. "], ["new", "aorta, a vessel. "]]}}
            },
            "retired": {"valve": {"guid": gone.guid, "title": "Which valve lies between the left chambers?"}},
            "relearn": [],
            "said": [],
            "look": [],
            "new_editions": [],
            "grave": {},
        },
        "media": {},
        "notes": {
            id_: {
                "guid": by_id[id_].guid,
                "title": by_id[id_].fields["Front"].removeprefix("<p>").removesuffix("</p>"),
                "digest": note_digest(by_id[id_]),
                "mod": day(4),
                "version": "1.1.0",
                "deck": "Anatomy",
                "cards": 1,
            }
            for id_ in ("cover", "ventricle")
        },
        "editions": {},
    }
    assert manifest.dump(manifest.parse(data)) == data
    assert cut.renderers["Markdown"] == "3.11.3"


def test_the_manifest_has_what_changed_of_each_note(released: Deck) -> None:
    """So that the history of a note can be told without building old versions again."""
    cloze = "## Valves {#valves .cloze}\n\nThe ==mitral== and the ==aortic== valve.\n\n"
    long = "".join(f"word{number} " for number in range(1000))
    fixed = [
        VALVE.replace("{#valve}", '{#mitral was="valve"}'),
        cloze,
        COVER,
        LUNGS.replace("alveoli.", f"alveoli. {long}"),
    ]
    released.write({"changes/a.md": "All *new*.\n", "changes/b.md": "---\nrelearn: ventricle\n---\n"})
    released.change(day(3), VENTRICLE.replace("The aorta.", "A vein."), *fixed)
    first = released.publish(day(4))
    fixed[1:] = [
        cloze.replace("==aortic==", "aortic").replace("#valves", '#valves tags="valve"'),
        COVER.replace("The pericardium.", "**The** pericardium."),
        LUNGS.replace("alveoli.", f"alveoli? {long[::-1]}"),
    ]
    released.card_files(
        {"heart.md": HEART + "".join(fixed), "vessels.md": HEART.replace("basic", "basic\ndeck: Vessels") + VENTRICLE}
    )
    released.build(day(5))
    released.commit()
    second = released.publish(day(6), "major")
    made = [manifest.manifest(cut, {}) for cut in (first, second)]
    assert [each.changes for each in made] == [
        manifest.Changes(
            new=("alveoli", "cover", "valves"),
            changed={"ventricle": manifest.Changed({"Back": (("old", "The aorta. "), ("new", "A vein. "))})},
            relearn=("ventricle",),
            said=("All *new*.",),
        ),
        manifest.Changes(
            changed={
                "alveoli": manifest.Changed(
                    {
                        "Back": (
                            ("same", "In the "),
                            ("old", f"alveoli. {long}"[: manifest.MAX_SHOWN] + "…"),
                            ("same", "…"),
                        )
                    }
                ),
                "cover": manifest.Changed({"Back": (("same", "The pericardium."),)}),
                "valves": manifest.Changed(
                    {
                        "Text": (
                            ("same", "The {{c1::mitral}} and the "),
                            ("old", "{{c2::aortic}} "),
                            ("new", "aortic "),
                            ("same", "valve. "),
                        )
                    },
                    tags_added=("valve",),
                    cards_lost=(2,),
                ),
                "ventricle": manifest.Changed(
                    {"Back": (("old", "A vein. "), ("new", "The aorta. "))}, deck=("Anatomy", "Anatomy::Vessels")
                ),
            },
            grave={
                "other text": {"alveoli": ""},
                "moved": {"ventricle": "Anatomy → Anatomy::Vessels"},
                "card gone": {"valves": "card 2"},
            },
        ),
    ]
    assert [(id_, note.was) for id_, note in made[1].notes.items() if note.was] == [("mitral", ("valve",))]


def test_the_schema_of_manifests_is_that_of_the_program(update_golden: bool) -> None:
    path = Path(manifest.__file__).with_name("manifest.schema.json")
    if update_golden:
        path.write_bytes(manifest.schema())
    assert path.read_bytes() == manifest.schema()


NOTE = {"guid": "g", "title": "t", "digest": "0" * 16, "mod": 1, "version": "1.0.0", "deck": "d", "cards": 1}
EDITION = {
    "title": "The heart",
    "files": ["anatomy.apkg"],
    "digest": "0" * 64,
    "counts": {"notes": 0, "cards": 0, "media": 0},
    "media": [],
    "notes": [],
}


def test_an_edition_in_a_manifest_names_files_of_it(released: Deck) -> None:
    data = json.loads((released.root / "releases" / "1.0.0.json").read_bytes())
    for change in ({"notes": {"a": NOTE | {"was": ["b"]}}}, {"editions": {"heart": EDITION}}):
        assert json.loads(msgspec.json.encode(manifest.parse(json.dumps(data | change).encode()))) == data | change


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"version": "1.0"},
        {"digest": "ab"},
        {"step": "huge"},
        {"extra": 1},
        {"time": None},
        {"counts": {"notes": -1, "cards": 0, "media": 0}},
        {"time": 1 << 60},
        {"source": "--prefix=.."},
        {"deck": {"id": "anatomy", "name": "Anatomy", "slug": "../anatomy"}},
        {"files": {"../anatomy.apkg": {"size": 1, "sha256": "0" * 64}}},
        {"changes": {"retired": {"../../valves": {"guid": "a", "title": "b"}}}},
        {"changes": {"new": [".."]}},
        {"notes": {"a": NOTE, "../a": NOTE}},
        {"notes": {"a": NOTE | {"was": ["b", "/b"]}}},
        {"editions": {"heart": EDITION | {"files": []}}},
        {"editions": {"heart": EDITION | {"files": ["unknown.apkg"]}}},
    ],
)
def test_what_is_no_manifest_is_refused(released: Deck, change: Mapping[str, object]) -> None:
    data = (released.root / "releases" / "1.0.0.json").read_bytes()
    manifest.parse(data)
    with pytest.raises(msgspec.ValidationError):
        manifest.parse(json.dumps(json.loads(data) | change).encode())


def check_sums(folder: Path) -> None:
    """Let coreutils check the sums, as the page for releases says."""
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=folder, check=True)


def test_the_sums_are_those_of_the_files(released: Deck) -> None:
    folder = released.root / "build" / "releases" / "1.0.0"
    assert sorted(path.name for path in folder.iterdir()) == [
        "RELEASE_NOTES.md", "SHA256SUMS", "anatomy-1.0.0.apkg", "anatomy.apkg", "ankiweb.md", "deck.lock", "manifest.json",
    ]  # fmt: skip
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert sums == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("RELEASE_NOTES.md", "anatomy-1.0.0.apkg", "anatomy.apkg", "ankiweb.md", "manifest.json")
    }
    assert (folder / "deck.lock").read_bytes() == released.lock.read_bytes()
    check_sums(folder)


def test_a_clone_of_the_tag_builds_the_same_bytes(released: Deck, tmp_path: Path) -> None:
    published = (released.root / "build" / "releases" / "1.0.0" / "anatomy.apkg").read_bytes()
    released.change(day(3), VENTRICLE, VALVE, COVER)
    elsewhere = tmp_path / "Elsewhere, on another path"
    released.git("clone", "--quiet", "--branch", "v1.0.0", str(released.root), str(elsewhere))
    outcome = build.build(elsewhere, build.Options(Terms(day(9)), locked=True))
    assert (outcome.status, outcome.target.read_bytes()) == ("built", published)


def pythons() -> list[str]:
    """Ours, and every other one of this computer that finds our libraries: those of another version may not be able to."""
    names = [sys.executable, *(f"/usr/bin/python3.{minor}" for minor in range(11, 20)), "/usr/bin/python3"]
    others = {Path(name).resolve(): name for name in reversed(names) if Path(name).exists()}
    code = "import deckwright.commands, deckwright.build, nh3, msgspec"
    return [
        name for name in others.values() if not subprocess.run([name, "-c", code], env=world(), check=False).returncode
    ]


def world(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **more}


@pytest.mark.ci
def test_a_clone_of_the_tag_is_the_same_anywhere(released: Deck, tmp_path: Path) -> None:
    """At another time and place, for another user, with each Python that is there."""
    published = (released.root / "build" / "releases" / "1.0.0" / "anatomy.apkg").read_bytes()
    code = "import os, sys; os.umask(0o077); from deckwright.commands import main; main()"
    found = pythons()
    assert sys.executable in found
    for number, python in enumerate(found):
        clone = tmp_path / f"{number} elsewhere, on another path"
        released.git("clone", "--quiet", "--branch", "v1.0.0", str(released.root), str(clone))
        environment = world(TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="7", SOURCE_DATE_EPOCH="1700000000")
        done = subprocess.run(
            [python, "-c", code, "build", "--locked"],
            cwd=clone,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (python, done.stderr)
        assert (clone / "build" / "anatomy.apkg").read_bytes() == published, python


def test_what_is_written_into_the_changelog_stays_there(released: Deck) -> None:
    """As where a version is yanked: the next one comes above it."""
    path = released.root / "CHANGELOG-deck.md"
    released.change(day(3), VENTRICLE.replace("The aorta.", "A vein."), VALVE)
    released.publish(day(4))
    yanked = path.read_text("utf-8").replace("## [1.0.1] - 2027-01-18", "## [1.0.1] - 2027-01-18 [YANKED]")
    path.write_text(yanked, encoding="utf-8")
    released.change(day(5), VENTRICLE, VALVE)
    released.publish(day(6))
    head, mark, rest = yanked.partition("## [1.0.1]")
    new = path.read_text("utf-8")
    assert "[YANKED]" in rest
    assert new.startswith(f"{head}## [1.0.2] - 2027-01-20\n")
    assert new.endswith(f"\n\n{mark}{rest}")


def test_the_commit_of_a_release_has_the_ledger_the_manifest_and_the_changelog(released: Deck) -> None:
    assert released.git("show", "--name-status", "--format=%s", "HEAD").split("\n") == [
        "Release Anatomy 1.0.0", "", "A\tCHANGELOG-deck.md", "M\tdeck.lock", "A\treleases/1.0.0.json", "",
    ]  # fmt: skip
    assert released.git("cat-file", "-t", "v1.0.0") == "tag\n"
    assert released.git("rev-parse", "v1.0.0^{commit}", "HEAD").split()[0] == released.git("rev-parse", "HEAD").strip()


def test_a_note_that_left_and_comes_back_makes_a_draft(released: Deck) -> None:
    """Whoever came to the deck in between gets it as a new note."""

    def told() -> tuple[list[str], str]:
        loaded = released.load(day(9))
        return changes(loaded), loaded.collection.decks[0].description

    def since(what: str, before: str = "nothing changed", version: str = "1.1.0") -> list[str]:
        return [f"Since the last build: {before}", f"Since version {version}: {what}"]

    released.change(day(3), VENTRICLE, COVER)
    released.publish(day(4))
    released.card_files(notes(VENTRICLE, VALVE, COVER))
    draft = "<p>3 notes · version 1.1.0 + draft</p>"
    assert told() == (since("1 back", "1 back"), draft)
    released.build(day(5))
    assert told() == (since("1 back"), draft)
    released.card_files(notes(VENTRICLE, COVER))
    assert told() == (since("nothing changed", "1 gone"), "<p>2 notes · version 1.1.0</p>")
    released.change(day(5), VENTRICLE, VALVE, COVER)
    cut = released.publish(day(6))
    assert (cut.version, [reason.rule for reason in cut.verdict.reasons]) == ("1.2.0", ["new"])
    assert told() == (since("nothing changed", version="1.2.0"), "<p>3 notes · version 1.2.0</p>")
    assert {note.fields["ID"]: note.mod for note in cut.package.notes}["valve"] == day(1)


def test_the_package_of_a_release_lacks_a_note_that_comes_back_after_it(released: Deck) -> None:
    released.change(day(3), VENTRICLE, COVER)
    released.publish(day(4))
    published = released.root / "build" / "releases" / "1.1.0" / "anatomy.apkg"
    released.change(day(5), VENTRICLE, VALVE, COVER)
    loaded = released.load(day(6))
    known = loaded.assigned.ledger
    known = replace(known, head=replace(known.head, releases=(replace(known.last, digest="", tool="0.0.1"),)))
    assert former(repository.repository(released.root), known, published, known.head.deck).source == "anatomy.apkg"


def test_drafts_that_people_have_are_not_updated_by_a_first_release(deck: Deck) -> None:
    """Else their edits and tags would be lost, though nothing has changed."""
    draft = package.contents(deck.load(day(2)).collection)
    deck.publish(day(5))
    held = deck.released("1.0.0")
    assert (held.notes, held.note_types) == (draft.notes, draft.note_types)


def test_without_commit_nothing_that_git_tracks_changes_and_commit_finishes_it(deck: Deck) -> None:
    before = deck.state
    planned = deck.planned(day(2))
    assert deck.state == before
    _, folder = release.make(planned, deck.root)
    assert deck.state == before
    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    cut = deck.publish(day(9), finishes=True)
    assert (cut.version, cut.time) == ("1.0.0", day(2))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == made
    assert deck.lock.read_bytes() == made["deck.lock"]


@pytest.mark.parametrize("again", [{"finishes": True}, {}])
def test_what_an_author_edited_of_a_prepared_release_is_kept(deck: Deck, again: dict[str, object]) -> None:
    """As often as it is made of the same commit, also at another time, which stands in the text."""
    _, folder = release.make(deck.planned(day(2)), deck.root)
    path, other = folder / "RELEASE_NOTES.md", folder / "ankiweb.md"
    untouched = other.read_text("utf-8")
    path.write_bytes(path.read_bytes() + b"Thanks to *Vesal*.\r\n")
    mine = path.read_bytes()
    for number in (3, 4):
        cut, folder = release.make(deck.planned(day(number), **again), deck.root)
        assert path.read_bytes() == mine
        assert other.read_text("utf-8") == untouched.replace("2027-01-16", cut.date)
        assert list(release.edited(cut, folder)) == ["RELEASE_NOTES.md"]
        check_sums(folder)
    other.write_bytes(b"")
    cut, folder = release.make(deck.planned(day(5), **again), deck.root)
    assert release.edited(cut, folder) == {path.name: mine, other.name: b""}
    check_sums(folder)
    deck.change(day(6), VENTRICLE, VALVE, COVER)
    cut, folder = release.make(deck.planned(day(7)), deck.root)
    assert (path.read_text("utf-8"), release.edited(cut, folder)) == (release_notes(cut), {})


def test_what_was_prepared_of_another_commit_is_not_finished(deck: Deck) -> None:
    release.make(deck.planned(day(2)), deck.root)
    deck.change(day(3), VENTRICLE, VALVE, COVER)
    assert deck.publish(day(9), finishes=True).time == day(9)


# Several branches


def test_a_hotfix_beside_a_newer_version_is_merged(released: Deck) -> None:
    released.git("branch", "hotfix")
    released.change(day(3), VENTRICLE, VALVE, COVER)
    released.publish(day(4))
    newer = released.released("1.1.0")
    released.git("switch", "--quiet", "hotfix")
    fixed = VENTRICLE.replace("The aorta.", "The aorta, a vessel.")
    released.change(day(5), fixed, VALVE, LUNGS)
    refusal = released.plan(day(6))
    assert (refusal.problem, refusal.steps) == (
        "version 1.1.0 is there already: it has a tag, or a file in releases/", ("git merge v1.1.0",),
    )  # fmt: skip
    refusal = released.plan(day(6), "major")
    assert (refusal.problem, refusal.steps) == (
        "version 2.0.0 would be higher than 1.1.0, which this branch lacks", ("git merge v1.1.0",),
    )  # fmt: skip
    released.change(day(5), fixed, VALVE)
    hotfix = released.publish(day(6))
    assert (hotfix.version, hotfix.former.release.version) == ("1.0.1", "1.0.0")
    released.git("switch", "--quiet", "main")
    refusal = released.plan(day(7), "patch")
    assert (refusal.problem, refusal.steps[0]) == (
        "version 1.0.1 was released, and this branch lacks it", "git merge v1.0.1",
    )  # fmt: skip
    (released.root / "CHANGELOG-deck.md").write_text("Mine.\n")
    released.commit()
    subprocess.run(["git", "-C", released.root, "merge", "--quiet", "hotfix"], capture_output=True, check=False)
    assert released.plan(day(7), is_trial=True) == Refusal(  # To take deck.lock back would lose the hotfix.
        "a merge is not finished", ("git merge --continue, when nothing conflicts any more",),
    )  # fmt: skip
    released.write(
        {
            "CHANGELOG-deck.md": "# Both\n",
            **{f"cards/{name}": text for name, text in notes(fixed, VALVE, COVER).items()},
        }
    )
    released.build(day(7))
    released.commit()
    assert [made.version for made in released.load(day(7)).before.head.releases] == ["1.0.0", "1.1.0", "1.0.1"]
    cut = released.publish(day(8))
    assert (cut.version, cut.former.release.version, cut.verdict.step) == ("1.1.1", "1.1.0", "patch")
    assert {note.fields["ID"]: note.mod for note in released.released("1.1.1").notes} == {
        "ventricle": day(6), "valve": day(1), "cover": day(4),
    }  # fmt: skip
    assert cut.former.package == newer
    assert (released.root / "CHANGELOG-deck.md").read_text().startswith("# Both\n\n## [1.1.1] - 2027-01-22\n")


def test_one_version_of_two_maintainers_is_an_error_that_says_what_to_do(released: Deck) -> None:
    released.git("branch", "theirs")
    released.change(day(3), VENTRICLE, VALVE, COVER)
    released.publish(day(4))
    released.git("switch", "--quiet", "theirs")
    released.git("tag", "--delete", "v1.1.0")  # They have not fetched it.
    released.change(day(3), VENTRICLE, VALVE, LUNGS)
    released.publish(day(5))
    subprocess.run(["git", "-C", released.root, "merge", "--quiet", "main"], capture_output=True, check=False)
    released.card_files(notes(VENTRICLE, VALVE, COVER, LUNGS))
    assert codes(released.load(day(6))) == ["I031"]


def test_a_release_taken_back_by_a_reset_is_told(released: Deck) -> None:
    """Its learners would keep the wrong answer until its note changes again."""
    released.change(day(3), VENTRICLE.replace("The aorta.", "A vein."), VALVE)
    released.publish(day(4))
    released.git("reset", "--quiet", "--hard", "HEAD~2")
    released.change(day(5), VENTRICLE, VALVE, COVER)
    refusal = released.plan(day(6))
    assert (refusal.problem, refusal.steps) == (
        "version 1.0.1 was released, and this branch lacks it",
        ("git merge v1.0.1", "to take it back, revert its notes after that, and release the next version"),
    )


@pytest.mark.parametrize("asked", ["patch", "minor"])
def test_a_release_whose_ledger_was_reverted_can_be_brought_back(released: Deck, asked: release.Asked) -> None:
    """Git has nothing to merge there. The other steps lead out, whichever version would be next."""
    released.change(day(3), VENTRICLE.replace("The aorta.", "A vein."), VALVE)
    released.publish(day(4))
    released.git("revert", "--no-edit", "HEAD", "HEAD~1")
    added = [COVER] if asked == "minor" else []
    released.change(day(5), VENTRICLE, VALVE.replace("mitral", "bicuspid"), *added)
    refusal = released.plan(day(6), asked)
    assert (refusal.problem, refusal.steps) == (
        "version 1.0.1 was released, and this branch lacks it",
        (
            "git show v1.0.1:./deck.lock >> deck.lock",
            "git restore --source=v1.0.1 -- releases/1.0.1.json",
            "deckwright build, and commit all that",
            "to take it back, revert its notes after that, and release the next version",
        ),
    )
    for step in refusal.steps[:2]:
        subprocess.run(step, shell=True, cwd=released.root, check=True)
    released.build(day(7))
    released.commit()
    cut = released.publish(day(8))
    assert cut.version == ("1.1.0" if asked == "minor" else "1.0.2")
    assert {note.fields["ID"]: note.mod for note in cut.package.notes} == {
        "ventricle": day(8), "valve": day(8), **dict.fromkeys(["cover"] * len(added), day(8)),
    }  # fmt: skip


def test_a_wrong_answer_that_was_released_is_taken_back_by_the_next_version(released: Deck) -> None:
    released.change(day(3), VENTRICLE.replace("The aorta.", "A vein."), VALVE)
    released.publish(day(4))
    released.change(day(5), VENTRICLE, VALVE)
    assert released.publish(day(6)).version == "1.0.2"
    assert {note.fields["ID"]: note.mod for note in released.released("1.0.2").notes} == {
        "ventricle": day(6), "valve": day(1),
    }  # fmt: skip


# The old side


def test_a_release_without_its_tag_is_found_in_the_history(released: Deck) -> None:
    released.git("tag", "--delete", "v1.0.0")
    commit = released.git("rev-parse", "HEAD").strip()
    released.change(day(3), VENTRICLE, VALVE, COVER)
    planned = released.planned(day(4))
    assert (planned.former.package, planned.former.source) == (released.released("1.0.0"), f"the commit {commit[:12]}")


def test_a_tag_that_names_another_commit_is_not_believed(released: Deck) -> None:
    commit = released.git("rev-parse", "HEAD").strip()
    released.git("tag", "--force", "v1.0.0", "HEAD~1")
    released.change(day(3), VENTRICLE, VALVE, COVER)
    assert released.planned(day(4)).former.source == f"the commit {commit[:12]}"


def test_a_shallow_clone_is_told_what_to_fetch_and_can_release_then(released: Deck, tmp_path: Path) -> None:
    released.change(day(3), VENTRICLE, VALVE, COVER)
    shallow = Deck(tmp_path / "shallow" / "project")
    origin = f"file://{released.root}"
    (shallow.root / "deck.toml").unlink()
    shallow.git("clone", "--quiet", "--depth=1", "--no-tags", origin, ".")
    fetch = "git fetch --depth 1 origin tag v1.0.0"
    refusal = shallow.plan(day(4))
    assert (refusal.problem, refusal.steps) == (
        "this clone lacks the history in which version 1.0.0 was released",
        (fetch, "deckwright release --against FILE, with the package of 1.0.0 that was published"),
    )
    shallow.git(*fetch.split()[1:], "--quiet")
    assert shallow.planned(day(4)).former.source == "the tag v1.0.0"


def test_what_another_compiler_makes_of_the_release_is_no_old_side(
    released: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    fenced = VALVE.replace("The mitral valve.", "```python\nx = 1\n```")
    released.change(day(3), VENTRICLE, fenced)
    released.publish(day(4))
    released.change(day(5), VENTRICLE, fenced, COVER)
    published = released.root / "build" / "releases" / "1.0.1" / "anatomy.apkg"
    shutil.rmtree(released.root / "build" / ".cache")
    monkeypatch.setattr(code, "_tokens", lambda code, language: [("x", code)])
    commit = released.git("rev-parse", "v1.0.1^{commit}").strip()
    refusal = released.plan(day(6))
    assert (refusal.problem, refusal.steps) == (
        f"version 1.0.1 was rebuilt from {commit[:12]}, and its contents are others than those that were released",
        ("deckwright release --against FILE, with the package of 1.0.1 that was published",),
    )
    planned = released.planned(day(6), against=published)
    assert (planned.version, planned.former.source) == ("1.1.0", "anatomy.apkg")
    assert [look.about for look in planned.verdict.looks] == ["not received"]


def test_a_package_of_another_version_is_not_compared_with(released: Deck) -> None:
    released.change(day(3), VENTRICLE.replace("The aorta.", "The aorta, a vessel."), VALVE, COVER)
    released.publish(day(4))
    released.change(day(5), VENTRICLE, VALVE, COVER)
    old = released.root / "build" / "releases" / "1.0.0" / "anatomy-1.0.0.apkg"
    refusal = released.plan(day(6), against=old)
    assert refusal.problem == (
        "anatomy-1.0.0.apkg is not version 1.1.0: “Heart › What covers the heart?” is missing; "
        "“Heart › What does the left ventricle pump into?” has another time"
    )
    right = old.parents[1] / "1.1.0" / "anatomy.apkg"
    assert released.planned(day(6), against=right).version == "1.1.1"
    damaged = released.root / "build" / "damaged.apkg"
    damaged.write_bytes(right.read_bytes()[:500])
    assert (
        released.plan(day(6), against=damaged).problem
        == "damaged.apkg is not a package, or is damaged: File is not a zip file"
    )


@pytest.mark.parametrize(
    ("texts", "tool", "wrong"),
    [
        ((VENTRICLE, VALVE, COVER), __version__, "1 of its notes never were in a release"),
        ((VENTRICLE, VALVE, COVER), "0.0.1", "1 of its notes never were in a release"),
        ((VALVE, VENTRICLE), __version__, "its contents are others than those that were released"),
        ((VALVE, VENTRICLE), "0.0.1", ""),
    ],
)  # fmt: skip
def test_a_draft_is_not_the_package_of_a_release(released: Deck, texts: tuple[str, ...], tool: str, wrong: str) -> None:
    """Not even where the times of its notes do not tell; but another Deckwright may have counted other contents."""
    released.change(day(3), *texts)
    draft = released.root / "build" / "anatomy.apkg"
    known = released.load(day(4)).assigned.ledger
    known = replace(known, head=replace(known.head, releases=(replace(known.last, tool=tool),)))
    held = former(repository.repository(released.root), known, draft, known.head.deck)
    said = held.problem if isinstance(held, Refusal) else ""
    assert said == (f"anatomy.apkg is not version 1.0.0: {wrong}" if wrong else "")


# What is refused


def nothing(deck: Deck) -> None:
    pass


def edited(deck: Deck) -> None:
    deck.card_files(notes(VENTRICLE, COVER))


def untracked(deck: Deck) -> None:
    deck.write({"cards/new.md": HEART + COVER})


def wrong(deck: Deck) -> None:
    deck.card_files(notes(VENTRICLE, VALVE, "## What is empty? {.basic}\n\n"))
    deck.commit()


def stale(deck: Deck) -> None:
    deck.card_files(notes(VENTRICLE, VALVE, COVER))
    deck.commit()


def new(deck: Deck) -> None:
    deck.change(day(3), VENTRICLE, VALVE, COVER)


def tagged(deck: Deck) -> None:
    new(deck)
    deck.git("tag", "v1.1.0")


def reformatted(deck: Deck) -> None:
    deck.change(day(3), VALVE, VENTRICLE)


def relearned(deck: Deck) -> None:
    deck.write({"changes/a.md": "---\nrelearn: valve\n---\n"})
    new(deck)


@pytest.mark.parametrize(
    ("change", "wish", "problem"),
    [
        (nothing, {}, "nothing has changed since the last release"),
        (nothing, {"asked": "major"}, "nothing has changed since the last release"),
        (edited, {}, "the project has changes that are not committed"),
        (untracked, {}, "the project has changes that are not committed"),
        (wrong, {}, "the project has errors"),
        (stale, {}, "deck.lock is not up to date"),
        (new, {"asked": "patch"}, "a patch release is too small a step: what has changed asks for a minor one"),
        (new, {"clock": day(3)}, "the release's time is yet to come: no later release would reach anybody before it"),
        (new, {"time": day(2)}, "the release's time, 2027-01-16 08:00:00 UTC, is not later than 2027-01-16 08:00:00 UTC, that of an earlier one"),
        (tagged, {}, "version 1.1.0 is there already: it has a tag, or a file in releases/"),
        (reformatted, {}, "nothing has changed that anybody would receive who has the last release"),
        (relearned, {}, "the project has errors"),
    ],
)  # fmt: skip
def test_what_is_refused(released: Deck, change: Callable[[Deck], None], wish: dict[str, object], problem: str) -> None:
    change(released)
    before = released.state
    refusal = released.plan(**({"time": day(4)} | wish))
    assert (refusal.problem, released.state) == (problem, before)


def test_a_larger_step_may_be_asked_for(released: Deck) -> None:
    reformatted(released)
    assert released.planned(day(4), "patch").version == "1.0.1"
    released.change(day(5), VENTRICLE, VALVE, COVER)
    assert [released.planned(day(6), asked).version for asked in ("auto", "minor", "major")] == [
        "1.1.0",
        "1.1.0",
        "2.0.0",
    ]


def test_a_refusal_names_what_it_is_about(released: Deck) -> None:
    new(released)
    refusal = released.plan(day(4), "patch")
    assert (refusal.problem, refusal.steps, refusal.details) == (
        "a patch release is too small a step: what has changed asks for a minor one",
        ("deckwright release minor",),
        ("cards/heart.md:14: What covers the heart? (cover): minor, new",),
    )
    edited(released)
    assert released.plan(day(4)).details == ("cards/heart.md",)


@pytest.mark.ci
def test_another_slug_alone_is_released_as_a_patch(released: Deck) -> None:
    """Its files are named otherwise, and whoever has the deck notices nothing."""
    released.write({"deck.toml": (released.root / "deck.toml").read_text("utf-8") + 'slug = "heart"\n'})
    released.build(day(3))
    released.commit()
    cut = released.publish(day(4))
    assert (cut.version, [release.described(reason) for reason in cut.verdict.reasons]) == (
        "1.0.1", ["Anatomy: patch, slug: anatomy → heart"],
    )  # fmt: skip
    folder = released.root / "build" / "releases" / "1.0.1"
    assert sorted(path.name for path in folder.glob("*.apkg")) == ["heart-1.0.1.apkg", "heart.apkg"]
    said = "The package has another name.\n\nNothing changed for whoever has the version before."
    assert said in release_notes(cut)
    assert said in (released.root / "CHANGELOG-deck.md").read_text("utf-8").partition("## [1.0.0]")[0]
    assert released.plan(day(5)).problem == "nothing has changed since the last release"
    found = release.verify_package(released.root, folder / "heart.apkg")
    assert found.is_same
    found = release.verify_package(released.root, folder.parent / "1.0.0" / "anatomy.apkg")
    assert found.said == "anatomy.apkg is the package of Anatomy 1.0.0, byte for byte"


@pytest.fixture
def top(tmp_path: Path) -> Scratch:
    """A repository whose decks lie further down."""
    made = Scratch(tmp_path / "top")
    (made.root / "deck.toml").unlink()
    made.git("init", "--quiet", "--initial-branch=main")
    return made


@pytest.mark.ci
def test_tags_keep_their_names_when_the_slug_changes(top: Scratch) -> None:
    below = Deck(top.root / "heart")
    below.change(day(1), VENTRICLE)
    below.publish(day(2))
    below.write({"deck.toml": (below.root / "deck.toml").read_text("utf-8") + 'slug = "heart"\n'})
    below.change(day(3), VENTRICLE, VALVE)
    cut = below.publish(day(4))
    assert (cut.former.source, cut.tag) == ("the tag anatomy-v1.0.0", "heart-v1.1.0")
    said = [release.verify(below.root, name).said for name in ("anatomy-v1.0.0", "heart-v1.1.0")]
    assert said == [
        "Anatomy 1.0.0 was built again from the tag anatomy-v1.0.0",
        "Anatomy 1.1.0 was built again from the tag heart-v1.1.0",
    ]


@pytest.mark.parametrize("commits", [False, True])
def test_a_release_needs_a_commit(tmp_path: Path, commits: bool) -> None:
    deck = Deck(tmp_path / "project")
    if commits:
        deck.git("init", "--quiet")
    refusal = deck.plan(day(1))
    assert refusal.problem.startswith("a release is a commit and a tag")
    assert refusal.steps == ("git init", "git add --all", "git commit")[commits:]


def test_a_release_waits_for_the_end_of_a_rebase(released: Deck) -> None:
    new(released)
    released.git("-c", "sequence.editor=sed -i s/pick/edit/", "rebase", "--quiet", "--interactive", "HEAD~1")
    refusal = released.plan(day(4))
    assert (refusal.problem, refusal.steps) == (
        "a rebase is not finished",
        ("git rebase --continue, when nothing conflicts any more",),
    )


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_a_ledger_that_is_a_link_is_told(released: Deck) -> None:
    (released.root / "deck.lock").rename(released.root / "held.lock")
    (released.root / "deck.lock").symlink_to("held.lock")
    released.commit()
    refusal = released.plan(day(4))
    assert (refusal.problem, refusal.steps) == (
        "deck.lock is a link, and Git has only where it leads to, not the releases in it",
        ("put the file itself in the place of deck.lock, and commit that",),
    )


def test_a_tag_or_a_manifest_of_no_release_is_told_with_what_to_do(released: Deck) -> None:
    tagged(released)
    path = released.root / "releases"
    (path / "1.1.0.json").write_bytes((path / "1.0.0.json").read_bytes().replace(b'"1.0.0"', b'"1.1.0"'))
    released.commit()
    assert released.plan(day(4)).steps == (
        "git show v1.1.0",
        "git tag --delete v1.1.0, if nobody has it",
        "git log -- releases/1.1.0.json",
    )


def test_a_note_that_left_is_described_without_a_place(released: Deck) -> None:
    released.change(day(3), VENTRICLE)
    reasons = [release.described(reason) for reason in released.planned(day(4)).verdict.reasons]
    assert reasons == ["in no file any more: Which valve lies between the left chambers? (valve): minor, retired"]


@pytest.mark.skipif(os.name == "nt", reason="it has no such limit")
def test_a_git_that_the_system_stops_is_told_in_words(released: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    held = repository.repository(released.root)
    done = subprocess.CompletedProcess((), -signal.SIGXFSZ, b"", b"")
    monkeypatch.setattr(repository.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(
        repository.GitError, match=r"^git read-tree was stopped by the system: File size limit exceeded"
    ):
        held.git("-c", "a.b=c", "--work-tree=x", "read-tree", "HEAD")


def test_a_damaged_index_is_told(released: Deck) -> None:
    new(released)
    (released.root / ".git" / "index").write_bytes(b"DIRC")
    refusal = released.plan(day(4))
    assert (refusal.problem.partition(":")[0], refusal.steps) == ("Git cannot tell what has changed", ("git status",))


def test_what_is_not_in_git_is_missed(deck: Deck) -> None:
    deck.write({".gitignore": "media/\n", "media/a.png": PNG})
    deck.change(day(2), VENTRICLE, VALVE, COVER.replace("The pericardium.", "![The heart](../media/a.png)"))
    before = deck.state
    refusal = release.make(deck.planned(day(3)), deck.root)
    assert (refusal.problem, [found.code for found in refusal.found]) == (
        "the commit alone has errors: what it needs is not in Git", ["M001"],
    )  # fmt: skip
    assert deck.state == before


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fccf50"
    "0f0004850180ab5a2e9d0000000049454e44ae426082"
)


RESTORED = "git restore --source={} -- releases/1.0.0.json"
FOUND = ("git log --oneline -- releases/1.0.0.json", RESTORED.format("COMMIT") + ", with one that had it whole")


@pytest.mark.parametrize(
    ("data", "state", "problem", "steps"),
    [
        (b"[]", "committed", "is no manifest: Expected `object`, got `array`", (RESTORED.format("v1.0.0"), "git commit -- releases/1.0.0.json")),
        (b"\xff", "without its tag", "is no manifest: JSON is malformed: invalid character (byte 0)", FOUND),
        (b"", "not committed", "is no manifest: Input data was truncated", (RESTORED.format("HEAD"),)),
    ],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused(
    released: Deck, data: bytes, state: str, problem: str, steps: tuple[str, ...]
) -> None:
    """By it alone is known which notes the editions of the last release had."""
    new(released)
    (released.root / "releases/1.0.0.json").write_bytes(data)
    if state != "not committed":
        released.commit()
    if state == "without its tag":
        released.git("tag", "--delete", "v1.0.0")
    refused = [released.plan(day(4), is_trial=True), make(released.root, SiteWish(day(4)))]
    assert [(each.problem, each.steps) for each in refused] == [(f"releases/1.0.0.json {problem}", steps)] * 2


@pytest.mark.parametrize(
    ("data", "problem", "step"),
    [
        ("# News\n\nNächste\n".encode("latin-1"), "is not UTF-8, line 3", "save CHANGELOG-deck.md as UTF-8, and commit it"),
        (None, "cannot be read: it is no regular file", "move it away, or put the file in its place, and commit that"),
    ],
)  # fmt: skip
def test_a_changelog_that_cannot_be_gone_on_with_is_refused(
    released: Deck, data: bytes | None, problem: str, step: str
) -> None:
    new(released)
    path = released.root / "CHANGELOG-deck.md"
    path.unlink()
    if data is None:
        path.mkdir()
        released.write({"CHANGELOG-deck.md/a.md": "A"})
    else:
        path.write_bytes(data)
    released.commit()
    refused = [released.plan(day(4)), make(released.root, SiteWish(day(4)))]
    assert [(each.problem, each.steps) for each in refused] == [(f"CHANGELOG-deck.md {problem}", (step,))] * 2


# Broken off


def steps(monkeypatch: pytest.MonkeyPatch, stop: int, after: bool) -> list[str]:
    """Every call of Git, of which number `stop` is broken off by Ctrl-C: before it begins, or after it has ended."""
    real, called = repository._git, []

    def git(folder: Path, words: tuple[str, ...], *more: object) -> bytes:
        called.append(" ".join(words[:3]))
        if len(called) == stop and not after:
            raise KeyboardInterrupt
        here = len(called)
        try:
            return real(folder, words, *more)
        finally:
            if here == stop and after:
                raise KeyboardInterrupt

    monkeypatch.setattr(repository, "_git", git)
    return called


@pytest.mark.ci
@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True])
def test_a_release_that_is_broken_off_is_not_there_or_whole(
    released: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    """Before and after calls of Git: the repository is as it was, or has the whole release."""
    released.write({"changes/a.md": "News.\n"})
    new(released)
    before = released.state
    planned = released.planned(day(4))
    cut, folder = release.make(planned, released.root)

    def copied(name: str) -> tuple[Deck, Plan, Path]:
        copy = Deck(shutil.copytree(released.root, tmp_path / name))
        held = repository.repository(copy.root)
        return copy, replace(planned, repository=held), copy.root / folder.relative_to(released.root)

    copy, own, place = copied("whole")
    with monkeypatch.context() as patch:
        called = steps(patch, 0, after)
        assert release.finish(own, cut, place) is None
    whole = copy.state
    ends = []
    for stop, call in [*enumerate(called, 1)][:-5:5] + [*enumerate(called, 1)][-5:]:
        copy, own, place = copied(f"{stop} {after}")
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            steps(patch, stop, after)
            release.finish(own, cut, place)
        if copy.state == before:
            ends.append("as it was")
            continue
        if copy.state[3:] != whole[3:]:
            _mend(copy)
            ends.append("mended")
        assert [copy.state[0] != before[0], *copy.state[2:]] == [True, *whole[2:]], call
        assert copy.git("tag").split() == ["v1.0.0", "v1.1.0"]
        ends.append("whole")
    assert ends == ["as it was"] * ends.count("as it was") + ENDS[after]
    if after:
        return
    copy, *_ = copied("again")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        steps(patch, 30, after)
        copy.publish(day(4))
    assert copy.state == before
    assert copy.publish(day(5)).version == "1.1.0"
    assert {note.mod for note in copy.released("1.1.0").notes} == {day(1), day(5)}


ENDS = {
    False: ["mended", "whole", "mended", "whole"],  # The last two calls bring the folder to the new commit.
    True: ["whole", "mended", "whole", "whole"],
}


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, also in a run in the background, whose shell has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_at_the_very_end_comes_too_late(released: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the folder would not be at the new commit."""
    new(released)
    real = repository._git

    def git(folder: Path, words: tuple[str, ...], *more: object) -> bytes:
        done = real(folder, words, *more)
        if words[0] in ("update-ref", "restore"):
            signal.raise_signal(signal.SIGINT)
        return done

    monkeypatch.setattr(repository, "_git", git)
    assert released.publish(day(4)).version == "1.1.0"
    assert (released.git("status", "--porcelain"), released.git("tag").split()) == ("", ["v1.0.0", "v1.1.0"])
    with pytest.raises(KeyboardInterrupt):  # From here on, it counts again.
        signal.raise_signal(signal.SIGINT)


def _mend(deck: Deck) -> None:
    """Do what the next release says of one that was killed at its very end."""
    refusal = deck.plan(day(9))
    assert refusal.problem == "a release was broken off, and deck.lock has other releases than the last commit"
    deck.git(*refusal.steps[0].split()[1:])


@pytest.mark.slow
def test_a_release_that_cannot_be_made_leaves_nothing(released: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    new(released)
    before = released.state
    planned = released.planned(day(4))
    with monkeypatch.context() as patch:
        called = steps(patch, 0, False)
        release.make(planned, released.root)
    for stop in range(1, len(called) + 1):
        for after in (False, True):
            with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
                steps(patch, stop, after)
                release.make(planned, released.root)
            assert released.state == before
    assert sorted(path.name for path in (released.root / "build" / "releases").iterdir()) == ["1.0.0", "1.1.0"]
    assert not (released.root / ".git" / "worktrees").exists()


def test_what_a_killed_release_took_out_of_git_is_removed_by_the_next(
    released: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / ".deckwright-0123abcd"
    (left / "tree").mkdir(parents=True)
    new(released)
    released.planned(day(4))
    assert not left.exists()


def test_a_folder_that_git_cannot_bring_to_the_release_is_told(released: Deck) -> None:
    new(released)
    planned = released.planned(day(4))
    made = release.make(planned, released.root)
    lock = released.root / ".git" / "index.lock"
    lock.touch()
    refusal = release.finish(planned, *made)
    assert refusal.problem.startswith(
        "version 1.1.0 is committed and tagged, but your folder is not at it yet: fatal: Unable"
    )
    assert refusal.is_made
    lock.unlink()
    released.git(*refusal.steps[0].split()[1:])
    assert (released.git("status", "--porcelain"), released.git("tag").split()) == ("", ["v1.0.0", "v1.1.0"])


def test_no_package_can_be_that_of_a_release_that_there_was_not(deck: Deck) -> None:
    assert deck.plan(day(2), against=Path("anatomy.apkg")) == Refusal(
        "there is no release yet that anatomy.apkg could be the package of"
    )


def test_a_project_that_changes_meanwhile_is_not_released(released: Deck) -> None:
    new(released)
    planned = released.planned(day(4))
    made = release.make(planned, released.root)
    released.change(day(5), VENTRICLE, VALVE, COVER, LUNGS)
    before = released.state
    assert release.finish(planned, *made) == Refusal(
        "the project changed while the release was made", ("deckwright release",)
    )
    assert released.state == before


def test_a_project_below_the_top_of_its_repository_is_released(top: Scratch) -> None:
    top.write({"README.md": "Other things.\n"})
    below = Deck(top.root / "decks" / "a b")
    below.change(day(1), VENTRICLE)
    top.write({"README.md": "Changed, and no matter.\n"})
    below.publish(day(2))
    assert top.git("show", "--name-only", "--format=").split("\n") == [
        "decks/a b/CHANGELOG-deck.md", "decks/a b/deck.lock", "decks/a b/releases/1.0.0.json", "",
    ]  # fmt: skip
    assert top.git("status", "--porcelain") == " M README.md\n"
    below.card_files(notes(VENTRICLE, VALVE))
    below.build(day(3))
    top.commit()
    assert below.planned(day(4)).former.source == "the tag anatomy-v1.0.0"


LUNGS_DECK = 'id = "lungs-9z8y7x6w"\nname = "Lungs"\n'


@pytest.mark.ci
def test_decks_beside_each_other_are_released_by_themselves(top: Scratch) -> None:
    """Each has its own tags, manifests and changelog, and nothing of the other counts."""
    top.write({"decks/lungs/deck.toml": LUNGS_DECK})
    heart, lungs = Deck(top.root / "decks" / "heart"), Deck(top.root / "decks" / "lungs")
    heart.change(day(1), VENTRICLE, VALVE)
    lungs.change(day(1), LUNGS)
    top.git("tag", "v1.0.0")  # As of a program that lies in the same repository.
    cuts = [heart.publish(day(2)), lungs.publish(day(3))]
    assert [cut.tag for cut in cuts] == ["anatomy-v1.0.0", "lungs-v1.0.0"]
    made = json.loads((lungs.root / "releases" / "1.0.0.json").read_bytes())
    assert (made["tag"], list(made["notes"])) == ("lungs-v1.0.0", ["alveoli"])
    heart.card_files(notes(VENTRICLE, VALVE, COVER))
    assert lungs.plan(day(4)).problem == "nothing has changed since the last release"
    heart.build(day(4))
    heart.commit()
    assert lungs.plan(day(5)).problem == "nothing has changed since the last release"
    cut = heart.publish(day(5))
    assert (cut.tag, cut.former.source) == ("anatomy-v1.1.0", "the tag anatomy-v1.0.0")
    top.git("reset", "--quiet", "--hard", "HEAD~1")
    refusal = heart.plan(day(6))
    assert (refusal.problem, refusal.steps[0]) == (
        "version 1.1.0 was released, and this branch lacks it", "git merge anatomy-v1.1.0",
    )  # fmt: skip
    assert lungs.plan(day(6)).problem == "nothing has changed since the last release"
    for name in ("lungs-v1.0.0", "v1.0.0", "1.0.0"):
        found = release.verify(lungs.root, name)
        assert (found.said, found.is_same) == ("Lungs 1.0.0 was built again from the tag lungs-v1.0.0", True)
    assert release.verify(lungs.root, "anatomy-v1.0.0") == release.Unknown("lungs-v1.0.0")


@pytest.mark.ci
def test_a_shallow_clone_of_several_decks_is_told_what_to_fetch(tmp_path: Path, top: Scratch) -> None:
    below = Deck(top.root / "heart")
    below.change(day(1), VENTRICLE)
    below.publish(day(2))
    below.change(day(3), VENTRICLE, VALVE)
    shallow = Scratch(tmp_path / "shallow")
    (shallow.root / "deck.toml").unlink()
    shallow.git("clone", "--quiet", "--depth=1", "--no-tags", f"file://{top.root}", ".")
    fetch = "git fetch --depth 1 origin tag anatomy-v1.0.0"
    clone = Deck(shallow.root / "heart")
    assert clone.plan(day(4)).steps[0] == fetch
    shallow.git(*fetch.split()[1:], "--quiet")
    assert clone.planned(day(4)).former.source == "the tag anatomy-v1.0.0"


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">\n  <text y="5">Heart</text>\n</svg>\n'
DRAWN = LUNGS.replace(
    "In the alveoli.", "In the alveoli.\n\n![The heart](../media/a.svg)\n\n```python\nx = 1\ny = 2\n```"
)


@pytest.mark.ci
@pytest.mark.parametrize("attributes", [None, "deck.lock merge=union\n", "* text=auto eol=lf\ndeck.lock merge=union\n"])
def test_a_clone_whose_lines_end_as_on_windows_releases_the_same(
    deck: Deck, tmp_path: Path, attributes: str | None
) -> None:
    """Git writes CR LF into its folder there, and commits LF: what is compared are contents, whatever their lines end with."""
    deck.write(
        {
            ".gitattributes": attributes,
            "media/a.svg": SVG,
            "own.css": ".card {\n  color: navy;\n}\n",
            "deck.toml": (deck.root / "deck.toml").read_text("utf-8") + '[style]\ncss = "own.css"\n',
        }
    )
    deck.change(day(1), VENTRICLE, DRAWN)
    deck.publish(day(2))
    clone = Deck(tmp_path / "clone")
    (clone.root / "deck.toml").unlink()
    clone.git("clone", "--quiet", "--config", "core.autocrlf=true", str(deck.root), ".")
    ended = [
        b"\r\n" in (clone.root / name).read_bytes() for name in ("deck.lock", "cards/heart.md", "releases/1.0.0.json")
    ]
    assert ended == [attributes is None or "eol" not in attributes] * 3
    target = tmp_path / "anatomy.apkg"
    outcome = build.build(clone.root, build.Options(Terms(day(3)), target, locked=True))
    assert (outcome.status, target.read_bytes()) == (
        "built", (deck.root / "build" / "releases" / "1.0.0" / "anatomy.apkg").read_bytes(),
    )  # fmt: skip
    refusal = clone.plan(day(3))
    assert (refusal.problem, refusal.details) == ("nothing has changed since the last release", ())
    clone.write({"changes/a.md": "---\r\nrelearn: ventricle\r\n---\r\nText.\r\n"})
    path = clone.root / "cards" / "heart.md"
    path.write_bytes(path.read_bytes().replace(b"The aorta.", b"The aorta, a vessel."))
    clone.build(day(3))
    clone.commit()
    cut = clone.publish(day(4))
    assert (cut.version, [reason.rule for reason in cut.verdict.reasons]) == ("1.0.1", ["changed"])
    assert clone.git("status", "--porcelain") == ""
    for name in ("deck.lock", "CHANGELOG-deck.md", "releases/1.0.1.json", "cards/heart.md"):
        assert b"\r" not in clone.git_bytes("cat-file", "blob", f"HEAD:{name}"), name
    sections = (clone.root / "CHANGELOG-deck.md").read_text("utf-8").count("\n## [")
    assert (sections, release.verify(clone.root, "v1.0.1").is_same) == (2, True)
    deck.git("pull", "--quiet", "--tags", str(clone.root), "main")
    found = [release.verify(deck.root, version) for version in ("1.0.0", "1.0.1")]
    assert [(each.problems, each.notes, each.files) for each in found] == [((), (), ())] * 2
    assert deck.plan(day(5)).problem == "nothing has changed since the last release"


# What authors say


@pytest.mark.parametrize(
    ("text", "body", "relearn", "codes"),
    [
        ("Text.\n", "Text.", [], []),
        ("---\nrelearn: a\n---\nText.\n\nMore.\n", "Text.\n\nMore.", ["a"], []),
        ("---\nrelearn: [a-b, \"c.d\"]\nrelearn: e\n---\n", "", ["a-b", "c.d", "e"], []),
        ("---\nrelearn:\n\n---\nText.", "Text.", [], []),
        ("---\nbump: major\n---\nText.", "Text.", [], ["R001"]),
        ("--- \nrelearn: a\n---  \nText.\n\n---\nMore.", "Text.\n\n---\nMore.", ["a"], []),
        ("---\nrelearn: a\n\nText.\n", "---\nrelearn: a\n\nText.", [], ["R003"]),
        ("Text.\n\n---\n", "Text.\n\n---", [], []),
        ("", "", [], []),
    ],
)  # fmt: skip
def test_a_note_on_changes(text: str, body: str, relearn: list[str], codes: list[str]) -> None:
    fragment, found = fragments.parse("changes/a.md", text)
    assert (fragment.text, [id_ for id_, _ in fragment.relearn], [d.code for d in found]) == (body, relearn, codes)


HEADING = "a heading of level 1 or 2 ends the part of its version"


@pytest.mark.parametrize(
    ("text", "line", "reason", "hint"),
    [
        ("Text.\n\n```python\nx = 1\n\nMore.\n", 3, "a block of code is not closed", "write ``` below it"),
        ("---\nrelearn: a\n---\n~~~~\nx\n~~~\n", 4, "a block of code is not closed", "write ~~~~ below it"),
        ("Text.\n\n```", 3, "a block of code is not closed", "write ``` below it"),
        ("Text.\n\n```\n``` x\n", 3, "a block of code is not closed", "write ``` below it"),
        ("> ```\n> x\n", 1, "a block of code is not closed", "write ``` below it"),
        ("Text.\n\n<!-- To do:\n\nMore.\n", 3, "HTML is not closed", "write --> behind it"),
        ("<PRE>\n\nMore.\n", 1, "HTML is not closed", "write </pre> behind it"),
        ("Text.\n\n## [1.2.1] - x [YANKED]\n", 3, HEADING, "write it with ###"),
        ("---\nrelearn: a\n---\n# News\n", 4, HEADING, "write it with ###"),
        ("News\n----\n", 1, HEADING, "write it with ###"),
        ("> News\n> ===\n", 1, HEADING, "write it with ###"),
        ("```\n## [1.2.1] [YANKED]\n```\n", 2, HEADING, "write it with ###"),
        ("Text\0.\n", 1, "it has the control character U+0000", "delete it"),
        ("---\nrelearn: a\x9b\n---\n", 2, "it has the control character U+009B", "delete it"),
        ("### News\n\n#### Now\n\n---\n\nC# and #3,\t`# x`\n\n```\n# x\n```\n", 0, "", ""),
        ("Text.\n\n```python\nx = 1\n```\n\n~~~\n```\n~~~~\n", 0, "", ""),
        ("- Text:\n\n  ```\n  x\n  ```\n\n> ```\n> x\n> ```\n", 0, "", ""),
        ("A ``` in text, and <!-- there.\n\n    ```\n\n<!-- Done -->\n\n<b>\n\n`<!--`\n", 0, "", ""),
    ],
)  # fmt: skip
def test_what_would_swallow_the_rest_of_what_is_published_is_an_error(
    text: str, line: int, reason: str, hint: str
) -> None:
    _, found = fragments.parse("changes/a.md", text)
    message = f"this note on changes cannot be read: {reason}"
    assert [(each.code, each.severity, each.span.line, each.message, each.hint) for each in found] == (
        [("R003", "error", line, message, hint)] if line else []
    )


def test_a_control_character_is_told_at_its_place() -> None:
    _, found = fragments.parse("changes/a.md", "Text.\n\tMore\x1b[1m.\n")
    assert [each.span for each in found] == [Span("changes/a.md", 2, 6, 1, "\tMore\ufffd[1m.")]


def test_an_id_to_learn_again_is_told_at_its_place() -> None:
    fragment, _ = fragments.parse("changes/a.md", "---\nrelearn: valve, ventricl\n---\n")
    assert told(fragments.unmatched([fragment], ["valve", "ventricle"])) == [
        (
            Span("changes/a.md", 2, 17, 8, "relearn: valve, ventricl"),
            "R002",
            "error",
            "this release changes no note with the ID `ventricl`",
            "did you mean `ventricle`?",
        )
    ]


def test_notes_on_changes_are_read_by_name(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    assert fragments.read(tmp_path) == ([], [])
    scratch.write(
        {
            "changes/README.md": "What is this?",
            "changes/b.md": "B",
            "changes/a.md": "\ufeffA\r\n",
            "changes/c.txt": "C",
            "changes/d.md": b"\xff",
        }
    )
    read, found = fragments.read(tmp_path)
    assert ([(each.path, each.text) for each in read], [d.code for d in found]) == (
        [("changes/a.md", "A"), ("changes/b.md", "B")], ["R003"],
    )  # fmt: skip


def test_a_release_that_is_overtaken_by_another_leaves_its_files(deck: Deck) -> None:
    made = release.make(deck.planned(day(2)), deck.root, lambda package: deck.publish(day(3)) and None)
    assert made == Refusal("the project changed while the release was made", ("deckwright release",))
    folder = deck.root / "build" / "releases" / "1.0.0"
    assert (folder / "manifest.json").read_bytes() == (deck.root / "releases" / "1.0.0.json").read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_nothing_is_published_that_a_link_leads_to_outside(deck: Deck, tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir()
    (private / "a.md").write_text("Secret")
    (deck.root / "changes").symlink_to(private)
    _, found = fragments.read(deck.root)
    assert [(d.code, d.message) for d in found] == [
        ("R003", "this note on changes cannot be read: it leads out of the project"),
    ]  # fmt: skip
    (deck.root / "changes").unlink()
    (deck.root / "CHANGELOG-deck.md").symlink_to(private / "a.md")
    deck.commit()
    head = deck.git("rev-parse", "HEAD")
    assert deck.plan(day(2)).problem == "CHANGELOG-deck.md cannot be read: it leads out of the project"
    assert (deck.git("rev-parse", "HEAD"), deck.git("tag")) == (head, "")


# Words


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("a *b* _c_ `d` [e](f) <g> & ~h~ | #i", r"a \*b\* \_c\_ \`d\` \[e\](f) \<g\> \& \~h\~ \| \#i"),
        ("1. one", r"1\. one"),
        ("23) one", r"23\) one"),
        ("- one\ntwo", r"\- one two"),
        ("-1 is 1.5", "-1 is 1.5"),
    ],
)
def test_text_stays_text_in_markdown(plain: str, expected: str) -> None:
    assert words.text(plain) == expected


def test_ankiweb_leads_to_the_site_or_else_to_the_home_page(deck: Deck) -> None:
    cut = deck.publish(day(2))
    url, site = "https://example.org/repository", "https://example.org/"
    support = [
        ankiweb(replace(cut, settings=replace(cut.settings, **addresses))).partition("## Support page\n\n")[2]
        for addresses in ({}, {"url": url}, {"url": url, "site": site})
    ]
    assert [text.partition("\n\n")[0] for text in support] == ["–", url, site]


def test_what_has_no_notes_is_told_all_the_same(released: Deck) -> None:
    """Else a version would stand there with nothing below it."""
    settings = (released.root / "deck.toml").read_text("utf-8")
    released.write({"deck.toml": settings + 'description = "Of *hearts*."\n'})
    released.change(day(3), VENTRICLE, VALVE)
    described = released.publish(day(4))
    released.change(day(5), VALVE, VENTRICLE)
    ordered = released.publish(day(6), "patch")
    released.card_files(
        {"heart.md": HEART + VALVE, "vessels.md": HEART.replace("basic", "basic\ndeck: Vessels") + VENTRICLE}
    )
    released.build(day(7))
    released.commit()
    moved = released.publish(day(8))
    sections = (released.root / "CHANGELOG-deck.md").read_text("utf-8").split("\n## [")[1:4]
    assert [section.partition("\n\n")[2].strip() for section in sections] == [
        "1 note moved to another deck.",
        "Nothing changed for whoever has the version before.",
        "The description of the deck changed.",
    ]
    heads = [release_notes(cut).partition("\n\n## ")[0].split("\n\n")[2:] for cut in (described, ordered, moved)]
    assert heads == [
        ["The description of the deck changed."],
        ["Nothing changed for whoever has the version before."],
        [],
    ]


def test_words_that_differ() -> None:
    assert words.differing(differ("The aorta.", "The left aorta.")) == "The **left** aorta."
    assert words.differing(differ("a b c", "a x c")) == "a ~~b~~ **x** c"
    assert words.differing(differ("", "new *x*")) == r"**new \*x\***"
    long = " ".join(f"word{n}" for n in range(50))
    assert words.differing(differ(f"{long} a {long}", f"{long} b {long}")) == (
        "… word45 word46 word47 word48 word49 ~~a~~ **b** word0 word1 word2 word3 word4 word5 …"
    )


def test_a_search_finds_a_note_by_all_its_ids() -> None:
    line = Line("0a", 1, "valve", "basic", (), "", "", was=("heart_valve", "flap"))
    assert words.searches([line, replace(line, id="cover", was=())], {}) == [
        r'"ID:valve" OR "ID:heart\_valve" OR "ID:flap" OR "ID:cover"'
    ]
    assert words.searches([], {}) == []
    assert words.searches([replace(line, was=()), replace(line, guid="0b", was=())], {"0a": "A_ Basic"}) == [
        r'("note:A\_ Basic" "ID:valve") OR "ID:valve"'
    ]


def test_a_search_names_the_field_that_has_the_id() -> None:
    line = Line("0a", 7, "valve", "words", (), "", "", was=("flap",))
    other = replace(line, guid="0b", nid=8, id="cover", was=())
    assert words.searches([line, other], {}, {"0a": "Our key"}) == ['"Our key:valve" OR "Our key:flap" OR "ID:cover"']
    assert words.searches([line, other], {"0a": "Words"}, {"0a": ""}) == ['nid:7 OR "ID:cover"']
    assert [words.search(field, "valve", 7) for field in ("ID", "Our key", "")] == [
        "ID:valve", '"Our key:valve"', "nid:7"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("notes", "field"),
    [
        ([{"Front": "valve", "ID": "valve"}], "ID"),
        ([{"Front": "A valve", "ID": "cover", "Key": "flap"}], "Key"),
        ([{"Front": "A valve"}], ""),
        ([{"Front": "valve", "Key": "valve"}, {"Front": "A valve", "Key": "flap"}], "Key"),
        ([{"Front": "valve"}, {"Front": "cover"}], ""),
        ([{"Deck": "valve", "nid": "valve", "re": "valve"}], ""),
        ([{"Deck": "valve", "Decks": "valve"}], "Decks"),
        ([], ""),
    ],
)
def test_the_field_that_has_the_id_of_each_note(notes: list[Mapping[str, str]], field: str) -> None:
    assert words.id_field([(values, ("valve", "flap")) for values in notes]) == field


@pytest.mark.anki
def test_anki_finds_notes_by_other_fields_than_id_and_not_by_its_keywords(collection: object) -> None:
    note_type = collection.models.by_name("Basic")
    collection.models.add_field(note_type, collection.models.new_field("Our key"))
    for name in ("deck", "note", "tag"):
        collection.models.add_field(note_type, collection.models.new_field(name))
    collection.models.update_dict(note_type)
    note = collection.new_note(note_type)
    note.fields = ["what", *["valve"] * (len(note.fields) - 1)]
    collection.add_note(note, 1)

    def found(field: str) -> bool:
        try:
            return list(collection.find_notes(words.searches([line], {}, {"0a": field})[0])) == [note.id]
        except Exception:  # It is no search at all.
            return False

    line = Line("0a", note.id, "valve", "words", (), "", "")
    assert [name for name in ("Our key", "Back", "", "deck", "note", "tag") if found(name)] == ["Our key", "Back", ""]


@pytest.mark.anki
def test_anki_can_search_for_as_many_ids(collection: object) -> None:
    line = Line("0a", 1, "", "basic", (), "", "")
    found = words.searches([replace(line, id=f"note-{number}") for number in range(1201)], {"0a": "Basic"})
    assert [search.count('"ID:') for search in found] == [500, 500, 201]
    note_type = collection.models.by_name("Basic")
    note_type["flds"][0]["name"] = "ID"
    collection.models.update_dict(note_type)
    for number in (499, 500, 1200):
        note = collection.new_note(note_type)
        note["ID"] = f"note-{number}"
        collection.add_note(note, 1)
    assert [len(collection.find_notes(search)) for search in found] == [1, 1, 1]


# The command

NOW = 1_700_000_000


UNTRIED = Tried("Rehearsed in no Anki")


def run(deck: Deck, time: int, *args: str, is_rehearsed: bool = False) -> tuple[int, str, str]:
    """Run the command at a time; the exit code, and what it says on both streams. Rehearsals are for `test_trial.py`."""
    environment = {"SOURCE_DATE_EPOCH": str(time)}
    line = ["release", "--project", str(deck.root), *args]
    with pytest.MonkeyPatch.context() as patch:
        if not is_rehearsed:
            patch.setattr(release, "tried", lambda *args: UNTRIED)
        done = CliRunner().invoke(main, line, env=environment, prog_name="deckwright")
    return done.exit_code, *(text.replace(str(deck.root), "ROOT") for text in (done.stdout, done.stderr))


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deck:
    """A deck whose times lie in the past: the command refuses those that are yet to come. It is in the current folder."""
    made = Deck(tmp_path / "project")
    monkeypatch.chdir(made.root)
    made.start_git()
    made.change(NOW, VENTRICLE, VALVE)
    return made


EMPTY = """
Nothing in the settings (3)
  author: nobody is named as the author
  licence: nobody may share the cards or change them
  description: AnkiWeb and the site do not say what the deck is about
"""


def test_what_the_command_says(past: Deck) -> None:
    line = "deckwright release --project ROOT"
    tried = "\nRehearsed in no Anki\n"
    said = f"Anatomy 1.0.0 · the first release\n{tried}"
    said_dry = f"Anatomy 1.0.0 · the first release\n{EMPTY}{tried}"
    assert run(past, NOW + 60, "--dry-run") == (0, said_dry, f"Next: {line}\n")
    code, out, err = run(past, NOW + 60)
    size = f"{(past.root / 'build/releases/1.0.0/anatomy.apkg').stat().st_size / 1e3:.0f} kB"
    made = f"{said}Made build/releases/1.0.0 · 2 notes, 2 cards, {size}\n"
    read = "build/releases/1.0.0/RELEASE_NOTES.md"
    assert (code, out, err) == (0, made, f"Next: {line} --commit, when you have read {read}\n")
    (past.root / read).write_text("Mine.\n")
    code, out, err = run(past, NOW + 60, "--commit")
    head = past.git("rev-parse", "HEAD")[:12]
    assert (code, out, err) == (
        0,
        f"{made}Kept as you edited it: RELEASE_NOTES.md\nReleased 1.0.0: commit {head}, tag v1.0.0\n",
        "Next: give learners build/releases/1.0.0/anatomy-1.0.0.apkg, or put the project on a host: git remote add origin URL\n"
        "      git push origin main v1.0.0\n",
    )
    past.change(NOW + 90, VENTRICLE.replace("The aorta.", "Not the aorta."), VALVE, COVER)
    assert run(past, NOW + 120, "patch") == (
        1,
        "",
        "No release was made: a patch release is too small a step: what has changed asks for a minor one\n"
        "  cards/heart.md:14: What covers the heart? (cover): minor, new\n"
        "Next: deckwright release minor\n",
    )
    assert run(past, NOW + 120, "--dry-run") == (
        0,
        "Anatomy 1.1.0 · at least a minor step after 1.0.0 (the tag v1.0.0)\n"
        "Whoever has 1.0.0 gets 1 new note, 1 updated note, 1 new card; 1 note stays as before\n"
        "\n"
        "Why (2)\n"
        "  cards/heart.md:14: What covers the heart? (cover): minor, new\n"
        "  cards/heart.md:6: What does the left ventricle pump into? (ventricle): patch, changed\n"
        "\n"
        "A negation or a number has changed: is what people learned now wrong? Then `relearn` tells them. (1)\n"
        "  cards/heart.md:6: What does the left ventricle pump into?: – → not\n"
        f"{EMPTY}{tried}",
        f"Next: {line}\n",
    )


def test_what_is_to_be_learned_again_is_not_asked_once_more(past: Deck) -> None:
    assert run(past, NOW + 60, "--commit")[0] == 0
    past.change(NOW + 90, VENTRICLE.replace("The aorta.", "Not the aorta."), VALVE)
    asked = "is what people learned now wrong?"
    assert asked in run(past, NOW + 120, "--dry-run")[1]
    past.write({"changes/a.md": "---\nrelearn: ventricle\n---\n"})
    code, out, _ = run(past, NOW + 120, "--dry-run")
    assert (code, asked in out) == (0, False)


def test_a_release_on_no_branch_says_how_to_push_it(past: Deck) -> None:
    past.git("checkout", "--quiet", "--detach")
    past.git("remote", "add", "host", "https://host.example/anatomy")
    code, _, err = run(past, NOW + 60, "--commit")
    steps = "Next: git switch --create BRANCH, since the release is on no branch\n      git push host BRANCH v1.0.0\n"
    assert (code, err) == (0, steps)


def test_a_dry_run_says_what_must_be_done_first(past: Deck) -> None:
    assert run(past, NOW + 60, "--commit")[0] == 0
    past.card_files(notes(VENTRICLE, VALVE, COVER))
    code, out, err = run(past, NOW + 120, "--dry-run")
    assert (code, out.splitlines()[0]) == (0, "Anatomy 1.1.0 · at least a minor step after 1.0.0 (the tag v1.0.0)")
    assert err == (
        "\nBefore the release: the project has changes that are not committed\n"
        "\nBefore the release: deck.lock is not up to date\n"
        "Next: deckwright build, and commit deck.lock\n"
    )
    code, out, err = run(past, NOW + 120, "--dry-run", "--json")
    assert (code, json.loads(out), err) == (
        0,
        {
            "version": "1.1.0",
            "previous": "1.0.0",
            "step": "minor",
            "refused": False,
            "problem": "",
            "details": [],
            "next": [],
            "reasons": [
                {
                    "step": "minor",
                    "rule": "new",
                    "name": "What covers the heart?",
                    "id": "cover",
                    "place": "cards/heart.md:14",
                    "detail": "",
                }
            ],
            "looks": [],
            "missing": ["the project has changes that are not committed", "deck.lock is not up to date"],
            "counts": {
                "new": 1,
                "changed": 0,
                "unreceived": 0,
                "idle": 0,
                "conflicting": 0,
                "other_deck": 0,
                "renumbered": 0,
                "retired": 0,
                "unchanged": 2,
            },
            "found": [],
            "rehearsal": UNTRIED.summed(),
        },
        "",
    )
    assert run(past, NOW + 120, "--json") == (2, "", "--json is for --dry-run alone.\n")
    assert run(past, NOW + 120)[0] == 1


def test_a_refusal_has_the_same_form_for_programs(past: Deck) -> None:
    """Whatever is known when it is refused: a workflow can always read the step, the reasons, and why there is no release."""
    form = json.loads(run(past, NOW + 60, "--dry-run", "--json")[1])
    nothing = {
        "version": "",
        "previous": "",
        "step": "",
        "refused": True,
        "problem": "",
        "details": [],
        "next": [],
        "reasons": [],
        "looks": [],
        "missing": [],
        "counts": {},
        "found": [],
        "rehearsal": None,
    }
    assert form == nothing | {"version": "1.0.0", "refused": False, "rehearsal": UNTRIED.summed()}
    assert run(past, NOW + 60, "--commit")[0] == 0
    unchanged = {"new": 0, "changed": 0, "unreceived": 0, "idle": 0, "conflicting": 0, "other_deck": 0, "renumbered": 0}
    known = nothing | {"previous": "1.0.0", "step": "none", "counts": unchanged | {"retired": 0, "unchanged": 2}}
    code, out, err = run(past, NOW + 120, "--dry-run", "--json")
    assert (code, json.loads(out), err) == (1, known | {"problem": "nothing has changed since the last release"}, "")
    past.change(NOW + 90, VENTRICLE, VALVE, COVER)
    reason = {"step": "minor", "rule": "new", "name": "What covers the heart?", "id": "cover"}
    code, out, err = run(past, NOW + 120, "patch", "--dry-run", "--json")
    assert (code, json.loads(out), err) == (
        1,
        known
        | {
            "version": "1.0.1",
            "step": "minor",
            "problem": "a patch release is too small a step: what has changed asks for a minor one",
            "details": ["cards/heart.md:14: What covers the heart? (cover): minor, new"],
            "next": ["deckwright release minor"],
            "reasons": [reason | {"place": "cards/heart.md:14", "detail": ""}],
            "counts": unchanged | {"new": 1, "retired": 0, "unchanged": 2},
        },
        "",
    )
    past.write({"changes/a.md": "---\nbump: major\n---\n"})
    code, out, err = run(past, NOW + 120, "--dry-run", "--json")
    told = json.loads(out)
    assert (code, [each["code"] for each in told.pop("found")], err) == (1, ["R001"], "")
    assert told == {key: value for key, value in nothing.items() if key != "found"} | {
        "problem": "the project has errors"
    }


def test_what_the_command_says_of_errors(past: Deck) -> None:
    past.write({"changes/a.md": "---\nbump: major\n---\n"})
    past.commit()
    assert run(past, NOW + 60) == (
        1,
        "",
        "changes/a.md:2:1: error[R001]: `bump` means nothing here\n"
        "  | bump: major\n"
        "  | ^^^^\n"
        "  help: write `relearn:` and the IDs of notes, or leave the line out\n"
        "\n"
        "No release was made: the project has errors: 1 error in 1 file\n"
        "Next: deckwright explain R001\n",
    )
    assert run(past, NOW + 60, "--dry-run", "--commit") == (
        2, "", "--dry-run makes nothing that --commit could commit: choose one of them.\n",
    )  # fmt: skip


def test_a_time_that_is_yet_to_come_is_refused(past: Deck) -> None:
    code, out, err = run(past, int(time.time()) + 3_600)
    assert (code, out, err) == (
        1,
        "",
        "No release was made: the release's time is yet to come: no later release would reach anybody before it\n",
    )


# In Anki


@pytest.mark.ci
@pytest.mark.anki
def test_a_learner_goes_through_the_story(deck: Deck, collection: object) -> None:
    from conftest import import_package

    cuts = story(deck)
    logs = []
    for cut in cuts:
        logs.append(import_package(collection, deck.root / "build" / "releases" / cut.version / "anatomy.apkg"))
        card = collection.get_card(collection.find_cards("ID:valve")[0])
        if cut is cuts[0]:
            card.due, card.type, card.queue, card.ivl, card.reps = 100, 2, 2, 30, 5
            collection.update_card(card)
        assert (card.ivl, card.reps) == (30, 5)
    assert [(log["new"], log["updated"], log["duplicate"]) for log in logs] == [
        (2, 0, 0),
        (0, 1, 1),
        (1, 0, 2),
        (0, 0, 2),
    ]
    notes_ = deck.root / "build" / "releases" / "2.0.0" / "RELEASE_NOTES.md"
    search = notes_.read_text("utf-8").partition("```text\n")[2].partition("\n```")[0]
    assert [collection.get_note(id_)["ID"] for id_ in collection.find_notes(search)] == ["valve"]
