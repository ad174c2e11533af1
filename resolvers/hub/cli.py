"""`hub keys create | list | rotate | revoke`: API keys of organisations.

A key is printed once, on stdout and alone in its line, when it is made; nobody can see it again.
"""

from __future__ import annotations

import argparse
import getpass
import json
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from resolvers.database.cli import OpenDatabase, adder
from resolvers.database.pool import Database
from resolvers.hub.api_keys import (
    ApiKey,
    ApiKeyError,
    create_key,
    find_key,
    list_keys,
    revoke_key,
    rotate_key,
)
from resolvers.hub.key_format import NewKey, parse_key, shown
from resolvers.identity import Role

_SPAN: Final = re.compile(r"(\d{1,5})(m|h|d)")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_ROLES: Final = [each.value for each in Role if each not in (Role.PUBLIC, Role.SERVICE)]


def add_key_commands(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
    open_database: OpenDatabase,
    common: Sequence[argparse.ArgumentParser] = (),
) -> None:
    """Add `keys` with its sub-commands, as `resolvers.cli.add_commands` does."""
    keys = subparsers.add_parser("keys", help="API keys of organisations")
    commands = keys.add_subparsers(dest="keys_command", metavar="COMMAND", required=True)

    add = adder(commands, open_database, common, ApiKeyError)

    create = add("create", run_create, "make a key and print it, this once")
    create.add_argument(
        "--organization", required=True, metavar="CODE", help="for whom it speaks: IC-440300-01 …"
    )
    create.add_argument("--role", required=True, choices=_ROLES)
    create.add_argument(
        "--scope", dest="scopes", action="append", default=[], metavar="SCOPE", help="repeatable"
    )
    create.add_argument("--label", default="", metavar="TEXT", help="what it is for")
    _add_expires(create)
    listing = add("list", run_list, "list keys: all but the keys themselves")
    listing.add_argument("--organization", metavar="CODE")
    rotate = add("rotate", run_rotate, "make the key that follows another, and print it")
    rotate.add_argument("key", metavar="ID", help="the id of the old one, or zth_ID")
    rotate.add_argument(
        "--overlap",
        type=_span,
        default=timedelta(days=7),
        metavar="SPAN",
        help="how long the old one still holds: 7d (default), 12h, 0m",
    )
    _add_expires(rotate)
    revoke = add("revoke", run_revoke, "end a key at once, for good")
    revoke.add_argument("key", metavar="ID", help="its id, or zth_ID")


def _add_expires(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--expires",
        type=lambda text: None if text == "never" else _span(text),
        default=timedelta(days=365),
        metavar="SPAN",
        help="when it ends: 365d (default), 90d, 12h; or never",
    )


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("write a number with a unit: 90d, 12h, 30m")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


async def run_create(database: Database, args: argparse.Namespace) -> int:
    """Make a key and print it."""
    made = await create_key(
        database,
        organization=args.organization,
        role=args.role,
        by=_operator(),
        scopes=args.scopes,
        label=args.label,
        expires_at=_end(args.expires),
    )
    return await _print_made(database, made, args)


async def run_list(database: Database, args: argparse.Namespace) -> int:
    """Print the keys."""
    found = await list_keys(database, args.organization)
    now = datetime.now(UTC)
    if args.format == "json":
        print(json.dumps({"keys": [_described(each, now) for each in found]}, ensure_ascii=False))
        return 0
    for each in found:
        end, used = _day(each.expires_at, "ever"), _day(each.last_used_at, "never")
        print(
            f"{shown(each.id):<19} {each.state(now):<9} {each.organization:<20} {each.role:<24}"
            f" until {end:<10} used {used:<10} {each.label}".rstrip()
        )
    return 0


async def run_rotate(database: Database, args: argparse.Namespace) -> int:
    """Make the next key and print it; say until when the old one holds."""
    now = datetime.now(UTC)
    key_id = _id(args.key)
    made = await rotate_key(
        database,
        key_id,
        overlap=args.overlap,
        now=now,
        by=_operator(),
        expires_at=_end(args.expires),
    )
    old = await find_key(database, key_id)
    if args.format == "text" and old is not None and old.expires_at is not None:
        print(
            f"{shown(key_id)} still holds until {old.expires_at:%Y-%m-%d %H:%M} UTC",
            file=sys.stderr,
        )
    return await _print_made(database, made, args)


async def run_revoke(database: Database, args: argparse.Namespace) -> int:
    """End a key."""
    key_id = _id(args.key)
    done = await revoke_key(database, key_id, by=_operator())
    if args.format == "json":
        print(json.dumps({"id": key_id, "revoked": True, "before": not done}))
    else:
        print(f"{shown(key_id)} is revoked" if done else f"{shown(key_id)} was revoked before")
    return 0


async def _print_made(database: Database, made: NewKey, args: argparse.Namespace) -> int:
    key = await find_key(database, made.id)
    assert key is not None
    if args.format == "json":
        print(json.dumps({"key": made.text, **_described(key, datetime.now(UTC))}))
        return 0
    print(
        f"key of {key.organization} as {key.role}, until {_day(key.expires_at, 'ever')};"
        " keep it now, it is not shown again:",
        file=sys.stderr,
    )
    print(made.text)
    return 0


def _described(key: ApiKey, now: datetime) -> dict[str, Any]:
    """Return what may be shown of a key."""

    def text(at: datetime | None) -> str | None:
        return None if at is None else at.isoformat(timespec="seconds")

    return {
        "id": key.id,
        "state": key.state(now),
        "organization": key.organization,
        "role": key.role,
        "scopes": key.scopes,
        "label": key.label,
        "createdAt": text(key.created_at),
        "createdBy": key.created_by,
        "expiresAt": text(key.expires_at),
        "replacedBy": key.replaced_by,
        "revokedAt": text(key.revoked_at),
        "lastUsedAt": text(key.last_used_at),
    }


def _id(text: str) -> str:
    """Return the id in what was typed; a whole key is taken, too, but never shown again."""
    known = parse_key(text)
    return known.id if known is not None else text.removeprefix("zth_").removesuffix("_…")


def _end(span: timedelta | None) -> datetime | None:
    return None if span is None else datetime.now(UTC) + span


def _day(at: datetime | None, none: str) -> str:
    return none if at is None else f"{at:%Y-%m-%d}"


def _operator() -> str:
    try:
        return f"command:{getpass.getuser()}"
    except (OSError, KeyError):
        return "command"
