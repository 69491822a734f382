"""The compiler, checker and command line of herosaga."""

__version__ = "0.1.0"
