"""``dmp-tui check``, and the words of an answer to "may I give it": for screens, the command line and the server."""
