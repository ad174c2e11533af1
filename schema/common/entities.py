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

from resolvers.identity import Role
from schema.common.context import Info, SubgraphContext
from schema.common.descriptions import zh_en
from schema.common.errors import CodedError
from schema.execution.loads import load_together

MOST_REPRESENTATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Entity:
    """How one type is found by its key.

    `key_field` is the GraphQL name of its key field, or of several with spaces between. `parse_key`
    makes the value (of several fields, the tuple of their values) canonical (raising a CodedError),
    `load` returns the object or None.
    """

    type_: type
    key_field: str
    parse_key: Callable[[object], Any]
    load: Callable[[SubgraphContext, Any], Awaitable[object | None]]
    # puts what @requires brought, fields of other subgraphs in the representation, into the object
    take: Callable[[Any, Mapping[str, Any]], None] | None = None
    # whether `load` waits for loaders and for nothing else, so that it needs no task
    loads_only: bool = True

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
    # every load starts before any batch is sent, so each loader sees all its keys at once
    loads = [_resolve_one(entities, context, each) for each in representations]
    if all(entity.loads_only for entity in entities.values()):
        return await load_together(loads)
    return await asyncio.gather(*loads)


async def _resolve_one(
    entities: Mapping[str, Entity], context: SubgraphContext, representation: object
) -> object | None:
    try:
        entity, key = _read(entities, representation)
        found = await entity.load(context, key)
        if found is not None and entity.take is not None and isinstance(representation, Mapping):
            entity.take(found, representation)
        return found
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
    names = entity.key_field.split()
    for each in names:
        if each not in representation:
            raise _malformed(
                f"{entity.name} 缺少键字段 {each}", f"{entity.name} needs its key field {each}"
            )
    values = tuple(representation[each] for each in names)
    return entity, entity.parse_key(values[0] if len(names) == 1 else values)


def _malformed(zh: str, en: str) -> CodedError:
    return CodedError("BAD_REPRESENTATION", zh, en)


@strawberry.type(name="_Service")
class Service:
    """The subgraph's SDL, made once."""

    sdl: str


@strawberry.type(name="_Total")
class Total:
    """See `resolvers.topic_totals`. `records` is a text, since it may pass 32 bits; `refreshed_at`
    is one too, so that no subgraph gets a scalar for this alone."""

    topic: str
    records: str
    refreshed_at: str | None


def federated_query(
    query: type,
    entities: Sequence[Entity],
    read_sdl: Callable[[], str],
    totals: Mapping[str, str],
) -> type:
    """Return `query` with `_entities` and `_service`, which Strawberry then leaves alone, and with
    `_totals`.
    """
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

    async def count_topics(info: Info, topics: list[str]) -> list[Total]:
        if info.context.caller.role is not Role.SERVICE:
            raise CodedError("FORBIDDEN", "仅供枢纽内部使用", "For the hub itself only")
        found = []
        for topic in dict.fromkeys(topics):
            if topic in totals:
                record = await info.context.loaders.queries.fetchrow(
                    f"{info.context.subgraph}.total", totals[topic]
                )
                assert record is not None  # an aggregate has one row
                latest = record["refreshed_at"]
                found.append(
                    Total(
                        topic=topic,
                        records=str(record["records"]),
                        refreshed_at=latest.isoformat() if latest else None,
                    )
                )
        return found

    count_topics.__annotations__ |= {"info": Info, "topics": list[str], "return": list[Total]}

    definition = query.__strawberry_definition__  # type: ignore[attr-defined]
    fields = {
        "entities": strawberry.field(resolver=find_entities, name="_entities"),
        "service": strawberry.field(resolver=service, name="_service"),
        "totals": strawberry.field(resolver=count_topics, name="_totals"),
    }
    body: dict[str, Any] = {**fields, "__annotations__": {}, "__module__": __name__}
    described = definition.description or zh_en("查询", "Queries")
    return strawberry.type(type("Query", (query,), body), name="Query", description=described)


def id_text(value: object) -> str:
    """Return an opaque key (a number of a gazette, a code) trimmed and in upper case.

    Raises:
        CodedError: BAD_IDENTIFIER when it is no printable text, empty, or longer than 100
            characters.
    """
    text = value.strip().upper() if isinstance(value, str) else ""
    # control characters and halves of surrogate pairs are no text for the database
    if not text or len(text) > 100 or not text.isprintable():
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
