"""The door for clients of Akismet's REST API, which change nothing but the address and the key.

``fields`` reads a call, ``door`` answers it, ``stats`` counts. May import what the doors may.
"""

from modbot.intake.akismet.door import bp, refuse

__all__ = ["bp", "refuse"]
