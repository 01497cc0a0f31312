"""File locks, so that several commands of one clone can run at once. They end with their process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from .paths import LOCKS
from .say import line


class Lock:
    """An advisory lock named by a file in `.dev/lock`."""

    def __init__(self, name: str):
        LOCKS.mkdir(parents=True, exist_ok=True)
        self.path = LOCKS / name
        self.handle: int | None = None

    def _open(self) -> int:
        if self.handle is None:
            self.handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        return self.handle

    def share(self) -> None:
        fcntl.flock(self._open(), fcntl.LOCK_SH)

    def take(self, *, wait: bool = True) -> bool:
        """Take the lock alone. Without `wait`, say whether nobody else holds it."""
        try:
            fcntl.flock(self._open(), fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


@contextmanager
def alone(name: str, waiting: str) -> Iterator[None]:
    """Hold a lock alone for the block; tell the developer what is being waited for."""
    lock = Lock(name)
    if not lock.take(wait=False):
        line(f"  {waiting}")
        lock.take()
    try:
        yield
    finally:
        lock.release()
