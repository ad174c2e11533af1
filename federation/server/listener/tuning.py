"""What a process that serves asks of the interpreter and of the system, once, before it begins."""

from __future__ import annotations

import gc
import sys

from federation.server.listener.descriptors import raise_descriptor_limit

# Objects made since the last collection. An answer of some size has thousands, and reference counts
# free all of them: at Python's 700 the collector walks the answers in work several times each,
# which was a tenth of the processor time of a large query.
_COLLECT_AFTER = 10_000

# Seconds after which a thread that works lets another one go on. New documents are planned in
# threads: at Python's 5 ms each request that is answered meanwhile waits for 10 ms in the median.
_SWITCH_AFTER = 0.0005

_FREED_BYTES = 4 * 1024 * 1024


def tune_process() -> None:
    """Prepare this process for serving."""
    raise_descriptor_limit()
    gc.set_threshold(_COLLECT_AFTER, *gc.get_threshold()[1:])
    sys.setswitchinterval(_SWITCH_AFTER)
    _keep_freed_memory()


def _keep_freed_memory() -> None:
    """Have glibc keep as much free memory as long answers come and go with.

    It gives back what is free at the end of its memory beyond 128 KB, and the system fills each
    page with zeros when it is taken again: a third of the cost of passing on an answer of 100 KB. A
    block that is freed raises that bound to twice its size (mallopt(3), `M_MMAP_THRESHOLD`).
    """
    block = bytearray(_FREED_BYTES)
    del block
