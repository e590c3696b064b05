"""Tests of the store: real SQLCipher files, real kills, real disks that fill up."""
