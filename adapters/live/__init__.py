"""Live sources: what is stale is asked for when somebody wants to see it, and stored, then read.

    refresh(feed, keys)                                                     port.py
      whose are they, how old is what is stored     one statement           freshness.py
      ask each source, wait as long as its rule says                        asker.py, breaker.py
        records → mapped rows of the keys asked for                         answers.py
        what is new → a batch of its own; what is gone → tombstones         booking.py
    refresh_list(feed, centre): an incremental pull                         lists.py

The loaders then read PostgreSQL as always. A source that is slow, down or left alone costs its
timeout at most: the stored copy is shown, and a late answer is there for the next reader. No
connection is held while a source is asked for records.
"""
