"""A graph that misbehaves in all the ways a resolver can, the same for the same seed.

Every field of every object has an outcome drawn from its name: a good value, null where there must
be none, a value of the wrong class, an exception, raised or returned, a promise of any of these, an
iterator instead of a list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from random import Random
from typing import Annotated, Any

import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from resolvers.batching import batch_loader
from schema.common.errors import CodedError
from schema.common.fields import computed, loaded
from schema.execution.executor import CompiledExecutor

DEEPEST = 4


@strawberry.enum
class Colour(Enum):
    RED = "r"
    BLUE = "b"


@strawberry.input
class Options:
    loud: bool = False
    words: list[str] | None = None


@dataclass
class Planted:
    """The context of one execution. `badness`: the share of outcomes that are bad."""

    seed: int
    badness: float
    promising: bool = True

    def __post_init__(self) -> None:
        self._loader = batch_loader(self._load, None)
        self._loads = 0

    def load(self, name: str) -> Awaitable[Any]:
        """Load by a batch. No two loads share a future: graphql-core cancels what it waits for
        when a sibling fails, and with a shared future all that wait for it."""
        self._loads += 1
        return self._loader.load((name, self._loads))

    async def _load(self, keys: list[tuple[str, int]]) -> Mapping[tuple[str, int], Any]:
        await asyncio.sleep(0)
        found: dict[tuple[str, int], Any] = {}
        for name, count in keys:
            bad = self.random(f"load {name}").random() < self.badness
            found[name, count] = (
                CodedError("LOST", "没有", f"lost {name}") if bad else f"got {name}"
            )
        return found

    def random(self, name: str) -> Random:
        return Random(f"{self.seed} {name}")

    def outcome(
        self, name: str, good: Callable[[], Any], *, promises: bool = True, raises: bool = True
    ) -> Any:
        """Return the outcome of a field, or raise it."""
        draw = self.random(name)
        if draw.random() >= self.badness:
            return good()
        kind = draw.choice(("null", "wrong", "returned", "raised", "promise", "empty"))
        if kind == "null":
            return None
        if kind == "wrong":
            return draw.choice([object, 7, "seven", 1.5, {"a": 1}, [1], b"bytes", 2**40])
        if kind == "returned":
            return ValueError(f"returned at {name}")
        if kind == "raised" and raises:
            raise CodedError("PLANTED", "出错", f"raised at {name}")
        if kind == "promise" and promises and self.promising:
            return _Promise(lambda: self.outcome(f"{name} kept", good, promises=False))
        return good()


class _Promise:
    """An awaitable that nobody misses who does not await it."""

    def __init__(self, keep: Callable[[], Any]) -> None:
        self.keep = keep

    def __repr__(self) -> str:
        return "a promise"

    def __await__(self) -> Generator[None, None, Any]:
        yield
        return self.keep()


def leaf(planted: Planted, name: str, depth: int) -> Leaf:
    """Return an object without resolvers."""

    def value(field: str, good: Callable[[], Any]) -> Any:
        return planted.outcome(f"{name}.{field}", good, raises=False)

    def leaves() -> list[Any]:
        return [
            value(f"leaves.{n}", lambda n=n: leaf(planted, f"{name}.{n}", depth + 1))
            for n in range(2 if depth < DEEPEST else 0)
        ]

    def below() -> Leaf | None:
        return leaf(planted, f"{name}.below", depth + 1) if depth < DEEPEST else None

    return Leaf(
        id=strawberry.ID(name),
        text=value("text", lambda: f"text of {name}"),
        maybe=value("maybe", lambda: "perhaps"),
        number=value("number", lambda: 42),
        ratio=value("ratio", lambda: 0.5),
        flag=value("flag", lambda: True),
        colour=value("colour", lambda: Colour.BLUE),
        on=value("on", lambda: date(2024, 2, 29)),
        texts=value("texts", lambda: ("a", "b")),
        matrix=value("matrix", lambda: [[1, None], [value("cell", lambda: 2)]]),
        below=value("below", below),
        leaves=value("leaves", leaves),
    )


@strawberry.type
class Leaf:
    id: strawberry.ID
    text: str
    maybe: str | None
    number: int
    ratio: float
    flag: bool | None
    colour: Colour
    on: date | None
    texts: list[str]
    matrix: list[list[int | None]] | None
    below: Leaf | None
    leaves: list[Leaf | None]


def node(planted: Planted, name: str, depth: int) -> Node:
    """Return an object with resolvers."""
    return Node(
        planted=planted,
        name=name,
        depth=depth,
        title=planted.outcome(f"{name}.title", lambda: f"title of {name}", raises=False),
        leaf=planted.outcome(
            f"{name}.leaf", lambda: leaf(planted, f"{name}.leaf", depth + 1), raises=False
        ),
        shown=planted.outcome(
            f"{name}.shown",
            lambda: (
                [node(planted, f"{name}.shown.{n}", depth + 1) for n in range(2)]
                if depth < DEEPEST
                else []
            ),
            raises=False,
        ),
    )


@strawberry.type
class Node:
    planted: strawberry.Private[Planted]
    name: strawberry.Private[str]
    depth: strawberry.Private[int]
    title: str
    leaf: Leaf | None
    shown: list[Node]

    def _outcome(self, field: str, good: Callable[[], Any]) -> Any:
        return self.planted.outcome(f"{self.name}.{field}", good)

    def _nodes(self, field: str) -> Any:
        def item(n: int) -> Any:
            name = f"{self.name}.{field}.{n}"
            make = leaf if self.planted.random(f"kind {name}").random() < 0.3 else node
            if field.startswith("thing"):
                return make(self.planted, name, self.depth + 1)  # type: ignore[operator]
            return node(self.planted, name, self.depth + 1)

        def items() -> list[Any]:
            count = 3 if self.depth < DEEPEST else 0
            return [
                self.planted.outcome(f"{self.name}.{field}.{n}", lambda n=n: item(n), raises=False)
                for n in range(count)
            ]

        found = self._outcome(field, items)
        if (
            isinstance(found, list)
            and self.planted.random(f"{self.name}.{field} it").random() < 0.1
        ):
            return _each(found)
        return found

    @computed(description="")
    def shout(self) -> str:
        return self._outcome("shout", lambda: "HELLO")

    @computed(description="")
    def whisper(self) -> str | None:
        return self._outcome("whisper", lambda: "hello")

    @computed(description="")
    def scaled(
        self, info: strawberry.Info, by: int = 2, colour: Colour | None = None
    ) -> str | None:
        return self._outcome("scaled", lambda: f"{by} {colour} {info.path.key} {info.field_name}")

    @computed(description="")
    def told(self, options: Options | None = None, words: list[str] | None = None) -> str:
        return self._outcome("told", lambda: f"{options} {words}")

    @computed(description="")
    async def later(self) -> str:
        await asyncio.sleep(0)
        return self._outcome("later", lambda: "later")

    @computed(description="")
    async def maybe_later(self) -> str | None:
        return self._outcome("maybeLater", lambda: "perhaps later")

    @loaded(description="")
    async def read(self, info: strawberry.Info) -> str:
        return str(await info.context.load(self.name))

    @loaded(description="")
    async def maybe_read(self, info: strawberry.Info, again: bool = False) -> str | None:
        first = await info.context.load(f"{self.name} maybe")
        if again:
            await info.context.load(f"{self.name} again")
        return self._outcome("maybeRead", lambda: first)

    @loaded(description="")
    async def read_nodes(self, info: strawberry.Info) -> list[Node | None]:
        await info.context.load(f"{self.name} nodes")
        return self._nodes("readNodes")

    @computed(description="")
    def must(self) -> Node:
        return self._outcome(
            "must", lambda: node(self.planted, f"{self.name}.must", self.depth + 1)
        )

    @computed(description="")
    def child(self) -> Node | None:
        return self._outcome(
            "child", lambda: node(self.planted, f"{self.name}.child", self.depth + 1)
        )

    @computed(description="")
    async def nodes(self) -> list[Node]:
        return self._nodes("nodes")

    @computed(description="")
    def maybe_nodes(self) -> list[Node | None] | None:
        return self._nodes("maybeNodes")

    @computed(description="")
    def thing(self) -> Thing | None:
        return self._outcome("thing", lambda: node(self.planted, f"{self.name}.t", self.depth + 1))

    @computed(description="")
    def things(self) -> list[Thing | None]:
        return self._nodes("things")


Thing = Annotated[Node | Leaf, strawberry.union("Thing")]


def _each(items: list[Any]) -> Iterator[Any]:
    yield from items


@strawberry.type
class Query:
    @strawberry.field
    def root(self, info: strawberry.Info) -> Node | None:
        return node(info.context, "root", 0)

    @strawberry.field
    async def roots(self, info: strawberry.Info, count: int = 2) -> list[Node | None]:
        return [node(info.context, f"r{n}", 1) for n in range(count)]

    @strawberry.field
    def must(self, info: strawberry.Info) -> Node:
        return node(info.context, "must", 1)


class _Quiet(strawberry.Schema):
    def process_errors(self, *_: Any) -> None:
        """Log nothing."""


def schema(*, compiled: bool) -> strawberry.Schema:
    """Return the graph, executed by plans or by graphql-core alone."""
    executor = CompiledExecutor if compiled else StrawberryGraphQLCoreExecutionContext
    return _Quiet(Query, types=[Leaf], execution_context_class=executor)
