"""Who may do what: roles of tokens against actions.

| action | READER | CHECKER | PUBLISHER | DOCUMENT_PUBLISHER | APPROVER | ADMIN |
|---|---|---|---|---|---|---|
| READ, LINT | yes | yes | yes | yes | yes | yes |
| CHECK | | yes | own subgraphs | | yes | yes |
| PUBLISH, DELETE | | | own subgraphs | | | yes |
| OPEN_CHANGE_SET, CHECK_CHANGE_SET | | | yes | | yes | yes |
| CLOSE_CHANGE_SET (publish, withdraw) | | | with own subgraphs in it | | yes | yes |
| APPROVE, ROLL_BACK | | | | | yes | yes |
| PUBLISH_DOCUMENTS | | | | yes | | yes |
| MANAGE_TOKENS, READ_AUDIT | | | | | | yes |

A token is for one graph (or all) and, if it names some, for certain variants. Of other graphs and
variants it learns nothing: E010, as if they did not exist. What a role does not allow is E033.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from federation.registry.errors import RegistryError
from federation.registry.model import GraphRef, Role

ALL_SUBGRAPHS = "*"


class Action(Enum):
    READ = "read"
    LINT = "lint"
    CHECK = "check"
    PUBLISH = "publish"
    DELETE = "delete"
    OPEN_CHANGE_SET = "open a change set"
    CHECK_CHANGE_SET = "check a change set"
    CLOSE_CHANGE_SET = "publish or withdraw a change set"
    APPROVE = "approve"
    ROLL_BACK = "roll back"
    PUBLISH_DOCUMENTS = "publish documents"
    MANAGE_TOKENS = "manage tokens"
    READ_AUDIT = "read the audit log"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `name` is what histories and the audit log show."""

    name: str
    roles: frozenset[Role]
    graph: str | None = None
    subgraphs: frozenset[str] = frozenset()
    variants: frozenset[str] = frozenset()
    token_id: str | None = None


# What histories call the hub itself; no token may have this name.
SYSTEM_NAME = "hub"


def system_caller(name: str = SYSTEM_NAME) -> Caller:
    """Return the hub itself, which may do everything; never made from a request."""
    return Caller(name, frozenset({Role.ADMIN}))


_ANY = frozenset(Role)
_ALLOWED: dict[Action, frozenset[Role]] = {
    Action.READ: _ANY,
    Action.LINT: _ANY,
    Action.CHECK: frozenset({Role.CHECKER, Role.APPROVER, Role.ADMIN}),
    Action.PUBLISH: frozenset({Role.ADMIN}),
    Action.DELETE: frozenset({Role.ADMIN}),
    Action.OPEN_CHANGE_SET: frozenset({Role.PUBLISHER, Role.APPROVER, Role.ADMIN}),
    Action.CHECK_CHANGE_SET: frozenset({Role.PUBLISHER, Role.APPROVER, Role.ADMIN}),
    Action.CLOSE_CHANGE_SET: frozenset({Role.APPROVER, Role.ADMIN}),
    Action.APPROVE: frozenset({Role.APPROVER, Role.ADMIN}),
    Action.ROLL_BACK: frozenset({Role.APPROVER, Role.ADMIN}),
    Action.PUBLISH_DOCUMENTS: frozenset({Role.DOCUMENT_PUBLISHER, Role.ADMIN}),
    Action.MANAGE_TOKENS: frozenset({Role.ADMIN}),
    Action.READ_AUDIT: frozenset({Role.ADMIN}),
}
# What a publisher may do with the subgraphs it is for.
_WITH_OWN = frozenset({Action.CHECK, Action.PUBLISH, Action.DELETE, Action.CLOSE_CHANGE_SET})


def may(caller: Caller, action: Action, *subgraphs: str) -> bool:
    """Whether the caller's roles allow `action`; with several `subgraphs`, one of them suffices."""
    if caller.roles & _ALLOWED[action]:
        return True
    if action not in _WITH_OWN or Role.PUBLISHER not in caller.roles:
        return False
    return ALL_SUBGRAPHS in caller.subgraphs or bool(caller.subgraphs & set(subgraphs))


def knows(caller: Caller, ref: GraphRef) -> bool:
    """Whether the caller may know that there is such a variant."""
    return knows_graph(caller, ref.graph) and (
        not caller.variants or ref.variant in caller.variants
    )


def knows_graph(caller: Caller, graph: str) -> bool:
    """Whether the caller may know that there is such a graph."""
    return bool(caller.roles) and caller.graph in (None, graph)


def allow(caller: Caller, action: Action, ref: GraphRef, *subgraphs: str) -> None:
    """Raise `RegistryError` unless the caller may do this: E010 outside its scope, else E033."""
    if not knows(caller, ref):
        raise unknown_graph(str(ref))
    _allow_role(caller, action, subgraphs)


def allow_on_graph(caller: Caller, action: Action, graph: str) -> None:
    """Like `allow` for what belongs to a graph, not to a variant."""
    if not knows_graph(caller, graph):
        raise unknown_graph(graph)
    _allow_role(caller, action, ())


def _allow_role(caller: Caller, action: Action, subgraphs: tuple[str, ...]) -> None:
    if may(caller, action, *subgraphs):
        return
    what = f" {', '.join(subgraphs)}" if subgraphs else ""
    raise RegistryError(
        "E033",
        f'the token "{caller.name}" may not {action.value}{what}; ask an administrator of the '
        "graph for one that may",
    )


def unknown_graph(name: str) -> RegistryError:
    """Return the error for what does not exist or must not be known."""
    return RegistryError(
        "E010", f'there is no graph "{name}", or the token may not know of it; check both'
    )
