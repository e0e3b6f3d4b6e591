"""Events over WebSocket, for asyncio; needs websockets 10 or newer."""
from __future__ import annotations

import asyncio
import base64
import importlib
import json
import random
import ssl
import urllib.parse
from typing import Any, AsyncIterator, Dict, Optional, Tuple, Union

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from . import errors
from .hub import Hub
from .records import Event

MAX_MESSAGE = 64 << 20
SUBSCRIPTION = 1


class WebSocketHub:
    """A hub, reached over WebSocket; for one event loop.

    URL, credential and authority are those of a Hub: when its token is renewed (`hub.renew_token()`), connections go on with the new
    one. `timeout` is how many seconds to wait for a connection or a reply."""

    def __init__(self, hub: Hub, timeout: float = 30) -> None:
        self._hub, self._timeout = hub, timeout
        parts = urllib.parse.urlsplit(hub.url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        self._url = urllib.parse.urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + "/events", "", ""))
        self._tls = ssl.create_default_context(cafile=hub.ca_file) if scheme == "wss" else None
        self._connection: Any = None
        self._next = 0
        self._lock: Optional[asyncio.Lock] = None

    async def __aenter__(self) -> "WebSocketHub":
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connection for publishing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def publish(self, topic: str, payload: Union[bytes, str] = b"") -> None:
        """Publishes an event, and waits for the hub's reply. It isn't sent again once it may have arrived: HubUnreachable says so."""
        data = payload.encode() if isinstance(payload, str) else payload
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            self._next += 1
            message = json.dumps({"type": "publish", "topic": topic, "base64": base64.b64encode(data).decode(), "id": self._next})
            try:
                await self._send(message)
                await asyncio.wait_for(self._reply(self._next), self._timeout)
            except (ConnectionClosed, OSError, asyncio.TimeoutError) as e:
                await self.close()
                raise errors.HubUnreachable(f"no reply to an event for {topic}, which may have arrived: {e!r}") from e

    async def _send(self, message: str) -> None:
        if self._connection is not None:
            try:
                return await self._connection.send(message)  # type: ignore[no-any-return]
            except ConnectionClosed:
                self._connection = None
        self._connection = await self._connect()
        await self._connection.send(message)

    async def _reply(self, number: int) -> None:
        while True:
            message = json.loads(await self._connection.recv())
            if message.get("id") == number:
                return _check(message)

    async def subscribe(self, *prefixes: str, since: Optional[str] = None) -> AsyncIterator[Event]:
        """The events whose topic begins with one of the prefixes, for ever.

        With `since`, a cursor or "0", file events and events of kept topics come from there first. When the connection is lost it
        subscribes again; those that were missed come first, each once. CursorExpired says that events were missed."""
        position, failures = since, 0
        while True:
            try:
                connection = await self._connect()
                try:
                    request: Dict[str, Any] = {"type": "subscribe", "topics": list(prefixes or ("",)), "id": SUBSCRIPTION}
                    await connection.send(json.dumps({**request, **({} if position is None else {"since": position})}))
                    while True:
                        message = json.loads(await connection.recv())
                        failures = 0
                        if message["type"] == "event":
                            event = _event(message)
                            position = event.cursor or position
                            yield event
                        elif message.get("id") == SUBSCRIPTION:
                            _check(message)
                finally:
                    await connection.close()
            except (errors.HubUnreachable, ConnectionClosed, OSError):
                failures += 1
            await asyncio.sleep(min(0.5 * 2 ** failures, 30) * (1 - 0.3 * random.random()))

    async def _connect(self) -> Any:
        connect, headers = _library()
        token = await asyncio.get_running_loop().run_in_executor(None, self._hub.token)
        login = {"Authorization": f"Bearer {token}"} if token else {}
        more = {"ssl": self._tls} if self._tls else {}
        try:
            connection = await connect(self._url, **{headers: login}, **more, compression=None, max_size=MAX_MESSAGE, open_timeout=self._timeout)
        except InvalidHandshake as e:
            status: Any = getattr(e, "status_code", None) or getattr(getattr(e, "response", None), "status_code", 0)
            raise errors.of_response(int(status), {}, b"", f"the connection to {self._url}") from e
        except (OSError, asyncio.TimeoutError) as e:
            raise errors.HubUnreachable(f"the hub can't be reached: {e!r}") from e
        # What it says first, unless it is "welcome", is why it refuses.
        try:
            _check(json.loads(await asyncio.wait_for(connection.recv(), self._timeout)))
        except (ConnectionClosed, OSError, asyncio.TimeoutError) as e:
            await connection.close()
            raise errors.HubUnreachable(f"the hub closed the connection: {e!r}") from e
        except BaseException:
            await connection.close()
            raise
        return connection


def _library() -> Tuple[Any, str]:
    """How to connect, and the name of the argument for headers, which isn't that of older versions."""
    try:
        return importlib.import_module("websockets.asyncio.client").connect, "additional_headers"
    except ImportError:
        return importlib.import_module("websockets").connect, "extra_headers"


def _check(message: Dict[str, Any]) -> None:
    if message["type"] == "error":
        raise errors.of_response(int(message["status"]), {}, json.dumps({"detail": message.get("detail")}).encode(), "a message")


def _event(message: Dict[str, Any]) -> Event:
    """An event; the cursor of a file event is the identity of its CloudEvent."""
    is_file = message["topic"].startswith("file.") and "cursor" not in message and "data" in message
    return Event.of(message, json.loads(message["data"])["id"] if is_file else None)
