"""What the hub returns, as values."""
from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Dict, Optional


@dataclass(frozen=True)
class Record:
    """A version of a record that was stored or fetched. `etag` and `sha256` are empty where the hub doesn't know them."""
    path: str
    size: int
    sha256: str
    etag: str


@dataclass(frozen=True)
class Entry:
    """A line of a listing. The path of a directory ends with a slash."""
    path: str
    size: int
    modified: str
    etag: str

    @property
    def is_directory(self) -> bool:
        return self.path.endswith("/")


@dataclass(frozen=True)
class Change:
    """A file event: `kind` is created, updated, deleted or rejected; `event` is the whole CloudEvent."""
    kind: str
    path: str
    size: int
    sha256: str
    etag: str
    user: str
    cursor: str
    event: Dict[str, Any]

    @staticmethod
    def of(event: Dict[str, Any]) -> "Change":
        data = event.get("data", {})
        return Change(event["type"].rsplit(".", 1)[-1], event["subject"], data.get("size", 0), data.get("sha256", ""),
                      data.get("etag", ""), data.get("user", ""), event["id"], event)


@dataclass(frozen=True)
class Event:
    """An event. `cursor` is empty unless the hub keeps events of this topic."""
    topic: str
    payload: bytes
    user: str
    time: str
    cursor: str

    @staticmethod
    def of(event: Dict[str, Any], cursor: Optional[str]) -> "Event":
        payload = base64.b64decode(event["base64"]) if "base64" in event else event.get("data", "").encode()
        return Event(event["topic"], payload, event.get("user", ""), event.get("time", ""), str(cursor or event.get("cursor", "")))

    @property
    def text(self) -> str:
        """The payload as text."""
        return self.payload.decode()
