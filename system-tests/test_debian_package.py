"""The Debian package as a Debian user meets it: install, start, upgrade under load, remove, install again, purge. The tests
of this module build on one another.

Installs the package on this machine and purges it in the end, so it needs root, and is skipped where the package is there already."""
import glob, hashlib, os, pwd, re, shutil, signal, socket, subprocess, tempfile, threading, urllib.error, urllib.request

import pytest

from support.hub import ROOT, free_ports
from support.systemd import booted
from support.waiting import until

HOME = "/var/lib/datahub"
LOGS = "/var/log/datahub"
DEFAULTS = "/etc/default/datahub"
UNIT = "/lib/systemd/system/datahub.service"

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or os.path.exists(HOME), reason=f"needs root, and no {HOME}")


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, timeout=600, env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"), **more)


def apt(*words):
    done = run("apt-get", *words[:1], "-y", *words[1:])
    assert done.returncode == 0, done.stdout[-600:] + done.stderr[-600:]


def is_installed():
    return run("dpkg-query", "-W", "-f", "${db:Status-Status}", "datahub").stdout == "installed"


def account():
    try:
        return pwd.getpwnam("datahub")
    except KeyError:
        return None


def hub_process():
    """The hub's process, if there is one."""
    with os.scandir("/proc") as entries:
        for entry in entries:
            try:
                if entry.name.isdigit() and f"-Dkaraf.base={HOME}\0".encode() in open(f"/proc/{entry.name}/cmdline", "rb").read():
                    return int(entry.name)
            except OSError:
                continue
    return None


class Installed:
    """The package and the hub that it runs."""

    def __init__(self, package, work):
        self.package, self.work = package, work
        self.http, self.zmq, self.ssh, self.console = free_ports(4)

    def set_ports(self):
        with open(DEFAULTS, "a") as f:
            f.write(f"DATAHUB_HTTP_PORT={self.http}\nDATAHUB_ZMQ_PORT={self.zmq}\nDATAHUB_SSH_PORT={self.ssh}\nDATAHUB_CONSOLE_PORT={self.console}\n")

    def token(self):
        return open(f"{HOME}/admin.token").read().strip()

    def request(self, path, method="GET", data=None, token=None):
        """The status and the body; 0 where there is no connection."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as e:
            return e.code, e.read()
        except OSError as e:
            return 0, str(e).encode()

    def record(self):
        return self.request("/files/demo/a.txt", token=self.token())

    def newer_package(self):
        """The same package with a higher version and a changed default."""
        tree, newer = f"{self.work}/newer", f"{self.work}/datahub_99.0_all.deb"
        if not os.path.exists(newer):
            run("dpkg-deb", "-R", self.package, tree)
            control = open(f"{tree}/DEBIAN/control").read()
            open(f"{tree}/DEBIAN/control", "w").write(re.sub(r"^Version: .*$", r"Version: 99.0", control, flags=re.M))
            open(f"{tree}/usr/share/datahub/etc/io.datahub.http.cfg", "a").write("\n# of the newer version\n")
            made = run("dpkg-deb", "--root-owner-group", "-b", tree, newer)
            assert made.returncode == 0, made.stderr
        return newer


class Uploads(threading.Thread):
    """Uploads one record after the other and remembers each that the hub accepted."""

    def __init__(self, hub):
        super().__init__()
        self.hub, self.token, self.accepted, self.enough = hub, hub.token(), {}, threading.Event()

    def run(self):
        number = 0
        while not self.enough.is_set():
            body = os.urandom(20_000)
            number += 1
            if self.hub.request(f"/files/load/{number}", "PUT", body, self.token)[0] == 201:
                self.accepted[number] = hashlib.sha256(body).hexdigest()
            else:
                self.enough.wait(0.1)

    def wait_for(self, more):
        count = len(self.accepted)
        assert until(lambda: len(self.accepted) > count + more, 60)


@pytest.fixture(scope="module")
def hub():
    assert not is_installed(), "the package must not be installed on this machine"
    built = glob.glob(f"{ROOT}/debian/target/datahub_*_all.deb")
    assert len(built) == 1
    with tempfile.TemporaryDirectory(prefix="datahub-test-") as work:
        os.chmod(work, 0o755)  # apt and the hub use it as users of their own
        yield Installed(shutil.copy(built[0], work), work)
        run("apt-get", "purge", "-y", "datahub")


def test_install(hub):
    apt("install", hub.package)
    assert is_installed()
    user = account()
    assert user.pw_shell == "/usr/sbin/nologin" and user.pw_dir == HOME
    for folder in (HOME, LOGS):
        assert os.stat(folder).st_uid == user.pw_uid and os.stat(folder).st_mode & 0o007 == 0, folder
    verified = run("systemd-analyze", "verify", UNIT)
    assert verified.returncode == 0 and "datahub.service" not in verified.stderr, verified.stderr
    hub.set_ports()


def rsync(hub, token):
    """An upload by rsync, which the hub confines, with a key of the administrator."""
    key = f"{hub.work}/key"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    line = b"<ssh-key>" + b" ".join(open(f"{key}.pub", "rb").read().split()[:2]) + b"</ssh-key></user>"
    users = hub.request("/files/broker_users.xml", token=token)[1].replace(b"</user>", line, 1)
    assert hub.request("/files/broker_users.xml", "PUT", users, token)[0] == 200
    shell = f"ssh -p {hub.ssh} -i {key} -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
    return run("rsync", "-a", "-e", shell, "/etc/hostname", "admin@127.0.0.1:synchronized/")


def test_unit_lets_programs_be_confined(hub):
    """Under the unit as systemd restricts it: a validator with the command of the reference, and rsync. What it does to the
    disk is forgotten."""
    confined = re.search(r"^command = (/usr/bin/bwrap .*)$", open(f"{ROOT}/docs/reference/validators.md").read(), re.M)[1]
    commands = {"syntax": confined, "confined": confined.replace("bash -n", "bash"), "free": "/bin/bash {file}"}
    inspection = f"! cat {HOME}/admin.token && ! (: < /dev/tcp/127.0.0.1/{hub.http}) && touch /tmp/a && echo > /dev/null"
    with booted() as systemd:
        for name, command in commands.items():
            validator = f"paths = {name}/**\ncommand = {command}\nrefusals = 1, 2\n"
            systemd.run("install", "-D", "/dev/stdin", f"{HOME}/etc/io.datahub.validator.command-{name}.cfg", input=validator)
        systemd.run("chown", "-R", "datahub:", HOME)
        started = systemd.run("systemctl", "start", "datahub")
        assert started.returncode == 0, started.stderr + systemd.run("cat", f"{LOGS}/start.log").stdout
        token = systemd.run("cat", f"{HOME}/admin.token").stdout.strip()
        answers = [hub.request(f"/files/{path}", "PUT", script.encode(), token) for path, script in (
            ("syntax/good", "if true; then true; fi"), ("syntax/bad", "if true"), ("confined/a", inspection), ("free/a", inspection))]
        assert [status for status, _ in answers] == [201, 422, 201, 422], answers
        assert b"syntax error" in answers[1][1], answers[1]
        synchronized = rsync(hub, token)
        assert synchronized.returncode == 0, synchronized.stderr
        assert hub.request("/files/synchronized/hostname", token=token)[0] == 200
        assert systemd.run("systemctl", "stop", "datahub").returncode == 0
        assert systemd.run("systemctl", "is-failed", "datahub").stdout == "inactive\n"


def test_service(hub):
    """What the unit starts, as systemd would: its command, its user, and a socket for notifications."""
    address = f"{hub.work}/notify"
    notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notifications.bind(address)
    os.chmod(address, 0o777)
    notifications.settimeout(180)

    def wait_for(word):
        """The next notification with the word. Barriers come in between, which wait until their descriptor is closed."""
        while True:
            data, descriptors, _, _ = socket.recv_fds(notifications, 4096, 8)
            for descriptor in descriptors:
                os.close(descriptor)
            if word in data.decode():
                return

    text = open(UNIT).read()
    env = dict(line.strip().split("=", 1) for line in open(DEFAULTS) if re.match(r"[A-Z]", line))
    env.update(DATAHUB_HOME=HOME, NOTIFY_SOCKET=address, PATH=os.environ["PATH"])
    command = re.search(r"^ExecStart=(.*)$", text, re.M)[1].split()
    service = subprocess.Popen(["runuser", "-u", re.search(r"^User=(.*)$", text, re.M)[1], "--", *command], env=env, cwd="/",
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for("READY=1")
    assert hub.request("/health/ready")[0] == 200, "ready when systemd is notified"
    pid = hub_process()
    assert os.stat(f"/proc/{pid}").st_uid == account().pw_uid
    assert hub.request("/files/demo/a.txt", "PUT", b"hello", hub.token())[0] == 201
    assert os.path.exists(f"{LOGS}/datahub.log")
    os.kill(pid, signal.SIGTERM)
    assert service.wait(60) == 0
    wait_for("STOPPING=1")


def test_commands(hub):
    started = run("datahub", "start")
    assert started.returncode == 0 and "8480" not in started.stdout, started.stdout + started.stderr
    assert run("datahub", "status").returncode == 0
    assert "admin" in run("datahub", "console", "datahub:users").stdout
    assert hub.record() == (200, b"hello")


def test_upgrade_under_load(hub):
    uploads = Uploads(hub)
    uploads.start()
    try:
        uploads.wait_for(20)
        old = hub_process()
        apt("install", hub.newer_package())
        assert until(lambda: hub.request("/health/ready")[0] == 200, 120)
        assert hub_process() not in (None, old)
        uploads.wait_for(20)
    finally:
        uploads.enough.set()
        uploads.join()
    lost = [n for n, digest in uploads.accepted.items()
            if hashlib.sha256(hub.request(f"/files/load/{n}", token=uploads.token)[1]).hexdigest() != digest]
    assert not lost, f"of {len(uploads.accepted)} accepted records"
    assert f"DATAHUB_HTTP_PORT={hub.http}" in open(DEFAULTS).read(), "the settings stay"
    assert "of the newer version" in open(f"{HOME}/etc/io.datahub.http.cfg").read(), "an unchanged default follows the package"


def test_remove_and_install_again(hub):
    apt("remove", "datahub")
    assert not hub_process() and not os.path.exists("/usr/bin/datahub")
    assert open(f"{HOME}/files/demo/a.txt").read() == "hello" and os.path.exists(DEFAULTS), "data and settings stay"
    apt("install", hub.newer_package())
    assert run("datahub", "start").returncode == 0
    assert hub.record() == (200, b"hello")


def test_purge(hub):
    apt("purge", "datahub")
    assert not hub_process() and not account()
    assert [path for path in (HOME, LOGS, DEFAULTS, "/usr/share/datahub", UNIT) if os.path.exists(path)] == []
