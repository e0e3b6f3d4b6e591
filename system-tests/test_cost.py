"""What the most frequent operations cost: bytes allocated, system calls and processor time for each, compared with costs.txt. None depends on
how fast or how busy the machine is, so a change that makes an operation dearer shows in every run: the processor time is a multiple of
what a small server in C takes in the same run for a similar request.

Needs gcc, strace, the permission to trace, and JDK 17, since other versions allocate otherwise."""
import asyncio, collections, contextlib, itertools, math, os, re, shutil, signal, socket, subprocess, time

import pytest, websockets, zmq

from support.clients import plain_socket
from support.hub import Hub, jdk
from support.waiting import until

pytestmark = [pytest.mark.exclusive, pytest.mark.skipif(
    'version "17' not in subprocess.run([jdk("java"), "-version"], capture_output=True, text=True).stderr, reason="costs.txt is for JDK 17")]

COSTS = f"{os.path.dirname(__file__)}/costs.txt"
TOLERANCE = 1.25
WARM_UP, COUNT, TRACED = 200, 150, 70
ROUNDS = 3

# Of processor time the round with the least counts, since others on the machine only ever make it more; so there are more rounds while it
# is too much. With five to seven times as many processes as processors, it was up to half as much again in twelve rounds.
CPU_TOLERANCE = 1.5
CPU_ROUNDS, MOST_CPU_ROUNDS = 8, 40
# Not of get-1m, most of which is the kernel's: it takes twice as much when the receiver is late.
# How often an operation is done in a round, and what the server in C is asked for: /LENGTH/LOOKS and a body (see support/reference.c).
CPU_REFERENCES = {
    "get-1k": (500, "1300/0", 0),
    "get-304": (500, "300/0", 0),
    "put-new-4k": (200, "100/0", 4096),
    "put-same-4k": (200, "100/0", 4096),
    "delete": (200, "100/0", 0),
    "listing-200": (50, "30000/200", 0),
    "zeromq-event": (2000, "100/0", 0),
    "websocket-event": (500, "150/0", 0),
    "stream-event": (500, "150/0", 0),
}
# Threads of the virtual machine that compile or collect garbage: how much they do, and when, is not an operation's doing.
NOT_OF_OPERATIONS = {"C1 CompilerThre", "C2 CompilerThre", "Sweeper thread", "VM Thread"}

# Of threads that wait and of memory, which depend on how threads are scheduled and when memory is freed.
SCHEDULING = {"clock_nanosleep", "epoll_pwait", "epoll_wait", "futex", "gettid", "madvise", "mmap", "mprotect", "munmap", "poll", "ppoll",
              "restart_syscall", "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield", "tgkill"}

# Every allocation counts, and none is optimized away or waits in a buffer of its thread.
JAVA_OPTS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xms768m -Xmn384m -XX:-UseTLAB"
YOUNG_BYTES = 300 << 20


class Http:
    """A connection that stays open; a request is sent with one call."""

    def __init__(self, port, token):
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
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


class HubInMemory(Hub):
    """A hub whose home is in memory if there is room: what a flush takes of the processor depends on what else is written to the disk."""
    folder = "/dev/shm" if os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > 1 << 30 else None


@pytest.fixture(scope="module")
def hub(new_hub):
    return new_hub(HubInMemory, JAVA_OPTS=JAVA_OPTS, JAVA_MAX_MEM="768m").start()


@pytest.fixture(scope="module")
def operations(hub):
    """What is measured, by name: functions of a number that is new each time."""
    token = hub.token()
    http = Http(hub.http, token)
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

    stream = Http(hub.http, token)
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
    # Connected when needed, and anew after a while, since pings are answered only while the client waits for an event.
    clients, used = [], [0]

    def websocket(n):
        if time.monotonic() - used[0] > 20:
            clients.append(loop.run_until_complete(connect()))
        events.publish(b"cost.websocket", n)
        while "%099d." % n not in loop.run_until_complete(clients[-1].recv()):
            pass
        used[0] = time.monotonic()

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
def reference(tmp_path_factory):
    """The server in C: its process, and a function that sends it a request."""
    folder = tmp_path_factory.mktemp("reference")
    subprocess.run(["gcc", "-O2", "-o", folder / "reference", f"{os.path.dirname(__file__)}/support/reference.c"], check=True)
    with subprocess.Popen([folder / "reference", folder], stdout=subprocess.PIPE, text=True) as process:
        http = Http(int(process.stdout.readline()), "none")
        yield process.pid, lambda target, body: http.request(200, "PUT" if body else "GET", f"/{target}", bytes(body))
        process.kill()


@pytest.fixture(scope="module")
def costs(hub, operations, reference):
    """The bytes, the calls and the relative processor time of each operation."""
    meters = [(meter, count, idle_rate(meter)) for meter, count in ((Allocation(hub), COUNT), (Calls(hub), TRACED))]
    measured = {}
    for name, operation in operations.items():
        numbers = itertools.count()
        for _ in range(WARM_UP):
            operation(next(numbers))
        measured[name] = [per_operation(operation, numbers, *meter) for meter in meters]
    relative = relative_cpu(hub, operations, reference, read_bounds())
    for name, values in measured.items():
        values.append(relative.get(name, math.nan))
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


def relative_cpu(hub, operations, reference, bounds):
    """The processor time of each operation as a multiple of the server's in C. Their rounds alternate, and those of an operation aren't one
    after the other, so that what else the machine does for a while doesn't count in all of them."""
    pid, ask = reference
    own, others = CpuTime(hub.pid()), CpuTime(pid)
    rounds = collections.defaultdict(list)

    def relative(name):
        return min(used for used, _ in rounds[name]) / min(used for _, used in rounds[name])
    with on_one_processor(hub.pid(), pid, os.getpid()):
        idle = idle_rate(own)
        for number in range(MOST_CPU_ROUNDS):
            if number >= CPU_ROUNDS and all(relative(name) <= CPU_TOLERANCE * bounds[name][2] for name in rounds):
                break
            for name, (count, *request) in CPU_REFERENCES.items():
                used, seconds = measure(own, lambda: [operations[name](1) for _ in range(count)])
                reference_used, _ = measure(others, lambda: [ask(*request) for _ in range(count)])
                rounds[name].append((used - idle * seconds, reference_used))
    return {name: relative(name) for name in rounds}


@contextlib.contextmanager
def on_one_processor(*pids):
    """Processes take turns, instead of working at the same time in some rounds only."""
    before = os.sched_getaffinity(0)

    def use(processors):
        for pid in pids:
            for thread in os.listdir(f"/proc/{pid}/task"):
                with contextlib.suppress(OSError):
                    os.sched_setaffinity(int(thread), processors)
    use({min(before)})
    try:
        yield
    finally:
        use(before)


class CpuTime:
    """Counts the nanoseconds of the processor that the threads of a process use, but for NOT_OF_OPERATIONS."""

    def __init__(self, pid):
        self.threads = f"/proc/{pid}/task"

    def read(self):
        found = {}
        for thread in os.listdir(self.threads):
            with contextlib.suppress(OSError), open(f"{self.threads}/{thread}/comm") as name, open(f"{self.threads}/{thread}/schedstat") as times:
                if name.read().strip() not in NOT_OF_OPERATIONS:
                    found[thread] = int(times.read().split()[0])
        return found

    def __enter__(self):
        self.before = self.read()

    def __exit__(self, *_):
        self.value = sum(after - self.before.get(thread, 0) for thread, after in self.read().items())


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


def read_bounds():
    return {name: tuple(map(float, values)) for name, *values in (line.split() for line in open(COSTS) if line[0] != "#")}


def test_costs(costs, request):
    if request.config.getoption("--write-costs"):
        with open(COSTS, "w") as f:
            f.write("# What test_cost.py measured: the operation, bytes allocated, system calls, processor time as a multiple of a server's in C.\n"
                    "# It allows a quarter more of the first two and half as much again of the third.\n"
                    "# When an operation has become cheaper: .ci/system-tests test_cost.py --write-costs\n")
            f.writelines(f"{name} {allocated:.0f} {calls:.1f} {cpu:.2f}\n" for name, (allocated, calls, cpu) in costs.items())
    bounds = read_bounds()
    table = "\n".join(f"{name:16} {allocated:9.0f} bytes of {bounds[name][0]:9.0f} {calls:6.1f} calls of {bounds[name][1]:6.1f}"
                      f" {cpu:6.2f} times the CPU of {bounds[name][2]:6.2f}" for name, (allocated, calls, cpu) in costs.items())
    print(table)
    assert costs.keys() == bounds.keys()
    dearer = [name for name, measured in costs.items()
              if measured[0] > TOLERANCE * bounds[name][0] + 256 or measured[1] > TOLERANCE * bounds[name][1] + 1
              or measured[2] > CPU_TOLERANCE * bounds[name][2]]
    assert not dearer, f"{dearer} cost more than recorded:\n{table}"
