"""examples/mirror keeps a copy of a tree while everything changes, and its connection is cut all the time.

Changes a tree by HTTP and directly on the disk, with a journal that is too small for a mirror that was away for long, kills
the mirror now and then, and compares the trees in the end."""
import contextlib, filecmp, json, os, random, select, shutil, socket, sqlite3, struct, subprocess, threading, time

from support.hub import ROOT
from support.waiting import until


class Cutter:
    """A proxy that cuts each connection after a random time or so many bytes."""

    def __init__(self, port, seed):
        self.target, self.random, self.gentle = port, random.Random(seed), False
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port, self.cuts = self.listening.getsockname()[1], 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listening.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        server = socket.create_connection(("127.0.0.1", self.target))
        left = [1 << 40 if self.gentle else self.random.choice([300, 3_000, 30_000, 300_000])]
        end = time.time() + (600 if self.gentle else self.random.uniform(0.05, 3))

        def cut():
            self.cuts += client.fileno() >= 0
            for s in (client, server):
                with contextlib.suppress(OSError):
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", self.random.random() < 0.5, 0))
                    s.shutdown(socket.SHUT_RDWR)
                with contextlib.suppress(OSError):
                    s.close()

        def pump(source, sink):
            with contextlib.suppress(OSError, ValueError):  # the other pump has cut
                while time.time() < end and left[0] > 0:
                    if select.select([source], [], [], 0.1)[0]:
                        if not (block := source.recv(min(left[0], 65536))):
                            break
                        sink.sendall(block)
                        left[0] -= len(block)
            cut()
        threading.Thread(target=pump, args=(client, server), daemon=True).start()
        pump(server, client)


class Changes:
    """Random changes of a tree, by HTTP and on the disk."""

    def __init__(self, hub, seed):
        self.hub, self.random, self.count = hub, random.Random(seed), 0
        self.tree = f"{hub.home}/files/tree"
        os.makedirs(self.tree)

    def name(self):
        return "/".join([f"d{self.random.randrange(4)}", f"e{self.random.randrange(3)}", f"grün {self.random.randrange(12)}.txt"][self.random.randrange(3):])

    def files(self):
        return [os.path.join(d, n) for d, _, names in os.walk(self.tree) for n in names]

    def one(self):
        self.count += 1
        what = self.random.random()
        with contextlib.suppress(OSError):
            if what < 0.45 or not self.files():
                target = f"{self.tree}/{self.name()}"
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "wb") as f:
                    f.write(self.random.randbytes(self.random.choice([0, 10, 1_000, 100_000])))
            elif what < 0.6:
                source, target = self.random.choice(self.files()), f"{self.tree}/{self.name()}"
                os.makedirs(os.path.dirname(target), exist_ok=True)
                os.replace(source, target)
            elif what < 0.75:
                os.remove(self.random.choice(self.files()))
            elif what < 0.8:
                directory = f"{self.tree}/d{self.random.randrange(4)}"
                shutil.rmtree(directory) if self.random.random() < 0.5 else os.rename(directory, f"{self.tree}/d{self.random.randrange(8)}")
            else:
                path = f"/files/tree/by-http/{self.random.randrange(9)}/{self.random.randrange(9)}"
                more = ["-X", "DELETE"] if what < 0.85 else ["--data-binary", f"{self.count} " * self.random.randrange(1_000)]
                self.hub.curl(self.hub.token(), path, *more)


def differences(tree, copy):
    """The files that differ between two directories; empty directories are ignored."""
    def all_files(top):
        return {os.path.relpath(os.path.join(d, n), top) for d, _, names in os.walk(top) for n in names}
    left = all_files(tree)
    right = {p for p in all_files(copy) if not p.startswith(".mirror/")}
    return sorted(left ^ right) + [p for p in left & right if not filecmp.cmp(f"{tree}/{p}", f"{copy}/{p}", shallow=False)]


class Mirror:
    """The example's program, which can be killed and started again."""

    def __init__(self, hub, port, copy, *options):
        self.log, self.process = open(f"{hub.work}/mirror.log", "w+"), None
        self.command = [f"{ROOT}/examples/mirror/mirror.py", *options, f"http://127.0.0.1:{port}", "tree/", copy]
        self.env = dict(os.environ, DATAHUB_TOKEN=hub.token())

    def start(self):
        if not self.process:
            self.process = subprocess.Popen(self.command, env=self.env, stdout=self.log, stderr=self.log)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def output(self):
        self.log.seek(0)
        return self.log.read()


def test_mirror(hub, admin, size):
    seed = size("seed") or int(time.time())
    print(f"--seed {seed}")
    with open(f"{hub.home}/etc/io.datahub.store.cfg", "a") as f:
        f.write("\nmaxJournalBytes = 65536\n")
    copy = f"{hub.work}/copy"
    cutter, changes, dice = Cutter(hub.http, seed), Changes(hub, seed), random.Random(seed)
    mirror = Mirror(hub, cutter.port, copy)
    try:
        away, end = 0, time.time() + size("mirror-seconds")
        while time.time() < end:
            changes.one()
            time.sleep(dice.expovariate(100))
            if time.time() > away:
                mirror.start()
            if dice.random() < 0.005:
                mirror.kill()
                away = time.time() + dice.uniform(0, 4)
        mirror.start()
        cutter.gentle = True
        assert until(lambda: not differences(changes.tree, copy), 60), f"{differences(changes.tree, copy)[:10]} {mirror.output()[-1000:]}"
    finally:
        mirror.kill()
    assert cutter.cuts >= 5
    assert "Traceback" not in mirror.output() and "digest" not in mirror.output()


def stored(copy):
    """The events that a mirror has stored, in its order; None where some may be missing."""
    with contextlib.closing(sqlite3.connect(f"{copy}/.mirror/state", timeout=10)) as state:
        rows = state.execute("SELECT event FROM events ORDER BY rowid").fetchall()
    return [None if event is None else json.loads(event)["data"].split()[0] for (event,) in rows]


def test_kept_events(new_hub, size):
    """The copy has each kept event once, in order, over restarts of hub and mirror and cut connections; it notes what it has missed."""
    seed = size("seed") or int(time.time())
    print(f"--seed {seed}")
    hub = new_hub().start()
    admin, dice, copy = hub.token(), random.Random(seed), f"{hub.work}/copy-of-events"
    with open(f"{hub.home}/etc/io.datahub.history.cfg", "w") as f:
        f.write("keep = build.: 1 MiB\nflush = always\n")
    assert until(lambda: hub.log_lines("event=history.configured"), 30)
    cutter = Cutter(hub.http, seed)
    mirror = Mirror(hub, cutter.port, copy, "--events", "build.")
    published = []

    def publish(text):
        assert hub.curl(admin, "/events/build.x", "-d", text)[0] == 202
        published.append(text.split()[0])

    try:
        for number in range(150):
            mirror.start()
            publish(f"{number} {'x' * dice.randrange(2_000)}")
            if number % 5 == 0:
                hub.curl(admin, f"/files/tree/{dice.randrange(9)}", "-T", "/etc/hostname")
            if dice.random() < 0.1:
                mirror.kill()
            if number == 70:
                hub.run("restart")
        mirror.start()
        cutter.gentle = True
        assert until(lambda: stored(copy) == published, 60), mirror.output()[-1000:]
        assert until(lambda: not differences(f"{hub.home}/files/tree", copy), 30)
        mirror.kill()
        first = hub.curl(admin, "/events/history?since=0&topic=build.&limit=1")[2]
        for number in range(30):
            publish(f"large{number} {'x' * 80_000}")
        assert until(lambda: hub.curl(admin, "/events/history?since=0&topic=build.&limit=1")[2] != first, 60)
        before = stored(copy)
        mirror.start()
        publish("last")
        assert until(lambda: stored(copy)[-1] == "last", 60), mirror.output()[-1000:]
        gap = stored(copy).index(None)
        assert stored(copy)[:gap] == before and published[-1 - len(stored(copy)[gap + 2:]):] == stored(copy)[gap + 1:]
    finally:
        mirror.kill()
    assert cutter.cuts >= 3
    assert "Traceback" not in mirror.output()


def test_cursor_of_another_journal(hub, admin):
    assert hub.curl(admin, "/changes?since=" + "0" * 8 + "-1")[0] == 410
