"""The generated module that is measured. To measure another, change the import."""

from tests.runtime import orders

__all__ = ["orders"]
