"""Which unit sits on which floor of which tower, how good that plan provably is, and why."""

__version__ = "0.1.0"
