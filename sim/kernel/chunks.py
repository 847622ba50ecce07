"""Fixed chunks and blocks of rows: their number depends on the population only, never on threads."""

from __future__ import annotations

from sim._jit import jit

BLOCK = 256
MOST_CHUNKS = 64


@jit
def n_chunks(rows: int) -> int:
    """Number of chunks a table of ``rows`` is cut into (at most ``MOST_CHUNKS``, whole blocks each)."""
    blocks = (rows + BLOCK - 1) // BLOCK
    per_chunk = (blocks + MOST_CHUNKS - 1) // MOST_CHUNKS
    return (blocks + per_chunk - 1) // max(per_chunk, 1) if blocks > 0 else 0


@jit
def chunk_start(chunk: int, rows: int) -> int:
    """First row of a chunk; ``chunk_start(n_chunks, rows)`` is ``rows``."""
    blocks = (rows + BLOCK - 1) // BLOCK
    per_chunk = (blocks + MOST_CHUNKS - 1) // MOST_CHUNKS
    return min(chunk * per_chunk * BLOCK, rows)
