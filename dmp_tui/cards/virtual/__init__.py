"""Emulated Vitale 2 and CPS3, in process or as cards of a virtual PC/SC reader."""

from dmp_tui.cards.virtual.cps import Cps3
from dmp_tui.cards.virtual.faulty import Faulty
from dmp_tui.cards.virtual.reader import VirtualSource
from dmp_tui.cards.virtual.vitale import Vitale2

__all__ = ["Cps3", "Faulty", "VirtualSource", "Vitale2"]
