"""dmp-tui: the emergency sheet of a French shared medical record (DMP), in a terminal."""

__version__ = "0.1.0"
