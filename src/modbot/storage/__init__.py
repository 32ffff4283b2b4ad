"""Memory of the house: cases, sites and people in SQLite or PostgreSQL, behind verbs.

``open_store`` gives the verbs, ``open_key_store`` the person keys; ``migrate`` brings a database up to
date. Nothing mapped and no SQL leaves this room; it has no opinions. May import ``domain`` and ``errors``.
"""

from modbot.storage.batches import BATCH_LIMIT
from modbot.storage.filters import LOOKED_AT
from modbot.storage.keys import KeyStore, open_key_store
from modbot.storage.migrate import check, expected_revision, upgrade
from modbot.storage.orders import cursor_after
from modbot.storage.sql import Store, StoreStatus, open_store

__all__ = [
    "BATCH_LIMIT",
    "LOOKED_AT",
    "KeyStore",
    "Store",
    "StoreStatus",
    "check",
    "cursor_after",
    "expected_revision",
    "open_key_store",
    "open_store",
    "upgrade",
]
