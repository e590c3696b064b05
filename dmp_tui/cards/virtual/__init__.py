"""Emulated Vitale 2 and CPS3, in process or as cards of a virtual PC/SC reader."""
