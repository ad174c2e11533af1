"""How strict a registry is, and its bounds. Safe defaults; hub.yaml sets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from federation.registry.lint.diagnostic import LintLevel
from federation.supergraph.contracts import Contract


class WithoutUsage(Enum):
    """What a breaking change counts as while nothing was asked in the window.

    COMPATIBLE, as GraphOS: a warning. BREAKING: a failure, as nobody can say who will be hit.
    """

    COMPATIBLE = "COMPATIBLE"
    BREAKING = "BREAKING"


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What counts as being in use.

    An operation counts when it was asked at least `minimum_count` times in `window`, and by at
    least `minimum_percentage` of all requests then. Requests of `excluded_clients` (by name) count
    for nothing, nor do documents of theirs. `without_usage` is about windows without any request
    and without documents.
    """

    window: timedelta = timedelta(days=7)
    minimum_count: int = 1
    minimum_percentage: float = 0.0
    excluded_clients: frozenset[str] = frozenset()
    without_usage: WithoutUsage = WithoutUsage.COMPATIBLE


@dataclass(frozen=True, slots=True)
class CheckParameters:
    """What a caller of a check asks to be judged otherwise; None: as the settings say."""

    window: timedelta | None = None
    minimum_count: int | None = None
    minimum_percentage: float | None = None


@dataclass(frozen=True, slots=True)
class LintSettings:
    """`levels`: by rule, where not its own default. `tags`: known names of `@tag`; None: any."""

    enabled: bool = True
    levels: Mapping[str, LintLevel] = field(default_factory=dict)
    tags: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """`contracts`: views by name that must stay usable (the downstream task).

    `change_sets_need_approval`: publish a change set only when approved; `own_approval`: whoever
    opened it, or started the check, may approve it. `approval_limit`: for how long at most a
    breaking change can be approved. `composition_timeout`: after which one composition is given up;
    `check_timeout`: after which a check is. Sizes in bytes of UTF-8, `max_documents` per manifest.
    """

    checks: CheckSettings = CheckSettings()
    lint: LintSettings = LintSettings()
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    change_sets_need_approval: bool = True
    own_approval: bool = False
    approval_limit: timedelta = timedelta(days=90)
    max_sdl_bytes: int = 5_000_000
    max_document_bytes: int = 500_000
    max_documents: int = 10_000
    max_change_set_entries: int = 200
    max_running_checks: int = 4
    composition_timeout: timedelta = timedelta(minutes=1)
    check_timeout: timedelta = timedelta(minutes=5)
