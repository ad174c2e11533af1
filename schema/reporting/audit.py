"""The audit for those who keep the hub running, and for CNIPA (DOMAIN §2.4)."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry
from strawberry import field

from resolvers.hub.audit import AuditRow, audit_row, list_audit
from resolvers.identity import Permit, Role
from schema.common import descriptions
from schema.common.access import require_sight
from schema.common.context import Info
from schema.common.descriptions import enum_value, zh_en
from schema.common.entities import id_text
from schema.common.fields import computed
from schema.common.pages import Connection, connect, page_size
from schema.common.sizes import paged

READERS = (Permit(Role.HUB_OPERATOR),)


@strawberry.enum(description=zh_en("操作的结果", "How a call of a mutation ended"))
class AuditOutcome(Enum):
    DONE = enum_value("DONE", "已完成", "Done")
    REFUSED = enum_value("REFUSED", "因业务规则被拒", "Refused by a rule; nothing was changed")
    FORBIDDEN = enum_value("FORBIDDEN", "无权操作", "The caller had no right to it")


@strawberry.type(description=zh_en("一次变更操作的审计记录", "One call of a mutation"))
class AuditRecord:
    id: strawberry.ID = field(description=zh_en("记录号", "Id of the record"))
    at: datetime = field(description=zh_en("时间", "When"))
    subject: str = field(description=zh_en("操作者", "Who"))
    role: str = field(description=zh_en("操作者的角色", "In which role"))
    center_code: strawberry.ID | None = field(
        description=zh_en("操作者所属平台（中心）", "For which platform or centre")
    )
    jurisdiction_code: str | None = field(
        description=zh_en("操作者所属管辖范围", "For which jurisdiction")
    )
    subgraph: str = field(description=zh_en("子图", "Subgraph"))
    mutation: str = field(description=zh_en("操作名称", "Name of the mutation"))
    key: str | None = field(description=zh_en("对象的标识", "Key of the object"))
    outcome: AuditOutcome = field(description=zh_en("结果", "How it ended"))
    codes: list[str] = field(description=zh_en("错误代码", "Codes of the errors"))
    request_id: str | None = field(description=zh_en("请求号", "Request id"))
    trace_id: str | None = field(description=zh_en("追踪号", "Trace id"))

    @classmethod
    def from_row(cls, row: AuditRow) -> AuditRecord:
        return cls(
            id=strawberry.ID(str(row.id)),
            at=row.at,
            subject=row.subject,
            role=row.role,
            center_code=strawberry.ID(row.center_code) if row.center_code else None,
            jurisdiction_code=row.jurisdiction_code,
            subgraph=row.subgraph,
            mutation=row.mutation,
            key=row.key,
            outcome=AuditOutcome(row.outcome),
            codes=row.codes,
            request_id=row.request_id,
            trace_id=row.trace_id,
        )


AuditRecordConnection = Connection[AuditRecord]


@strawberry.type
class AuditQueries:
    @computed(
        description=zh_en(
            "审计记录（由近及远）；仅枢纽运维和国家知识产权局可查",
            "The audit, latest first; for the operator of the hub and CNIPA",
        ),
        directives=paged(20),
    )
    def audit_records(
        self,
        info: Info,
        center: Annotated[
            strawberry.ID | None, strawberry.argument(description=descriptions.CENTER_CODE)
        ] = None,
        key: Annotated[
            str | None,
            strawberry.argument(description=zh_en("对象的标识", "Key of the object")),
        ] = None,
        first: Annotated[int | None, strawberry.argument(description=descriptions.FIRST)] = 20,
        after: Annotated[str | None, strawberry.argument(description=descriptions.AFTER)] = None,
    ) -> AuditRecordConnection:
        require_sight(info, READERS)
        return connect(
            list_audit(id_text(center) if center else None, key[:200] if key else None),
            info.context.loaders.queries,
            page_size(first, 20),
            after,
            lambda record: AuditRecord.from_row(audit_row(record)),
            AuditRecordConnection,
        )
