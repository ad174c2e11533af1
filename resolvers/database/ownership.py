"""Who runs the server, and is the process behind a pid file really ours?

PostgreSQL refuses to run as root, so a hub started as root gives the server to another account: its
files belong to that account, and its programs must be reachable for it. Nothing that exists already
is changed in mode or owner; only directories made here get both.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from resolvers.database.binaries import Binaries
from resolvers.database.errors import DatabaseError

# initdb looks its user up in the account database, so a bare number would not do.
ACCOUNTS = ("zhitong-hub", "postgres", "nobody")


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """The account the server runs under; `drop` is set when we are root and must change to it."""

    uid: int
    gid: int
    name: str
    drop: bool


def server_account(cluster: Path, wanted: str | None = None) -> ServerAccount:
    """Return the account for the server on `cluster`.

    A normal user: oneself. Root: the owner of data that exists, else the first account of `wanted`
    or `ACCOUNTS` that exists. DatabaseError `DATABASE_CONFIG` when there is none.
    """
    if os.geteuid() != 0:
        uid = os.geteuid()
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:
            raise DatabaseError(
                "DATABASE_CONFIG",
                f"user id {uid} has no account here and PostgreSQL's initdb needs one; add it to "
                "/etc/passwd or set HUB_DATABASE_URL to a server of your own",
            ) from None
        return ServerAccount(uid, os.getegid(), name, drop=False)
    if (owner := _owner(cluster)) is not None:
        return owner
    for name in (wanted,) if wanted else ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerAccount(entry.pw_uid, entry.pw_gid, name, drop=True)
    raise DatabaseError(
        "DATABASE_CONFIG",
        "PostgreSQL does not run as root and no other account was found "
        f"(looked for {wanted or ', '.join(ACCOUNTS)}); create one, run the hub as a normal user, "
        "or set HUB_DATABASE_URL",
    )


def _owner(cluster: Path) -> ServerAccount | None:
    try:
        status = cluster.stat()
    except OSError:  # not there; or not to be had, which preparing the directory explains
        return None
    if status.st_uid == 0:
        return None
    return ServerAccount(status.st_uid, status.st_gid, f"user id {status.st_uid}", drop=True)


def can_enter(path: Path, account: ServerAccount) -> bool:
    """Whether `account` may traverse `path` and every directory above it."""
    for folder in (path, *path.parents):
        status = folder.stat()
        bit = 0o100 if status.st_uid == account.uid else 0o001
        if status.st_gid == account.gid and status.st_uid != account.uid:
            bit = 0o010
        if not status.st_mode & bit:
            return False
    return True


def make_directory(path: Path, mode: int, account: ServerAccount | None = None) -> None:
    """Make `path` with `mode` (and owner `account`); leave it alone when it exists.

    Directories missing above it are made too, with mode 0755 under root (the server's account must
    be able to enter) and 0700 otherwise.
    """
    if path.is_dir():
        return
    if not path.parent.is_dir():
        make_directory(path.parent, 0o755 if os.geteuid() == 0 else 0o700)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return
    if account is not None and account.drop:
        os.chown(path, account.uid, account.gid)
    path.chmod(mode)  # the process's umask may have taken bits away


def reachable_binaries(binaries: Binaries, account: ServerAccount, runtime: Path) -> Binaries:
    """Return binaries that `account` can run, copying them below `runtime` when it cannot.

    The copy keeps package and `.libs` side by side as the RPATH wants it. It is made under a
    temporary name and renamed, so a copy broken off half-way is never used.
    """
    if not account.drop or can_enter(binaries.bin, account):
        return binaries
    if not binaries.tree:
        raise DatabaseError(
            "DATABASE_CONFIG",
            f"the account {account.name} cannot reach {binaries.bin}; install PostgreSQL where it "
            "can be read by all, or set HUB_DATABASE_URL",
        )
    install = binaries.tree[0]
    stamp = int((install / "bin" / "postgres").stat().st_mtime)
    target = runtime / f"{binaries.provider}-{binaries.major}-{stamp}"
    package = install.parent.name
    if not target.is_dir():
        make_directory(runtime, 0o755)
        temporary = Path(tempfile.mkdtemp(prefix=".copy-", dir=runtime))
        try:
            shutil.copytree(install, temporary / package / install.name, symlinks=True)
            for libraries in binaries.tree[1:]:
                shutil.copytree(libraries, temporary / libraries.name, symlinks=True)
            _readable(temporary)
            temporary.rename(target)
        except OSError as error:
            shutil.rmtree(temporary, ignore_errors=True)
            if not target.is_dir():  # another hub may have been faster
                raise DatabaseError(
                    "DATABASE_START_FAILED", f"cannot copy PostgreSQL to {target}: {error}"
                ) from None
    return replace(binaries, bin=target / package / install.name / "bin", tree=())


def _readable(root: Path) -> None:
    """Give the copy we just made read and enter bits for everyone (wheels may lack them)."""
    for folder, _, files in os.walk(root):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(
                    path.stat().st_mode | 0o444 | (0o111 if path.stat().st_mode & 0o100 else 0)
                )


def server_processes(cluster: Path) -> list[int]:
    """Return the live PostgreSQL processes of `cluster`: postmaster and its children.

    Found by their working directory, which is the cluster for all of them; so a backend that
    outlives a killed postmaster is seen too, and a zombie or a reused pid in `postmaster.pid` is
    not. Compared as a file, not by its name: a container may have another cluster under the same
    name. Without /proc (macOS) only the postmaster is looked for, by its command line.
    """
    try:
        wanted = cluster.stat()
    except OSError:
        return []
    if not Path("/proc/self/cwd").exists():
        pid = postmaster_pid(cluster)
        return [pid] if pid is not None and _runs_on(_ps_command(pid), cluster) else []
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                here = os.path.samestat((entry / "cwd").stat(), wanted)
                command = (entry / "cmdline").read_bytes() if here else b""
            except OSError:  # it ended, or is another user's and so not on our files
                continue
            # A shell or an editor opened in the folder is no server; a zombie has no command.
            if b"postgres" in command.split(b"\0", 1)[0]:
                found.append(int(entry.name))
    return sorted(found)


def postmaster_pid(cluster: Path) -> int | None:
    """Return what `postmaster.pid` says, which proves nothing yet."""
    try:
        text = (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace")
        pid = int(text.split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if pid > 1 else None


def process_exists(pid: int) -> bool:
    """Whether `pid` is taken, be it by a zombie: what PostgreSQL asks before it starts."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def send_signal(pid: int, number: signal.Signals) -> bool:
    """Signal a process; False when it is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _runs_on(command: str, cluster: Path) -> bool:
    return "postgres" in command and str(cluster) in command


def _ps_command(pid: int) -> str:
    output = subprocess.run(  # noqa: S603 - no shell, a number
        ["/bin/ps", "-o", "stat=,command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    state, _, command = output.strip().partition(" ")
    return "" if "Z" in state else command
