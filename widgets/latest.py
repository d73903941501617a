"""Work in the background of which only the latest counts."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Thread


class Latest:
    """One thread at a time; what is asked for meanwhile waits, the latest replacing the others.

    Examples
    --------
    >>> seen = []
    >>> work = Latest()
    >>> work.ask(lambda: seen.append("done"))
    >>> work.wait()
    >>> seen
    ['done']
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._wanted: Callable[[], None] | None = None
        self._thread: Thread | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether something newer waits than what is being worked on."""
        return self._wanted is not None

    def ask(self, work: Callable[[], None]) -> None:
        """Do this next; what waited until now is dropped."""
        with self._lock:
            self._wanted = work
            if self._thread is None:
                # A kernel that is shut down does not wait for it.
                self._thread = Thread(target=self._run, daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Return when nothing is left to do."""
        while thread := self._thread:
            thread.join()

    def _run(self) -> None:
        while work := self._next():
            work()

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            work, self._wanted = self._wanted, None
            if work is None:
                self._thread = None
            return work
