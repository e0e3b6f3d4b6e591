"""The clients for Python and JavaScript, against the hub as shipped."""
import asyncio, base64, functools, glob, hashlib, http.server, json, os, re, shutil, subprocess, sys, textwrap, threading

import pytest
import zmq

from support.hub import ROOT
from support.link import Link
from support.waiting import until

MIB = 1 << 20
IN_A_CLUSTER = True
sys.path.insert(0, f"{ROOT}/clients/python/src")
import datahub_client
from datahub_client.partial import open_partial
from datahub_client.websocket import WebSocketHub
from datahub_client.zeromq import ZeroMqHub
from datahub_client import CursorExpired, Hub as Client, NotFound, PermissionDenied, PreconditionFailed, ValidationFailed


@pytest.fixture(scope="module")
def url(hub):
    return f"http://127.0.0.1:{hub.http}"


@pytest.fixture
def client(url, admin):
    with Client(url, token=admin) as client:
        yield client


def test_python_records(client, tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    record = client.upload(str(tmp_path / "a"), "py/ä 1%.txt", if_none_match=True)
    assert record.path == "py/ä 1%.txt" and record.size == 1
    with pytest.raises(PreconditionFailed):
        client.upload(str(tmp_path / "a"), "py/ä 1%.txt", if_none_match=True)
    client.write("py/sub/b", b"bb")
    assert [entry.path for entry in client.list("py", recursive=True)] == ["py/sub/", "py/sub/b", "py/ä 1%.txt"]
    client.move("py/sub/b", "py/c")
    assert client.read("py/c") == b"bb"
    assert client.download("py/c", str(tmp_path / "c")).size == 2 and (tmp_path / "c").read_bytes() == b"bb"
    client.delete("py", recursive=True)
    with pytest.raises(NotFound):
        client.read("py/c")


def test_python_refusals(hub, url, client):
    token = hub.add_users(few='<allow read="few/"/>')["few"]
    with Client(url, token=token) as few, pytest.raises(PermissionDenied):
        few.write("few/x", b"x")
    with pytest.raises(ValidationFailed) as refused:
        client.write("broker_users.xml", b"<broken")
    assert refused.value.violations[0].validator == "users"
    with pytest.raises(CursorExpired) as expired:
        client.changes("nonsense-1")
    assert expired.value.oldest


def test_python_upload_and_download_continue(new_hub, tmp_path):
    """After the client was killed, and while the hub is."""
    hub = new_hub().start()
    (tmp_path / "big").write_bytes(os.urandom(96 * MIB))
    script = textwrap.dedent(f"""
        import sys; sys.path.insert(0, {f"{ROOT}/clients/python/src"!r})
        from datahub_client import Hub
        hub = Hub("http://127.0.0.1:{hub.http}", token_file="{hub.home}/admin.token")
        hub.upload("{tmp_path}/big", "big", state_file="{tmp_path}/state")
        """)

    def arrived():
        folder = f"{hub.home}/state/uploads"
        return max((entry.stat().st_size for entry in os.scandir(folder) if entry.is_file()), default=0) if os.path.isdir(folder) else 0
    first = subprocess.Popen([sys.executable, "-c", script])
    assert until(lambda: arrived() > 0 and (tmp_path / "state").exists(), 60)
    first.kill()
    first.wait()
    assert (tmp_path / "state").exists()
    second = subprocess.Popen([sys.executable, "-c", script])
    hub.kill()
    hub.start()
    assert second.wait(120) == 0 and not (tmp_path / "state").exists()
    with Client(f"http://127.0.0.1:{hub.http}", token=hub.token()) as client:
        client.download("big", str(tmp_path / "back"))
        assert (tmp_path / "back").read_bytes() == (tmp_path / "big").read_bytes()
        # The beginning of this version is there already.
        part = tmp_path / ".again.datahub-part"
        part.write_bytes((tmp_path / "big").read_bytes()[:50 * MIB])
        (tmp_path / ".again.datahub-part.etag").write_text(hub.curl(hub.token(), "/files/big", "-I")[1]["etag"])
        client.download("big", str(tmp_path / "again"))
        assert (tmp_path / "again").read_bytes() == (tmp_path / "big").read_bytes() and not part.exists()


def test_python_watch_gives_each_change_once(new_hub, tmp_path):
    hub = new_hub().start()
    writer = Client(f"http://127.0.0.1:{hub.http}", token=hub.token(), attempts=10)
    watcher = Client(f"http://127.0.0.1:{hub.http}", token=hub.token())
    cursor, seen = str(tmp_path / "cursor"), []

    def follow(count):
        for change in watcher.watch("seen/", cursor_file=cursor, wait=2):
            seen.append(change.path)
            if len(seen) == count:
                return
    thread = threading.Thread(target=follow, args=(4,), daemon=True)
    thread.start()
    assert until(lambda: os.path.exists(cursor))
    writer.write("seen/1", b"")
    writer.write("other/1", b"")
    assert until(lambda: len(seen) == 1)
    hub.kill()
    hub.start()
    for i in range(2, 5):
        writer.write(f"seen/{i}", b"")
    thread.join(60)
    # What was given but not handled to the end is given again.
    writer.write("seen/5", b"")
    follow(6)
    assert seen == ["seen/1", "seen/2", "seen/3", "seen/4", "seen/4", "seen/5"]


def test_python_events(client, url, admin):
    received = []
    listener = Client(url, token=admin)

    def listen():
        for event in listener.subscribe("py."):
            received.append((event.topic, event.payload))
            if len(received) > 50:
                return
    threading.Thread(target=listen, daemon=True).start()

    def published():
        client.publish("py.bytes", b"\x00\xff")
        client.publish("py.text", "grün")
        return {("py.bytes", b"\x00\xff"), ("py.text", "grün".encode())} <= set(received)
    assert until(published, 30)


def test_python_over_zeromq(hub, url, client, admin, tmp_path):
    """History and live events without a gap, also over a lost connection; refusals; both mechanisms."""
    link, start, received = Link(hub.zmq), client.changes("0", "nowhere/")[1], []
    url_of_link = f"tcp://127.0.0.1:{link.port}"
    client.write("zmq/before", b"1")

    def collect():
        with ZeroMqHub(url_of_link, "admin", admin) as listener:
            for event in listener.subscribe("file.created/zmq/", "zmq.", since=start):
                received.append(event)
                if event.topic == "zmq.end":
                    return
    collector = threading.Thread(target=collect, daemon=True)
    collector.start()
    with ZeroMqHub(f"tcp://127.0.0.1:{hub.zmq}", "admin", admin) as events:
        # Another hub of a cluster may have stored it.
        assert until(lambda: [event.topic for event in events.history("file.created/zmq/", since=start)[0]] == ["file.created/zmq/before"], 10)
        assert events.history("file.created/zmq/", since=events.history("file.created/zmq/", since=start)[1])[0] == []
        with pytest.raises(CursorExpired):
            events.history(since="nonsense-1")

        def plain():
            events.publish("zmq.plain", "grün")
            return any((event.topic, event.text, event.cursor) == ("zmq.plain", "grün", "") for event in received)
        assert until(plain, 30)
        client.write("zmq/live", b"2")
        assert until(lambda: any(event.topic == "file.created/zmq/live" for event in received), 30)
        link.stall()
        link.disconnect()
        client.write("zmq/missed", b"3")
        link.resume()
        assert until(lambda: any(event.topic == "file.created/zmq/missed" for event in received), 30)
        assert until(lambda: events.publish("zmq.end") or not collector.is_alive(), 30)
    link.end()
    files = [event.topic.rsplit("/", 1)[1] for event in received if event.cursor]
    assert files == ["before", "live", "missed"], "each once"

    element = hub.run("curve-key", f"{tmp_path}/key").stdout.splitlines()[-1]
    secret = (tmp_path / "key").read_text()
    token = hub.add_users(keys='<allow publish="keys."/>' + element)["keys"]
    assert until(lambda: hub.curl(token, "/whoami")[0] == 200, 10)
    with open(f"{hub.home}/state/curve.pub") as file, ZeroMqHub(f"tcp://127.0.0.1:{hub.zmq}", server_key=file.read().strip(), secret_key=secret,
                                                               public_key=zmq.curve_public(secret.encode()).decode()) as keys:
        keys.publish("keys.x")
        with pytest.raises(PermissionDenied):
            keys.publish("zmq.x")


def test_python_over_websocket(hub, client):
    """History and live events without a gap, over a lost connection and a token that is renewed; refusals."""
    token = hub.add_users(ws='<allow read="ws/" publish="ws." subscribe="ws."/>')["ws"]
    link, start, received = Link(hub.http), client.changes("0", "nowhere/")[1], []
    through = Client(f"http://127.0.0.1:{link.port}", token=token)
    client.write("ws/before", b"1")

    def names():
        return [event.topic.rsplit("/", 1)[1] for event in received if event.cursor]

    async def collect(events):
        async for event in events.subscribe("file.created/ws/", "ws.", since=start):
            received.append(event)
            if event.topic == "ws.end":
                return

    async def arrives(condition):
        assert await asyncio.to_thread(until, condition, 30)

    async def run():
        async with WebSocketHub(through) as events, WebSocketHub(Client(f"http://127.0.0.1:{hub.http}", token="dh_wrong")) as stranger:
            collector = asyncio.create_task(collect(events))
            await arrives(lambda: names() == ["before"])
            await events.publish("ws.text", "grün")
            await events.publish("ws.bytes", b"\x00\xff")
            await arrives(lambda: [event.payload for event in received if not event.cursor] == ["grün".encode(), b"\x00\xff"])
            link.stall()
            link.disconnect()
            client.write("ws/missed", b"2")
            link.resume()
            await arrives(lambda: "missed" in names())
            await asyncio.to_thread(through.renew_token)
            client.write("ws/renewed", b"3")
            await arrives(lambda: "renewed" in names())
            for topic, refused in (("other.x", PermissionDenied), ("ws.x", datahub_client.AuthenticationError)):
                with pytest.raises(refused):
                    await (events if topic == "other.x" else stranger).publish(topic)
            with pytest.raises(CursorExpired):
                await events.subscribe("ws.", since="nonsense-1").__anext__()
            while not collector.done():
                await events.publish("ws.end")
                await asyncio.wait([collector], timeout=1)
    asyncio.run(asyncio.wait_for(run(), 120))
    link.end()
    assert names() == ["before", "missed", "renewed"], "each once"


def test_python_renews_its_token(hub, url, tmp_path):
    token_file = tmp_path / "token"
    token_file.write_text(hub.add_users(renewing='<allow read="x/"/>')["renewing"])
    old = token_file.read_text()
    with Client(url, token_file=str(token_file)) as client:
        new = client.renew_token(label="second")
        assert client.whoami()["label"] == "second"
    assert token_file.read_text().strip() == new and os.stat(token_file).st_mode & 0o77 == 0
    assert until(lambda: hub.curl(old, "/whoami")[0] == 401)


@pytest.fixture
def scripted():
    """A server that gives the answers it was told: status, headers, body; which requests it got."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            size = len(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            server.received.append(f"{self.command} {size} {self.headers.get('Upload-Offset', '')}".rstrip())
            status, headers, body = server.answers.pop(0)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = "Content-Length" in headers

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.answers, server.received, server.url = [], [], f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


CREATED = (201, {"Location": "/uploads/1"}, b"")
STORED = (204, {"Content-Location": "/files/x", "ETag": '"1"'}, b"")
SIZE = 9 * MIB


def located(offset):
    return 200, {"Upload-Offset": str(offset)}, b""


def test_python_takes_nothing_for_success_that_is_not(scripted, tmp_path):
    client = Client(scripted.url, attempts=1)
    scripted.answers = [(301, {"Location": "https://hub.example/"}, b"")]
    with pytest.raises(datahub_client.HubError):
        client.delete("x")
    (tmp_path / "big").write_bytes(bytes(SIZE))
    scripted.answers, scripted.received[:] = [CREATED, (503, {}, b""), located(SIZE), STORED], []
    assert client.upload(str(tmp_path / "big"), "x").etag == '"1"'
    assert scripted.received == ["POST 0", f"PATCH {SIZE} 0", "HEAD 0", f"PATCH 0 {SIZE}"]
    # A refusal that isn't final lets another run continue, on the same conditions only.
    state = str(tmp_path / "state")
    scripted.answers, scripted.received[:] = [CREATED, (401, {}, b""), located(MIB), (401, {}, b""), CREATED, STORED], []
    for conditions in ({}, {}):
        with pytest.raises(datahub_client.HubError):
            client.upload(str(tmp_path / "big"), "x", state_file=state, **conditions)
    client.upload(str(tmp_path / "big"), "x", state_file=state, if_none_match=True)
    assert scripted.received == ["POST 0", f"PATCH {SIZE} 0", "HEAD 0", f"PATCH {SIZE - MIB} {MIB}", "POST 0", f"PATCH {SIZE} 0"]


def test_python_deletes_what_a_lost_answer_has_deleted(scripted):
    scripted.answers = [(503, {"Retry-After": "0"}, b""), (404, {}, b""), (404, {}, b""), (404, {}, b"")]
    Client(scripted.url, attempts=2).delete("x")
    with pytest.raises(NotFound):
        Client(scripted.url, attempts=2).delete("x")


def test_python_stores_again_what_was_replaced(scripted, tmp_path):
    (tmp_path / "big").write_bytes(bytes(SIZE))
    client, state = Client(scripted.url, attempts=1), str(tmp_path / "state")
    complete = 200, {**STORED[1], "Upload-Offset": str(SIZE)}, b""
    scripted.answers = [CREATED, (401, {}, b""), complete, (200, {"ETag": '"2"'}, b""), CREATED, STORED]
    with pytest.raises(datahub_client.AuthenticationError):
        client.upload(str(tmp_path / "big"), "x", state_file=state)
    client.upload(str(tmp_path / "big"), "x", state_file=state)
    assert not scripted.answers


def test_python_downloads_follow_no_link_and_leave_each_other_alone(scripted, tmp_path):
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / ".back.datahub-part").symlink_to(tmp_path / "precious")
    (tmp_path / ".back.datahub-part.etag").symlink_to(tmp_path / "precious")
    scripted.answers = [(200, {"ETag": '"1"'}, b"new"), (200, {"ETag": '"1"'}, b"newer")]
    client, target = Client(scripted.url, attempts=1), str(tmp_path / "back")
    client.download("x", target)
    assert (tmp_path / "precious").read_bytes() == b"precious" and sorted(os.listdir(tmp_path)) == ["back", "precious"]
    with open_partial(target) as first:
        client.download("x", target)
        assert (tmp_path / "back").read_bytes() == b"newer" and os.path.exists(first.name)
    with pytest.raises(ValueError):
        client.download("x", first.name)


def test_python_watch_goes_on_after_an_answer_that_was_cut(scripted):
    line = json.dumps({"type": "io.datahub.file.created", "subject": "x", "id": "a-1", "data": {}}).encode() + b"\n"
    scripted.answers = [(200, {"Content-Length": "1000", "Datahub-Cursor": "a-1"}, line), (200, {"Datahub-Cursor": "a-1"}, line)]
    assert next(Client(scripted.url, attempts=1).watch(since="0")).path == "x"
    assert len(scripted.received) == 2


CUT = 200, {"Content-Length": "1000"}, b'{"user":'
X = {"Repr-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(b'x').digest()).decode()}:", "ETag": '"1"'}


def test_python_repeats_what_was_cut(scripted):
    client = Client(scripted.url, attempts=2)
    scripted.answers = [CUT, (200, {}, b'{"user":"ann"}'), CUT, (200, {}, b"bytes"), CUT, CUT]
    assert client.whoami()["user"] == "ann" and client.read("x") == b"bytes"
    with pytest.raises(datahub_client.HubUnreachable):
        client.whoami()
    # What was stored before the answer was lost stands in the way of the repetition.
    for refusal in (412, 403):
        scripted.answers = [CUT, (refusal, {}, b""), (200, X, b"")]
        assert client.write("x", b"x", if_none_match=True).etag == '"1"'
        scripted.answers = [CUT, (refusal, {}, b""), (200, X, b"")]
        with pytest.raises(datahub_client.HubError):
            client.write("x", b"other", if_none_match=True)
    with pytest.raises(datahub_client.PreconditionFailed):
        scripted.answers = [(412, {}, b"")]
        client.write("x", b"x", if_none_match=True)


def test_python_publishes_once_whatever_a_proxy_says(scripted):
    scripted.answers = [(502, {}, b""), (503, {"Retry-After": "0"}, b""), (202, {}, b"")]
    with pytest.raises(datahub_client.HubUnreachable):
        Client(scripted.url).publish("a")
    Client(scripted.url).publish("a")


def test_python_subscribes_again_after_a_stream_that_was_cut_in_a_character(scripted):
    event = 'data: {"type":"event","topic":"a","user":"","time":"t","data":"ü"}\n\n'.encode()
    scripted.answers = [(200, {"Content-Length": "1000"}, event[:event.index(b"\xbc")]), (200, {}, event)]
    assert next(Client(scripted.url, attempts=1).subscribe("a")).text == "ü"


def test_javascript_repeats_what_was_cut(scripted, tmp_path):
    scripted.answers = [CUT, (200, {}, b'{"user":"ann"}'), CUT, (412, {}, b""), (200, X, b""), CUT, (412, {}, b""), (200, X, b""),
                        (502, {}, b""), (503, {"Retry-After": "1"}, b""), (202, {}, b"")]
    (tmp_path / "test.mjs").write_text(f"""
import {{ Hub }} from '{ROOT}/clients/javascript/src/node.js'
const hub = new Hub(process.argv[2], {{ attempts: 2 }})
console.log((await hub.whoami()).user)
console.log((await hub.upload('x', 'x', {{ ifNoneMatch: true }})).etag)
await hub.upload('x', 'other', {{ ifNoneMatch: true }}).catch(e => console.log(e.status))
await hub.publish('a').catch(e => console.log(e.status))
await hub.publish('a')
""")
    out = subprocess.run(["node", f"{tmp_path}/test.mjs", scripted.url], capture_output=True, text=True, timeout=120)
    assert (out.returncode, out.stdout) == (0, 'ann\n"1"\n412\n502\n'), out.stderr
    assert not scripted.answers


def test_javascript_watch_goes_on_after_an_answer_that_was_cut(scripted, tmp_path):
    line = json.dumps({"type": "io.datahub.file.created", "subject": "x", "id": "a-1", "data": {}}).encode() + b"\n"
    scripted.answers = [(200, {"Content-Length": "1000", "Datahub-Cursor": "a-1"}, line), (200, {"Datahub-Cursor": "a-1"}, line)]
    (tmp_path / "test.mjs").write_text(f"""
import {{ Hub }} from '{ROOT}/clients/javascript/src/node.js'
for await (const change of new Hub(process.argv[2], {{ attempts: 1 }}).watch('', {{ since: '0' }})) {{
  console.log(change.path)
  break
}}
""")
    out = subprocess.run(["node", f"{tmp_path}/test.mjs", scripted.url], capture_output=True, text=True, timeout=120)
    assert (out.returncode, out.stdout) == (0, "x\n"), out.stderr


def test_javascript_takes_nothing_for_success_that_is_not(scripted, tmp_path):
    deleted = (503, {"Retry-After": "1"}, b""), (404, {}, b""), (404, {}, b""), (404, {}, b"")
    replaced = CREATED, (401, {}, b""), (200, {**STORED[1], "Upload-Offset": str(SIZE)}, b""), (200, {"ETag": '"2"'}, b""), CREATED, STORED
    scripted.answers = [CREATED, (503, {}, b""), located(SIZE), STORED, CREATED, (401, {}, b""), CREATED, STORED, *deleted, *replaced]
    (tmp_path / "test.mjs").write_text(f"""
import assert from 'node:assert/strict'
import {{ Hub }} from '{ROOT}/clients/javascript/src/node.js'
const hub = new Hub(process.argv[2], {{ attempts: 1 }})
assert.equal((await hub.upload('x', new Uint8Array({SIZE}))).etag, '"1"')
// Other bytes of the same size.
await assert.rejects(hub.upload('x', new Uint8Array({SIZE}).fill(1)))
await hub.upload('x', new Uint8Array({SIZE}).fill(2))
// The answer to the first attempt may have been lost.
await new Hub(process.argv[2], {{ attempts: 2 }}).delete('x')
await assert.rejects(hub.delete('x'), e => e.status === 404)
// Stored by an earlier process, and replaced since.
await assert.rejects(hub.upload('x', new Uint8Array({SIZE}), {{ key: '1' }}))
await hub.upload('x', new Uint8Array({SIZE}), {{ key: '1' }})
""")
    out = subprocess.run(["node", f"{tmp_path}/test.mjs", scripted.url], capture_output=True, text=True, timeout=120)
    assert out.returncode == 0, out.stderr
    assert scripted.received[:8] == ["POST 0", f"PATCH {SIZE} 0", "HEAD 0", f"PATCH 0 {SIZE}"] + ["POST 0", f"PATCH {SIZE} 0"] * 2
    assert not scripted.answers


JAVASCRIPT = """
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile, readFile } from 'node:fs/promises'
import { FileStore, Hub, HubError, downloadFile, uploadFile } from '%(root)s/clients/javascript/src/node.js'

const work = process.argv[2]
const url = process.argv[3]
const hub = new Hub(url, { token: process.env.TOKEN, store: new FileStore(work + '/store') })

await hub.upload('js/ä 1%%.txt', 'one', { ifNoneMatch: true })
await assert.rejects(hub.upload('js/ä 1%%.txt', 'one', { ifNoneMatch: true }), e => e instanceof HubError && e.status === 412)
const content = randomBytes(40 * 1024 * 1024)
await writeFile(work + '/big', content)
const sent = []
await uploadFile(hub, work + '/big', 'js/big', { onProgress: n => sent.push(n) })
assert.equal(sent.at(-1), content.length)
// An upload that another process has begun is continued.
let interrupted = new AbortController()
await assert.rejects(uploadFile(hub, work + '/big', 'js/again', { signal: interrupted.signal, onProgress: () => interrupted.abort() }))
const rest = []
await uploadFile(new Hub(url, { token: process.env.TOKEN, store: new FileStore(work + '/store') }), work + '/big', 'js/again', { onProgress: n => rest.push(n) })
assert.ok(rest[0] > 16 * 1024 * 1024, String(rest))
await downloadFile(hub, 'js/again', work + '/back')
assert.ok(content.equals(await readFile(work + '/back')))
const paths = []
for await (const entry of hub.list('js', { recursive: true })) paths.push(entry.path)
assert.deepEqual(paths, ['js/again', 'js/big', 'js/ä 1%%.txt'])
await hub.move('js/ä 1%%.txt', 'js/moved')
assert.equal(new TextDecoder().decode((await hub.download('js/moved')).bytes), 'one')

const kinds = []
for await (const change of hub.watch('js/', { name: 'test', since: '0' })) {
  kinds.push(`${change.kind} ${change.path}`)
  if (change.path === 'js/moved') break
}
assert.deepEqual(kinds, ['created js/ä 1%%.txt', 'created js/big', 'created js/again', 'created js/moved'])
for await (const change of hub.watch('js/', { name: 'test' })) {
  assert.equal(change.path, 'js/moved') // wasn't handled to the end
  break
}
await assert.rejects(hub.changes('nonsense-1'), e => e.status === 410 && e.oldest !== undefined)

const stop = new AbortController()
const events = []
let opened
const open = new Promise(resolve => { opened = resolve })
const listening = (async () => {
  for await (const event of hub.subscribe(['js.'], { signal: stop.signal, onOpen: opened })) {
    events.push(event)
    if (events.length === 2) stop.abort()
  }
})()
await open
await hub.publish('js.bytes', new Uint8Array([0, 255]))
await hub.publish('js.text', 'grün')
await listening
assert.deepEqual([...events[0].payload], [0, 255])
assert.equal(events[1].text, 'grün')

let saved
const before = (await hub.whoami()).id
await hub.renewToken({ label: 'renewed', save: token => { saved = token } })
assert.equal((await hub.whoami()).label, 'renewed')
assert.notEqual((await hub.whoami()).id, before)
assert.equal((await new Hub(url, { token: saved }).whoami()).user, 'js')
"""


def test_javascript(hub, url, tmp_path):
    token = hub.add_users(js='<allow read="js/" write="js/" publish="js." subscribe="js."/>')["js"]
    (tmp_path / "test.mjs").write_text(JAVASCRIPT % {"root": ROOT})
    out = subprocess.run(["node", f"{tmp_path}/test.mjs", str(tmp_path), url], env=os.environ | {"TOKEN": token}, capture_output=True, text=True, timeout=120)
    assert out.returncode == 0, out.stderr


JAVASCRIPT_WEBSOCKET = """
import assert from 'node:assert/strict'
import readline from 'node:readline'
import { createRequire } from 'node:module'
import { Hub } from '%(root)s/clients/javascript/src/index.js'
import { WebSocketHub } from '%(root)s/clients/javascript/src/websocket.js'

const [direct, link, since, which] = process.argv.slice(2)
const { WebSocket } = which === 'ws' ? createRequire('%(root)s/.ci/clients/')('ws') : globalThis
let token = process.env.TOKEN
const hub = new Hub(direct, { token })
const events = new WebSocketHub(link, { token: () => token, WebSocket })
const told = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()

await assert.rejects(events.publish('other.x'), e => e.status === 403)
await assert.rejects(new WebSocketHub(direct, { token: 'dh_wrong', WebSocket }).publish('ws.x'), e => e.status === 401)
await assert.rejects(new WebSocketHub('http://127.0.0.1:9', { WebSocket }).publish('ws.x'), e => e.isUnreachable)
await assert.rejects(events.subscribe(['js.'], { since: 'nonsense-1' }).next(), e => e.status === 410)

const stop = new AbortController()
let opened = 0
for await (const event of events.subscribe(['file.created/js/', 'js.'], { since, signal: stop.signal, onOpen: () => opened++ })) {
  const name = event.topic.replace('file.created/js/', '')
  console.log(name, event.cursor ? 'kept' : event.text ?? [...event.payload])
  if (name === 'before') await events.publish('js.text', 'grün')
  else if (name === 'js.text') await events.publish('js.bytes', new Uint8Array([0, 255]))
  else if (name === 'js.bytes') assert.equal((await told.next()).value, 'lost')
  else if (name === 'missed') {
    assert.equal((await told.next()).value, 'renew')
    await hub.renewToken({ save: renewed => { token = renewed; console.log('renewed', 'token') } })
  } else if (name === 'renewed') stop.abort()
}
assert.ok(opened >= 3, String(opened))
await events.close()
process.exit(0)
"""


@pytest.mark.parametrize("node, websocket", [("node", "ws"), (f"{ROOT}/.ci/clients/node_modules/node/bin/node", "built in")], ids=["ws", "built-in"])
def test_javascript_over_websocket(hub, url, client, tmp_path, node, websocket):
    """With the package ws, and with what Node has of its own from version 22."""
    token = hub.add_users(js='<allow read="js/" publish="js." subscribe="js."/>')["js"]
    link, start = Link(hub.http), client.changes("0", "nowhere/")[1]
    client.write("js/before", b"1")
    (tmp_path / "test.mjs").write_text(JAVASCRIPT_WEBSOCKET % {"root": ROOT})
    process = subprocess.Popen([node, f"{tmp_path}/test.mjs", url, f"http://127.0.0.1:{link.port}", start, websocket], env=os.environ | {"TOKEN": token},
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith("js.bytes"):
                link.stall()
                link.disconnect()
                client.write("js/missed", b"2")
                link.resume()
                print("lost", file=process.stdin, flush=True)
            elif line.startswith("missed"):
                connections = set(link.open)
                print("renew", file=process.stdin, flush=True)
            elif line.startswith("renewed token"):
                assert until(lambda: not connections & link.open, 30), "those of the former token are closed"
                client.write("js/renewed", b"3")
        assert process.wait(60) == 0, process.stderr.read()
    finally:
        process.kill()
        link.end()
        client.delete("js", recursive=True)
    assert lines == ["before kept", "js.text grün", "js.bytes [ 0, 255 ]", "missed kept", "renewed token", "renewed kept"]


def test_javascript_in_a_page(new_hub):
    """Chromium, with a page of an origin that the hub lists."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=f"{ROOT}/clients/javascript")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        origin, hub = f"http://127.0.0.1:{server.server_address[1]}", new_hub().start()
        token = hub.add_users(page='<allow read="page/" write="page/" publish="build." subscribe="build."/>')["page"]
        for name in ("jetty", "websocket"):
            with open(f"{hub.home}/etc/io.datahub.{name}.cfg", "a") as file:
                file.write(f"\norigins = {origin}\n")
        assert until(lambda: hub.curl(token, "/whoami", "-H", f"Origin: {origin}")[1].get("access-control-allow-origin") == origin, 30)
        done("node", f"{ROOT}/.ci/clients/client-in-page.mjs", origin, f"http://127.0.0.1:{hub.http}", cwd=ROOT, TOKEN=token)
        server.shutdown()


def done(*words, cwd, **env):
    out = subprocess.run(words, cwd=cwd, env=os.environ | env, capture_output=True, text=True, timeout=300)
    assert out.returncode == 0, out.stdout + out.stderr
    return out.stdout


TYPED_PYTHON = """
from typing import List
from datahub_client import Change, Hub, Record
from datahub_client.websocket import WebSocketHub

def names(hub: Hub) -> List[str]:
    stored: Record = hub.upload("file", "path", if_none_match=True)
    changes, cursor = hub.changes("0", "a/")
    first: Change = next(hub.watch("a/", cursor_file="cursor"))
    return [stored.etag, cursor, first.kind, *(entry.path for entry in hub.list("a")), *(event.text for event in hub.subscribe("a."))]

async def cursors(hub: Hub) -> List[str]:
    async with WebSocketHub(hub, timeout=1) as events:
        await events.publish("topic", b"payload")
        return [event.cursor async for event in events.subscribe("a.", since="0")]
"""

TYPED_JAVASCRIPT = """
import { Hub, HubError, FileStore, downloadFile, uploadFile, type Change } from 'datahub-client/node'
import { Hub as InBrowsers } from 'datahub-client'
import { WebSocketHub } from 'datahub-client/websocket'

const hub: InBrowsers = new Hub('http://127.0.0.1:1', { token: async () => 'x', store: new FileStore('.'), attempts: 1 })
export async function use(): Promise<string[]> {
  const { sha256 } = await downloadFile(hub, 'a', 'b', { onProgress: n => n.toFixed() })
  const stored = await uploadFile(hub, 'a', 'b', { ifNoneMatch: true })
  const kinds: Change['kind'][] = []
  for await (const change of hub.watch('a/', { name: 'x' })) kinds.push(change.kind)
  return [sha256, stored.etag, ...kinds]
}
export async function cursors(WebSocket: typeof globalThis.WebSocket): Promise<string[]> {
  const events = new WebSocketHub('http://127.0.0.1:1', { token: 'x', WebSocket, timeout: 1 })
  await events.publish('topic', new Uint8Array(1))
  const found: string[] = []
  for await (const event of events.subscribe(['a.'], { since: '0' })) found.push(event.cursor)
  return found
}
hub.whoami().catch((e: unknown) => console.log(e instanceof HubError && e.isUnreachable))
"""


def test_python_package(url, admin, tmp_path):
    """The wheel and the source archive, used as they are installed; the API and the examples fit the types."""
    shutil.copytree(f"{ROOT}/clients/python", tmp_path / "source")
    done("/usr/bin/python3", "-c", "from setuptools import build_meta as b; b.build_sdist('..'); b.build_wheel('..')", cwd=tmp_path / "source")
    [wheel], [archive] = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    shutil.unpack_archive(wheel, tmp_path / "wheel", "zip")
    shutil.unpack_archive(archive, tmp_path / "archive")
    (tmp_path / "use.py").write_text(TYPED_PYTHON)
    where = {"PYTHONPATH": f"{tmp_path}/wheel", "MYPYPATH": f"{tmp_path}/wheel"}
    done("mypy", "--strict", f"{tmp_path}/wheel/datahub_client", "use.py", cwd=tmp_path, **where)
    done("mypy", *glob.glob(f"{ROOT}/clients/python/examples/*.py"), "--scripts-are-modules", cwd=tmp_path, **where)
    (tmp_path / "token").write_text(admin)
    done("/usr/bin/python3", f"{ROOT}/clients/python/examples/publish_build.py", "token", "python", cwd=tmp_path, DATAHUB_URL=url, DATAHUB_TOKEN_FILE="token", **where)
    [unpacked] = (tmp_path / "archive").iterdir()
    assert {"pyproject.toml", "README.md"} <= set(os.listdir(unpacked)) and (unpacked / "src" / "datahub_client" / "py.typed").exists()


def test_javascript_package(tmp_path):
    """As npm packs it, unpacked where Node and TypeScript look for it."""
    [packed] = json.loads(done("npm", "pack", "--json", f"{ROOT}/clients/javascript", cwd=tmp_path))
    shutil.unpack_archive(tmp_path / packed["filename"], tmp_path)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "package").rename(tmp_path / "node_modules" / "datahub-client")
    (tmp_path / "node_modules" / "@types").symlink_to(f"{ROOT}/.ci/clients/node_modules/@types")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "use.ts").write_text(TYPED_JAVASCRIPT)
    done("node", f"{ROOT}/.ci/clients/node_modules/typescript/bin/tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--types", "node", "use.ts", cwd=tmp_path)
    assert done("node", "use.js", cwd=tmp_path) == "true\n"


JAVA = """
import io.datahub.client.record.*;
import java.net.URI;
import java.nio.file.*;
import java.util.*;

class Records {
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[1]);
        RecordClient hub = RecordClient.of(URI.create(args[0]), Files.readString(folder.resolve("token")));
        StoredRecord stored = hub.upload(folder.resolve("big"), "java/ä 1%.bin", Condition.ABSENT, folder.resolve("memory"));
        System.out.println("stored " + stored.size() + " " + hub.find("java/ä 1%.bin").equals(Optional.of(stored)));
        hub.download("java/ä 1%.bin", folder.resolve("back"));
        try {
            RecordClient.of(URI.create(args[0]), args[2]).write("broker_users.xml", "no XML".getBytes(), Condition.PRESENT);
        } catch (RequestRefusedException e) {
            System.out.println("refused " + e.status() + " by " + e.violations().get(0).validator());
        }
        try {
            hub.write("java/ä 1%.bin", new byte[0], Condition.ABSENT);
        } catch (RequestRefusedException e) {
            System.out.println("refused " + e.status());
        }
        String begin = hub.changes("0", "nowhere/", java.time.Duration.ZERO).next();
        Files.writeString(folder.resolve("cursor"), begin);
        hub.write("java/small", new byte[] {1}, Condition.NONE);
        hub.move("java/small", "java/renamed", false);
        hub.delete("java/renamed", Condition.matches(hub.find("java/renamed").get().etag()));
        hub.write("java/small", "last".getBytes(), Condition.NONE);
        System.out.println("read " + new String(hub.read("java/small")));
        hub.list("java").forEach(entry -> System.out.println("listed " + entry.path() + " " + entry.size()));
        List<String> kinds = new ArrayList<>();
        hub.watch("java/", folder.resolve("cursor"), change -> {
            kinds.add(change.kind() + " " + change.path());
            return kinds.size() < 5;
        });
        System.out.println(kinds);
        hub.renewToken(token -> System.out.println("renewed " + token.startsWith("dh_")));
        System.out.println("found " + hub.find("java/none").isPresent());
    }
}
"""


def java(source, *arguments):
    """The command for a program that is run from its source, with nothing but the library and Jackson's parser."""
    jars = [f"{ROOT}/bundles/client/target/classes", *glob.glob(f"{ROOT}/karaf-assembly/target/assembly/system/com/fasterxml/jackson/core/jackson-core/*/*.jar")]
    assert len(jars) == 2
    return ["java", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp", ":".join(jars), str(source), *map(str, arguments)]


JAVA_UPLOAD = """
import io.datahub.client.record.*;
import java.net.URI;
import java.nio.file.*;

class Upload {
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[1]);
        RecordClient hub = RecordClient.of(URI.create(args[0]), args[2]);
        System.out.println(hub.upload(folder.resolve("big"), "killed/big", Condition.ABSENT, folder.resolve("memory")).size());
    }
}
"""


def test_java_upload_goes_on_after_a_kill(hub, url, admin, tmp_path):
    (tmp_path / "Upload.java").write_text(JAVA_UPLOAD)
    (tmp_path / "big").write_bytes(os.urandom(48 * MIB))
    memory, link = tmp_path / "memory", Link(hub.http)
    link.delay = 0.01
    upload = subprocess.Popen(java(tmp_path / "Upload.java", f"http://127.0.0.1:{link.port}", tmp_path, admin))
    assert until(memory.exists, 60)
    location = re.search(r"/uploads/[\w.-]+", memory.read_text())[0]

    def offset():
        """What the hub has of it; to ask takes the upload over, so not before the program is stopped."""
        return int(hub.curl(admin, location, "-I", "-H", "Tus-Resumable: 1.0.0")[1]["upload-offset"])
    assert until(lambda: link.passed > 4 * MIB, 60)
    upload.kill()
    upload.wait()
    link.end()
    assert until(offset, 30) < 48 * MIB
    again = subprocess.run(java(tmp_path / "Upload.java", url, tmp_path, admin), capture_output=True, text=True, timeout=120)
    assert (again.returncode, again.stdout) == (0, f"{48 * MIB}\n"), again.stderr
    # It is that upload that has stored the record.
    assert hub.curl(admin, location, "-I", "-H", "Tus-Resumable: 1.0.0")[1]["content-location"] == "/files/killed/big"
    assert not memory.exists() and hub.curl(admin, "/files/killed/big")[2] == (tmp_path / "big").read_bytes()


def test_java_records(hub, url, admin, tmp_path):
    (tmp_path / "Records.java").write_text(JAVA, encoding="utf-8")
    (tmp_path / "big").write_bytes(os.urandom(20 * MIB))
    (tmp_path / "token").write_text(hub.add_users(java='<allow read="java/" write="java/"/>')["java"])
    run = subprocess.run(java(tmp_path / "Records.java", url, tmp_path, admin), capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.splitlines() == [
        f"stored {20 * MIB} true", "refused 422 by users", "refused 412", "read last", "listed java/small 4", f"listed java/ä 1%.bin {20 * MIB}",
        "[created java/small, created java/renamed, deleted java/small, deleted java/renamed, created java/small]", "renewed true", "found false"]
    assert (tmp_path / "back").read_bytes() == (tmp_path / "big").read_bytes()
    assert not (tmp_path / "memory").exists()
