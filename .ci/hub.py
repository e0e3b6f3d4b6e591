"""A hub of a check's own, and clients that others wrote. Needs curl, and Debian's python3-zmq and python3-websockets."""
import asyncio, base64, contextlib, glob, hashlib, json, os, random, re, shutil, signal, socket, subprocess, tempfile, threading, time
import websockets, zmq

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LAUNCHER = os.environ.get("DATAHUB_LAUNCHER", f"{ROOT}/datahub")  # of an unpacked distribution, say
seen = {"passed": 0, "failed": 0}


def check(what, good, detail=""):
    seen["passed" if good else "failed"] += 1
    print(f"{'ok  ' if good else 'FAIL'} {what}" + (f": {detail}" if not good else ""), flush=True)
    return good


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


def until(condition, seconds=10.0):
    end = time.time() + seconds
    while time.time() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    return condition()


def never(condition, seconds=1.0):
    """Whether the condition holds at no time within the seconds: for what must not happen. Returns at once when it does."""
    return not until(condition, seconds)


class Hub:
    """A hub with a home of its own."""

    def __init__(self):
        self.work = tempfile.mkdtemp(prefix="datahub-story-")
        self.home = f"{self.work}/hub"
        self.http, self.zmq, self.console = free_ports(3)
        self.env = dict(os.environ, DATAHUB_HOME=self.home, DATAHUB_HTTP_PORT=str(self.http),
                        DATAHUB_ZMQ_PORT=str(self.zmq), DATAHUB_CONSOLE_PORT=str(self.console))

    def run(self, *words, **more):
        return subprocess.run([LAUNCHER, *words], env=self.env, capture_output=True, text=True, timeout=600, **more)

    def end(self):
        """Stops it and removes its home; where a check has failed, its logs are told."""
        self.run("stop")
        if seen["failed"]:
            for log in sorted(glob.glob(f"{self.home}/log/*.log")):
                print(f"--- {os.path.basename(log)}\n" + "".join(open(log, errors="replace").readlines()[-80:]))
        shutil.rmtree(self.work, ignore_errors=True)

    def figures(self, token):
        """What the hub measures: name, with labels, to value."""
        text = self.curl(token, "/metrics")[2].decode()
        return {name: float(value) for name, value in re.findall(r"^([a-z_]+(?:\{[^}]*\})?) (\S+)$", text, re.M)}

    def pid(self):
        return int(open(f"{self.home}/cache/hub.run").read().split("pid=")[1].split()[0])

    def kill(self):
        """As a power cut would end it, so far as a process goes."""
        pid = self.pid()
        os.kill(pid, signal.SIGKILL)
        until(lambda: not os.path.exists(f"/proc/{pid}"), 20)

    def token(self):
        return open(f"{self.home}/admin.token").read().strip()

    def admin_line(self):
        """The first administrator, as the users file of this hub has it."""
        users = self.curl(self.token(), "/files/broker_users.xml")[2]
        return re.search(rb'<user name="admin".*?</user>', users, re.S)[0].decode()

    def curl(self, token, path, *more):
        """A request with curl: the status, the headers in lower case and the body."""
        head = f"{self.work}/head"
        auth = ["-H", f"Authorization: Bearer {token}"] if token else []
        out = subprocess.run(["curl", "-sS", "--path-as-is", "-D", head, *auth, *more, f"http://127.0.0.1:{self.http}{path}"],
                             capture_output=True, timeout=300)
        last = open(head, encoding="latin-1", newline="").read().strip().split("\r\n\r\n")[-1].split("\r\n")
        status = int(last[0].split()[1])
        return status, {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in last[1:])}, out.stdout


class Collector:
    """Collects (topic, payload) on a thread of its own."""

    def __init__(self):
        self.events, self.closed = [], threading.Event()

    def of(self, topic):
        return [payload for t, payload in list(self.events) if t == topic]

    def have(self, topic, count=1):
        return until(lambda: len(self.of(topic)) >= count)


def curve_socket(hub, kind, public, secret):
    """An ordinary libzmq socket, to log in by CURVE."""
    s = zmq.Context.instance().socket(kind)
    s.curve_publickey, s.curve_secretkey = public, secret
    s.curve_serverkey = open(f"{hub.home}/state/curve.pub").read().strip().encode()
    s.linger, s.rcvtimeo, s.sndtimeo = 0, 10_000, 10_000
    return s


def plain_socket(kind, user, token):
    """The same, to log in by PLAIN."""
    s = zmq.Context.instance().socket(kind)
    s.plain_username, s.plain_password = user.encode(), token.encode()
    return s


class Subscriber(Collector):
    """An ordinary libzmq SUB socket, its connection watched by a monitor."""

    def __init__(self, hub, socket, *prefixes):
        super().__init__()
        self.socket = socket
        self.monitor = self.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        for prefix in prefixes:
            self.socket.subscribe(prefix)
        self.socket.connect(f"tcp://127.0.0.1:{hub.zmq}")
        threading.Thread(target=self.collect, daemon=True).start()

    def collect(self):
        poll = zmq.Poller()
        poll.register(self.socket, zmq.POLLIN)
        poll.register(self.monitor, zmq.POLLIN)
        while True:
            for s, _ in poll.poll():
                frames = s.recv_multipart()
                if s is self.monitor:
                    self.closed.set()
                else:
                    self.events.append((frames[0].decode(), frames[1]))


class Browser(Collector):
    """A WebSocket client; with TLS where there is a context for it, to the port hub.tls."""

    def __init__(self, hub, token, *prefixes, tls=None):
        super().__init__()
        self.ready = threading.Event()
        self.code = None
        threading.Thread(target=lambda: asyncio.run(self.collect(hub, token, prefixes, tls)), daemon=True).start()
        self.ready.wait(10)

    async def collect(self, hub, token, prefixes, tls):
        url = f"wss://localhost:{hub.tls}/events" if tls else f"ws://127.0.0.1:{hub.http}/events"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with websockets.connect(url, subprotocols=["datahub.v1"], extra_headers=headers, ssl=tls) as ws:
            self.welcome = json.loads(await ws.recv())
            await ws.send(json.dumps({"type": "subscribe", "topics": list(prefixes), "id": 1}))
            try:
                async for text in ws:
                    message = json.loads(text)
                    if message["type"] == "ok":
                        self.ready.set()
                    elif message["type"] == "event":
                        data = message["data"].encode() if "data" in message else base64.b64decode(message["base64"])
                        self.events.append((message["topic"], data))
            except websockets.ConnectionClosedError:
                pass
            self.code = ws.close_code
            self.closed.set()


class EventStream(Collector):
    """curl on the event stream; with TLS where curl is told the certificates, to the port hub.tls."""

    def __init__(self, hub, token, *prefixes, tls=()):
        super().__init__()
        query = "&".join(f"topic={p}" for p in prefixes)
        auth = ["-H", f"Authorization: Bearer {token}"] if token else []
        base = f"https://localhost:{hub.tls}" if tls else f"http://127.0.0.1:{hub.http}"
        self.process = subprocess.Popen(["curl", "-sN", *auth, *tls, f"{base}/events?{query}"], stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.collect, daemon=True).start()

    def collect(self):
        for line in self.process.stdout:
            if line.startswith("data:"):
                message = json.loads(line[5:])
                self.events.append((message["topic"], message["data"].encode() if "data" in message else base64.b64decode(message["base64"])))
        self.closed.set()


def users_file(admin_line, users):
    body = "".join(f'<user name="{name}">{allow}' + (f'<token sha256="{hashlib.sha256(token.encode()).hexdigest()}"/>' if token else "")
                   + "</user>" for name, (token, allow) in users.items())
    return f'<broker-users xmlns="urn:datahub:broker-users:1">{admin_line}{body}</broker-users>'
