"""`limits`: what one request may ask for."""

from __future__ import annotations

from federation.config.duration import Duration
from federation.server.settings.base import Positive, Section


class Limits(Section, frozen=True):
    """What a request may ask for. Depth, aliases and root fields count fragments as written out.

    `max_directives`: of one operation, written out. `max_definitions`: operations and fragments of
    a document. `max_list_items`: of one list in the document or in the variables;
    `max_input_values`: values in all variables together. `warn_only`: what is over one of the
    limits whose names begin with `max_` is written to the log and answered.

    `http1_max_request_headers`, `http1_max_request_buf_size`: headers of a request and bytes of its
    head. `http1_header_read_timeout`: how long a head may take to come;
    `http1_body_read_timeout`: a body that is on its way must grow by 64 KB in this time.

    `http_max_request_bytes`: of a body, also unpacked. `parser_max_tokens` of a document;
    `parser_max_recursion`: how deep it may be nested. `max_depth`: fields inside fields;
    `max_height`: all fields; `max_aliases`: fields with an alias; `max_root_fields`: fields at the
    top.
    """

    http_max_request_bytes: Positive = 2_000_000
    parser_max_tokens: Positive = 15_000
    parser_max_recursion: Positive = 200
    max_depth: Positive = 50
    max_height: Positive = 5_000
    max_aliases: Positive = 500
    max_root_fields: Positive = 100
    max_directives: Positive = 500
    max_definitions: Positive = 500
    max_list_items: Positive = 10_000
    max_input_values: Positive = 100_000
    warn_only: bool = False
    http1_max_request_headers: Positive = 100
    http1_max_request_buf_size: Positive = 400 * 1024
    http1_header_read_timeout: Duration = 10.0
    http1_body_read_timeout: Duration = 30.0
