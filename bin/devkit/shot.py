"""`bin/shot`: a screenshot of a page of the running `bin/serve`, logged in or not."""

import argparse
from pathlib import Path

from .driving import from_tests, in_environment
from .ports import HOST, answers, port_from
from .say import Stop, line


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/shot", description=__doc__)
    parser.add_argument(
        "url", help="an address, or a path of the running Odoo such as /odoo/recruitment"
    )
    parser.add_argument("png", type=Path, help="the file to write")
    parser.add_argument("--login", help="log in as this user first, e.g. admin or demo")
    parser.add_argument("--password", help="when it is not the same as the login")
    parser.add_argument("--width", type=int, default=1400)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--mobile", action="store_true", help="behave like a phone")
    parser.add_argument(
        "--js", help="JavaScript to run before the picture is taken; its value is printed"
    )
    parser.add_argument(
        "--wait-for",
        help="a CSS selector that has to show before, or a JavaScript expression after js:",
    )
    parser.add_argument("--full", action="store_true", help="the whole page, not only the window")
    parser.add_argument(
        "--settle",
        type=float,
        default=1.5,
        help="seconds to wait before the picture (default %(default)s)",
    )
    options = parser.parse_args(arguments)
    in_environment("shot", arguments)
    return _shoot(options)


def _shoot(options: argparse.Namespace) -> int:
    browser_module = from_tests("browser")
    odoo = f"http://{HOST}:{port_from('ODOO_PORT', 8069)}"
    url = odoo + options.url if options.url.startswith("/") else options.url
    if (options.login or url.startswith(odoo)) and not answers(f"{odoo}/web/health"):
        raise Stop(
            f"Odoo does not answer at {odoo}: start it with bin/serve in another window first."
        )
    try:
        with browser_module.LiveBrowser(
            options.width, options.height, mobile=options.mobile
        ) as browser:
            if options.login:
                browser.login(odoo, options.login, options.password)
                browser.goto("about:blank")
                browser.errors.clear()
            browser.goto(url)
            if options.wait_for:
                script = options.wait_for.removeprefix("js:")
                wait = browser.wait_for if script != options.wait_for else browser.wait_for_selector
                wait(script, 30)
            browser._pump(options.settle)
            if options.js:
                value = browser.eval(options.js)
                browser._pump(options.settle)
                line(f"--js: {value!r}")
            browser.screenshot(options.png, full_page=options.full)
            for error in browser.errors:
                line(f"console error: {error}")
    except browser_module.BrowserError as error:
        raise Stop(str(error)) from None
    line(f"{options.png}")
    return 0
