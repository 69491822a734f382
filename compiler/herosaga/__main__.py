"""`python -m herosaga`."""

import sys

from herosaga.cli import main

if __name__ == "__main__":
    sys.exit(main())
