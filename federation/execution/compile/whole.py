"""Pass-through: the subgraph's own bytes as the client's answer, where that is provably right.

When one fetch answers the whole operation under the client's own names, its `data` need not be
rebuilt; but it must still be what the schema promises (types, nullability, visible enum values,
nothing that was not asked for). The response shape becomes a `msgspec` type, against which the
bytes are checked in C, without building the answer in Python. Whatever does not fit – also what
is merely unusual, like an ID written as a number – takes the ordinary road, which repairs it or
reports it.

What passes is written as the subgraph wrote it, so numbers of any size stay exact. Bodies found
right are remembered (`execution.remembered`): equal ones are only compared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, Union

import msgspec
from msgspec import Meta

from federation.execution.remembered import PASSED, Remembered
from federation.execution.steps import Step
from federation.execution.transport import AFTER, BEFORE
from federation.plan.nodes import OperationKind, Selected, SelectedField, SelectedFragment
from federation.plan.shape import (
    LeafShape,
    ListShape,
    ObjectShape,
    RawShape,
    ResponseShape,
    TypenameShape,
    ValueShape,
    WithheldShape,
)

# The bytes of a GraphQL response → those of the client's answer, `{"data":…}` and nothing else, or
# None where it cannot pass as it is.
Whole = Callable[[bytes | bytearray], bytes | None]

# A type per object shape costs some kilobytes; operations with more are not mere lists.
_MAX_TYPES = 64

_SCALARS: dict[str, Any] = {
    "String": str,
    "ID": str,
    "Int": Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)],
    "Float": float,
    "Boolean": bool,
}
_ANY_BUT_NULL = Union[str, int, float, bool, list[Any], dict[str, Any]]  # noqa: UP007
_NULL = b"null"
_AROUND = len(BEFORE) + len(AFTER)


class _Envelope(msgspec.Struct, gc=False):
    data: msgspec.Raw
    errors: msgspec.Raw = msgspec.Raw(_NULL)


class _Unsuitable(Exception):
    """The answer has to be rebuilt."""


def build_whole(steps: tuple[Step, ...], shape: ResponseShape) -> Whole | None:
    """Return the check of a plan whose one fetch answers as the client asked, else None."""
    if len(steps) != 1:
        return None
    (step,) = steps
    plain = not (step.entities or step.conditions or step.output_rewrites or step.event)
    if not plain or step.kind is OperationKind.SUBSCRIPTION:
        return None
    try:
        data_type = _Types().object(shape.root, step.selections)
    except _Unsuitable:
        return None
    return _check(msgspec.json.Decoder(data_type).decode)


def _check(decode_data: Callable[[msgspec.Raw], Any]) -> Whole:
    decode_envelope = msgspec.json.Decoder(_Envelope).decode

    remembered: Remembered[bytes] = Remembered(PASSED)

    def whole(body: bytes | bytearray) -> bytes | None:
        known = remembered.find(body)
        if known is not None:
            return known
        try:
            envelope = decode_envelope(body)
            if bytes(envelope.errors) not in (_NULL, b"[]"):
                return None
            decode_data(envelope.data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        answer = _answer(body, memoryview(envelope.data))
        if remembered.comes_again(body):
            remembered.keep(body, answer, len(body) + len(answer))
        return answer

    return whole


def _answer(body: bytes | bytearray, data: memoryview) -> bytes:
    """Return the answer whose data these are: the body itself where it is nothing else."""
    # The data's text, which is within the body, then begins and ends where it must.
    if len(data) + _AROUND == len(body) and body.startswith(BEFORE) and body.endswith(AFTER):
        return bytes(body)
    return b"".join((BEFORE, data, AFTER))


class _Types:
    """Makes the types of one answer."""

    def __init__(self) -> None:
        self.made = 0

    def object(self, shape: ObjectShape, selections: tuple[Selected, ...]) -> Any:
        """Return the type of an object with exactly these members.

        They must be asked for in the client's order, in which a subgraph then answers (GraphQL
        October 2021 §7.2.2); a client that names `__typename` last is asked for it first.
        """
        self.made += 1
        if self.made > _MAX_TYPES or shape.typename is None:
            raise _Unsuitable
        selected = _fields(selections, shape.typename)
        if [member.key for member in shape.fields] != list(selected):
            raise _Unsuitable
        fields: list[tuple[str, Any]] = []
        names: dict[str, str] = {}
        for number, member in enumerate(shape.fields):
            known = member.types is None or shape.typename in member.types
            if member.conditions or not known or member.key != member.source:
                raise _Unsuitable
            inner = selected[member.key]
            value = self.value(member.value, inner, shape.typename)
            fields.append((f"f{number}", Union[value, None] if member.nullable else value))  # noqa: UP007
            names[f"f{number}"] = member.key
        return msgspec.defstruct(
            "Answer", fields, rename=names, forbid_unknown_fields=True, gc=False, eq=False
        )

    def value(self, shape: ValueShape, field: SelectedField, typename: str) -> Any:
        match shape:
            case TypenameShape():
                return Literal[typename]
            case LeafShape(_, allowed) if allowed is not None:
                if not allowed:
                    raise _Unsuitable
                return Literal[tuple(allowed)]
            case LeafShape(scalar):
                return _SCALARS.get(scalar, _ANY_BUT_NULL)
            case ListShape(item, nullable_items):
                items = self.value(item, field, typename)
                if nullable_items:
                    items = Union[items, None]  # noqa: UP007
                return list.__class_getitem__(items)
            case ObjectShape():
                return self.object(shape, field.selections)
            case RawShape() | WithheldShape():
                raise _Unsuitable


def _fields(selections: tuple[Selected, ...], typename: str) -> dict[str, SelectedField]:
    """Return what is asked of an object of this type, by key; each key once."""
    found: dict[str, SelectedField] = {}
    for selection in selections:
        match selection:
            case SelectedField(key):
                if key in found:
                    raise _Unsuitable
                found[key] = selection
            case SelectedFragment(types, inner):
                if typename not in types:
                    continue
                for key, one in _fields(inner, typename).items():
                    if key in found:
                        raise _Unsuitable
                    found[key] = one
    return found
