"""What each public audit of GraphQL over HTTP asks (npm's graphql-http), by its id.

`tests/clients/test_audits.py` runs the audits themselves, where Node is there.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from federation.server.settings.engine import EngineSettings
from federation.server.settings.supergraph import SupergraphSection
from tests.federation.server.harness import Client, engine

RESPONSE = "application/graphql-response+json"
JSON = "application/json"


@dataclass(frozen=True)
class Audit:
    """What is sent, and what must come: the status, and whether there are errors without data."""

    accept: str | None = None
    body: Any = None
    status: int = 200
    failed: bool = False
    content_type: str | None = JSON
    raw: bytes | None = None
    get: bool = False


def named(**parameters: Any) -> dict[str, Any]:
    return {"query": "{ __typename }", **parameters}


OK = named()
SOME = named(extensions={"some": "value"})
TYPED = {
    "query": "query Type($name: String!) { __type(name: $name) { name } }",
    "variables": {"name": "sometype"},
}
PICKED = {"query": "query Query { __typename }", "operationName": "Query"}
UNPARSED, INVALID = {"query": "{"}, {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}
UNKNOWN_FIELD = {"query": "{ nothingOfThisName }"}
UNCOERCED = {"query": "query ($n: String!) { hello(name: $n) }", "variables": {"n": None}}
NO_QUERY = {"notquery": "{ __typename }"}
WRONG: list[Any] = ["string", 0, False, ["array"]]
NO_TEXT: list[Any] = [{"obj": "ect"}, 0, False, ["array"]]

AUDITS = {
    "22EB": Audit(RESPONSE, OK),
    "4655": Audit(JSON, OK),
    "47DE": Audit("*/*", OK),
    "80D8": Audit(None, OK),
    "82A3": Audit(JSON, OK),
    "BF61": Audit(JSON, OK, content_type="application/json; charset=utf-8"),
    "78D5": Audit(JSON, OK),
    "2C94": Audit(JSON, OK),
    "5A70": Audit(None, OK, get=True),
    "9C48": Audit(None, {"query": "mutation { bump }"}, 405, True, get=True),
    "9ABE": Audit(None, OK, 400, True, content_type=None),
    "03D4": Audit(None, OK),
    "A5BF": Audit(None, None, 400, True, raw=b""),
    "423L": Audit(None, NO_QUERY, 400, True),
    **{f"LKJ{n}": Audit(None, named(query=bad), 400, True) for n, bad in enumerate(NO_TEXT)},
    "34A2": Audit(RESPONSE, OK),
    "13EE": Audit(JSON, OK),
    **{
        f"6C0{n}": Audit(None, named(operationName=bad), 400, True) for n, bad in enumerate(NO_TEXT)
    },
    "8161": Audit(RESPONSE, PICKED),
    "B8B3": Audit(JSON, PICKED),
    **{
        f"{group}{n}": Audit(accept, named(**{name: None}))
        for group, accept in (("94B", RESPONSE), ("022", JSON))
        for n, name in enumerate(("variables", "operationName", "extensions"))
    },
    **{f"476{n}": Audit(None, named(variables=bad), 400, True) for n, bad in enumerate(WRONG)},
    "2EA1": Audit(RESPONSE, TYPED),
    "28B9": Audit(JSON, TYPED),
    "D6D5": Audit(RESPONSE, TYPED, get=True),
    "6A70": Audit(JSON, TYPED, get=True),
    **{f"58B{n}": Audit(None, named(extensions=bad), 400, True) for n, bad in enumerate(WRONG)},
    "428F": Audit(RESPONSE, SOME),
    "1B7A": Audit(JSON, SOME),
    "B6DC": Audit(JSON, None, 400, True, raw=b'{ "not a JSON'),
    "BCF8": Audit(JSON, None, 400, True, raw=b'{ "not a JSON'),
    "B7N8": Audit(RESPONSE, None, 400, True, raw=b'{ "not a JSON'),
    "8764": Audit(JSON, {"qeury": "{ __typename }"}, 400, True),
    "3E3A": Audit(JSON, {"qeury": "{ __typename }"}, 400, True),
    "572B": Audit(JSON, UNPARSED, 200, True),
    "FDE2": Audit(JSON, INVALID, 200, True),
    "7B9B": Audit(JSON, UNCOERCED, 200, True),
    "865D": Audit(RESPONSE, UNPARSED, 400, True),
    "556A": Audit(RESPONSE, UNPARSED, 400, True),
    "D586": Audit(RESPONSE, UNPARSED, 400, True),
    "51FE": Audit(RESPONSE, UNKNOWN_FIELD, 400, True),
    "74FF": Audit(RESPONSE, INVALID, 400, True),
    "5E5B": Audit(RESPONSE, UNKNOWN_FIELD, 400, True),
    "86EE": Audit(RESPONSE, UNCOERCED, 400, True),
}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with engine(EngineSettings(supergraph=SupergraphSection(introspection=True))) as running:
        yield running


@pytest.mark.parametrize("audit", AUDITS)
async def test_audit(client: Client, audit: str) -> None:
    asked = AUDITS[audit]
    headers = {} if asked.accept is None else {"accept": asked.accept}
    if asked.get:
        texts = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in asked.body.items()
        }
        reply = await client.get(headers=headers, **texts)
    else:
        if asked.content_type is not None:
            headers["content-type"] = asked.content_type
        body = json.dumps(asked.body).encode() if asked.raw is None else asked.raw
        reply = await client.request("POST", "/graphql", headers=headers, chunks=(body,))
    assert reply.status == asked.status
    media_type = RESPONSE if asked.accept == RESPONSE else JSON
    assert reply.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert ("errors" in reply.json, "data" in reply.json) == (asked.failed, not asked.failed)


def test_there_are_as_many_as_in_the_audit_suite() -> None:
    assert len(AUDITS) == 61
