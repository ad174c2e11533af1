"""Functions as they were written → functions, compiled once for all plans.

Python's own compiler takes most of the time that a plan takes to be made. But the functions of
plans are much alike: they differ in the names of members and types, which are string literals, and
in the names of what they call. So a function is cut into what is fixed and what fills its holes;
the fixed text is compiled once, with marks in the holes, and each plan's function is that code
with the marks exchanged. The byte code is what Python would have made of the whole text.

No text of a client or a subgraph ever meets the compiler: it stands in holes only.
"""

from __future__ import annotations

import ast
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from types import CodeType, FunctionType
from typing import Any

from federation.execution.compile.source import MARK, Function

# Of the fixed texts together; with their code some 6 bytes each. A function has some hundred.
_MAX_CHARACTERS = 2_000_000

# The arguments and the fixed texts between the holes. A hole behind a quote is a literal's inside,
# any other a name.
_Key = tuple[str, ...]
_QUOTES = ("'", '"')


@dataclass(frozen=True, slots=True)
class Template:
    """Code with holes.

    `literals`, `names`: (place among the code's constants or names, number of the hole).
    `tuples`: constants that hold holes. `inner`: code inside this one, by its place.
    """

    code: CodeType
    literals: tuple[tuple[int, int], ...]
    names: tuple[tuple[int, int], ...]
    tuples: tuple[tuple[int, tuple[Any, ...]], ...]
    inner: tuple[tuple[int, Template], ...]

    def filled(self, holes: Sequence[str], name: str) -> CodeType:
        """Return the code with its holes filled; profiles show its `name`."""
        constants = list(self.code.co_consts)
        for place, number in self.literals:
            constants[place] = holes[number]
        for place, members in self.tuples:
            constants[place] = _filled_tuple(members, holes)
        for place, template in self.inner:
            constants[place] = template.filled(holes, template.code.co_name)
        names = list(self.code.co_names)
        for place, number in self.names:
            names[place] = holes[number]
        return self.code.replace(
            co_name=name, co_qualname=name, co_consts=tuple(constants), co_names=tuple(names)
        )


class Templates:
    """Templates by the fixed text of functions. For threads.

    `most`: characters of all that is kept; what leaves first was not used for longest.
    """

    def __init__(self, most: int = _MAX_CHARACTERS) -> None:
        self.compiled = 0
        self._most = most
        self._characters = 0
        self._lock = Lock()
        self._known: OrderedDict[_Key, Template] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def clear(self) -> None:
        with self._lock:
            self._known.clear()
            self._characters = 0

    def bind(self, functions: Sequence[Function], names: dict[str, Any]) -> int:
        """Make the functions and put them among `names`, which they see as their globals.

        Returns how many characters they have.
        """
        characters = 0
        for function in functions:
            text = "\n".join(function.body)
            parts = text.split(MARK)
            fixed, holes = parts[::2], parts[1::2]
            template = self._of((function.arguments, *fixed))
            for number, hole in enumerate(holes):
                # What has no backslash says itself.
                if "\\" in hole:
                    quote = fixed[number][-1]
                    holes[number] = ast.literal_eval(quote + hole + quote)
            code = template.filled(holes, function.name)
            names[function.name] = FunctionType(code, names, function.name)
            characters += len(text)
        return characters

    def _of(self, key: _Key) -> Template:
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        made = _compiled(key)
        with self._lock:
            self.compiled += 1
            if key not in self._known:
                self._characters += _length(key)
            self._known[key] = made
            while self._characters > self._most:
                left, _ = self._known.popitem(last=False)
                self._characters -= _length(left)
        return made


def _length(key: _Key) -> int:
    return sum(map(len, key))


# What is kept depends on nothing but the text, so one serves all graphs of a process.
TEMPLATES = Templates()


def _compiled(key: _Key) -> Template:
    arguments, first, *rest = key
    parts = [first]
    before = first
    for number, fixed in enumerate(rest):
        # Inside its quotes a mark is a text that no other constant is.
        parts.append(f"\\x00{number}" if before.endswith(_QUOTES) else f"hole_{number}")
        parts.append(fixed)
        before = fixed
    # Made of constants of ours and the marks.
    text = f"def f({arguments}):\n{''.join(parts)}\n"
    module = compile(text, "<query plan>", "exec", optimize=2)
    (code,) = (each for each in module.co_consts if isinstance(each, CodeType))
    literals = {f"\x00{number}": number for number in range(len(rest))}
    names = {f"hole_{number}": number for number in range(len(rest))}
    return _template(code, literals, names)


def _template(code: CodeType, literals: dict[str, int], names: dict[str, int]) -> Template:
    """Find the holes in code by their marks."""
    constants = list(enumerate(code.co_consts))
    return Template(
        code,
        tuple((place, literals[each]) for place, each in constants if _is_mark(each, literals)),
        tuple((place, names[name]) for place, name in enumerate(code.co_names) if name in names),
        tuple(
            (place, _numbered(each, literals))
            for place, each in constants
            if each.__class__ is tuple
        ),
        tuple(
            (place, _template(each, literals, names))
            for place, each in constants
            if isinstance(each, CodeType)
        ),
    )


def _is_mark(constant: Any, literals: dict[str, int]) -> bool:
    return constant.__class__ is str and constant in literals


@dataclass(frozen=True, slots=True)
class _Hole:
    number: int


def _numbered(constant: tuple[Any, ...], literals: dict[str, int]) -> tuple[Any, ...]:
    """Return a constant tuple with holes in the place of their marks."""
    return tuple(
        _Hole(literals[each])
        if _is_mark(each, literals)
        else _numbered(each, literals)
        if each.__class__ is tuple
        else each
        for each in constant
    )


def _filled_tuple(members: tuple[Any, ...], holes: Sequence[str]) -> tuple[Any, ...]:
    return tuple(
        holes[each.number]
        if each.__class__ is _Hole
        else _filled_tuple(each, holes)
        if each.__class__ is tuple
        else each
        for each in members
    )
