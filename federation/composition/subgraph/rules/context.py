"""`@context`: a name that can stand behind `$`, without underscore.

The supergraph joins the subgraph's name and the context's with underscores.
"""

from __future__ import annotations

from federation.composition.result import Diagnostics
from federation.composition.subgraph.contexts import NAME
from federation.composition.subgraph.state import SubgraphState


def context_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for type_ in state.types.values():
        for applied in type_.applied("context"):
            name = str(applied.arguments.get("name"))
            if not NAME.match(name):
                diagnostics.report(
                    "CONTEXT_NAME_INVALID",
                    f'Subgraph "{state.name}" calls a @context on "{type_.name}" "{name}". A '
                    "context's name has letters and digits only, a letter first, and no "
                    'underscore: write for example "userRegion".',
                    type_.name,
                    [(state.name, applied.node)],
                )
