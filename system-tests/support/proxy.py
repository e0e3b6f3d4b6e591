"""A proxy for TCP that speaks the PROXY protocol."""
import contextlib, socket, threading


class Proxy:
    """Forwards connections to a port of this machine, each after a header of the PROXY protocol; from an address of its own."""

    def __init__(self, target, header, source="127.0.0.1"):
        self.target, self.header, self.source = target, header, source
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            with contextlib.suppress(OSError):
                server = socket.create_connection(("127.0.0.1", self.target), source_address=(self.source, 0))
                server.sendall(self.header)
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self.forward, args=(source, sink), daemon=True).start()

    @staticmethod
    def forward(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
