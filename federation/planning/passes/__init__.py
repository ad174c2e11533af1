"""Rewrites of the fetch graph, one file each; `optimize.py` names their order."""
