"""The client itself."""
from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import time
from typing import Any, Dict, Iterator, List, Optional, Tuple, Union

from . import errors
from .partial import PartialFile, open_partial
from .records import Change, Entry, Event, Record
from .transport import Transport, quote, quote_value
from .uploads import ResumableUpload

RESUMABLE = 8 << 20
BLOCK = 1 << 16
MAX_FAILURES = 9


class Hub:
    """A hub, reached over HTTP.

    `token` or `token_file` is the credential; the file is read again for each request, so that another program may renew it.
    `attempts` is how often a request is sent at most, `timeout` how many seconds the hub may be silent."""

    def __init__(self, url: str, token: Optional[str] = None, token_file: Optional[str] = None, ca_file: Optional[str] = None,
                 attempts: int = 4, timeout: float = 60) -> None:
        self._own_token, self._token_file = token, token_file
        self.url, self.ca_file = url, ca_file
        self._transport = Transport(url, self.token, ca_file, attempts, timeout)

    def token(self) -> Optional[str]:
        """The token as it is now."""
        if self._token_file:
            with open(self._token_file, encoding="utf-8") as f:
                return f.read().strip()
        return self._own_token

    def __enter__(self) -> "Hub":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection of this thread."""
        self._transport.close()

    def _json(self, method: str, target: str, headers: Optional[Dict[str, str]] = None, body: Any = None) -> Any:
        return json.loads(self._transport.ask(method, target, headers, body).body or b"null")

    # --- records ---------------------------------------------------------------------------------

    def upload(self, file: str, path: str, *, if_match: Optional[str] = None, if_none_match: bool = False,
               state_file: Optional[str] = None) -> Record:
        """Stores a file as a record, and returns it once it is validated, flushed and visible.

        Above 8 MiB it is uploaded in parts that survive lost connections and restarts of the hub; with `state_file` another
        process can continue it. `if_match` is an entity tag; `if_none_match` stores new records only."""
        conditions = _conditions(if_match, if_none_match)
        if os.path.getsize(file) > RESUMABLE:
            return ResumableUpload(self._transport, file, path, state_file, conditions).run()
        with open(file, "rb") as f:
            before = os.fstat(f.fileno())
            data = f.read()
            now = os.fstat(f.fileno())
        if len(data) != before.st_size or (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise errors.HubError(f"{file} changed while it was read: upload it again")
        return self._put(path, data, {**conditions, "X-OC-Mtime": str(int(before.st_mtime))})

    def write(self, path: str, data: bytes, *, if_match: Optional[str] = None, if_none_match: bool = False) -> Record:
        """Stores bytes as a record."""
        return self._put(path, data, _conditions(if_match, if_none_match))

    def _put(self, path: str, data: bytes, headers: Dict[str, str]) -> Record:
        digest = "sha-256=:" + base64.b64encode(hashlib.sha256(data).digest()).decode() + ":"
        target = f"/files/{quote(path)}"
        try:
            stored = self._json("PUT", target, {**headers, "Repr-Digest": digest}, data)
        except (errors.PreconditionFailed, errors.PermissionDenied) as e:
            # The answer to an earlier attempt may have been lost, which then stands in the way of the next.
            now = self._transport.ask("HEAD", target, accept=(308, 403, 404)) if e.attempts > 1 else None
            if now is None or now.headers.get("Repr-Digest") != digest:
                raise
            return Record(path, len(data), hashlib.sha256(data).hexdigest(), now.headers.get("ETag", ""))
        return Record(stored["path"], stored["size"], stored.get("sha256", ""), stored.get("etag", ""))

    def download(self, path: str, file: str) -> Record:
        """Fetches a record into a file, which appears when it is complete and its SHA-256 is that of the hub.

        What an interrupted download has left (in `.NAME.datahub-part`, with its version beside it) is continued, except on
        Windows. Two downloads to the same file at the same time don't disturb each other."""
        with open_partial(file) as partial:
            record = self._fetch(path, partial)
            partial.finish(file)
        return record

    def read(self, path: str) -> bytes:
        """The bytes of a record; their SHA-256 is verified."""
        answer = self._transport.ask("GET", f"/files/{quote(path)}")
        _verify(path, answer, hashlib.sha256(answer.body))
        return answer.body

    def _fetch(self, path: str, partial: PartialFile) -> Record:
        failures, f = 0, partial.file
        while True:
            digest, position = partial.digest()
            headers = {"Range": f"bytes={position}-", "If-Range": partial.etag} if position and partial.etag else {}
            try:
                response = self._transport.open("GET", f"/files/{quote(path)}", headers, accept=(416,))
                if response.status == 416:
                    response.read()
                    partial.begin("")
                    continue
                if response.status != 206:
                    digest = hashlib.sha256()
                    partial.begin(response.headers.get("ETag", ""))
                for block in iter(lambda: response.read(BLOCK), b""):
                    f.write(block)
                    digest.update(block)
                if response.length:
                    raise http.client.IncompleteRead(b"", response.length)
            except (errors.HubUnreachable, http.client.HTTPException, ConnectionError, TimeoutError) as e:
                self._transport.close()
                f.flush()
                failures = 1 if f.tell() > position else failures + 1
                if failures >= MAX_FAILURES:
                    raise errors.HubUnreachable(f"{path} can't be fetched: {e!r}") from e
                time.sleep(min(0.5 * 2 ** failures, 30))
                continue
            f.flush()
            try:
                _verify(path, response, digest)
            except errors.DigestMismatch:
                partial.begin("")
                raise
            return Record(path, f.tell(), digest.hexdigest(), response.headers.get("ETag", ""))

    def list(self, path: str = "", *, recursive: bool = False) -> Iterator[Entry]:
        """The entries of a directory, in order; with `recursive` those below it, too."""
        directory, after = path.strip("/") + "/" if path.strip("/") else "", ""
        while after is not None:
            page = self._json("GET", f"/files/{quote(directory)}?limit=10000&after={quote_value(after)}", {"Accept": "application/json"})
            for entry in page["entries"]:
                is_directory = entry["type"] == "directory"
                found = Entry(directory + entry["name"] + ("/" if is_directory else ""), entry.get("size", 0), entry.get("modified", ""),
                              entry.get("etag", ""))
                yield found
                if recursive and is_directory:
                    yield from self.list(found.path, recursive=True)
            after = page["next"]

    def delete(self, path: str, *, recursive: bool = False, if_match: Optional[str] = None) -> None:
        """Deletes a record or an empty directory; with `recursive` everything in it."""
        target = f"/files/{quote(path)}"
        try:
            self._transport.ask("DELETE", target + ("?recursive" if recursive else ""), _conditions(if_match, False))
        except (errors.NotFound, errors.PreconditionFailed) as e:
            # The answer to an earlier attempt may have been lost.
            if e.attempts == 1 or not self._is_missing(target):
                raise

    def _is_missing(self, target: str) -> bool:
        return self._transport.ask("HEAD", target, accept=(308, 404)).status == 404

    def move(self, source: str, target: str, *, replace: bool = True) -> None:
        """Renames a record or a directory."""
        headers = {"Destination": f"{self._transport.prefix}/files/{quote(target)}", **({} if replace else {"Overwrite": "F"})}
        self._transport.ask("MOVE", f"/files/{quote(source)}", headers)

    # --- changes ---------------------------------------------------------------------------------

    def changes(self, since: str, path: str = "", wait: int = 0) -> Tuple[List[Change], str]:
        """The changes after a cursor, oldest first, and the cursor after them. `wait` is how many seconds to wait for the next one."""
        target = f"/changes?since={quote_value(since)}&limit=5000" + (f"&path={quote_value(path)}" if path else "")
        answer = self._transport.ask("GET", target + (f"&wait={wait}" if wait else ""), timeout=wait + 60)
        return [Change.of(json.loads(line)) for line in answer.body.splitlines()], answer.headers["Datahub-Cursor"]

    def watch(self, path: str = "", *, cursor_file: Optional[str] = None, since: Optional[str] = None, wait: int = 55) -> Iterator[Change]:
        """Each change of records below a directory, once, for ever; over restarts of the hub and lost connections.

        The cursor is written to `cursor_file` when the next change is asked for, thus after one was handled: a program that is
        started again continues there. The first run begins after `since`, or with the next change. CursorExpired says that
        changes were missed."""
        cursor = _read(cursor_file) or since
        failures = 0
        if cursor is None:
            cursor = self._end_of_journal()
            _write(cursor_file, cursor)
        while True:
            try:
                changes, end = self.changes(cursor, path, wait)
                failures = 0
            except errors.HubUnreachable:
                failures += 1
                time.sleep(min(0.5 * 2 ** failures, 30))
                continue
            for change in changes:
                yield change
                _write(cursor_file, change.cursor)
            if end != cursor:
                cursor = end
                _write(cursor_file, cursor)

    def _end_of_journal(self) -> str:
        return str(self._transport.ask("GET", "/changes?newest=1").headers["Datahub-Cursor"])

    # --- events ----------------------------------------------------------------------------------

    def publish(self, topic: str, payload: Union[bytes, str] = b"") -> None:
        """Publishes an event. It isn't sent again once it may have arrived."""
        body = payload.encode() if isinstance(payload, str) else payload
        self._transport.ask("POST", f"/events/{quote(topic)}", {"Content-Type": "application/octet-stream"}, body)

    def subscribe(self, *prefixes: str, since: Optional[str] = None) -> Iterator[Event]:
        """The events whose topic begins with one of the prefixes, as they happen, for ever.

        When the connection is lost it subscribes again; file events and events of kept topics that were missed come first."""
        query = "&".join(f"topic={quote_value(prefix)}" for prefix in prefixes)
        cursor, failures = since, 0
        while True:
            # A stream occupies its connection, so it has one of its own.
            stream = self._transport.fork()
            try:
                response = stream.open("GET", "/events" + (f"?{query}" if query else ""),
                                       {"Accept": "text/event-stream", **({"Last-Event-ID": cursor} if cursor else {})}, timeout=45)
                failures = 0
                for event in _events(response):
                    cursor = event.cursor or cursor
                    yield event
            except (errors.HubUnreachable, OSError, http.client.HTTPException):
                failures += 1
            finally:
                stream.close()
            time.sleep(min(0.5 * 2 ** failures, 30))

    # --- users -----------------------------------------------------------------------------------

    def whoami(self) -> Dict[str, Any]:
        """The user, its roles and grants, the token's label and expiry."""
        return dict(self._json("GET", "/whoami"))

    def renew_token(self, *, label: Optional[str] = None, expires: Optional[str] = None, revoke_old: bool = True) -> str:
        """Makes a new token for the same user, uses it from now on, and revokes the old one.

        With `token_file` it is written there, as a whole and for the user alone, before the old one is revoked."""
        old = self.whoami()
        wanted = {"label": label or old.get("label") or "renewed", "expires": expires}
        body = json.dumps({key: value for key, value in wanted.items() if value}).encode()
        token = str(self._json("POST", "/tokens", {"Content-Type": "application/json"}, body)["token"])
        if self._token_file:
            part = f"{self._token_file}.new"
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as f:
                f.write(token + "\n")
                f.flush()
                os.fsync(f.fileno())
            os.replace(part, self._token_file)
        self._own_token = token
        if revoke_old and old.get("id"):
            self._transport.ask("DELETE", f"/tokens/{quote(old['id'])}", accept=(404,))
        return token


def _conditions(if_match: Optional[str], if_none_match: bool) -> Dict[str, str]:
    return {**({"If-Match": if_match} if if_match else {}), **({"If-None-Match": "*"} if if_none_match else {})}


def _verify(path: str, response: Any, digest: Any) -> None:
    theirs = response.headers.get("Repr-Digest", "")
    if theirs and theirs != "sha-256=:" + base64.b64encode(digest.digest()).decode() + ":":
        raise errors.DigestMismatch(f"{path} arrived with other bytes than the hub has: fetch it again")


def _events(response: http.client.HTTPResponse) -> Iterator[Event]:
    data, cursor = "", None
    for raw in response:
        if not raw.endswith(b"\n"):
            return  # cut off, perhaps within a character
        line = raw.decode().rstrip("\r\n")
        if line.startswith("data:"):
            data += line[5:].strip()
        elif line.startswith("id:"):
            cursor = line[3:].strip()
        elif not line and data:
            yield Event.of(json.loads(data), cursor)
            data, cursor = "", None


def _read(file: Optional[str]) -> Optional[str]:
    try:
        with open(file or "", encoding="utf-8") as f:
            return f.read().strip() or None
    except FileNotFoundError:
        return None


def _write(file: Optional[str], text: str) -> None:
    if file:
        with open(f"{file}.new", "w", encoding="utf-8") as f:
            f.write(text + "\n")
            f.flush()
            os.fsync(f.fileno())
        os.replace(f"{file}.new", file)
