"""A hub that a test starts, with a home of its own on free ports. Needs curl."""
import contextlib, fcntl, functools, glob, hashlib, os, random, re, secrets, shutil, signal, socket, subprocess, tempfile, threading

from support import openapi
from support.waiting import until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LAUNCHER = os.environ.get("DATAHUB_LAUNCHER", f"{ROOT}/datahub")  # of an unpacked distribution, say
LOG_LINES = 80


def free_ports(count):
    """Ports that nobody listens on, below the range from which the system takes those of outgoing connections."""
    with contextlib.ExitStack() as stack:
        found = []
        while len(found) < count:
            s, port = stack.enter_context(socket.socket()), random.randrange(10_000, 32_768)
            with contextlib.suppress(OSError):
                s.bind(("127.0.0.1", port))
                found.append(port)
        return found


def jdk(program):
    """A program of the JDK that runs the hubs."""
    return f"{os.environ['JAVA_HOME']}/bin/{program}" if os.environ.get("JAVA_HOME") else program


def end_on_sigterm():
    """Lets a script that is ended by SIGTERM stop what it has started, as it does when it is interrupted."""
    def end(*_):
        raise SystemExit(128 + signal.SIGTERM)
    signal.signal(signal.SIGTERM, end)


def new_token():
    return "dh_" + secrets.token_urlsafe(32)


def sha256(token):
    return hashlib.sha256(token.encode()).hexdigest()


@functools.cache
def rsa_host_key():
    """A host key for SSH. Without the second compiler a hub takes some seconds of the processor to generate one, for each new home."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "3072", "-N", "", "-f", f"{folder}/key"], check=True)
        with open(f"{folder}/key", "rb") as f:
            return f.read()


@functools.cache
def class_archive():
    """The archive of classes that the second start of a hub leaves, which saves a new one a seventh of its start.
    The first run makes it for all that follow, with this build and Java."""
    build = max(map(os.path.getmtime, (LAUNCHER, *glob.glob(f"{ROOT}/karaf-assembly/target/*.tar.gz"))))
    folder = f"{ROOT}/target/classes-of-hubs/" + sha256(f"{LAUNCHER} {build} {os.environ.get('JAVA_HOME')}")[:16]
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(f"{folder}/done"):
            hub = Hub()
            try:
                for _ in range(2):
                    for word in "start", "stop":
                        done = hub.run(word)
                        assert done.returncode == 0, done.stdout + done.stderr
                for archive in glob.glob(f"{hub.home}/cache/*.jsa"):
                    shutil.copy(archive, folder)
            finally:
                hub.end()
            open(f"{folder}/done", "w").close()
    return next(glob.iglob(f"{folder}/*.jsa"), None)


def users_file(admin_line, users):
    """A users file: the administrator's element, and for each name a pair of a token (or none) and the elements that grant."""
    body = "".join(f'<user name="{name}">{allow}' + (f'<token sha256="{sha256(token)}"/>' if token else "") + "</user>"
                   for name, (token, allow) in users.items())
    return f'<broker-users xmlns="urn:datahub:broker-users:1">{admin_line}{body}</broker-users>'


class Hub:
    """A hub with a temporary home. It isn't started yet; `end` stops it and removes everything."""

    present = []
    shares_classes = False  # whether new homes get the archive of classes of another hub
    single = True  # not several that look like one
    folder = None  # where its temporary folder is; the usual one if none

    def __init__(self, **env):
        self.work = tempfile.mkdtemp(prefix="datahub-test-", dir=self.folder)
        self.home = f"{self.work}/hub"
        self.http, self.zmq, self.ssh, self.console = free_ports(4)
        self.env = dict(os.environ, DATAHUB_HOME=self.home, DATAHUB_HTTP_PORT=str(self.http),
                        DATAHUB_ZMQ_PORT=str(self.zmq), DATAHUB_SSH_PORT=str(self.ssh),
                        DATAHUB_CONSOLE_PORT=str(self.console), **env)
        Hub.present.append(self)

    @property
    def each(self):
        """The hubs that it consists of."""
        return [self]

    def run(self, *words, **more):
        """Runs the launcher with these arguments."""
        return subprocess.run([LAUNCHER, *words], env=self.env, capture_output=True, text=True, timeout=600, **more)

    def prepare(self):
        """Spares a hub with a new home the generation of an RSA key, and the loading of some classes."""
        if not os.path.exists(f"{self.home}/state"):
            for folder in (self.home, f"{self.home}/state", f"{self.home}/cache"):
                os.makedirs(folder, 0o700, exist_ok=True)
            with open(os.open(f"{self.home}/state/ssh_host_rsa_key", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as f:
                f.write(rsa_host_key())
            archive = class_archive() if Hub.shares_classes else None
            if archive:
                try:
                    os.link(archive, f"{self.home}/cache/{os.path.basename(archive)}")
                except OSError:  # another file system
                    shutil.copy(archive, f"{self.home}/cache")

    def start(self):
        self.prepare()
        started = self.run("start")
        assert started.returncode == 0, started.stdout + started.stderr
        return self

    def end(self, keep=False):
        """Stops it, and removes its home or leaves it."""
        try:
            self.run("stop")
        finally:
            Hub.present.remove(self)
            if not keep:
                shutil.rmtree(self.work, ignore_errors=True)

    def logs(self):
        """The last lines of each log file, by name."""
        return {os.path.basename(log): "".join(open(log, errors="replace").readlines()[-LOG_LINES:])
                for log in sorted(glob.glob(f"{self.home}/log/*.log"))}

    def log_size(self):
        """Where the log files end now, for `log_lines`."""
        return {name: os.path.getsize(name) for name in glob.glob(f"{self.home}/log/*.log")}

    def log_lines(self, *words, since=None):
        """The lines of the log files that contain all the words, all or those since `log_size` was called."""
        found = []
        for name in sorted(glob.glob(f"{self.home}/log/*.log")):
            with open(name, errors="replace") as f:
                f.seek((since or {}).get(name, 0))
                found += [line for line in f.read().splitlines() if all(word in line for word in words)]
        return found

    def pid(self):
        return int(open(f"{self.home}/cache/hub.run").read().split("pid=")[1].split()[0])

    def kill(self):
        """Ends the process as a power cut would."""
        pid = self.pid()
        os.kill(pid, signal.SIGKILL)
        until(lambda: not os.path.exists(f"/proc/{pid}"), 20)

    def token(self):
        """The first administrator's."""
        return open(f"{self.home}/admin.token").read().strip()

    def admin_line(self):
        """The first administrator's element of the users file."""
        users = self.curl(self.token(), "/files/broker_users.xml")[2]
        return re.search(rb'<user name="admin".*?</user>', users, re.S)[0].decode()

    def put_users(self, users):
        """Stores a users file with the first administrator and these users (see `users_file`); returns the status."""
        if not hasattr(self, "first_admin"):
            self.first_admin = self.admin_line()
        with open(f"{self.work}/users.xml", "w") as f:
            f.write(users_file(self.first_admin, users))
        return self.curl(self.token(), "/files/broker_users.xml", "-T", f"{self.work}/users.xml")[0]

    def add_users(self, **grants):
        """Stores users with these grants and a new token each; returns the tokens by name."""
        tokens = {name: new_token() for name in grants}
        status = self.put_users({name: (tokens[name], grant) for name, grant in grants.items()})
        assert status == 200, status
        return tokens

    def curl(self, token, path, *more):
        """A request with curl: the status, the headers by lower-case name, and the body, which is as the OpenAPI document says.
        Several threads may ask at once."""
        head = f"{self.work}/head-{threading.get_native_id()}"
        auth = ["-H", f"Authorization: Bearer {token}"] if token else []
        out = subprocess.run(["curl", "-sS", "--path-as-is", "-D", head, "-w", "%{stderr}%{method}", *auth, *more,
                              f"http://127.0.0.1:{self.http}{path}"], capture_output=True, timeout=300)
        last = open(head, encoding="latin-1", newline="").read().strip().split("\r\n\r\n")[-1].split("\r\n")
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in last[1:])}
        if not {"-w", "-i"} & set(more) and out.returncode == 0 and "content-encoding" not in headers:
            wrong = openapi.problems(out.stderr.decode(errors="replace").splitlines()[-1].split()[-1], path, int(last[0].split()[1]),
                                     headers.get("content-type", ""), out.stdout)
            assert not wrong, wrong
        return int(last[0].split()[1]), headers, out.stdout

    def metrics(self, token):
        """The hub's metrics: name, with labels, to value."""
        text = self.curl(token, "/metrics")[2].decode()
        return {name: float(value) for name, value in re.findall(r"^([a-z_]+(?:\{[^}]*\})?) (\S+)$", text, re.M)}
