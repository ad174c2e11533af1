"""The registry's storage in PostgreSQL: schema `registry`, see `resolvers/migrations/registry`."""

from __future__ import annotations

from federation.registry.postgres.change_sets import ChangeSetStore
from federation.registry.postgres.checks import CheckStore
from federation.registry.postgres.tokens import TokenStore
from federation.registry.postgres.usage import UsageStore
from federation.registry.postgres.variants import CHANNEL, VariantStore

__all__ = ["CHANNEL", "PostgresStore"]


class PostgresStore(VariantStore, ChangeSetStore, CheckStore, TokenStore, UsageStore):
    """All parts over one pool; see `federation.registry.store.Store`."""
