"""The datahub command as a client: each command by the real launcher against a real hub."""
import http.server, json, os, random, re, shutil, signal, ssl, subprocess, tarfile, threading, time
import pytest

from support.hub import LAUNCHER, ROOT, Hub
from support.link import Link
from support.waiting import until

MIB = 1 << 20
IN_A_CLUSTER = True


class Cli:
    """Runs the command with state, configuration and cache of its own, and without the variables of the test's user."""

    def __init__(self, hub, home, launcher=LAUNCHER, **env):
        self.work, self.launcher = home, launcher
        self.env = {name: value for name, value in hub.env.items() if not name.startswith("DATAHUB_TOKEN")}
        self.env |= {f"XDG_{kind}_HOME": f"{home}/{kind.lower()}" for kind in ("CONFIG", "STATE")} | env
        if not hub.single:
            # A home whose hub is what nginx makes of the cluster.
            self.env["DATAHUB_HOME"] = f"{home}/front"
            os.makedirs(f"{home}/front/cache", exist_ok=True)
            for name, text in (("cache/hub.run", f"http.host=127.0.0.1\nhttp.port={hub.http}\n"), ("admin.token", hub.token())):
                with open(f"{home}/front/{name}", "w") as f:
                    f.write(text)

    def start(self, *words, **more):
        return subprocess.Popen([self.launcher, *words], env=self.env, stdin=more.pop("stdin", subprocess.DEVNULL),
                                stdout=more.pop("stdout", subprocess.PIPE), stderr=more.pop("stderr", subprocess.PIPE), **more)

    def run(self, *words, env=(), data=b"", status=0, cwd=None):
        out = subprocess.run([self.launcher, *words], env=self.env | dict(env), input=data, capture_output=True, timeout=300, cwd=cwd)
        if status is not None:
            assert out.returncode == status, (words, out)
        return out

    def lines(self, *words, **more):
        return [json.loads(line) for line in self.run(*words, "--json", **more).stdout.splitlines()]

    def state(self, kind):
        folder = f"{self.work}/state/datahub/{kind}"
        return [f"{folder}/{name}" for name in os.listdir(folder) if name.endswith(".json")] if os.path.isdir(folder) else []


@pytest.fixture
def cli(hub, tmp_path):
    return Cli(hub, str(tmp_path))


@pytest.fixture(scope="module")
def limited(hub):
    """The token of a user with few grants."""
    return hub.add_users(few='<allow read="few/" create="few/" publish="few."/>')["few"]


def tree(folder):
    """Relative path to content of each file."""
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, folder)] = f.read()
    return found


def sizes(folder):
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.path.getsize(os.path.join(parent, name))
            except FileNotFoundError:
                pass


def fill(folder, count, seed=b""):
    for i in range(count):
        path = folder / f"d{i % 7}" / f"ä {i}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d " % i + seed)


def test_records(cli, tmp_path):
    (tmp_path / "ö 1%.txt").write_bytes(b"one")
    (tmp_path / "two.txt").write_bytes(b"two")
    stored = cli.lines("put", f"{tmp_path}/ö 1%.txt", f"{tmp_path}/two.txt", "rec/dir")
    assert sorted(each["path"] for each in stored) == ["rec/dir/two.txt", "rec/dir/ö 1%.txt"]
    assert cli.run("cat", "rec/dir/ö 1%.txt", "/rec/dir/two.txt").stdout == b"onetwo"
    assert cli.run("put", "-", "rec/in.bin", data=b"\x00\xff\n").stdout == b"rec/in.bin\n"
    cli.run("get", "rec/in.bin", f"{tmp_path}/out.bin")
    assert (tmp_path / "out.bin").read_bytes() == b"\x00\xff\n" == cli.run("get", "rec/in.bin", "-").stdout
    assert cli.run("ls", "rec").stdout.decode().split() == ["dir/", "in.bin"]
    assert cli.run("ls", "rec/in.bin").stdout == b"rec/in.bin\n"
    assert b"-r" in cli.run("rm", "--dry-run", "rec", status=1).stderr
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "broker_users.xml").write_bytes(b"x")
    assert b"left out" in cli.run("put", "-r", f"{tmp_path}/root", "/").stderr
    assert b"left out" in cli.run("get", "-r", "/", f"{tmp_path}/whole").stderr and not (tmp_path / "whole" / "broker_users.xml").exists()
    assert [each["path"] for each in cli.lines("ls", "-R", "rec")] == ["rec/dir/", "rec/in.bin", "rec/dir/two.txt", "rec/dir/ö 1%.txt"]
    [stat] = cli.lines("stat", "rec/in.bin")
    assert stat["size"] == 3 and len(stat["sha256"]) == 64 and stat["type"] == "file"
    cli.run("mv", "rec/in.bin", "rec/dir/")
    cli.run("mkdir", "rec/empty")
    assert [each["type"] for each in cli.lines("stat", "rec/empty", "rec/dir/in.bin")] == ["directory", "file"]
    cli.run("get", "-r", "rec", f"{tmp_path}/all")
    assert tree(tmp_path / "all") == {"dir/in.bin": b"\x00\xff\n", "dir/two.txt": b"two", "dir/ö 1%.txt": b"one"}
    (tmp_path / "link").symlink_to("all")
    assert {each["path"] for each in cli.lines("put", "-r", f"{tmp_path}/link", "linked")} == {f"linked/{name}" for name in tree(tmp_path / "all")}
    cli.run("put", "-r", f"{tmp_path}/all", f"{tmp_path}/link", "linked", status=2)
    cli.run("rm", "-r", "linked")
    assert cli.run("rm", "-r", "--dry-run", "rec").stdout.count(b"\n") == 3
    cli.run("rm", "-r", "rec")
    cli.run("rm", "rec", status=1)
    cli.run("rm", "-f", "rec")


def test_names_that_are_odd(cli, tmp_path):
    odd = tmp_path / "odd"
    odd.mkdir()
    (odd / "@x").write_bytes(b"at")
    (odd / "x").write_bytes(b"whole")
    cli.run("put", "@x", "odd/", cwd=odd)
    assert cli.run("cat", "odd/@x").stdout == b"at"
    assert b"exists and is no directory" in cli.run("get", "-r", "odd", f"{odd}/x", status=1).stderr
    assert b"odd is a directory" in cli.run("cat", "odd", status=1).stderr
    with open(os.fsencode(odd) + b"/\xff", "wb") as f:
        f.write(b"no text")
    (odd / "link").symlink_to("x")
    for words in (("put", "-r", str(odd), "odd/"), ("sync", str(odd), "hub:odd")):
        out = cli.run(*words, status=1)
        assert b"isn't UTF-8" in out.stderr and b"link is no regular file" in out.stderr
        assert [each["path"] for each in cli.lines("ls", "-R", "odd")] == ["odd/@x", "odd/x"]
    # A locale that isn't installed, as in many containers.
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "ä.txt").write_bytes(b"x")
    for number, variables in enumerate(({"LC_ALL": "xx_XX.UTF-8"}, {"LC_ALL": "", "LANG": "xx_XX.UTF-8"}, {"LC_ALL": "C"})):
        cli.run("put", "-r", f"{tmp_path}/tree", f"locale/{number}/", env=variables)
        assert [each["path"] for each in cli.lines("ls", f"locale/{number}")] == [f"locale/{number}/ä.txt"]
        cli.run("get", f"locale/{number}/ä.txt", f"{tmp_path}/ö{number}", env=variables)
        assert (tmp_path / f"ö{number}").read_bytes() == b"x"
    cli.run("sync", "hub:odd", str(odd), "--delete")
    assert os.path.exists(os.fsencode(odd) + b"/\xff")


def test_exit_statuses(hub, cli, limited, tmp_path):
    (tmp_path / "x").write_bytes(b"x")
    (tmp_path / "x.xml").write_bytes(b"<a><b></a>")
    for each in hub.each:
        with open(f"{each.home}/etc/io.datahub.validator.xml-cli.cfg", "w") as f:
            f.write("paths = exit/*.xml\n")
        assert until(lambda: "xml-cli" in each.run("console", "datahub:validators").stdout, 20)
    few = {"DATAHUB_TOKEN": limited}
    for status, words, env in [
            (1, ("get", "exit/none", f"{tmp_path}/none"), {}),
            (1, ("put", f"{tmp_path}/x", f"{tmp_path}/none", "exit/"), {}),
            (2, ("put", f"{tmp_path}/x"), {}), (2, ("get", "--wrong", "x"), {}), (2, ("whoami",), {"DATAHUB_URL": "hub.example"}),
            (2, ("grant", "few"), {}), (2, ("revoke", "few"), {}), (2, ("sub", "--count", "0"), {}), (2, ("sub", "--wait", "-1"), {}),
            (2, ("history", "--limit", "-3"), {}), (2, ("watch", "--attempts", "0"), {}), (2, ("whoami", "--retries", "-1"), {}),
            (2, ("put", "-P", "0", f"{tmp_path}/x", "exit/x"), {}), (2, ("sync", "-P", "0", str(tmp_path), "hub:exit"), {}),
            (3, ("whoami",), {"DATAHUB_URL": "http://127.0.0.1:9"}),
            (4, ("whoami",), {"DATAHUB_TOKEN": "dh_wrong"}), (4, ("cat", "exit/x"), few), (4, ("pub", "other.x", "x"), few),
            (5, ("put", f"{tmp_path}/x.xml", "exit/x.xml"), {}), (5, ("put", "--dry-run", f"{tmp_path}/x.xml", "exit/x.xml"), {}),
            (6, ("put", "--if-match", "nothing", f"{tmp_path}/x", "exit/x"), {}), (6, ("put", "--if-none-match", f"{tmp_path}/x", "exit/x"), {})]:
        out = cli.run(*words, env=env, status=None)
        assert out.returncode == status and out.stderr, (words, out)
        assert limited.encode() not in out.stderr and b"Exception" not in out.stderr
    assert b"--wrong" in cli.run("get", "--wrong", "x", status=2).stderr
    assert b"FILE\xe2\x80\xa6 PATH: needs at least 2" in cli.run("put", status=2).stderr
    assert b"line 1" in cli.run("put", f"{tmp_path}/x.xml", "exit/x.xml", status=5).stderr
    error = json.loads(cli.run("cat", "exit/x", "--json", env=few, status=4).stderr)
    assert error["status"] == 403 and error["exit"] == 4
    cli.run("put", "--dry-run", f"{tmp_path}/x", "exit/dry")
    cli.run("stat", "exit/dry", status=1)
    assert limited not in cli.run("put", f"{tmp_path}/x", "few/x", env=few).stdout.decode()


def test_contexts(hub, cli, limited, tmp_path):
    away = {"DATAHUB_HOME": f"{tmp_path}/nowhere"}
    url = f"http://127.0.0.1:{hub.http}"
    cli.run("context", "add", "few", url, data=limited.encode(), env=away)
    file = f"{tmp_path}/config/datahub/contexts/few.json"
    assert os.stat(file).st_mode & 0o777 == 0o600
    del cli.env["DATAHUB_HOME"]
    (tmp_path / "token").write_text(hub.token())
    cli.run("context", "add", "boss", url, "--token-file", f"{tmp_path}/token")
    assert cli.lines("whoami")[0]["user"] == "few"
    assert cli.lines("whoami", "--context", "boss")[0]["user"] == "admin"
    cli.run("context", "use", "boss")
    assert cli.lines("whoami")[0]["user"] == "admin"
    assert cli.lines("whoami", env={"DATAHUB_URL": url, "DATAHUB_TOKEN": limited})[0]["user"] == "few"
    assert b"--no-token" in cli.run("context", "add", "empty", url, status=2).stderr
    listed = cli.run("context", "ls").stdout.decode()
    assert "* boss" in listed and "few" in listed and limited not in listed
    # A token goes to no other hub than its own.
    other = cli.run("whoami", env={"DATAHUB_URL": url.replace("127.0.0.1", "localhost")}, status=4)
    assert b"no token" in other.stderr
    cli.run("context", "rm", "few")
    cli.run("whoami", "--context", "few", status=2)


def test_certificate(cli, tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=hub",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{tmp_path}/key", "-out", f"{tmp_path}/ca"], check=True, capture_output=True)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"user":"ann","roles":[],"grants":[]}')

        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(f"{tmp_path}/ca", f"{tmp_path}/key")
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port, trusted = server.server_address[1], {"DATAHUB_CA_FILE": f"{tmp_path}/ca"}
    words = ("whoami", "--json", "--retries", "0")
    assert json.loads(cli.run(*words, env={"DATAHUB_URL": f"https://localhost:{port}", **trusted}).stdout)["user"] == "ann"
    for env in ({"DATAHUB_URL": f"https://localhost:{port}"}, {"DATAHUB_URL": f"https://127.0.0.1:{port}", **trusted}):
        assert b"DATAHUB_CA_FILE" in cli.run(*words, env=env, status=3).stderr
    server.shutdown()
    server.server_close()


def test_events(hub, cli):
    sub = cli.start("sub", "--json", "--count", "5", "--wait", "60", "cli.")
    assert until(lambda: any(each["transport"] == "http" for each in clients(hub)), 30)
    cli.run("pub", "cli.word", "grün")
    cli.run("pub", "cli.bytes", "-", data=b"\x00\xff")
    cli.run("pub", "--lines", "cli.line", data=b"one\ntwo\nthree")
    out, err = sub.communicate(timeout=90)
    assert sub.returncode == 0, err
    events = [json.loads(line) for line in out.splitlines()]
    assert [(each["topic"], each.get("data"), each.get("base64")) for each in events] == [
        ("cli.word", "grün", None), ("cli.bytes", None, "AP8="), *(("cli.line", word, None) for word in ("one", "two", "three"))]
    timeout = cli.run("sub", "--count", "1", "--wait", "1", "cli.never", status=1)
    assert b"0 of 1" in timeout.stderr


def test_users(hub, cli):
    cli.run("user", "add", "agent", "--create", "builds/{user}/", "--publish", "build.")
    cli.run("user", "add", "agent", status=1)
    cli.run("grant", "agent", "--read", "builds/", "--role", "monitor")
    [agent] = cli.lines("user", "ls", "agent")
    assert agent["roles"] == ["monitor"] and {"action": "read", "what": "builds/"} in agent["grants"]
    token = cli.run("token", "issue", "agent", "--label", "one", "--expires", "2d").stdout.decode().strip()
    as_agent = {"DATAHUB_TOKEN": token}
    assert cli.lines("whoami", env=as_agent)[0]["user"] == "agent"
    assert b"\n  read 'builds/'\n" in cli.run("whoami", env=as_agent).stdout
    cli.run("put", "-", "builds/agent/x", data=b"x", env=as_agent)
    [allowed] = cli.lines("explain", "agent", "read", "builds/x")
    assert allowed["allowed"] and "builds/" in allowed["reasons"][0]
    assert not cli.lines("explain", "agent", "write", "builds/x")[0]["allowed"]
    cli.run("explain", "agent", "eat", "builds/x", status=2)
    cli.run("revoke", "agent", "--read", "builds/", "--role", "monitor")
    assert until(lambda: cli.run("cat", "builds/agent/x", env=as_agent, status=None).returncode == 4)
    [listed] = [each for each in cli.lines("token", "ls", "agent") if each["label"] == "one"]
    cli.run("token", "revoke", listed["id"], "--user", "agent")
    assert until(lambda: cli.run("whoami", env=as_agent, status=None).returncode == 4)
    cli.run("user", "rm", "agent")
    cli.run("user", "ls", "agent", status=1)
    cli.run("user", "ls", env={"DATAHUB_TOKEN": token}, status=4)


def clients(hub):
    return [client for each in hub.each for client in json.loads(each.run("console", "datahub:clients", "--json").stdout)]


def test_sub_goes_on_after_a_restart(new_hub, tmp_path):
    hub = new_hub().start()
    cli = Cli(hub, str(tmp_path))
    sub = cli.start("sub", "--count", "2", "file.created/again/", "--since", "0")
    cli.run("put", "-", "again/1", data=b"1")
    assert b"again/1" in sub.stdout.readline()
    hub.kill()
    hub.start()
    cli.run("put", "-", "again/2", data=b"2")
    out, _ = sub.communicate(timeout=60)
    assert b"again/2" in out and sub.returncode == 0


def test_interrupt(cli):
    sub = cli.start("sub", "cli.")
    assert until(lambda: "java" in os.readlink(f"/proc/{sub.pid}/exe"), 20)
    assert until(lambda: b"datahub-cli.jar" in open(f"/proc/{sub.pid}/cmdline", "rb").read() and len(os.listdir(f"/proc/{sub.pid}/task")) > 8, 20)
    sub.send_signal(signal.SIGINT)
    assert sub.wait(20) == 130


def test_upload_goes_on_after_kills(new_hub, tmp_path, request):
    hub = new_hub().start()
    link = Link(hub.http)
    request.addfinalizer(link.end)
    cli = Cli(hub, str(tmp_path), DATAHUB_URL=f"http://127.0.0.1:{link.port}", DATAHUB_TOKEN=hub.token())
    (tmp_path / "big").write_bytes(os.urandom(64 * MIB))
    link.delay = 0.005  # for each piece of at most 64 KiB: the upload takes 5 s at least
    put = cli.start("put", f"{tmp_path}/big", "big")

    def offset():
        """What the hub has of it; not asked by HTTP, which would take the upload over."""
        return max(sizes(f"{hub.home}/state/uploads"), default=0)
    assert until(lambda: offset() > 0, 60)
    put.kill()
    put.wait()
    arrived = offset()
    assert 0 < arrived < 64 * MIB
    link.delay = 0.0
    put = cli.start("put", f"{tmp_path}/big", "big")
    assert until(lambda: offset() > arrived or put.poll() is not None, 60)
    if put.poll() is None:
        hub.kill()
        hub.start()
    out, err = put.communicate(timeout=120)
    assert put.returncode == 0, err
    assert not cli.state("uploads")
    cli.run("get", "big", f"{tmp_path}/back")
    assert (tmp_path / "back").read_bytes() == (tmp_path / "big").read_bytes()


def test_download_goes_on_after_a_kill(hub, cli, tmp_path):
    (tmp_path / "big").write_bytes(os.urandom(300 * MIB))
    cli.run("put", f"{tmp_path}/big", "resume/big")
    part = tmp_path / ".back.datahub-part"
    get = cli.start("get", "resume/big", f"{tmp_path}/back")
    assert until(lambda: part.exists() and part.stat().st_size > 20 * MIB and cli.state("downloads"), 60)
    get.kill()
    get.wait()
    arrived = part.stat().st_size
    if arrived < 300 * MIB:
        assert not (tmp_path / "back").exists()
    cli.run("get", "resume/big", f"{tmp_path}/back")
    assert (tmp_path / "back").read_bytes() == (tmp_path / "big").read_bytes() and not part.exists()
    assert not cli.state("downloads")


def test_two_downloads_to_the_same_file_at_the_same_time(hub, cli, tmp_path):
    (tmp_path / "big").write_bytes(os.urandom(300 * MIB))
    cli.run("put", f"{tmp_path}/big", "twice/big")
    part = tmp_path / "to" / ".back.datahub-part"
    first = cli.start("get", "twice/big", f"{tmp_path}/to/back")
    assert until(lambda: part.exists() and part.stat().st_size > 9 * MIB, 60)
    first.send_signal(signal.SIGSTOP)
    cli.run("get", "twice/big", f"{tmp_path}/to/back")
    assert tree(tmp_path / "to")["back"] == (tmp_path / "big").read_bytes()
    assert part.exists()
    first.send_signal(signal.SIGCONT)
    out, err = first.communicate(timeout=120)
    assert first.returncode == 0, err
    assert tree(tmp_path / "to") == {"back": (tmp_path / "big").read_bytes()} and not cli.state("downloads")


def test_watch_runs_a_command_once_per_change(new_hub, tmp_path):
    """While the hub and the client are killed and restarted."""
    hub = new_hub().start()
    cli = Cli(hub, str(tmp_path))
    log = tmp_path / "log"
    words = ("watch", "watched/", "--exec", f'echo "$DATAHUB_EVENT $DATAHUB_PATH" >> {log}')
    watch = cli.start(*words)
    assert until(lambda: cli.state("watch"), 30)
    cli.run("put", "-", "elsewhere", data=b"x")
    for i in range(3):
        cli.run("put", "-", f"watched/{i}", data=b"x")
    assert until(lambda: log.exists() and log.read_text().count("\n") == 3, 30)
    hub.kill()
    hub.start()
    cli.run("put", "-", "watched/3", data=b"x")
    assert until(lambda: log.read_text().count("\n") == 4, 60)
    watch.terminate()
    watch.wait(40)
    cli.run("put", "-", "watched/4", data=b"x")
    cli.run("rm", "watched/0")
    watch = cli.start(*words)
    assert until(lambda: log.read_text().count("\n") == 6, 30)
    second = cli.run(*words, status=1)
    assert b"--name" in second.stderr
    watch.terminate()
    watch.wait(40)
    assert log.read_text().splitlines() == [*(f"created watched/{i}" for i in range(5)), "deleted watched/0"]


def test_watch_repeats_a_command_that_failed(cli, tmp_path):
    log = tmp_path / "log"
    command = f"echo run >> {log}; test -e {tmp_path}/ok"
    words = ("watch", "fails/", "--once", "--attempts", "2", "--exec", command)
    cli.run(*words)
    cli.run("put", "-", "fails/x", data=b"x")
    cli.run(*words, status=1)
    assert log.read_text().count("run") == 2
    (tmp_path / "ok").touch()
    cli.run(*words)
    cli.run(*words)
    assert log.read_text().count("run") == 3


def test_watch_begins_where_it_ended(cli):
    cli.run("put", "-", "once/1", data=b"x")
    words = ("watch", "once/", "--once", "--since", "0")
    assert cli.run(*words).stdout == b"created once/1\n"
    assert cli.run(*words).stdout == b""
    assert cli.run(*words, "--restart").stdout == b"created once/1\n"
    [state] = cli.state("watch")
    with open(state, "w") as f:
        f.write("{")
    assert b"damaged" in cli.run(*words, status=1).stderr
    os.remove(state)
    words = ("watch", "once/", "--once")
    assert b"cursor" in cli.run(*words, "--since", "nonsense", status=1).stderr and cli.state("watch") == []
    assert cli.run(*words, "--since", "0").stdout == b"created once/1\n"


def summary(cli, *words, **more):
    return cli.lines("sync", *words, **more)[-1]


def test_sync_from_the_hub(hub, cli, tmp_path):
    fill(tmp_path / "source", 1_000)
    cli.run("put", "-r", f"{tmp_path}/source", "down", "-P", "8")
    copy = tmp_path / "copy"
    first = cli.start("sync", "hub:down", str(copy))
    assert until(lambda: len(list(sizes(copy))) > 100, 60)
    first.kill()
    first.wait()
    cli.run("sync", "hub:down", str(copy))
    expected = tree(tmp_path / "source")
    assert tree(copy) == expected
    assert summary(cli, "hub:down", str(copy))["transferred"] == 0
    # Changes at both sides: the hub's win; what only the copy has stays, unless it is to be deleted.
    cli.run("put", "-", "down/d0/new", data=b"new")
    cli.run("rm", "down/d1/ä 1.txt")
    (copy / "d2" / "ä 2.txt").write_bytes(b"changed here")
    (copy / "own").write_bytes(b"own")
    assert summary(cli, "hub:down", str(copy), "--dry-run")["transferred"] == 2
    done = summary(cli, "hub:down", str(copy))
    assert (done["transferred"], done["deleted"]) == (2, 0)
    assert (copy / "own").exists() and (copy / "d1" / "ä 1.txt").exists()
    done = summary(cli, "hub:down", str(copy), "--delete")
    assert (done["transferred"], done["deleted"]) == (0, 2)
    expected.pop("d1/ä 1.txt")
    assert tree(copy) == expected | {"d0/new": b"new"}
    # Without what is remembered everything is compared, and nothing transferred.
    shutil.rmtree(tmp_path / "state")
    assert summary(cli, "hub:down", str(copy), "--delete")["transferred"] == 0


def test_sync_keeps_copies_of_what_may_no_longer_be_read(hub, cli, tmp_path):
    token = hub.add_users(reader='<allow read="lost/"/>')["reader"]
    reader = {"DATAHUB_TOKEN": token}
    for name in ("a/1", "a/2", "b/1"):
        cli.run("put", "-", f"lost/{name}", data=name.encode())
    copy = tmp_path / "copy"
    cli.run("sync", "hub:lost", str(copy), env=reader)
    cli.run("grant", "reader", "--read", "lost/a/")
    cli.run("revoke", "reader", "--read", "lost/")
    cli.run("rm", "lost/a/1")
    shutil.rmtree(tmp_path / "state")
    assert until(lambda: cli.run("cat", "lost/b/1", env=reader, status=None).returncode == 4)
    for dry in ((), ("--dry-run",)):
        out = cli.run("sync", "hub:lost", str(copy), "--delete", *dry, env=reader, status=None)
        assert out.returncode != 0 and b"b/1" in out.stderr and b"grant" in out.stderr
        assert tree(copy) == {"a/2": b"a/2", "b/1": b"b/1"}
    cli.run("revoke", "reader", "--read", "lost/a/")
    assert until(lambda: cli.run("cat", "lost/a/2", env=reader, status=None).returncode == 4)
    shutil.rmtree(tmp_path / "state")
    cli.run("sync", "hub:lost", str(copy), "--delete", env=reader, status=4)
    assert tree(copy) == {"a/2": b"a/2", "b/1": b"b/1"}


def test_sync_lists_again_with_other_grants(hub, cli, tmp_path):
    more = {"DATAHUB_TOKEN": hub.add_users(more='<allow read="more/a/"/>')["more"]}
    for name in ("a/1", "b/1"):
        cli.run("put", "-", f"more/{name}", data=name.encode())
    cli.run("sync", "hub:more", f"{tmp_path}/copy", env=more)
    assert tree(tmp_path / "copy") == {"a/1": b"a/1"}
    cli.run("grant", "more", "--read", "more/")
    assert until(lambda: cli.run("cat", "more/b/1", env=more, status=None).returncode == 0)
    assert summary(cli, "hub:more", f"{tmp_path}/copy", "--delete", env=more)["deleted"] == 0
    assert tree(tmp_path / "copy") == {"a/1": b"a/1", "b/1": b"b/1"}


def test_sync_of_a_link_to_a_directory(cli, tmp_path):
    release = tmp_path / "release"
    release.mkdir()
    (release / "index").write_bytes(b"index")
    (release / "broker_users.xml").write_bytes(b"<old/>")
    (tmp_path / "current").symlink_to("release")
    for transferred in (2, 0):
        done = summary(cli, f"{tmp_path}/current", "hub:site", "--delete")
        assert (done["transferred"], done["deleted"]) == (transferred, 0)
    # At the top it would be the file of the hub's own users.
    paths = {each.get("path") for each in cli.lines("sync", f"{tmp_path}/current", "hub:", "--dry-run")}
    assert "index" in paths and "broker_users.xml" not in paths


def test_sync_to_the_hub(new_hub, tmp_path):
    """While hub and client are killed."""
    hub = new_hub().start()
    cli = Cli(hub, str(tmp_path))
    source = tmp_path / "source"
    fill(source, 1_000)
    sync = cli.start("sync", str(source), "hub:up")
    assert until(lambda: len(cli.lines("ls", "-R", "up", status=None)) > 50, 60)
    sync.kill()
    sync.wait()
    sync = cli.start("sync", str(source), "hub:up", "--retries", "10")
    hub.kill()
    hub.start()
    out, err = sync.communicate(timeout=200)
    assert sync.returncode == 0, err
    cli.run("get", "-r", "up", f"{tmp_path}/back", "-P", "8")
    assert tree(tmp_path / "back") == tree(source)
    assert summary(cli, str(source), "hub:up")["transferred"] == 0
    # What this client has stored it needn't read in the journal.
    (source / "new").write_bytes(b"new")
    done = summary(cli, str(source), "hub:up")
    assert done["transferred"] == 1 and summary(cli, str(source), "hub:up") == done | {"transferred": 0}
    (source / "d0" / "ä 0.txt").write_bytes(b"changed")
    (source / "d3" / "ä 3.txt").unlink()
    cli.run("put", "-", "up/other", data=b"of somebody else")
    done = summary(cli, str(source), "hub:up")
    assert (done["transferred"], done["deleted"]) == (1, 0)
    done = summary(cli, str(source), "hub:up", "--delete")
    assert (done["transferred"], done["deleted"]) == (0, 2)
    shutil.rmtree(tmp_path / "back")
    cli.run("get", "-r", "up", f"{tmp_path}/back", "-P", "8")
    assert tree(tmp_path / "back") == tree(source)
    cli.run("sync", f"{tmp_path}/missing", "hub:up", "--delete", status=1)
    cli.run("sync", "one", "two", status=2)


def test_sync_of_a_directory_that_becomes_a_file(cli, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "a" / "b").mkdir(parents=True)
    (here / "a" / "b" / "c").write_bytes(b"deep")
    cli.run("sync", str(here), "hub:becomes", "--delete")
    cli.run("sync", "hub:becomes", str(there), "--delete")
    shutil.rmtree(here / "a")
    (here / "a").write_bytes(b"file")
    cli.run("sync", str(here), "hub:becomes", status=1)
    cli.run("sync", str(here), "hub:becomes", "--delete")
    cli.run("sync", "hub:becomes", str(there), "--delete")
    assert tree(there) == {"a": b"file"}
    os.remove(here / "a")
    (here / "a").mkdir()
    (here / "a" / "b").write_bytes(b"back")
    cli.run("sync", str(here), "hub:becomes", "--delete")
    cli.run("sync", "hub:becomes", str(there), "--delete")
    assert tree(there) == {"a/b": b"back"}


def test_sync_of_many_files_while_hub_and_client_are_killed(new_hub, size, tmp_path):
    """In both directions; afterwards the trees are equal, and another run transfers nothing."""
    count = size("sync-files")
    if not count:
        pytest.skip("with --long only")
    hub = new_hub().start()
    cli, chance = Cli(hub, str(tmp_path)), random.Random(size("seed") or None)
    for i in range(count):
        path = tmp_path / "source" / f"d{i % 100}" / f"{i}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(chance.randrange(4_000)))

    def killed_at_random(*words, kills=8):
        log = open(tmp_path / "sync.log", "ab")
        sync = None
        for _ in range(kills):
            if sync is None or sync.poll() is not None:
                sync = cli.start("sync", *words, stdout=subprocess.DEVNULL, stderr=log)
            time.sleep(chance.uniform(1, 15))
            if chance.random() < 0.5:
                sync.kill()
                sync.wait()
            else:
                hub.kill()
                hub.start()
        sync.wait()
        log.close()
        out = subprocess.run([LAUNCHER, "sync", *words], env=cli.env, capture_output=True)
        assert out.returncode == 0, out.stderr[-2_000:]

    for words in ((f"{tmp_path}/source", "hub:many"), ("hub:many", f"{tmp_path}/copy")):
        killed_at_random(*words)
        assert summary(cli, *words, "--delete") | {"cursor": ""} == {"transferred": 0, "deleted": 0, "cursor": ""}
        shutil.rmtree(tmp_path / "state")
        assert summary(cli, *words, "--delete")["transferred"] == 0, "compared anew"
    differences = subprocess.run(["diff", "-r", f"{tmp_path}/source", f"{tmp_path}/copy"], capture_output=True, text=True)
    assert not differences.stdout and differences.returncode == 0, differences


def test_sync_goes_on(hub, cli, tmp_path):
    cli.run("put", "-", "live/1", data=b"1")
    sync = cli.start("sync", "hub:live", f"{tmp_path}/copy", "--watch", "--delete")
    assert until(lambda: (tmp_path / "copy" / "1").exists(), 30)
    cli.run("put", "-", "live/sub/2", data=b"2")
    assert until(lambda: (tmp_path / "copy" / "sub" / "2").exists(), 30)
    cli.run("rm", "live/1")
    assert until(lambda: not (tmp_path / "copy" / "1").exists(), 30)
    sync.send_signal(signal.SIGINT)
    assert sync.wait(20) == 130


def test_sync_does_not_repeat_what_is_refused(hub, cli, tmp_path):
    token = hub.add_users(pusher='<allow read="few/" create="few/"/>')["pusher"]
    for name in ("few/1", "many/1"):
        (tmp_path / "from" / name).parent.mkdir(parents=True)
        (tmp_path / "from" / name).write_bytes(b"x")
    refused = open(tmp_path / "err", "wb")
    sync = Cli(hub, str(tmp_path), DATAHUB_TOKEN=token).start("sync", f"{tmp_path}/from", "hub:", "--watch", stderr=refused)
    assert until(lambda: cli.run("cat", "few/1", status=None).stdout == b"x", 30)
    for number in (2, 3):
        (tmp_path / "from" / "few" / str(number)).write_bytes(b"x")
        assert until(lambda: cli.run("cat", f"few/{number}", status=None).stdout == b"x", 30)
    sync.terminate()
    sync.wait(20)
    refused.close()
    assert (tmp_path / "err").read_text().count("datahub: many/1") == 1


def test_a_link_leads_nothing_out_of_the_tree(hub, cli, tmp_path):
    cli.run("put", "-", "links/a/x", data=b"x")
    (tmp_path / "outside").mkdir()
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "a").symlink_to(tmp_path / "outside")
    out = cli.run("sync", "hub:links", f"{tmp_path}/copy", status=1)
    assert b"link" in out.stderr and not list((tmp_path / "outside").iterdir())


def test_the_download_has_the_client_alone(hub, tmp_path):
    [archive] = [f"{ROOT}/cli/target/{name}" for name in os.listdir(f"{ROOT}/cli/target") if re.match(r"datahub-client-.*\.tar\.gz", name)]
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path)
    [folder] = [tmp_path / name for name in os.listdir(tmp_path) if name.startswith("datahub-client")]
    cli = Cli(hub, str(tmp_path), launcher=f"{folder}/bin/datahub")
    env = {"DATAHUB_HOME": "", "DATAHUB_URL": f"http://127.0.0.1:{hub.http}", "DATAHUB_TOKEN": hub.token()}
    assert json.loads(cli.run("whoami", "--json", env=env).stdout)["user"] == "admin"
    assert b"client alone" in cli.run("start", env=env, status=1).stderr
    man = subprocess.run(["man", "--local-file", f"{folder}/share/man/man1/datahub-sync.1"], capture_output=True, env={"MANWIDTH": "100", "PATH": os.environ["PATH"]})
    if man.returncode == 0:
        assert b"--delete" in man.stdout
    assert re.fullmatch(r"datahub \d+\.\d+\.\d+(-\w+)?\n", cli.run("--version", env=env).stdout.decode())
    complete = "source share/completion/datahub.bash; COMP_WORDS=(datahub sy); COMP_CWORD=1; COMP_LINE='datahub sy'; _complete_datahub; echo ${COMPREPLY[@]}"
    out = subprocess.run(["bash", "-c", complete], cwd=folder, capture_output=True, text=True)
    assert out.stdout.split() == ["sync"], out
