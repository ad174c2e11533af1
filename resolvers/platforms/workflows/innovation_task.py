"""A task of model or business innovation that a centre was given (DOMAIN §1.6 F8-F10)."""

from __future__ import annotations

from typing import Final

from resolvers.platforms.rights import CNIPA, HOST, OFFICE
from resolvers.workflow import Transition, Workflow

INNOVATION_TASK: Final = Workflow(
    name="innovation_task",
    zh="创新任务",
    en="The innovation task",
    states=("PLANNED", "RUNNING", "DONE", "CANCELLED"),
    initial=("PLANNED",),
    transitions=(
        Transition("START", ("PLANNED",), ("RUNNING",), HOST, "开始", "Start"),
        Transition("FINISH", ("RUNNING",), ("DONE",), HOST, "完成", "Finish"),
        Transition(
            "CANCEL",
            ("PLANNED", "RUNNING"),
            ("CANCELLED",),
            (*OFFICE, *CNIPA),
            "取消",
            "Cancel",
            comment_required=True,
        ),
    ),
)
