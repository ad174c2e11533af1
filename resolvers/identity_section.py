"""The section `identity` of hub.yaml."""

from __future__ import annotations

import os
from typing import Annotated

from msgspec import Meta, Struct


class KeyMissing(Exception):
    """Processes that run apart have no key in common."""

    code = "IDENTITY_KEY_MISSING"
    message = (
        "gateway and subgraphs run apart: give both the same identity.key in hub.yaml or"
        " HUB_IDENTITY_KEY (at least 32 random characters)"
    )


class IdentitySection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`key`: signs who the caller is, from gateway to subgraphs; at least 32 characters, the same
    on both sides where they run apart. `HUB_IDENTITY_KEY` wins. One process alone makes its own.
    """

    key: Annotated[str, Meta(min_length=32)] | None = None

    def secret(self, *, shared: bool) -> str | None:
        """Return the key; None where one may be made. Raises `KeyMissing`.

        `shared`: other processes must have the same.
        """
        key = os.environ.get("HUB_IDENTITY_KEY") or self.key
        if key is None and shared:
            raise KeyMissing
        return key
