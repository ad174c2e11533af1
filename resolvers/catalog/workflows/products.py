"""The workflow of a service product (DOMAIN §2.5)."""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role, centers
from resolvers.workflow import Transition, Workflow

PUBLISHER: Final = centers("publisher")
# the platform that issued the standard, or CNIPA; never the publisher itself
REVIEWER: Final = (
    Permit(Role.FUNCTIONAL_PLATFORM, "reviewer"),
    Permit(Role.CNIPA_ADMIN),
)

PRODUCTS: Final = Workflow(
    name="service_product",
    zh="服务产品",
    en="The service product",
    states=(
        "DRAFT",
        "CONFORMANCE_FAILED",
        "UNDER_REVIEW",
        "REJECTED",
        "PUBLISHED",
        "SUSPENDED",
        "RETIRED",
        "SUPERSEDED",
    ),
    initial=("DRAFT",),
    transitions=(
        Transition(
            "SUBMIT",
            ("DRAFT", "CONFORMANCE_FAILED", "REJECTED"),
            ("UNDER_REVIEW", "CONFORMANCE_FAILED"),
            PUBLISHER,
            "提交审查",
            "Submit for review",
            "发布单位已认定，标准有效；自动检查中强制性要求有一项不符即为不符合",
            "Publisher recognised, standard in force; one failed mandatory check means "
            "CONFORMANCE_FAILED",
        ),
        Transition(
            "WITHDRAW_SUBMISSION",
            ("UNDER_REVIEW",),
            ("DRAFT",),
            PUBLISHER,
            "撤回提交",
            "Withdraw the submission",
        ),
        Transition(
            "APPROVE",
            ("UNDER_REVIEW",),
            ("PUBLISHED",),
            REVIEWER,
            "审查通过并发布",
            "Approve and publish",
            "审查者不是发布单位；发布单位已认定，标准有效",
            "The reviewer is not the publisher; publisher recognised, standard in force",
        ),
        Transition(
            "REJECT",
            ("UNDER_REVIEW",),
            ("REJECTED",),
            REVIEWER,
            "审查不通过",
            "Reject",
            "审查者不是发布单位",
            "The reviewer is not the publisher",
            comment_required=True,
        ),
        Transition(
            "REVISE",
            ("REJECTED", "CONFORMANCE_FAILED"),
            ("DRAFT",),
            PUBLISHER,
            "修改",
            "Revise",
        ),
        Transition(
            "SUSPEND",
            ("PUBLISHED",),
            ("SUSPENDED",),
            (
                *PUBLISHER,
                Permit(Role.FUNCTIONAL_PLATFORM, "issuer"),
                Permit(Role.PROVINCIAL_OFFICE, "jurisdiction"),
            ),
            "暂停",
            "Suspend",
            comment_required=True,
        ),
        Transition(
            "RESUME",
            ("SUSPENDED",),
            ("PUBLISHED",),
            (
                *centers("suspender"),
                Permit(Role.PROVINCIAL_OFFICE, "suspender"),
                Permit(Role.CNIPA_ADMIN),
            ),
            "恢复",
            "Resume",
            "由暂停者或国家知识产权局恢复；发布单位已认定，标准仍有效",
            "By who suspended it, or CNIPA; publisher recognised, standard still in force",
        ),
        Transition(
            "PUBLISH_NEW_VERSION",
            ("PUBLISHED", "SUSPENDED"),
            ("SUPERSEDED",),
            PUBLISHER,
            "发布新版本（旧版被取代，新版从草稿开始）",
            "Begin a new version: the old one is superseded, the new one a draft",
        ),
        Transition(
            "RETIRE",
            ("PUBLISHED", "SUSPENDED"),
            ("RETIRED",),
            (*PUBLISHER, Permit(Role.CNIPA_ADMIN)),
            "下线",
            "Retire",
        ),
        Transition(
            "PUBLISHER_LEFT",
            ("PUBLISHED",),
            ("SUSPENDED",),
            (),
            "发布单位不再处于已认定状态，自动暂停",
            "The publisher is no longer recognised: suspended by itself",
        ),
        Transition(
            "PUBLISHER_RETURNED",
            ("SUSPENDED",),
            ("PUBLISHED",),
            (),
            "发布单位恢复已认定状态，自动恢复",
            "The publisher is recognised again: given back by itself",
            "因此而暂停的产品；标准有效，或被取代未满 180 天",
            "Only what was suspended for it; standard in force, or superseded up to 180 days ago",
        ),
        Transition(
            "STANDARD_ENDED",
            ("PUBLISHED",),
            ("SUSPENDED",),
            (),
            "标准被废止，或被取代满 180 天，自动暂停",
            "The standard was withdrawn, or superseded over 180 days ago: suspended by itself",
        ),
    ),
)
