"""bench.py PROGRAM BUILD-FOLDER [--quick]: measures the program beside its peers, and writes RESULTS.md.

Everything is on this machine: a server that answers at once, terminals that nobody looks at, a browser that is a line of
shell. What is compared is measured in turn, so that a busy moment falls on all.
"""

import contextlib
import os
import pathlib
import platform
import socket
import subprocess
import sys
import tempfile
import time

from cloud import NAME, Cloud
from measure import Screen, Series, Trouble, interleaved, milliseconds, run
from signins import Browser, Program, git_credential_oauth, google

HERE = pathlib.Path(__file__).parent
PROFILE = f"bench-{os.getpid()}"


class Table:
    """What was measured, line by line."""

    def __init__(self):
        self.lines = []

    def add(self, what, series, unit="ms", floor=None, target=None):
        """A line. `target` is the most that the median may be, or the ratio to the floor where it is a text."""
        low, high = series.spread()
        ratio = f"{series.median / floor.median:.2f}" if floor else ""
        met = ""
        if isinstance(target, str):
            met = f"≤ {target} × floor: " + ("met" if float(ratio) <= float(target) else "NOT met")
        elif target is not None:
            met = f"≤ {target} {unit}: " + ("met" if series.median <= target else "NOT met")
        line = [what, f"{series.median:.2f} {unit}", f"{low:.2f} – {high:.2f}", ratio, met]
        self.lines.append(line)
        print(" | ".join(line), flush=True)

    def markdown(self):
        head = ["what", "median", "middle half", "ratio to the floor", "target"]
        return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * 5, *self.lines])


class Bench:
    """The measurements, each of which adds its lines to the table."""

    def __init__(self, program, folder, scratch, cloud, repetitions, seconds):
        self.program = str(program)
        self.folder = folder
        self.scratch = pathlib.Path(scratch)
        self.cloud = cloud
        self.repetitions = repetitions
        self.seconds = seconds
        self.browser = Browser(scratch)
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": scratch, "TERM": "xterm-256color", "LANG": "C.UTF-8",
            "GENESYSCLOUD_PROFILE": PROFILE,
        }  # fmt: skip
        write_profiles(self.scratch / ".config", 0)
        self.ours = Program(program, cloud, self.browser, self.environment)
        self.table = Table()

    def first_frame(self):
        """a: from the start of the process to the last word of its first frame."""
        hello = self.scratch / "hello"
        subprocess.run(["cc", "-O2", "-o", hello, HERE / "hello.c", "-lncursesw", "-ltinfo"], check=True)
        repository = self.scratch / "repository"
        identity = ["-c", "user.name=b", "-c", "user.email=b@example.com"]
        subprocess.run(["git", "init", "-q", repository], check=True)
        subprocess.run(
            ["git", "-C", repository, *identity, "commit", "-q", "--allow-empty", "-m", "frame"],
            check=True,
            env=self.environment,
        )

        def frame(command, last, environment=self.environment):
            with Screen(command, environment) as screen:
                return (screen.wait(last) - screen.began) * 1000

        tig = self.environment | {"GIT_DIR": str(repository / ".git"), "GIT_WORK_TREE": str(repository)}
        series = interleaved(
            self.repetitions,
            {
                "floor": lambda: frame([str(hello)], b"quit"),
                "ours": lambda: frame([self.program], b"quit"),
                "options": lambda: frame(self.ours.command, b"quit"),
                "tig": lambda: frame(["tig"], b"frame", tig),
            },
        )
        self.table.add("a. first frame: C ncurses hello (floor)", series["floor"])
        self.table.add("a. first frame: genesys-login", series["ours"], floor=series["floor"], target="2.0")
        self.table.add("a. the same with six options", series["options"], floor=series["floor"], target="2.0")
        self.table.add("a. first frame: tig", series["tig"], floor=series["floor"])

    def sign_in(self):
        """b, c: the callback to the name; Enter to the listener."""
        ready = Series()

        def ours():
            with self.ours.screen("--session-store", "memory") as screen:
                took, url = self.ours.begin(screen)
                ready.append(took)
                return self.ours.finish(screen, url)

        series = interleaved(
            self.repetitions,
            {"floor": lambda: milliseconds(self.cloud.two_requests), "ours": ours},
        )
        # The peers are slow to start: fewer times, in turn with the program.
        peers = interleaved(
            max(3, self.repetitions // 4),
            {
                "ours": ours,
                "google": lambda: google(f"{self.folder}/venv/bin/python", self.cloud, self.environment),
                "git": lambda: git_credential_oauth(self.cloud, self.environment, self.scratch),
            },
        )
        series["ours"] += peers["ours"]
        floor = series["floor"]
        self.table.add("b. callback to name: two bare requests (floor)", floor)
        self.table.add("b. callback to name: genesys-login", series["ours"], floor=floor, target=15)
        self.table.add("b. callback to name: google-auth-oauthlib", peers["google"], floor=floor)
        self.table.add("b. callback to token: git-credential-oauth", peers["git"], floor=floor)
        self.table.add("c. Enter to listener ready", ready, target=20)

    def keys(self):
        """d: a key to the first bytes of what it changes."""
        with self.ours.screen() as screen:
            series = Series()
            for index in range(self.repetitions * 2):
                series.append(screen.repaint(b"?"))
                screen.settle(0.05)
        self.table.add("d. key to repaint", series, target=5)

    def at_rest(self):
        """e, f: memory, and what the program does while nobody does anything."""
        with self.ours.screen("--session-store", "memory") as screen:
            _, url = self.ours.begin(screen)
            waiting = screen.rest(self.seconds)
            self.ours.finish(screen, url)
            signed_in = screen.rest(self.seconds)
            peak = screen.peak()
        for state, (cpu, wakes, size) in (("waiting", waiting), ("signed in", signed_in)):
            per = 10 / self.seconds
            self.table.add(f"f. CPU in 10 s, {state}", Series([cpu * per]), target=5)
            self.table.add(f"f. wake-ups in 10 s, {state}", Series([wakes * per]), unit="")
            self.table.add(f"f. bytes to the terminal in 10 s, {state}", Series([size * per]), unit="B")
        self.table.add("e. peak memory after a sign-in", Series([peak]), unit="MB", target=25)

    def commands(self):
        """g: what scripts call."""
        gh = self.scratch / "gh"
        gh.mkdir()
        (gh / "hosts.yml").write_text("github.com:\n    user: b\n    oauth_token: bench-token\n")
        settings = self.environment | {"GH_CONFIG_DIR": str(gh)}
        given = self.environment | {"GENESYSCLOUD_ACCESS_TOKEN": "bench-access-token"}
        token = [self.program, "token"]
        with kept_session(self):
            series = interleaved(
                self.repetitions * 2,
                {
                    "floor": lambda: run(["/bin/true"], self.environment),
                    "version": lambda: run([self.program, "--version"], self.environment),
                    "kernel": lambda: run(token, self.environment, b"bench-access-token"),
                    "variable": lambda: run(token, given, b"bench-access-token"),
                    "gh": lambda: run(["gh", "auth", "token"], settings, b"bench-token"),
                },
            )
        floor = series["floor"]
        self.table.add("g. /bin/true (floor)", floor)
        self.table.add("g. --version", series["version"], floor=floor, target=8)
        self.table.add("g. token, kernel keyring", series["kernel"], floor=floor, target=10)
        self.table.add("g. token, GENESYSCLOUD_ACCESS_TOKEN", series["variable"], floor=floor, target=10)
        self.desktop(floor)
        self.table.add("g. gh auth token", series["gh"], floor=floor)

    def desktop(self, floor):
        """g: `token` from the desktop's keyring, on a session bus of its own."""
        store = [self.program, "token", "--session-store", "secret-service"]
        options = ["--session-store", "secret-service"]
        with desktop_bus(self.scratch) as bus:
            environment = self.environment | bus | {"XDG_CONFIG_HOME": str(self.scratch / ".config")}
            program = Program(self.program, self.cloud, self.browser, environment, *options)
            program.sign_in_plainly()
            series = interleaved(
                self.repetitions,
                {
                    "ours": lambda: run(store, environment, b"bench-access-token"),
                    "secret-tool": lambda: run(
                        ["secret-tool", "search", "--unlock", "nothing", "nothing"], environment
                    ),
                },
            )
        self.table.add("g. token, desktop keyring", series["ours"], floor=floor)
        self.table.add("g. secret-tool search alone, which it runs", series["secret-tool"], floor=floor)

    def size(self):
        """h: one file, stripped."""
        size = os.path.getsize(self.program) / 1e6
        self.table.add("h. program size", Series([size]), unit="MB", target=33)

    def junk(self):
        """i: the callback while a thousand connections that send half a request, or nonsense, are or were there."""
        calm, series = Series(), Series()
        for _ in range(max(3, self.repetitions // 8)):
            for connections, results in ((0, calm), (1000, series)):
                with self.ours.screen("--session-store", "memory") as screen, contextlib.ExitStack() as stack:
                    _, url = self.ours.begin(screen)
                    flood(stack, url, connections, screen)
                    results.append(self.ours.finish(screen, url))
        delay = Series(max(0.0, value - calm.median) for value in series)
        self.table.add("i. callback to name, calm", calm)
        self.table.add("i. callback to name, 1,000 junk connections", series)
        self.table.add("i. delay by the junk", delay, target=50)

    def growth(self):
        """j: with 1, 100 and 1,000 profiles, and after as many refreshes."""
        counts = (1, 100, 1000)
        homes = {}
        for count in counts:
            folder = self.scratch / f"profiles-{count}"
            write_profiles(folder, count)
            homes[count] = self.environment | {"XDG_CONFIG_HOME": str(folder)}
        token = [self.program, "token"]
        programs = {count: Program(self.program, self.cloud, self.browser, homes[count]) for count in counts}
        with kept_session(self):
            tokens = interleaved(
                self.repetitions,
                {count: lambda count=count: run(token, homes[count], b"bench-access-token") for count in counts},
            )
        names = interleaved(
            max(3, self.repetitions // 4),
            {count: lambda count=count: programs[count].sign_in() for count in counts},
        )
        for count in counts:
            self.table.add(f"j. token with {count} profiles", tokens[count], floor=tokens[1])
        for count in counts:
            self.table.add(f"j. callback to name with {count} profiles", names[count], floor=names[1])
        self.refreshes(counts)

    def refreshes(self, counts):
        with self.ours.screen("--session-store", "memory") as screen:
            self.ours.finish(screen, self.ours.begin(screen)[1])
            done, first = 0, None
            for count in counts:
                took = Series()
                while done < count:
                    took.append(self.refresh(screen))
                    done += 1
                first = first or took
                self.table.add(f"j. refresh by key, up to the {count}th", took, floor=first)
                self.table.add(f"j. peak memory after {count} refreshes", Series([screen.peak()]), unit="MB")

    def refresh(self, screen):
        """Presses `r`; gives the ms until the server has answered, and waits for the screen."""
        before = self.cloud.counts[0]
        pressed = screen.press(b"r")
        while self.cloud.counts[0] == before:
            screen.read(0.0005)
            if time.perf_counter() - pressed > 10:
                raise Trouble("no refresh came")
        took = (time.perf_counter() - pressed) * 1000
        screen.settle(0.01)
        return took


def write_profiles(folder, count):
    """A configuration file with the benchmark's own profile and `count` others."""
    file = folder / "genesys-login" / "config.toml"
    file.parent.mkdir(parents=True)
    others = (f'[p{index}]\nclient_id = "id-{index}"\nregion = "eu-central-1"\n' for index in range(count))
    file.write_text("".join(others) + f'[{PROFILE}]\nclient_id = "bench"\n')


@contextlib.contextmanager
def kept_session(bench):
    """A session in the kernel's keyring, under a profile of the benchmark's own."""
    bench.ours.sign_in_plainly()
    try:
        yield
    finally:
        subprocess.run([bench.program, "logout"], env=bench.environment, capture_output=True)


@contextlib.contextmanager
def desktop_bus(scratch):
    """A desktop's session bus with an unlocked keyring, in a home of its own; gives its variables."""
    home = scratch / "desktop"
    home.mkdir()
    variables = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    unlock = "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
    script = f'{unlock}; echo "$DBUS_SESSION_BUS_ADDRESS"; cat >/dev/null'
    bus = subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", script],
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = bus.stdout.readline().decode().strip()
        yield {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "DBUS_SESSION_BUS_ADDRESS": address}
    finally:
        bus.stdin.close()
        bus.wait()


def flood(stack, url, connections, screen):
    """Opens connections to the listener and says half of a request, or nonsense, on each; none is closed here."""
    from signins import callback

    target, _ = callback(url)
    for index in range(connections):
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", target.port), timeout=10))
        with contextlib.suppress(ConnectionError):
            connection.sendall(b"\x16\x03\x01\x02junk\r\n\r\n" if index % 2 else b"GET /callback?code=1 HTTP/1.1\r\nHo")
        if index % 50 == 0:
            screen.read(0)


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "unknown")
    with open("/etc/os-release") as file:
        system = next(line.split("=", 1)[1].strip().strip('"') for line in file if line.startswith("PRETTY_NAME"))
    return f"{model}, {os.cpu_count()} cores; {system}, Linux {platform.release()}"


def versions(program, folder):
    lines = []
    for package in ("tig", "git-credential-oauth", "gh", "libncursesw6", "libsecret-tools"):
        shown = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
        lines.append(f"{package} {shown.stdout or '?'}")
    pip = [f"{folder}/venv/bin/python", "-m", "pip", "show", "google-auth-oauthlib"]
    shown = subprocess.run(pip, capture_output=True, text=True).stdout
    lines.append("google-auth-oauthlib " + next(line[9:] for line in shown.splitlines() if line.startswith("Version: ")))
    own = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout.splitlines()
    return [f"genesys-login {own}", *(swift[:1]), *lines, f"Python {platform.python_version()}"]


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--quick"]
    program, folder = pathlib.Path(arguments[0]).resolve(), arguments[1]
    repetitions, seconds = (8, 5) if "--quick" in sys.argv else (25, 30)
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch, Cloud() as cloud:
        bench = Bench(program, folder, scratch, cloud, repetitions, seconds)
        only = os.environ.get("BENCH_ONLY", "").split()
        parts = ("first_frame", "sign_in", "keys", "at_rest", "commands", "size", "junk", "growth")
        for part in parts:
            if not only or part in only:
                getattr(bench, part)()
    text = (
        "# Results\n\nWritten by `make bench`; what is measured and how is said in "
        "[bench.py](bench.py). Times are of one run on one machine: compare within the table.\n\n"
        f"- Machine: {machine()}; load {busy:.1f} at the start, {os.getloadavg()[0]:.1f} at the end"
        f" (a calm machine has below 1).\n"
        f"- Versions: {'; '.join(versions(str(program), folder))}.\n"
        f"- {repetitions} repetitions in turn (peers fewer), {seconds} s of rest; the sign-in is of {NAME}.\n\n"
        f"{bench.table.markdown()}\n"
    )
    if not only:
        (HERE / "RESULTS.md").write_text(text)
    unmet = [line[0] for line in bench.table.lines if "NOT met" in line[4]]
    print("Not met: " + ", ".join(unmet) if unmet else "Every target is met.")


if __name__ == "__main__":
    main()
