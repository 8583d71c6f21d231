"""The same sign-in by each program: from the callback that a browser would bring to the person's name."""

import contextlib
import os
import pathlib
import select
import socket
import stat
import subprocess
import time
import urllib.parse

from cloud import NAME
from measure import LIMIT, Screen, Trouble


class Browser:
    """Stands for the browser: a command that hands the URL to the benchmark."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.command = self.bin / "xdg-open"
        self.command.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$1\" >'{folder}/url'\n")
        self.command.chmod(self.command.stat().st_mode | stat.S_IXUSR)
        os.mkfifo(folder / "url")
        # Open for both, so that it neither waits for the other end nor sees it go.
        self.urls = os.open(folder / "url", os.O_RDWR | os.O_NONBLOCK)

    def url(self, screen=None):
        """The next URL that a program opened."""
        text = b""
        deadline = time.perf_counter() + LIMIT
        while not text.endswith(b"\n"):
            if time.perf_counter() > deadline:
                raise Trouble("no browser was opened")
            if screen:
                screen.read(0)
            if select.select([self.urls], [], [], 0.02)[0]:
                text += os.read(self.urls, 65536)
        return text.decode().strip()


def callback(url, code="bench-code"):
    """The address that the server would send the browser to, and the request for it."""
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    target = urllib.parse.urlsplit(query["redirect_uri"])
    path = (target.path or "/") + "?" + urllib.parse.urlencode({"code": code, "state": query["state"]})
    return target, f"GET {path} HTTP/1.1\r\nHost: {target.netloc}\r\n\r\n".encode()


@contextlib.contextmanager
def brought(url):
    """Brings the callback; gives the connection and the moment just before it was made."""
    target, request = callback(url)
    address = "127.0.0.1" if target.hostname == "localhost" else target.hostname
    begin = time.perf_counter()
    with socket.create_connection((address, target.port), timeout=LIMIT) as connection:
        connection.sendall(request)
        yield connection, begin


class Program:
    """The program itself, pointed at the benchmark's server."""

    def __init__(self, path, cloud, browser, environment, *options):
        self.command = [
            str(path), "--client-id", "bench", "--login-url", cloud.url, "--api-url", cloud.url,
            "--redirect-uri", "http://localhost:0/callback", "--browser", str(browser.command), *options,
        ]  # fmt: skip
        self.browser = browser
        self.environment = environment

    def screen(self, *options):
        """The screen, with its first frame on it."""
        screen = Screen([*self.command, *options], self.environment)
        screen.wait(b"quit")
        screen.settle(0.05)
        return screen

    def begin(self, screen):
        """Presses Enter; gives the ms until the listener is ready as the screen says it, and the URL."""
        size = len(screen.output)
        pressed = screen.press(b"\r")
        ready = screen.wait(b"Listening on", since=size)
        url = self.browser.url(screen)
        screen.settle(0.05)
        return (ready - pressed) * 1000, url

    def finish(self, screen, url):
        """Brings the callback; gives the ms until the name is on the screen."""
        size = len(screen.output)
        with brought(url) as (connection, begin):
            took = (screen.wait(NAME[:4].encode(), since=size) - begin) * 1000
            screen.settle(0.05)
            # As a browser would, it looks at the page that tells the end.
            reply = connection.recv(65536)
        if b" 303 " not in reply:
            raise Trouble(f"the browser was answered {reply!r}")
        return took

    def sign_in_plainly(self):
        """Signs in without a screen, and leaves the session in the store."""
        command = [self.command[0], "login", *self.command[1:]]
        with subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            with brought(self.browser.url()):
                _, words = process.communicate(timeout=LIMIT)
        if process.returncode != 0:
            raise Trouble(f"login ended with {process.returncode}: {words!r}")

    def sign_in(self):
        """A whole sign-in on a screen; gives the ms from the callback to the name."""
        with self.screen("--session-store", "memory") as screen:
            return self.finish(screen, self.begin(screen)[1])


def by_line(command, environment, url_of, expect):
    """A sign-in by a program that prints: from the callback until it has printed `expect`, in ms."""
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            with brought(url_of(process)) as (_, begin):
                text = b""
                while expect not in text:
                    chunk = os.read(process.stdout.fileno(), 65536)
                    if not chunk:
                        raise Trouble(f"{command[0]} ended and said {text!r}")
                    text += chunk
                return (time.perf_counter() - begin) * 1000
        finally:
            process.kill()


def google(python, cloud, environment):
    """Prints the URL, then the name."""

    def url_of(process):
        return process.stdout.readline().decode().strip()

    script = str(pathlib.Path(__file__).with_name("google_peer.py"))
    return by_line([python, "-u", script, cloud.url], environment, url_of, NAME.encode())


def git_credential_oauth(cloud, environment, folder):
    """Tells people the URL on standard error, and ends with the token: it asks for no profile."""
    host = cloud.url.removeprefix("http://")
    settings = pathlib.Path(folder) / "gitconfig"
    settings.write_text(
        f'[credential "{cloud.url}"]\n\toauthClientId = bench\n\toauthScopes = profile\n'
        "\toauthAuthURL = /oauth/authorize\n\toauthTokenURL = /oauth/token\n"
    )

    def url_of(process):
        process.stdin.write(f"protocol=http\nhost={host}\n\n".encode())
        process.stdin.close()
        for line in process.stderr:
            if line.startswith(b"http"):
                return line.decode().strip()
        raise Trouble("git-credential-oauth told no URL")

    return by_line(
        ["git-credential-oauth", "get"],
        environment | {"GIT_CONFIG_GLOBAL": str(settings), "BROWSER": "/bin/true"},
        url_of,
        b"password=bench-access-token",
    )
