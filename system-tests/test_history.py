"""Kept topics: cursors, replays that join live events at full speed, killed hubs, what is flushed before an answer, and backups."""
import asyncio, http.client, json, random, re, subprocess, threading, time

import pytest
import websockets
import zmq

from support.clients import EventStream, Subscriber, WebSocketSubscriber, plain_socket
from support.waiting import until
from test_cli import Cli
from test_flush import Trace, response


KEEP = "kept.: 1d, 1 GiB; small.: 1h, 1 MiB"
LAST = "status.: 1000 topics"


def configure(hub, flush="100"):
    """Returns once the rules are in effect."""
    since = hub.log_size()
    with open(f"{hub.home}/etc/io.datahub.history.cfg", "w") as file:
        file.write(f"keep = {KEEP}\nlast = {LAST}\nflush = {flush}\ndeduplicate = kept.once.: 1h\n")
    assert until(lambda: any(f"flush={flush}" in line for line in hub.log_lines("event=history.configured", since=since)), 30)


@pytest.fixture(scope="module")
def hub(new_hub):
    hub = new_hub().start()
    configure(hub)
    return hub


def publish(hub, token, topic, body="x"):
    status, text = hub.curl(token, f"/events/{topic}", "-d", body)[:2]
    return status


def history(hub, token, **query):
    """The events of a page, and the cursor to continue from; the status if there is no page."""
    text = "&".join(f"{key}={value}" for key, value in query.items())
    connection = http.client.HTTPConnection("127.0.0.1", hub.http, timeout=60)
    connection.request("GET", f"/events/history?{text}", headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    cursor = answer.getheader("Datahub-Cursor")
    return ([json.loads(line) for line in body.splitlines()], cursor) if answer.status == 200 else (answer.status, cursor)


def all_events(hub, token, since="0", **query):
    events = []
    while True:
        page, since = history(hub, token, since=since, limit=10_000, **query)
        if not page:
            return events
        events += page


def test_one_cursor(hub, admin):
    _, start = history(hub, admin, newest=1)
    assert publish(hub, admin, "kept.a", "1") == 202
    assert publish(hub, admin, "other", "2") == 202
    assert hub.curl(admin, "/files/h/x", "-d", "x")[0] == 201
    assert publish(hub, admin, "kept.b", "3") == 202
    events, end = history(hub, admin, since=start)
    assert [e["topic"] for e in events] == ["kept.a", "file.created/h/x", "kept.b"]
    file_event = json.loads(events[1]["data"])["id"]
    assert [e["topic"] for e in history(hub, admin, since=file_event)[0]] == ["kept.b"]
    assert [e["topic"] for e in history(hub, admin, since=events[0]["cursor"], topic="kept.")[0]] == ["kept.b"]
    assert history(hub, admin, since=end, wait=1) == ([], end)
    stream = subprocess.run(["curl", "-sN", "--max-time", "3", "-H", f"Authorization: Bearer {admin}", "-H", f"Last-Event-ID: {start}",
                             f"http://127.0.0.1:{hub.http}/events"], capture_output=True, text=True).stdout
    assert re.findall(r"^id: (.*)$", stream, re.M) == [events[0]["cursor"], file_event, events[2]["cursor"]]


def test_search(hub, admin, tmp_path):
    for number in range(3):
        assert publish(hub, admin, "kept.search", f"Build {number} FAILED") == 202
    assert hub.curl(admin, "/files/search/failed.log", "-d", "x")[0] == 201
    found, end = history(hub, admin, since="0", text="failed")
    assert [e["topic"] for e in found][-4:] == ["kept.search"] * 3 + ["file.created/search/failed.log"]
    assert history(hub, admin, since=end, text="failed") == ([], end), "the cursor stays the same at the end"
    second = found[-3]["time"]
    found = history(hub, admin, since="0", **{"text": "build", "topic": "kept.", "from": second})[0]
    assert {e["time"] >= second for e in found} == {True} and found[-1]["data"] == "Build 2 FAILED"
    assert history(hub, admin, since="0", **{"topic": "kept.search", "to": "2020-01-01T00:00:00Z"})[0] == []
    assert history(hub, admin, since="0", **{"from": "yesterday"})[0] == 400
    printed = Cli(hub, str(tmp_path), DATAHUB_TOKEN=admin).lines("history", "--text", "build 1", "--from", second, "kept.")
    assert [event["data"] for event in printed] == ["Build 1 FAILED"]


def test_a_trimmed_past_is_gone(hub, admin):
    assert publish(hub, admin, "small.first") == 202
    events, _ = history(hub, admin, topic="small.")
    first = events[-1]["cursor"]
    for _ in range(40):
        assert publish(hub, admin, "small.x", "x" * 100_000) == 202
    assert until(lambda: history(hub, admin, since=first, topic="small.")[0] == 410, 30)
    oldest = history(hub, admin, since=first, topic="small.")[1]
    assert history(hub, admin, since=oldest)[0] != 410
    assert history(hub, admin, since=first, topic="kept.")[0] != 410


class Publisher(threading.Thread):
    """Publishes numbers with REQ and notes those that were answered."""
    kind = zmq.REQ

    def __init__(self, hub, token, name):
        super().__init__(daemon=True)
        self.name_, self.sure, self.last = name, -1, -1
        self.socket = plain_socket(self.kind, "admin", token)
        self.socket.setsockopt(zmq.RCVTIMEO, 5_000)
        self.socket.connect(f"tcp://127.0.0.1:{hub.zmq}")
        self.ended = False

    def run(self):
        while not self.ended:
            self.last += 1
            try:
                self.socket.send_multipart([f"kept.load.{self.name_}".encode(), str(self.last).encode()])
                assert self.socket.recv_multipart()[0] == b"OK"
            except zmq.ZMQError:
                return
            self.sure = self.last


def numbers(events, name):
    return [int(e["data"]) for e in events if e["topic"] == f"kept.load.{name}"]


def test_replays_join_live_events_at_full_speed(hub, admin):
    async def read(since, seen):
        async with websockets.connect(f"ws://127.0.0.1:{hub.http}/events", extra_headers={"Authorization": f"Bearer {admin}"}, max_queue=None) as ws:
            await ws.send(json.dumps({"type": "subscribe", "topics": ["kept.load.", "file."], "since": since}))
            end = time.monotonic() + 2
            while time.monotonic() < end:
                try:
                    message = json.loads(await asyncio.wait_for(ws.recv(), 1))
                except asyncio.TimeoutError:
                    continue
                if message["type"] == "event":
                    seen.append(message)
                    since = message.get("cursor") or json.loads(message["data"])["id"]
            return since

    publishers = [Publisher(hub, admin, name) for name in "abc"]
    _, since = history(hub, admin, newest=1)
    start = since
    for publisher in publishers:
        publisher.start()
    files = subprocess.Popen(["sh", "-c", f"for i in $(seq 1 60); do curl -s -o /dev/null -H 'Authorization: Bearer {admin}' -d $i "
                                          f"http://127.0.0.1:{hub.http}/files/join/$i; done"])
    seen = []
    for _ in range(4):
        since = asyncio.run(read(since, seen))
    for publisher in publishers:
        publisher.ended = True
        publisher.join()
    files.wait()
    seen_last = []
    asyncio.run(read(since, seen_last))
    seen += seen_last
    for publisher in publishers:
        assert publisher.sure > 10
        assert numbers(seen, publisher.name_) == list(range(publisher.sure + 1)), "without gap or repetition"
    assert len([e for e in seen if e["topic"].startswith("file.created/join/")]) == 60
    assert [e["topic"] + e["data"] for e in all_events(hub, admin, start)] == [e["topic"] + e["data"] for e in seen], "in one order"


def test_flushed_before_the_answer(hub, admin):
    configure(hub, "always")
    publish(hub, admin, "kept.trace", "warm")
    with Trace(hub) as trace:
        assert publish(hub, admin, "kept.trace", "flushed") == 202
    trace.assert_order(r"^p?write(64|v)?\(\d+</state/history/topics/t-kept", r"^f(data)?sync\(\d+</state/history/topics/t-kept", response(202))
    configure(hub)


def test_repeated_events_are_kept_once(hub, admin):
    for name in "first", "again", "other":
        event = json.dumps({"specversion": "1.0", "type": "t", "source": "/ci", "id": "other" if name == "other" else "1", "data": name})
        assert hub.curl(admin, "/events/kept.once.x", "-H", "Content-Type: application/cloudevents+json", "-d", event)[0] == 202
    assert [json.loads(e["data"])["data"] for e in all_events(hub, admin, topic="kept.once.")] == ["first", "other"]
    assert b"datahub_history_repeated_total 1" in hub.curl(admin, "/metrics")[2]


def test_nothing_is_accepted_that_cannot_be_kept(hub, admin):
    hub.run("console", "bundle:stop datahub-history")
    try:
        assert publish(hub, admin, "kept.gone") == 503
        assert publish(hub, admin, "other") == 202
    finally:
        hub.run("console", "bundle:start datahub-history")
    assert until(lambda: publish(hub, admin, "kept.back") == 202, 30)
    assert "kept.gone" not in [e["topic"] for e in all_events(hub, admin, topic="kept.")]


class PipeliningPublisher(Publisher):
    """A publisher that doesn't wait for each answer, so that many events are on their way when the hub is killed."""
    kind, ahead = zmq.DEALER, 64

    def run(self):
        try:
            while not self.ended:
                while self.last - self.sure < self.ahead:
                    self.last += 1
                    self.socket.send_multipart([b"", f"kept.load.{self.name_}".encode(), str(self.last).encode()])
                assert self.socket.recv_multipart() == [b"", b"OK"]
                self.sure += 1
        except zmq.ZMQError:
            pass


class Reader(threading.Thread):
    """Reads a WebSocket from a cursor until the connection ends or, where an event is awaited, until it has come."""

    def __init__(self, hub, token, since, last=None):
        super().__init__(daemon=True)
        self.hub, self.token, self.since, self.last, self.seen = hub, token, since, last, []
        self.start()

    async def read(self):
        async with websockets.connect(f"ws://127.0.0.1:{self.hub.http}/events", extra_headers={"Authorization": f"Bearer {self.token}"}, max_queue=None) as ws:
            await ws.send(json.dumps({"type": "subscribe", "topics": ["kept."], "since": self.since}))
            async for text in ws:
                message = json.loads(text)
                if message["type"] == "event":
                    self.seen.append((message["topic"], message["data"], message["cursor"]))
                    self.since = message["cursor"]
                    if message["topic"] == self.last:
                        return

    def run(self):
        try:
            asyncio.run(self.read())
        except (websockets.ConnectionClosed, OSError):
            pass


def test_killed_under_load(hub, admin, size):
    """
    What was answered long enough ago is there, no number occurs twice, and every reader gets what the next one gets, also one that had joined
    live events before the hub was killed. -rP prints the figures.
    """
    seed = size("seed") or random.randrange(1 << 30)
    print(f"--seed {seed}")
    dice = random.Random(seed)
    for flush in ("always", "100"):
        configure(hub, flush)
        kills = max(1, size("kills") // 2)
        answered, unanswered, lost, read = 0, 0, 0, 0
        for kill in range(kills):
            start = history(hub, admin, newest=1)[1]
            publishers = [Publisher(hub, admin, f"{flush}{kill}a"), PipeliningPublisher(hub, admin, f"{flush}{kill}b")]
            reader = Reader(hub, admin, start)
            for publisher in publishers:
                publisher.start()
            assert until(lambda: all(p.sure > 20 for p in publishers), 60)
            time.sleep(dice.uniform(0, size("load-seconds")))
            sure = {p: p.sure for p in publishers}
            if flush != "always":
                time.sleep(0.5)  # longer than the window
            hub.kill()
            for publisher in publishers:
                publisher.ended = True
                publisher.join()
                publisher.socket.close(0)
            reader.join()
            if flush == "always":
                sure = {p: p.sure for p in publishers}
            hub.start()
            assert publish(hub, admin, "kept.after", "x") == 202
            events = all_events(hub, admin, start, topic="kept.")
            for publisher in publishers:
                kept = numbers(events, publisher.name_)
                assert kept == list(range(len(kept))) and len(kept) > sure[publisher]
                answered += publisher.sure + 1
                lost += max(0, publisher.sure + 1 - len(kept))
                unanswered += max(0, len(kept) - publisher.sure - 1)
            there = [(e["topic"], e["data"], e["cursor"]) for e in events]
            later = Reader(hub, admin, reader.since, "kept.after")
            later.join(60)
            seen = reader.seen + later.seen
            if flush == "always":
                assert seen == there
            else:  # it may have seen what was lost
                left = set(there)
                assert [event for event in seen if event in left] == there and left.issuperset(later.seen)
            positions = [tuple(map(int, cursor.split("-")[1].split("."))) for _, _, cursor in seen]
            assert positions == sorted(set(positions)), "no cursor is given again"
            assert [number for _, number in positions] == sorted({number for _, number in positions})
            read += len(seen)
        print(f"flush={flush}: {kills} kills, {answered} events answered, {lost} of them in the window and lost, "
              f"{unanswered} kept that weren't answered yet, {read} read")


def test_the_newest_event_of_each_topic_comes_first(hub, admin):
    for topic, payload in (("status.a", "old"), ("status.b", "1"), ("status.a", "new"), ("status.gone", "x"), ("status.gone", "")):
        assert publish(hub, admin, topic, payload) == 202
    for _ in range(2):
        socket = plain_socket(zmq.SUB, "admin", admin)
        zeromq = Subscriber(hub, socket, "status.")
        browser = WebSocketSubscriber(hub, admin, "status.")
        stream = EventStream(hub, admin, "status.")
        for subscriber in (zeromq, browser, stream):
            assert subscriber.have("status.a") and subscriber.have("status.b")
            assert subscriber.of("status.a") == [b"new"] and subscriber.of("status.gone") == []
        assert publish(hub, admin, "status.a", "new") == 202
        for subscriber in (zeromq, browser, stream):
            assert subscriber.have("status.a", 2)
        hub.run("restart")
    assert hub.metrics(admin)['datahub_history_last_topics{prefix="status."}'] == 2


def test_zeromq_reads_the_history(hub, admin):
    """Subscribe, read pages until one is empty, and skip what both have."""
    start = history(hub, admin, newest=1)[1]
    publisher = Publisher(hub, admin, "zmq")
    publisher.start()
    assert until(lambda: publisher.sure > 20, 30)
    subscriber = plain_socket(zmq.SUB, "admin", admin)
    subscriber.subscribe(b"kept.load.zmq")
    subscriber.subscribe(b"hub.cursor")
    subscriber.setsockopt(zmq.RCVTIMEO, 5_000)
    subscriber.connect(f"tcp://127.0.0.1:{hub.zmq}")
    assert len(subscriber.recv_multipart()) == 3, "the last frame is the cursor"
    request = plain_socket(zmq.REQ, "admin", admin)
    request.setsockopt(zmq.RCVTIMEO, 10_000)
    request.connect(f"tcp://127.0.0.1:{hub.zmq}")
    found, since = {}, start
    while True:
        request.send_multipart([b"hub.history", json.dumps({"topic": "kept.load.zmq", "since": since, "limit": 100}).encode()])
        ok, since, *page = request.recv_multipart()
        since = since.decode()
        assert ok == b"OK"
        if not page:
            break
        found.update({event["cursor"]: int(event["data"]) for event in map(json.loads, page)})
    publisher.ended = True
    publisher.join()
    try:
        while True:
            _, data, cursor = subscriber.recv_multipart()
            assert found.setdefault(cursor.decode(), int(data)) == int(data)
    except zmq.Again:
        pass
    assert sorted(found.values()) == list(range(publisher.sure + 1))


def start_seconds(hub):
    """How long a hub takes to start again."""
    stopped = hub.run("stop")
    assert stopped.returncode == 0, stopped.stderr
    began = time.monotonic()
    hub.start()
    return time.monotonic() - began


def resident_mib(hub):
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{hub.pid()}/status").read())[1]) >> 10


def test_many_events_and_topics(new_hub, size):
    """What is kept is all there after a start, which is about as quick as that of an empty hub: -rP prints the figures."""
    events, topics = size("kept-events"), size("last-topics")
    hub = new_hub().start()
    hub.run("restart")
    empty, resident_empty = start_seconds(hub), resident_mib(hub)
    with open(f"{hub.home}/etc/io.datahub.history.cfg", "w") as file:
        file.write(f"keep = many.: 1d, 64 GiB\nlast = state.: {topics} topics, 1 GiB\n")
    token = hub.token()
    assert until(lambda: hub.log_lines("event=history.configured"), 30)
    socket = plain_socket(zmq.PUSH, "admin", token)
    socket.connect(f"tcp://127.0.0.1:{hub.zmq}")
    began = time.monotonic()
    for number in range(events):
        socket.send_multipart([b"many.event", b"%0100d" % number])
    for number in range(topics):
        socket.send_multipart([b"state.%d" % number, b"%0100d" % number])
    assert until(lambda: hub.metrics(token).get('datahub_history_last_topics{prefix="state."}') == topics, 60 + events / 10_000)
    took = time.monotonic() - began
    resident_kept = resident_mib(hub)
    full = start_seconds(hub)
    assert hub.metrics(token)['datahub_history_last_topics{prefix="state."}'] == topics
    began, read, since = time.monotonic(), 0, "0"
    while True:
        page, since = history(hub, token, since=since, limit=10_000, topic="many.")
        if not page:
            break
        assert [int(event["data"]) for event in page] == list(range(read, read + len(page)))
        read += len(page)
    assert read == events
    replayed = time.monotonic() - began
    for number in 0, topics // 2, topics - 1:
        subscriber = WebSocketSubscriber(hub, token, f"state.{number}")
        assert subscriber.have(f"state.{number}") and subscriber.of(f"state.{number}")[0] == b"%0100d" % number
    print(f"{events:,} events and {topics:,} topics kept in {took:.0f} s, read in {replayed:.0f} s; start {empty:.1f} s empty, {full:.1f} s with them; "
          f"resident {resident_empty} MiB empty, {resident_kept} MiB after keeping, {resident_mib(hub)} MiB after reading")


def test_backup_and_restore(hub, admin, new_hub, tmp_path):
    assert publish(hub, admin, "kept.backup", "saved") == publish(hub, admin, "status.backup", "newest") == 202
    before = history(hub, admin, topic="kept.backup")[0]
    archive = f"{tmp_path}/backup.tgz"
    saved = hub.run("backup", archive)
    assert saved.returncode == 0, saved.stderr
    other = new_hub()
    restored = other.run("restore", archive)
    assert restored.returncode == 0, restored.stderr
    other.start()
    events = history(other, admin, topic="kept.backup")[0]
    assert [e["data"] for e in events] == [e["data"] for e in before]
    assert history(other, admin, topic="kept.backup", since=before[-1]["cursor"])[0] == 410
    subscriber = WebSocketSubscriber(other, admin, "status.backup")
    assert subscriber.have("status.backup") and subscriber.of("status.backup") == [b"newest"]
    assert publish(other, admin, "kept.backup", "later") == 202
    later = history(other, admin, topic="kept.backup", since=events[-1]["cursor"])[0]
    assert [e["data"] for e in later] == ["later"]
    assert int(later[0]["cursor"].split(".")[1]) > int(before[-1]["cursor"].split(".")[1]), "no number is given again"
