"""Mutations of `catalog`."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import field

from resolvers.catalog.commands.foundations import save_foundation
from resolvers.catalog.commands.grants import (
    GrantGiven,
    decide_access,
    request_access,
    revoke_access,
)
from resolvers.catalog.commands.products import create_product, update_product
from resolvers.catalog.commands.standards import change_standard_status, draft_standard
from resolvers.catalog.commands.transitions import transition_product
from resolvers.catalog.rows import StandardKey
from resolvers.catalog.workflows.grants import DECIDER
from resolvers.catalog.workflows.products import PRODUCTS, PUBLISHER
from resolvers.catalog.workflows.standards import ISSUER
from resolvers.identity import Permit, Role, centers
from resolvers.input_texts import TEXT, optional_text, required_text
from resolvers.refusal import Problems
from schema.catalog.enums import ProductAction, StandardStatus
from schema.catalog.inputs import DataFoundationInput, ServiceProductInput, StandardInput
from schema.catalog.types import (
    DataAccessGrant,
    DataFoundation,
    ServiceProduct,
    ServiceStandard,
)
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.mutations import UserError, errors_field, mutation

DRAFTERS = (Permit(Role.FUNCTIONAL_PLATFORM), Permit(Role.CNIPA_ADMIN))
MOVERS = tuple(dict.fromkeys(p for each in PRODUCTS.transitions for p in each.permits))

IdArgument = Annotated[strawberry.ID, strawberry.argument(description=zh_en("标识", "Id"))]
VersionArgument = Annotated[
    int,
    strawberry.argument(
        description=zh_en("您所依据的数据版本", "Version of the data you have before you")
    ),
]
CommentArgument = Annotated[
    str | None,
    strawberry.argument(
        description=zh_en("说明（最多 4000 字）", "Comment, at most 4000 characters")
    ),
]
ProductArgument = Annotated[
    ServiceProductInput, strawberry.argument(description=zh_en("产品", "The product"))
]


@strawberry.type(description=zh_en("服务产品操作的结果", "What a mutation of a product returns"))
class ServiceProductPayload:
    product: ServiceProduct | None = field(
        default=None, description=zh_en("产品；未成功时为空", "The product; null when refused")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("服务标准操作的结果", "What a mutation of a standard returns"))
class StandardPayload:
    standard: ServiceStandard | None = field(
        default=None, description=zh_en("标准；未成功时为空", "The standard; null when refused")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("数据使用授权操作的结果", "What a mutation of a grant returns"))
class GrantPayload:
    grant: DataAccessGrant | None = field(
        default=None, description=zh_en("授权；未成功时为空", "The grant; null when refused")
    )
    errors: list[UserError] = errors_field()


@strawberry.type(
    description=zh_en("数据底座操作的结果", "What a mutation of a data foundation returns")
)
class DataFoundationPayload:
    data_foundation: DataFoundation | None = field(
        default=None,
        description=zh_en("数据底座；未成功时为空", "The data foundation; null when refused"),
    )
    errors: list[UserError] = errors_field()


@strawberry.type(description=zh_en("变更", "Mutations"))
class Mutation:
    @mutation(
        description=zh_en(
            "登记或更新数据底座的说明；由提供平台或国家知识产权局进行",
            "Describe a data foundation, new or known: by the platform that provides it, or CNIPA",
        ),
        permits=DRAFTERS,
        payload=DataFoundationPayload,
    )
    async def save_data_foundation(
        self,
        info: Info,
        input: Annotated[
            DataFoundationInput,
            strawberry.argument(description=zh_en("数据底座", "The data foundation")),
        ],
    ) -> DataFoundationPayload:
        problems = Problems()
        given = input.to_given(problems)
        code = await save_foundation(info.context.command("saveDataFoundation"), given, problems)
        row = await info.context.loaders.catalog.foundations.load(code)
        assert row is not None
        return DataFoundationPayload(data_foundation=DataFoundation.from_row(row))

    @mutation(
        description=zh_en(
            "起草服务标准的一个版本；再次起草即改写草稿",
            "Draft a version of a service standard; drafting again rewrites the draft",
        ),
        permits=DRAFTERS,
        payload=StandardPayload,
    )
    async def draft_service_standard(
        self,
        info: Info,
        input: Annotated[
            StandardInput, strawberry.argument(description=zh_en("标准", "The standard"))
        ],
    ) -> StandardPayload:
        problems = Problems()
        given = input.to_given(problems)
        command = info.context.command("draftServiceStandard")
        return await _standard(info, await draft_standard(command, given, problems))

    @mutation(
        description=zh_en(
            "更改服务标准（版本）的状态；生效时原有效版本即被取代",
            "Change the status of a version; one that comes into force supersedes the one before",
        ),
        permits=ISSUER,
        payload=StandardPayload,
    )
    async def change_standard_status(
        self,
        info: Info,
        code: Annotated[strawberry.ID, strawberry.argument(description=zh_en("标准代码", "Code"))],
        version: Annotated[str, strawberry.argument(description=zh_en("版本号", "Version"))],
        to: Annotated[
            StandardStatus, strawberry.argument(description=zh_en("新状态", "The new status"))
        ],
    ) -> StandardPayload:
        command = info.context.command("changeStandardStatus")
        key = (id_text(code), id_text(version))
        return await _standard(
            info, await change_standard_status(command, key, to.value, info.context.today)
        )

    @mutation(
        description=zh_en("新建服务产品（草稿）", "Draft a service product"),
        permits=PUBLISHER,
        payload=ServiceProductPayload,
    )
    async def create_service_product(
        self, info: Info, input: ProductArgument
    ) -> ServiceProductPayload:
        problems = Problems()
        given = input.to_given(problems)
        context = info.context
        command = context.command("createServiceProduct")
        made = await create_product(command, context.ask(), given, problems, context.today)
        return await _product(info, made)

    @mutation(
        description=zh_en("修改服务产品的草稿", "Change the draft of a service product"),
        permits=PUBLISHER,
        payload=ServiceProductPayload,
    )
    async def update_service_product(
        self, info: Info, id: IdArgument, expected_version: VersionArgument, input: ProductArgument
    ) -> ServiceProductPayload:
        problems = Problems()
        given = input.to_given(problems)
        context = info.context
        changed = await update_product(
            context.command("updateServiceProduct"),
            context.ask(),
            uuid_key(id),
            expected_version,
            given,
            problems,
            context.today,
        )
        return await _product(info, changed)

    @mutation(
        description=zh_en(
            "对服务产品进行操作，见 allowedActions；自动检查不符合时返回 CONFORMANCE_FAILED 的产品",
            "Act on a service product, see allowedActions; one that fails its checks comes back "
            "CONFORMANCE_FAILED",
        ),
        permits=MOVERS,
        payload=ServiceProductPayload,
    )
    async def transition_service_product(
        self,
        info: Info,
        id: IdArgument,
        expected_version: VersionArgument,
        action: Annotated[
            ProductAction, strawberry.argument(description=zh_en("操作", "The action"))
        ],
        comment: CommentArgument = None,
    ) -> ServiceProductPayload:
        problems = Problems()
        said = optional_text(problems, comment, TEXT, "comment", lines=True)
        problems.raise_if_any()
        context = info.context
        moved = await transition_product(
            context.command("transitionServiceProduct"),
            context.ask(),
            uuid_key(id),
            expected_version,
            action.value,
            said,
            context.today,
        )
        return await _product(info, moved)

    @mutation(
        description=zh_en(
            "申请使用有条件开放的数据；个人信息不予授权",
            "Request the use of conditional data; personal data are never granted",
        ),
        permits=centers("grantee"),
        payload=GrantPayload,
    )
    async def request_data_access(
        self,
        info: Info,
        data_foundation_code: Annotated[
            strawberry.ID,
            strawberry.argument(description=zh_en("数据底座代码", "Code of the foundation")),
        ],
        grantee_code: Annotated[
            strawberry.ID,
            strawberry.argument(
                description=zh_en("申请的平台（中心），即您自己的代码", "Your own centre's code")
            ),
        ],
        purpose: Annotated[
            str,
            strawberry.argument(
                description=zh_en("用途（最多 4000 字）", "Purpose, at most 4000 characters")
            ),
        ],
        fields: Annotated[
            list[str] | None,
            strawberry.argument(
                description=zh_en("所需字段；留空为全部", "Fields wanted; left out: all")
            ),
        ] = None,
    ) -> GrantPayload:
        problems = Problems()
        given = GrantGiven(
            id_text(data_foundation_code),
            id_text(grantee_code),
            required_text(problems, purpose, TEXT, "purpose", lines=True),
            None if fields is None else tuple(fields),
        )
        context = info.context
        command = context.command("requestDataAccess")
        return await _grant(info, await request_access(command, context.ask(), given, problems))

    @mutation(
        description=zh_en(
            "对数据使用申请作出决定；不指明截止日的授权为期一年，同意后随即生效",
            "Decide on a request; without a last day a grant runs for a year. It takes effect at "
            "once",
        ),
        permits=DECIDER,
        payload=GrantPayload,
    )
    async def decide_data_access(
        self,
        info: Info,
        grant_id: IdArgument,
        approve: Annotated[
            bool, strawberry.argument(description=zh_en("是否同意", "Whether to approve"))
        ],
        valid_to: Annotated[
            date | None, strawberry.argument(description=zh_en("截止日", "Last day"))
        ] = None,
        comment: CommentArgument = None,
    ) -> GrantPayload:
        problems = Problems()
        said = optional_text(problems, comment, TEXT, "comment", lines=True)
        problems.raise_if_any()
        context = info.context
        decided = await decide_access(
            context.command("decideDataAccess"),
            uuid_key(grant_id),
            approve,
            valid_to,
            said,
            context.today,
        )
        return await _grant(info, decided)

    @mutation(
        description=zh_en("撤销有效的数据使用授权", "Revoke an active grant"),
        permits=DECIDER,
        payload=GrantPayload,
    )
    async def revoke_data_access(
        self,
        info: Info,
        grant_id: IdArgument,
        reason: Annotated[
            str,
            strawberry.argument(
                description=zh_en("理由（最多 4000 字）", "Reason, at most 4000 characters")
            ),
        ],
    ) -> GrantPayload:
        problems = Problems()
        said = required_text(problems, reason, TEXT, "reason", lines=True)
        problems.raise_if_any()
        command = info.context.command("revokeDataAccess")
        return await _grant(info, await revoke_access(command, uuid_key(grant_id), said))


async def _standard(info: Info, key: StandardKey) -> StandardPayload:
    row = await info.context.loaders.catalog.standards.load(key)
    assert row is not None
    return StandardPayload(standard=ServiceStandard.from_row(row))


async def _product(info: Info, product_id: UUID) -> ServiceProductPayload:
    row = await info.context.loaders.catalog.products.load(product_id)
    assert row is not None
    return ServiceProductPayload(product=ServiceProduct.from_row(row))


async def _grant(info: Info, grant_id: UUID) -> GrantPayload:
    row = await info.context.loaders.catalog.grants.load(grant_id)
    assert row is not None
    return GrantPayload(grant=DataAccessGrant.from_row(row, info.context.today))
