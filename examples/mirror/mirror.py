#!/usr/bin/env python3
"""Keeps a copy of a tree of records in a local directory, until it is stopped, and a copy of kept events in a database there.

usage: DATAHUB_TOKEN=TOKEN mirror.py [--once | --events PREFIX…] HUB TREE DIRECTORY

HUB is an address such as http://127.0.0.1:8480, TREE a path such as builds/, or "" for all that the token's user may read.
"""
import argparse, base64, hashlib, http.client, json, os, re, shutil, sqlite3, sys, time, urllib.parse


class Gone(Exception):
    """The hub no longer has what comes after the cursor."""


class Mirror:
    def __init__(self, hub, tree, directory, token, events=()):
        self.address, self.events = urllib.parse.urlsplit(hub), events
        self.tree, self.directory = tree, os.path.abspath(directory)
        self.headers = {"Authorization": f"Bearer {token}"}
        self.own = os.path.join(self.directory, ".mirror")
        os.makedirs(self.own, exist_ok=True)
        self.state = sqlite3.connect(os.path.join(self.own, "state"))
        self.state.execute("CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, etag TEXT)")
        self.state.execute("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT)")
        self.state.execute("CREATE TABLE IF NOT EXISTS events (cursor TEXT UNIQUE, topic TEXT, event TEXT)")
        self.connection = None

    def get(self, path, query=""):
        """A response whose body hasn't been read yet; the connection is kept for the next request."""
        if self.connection is None:
            kind = http.client.HTTPSConnection if self.address.scheme == "https" else http.client.HTTPConnection
            self.connection = kind(self.address.netloc, timeout=90)
        self.connection.request("GET", urllib.parse.quote(path) + query, headers=self.headers)
        answer = self.connection.getresponse()
        if "Content-Length" not in answer.headers:
            raise OSError(f"{path}: the connection was cut within the headers")
        if answer.status not in (200, 404, 409, 410):
            raise OSError(f"{path}: {answer.status} {answer.read(1000).decode(errors='replace')}")
        return answer

    def local(self, path):
        return os.path.join(self.directory, path[len(self.tree):])

    def fetch(self, path, etag=None):
        """Fetches the current version, unless it is here already. A newer version will be reported by a later change."""
        known = self.state.execute("SELECT etag FROM files WHERE path = ?", (path,)).fetchone()
        if etag and known and known[0] == etag and os.path.isfile(self.local(path)):
            return
        answer = self.get(f"/files/{path}")
        if answer.status != 200:
            answer.read()
            self.remove(path)
            return
        digest = hashlib.sha256()
        fresh = os.path.join(self.own, "fresh")
        with open(fresh, "wb") as f:
            while block := answer.read(1 << 16):
                digest.update(block)
                f.write(block)
            size = f.tell()
        expected = dict(part.strip().split("=", 1) for part in answer.headers.get("Repr-Digest", "").split(",") if "=" in part)
        if size != int(answer.headers["Content-Length"]):
            raise OSError(f"{path}: the connection was cut after {size} bytes")
        if "sha-256" in expected and expected["sha-256"] != f":{base64.b64encode(digest.digest()).decode()}:":
            raise OSError(f"{path}: the digest doesn't match")
        self.make_room(self.local(path))
        os.replace(fresh, self.local(path))
        self.state.execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (path, answer.headers.get("ETag")))
        self.state.commit()

    def make_room(self, file):
        """Creates the parent directories of a file; a file in their place is no longer in the tree and is removed."""
        if os.path.isdir(file):
            shutil.rmtree(file)
        parent = os.path.dirname(file)
        while not os.path.isdir(parent):
            if os.path.exists(parent):
                os.remove(parent)
            parent = os.path.dirname(parent)
        os.makedirs(os.path.dirname(file), exist_ok=True)

    def remove(self, path):
        self.state.execute("DELETE FROM files WHERE path = ?", (path,))
        file = self.local(path)
        if os.path.isfile(file):
            os.remove(file)
        parent = os.path.dirname(file)
        while parent.startswith(self.directory + os.sep) and os.path.isdir(parent) and not os.listdir(parent):
            os.rmdir(parent)
            parent = os.path.dirname(parent)

    def synchronize(self):
        """Lists the tree and makes the copy equal to it; returns the first cursor, which is read before everything else."""
        cursor, present, left = None, {}, [self.tree]
        while left:
            directory, after = left.pop(), ""
            while after is not None:
                answer = self.get(f"/files/{directory}", "?limit=10000&after=" + urllib.parse.quote(after, safe=""))
                body = answer.read()
                listing = json.loads(body) if answer.status == 200 else {"entries": [], "next": None}
                cursor = cursor or listing.get("cursor", "0")
                for entry in listing["entries"]:
                    if entry["type"] == "directory":
                        left.append(f"{directory}{entry['name']}/")
                    else:
                        present[directory + entry["name"]] = entry["etag"]
                after = listing["next"]
        for (path,) in self.state.execute("SELECT path FROM files").fetchall():
            if path not in present:
                self.remove(path)
        for path, etag in present.items():
            self.fetch(path, etag)
        print(f"synchronized: {len(present)} files, cursor {cursor}", flush=True)
        return cursor

    def cursor(self):
        return next((value for (value,) in self.state.execute("SELECT value FROM facts WHERE name = 'cursor'")), None)

    def reached(self, cursor):
        self.state.execute("INSERT OR REPLACE INTO facts VALUES ('cursor', ?)", (cursor,))
        self.state.commit()

    def page(self, resource, /, **query):
        """The next objects after the cursor, as soon as there are some, and the cursor after them."""
        since = self.cursor()
        if since is None:
            raise Gone
        answer = self.get(resource, "?" + urllib.parse.urlencode({"since": since, "limit": 1000, "wait": 60, **query}, doseq=True))
        body = answer.read()
        if answer.status == 410:
            raise Gone
        reached = answer.headers.get("Datahub-Cursor", "")
        if not re.fullmatch("[0-9a-z]+-[0-9]+([.][0-9]+)?", reached):
            raise OSError("the connection was cut within the headers")
        return list(map(json.loads, body.splitlines())), reached

    def follow(self):
        """Waits for the next changes and applies them."""
        changes, reached = self.page("/changes", path=self.tree)
        self.apply(changes)
        self.reached(reached)

    def follow_events(self):
        """Waits for the next changes and kept events, which have one cursor. It is stored in one transaction with the events."""
        changed = [f"file.{kind}/{self.tree}" for kind in ("created", "updated", "deleted", "rejected")]
        events, reached = self.page("/events/history", topic=changed + self.events)
        self.apply([json.loads(event["data"]) for event in events if "cursor" not in event])
        for event in events:
            if "cursor" in event:
                self.state.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?)", (event["cursor"], event["topic"], json.dumps(event)))
        self.reached(reached)

    def apply(self, changes):
        newest = {change["subject"]: change for change in changes}
        gone = [path for path, change in newest.items() if change["type"].endswith(".deleted")]
        for path in gone:
            self.remove(path)
        for path in newest.keys() - set(gone):
            self.fetch(path, newest[path]["data"].get("etag"))

    def synchronize_events(self):
        """Lists the tree, and begins with the oldest event that is left. A row without a topic is where some may be missing."""
        before = self.cursor()
        self.synchronize()
        if before is not None:
            self.state.execute("INSERT OR IGNORE INTO events VALUES (?, NULL, NULL)", (f"after {before}",))
        self.reached("0")

    def run(self, once):
        pause = 0.1
        while True:
            try:
                if once:
                    return self.reached(self.synchronize())
                try:
                    self.follow_events() if self.events else self.follow()
                except Gone:
                    self.synchronize_events() if self.events else self.reached(self.synchronize())
                pause = 0.1
            except (OSError, http.client.HTTPException, ValueError) as e:
                print(f"again in {pause:.1f} s: {type(e).__name__} {e}", file=sys.stderr, flush=True)
                self.connection = self.connection and self.connection.close()
                time.sleep(pause)
                pause = min(pause * 2, 5)


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    how = a.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="make the copy once and end")
    how.add_argument("--events", metavar="PREFIX", action="append", default=[], help="store the kept events whose topics begin so, too")
    for name in ("hub", "tree", "directory"):
        a.add_argument(name)
    o = a.parse_args()
    try:
        Mirror(o.hub, o.tree, o.directory, os.environ["DATAHUB_TOKEN"], o.events).run(o.once)
    except KeyboardInterrupt:
        pass
