"""One subgraph by itself: parsed, checked, upgraded; nothing here looks at another subgraph
except `upgrade`, which needs to know who else defines a type."""
