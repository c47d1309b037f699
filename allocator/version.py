"""The version of this package, in one place. Nothing is imported here."""

__version__ = "0.1.0"
