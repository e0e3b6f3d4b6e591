"""rsync over the hub's SSH port, with the real rsync and ssh on this machine. Needs rsync 3.5 and bubblewrap."""
import glob, json, os, random, signal, subprocess, time

import pytest

from support.hub import new_token
from support.waiting import until

VALIDATOR = 'io.datahub.validator.xml-rsync.cfg'


class Client:
    """rsync as a user of a hub who logs in with a key."""

    def __init__(self, hub, name):
        self.hub, self.name, self.key = hub, name, f"{hub.work}/{name}.key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)

    def entry(self, grants):
        """The user for `Hub.put_users`."""
        public = " ".join(open(f"{self.key}.pub").read().split()[:2])
        return new_token(), f"<ssh-key>{public}</ssh-key>{grants}"

    def shell(self):
        return (f"ssh -p {self.hub.ssh} -i {self.key} -l {self.name} -o BatchMode=yes -o IdentitiesOnly=yes -o LogLevel=ERROR"
                " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null")

    def command(self, *words):
        return ["rsync", "-e", self.shell(), *map(str, words)]

    def run(self, *words, **more):
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=600, **more)

    def ssh(self, command):
        return subprocess.run([*self.shell().split(), "127.0.0.1", command], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def clients(hub):
    """Two users: one for the records below up/, and one who may read part of them."""
    up, reader = Client(hub, "up"), Client(hub, "reader")
    users = {"up": up.entry('<allow read="up/" write="up/"/><allow read="new/" create="new/"/>'),
             "reader": reader.entry('<allow read="up/shown/"/><allow read="up/one"/>')}
    assert hub.put_users(users) == 200
    for each in hub.each:
        with open(f"{each.home}/etc/{VALIDATOR}", "w") as f:
            f.write("paths = up/checked/**\n")
        assert until(lambda: "xml-rsync" in each.run("console", "datahub:validators").stdout, 60)
    return up, reader, users


@pytest.fixture
def up(clients):
    return clients[0]


@pytest.fixture
def reader(clients):
    return clients[1]


def write(path, data, age=100_000):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    os.utime(path, (time.time() - age,) * 2)


def head(hub, admin):
    """The cursor of the journal's present end."""
    return json.loads(hub.curl(admin, "/files/?limit=1")[2])["cursor"]


def changes(hub, admin, since):
    """The changes after a cursor, as pairs of type and path."""
    found = []
    while True:
        status, _, body = hub.curl(admin, f"/changes?since={since}&limit=1000")
        assert status == 200, body
        entries = [json.loads(line) for line in body.decode().splitlines()]
        found += [(entry["type"].rsplit(".", 1)[1], entry["subject"]) for entry in entries]
        if not entries:
            return found
        since = entries[-1]["id"]


def content(hub, admin, path):
    status, _, body = hub.curl(admin, f"/files/{path}")
    return body if status == 200 else None


def tree(root):
    return {os.path.relpath(os.path.join(folder, name), root): open(os.path.join(folder, name), "rb").read()
            for folder, _, names in os.walk(root) for name in names}


def stats(done):
    """The figures of --stats."""
    return {line.split(":")[0].strip(): line.split(":")[1].split()[0].replace(",", "") for line in done.stdout.splitlines() if ": " in line}


def left(hub):
    """What transfers have left in the hub's state."""
    return [folder for each in hub.each for folder in glob.glob(f"{each.home}/state/rsync/*")]


def unfinished(hub):
    """The files that transfers are receiving now. A transfer's folder is there before the folders in it."""
    return [file for each in hub.each for name in ("*", ".*") for file in glob.glob(f"{each.home}/state/rsync/*/hub/unfinished/{name}")]


def test_tree(hub, up, admin, tmp_path):
    source = f"{tmp_path}/src"
    data = {f"d{i % 5}/é {i}": os.urandom(1000 + i) for i in range(50)}
    for name, body in data.items():
        write(f"{source}/{name}", body)
    os.makedirs(f"{source}/empty/deep")
    since = head(hub, admin)
    done = up.run("-a", f"{source}/", "127.0.0.1:up/tree/")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(changes(hub, admin, since)) == sorted(("created", f"up/tree/{name}") for name in data), "one event for each file"
    assert all(content(hub, admin, "up/tree/" + name.replace(" ", "%20")) == body for name, body in data.items())
    assert hub.curl(admin, "/files/up/tree/empty/deep/")[0] == 200, "empty directories are made"
    assert left(hub) == []

    since = head(hub, admin)
    again = up.run("-a", "--stats", f"{source}/", "127.0.0.1:up/tree/")
    assert again.returncode == 0 and stats(again)["Number of regular files transferred"] == "0", again.stdout + again.stderr
    assert stats(again)["Literal data"] == "0" and changes(hub, admin, since) == []

    for options in ("-ac", "-aI", "-aAX", "-rt", "-az", "-avvv", "-aR", "-aHS", "-an", "-a --chmod=F777", "-a --numeric-ids"):
        done = up.run(*options.split(), f"{source}/./", "127.0.0.1:up/tree/")
        assert done.returncode == 0 and changes(hub, admin, since) == [], options + done.stderr


def test_delta(hub, up, admin, tmp_path):
    body = bytearray(os.urandom(3_000_000))
    write(f"{tmp_path}/big", bytes(body))
    assert up.run("-t", f"{tmp_path}/big", "127.0.0.1:up/").returncode == 0
    body[1_500_000:1_500_010] = b"0123456789"
    write(f"{tmp_path}/big", bytes(body), age=50_000)
    since = head(hub, admin)
    done = up.run("-t", "--stats", f"{tmp_path}/big", "127.0.0.1:up/big")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not hub.single or int(stats(done)["Literal data"]) < 10_000, "a cluster has no file to compare with"
    assert until(lambda: changes(hub, admin, since) == [("updated", "up/big")], 20) and content(hub, admin, "up/big") == bytes(body)
    os.utime(f"{tmp_path}/big", (1_600_000_000, 1_600_000_000))
    since = head(hub, admin)
    assert up.run("-t", f"{tmp_path}/big", "127.0.0.1:up/").returncode == 0
    assert changes(hub, admin, since) == [], "another time alone is no change"
    assert stats(up.run("-t", "--stats", f"{tmp_path}/big", "127.0.0.1:up/"))["Number of regular files transferred"] == "0"


def test_refused(hub, up, admin, tmp_path):
    for i in range(9):
        write(f"{tmp_path}/src/good{i}.xml", f"<good>{i}</good>")
    write(f"{tmp_path}/src/bad.xml", "<bad>")
    since = head(hub, admin)
    done = up.run("-a", f"{tmp_path}/src/", "127.0.0.1:up/checked/")
    assert done.returncode == 23, done.stderr
    assert "datahub: up/checked/bad.xml refused by validator xml-rsync: line 1:" in done.stderr
    assert "code 23" in done.stderr
    found = changes(hub, admin, since)
    assert len(found) == 10 and ("rejected", "up/checked/bad.xml") in found and content(hub, admin, "up/checked/bad.xml") is None
    good = content(hub, admin, "up/checked/good1.xml")
    write(f"{tmp_path}/src/good1.xml", "<no")
    os.remove(f"{tmp_path}/src/bad.xml")
    assert up.run("-a", f"{tmp_path}/src/", "127.0.0.1:up/checked/").returncode == 23
    assert content(hub, admin, "up/checked/good1.xml") == good, "the last good version stays"


@pytest.mark.parametrize("option, words", [
    ("--delete", "rclone sync"), ("--remove-source-files", "exited with 0"), ("--inplace", "leave it out"),
    ("--link-dest=/", "chooses its own directories"), ("--temp-dir=/tmp", "chooses its own directories"), ("-K", "no links"),
    ("-M--foo", "doesn't know this option"), ("-M--log-file=/tmp/x", "its own log"), ("-u", "compares sizes and times"), ("-s", "leave it out")])
def test_options(hub, up, admin, tmp_path, option, words):
    write(f"{tmp_path}/src/a", "a")
    since = head(hub, admin)
    done = up.run("-a", option, f"{tmp_path}/src/", "127.0.0.1:up/options/")
    assert done.returncode != 0 and "datahub: " in done.stderr and words in done.stderr, done.stderr
    assert os.path.exists(f"{tmp_path}/src/a") and changes(hub, admin, since) == []


def test_paths(hub, up, admin, tmp_path):
    """Nothing leads out of what the user may write, and links aren't kept."""
    write(f"{tmp_path}/src/a", "a")
    os.symlink("/etc/passwd", f"{tmp_path}/src/link")
    os.symlink("/etc", f"{tmp_path}/src/folder")
    os.mkfifo(f"{tmp_path}/src/pipe")
    since = head(hub, admin)
    done = up.run("-a", f"{tmp_path}/src/", "127.0.0.1:/up/paths/")
    assert done.returncode == 0 and "up/paths/link left out: the hub has no links" in done.stderr, done.stderr
    assert changes(hub, admin, since) == [("created", "up/paths/a")], "/ is the root of the records"
    for path in ("up/../x", "..", "/../etc", "up/paths/..", "other/", "/etc/", "", "~/x"):
        done = up.run("-a", f"{tmp_path}/src/", f"127.0.0.1:{path}")
        assert done.returncode != 0 and "datahub: " in done.stderr, path
    assert changes(hub, admin, since) == [("created", "up/paths/a")]
    assert up.run("-a", f"{tmp_path}/src/a", "127.0.0.1:~/up/paths/b").returncode == 0
    assert content(hub, admin, "up/paths/b") == b"a"
    long = up.ssh("rsync --server -re.i . " + "x" * 100_000)
    assert long.returncode == 1 and "characters" in long.stderr
    assert up.ssh("rsync --server --daemon .").returncode == 1
    assert up.ssh("rsync --version").returncode == 1


def test_grants(hub, up, reader, admin, tmp_path):
    write(f"{tmp_path}/src/a", "first")
    assert up.run("-a", f"{tmp_path}/src/", "127.0.0.1:new/").returncode == 0
    write(f"{tmp_path}/src/a", "second")
    done = up.run("-a", f"{tmp_path}/src/", "127.0.0.1:new/")
    assert done.returncode == 23 and "datahub: new/a refused: " in done.stderr and content(hub, admin, "new/a") == b"first"
    done = reader.run("-a", f"{tmp_path}/src/", "127.0.0.1:up/")
    assert done.returncode != 0 and "you have no grant" in done.stderr


def test_download(hub, up, reader, admin, tmp_path):
    for name in ("shown/a", "shown/d/b c", "one", "hidden/x"):
        write(f"{tmp_path}/src/{name}", name * 1000)
    assert up.run("-a", f"{tmp_path}/src/", "127.0.0.1:up/").returncode == 0
    done = reader.run("-a", "127.0.0.1:", f"{tmp_path}/got")
    assert done.returncode == 0, done.stderr
    assert tree(f"{tmp_path}/got") == {f"up/{name}": (name * 1000).encode() for name in ("shown/a", "shown/d/b c", "one")}, "only what may be read"
    again = reader.run("-a", "--stats", "127.0.0.1:", f"{tmp_path}/got")
    assert stats(again)["Number of regular files transferred"] == "0"
    hidden, missing = (reader.run("-a", f"127.0.0.1:up/hidden/{name}", f"{tmp_path}/none") for name in "xy")
    assert (hidden.returncode, hidden.stderr.replace("hidden/x", "hidden/y")) == (missing.returncode, missing.stderr) and hidden.returncode == 23
    assert reader.run("127.0.0.1:up/shown/").stdout.split()[-1] == "d"
    assert reader.run("-a", "127.0.0.1:up/shown/*", ":up/one", f"{tmp_path}/some").returncode == 0
    assert sorted(tree(f"{tmp_path}/some")) == ["a", "d/b c", "one"]
    assert up.run("-a", "--remove-source-files", "127.0.0.1:up/hidden/", f"{tmp_path}/none").returncode != 0
    assert content(hub, admin, "up/hidden/x")
    os.remove(f"{tmp_path}/got/up/one")
    assert reader.run("-a", "127.0.0.1:up/", f"{tmp_path}/got/up").returncode == 0
    assert sorted(tree(f"{tmp_path}/got")) == ["up/one", "up/shown/a", "up/shown/d/b c"]


@pytest.mark.single_hub
def test_download_of_what_others_have_written(hub, up, reader, admin, tmp_path):
    """Files in files/ are served, but no links."""
    write(f"{tmp_path}/src/a", "a")
    assert up.run("-a", f"{tmp_path}/src/", "127.0.0.1:up/shown/").returncode == 0
    write(f"{hub.home}/files/up/shown/local", "x" * 100)
    os.symlink("/etc/passwd", f"{hub.home}/files/up/shown/link")
    assert until(lambda: content(hub, admin, "up/shown/local"), 30)
    assert reader.run("-a", "127.0.0.1:up/shown/", f"{tmp_path}/got").returncode == 0
    assert {"a", "local"} <= set(tree(f"{tmp_path}/got")) and not os.path.lexists(f"{tmp_path}/got/link")
    os.remove(f"{hub.home}/files/up/shown/link")


def test_wildcard(hub, up, tmp_path):
    """More files match than could be made visible one by one."""
    for i in range(2_500):
        write(f"{tmp_path}/src/{i}.txt", str(i))
    assert up.run("-a", f"{tmp_path}/src/", "127.0.0.1:up/wild/").returncode == 0
    done = up.run("-a", "127.0.0.1:up/wild/*.txt", f"{tmp_path}/got")
    assert done.returncode == 0, done.stderr
    assert tree(f"{tmp_path}/got") == tree(f"{tmp_path}/src")


def test_attributes(hub, up, admin, tmp_path):
    """Unchanged files stay what they are, and aren't copied, whatever else is compared: here with a time set later."""
    write(f"{tmp_path}/src/1", "one")
    assert up.run("-a", f"{tmp_path}/src/", "127.0.0.1:up/attributes/").returncode == 0
    write(f"{tmp_path}/src/1", "one", age=50_000)
    assert up.run("-a", f"{tmp_path}/src/", "127.0.0.1:up/attributes/").returncode == 0
    os.chmod(f"{tmp_path}/src/1", 0o755)
    os.link(f"{tmp_path}/src/1", f"{tmp_path}/src/2")
    for options in (["-rA"], ["-aHAX"], ["-rtA", "--modify-window=2"]):
        done = up.run(*options, f"{tmp_path}/src/", "127.0.0.1:up/attributes/")
        assert (done.returncode, done.stderr) == (0, "")
        assert [content(hub, admin, f"up/attributes/{name}") for name in "12"] == [b"one"] * 2


def test_round_trip(hub, up, admin, tmp_path):
    """Files that come back are unchanged, so nothing is sent either way."""
    write(f"{tmp_path}/src/a", "a" * 10_000)
    assert up.run("-a", f"{tmp_path}/src/", "127.0.0.1:up/trip/").returncode == 0
    since = head(hub, admin)
    assert up.run("-a", "127.0.0.1:up/trip/", f"{tmp_path}/src").returncode == 0
    assert up.run("-a", f"{tmp_path}/src/", "127.0.0.1:up/trip/").returncode == 0
    for one, other in ((f"{tmp_path}/src/", "127.0.0.1:up/trip/"), ("127.0.0.1:up/trip/", f"{tmp_path}/src/")):
        done = up.run("-a", "--stats", one, other)
        assert stats(done)["Number of regular files transferred"] == "0", done.stdout
    assert [path for _, path in changes(hub, admin, since) if "trip" in path] == []


def test_cut(hub, up, admin, tmp_path):
    """The client is killed: what was complete is stored, and nothing of what wasn't."""
    write(f"{tmp_path}/src/a", os.urandom(100_000))
    write(f"{tmp_path}/src/b", os.urandom(50_000_000))
    since = head(hub, admin)
    client = subprocess.Popen(up.command("-a", "--bwlimit=4m", f"{tmp_path}/src/", "127.0.0.1:up/cut/"), stderr=subprocess.DEVNULL,
                              start_new_session=True)
    assert until(lambda: unfinished(hub), 60)
    assert until(lambda: any(os.path.exists(f"{folder}/hub/received/up/cut/a") for folder in left(hub)), 60)
    os.killpg(client.pid, signal.SIGKILL)
    client.wait()
    assert until(lambda: not left(hub), 60)
    assert changes(hub, admin, since) == [("created", "up/cut/a")]


def test_revoked(hub, clients, admin, tmp_path):
    """A user that is removed loses a transfer that runs."""
    gone = Client(hub, "gone")
    assert hub.put_users({**clients[2], "gone": gone.entry('<allow write="gone/"/>')}) == 200
    write(f"{tmp_path}/src/a", "a")
    write(f"{tmp_path}/src/b", os.urandom(50_000_000))
    since = head(hub, admin)
    client = subprocess.Popen(gone.command("-a", "--bwlimit=4m", f"{tmp_path}/src/", "127.0.0.1:gone/"), stderr=subprocess.DEVNULL)
    assert until(lambda: unfinished(hub), 60)
    assert hub.put_users(clients[2]) == 200
    assert client.wait(60) != 0
    assert until(lambda: not left(hub), 60)
    assert [path for _, path in changes(hub, admin, since) if path.startswith("gone/")] == []


def test_quota(new_hub, tmp_path):
    """What is being received counts, so that it can't fill the disk before it is refused."""
    hub = new_hub()
    os.makedirs(f"{hub.home}/etc", exist_ok=True)
    with open(f"{hub.home}/etc/io.datahub.store.cfg", "w") as f:
        f.write("quotas = up/: 5 MiB\n")
    hub.start()
    admin, up = hub.token(), Client(hub, "up")
    assert hub.put_users({"up": up.entry('<allow write="up/"/>')}) == 200
    for i in range(60):
        write(f"{tmp_path}/src/{i:02}", os.urandom(1_000_000))
    done = up.run("-a", "--bwlimit=20m", f"{tmp_path}/src/", "127.0.0.1:up/")
    assert done.returncode != 0 and "no room: " in done.stderr, done.stderr
    assert until(lambda: not left(hub), 60)
    assert len([path for _, path in changes(hub, admin, 0) if path.startswith("up/")]) <= 5
    hub.run("stop")


def test_without_program(new_hub, tmp_path):
    """A machine without rsync: all else works."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for folder in ("/usr/bin", "/bin", "/usr/local/bin"):
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if name not in ("rsync", "bwrap") and not os.path.lexists(programs / name):
                os.symlink(f"{folder}/{name}", programs / name)
    hub = new_hub(PATH=str(programs)).start()
    up = Client(hub, "up")
    assert hub.put_users({"up": up.entry('<allow write="up/"/>')}) == 200
    write(f"{tmp_path}/src/a", "a")

    def answer():
        done = up.run("-a", f"{tmp_path}/src/", "127.0.0.1:up/")
        return done.returncode, done.stderr
    assert answer()[0] != 0 and "datahub: rsync isn't installed on the hub's machine; install rsync 3.5.0 or newer" in answer()[1]
    (programs / "rsync").write_text("#!/bin/sh\necho 'rsync  version 3.4.1  protocol version 32'\n")
    (programs / "rsync").chmod(0o755)
    assert until(lambda: "bubblewrap isn't installed" in answer()[1], 30)
    os.symlink("/usr/bin/bwrap", programs / "bwrap")
    assert until(lambda: "too old (3.4)" in answer()[1], 30)
    (programs / "rsync").unlink()
    os.symlink("/usr/bin/rsync", programs / "rsync")
    assert until(lambda: answer()[0] == 0, 30), answer()
    hub.run("stop")


def test_kill_during_commit(new_hub, size, tmp_path):
    """A hub that is killed while it stores what was received: each file is a record or isn't, with one event or none."""
    hub = new_hub().start()
    admin, up = hub.token(), Client(hub, "up")
    assert hub.put_users({"up": up.entry('<allow read="up/" write="up/"/>')}) == 200
    for turn in range(size("rsync-kills")):
        source = f"{tmp_path}/{turn}"
        data = {f"{i:03}": os.urandom(random.choice((0, 100, 5_000, 200_000))) for i in range(200)}
        for name, body in data.items():
            write(f"{source}/{name}", body)
        since = head(hub, admin)
        client = subprocess.Popen(up.command("-a", f"{source}/", f"127.0.0.1:up/{turn}/"), stderr=subprocess.DEVNULL)
        assert until(lambda: os.path.isdir(f"{hub.home}/files/up/{turn}"), 60)
        time.sleep(random.uniform(0, 0.3))
        hub.kill()
        client.wait(60)
        hub.start()
        assert left(hub) == []
        found = changes(hub, admin, since)
        assert len(found) == len(set(found)) and all(kind == "created" for kind, _ in found)
        stored = {os.path.basename(path) for _, path in found}
        assert tree(f"{hub.home}/files/up/{turn}") == {name: data[name] for name in stored}, "all of a file or nothing"
        assert up.run("-a", f"{source}/", f"127.0.0.1:up/{turn}/").returncode == 0
        assert sorted(changes(hub, admin, since)) == sorted(("created", f"up/{turn}/{name}") for name in data)
    hub.run("stop")


def test_many_entries_at_the_root(new_hub, tmp_path):
    """They are seen where they are: nothing is copied, and the users file isn't among them unless it may be read."""
    hub = new_hub().start()
    admin, reader = hub.token(), Client(hub, "reader")
    assert hub.put_users({"reader": reader.entry('<allow read=""/>')}) == 200
    for i in range(230):
        assert hub.curl(admin, f"/files/root{i}", "-X", "PUT", "--data-binary", f"{i}")[0] == 201
    done = reader.run("-a", "127.0.0.1:", f"{tmp_path}/got")
    assert done.returncode == 0, done.stderr
    assert tree(f"{tmp_path}/got") == {f"root{i}": f"{i}".encode() for i in range(230)}
    assert left(hub) == []


def test_many(hub, up, admin, size, tmp_path):
    """A second run over many files sends nothing and makes no event; how long it takes beside an ordinary server."""
    count, source = size("rsync-files"), f"{tmp_path}/src"
    for i in range(count):
        write(f"{source}/{i % 100}/{i}", f"{i}" * 50)
    begun = time.monotonic()
    assert up.run("-a", f"{source}/", "127.0.0.1:up/many/").returncode == 0
    first = time.monotonic() - begun
    since = head(hub, admin)
    times = []
    for _ in range(3):
        begun = time.monotonic()
        done = up.run("-a", "--stats", f"{source}/", "127.0.0.1:up/many/")
        times.append(time.monotonic() - begun)
        assert done.returncode == 0 and stats(done)["Number of regular files transferred"] == "0", done.stderr
        assert stats(done)["Literal data"] == "0" and changes(hub, admin, since) == []
    shell = tmp_path / "shell"
    shell.write_text("#!/bin/sh\nshift\nexec \"$@\"\n")
    shell.chmod(0o755)
    plain = ["rsync", "-a", "-e", str(shell), f"{source}/", f"here:{tmp_path}/copy/"]
    plain_times = []
    for _ in range(4):
        begun = time.monotonic()
        subprocess.run(plain, check=True, timeout=600)
        plain_times.append(time.monotonic() - begun)
    begun = time.monotonic()
    assert up.run("-a", "127.0.0.1:up/many/", f"{tmp_path}/back/").returncode == 0 and tree(f"{tmp_path}/back") == tree(source)
    downloaded = time.monotonic() - begun
    print(f"\nrsync of {count} files: downloaded {downloaded:.2f} s, new {first:.2f} s, unchanged {min(times):.2f} s; an ordinary rsync without ssh: "
          f"new {plain_times[0]:.2f} s, unchanged {min(plain_times[1:]):.2f} s")
