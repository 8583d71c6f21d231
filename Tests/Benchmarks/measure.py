"""Running programs and looking at them: on a terminal, by their output, by what the system counts."""

import contextlib
import fcntl
import os
import re
import select
import signal
import statistics
import struct
import subprocess
import termios
import time

LIMIT = 30.0


class Trouble(Exception):
    """A measurement that could not be made."""


class Series(list):
    """Measurements of one thing."""

    @property
    def median(self):
        return statistics.median(self)

    def spread(self):
        """The middle half: first and third quartile."""
        if len(self) < 2:
            return self[0], self[0]
        first, _, third = statistics.quantiles(self, n=4, method="inclusive")
        return first, third


def milliseconds(body):
    """How long `body` takes."""
    begin = time.perf_counter()
    body()
    return (time.perf_counter() - begin) * 1000


def run(command, environment, expect=b""):
    """How long a command takes from its start to its end, in ms. Its output must hold `expect`."""
    begin = time.perf_counter()
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT)
    took = (time.perf_counter() - begin) * 1000
    if done.returncode != 0 or expect not in done.stdout:
        raise Trouble(f"{command} ended with {done.returncode}: {done.stdout!r} {done.stderr!r}")
    return took


def interleaved(repetitions, candidates):
    """Measures candidates in turn, so that a busy moment falls on all of them: a series for each."""
    series = {name: Series() for name in candidates}
    for name, body in candidates.items():
        body()  # once without counting: the file's pages are in memory from here on
    for _ in range(repetitions):
        for name, body in candidates.items():
            series[name].append(body())
    return series


class Screen:
    """A program on a terminal of 80 columns and 24 rows. What it writes is read as it comes."""

    def __init__(self, command, environment):
        self.output = bytearray()
        self.terminal, other = os.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.began = time.perf_counter()
        self.process = os.fork()
        if self.process == 0:
            try:
                os.login_tty(other)
                os.execvpe(command[0], command, environment)
            finally:
                os._exit(127)
        os.close(other)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def wait(self, pattern, since=None, limit=LIMIT):
        """Waits for bytes after position `since`; gives the moment at which they were there."""
        position = len(self.output) if since is None else since
        deadline = time.perf_counter() + limit
        while pattern not in self.output[position:]:
            if time.perf_counter() > deadline:
                raise Trouble(f"{pattern!r} did not come: {bytes(self.output[position:])!r}")
            self.read(0.5)
        return time.perf_counter()

    def read(self, limit):
        """Reads what is there within `limit` seconds; tells whether there was something."""
        if not select.select([self.terminal], [], [], limit)[0]:
            return False
        try:
            chunk = os.read(self.terminal, 65536)
        except OSError:
            chunk = b""
        if not chunk:
            raise Trouble(f"the program ended: {bytes(self.output)[-400:]!r}")
        self.output += chunk
        return True

    def settle(self, quiet=0.1):
        """Reads until nothing comes any more."""
        while self.read(quiet):
            pass

    def press(self, keys):
        """Presses keys; gives the moment."""
        moment = time.perf_counter()
        os.write(self.terminal, keys)
        return moment

    def repaint(self, keys):
        """From a key to the first bytes of what it changes, in ms."""
        pressed = self.press(keys)
        if not self.read(LIMIT):
            raise Trouble(f"{keys!r} changed nothing")
        return (time.perf_counter() - pressed) * 1000

    def rest(self, seconds):
        """CPU time in ms, wake-ups, and bytes written, in so many seconds during which nothing is pressed."""
        size, cpu = len(self.output), self.processor_time()
        before = self.wakes()
        now = dict(before)
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self.read(min(left, 0.5))
            # A thread that ends takes its count with it.
            now |= self.wakes()
        wakes = sum(count - before.get(task, 0) for task, count in now.items())
        return self.processor_time() - cpu, wakes, len(self.output) - size

    def processor_time(self):
        """CPU time of all its threads so far, also of those that have ended, in ms: the process's own clock."""
        return time.clock_gettime(~self.process << 3 | 2) * 1000

    def wakes(self):
        """How often each of its threads has gone to sleep by itself so far."""
        counts = {}
        tasks = f"/proc/{self.process}/task"
        for task in os.listdir(tasks):
            with contextlib.suppress(FileNotFoundError), open(f"{tasks}/{task}/status") as file:
                counts[task] = int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", file.read(), re.M)[1])
        return counts

    def peak(self):
        """The most memory that it had, in MB."""
        with open(f"/proc/{self.process}/status") as file:
            return int(re.search(r"^VmHWM:\s*(\d+)", file.read(), re.M)[1]) / 1024

    def end(self):
        """Ends the program, if need be by force."""
        if self.process is None:
            return
        os.kill(self.process, signal.SIGTERM)
        deadline = time.perf_counter() + 3
        while os.waitpid(self.process, os.WNOHANG)[0] == 0:
            with contextlib.suppress(Trouble, OSError):
                self.read(0.02)
            if time.perf_counter() > deadline:
                os.kill(self.process, signal.SIGKILL)
                os.waitpid(self.process, 0)
                break
        os.close(self.terminal)
        self.process = None
