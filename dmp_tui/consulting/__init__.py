"""Reading a record from the shell, with a professional's card: the same rights and the same trace as on screen."""
