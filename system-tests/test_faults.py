"""What goes wrong on real machines: each fault is reported with its cure, and nothing that was acknowledged is lost.

Needs curl, and libfaketime for the clock. A full disk needs the right to mount a small file system. The tests build on one
another."""
import contextlib, glob, http.client, json, os, re, shutil, signal, socket, subprocess, threading, time

import pytest

from support.clients import EventStream
from support.clock import Clock
from support.hub import ROOT, new_token
from support.waiting import until
from test_history import all_events


@pytest.fixture(scope="module")
def hub(new_hub):
    """Not started yet."""
    return new_hub(LC_ALL="C.UTF-8")


def assert_start_is_refused(hub, *words, **env):
    """The start fails, and the few lines that it prints contain these words."""
    before = dict(hub.env)
    hub.env.update(env)
    try:
        started = hub.run("start")
    finally:
        hub.env = before
    assert started.returncode != 0 and len(started.stderr.splitlines()) <= 8
    for word in words:
        assert word in started.stderr


# Before the start

@pytest.mark.parametrize("variable", ["DATAHUB_HTTP_PORT", "DATAHUB_ZMQ_PORT", "DATAHUB_CONSOLE_PORT"])
def test_port_in_use(hub, variable):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert_start_is_refused(hub, port, variable, **{variable: port})


def test_port_that_is_no_number(hub):
    assert_start_is_refused(hub, "many", "DATAHUB_HTTP_PORT", DATAHUB_HTTP_PORT="many")


def test_home_that_is_not_writable(hub):
    open(f"{hub.work}/file", "w").close()
    assert_start_is_refused(hub, "can't be written", "DATAHUB_HOME", DATAHUB_HOME=f"{hub.work}/file/hub")


def test_home_of_a_newer_hub(hub):
    newer = f"{hub.work}/newer"
    os.makedirs(f"{newer}/state")
    with open(f"{newer}/state/format", "w") as f:
        f.write("99\n")
    assert_start_is_refused(hub, "newer hub", "99", DATAHUB_HOME=newer)


def test_bundles_that_cannot_be_installed(new_hub):
    """A distribution that lacks one: the start gives up after a while, and says so."""
    # A home of its own for Java, as Karaf looks for bundles in ~/.m2 as well.
    hub = new_hub(JAVA_OPTS=f"{os.environ.get('JAVA_OPTS', '')} -Ddatahub.launcher.installSeconds=25 -Duser.home=/nonexistent")
    distribution = f"{hub.work}/distribution"
    shutil.copytree(f"{ROOT}/karaf-assembly/target/assembly", distribution, symlinks=True, copy_function=os.link)
    shutil.copy(f"{ROOT}/datahub", f"{distribution}/bin/datahub")
    shutil.rmtree(f"{distribution}/system/io/datahub/datahub-http")
    started = subprocess.run([f"{distribution}/bin/datahub", "start"], env=hub.env, capture_output=True, text=True, timeout=300)
    assert started.returncode == 1, started.stdout + started.stderr
    assert "The hub can't become ready and is stopped" in started.stderr
    assert "its bundles weren't installed within 25 seconds" in started.stderr
    assert hub.log_lines("datahub-http"), "the log names the bundle"
    assert not os.path.exists(f"{hub.home}/cache/hub.run")


@contextlib.contextmanager
def small_disk(folder, size):
    """Mounts a disk of this size; skips where that isn't allowed."""
    os.makedirs(folder, exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "datahub-full", folder], capture_output=True).returncode:
        pytest.skip("mounting isn't allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder])


def test_full_disk_at_the_start(hub):
    with small_disk(f"{hub.work}/full", "1m") as disk:
        fill(disk)
        assert_start_is_refused(hub, "No space left", DATAHUB_HOME=f"{disk}/hub")
    with small_disk(f"{hub.work}/full", "20m") as disk:  # has room for the home, but not for the bundles
        assert_start_is_refused(hub, "No space left", DATAHUB_HOME=f"{disk}/hub")


# A disk that becomes full

RESERVE = 32 << 20
TREE = [f"tree/a{i}" for i in range(20)]


def fill(disk, leave=0):
    """Fills the disk but for so many bytes, or to the last page."""
    with contextlib.suppress(OSError), open(f"{disk}/filler", "ab", buffering=0) as f:
        while (left := shutil.disk_usage(disk).free - leave) > 0:
            f.write(bytes(min(left, 1 << 20)) if left >= 4096 else b"0")


class SmallHub:
    """A hub on a small disk, with records and users."""

    def __init__(self, hub):
        self.hub, self.admin = hub, hub.token()
        for name in [*TREE, "one", "two", "three", "four", "removed", "edited", "kept"]:
            self.put(name, os.path.basename(name) * 100)
        self.users = {name: (new_token(), '<allow read=""/>') for name in ("first", "second", "third")}
        self.stream = EventStream(hub, self.admin, "file.")
        assert until(lambda: self.put("begin", "x") and self.stream.events)

    def put(self, path, text):
        return self.hub.curl(self.admin, f"/files/{path}", "-X", "PUT", "--data-binary", text)[0]

    def delete(self, path, *more):
        return self.hub.curl(self.admin, f"/files/{path}", "-X", "DELETE", *more)[0]

    def keep_users(self, *names):
        """Stores a users file with these; returns the status."""
        return self.hub.put_users({name: self.users[name] for name in names})

    def access(self, name):
        return self.hub.curl(self.users[name][0], "/files/kept")[0]

    def has(self, path):
        return os.path.exists(f"{self.hub.home}/files/{path}")

    def fill(self, leave=0):
        fill(self.hub.home, leave)

    def has_spare_room(self):
        """Whether the hub has the file that it gives up when it needs room for a deletion."""
        return os.path.exists(f"{self.hub.home}/state/spare")

    def changes(self):
        lines = self.hub.curl(self.admin, "/changes?since=0&limit=10000")[2].splitlines()
        return [(c["type"].rsplit(".")[-1], c["subject"]) for c in map(json.loads, lines)]


@pytest.fixture(scope="module")
def small(new_hub):
    hub = new_hub()
    with small_disk(hub.home, "400m"):
        os.makedirs(f"{hub.home}/etc")
        with open(f"{hub.home}/etc/io.datahub.store.cfg", "w") as f:
            f.write(f"reserveBytes = {RESERVE}\n")
        try:
            yield SmallHub(hub.start())
        finally:
            hub.run("stop")


def test_below_the_reserve(small):
    """Nothing is stored, but users are changed, tokens issued, and records deleted."""
    assert small.keep_users("first", "second", "third") == 200
    assert [small.access(name) for name in small.users] == [200] * 3
    assert until(small.has_spare_room)
    small.fill(leave=RESERVE // 2)
    assert small.put("new", "x") == 507
    assert small.keep_users("second", "third") == 200 and until(lambda: small.access("first") == 401, 2)
    issued = small.hub.run("console", "datahub:token-issue", "second")
    assert issued.returncode == 0, issued.stdout + issued.stderr
    assert small.delete("one") == 204 and small.stream.have("file.deleted/one")


def test_full_disk(small):
    """A user can still be removed, and deletions free room."""
    small.fill()
    assert small.put("new", "x") == 507
    assert small.keep_users("third") == 200 and until(lambda: small.access("second") == 401, 2)
    small.fill()
    assert small.delete("two") == 204 and not small.has("two")
    for _ in range(3):
        small.fill()
    assert small.delete("three") == 204 and not small.has("three"), "without spare room"
    small.fill()
    assert small.delete("tree/?recursive") == 204 and not small.has("tree")


def test_events_of_a_full_disk(small):
    """What was deleted and changed while the disk was full is announced, once, when there is room again."""
    hub, stream = small.hub, small.stream
    small.fill()
    os.unlink(f"{hub.home}/files/removed")
    small.fill()
    with open(f"{hub.home}/files/edited", "r+b") as f:
        f.write(b"EDITED")
    hub.run("console", "log:log " + "x" * 9000)
    until(lambda: stream.of("file.updated/edited"), 2)  # it may or may not be possible; the hub has tried by then
    os.unlink(f"{hub.home}/filler")
    deleted = ["one", "two", "three", "removed", *TREE]
    assert until(lambda: all(stream.of(f"file.deleted/{name}") for name in deleted), 15), [n for n in deleted if not stream.of(f"file.deleted/{n}")]
    assert until(lambda: stream.of("file.updated/edited"), 15)
    assert [name for name in deleted if len(stream.of(f"file.deleted/{name}")) != 1] == []
    assert len(stream.of("file.updated/edited")) == 1
    assert until(lambda: small.put("new", "x") == 201 and hub.curl(small.admin, "/health/ready")[0] == 200)


@pytest.mark.parametrize("flush", ["always", "100"])
def test_kept_events_of_a_full_disk(small, flush):
    """What was accepted is kept, and only that; other events are delivered."""
    hub, admin = small.hub, small.admin
    since = hub.log_size()
    with open(f"{hub.home}/etc/io.datahub.history.cfg", "w") as f:
        f.write(f"keep = kept.: 1d, 128 MiB; little.: 1 MiB\nlast = newest.: 9 topics, 1 MiB\nflush = {flush}\nreserveBytes = 0\n")
    assert until(lambda: hub.log_lines("event=history.configured", since=since), 30)

    def publish(topic, body):
        with open(f"{hub.work}/event", "w") as f:
            f.write(body)
        status, _, text = hub.curl(admin, f"/events/{topic}", "--data-binary", f"@{hub.work}/event")[:3]
        return status, text.decode()

    for topic, size, most in ("little.x", 600_000, "524288"), ("newest.x", 70_000, "65536"):
        status, text = publish(topic, "x" * size)
        assert status == 413 and most in text and "raise the size in io.datahub.history.cfg" in text
    small.fill(leave=4 << 20)
    accepted, refused = [], []
    end = time.monotonic() + 60
    while len(refused) < 20 and time.monotonic() < end:
        number = len(accepted) + len(refused)
        status, text = publish(f"kept.{flush}", f"{number} {'x' * 60_000}")
        (accepted if status == 202 else refused).append(number)
        assert status in (202, 507, 503), text
    assert accepted and status == 507 and "the disk of the hub has no room to keep events; free some" in text
    assert publish("other", "x")[0] == 202
    os.unlink(f"{hub.home}/filler")
    assert until(lambda: publish("kept.again", "x")[0] == 202, 30)
    hub.run("restart")
    assert [int(event["data"].split()[0]) for event in all_events(hub, admin, topic=f"kept.{flush}")] == accepted


def test_kill_on_a_full_disk(small):
    """Started in vain, the hub starts when there is room, and knows what was deleted in between."""
    hub = small.hub
    assert until(small.has_spare_room, 20)
    small.fill()
    for _ in range(3):
        small.fill()
        small.delete("four")
    hub.kill()
    small.fill()
    os.unlink(f"{hub.home}/files/kept")
    hub.run("start")
    hub.run("stop")
    os.unlink(f"{hub.home}/filler")
    hub.start()
    assert until(lambda: {("deleted", "four"), ("deleted", "kept")} <= set(small.changes()), 20), small.changes()[-5:]
    changes = [change for change in small.changes() if change not in (("updated", "broker_users.xml"), ("updated", "begin"))]
    assert len(changes) == len(set(changes)), "each once"
    assert hub.log_lines()
    assert [line[-200:] for line in hub.log_lines() if re.search(r".\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{3} ", line)] == [], "lines are whole"
    assert (small.access("first"), small.access("second")) == (401, 401), "users who were removed on the full disk"


# A stop under load

def put(hub, token, path, text):
    """Whether it was acknowledged; on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", hub.http, timeout=20)
    try:
        connection.request("PUT", f"/files/{path}", text, {"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        response.read()
        return response.status in (200, 201)
    except http.client.HTTPException as e:
        raise OSError(e) from e
    finally:
        connection.close()


def is_alive(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_sigterm_under_load(hub):
    """It ends within 10 s; everything that was acknowledged is there, and nothing of what wasn't."""
    hub.start()
    admin, acknowledged, ended = hub.token(), {}, threading.Event()

    def write(worker):
        i = 0
        with contextlib.suppress(OSError):
            while not ended.is_set():
                i += 1
                path, text = f"load/{worker}/{i % 50}", f"{worker} {i}"
                if put(hub, admin, path, text):
                    acknowledged[path] = text

    def is_there(path, text):
        """Or the version right after it, which wasn't acknowledged any more."""
        try:
            found = open(f"{hub.home}/files/{path}").read().split()
        except OSError:
            return False
        worker, i = text.split()
        return found[0] == worker and int(found[1]) in (int(i), int(i) + 50)
    workers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    authorization = ("-H", f"Authorization: Bearer {admin}")
    upload = subprocess.Popen(["curl", "-s", "-o", "/dev/null", "--limit-rate", "50k", *authorization, "-T", "-",
                               f"http://127.0.0.1:{hub.http}/files/load/big"], stdin=subprocess.PIPE)
    upload.stdin.write(os.urandom(60_000))
    upload.stdin.flush()
    stream = subprocess.Popen(["curl", "-sN", *authorization, f"http://127.0.0.1:{hub.http}/events?topic="], stdout=subprocess.DEVNULL)
    for worker in workers:
        worker.start()
    assert until(lambda: len(acknowledged) > 100, 60)
    pid, began = hub.pid(), time.monotonic()
    os.kill(pid, signal.SIGTERM)
    gone = until(lambda: not is_alive(pid), 60)
    took = time.monotonic() - began
    ended.set()
    for worker in workers:
        worker.join(30)
    for process in (upload, stream):
        process.kill()
        process.wait()
    print(f"stopped {took:.1f} s after SIGTERM, {len(acknowledged)} records acknowledged")
    assert gone and took < 10
    assert [path for path, text in acknowledged.items() if not is_there(path, text)] == []
    assert not os.path.exists(f"{hub.home}/files/load/big")


# Damage while the hub is down

def test_invalid_files_at_the_start(hub):
    """A value in a .cfg is named or replaced by the default; the last good users file is restored."""
    admin, users = hub.token(), f"{hub.home}/files/broker_users.xml"
    with open(users) as f:
        good = f.read()
    with open(users, "w") as f:
        f.write(good.replace("</broker-users>", "<user"))
    config = f"{hub.home}/etc/io.datahub.broker.cfg"
    with open(config) as f:
        shipped = f.read()
    with open(config, "a") as f:
        f.write("\nqueueBytes = plenty\n")
    started = hub.run("start")
    printed = started.stdout + started.stderr
    assert started.returncode == 0 or ("queueBytes" in printed and "io.datahub.broker.cfg" in printed)
    if started.returncode == 0:
        assert hub.log_lines("queueBytes")
    with open(config, "w") as f:
        f.write(shipped)
    if started.returncode:
        hub.start()
    assert hub.curl(admin, "/whoami")[0] == 200
    assert until(lambda: hub.log_lines("broker_users.xml"))
    assert until(lambda: open(users).read() == good, 20)


def test_lost_token(hub):
    """With access to the home, another one is issued in the console."""
    issued = hub.run("console", "datahub:token-issue", "admin")
    assert issued.returncode == 0, issued.stderr
    assert until(lambda: hub.curl(issued.stdout.strip(), "/whoami")[0] == 200, 5)


def test_records_that_are_moved_away(hub):
    os.rename(f"{hub.home}/files", f"{hub.home}/elsewhere")
    assert until(lambda: hub.run("status").returncode != 0, 30)
    os.rename(f"{hub.home}/elsewhere", f"{hub.home}/files")
    assert until(lambda: hub.run("status").returncode == 0, 30)


# A clock that jumps

def test_clock_jumps(hub):
    """Two hours ahead and then back by a day, as after an empty battery or a suspended machine."""
    hub.run("stop")
    clock = Clock(hub)
    clock.jump("+0")
    clock.start_hub()
    admin = hub.token()
    if hub.curl(admin, "/whoami")[0] != 200:
        admin = hub.run("console", "datahub:token-issue", "admin").stdout.strip()
    in_an_hour = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    short = json.loads(hub.curl(admin, "/tokens", "-d", "label=short", "-d", f"expires={in_an_hour}")[2])["token"]
    stream = EventStream(hub, admin, "build.", "file.")
    assert until(lambda: hub.curl(admin, "/events/build.begin", "-d", "x")[0] == 202 and stream.of("build.begin"), 20)

    def sequences():
        return [int(json.loads(line)["sequence"]) for line in hub.curl(admin, "/changes?since=0&limit=10000")[2].decode().splitlines()]
    first = sequences()[-1]
    for name, offset, accepted in (("ahead", "+2h", False), ("back", "-1d", True)):
        clock.jump(offset)
        assert until(lambda: (hub.curl(short, "/whoami")[0] == 200) == accepted), f"the token that expires in an hour, clock {name}"
        assert hub.curl(admin, "/whoami")[0] == 200 and hub.curl(None, "/health/ready")[0] == 200
        assert put(hub, admin, f"clock/{name}", name)
        with open(f"{hub.home}/files/clock/{name}-by-hand", "w") as f:
            f.write(name)
        assert until(lambda: stream.of(f"file.created/clock/{name}-by-hand"), 30)
        assert hub.curl(admin, f"/events/build.{name}", "-d", "x")[0] == 202 and stream.have(f"build.{name}"), "on a connection from before"
    since = [sequence for sequence in sequences() if sequence > first]
    assert len(since) >= 4 and since == list(range(first + 1, first + 1 + len(since))), "the journal has no gap"
    began = time.monotonic()
    hub.run("stop")
    assert time.monotonic() - began < 20
    clock.start_hub()
    assert hub.curl(admin, "/files/clock/ahead")[2] == b"ahead" and sequences()[-1] >= since[-1]
