"""Kept topics of a cluster: published at any hub, read with one cursor at every hub, kept when the hub that took them is killed."""
import asyncio, json, os, re, subprocess, time

import pytest
import websockets
import zmq

from support.clients import EventStream, Subscriber, WebSocketSubscriber, plain_socket
from support.waiting import until
from test_flush import Trace, response
from test_history import Publisher, all_events, history, numbers
from test_webhooks import shared_webhook, status as webhooks

pytestmark = pytest.mark.exclusive

KEEP = "kept.: 1d, 1 GiB"
RULES = f"keep = {KEEP}\nlast = status.: 1000 topics\ndeduplicate = kept.once.: 1h\n"


def configure(hub, rules):
    """Returns once the rules are in effect at a hub."""
    since = hub.log_size()
    with open(f"{hub.home}/etc/io.datahub.history.cfg", "w") as file:
        file.write(rules)
    assert until(lambda: hub.log_lines("event=history.configured", since=since) or hub.log_lines("event=history.started", since=since), 60)


@pytest.fixture(scope="module")
def hubs(cluster):
    for hub in cluster.hubs:
        configure(hub, RULES)
    yield cluster.hubs
    for hub in cluster.hubs:
        configure(hub, "keep =\n")


@pytest.fixture(scope="module")
def token(hubs):
    return hubs[0].token()


def ready(hub, token):
    return hub.curl(token, "/health/ready")[0] == 200


def restart(hub, token):
    hub.run("start")
    assert until(lambda: ready(hub, token), 180), hub.name


def publish(hub, token, topic, body="x"):
    """Publishes until the hub takes it: it refuses events while it isn't sure of its view of the ledger."""
    def answer():
        status = hub.curl(token, f"/events/{topic}", "-d", body)[0]
        return None if status == 503 else status
    return until(answer, 60)


def start(hub, token):
    return history(hub, token, newest=1)[1]


def reaches(hub, token, cursor):
    """Waits until a hub has delivered what comes before a cursor."""
    return until(lambda: int(start(hub, token).rpartition("-")[2]) >= int(cursor.rpartition("-")[2]), 30)


def brief(events):
    """What must be the same at all hubs. File events are compared by their cursors too, which are their IDs."""
    return [(e["topic"], e["cursor"] if "cursor" in e else json.loads(e["data"])["id"], e["data"]) for e in events]


async def publish_by_websocket(hub, token, topic, data):
    async with websockets.connect(f"ws://127.0.0.1:{hub.http}/events", extra_headers={"Authorization": f"Bearer {token}"}) as ws:
        await ws.send(json.dumps({"type": "publish", "id": 1, "topic": topic, "data": data}))
        return next(m for m in [json.loads(await ws.recv()) for _ in range(2)] if m["type"] != "welcome")


def publish_by_zeromq(hub, token, topic, data):
    socket = plain_socket(zmq.REQ, "admin", token)
    socket.setsockopt(zmq.RCVTIMEO, 20_000)
    socket.connect(f"tcp://127.0.0.1:{hub.zmq}")
    socket.send_multipart([topic.encode(), data.encode()])
    answer = socket.recv_multipart()
    socket.close(0)
    return answer[0]


def page_by_zeromq(hub, token, since):
    socket = plain_socket(zmq.REQ, "admin", token)
    socket.setsockopt(zmq.RCVTIMEO, 20_000)
    socket.connect(f"tcp://127.0.0.1:{hub.zmq}")
    socket.send_multipart([b"hub.history", json.dumps({"since": since, "limit": 100}).encode()])
    ok, _, *page = socket.recv_multipart()
    socket.close(0)
    assert ok == b"OK", page
    return list(map(json.loads, page))


async def replay_by_websocket(hub, token, since, count):
    async with websockets.connect(f"ws://127.0.0.1:{hub.http}/events", extra_headers={"Authorization": f"Bearer {token}"}) as ws:
        await ws.send(json.dumps({"type": "subscribe", "topics": ["kept.", "file."], "since": since}))
        found = []
        while len(found) < count:
            message = json.loads(await asyncio.wait_for(ws.recv(), 20))
            if message["type"] == "event":
                found.append(message)
        return found


def test_one_history_by_every_transport_at_every_hub(hubs, token):
    a, b, c = hubs
    since = start(a, token)
    assert publish(a, token, "kept.http", "1") == 202
    assert a.curl(token, "/files/kept/one", "-d", "x")[0] == 201
    assert asyncio.run(publish_by_websocket(b, token, "kept.websocket", "2"))["type"] == "ok"
    assert publish(a, token, "other", "transient") == 202
    assert publish_by_zeromq(c, token, "kept.zeromq", "3") == b"OK"
    assert b.curl(token, "/files/kept/two", "-d", "x")[0] == 201
    assert publish(c, token, "kept.large", "y" * 100_000) == 202
    topics = ["kept.http", "file.created/kept/one", "kept.websocket", "kept.zeromq", "file.created/kept/two", "kept.large"]
    expected = brief(all_events(c, token, since))
    assert [e[0] for e in expected] == topics
    assert sorted({cursor for _, cursor, _ in expected}, key=lambda cursor: int(cursor.rpartition("-")[2])) == [e[1] for e in expected]
    for hub in hubs:
        assert reaches(hub, token, expected[-1][1])
        assert brief(all_events(hub, token, since)) == expected
        assert brief(page_by_zeromq(hub, token, since)) == expected
        assert brief(asyncio.run(replay_by_websocket(hub, token, since, len(topics)))) == expected
        stream = subprocess.run(["curl", "-sN", "--max-time", "3", "-H", f"Authorization: Bearer {token}", "-H", f"Last-Event-ID: {expected[1][1]}",
                                 f"http://127.0.0.1:{hub.http}/events"], capture_output=True, text=True).stdout
        assert re.findall(r"^id: (.*)$", stream, re.M)[:4] == [cursor for _, cursor, _ in expected[2:]]
        assert brief(history(hub, token, since=expected[2][1], topic="kept.")[0]) == [expected[3], expected[5]]


def test_a_subscriber_gets_each_event_once_and_no_relay_sends_it(hubs, token):
    a, b, _ = hubs
    subscriber = WebSocketSubscriber(b, token, "kept.", "status.", "plain.")
    assert until(lambda: publish(a, token, "plain.probe", "x") == 202 and subscriber.of("plain.probe"), 60)
    sent = a.metrics(token)["datahub_relay_events_sent_total"]
    for number in range(20):
        assert publish(a, token, "kept.once", str(number)) == 202
        assert publish(a, token, "status.once", str(number)) == 202
    assert subscriber.have("kept.once", 20) and subscriber.have("status.once", 20)
    assert publish(a, token, "plain.end", "x") == 202
    assert subscriber.have("plain.end")
    for topic in "kept.once", "status.once":
        assert [int(data) for data in subscriber.of(topic)] == list(range(20))
    assert a.metrics(token)["datahub_relay_events_sent_total"] == sent + 1


def test_replays_join_live_events_while_all_hubs_publish(hubs, token):
    async def read(hub, since, seen, seconds):
        async with websockets.connect(f"ws://127.0.0.1:{hub.http}/events", extra_headers={"Authorization": f"Bearer {token}"}, max_queue=None) as ws:
            await ws.send(json.dumps({"type": "subscribe", "topics": ["kept.load.", "file."], "since": since}))
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                try:
                    message = json.loads(await asyncio.wait_for(ws.recv(), 1))
                except asyncio.TimeoutError:
                    continue
                assert message["type"] not in ("error", "closed"), message
                if message["type"] == "event":
                    seen.append(message)
                    since = message.get("cursor") or json.loads(message["data"])["id"]
            return since

    since = begin = start(hubs[0], token)
    publishers = [Publisher(hub, token, f"join-{hub.name}") for hub in hubs]
    for publisher in publishers:
        publisher.start()
    files = subprocess.Popen(["sh", "-c", f"for i in $(seq 1 20); do curl -s -o /dev/null -H 'Authorization: Bearer {token}' -d $i "
                                          f"http://127.0.0.1:{hubs[1].http}/files/kept-join/$i; done"])
    seen = []
    for hub in (*hubs, hubs[0]):  # each goes on where the one before has ended
        since = asyncio.run(read(hub, since, seen, 1.5))
    assert until(lambda: all(publisher.sure > 5 for publisher in publishers), 60)
    for publisher in publishers:
        publisher.ended = True
        publisher.join()
    files.wait()
    asyncio.run(read(hubs[1], since, seen, 3))
    for publisher in publishers:
        assert numbers(seen, publisher.name_) == list(range(publisher.sure + 1)), "without gap or repetition"
    for hub in hubs:
        assert brief(all_events(hub, token, begin)) == brief(seen), "in one order"


def test_the_newest_event_of_each_topic_comes_first_at_another_hub(hubs, token):
    a, b, c = hubs
    for hub, topic, payload in ((a, "status.a", "old"), (b, "status.b", "1"), (c, "status.a", "new"), (a, "status.gone", "x"), (b, "status.gone", "")):
        assert publish(hub, token, topic, payload) == 202
    end = start(b, token)
    for hub in hubs:
        assert reaches(hub, token, end)
        zeromq = Subscriber(hub, plain_socket(zmq.SUB, "admin", token), "status.")
        browser = WebSocketSubscriber(hub, token, "status.")
        stream = EventStream(hub, token, "status.")
        for subscriber in (zeromq, browser, stream):
            assert subscriber.have("status.a") and subscriber.have("status.b")
            assert subscriber.of("status.a") == [b"new"] and subscriber.of("status.gone") == []


def test_flushed_by_both_databases_before_the_answer(cluster, hubs, token):
    servers = []
    for server in (cluster.engines.primary, cluster.engines.standby):
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(server.process.pid)], capture_output=True, text=True, check=True).stdout
        servers += [server.process.pid, *map(int, children.split())]
    with Trace(hubs[0], *servers, text=65536) as trace:
        assert publish(hubs[0], token, "kept.flushed", "by-both-databases") == 202
    order = [call for server in (cluster.engines.primary, cluster.engines.standby)
             for call in (rf"^pwrite64\(\d+<{server.data}/pg_wal/.*by-both-databases", rf"^f(data)?sync\(\d+<{server.data}/pg_wal/")]
    trace.assert_order(*order, response(202))


def test_repeated_at_another_hub(hubs, token):
    event = json.dumps({"specversion": "1.0", "type": "t", "source": "/ci", "id": "1", "data": "first"})
    since = start(hubs[0], token)
    for hub in hubs:
        assert until(lambda: hub.curl(token, "/events/kept.once.x", "-H", "Content-Type: application/cloudevents+json", "-d", event)[0] == 202, 30)
    assert len(all_events(hubs[2], token, since, topic="kept.once.")) == 1


def test_rules_changed_at_one_hub(hubs, token):
    a, b, _ = hubs
    since = start(a, token)
    configure(b, "keep = more.: 1d\n")
    try:
        assert publish(b, token, "kept.not-here", "x") == 202
        assert publish(b, token, "more.here", "x") == 202
        assert publish(a, token, "kept.here", "x") == 202
        assert [e["topic"] for e in all_events(a, token, since)] == ["more.here", "kept.here"]
        assert until(lambda: b.metrics(token).get('datahub_history_events{prefix="more."}') == 1, 30)
    finally:
        configure(b, RULES)
    assert publish(b, token, "kept.again", "x") == 202
    assert [e["topic"] for e in all_events(b, token, since)] == ["more.here", "kept.here", "kept.again"]
    assert "kept.again" in b.run("console", "datahub:history kept.").stdout


def test_nothing_is_kept_or_delivered_without_the_ledger(hubs, token):
    """A hub without its part of the cluster refuses kept topics; other events are delivered."""
    hub = hubs[2]
    since = start(hubs[0], token)
    subscriber = WebSocketSubscriber(hub, token, "kept.", "plain.")
    hub.run("console", "bundle:stop datahub-postgres")
    try:
        assert until(lambda: hub.curl(token, "/events/kept.refused", "-d", "x")[0] == 503, 30)
    finally:
        hub.run("console", "bundle:start datahub-postgres")
    assert until(lambda: hub.curl(token, "/events/kept.back", "-d", "x")[0] == 202, 60)
    assert until(lambda: [e["topic"] for e in all_events(hubs[0], token, since)] == ["kept.back"], 30)
    assert subscriber.of("kept.refused") == []


def test_a_replay_waits_while_a_hub_is_cut_off_from_the_ledger(cluster, hubs, token):
    """It pauses, and goes on where it was; whoever asks for a page meanwhile is answered 503."""
    hub, count = hubs[-1], 1_000
    since = start(hubs[0], token)
    for number in range(count):
        assert publish(hubs[0], token, "kept.long", f"{number} " + "x" * 12_000) == 202
    assert reaches(hub, token, start(hubs[0], token))
    request = plain_socket(zmq.REQ, "admin", token)
    request.setsockopt(zmq.RCVTIMEO, 60_000)
    request.connect(f"tcp://127.0.0.1:{hub.zmq}")

    def page():
        request.send_multipart([b"hub.history", json.dumps({"topic": "kept.", "since": since, "limit": 1}).encode()])
        return request.recv_multipart()
    assert page()[0] == b"OK"

    async def replay():
        found = []
        async with websockets.connect(f"ws://127.0.0.1:{hub.http}/events", extra_headers={"Authorization": f"Bearer {token}"},
                                      max_queue=1, ping_interval=None) as ws:
            await ws.send(json.dumps({"type": "subscribe", "topics": ["kept.long"], "since": since}))
            while len(found) < count:
                message = json.loads(await asyncio.wait_for(ws.recv(), 60))
                assert message["type"] in ("welcome", "event"), message
                if message["type"] == "event":
                    found.append(int(message["data"].split()[0]))
                if len(found) == 1:
                    for name in ("primary", "standby"):
                        cluster.links[name].stall()
                    try:
                        assert await asyncio.to_thread(until, lambda: not ready(hub, token), 60)
                        assert (await asyncio.to_thread(page))[:2] == [b"ERR", b"503"]
                    finally:
                        for name in ("primary", "standby"):
                            cluster.links[name].resume()
        return found
    assert asyncio.run(replay()) == list(range(count))
    assert until(lambda: ready(hub, token), 60)
    request.close(0)


@pytest.fixture
def target(hubs):
    """The target of a webhook that all hubs are configured for, and that the first one runs."""
    with shared_webhook(hubs, "kept", "kept.hook") as target:
        yield target


def test_another_hub_goes_on_with_a_webhook(hubs, token, target):
    """A target is down, and the hub that sends to it is killed: another one sends each kept event once, in order, then live ones."""
    def received():
        return list({headers["webhook-id"]: body for headers, body in target.accepted()}.values())

    owner, *others = hubs
    expected = [f"event {number}" for number in range(30)]
    for number, hub in zip(range(10), hubs * 4):
        assert publish(hub, token, "kept.hook", expected[number]) == 202
    assert until(lambda: len(received()) == 10, 60)
    target.status = lambda headers, body: 503
    for number, hub in zip(range(10, 20), hubs * 4):
        assert publish(hub, token, "kept.hook", expected[number]) == 202
    assert until(lambda: any(code == 503 for code, _, _ in list(target.requests)), 60)
    owner.kill()
    for number, hub in zip(range(20, 29), others * 5):
        assert publish(hub, token, "kept.hook", expected[number]) == 202
    target.status = lambda headers, body: 204
    assert until(lambda: len(received()) >= 29, 180), received()
    restart(owner, token)
    assert until(lambda: webhooks(owner).get("kept", {}).get("state") == "standby", 60)
    assert publish(owner, token, "kept.hook", expected[29]) == 202
    assert until(lambda: len(received()) >= 30, 60), received()
    assert [json.loads(body)["data"] for body in received()] == expected
    ids = [headers["webhook-id"] for headers, _ in target.accepted()]
    assert len(ids) - len(set(ids)) <= 1, "the message that was being sent"


def test_killed_while_it_publishes(hubs, token, size):
    """What was answered is there, nothing is there twice, and each hub reads the same; also after hubs were restarted."""
    for kill in range(max(1, size("cluster-kills") // 5)):
        since = start(hubs[1], token)
        publishers = [Publisher(hub, token, f"kill{kill}-{hub.name}{i}") for hub in hubs[:2] for i in range(2)]
        for publisher in publishers:
            publisher.start()
        assert until(lambda: all(p.sure > 10 for p in publishers), 120)
        hubs[0].kill()
        time.sleep(0.5)
        for publisher in publishers:
            publisher.ended = True
            publisher.join()
            publisher.socket.close(0)
        restart(hubs[0], token)
        end = start(hubs[1], token)
        assert reaches(hubs[0], token, end)
        events = all_events(hubs[0], token, since)
        for publisher in publishers:
            kept = numbers(events, publisher.name_)
            assert kept == list(range(len(kept))) and len(kept) in (publisher.sure + 1, publisher.sure + 2)
        assert brief(all_events(hubs[1], token, since)) == brief(events)
    for hub in hubs[:2]:
        assert hub.run("restart").returncode == 0 or until(lambda: ready(hub, token), 180)
    assert until(lambda: ready(hubs[0], token) and ready(hubs[1], token), 180)
    assert brief(all_events(hubs[0], token, since)) == brief(events)
