"""The engine against one big server over the same data: same answers, same errors."""
