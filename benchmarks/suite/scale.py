"""Many connections, subscriptions and records: what each costs in memory and processor time."""
import contextlib, json, os, resource, socket, struct, time, urllib.request

import zmq

from support.clients import plain_socket
from support.hub import Hub

from suite.records import Server, store
from suite.measuring import cpu, resident
from suite.websocket import connect

# The hub gives a transport two fifths of its file descriptors beyond 400. The clients here, a process with the same limit, need only one for each.
CONNECTIONS = 10_000
DESCRIPTORS = 400 + CONNECTIONS * 5 // 2 + 100


def descriptors():
    """Raises the limit of file descriptors, which the hub inherits, as far as it is allowed; returns how many connections of one transport that permits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in ((DESCRIPTORS, max(hard, DESCRIPTORS)), (min(DESCRIPTORS, hard), hard)):
        with contextlib.suppress(ValueError, OSError):
            if soft < DESCRIPTORS:
                resource.setrlimit(resource.RLIMIT_NOFILE, limit)
                break
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(CONNECTIONS, (soft - 500) * 2 // 5)


def zmtp(port, token, *prefixes):
    """A subscriber, without the memory of a libzmq socket."""
    s = socket.create_connection(("127.0.0.1", port), 20)
    s.sendall(b"\xff" + bytes(8) + b"\x7f\3\0PLAIN" + bytes(15 + 32))

    def exactly(n):
        data = b""
        while len(data) < n:
            part = s.recv(n - len(data))
            assert part, "closed"
            data += part
        return data

    def frame(flags, body):
        s.sendall(bytes([flags, len(body)]) + body if len(body) < 256 else struct.pack(">BQ", flags | 2, len(body)) + body)

    def short(text):
        return bytes([len(text)]) + text
    exactly(64)
    frame(4, b"\x05HELLO" + short(b"admin") + short(token.encode()))
    exactly(exactly(2)[1])
    frame(4, b"\x08INITIATE" + short(b"Socket-Type") + struct.pack(">I", 3) + b"SUB")
    exactly(exactly(2)[1])
    for prefix in prefixes:
        frame(0, b"\1" + prefix)
    return s


def http(port, token):
    s = socket.create_connection(("127.0.0.1", port), 20)
    for _ in range(2):
        s.sendall(f"GET /files/bench/1k HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        data = b""
        while len(data.partition(b"\r\n\r\n")[2]) < 1024:
            data += s.recv(65_536)
    return s


def request(hub, path):
    asked = urllib.request.Request(f"http://127.0.0.1:{hub.http}{path}", headers={"Authorization": f"Bearer {hub.token()}"})
    with urllib.request.urlopen(asked, timeout=600) as response:
        return response.headers, response.read()


def all_of_it(options):
    few = 50 if options.quick else 1
    most = descriptors()
    if most < CONNECTIONS:
        print(f"{most} connections instead of {CONNECTIONS}: `ulimit -n` would have to be {DESCRIPTORS}")
    hub = Hub(JAVA_MAX_MEM="1g")
    try:
        hub.start()
        token, pid = hub.token(), hub.pid()
        server = Server("hub", f"http://127.0.0.1:{hub.http}", pid, token)
        store([server], {"1k": 1024})
        kinds = {"ZeroMQ": lambda: zmtp(hub.zmq, token, b"bench."), "WebSocket": lambda: connect(hub.http, token), "HTTP": lambda: http(hub.http, token)}
        for kind, make in kinds.items():
            idle(hub, kind, {kind: make}, most // few)
        idle(hub, "all of them", kinds, 4_000 // few // len(kinds))
        subscriptions(hub, token, 100_000 // few)
    finally:
        hub.end()
    records(1_000_000 // few)


def idle(hub, name, kinds, count):
    """Connections of which one in a hundred receives an event each second, or asks."""
    before, began = resident(hub.pid()), time.monotonic()
    made = [make() for make in kinds.values() for _ in range(count)]
    took = time.monotonic() - began
    time.sleep(3)
    each = (resident(hub.pid()) - before) / len(made)
    with plain_socket(zmq.PUSH, "admin", hub.token()) as publisher:
        publisher.connect(f"tcp://127.0.0.1:{hub.zmq}")
        used = cpu(hub.pid())
        for _ in range(10):
            publisher.send_multipart([b"other", b"x"])
            time.sleep(0.5)
        used = cpu(hub.pid()) - used
    print(f"{len(made)} connections of {name}: made in {took:.1f} s, {each / 1024:.1f} KiB of resident memory each, {100 * used / 5:.1f} % of a core", flush=True)
    for s in made:
        s.close()
    time.sleep(2)


def subscriptions(hub, token, count):
    """One client with as many subscriptions; events that match one of them."""
    before = resident(hub.pid())
    s = zmtp(hub.zmq, token, *(f"bench.{i:06d}.".encode() for i in range(count)))
    s.settimeout(60)
    with plain_socket(zmq.PUSH, "admin", token) as publisher:
        publisher.connect(f"tcp://127.0.0.1:{hub.zmq}")
        time.sleep(3)
        used, received, sent = cpu(hub.pid()), 0, 2_000
        for i in range(sent):
            publisher.send_multipart([f"bench.{i * count // sent:06d}.x".encode(), b"payload"])
        while received < sent:
            received += s.recv(1 << 16).count(b"payload")
        used = cpu(hub.pid()) - used
    print(f"{count} subscriptions: {(resident(hub.pid()) - before) / count:.0f} bytes of resident memory each, {1e6 * used / sent:.0f} µs of CPU an event", flush=True)
    s.close()


def records(count):
    """So many records in one directory, there before a hub of its own starts; then pages of the listing and of the journal."""
    hub = Hub(JAVA_MAX_MEM="1g")
    try:
        hub.start()
        hub.run("stop")
        folder = f"{hub.home}/files/many"
        os.makedirs(folder)
        for i in range(count):
            with open(f"{folder}/{i:07d}", "w") as f:
                f.write(str(i))
        began = time.monotonic()
        hub.start()
        pid, token = hub.pid(), hub.token()
        while hub.metrics(token)["datahub_records"] < count:
            time.sleep(1)
        print(f"{count} records in one directory: indexed {time.monotonic() - began:.0f} s after the start, {1e6 * cpu(pid) / count:.0f} µs of CPU each, "
              f"{resident(pid) / 1e6:.0f} MB resident", flush=True)
        pages = min(count // 1_000, 100)
        for name, path, following in (("listing", "/files/many/?limit=1000&after=", lambda headers, body: json.loads(body)["next"]),
                                      ("journal", "/changes?limit=1000&since=", lambda headers, body: headers["Datahub-Cursor"])):
            for half in "first", "second":
                after, used, began = "0", cpu(pid), time.monotonic()
                for _ in range(pages):
                    after = following(*request(hub, path + after))
                print(f"a page of 1,000 of the {name}, {half} time: {1e3 * (cpu(pid) - used) / pages:.1f} ms of CPU, "
                      f"{1e3 * (time.monotonic() - began) / pages:.1f} ms", flush=True)
        print(f"{resident(pid) / 1e6:.0f} MB resident at the end", flush=True)
    finally:
        hub.end()
