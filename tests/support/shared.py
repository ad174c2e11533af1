"""Where the reference material lies that is not part of this repository.

`HUB_SHARED` (default `../shared` beside the checkout) holds conformance suites, real samples and
official lists. Tests that need it skip with a reason when it is missing.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SHARED = Path(os.environ.get("HUB_SHARED") or ROOT.parent / "shared")

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="reference material not found: set HUB_SHARED to its folder"
)
