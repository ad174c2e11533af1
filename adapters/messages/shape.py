"""The shape of the tables of texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Texts: TypeAlias = Mapping[str, tuple[str, str]]
"""Code → Chinese, English. Placeholders are filled by `adapters.findings.issue`."""
