"""A server process allows itself as many descriptors as it may have."""

from __future__ import annotations

import subprocess
import sys

_CODE = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (%d, %d))
from federation.server.listener.descriptors import raise_descriptor_limit
print(raise_descriptor_limit(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_the_soft_limit_is_raised_to_the_hard_one() -> None:
    assert _limits(256, 512) == [512, 512, 512]


def test_one_that_is_there_already_stays() -> None:
    assert _limits(300, 300) == [300, 300, 300]


def _limits(soft: int, hard: int) -> list[int]:
    command = [sys.executable, "-c", _CODE % (soft, hard)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return [int(value) for value in ran.stdout.split()]
