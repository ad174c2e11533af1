"""Writing Python source safely.

Everything that comes from a plan (names, aliases, types, texts) enters the source through
`repr()` only, as a string literal. Identifiers are made here, from a prefix and numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager


class Source:
    """Lines of Python with constants collected at the top."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depth = 0
        self._constants: dict[str, str] = {}
        self._defined: dict[tuple[str, tuple[str, ...]], str] = {}

    def line(self, text: str = "") -> None:
        self._lines.append("    " * self._depth + text if text else "")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Indent what is written inside under `head`."""
        self.line(head)
        self._depth += 1
        yield
        self._depth -= 1

    @contextmanager
    def function(self, head: str, about: str) -> Iterator[None]:
        """Write a function; `about` is a comment of ours for readers of the source."""
        self.line()
        self.line()
        self.line(f"# {' '.join(about.split())}")
        with self.block(f"def {head}:"):
            yield

    def define(self, kind: str, arguments: str, about: str, write: Callable[[], None]) -> str:
        """Return the name of a function whose body `write` writes; equal ones exist once.

        The body must not call other than what is defined before it, and not itself.
        """
        outer, self._lines, depth, self._depth = self._lines, [], self._depth, 1
        write()
        body, self._lines, self._depth = self._lines, outer, depth
        key = (f"{kind}({arguments})", tuple(body))
        if key not in self._defined:
            self._defined[key] = name = f"{kind}_{len(self._defined)}"
            with self.function(f"{name}({arguments})", about):
                pass
            self._lines += body
        return self._defined[key]

    def names(self, names: Iterable[str]) -> str:
        """Return the identifier of a constant set of strings."""
        literal = f"frozenset({tuple(sorted(set(names)))!r})"
        return self._constants.setdefault(literal, f"NAMES_{len(self._constants)}")

    def members(self, members: Mapping[str, str | None]) -> str:
        """Return the identifier of a constant object; it is only read."""
        return self._constants.setdefault(repr(dict(members)), f"EMPTY_{len(self._constants)}")

    def is_one_of(self, expression: str, names: tuple[str, ...]) -> str:
        """Return a condition: `expression` is one of `names`.

        A tuple, not a set: what a subgraph calls a type name may be a list, which has no hash.
        """
        if len(names) == 1:
            return f"{expression} == {names[0]!r}"
        return f"{expression} in {tuple(names)!r}"

    def text(self) -> str:
        head = [f"{name} = {literal}" for literal, name in self._constants.items()]
        return "\n".join(head + self._lines) + "\n"
