"""What operators and monitoring see of a hub: console, roles, logins by SSH, metrics, health, logs, backup.

Needs a JDK, curl, ssh, jq and Debian's python3-zmq and python3-websockets. The tests build on one another."""
import asyncio, base64, contextlib, glob, json, os, pty, re, select, shutil, signal, subprocess, threading, time, zipfile

import pytest
import websockets, zmq

from support.clients import WebSocketSubscriber, curve_socket, plain_socket
from support.hub import LAUNCHER, ROOT, free_ports, jdk, new_token, sha256, users_file
from support.waiting import never, until

COMMANDS = ("status clients disconnect publish tail users user-add user-rm grant revoke token-issue token-rotate token-revoke key-add explain validators validate"
            " files changes rescan backup").split()
SSH = ["ssh", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
BY_PASSWORD = ["-o", "NumberOfPasswordPrompts=1", "-o", "PreferredAuthentications=password,keyboard-interactive"]


@pytest.fixture(scope="module")
def hub(new_hub):
    return new_hub(LC_ALL="C.UTF-8", DATAHUB_JMX_PORT=str(free_ports(1)[0])).start()


@pytest.fixture(scope="module")
def store_users(hub, admin):
    """Stores a users file; returns whether it was accepted."""
    def store(text):
        with open(f"{hub.work}/users.xml", "w") as f:
            f.write(text)
        return hub.curl(admin, "/files/broker_users.xml", "-T", f"{hub.work}/users.xml")[0] == 200
    return store


@pytest.fixture(scope="module")
def tokens(users):
    """Of ops, an administrator, nagios, a monitor, and ci."""
    return users[1]


@pytest.fixture(scope="module", autouse=True)
def users(hub, store_users):
    """The users file and the tokens of its users."""
    tokens = {name: new_token() for name in ("ops", "nagios", "ci")}
    text = users_file(hub.admin_line(), {
        "ops": (tokens["ops"], ""), "nagios": (tokens["nagios"], ""),
        "ci": (tokens["ci"], '<allow publish="build." subscribe="" write="builds/" read="builds/"/>')})
    text = text.replace('name="ops"', 'name="ops" roles="admin"').replace('name="nagios"', 'name="nagios" roles="monitor"')
    assert store_users(text)
    return text, tokens


@pytest.fixture(scope="module")
def console(hub):
    """Runs a command in the console."""
    return lambda *words: hub.run("console", *words)


@pytest.fixture(scope="module")
def rows(console):
    """What a command prints with --json."""
    def rows(command, *words):
        out = console(command, "--json", *words)
        try:
            return json.loads(out.stdout)
        except ValueError:
            return [{"error": out.stdout + out.stderr}]
    return rows


def log(hub):
    with open(f"{hub.home}/log/datahub.log") as f:
        return f.read()


# Commands

def test_help_of_all_commands(hub, console):
    printed = console("; ".join(f"datahub:{command} --help" for command in COMMANDS)).stdout
    with open(f"{hub.home}/etc/org.apache.karaf.command.acl.datahub.cfg") as f:
        roles = f.read()
    for command in COMMANDS:
        assert re.search(rf"^DESCRIPTION\s+datahub:{command}\s+\S", printed, re.M), command
        assert re.search(rf"^{command} = ", roles, re.M), command


def test_json_output(hub):
    out = subprocess.run(f"{LAUNCHER} console datahub:status --json | jq -r '.[].part'", shell=True, env=hub.env, capture_output=True, text=True)
    assert out.returncode == 0 and "broker" in out.stdout.split(), out.stderr


def test_failing_commands(hub, console):
    failed = console("datahub:disconnect", "999999")
    assert failed.returncode != 0 and "datahub:clients" in failed.stdout + failed.stderr
    assert console("datahub:nonsense").returncode != 0
    refused = console("datahub:validate", "broker_users.xml", "/etc/hosts")
    assert refused.returncode == 1 and refused.stdout.splitlines()[-1].startswith("422 ")
    assert "ERROR" not in log(hub), "these aren't failures of the hub"


def test_words_are_passed_verbatim(console):
    words = ["it's", "`id`", "100%", "$x", "${HOME}", "%(1 + 1)", "{a,b}", "a  b", '"', "\\", "*", "null", "two\nlines", "end\\"]
    assert console("shell:echo", *words).stdout == " ".join(words) + "\n"


def test_help_without_a_terminal(console):
    printed = console("help").stdout
    assert "datahub:status" in printed and "datahub:validators" in printed
    assert "datahub:status" in console("*:help | more").stdout


def test_wrong_words_of_the_launcher(hub):
    unknown = hub.run("nonsense")
    assert unknown.returncode == 2 and "'nonsense'" in unknown.stderr.splitlines()[0]
    surplus = hub.run("status", "nonsense")
    assert surplus.returncode == 2 and "'nonsense'" in surplus.stderr


def is_shown(hub, typed, expected):
    """Types into the console on a terminal; whether the text is shown then."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(LAUNCHER, ["datahub", "console"], dict(hub.env, TERM="xterm"))
    text, sent, end = b"", False, time.monotonic() + 60
    try:
        while time.monotonic() < end and expected.encode() not in text.split(b"\x07")[-1][-4000:].replace(typed.strip().encode(), b""):
            if select.select([terminal], [], [], 0.5)[0]:
                try:
                    text += os.read(terminal, 65536)
                except OSError:
                    break
            elif not sent and b"()" in text and b">" in text:
                os.write(terminal, typed.encode())
                sent = True
        return expected.encode() in text
    finally:
        with contextlib.suppress(OSError):
            os.write(terminal, b"\x03\x04")
        with contextlib.suppress(OSError):
            os.close(terminal)
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_banner_and_prompt(hub):
    assert is_shown(hub, "", "Datahub") and is_shown(hub, "", "@Datahub()>")


@pytest.fixture
def ten_thousand_tokens(users, store_users):
    def token(label):
        return f'<token sha256="{sha256(label)}" label="{label}"/>'
    many = "".join(f'<user name="u{i}">' + "".join(token(f"label-{i}-{j}") for j in range(100)) + "</user>" for i in range(100))
    assert store_users(users[0].replace("</broker-users>", many + "</broker-users>"))
    yield
    assert store_users(users[0])


@pytest.mark.parametrize("pause", [0, 0.02], ids=["fast reader", "slow reader"])
def test_long_output(hub, ten_thousand_tokens, pause):
    """It is longer than all buffers on its way."""
    process = subprocess.Popen([LAUNCHER, "console", "datahub:users", "--json"], env=hub.env, stdout=subprocess.PIPE)
    text, never_set = b"", threading.Event()
    while part := os.read(process.stdout.fileno(), 8192):
        text += part
        never_set.wait(pause)
    assert process.wait() == 0 and text.endswith(b"]\n") and text.count(b"label-") == 10_000


@pytest.fixture(scope="module")
def browser(hub, tokens):
    return WebSocketSubscriber(hub, tokens["ci"], "build.")


def test_clients(rows, browser):
    mine = [c for c in rows("datahub:clients") if c.get("user") == "ci"]
    assert len(mine) == 1 and mine[0]["transport"] == "websocket" and mine[0]["subscriptions"] == 1


def test_tail_of_refused_events(hub, tokens):
    tail = subprocess.Popen([LAUNCHER, "console", "datahub:tail", "--refused", "--count", "1", "--json"], env=hub.env, stdout=subprocess.PIPE, text=True)

    def is_reported():
        hub.curl(tokens["ci"], "/events/deploy.now", "-d", "x")
        return tail.poll() is not None
    assert until(is_reported, 60)
    refused = json.loads(json.loads(tail.communicate(timeout=10)[0])["payload"])
    assert (refused["topic"], refused["status"]) == ("deploy.now", 403)


def test_commands_by_standard_input(hub):
    out = hub.run("console", input="datahub:users\nlogout\ndatahub:status\n")
    assert out.returncode == 0 and "ci" in out.stdout and "broker" not in out.stdout, "up to logout"


def test_tail(hub, admin, rows):
    tail = subprocess.Popen([LAUNCHER, "console", "datahub:tail", "build.line"], env=hub.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)

    def tails():
        return [c for c in rows("datahub:clients") if c.get("transport") == "console"]
    assert until(tails, 60)
    hub.curl(admin, "/events/build.line", "-d", "now")
    assert select.select([tail.stdout], [], [], 20)[0] and b"build.line" in os.read(tail.stdout.fileno(), 4096)
    os.killpg(tail.pid, signal.SIGKILL)
    tail.communicate(timeout=10)
    assert until(lambda: not tails(), 20)


def test_publish_and_disconnect(console, rows, browser):
    assert console("datahub:publish", "build.done", "grün").returncode == 0
    assert browser.have("build.done") and browser.of("build.done") == ["grün".encode()]
    mine = [c for c in rows("datahub:clients") if c.get("user") == "ci"]
    assert console("datahub:disconnect", str(mine[0]["id"])).returncode == 0 and browser.closed.wait(10)


def test_records_in_the_console(hub, tokens, rows):
    assert hub.curl(tokens["ci"], "/files/builds/a.txt", "-d", "a")[0] == 201
    assert [f["name"] for f in rows("datahub:files", "builds")] == ["a.txt"]
    assert any(c.get("path") == "builds/a.txt" and c["change"] == "created" and c["user"] == "ci" for c in rows("datahub:changes"))
    assert rows("datahub:rescan")[0].get("changes") == 0


def test_users_in_the_console(rows):
    assert {"ops", "nagios", "ci"} <= {u.get("user") for u in rows("datahub:users")}
    assert rows("datahub:explain", "ci", "write", "builds/x")[0]["allowed"] is True
    assert rows("datahub:explain", "ci", "read", "x")[0]["allowed"] is False


@pytest.mark.parametrize("typed, expected", [("datahub:explain na\t", "nagios"), ("datahub:files bu\t", "builds/")])
def test_completion(hub, typed, expected):
    assert is_shown(hub, typed, expected)


# Logins by SSH

def by_ssh(hub, user, token, *command):
    """Arguments of a process that logs in with a token."""
    ask = f"{hub.work}/ask-{user}"
    with open(ask, "w") as f:
        f.write(f"#!/bin/sh\necho '{token}'\n")
    os.chmod(ask, 0o700)
    return {"args": [*SSH, "-p", str(hub.console), *BY_PASSWORD, *(() if command else ("-tt",)), f"{user}@127.0.0.1", *command],
            "env": dict(os.environ, SSH_ASKPASS=ask, SSH_ASKPASS_REQUIRE="force")}


def ssh(hub, user, token, *command):
    return subprocess.run(**by_ssh(hub, user, token, *command), capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)


def test_ssh_with_a_token(hub, tokens):
    """For administrators only."""
    out = ssh(hub, "ops", tokens["ops"], "datahub:status --json")
    assert out.returncode == 0 and '"component"' in out.stdout and '"part"' in out.stdout, out
    for user in ("nagios", "ci", "karaf"):
        out = ssh(hub, user, tokens.get(user, "karaf"), "datahub:status")
        assert out.returncode == 255 and "broker" not in out.stdout, user


@pytest.fixture(scope="module")
def view(hub):
    """Runs a command as a viewer, who logs in with a key."""
    key = f"{hub.work}/viewer"
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", key], check=True)
    with open(key + ".pub") as public, open(f"{hub.home}/etc/keys.properties", "a") as f:
        f.write(f"viewer = {public.read().split()[1]},viewer,ssh\n")

    def view(command):
        return subprocess.run([*SSH, "-p", str(hub.console), "-i", key, "-o", "BatchMode=yes", "viewer@127.0.0.1", command], capture_output=True, text=True, timeout=120)
    assert until(lambda: view("datahub:status").returncode == 0, 20)
    return view


def test_commands_that_a_viewer_may_not_run(hub, rows, view):
    before, stolen = rows("datahub:changes"), f"{hub.work}/stolen"
    for command in ("datahub:publish build.x y", "datahub:users", "datahub:token-issue admin", f"datahub:backup {stolen}", "bundle:update 1", "bundle:restart 1",
                    "bundle:start-level 1 90", "scr:disable io.datahub.auth", "log:set DEBUG", "config:list", "feature:repo-list", "service:list", f"shell:exec touch {stolen}",
                    f"shell:cat file:{hub.home}/admin.token", f"datahub:status > {stolen}", f"shell:echo x | tac -f {stolen}", "$.context getBundles",
                    f'((("" getClass) forName "java.lang.Runtime") getRuntime) exec "touch {stolen}"'):
        out = view(command)
        assert out.returncode != 0 and "dh_" not in out.stdout, command
        assert "Command not found" in out.stdout + out.stderr or "Insufficient" in out.stdout + out.stderr, command
    assert rows("datahub:changes") == before and not os.path.exists(stolen)


def test_commands_of_a_viewer(hub, view):
    assert view("datahub:clients").returncode == 0
    with open(f"{hub.home}/log/start.log") as f:
        assert "Error in" not in f.read()


class Session:
    """A process that is logged in, and when it ended."""

    def __init__(self, greeting, token="", **process):
        self.ended, self.output = None, b""
        self.process = subprocess.Popen(**process, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.type(f"{token}\n")
        threading.Thread(target=self.listen, daemon=True).start()
        self.entered = until(lambda: greeting in self.output, 60)

    def type(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def listen(self):
        while part := os.read(self.process.stdout.fileno(), 65536):
            self.output += part
        self.ended = time.monotonic()


class Administrators:
    """The users file with further administrators: stays, and perhaps boss."""

    def __init__(self, hub, store_users):
        self.line, self.store_users = hub.admin_line(), store_users
        self.tokens = {"boss": new_token(), "stays": new_token()}

    def store(self, boss_role):
        """With boss in a role, or without boss."""
        boss = self.element("boss", boss_role) if boss_role else ""
        return self.store_users(users_file(self.line, {}).replace("</broker-users>", boss + self.element("stays", "admin") + "</broker-users>"))

    def element(self, name, role):
        return f'<user name="{name}" roles="{role}"><token sha256="{sha256(self.tokens[name])}" label="desk"/></user>'


@pytest.fixture(scope="module")
def administrators(hub, store_users, users):
    administrators = Administrators(hub, store_users)
    assert administrators.store("admin")
    return administrators


@pytest.fixture(scope="module")
def staying(hub, administrators):
    """A console of the administrator who stays."""
    session = Session(b"()>", **by_ssh(hub, "stays", administrators.tokens["stays"]))
    yield session
    session.process.kill()


@pytest.mark.parametrize("revoke", [
    lambda hub, administrators: hub.run("console", "datahub:token-revoke", "boss", "desk").returncode == 0,
    lambda hub, administrators: administrators.store("monitor"),
    lambda hub, administrators: administrators.store(None)], ids=["revoked token", "revoked role", "removed user"])
def test_sessions_of_a_revoked_administrator(hub, admin, administrators, staying, revoke):
    """Console, JMX and a command that takes minutes end within a second."""
    browser, token = WebSocketSubscriber(hub, admin, "loop."), administrators.tokens["boss"]
    jmx = f"service:jmx:rmi:///jndi/rmi://127.0.0.1:{hub.env['DATAHUB_JMX_PORT']}/jmxrmi"
    assert administrators.store("admin")
    sessions = {"console": Session(b"()>", **by_ssh(hub, "boss", token)),
                "JMX": Session(b"in\n", token, args=[jdk("java"), f"{ROOT}/.ci/clients/JmxSession.java", jmx, "boss"]),
                "long command": Session(b"", **by_ssh(hub, "boss", token, "datahub:publish loop.x y; shell:sleep 1; " * 100))}
    try:
        assert [name for name, session in sessions.items() if not session.entered] == [] and browser.have("loop.x")
        assert revoke(hub, administrators)
        revoked = time.monotonic()
        until(lambda: all(session.ended for session in sessions.values()), 5)
        for name, session in sessions.items():
            assert session.ended and session.ended - revoked < 1, name
        browser.events.clear()
        assert never(lambda: browser.events, 3), "the long command is stopped"
    finally:
        for session in sessions.values():
            session.process.kill()


def test_session_of_another_administrator(hub, staying):
    assert staying.entered and not staying.ended
    staying.type("datahub:files\r")
    history = f"{hub.home}/state/console.history"
    assert until(lambda: os.path.exists(history) and "datahub:files" in open(history).read(), 20)


# Metrics and health

@pytest.fixture(scope="module")
def restored_users(users, store_users):
    """The users from the beginning are in force again."""
    assert store_users(users[0])


def test_access_to_metrics(hub, tokens, restored_users):
    assert hub.curl(None, "/metrics")[0] == 401
    status, head, _ = hub.curl(tokens["ci"], "/metrics")
    assert status == 403 and "problem+json" in head["content-type"]
    status, head, _ = hub.curl(tokens["nagios"], "/metrics")
    assert status == 200 and head["content-type"].startswith("text/plain; version=0.0.4")


def test_counters(hub, tokens, restored_users):
    WebSocketSubscriber(hub, tokens["ci"], "build.")
    hub.curl("dh_wrong", "/whoami")
    metrics = hub.metrics(tokens["nagios"])
    for name, least in (('datahub_uploads_total{result="accepted"}', 2), ("datahub_events_refused_total", 1),
                        ('datahub_logins_refused_total{transport="http"}', 1), ("datahub_delivery_delay_seconds_count", 1)):
        assert metrics.get(name, 0) >= least, name
    assert metrics.get("datahub_records") == 2


@pytest.fixture(scope="module")
def metrics_text(hub, tokens, restored_users):
    return hub.curl(tokens["nagios"], "/metrics")[2].decode()


@pytest.mark.parametrize("file", ["grafana-datahub.json", "prometheus-alerts.yml"])
def test_metrics_that_are_used(metrics_text, file):
    names = set(re.findall(r"^# TYPE (\S+)", metrics_text, re.M))
    names |= {f"{n}_{s}" for n in re.findall(r"^# TYPE (\S+) histogram", metrics_text, re.M) for s in ("bucket", "sum", "count")}
    with open(f"{ROOT}/monitoring/{file}") as f:
        used = set(re.findall(r"\b(?:datahub|jvm|process)_[a-z_]+\b", f.read()))
    assert used and used - names == set()


@pytest.mark.parametrize("file", ["grafana-datahub-cluster.json", "prometheus-alerts-cluster.yml"])
def test_metrics_of_a_cluster_that_are_used(file):
    """By name, as they are documented: this hub is in no cluster."""
    with open(f"{ROOT}/docs/reference/monitoring.md") as f:
        lines = [line for line in f if line.startswith("| `datahub_")]
    names = {name for line in lines for name in re.findall(r"`(datahub_[a-z_]+)", line)}
    names |= {f"{name}_bucket" for line in lines if "| histogram |" in line for name in re.findall(r"`(datahub_[a-z_]+)", line)}
    with open(f"{ROOT}/monitoring/{file}") as f:
        used = set(re.findall(r"\bdatahub_[a-z_]+\b", f.read()))
    assert used and used - names == set()


def test_metrics_that_are_documented(metrics_text):
    with open(f"{ROOT}/docs/reference/monitoring.md") as f:
        documented = set(re.findall(r"`((?:datahub|jvm|process)_[a-z_]+)", f.read()))
    present = set(re.findall(r"^# TYPE (\S+)", metrics_text, re.M))
    # No adapter has stored anything, no topics are kept, there are no hooks, and there is one hub.
    unused = {name for name in documented if re.match("datahub_(adapter_state|blob|cluster|history|hook|ledger|relay|webhook)_", name)}
    assert present - documented == set() and documented - present <= unused


def test_open_metrics(hub, restored_users):
    """Without credentials where that is configured, at once and only then."""
    config = f"{hub.home}/etc/io.datahub.metrics.cfg"
    with open(config) as f:
        before = f.read()
    for text, status in (("open = true\n", 200), (before, 401)):
        with open(config, "w") as f:
            f.write(text)
        assert until(lambda: hub.curl(None, "/metrics")[0] == status, 20)


@pytest.fixture(scope="module")
def health(hub, tokens, restored_users):
    """Readiness as a user sees it: the status, its word, and the components by name."""
    def health(user="nagios"):
        status, _, body = hub.curl(tokens.get(user), "/health/ready")
        body = json.loads(body)
        return status, body["status"], {part["name"]: part["detail"] for part in body.get("components", [])}
    return health


def test_components_of_readiness(health):
    """For monitors only."""
    components = health()[2]
    assert {"auth", "broker", "store", "watcher", "zeromq", "jetty"} <= set(components) and all(components.values())
    assert health("ci")[2] == {}


def test_files_that_can_not_be_installed(hub, health):
    """The hub is ready, and degraded for monitors."""
    assert health()[:2] == (200, "ready")
    reasons = {"broken.jar": "damaged", "cut.xml": "damaged", "needy.jar": "no.such.pkg"}
    with open(f"{hub.home}/deploy/broken.jar", "w") as f:
        f.write("no jar")
    with open(f"{hub.home}/deploy/cut.xml", "w") as f:
        f.write(CUT_FEATURES)
    with open(f"{hub.work}/manifest", "w") as f:
        f.write("Manifest-Version: 1.0\nBundle-ManifestVersion: 2\nBundle-SymbolicName: needy\nBundle-Version: 1.0.0\nImport-Package: no.such.pkg\n\n")
    with zipfile.ZipFile(f"{hub.home}/deploy/needy.jar", "w") as jar:
        jar.write(f"{hub.work}/manifest", "META-INF/MANIFEST.MF")

    def detail():
        return health()[2].get("deploy", "")
    assert until(lambda: all(name in detail() and reason in detail() for name, reason in reasons.items()), 60), detail()
    assert health()[:2] == (200, "degraded") and health(None)[:2] == (200, "ready")
    status = hub.run("status")
    assert status.returncode == 0 and all(name in status.stdout for name in reasons)
    for name, reason in reasons.items():
        assert re.search(rf'event=console.deployment.failed file="deploy/{name}" reason=.*{reason}', log(hub)), name
        os.remove(f"{hub.home}/deploy/{name}")
    assert until(lambda: health()[1] == "ready", 30)


def test_features_in_deploy(hub):
    """They are installed at once, and uninstalled with their file. The hub doesn't record them as what the operator installed, also while it
    installs their bundles, of which there are so many that it takes a while."""
    names = [f"dropped{number}" for number in range(400)]
    for name in names:
        with zipfile.ZipFile(f"{hub.work}/{name}.jar", "w") as jar:
            jar.writestr("META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\nBundle-ManifestVersion: 2\nBundle-SymbolicName: {name}\nBundle-Version: 1.0.0\n\n")
    recorded = log(hub).count("event=console.installation.recorded")
    bundles = "".join(f"<bundle>file:{hub.work}/{name}.jar</bundle>" for name in names)
    with open(f"{hub.home}/deploy/dropped.xml", "w") as f:
        f.write('<features name="mine" xmlns="http://karaf.apache.org/xmlns/features/v1.4.0"><feature name="dropped-feature" install="auto">'
                f"{bundles}</feature></features>")

    def installed():
        return len(set(re.findall(r"dropped\d+", hub.run("console", "bundle:list -t 0 -s").stdout)))

    def is_recorded():
        return log(hub).count("event=console.installation.recorded") > recorded
    assert until(lambda: installed() == len(names), 60)
    assert never(is_recorded, 3)
    os.remove(f"{hub.home}/deploy/dropped.xml")
    assert until(lambda: installed() == 0, 60)
    assert never(is_recorded, 3)


def test_loop(hub):
    """A loop leaves nothing in memory of what it has run, and ends with its client."""
    def jcmd(command):
        return subprocess.run([jdk("jcmd"), str(hub.pid()), command], capture_output=True, text=True, check=True).stdout
    with open(f"{hub.work}/loop", "wb") as out:
        loop = subprocess.Popen([LAUNCHER, "console", "while { true } { echo x }"], env=hub.env, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                start_new_session=True)
    try:
        assert until(lambda: os.path.getsize(f"{hub.work}/loop") > 10_000, 60), open(f"{hub.work}/loop").read()[:300]
        jobs = re.search(r"(\d+) +\d+ +org.apache.felix.gogo.runtime.CommandSessionImpl\$JobImpl", jcmd("GC.class_histogram"))
        assert int(jobs[1]) < 100
        assert "pipe-while" in jcmd("Thread.print")
    finally:
        os.killpg(loop.pid, signal.SIGKILL)
        loop.wait()
    assert until(lambda: "pipe-while" not in jcmd("Thread.print"), 20)


CUT_FEATURES = '<features name="x" xmlns="http://karaf.apache.org/xmlns/features/v1.4.0"><feature'


def test_configuration_that_can_not_be_used(hub, health):
    config = f"{hub.home}/etc/io.datahub.websocket.cfg"
    with open(config) as f:
        good = f.read()
    with open(config, "a") as f:
        f.write("\nidleMillis = 30s\n")
    assert until(lambda: health()[:2] == (200, "degraded"), 30)
    for word in ("io.datahub.websocket.cfg", "idleMillis", "30s", "whole number", "previous version stays in effect"):
        assert word in health()[2]["configuration"]
    checked = hub.run("check-config")
    assert checked.returncode == 1
    assert 'error: etc/io.datahub.websocket.cfg: idleMillis: "30s" isn\'t allowed: must be a whole number' in checked.stdout
    with open(config, "w") as f:
        f.write(good)


def test_keys_under_their_former_names(hub, health):
    """They work, with a warning; a file that has both names uses the present one."""
    config = f"{hub.home}/etc/io.datahub.http.cfg"
    with open(config) as f:
        good = f.read()
    with open(config, "a") as f:
        f.write("\nparts = auth, absent\n")
    assert until(lambda: health()[0] == 503 and "absent" in health()[2], 30)
    assert "parts: is the former name of requiredComponents; rename it" in health()[2]["configuration"]
    checked = hub.run("check-config")
    assert checked.returncode == 0
    assert "warning: etc/io.datahub.http.cfg: parts: is the former name of requiredComponents" in checked.stdout
    with open(config, "a") as f:
        f.write("requiredComponents = auth, store\n")
    assert until(lambda: health()[0] == 200, 30)
    assert "parts: has no effect, since requiredComponents replaces it" in hub.run("check-config").stdout
    with open(config, "w") as f:
        f.write(good)
    assert until(lambda: "parts" not in health()[2]["configuration"], 30)


def test_validator_that_refuses_its_configuration(hub, admin, health):
    """It is unavailable with the reason, and blocks its own paths only."""
    config = f"{hub.home}/etc/io.datahub.validator.policy-small.cfg"
    with open(config, "w") as f:
        f.write("paths = small/**\nmaxBytes = 1k\n")

    def validator():
        return {v["name"]: v for v in json.loads(hub.run("console", "datahub:validators", "--json").stdout)}.get("policy-small", {})
    assert until(lambda: validator().get("state") == "unavailable", 20)
    assert all(word in validator()["reason"] for word in ("policy-small.cfg", "maxBytes", "1k"))
    assert hub.curl(admin, "/files/large/a", "-d", "x")[0] == 201 and hub.curl(admin, "/files/large/a", "-X", "DELETE")[0] == 204
    os.remove(config)
    checked = hub.run("check-config")
    assert checked.returncode == 0 and "0 errors, 0 warnings" in checked.stdout
    assert until(lambda: health()[1] == "ready", 30)


# Backup and secrets

@pytest.fixture(scope="module")
def archive(hub, tokens, restored_users):
    """A backup that was made while a user uploaded."""
    path, uploads = f"{hub.work}/backup.tar.gz", iter(range(1_000_000))

    def upload():
        i = next(uploads)
        hub.curl(tokens["ci"], f"/files/builds/{i % 7}/f{i % 20}", "-d", f"version {i}")
    for _ in range(40):
        upload()
    backup = subprocess.Popen([LAUNCHER, "backup", path], env=hub.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while backup.poll() is None:
        upload()
    assert backup.returncode == 0, backup.stdout.read()
    hub.journal = [json.loads(line) for line in hub.curl(tokens["ops"], "/changes?since=0&limit=10000")[2].decode().splitlines()]
    return path


def test_backup_under_load(hub, archive):
    assert os.stat(archive).st_mode & 0o777 == 0o600
    assert hub.run("backup", archive).returncode != 0, "another one isn't overwritten"
    assert not os.path.exists(f"{hub.home}/state/snapshot")


async def authenticate_by_message(hub, token):
    """Logs in to a WebSocket as a page in a browser does."""
    async with websockets.connect(f"ws://127.0.0.1:{hub.http}/events", subprotocols=["datahub.v1"]) as ws:
        await ws.send(json.dumps({"type": "auth", "token": token}))
        await asyncio.wait_for(ws.recv(), 10)


def use_secrets(hub, admin, tokens):
    """Uses valid and wrong secrets wherever one can be used; returns them, also in the form that is sent."""
    wrong = {name: new_token() for name in ("bearer", "scheme", "basic", "user", "url", "cookie", "tus", "header", "message", "protocol", "ssh", "plain", "revoke")}
    hub.curl(wrong["bearer"], "/whoami")
    hub.curl(None, "/whoami", "-H", f"Authorization: Token {wrong['scheme']}")
    for user, token in (("ops", wrong["basic"]), (wrong["user"], "x"), ("ops", tokens["ops"])):
        hub.curl(None, "/whoami", "-u", f"{user}:{token}")
    for token in (wrong["url"], tokens["ci"]):
        hub.curl(None, f"/whoami?access_token={token}")
    hub.curl(None, "/whoami", "-H", f"Cookie: token={wrong['cookie']}")
    hub.curl(wrong["tus"], "/uploads/", "-X", "POST", "-H", "Tus-Resumable: 1.0.0", "-H", "Upload-Length: 3", "-H", "Upload-Metadata: path YQ==")
    upgrade = ("-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
    hub.curl(wrong["header"], "/events", *upgrade)
    hub.curl(None, "/events", *upgrade, "-H", f"Sec-WebSocket-Protocol: datahub.v1, {wrong['protocol']}", "--max-time", "2")
    for token in (wrong["message"], tokens["ci"]):
        with contextlib.suppress(websockets.WebSocketException, asyncio.TimeoutError):
            asyncio.run(authenticate_by_message(hub, token))
    ssh(hub, "ops", wrong["ssh"], "datahub:status")
    hub.run("console", "datahub:token-revoke", "ci", wrong["revoke"])
    status, _, body = hub.curl(admin, "/tokens", "-d", "label=x")
    assert status == 201
    issued = [json.loads(body)["token"], hub.run("console", "datahub:token-issue", "ci").stdout.strip(),
              hub.run("console", "datahub:token-rotate", "admin", "x").stdout.strip()]
    assert all(token.startswith("dh_") for token in issued)
    hub.curl(issued[1], "/whoami")
    key_file = f"{hub.work}/client.key"
    assert hub.run("curve-key", key_file).returncode == 0
    basic = [base64.b64encode(f"ops:{token}".encode()).decode().rstrip("=") for token in (wrong["basic"], tokens["ops"])]
    return [*wrong.values(), *issued, open(key_file).read().split()[-1], *basic, *use_zeromq_secrets(hub, admin, tokens, wrong["plain"])]


def use_zeromq_secrets(hub, admin, tokens, wrong):
    public, secret = zmq.curve_keypair()

    def refused():
        return hub.metrics(admin).get('datahub_logins_refused_total{transport="zeromq"}', 0)

    def is_connected():
        return any(c.get("transport") == "zeromq" for c in json.loads(hub.run("console", "datahub:clients", "--json").stdout))
    for valid, s in ((True, plain_socket(zmq.SUB, "ci", tokens["ci"])), (False, plain_socket(zmq.SUB, "ops", wrong)),
                     (False, curve_socket(hub, zmq.SUB, public, secret))):
        before = refused()
        s.connect(f"tcp://127.0.0.1:{hub.zmq}")
        assert until(is_connected if valid else lambda: refused() > before, 20)
        s.close(0)
    return [secret.decode()]


def test_no_secret_is_stored(hub, admin, tokens, restored_users, archive):
    """In no log, history, state or file name in the home, but for the first token in its own file."""
    secrets = [admin, *tokens.values(), *use_secrets(hub, admin, tokens)]
    hub.run("stop")
    assert all(os.path.getsize(f"{hub.home}/log/{name}") for name in ("datahub.log", "audit.log", "start.log"))
    found = []
    for directory, _, names in os.walk(hub.home):
        for path in (os.path.join(directory, name) for name in names if name != "admin.token"):
            with contextlib.suppress(OSError):
                content = open(path, "rb").read() if os.path.isfile(path) else b""
                found += [(path, secret[:9]) for secret in secrets if secret.encode() in content or secret in path]
    assert found == []


def test_audit_log(hub):
    path = f"{hub.home}/log/audit.log"
    with open(path) as f:
        audit = f.read()
    assert re.search(r"event=auth.login.refused user=.* address=127\.0\.0\.1", audit)
    assert re.search(r"event=store.record.changed type=created user=ci from=\S*127\.0\.0\.1", audit)
    assert re.search(r"event=auth.users.changed .*by=", audit)
    assert os.stat(path).st_mode & 0o077 == 0


@pytest.mark.parametrize("name, cure", [("format", "write the number 1 into it"), ("curve.key", "remove it and curve.pub"), ("curve.pub", "remove it")])
def test_empty_state_file(hub, name, cure):
    """As after a power cut: it is named with its cure."""
    hub.run("stop")
    path = f"{hub.home}/state/{name}"
    with open(path, "rb") as f:
        good = f.read()
    open(path, "wb").close()
    started = hub.run("start")
    assert started.returncode != 0 and path in started.stderr and cure in started.stderr
    assert "Exception" not in started.stdout + started.stderr
    with open(path, "wb") as f:
        f.write(good)


def test_empty_keys_of_the_console(hub):
    """They are made again and named."""
    for name in ("console.key", "host.key", "console.pub", "users.last-used", "announced"):
        open(f"{hub.home}/state/{name}", "wb").close()
    started = hub.run("start")
    assert started.returncode == 0, started.stderr
    assert all(f"state/{name}" in started.stdout for name in ("console.key", "host.key"))
    assert hub.run("console", "datahub:status").returncode == 0
    hub.run("stop")


@pytest.fixture(scope="module")
def restored(new_hub, archive):
    """A hub on the restored backup, whose logs are JSON."""
    hub = new_hub(DATAHUB_LOG_FORMAT="json")
    out = hub.run("restore", archive)
    assert out.returncode == 0, out.stdout + out.stderr
    return hub.start()


def test_restore(hub, tokens, archive, restored):
    """Files, index and journal of the restored hub agree."""
    assert hub.run("restore", archive).returncode != 0, "only into an empty home"
    versions = {(change["subject"], change["data"]["etag"]) for change in hub.journal if not change["type"].endswith(("deleted", "rejected"))}
    files = f"{restored.home}/files"
    paths = {os.path.relpath(f, files) for f in glob.glob(f"{files}/**", recursive=True) if os.path.isfile(f)}
    assert "builds/0/f0" in paths
    for path in paths:
        assert (path, restored.curl(tokens["ops"], f"/files/{path}")[1].get("etag")) in versions, path
    assert json.loads(restored.run("console", "datahub:rescan", "--json").stdout)[0]["changes"] == 0
    for change in hub.journal:
        status, head, _ = restored.curl(tokens["ops"], f"/changes?since={change['id']}")
        assert status == 410, "the cursor may stand for another change now"
    stored = json.loads(restored.curl(tokens["ci"], "/files/builds/0/f0", "-d", "after the restore")[2])
    assert stored["sequence"] > 0 and stored["cursor"] not in {change["id"] for change in hub.journal}
    assert restored.curl(tokens["ops"], f"/changes?since={head['datahub-cursor']}")[0] == 200
    assert restored.curl(tokens["ci"], "/whoami")[0] == 200


def test_killed_restore(archive, new_hub, tmp_path):
    """A hub doesn't start without the records that weren't restored."""
    tar = tmp_path / "tar"
    tar.write_text(f"""#!/bin/sh
{shutil.which("tar")} "$@" || exit
case " $* " in *" --extract "*) rm "$DATAHUB_HOME/state/store.mv"; kill -9 $PPID;; esac
""")
    tar.chmod(0o700)
    hub = new_hub()
    env = dict(hub.env, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert subprocess.run([LAUNCHER, "restore", archive], env=env).returncode == -signal.SIGKILL
    for words in (["start"], ["restore", archive]):
        refused = hub.run(*words)
        assert refused.returncode == 1 and "was interrupted" in refused.stderr, refused
    shutil.rmtree(hub.home)
    assert hub.run("restore", archive).returncode == 0
    assert not os.path.exists(f"{hub.home}/state/restoring")


def test_logs_as_json(restored):
    """Each line is an object."""
    restored.curl("dh_wrong", "/whoami")
    cut = f"{restored.home}/deploy/cut.xml"
    with open(cut, "w") as f:
        f.write(CUT_FEATURES)
    assert until(lambda: r"\n\tat " in log(restored), 30)
    os.remove(cut)
    found = {}
    for name, keys in (("datahub.log", {"time", "level", "logger", "message", "exception"}), ("audit.log", {"time", "message"})):
        with open(f"{restored.home}/log/{name}") as f:
            found[name] = [json.loads(line) for line in f]
        assert found[name] and all({"time", "message"} <= set(o) <= keys for o in found[name]), name
    assert any("event=auth.login.refused" in o["message"] for o in found["audit.log"])
    assert any("\n\tat " in o.get("exception", "") for o in found["datahub.log"])
