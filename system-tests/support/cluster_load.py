"""Load on a cluster whose servers fail meanwhile, and what must hold after it: every acknowledged write can be read, with its
SHA-256, through any hub; the journal's numbers are 1 to n at every hub; and a subscriber of each hub has heard each change once."""
import concurrent.futures, hashlib, http.client, json, random, threading, time

from support.waiting import until

SIZES = (0, 1, 300, 4_096, 4_096, 70_000, 400_000)
TIMEOUT_SECONDS = 5


def sha(data):
    return hashlib.sha256(data).hexdigest()


def ask(port, token, method, path, body=None, timeout=TIMEOUT_SECONDS, **headers):
    """The status, the headers and the body; an OSError or HTTPException if there is no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, {"Authorization": f"Bearer {token}", **{k.replace("_", "-"): v for k, v in headers.items()}})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


class Client(threading.Thread):
    """Sends one request after another, each to a hub by chance."""

    def __init__(self, load, seed):
        super().__init__(daemon=True)
        self.load, self.random = load, random.Random(seed)

    def run(self):
        while not self.load.ended.is_set():
            self.step()

    def ask(self, *words, **more):
        """As `ask`, with the status 0 if there was no answer."""
        try:
            return ask(self.random.choice(self.load.ports), self.load.token, *words, **more)
        except (OSError, http.client.HTTPException):
            return 0, {}, b""


class Writer(Client):
    """Creates records that it never touches again, and changes others on condition that they are as it knows them. So even a
    request without an answer that a stopped hub serves later can't undo what was acknowledged."""

    def __init__(self, load, name, seed):
        super().__init__(load, seed)
        self.directory, self.count, self.known = f"{load.directory}/{name}", 0, {}  # path to SHA-256 and entity tag

    def step(self):
        self.count += 1
        data = self.random.randbytes(self.random.choice(SIZES))
        if self.random.random() < 0.5:
            path = f"{self.directory}/once/{self.count}"
            status, _, text = self.ask("PUT", f"/files/{path}", data)
            if status == 201:
                self.load.wrote(path, sha(data), text)
            else:
                self.load.refused(path, status, text)
                self.load.doubts[path] = sha(data)
            return
        path = f"{self.directory}/{self.random.randrange(12)}"
        hash_, etag = self.known.get(path, (None, None))
        delete = hash_ is not None and self.random.random() < 0.25
        condition = {"If_Match": etag} if etag else {"If_None_Match": "*"}
        status, head, text = self.ask("DELETE" if delete else "PUT", f"/files/{path}", None if delete else data, **condition)
        if status in (200, 201, 204):
            self.known[path] = (None, None) if delete else (sha(data), head["etag"])
            self.load.wrote(path, self.known[path][0], text)
        else:
            self.load.refused(path, status, text)
            self.look(path, {hash_, None if delete else sha(data)})

    def look(self, path, possible):
        """Finds out what has become of a write without an answer."""
        possible = possible | self.load.late.get(path, set())  # also what former requests without an answer may have done

        def answer():
            found = self.ask("GET", f"/files/{path}")
            return found if found[0] in (200, 404) else None
        found = until(answer, 90)
        if not found:
            self.load.wrong.append(f"{path}: no hub answers for 90 s")
            self.load.ended.set()
            return
        hash_, etag = (sha(found[2]), found[1]["etag"]) if found[0] == 200 else (None, None)
        if hash_ not in possible:
            self.load.wrong.append(f"{path} is {hash_}, not one of {possible}")
        self.known[path] = hash_, etag
        self.load.sure[path] = hash_
        # A request that a stopped hub still has may be served when the hub goes on, but only if nothing was stored since.
        self.load.late[path] = possible


class Reader(Client):
    """Reads what was acknowledged, at any hub."""

    def step(self):
        if not self.load.once:
            time.sleep(0.05)
            return
        path = self.random.choice(list(self.load.once))
        status, _, body = self.ask("GET", f"/files/{path}")
        if status == 200 and sha(body) != self.load.once[path] or status not in (200, 0, 502, 503, 504):
            self.load.wrong.append(f"{path} was acknowledged, and reading it gives {status}")
        self.load.reads += status == 200


class Follower(threading.Thread):
    """A subscriber of one hub, on the event stream, which goes on after the newest event it has whenever it is disconnected."""

    def __init__(self, hub, token):
        super().__init__(daemon=True)
        self.hub, self.token, self.cursor, self.sequences, self.ended, self.received = hub, token, "0", [], threading.Event(), {}

    def run(self):
        while not self.ended.is_set():
            try:
                self.follow()
            except (OSError, http.client.HTTPException):
                self.ended.wait(0.2)

    def follow(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.http, timeout=40)
        try:
            connection.request("GET", "/events?topic=file.", headers={
                "Authorization": f"Bearer {self.token}", "Accept": "text/event-stream", "Last-Event-ID": self.cursor})
            answer = connection.getresponse()
            if answer.status != 200:
                raise OSError(f"{answer.status} {answer.read()[:200]}")
            while not self.ended.is_set() and (line := answer.readline()):
                if line.startswith(b"data:"):
                    event = json.loads(json.loads(line[5:])["data"])
                    if "sequence" in event:
                        self.sequences.append(int(event["sequence"]))
                        self.received[int(event["sequence"])] = time.monotonic()
                    self.cursor = event["id"]
        finally:
            connection.close()


class Load:
    """Writers and readers at random hubs, and a follower of each; `verify` after `stop` returns what is wrong."""

    def __init__(self, hubs, directory, writers=4, readers=1, seed=None):
        self.hubs, self.directory, self.token = hubs, directory, hubs[0].token()
        self.ports = [hub.http for hub in hubs]
        self.sure, self.once, self.doubts, self.late = {}, {}, {}, {}  # path to SHA-256, or to a set of them
        self.responses, self.statuses, self.wrong, self.reads = {}, {}, [], 0
        self.acknowledged, self.longest, self.newest = 0, 0.0, None
        self.ended, self.lock = threading.Event(), threading.Lock()
        dice = random.Random(seed)
        self.clients = [*(Writer(self, f"w{n}", dice.random()) for n in range(writers)), *(Reader(self, dice.random()) for _ in range(readers))]
        self.followers = [Follower(hub, self.token) for hub in hubs]

    def start(self):
        for thread in (*self.followers, *self.clients):
            thread.start()
        return self

    def wrote(self, path, hash_, text):
        with self.lock:
            self.sure[path] = hash_
            self.late.pop(path, None)
            if "/once/" in path:
                self.once[path] = hash_
            if text:
                answer = json.loads(text)
                if answer["sequence"] in self.responses:
                    self.wrong.append(f"two writes were answered with the number {answer['sequence']}")
                self.responses[answer["sequence"]] = (answer["path"], answer["sha256"], answer["etag"])
            now = time.monotonic()
            self.longest = max(self.longest, now - (self.newest or now))
            self.newest, self.acknowledged = now, self.acknowledged + 1

    def refused(self, path, status, text):
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status not in (0, 412, 502, 503, 504):
                self.wrong.append(f"{path}: {status} {text[:200]}")

    def progress(self, writes=20, seconds=60):
        """Whether as many writes are acknowledged from now on."""
        before = self.acknowledged
        return until(lambda: self.acknowledged >= before + writes, seconds)

    def stop(self):
        """Ends the clients; the followers go on until `verify` has ended."""
        self.ended.set()
        for client in self.clients:
            client.join(120)

    def journal(self, hub):
        lines, since = [], "0"
        while True:
            path = f"/changes?since={since}&limit=1000"
            status, _, text = until(lambda: (found := ask(hub.http, self.token, "GET", path, timeout=60))[0] != 503 and found, 60)
            assert status == 200, text
            if not text:
                return lines
            lines += [json.loads(line) for line in text.splitlines()]
            since = lines[-1]["id"]

    def verify(self):
        try:
            return self.wrong + self.check_records() + self.check_events()
        finally:
            for follower in self.followers:
                follower.ended.set()

    def check_records(self):
        def check(number, path, hash_):
            hub = self.hubs[number % len(self.hubs)]
            # A hub that is busy may not be sure of its view for a moment.
            status, _, body = until(lambda: (found := ask(hub.http, self.token, "GET", f"/files/{path}", timeout=60))[0] != 503 and found, 60)
            found = sha(body) if status == 200 else None if status == 404 else status
            allowed = {hash_} | ({None} if path in self.doubts else set()) | self.late.get(path, set())
            return None if found in allowed else f"{path} at {hub.name} is {found}, not {allowed}"
        expected = [*self.sure.items(), *self.doubts.items()]
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            return [wrong for wrong in pool.map(lambda number: check(number, *expected[number]), range(len(expected))) if wrong]

    def check_events(self):
        wrong, journals = [], [self.journal(hub) for hub in self.hubs]
        numbers = [int(change["sequence"]) for change in journals[0]]
        if numbers != list(range(1, len(numbers) + 1)):
            wrong.append(f"the journal's numbers have a gap: {[b for a, b in zip(numbers, numbers[1:]) if b != a + 1][:5]}")
        wrong += [f"the journals of {hub.name} and {self.hubs[0].name} differ" for hub, other in zip(self.hubs, journals) if other != journals[0]]
        entries = {int(change["sequence"]): change["data"] for change in journals[0]}
        for number, answer in self.responses.items():
            data = entries.get(number)
            if data is None or (data["path"], data.get("sha256"), data.get("etag")) != answer:
                wrong.append(f"the write that was answered with {number} isn't in the journal: {answer}, {data}")
        for follower in self.followers:
            until(lambda: follower.sequences[-1:] >= numbers[-1:], 60)
            if follower.sequences[:len(numbers)] != numbers:
                heard = follower.sequences
                wrong.append(f"the subscriber of {follower.hub.name} has heard {len(heard)} of {len(numbers)} changes, "
                             f"{len(heard) - len(set(heard))} of them twice, missing {sorted(set(numbers) - set(heard))[:5]}")
        return wrong
