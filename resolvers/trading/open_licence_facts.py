"""The bars of one patent, from what other subgraphs say and what trading knows."""

from __future__ import annotations

from resolvers.trading.rules.open_licence_bars import BarFacts, bars
from resolvers.trading.rules.screening.facts import OwnFacts, PatentFacts


def bars_of(patent: PatentFacts, own: OwnFacts, has_obstacle: bool) -> tuple[str, ...]:
    """Return the codes of the bars to an open licence of a known patent."""
    licences = (*own.licences, *patent.gazetted_licences)
    return bars(
        BarFacts(
            patent.kind,
            patent.legal_status,
            patent.under_preservation,
            patent.evaluation,
            patent.has_active_pledge,
            patent.pledgee_consents,
            any(each.excludes_others for each in licences),
            has_obstacle,
        )
    )
