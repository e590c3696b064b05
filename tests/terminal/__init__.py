"""The real program in a pseudo-terminal of 80x24, as a person at the keyboard has it."""
