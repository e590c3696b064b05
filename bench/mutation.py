"""Mutation of the decision function: every mutant of ``dmp/rights.py``.

Each is tried in a process of its own against ``tests/dmp/test_rights.py``; a mutant that no test notices is named.
``python -m bench.mutation`` tries all of them; ``python -m bench.mutation 8`` every eighth.
"""

import enum
import os
import signal
import sys
import types
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files

from tests.dmp.mutants import mutants

MODULE, TESTS, SECONDS = "dmp_tui.dmp.rights", ("tests/dmp/test_rights.py", "tests/dmp/test_rights_situations.py"), 60


@dataclass(frozen=True, slots=True)
class Trial:
    """One change, and what makes it in the process that runs the tests."""

    name: str
    prepare: Callable[[], None]


def trials() -> Iterator[Trial]:
    """The mutants of the code. A changed cell of the table is noticed by the digest that the tests hold of it."""
    source = files("dmp_tui.dmp").joinpath("rights.py").read_text("utf-8")
    for mutant in mutants(source, _enums()):
        yield Trial(f"{mutant.line}: {mutant.what}", _module(mutant.source))


def caught(trial: Trial) -> bool:
    """Whether a test fails; what cannot be loaded, or hangs for a minute, is caught."""
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        os._exit(_tried(trial))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def main(every: int = 1) -> int:
    """Tries them, prints those that nobody noticed, and gives how many there were."""
    import pytest  # noqa: F401 - imported before the processes part: each would do it again

    chosen = list(trials())[::every]
    missed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for one, noticed in zip(chosen, pool.map(caught, chosen), strict=True):
            if not noticed:
                missed += 1
                print(f"not noticed: {one.name}", flush=True)
    print(f"{len(chosen)} mutants, {len(chosen) - missed} caught, {missed} missed")
    return missed


def _tried(trial: Trial) -> int:
    import pytest

    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        trial.prepare()
        return int(pytest.main([*TESTS, "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]))
    except BaseException:  # noqa: BLE001 - a mutant that breaks whatever loads it is caught
        return 1


def _module(source: str) -> Callable[[], None]:
    def prepare() -> None:
        made = types.ModuleType(MODULE)
        made.__file__ = "mutant"
        sys.modules[MODULE] = made
        sys.modules["dmp_tui.dmp"].__dict__["rights"] = made
        exec(compile(source, "mutant", "exec"), made.__dict__)  # noqa: S102 - our own source, changed

    return prepare


def _enums() -> dict[str, tuple[str, ...]]:
    from dmp_tui.dmp import rights

    found = {name: own for name, own in vars(rights).items() if isinstance(own, type) and issubclass(own, enum.Enum)}
    sys.modules.pop(MODULE)
    return {name: tuple(own.__members__) for name, own in found.items()}


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)))
