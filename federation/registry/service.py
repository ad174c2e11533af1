"""The registry: everything that can be done with it, for the wire APIs and commands.

Every method of a caller checks its rights first (`access`) and raises `RegistryError` for what it
refuses (`errors`). Whatever changes something is written to the audit log in the same transaction.
Methods without a caller are the hub's own. The methods are in `services/`, by subject:

| subject | methods |
|---|---|
| `reading` | variants, variant, subgraph, subgraph_history, supergraph, history, live_supergraph |
| `publishing` | publish, delete, roll_back |
| `own` | publish_own, own_names |
| `checking` | start_check, run_check, check, lint, approve_changes, approvals, close |
| `change_sets` | open_, add_to_, delete_in_, remove_from_, check_, approve_, publish_, withdraw_, roll_back_change_set, change_set, change_sets |
| `administration` | authenticate, create_token, tokens, revoke_token, audit |
| `evidence` | put_documents, documents, document, record_usage, usage_since, prune_usage |
"""  # noqa: E501

from __future__ import annotations

from federation.registry.services.administration import Administration
from federation.registry.services.change_sets import ChangeSets
from federation.registry.services.evidence import EvidenceKeeping
from federation.registry.services.own import OwnSubgraphs


class Registry(ChangeSets, OwnSubgraphs, Administration, EvidenceKeeping):
    """See the module. One per process: `Registry(store, settings)`; `close` ends its checks."""
