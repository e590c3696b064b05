"""The end of a terminal: a window that was closed, a line that dropped. A session must not outlive who can see it."""

import select
from asyncio import AbstractEventLoop
from collections.abc import Callable


def when_gone(loop: AbstractEventLoop, terminal: int, gone: Callable[[], object]) -> None:
    """Calls ``gone`` once, when nobody holds the other end of ``terminal`` (a file descriptor) any more.

    The system says so by a signal, but only to the session that the terminal controls: not to a program behind ``su
    -c`` or in a container. An epoll that asks for nothing wakes on a hang-up alone, and takes no key from who reads.
    """
    watch = select.epoll()
    watch.register(terminal, 0)

    def woken() -> None:
        loop.remove_reader(watch.fileno())
        watch.close()
        gone()

    loop.add_reader(watch.fileno(), woken)
