"""`_entities`: each representation stands alone; malformed ones answer null and one error."""

from __future__ import annotations

from typing import Any

import pytest

from schema.common.entities import MOST_REPRESENTATIONS
from tests.schema.world import HOLDER, LASER, Asker

GOOD = {"__typename": "Patent", "applicationNumber": LASER}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"__typename": "Nope", "id": "1"}, "BAD_REPRESENTATION"),
        ({"applicationNumber": LASER}, "BAD_REPRESENTATION"),
        ({"__typename": None}, "BAD_REPRESENTATION"),
        ({"__typename": ["Patent"], "applicationNumber": LASER}, "BAD_REPRESENTATION"),
        ({"__typename": "Patent"}, "BAD_REPRESENTATION"),
        ({"__typename": "Patent", "applicationNumber": None}, "BAD_IDENTIFIER"),
        ({"__typename": "Patent", "applicationNumber": 5}, "BAD_IDENTIFIER"),
        ({"__typename": "Patent", "applicationNumber": {"a": 1}}, "BAD_IDENTIFIER"),
        ({"__typename": "Patent", "applicationNumber": "CN2020290000015"}, "BAD_IDENTIFIER"),
        ({"__typename": "Patent", "applicationNumber": "x" * 1000}, "BAD_IDENTIFIER"),
        ({"__typename": "LegalEvent", "id": "not a uuid"}, "BAD_IDENTIFIER"),
        # Region is only referred to here: its key is not resolvable
        ({"__typename": "Region", "code": "440000"}, "BAD_REPRESENTATION"),
        ("text", "BAD_REPRESENTATION"),
        ([GOOD], "BAD_REPRESENTATION"),
    ],
)
async def test_malformed_representation(patents: Asker, bad: Any, code: str) -> None:
    response = await patents.entity_response("... on Patent { title }", GOOD, bad, GOOD)
    title = {"__typename": "Patent", "title": "基于激光焊接的控制系统"}
    assert response["data"] == {"_entities": [title, None, title]}
    [error] = response["errors"]
    assert error["path"] == ["_entities", 1]
    assert error["extensions"]["code"] == code


async def test_unknown_key_is_null_without_error(patents: Asker) -> None:
    response = await patents.entity_response(
        "", {"__typename": "Patent", "applicationNumber": "CN2019100000019"}, GOOD
    )
    assert response == {"data": {"_entities": [None, {"__typename": "Patent"}]}}


async def test_keys_are_made_canonical_and_extra_ones_ignored(patents: Asker) -> None:
    found = await patents.entities(
        "... on Patent { applicationNumber } ... on Organization { uscc }",
        {"__typename": "Patent", "applicationNumber": "ZL 202029000001.4", "kind": "X"},
        {"__typename": "Organization", "uscc": HOLDER.lower(), "name": None},
    )
    assert found == [
        {"__typename": "Patent", "applicationNumber": LASER},
        {"__typename": "Organization", "uscc": HOLDER},
    ]


async def test_equal_keys_of_many_representations_are_one_statement(patents: Asker) -> None:
    found = await patents.entities("... on Patent { title }", *([GOOD] * 500))
    assert len(found) == 500
    assert dict(patents.statements) == {"patents.patents": 1}


async def test_number_of_representations_is_bounded(patents: Asker) -> None:
    response = await patents.entity_response("", *([GOOD] * (MOST_REPRESENTATIONS + 1)))
    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert not patents.statements


async def test_variables_are_left_as_they_were(patents: Asker) -> None:
    representation = dict(GOOD)
    await patents.entities("", representation)
    assert representation == GOOD


async def test_service_gives_the_schema_without_machinery(patents: Asker) -> None:
    sdl = (await patents.data("{ _service { sdl } }"))["_service"]["sdl"]
    assert "type Patent @key" in sdl
    for machinery in ("_entities", "_service", "_Any", "_Entity", "_Service"):
        assert machinery not in sdl
