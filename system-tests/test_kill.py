"""Kills the hub at random moments under mixed load, and verifies after each start that everything it has acknowledged holds.

Every acknowledged write is there (the record has the bytes that were acknowledged, or those of a later write), there is no
partial file and nothing left in staging, disk, index and journal agree, and the journal's numbers have no gap. A write without a
response may have happened or not, but nothing in between."""
import base64, hashlib, http.client, json, os, random, threading, time

from support.waiting import until

SIZES = (0, 1, 300, 4_096, 70_000, 1 << 20, 6 << 20)


def sha(data):
    return hashlib.sha256(data).hexdigest()


class Worker(threading.Thread):
    """One client with paths of its own, so that it knows what must be there: `sure` from path to SHA-256 or None, and
    `pending`, what a write without a response may have made of a path."""

    def __init__(self, hub, name, seed):
        super().__init__(daemon=True)
        self.hub, self.name_, self.random = hub, name, random.Random(seed)
        self.sure, self.pending, self.responses, self.odd = {}, {}, {}, []
        self.headers = {"Authorization": f"Bearer {hub.token()}"}
        self.ended = threading.Event()

    def run(self):
        connection = None
        while not self.ended.is_set():
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.hub.http, timeout=60)
                self.step(connection)
            except (OSError, http.client.HTTPException):
                return  # killed

    def ask(self, connection, method, path, body=None, **headers):
        connection.request(method, path, body, {**self.headers, **headers}, encode_chunked=hasattr(body, "__next__"))
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def bytes(self):
        return self.random.randbytes(self.random.choice(SIZES))

    def write(self, connection, path, method="PUT"):
        data = self.bytes()
        self.pending[path] = sha(data)
        chunked = self.random.random() < 0.3
        more = {"Transfer-Encoding": "chunked"} if chunked else {}
        body = iter([data[i:i + 60_000] for i in range(0, len(data), 60_000)]) if chunked else data
        status, _, text = self.ask(connection, method, f"/files/{path}", body, **more)
        self.acknowledged(path, sha(data), status, (200, 201), text)

    def acknowledged(self, path, hash_, status, good, text):
        self.pending.pop(path)
        if status in good:
            self.sure[path] = hash_
            if text:
                self.note(json.loads(text))
        else:
            self.odd.append(f"{path}: {status} {text[:200]}")

    def note(self, answer):
        self.responses[answer["sequence"]] = (answer["path"], answer["sha256"], answer["etag"])


class Writer(Worker):
    """Creates, overwrites and deletes."""

    def step(self, connection):
        path = f"kill/{self.name_}/{self.random.randrange(3)}/{self.random.randrange(12)}"
        if self.sure.get(path) and self.random.random() < 0.25:
            self.pending[path] = None
            status, _, text = self.ask(connection, "DELETE", f"/files/{path}")
            self.acknowledged(path, None, status, (204,), text)
        else:
            self.write(connection, path, self.random.choice(("PUT", "POST")))


BOUNDARY = b"datahub-7f1d60c2a94e4b0d"  # too long to occur in random bytes


class Form(Worker):
    """Sends forms of several files."""

    def step(self, connection):
        directory = f"kill/{self.name_}"
        parts = {f"{directory}/{n}": self.bytes() for n in self.random.sample("abcdefgh", 3)}
        body = b"".join(b'--%s\r\nContent-Disposition: form-data; name="f"; filename="%s"\r\n\r\n%s\r\n'
                        % (BOUNDARY, path[-1].encode(), data) for path, data in parts.items()) + b"--%s--\r\n" % BOUNDARY
        self.pending.update({path: sha(data) for path, data in parts.items()})
        status, _, text = self.ask(connection, "POST", f"/files/{directory}/", body, **{"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"})
        for path, data in parts.items():
            self.acknowledged(path, sha(data), status, (200, 201), b"")
        if status in (200, 201):
            for answer in json.loads(text):
                self.note(answer)


class Tree(Worker):
    """Makes a directory full of records and deletes it as a whole."""

    def step(self, connection):
        paths = [f"kill/{self.name_}/d/{n // 3}/{n}" for n in range(9)]
        for path in paths:
            self.write(connection, path)
        there = [path for path in paths if self.sure.get(path)]
        self.pending.update({path: None for path in there})
        status, _, text = self.ask(connection, "DELETE", f"/files/kill/{self.name_}/d/?recursive")
        for path in there:
            self.acknowledged(path, None, status, (204,), text)


class Resumable(Worker):
    """Uploads in chunks, and resumes after a kill what it had begun: `begun` outlives the worker."""

    begun = {}

    def __init__(self, *of):
        super().__init__(*of)
        self.headers["Tus-Resumable"] = "1.0.0"
        self.known = False

    def step(self, connection):
        mine = self.begun.get(self.name_)
        if mine is None:
            path, data = f"kill/{self.name_}/{self.random.randrange(5)}", self.random.randbytes(self.random.choice((1, 5_000, 3 << 20)))
            status, head, text = self.send(connection, "POST", "/uploads", None, **{
                "Upload-Length": str(len(data)), "Upload-Metadata": f"path {base64.b64encode(path.encode()).decode()}"})
            if status == 201:
                self.begun[self.name_], self.known = [head["location"], path, data, 0], True
            else:
                self.odd.append(f"creation of {path}: {status} {text[:200]}")
            return
        url, path, data, offset = mine
        if not self.known:
            status, head, _ = self.send(connection, "HEAD", url, None)
            if status != 200 or int(head["upload-offset"]) < offset:
                self.odd.append(f"{url} for {path} was at {offset}, now {status} {head.get('upload-offset')}")
            mine[3], self.known = int(head.get("upload-offset", 0)), True
            if mine[3] == len(data) or status != 200:
                del self.begun[self.name_]
            return
        chunk = data[offset:offset + self.random.choice((1, 2_000, 500_000, 1 << 30))]
        more = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        if self.random.random() < 0.5:
            more["Upload-Checksum"] = f"sha256 {base64.b64encode(hashlib.sha256(chunk).digest()).decode()}"
        if last := offset + len(chunk) == len(data):
            self.pending[path] = sha(data)
        status, head, text = self.send(connection, "PATCH", url, chunk, **more)
        if last:
            self.acknowledged(path, sha(data), status, (204,), text)
            del self.begun[self.name_]
        elif status == 204:
            mine[3] = int(head["upload-offset"])
        else:
            self.odd.append(f"chunk of {path}: {status} {text[:200]}")

    def send(self, connection, method, path, body, **headers):
        connection.request(method, path, body, {**self.headers, **headers})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


WORKERS = [Writer] * 4 + [Form, Tree, Resumable, Resumable]


def listing(hub, directory):
    """All records as the hub lists them, from path to entry."""
    found, after = {}, ""
    while True:
        page = json.loads(hub.curl(hub.token(), f"/files/{directory}?limit=1000&after={after}")[2])
        for entry in page["entries"]:
            if entry["type"] == "directory":
                found.update(listing(hub, f"{directory}{entry['name']}/"))
            else:
                found[f"{directory}{entry['name']}"] = entry
        after = page.get("next")
        if not after:
            return found


def journal(hub):
    lines, since = [], "0"
    while True:
        page = hub.curl(hub.token(), f"/changes?since={since}&limit=1000")[2].decode().splitlines()
        if not page:
            return lines
        lines += [json.loads(line) for line in page]
        since = lines[-1]["id"]


def leftovers(hub):
    """Whatever lies where only an upload in progress may lie."""
    reserved, uploads = f"{hub.home}/files/.datahub-staging", f"{hub.home}/state/uploads"
    known = {url.rsplit("/", 1)[1] for url, *_ in Resumable.begun.values()}
    # An upload whose creation got no response belongs to no worker, and has no bytes.
    return (os.listdir(f"{hub.home}/state/staging") + (os.listdir(reserved) if os.path.isdir(reserved) else [])
            + [name for name in os.listdir(uploads) if name not in known and os.path.getsize(f"{uploads}/{name}")])


def on_disk(hub):
    root = f"{hub.home}/files"
    return {os.path.relpath(os.path.join(d, n), root): os.path.join(d, n) for d, _, names in os.walk(root) for n in names}


class History:
    """What the hub has acknowledged in all rounds together."""

    def __init__(self):
        self.sure, self.responses = {}, {}

    def verify(self, hub, workers):
        """Compares acknowledged writes, disk, index and journal; returns what differs."""
        wrong = [odd for worker in workers for odd in worker.odd]
        disk = {path: sha(open(file, "rb").read()) for path, file in on_disk(hub).items() if path != "broker_users.xml"}
        for worker in workers:
            self.responses.update(worker.responses)
            for path in {*worker.sure, *worker.pending}:
                allowed = {worker.sure.get(path, self.sure.get(path))}
                if path in worker.pending:
                    allowed.add(worker.pending[path])
                if disk.get(path) not in allowed:
                    wrong.append(f"{path} is {disk.get(path)}, not one of {allowed}")
                self.sure[path] = disk.get(path)
        wrong += [f"{path} is {disk.get(path)}, was {hash_}" for path, hash_ in self.sure.items() if disk.get(path) != hash_]
        wrong += [f"{path} is there and nobody wrote it" for path in disk if self.sure.get(path) is None]
        listed = listing(hub, "")
        listed.pop("broker_users.xml", None)
        if set(listed) != set(disk):
            wrong.append(f"the listing and the disk differ in {set(listed) ^ set(disk)}")
        changes = journal(hub)
        sequences = [int(change["sequence"]) for change in changes]
        if sequences != list(range(1, len(sequences) + 1)):
            wrong.append("the journal's numbers have a gap")
        announced = {int(change["sequence"]): change["data"] for change in changes}
        wrong += [f"response {number} isn't in the journal: {answer}" for number, answer in self.responses.items()
                  if (d := announced.get(number)) is None or (d["path"], d["sha256"], d["etag"]) != answer]
        last = {change["data"]["path"]: change for change in changes if change["subject"] != "broker_users.xml"}
        for path, change in last.items():
            here = listed.get(path)
            if change["type"].endswith("deleted"):
                if here:
                    wrong.append(f"the journal says {path} was deleted, and it is there")
            elif not here or here.get("etag") != change["data"]["etag"] or disk.get(path) != change["data"]["sha256"]:
                wrong.append(f"the journal has {change['data']}, the index {here}, the disk {disk.get(path)}")
        wrong += [f"{path} isn't in the journal" for path in disk if path not in last]
        wrong += [f"left in staging: {name}" for name in leftovers(hub)]
        return wrong


def test_kill(new_hub, size):
    seed = size("seed") or random.randrange(1 << 30)
    print(f"--seed {seed}")
    dice, history, writes = random.Random(seed), History(), 0
    hub = new_hub(JAVA_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC").start()  # starts in half the time
    for _ in range(size("kills")):
        workers = [kind(hub, f"{kind.__name__.lower()}{n}", dice.random()) for n, kind in enumerate(WORKERS)]
        for worker in workers:
            worker.start()
        time.sleep(dice.uniform(0.1, size("load-seconds")))
        hub.kill()
        for worker in workers:
            worker.ended.set()
            worker.join(60)
        writes += sum(len(worker.responses) for worker in workers)
        started = hub.run("start")
        # On a busy machine `start` may give up waiting before the hub is ready.
        assert started.returncode == 0 or until(lambda: hub.run("status").returncode == 0, 180), started.stdout + started.stderr
        wrong = history.verify(hub, workers)
        assert not wrong, f"after {writes} writes:\n" + "\n".join(wrong[:12])
    assert writes
