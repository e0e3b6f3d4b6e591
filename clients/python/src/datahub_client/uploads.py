"""Uploads that continue where they were interrupted, by the tus protocol 1.0."""
from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from typing import Dict, Optional

from . import errors
from .records import Record
from .transport import Answer, Transport, quote

CHUNK = 16 << 20
MAX_FAILURES = 9
# The hub has given the upload up; after others, such as 401 or 507, it can be continued.
FINAL = (400, 403, 412, 413, 415, 422)
TUS = {"Tus-Resumable": "1.0.0"}


class ResumableUpload:
    """One file. The file `state_file` remembers the upload, for a later process."""

    def __init__(self, transport: Transport, file: str, path: str, state_file: Optional[str], conditions: Dict[str, str]) -> None:
        self._transport, self._file, self._path, self._state_file, self._conditions = transport, file, path, state_file, conditions
        stat = os.stat(file)
        self._modified = stat.st_mtime_ns
        self._identity: Dict[str, object] = {"path": path, "size": stat.st_size, "modified": stat.st_mtime_ns, "conditions": conditions}
        self._size, self._location, self._offset = stat.st_size, "", 0
        self._stored: Optional[Record] = None
        self._recalled = False

    def run(self) -> Record:
        self._location = self._remembered()
        failures, located = 0, not self._location
        self._recalled = not located
        while self._stored is None:
            before = self._offset
            try:
                if not located:
                    self._locate()
                    located = True
                elif not self._location:
                    self._create()
                else:
                    self._send()
            except errors.HubError as e:
                lost = e.status in (404, 409, 410)
                if not lost and not isinstance(e, errors.HubUnreachable):
                    if e.status in FINAL:
                        self._forget()
                    raise
                failures = 1 if self._offset > before else failures + 1
                if failures >= MAX_FAILURES or not self._location:
                    raise
                time.sleep(min(0.5 * 2 ** failures, 30))
                located = False
        self._forget()
        return self._stored

    def _remembered(self) -> str:
        try:
            with open(self._state_file or "", encoding="utf-8") as f:
                state = json.load(f)
            return str(state["location"]) if {key: state.get(key) for key in self._identity} == self._identity else ""
        except (OSError, ValueError, KeyError):
            return ""

    def _forget(self) -> None:
        if self._state_file and os.path.exists(self._state_file):
            os.remove(self._state_file)

    def _locate(self) -> None:
        response = self._transport.ask("HEAD", self._location, TUS, accept=(403, 404, 410))
        recalled, self._recalled = self._recalled, False
        # What another process has stored may have been replaced since.
        is_stored = bool(response.headers.get("Content-Location"))
        if response.status >= 400 or (is_stored and recalled and self._is_replaced(response)):
            self._location, self._offset = "", 0
            return
        self._offset = int(response.headers["Upload-Offset"])
        # All bytes may be there and yet not stored: then an empty chunk has the hub try again.
        if is_stored:
            self._finish(response)

    def _is_replaced(self, upload: Answer) -> bool:
        now = self._transport.ask("HEAD", f"/files/{quote(self._path)}", accept=(308, 403, 404))
        return now.status == 404 or (now.status == 200 and now.headers.get("ETag") != upload.headers.get("ETag"))

    def _create(self) -> None:
        metadata = "path " + base64.b64encode(self._path.encode()).decode()
        headers = {**TUS, **self._conditions, "Upload-Length": str(self._size), "Upload-Metadata": metadata,
                   "X-OC-Mtime": str(self._modified // 10**9)}
        response = self._transport.ask("POST", "/uploads", headers)
        location = response.headers["Location"]
        self._location, self._offset = location[location.rindex("/uploads/"):], 0
        if self._state_file:
            part = f"{self._state_file}.new"
            with open(part, "w", encoding="utf-8") as f:
                json.dump({**self._identity, "location": self._location}, f)
            os.replace(part, self._state_file)

    def _send(self) -> None:
        with open(self._file, "rb") as f:
            f.seek(self._offset)
            chunk = f.read(min(CHUNK, self._size - self._offset))
        stat = os.stat(self._file)
        if (stat.st_size, stat.st_mtime_ns) != (self._size, self._identity["modified"]):
            self._transport.ask("DELETE", self._location, TUS, accept=(404, 410))
            raise errors.HubError(f"{self._file} changed while it was read: upload it again")
        checksum = base64.b64encode(hashlib.sha256(chunk).digest()).decode()
        response = self._transport.ask("PATCH", self._location, {
            **TUS, "Upload-Offset": str(self._offset), "Upload-Checksum": f"sha256 {checksum}",
            "Content-Type": "application/offset+octet-stream"}, chunk)
        self._offset += len(chunk)
        if self._offset == self._size:
            self._finish(response)

    def _finish(self, response: Answer) -> None:
        digest = hashlib.sha256()
        with open(self._file, "rb") as f:
            for block in iter(lambda: f.read(1 << 20), b""):
                digest.update(block)
        theirs = response.headers.get("Repr-Digest", "")
        if theirs and theirs != "sha-256=:" + base64.b64encode(digest.digest()).decode() + ":":
            self._forget()
            raise errors.DigestMismatch(f"{self._path} was stored with other bytes than those of {self._file}: upload it again")
        self._stored = Record(self._path, self._size, digest.hexdigest(), response.headers.get("ETag", ""))
