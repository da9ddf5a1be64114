"""Debian's chromium, seen from outside: enough of the DevTools protocol to open a page, look at it and press keys.

Messages are JSON with a NUL behind them, over two pipes that the browser knows as file descriptors 3 and 4. Nothing of it is
on a network, and the profile is a fresh folder that is removed.
"""
import base64
import fcntl
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe"]
ANSWER_SECONDS = 60


class Browser:
    """with Browser() as browser: one tab, about:blank."""

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="boresight-browser-")
        read_here, write_there = (self.moved(fd) for fd in os.pipe())
        read_there, write_here = (self.moved(fd) for fd in os.pipe())

        def connect():  # in the child, before it becomes the browser
            os.dup2(read_there, 3)
            os.dup2(write_there, 4)
        self.process = subprocess.Popen([CHROMIUM, *FLAGS, f"--user-data-dir={self.profile}", "about:blank"], pass_fds=(3, 4),
                                        preexec_fn=connect, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_there)
        os.close(write_there)
        self.reads, self.writes = read_here, write_here
        self.buffer, self.number, self.events, self.session = b"", 0, [], None
        target = next(info for info in self.send("Target.getTargets")["targetInfos"] if info["type"] == "page")
        self.session = self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        return self

    def __exit__(self, *_):
        try:
            self.session = None
            self.send("Browser.close")
            self.process.wait(timeout=20)
        except (OSError, EOFError, TimeoutError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.reads)
        os.close(self.writes)
        shutil.rmtree(self.profile, ignore_errors=True)

    @staticmethod
    def moved(fd):
        """The same pipe out of the way of 3 and 4."""
        far = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20)
        os.close(fd)
        return far

    def receive(self, seconds):
        """The next message, or None when these seconds are over."""
        ends = time.monotonic() + seconds
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.reads], [], [], max(0, ends - time.monotonic()))
            if not ready:
                return None
            received = os.read(self.reads, 1 << 16)
            if not received:
                raise EOFError("the browser has ended")
            self.buffer += received
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def send(self, method, **params):
        """The answer to a command; events that come before it are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writes, json.dumps(message).encode() + b"\0")
        while (answer := self.receive(ANSWER_SECONDS)) is not None:
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)
        raise TimeoutError(f"{method}: no answer in {ANSWER_SECONDS} s")

    def wait_for(self, method):
        ends = time.monotonic() + ANSWER_SECONDS
        seen = 0
        while time.monotonic() < ends:
            if any(event.get("method") == method for event in self.events[seen:]):
                return
            seen = len(self.events)
            if (event := self.receive(1)) is not None:
                self.events.append(event)
        raise TimeoutError(f"{method} never came")

    def open(self, path):
        """Loads a file, and forgets the events of what came before."""
        self.events = []
        self.send("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        self.wait_for("Page.loadEventFired")

    def show(self, width, height=900, scheme="light"):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def run(self, script):
        """The value of an expression in the page."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def press(self, key, code=9, modifiers=0):
        for kind in ("rawKeyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, modifiers=modifiers)

    def screenshot(self, whole=False):
        """A PNG of what is in view, or of the whole page."""
        more = {}
        if whole:
            size = self.send("Page.getLayoutMetrics")["cssContentSize"]
            more = {"captureBeyondViewport": True,
                    "clip": {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 12000), "scale": 1}}
        return base64.b64decode(self.send("Page.captureScreenshot", format="png", **more)["data"])
