"""Which fields a caller may see (DOMAIN §2.4, §2.6): deny by default, and say what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from resolvers.identity import Caller, Permit, Role, Subject, may
from schema.common.context import Info
from schema.common.errors import CodedError

SEES_EVERYTHING = (Permit(Role.CNIPA_ADMIN), Permit(Role.SERVICE))
"""Roles from which no domain data is hidden."""


def forbidden_error(caller: Caller) -> CodedError:
    """Return the top-level error for want of rights."""
    if not caller.is_authenticated:
        return CodedError("UNAUTHENTICATED", "请先登录", "Say who you are first")
    return CodedError("FORBIDDEN", "您的角色无权进行此操作", "Your role does not permit this")


def require_sight(info: Info, permits: Sequence[Permit], subject: Subject | None = None) -> None:
    """Let the caller see restricted data of an object; CNIPA and the hub itself always may.

    Raises:
        CodedError: UNAUTHENTICATED or FORBIDDEN.
    """
    caller = info.context.caller
    if not may((*SEES_EVERYTHING, *permits), caller, subject or Subject()):
        raise forbidden_error(caller)


async def require_grant(
    info: Info,
    topic: str,
    field_name: str,
    permits: Sequence[Permit] = (),
    subject: Subject | None = None,
) -> None:
    """Let the caller see conditional data: by its role (`permits`), or by a grant on the topic.

    `topic` is a DataTopic of the catalogue, `field_name` the name of the field as clients know it.

    Raises:
        CodedError: GRANT_REQUIRED, which makes this field null and nothing else.
    """
    context = info.context
    if may((*SEES_EVERYTHING, *permits), context.caller, subject or Subject()):
        return
    if await context.grants.covers(context.peers, context.caller, topic, field_name):
        return
    raise CodedError(
        "GRANT_REQUIRED",
        f"该数据有条件开放，请先申请数据底座（{topic}）的使用授权",
        f"Conditional data: request access to the data foundation on {topic} first",
        {"topic": topic, "field": field_name},
    )
