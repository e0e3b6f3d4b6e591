"""A mixed load for a while: memory, threads and open files don't grow once the hub is warm, and no error is logged.

Half a minute, half an hour with --long. Needs a JDK, curl, Debian's python3-zmq and python3-websockets."""
import http.client, os, random, subprocess, threading, time

import pytest
import zmq

from support.clients import EventStream, Subscriber, WebSocketSubscriber, plain_socket
from support.hub import jdk
from support.waiting import until

HEAP, RESIDENT = 'jvm_memory_used_bytes{area="heap"}', "process_resident_memory_bytes"
THREADS, FILES, QUEUED = "jvm_threads_current", "process_open_fds", "datahub_queued_bytes"
LONG_SECONDS = 300  # from which on caches are full and the heap has the size that it keeps


class Load:
    """Workers that repeat what they do until the end; failures are kept."""

    def __init__(self, hub, token):
        self.hub, self.token, self.local = hub, token, threading.local()
        self.ended, self.failures, self.done, self.threads = threading.Event(), [], {}, []

    def add(self, name, work, pause=0.0):
        thread = threading.Thread(target=self.repeat, args=(name, work, pause), daemon=True)
        self.threads.append(thread)
        thread.start()

    def repeat(self, name, work, pause):
        while not self.ended.wait(pause):
            try:
                work()
                self.done[name] = self.done.get(name, 0) + 1
            except Exception as e:
                if not self.ended.is_set():
                    self.failures.append(f"{name}: {e!r}")
                    self.ended.wait(1)

    def request(self, method, path, body=None):
        """On a connection of the worker's own."""
        if not hasattr(self.local, "http"):
            self.local.http = http.client.HTTPConnection("127.0.0.1", self.hub.http, timeout=60)
        try:
            self.local.http.request(method, path, body, {"Authorization": f"Bearer {self.token}"})
            response = self.local.http.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException):
            del self.local.http
            raise
        assert response.status in (200, 201, 202, 204, 404), f"{method} {path}: {response.status} {data[:200]}"

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(30)


def start_load(hub, token, subscribers):
    load, small, large = Load(hub, token), os.urandom(2_000), os.urandom(1_000_000)
    publisher = plain_socket(zmq.PUB, "ci", token)
    publisher.connect(f"tcp://127.0.0.1:{hub.zmq}")

    def write_on_the_disk():
        os.makedirs(f"{hub.home}/files/builds", exist_ok=True)
        with open(f"{hub.home}/files/builds/local-{random.randrange(20)}", "wb") as f:
            f.write(os.urandom(500))

    def connect_and_leave():
        with plain_socket(zmq.SUB, "ci", token) as guest:
            guest.subscribe(b"build.")
            guest.connect(f"tcp://127.0.0.1:{hub.zmq}")
            guest.recv_multipart()

    def forget():
        for subscriber in subscribers:
            subscriber.events.clear()
    load.add("publish", lambda: [publisher.send_multipart([b"build.x", small]) for _ in range(50)], 0.02)
    load.add("upload", lambda: load.request("PUT", f"/files/builds/{random.randrange(200)}", small))
    load.add("large upload", lambda: load.request("PUT", f"/files/builds/large/{random.randrange(5)}", large), 0.2)
    load.add("download", lambda: load.request("GET", f"/files/builds/{random.randrange(200)}"))
    load.add("delete", lambda: load.request("DELETE", f"/files/builds/{random.randrange(200)}"), 0.05)
    load.add("list", lambda: load.request("GET", "/files/builds/"), 0.1)
    load.add("changes", lambda: load.request("GET", "/changes?since=0&limit=200"), 0.1)
    load.add("post", lambda: load.request("POST", "/events/build.post", b"x"), 0.01)
    load.add("write on the disk", write_on_the_disk, 0.2)
    load.add("connect and leave", connect_and_leave, 0.1)
    load.add("forget", forget, 1)
    return load


class Soak:
    """The load, and the metrics during it."""

    def __init__(self, hub, admin, token, seconds):
        self.hub, self.admin, self.seconds, self.samples, self.heaps = hub, admin, seconds, [], []
        subscribers = [Subscriber(hub, plain_socket(zmq.SUB, "ci", token), b"build.", b"file.") for _ in range(3)]
        subscribers += [WebSocketSubscriber(hub, token, "build.", "file."), EventStream(hub, token, "build.", "file.")]
        self.load = start_load(hub, token, subscribers)
        began = time.monotonic()
        try:
            while time.monotonic() - began < seconds:
                self.load.ended.wait(min(2, seconds / 10))
                self.samples.append(hub.metrics(admin))
                if time.monotonic() - began > seconds * (len(self.heaps) + 1) / 6:
                    self.heaps.append(self.live_heap())
        finally:
            self.load.end()
        third = len(self.samples) // 3
        self.warm, self.later = self.samples[third:2 * third], self.samples[2 * third:]

    def live_heap(self):
        """The bytes after a full collection; the least of three, since the load goes on."""
        found = []
        for _ in range(3):
            subprocess.run([jdk("jcmd"), str(self.hub.pid()), "GC.run"], check=True, capture_output=True, timeout=120)
            found.append(self.hub.metrics(self.admin)[HEAP])
        return min(found)

    def most(self, name):
        """The maximum of a metric in the second and in the last third of the time."""
        return max(s[name] for s in self.warm), max(s[name] for s in self.later)


@pytest.fixture(scope="module")
def soak(hub, admin, size):
    token = hub.add_users(ci='<allow publish="build." subscribe="build."/><allow read="" write="builds/"/>')["ci"]
    assert until(lambda: hub.curl(token, "/whoami")[0] == 200, 5)
    soak = Soak(hub, admin, token, size("soak-seconds"))
    print(", ".join(f"{name} {count}" for name, count in sorted(soak.load.done.items())))
    return soak


def test_requests(soak):
    assert not soak.load.failures


@pytest.mark.parametrize("metric, slack", [(THREADS, 8), (FILES, 25)])
def test_threads_and_files(soak, metric, slack):
    before, after = soak.most(metric)
    assert after <= before + slack


def test_heap(soak):
    print("live heap, MB: " + " ".join(f"{heap / 1e6:.0f}" for heap in soak.heaps))
    caches = 8e6 if soak.seconds >= LONG_SECONDS else 48e6
    assert soak.heaps[-1] <= soak.heaps[1] * 1.2 + caches


def test_resident_memory(soak):
    before, after = soak.most(RESIDENT)
    print(f"resident {before / 1e6:.0f} MB, later {after / 1e6:.0f} MB")
    if soak.seconds < LONG_SECONDS:
        pytest.skip("the heap hasn't its final size yet")
    assert after <= before * 1.15 + 48e6


def test_queues_are_emptied(hub, admin, soak):
    assert until(lambda: hub.metrics(admin)[QUEUED] == 0, 20)


def test_log(hub, soak):
    assert [line for line in open(f"{hub.home}/log/datahub.log", errors="replace") if " ERROR " in line] == []
