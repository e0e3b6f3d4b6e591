"""Events to many WebSocket clients beside a Tornado server: one publisher, every client has every topic."""
import base64, contextlib, json, os, re, select, socket, threading, time, urllib.request

import zmq

from support.clients import plain_socket
from support.hub import Hub, free_ports

from suite.records import has_module
from suite.measuring import Table, await_port, cpu, process

PEER = """import sys, tornado.ioloop, tornado.web, tornado.websocket
clients = set()
class Events(tornado.websocket.WebSocketHandler):
    def open(self):
        clients.add(self)
    def on_close(self):
        clients.discard(self)
    def on_message(self, message):
        self.write_message('{"type":"ok"}')
class Publish(tornado.web.RequestHandler):
    def post(self):
        message = '{"type":"event","topic":"bench.x","data":"' + self.request.body.decode() + '"}'
        for each in list(clients):
            each.write_message(message)
tornado.web.Application([("/events", Events), ("/publish", Publish)]).listen(int(sys.argv[1]), "127.0.0.1")
tornado.ioloop.IOLoop.current().start()
"""


def connect(port, token):
    """A client that has subscribed; frames from the server aren't masked, so their header tells where the next one begins."""
    s = socket.create_connection(("127.0.0.1", port), 20)
    s.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              b"Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)) + b"\r\n"
              + (f"Authorization: Bearer {token}\r\nSec-WebSocket-Protocol: datahub.v1\r\n" if token else "").encode() + b"\r\n")
    unread = b""
    while b"\r\n\r\n" not in unread:
        unread += s.recv(4096)
    body = json.dumps({"type": "subscribe", "topics": ["bench."], "id": 1}).encode()
    s.sendall(bytes([0x81, 0x80 | len(body), 0, 0, 0, 0]) + body)
    while b'"ok"' not in unread:
        unread += s.recv(4096)
    s.setblocking(False)
    return s


class Receivers:
    """Many clients that one thread reads; it counts the events by the text that begins each of them."""

    def __init__(self, port, token, count):
        self.sockets = {s.fileno(): s for s in (connect(port, token) for _ in range(count))}
        self.count, self.delays, self.stopped = 0, [], False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        poll = select.epoll()
        for fd in self.sockets:
            poll.register(fd, select.EPOLLIN)
        rest = {}
        while not self.stopped:
            for fd, _ in poll.poll(0.1):
                try:
                    data = rest.pop(fd, b"") + self.sockets[fd].recv(1 << 20)
                except OSError:
                    continue
                found = data.count(b'"bench.x"')
                self.count += found
                if found:
                    sent = re.search(rb"at(\d{19})", data)
                    if sent:
                        self.delays.append(time.time_ns() - int(sent[1]))
                rest[fd] = data[-8:]  # a topic may be cut

    def close(self):
        self.stopped = True
        self.thread.join()
        for s in self.sockets.values():
            s.close()


def measure(table, name, pid, port, token, clients, rate, seconds, publish):
    receivers = Receivers(port, token, clients)
    try:
        payload = "x" * 79
        for _ in range(20):
            publish(payload)
        time.sleep(1)
        before, counted, began = cpu(pid), receivers.count, time.monotonic()
        receivers.delays.clear()
        for i in range(int(rate * seconds)):
            publish(f"at{time.time_ns()}{payload}")
            pause = began + (i + 1) / rate - time.monotonic()
            if pause > 0:
                time.sleep(pause)
        took = time.monotonic() - began
        time.sleep(0.5)
        delivered, delays = receivers.count - counted, sorted(receivers.delays) or [0]
        table.add(f"{clients} clients, {rate} events/s, deliveries/s", name, delivered / took, cpu(pid) - before, delivered)
        print(f"  {clients} clients, {rate} events/s: {name:8s} {100 * delivered / (int(rate * seconds) * clients):.1f} % delivered, "
              f"p50 {delays[len(delays) // 2] / 1e6:.1f} ms, p99 {delays[int(len(delays) * 0.99)] / 1e6:.1f} ms", flush=True)
    finally:
        receivers.close()


def fan_out(options):
    """At a rate that both can keep, for the processor time of each delivery, and at one that only the faster one can."""
    table, seconds = Table(), 2 if options.quick else 5
    shapes = [(100, 100), (100, 1_000)] + ([] if options.quick else [(1_000, 10), (1_000, 300)])
    with contextlib.ExitStack() as stack:
        hub = Hub()
        stack.callback(hub.end)
        hub.start()
        push = plain_socket(zmq.PUSH, "admin", hub.token())
        push.connect(f"tcp://127.0.0.1:{hub.zmq}")
        stack.callback(push.close, 0)
        peer = None
        if has_module("tornado"):
            port, = free_ports(1)
            peer = stack.enter_context(process(["/usr/bin/python3", "-c", PEER, str(port)]))
            await_port(port)
        for _ in range(options.rounds):
            for clients, rate in shapes:
                measure(table, "hub", hub.pid(), hub.http, hub.token(), clients, rate, seconds, lambda text: push.send_multipart([b"bench.x", text.encode()]))
                if peer:
                    def post(text):
                        urllib.request.urlopen(f"http://127.0.0.1:{port}/publish", text.encode()).read()
                    measure(table, "tornado", peer.pid, port, None, clients, rate, seconds, post)
    table.show()
