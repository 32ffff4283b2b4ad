"""The door for clients of Perspective's Comment Analyzer API, which is switched off on 31 December 2026.

``attributes`` maps its names to our heads, ``asking`` reads a call, ``door`` answers it and ``refusal`` says no,
``discovery`` describes it to client libraries. May import what the doors may.
"""

from modbot.intake.perspective.door import bp
from modbot.intake.perspective.refusal import refuse

__all__ = ["bp", "refuse"]
