"""The forms in which findings leave the tool, one a file. Pure: nothing here knows of terminals or files."""

from herosaga.report.concise import concise as concise
from herosaga.report.full import COLOUR as COLOUR
from herosaga.report.full import PLAIN as PLAIN
from herosaga.report.full import Style as Style
from herosaga.report.full import full as full
from herosaga.report.json_ import as_json as as_json
from herosaga.report.text import display_width as display_width
from herosaga.report.text import visible as visible
