"""WebSocket, event streams and CloudEvents, with node, the npm packages of .ci/clients, curl and Debian's python3-websockets."""
import asyncio, base64, json, os, re, resource, subprocess, threading, time

import pytest
import websockets

from support.clients import WebSocketSubscriber
from support.hub import ROOT, new_token

GRANTS = '<allow subscribe="build." publish="build."/><allow read="a/"/>'


@pytest.fixture(scope="module")
def users(hub):
    """The users file's content for `Hub.put_users`; the users are in force."""
    users = {name: (new_token(), GRANTS) for name in ("ann", "bob")}
    assert hub.put_users(users) == 200
    return users


def connection(hub, admin):
    return websockets.connect(f"ws://127.0.0.1:{hub.http}/events", extra_headers={"Authorization": f"Bearer {admin}"})


def test_npm_clients(hub, admin, users):
    """ws, undici and eventsource; .ci/clients/websocket.mjs prints a line of JSON for each thing it looks at."""
    out = subprocess.run(["node", f"{ROOT}/.ci/clients/websocket.mjs", str(hub.http)], env=dict(os.environ, TOKEN=admin),
                         capture_output=True, text=True, timeout=200)
    assert out.returncode == 0, out.stderr[-2000:]
    results = [json.loads(line) for line in out.stdout.splitlines()]
    failed = [result for result in results if not result["good"]]
    assert results and not failed


def test_cloud_events(hub, admin):
    """POST /events as in the HTTP binding of CloudEvents."""
    listener = WebSocketSubscriber(hub, admin, "ce.", "org.example.")
    attributes = ["-H", "ce-specversion: 1.0", "-H", "ce-id: 1", "-H", "ce-source: /ci", "-H", "ce-type: org.example.built"]
    event = '{"specversion":"1.0","id":"2","source":"/ci","type":"org.example.built","data":{"n":2}}'

    def post(path, media_type, body, *more):
        return hub.curl(admin, path, *more, "-H", f"Content-Type: {media_type}", "-d", body)[0]
    assert post("/events", "application/json", '{"n":1}', *attributes) == 202, "binary mode, with the type as topic"
    assert post("/events/ce.topic", "application/cloudevents+json", event) == 202, "structured mode"
    assert post("/events/ce.batch", "application/cloudevents-batch+json", f"[{event},{event}]") == 202, "a batch"
    assert post("/events/ce.x", "application/cloudevents+avro", "x") == 415, "an unknown format"
    assert post("/events/ce.x", "application/cloudevents+json", "{}") == 400, "no CloudEvent"
    assert listener.have("ce.batch", 2)
    assert listener.of("ce.topic") == [event.encode()] == listener.of("ce.batch")[:1]
    built = [json.loads(payload) for payload in listener.of("org.example.built")]
    assert [(e["id"], e["data"]) for e in built] == [("1", {"n": 1})]


def test_replay(hub, admin):
    """While files change without a pause, a client that reconnects receives every change once."""
    stop, stored = threading.Event(), []

    def store():
        n = 0
        while not stop.is_set():
            if hub.curl(admin, f"/files/a/{n}", "-X", "PUT", "-d", "x")[0] == 201:
                stored.append(f"file.created/a/{n}")
            n += 1

    async def receive():
        received, cursor = [], "0"
        for _ in range(8):
            async with connection(hub, admin) as ws:
                await ws.recv()
                await ws.send(json.dumps({"type": "subscribe", "topics": ["file.created/a/"], "since": cursor, "id": 1}))
                answer = json.loads(await ws.recv())
                assert answer["type"] == "ok", answer
                for _ in range(12):
                    event = json.loads(await asyncio.wait_for(ws.recv(), 20))
                    received.append(event["topic"])
                    cursor = json.loads(event["data"])["id"]
        return received

    writer = threading.Thread(target=store)
    writer.start()
    try:
        received = asyncio.run(receive())
    finally:
        stop.set()
        writer.join()
    assert len(received) == 96 and received == stored[:96]


def test_cursor_of_another_journal(hub, admin):
    async def subscribe():
        async with connection(hub, admin) as ws:
            await ws.recv()
            await ws.send(json.dumps({"type": "subscribe", "topics": ["file."], "since": "other-5", "id": 1}))
            return json.loads(await ws.recv())
    assert asyncio.run(subscribe()).get("status") == 410


@pytest.mark.single_hub
def test_idle_clients(hub, admin, size):
    """Many clients that only stay connected, from several addresses of this machine."""
    count = size("idle-clients")
    if not count:
        pytest.skip("only with --idle-clients or --long")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def resident():
        return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{hub.pid()}/status").read())[1])

    async def connect_all():
        clients, limit = [], asyncio.Semaphore(200)

        async def connect(n):
            async with limit:
                reader, writer = await asyncio.open_connection("127.0.0.1", hub.http, local_addr=(f"127.0.1.{1 + n // 5000}", 0))
                writer.write(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{hub.http}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                             f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nAuthorization: Bearer {admin}\r\n\r\n".encode())
                response = await reader.readuntil(b"\r\n\r\n")
                assert b" 101 " in response.splitlines()[0]
                while b"welcome" not in await reader.read(200):
                    pass
                clients.append(writer)
        before, began = resident(), time.monotonic()
        await asyncio.gather(*(connect(n) for n in range(count)))
        print(f"{count} clients in {time.monotonic() - began:.1f} s; {(resident() - before) / count:.1f} KiB each")
        for writer in clients:
            writer.close()
        return len(clients)
    assert asyncio.run(connect_all()) == count


@pytest.mark.single_hub
def test_close_codes(hub, admin, users):
    """1008 when the user is removed, 1001 when the hub stops."""
    ann, bob = (WebSocketSubscriber(hub, users[name][0], "build.") for name in ("ann", "bob"))
    assert hub.put_users({"bob": users["bob"]}) == 200
    assert ann.closed.wait(10) and ann.code == 1008
    assert not bob.closed.is_set(), "another user's connection stays"
    assert hub.run("stop").returncode == 0
    assert bob.closed.wait(10) and bob.code == 1001
    logs = "".join(open(f"{folder}/{name}", errors="replace").read() for folder, _, names in os.walk(f"{hub.home}/log") for name in names)
    assert logs and not any(token in logs for token in [admin, *(token for token, _ in users.values())]), "no token is in a log"
