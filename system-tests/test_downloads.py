"""Downloads of records of any size: over every protocol, to slow clients and to those that go away, while other programs change the file."""
import os, re, socket, subprocess, threading

import pytest

from support.hub import free_ports
from support.waiting import until

SIZE = 24 << 20


@pytest.fixture(scope="module")
def hub(new_hub):
    tls = free_ports(1)[0]
    hub = new_hub(DATAHUB_TLS_PORT=str(tls))
    hub.tls, hub.certificate = tls, f"{hub.work}/hub.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", f"{hub.work}/hub.key", "-out", hub.certificate],
                   check=True, capture_output=True)
    hub.env.update(DATAHUB_TLS_CERT=hub.certificate, DATAHUB_TLS_KEY=f"{hub.work}/hub.key")
    return hub.start()


@pytest.fixture(scope="module")
def data():
    return os.urandom(SIZE)


@pytest.fixture
def stored(hub, admin, data, request):
    """The path of a record of its own, below /files."""
    path = "downloads/" + re.sub(r"\W", "-", request.node.name)
    with open(f"{hub.work}/data", "wb") as f:
        f.write(data)
    assert hub.curl(admin, f"/files/{path}", "-T", f"{hub.work}/data")[0] == 201
    return path


def open_files(hub):
    """How many records the hub has open."""
    descriptors = f"/proc/{hub.pid()}/fd"
    names = []
    for each in os.listdir(descriptors):
        try:
            names.append(os.readlink(f"{descriptors}/{each}"))
        except OSError:
            pass
    return sum(f"{hub.home}/files/downloads/" in name for name in names if not name.endswith("/downloads"))


def begin(hub, admin, path, *headers):
    """A connection that reads slowly, with a download begun on it."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    client.settimeout(60)
    client.connect(("127.0.0.1", hub.http))
    lines = [f"GET /files/{path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {admin}", *headers, "", ""]
    client.sendall("\r\n".join(lines).encode())
    return client


def read_head(stream):
    lines = []
    while (line := stream.readline().strip()):
        lines.append(line.decode())
    return lines


@pytest.mark.parametrize("protocol", ["--http1.1", "--http2-prior-knowledge", "tls --http1.1", "tls --http2"])
def test_whole_and_in_parts(hub, admin, stored, data, protocol):
    words = protocol.split()
    base = f"https://localhost:{hub.tls}" if words[0] == "tls" else f"http://127.0.0.1:{hub.http}"

    def get(*more):
        return subprocess.run(["curl", "-sSf", words[-1], "--cacert", hub.certificate, "-H", f"Authorization: Bearer {admin}", *more, f"{base}/files/{stored}"],
                              capture_output=True, timeout=120, check=True).stdout

    assert get() == data
    assert get("-r", "1000000-21000000") == data[1000000:21000001]
    assert get("-r", "-3000000") == data[-3000000:]
    parts = get("-r", "5-2000000,9000000-9000009,12000000-15000000")
    for first, last in ((5, 2000000), (9000000, 9000009), (12000000, 15000000)):
        assert f"Content-Range: bytes {first}-{last}/{SIZE}\r\n\r\n".encode() + data[first:last + 1] + b"\r\n--" in parts


def test_pipelined_with_small_ones(hub, admin, stored, data):
    assert hub.curl(admin, "/files/downloads/small", "--data-binary", "small")[0] in (200, 201)
    with begin(hub, admin, stored) as client, client.makefile("rb") as stream:
        small = f"GET /files/downloads/small HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {admin}\r\n\r\n"
        client.sendall((small + small.replace("small HTTP", stored.split("/")[1] + " HTTP") + small * 40).encode())
        read_head(stream)
        assert stream.read(SIZE) == data
        for size, expected in ((5, b"small"), (SIZE, data), *[(5, b"small")] * 40):
            assert f"Content-Length: {size}" in read_head(stream)
            assert stream.read(size) == expected


@pytest.mark.parametrize("change", ["replaced", "deleted", "renamed over"])
def test_record_that_changes_meanwhile(hub, admin, stored, data, change):
    """Who has begun gets what there was."""
    with begin(hub, admin, stored) as client, client.makefile("rb") as stream:
        read_head(stream)
        begun = stream.read(1000)
        if change == "replaced":
            assert hub.curl(admin, f"/files/{stored}", "--data-binary", "new")[0] == 200
        elif change == "deleted":
            assert hub.curl(admin, f"/files/{stored}", "-X", "DELETE")[0] in (200, 204)
        else:
            with open(f"{hub.work}/other", "wb") as f:
                f.write(bytes(SIZE))
            os.replace(f"{hub.work}/other", f"{hub.home}/files/{stored}")
        assert begun + stream.read(SIZE - 1000) == data


def test_file_that_is_truncated_meanwhile(hub, admin, stored):
    """The connection ends early, so that the client can tell. What it got so far may have changed, as with every server that uses sendfile."""
    with begin(hub, admin, stored) as client, client.makefile("rb") as stream:
        read_head(stream)
        os.truncate(f"{hub.home}/files/{stored}", 100)
        try:
            received = stream.read(SIZE)
        except ConnectionError:
            received = b""
    assert len(received) < SIZE
    assert until(lambda: open_files(hub) == 0)


def test_client_that_goes_away(hub, admin, stored):
    with begin(hub, admin, stored) as client, client.makefile("rb") as stream:
        read_head(stream)
        assert until(lambda: open_files(hub) == 1)
    assert until(lambda: open_files(hub) == 0)


def test_small_record_that_another_program_changes(hub, admin):
    """What is served from memory is never older than the file."""
    path = "downloads/often"
    assert hub.curl(admin, f"/files/{path}", "--data-binary", "0")[0] == 201
    stop, seen = threading.Event(), []

    def read():
        with begin(hub, admin, path) as client, client.makefile("rb") as stream:
            while not stop.is_set():
                length = next(int(line.split()[1]) for line in read_head(stream) if line.startswith("Content-Length"))
                seen.append(int(stream.read(length)))
                client.sendall(f"GET /files/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {admin}\r\n\r\n".encode())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for i in range(1, 60):
            with open(f"{hub.work}/next", "w") as f:
                f.write(str(i))
            os.replace(f"{hub.work}/next", f"{hub.home}/files/{path}")
            read_already = len(seen)
            assert until(lambda: len(seen) > read_already + 1)
            assert seen[-1] == i
    finally:
        stop.set()
        reader.join()
    assert seen == sorted(seen)


def test_client_that_stops_reading(hub, admin, stored):
    """After the idle timeout its connection is closed."""
    with open(f"{hub.home}/etc/io.datahub.jetty.cfg", "a") as f:
        f.write("\nidleTimeoutMillis = 2000\n")

    def closed():
        with begin(hub, admin, stored) as client, client.makefile("rb") as stream:
            read_head(stream)
            return until(lambda: open_files(hub) == 0, 4)
    assert until(closed, 40)
