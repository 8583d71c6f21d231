"""The server that everybody signs in at: it answers at once, so that what is measured is the client."""

import json
import multiprocessing
import selectors
import socket

NAME = "QJXZ 4711"

TOKENS = json.dumps(
    {
        "access_token": "bench-access-token",
        "token_type": "bearer",
        "expires_in": 86400,
        "refresh_token": "bench-refresh-token",
    }
).encode()
PROFILE = json.dumps({"id": "1", "name": NAME, "email": "q@example.com"}).encode()


def answer(path):
    body = TOKENS if path.startswith(b"/oauth/token") else PROFILE
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def serve(listener, counts):
    """One thread, connections kept open. `counts` counts requests for tokens and for profiles."""
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ, None)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connection, selectors.EVENT_READ, bytearray())
                continue
            try:
                chunk = key.fileobj.recv(65536)
            except ConnectionError:
                chunk = b""
            if not chunk:
                selector.unregister(key.fileobj)
                key.fileobj.close()
                continue
            key.data.extend(chunk)
            while (request := whole_request(key.data)) is not None:
                counts[0 if request.startswith(b"/oauth/token") else 1] += 1
                key.fileobj.sendall(answer(request))


def whole_request(data):
    """Takes the first whole request off `data`, and gives its path."""
    head, separator, rest = bytes(data).partition(b"\r\n\r\n")
    if not separator:
        return None
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if len(rest) < length:
        return None
    del data[: len(head) + 4 + length]
    return head.split(b" ", 2)[1]


class Cloud:
    """The server in a process of its own."""

    def __enter__(self):
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.counts = multiprocessing.Array("q", [0, 0], lock=False)
        self.process = multiprocessing.get_context("fork").Process(
            target=serve, args=(listener, self.counts), daemon=True
        )
        self.process.start()
        listener.close()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.join()

    def two_requests(self):
        """The floor of a sign-in: a token and a profile over one new connection."""
        host, port = self.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            for path in ("/oauth/token", "/api/v2/users/me"):
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                data = b""
                while b"}" not in data:
                    data += connection.recv(65536)
