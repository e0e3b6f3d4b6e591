"""What the most frequent operations cost: bytes allocated and system calls for each, compared with costs.txt. Neither depends on how fast
or how busy the machine is, so a change that makes an operation dearer shows in every run.

Needs strace, the permission to trace, and JDK 17, since other versions allocate otherwise."""
import asyncio, collections, itertools, os, re, signal, socket, subprocess, time

import pytest, websockets, zmq

from support.clients import plain_socket
from support.hub import jdk
from support.waiting import until

pytestmark = [pytest.mark.exclusive, pytest.mark.skipif(
    'version "17' not in subprocess.run([jdk("java"), "-version"], capture_output=True, text=True).stderr, reason="costs.txt is for JDK 17")]

COSTS = f"{os.path.dirname(__file__)}/costs.txt"
TOLERANCE = 1.25
WARM_UP, COUNT, TRACED = 200, 150, 70
ROUNDS = 3

# Of threads that wait and of memory, which depend on how threads are scheduled and when memory is freed.
SCHEDULING = {"clock_nanosleep", "epoll_pwait", "epoll_wait", "futex", "gettid", "madvise", "mmap", "mprotect", "munmap", "poll", "ppoll",
              "restart_syscall", "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield", "tgkill"}

# Every allocation counts, and none is optimized away or waits in a buffer of its thread.
JAVA_OPTS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xms768m -Xmn384m -XX:-UseTLAB"
YOUNG_BYTES = 300 << 20


class Http:
    """A connection that stays open; a request is sent with one call."""

    def __init__(self, hub, token):
        self.socket = socket.create_connection(("127.0.0.1", hub.http), 30)
        self.head = f"Host: localhost\r\nAuthorization: Bearer {token}\r\n"
        self.unread = b""

    def send(self, method, target, body=b"", headers=""):
        length = f"Content-Length: {len(body)}\r\n" if method == "PUT" else ""
        self.socket.sendall(f"{method} {target} HTTP/1.1\r\n{self.head}{headers}{length}\r\n".encode() + body)

    def read_until(self, end):
        while end not in self.unread:
            data = self.socket.recv(1 << 20)
            assert data, "closed"
            self.unread += data
        found, self.unread = self.unread.split(end, 1)
        return found

    def request(self, status, method, target, body=b"", headers=""):
        """The header of the response, which must have this status."""
        self.send(method, target, body, headers)
        head = self.read_until(b"\r\n\r\n")
        assert head.startswith(f"HTTP/1.1 {status} ".encode()), head
        length = re.search(rb"(?i)^content-length: *(\d+)", head, re.M)
        rest = int(length[1]) if length and status != 304 else 0
        while len(self.unread) < rest:
            self.unread += self.socket.recv(1 << 20)
        self.unread = self.unread[rest:]
        return head.decode()


class Events:
    """A publisher by ZeroMQ; each event is awaited at its receiver before the next one is published."""

    def __init__(self, hub, token):
        self.publisher = plain_socket(zmq.PUSH, "admin", token)
        self.publisher.connect(f"tcp://127.0.0.1:{hub.zmq}")

    def publish(self, topic, number):
        self.publisher.send_multipart([topic, b"%099d." % number])


@pytest.fixture(scope="module")
def hub(new_hub):
    return new_hub(JAVA_OPTS=JAVA_OPTS, JAVA_MAX_MEM="768m").start()


@pytest.fixture(scope="module")
def operations(hub):
    """What is measured, by name: functions of a number that is new each time."""
    token = hub.token()
    http = Http(hub, token)
    body = os.urandom(1 << 20)
    http.request(201, "PUT", "/files/cost/1k", body[:1024])
    http.request(201, "PUT", "/files/cost/1m", body)
    for n in range(300):
        http.request(201, "PUT", f"/files/cost/listing/{n:03}", b"x")
    tag = re.search(r"(?im)^etag: *(\S+)", http.request(200, "GET", "/files/cost/1k"))[1]
    fresh = itertools.count()

    def put_new(_):
        http.request(201, "PUT", f"/files/cost/new/{next(fresh)}", body[:4096])

    deleted = itertools.count()

    events = Events(hub, token)
    subscriber = plain_socket(zmq.SUB, "admin", token)
    subscriber.connect(f"tcp://127.0.0.1:{hub.zmq}")
    subscriber.subscribe(b"cost.zeromq")

    def zeromq(n):
        events.publish(b"cost.zeromq", n)
        assert int(subscriber.recv_multipart()[1][:-1]) == n

    def first_event():
        events.publish(b"cost.zeromq", 0)
        return subscriber.poll(100)
    assert until(first_event)
    while subscriber.poll(500):
        subscriber.recv_multipart()

    stream = Http(hub, token)
    stream.send("GET", "/events?topic=cost.stream", headers="Accept: text/event-stream\r\n")
    stream.read_until(b"\r\n\r\n")

    def event_stream(n):
        events.publish(b"cost.stream", n)
        stream.read_until(b"%099d." % n)

    loop = asyncio.new_event_loop()

    async def connect():
        ws = await websockets.connect(f"ws://127.0.0.1:{hub.http}/events", extra_headers={"Authorization": f"Bearer {token}"})
        await ws.recv()
        await ws.send('{"type": "subscribe", "topics": ["cost.websocket"], "id": 1}')
        assert '"ok"' in await ws.recv()
        return ws
    # Connected when needed, since pings are answered only while the client waits for an event.
    clients = []

    def websocket(n):
        if not clients:
            clients.append(loop.run_until_complete(connect()))
        events.publish(b"cost.websocket", n)
        assert "%099d." % n in loop.run_until_complete(clients[0].recv())

    yield {
        "get-1k": lambda n: http.request(200, "GET", "/files/cost/1k"),
        "get-304": lambda n: http.request(304, "GET", "/files/cost/1k", headers=f"If-None-Match: {tag}\r\n"),
        "get-1m": lambda n: http.request(200, "GET", "/files/cost/1m"),
        "put-new-4k": put_new,
        "put-same-4k": lambda n: http.request(200 if n else 201, "PUT", "/files/cost/same", body[:4096]),
        "delete": lambda n: http.request(204, "DELETE", f"/files/cost/new/{next(deleted)}"),
        "listing-200": lambda n: http.request(200, "GET", "/files/cost/listing/?limit=200", headers="Accept: application/json\r\n"),
        "zeromq-event": zeromq,
        "websocket-event": websocket,
        "stream-event": event_stream,
    }
    for client in clients:
        loop.run_until_complete(client.close())
    loop.close()


@pytest.fixture(scope="module")
def costs(hub, operations):
    """The bytes and the calls of each operation."""
    meters = [(meter, count, idle_rate(meter)) for meter, count in ((Allocation(hub), COUNT), (Calls(hub), TRACED))]
    measured = {}
    for name, operation in operations.items():
        numbers = itertools.count()
        for _ in range(WARM_UP):
            operation(next(numbers))
        measured[name] = [per_operation(operation, numbers, *meter) for meter in meters]
    return measured


def measure(meter, work):
    """What the meter counts, and how long it takes."""
    with meter:
        began = time.monotonic()
        work()
        seconds = time.monotonic() - began
    return meter.value, seconds


def idle_rate(meter):
    """What the hub does by itself in a second."""
    def wait():
        end = time.monotonic() + 1
        assert until(lambda: time.monotonic() > end)
    return min(value / seconds for value, seconds in (measure(meter, wait) for _ in range(ROUNDS)))


def per_operation(operation, numbers, meter, count, idle):
    """The cost of one, of the round with the least: in the others the hub may have tidied up after what went before."""
    def work():
        for _ in range(count):
            operation(next(numbers))
    rounds = [measure(meter, work) for _ in range(ROUNDS)]
    return max(0, min(value - idle * seconds for value, seconds in rounds)) / count


class Allocation:
    """Counts the bytes that the hub allocates on the heap."""

    def __init__(self, hub):
        self.pid = str(hub.pid())
        young = 1024 * int(re.search(r"new generation +total (\d+)K", self.command("GC.heap_info"))[1])
        assert young > YOUNG_BYTES, "the heap is so small that it would be collected in the meantime"

    def command(self, name):
        return subprocess.run([jdk("jcmd"), self.pid, name], capture_output=True, text=True, check=True).stdout

    def used(self):
        return 1024 * sum(map(int, re.findall(r"(?:new|tenured) generation .*used (\d+)K", self.command("GC.heap_info"))))

    def __enter__(self):
        self.command("GC.run")
        self.before = self.used()

    def __exit__(self, *_):
        self.value = self.used() - self.before
        assert 0 < self.value < YOUNG_BYTES, "the heap was collected: it must be larger, or the operations fewer"


class Calls:
    """Counts the system calls of the hub."""

    def __init__(self, hub):
        self.pid, self.file = hub.pid(), f"{hub.work}/calls"

    def __enter__(self):
        self.strace = subprocess.Popen(["strace", "-f", "-c", "-U", "calls,name", "-o", self.file, "-p", str(self.pid)], stderr=subprocess.DEVNULL)
        threads = f"/proc/{self.pid}/task"
        assert until(lambda: all("TracerPid:\t0" not in open(f"{threads}/{t}/status").read() for t in os.listdir(threads)), 30)

    def __exit__(self, *_):
        self.strace.send_signal(signal.SIGINT)
        self.strace.wait()
        self.counts = collections.Counter({name: int(calls) for calls, name in re.findall(r"^ *(\d+) +(\w+)$", open(self.file).read(), re.M)})
        del self.counts["total"]
        self.value = sum(calls for name, calls in self.counts.items() if name not in SCHEDULING)


def test_costs(costs, request):
    if request.config.getoption("--write-costs"):
        with open(COSTS, "w") as f:
            f.write("# What test_cost.py measured: the operation, bytes allocated, system calls. It allows a quarter more of each.\n"
                    "# When an operation has become cheaper: .ci/system-tests test_cost.py --write-costs\n")
            f.writelines(f"{name} {allocated:.0f} {calls:.1f}\n" for name, (allocated, calls) in costs.items())
    bounds = {name: (float(allocated), float(calls)) for name, allocated, calls in (line.split() for line in open(COSTS) if line[0] != "#")}
    table = "\n".join(f"{name:16} {allocated:9.0f} bytes of {bounds[name][0]:9.0f} {calls:6.1f} calls of {bounds[name][1]:6.1f}"
                      for name, (allocated, calls) in costs.items())
    print(table)
    assert costs.keys() == bounds.keys()
    dearer = [name for name, measured in costs.items()
              if measured[0] > TOLERANCE * bounds[name][0] + 256 or measured[1] > TOLERANCE * bounds[name][1] + 1]
    assert not dearer, f"{dearer} cost more than a quarter more than recorded:\n{table}"
