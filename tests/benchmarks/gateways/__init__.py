"""The gateway beside its peers: one load, one machine, one run."""
