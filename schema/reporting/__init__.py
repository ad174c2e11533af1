"""Subgraph `reporting`: what came in from the centres; business reports and evaluations follow."""
