"""`python -m herosaga`."""

import sys

from herosaga.cli import main

sys.exit(main())
