"""The workflow of a version of a service standard (DOMAIN §2.5). An action is named by its goal."""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role
from resolvers.workflow import Transition, Workflow

ISSUER: Final = (
    Permit(Role.FUNCTIONAL_PLATFORM, "issuer"),
    Permit(Role.CNIPA_ADMIN),
)

STANDARDS: Final = Workflow(
    name="service_standard",
    zh="服务标准",
    en="The service standard",
    states=("DRAFT", "CONSULTATION", "IN_FORCE", "SUPERSEDED", "WITHDRAWN"),
    initial=("DRAFT",),
    transitions=(
        Transition(
            "CONSULTATION",
            ("DRAFT",),
            ("CONSULTATION",),
            ISSUER,
            "公开征求意见",
            "Open for consultation",
        ),
        Transition(
            "IN_FORCE",
            ("CONSULTATION",),
            ("IN_FORCE",),
            ISSUER,
            "生效",
            "Bring into force",
            "同一标准的原有效版本随之被取代",
            "The version in force until now is superseded by it",
        ),
        Transition(
            "SUPERSEDED",
            ("IN_FORCE",),
            ("SUPERSEDED",),
            ISSUER,
            "被取代（产品可继续 180 天）",
            "Superseded; products stay alive for 180 days",
        ),
        Transition(
            "WITHDRAWN",
            ("IN_FORCE",),
            ("WITHDRAWN",),
            ISSUER,
            "废止（产品随即暂停）",
            "Withdrawn; products are suspended at once",
        ),
    ),
)
