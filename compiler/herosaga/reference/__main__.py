"""`python -m herosaga.reference`: write what is derived from the language's tables anew."""

from __future__ import annotations

from herosaga.reference.files import ROOT, files

for path, text in files().items():
    (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
    (ROOT / path).write_text(text, encoding="utf-8")
