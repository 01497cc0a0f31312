"""What axe-core, the checker of accessibility, says of a screen in a browser; and dark screens."""

import base64
import json
from importlib.util import find_spec
from pathlib import Path

PALETTE = Path(__file__).with_name("dark_palette.scss")
PALETTE_URL = "/hr_recruitment_texting/dark_palette.scss"
DARK_BUNDLE = "web.assets_web_dark"


def violations(browser, *selectors):
    """Have axe-core check parts of the page with all the rules that it has for parts.

    :param LiveBrowser browser: with the page open
    :param selectors: CSS selectors of what is checked; each has to match
    :returns: list of str, one for each element that breaks a rule
    """
    missing = [selector for selector in selectors if not browser.eval(_count(selector))]
    if missing:
        raise AssertionError(f"nothing to check: {missing}")
    if not browser.eval("!!window.axe"):
        browser.eval(f"{_axe()}; true")
    return browser.eval(
        f"axe.run({{include: {json.dumps([[selector] for selector in selectors])}}},"
        " {resultTypes: ['violations']}).then(({violations}) => violations.flatMap(({id, nodes}) =>"
        " nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`)))"
    )


def _count(selector):
    return f"document.querySelectorAll({json.dumps(selector)}).length"


def _axe():
    # only the script: importing the package would need a browser driver that is not installed
    [folder] = find_spec("axe_playwright_python").submodule_search_locations
    return Path(folder, "axe.min.js").read_text()


def bring_dark_colours(server):
    """Give a live server's dark bundle the colours that Community lacks, as a theme does."""
    admin = server.login("admin")
    admin.call(
        "ir.attachment",
        "create",
        [
            {
                "name": PALETTE.name,
                "url": PALETTE_URL,
                "public": True,
                "mimetype": "text/scss",
                "datas": base64.b64encode(PALETTE.read_bytes()).decode(),
            }
        ],
    )
    admin.call(
        "ir.asset",
        "create",
        [
            {
                "name": "Dark colours",
                "bundle": DARK_BUNDLE,
                "directive": "prepend",
                "path": PALETTE_URL,
            }
        ],
    )
    server.psql("DELETE FROM ir_attachment WHERE url LIKE %s", [f"/web/assets/%/{DARK_BUNDLE}%"])


def darken(browser):
    """Show the page that is open with the dark bundle instead of the light one."""
    browser.eval("document.cookie = 'color_scheme=dark; path=/'")
    browser.eval(
        "(async () => {"
        " const light = document.querySelector('link[rel=stylesheet][href*=\"web.assets_web.\"]');"
        " const dark = document.createElement('link'); dark.rel = 'stylesheet';"
        f" dark.href = '/web/assets/any/{DARK_BUNDLE}.min.css';"
        " const loaded = new Promise((yes, no) => { dark.onload = yes; dark.onerror = no; });"
        " light.after(dark); await loaded; light.remove(); })()",
        timeout=120,
    )
    background = browser.eval("getComputedStyle(document.body).backgroundColor")
    if background != "rgb(27, 29, 38)":
        raise AssertionError(f"the page is not dark but {background}")
