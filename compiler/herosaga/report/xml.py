"""Text for XML."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """The text with the characters written out that XML has no way to hold."""
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
