"""The bounds of HTTP and ZeroMQ before anybody has logged in: connections, heads, handshakes, descriptors and memory. And the end of
a hub without memory.

The hub has a limit of 13,000 descriptors; the tests open up to 18,000. Needs openssl, curl, python3-zmq and a JDK's jcmd."""
import concurrent.futures, contextlib, http.client, json, os, resource, select, socket, ssl, struct, subprocess, threading, time

import pytest
import zmq

from support.certificates import EC, self_signed
from support.clients import Subscriber, plain_socket
from support.hub import free_ports, jdk
from support.waiting import until

pytestmark = pytest.mark.exclusive
DESCRIPTORS = 13_000
ANONYMOUS_CONNECTIONS = 2_000
GREETINGS = 1_000
HEAD_SECONDS = 2
IDLE = 4_716  # so many once ended a hub
LIVE = b"GET /health/live HTTP/1.1\r\nHost: hub\r\n%s\r\n"
PARTIAL_HEAD = b"GET /files/a HTTP/1.1\r\nHost: hub\r\nX-Slow: "
PARTIAL_HANDSHAKE = b"\x16\x03\x01\x02\x00\x01"


@pytest.fixture(scope="module")
def most():
    """How many connections this process can open."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(18_000, hard - 500)


@pytest.fixture(scope="module")
def hub(new_hub, most):
    tls = free_ports(1)[0]
    hub = new_hub(DATAHUB_TLS_PORT=str(tls))
    hub.tls = tls
    certificate, key = self_signed(hub.work, "hub", *EC)
    hub.env.update(DATAHUB_TLS_KEY=key, DATAHUB_TLS_CERT=certificate)
    started = hub.run("start", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS)))
    assert started.returncode == 0, started.stdout + started.stderr
    hub.first_pid = hub.pid()
    return hub


@pytest.fixture(scope="module", autouse=True)
def head_timeout(hub):
    with open(f"{hub.home}/etc/io.datahub.jetty.cfg", "a") as f:
        f.write(f"\nrequestHeadTimeoutMillis = {HEAD_SECONDS * 1000}\n")
    assert until(lambda: closed_after(hub) < HEAD_SECONDS + 3, 20)


@pytest.fixture(scope="module")
def bearer(admin):
    return f"Authorization: Bearer {admin}\r\n".encode()


class Crowd(list):
    """Many connections, from many addresses."""

    def __init__(self, port, count, first):
        super().__init__()
        for i in range(count):
            s = socket.socket()
            try:
                s.settimeout(10)
                s.bind((f"127.0.{1 + i // 4000}.{1 + i % 200}", 0))
                s.connect(("127.0.0.1", port))
                s.sendall(first)
                self.append(s)
            except OSError:
                s.close()

    def ask(self, request):
        """Sends this on each, and keeps those that are answered 200."""
        for s in list(self):
            try:
                s.sendall(request)
                good = s.recv(4096).startswith(b"HTTP/1.1 200")
            except OSError:
                good = False
            if not good:
                self.remove(s)
                s.close()

    def open(self):
        """How many the hub hasn't closed."""
        poll = select.poll()
        for s in self:
            poll.register(s, select.POLLIN)
        return len(self) - len(poll.poll(0))

    def close(self):
        for s in self:
            s.close()
        self.clear()


def descriptors(hub):
    return len(os.listdir(f"/proc/{hub.pid()}/fd"))


@pytest.fixture
def used(hub):
    """How many descriptors are open beyond those from before the test. After the test none are, at once."""
    before = descriptors(hub)
    yield lambda: descriptors(hub) - before
    assert until(lambda: descriptors(hub) < before + 50, 3), descriptors(hub) - before


@pytest.fixture
def crowd(used):
    """Makes a crowd, which ends with the test."""
    with contextlib.ExitStack() as crowds:
        yield lambda *args: crowds.enter_context(contextlib.closing(Crowd(*args)))


def heap(hub):
    """The bytes of live objects, after a collection, and the largest classes."""
    lines = subprocess.run([jdk("jcmd"), str(hub.pid()), "GC.class_histogram"],
                           capture_output=True, text=True, timeout=60).stdout.splitlines()
    return int(lines[-1].split()[2]), lines[2:22]


def is_closed(s, seconds):
    """Whether the other end closes the connection within the time."""
    s.settimeout(seconds)
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        try:
            while s.recv(65536):
                pass
        except TimeoutError:
            return False
    return True


def closed_after(hub):
    """How long a head may be incomplete, in seconds."""
    with socket.create_connection(("127.0.0.1", hub.http)) as s:
        s.sendall(PARTIAL_HEAD)
        began = time.monotonic()
        is_closed(s, 12)
        return time.monotonic() - began


def store_and_publish(hub, admin, subscriber, name):
    """That users are served: a record is stored and read, an event published by ZeroMQ and received."""
    text = f"round {name}"
    assert hub.curl(admin, f"/files/bounds/{name}", "--data-binary", text, "-X", "PUT")[0] in (200, 201)
    assert hub.curl(admin, f"/files/bounds/{name}")[2] == text.encode()
    with plain_socket(zmq.REQ, "admin", admin) as request:
        request.linger = 0
        request.connect(f"tcp://127.0.0.1:{hub.zmq}")
        request.send_multipart([f"bounds.{name}".encode(), b"x"])
        assert request.recv_multipart()
    assert subscriber.have(f"bounds.{name}")


@pytest.fixture
def subscriber(hub, admin, used):
    subscriber = Subscriber(hub, plain_socket(zmq.SUB, "admin", admin), "bounds.")
    assert until(lambda: hub.metrics(admin).get("datahub_zeromq_connections", 0) > 0)
    return subscriber


def test_head_timeout(hub):
    assert closed_after(hub) > HEAD_SECONDS - 0.5
    with socket.create_connection(("127.0.0.1", hub.http)) as s:
        s.sendall(PARTIAL_HEAD)
        began = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - began < 3 * HEAD_SECONDS and not select.select([s], [], [], 0.1)[0]:
                s.sendall(b"x")
        assert HEAD_SECONDS - 0.5 < time.monotonic() - began < HEAD_SECONDS + 2, "sent byte by byte"


def test_head_timeout_begins_with_the_first_byte(hub, bearer):
    """Two requests on one connection, each after a silence that is longer than a head may take."""
    with socket.create_connection(("127.0.0.1", hub.http)) as s:
        s.settimeout(10)
        for _ in range(2):
            assert not select.select([s], [], [], HEAD_SECONDS + 0.5)[0]
            s.sendall(LIVE % bearer)
            assert s.recv(4096).startswith(b"HTTP/1.1 200")


def test_flood_of_window_updates(hub):
    update = b"\0\0\4\x08\0\0\0\0\0" + struct.pack(">I", 1)
    flood = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0" + update * 100_000

    def send(s):
        with contextlib.suppress(OSError):
            s.sendall(flood)
    with socket.create_connection(("127.0.0.1", hub.http)) as s:
        s.settimeout(20)
        threading.Thread(target=send, args=(s,), daemon=True).start()
        assert is_closed(s, 20)


def test_idle_connections_without_credentials(hub, used, crowd):
    crowd = crowd(hub.http, IDLE, LIVE % b"")
    crowd.ask(LIVE % b"")
    assert until(lambda: used() <= ANONYMOUS_CONNECTIONS + 50, 2), used()


def test_idle_connections_of_a_user(hub, bearer, crowd):
    before, _ = heap(hub)
    crowd, ask = crowd(hub.http, 0, b""), LIVE % bearer
    for _ in range(IDLE):
        one = Crowd(hub.http, 1, ask)
        one[0].recv(4096)
        crowd += one
    crowd.ask(ask)
    assert len(crowd) == IDLE == crowd.open()
    after, classes = heap(hub)
    each = (after - before) / IDLE
    print(f"an idle connection takes {each:,.0f} bytes of heap")
    assert each < 8_192, "\n".join(classes)


def test_partial_heads(hub, admin, most, subscriber, crowd):
    """Users are served while heads that never end flood in."""
    rounds, slowest = 0, 0
    with concurrent.futures.ThreadPoolExecutor() as pool:
        flood = pool.submit(crowd, hub.http, most, PARTIAL_HEAD)
        while not flood.done() and rounds < 200:
            rounds += 1
            began = time.monotonic()
            store_and_publish(hub, admin, subscriber, rounds)
            slowest = max(slowest, time.monotonic() - began)
    assert rounds > 0 and slowest < 5
    store_and_publish(hub, admin, subscriber, rounds + 1)
    crowd = flood.result()
    assert until(lambda: crowd.open() == 0, HEAD_SECONDS + 5), crowd.open()
    crowd.close()
    refused = sum(v for k, v in hub.metrics(admin).items() if k.startswith("datahub_http_connections_refused_total"))
    assert refused >= most * 0.9


def test_partial_requests_without_credentials(hub, admin, used, crowd):
    """The oldest connection is closed for a new one."""
    crowd = crowd(hub.http, ANONYMOUS_CONNECTIONS + 500, b"PUT /files/a HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000000\r\n\r\nx")
    assert until(lambda: used() <= ANONYMOUS_CONNECTIONS + 50, 2), used()
    assert hub.curl(admin, "/whoami")[0] == 200


def test_partial_greetings_of_zeromq(hub, admin, subscriber, used, crowd):
    crowd = crowd(hub.zmq, 6_000, b"\xff\0\0")
    assert until(lambda: used() <= GREETINGS + 50, 2), used()
    store_and_publish(hub, admin, subscriber, "greetings")


def test_partial_handshakes_of_tls(hub, admin, used, crowd):
    silent, partial = (socket.create_connection(("127.0.0.1", hub.tls)) for _ in range(2))
    partial.sendall(PARTIAL_HANDSHAKE)
    began = time.monotonic()
    assert is_closed(silent, HEAD_SECONDS + 3) and is_closed(partial, HEAD_SECONDS + 3)
    assert time.monotonic() - began > HEAD_SECONDS - 0.5
    crowd = crowd(hub.tls, 4_000, PARTIAL_HANDSHAKE)
    assert until(lambda: used() <= ANONYMOUS_CONNECTIONS + 50, 2), used()
    out = subprocess.run(["curl", "-sS", "-k", "-o", "/dev/null", "-w", "%{http_code}", "-H", f"Authorization: Bearer {admin}",
                          f"https://localhost:{hub.tls}/whoami"], capture_output=True, text=True, timeout=30)
    assert out.stdout == "200", out.stderr
    assert until(lambda: crowd.open() == 0, HEAD_SECONDS + 5), crowd.open()


def test_hub_was_not_restarted(hub):
    assert hub.run("status").returncode == 0 and hub.pid() == hub.first_pid


class OpenConnection:
    """One that was there before the descriptors ran out."""

    def __init__(self, hub, admin):
        self.http = http.client.HTTPConnection("127.0.0.1", hub.http, timeout=20)
        self.headers = {"Authorization": f"Bearer {admin}"}

    def ask(self, method, path, body=None):
        self.http.request(method, path, body, self.headers)
        response = self.http.getresponse()
        return response.status, response.read().decode()

    def health(self):
        """The status of readiness, and its detail for the process."""
        status, body = self.ask("GET", "/health/ready")
        return status, [part["detail"] for part in json.loads(body)["components"] if part["name"] == "process"][0]


def test_no_descriptors(hub, admin):
    """Health and responses report it, and the hub recovers without a restart."""
    connection = OpenConnection(hub, admin)
    assert connection.ask("PUT", "/files/bounds/few", "few")[0] in (200, 201)
    status, detail = connection.health()
    assert status == 200 and f"/{DESCRIPTORS} " in detail and "heapMiB=" in detail
    resource.prlimit(hub.pid(), resource.RLIMIT_NOFILE, (descriptors(hub) + 10, DESCRIPTORS))
    assert until(lambda: connection.health()[0] == 503, 5)
    assert "file descriptors are open" in connection.health()[1]

    resource.prlimit(hub.pid(), resource.RLIMIT_NOFILE, (3, DESCRIPTORS))
    status, body = connection.ask("PUT", "/files/bounds/none", "x")
    assert status == 503 and "file descriptors" in body
    status, body = connection.ask("GET", "/files/bounds/few")
    assert (status, body) == (200, "few") or (status == 503 and "file descriptors" in body)
    status, detail = connection.health()
    assert status == 503 and "file descriptors are open" in detail

    resource.prlimit(hub.pid(), resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    assert until(lambda: connection.health()[0] == 200, 10)
    assert connection.ask("PUT", "/files/bounds/none", "x")[0] in (200, 201)
    assert "let the hub's user read it" not in open(f"{hub.home}/log/datahub.log", errors="replace").read(), "a wrong cure"


def test_no_memory(hub):
    """The hub ends, and its log says why and what helps."""
    pid = hub.pid()
    hub.run("console", "shell:new java.util.ArrayList 2000000000")
    assert until(lambda: not os.path.exists(f"/proc/{pid}"), 20)
    last = open(f"{hub.home}/log/datahub.log", errors="replace").read().splitlines()[-1]
    assert "ERROR" in last and "event=launcher.memory.exhausted" in last and "JAVA_MAX_MEM" in last
