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

    `types`: concrete types of the object it applies to. `typename`: what to write as
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
    """Output rewrite: at `path` in this fetch's own answer, member `key` becomes `to`."""

    path: Path
    to: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to one subgraph.

    `operation` is the text sent. With `representations` it is an entity fetch: its one root field
    is `_entities(representations: $representations)` and the answers are merged, in order, into
    the objects found at `path`. Without, the answer is merged at the root.
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


PlanNode = Fetch | Flatten | Sequence | Parallel | Condition | Subscription


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """What to fetch (`node`, None when nothing is) and what to answer (`shape`)."""

    kind: OperationKind
    node: PlanNode | None
    shape: ResponseShape
