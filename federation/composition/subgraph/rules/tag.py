"""`@tag`: a name that contracts can be written with.

GraphOS allows letters, digits, `_`, `-` and `/`, a letter first, at most 128 characters; letters
may be of any script here.
"""

from __future__ import annotations

import re

from federation.composition.result import Diagnostics
from federation.composition.subgraph.elements import elements
from federation.composition.subgraph.state import SubgraphState

_NAME = re.compile(r"^[^\W\d][\w\-/]{0,127}$")


def tag_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for coordinate, element in elements(state):
        for applied in element.applied("tag"):
            name = str(applied.arguments.get("name"))
            if not _NAME.match(name):
                shown = name if len(name) <= 40 else f"{name[:40]}…"
                diagnostics.report(
                    "INVALID_TAG_NAME",
                    f'Subgraph "{state.name}" tags "{coordinate}" with "{shown}". A tag has '
                    "letters, digits, _, - and / only, begins with a letter or _, and has at most "
                    "128 characters. Choose such a name.",
                    coordinate,
                    [(state.name, applied.node)],
                )
