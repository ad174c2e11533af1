"""The workflow of a project of international operation (DOMAIN B24). An action is named by its
goal."""

from __future__ import annotations

from typing import Final

from resolvers.featured.workflows.advanced_tech import PLATFORM
from resolvers.workflow import Transition, Workflow

LEAVES_THE_COUNTRY: Final = frozenset({"LICENSING_OUT", "TRANSFER_OUT"})
"""Kinds that run only after the check of export control."""

INTERNATIONAL: Final = Workflow(
    name="international_project",
    zh="国际化运营项目",
    en="The project of international operation",
    states=("PLANNED", "RUNNING", "CONCLUDED", "CANCELLED"),
    initial=("PLANNED",),
    transitions=(
        Transition(
            "RUNNING",
            ("PLANNED",),
            ("RUNNING",),
            PLATFORM,
            "实施",
            "Run it",
            "对外许可、转让须已完成出口管制审查",
            "Licensing or transfer out: export control was checked",
        ),
        Transition("CONCLUDED", ("RUNNING",), ("CONCLUDED",), PLATFORM, "完成", "Conclude it"),
        Transition(
            "CANCELLED",
            ("PLANNED", "RUNNING"),
            ("CANCELLED",),
            PLATFORM,
            "取消",
            "Cancel it",
        ),
    ),
)
