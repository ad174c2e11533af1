"""Plan nodes: what the planner hands to the executor. Data only, no behaviour.

The tree (`Sequence`, `Parallel`, `Flatten`, `Condition` …) is the form people and tools know
from other federation engines. Each `Fetch` also says by `id` and `depends_on` which fetches it
really needs, so that an executor may start it as soon as those have answered.

Nothing here needs a schema: type conditions are written out as sets of concrete type names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from federation.plan.shape import ResponseShape


class OperationKind(Enum):
    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class PathKey:
    """Go into the object's member `key`.

    `types`: only for objects whose `__typename` is one of these (None: for all).
    The condition is on the object *before* the step.
    """

    key: str
    types: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PathList:
    """Go into each item of the list (written `@`)."""


PathElement = PathKey | PathList
Path = tuple[PathElement, ...]


@dataclass(frozen=True, slots=True)
class RequiredField:
    """One member of a representation.

    `name` is what the subgraph calls it; `source` is the key it has in the data gathered so far
    (they differ when the planner had to alias it). `nullable` says whether a null may be sent; a
    null or missing value that may not be sent means: no representation for this object.
    """

    name: str
    source: str
    selections: tuple[RequiredSelection, ...] = ()
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class RequiredFragment:
    """Members that only objects of these concrete types have. `types` also name the condition."""

    condition: str
    types: tuple[str, ...]
    selections: tuple[RequiredSelection, ...]


RequiredSelection = RequiredField | RequiredFragment


@dataclass(frozen=True, slots=True)
class Representation:
    """How to make `{__typename, …}` from an object at the fetch's path.

    `types`: values of the object's `__typename` that it applies to: concrete types, and the name
    of the interface while only an interface object has answered. `typename`: what to write as
    `__typename` (None: the object's own), e.g. the interface's name for an interface object.
    """

    types: tuple[str, ...]
    selections: tuple[RequiredSelection, ...]
    typename: str | None = None


@dataclass(frozen=True, slots=True)
class SelectedField:
    """A field as the subgraph is asked for it; `key` is its key in the subgraph's answer."""

    key: str
    name: str
    selections: tuple[Selected, ...] = ()


@dataclass(frozen=True, slots=True)
class SelectedFragment:
    """What is asked only of objects of these concrete types."""

    types: tuple[str, ...]
    selections: tuple[Selected, ...]


Selected = SelectedField | SelectedFragment


@dataclass(frozen=True, slots=True)
class RenameKey:
    """Output rewrite: in this fetch's own answer (for an entity fetch: in each entity), the
    member that the last step of `path` (a `PathKey`) names is called `to` from then on.

    Paths, representations and shapes of the plan use the new name.
    """

    path: Path
    to: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to one subgraph.

    `operation` is the text sent. With `representations` it is an entity fetch: its one root field
    is `_entities(representations: $representations)` and the answers are merged, in order, into
    the objects found at `path`. Without, the answer is merged at the root – or, where `path` is not
    empty, into each object there: a field of the root type deep inside an answer, whose fields
    another subgraph's query root has. Such a fetch is sent once, if at least one object is there.
    `path` is absolute, from the root of the data; a `Flatten` around the fetch repeats it for
    readers.
    `selections` is the shape of the answer (for an entity fetch: of each entity), so that an
    executor can merge without parsing the text.
    `variables`: names of the client's variables that `operation` uses.
    """

    id: int
    subgraph: str
    operation: str
    kind: OperationKind = OperationKind.QUERY
    operation_name: str | None = None
    variables: tuple[str, ...] = ()
    path: Path = ()
    representations: tuple[Representation, ...] = ()
    selections: tuple[Selected, ...] = ()
    output_rewrites: tuple[RenameKey, ...] = ()
    depends_on: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextSource:
    """An object above, and the members that lead from it to a value.

    `depth`: how many elements of the batch's path lead to the object. `types`: for which concrete
    types it holds.
    """

    depth: int
    types: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContextValue:
    """A variable whose value comes from an object above the entity, `sources` nearest first.

    `variable` without `$`, `type` as GraphQL text. No entity is asked for where a value is missing
    that may not be null.
    """

    variable: str
    type: str
    sources: tuple[ContextSource, ...]


# Stands behind each variable of a context in `EntityBatch.body`; no GraphQL text can hold it.
CONTEXT_MARK = "\0"


@dataclass(frozen=True, slots=True)
class EntityBatch:
    """One aliased `_entities` field of a `BatchFetch`.

    `alias` is its key in the answer, `variable` the variable that takes its representations
    (without `$`). Objects at any of `paths` take part; equal representations are sent once, so
    the same selection wanted at several places costs one entity. The rest as in `Fetch`.

    With `contexts` the values of those variables may differ from entity to entity. Entities of
    equal values are asked for together; where there are several groups, the executor repeats the
    field under further aliases with variables of their own, made from `body`: the field's
    selection set with `CONTEXT_MARK`s. Such a batch is the only one of its fetch.
    """

    alias: str
    variable: str
    paths: tuple[Path, ...]
    representations: tuple[Representation, ...]
    selections: tuple[Selected, ...]
    output_rewrites: tuple[RenameKey, ...] = ()
    contexts: tuple[ContextValue, ...] = ()
    body: str = ""


@dataclass(frozen=True, slots=True)
class BatchFetch:
    """Several entity fetches to one subgraph, ready together, sent as one aliased query.

    `operation` reads
    `query($_r0: [_Any!]!, $_r1: [_Any!]!) { _e0: _entities(representations: $_r0) {...} _e1: … }`.
    It carries its own paths, so it stands in the tree without `Flatten`. `definitions`: those of
    the client's variables, as text.
    """

    id: int
    subgraph: str
    operation: str
    entities: tuple[EntityBatch, ...]
    operation_name: str | None = None
    variables: tuple[str, ...] = ()
    depends_on: tuple[int, ...] = ()
    definitions: str = ""


@dataclass(frozen=True, slots=True)
class Flatten:
    """Run `node` for every object found at `path` ("@" stands for each list item)."""

    path: Path
    node: PlanNode


@dataclass(frozen=True, slots=True)
class Sequence:
    """Run in order: later nodes need what earlier ones fetched."""

    nodes: tuple[PlanNode, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """Run together: no node needs another."""

    nodes: tuple[PlanNode, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Run one of two, by the Boolean variable `variable` of the client."""

    variable: str
    then: PlanNode | None
    otherwise: PlanNode | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """`primary` opens the event stream; `rest` runs for each event."""

    primary: Fetch
    rest: PlanNode | None


@dataclass(frozen=True, slots=True)
class DeferredNode:
    """One deferred fragment: what it shows (`subselection`, GraphQL text) at `path` (response
    keys), and the fetches only it needs. `depends`: ids of earlier fetches they wait for.
    """

    label: str | None
    path: tuple[str, ...]
    subselection: str
    depends: tuple[int, ...]
    node: PlanNode | None


@dataclass(frozen=True, slots=True)
class Defer:
    """`primary` is answered first and shows `subselection`; the rest follows in parts."""

    subselection: str
    primary: PlanNode | None
    deferred: tuple[DeferredNode, ...]


PlanNode = Fetch | BatchFetch | Flatten | Sequence | Parallel | Condition | Subscription | Defer


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """What to fetch (`node`, None when nothing is) and what to answer (`shape`)."""

    kind: OperationKind
    node: PlanNode | None
    shape: ResponseShape
    caution: Caution | None = None


@dataclass(frozen=True, slots=True)
class Caution:
    """A plan saves calls by asking for too much; this is what to do when that goes wrong.

    A subgraph that knows an interface as an object cannot tell types apart, so what is wanted of
    one type the `fetches` (ids) ask of all objects. When one of them reports an error, that may be
    for what nobody wanted, and may have cost what was wanted. Then `plan` is run in the place of
    the whole plan: it learns the types first.
    """

    plan: QueryPlan
    fetches: frozenset[int]
