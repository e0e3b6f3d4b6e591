"""A connection to a server that a test can slow down, cut and falsify: a proxy for TCP."""
import contextlib, socket, threading, time

from support.waiting import until


class Link:
    """Forwards connections to a port of this machine. `stall` keeps what is sent, as a network does that is cut; `resume` delivers it."""

    def __init__(self, target, port=0):
        self.target, self.flows, self.delay, self.cut_after, self.answer = target, threading.Event(), 0.0, None, None
        self.passed = 0  # bytes, in both directions
        self.flows.set()
        self.open, self.lock = set(), threading.Lock()
        self.server = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client = self.server.accept()[0]
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        if self.answer:
            return self.refuse(client)
        self.flows.wait()
        try:
            server = self.connect()
        except OSError:
            return client.close()
        server.settimeout(None)
        with self.lock:
            self.open |= {client, server}
        threading.Thread(target=self.forward, args=(client, server, None), daemon=True).start()
        self.forward(server, client, self.cut_after)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.target), 10)

    def refuse(self, client):
        """Answers each request with a status and without a body, until the fault is over."""
        with contextlib.suppress(OSError, ValueError), client, client.makefile("rb") as requests:
            while line := requests.readline():
                length = 0
                while (header := requests.readline()).strip():
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.split(b":")[1])
                requests.read(length)
                if not (answer := self.answer):
                    return
                client.sendall(b"HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n" % answer)

    def forward(self, source, sink, left):
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                self.flows.wait()
                if self.delay:
                    time.sleep(self.delay)
                if left is not None:
                    data, left = data[:left], left - len(data)
                sink.sendall(data)
                self.passed += len(data)
                if left is not None and left <= 0:
                    break
        for s in (source, sink):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            with self.lock:
                self.open.discard(s)
            s.close()

    def disconnect(self):
        """Ends all connections, so that what is set from now on counts for all."""
        with self.lock:
            for s in self.open:
                with contextlib.suppress(OSError):
                    s.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def fault(self, **settings):
        """`delay` before each piece, in seconds; `cut_after` so many bytes of the first answers; `answer` with this status instead."""
        vars(self).update(settings)
        self.disconnect()
        try:
            yield
        finally:
            self.delay, self.cut_after, self.answer = 0.0, None, None
            self.disconnect()

    def stall(self):
        self.flows.clear()

    def resume(self):
        self.flows.set()

    def end(self):
        self.flows.set()
        self.server.close()
        self.disconnect()
        until(lambda: not self.open, 5)
