"""The passes of normalisation, one file each; `normalize.py` names their order."""
