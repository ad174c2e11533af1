"""`registry tokens`: who may do what. The first one is made beside the database, see `--admin`."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from federation.cli.envelope import add_format, guarded, print_json, success
from federation.cli.errors import CommandError
from federation.cli.registry_check import period_seconds
from federation.cli.registry_client import (
    add_registry,
    connect,
    refusal_details,
    write_secret,
)

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers
    from federation.registry.model import IssuedToken
    from federation.registry.service import Registry

    # Opens the registry beside the database, for the operator of the machine. The composition root
    # puts it into `args.open_registry`.
    OpenRegistry = Callable[[argparse.Namespace], AbstractAsyncContextManager[Registry]]

ROLES = ("READER", "CHECKER", "PUBLISHER", "DOCUMENT_PUBLISHER", "APPROVER", "ADMIN")

_FIELDS = "id name graph roles subgraphs variants createdBy expiresAt lastUsedAt revokedAt"
_CREATE = f"""
mutation CreateToken($input: HubTokenInput!) {{
  hub {{ createToken(input: $input) {{ secret token {{ {_FIELDS} }} }} }}
}}
"""
_LIST = f"query Tokens($graph: ID) {{ hub {{ tokens(graph: $graph) {{ {_FIELDS} }} }} }}"
_REVOKE = f"mutation Revoke($id: ID!) {{ hub {{ revokeToken(id: $id) {{ {_FIELDS} }} }} }}"


def add(parent: Subparsers) -> None:
    parser = parent.add_parser("tokens", help="make, list and revoke tokens")
    actions = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    _add_create(actions)
    listing = actions.add_parser("list", help="list tokens", description="List tokens.")
    listing.add_argument("--graph", metavar="GRAPH", help="of this graph; else those for all")
    revoking = actions.add_parser(
        "revoke", help="make a token invalid at once", description="Make a token invalid at once."
    )
    revoking.add_argument("id", metavar="ID", help="the token's id, as `list` shows it")
    for step, work in ((listing, _list), (revoking, _revoke)):
        add_registry(step)
        add_format(step)
        step.set_defaults(run=_guarded(work))


def _add_create(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "create",
        help="make a token",
        description=(
            "Make a token and print its secret, which is shown once and stored nowhere; --output "
            "writes it to a file instead. --admin makes the first one: it works on the machine "
            "with the database, without a token."
        ),
    )
    parser.add_argument("--name", required=True, metavar="NAME", help="whose it is")
    parser.add_argument("--graph", metavar="GRAPH", help="for this graph; else for all")
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        choices=ROLES,
        help="what it may do; may be given several times",
    )
    parser.add_argument(
        "--subgraph",
        action="append",
        default=[],
        metavar="NAME",
        help="which ones a PUBLISHER may publish, * for all; may be given several times",
    )
    parser.add_argument(
        "--variant",
        action="append",
        default=[],
        metavar="NAME",
        help="only for this variant; may be given several times",
    )
    parser.add_argument("--expires", metavar="PERIOD", help="for how long it is valid, such as 90d")
    parser.add_argument(
        "--admin", action="store_true", help="an administrator's, made directly in the database"
    )
    parser.add_argument("--config", metavar="FILE", help="with --admin: hub.yaml of the database")
    parser.add_argument("--output", metavar="FILE", help="write the secret to this new file")
    add_registry(parser)
    add_format(parser)
    parser.set_defaults(run=_guarded(_create), dev=False)


def _guarded(work: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    return lambda args: guarded(args.format, lambda: work(args), refusal_details)


def _create(args: argparse.Namespace) -> int:
    expires_at = None
    if args.expires is not None:
        expires_at = datetime.now(UTC) + timedelta(seconds=period_seconds(args.expires))
    if args.admin:
        issued = _create_admin(args, expires_at)
    elif args.config is not None:
        raise CommandError("--config is for --admin")
    elif not args.role:
        raise CommandError("say what the token may do: --role")
    else:
        given = {
            "name": args.name,
            "graph": args.graph,
            "roles": args.role,
            "subgraphs": args.subgraph,
            "variants": args.variant,
            "expiresAt": None if expires_at is None else expires_at.isoformat(),
        }
        issued = connect(args).ask(_CREATE, {"input": given})["hub"]["createToken"]
    return _tell_secret(args, issued)


def _create_admin(args: argparse.Namespace, expires_at: datetime | None) -> dict[str, Any]:
    """Make an administrator's token in the database itself. Raises `CommandError`."""
    if args.role or args.subgraph or args.variant or args.registry or args.token_file:
        raise CommandError("--admin goes with --name, --graph, --expires, --config, --output only")
    opener = cast("OpenRegistry | None", getattr(args, "open_registry", None))
    if opener is None:
        raise CommandError("--admin needs the hub with its database; the engine alone has none")
    issued = asyncio.run(create_admin_token(opener(args), args.name, args.graph, expires_at))
    token = {"id": issued.token.id, "name": issued.token.name, "graph": issued.token.graph}
    return {"secret": issued.secret, "token": token}


async def create_admin_token(
    opened: AbstractAsyncContextManager[Registry],
    name: str,
    graph: str | None,
    expires_at: datetime | None,
) -> IssuedToken:
    """Make an administrator's token, for who can reach the database anyway."""
    from federation.registry.access import system_caller
    from federation.registry.model import Role

    async with opened as registry:
        return await registry.create_token(
            system_caller("operator"), name, graph, [Role.ADMIN], expires_at=expires_at
        )


def _tell_secret(args: argparse.Namespace, issued: dict[str, Any]) -> int:
    token, secret = issued["token"], issued["secret"]
    if args.output is not None:
        write_secret(secret, args.output)
    if args.format == "json":
        told = {} if args.output is not None else {"secret": secret}
        print_json(success({"token": token, **told}))
    elif args.output is not None:
        print(f"{token['id']}  {token['name']}: written to {args.output}")
    else:
        print(secret)
    return 0


def _list(args: argparse.Namespace) -> int:
    tokens = connect(args).ask(_LIST, {"graph": args.graph})["hub"]["tokens"]
    if args.format == "json":
        print_json(success({"tokens": tokens}))
        return 0
    for token in tokens:
        scope = token["graph"] or "all graphs"
        roles = ",".join(token["roles"])
        state = f"revoked {token['revokedAt']}" if token["revokedAt"] else ""
        expiry = f"until {token['expiresAt']}" if token["expiresAt"] and not state else ""
        print(f"{token['id']}  {token['name']}  {scope}  {roles}  {state}{expiry}".rstrip())
    return 0


def _revoke(args: argparse.Namespace) -> int:
    token = connect(args).ask(_REVOKE, {"id": args.id})["hub"]["revokeToken"]
    if args.format == "json":
        print_json(success({"token": token}))
    else:
        print(f"{token['name']} ({token['id']}) is revoked")
    return 0
