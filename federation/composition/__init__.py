"""Composition: subgraph SDL → supergraph, or diagnostics that say what to mend."""

from federation.composition.codes import CODES, Severity
from federation.composition.compose import compose
from federation.composition.incremental import Composer
from federation.composition.result import (
    Composed,
    Diagnostic,
    Location,
    Rejected,
    SubgraphSource,
)

__all__ = [
    "CODES",
    "Composed",
    "Composer",
    "Diagnostic",
    "Location",
    "Rejected",
    "Severity",
    "SubgraphSource",
    "compose",
]
