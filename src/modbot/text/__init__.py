"""The only place text is changed: normalise, links, fingerprint, sketch.

What is normalised is for machines to compare and to learn from; it is never stored in place of the original and
never shown. Every normalised character remembers the original characters it stands for, so that a reason found in
the one can be pointed at in the other. Does no I/O and imports nothing of modbot but its own room.
"""

from modbot.text.folding import fold
from modbot.text.links import Link, host_of, links
from modbot.text.normal import ADDRESS_MARK, LINK_MARK, Normalised, fingerprint, normalise, pieces
from modbot.text.sketch import ALIKE_FROM, BANDS, bands, likeness, sketch

__all__ = [
    "ADDRESS_MARK",
    "ALIKE_FROM",
    "BANDS",
    "LINK_MARK",
    "Link",
    "Normalised",
    "bands",
    "fingerprint",
    "fold",
    "host_of",
    "likeness",
    "links",
    "normalise",
    "pieces",
    "sketch",
]
