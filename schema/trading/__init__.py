"""Subgraph `trading`: listings, open licences, licence and transfer records, demands, deals."""
