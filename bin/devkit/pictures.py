"""`bin/pictures`: the pictures of `static/description`, taken from a server of their own with the demo data."""

import argparse
import io
from pathlib import Path
from types import SimpleNamespace

from .driving import from_tests, in_environment
from .locks import Lock
from .paths import ROOT, make_folders
from .say import Stop, line, step
from .serve import Server
from .setup import prepare

DATABASE = "pictures"
FOLDER = ROOT / "static" / "description"
WIDTH, HEIGHT = 1440, 900  # so wide that Odoo has the chatter beside the form
MOST = 200_000  # bytes: a page of an app store with all of them has to load


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/pictures", description=__doc__)
    parser.add_argument("only", nargs="*", help="names of pictures, such as inbox; all without any")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where to write them (default %(default)s)"
    )
    options = parser.parse_args(arguments)
    in_environment("pictures", arguments)
    from .scenes import SCENES

    unknown = set(options.only) - set(SCENES)
    if unknown:
        raise Stop(f"There is no picture {', '.join(unknown)}: choose of {', '.join(SCENES)}.")
    make_folders()
    running = Lock("pictures")
    if not running.take(wait=False):
        raise Stop("bin/pictures is already running in this clone.")
    live = from_tests("live")
    place = prepare(dev=True)
    server = Server(place, live.free_port(), live.free_port(), DATABASE)
    try:
        server.prepare_database(fresh=True)
        server.configure()
        server.start([])
        _take(server, live, options.only or list(SCENES), options.folder)
    finally:
        server.stop()
        server.remove()
        place.close()
        running.release()
    return 0


def _take(server: Server, live, names: list[str], folder: Path) -> None:
    from .scenes import SCENES, Day

    browser_module = from_tests("browser")
    admin = live.LiveSession(SimpleNamespace(url=server.odoo_url, db=DATABASE), "admin", "admin")
    try:
        with (
            browser_module.LiveBrowser(WIDTH, HEIGHT) as visitor,
            browser_module.LiveBrowser(WIDTH, HEIGHT) as recruiter,
        ):
            recruiter.login(server.odoo_url, "admin")
            day = Day(server, admin, visitor, recruiter)
            with step("Living a recruiter's day"):
                day.live()
            for name in names:
                with step(f"Taking {name}.png"):
                    recruiter.set_viewport(WIDTH, HEIGHT)
                    browser = SCENES[name](day)
                    browser._pump(1.5)  # what fades in
                    _save(browser.screenshot, folder / f"{name}.png")
            for error in visitor.errors + recruiter.errors:
                line(f"  console error: {error}")
    except browser_module.BrowserError as error:
        raise Stop(str(error)) from None


def _save(screenshot, path: Path) -> None:
    """Write a picture as small as it gets; what is too big still gets by with 256 colours."""
    from PIL import Image

    taken = Path(screenshot(path))
    with Image.open(io.BytesIO(taken.read_bytes())) as image:
        image = image.convert("RGB")
        image.save(taken, optimize=True)
        if taken.stat().st_size > MOST:
            image.quantize(256, method=Image.Quantize.MEDIANCUT).save(taken, optimize=True)
    size = taken.stat().st_size
    if size > MOST:
        raise Stop(f"{path.name} has {size} bytes, more than {MOST}.")
