"""A real browser for tests against a real server, and for bin/shot.

Headless Chromium, driven over its DevTools protocol. Odoo's own ChromeBrowser belongs to the test
cursor's HttpCase (it needs the test case, its registry and its session); flows that depend on
commits, the bus or a second process need this one. Nothing of Odoo is imported here.
"""

import atexit
import base64
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import websocket

# the order in which Odoo looks
PROGRAMS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # Chromium refuses its sandbox to root, and containers do not offer it
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-translate",
    # nothing outside this machine: web fonts and the like must not decide how a test ends
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--mute-audio",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--remote-debugging-address=127.0.0.1",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)
KEYS = {"Enter": 13, "Tab": 9, "Escape": 27, "Backspace": 8}
CTRL = 2
TIMEOUT = 40  # seconds: a busy machine is no failure


class BrowserError(AssertionError):
    """The page did not do what was asked of it."""


class LiveBrowser:
    """One browser window with a profile of its own.

    `errors` collects what the pages logged as errors, threw, or failed to load. Use it as a context
    manager, or `stop()` it.
    """

    def __init__(self, width=1400, height=900, mobile=False):
        self.errors = []
        self._ids = itertools.count(1)
        self._loading = False
        self._requests = {}
        self._profile = Path(tempfile.mkdtemp(prefix="recruitment-texting-browser-"))
        program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
        if not program:
            raise BrowserError("Chromium is not installed: bin/test installs it")
        with (self._profile / "chromium.log").open("wb") as log:
            self._process = subprocess.Popen(
                # Odoo limits its own memory, and Chromium inherits that but reserves far more addresses than it uses
                [
                    "sh",
                    "-c",
                    'ulimit -S -v unlimited; exec "$@"',
                    "sh",
                    program,
                    *FLAGS,
                    f"--user-data-dir={self._profile}",
                    "about:blank",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        atexit.register(self.stop)
        try:
            self._connect()
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.send(f"{domain}.enable")
            self.send("Emulation.setFocusEmulationEnabled", enabled=True)
            self.set_viewport(width, height, mobile=mobile)
        except BaseException:
            self.stop()
            raise

    def _connect(self):
        port_file = self._profile / "DevToolsActivePort"
        end = time.monotonic() + 30
        while not (port_file.exists() and len(port_file.read_text().splitlines()) == 2):
            if self._process.poll() is not None or time.monotonic() > end:
                raise BrowserError(
                    f"Chromium did not start: {(self._profile / 'chromium.log').read_text()[-2000:]}"
                )
            time.sleep(0.05)
        port, browser_path = port_file.read_text().splitlines()
        # over the browser's own socket, so that no HTTP request (and no patched HTTP library) is needed
        self._socket = websocket.create_connection(
            f"ws://127.0.0.1:{port}{browser_path}", timeout=30, suppress_origin=True
        )
        self._session = None
        while True:
            targets = self.send("Target.getTargets")["targetInfos"]
            pages = [target["targetId"] for target in targets if target["type"] == "page"]
            if pages:
                break
            time.sleep(0.05)
        attached = self.send("Target.attachToTarget", targetId=pages[0], flatten=True)
        self._session = attached["sessionId"]

    # -- protocol ------------------------------------------------------------

    def send(self, method, timeout=30, **parameters):
        """One DevTools command and its answer; events that arrive meanwhile are noted."""
        number = next(self._ids)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        end = time.monotonic() + timeout
        while True:
            answer = self._receive(end - time.monotonic())
            if answer is None:
                raise BrowserError(f"Chromium did not answer {method} within {timeout} s")
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']}")
                return answer.get("result", {})

    def _receive(self, seconds):
        """The next message, or None when there is none in time."""
        if seconds <= 0:
            return None
        self._socket.settimeout(seconds)
        try:
            message = json.loads(self._socket.recv())
        except websocket.WebSocketTimeoutException:
            return None
        if "method" in message:
            self._event(message["method"], message["params"])
        return message

    def _pump(self, seconds):
        """Take in events for a while."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._receive(left)

    def _event(self, method, parameters):
        if method == "Page.loadEventFired":
            self._loading = False
        elif method == "Page.javascriptDialogOpening":
            self.send("Page.handleJavaScriptDialog", accept=True)
        elif method == "Network.requestWillBeSent":
            self._requests[parameters["requestId"]] = parameters["request"]["url"]
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and parameters["type"] == "error":
            self.errors.append(
                " ".join(
                    str(part.get("value", part.get("description", "")))
                    for part in parameters["args"]
                )
            )
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            entry = parameters["entry"]
            if urlsplit(entry.get("url", "")).hostname not in (None, "127.0.0.1", "localhost"):
                return  # refused by us, see FLAGS
            self.errors.append(f"{entry['text']} {entry.get('url', '')}".strip())

    # -- what a test does ------------------------------------------------------

    def set_viewport(self, width, height, mobile=False, scale=1):
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            mobile=mobile,
            deviceScaleFactor=scale,
        )
        self.send("Emulation.setTouchEmulationEnabled", enabled=mobile)

    def goto(self, url, timeout=60):
        """Open an address and wait until the page has loaded."""
        self._loading = True
        result = self.send("Page.navigate", url=url, timeout=timeout)
        if result.get("errorText"):
            raise BrowserError(f"{url}: {result['errorText']}")
        end = time.monotonic() + timeout
        while self._loading and result.get(
            "loaderId"
        ):  # without a loader only the part after # changed
            if self._receive(end - time.monotonic()) is None and time.monotonic() > end:
                raise BrowserError(f"{url} did not load within {timeout} s")

    def eval(self, script, timeout=30):
        """The value of a JavaScript expression; promises are awaited."""
        result = self.send(
            "Runtime.evaluate",
            timeout=timeout,
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def wait_for(self, expression, timeout=TIMEOUT):
        """Wait until a JavaScript expression is true, and return its value."""
        end = time.monotonic() + timeout
        while True:
            try:
                value = self.eval(expression)
            except BrowserError as error:  # the page is just being replaced
                value, problem = None, str(error)
            else:
                problem = ""
            if value:
                return value
            if time.monotonic() > end:
                text = self.eval("document.body ? document.body.innerText.slice(0, 600) : ''")
                raise BrowserError(
                    f"not within {timeout} s: {expression} {problem}\nerrors: {self.errors}\npage: {text}"
                )
            self._pump(0.1)

    def wait_for_selector(self, selector, timeout=TIMEOUT):
        """Wait until a CSS selector matches something that can be seen."""
        return self.wait_for(_visible(selector), timeout)

    def settle(self, timeout=TIMEOUT):
        """Wait until nothing slides or fades any more, but what does so for ever."""
        self.wait_for(
            "document.getAnimations().every((one) => one.playState !== 'running'"
            " || one.effect.getTiming().iterations === Infinity)",
            timeout,
        )

    def click(self, selector, timeout=TIMEOUT):
        """Click the middle of the first visible match once it keeps still, as a mouse does."""
        self.wait_for(_visible(selector), timeout)
        # What still slides, is pushed away by what appears above it, or is under something that goes
        # away would be missed.
        x, y = self.eval(_STILL % {"first": _first(selector)})
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            button = "none" if kind == "mouseMoved" else "left"
            self.send(
                "Input.dispatchMouseEvent",
                type=kind,
                x=x,
                y=y,
                button=button,
                clickCount=int(button == "left"),
            )

    def type(self, selector, text, timeout=TIMEOUT, clear=False):
        """Focus a field by clicking it and type into it; `clear` replaces what is there."""
        self.click(selector, timeout)
        if clear:
            self.eval(f"{_first(selector)}.select && {_first(selector)}.select()")
        self.send("Input.insertText", text=text)

    def press(self, key, ctrl=False):
        """Press one key, such as Enter, Tab, Escape or a letter."""
        code = KEYS.get(key, ord(key[0].upper()))
        common = {
            "key": key,
            "code": key,
            "windowsVirtualKeyCode": code,
            "modifiers": CTRL if ctrl else 0,
        }
        text = {"text": "\r"} if key == "Enter" and not ctrl else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", **text, **common)
        self.send("Input.dispatchKeyEvent", type="keyUp", **common)

    def text(self, selector="body"):
        """What a person reads there."""
        return self.eval(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def screenshot(self, path, full_page=False):
        """Save a PNG of the window, or of the whole page."""
        image = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=full_page)
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(base64.b64decode(image["data"]))
        return path

    def login(self, url, login, password=None):
        """Log in to Odoo at `url` through its login page (demo users have their login as password)."""
        self.goto(f"{url}/web/login")
        self.wait_for_selector("input[name=login]")
        values = json.dumps([login, password or login])
        self._loading = True
        self.eval(
            f"(() => {{ const f = document.querySelector('form.oe_login_form'); const v = {values};"
            " f.login.value = v[0]; f.password.value = v[1]; f.requestSubmit(); })()"
        )
        self.wait_for(
            "location.pathname !== '/web/login' && document.readyState === 'complete'", timeout=60
        )

    # -- end -------------------------------------------------------------------

    def stop(self):
        atexit.unregister(self.stop)
        connection = getattr(self, "_socket", None)
        if connection:
            self._socket = None
            connection.close()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for _attempt in range(20):  # its children may still be writing
            shutil.rmtree(self._profile, ignore_errors=True)
            if not self._profile.exists():
                break
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.stop()


# The middle of an element once it has been at one place, within reach, for three frames.
_STILL = """
(async () => {
    let place, still = 0;
    for (let frame = 0; frame < 120 && still < 3; frame++) {
        const element = %(first)s;
        if (element) {
            element.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
            const {x, y, width, height} = element.getBoundingClientRect();
            const now = [x + width / 2, y + height / 2];
            const hit = document.elementFromPoint(...now);
            const moves = document.getAnimations().some(({ playState, effect }) =>
                playState === 'running' && effect.getComputedTiming().iterations !== Infinity &&
                effect.target?.contains(element));
            const isStill = String(now) === String(place) && element.contains(hit) && !moves;
            still = isStill ? still + 1 : 0;
            place = now;
        }
        await new Promise(requestAnimationFrame);
    }
    return place;
})()
"""


def _first(selector):
    """JavaScript for the first visible match, else the first match."""
    quoted = json.dumps(selector)
    return (
        f"([...document.querySelectorAll({quoted})].find((e) => e.checkVisibility())"
        f" || document.querySelector({quoted}))"
    )


def _visible(selector):
    return (
        f"[...document.querySelectorAll({json.dumps(selector)})].some((e) => e.checkVisibility())"
    )
