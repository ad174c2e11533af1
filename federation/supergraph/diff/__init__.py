"""Two schemas → what changed for clients: breaking, dangerous or safe.

The gate of `subgraph check` and of `supergraph diff`. Public: `diff`, `Change`, `Severity`.
"""

from federation.supergraph.diff.change import Change, Severity, count, worst
from federation.supergraph.diff.diff import diff

__all__ = ["Change", "Severity", "count", "diff", "worst"]
