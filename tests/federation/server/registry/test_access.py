"""Which token may do what over the wire: one row for each operation, one column for each role.

The table is written here by hand; the registry's own is in `federation/registry/access.py`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from federation.registry.model import Role
from tests.federation.server.registry import rover
from tests.federation.server.registry.site import LISTINGS, PATENTS, RegistrySite

HERE = {"graph_id": "hub", "variant": "current"}
READER, CHECKER, DOCUMENTS = Role.READER, Role.CHECKER, Role.DOCUMENT_PUBLISHER
PUBLISHER, APPROVER, ADMIN = Role.PUBLISHER, Role.APPROVER, Role.ADMIN
EVERYBODY = frozenset(Role)
CHANGE_SETS = frozenset({PUBLISHER, APPROVER, ADMIN})
# A publisher is for the subgraph `patents`.
PROPOSAL = '{ name: "patents", sdl: $sdl }'

# document, variables, who may
TABLE: list[tuple[str, dict[str, Any], frozenset[Role]]] = [
    (rover.LIST, HERE, EVERYBODY),
    (rover.SUPERGRAPH, HERE, EVERYBODY),
    (rover.FETCH, {"graph_ref": "hub", "subgraph_name": "patents"}, EVERYBODY),
    (rover.LINT, {"graphId": "hub", "sdl": PATENTS, "baseSdl": None}, EVERYBODY),
    (rover.PUBLISH, rover.publish_variables("patents", PATENTS), frozenset({PUBLISHER, ADMIN})),
    (rover.PUBLISH, rover.publish_variables("listings", LISTINGS), frozenset({ADMIN})),
    (
        rover.DELETE,
        {**HERE, "subgraph": "patents", "dry_run": True},
        frozenset({PUBLISHER, ADMIN}),
    ),
    (rover.DELETE, {**HERE, "subgraph": "listings", "dry_run": True}, frozenset({ADMIN})),
    (
        rover.CHECK,
        rover.check_variables("patents", PATENTS),
        frozenset({CHECKER, PUBLISHER, APPROVER, ADMIN}),
    ),
    (
        rover.CHECK,
        rover.check_variables("listings", LISTINGS),
        frozenset({CHECKER, APPROVER, ADMIN}),
    ),
    (
        rover.PUBLISH_DOCUMENTS,
        {"graphId": "hub", "listId": "hub", "operationManifest": []},
        frozenset({DOCUMENTS, ADMIN}),
    ),
    ('{ hub { history(ref: "hub") { number } } }', {}, EVERYBODY),
    ('{ hub { changeSets(ref: "hub") { id } } }', {}, EVERYBODY),
    ('{ hub { documents(graph: "hub") { id } } }', {}, EVERYBODY),
    ('{ hub { approvals(ref: "hub") { id } } }', {}, EVERYBODY),
    ('{ hub { tokens(graph: "hub") { name } } }', {}, frozenset({ADMIN})),
    ("{ hub { tokens { name } } }", {}, frozenset()),
    ('{ hub { audit(graph: "hub") { action } } }', {}, frozenset({ADMIN})),
    ('mutation { hub { openChangeSet(ref: "hub", title: "t") { id } } }', {}, CHANGE_SETS),
    (
        'mutation { hub { createToken(input: { name: "n", graph: "hub", roles: [READER] })'
        " { secret } } }",
        {},
        frozenset({ADMIN}),
    ),
    (
        'mutation { hub { createToken(input: { name: "n", roles: [READER] }) { secret } } }',
        {},
        frozenset(),
    ),
    # Last, as it changes what the others are about.
    (
        'mutation { hub { rollBack(ref: "hub", launch: "1", reason: "r") { updated } } }',
        {},
        frozenset({APPROVER, ADMIN}),
    ),
]


def refusal(answer: Any) -> str | None:
    """Return how an answer refuses, None when it does not."""
    if answer.get("errors"):
        return str(answer["errors"][0]["extensions"]["code"])
    text = str(answer["data"])
    return "E033" if "'PermissionError'" in text else None


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
async def test_table(site: RegistrySite, role: Role) -> None:
    for name, sdl in (("patents", PATENTS), ("listings", LISTINGS)):
        await site.data(rover.PUBLISH, rover.publish_variables(name, sdl))
    key = await site.token(role, name="one", subgraphs=["patents"] if role is PUBLISHER else ())
    found = {}
    for row, (document, variables, _) in enumerate(TABLE):
        reply = await site.graphql(document, variables, key)
        assert reply.status == 200
        found[row, document] = refusal(reply.json)
    assert found == {
        (row, document): None if role in who else "E033"
        for row, (document, _, who) in enumerate(TABLE)
    }


async def test_a_token_of_another_graph_learns_nothing(site: RegistrySite) -> None:
    await site.data(rover.PUBLISH, rover.publish_variables("patents", PATENTS))
    key = await site.token(Role.ADMIN, graph="other", name="other")
    for document, variables, who in TABLE:
        there = (await site.graphql(document, variables, key)).json
        if not who:
            # Of all graphs: refused, but no secret.
            assert refusal(there) == "E033"
        elif "hub {" in document:
            assert refusal(there) == "E010", document
        else:
            # As of a graph that nobody ever made.
            gone = (await site.graphql(document, _elsewhere(variables), key)).json
            assert there == gone, document
            assert "title" not in str(there)


def _elsewhere(variables: dict[str, Any]) -> dict[str, Any]:
    """Return the variables with a graph that does not exist."""
    text = json.dumps(variables)
    return dict(json.loads(text.replace('"hub', '"nowhere')))


async def test_strangers_learn_nothing(site: RegistrySite) -> None:
    reply = await site.post("/registry/graphql", "{ __schema { types { name } } }")
    assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")
    assert reply.json["data"] is None
    for key in ("service:hub:wrong", "x" * 1000, site.admin + "x"):
        reply = await site.graphql("{ __schema { types { name } } }", key=key)
        assert (reply.status, reply.code, reply.json["data"]) == (200, "E013", None)
    # With a token the schema may be read, for tools.
    data = await site.data("{ __schema { queryType { name } } }")
    assert data == {"__schema": {"queryType": {"name": "Query"}}}


async def test_a_revoked_token_is_a_stranger(site: RegistrySite) -> None:
    reader = await site.token(Role.READER)
    await site.data(rover.WHO_AM_I, key=reader)
    listed = await site.data('{ hub { tokens(graph: "hub") { id name } } }')
    (token_id,) = [each["id"] for each in listed["hub"]["tokens"] if each["name"] == "reader"]
    revoke = "mutation($id: ID!) { hub { revokeToken(id: $id) { revokedBy } } }"
    data = await site.data(revoke, {"id": token_id})
    assert data["hub"]["revokeToken"] == {"revokedBy": "administrator"}
    reply = await site.graphql(rover.WHO_AM_I, key=reader)
    assert reply.code == "E013"


async def test_any_name_makes_a_token_that_can_be_sent(site: RegistrySite) -> None:
    """Headers are latin-1: a secret must not carry more of the name than they do."""
    for name in ("运维 operator", "a b", "café"):
        secret = await site.token(Role.ADMIN, graph=None, name=name)
        assert secret.isascii()
        assert " " not in secret
        assert (await site.data(rover.WHO_AM_I, key=secret))["me"]["title"] == name
