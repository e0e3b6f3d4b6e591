"""Changes by other programs, as a reader of the journal sees them: each exactly once, whatever the hub misses.

The hub runs without the privileges of root and with few inotify watches, in a user namespace of its own; its queue of notifications
is as small as possible. Needs rsync, and root to set all that up. The tests build on one another."""
import contextlib, json, mmap, os, re, shutil, signal, subprocess

import pytest

from support.hub import LAUNCHER, ROOT, Hub
from support.waiting import never, until

pytestmark = pytest.mark.exclusive

WATCHES, INSTANCES = "/proc/sys/user/max_inotify_watches", "/proc/sys/user/max_inotify_instances"
QUEUE = "/proc/sys/fs/inotify/max_queued_events"
UNPRIVILEGED = f"exec setpriv --bounding-set=-all --inh-caps=-all --ambient-caps=-all {LAUNCHER} start"
STORM = 1_500


class UnprivilegedHub(Hub):
    """A hub in a user namespace, so that it isn't root and limits apply to it alone."""

    def start_unprivileged(self):
        started = subprocess.run(["unshare", "--user", "--map-root-user", "sh", "-c", UNPRIVILEGED], env=self.env, capture_output=True, text=True, timeout=600)
        assert started.returncode == 0, started.stdout + started.stderr
        return self

    def limit(self, what, count):
        subprocess.run(["nsenter", "--user", "--preserve-credentials", "-t", str(self.pid()), "sh", "-c", f"echo {count} > {what}"], check=True)

    def journal(self, prefix):
        """The changes of a tree in the journal."""
        lines = self.curl(self.token(), f"/changes?since=0&limit=10000&path={prefix}")[2].decode().splitlines()
        return [json.loads(line) for line in lines]

    def changes(self, prefix):
        """The same as pairs of kind and path below the prefix."""
        return [(e["type"].split(".")[-1], e["subject"][len(prefix):]) for e in self.journal(prefix)]

    def versions(self, path):
        """The changes of a record as pairs of kind and size."""
        return [(e["type"].split(".")[-1], e["data"]["size"]) for e in self.journal(path)]

    def content(self, path):
        return self.curl(self.token(), f"/files/{path}")[2]

    def health(self):
        """The status of readiness, and the detail of each component."""
        status, _, body = self.curl(self.token(), "/health/ready")
        return status, {p["name"]: p["detail"] for p in json.loads(body).get("components", [])}

    def compares(self):
        """Whether health says that directories are compared because they can't be watched."""
        return "everything is compared every" in self.health()[1].get("watcher", "")


@pytest.fixture(scope="module", autouse=True)
def mapped(request, new_hub):
    """A hub that rescans each minute, and a record of it in memory, which was changed: for the last test, so that the minute passes
    while the others run. None if that doesn't run, or on tmpfs."""
    if not any(item.name == "test_memory_mapped_record" for item in request.session.items):
        yield None
        return
    hub = new_hub(kind=UnprivilegedHub)
    os.makedirs(f"{hub.home}/etc")
    shutil.copy(f"{ROOT}/config/io.datahub.watcher.cfg", f"{hub.home}/etc")
    with open(f"{hub.home}/etc/io.datahub.watcher.cfg", "a") as f:
        f.write("\nrescanMinutes = 1\n")
    hub.start()
    if os.stat(hub.home).st_dev == os.stat("/dev/shm").st_dev:
        yield None
        return
    with open(f"{hub.home}/files/mapped", "w+b") as f:
        f.write(b"first!")
        f.flush()
        memory = mmap.mmap(f.fileno(), 6)
    with memory:
        assert until(lambda: hub.versions("mapped") == [("created", 6)], 20)
        memory[:] = b"second"
        yield hub, memory


class Tree:
    """A directory of its own, and the changes that the journal must have of it."""

    def __init__(self, hub, name):
        self.hub, self.prefix, self.expected = hub, name + "/", []
        self.top = f"{hub.home}/files/{name}"
        os.makedirs(self.top, exist_ok=True)

    def write(self, name, text="text"):
        """By a rename, so that half of a change is never visible, however slow the machine."""
        os.makedirs(os.path.dirname(f"{self.top}/{name}"), exist_ok=True)
        with open(f"{self.top}/{name}.part", "w") as f:
            f.write(text)
        os.replace(f"{self.top}/{name}.part", f"{self.top}/{name}")

    def sh(self, script):
        subprocess.run(script, shell=True, check=True, cwd=self.top)

    def is_complete(self):
        return sorted(self.hub.changes(self.prefix)) == sorted(self.expected)

    def expect(self, *changes):
        """Asserts that these changes are added to the journal, in any order, and nothing else."""
        self.expected += [tuple(change.split(" ", 1)) for change in changes]
        until(self.is_complete, 60)
        never(lambda: not self.is_complete(), 0.6)  # duplicates arrive late
        missing, surplus = list(self.expected), []
        for change in self.hub.changes(self.prefix):
            missing.remove(change) if change in missing else surplus.append(change)
        assert (missing[:5], surplus[:5]) == ([], [])


@pytest.fixture(scope="module")
def hub(new_hub):
    hub = new_hub(kind=UnprivilegedHub)
    os.makedirs(f"{hub.home}/etc")
    shutil.copy(f"{ROOT}/config/io.datahub.watcher.cfg", f"{hub.home}/etc")
    with open(f"{hub.home}/etc/io.datahub.watcher.cfg", "a") as f:
        f.write("\nquietMillis = 300\nmaxQuietMillis = 2000\npollMillis = 500\n")
    with open(QUEUE) as f:
        before = f.read()
    try:
        with contextlib.suppress(OSError), open(QUEUE, "w") as f:
            f.write("1")
        with open(QUEUE) as f:
            hub.small_queue = f.read().strip() == "1"
        return hub.start_unprivileged()
    finally:
        with contextlib.suppress(OSError), open(QUEUE, "w") as f:
            f.write(before)


@pytest.fixture
def tree(hub, request):
    """A tree that has the name of the test."""
    return Tree(hub, request.node.name.removeprefix("test_"))


# Programs and their habits

def test_shell_and_cp(tree):
    tree.sh("printf one > a; printf one > b; mkdir -p d/e; printf one > d/e/c; cp -r d d2")
    tree.expect("created a", "created b", "created d/e/c", "created d2/e/c")
    tree.sh("printf two >> a; truncate -s 0 b; touch d/e/c; chmod 600 d2/e/c; printf one > tmp.part; mv tmp.part d2/e/c")
    tree.expect("updated a", "updated b")
    tree.sh(f"sed s/one/three/ a > .a.swp; mv .a.swp a; mv d moved; mv b B; ln -s a soft; echo x > y.part; echo x > .y.Ab12Cd")
    tree.expect("updated a", "deleted d/e/c", "created moved/e/c", "deleted b", "created B")
    tree.sh(f"mv moved {tree.hub.work}/out; mkdir {tree.hub.work}/in; echo 1 > {tree.hub.work}/in/1; mv {tree.hub.work}/in in; mv y.part y")
    tree.expect("deleted moved/e/c", "created in/1", "created y")


def test_hard_link(hub, tree):
    tree.write("a")
    tree.expect("created a")
    tree.sh("ln a hard")
    tree.expect("created hard")
    assert until(lambda: "etag" in hub.curl(hub.token(), f"/files/{tree.prefix}a")[1])


def test_rsync(hub, tree):
    source = f"{hub.work}/source"
    os.makedirs(f"{source}/s", exist_ok=True)
    for name in ("x", "s/y"):
        with open(f"{source}/{name}", "w") as f:
            f.write("by rsync" * 100)
    tree.sh(f"rsync -a {source}/ rsynced/")
    tree.expect("created rsynced/x", "created rsynced/s/y")
    tree.sh(f"printf more >> {source}/x; rsync -a {source}/ rsynced/")
    tree.expect("updated rsynced/x")
    tree.sh(f"printf more >> {source}/s/y; rsync -a --inplace {source}/ rsynced/")
    tree.expect("updated rsynced/s/y")
    tree.sh("mv rsynced/x X")
    tree.expect("deleted rsynced/x", "created X")


def test_file_that_is_always_written(hub, tree):
    """It is recorded from time to time, and so is its end."""
    path = f"{tree.prefix}log"

    def write():
        with open(f"{tree.top}/log", "a") as f:
            f.write("a line\n")
        return [kind for kind, _ in hub.versions(path)][:2] == ["created", "updated"]
    assert until(write, 20), hub.versions(path)
    assert until(lambda: hub.versions(path)[-1][1] == os.path.getsize(f"{tree.top}/log"))


# Validation

@pytest.fixture(scope="module")
def validated(hub):
    """A tree whose files are validated."""
    with open(f"{hub.home}/etc/io.datahub.validator.xml-hands.cfg", "w") as f:
        f.write("paths = validated/**/*.xml\n")
    assert until(lambda: hub.curl(hub.token(), "/files/validated/bad.xml?dry-run", "-X", "POST", "-d", "<")[0] == 422, 30)
    return Tree(hub, "validated")


def test_invalid_change(hub, validated):
    validated.write("a.xml", "<good/>")
    validated.expect("created a.xml")
    etag = hub.curl(hub.token(), "/files/validated/a.xml")[1]["etag"]
    validated.write("a.xml", "<bad>")
    validated.write("new.xml", "<bad>")
    validated.expect("rejected a.xml", "rejected new.xml")
    _, head, body = hub.curl(hub.token(), "/files/validated/a.xml")
    assert body == b"<good/>" and head["etag"] == etag and os.listdir(validated.top) == ["a.xml"], "it is rolled back"


def test_drop_folder(hub, validated):
    """What is put into incoming/ is validated before it becomes a record."""
    incoming = f"{hub.home}/incoming/validated"
    os.makedirs(incoming)
    for name, text in (("in.xml", "<good/>"), ("in-bad.xml", "<bad>"), ("half.xml.part", "<")):
        with open(f"{incoming}/{name}", "w") as f:
            f.write(text)
    validated.expect("created in.xml")
    assert until(lambda: os.listdir(incoming) == ["half.xml.part"]), "it is removed, unless it is unfinished"
    kept = os.listdir(f"{hub.home}/state/rejected")
    assert len(kept) == 3 and sum("in-bad.xml" in name for name in kept) == 1, "rejected files are kept for a while"


# Lost notifications and limits

def test_more_changes_than_notifications(hub, tree):
    for n in range(STORM):
        tree.write(f"{n % 20}/{n}", "one")
    tree.expect(*(f"created {n % 20}/{n}" for n in range(STORM)))
    for n in range(STORM):
        with open(f"{tree.top}/{n % 20}/{n}", "a") as f:
            f.write("and two")
    tree.expect(*(f"updated {n % 20}/{n}" for n in range(STORM)))
    shutil.rmtree(tree.top)
    tree.expect(*(f"deleted {n % 20}/{n}" for n in range(STORM)))
    lost = re.search(r"notifications lost (\d+) times", hub.health()[1]["watcher"])
    assert lost and (int(lost[1]) > 0 or not hub.small_queue)


def test_unreadable_directory(hub, tree):
    tree.write("d/a")
    tree.write("d/b")
    tree.expect("created d/a", "created d/b")
    os.chmod(f"{tree.top}/d", 0)
    named = f"{tree.prefix}d"
    assert until(lambda: named in str(hub.health()[1])), "health names it"
    tree.write("d/a", "changed meanwhile")
    os.remove(f"{tree.top}/d/b")
    tree.write("c", "beside it")
    tree.expect("created c")
    os.chmod(f"{tree.top}/d", 0o755)
    tree.expect("updated d/a", "deleted d/b")
    assert until(lambda: named not in str(hub.health()[1]))


def test_too_few_watches(hub, tree):
    """Directories that can't be watched are compared again and again, until they can be."""
    hub.limit(WATCHES, 3)
    for n in range(8):
        tree.write(f"{n}/a")
    tree.expect(*(f"created {n}/a" for n in range(8)))
    assert hub.compares()
    for n in range(8):
        tree.write(f"{n}/a", "other")
    tree.expect(*(f"updated {n}/a" for n in range(8)))
    hub.limit(WATCHES, 10_000)
    assert until(lambda: not hub.compares(), 30)


def test_restarted_watcher_without_inotify(hub, tree):
    tree.write("a")
    tree.write("b")
    tree.expect("created a", "created b")
    hub.run("console", "bundle:stop datahub-watcher")
    tree.write("a", "changed while nobody watched")
    os.remove(f"{tree.top}/b")
    hub.limit(INSTANCES, 0)
    hub.run("console", "bundle:start datahub-watcher")
    tree.expect("updated a", "deleted b")
    assert until(hub.compares, 30)
    tree.write("c")
    tree.expect("created c")
    hub.limit(INSTANCES, 100)
    assert until(lambda: not hub.compares(), 30)
    tree.write("c", "other")
    tree.expect("updated c")


def test_files_covered_by_another_file_system(hub, tree):
    """The hub isn't ready, and takes nothing for deleted or new."""
    tree.write("a")
    tree.expect("created a")
    files = f"{hub.home}/files"
    if subprocess.run(["mount", "-t", "tmpfs", "none", files], capture_output=True).returncode:
        pytest.skip("mounting isn't allowed here")
    try:
        assert until(lambda: hub.health()[0] == 503, 30)
        os.makedirs(tree.top)
        open(f"{tree.top}/stranger", "w").close()
        assert never(lambda: not tree.is_complete())
    finally:
        subprocess.run(["umount", files], check=True)
    assert until(lambda: hub.health()[0] == 200, 30)
    tree.write("b")
    tree.expect("created b")


# The drop folder and its writers

@pytest.fixture(scope="module")
def incoming(hub):
    path = f"{hub.home}/incoming/in"
    os.makedirs(path)
    return path


def test_writer_that_pauses(hub, incoming):
    with open(f"{incoming}/paused", "w") as f:
        f.write("half ")
        f.flush()
        assert never(lambda: not os.path.exists(f"{incoming}/paused"), 1.5)
        f.write("whole")
    assert until(lambda: hub.versions("in/paused") == [("created", 10)], 20), hub.versions("in/paused")


def test_writer_that_pauses_for_long(hub, incoming):
    """Its file is taken; what it writes afterwards is another version."""
    with open(f"{incoming}/long", "w") as f:
        f.write("half ")
        f.flush()
        assert until(lambda: not os.path.exists(f"{incoming}/long"), 20)
        f.write("whole")
    assert until(lambda: hub.versions("in/long") == [("created", 5), ("updated", 10)], 30), hub.versions("in/long")
    assert hub.content("in/long") == b"half whole"


def test_incomplete_document(hub, incoming, validated):
    """It is rejected, and a record once it is complete."""
    path = f"{hub.home}/incoming/validated/late.xml"
    with open(path, "w") as f:
        f.write("<late>")
        f.flush()
        assert until(lambda: not os.path.exists(path), 20)
        f.write("</late>")
    assert until(lambda: hub.content("validated/late.xml") == b"<late></late>", 30)


@pytest.fixture(scope="module")
def source(hub):
    """A file of 1 MiB that is old."""
    path = f"{hub.work}/big"
    with open(path, "wb") as f:
        f.write(os.urandom(1 << 20))
    os.utime(path, (1, 1))
    return path


def test_rsync_that_is_suspended(hub, incoming, source):
    target = f"{incoming}/rsynced"
    rsync = subprocess.Popen(["rsync", "-t", "--inplace", "--bwlimit=2000", source, target], stderr=subprocess.DEVNULL)  # it can't set the time of a file that is gone
    assert until(lambda: os.path.exists(target) and os.path.getsize(target) > 100_000, 20)
    rsync.send_signal(signal.SIGSTOP)
    assert until(lambda: not os.path.exists(target), 20)
    rsync.send_signal(signal.SIGCONT)
    rsync.wait(60)
    whole = open(source, "rb").read()
    assert until(lambda: hub.content("in/rsynced") == whole, 40), hub.versions("in/rsynced")


def copy(incoming, source):
    subprocess.run(["cp", "-p", source, f"{incoming}/file"], check=True)


def move(incoming, source):
    with open(f"{incoming}/file.part", "w") as f:
        f.write("moved")
    os.replace(f"{incoming}/file.part", f"{incoming}/file")


def die(incoming, source):
    writer = subprocess.Popen(["sh", "-c", f"printf begun > {incoming}/file; exec cat"], stdin=subprocess.PIPE)
    assert until(lambda: os.path.exists(f"{incoming}/file") and os.path.getsize(f"{incoming}/file"))
    writer.kill()
    writer.wait()


def write_in_the_future(incoming, source):
    with open(f"{incoming}/file", "w") as f:
        f.write("future")
    os.utime(f"{incoming}/file", (4e9, 4e9))


@pytest.mark.parametrize("write, size", [(copy, 1 << 20), (move, 5), (die, 5), (write_in_the_future, 6)], ids=lambda value: getattr(value, "__name__", ""))
def test_one_version(hub, incoming, source, write, size):
    folder = f"{incoming}/{write.__name__}"
    os.makedirs(folder)
    write(folder, source)
    path = f"in/{write.__name__}/file"
    assert until(lambda: hub.versions(path) == [("created", size)], 20), hub.versions(path)


def test_memory_mapped_file(hub, incoming):
    path = f"{incoming}/mapped"
    with open(path, "w+b") as f:
        f.write(b"before")
        f.flush()
        with mmap.mmap(f.fileno(), 6) as memory:
            assert until(lambda: not os.path.exists(path), 20)
            memory[:] = b"after!"
            if os.stat(hub.home).st_dev != os.stat("/dev/shm").st_dev:
                assert until(lambda: hub.content("in/mapped") == b"after!", 30), hub.versions("in/mapped")


def test_kill_while_files_are_taken(hub, incoming):
    names = [f"kill{n}" for n in range(300)]
    for name in names:
        with open(f"{incoming}/{name}", "w") as f:
            f.write(name)
    with open(f"{incoming}/open", "w") as still_open:
        still_open.write("before ")
        still_open.flush()
        assert until(lambda: sum(name.startswith("kill") for name in os.listdir(incoming)) < 250, 30)
        hub.kill()
        still_open.write("after")
    hub.start()
    assert until(lambda: not any(os.path.isfile(f"{incoming}/{name}") for name in os.listdir(incoming)), 60)
    assert sorted(hub.changes("in/kill")) == sorted(("created", name[4:]) for name in names), "no file is lost or taken twice"
    assert until(lambda: hub.content("in/open") == b"before after", 30), "what was written while the hub was down"


def test_damaged_state(hub, tree):
    tree.write("a")
    tree.expect("created a")
    cursor = json.loads(hub.curl(hub.token(), "/files/")[2])["cursor"]
    hub.kill()
    os.truncate(f"{hub.home}/state/store.mv", 0)
    tree.write("a", "changed while the hub was down")
    hub.start()
    status, head, _ = hub.curl(hub.token(), f"/changes?since={cursor}")
    assert status == 410 and head["datahub-cursor"].endswith("-0"), "an old cursor is refused with the oldest that is valid"
    assert hub.curl(hub.token(), "/changes?since=0")[0] == 200
    assert never(lambda: hub.changes(""), 3), "nothing is announced again"
    assert "etag" in hub.curl(hub.token(), f"/files/{tree.prefix}a")[1]
    assert len(hub.log_lines("store.database.corrupt")) == 1
    assert len([name for name in os.listdir(f"{hub.home}/state") if ".damaged-" in name]) == 1, "the file is set aside"


def test_memory_mapped_record(mapped):
    """The kernel notifies of no change by mmap, and changes the time of modification only with the first of a page that isn't being
    written to disk already: the periodic rescan finds each all the same."""
    if not mapped:
        pytest.skip("tmpfs doesn't change the time of modification")
    hub, memory = mapped
    assert until(lambda: hub.versions("mapped") == [("created", 6), ("updated", 6)], 120)
    memory[:] = b"third!"
    assert hub.run("console", "datahub:rescan").returncode == 0
    assert until(lambda: hub.versions("mapped") == [("created", 6), ("updated", 6), ("updated", 6)], 20)
    assert hub.content("mapped") == b"third!"
