"""One frozen dataclass per template, built from nouns by pure functions: tested without HTTP.

Reads no store, no clock, no request. May import ``domain``, ``review.words`` and ``review.marks``.
"""
