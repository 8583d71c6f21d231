"""prove-dist.py ROOT: uses the program inside another system's folder, as a person and as a script would."""

import os
import pty
import select
import subprocess
import sys
import time
import urllib.parse

PROGRAM = "/opt/genesys-login/bin/genesys-login"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/root", "TERM": "xterm", "LANG": "C.UTF-8"}


def demand(what, holds, shown=""):
    print(("ok    " if holds else "FAILS ") + what, flush=True)
    if not holds:
        sys.exit(f"{shown}")


def read_until(descriptor, text, seconds=30):
    """What comes until `text` has come, or the time is over."""
    seen, deadline = b"", time.monotonic() + seconds
    while text not in seen and time.monotonic() < deadline:
        if not select.select([descriptor], [], [], 0.5)[0]:
            continue
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:
            break
        if not chunk:
            break
        seen += chunk
    return seen


def command(*words):
    return subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)


def libraries():
    """Every library that the program names is there, and no Swift."""
    listed = command("ldd", PROGRAM).stdout
    print(listed, end="")
    demand("ldd finds every library", listed and "not found" not in listed, listed)
    found = command("find", "/", "-xdev", "-name", "libswift*").stdout
    demand("there is no Swift in this system", not found, found)


def version():
    done = command(PROGRAM, "--version")
    demand(f"--version says {done.stdout.strip()}", done.returncode == 0, done.stderr)


def screen():
    """The screen of `demo`: sign in with Enter and `a`, leave with `q`."""
    process, terminal = pty.fork()
    if process == 0:
        os.execve(PROGRAM, [PROGRAM, "demo", "--no-browser", "--redirect-uri", "http://localhost:0/callback"], ENVIRONMENT)
    for keys, text in ((b"", b"quit"), (b"\r", b"Listening on"), (b"a", b"Okafor"), (b"q", b"\x1b[?1049l")):
        os.write(terminal, keys)
        seen = read_until(terminal, text)
        demand(f"the screen: {keys!r} brings {text!r}", text in seen, seen)
    demand("the screen ends with 0", os.waitpid(process, 0)[1] == 0)


def sign_in():
    """`login` against `demo --server-only`; a person's part is done by asking for the pages."""
    server = subprocess.Popen(
        [PROGRAM, "demo", "--server-only"], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    options = server.stdout.readline().decode().split()
    login = subprocess.Popen(
        [PROGRAM, "login", "--no-browser", "--session-store", "memory", *options],
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    shown = read_until(login.stderr.fileno(), b"code_challenge_method")
    shown += read_until(login.stderr.fileno(), b"\n")
    url = next(word for word in shown.decode().split() if word.startswith("http://") and "code_challenge" in word)
    approve(url)
    words, _ = login.communicate(timeout=30)
    server.kill()
    demand("login signs in", login.returncode == 0, shown + words)


def approve(url):
    """What a browser does: the sign-in page's form, with the first person and Approve."""
    import re
    import urllib.request

    page = urllib.request.urlopen(url).read().decode()
    form = re.search(r"<form.*?</form>", page, re.S)[0]
    target = re.search(r'action="([^"]*)"', form)
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value:
            fields.setdefault(unescaped(name[1]), unescaped(value[1]))
    for tag in re.findall(r"<button[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value:
            fields.setdefault(unescaped(name[1]), unescaped(value[1]))
    address = urllib.parse.urljoin(url, unescaped(target[1]) if target else url)
    urllib.request.urlopen(address, data=urllib.parse.urlencode(fields).encode()).read()


def unescaped(text):
    import html

    return html.unescape(text)


def main():
    root = sys.argv[1]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    for kind, folder in (("proc", "proc"), ("tmpfs", "tmp"), ("devpts", "dev/pts")):
        options = ["-o", "newinstance,ptmxmode=0666"] if kind == "devpts" else []
        subprocess.run(["mount", "-t", kind, *options, kind, f"{root}/{folder}"], check=True)
    # Loaded before this system's files are out of sight.
    import encodings.idna  # noqa: F401
    import html  # noqa: F401
    import re  # noqa: F401
    import urllib.request  # noqa: F401

    os.chroot(root)
    os.chdir("/")
    libraries()
    version()
    screen()
    sign_in()
    print("The program runs in a bare Debian 12.")


if __name__ == "__main__":
    main()
