"""Mutations: rights, audit and business errors are the same for all of them.

A mutation declares who may call it. The frame refuses everybody else before anything is read, turns
`Refused` into the payload's `errors` and audits every refusal; what was done audits itself
(`resolvers.hub.commands`). All declarations are kept in `OPERATIONS`, from which the page of rights
(`schema/ACCESS.md`) and the tests of rights are made.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry
from strawberry.utils.str_converters import to_camel_case

from resolvers.identity import Permit
from resolvers.refusal import Forbidden, Problem, Refused
from schema.common.access import forbidden_error
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.errors import CodedError
from schema.common.sizes import sized

Resolver = Callable[..., Awaitable[Any]]
Method = TypeVar("Method", bound=Resolver)


@strawberry.federation.type(shareable=True, description=zh_en("业务错误", "A business error"))
class UserError:
    code: str = strawberry.field(description=zh_en("错误代码，不随版本改变", "Stable code"))
    message: str = strawberry.field(
        description=zh_en("说明（中文在前，英文在后）", "What is wrong, in Chinese and English")
    )
    path: list[str] | None = strawberry.field(
        description=zh_en("在输入中的位置", "Where in the input")
    )

    @classmethod
    def from_problem(cls, problem: Problem) -> UserError:
        return cls(code=problem.code, message=problem.message, path=list(problem.path) or None)


def errors_field() -> Any:
    """Return the field `errors` that every payload has."""
    return strawberry.field(
        description=zh_en("业务错误；为空即成功", "Business errors; empty means done"),
        default_factory=list,
        directives=sized(3),
    )


@dataclass(frozen=True, slots=True)
class OperationRights:
    """Who may call a mutation: the object's relation is checked once the object is known."""

    subgraph: str
    name: str
    permits: tuple[Permit, ...]


OPERATIONS: dict[tuple[str, str], OperationRights] = {}


def mutation(
    *,
    description: str,
    permits: Sequence[Permit],
    payload: type | None = None,
    directives: Sequence[object] = (),
) -> Callable[[Method], Method]:
    """Return the decorator of a mutation that takes `info` and arguments by name.

    Who may call it is also said by tags `role/…`: a gateway whose views have the gate `role` shows
    it to nobody else.

    `payload`: its payload type, made with `errors` only when the command was refused. Without one
    (a list, say) a refusal is a top-level error with the code of its first problem.
    """

    def decorate(method: Method) -> Method:
        subgraph = method.__module__.split(".")[1]
        name = to_camel_case(method.__name__)
        OPERATIONS[subgraph, name] = OperationRights(subgraph, name, tuple(permits))

        @functools.wraps(method)
        async def run(self: Any, info: Info, **arguments: Any) -> Any:
            caller = info.context.caller
            command = info.context.command(name)
            if not any(permit.fits(caller) for permit in permits):
                error = forbidden_error(caller)
                await command.audit_refusal("FORBIDDEN", [str((error.extensions or {})["code"])])
                raise error
            try:
                return await method(self, info, **arguments)
            except Forbidden as refusal:
                await command.audit_refusal("FORBIDDEN", [refusal.code])
                raise forbidden_error(caller) from None
            except Refused as refusal:
                await command.audit_refusal("REFUSED", refusal.codes)
                if payload is None:
                    raise _as_error(refusal) from None
                return payload(errors=[UserError.from_problem(p) for p in refusal.problems])

        made: Any = strawberry.federation.mutation(
            resolver=run,
            description=description,
            authenticated=True,
            directives=directives,
            tags=[f"role/{role}" for role in sorted({permit.role for permit in permits})],
        )
        return made  # type: ignore[no-any-return]

    return decorate


def _as_error(refusal: Refused) -> CodedError:
    first = refusal.problems[0]
    return CodedError(first.code, first.zh, first.en, {"codes": refusal.codes})
