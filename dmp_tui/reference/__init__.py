"""The reference store: the official base of medicines and the thesaurus of interactions, in one file of SQLite.

It holds no patient's data. It is written whole, beside the former one, and put in its place by one rename: an import
that fails or is killed leaves the former base as it was.
"""
