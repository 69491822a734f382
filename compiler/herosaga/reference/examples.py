"""The examples in pages that people write, in the one layout that `herosaga fmt` gives."""

from __future__ import annotations

import re

from herosaga.format.formatting import formatted
from herosaga.source import Source

# A block that is only a part of a program (```saga in actions) is laid out by whoever writes it.
_WHOLE = re.compile(r"^(```saga(?: program)?\n)(.*?)^```$", re.MULTILINE | re.DOTALL)


def laid_out(page: str) -> str:
    """The page with its examples laid out; one that can't be read stays as it is."""
    return _WHOLE.sub(lambda match: f"{match.group(1)}{_example(match.group(2))}```", page)


def _example(text: str) -> str:
    result = formatted(Source("example.saga", text))
    return result if isinstance(result, str) else text
