"""Events over ZeroMQ; needs pyzmq."""
from __future__ import annotations

import json
import re
import time
from typing import Any, Dict, Iterator, List, Optional, Tuple, Union

import zmq
from zmq.utils.monitor import recv_monitor_message

from . import errors
from .records import Event

PAGE = 1000
POLL_MILLIS = 1000
SETTLED = 1.0
MAX_SEEN = 100_000
HANDSHAKE_MILLIS = 5000
_CURSOR = re.compile(rb"[0-9a-z]+-[0-9]+(\.[0-9]+)?")


class ZeroMqHub:
    """A hub, reached over ZeroMQ; for one thread.

    The credential is `user` and `token` (PLAIN), or `server_key`, `public_key` and `secret_key` in Z85 (CURVE, encrypted). `timeout` is
    how many seconds to wait for a reply. A login that is refused can't be told from a hub that isn't there."""

    def __init__(self, url: str, user: Optional[str] = None, token: Optional[str] = None, *, server_key: Optional[str] = None,
                 public_key: Optional[str] = None, secret_key: Optional[str] = None, timeout: float = 30) -> None:
        if bool(user) != bool(token) or len({bool(server_key), bool(public_key), bool(secret_key)}) > 1:
            raise ValueError("a user has a token; server_key, public_key and secret_key belong together")
        self._url, self._user, self._token, self._timeout = url, user, token, timeout
        self._keys = (server_key, public_key, secret_key)
        self._requests: Any = None

    def __enter__(self) -> "ZeroMqHub":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection for requests."""
        if self._requests is not None:
            self._requests.close(linger=0)
            self._requests = None

    def _socket(self, kind: int) -> Any:
        socket: Any = zmq.Context.instance().socket(kind)
        socket.linger = 0
        if self._user and self._token:
            socket.plain_username, socket.plain_password = self._user.encode(), self._token.encode()
        server, public, secret = self._keys
        if server and public and secret:
            socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = server.encode(), public.encode(), secret.encode()
        return socket

    def _request(self, *frames: bytes) -> List[bytes]:
        if self._requests is None:
            self._requests = self._socket(zmq.REQ)
            self._requests.connect(self._url)
        self._requests.send_multipart(frames)
        if not self._requests.poll(int(self._timeout * 1000)):
            self.close()
            raise errors.HubUnreachable(f"no reply from {self._url} in {self._timeout:g} s: no hub, or the login is refused")
        status, *rest = self._requests.recv_multipart()
        if status != b"OK":
            problem = json.dumps({"detail": rest[1].decode() if len(rest) > 1 else "refused"}).encode()
            oldest = {"Datahub-Cursor": rest[2].decode()} if len(rest) > 2 else {}
            raise errors.of_response(int(rest[0]), oldest, problem, frames[0].decode())
        return list(rest)

    def publish(self, topic: str, payload: Union[bytes, str] = b"") -> None:
        """Publishes an event, and waits for the hub's reply."""
        self._request(topic.encode(), payload.encode() if isinstance(payload, str) else payload)

    def history(self, *prefixes: str, since: str = "0", limit: int = PAGE) -> Tuple[List[Event], str]:
        """A page of file events and events of kept topics after a cursor, oldest first, and the cursor after them. It has no events at the end."""
        cursor, *events = self._request(b"hub.history", json.dumps({"topic": list(prefixes or ("",)), "since": since, "limit": limit}).encode())
        return [_kept(json.loads(event)) for event in events], cursor.decode()

    def subscribe(self, *prefixes: str, since: Optional[str] = None) -> Iterator[Event]:
        """The events whose topic begins with one of the prefixes, for ever; user and time are empty.

        With `since`, a cursor or "0", file events and events of kept topics come from there first, and those missed while the connection
        was lost when it is back; each of them once. CursorExpired says that events were missed."""
        socket = self._socket(zmq.SUB)
        monitor: Any = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        try:
            for prefix in (*(prefixes or ("",)), "hub.cursor"):
                socket.subscribe(prefix.encode())
            socket.connect(self._url)
            position, seen, again = since, _Seen(), 0.0
            if since is not None:
                monitor.poll(HANDSHAKE_MILLIS)
            while True:
                is_new = False
                while monitor.poll(0):
                    recv_monitor_message(monitor)
                    is_new = True
                if position is not None and (is_new or (again and time.monotonic() >= again)):
                    # Twice: the second time, the hub has certainly read the subscriptions.
                    again = time.monotonic() + SETTLED if is_new else 0
                    try:
                        while True:
                            page, position = self.history(*prefixes, since=position)
                            yield from (event for event in page if seen.is_first(event.cursor))
                            if not page:
                                break
                    except errors.HubUnreachable:
                        again = time.monotonic() + SETTLED
                if socket.poll(POLL_MILLIS):
                    event = _live(socket.recv_multipart())
                    if seen.is_first(event.cursor):
                        if event.cursor and position is not None and not again:
                            position = event.cursor
                        yield event
        finally:
            socket.disable_monitor()
            monitor.close(linger=0)
            socket.close(linger=0)


class _Seen:
    """The cursors of the newest events that were delivered."""

    def __init__(self) -> None:
        self._cursors: Dict[str, None] = {}

    def is_first(self, cursor: str) -> bool:
        """Whether an event wasn't delivered yet; always true of those without a cursor."""
        if not cursor:
            return True
        if cursor in self._cursors:
            return False
        self._cursors[cursor] = None
        if len(self._cursors) > MAX_SEEN:
            del self._cursors[next(iter(self._cursors))]
        return True


def _kept(event: Dict[str, Any]) -> Event:
    """An event of the history; the cursor of a file event is the identity of its CloudEvent."""
    return Event.of(event, None if "cursor" in event else json.loads(event["data"])["id"])


def _live(frames: List[bytes]) -> Event:
    is_single = re.search(rb"[ \0]", frames[0]) is not None
    cursor = ""
    if len(frames) > (1 if is_single else 2) and _CURSOR.fullmatch(frames[-1]):
        cursor = frames.pop().decode()
    if len(frames) == 1:
        frames = re.split(rb"[ \0]", frames[0], maxsplit=1)
    return Event(frames[0].decode(), frames[1] if len(frames) > 1 else b"", "", "", cursor)
