"""May this patient be given that medicine? Reasons with their sources, from a sheet and a base of medicines.

Pure: a sheet, a base, a day and what is proposed go in, an ``Answer`` comes out. It never says that a medicine is
safe: the mildest answer is that nothing was found in what is known, and what is not known stands beside it.
``docs/safety.md`` says how an answer is made.
"""
