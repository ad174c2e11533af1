"""What trading adds to a patent: listings, licences, transfers, and whether it can be traded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import Annotated, Any, Final

import strawberry
from strawberry import field

from resolvers.trading.rows import OpenLicenceRow
from resolvers.trading.rules.open_licence_bars import BarFacts, bars
from resolvers.trading.rules.tradability import TradeFacts, trade_barriers, trade_warnings
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.errors import CodedError
from schema.common.fields import computed, loaded, requiring
from schema.common.scalars import ApplicationNumber
from schema.common.sizes import sized
from schema.trading.access import sight
from schema.trading.arguments import StatusArgument
from schema.trading.licences import LicenceRecord
from schema.trading.listings import Listing
from schema.trading.patent_enums import EvaluationConclusion, LegalStatus, PatentKind
from schema.trading.statements import OpenLicenceStatement
from schema.trading.transfers import TransferRecord


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_report(value: object) -> bool:
    return isinstance(value, Mapping) and value.get("conclusion") in _names(EvaluationConclusion)


def _names(enum: type[Enum]) -> frozenset[str]:
    return frozenset(enum.__members__)


# Fields of other subgraphs that the gateway may send, and what each may hold beside null.
_SENT: Final[Mapping[str, Callable[[Any], bool]]] = {
    "kind": lambda value: value in _names(PatentKind),
    "legalStatus": lambda value: value in _names(LegalStatus),
    "underPreservation": lambda value: isinstance(value, bool),
    "expiryDate": _is_date,
    "evaluationReport": _is_report,
    "hasActivePledge": lambda value: isinstance(value, bool),
    "pledgeeConsentsOpenLicence": lambda value: isinstance(value, bool),
}


@strawberry.type(description=zh_en("专利权评价报告", "Evaluation report"))
class EvaluationReport:
    conclusion: EvaluationConclusion = strawberry.federation.field(
        external=True, description=zh_en("结论", "Conclusion")
    )


@strawberry.federation.type(
    shareable=True,
    description=zh_en("是否可以及其原因", "Whether something may be, and why not"),
)
class Eligibility:
    allowed: bool = field(description=zh_en("是否可以", "Whether it may be"))
    barriers: list[str] = field(description=zh_en("障碍的代码", "Codes of what stands against it"))
    warnings: list[str] = field(description=zh_en("提示的代码", "Codes of what one should know"))

    @classmethod
    def of(cls, barriers: tuple[str, ...], warnings: tuple[str, ...]) -> Eligibility:
        return cls(allowed=not barriers, barriers=list(barriers), warnings=list(warnings))


@strawberry.federation.type(keys=["applicationNumber"], description=descriptions.PATENT)
class Patent:
    # what the gateway sent of other subgraphs' fields, for those that require them
    sent: strawberry.Private[dict[str, Any]] = strawberry.field(default_factory=dict)
    application_number: ApplicationNumber = field(description=descriptions.APPLICATION_NUMBER)
    kind: PatentKind = strawberry.federation.field(
        external=True, default=None, description=zh_en("种类", "Kind")
    )
    legal_status: LegalStatus = strawberry.federation.field(
        external=True,
        default=None,
        description=zh_en("法律状态（由法律事务推算）", "Projection of the legal events"),
    )
    under_preservation: bool = strawberry.federation.field(
        external=True,
        default=None,
        description=zh_en("是否处于保全中", "Whether a court has frozen it"),
    )
    expiry_date: date | None = strawberry.federation.field(
        external=True,
        default=None,
        description=zh_en(
            "保护期届满之日（该日起权利终止）", "The day on which the right ends by lapse of time"
        ),
    )
    evaluation_report: EvaluationReport | None = strawberry.federation.field(
        external=True,
        default=None,
        description=zh_en("专利权评价报告", "Evaluation report of a utility model or design"),
    )
    has_active_pledge: bool = strawberry.federation.field(
        external=True,
        default=None,
        description=zh_en(
            "是否有未注销的质押；债务到期不等于解除",
            "Whether a pledge is not cancelled; one whose debt has run out still counts",
        ),
    )
    pledgee_consents_open_licence: bool | None = strawberry.federation.field(
        external=True,
        default=None,
        description=zh_en(
            "质权人是否同意开放许可：任一不同意为否，全部同意为是，未载明或无有效质押为空",
            "Whether the pledgees agree to an open licence: one refusal is no, all agreeing is "
            "yes; null when not known, or when there is no active pledge",
        ),
    )

    @loaded(
        description=zh_en("包含该专利的挂牌项目（由新到旧）", "Listings it is in, newest first"),
        directives=sized(2),
    )
    async def listings(self, info: Info, status: StatusArgument = None) -> list[Listing]:
        rows = await info.context.loaders.trading.listings_of_patent.load(
            (status.value if status else None, sight(info)), self.application_number
        )
        return [Listing.from_row(row) for row in rows]

    @computed(
        description=zh_en("有效的开放许可声明（至多一项）", "The statement in force: one at most")
    )
    async def open_licence(self, info: Info) -> OpenLicenceStatement | None:
        row = await self._in_force(info)
        return OpenLicenceStatement.from_row(row) if row else None

    @loaded(
        description=zh_en("全部开放许可声明（由新到旧）", "All statements, latest term first"),
        directives=sized(2),
    )
    async def open_licence_history(self, info: Info) -> list[OpenLicenceStatement]:
        rows = await info.context.loaders.trading.open_licences_of_patent.load(
            self.application_number
        )
        seen = sight(info)
        return [OpenLicenceStatement.from_row(row) for row in rows if seen.of_statement(row)]

    @loaded(
        description=zh_en("许可合同备案（备案日由近到远）", "Recorded licences, latest first"),
        directives=sized(2),
    )
    async def licence_records(
        self,
        info: Info,
        in_force: Annotated[
            bool | None,
            strawberry.argument(
                description=zh_en(
                    "只要今天在有效期内的（或只要不在的）", "Only those that run today, or do not"
                )
            ),
        ] = None,
    ) -> list[LicenceRecord]:
        today = info.context.today
        rows = await info.context.loaders.trading.licences_of_patent.load(
            (today, in_force), self.application_number
        )
        return [LicenceRecord.from_row(row, today) for row in rows]

    @loaded(
        description=zh_en("权利转移（由早到晚）", "Transfers, earliest first"), directives=sized(2)
    )
    async def transfers(self, info: Info) -> list[TransferRecord]:
        rows = await info.context.loaders.trading.transfers_of_patent.load(self.application_number)
        return [TransferRecord.from_row(row) for row in rows]

    @requiring(
        "kind legalStatus underPreservation evaluationReport { conclusion } hasActivePledge "
        "pledgeeConsentsOpenLicence",
        description=zh_en(
            "可否开放许可：《专利审查指南》第五部分第十一章 3.1 节的各项障碍",
            "May it be licensed openly: the bars of the Examination Guidelines, part V chapter 11 "
            "section 3.1",
        ),
    )
    async def open_licence_eligibility(self, info: Info) -> Eligibility:
        loaders, sent = info.context.loaders.trading, self.sent
        report = sent.get("evaluationReport")
        found = bars(
            BarFacts(
                kind=sent.get("kind"),
                legal_status=sent.get("legalStatus"),
                under_preservation=bool(sent.get("underPreservation")),
                evaluation=report["conclusion"] if report else None,
                has_active_pledge=bool(sent.get("hasActivePledge")),
                pledgee_consents=sent.get("pledgeeConsentsOpenLicence"),
                excluding_licence=await self._is_licensed_alone(info),
                other_obstacle=await loaders.obstacles.load(self.application_number) is not None,
            )
        )
        return Eligibility.of(found, await self._raised(info))

    @requiring(
        "legalStatus underPreservation expiryDate hasActivePledge",
        description=zh_en("今天可否挂牌交易", "Can it be listed today"),
    )
    async def tradability(self, info: Info) -> Eligibility:
        today, end = info.context.today, self.sent.get("expiryDate")
        facts = TradeFacts(
            legal_status=self.sent.get("legalStatus"),
            under_preservation=bool(self.sent.get("underPreservation")),
            expiry_date=date.fromisoformat(end) if end else None,
            has_active_pledge=bool(self.sent.get("hasActivePledge")),
            has_open_licence=await self._in_force(info) is not None,
            excluding_licence=await self._is_licensed_alone(info),
        )
        warnings = (*trade_warnings(facts, today), *await self._raised(info))
        return Eligibility.of(trade_barriers(facts, today), warnings)

    def take(self, representation: Mapping[str, Any]) -> None:
        """Keep what the gateway sent along with the key.

        Raises:
            CodedError: BAD_REPRESENTATION for what the other subgraphs cannot have said.
        """
        self.sent = {name: representation[name] for name in _SENT if name in representation}
        for name, is_right in _SENT.items():
            value = self.sent.get(name)
            if value is not None and not is_right(value):
                raise CodedError(
                    "BAD_REPRESENTATION", f"{name} 的值不正确", f"{name} holds no such value"
                )

    async def _in_force(self, info: Info) -> OpenLicenceRow | None:
        rows = await info.context.loaders.trading.open_licences_of_patent.load(
            self.application_number
        )
        return next((each for each in rows if each.status == "IN_FORCE"), None)

    async def _is_licensed_alone(self, info: Info) -> bool:
        """Whether a sole or exclusive licence runs today."""
        rows = await info.context.loaders.trading.licences_of_patent.load(
            (info.context.today, True), self.application_number
        )
        return any(row.licence_type in ("SOLE", "EXCLUSIVE") for row in rows)

    async def _raised(self, info: Info) -> tuple[str, ...]:
        """Return the codes of warnings raised on the statement in force."""
        loader = info.context.loaders.trading.statement_warnings
        return await loader.load(self.application_number)
