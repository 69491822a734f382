"""How long an attempt may take and how often it is repeated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b

from herosaga_runtime import codec
from herosaga_runtime.message import JsonObject, JsonValue

FOREVER = None
"""`Policy.retries` of `retry forever`."""


@dataclass(frozen=True, slots=True)
class Policy:
    """`within` limits one attempt (None: no limit); `retries` more attempts follow it (None: without end).

    The pause before a repeat is `every`; with `up_to`, it doubles from `every` to `up_to`, and a fraction of it
    between none and all is taken (full jitter).
    """

    within: timedelta | None = None
    retries: int | None = 0
    every: timedelta = timedelta()
    up_to: timedelta | None = None

    def pause(self, attempt: int, seed: str) -> timedelta:
        """The pause after `attempt` (from 1). The jitter is derived from `seed`, so a repeated step gets the same."""
        if self.up_to is None:
            return self.every
        longest = min(
            self.every.total_seconds() * 2.0 ** min(attempt - 1, 60), self.up_to.total_seconds()
        )
        return timedelta(seconds=longest * fraction(f"{seed}/{attempt}"))

    def more(self, attempt: int) -> bool:
        """Whether another attempt may follow `attempt` (from 1)."""
        return self.retries is None or attempt <= self.retries

    def to_json(self) -> JsonObject:
        """The policy as JSON: it is stored with what it governs."""
        return {
            "within": None if self.within is None else codec.write_duration(self.within),
            "retries": self.retries,
            "every": codec.write_duration(self.every),
            "up_to": None if self.up_to is None else codec.write_duration(self.up_to),
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> Policy:
        """What `to_json` gave."""
        fields = codec.Fields("Policy", json)
        duration = codec.read_optional(codec.read_duration)
        return cls(
            fields.need("within", duration),
            fields.need("retries", codec.read_optional(codec.read_int)),
            fields.need("every", codec.read_duration),
            fields.need("up_to", duration),
        )


ONCE = Policy()
"""One attempt without a time-out: a request without a policy."""

UNDO = Policy(timedelta(seconds=30), FOREVER, timedelta(seconds=1), timedelta(minutes=5))
"""How an undo is requested whose request had no policy."""


def fraction(seed: str) -> float:
    """A number from 0 (inclusive) to 1 (exclusive), evenly spread, the same for the same seed."""
    return int.from_bytes(blake2b(seed.encode(), digest_size=7).digest()) / 2**56
