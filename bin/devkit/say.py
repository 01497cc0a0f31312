"""What the developer reads: steps with their elapsed time, and failures as one sentence instead of a traceback."""

import errno
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stop(Exception):
    """Nothing more can be done. The message is one sentence that says what happened and what to do."""


def line(text: str = "") -> None:
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Show `text` while the block runs, with the seconds it takes.

    On a terminal the line counts up in place; in a log file it appears at the start, then every half minute.
    """
    start = time.monotonic()
    done = threading.Event()
    live = sys.stdout.isatty()

    def seconds() -> str:
        return f"{time.monotonic() - start:.0f} s"

    def show() -> None:
        if not live:
            line(f"  {text} ...")
        while not done.wait(1 if live else 30):
            if live:
                print(f"\r  {text} ... {seconds()}", end="", flush=True)
            else:
                line(f"  {text} ... still running, {seconds()}")

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    except BaseException:
        done.set()
        thread.join()
        if live:
            line()
        raise
    done.set()
    thread.join()
    line(f"\r  {text} ... done in {seconds()}" if live else f"  {text} ... done in {seconds()}")


def _terminate(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def run_main(main: Callable[[list[str]], int]) -> None:
    """Run a command's `main` and turn what can go wrong on a developer's machine into one sentence."""
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGHUP, _terminate)
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        line()
        line("Stopped.")
        code = 130
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr, flush=True)
        code = 1
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        print(f"\n{explain(error)}", file=sys.stderr, flush=True)
        code = 1
    sys.exit(code)


def explain(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            "The disk is full: free some space (about 4 GB are needed in all) and run this again."
        )
    return f"Cannot write {error.filename}: run this as the user who owns the clone's .dev folder."
