"""Scheduling: which worker pulls which source, when, and what happens when that fails.

PgQueuer dispatches over our PostgreSQL (`queue.py`); checkpoints and rows stay in our own tables
and commit together, so a pull that runs twice changes nothing.
"""
