"""`hooks`: code of the operator's own, called at five points; see `federation.server.hooks`.

hooks:
  - use: federation.server.hooks.examples.require_name:RequireName
  - use: our_rules.partners:Partners
    config: { header: x-contact }
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, field

from federation.config.convert import Subtree
from federation.config.document import MapValue, Place
from federation.config.errors import ConfigError
from federation.config.expansion import Expander
from federation.config.named_object import PATTERN, find_object
from federation.server.settings.base import Section

# The methods by which a class is a hook.
POINTS = ("on_request", "on_operation", "on_fetch", "on_response", "on_schema")


class NoConfig(Section, frozen=True):
    """What a hook takes whose class has no `Config`."""


def _nothing() -> Subtree:
    return Subtree(MapValue(Place("", 0, 0, ""), {}), Expander({}, Path()))


class HookSection(Section, frozen=True):
    """`use`: a class, as package.module:name; it must be installed where the hub is, or lie on
    PYTHONPATH. `config`: what the class takes, by its `Config`.

    Hooks are called in the order of the list.
    """

    use: Annotated[str, Meta(extra_json_schema={"pattern": PATTERN})]
    config: Subtree = field(default_factory=_nothing)

    def __post_init__(self) -> None:
        try:
            hook = find_object(self.use)
        except ValueError as error:
            raise ValueError(f"'use': {error}") from None
        if not isinstance(hook, type):
            raise ValueError(f"'use': {self.use} is not a class")
        if not any(hasattr(hook, point) for point in POINTS):
            raise ValueError(f"'use': {self.use} has none of the methods {', '.join(POINTS)}")
        struct = _config_of(hook)
        try:
            self.config.read(struct)
        except ConfigError as error:
            if error.line:
                raise
            raise ValueError(f"'config': {error.problem}") from None

    def make(self) -> object:
        """Return a new hook. Raises what making it raises."""
        hook = find_object(self.use)
        struct = _config_of(hook)
        if struct is NoConfig:
            return hook()
        return hook(self.config.read(struct))


def _config_of(hook: type[Any]) -> type[msgspec.Struct]:
    struct = getattr(hook, "Config", NoConfig)
    if not (isinstance(struct, type) and issubclass(struct, msgspec.Struct)):
        raise ValueError(f"'use': the Config of {hook.__qualname__} is not a msgspec.Struct")
    return struct
