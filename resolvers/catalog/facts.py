"""What the catalogue asks of other subgraphs, before a transaction is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from resolvers.peers import Peers, ask_entities

_UNKNOWN: Final = """
query ($keys: [_Any!]!) { _entities(representations: $keys) { __typename } }
"""


@dataclass(frozen=True, slots=True)
class CenterFacts:
    """A centre as the platforms know it: its status, and whose provincial office supervises it."""

    status: str
    jurisdiction_code: str


async def center_facts(peers: Peers, code: str) -> CenterFacts | None:
    """Return what the platforms know of a centre, None when it is not registered."""
    found = await ask_entities(
        peers, "platforms", "OperationCenter", "code", [code], "status jurisdiction { code }"
    )
    center = found[code]
    return None if center is None else CenterFacts(center["status"], center["jurisdiction"]["code"])


async def granted_tasks(peers: Peers, code: str) -> frozenset[str]:
    """Return the kinds of innovation tasks a centre was given and that were not cancelled."""
    found = await ask_entities(
        peers, "platforms", "OperationCenter", "code", [code], "innovationTasks { kind status }"
    )
    center = found[code]
    tasks = [] if center is None else center["innovationTasks"]
    return frozenset(task["kind"] for task in tasks if task["status"] != "CANCELLED")


async def credit_grade(peers: Peers, uscc: str) -> str | None:
    """Return the published credit grade of an institution, None without one."""
    found = await ask_entities(peers, "tools", "Organization", "uscc", [uscc], "credit { grade }")
    organization = found[uscc]
    credit = None if organization is None else organization["credit"]
    return None if credit is None else str(credit["grade"])


async def unknown_references(
    peers: Peers, references: Sequence[tuple[str, str, str]]
) -> frozenset[tuple[str, str, str]]:
    """Return those of the references the reference data do not know.

    A reference is type, key field and key: `("Region", "code", "440300")`.
    """
    if not references:
        return frozenset()
    keys = [{"__typename": name, field: key} for name, field, key in references]
    data = await peers.ask("reference", _UNKNOWN, {"keys": keys})
    return frozenset(
        reference
        for reference, found in zip(references, data["_entities"], strict=True)
        if found is None
    )
