"""Mutations of open-licence statements."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry
from strawberry import field

from resolvers.identity import Permit, Role
from resolvers.input_texts import TEXT, optional_text, required_text
from resolvers.refusal import Problems
from resolvers.trading.commands.filing import file_statement
from resolvers.trading.commands.open_licences import (
    announce_statement,
    end_statement,
    note_obstacle,
)
from resolvers.trading.workflows.open_licence import CNIPA, FILERS
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text
from schema.common.mutations import UserError, errors_field, mutation
from schema.common.scalars import ApplicationNumber
from schema.trading.access import sight
from schema.trading.enums import OpenLicenceEnding
from schema.trading.inputs import OpenLicenceInput
from schema.trading.statements import OpenLicenceStatement

WITHDRAWERS = (Permit(Role.FUNCTIONAL_PLATFORM, "filer", "TRADING_SERVICE"), *CNIPA)
StatementNumber = Annotated[
    strawberry.ID, strawberry.argument(description=zh_en("声明编号", "Number of the statement"))
]
Reason = Annotated[str, strawberry.argument(description=zh_en("理由", "Why"))]


@strawberry.type(description=zh_en("开放许可声明的变更结果", "What became of a statement"))
class OpenLicencePayload:
    statement: OpenLicenceStatement | None = field(
        default=None, description=zh_en("声明", "The statement")
    )
    errors: list[UserError] = errors_field()


@strawberry.type
class StatementMutation:
    @mutation(
        description=zh_en(
            "提交开放许可声明（交易服务平台代专利权人提交），公告后生效",
            "File an open-licence statement, by a trading platform for the holders; it takes "
            "effect when announced",
        ),
        permits=FILERS,
        payload=OpenLicencePayload,
    )
    async def file_open_licence(
        self,
        info: Info,
        input: Annotated[
            OpenLicenceInput, strawberry.argument(description=zh_en("声明", "The statement"))
        ],
    ) -> OpenLicencePayload:
        context, problems = info.context, Problems()
        draft = input.to_draft(problems)
        command = context.command("fileOpenLicence")
        number = await file_statement(command, context.ask(), draft, problems, context.today)
        return await _statement(info, number)

    @mutation(
        description=zh_en(
            "公告开放许可声明（国家知识产权局），公告日生效",
            "Announce a statement, by CNIPA; it takes effect that day",
        ),
        permits=CNIPA,
        payload=OpenLicencePayload,
    )
    async def announce_open_licence(
        self,
        info: Info,
        statement_number: StatementNumber,
        announced_on: Annotated[
            date | None,
            strawberry.argument(description=zh_en("公告日；默认今天", "Day; today when left out")),
        ] = None,
        gazette_number: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description=zh_en(
                    "公告中的声明编号；默认不变",
                    "Its number in the gazette; as it is when left out",
                )
            ),
        ] = None,
    ) -> OpenLicencePayload:
        context = info.context
        number = await announce_statement(
            context.command("announceOpenLicence"),
            context.ask(),
            id_text(statement_number),
            id_text(gazette_number) if gazette_number is not None else None,
            announced_on or context.today,
            context.today,
        )
        return await _statement(info, number)

    @mutation(
        description=zh_en(
            "撤回开放许可声明（提交的平台或国家知识产权局），公告日生效，不得附条件",
            "Withdraw a statement, by the platform that filed it or CNIPA; it takes effect that "
            "day, without conditions",
        ),
        permits=WITHDRAWERS,
        payload=OpenLicencePayload,
    )
    async def withdraw_open_licence(
        self, info: Info, statement_number: StatementNumber, reason: Reason
    ) -> OpenLicencePayload:
        return await _end(info, "withdrawOpenLicence", statement_number, "WITHDRAW", reason)

    @mutation(
        description=zh_en(
            "不予公告、终止或撤销开放许可声明（国家知识产权局）",
            "Refuse, terminate or revoke a statement, by CNIPA",
        ),
        permits=CNIPA,
        payload=OpenLicencePayload,
    )
    async def end_open_licence(
        self,
        info: Info,
        statement_number: StatementNumber,
        action: Annotated[
            OpenLicenceEnding, strawberry.argument(description=zh_en("操作", "What to do"))
        ],
        reason: Reason,
    ) -> OpenLicencePayload:
        return await _end(info, "endOpenLicence", statement_number, action.value, reason)

    @mutation(
        description=zh_en(
            "记录或解除妨碍开放许可的其他情形（国家知识产权局）；返回该专利有效的声明",
            "Note another obstacle to an open licence of a patent, or that it is gone, by CNIPA",
        ),
        permits=CNIPA,
        payload=OpenLicencePayload,
    )
    async def note_open_licence_obstacle(
        self,
        info: Info,
        application_number: Annotated[
            ApplicationNumber, strawberry.argument(description=descriptions.APPLICATION_NUMBER)
        ],
        reason: Annotated[
            str | None,
            strawberry.argument(
                description=zh_en("情形；空为解除", "The obstacle; null: it is gone")
            ),
        ] = None,
    ) -> OpenLicencePayload:
        context, problems = info.context, Problems()
        said = optional_text(problems, reason, TEXT, "reason", lines=True)
        problems.raise_if_any()
        await note_obstacle(context.command("noteOpenLicenceObstacle"), application_number, said)
        rows = await context.loaders.trading.open_licences_of_patent.load(application_number)
        row = next((each for each in rows if each.status == "IN_FORCE"), None)
        return OpenLicencePayload(statement=OpenLicenceStatement.from_row(row) if row else None)


async def _end(
    info: Info, name: str, number: strawberry.ID, action: str, reason: str
) -> OpenLicencePayload:
    context, problems = info.context, Problems()
    said = required_text(problems, reason, TEXT, "reason", lines=True)
    problems.raise_if_any()
    statement = id_text(number)
    await end_statement(context.command(name), statement, action, said, context.today)
    return await _statement(info, statement)


async def _statement(info: Info, number: str) -> OpenLicencePayload:
    row = await info.context.loaders.trading.open_licences.load(number)
    seen = row is not None and sight(info).of_statement(row)
    return OpenLicencePayload(
        statement=OpenLicenceStatement.from_row(row) if row is not None and seen else None
    )
