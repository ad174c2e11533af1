"""Scheduling: the queue of pulls, its workers, and what asks for pulls."""
