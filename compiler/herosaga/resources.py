"""Where the grammar, the templates and the first project are: in the wheel, or beside the sources."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_data"
_ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent.parent

GRAMMAR = _ROOT / "grammar" / "saga.lark"
TEMPLATES = _ROOT / "templates"
STARTER = _ROOT / "starter"
