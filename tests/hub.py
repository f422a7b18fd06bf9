"""A hub (W3C WebSub) on loopback: takes subscriptions, asks back, delivers what it is given, with a signature."""

import hmac
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

LEASE = 864_000


class Hub:
    """``requests`` are the forms that came; ``answers`` what the callbacks said to the hub's questions.

    ``status`` is what a request is answered with; ``verifies`` whether the hub asks back; ``denies`` its reason for a
    refusal instead.
    """

    def __init__(self) -> None:
        self.requests: list[dict[str, str]] = []
        self.answers: list[tuple[int, str]] = []
        self.status = 202
        self.verifies = True
        self.denies: str | None = None
        hub = self

        class Front(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                hub.requests.append({name: values[0] for name, values in form.items()})
                # asked back before the answer: the hardest order for the one who asked
                if hub.status < 300:
                    hub.ask_back(hub.requests[-1])
                self.send_response(hub.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"no" if hub.status >= 300 else b"ok")

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hub"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def ask_back(self, request: dict[str, str], *, mode: str = "", topic: str = "", lease: int = LEASE) -> None:
        """Ask a callback whether it meant ``request``, or tell it that it is refused."""
        query = {"hub.mode": mode or request["hub.mode"], "hub.topic": topic or request["hub.topic"]}
        if self.denies is not None:
            query |= {"hub.mode": "denied", "hub.reason": self.denies}
        elif self.verifies:
            query |= {"hub.challenge": "a challenge & more", "hub.lease_seconds": str(lease)}
        else:
            return
        self.answers.append(_send("GET", f"{request['hub.callback']}?{urlencode(query)}"))

    def deliver(self, body: bytes, *, secret: str | None = None, method: str = "sha256") -> int:
        """POST a document to the last callback that subscribed. The status of its answer."""
        request = next(request for request in reversed(self.requests) if request["hub.mode"] == "subscribe")
        key = (secret or request["hub.secret"]).encode()
        signature = f"{method}={hmac.new(key, body, method).hexdigest()}"
        headers = {"Content-Type": "application/rss+xml", "X-Hub-Signature": signature}
        return _send("POST", request["hub.callback"], body, headers)[0]


def _send(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text
