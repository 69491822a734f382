"""HS906: a generated file that is not what its source says. Given by `herosaga compile --check`."""

from herosaga.checks.page import Page
from herosaga.findings import Severity

PAGE = Page(
    code="HS906",
    severity=Severity.WARNING,
    title="Generated file missing, stale or edited",
    what="`herosaga compile --check` would write this file: it is missing; its `.saga` file or the "
    "compiler has changed since it was written; or somebody has changed it by hand.",
    why="What runs is not the process that was read and checked.",
    failing="",
    mended="",
)
