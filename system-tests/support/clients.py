"""Clients that receive events, each written with somebody else's library. Needs Debian's python3-zmq and python3-websockets, and curl."""
import asyncio, base64, json, subprocess, threading
import websockets, zmq

from support.waiting import until


class Collector:
    """Collects (topic, payload) on a thread of its own."""

    def __init__(self):
        self.events, self.closed = [], threading.Event()

    def of(self, topic):
        return [payload for t, payload in list(self.events) if t == topic]

    def have(self, topic, count=1):
        return until(lambda: len(self.of(topic)) >= count)


def curve_socket(hub, kind, public, secret):
    """A libzmq socket that logs in by CURVE."""
    s = zmq.Context.instance().socket(kind)
    s.curve_publickey, s.curve_secretkey = public, secret
    s.curve_serverkey = open(f"{hub.home}/state/curve.pub").read().strip().encode()
    s.linger, s.rcvtimeo, s.sndtimeo = 0, 10_000, 10_000
    return s


def plain_socket(kind, user, token):
    """A libzmq socket that logs in by PLAIN."""
    s = zmq.Context.instance().socket(kind)
    s.plain_username, s.plain_password = user.encode(), token.encode()
    return s


class Subscriber(Collector):
    """A libzmq SUB socket whose connection is watched by a monitor."""

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


class WebSocketSubscriber(Collector):
    """A WebSocket client; with TLS where there is a context for it, to the port hub.tls."""

    def __init__(self, hub, token, *prefixes, tls=None, cookie=None):
        super().__init__()
        self.ready = threading.Event()
        self.code = None
        headers = {"Cookie": cookie} if cookie else {"Authorization": f"Bearer {token}"} if token else {}
        threading.Thread(target=lambda: asyncio.run(self.collect(hub, headers, prefixes, tls)), daemon=True).start()
        self.ready.wait(10)

    async def collect(self, hub, headers, prefixes, tls):
        url = f"wss://localhost:{hub.tls}/events" if tls else f"ws://127.0.0.1:{hub.http}/events"
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
    """curl on the event stream; with TLS, to the port hub.tls, where there are options for it."""

    def __init__(self, hub, token, *prefixes, tls=(), cookie=None):
        super().__init__()
        query = "&".join(f"topic={p}" for p in prefixes)
        auth = ["-H", f"Cookie: {cookie}"] if cookie else ["-H", f"Authorization: Bearer {token}"] if token else []
        base = f"https://localhost:{hub.tls}" if tls else f"http://127.0.0.1:{hub.http}"
        self.process = subprocess.Popen(["curl", "-sN", *auth, *tls, f"{base}/events?{query}"], stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.collect, daemon=True).start()

    def collect(self):
        for line in self.process.stdout:
            if line.startswith("data:"):
                message = json.loads(line[5:])
                self.events.append((message["topic"], message["data"].encode() if "data" in message else base64.b64decode(message["base64"])))
        self.closed.set()
