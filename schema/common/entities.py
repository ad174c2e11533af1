"""Entity resolution: our own `_entities` and `_service` for every subgraph.

Strawberry's resolver fails the whole list for one unknown type name and passes keys uncoerced
(ECOSYSTEM §6). Here each representation stands alone: the key is checked and made canonical, then
all representations of a type go to their loader in one tick, so a loader makes one batch of them.

- unknown key → null in its place
- malformed representation → null in its place and one coded error for it
- type name that is not an entity here → the same
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Union
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.federation.schema import FederationAny

from schema.common.context import Info, SubgraphContext
from schema.common.descriptions import zh_en
from schema.common.errors import CodedError

MOST_REPRESENTATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Entity:
    """How one type is found by its key.

    `key_field` is the GraphQL name of its single key field, `parse_key` makes the value canonical
    (raising a CodedError), `load` returns the object or None.
    """

    type_: type
    key_field: str
    parse_key: Callable[[object], Any]
    load: Callable[[SubgraphContext, Any], Awaitable[object | None]]

    @property
    def name(self) -> str:
        name: str = self.type_.__strawberry_definition__.name  # type: ignore[attr-defined]
        return name


def extension(type_: type, key_field: str, parse_key: Callable[[object], Any]) -> Entity:
    """Return the entity of a type that another subgraph owns: any well-formed key resolves.

    `type_` takes the key as its only argument, under its Python name.
    """
    python_name = _python_name(type_, key_field)

    async def load(_: SubgraphContext, key: Any) -> object:
        return type_(**{python_name: key})

    return Entity(type_, key_field, parse_key, load)


def _python_name(type_: type, graphql_name: str) -> str:
    """Return the attribute behind a GraphQL field name."""
    definition = type_.__strawberry_definition__  # type: ignore[attr-defined]
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in graphql_name)
    names = {field.python_name for field in definition.fields}
    if snake not in names:
        raise LookupError(f"{definition.name} has no field {graphql_name}")
    return snake


async def resolve_representations(
    entities: Mapping[str, Entity],
    context: SubgraphContext,
    representations: Sequence[object],
) -> list[object | None]:
    """Return one object, null or error per representation, in their order.

    Raises:
        CodedError: there are more than 10,000 of them.
    """
    if len(representations) > MOST_REPRESENTATIONS:
        raise CodedError(
            "BAD_USER_INPUT",
            f"一次最多 {MOST_REPRESENTATIONS} 个实体",
            f"At most {MOST_REPRESENTATIONS} representations in one call",
        )
    # gather starts every load before any batch is sent, so each loader sees all its keys at once
    return await asyncio.gather(
        *(_resolve_one(entities, context, each) for each in representations)
    )


async def _resolve_one(
    entities: Mapping[str, Entity], context: SubgraphContext, representation: object
) -> object | None:
    try:
        entity, key = _read(entities, representation)
        return await entity.load(context, key)
    except GraphQLError as error:
        return error  # graphql-core reports it for this item only


def _read(entities: Mapping[str, Entity], representation: object) -> tuple[Entity, Any]:
    """Return the entity and the canonical key of a representation."""
    if not isinstance(representation, Mapping):
        raise _malformed("实体表示应为对象", "A representation is an object")
    name = representation.get("__typename")
    entity = entities.get(name) if isinstance(name, str) else None
    if entity is None:
        raise _malformed(
            "__typename 不是本子图的实体", "__typename is not an entity of this subgraph"
        )
    if entity.key_field not in representation:
        raise _malformed(
            f"{entity.name} 缺少键字段 {entity.key_field}",
            f"{entity.name} needs its key field {entity.key_field}",
        )
    return entity, entity.parse_key(representation[entity.key_field])


def _malformed(zh: str, en: str) -> CodedError:
    return CodedError("BAD_REPRESENTATION", zh, en)


@strawberry.type(name="_Service")
class Service:
    """The subgraph's SDL, made once."""

    sdl: str


def federated_query(query: type, entities: Sequence[Entity], read_sdl: Callable[[], str]) -> type:
    """Return `query` with `_entities` and `_service`, which Strawberry then leaves alone."""
    by_name = {entity.name: entity for entity in entities}
    members: Any = Union[tuple(entity.type_ for entity in entities)]  # noqa: UP007 - made at run time
    union: Any = Annotated[members, strawberry.union("_Entity")]

    async def find_entities(info: Info, representations: list[FederationAny]) -> Any:
        return await resolve_representations(by_name, info.context, representations)

    find_entities.__annotations__ |= {
        "info": Info,
        "representations": list[FederationAny],
        "return": list[union | None],
    }

    def service() -> Service:
        return Service(sdl=read_sdl())

    definition = query.__strawberry_definition__  # type: ignore[attr-defined]
    fields = {
        "entities": strawberry.field(resolver=find_entities, name="_entities"),
        "service": strawberry.field(resolver=service, name="_service"),
    }
    body: dict[str, Any] = {**fields, "__annotations__": {}, "__module__": __name__}
    described = definition.description or zh_en("查询", "Queries")
    return strawberry.type(type("Query", (query,), body), name="Query", description=described)


def id_text(value: object) -> str:
    """Return an opaque key (a number of a gazette, a code) trimmed and in upper case.

    Raises:
        CodedError: BAD_IDENTIFIER when it is no text, empty, or longer than 100 characters.
    """
    text = value.strip().upper() if isinstance(value, str) else ""
    if not text or len(text) > 100:
        raise CodedError(
            "BAD_IDENTIFIER", "标识符应为 1–100 个字符", "An id has 1 to 100 characters"
        )
    return text


def uuid_key(value: object) -> UUID:
    """Return the UUID behind an internal id.

    Raises:
        CodedError: BAD_IDENTIFIER when it is none.
    """
    if isinstance(value, str) and len(value) <= 45:
        try:
            return UUID(value)
        except ValueError:
            pass
    raise CodedError("BAD_IDENTIFIER", "标识应为 UUID", "The id is a UUID")
