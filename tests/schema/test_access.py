"""Rights: the table role × mutation as declared, and that nobody else gets anywhere.

What a role may do with objects of others is tested with the workflows (`test_workflows.py`) and in
the tests of each subgraph; here every mutation is called by every role that has no permit at all.
"""

from __future__ import annotations

from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)

from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller, Permit, Role
from resolvers.workflows_page import PAGE as WORKFLOWS
from resolvers.workflows_page import collect_workflows, workflows_page
from schema import SUBGRAPHS
from schema.access_page import PAGE, access_page
from schema.common.mutations import OPERATIONS
from tests.schema.fuzz import dump
from tests.schema.workflows import DRIVERS
from tests.schema.workflows.driver import make_caller, stranger_for
from tests.schema.world import Asker

MUTATIONS = sorted(OPERATIONS)


def test_the_page_of_rights_is_what_is_declared() -> None:
    assert PAGE.read_text(encoding="utf-8") == access_page(), "run: python -m schema"


def test_the_page_of_workflows_is_what_is_declared() -> None:
    assert WORKFLOWS.read_text(encoding="utf-8") == workflows_page(), "run: python -m resolvers"


def test_every_mutation_declares_who_may_call_it() -> None:
    for name, schema in SUBGRAPHS.items():
        mutation = schema._schema.mutation_type
        if isinstance(mutation, GraphQLObjectType):
            for field in mutation.fields:
                assert OPERATIONS[name, field].permits, (name, field)


def test_every_workflow_with_actions_is_driven_by_tests() -> None:
    driven = {(driver.subgraph, driver.workflow.name) for driver in DRIVERS}
    declared = {(name, each.name) for name, each in collect_workflows() if each.actions}
    assert driven == declared


def _without_permit(permits: tuple[Permit, ...]) -> list[Caller]:
    found = [ANONYMOUS]
    for role in Role:
        mine = [permit for permit in permits if permit.role is role]
        if role in (Role.PUBLIC, Role.SERVICE) or any(p.function is None for p in mine):
            continue
        if not mine:
            found.append(make_caller(role, stranger_for(Permit(role)).acts_for))
        elif mine:  # a functional platform of another function
            taken = {permit.function for permit in mine}
            functions = ("TRADING_SERVICE", "FINANCIAL_SERVICE", "FEATURED_SERVICE", "SUPPORT_TOOL")
            other = next((f for f in functions if f not in taken), None)
            if other is not None:
                found.append(stranger_for(Permit(role, None, other)))
    return found


VALID: dict[str, Any] = {
    "String": "示例",
    "ID": "01900000-0000-7000-8000-000000000000",
    "Int": 2024,
    "Float": 0.5,
    "Boolean": True,
    "Decimal": "1.00",
    "Date": "2024-06-01",
    "DateTime": "2024-06-01T00:00:00Z",
    "USCC": "91440305MA9T00018E",
    "ApplicationNumber": "CN2020290000014",
    "IndustryCode": "C3841",
    "RegionCode": "440305",
    "IpcSymbol": "H01M",
    "OfficeCode": "US",
}


def valid(type_: Any) -> Any:
    """Return a value that the type's scalars accept, with required members only."""
    if isinstance(type_, GraphQLNonNull):
        return valid(type_.of_type)
    if isinstance(type_, GraphQLList):
        return [valid(type_.of_type)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        return {
            name: valid(field.type)
            for name, field in type_.fields.items()
            if isinstance(field.type, GraphQLNonNull)
        }
    return VALID[type_.name]


@pytest.mark.parametrize(("subgraph", "name"), MUTATIONS, ids=[".".join(m) for m in MUTATIONS])
async def test_without_a_permit_nothing_is_read_or_changed(
    database: Database, subgraph: str, name: str
) -> None:
    mutation = SUBGRAPHS[subgraph]._schema.mutation_type
    assert isinstance(mutation, GraphQLObjectType)
    given = mutation.fields[name].args
    declared = ", ".join(f"${each}: {argument.type}" for each, argument in given.items())
    passed = ", ".join(f"{each}: ${each}" for each in given)
    document = f"mutation ({declared}) {{ {name}({passed}) {{ __typename }} }}"
    variables = {each: valid(argument.type) for each, argument in given.items()}
    before = await dump(database)
    for caller in _without_permit(OPERATIONS[subgraph, name].permits):
        _, codes = await Asker(database, subgraph, caller).mutate(document, **variables)
        assert codes == ["FORBIDDEN" if caller.is_authenticated else "UNAUTHENTICATED"], caller
    assert await dump(database) == before
