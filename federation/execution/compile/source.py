"""Writing Python source safely.

Everything that comes from a plan (names, aliases, types, texts) enters the source through
`literal` only, as a string literal. Identifiers are made here, from a prefix and numbers.

What differs between functions that are alike otherwise stands between marks: literals, and names
of functions and constants (see `templates`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

# In no source: `repr` writes it with other characters.
MARK = "\x01"
_INDENT = "    "


def literal(value: str) -> str:
    """Return a text as Python writes it, marked inside its quotes."""
    text = repr(value)
    return f"{text[0]}{MARK}{text[1:-1]}{MARK}{text[0]}"


def called(name: str) -> str:
    """Return a name of a function or constant as functions mention it."""
    return f"{MARK}{name}{MARK}"


@dataclass(frozen=True, slots=True)
class Function:
    """A function as it was written, with marks. `about`: a comment for readers of the source."""

    name: str
    arguments: str
    about: str
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A name for what `maker` returns, called with other names; without any, for `maker` itself."""

    name: str
    maker: str
    arguments: tuple[str, ...] = ()


class Source:
    """Functions, with constants collected beside them."""

    def __init__(self) -> None:
        self.functions: list[Function] = []
        self.made: list[Made] = []
        self.constants: dict[str, Any] = {}
        self._lines: list[str] = []
        self._depth = 0
        self._order: list[Function | Made] = []
        self._literals: dict[str, str] = {}
        self._defined: dict[tuple[str, tuple[str, ...]], str] = {}
        self._block = _Block(self)

    def line(self, text: str) -> None:
        """Write a line of the function that is being written."""
        self._lines.append(_INDENT * self._depth + text)

    def block(self, head: str) -> AbstractContextManager[object]:
        """Indent what is written inside under `head`."""
        self._lines.append(_INDENT * self._depth + head)
        return self._block

    def function(self, head: str, about: str) -> AbstractContextManager[object]:
        """Write a function whose `head` is `name(arguments)`."""
        return _Writing(self, head, about)

    def define(self, kind: str, arguments: str, about: str, write: Callable[[], None]) -> str:
        """Return the name of a function whose body `write` writes; equal ones exist once.

        The body must not call other than what is defined before it, and not itself.
        """
        body = self.body(write)
        key = (f"{kind}({arguments})", body)
        name = self._defined.get(key)
        if name is None:
            name = self._defined[key] = f"{kind}_{len(self._defined)}"
            self.add(Function(name, arguments, about, body))
        return called(name)

    def make(self, name: str, maker: str, *arguments: str) -> None:
        """Give what a function returns a name, or the function itself another one."""
        made = Made(name, _bare(maker), tuple(map(_bare, arguments)))
        self.made.append(made)
        self._order.append(made)

    def names(self, names: Iterable[str]) -> str:
        """Return the identifier of a constant set of strings."""
        chosen = tuple(sorted(set(names)))
        return self._constant("NAMES", f"frozenset({chosen!r})", frozenset(chosen))

    def types(self, names: tuple[str, ...]) -> str:
        """Return the identifier of a constant tuple of type names.

        Not a set: what a subgraph calls a type name may be a list, which has no hash.
        """
        return self._constant("TYPES", repr(names), names)

    def number(self, number: int) -> str:
        """Return the identifier of a number of this plan: functions alike differ in it only."""
        return self._constant("NUMBER", repr(number), number)

    def members(self, members: Mapping[str, str | None]) -> str:
        """Return the identifier of a constant object; it is only read."""
        return self._constant("EMPTY", repr(dict(members)), dict(members))

    def is_one_of(self, expression: str, names: tuple[str, ...]) -> str:
        """Return a condition: `expression` is one of `names`."""
        if len(names) == 1:
            return f"{expression} == {literal(names[0])}"
        return f"{expression} in {self.types(names)}"

    def text(self) -> str:
        """Return all of it as one Python module, for people."""
        parts = [f"{name} = {literal}\n" for literal, name in self._literals.items()]
        for one in self._order:
            if isinstance(one, Made):
                call = f"({', '.join(one.arguments)})" if one.arguments else ""
                parts.append(f"\n\n{one.name} = {one.maker}{call}\n")
            else:
                body = _bare("\n".join(one.body))
                # A comment must not end before its line does.
                about = " ".join(one.about.split())
                parts.append(f"\n\n# {about}\ndef {one.name}({one.arguments}):\n{body}\n")
        return "".join(parts)

    def body(self, write: Callable[[], None]) -> tuple[str, ...]:
        """Return the lines that `write` writes, as those of a function."""
        outer, self._lines, depth, self._depth = self._lines, [], self._depth, 1
        write()
        body, self._lines, self._depth = self._lines, outer, depth
        return tuple(body)

    def add(self, function: Function) -> None:
        self.functions.append(function)
        self._order.append(function)

    def begin(self) -> None:
        """Begin the body of a function; what was written before is set aside by the caller."""
        self._lines, self._depth = [], 1

    def _constant(self, kind: str, literal: str, value: Any) -> str:
        name = self._literals.get(literal)
        if name is None:
            name = self._literals[literal] = f"{kind}_{len(self._literals)}"
            self.constants[name] = value
        return called(name)


def _bare(text: str) -> str:
    return text.replace(MARK, "")


class _Block:
    """What is written inside is indented. One for all blocks of a source: it holds nothing."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __enter__(self) -> None:
        self._source._depth += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._source._depth -= 1


class _Writing:
    """What is written inside is the body of a function."""

    def __init__(self, source: Source, head: str, about: str) -> None:
        self._source = source
        name, _, arguments = head.partition("(")
        self._name, self._arguments = name, arguments.removesuffix(")")
        self._about = about

    def __enter__(self) -> None:
        self._outer = self._source._lines, self._source._depth
        self._source.begin()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        source = self._source
        body = tuple(source._lines)
        source._lines, source._depth = self._outer
        source.add(Function(self._name, self._arguments, self._about, body))
