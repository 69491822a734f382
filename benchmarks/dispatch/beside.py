"""What an instance costs before its first event, which is outside of what is timed: time and memory."""

from __future__ import annotations

import gc
import tracemalloc
from time import process_time_ns

from benchmarks.dispatch.contender import Contender, Subject


def beside(subject: Subject, count: int) -> list[str]:
    """Lines of a table: the generated module's instances, then those of the libraries."""
    title, _, _ = subject.title.partition(":")
    first, *_ = subject.contenders
    lines = [f"{title + ', ' + first.name:<40}{'':>10}{subject.size(10 * count):>13,.0f}"]
    for each in subject.contenders[-2:]:
        time, size = preparation(each, count), memory(each, count)
        lines.append(f"{title + ', ' + each.name:<40}{time:>10,.0f}{size:>13,.0f}")
    return lines


def preparation(contender: Contender, count: int) -> float:
    """Nanoseconds to make what one instance needs: a library's model, and what its machine adds."""
    begin = process_time_ns()
    contender.prepare(count, ())
    return (process_time_ns() - begin) / count


def memory(contender: Contender, count: int) -> float:
    """Bytes of what one instance needs; what all of them share is not among them."""
    return (_taken(contender, 2 * count) - _taken(contender, count)) / count


def _taken(contender: Contender, count: int) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        run = contender.prepare(count, ())
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
        del run
        return taken
    finally:
        tracemalloc.stop()
