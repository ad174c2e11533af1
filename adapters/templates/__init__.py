"""Ready source files: a template per kind of source, filled with what a feed needs.

`kinds/<kind>.yaml` is the file as its centre will see it; what differs between feeds (fields,
required ones, headers as met) is made from `feeds/<feed>.yaml`, so a new feed has its templates at
once.
"""

from adapters.templates.render import feeds_of, kinds_of, render

__all__ = ["feeds_of", "kinds_of", "render"]
