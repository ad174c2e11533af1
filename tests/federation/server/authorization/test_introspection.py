"""Who may read the schema: setting × caller."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from federation.server.settings.engine import EngineSettings
from federation.server.settings.supergraph import SupergraphSection
from tests.federation.server.authorization.world import world

OFF: Any = False
ON: Any = True
LOGGED_IN: Any = {}
SCOPED: Any = {"scopes": [["read", "schema"], ["admin"]]}
CALLERS = (None, "u", "u read", "u read schema", "u admin")


@pytest.mark.parametrize(
    ("setting", "allowed"),
    [
        (OFF, ()),
        (ON, CALLERS),
        (LOGGED_IN, CALLERS[1:]),
        (SCOPED, CALLERS[3:]),
    ],
)
async def test_table(setting: Any, allowed: Any) -> None:
    section = msgspec.convert({"introspection": setting}, SupergraphSection)
    settings = msgspec.structs.replace(EngineSettings(), supergraph=section)
    async with world(settings=settings) as graph:
        for query in ("{ __schema { queryType { name } } }", '{ __type(name: "File") { name } }'):
            for caller in CALLERS:
                reply = await graph.reply(query, caller)
                if caller in allowed:
                    assert reply.status == 200
                    assert "errors" not in reply.json
                else:
                    assert (reply.status, reply.code) == (400, "INTROSPECTION_DISABLED")
        # What objects are called is no introspection.
        assert (await graph.reply("{ __typename }")).status == 200


@pytest.mark.parametrize("bad", [{"scopes": [[""]]}, {"roles": []}, "yes"])
def test_bad_settings(bad: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"introspection": bad}, SupergraphSection)
