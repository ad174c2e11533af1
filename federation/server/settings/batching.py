"""`batching`: several operations in one HTTP request."""

from __future__ import annotations

from typing import Literal

from federation.server.settings.base import Positive, Section


class Batching(Section, frozen=True):
    """A JSON array of requests is answered with the array of their answers.

    Off by default: one HTTP request then stands for many operations in the eyes of whatever counts
    HTTP requests before us. Here each operation counts as one. `mode`: as Apollo's BatchHttpLink
    sends them. `maximum_size`: operations in one request.
    """

    enabled: bool = False
    mode: Literal["batch_http_link"] = "batch_http_link"
    maximum_size: Positive = 10
