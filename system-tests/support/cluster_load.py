"""Load on a cluster whose servers fail meanwhile, and what must hold after it: every acknowledged write can be read, with its
SHA-256, through every hub, and what was refused can't; the journal's numbers are 1 to n at every hub, and each write and deletion is
in it as often as it was acknowledged, or at most also as often as its fate wasn't known; and a subscriber of each hub has heard each
change once."""
import collections, concurrent.futures, hashlib, http.client, json, random, threading, time

from support.waiting import until

SIZES = (0, 1, 300, 4_096, 4_096, 70_000, 400_000)
TIMEOUT_SECONDS = 5


def sha(data):
    return hashlib.sha256(data).hexdigest()


def ask(port, token, method, path, body=None, timeout=TIMEOUT_SECONDS, **headers):
    """The status, the headers and the body; an OSError or HTTPException if there is no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        auth = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request(method, path, body, auth | {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def may_be_done(status, text):
    """Whether a request without success may have been carried out nevertheless: there is no answer, or it doesn't say that nothing was done."""
    return status in (0, 502, 504) or status == 503 and (b"retry" not in text or b"look before" in text)


def patient(*words, seconds=60, doubtful=True, **more):
    """As `ask`, of a hub that may be busy: one that isn't sure of its view for a moment answers 503, and is asked again; if not
    `doubtful`, only when it says that nothing was done."""
    def answer():
        found = ask(*words, timeout=60, **more)
        return found if found[0] != 503 or not doubtful and may_be_done(found[0], found[2]) else None
    return until(answer, seconds) or ask(*words, timeout=60, **more)


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
                if status == 412:
                    self.load.wrong.append(f"{path}: 412 without a condition")
                if self.load.in_doubt("stored", path, status, text):
                    self.load.doubts[path] = sha(data)
                else:
                    self.load.sure[path] = None
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
            possible = {hash_}
            if self.load.in_doubt("deleted" if delete else "stored", path, status, text):
                possible.add(None if delete else sha(data))
                if not etag:
                    self.load.creations.setdefault(path, set()).add(sha(data))
            self.look(path, possible)

    def look(self, path, possible):
        """Finds out what has become of a write that failed."""
        possible = possible | self.load.late.get(path, set())  # also what former requests without an answer may have done
        if None in possible:
            possible |= self.load.creations.get(path, set())

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
        self.creations = {}  # path to the SHA-256 of what may still be stored there whenever there is nothing
        self.deletions = collections.Counter()  # how often a path's deletion was acknowledged
        self.unknown = {"stored": collections.Counter(), "deleted": collections.Counter()}  # how often that may have been done to a path
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
            if hash_ is None:
                self.late[path] = self.creations.get(path, set())
                self.deletions[path] += 1
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

    def in_doubt(self, kind, path, status, text):
        """Counts a request that may have been carried out though it failed."""
        doubt = may_be_done(status, text)
        with self.lock:
            self.unknown[kind][path] += doubt
        return doubt

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
            status, _, text = patient(hub.http, self.token, "GET", f"/changes?since={since}&limit=1000")
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
        def check(hub, path, hash_):
            status, _, body = patient(hub.http, self.token, "GET", f"/files/{path}")
            found = sha(body) if status == 200 else None if status == 404 else status
            allowed = {hash_} | ({None} if path in self.doubts else set()) | self.late.get(path, set())
            return None if found in allowed else f"{path} at {hub.name} is {found}, not {allowed}"
        expected = [(hub, *item) for item in (*self.sure.items(), *self.doubts.items()) for hub in self.hubs]
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            return [wrong for wrong in pool.map(lambda each: check(*each), expected) if wrong]

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
        wrong += self.check_counts(journals[0])
        for follower in self.followers:
            until(lambda: follower.sequences[-1:] >= numbers[-1:], 60)
            if follower.sequences[:len(numbers)] != numbers:
                heard = follower.sequences
                wrong.append(f"the subscriber of {follower.hub.name} has heard {len(heard)} of {len(numbers)} changes, "
                             f"{len(heard) - len(set(heard))} of them twice, missing {sorted(set(numbers) - set(heard))[:5]}")
        return wrong

    def check_counts(self, journal):
        """That nothing was done which was refused, and nothing is missing that was acknowledged."""
        done = {kind: collections.Counter() for kind in self.unknown}
        for change in journal:
            path = change["data"]["path"]
            if path.startswith(f"{self.directory}/"):
                done["deleted" if change["type"].endswith(".deleted") else "stored"][path] += 1
        acknowledged = {"stored": collections.Counter(path for path, _, _ in self.responses.values()), "deleted": self.deletions}
        wrong = []
        for kind, unknown in self.unknown.items():
            for path in {*done[kind], *acknowledged[kind]}:
                least = acknowledged[kind][path]
                if not least <= done[kind][path] <= least + unknown[path]:
                    wrong.append(f"{path} was {kind} {done[kind][path]} times by the journal, {least} times acknowledged, {unknown[path]} times in doubt")
        return wrong
