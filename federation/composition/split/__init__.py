"""Composition backwards: a supergraph → the subgraphs it is made of. Public: `split`."""

from federation.composition.split.split import split

__all__ = ["split"]
