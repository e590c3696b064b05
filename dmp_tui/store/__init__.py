"""Where records lie, and the keys that open them."""

from dmp_tui.store.model import Authority, Clock, StoreInfo, StoreKind, system_clock
from dmp_tui.store.problems import StoreError, StoreFull, StoreProblem
from dmp_tui.store.store import Store, default_kek
from dmp_tui.store.trail import ALLOWED, REFUSED, TrailEvent, TrailRow
from dmp_tui.store.transaction import Transaction

__all__ = [
    "ALLOWED",
    "REFUSED",
    "Authority",
    "Clock",
    "Store",
    "StoreError",
    "StoreFull",
    "StoreInfo",
    "StoreKind",
    "StoreProblem",
    "TrailEvent",
    "TrailRow",
    "Transaction",
    "default_kek",
    "system_clock",
]
