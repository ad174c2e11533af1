"""`registry`: subgraphs published to this hub, by Rover or `hub subgraph publish`.

registry:
  graph: hub@current
  public_url: https://hub.example
  checks: { window: 14d, without_usage: breaking }
  lint: { levels: { ALL_ELEMENTS_REQUIRE_DESCRIPTION: error } }
  contracts: { open: { exclude: [internal] } }
"""

from __future__ import annotations

import re
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Literal

from msgspec import Meta, field

from federation.config.duration import Duration
from federation.registry.errors import RegistryError
from federation.registry.lint.diagnostic import LintLevel
from federation.registry.model import GraphRef
from federation.registry.settings import (
    CheckSettings,
    LintSettings,
    RegistrySettings,
    WithoutUsage,
)
from federation.server.settings.base import Positive, Section
from federation.server.settings.views import ViewRule
from federation.supergraph.contracts import Contract


class RegistryChecks(Section, frozen=True):
    """Which operations count as in use.

    Those asked within `window` at least `minimum_count` times and by at least `minimum_percentage`
    of all requests (0 to 100), by other clients than `excluded_clients` (names). `without_usage`:
    what a breaking change is while nothing is known of any use.
    """

    window: Duration = 7 * 86400.0
    minimum_count: Positive = 1
    minimum_percentage: Annotated[float, Meta(ge=0, le=100)] = 0.0
    excluded_clients: tuple[str, ...] = ()
    without_usage: Literal["compatible", "breaking"] = "compatible"

    def __post_init__(self) -> None:
        if not 1 <= self.window <= 365 * 86400:
            raise ValueError("'window' must be between 1s and 365d")

    def settings(self) -> CheckSettings:
        return CheckSettings(
            window=timedelta(seconds=self.window),
            minimum_count=self.minimum_count,
            minimum_percentage=self.minimum_percentage,
            excluded_clients=frozenset(self.excluded_clients),
            without_usage=WithoutUsage[self.without_usage.upper()],
        )


class RegistryLint(Section, frozen=True):
    """`levels`: of rules by their codes, where not their own. `tags`: which `@tag` names there are;
    left out: any.
    """

    enabled: bool = True
    levels: dict[str, Literal["error", "warning", "ignored"]] = field(default_factory=dict)
    tags: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not self.levels:
            return
        # Imported here: a server without rules of its own need not load the linter to start.
        from federation.registry.lint.rules import RULES

        known = {rule.code for rule in RULES}
        for code in self.levels:
            if code not in known:
                raise ValueError(f"{code!r} is no rule of the linter; {_nearest(code, known)}")

    def settings(self) -> LintSettings:
        levels = {code: LintLevel[level.upper()] for code, level in self.levels.items()}
        tags = None if self.tags is None else frozenset(self.tags)
        return LintSettings(enabled=self.enabled, levels=levels, tags=tags)


class RegistryApprovals(Section, frozen=True):
    """Who has to agree. `change_sets`: a change set needs an approval; `own`: by whoever opened it
    is enough; `limit`: how long a breaking change can be approved for at most.
    """

    change_sets: bool = True
    own: bool = False
    limit: Duration = 90 * 86400.0


class RegistrySection(Section, frozen=True):
    """Needs the hub's database; without `enabled` the hub composes its own subgraphs only. Who may
    do what is said by tokens (`hub registry tokens`).

    `graph`: what this hub serves, as graph@variant. `poll_interval`: how often to look for what
    went live while no notification comes. `public_url`: how clients reach this hub, where a proxy
    hides it. `signing_key`: signs the few addresses that work without a token (chunks of documents,
    pages of checks); the same on all machines, at least 32 characters. Without it each process
    makes its own, and an address works only where it was made. `max_request_bytes`, `timeout`:
    bounds of one request. `contracts`: views, by name, that must stay usable when something is
    published.
    """

    enabled: bool = True
    graph: str = "hub@current"
    poll_interval: Duration = 5.0
    public_url: str | None = None
    signing_key: Annotated[str, Meta(min_length=32)] | None = None
    max_request_bytes: Positive = 20_000_000
    timeout: Duration = 120.0
    checks: RegistryChecks = RegistryChecks()
    lint: RegistryLint = RegistryLint()
    approvals: RegistryApprovals = RegistryApprovals()
    contracts: dict[str, ViewRule] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.public_url is not None and not re.fullmatch(
            r"https?://[^/?#\s]+/?", self.public_url
        ):
            raise ValueError("'public_url' is an address without a path, as https://hub.example")
        if self.poll_interval <= 0:
            raise ValueError("'poll_interval' must be more than nothing")
        try:
            GraphRef.parse(self.graph)
        except RegistryError as error:
            raise ValueError(f"'graph': {error.message}") from None

    @property
    def ref(self) -> GraphRef:
        """The variant this hub serves."""
        return GraphRef.parse(self.graph)

    def settings(self) -> RegistrySettings:
        """Return what the registry itself goes by."""
        return RegistrySettings(
            checks=self.checks.settings(),
            lint=self.lint.settings(),
            contracts={name: _contract(rule) for name, rule in self.contracts.items()},
            change_sets_need_approval=self.approvals.change_sets,
            own_approval=self.approvals.own,
            approval_limit=timedelta(seconds=self.approvals.limit),
        )


def _contract(rule: ViewRule) -> Contract:
    return Contract(frozenset(rule.include), frozenset(rule.exclude), rule.hide_unreachable)


def _nearest(code: str, known: set[str]) -> str:
    close = get_close_matches(code, sorted(known), 1)
    return f"did you mean {close[0]!r}?" if close else f"rules: {', '.join(sorted(known))}"
