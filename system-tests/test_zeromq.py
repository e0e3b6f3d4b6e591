"""Events by ZeroMQ: libzmq (pyzmq, the npm package zeromq), JeroMQ and our own programs.

Each library publishes with each kind of socket and receives with SUB and XSUB, by PLAIN and by CURVE, messages of 1 byte to 16 MiB
in mixed order; a subscriber of another library receives them all, too. Then: revocation, false properties, proxies, anonymous
clients, the command line, and clients that reconnect by themselves after the hub was killed.

The peers in .ci/clients read, from standard input, one key=value a line: mode (mix or listen), address, name, sizes, and user and
token, or public, secret and server. Payload i is SHA-256("NAME i") over and over; the third frame is i. They print "ok KIND KIND" or
"FAIL ..." for each pair."""
import contextlib, glob, hashlib, json, os, random, socket, struct, subprocess, threading

import pytest
import zmq

from support.clients import Collector, Subscriber, plain_socket
from support.hub import LAUNCHER, ROOT, jdk, new_token
from support.proxy import Proxy
from support.waiting import until

KINDS = ("PUB", "XPUB", "PUSH", "REQ", "DEALER")
MESSAGE_SIZES = [1, 2, 8, 100, 222, 254, 255, 256, 257, 1_000, 8_191, 65_535, 65_536, 65_537, 262_144, 1_000_000] + [64] * 60 + [1_500] * 20
LARGEST = (16 << 20) - 16  # with the third frame
JARS = ":".join(jar for group in ("org/zeromq/jeromq", "eu/neilalexander/jnacl")
                for jar in glob.glob(f"{ROOT}/karaf-assembly/target/assembly/system/{group}/*/*.jar"))
PEERS = {"pyzmq": ["/usr/bin/python3", "zeromq-peer.py"], "npm": ["node", "zeromq-peer.mjs"],
         "JeroMQ": [jdk("java"), "-Xmx512m", "-cp", JARS, "JeroMqPeer.java"]}


class DigestSubscriber(Collector):
    """Receives everything that the peers send each other, and keeps the digests only."""

    def __init__(self, hub, user, token):
        super().__init__()
        self.socket = plain_socket(zmq.SUB, user, token)
        self.socket.rcvhwm = 0
        self.socket.subscribe(b"zq.")
        self.socket.connect(f"tcp://127.0.0.1:{hub.zmq}")
        threading.Thread(target=self.collect, daemon=True).start()

    def collect(self):
        while True:
            frames = self.socket.recv_multipart()
            if frames[1:2] not in ([], [b"probe"]):
                self.events.append((frames[0].decode(), hashlib.sha256(frames[1]).digest()))


def start_peer(library, **settings):
    peer = subprocess.Popen(PEERS[library], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=f"{ROOT}/.ci/clients")
    peer.stdin.write("".join(f"{k}={v}\n" for k, v in settings.items()))
    peer.stdin.close()
    peer.stdin = None  # or communicate wants to flush it
    return peer


@pytest.fixture(scope="module")
def hub(new_hub):
    return new_hub(LC_ALL="C.UTF-8").start()


@pytest.fixture(scope="module")
def address(hub):
    return f"tcp://127.0.0.1:{hub.zmq}"


@pytest.fixture(scope="module")
def key_file(hub):
    """The secret key of peer; its public key is in the users file's element `hub.key_element`."""
    path = f"{hub.work}/client.key"
    out = hub.run("curve-key", path)
    assert out.returncode == 0, out
    hub.key_element = out.stdout.splitlines()[-1]
    assert hub.key_element.startswith("<curve-key>") and os.stat(path).st_mode & 0o777 == 0o600
    assert open(path).read() not in out.stdout
    return path


@pytest.fixture(scope="module")
def users(hub, key_file):
    """The users file's content for `Hub.put_users`; the users are in force."""
    users = {"peer": (new_token(), '<allow publish="zq." subscribe="zq."/>' + hub.key_element),
             "other": (new_token(), '<allow publish="other." subscribe="other."/><allow subscribe="zq.both"/>')}
    assert hub.put_users(users) == 200
    assert until(lambda: hub.curl(users["peer"][0], "/whoami")[0] == 200, 1)
    return users


@pytest.fixture(scope="module")
def peer(users):
    return users["peer"][0]


@pytest.fixture(scope="module")
def other(users):
    return users["other"][0]


@pytest.fixture(scope="module")
def logins(hub, peer, key_file):
    secret = open(key_file).read()
    return {"PLAIN": {"user": "peer", "token": peer},
            "CURVE": {"public": zmq.curve_public(secret.encode()).decode(), "secret": secret, "server": open(f"{hub.home}/state/curve.pub").read().strip()}}


@pytest.fixture(scope="module")
def subscriber(hub, peer):
    return DigestSubscriber(hub, "peer", peer)


@pytest.fixture(scope="module")
def request_socket(address):
    """Makes REQ sockets of a user."""
    def make(user, token):
        s = plain_socket(zmq.REQ, user, token)
        s.connect(address)
        return s
    return make


@pytest.mark.parametrize("mechanism", ["PLAIN", "CURVE"])
@pytest.mark.parametrize("library", PEERS)
def test_interoperability(hub, address, logins, subscriber, library, mechanism):
    """Each kind of socket, whole messages and in order."""
    name = f"{library}-{mechanism}"
    sizes = [*MESSAGE_SIZES, LARGEST] if name != "JeroMQ-CURVE" else [*MESSAGE_SIZES, 2 << 20]  # its own boxes take 40 us a KiB
    if not hub.single:
        sizes = list(MESSAGE_SIZES)  # hubs of a cluster keep 16 MiB for each other
    random.Random(name).shuffle(sizes)
    out, err = start_peer(library, mode="mix", address=address, name=name, sizes=",".join(map(str, sizes)), **logins[mechanism]).communicate(timeout=240)
    lines = out.splitlines()

    def digest(i, size):
        block = hashlib.sha256(f"{name} {i}".encode()).digest()
        return hashlib.sha256((block * (size // 32 + 1))[:size]).digest()
    expected = [digest(i, size) for i, size in enumerate(sizes)]
    for receiving in ("SUB", "XSUB"):
        for kind in KINDS:
            assert f"ok {kind} {receiving}" in lines, [line for line in lines if line.startswith("FAIL")] + err.splitlines()[-5:]
            topic = f"zq.{name}.{receiving}.{kind}"
            assert subscriber.have(topic, len(expected)) and subscriber.of(topic) == expected, f"libzmq's subscriber of {topic}"
    subscriber.events.clear()


class CommandLine:
    """datahub pub and datahub sub, with credentials in the environment."""

    def __init__(self, hub):
        self.hub = hub

    def run(self, *words, env, **more):
        return subprocess.run([LAUNCHER, *words], env=self.hub.env | env, capture_output=True, timeout=120, **more)

    def start(self, *words, env):
        return subprocess.Popen([LAUNCHER, *words], env=self.hub.env | env, stdout=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def datahub(hub):
    return CommandLine(hub)


@pytest.fixture(scope="module")
def by_token(hub, peer):
    return {"DATAHUB_ZMQ_URL": f"tcp://127.0.0.1:{hub.zmq}", "DATAHUB_USER": "peer", "DATAHUB_TOKEN": peer}


def connections(hub):
    """What datahub:clients lists."""
    out = hub.run("console", "datahub:clients --json").stdout
    return json.loads(out) if out.strip().startswith(("[", "{")) else []


def subscriptions(hub, user):
    return sum(c.get("subscriptions", 0) for c in connections(hub) if c.get("user") == user)


@pytest.mark.single_hub
def test_command_line(hub, datahub, by_token, key_file):
    by_key = {"DATAHUB_CURVE_KEY_FILE": key_file}
    before = subscriptions(hub, "peer")
    sub = datahub.start("sub", "--json", "--count", "5", "--wait", "60", "zq.cli", env=by_key)
    assert until(lambda: subscriptions(hub, "peer") > before, 30)
    for published in (datahub.run("pub", "zq.cli.word", "grün", env=by_token), datahub.run("pub", "zq.cli.input", "-", env=by_key, input=b"\x00\xff"),
                      datahub.run("pub", "--lines", "zq.cli.line", env=by_token, input=b"one\ntwo\nthree")):
        assert published.returncode == 0, published
    received = [json.loads(line) for line in sub.communicate(timeout=90)[0].splitlines()]
    assert sub.returncode == 0
    assert received == [{"topic": "zq.cli.word", "data": "grün"}, {"topic": "zq.cli.input", "base64": "AP8="},
                        *({"topic": "zq.cli.line", "data": word} for word in ("one", "two", "three"))]


@pytest.mark.parametrize("words, env, status", [
    (("pub", "secret.x", "x"), {}, 4),
    (("pub", "zq.x", "x"), {"DATAHUB_TOKEN": "dh_wrong"}, 3),
    (("sub", "--wait", "1"), {"DATAHUB_ZMQ_URL": "tcp://127.0.0.1:9"}, 3),
    (("sub", "--none"), {}, 2),
    (("sub", "--wait", "1", "--count", "1", "zq.never"), {}, 1)], ids=["refused event", "wrong token", "no hub", "wrong option", "timeout"])
def test_exit_status(datahub, by_token, peer, words, env, status):
    out = datahub.run(*words, env=by_token | env)
    assert out.returncode == status and len(out.stderr.splitlines()) == 1, out
    assert peer.encode() not in out.stderr


def test_first_frames(hub, address, peer, request_socket):
    sub = plain_socket(zmq.SUB, "peer", peer)
    sub.subscribe(b"zq.10001 8")
    sub.connect(address)
    req = request_socket("peer", peer)

    def ask(*frames):
        req.send_multipart(frames)
        return req.recv_multipart() if req.poll(10_000) else None
    assert ask(b"hub.granted", b"", b"zq.10001 ", b"other.") == [b"OK", b"zq.", b"zq.10001 "]
    assert until(lambda: ask(b"zq.10001 80 60") == [b"OK"] and sub.poll(200)), "a subscription matches the first frame of a message of one frame"
    assert sub.recv_multipart() == [b"zq.10001 80 60"]
    for frames in ((b"zq.10001 90 60",), (b"zq.10001", b"80"), (b"zq.10001 81",)):
        ask(*frames)
    rest = []
    while rest[-1:] != [[b"zq.10001 81"]] and sub.poll(10_000):
        rest.append(sub.recv_multipart())
    assert set(map(tuple, rest)) <= {(b"zq.10001 80 60",), (b"zq.10001 81",)} and rest[-1:] == [[b"zq.10001 81"]]
    assert ask(*[b"zq.parts"] * 1024) == [b"OK"] and b"1025 frames" in ask(*[b"zq.parts"] * 1025)[2]
    assert ask(b"zq." + b"t" * 4198, b"x") == [b"ERR", b"400", b"the topic is longer than 4,200 bytes"]


def test_revoked_grant_and_user(hub, users, peer, other, request_socket):
    sub = Subscriber(hub, plain_socket(zmq.SUB, "other", other), b"other.", b"zq.both")
    req, own = request_socket("peer", peer), request_socket("other", other)

    def publish(s, topic):
        s.send_multipart([topic.encode(), b"x"])
        return s.recv_multipart()[0] == b"OK" if s.poll(10_000) else None

    def reaches(s, topic):
        return publish(s, topic) and until(lambda: sub.of(topic), 0.2)

    rounds = iter(range(1_000_000))

    def revoked():
        """An event by the revoked grant doesn't arrive, one by the other grant that is published after it does."""
        n = next(rounds)
        publish(req, f"zq.both.{n}")
        return reaches(own, f"other.{n}") and not sub.of(f"zq.both.{n}")
    assert until(lambda: reaches(req, "zq.both.before")) and reaches(own, "other.before")
    assert hub.put_users({**users, "other": (other, '<allow publish="other." subscribe="other."/>')}) == 200
    assert until(revoked, 1) and not sub.closed.is_set(), "within a second, on the same connection"
    assert hub.put_users({"peer": users["peer"]}) == 200
    assert sub.closed.wait(1.0)
    assert hub.put_users(users) == 200
    assert until(lambda: reaches(req, "zq.both.again"), 20), "it reconnects once the user is back"


def test_claimed_identity(hub, other):
    """The properties User-Id and Identity of a peer don't count."""
    def frames(*parts):
        return b"".join(bytes([i < len(parts) - 1, len(p)]) + p for i, p in enumerate(parts))

    def command(name, body):
        return b"\x06" + struct.pack(">Q", 1 + len(name) + len(body)) + bytes([len(name)]) + name + body
    properties = {"Socket-Type": "REQ", "User-Id": "admin", "Identity": "admin"}
    with socket.create_connection(("127.0.0.1", hub.zmq), timeout=10) as s:
        s.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00PLAIN" + bytes(15) + b"\0" + bytes(31))
        s.sendall(command(b"HELLO", b"\x05other" + bytes([len(other)]) + other.encode()))
        s.sendall(command(b"INITIATE", b"".join(bytes([len(k)]) + k.encode() + struct.pack(">I", len(v)) + v.encode() for k, v in properties.items())))
        s.sendall(frames(b"", b"zq.liar", b"x"))
        received = b""
        with contextlib.suppress(OSError):
            while b"ERR" not in received and b"\x02OK" not in received:
                received += s.recv(4096)
    assert b"ERR" in received and b"403" in received


def test_anonymous(hub, address, users):
    """Without credentials a client may do what is granted to the user anonymous, if there is one."""
    with zmq.Context.instance().socket(zmq.REQ) as nobody:
        nobody.linger = 0
        nobody.connect(address)
        nobody.send_multipart([b"public.x", b"x"])
        assert not nobody.poll(1_500)
        assert hub.put_users({**users, "anonymous": (None, '<allow publish="public."/>')}) == 200
        assert nobody.poll(10_000) and nobody.recv_multipart() == [b"OK"]
        nobody.send_multipart([b"zq.x", b"x"])
        assert nobody.poll(5_000) and nobody.recv_multipart()[:2] == [b"ERR", b"403"]
        assert hub.put_users(users) == 200


@pytest.mark.single_hub
def test_proxy_protocol(hub, peer):
    """A proxy is trusted only where it is listed."""
    v1 = b"PROXY TCP4 198.51.100.7 127.0.0.1 40000 5555\r\n"
    v2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack(">H", 12) + socket.inet_aton("198.51.100.8") + socket.inet_aton("127.0.0.1") + struct.pack(">HH", 40000, 5555)

    def by_proxy(header, milliseconds):
        s = plain_socket(zmq.REQ, "peer", peer)
        s.linger = 0
        s.connect(f"tcp://127.0.0.1:{Proxy(hub.zmq, header, source='127.0.0.2').port}")
        s.send_multipart([b"zq.proxy", b"x"])
        return s if s.poll(milliseconds) else s.close()
    assert by_proxy(v1, 1_500) is None
    with open(f"{hub.home}/etc/io.datahub.zeromq.cfg", "a") as f:
        f.write("\nproxies = 127.0.0.2\n")
    for header, client in ((v1, "198.51.100.7"), (v2, "198.51.100.8")):
        s = until(lambda: by_proxy(header, 1_000), 20)
        assert s and any(c.get("address") == client for c in connections(hub)), client
        s.close()


class LongLived:
    """Subscribers of each library and publishers of each kind of socket, which stay while the hub is killed or restarted."""

    def __init__(self, address, logins, token):
        self.peers, self.received, self.sockets = [], {}, {}
        for library, mechanism in zip(PEERS, ("PLAIN", "CURVE", "PLAIN")):
            peer, topics = start_peer(library, mode="listen", address=address, name="again", **logins[mechanism]), []
            threading.Thread(target=self.collect, args=(peer.stdout, topics), daemon=True).start()
            self.peers.append(peer)
            self.received[f"{library} by {mechanism}"] = topics
        for kind in KINDS:
            s = plain_socket(getattr(zmq, kind), "peer", token)
            s.linger = 0
            if kind == "REQ":
                s.req_relaxed, s.req_correlate = 1, 1
            s.connect(address)
            self.sockets[kind] = s

    @staticmethod
    def collect(lines, topics):
        for line in lines:
            topics.append(line.strip())

    def assert_all_receive(self, when):
        for kind, s in self.sockets.items():
            topic = f"zq.again.{kind}.{when}"

            def publish():
                with contextlib.suppress(zmq.Again):
                    s.send_multipart(([b""] if kind == "DEALER" else []) + [topic.encode(), b"x"], zmq.DONTWAIT)
                return all(topic in topics for topics in self.received.values())
            assert until(publish, 40), f"{kind} {when}: {({name: topics[-1:] for name, topics in self.received.items()})}"

    def end(self):
        for peer in self.peers:
            peer.kill()


@pytest.fixture(scope="module")
def long_lived(address, logins, peer):
    clients = LongLived(address, logins, peer)
    yield clients
    clients.end()


@pytest.mark.single_hub
def test_reconnection_after_a_kill(hub, long_lived):
    long_lived.assert_all_receive("before")
    hub.kill()
    hub.start()
    long_lived.assert_all_receive("after a kill")


@pytest.mark.single_hub
def test_reconnection_after_a_restart(hub, long_lived, size):
    if not size("restarts"):
        pytest.skip("only with --restarts or --long")
    for n in range(size("restarts")):
        assert hub.run("stop").returncode == 0
        hub.start()
        long_lived.assert_all_receive(f"after restart {n}")
