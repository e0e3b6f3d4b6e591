"""HTTP with connections that are kept, repetition where it helps, and exceptions for refusals."""
from __future__ import annotations

import http.client
import io
import random
import ssl
import threading
import time
import urllib.parse
from dataclasses import dataclass
from typing import Any, Callable, Dict, Optional, Tuple, Union

from . import errors

Body = Union[None, bytes, io.BufferedIOBase, Any]


@dataclass(frozen=True)
class Answer:
    """A response whose body was read to its end."""
    status: int
    headers: http.client.HTTPMessage
    body: bytes


TEMPORARY = (429, 502, 503, 504)
# The hub says itself that it has done nothing; a proxy that reports an error of its own may have passed the request on.
UNTOUCHED = (429, 503)
IDEMPOTENT = ("GET", "HEAD", "PUT", "DELETE")


class Transport:
    """Requests to one hub; each thread has a connection of its own."""

    def __init__(self, url: str, token: Callable[[], Optional[str]], ca_file: Optional[str], attempts: int, timeout: float) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ValueError(f"{url!r} is no URL of a hub: write http://HOST:PORT or https://HOST, without user or token")
        self.prefix = parts.path.rstrip("/")
        self._host, self._port = parts.hostname, parts.port
        self._tls = ssl.create_default_context(cafile=ca_file) if parts.scheme == "https" else None
        self._token, self._attempts, self._timeout = token, attempts, timeout
        self._arguments = (url, token, ca_file, attempts, timeout)
        self._local = threading.local()

    def fork(self) -> "Transport":
        """The same hub, with connections of its own."""
        return Transport(*self._arguments)

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        if self._tls:
            return http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=self._tls)
        return http.client.HTTPConnection(self._host, self._port, timeout=timeout)

    def _send(self, method: str, target: str, headers: Dict[str, str], body: Body, timeout: float) -> http.client.HTTPResponse:
        connection = getattr(self._local, "connection", None)
        # One that was idle may have been closed by the hub: a request that can't be repeated gets a new one.
        if connection is None or method not in IDEMPOTENT or time.monotonic() - self._local.used > 10:
            self.close()
            connection = self._local.connection = self._connect(timeout)
        self._local.used = time.monotonic()
        connection.timeout = timeout
        if connection.sock:
            connection.sock.settimeout(timeout)
        token = self._token()
        if token:
            headers = {"Authorization": f"Bearer {token}", **headers}
        connection.request(method, self.prefix + target, body=body, headers=headers, encode_chunked=False)
        return connection.getresponse()

    def open(self, method: str, target: str, headers: Optional[Dict[str, str]] = None, body: Body = None,
             timeout: Optional[float] = None, accept: Any = ()) -> http.client.HTTPResponse:
        """Sends a request; returns the response, whose body is to be read to its end.

        Errors are exceptions, unless their status is in `accept`."""
        return self._attempt(method, target, headers, body, timeout, accept, False)[0]

    def ask(self, method: str, target: str, headers: Optional[Dict[str, str]] = None, body: Body = None,
            timeout: Optional[float] = None, accept: Any = ()) -> Answer:
        """The same, with the body: if it is cut off, the connection was lost before the answer."""
        response, content = self._attempt(method, target, headers, body, timeout, accept, True)
        return Answer(response.status, response.headers, content)

    def _attempt(self, method: str, target: str, headers: Optional[Dict[str, str]], body: Body, timeout: Optional[float], accept: Any,
                 is_whole: bool) -> Tuple[http.client.HTTPResponse, bytes]:
        attempt = 0
        while True:
            attempt += 1
            last = attempt >= self._attempts or not (body is None or isinstance(body, bytes))
            pause = min(0.5 * 2 ** (attempt - 1), 30) * (1 - 0.3 * random.random())
            try:
                response = self._send(method, target, dict(headers or {}), body, timeout or self._timeout)
                is_done = response.status < 300 or response.status in accept
                content = b"" if is_done and not is_whole else response.read()
            except (OSError, http.client.HTTPException) as e:
                self.close()
                # What may have arrived isn't sent twice.
                if last or not (method in IDEMPOTENT or isinstance(e, ConnectionRefusedError)):
                    raise errors.HubUnreachable(f"the hub can't be reached: {e!r}") from e
            else:
                if is_done:
                    return response, content
                if last or response.status not in (TEMPORARY if method in IDEMPOTENT else UNTOUCHED):
                    failure = errors.of_response(response.status, response.headers, content, f"{method} {target}")
                    failure.attempts = attempt
                    raise failure
                after = response.headers.get("Retry-After", "")
                pause = min(float(after), 60) if after.isdigit() else pause
            time.sleep(pause)

    def close(self) -> None:
        """Closes this thread's connection; the next request makes another."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None


def quote(path: str) -> str:
    """A path in a URL."""
    return urllib.parse.quote(path, safe="/-._~!$'()*+,=@")


def quote_value(value: str) -> str:
    """A value in a query."""
    return urllib.parse.quote(value, safe="")
