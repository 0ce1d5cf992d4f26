"""A project's Git repository: what it has, a commit taken out of it, and a release put into it. All of it is the program
`git`: nothing is fetched, and nothing is pushed.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from .. import files

_VERSION = re.compile(r"v((?:0|[1-9][0-9]{0,5})(?:\.(?:0|[1-9][0-9]{0,5})){2})")


class GitError(Exception):
    """Git failed; what it said."""


class Repository(msgspec.Struct, frozen=True):
    """The repository that a project lies in. `root` is the project's folder, `prefix` its path from the top, with a slash
    behind it, or empty. `before_v` is what the deck's tags begin with, and `names` are those that are called otherwise, by
    version.
    """

    root: Path
    folder: Path
    prefix: str
    before_v: str = ""
    names: Mapping[str, str] = {}

    def git(self, *words: str, data: bytes | None = None, environment: Mapping[str, str] | None = None) -> bytes:
        """What Git prints. Raises GitError."""
        return _git(self.root, words, data, environment)

    def line(self, *words: str) -> str:
        """The one line that Git prints; empty if it prints none, or fails."""
        try:
            return self.git(*words).decode("utf-8", "surrogateescape").strip()
        except GitError:
            return ""

    def lines(self, *words: str) -> list[str]:
        return self.line(*words).splitlines()

    @property
    def head(self) -> str:
        """The commit that is checked out; empty if there is none."""
        return self.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    @property
    def branch(self) -> str:
        """The branch that is checked out, as in refs/heads/main; empty if none is."""
        return self.line("symbolic-ref", "--quiet", "HEAD")

    @property
    def is_shallow(self) -> bool:
        """Whether the clone lacks a part of the history."""
        return self.line("rev-parse", "--is-shallow-repository") == "true"

    def changed(self) -> list[str]:
        """The files of the project that differ from the last commit, or that it lacks, relative to the project."""
        held = self.git("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", ".")
        entries = [entry.decode("utf-8", "surrogateescape") for entry in held.split(b"\0") if entry]
        edited = {entry[3:] for entry in entries if entry.startswith(" M")}
        if edited:  # Where Git turns the ends of lines, it calls a file modified that has them as they are committed.
            edited &= {*self.git("diff", "--name-only", "-z", "--", ".").decode("utf-8", "surrogateescape").split("\0")}
        paths = [entry[3:] for entry in entries if not entry.startswith(" M") or entry[3:] in edited]
        return [path.removeprefix(self.prefix) for path in paths]

    def tag(self, version: str) -> str:
        """The tag of a version, as in v1.0.0, whether it is there or not."""
        return self.names.get(version, f"{self.before_v}v{version}")

    def tags(self) -> dict[str, str]:
        """The version of each tag of the deck, and the commit that it names."""
        form = "%(refname:strip=2) %(objectname) %(*objectname)"
        commits: dict[str, str] = {}
        for line in self.lines("for-each-ref", f"--format={form}", "refs/tags"):
            name, *objects = line.split()
            commits[name] = objects[-1]
        versions = {version: name for version, name in self.names.items() if name in commits}
        for name in commits:
            version = _VERSION.fullmatch(name.removeprefix(self.before_v))
            if version and name == self.tag(version[1]):
                versions[version[1]] = name
        return {version: commits[name] for version, name in versions.items()}

    def holders(self, commit: str) -> set[str]:
        """The branches, here and on other hosts, that have the commit."""
        return set(
            self.lines("for-each-ref", "--format=%(refname)", f"--contains={commit}", "refs/heads", "refs/remotes")
        )

    def has_merged(self, commit: str) -> bool:
        """Whether a commit is before HEAD, so that there is nothing to merge."""
        return self.line("rev-list", "--max-count=1", commit, "^HEAD") == ""

    @property
    def upstream(self) -> str:
        """The branch of another host that this one follows, as in refs/remotes/origin/main; empty if there is none."""
        return self.line("for-each-ref", "--format=%(upstream)", self.branch) if self.branch else ""

    @property
    def remote(self) -> str:
        """The host that is pushed to: origin, or else the first that there is; empty if there is none."""
        remotes = self.lines("remote")
        return "origin" if "origin" in remotes else next(iter(remotes), "")

    def file(self, commit: str, path: str) -> bytes | None:
        """The contents of one of the project's files in a commit, None if it has no such file."""
        try:
            return self.git("cat-file", "blob", f"{commit}:{self.prefix}{path}")
        except GitError:
            return None

    def has(self, path: str) -> bool:
        """Whether the index or the last commit has a file or a folder of the project."""
        return bool(self.line("ls-files", "--", path) or self.line("ls-tree", "HEAD", "--", path))

    def commits_with(self, text: str, path: str) -> list[str]:
        """The commits before and with HEAD in which `text` came to a file of the project or went, the oldest first."""
        return self.lines(
            "log", "--full-history", "--topo-order", "--reverse", "--format=%H", f"-S{text}", "HEAD", "--", path
        )

    @contextmanager
    def taken_out(self, commit: str) -> Iterator[Path]:
        """The project as it was in a commit, in a work tree of its own below the system's folder for what is temporary. Of
        that, the repository keeps no trace, even if we are killed. Raises GitError and OSError.
        """
        temporary = Path(tempfile.gettempdir())
        files.sweep(temporary)
        with files.workshop(temporary) as made:
            tree = made / "tree"
            tree.mkdir()
            words = (f"--git-dir={self.folder}", f"--work-tree={tree}", "read-tree", "--reset", "-u", commit)
            _git(tree, ("-c", "submodule.recurse=false", *words), None, {"GIT_INDEX_FILE": str(made / "index")})
            yield tree / self.prefix if self.prefix else tree

    def publish(self, changes: Mapping[str, bytes | None], message: str, tag: str) -> str:
        """Commit these files of the project, None for one that goes, and tag the commit, both in one step; then bring the
        folder and the index to it. Raises GitError: then nothing has changed.

        Why the folder could not be brought to it, empty if it was. That, and a kill in between, leave a repository with the
        whole release, and a folder that `git restore` brings to it.
        """
        head, branch = self.head, self.branch
        commit = self._commit(changes, message, head)
        who = self.git("var", "GIT_COMMITTER_IDENT").decode("utf-8", "surrogateescape").strip()
        body = f"object {commit}\ntype commit\ntag {tag}\ntagger {who}\n\n{message}\n"
        named = self.git("mktag", data=body.encode("utf-8", "surrogateescape")).decode().strip()
        orders = [
            f"update {branch or 'HEAD'} {commit} {head}",
            f"create refs/tags/{tag} {named}",
        ]
        with _undisturbed():
            try:
                self.git(
                    "update-ref", "-m", f"deckwright: {message}", "--stdin", data="\n".join(orders).encode() + b"\n"
                )
            finally:
                problem = self._restored(changes) if self.head == commit else ""
        return problem

    def _restored(self, paths: Iterable[str]) -> str:
        try:
            self.git("restore", "--source=HEAD", "--staged", "--worktree", "--", *paths)
        except GitError as error:
            return str(error)
        return ""

    def _commit(self, changes: Mapping[str, bytes | None], message: str, head: str) -> str:
        """The commit with these changes upon `head`, which no branch has yet."""
        with files.workshop(Path(tempfile.gettempdir())) as made:
            index = {"GIT_INDEX_FILE": str(made / "index")}
            self.git("read-tree", head, environment=index)
            for path, data in changes.items():
                place = self.prefix + path
                if data is None:
                    self.git("update-index", "--force-remove", "--", path, environment=index)
                else:
                    held = self.git("hash-object", "-w", f"--path={path}", "--stdin", data=data).decode().strip()
                    self.git("update-index", "--add", "--cacheinfo", f"100644,{held},{place}", environment=index)
            tree = self.git("write-tree", environment=index).decode().strip()
        signed = ["-S"] if self.line("config", "--type=bool", "commit.gpgsign") == "true" else []
        return self.git("commit-tree", *signed, "-p", head, "-m", message, tree).decode().strip()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C stop neither us nor the programs that we start: what is done takes no time that anybody would notice."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def repository(root: Path) -> Repository | None:
    """The repository that the project lies in; None if there is none, or no Git."""
    try:
        folder, prefix = (
            _git(root, ("rev-parse", "--absolute-git-dir", "--show-prefix"))
            .decode("utf-8", "surrogateescape")
            .split("\n")[:2]
        )
    except (GitError, OSError):
        return None
    return Repository(root, Path(folder), prefix)


def _git(
    folder: Path, words: tuple[str, ...], data: bytes | None = None, more: Mapping[str, str] | None = None
) -> bytes:
    # No hook of the author's may run while a commit is only looked at, and Git must speak a language that can be read.
    command = ["git", "-c", "core.quotePath=false", "-c", f"core.hooksPath={os.devnull}", *words]
    environment = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", **(more or {})}
    done = subprocess.run(command, cwd=folder, input=data, capture_output=True, check=False, env=environment)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise GitError(said or _ended(words, done.returncode))
    return done.stdout


def _ended(words: Iterable[str], code: int) -> str:
    """How Git ended that said nothing. A negative code is the signal that ended it, as where a file becomes too large."""
    command = next(word for word in words if not word.startswith("-") and "=" not in word)
    if code < 0:
        return f"git {command} was stopped by the system: {signal.strsignal(-code) or f'signal {-code}'}"
    return f"git {command} failed with exit code {code}"
