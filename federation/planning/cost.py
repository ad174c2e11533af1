"""The cost model: what makes one plan better than another.

Compared in this order:

1. **Calls.** A call to a subgraph costs a network round trip, work of a platform that others
   share, and in the hub itself 0.3–1 ms; a field inside a call costs microseconds. No number of
   fields outweighs a call, so calls are counted first and alone.
2. **Depth**, the number of calls that wait for one another: the latency of the answer. Only
   between plans of equal calls, since a saved call helps everyone and a saved wave one client.
3. **Vacuous choices**: taking "this subgraph never has such an object" for an answer is right by
   composition's rules, but a subgraph that knows the type is the safer witness.
4. **Sum of depths** over the leaves: of two plans equal so far, data that can come early should.

What two plans still share is decided by order: of subgraphs by name, of keys by length.
"""

from __future__ import annotations

Cost = tuple[int, int, int, int]
