"""`etag`: answers that clients keep and check."""

from __future__ import annotations

from federation.server.settings.base import Section


class Etag(Section, frozen=True):
    """Entity tags of GET queries, so that polling an unchanged answer costs no body.

    Answers whose `Cache-Control` lets clients keep them have a tag in any case. `enabled`: others,
    too, which then say `private, no-cache` instead of `no-store`: the client keeps its copy and
    asks each time whether it still holds. Off by default, since answers then lie on disks.
    """

    enabled: bool = False
