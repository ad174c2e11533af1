"""The stages of a project of advanced technology (DOMAIN B23). An action is named by its goal."""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role
from resolvers.workflow import Transition, Workflow

PLATFORM: Final = (Permit(Role.FUNCTIONAL_PLATFORM, "platform", "FEATURED_SERVICE"),)
"""The featured-service platform, for its own projects."""

NEEDS_ADOPTER: Final = frozenset({"MATCHED", "PILOT_PRODUCTION", "INDUSTRIALISED"})
"""Stages in which somebody takes the technology up."""

ADVANCED_TECH: Final = Workflow(
    name="advanced_tech_project",
    zh="先进技术转化项目",
    en="The project of advanced technology",
    states=(
        "COLLECTED",
        "ASSESSED",
        "MATCHED",
        "PILOT_PRODUCTION",
        "INDUSTRIALISED",
        "STOPPED",
    ),
    initial=("COLLECTED",),
    transitions=(
        Transition("ASSESSED", ("COLLECTED",), ("ASSESSED",), PLATFORM, "评估", "Assessed"),
        Transition(
            "MATCHED",
            ("ASSESSED",),
            ("MATCHED",),
            PLATFORM,
            "对接",
            "Matched with an adopter",
            "须有承接单位",
            "Needs an adopter",
        ),
        Transition(
            "PILOT_PRODUCTION",
            ("MATCHED",),
            ("PILOT_PRODUCTION",),
            PLATFORM,
            "中试",
            "In pilot production",
            "须有承接单位",
            "Needs an adopter",
        ),
        Transition(
            "INDUSTRIALISED",
            ("PILOT_PRODUCTION",),
            ("INDUSTRIALISED",),
            PLATFORM,
            "产业化",
            "Industrialised",
            "须有承接单位",
            "Needs an adopter",
        ),
        Transition(
            "STOPPED",
            ("COLLECTED", "ASSESSED", "MATCHED", "PILOT_PRODUCTION", "INDUSTRIALISED"),
            ("STOPPED",),
            PLATFORM,
            "终止",
            "Stopped",
        ),
    ),
)
