"""`deckwright release --verify`: releases of a real Git repository, built again, and packages, each as it was and tampered."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from scratch import day
from test_release import COVER, LUNGS, VALVE, VENTRICLE, Deck, deck, story

from deckwright import __version__, package
from deckwright.commands import main
from deckwright.identity import ledger
from deckwright.release import manifest
from deckwright.release.contents import contents_digest
from deckwright.render import code

pytestmark = pytest.mark.ci

__all__ = ["deck"]

FENCED = VALVE.replace("The mitral valve.", "```python\nx = 1\n```")


def verify(deck: Deck, *args: str) -> tuple[int, str, str]:
    """Run the command; the exit code, and what it says on both streams."""
    done = CliRunner().invoke(main, ["release", "--project", str(deck.root), "--verify", *args], prog_name="deckwright")
    return done.exit_code, *(text.replace(str(deck.root), "ROOT") for text in (done.stdout, done.stderr))


def committed(deck: Deck, version: str, **changed: object) -> None:
    """Change values of a committed manifest, in a commit of its own that the tag is moved to."""
    path = deck.root / "releases" / f"{version}.json"
    path.write_bytes(manifest.dump(manifest.parse(json.dumps(json.loads(path.read_bytes()) | changed).encode())))
    deck.commit()
    deck.git("tag", "--force", f"v{version}")


# By tag and by version


@pytest.mark.parametrize("name", ["v1.0.1", "1.0.1"])
def test_each_release_of_a_story_is_what_was_released(deck: Deck, name: str) -> None:
    story(deck)
    before = deck.state
    assert verify(deck, name) == (0, "Anatomy 1.0.1 was built again from the tag v1.0.1: it is what was released\n", "")
    assert deck.state == before


def test_the_folder_may_hold_anything_and_the_tag_may_lack(deck: Deck) -> None:
    deck.publish(day(2))
    deck.git("tag", "--delete", "v1.0.0")
    deck.change(day(3), VENTRICLE, VALVE, COVER)
    deck.card_files({"broken.md": "---\nkind: [\n---\n"})
    commit = deck.git("rev-parse", "HEAD~1")[:12]
    said = f"Anatomy 1.0.0 was built again from the commit {commit}: it is what was released\n"
    assert verify(deck, "v1.0.0") == (0, said, "")


def test_a_release_of_another_branch_is_found_by_its_tag(deck: Deck) -> None:
    deck.publish(day(2))
    deck.git("checkout", "--quiet", "-b", "hotfix")
    deck.change(day(3), VENTRICLE.replace("The aorta.", "The aorta, a vessel."), VALVE)
    deck.publish(day(4))
    deck.git("checkout", "--quiet", "main")
    said = "Anatomy 1.0.1 was built again from the tag v1.0.1: it is what was released\n"
    assert verify(deck, "v1.0.1") == (0, said, "")


def test_a_release_that_is_not_there_is_named_with_the_nearest(deck: Deck) -> None:
    fetch = (2, "", "There is no release v1.0.0 here.\nNext: git fetch --tags\n")
    assert verify(deck, "v1.0.0") == fetch
    deck.publish(day(2))
    deck.git("tag", "v0.1.0", "HEAD~1")
    near = "deckwright release --verify v1.0.0 --project ROOT"
    assert verify(deck, "1.0.00") == (2, "", f"There is no release 1.0.00 here.\nNext: {near}\n")
    assert verify(deck, "v0.1.0") == (2, "", f"There is no release v0.1.0 here.\nNext: {near}\n")
    assert verify(deck, "heart") == (2, "", "There is no release heart here.\nNext: git fetch --tags\n")


def test_a_tag_that_was_moved_is_told(deck: Deck) -> None:
    deck.publish(day(2))
    released = deck.git("rev-parse", "HEAD")[:12]
    deck.change(day(3), VENTRICLE, VALVE, COVER)
    deck.git("tag", "--force", "v1.0.0")
    moved = deck.git("rev-parse", "HEAD")[:12]
    said = f"Not verified: the tag v1.0.0 is on {moved}, which did not release 1.0.0\n  {released} did\n"
    assert verify(deck, "v1.0.0") == (1, "", said)


def test_a_clone_without_the_history_says_what_to_fetch(deck: Deck, tmp_path: Path) -> None:
    deck.publish(day(2))
    deck.change(day(3), VENTRICLE, VALVE, COVER)
    clone = Deck(tmp_path / "clone")
    (clone.root / "deck.toml").unlink()
    clone.git("clone", "--quiet", "--depth=1", "--no-tags", f"file://{deck.root}", ".")
    fetch = "git fetch --depth 1 origin tag v1.0.0"
    lacks = "Not verified: this clone lacks the history in which version 1.0.0 was released\n"
    assert verify(clone, "v1.0.0") == (1, "", f"{lacks}Next: {fetch}\n")
    clone.git(*fetch.split()[1:], "--quiet")
    said = "Anatomy 1.0.0 was built again from the tag v1.0.0: it is what was released\n"
    assert verify(clone, "v1.0.0") == (0, said, "")


def test_what_another_compiler_makes_is_told_note_by_note(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    deck.change(day(1), VENTRICLE, FENCED)
    cut = deck.publish(day(2))
    committed(deck, "1.0.0", tool={"deckwright": __version__, "renderers": {**cut.renderers, "Pygments": "1.0"}})
    shutil.rmtree(deck.root / "build" / ".cache")
    monkeypatch.setattr(code, "_tokens", lambda code, language: [("x", code)])
    assert verify(deck, "v1.0.0") == (
        1,
        "Anatomy 1.0.0 was built again from the tag v1.0.0: it is not what was released\n"
        "  its contents are others than those in deck.lock\n"
        "\n"
        "Notes that differ (1)\n"
        "  cards/heart.md:10: valve: how it is rendered\n"
        "\n"
        "Other versions (1)\n"
        f"  Pygments 1.0 then, {cut.renderers['Pygments']} now\n",
        "Next: deckwright release --verify v1.0.0 --project ROOT, with the versions of then in an environment of their own\n",
    )


def test_what_does_not_compile_any_more_is_told(deck: Deck) -> None:
    deck.publish(day(2))
    path = deck.root / "cards" / "heart.md"
    path.write_text(path.read_text("utf-8").replace("{#valve}", "{#ventricle}"), encoding="utf-8")
    deck.commit()
    deck.git("tag", "--force", "v1.0.0")
    code_, out, err = verify(deck, "v1.0.0")
    said = "Not verified: version 1.0.0 has errors when it is built from the tag v1.0.0: 1 error in 1 file"
    assert (code_, out, err.splitlines()[-2:]) == (1, "", [said, "Next: deckwright explain I001"])


# The manifest


def test_a_manifest_that_was_tampered_with_is_told(deck: Deck) -> None:
    deck.change(day(1), VENTRICLE, VALVE, COVER)
    cut = deck.publish(day(2))
    held = json.loads((deck.root / "releases" / "1.0.0.json").read_bytes())
    changed = held["notes"]
    other = changed["ventricle"] | {"digest": "0" * 16, "deck": "Heart", "cards": 2, "mod": 5, "guid": "other"}
    notes = {"cover": changed["cover"] | {"digest": "0" * 16}, "ventricle": other, "alveoli": changed["valve"]}
    committed(deck, "1.0.0", notes=notes, time=5, digest="0" * 64, media={"a.png": "0" * 64})
    assert verify(deck, "v1.0.0") == (
        1,
        "Anatomy 1.0.0 was built again from the tag v1.0.0: it is not what was released\n"
        "  releases/1.0.0.json has another time than deck.lock\n"
        "  releases/1.0.0.json has another digest than deck.lock\n"
        "\n"
        "Notes that differ (4)\n"
        "  alveoli: is missing\n"
        "  cards/heart.md:14: cover: how it is rendered\n"
        "  cards/heart.md:10: valve: is not in the release\n"
        "  cards/heart.md:6: ventricle: its guid; its deck, Heart then and Anatomy now; the number of its cards, 2 then and 1 "
        "now; its time of change\n"
        "\n"
        "Files that differ (1)\n"
        "  a.png: is missing\n",
        "",
    )
    assert cut.version == "1.0.0"


def test_a_manifest_that_is_missing_broken_or_changed_since_is_told(deck: Deck) -> None:
    deck.publish(day(2))
    path = deck.root / "releases" / "1.0.0.json"
    whole, tag = path.read_bytes(), deck.git("rev-parse", "v1.0.0^{commit}").strip()
    said = "Anatomy 1.0.0 was built again from the tag v1.0.0: it is not what was released\n  releases/1.0.0.json"
    path.write_bytes(whole.replace(b'"anatomy"', b'"anatomy2"'))
    deck.commit()
    assert verify(deck, "v1.0.0") == (1, f"{said} was changed since\n", "")
    for data, why in (
        (b"{}", "is no manifest: Object missing required field `format`"),
        (None, "is missing"),
    ):
        deck.git("reset", "--quiet", "--hard", tag)
        deck.write({"releases/1.0.0.json": data})
        deck.commit()
        deck.git("tag", "--force", "v1.0.0")
        assert verify(deck, "v1.0.0") == (1, f"{said} {why}\n", "")


# Packages


def test_a_package_is_known_by_its_bytes_and_by_its_contents(deck: Deck, tmp_path: Path) -> None:
    story(deck)
    made = deck.root / "build" / "releases" / "1.1.0" / "anatomy-1.1.0.apkg"
    copy = tmp_path / "downloaded.apkg"
    shutil.copyfile(made, copy)
    said = "downloaded.apkg is the package of Anatomy 1.1.0, byte for byte\n"
    assert verify(deck, str(copy)) == (0, said, "")
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert verify(deck, str(copy)) == (0, "downloaded.apkg has the contents of Anatomy 1.1.0, in other bytes\n", "")
    with zipfile.ZipFile(copy, "w") as new:
        new.writestr("a", b"")
    code_, out, err = verify(deck, str(copy))
    assert (code_, out, err.startswith("Not verified: downloaded.apkg ")) == (1, "", True)
    assert verify(deck, "none.apkg") == (2, "", "There is no file none.apkg.\n")


def test_a_package_that_was_not_released_is_compared_with_the_most_alike(deck: Deck) -> None:
    deck.change(day(1), VENTRICLE, VALVE, COVER)
    deck.publish(day(2))
    deck.change(day(3), VENTRICLE.replace("The aorta.", "The aorta, a vessel."), COVER, LUNGS, retire=True)
    assert verify(deck, str(deck.root / "build" / "anatomy.apkg")) == (
        1,
        "anatomy.apkg is no release of Anatomy, and 1.0.0 is the most like it: it is not what was released\n"
        "\n"
        "Notes that differ (3)\n"
        "  valve: is missing\n"
        "  alveoli: is not in the release\n"
        "  ventricle: its time of change; its text or its tags\n",
        "",
    )


def test_a_package_of_the_same_notes_in_another_order_is_another(deck: Deck) -> None:
    deck.publish(day(2))
    deck.change(day(3), VALVE, VENTRICLE)
    assert verify(deck, str(deck.root / "build" / "anatomy.apkg")) == (
        1,
        "anatomy.apkg is no release of Anatomy, and 1.0.0 is the most like it: it is not what was released\n"
        "  its notes and files are the same; its decks, its note types or the order of its notes differ\n",
        "",
    )


def test_a_package_where_nothing_was_released(deck: Deck) -> None:
    said = "Not verified: no commit here has the manifest of a release in releases/\n"
    assert verify(deck, str(deck.root / "build" / "anatomy.apkg")) == (1, "", said)


# With other options


@pytest.mark.parametrize(
    "other", [("auto",), ("major",), ("--dry-run",), ("--commit",), ("--json",), ("--against", "deck.toml")]
)
def test_it_is_used_alone(deck: Deck, monkeypatch: pytest.MonkeyPatch, other: tuple[str, ...]) -> None:
    monkeypatch.chdir(deck.root)
    said = "--verify makes no release: it is used alone, or with --project.\n"
    assert verify(deck, "v1.0.0", *other) == (2, "", said)


def test_the_digest_in_all_places_is_one(deck: Deck) -> None:
    """The ledger, the manifest and the package that was made name the same contents."""
    deck.publish(day(2))
    release = ledger.releases(deck.lock.read_bytes())[-1]
    made = manifest.parse((deck.root / "releases" / "1.0.0.json").read_bytes())
    held = package.read(deck.root / "build" / "releases" / "1.0.0" / "anatomy.apkg")
    assert release.digest == made.digest == contents_digest(held)
