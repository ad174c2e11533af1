"""Operation → plan. Pure: no clock, no I/O, no randomness; the same plan every time."""

from federation.planning.planner import Planner, PlannerLimits

__all__ = ["Planner", "PlannerLimits"]
