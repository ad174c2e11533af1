"""What a rule is: a code, a level it has by default, and a function that finds violations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graphql import Node

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.settings import LintSettings


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation; `node` says where."""

    coordinate: str
    message: str
    node: Node


Find = Callable[[LintDocument, LintSettings], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`description`: what it asks for, in one sentence."""

    code: str
    level: LintLevel
    description: str
    find: Find
