"""`limits`: what one request may ask for."""

from __future__ import annotations

from federation.server.settings.base import Positive, Section


class Limits(Section, frozen=True):
    """What a request may ask for. Depth, aliases and root fields count fragments as written out."""

    http_max_request_bytes: Positive = 2_000_000
    parser_max_tokens: Positive = 15_000
    parser_max_recursion: Positive = 200
    max_depth: Positive = 50
    max_height: Positive = 5_000
    max_aliases: Positive = 500
    max_root_fields: Positive = 100
