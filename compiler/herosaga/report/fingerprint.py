"""What a finding is known by from one run to the next, while lines come and go above it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from herosaga.findings import Finding


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """One for each finding: of its rule, its file and the text it marks, numbered among equals."""
    seen: Counter[tuple[str, str, str]] = Counter()
    made = []
    for finding in findings:
        span = finding.span
        what = (finding.code, span.source.name, span.source.text[span.start : span.end])
        made.append(_hash(*what, str(seen[what])))
        seen[what] += 1
    return made


def _hash(*parts: str) -> str:
    text = "\0".join(parts)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
