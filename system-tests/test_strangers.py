"""What clients without credentials can do to a hub that listens on a network: write into its logs, use another host name. And a hub
that listens on IPv6."""
import asyncio, contextlib, json, os, re, socket, stat, subprocess

import pytest
import websockets, zmq

from support.clients import plain_socket
from support.waiting import until

FORGED = "\x9b\u202e\u2028".encode()
HEADS = [b"GET / HTTP/1.1\r\nHost: a" + FORGED + b":xyz\r\n\r\n", b"GET / HTTP/1.1\r\nHost: [::g\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
         b"GET http://" + FORGED + b"/ HTTP/1.1\r\nHost: a\r\n\r\n", b"G" + FORGED + b" / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX" + FORGED + b": b\r\n\r\n",
         b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: " + FORGED + b"\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + FORGED + b"=\"\r\nConnection: close\r\n\r\n"]


def send(port, data):
    """Sends bytes and waits until the hub closes the connection."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as s:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        while s.recv(65536):
            pass


@pytest.mark.parametrize("path, mode", [(".", 0o700), ("log/datahub.log", 0o600), ("log/audit.log", 0o600), ("log/start.log", 0o600)])
def test_permissions(hub, path, mode):
    assert stat.S_IMODE(os.stat(f"{hub.home}/{path}").st_mode) == mode


def test_malformed_requests_in_the_log(hub, admin):
    path = f"{hub.home}/log/datahub.log"
    assert hub.curl(admin, "/files/broker_users.xml", "-X", "PUT", "-d", "<x")[0] == 422
    before = os.path.getsize(path)
    for _ in range(50):
        for head in HEADS:
            send(hub.http, head)
        send(hub.zmq, b"\xff" + bytes(8) + b"\x7f\x03\x01" + (b"X" + FORGED).ljust(20, b"\0") + bytes(32))
        send(hub.zmq, b"GET / " + FORGED)
        send(hub.console, b"SSH-2.0-" + FORGED + b"\r\n" + b"\xff" * 40)
    text = open(path, "rb").read()
    assert len(text) - before < 30_000, "bytes that they write"
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", text.decode()), "no forged lines"
    assert b" ERROR " not in text, "what clients cause is no error"


def test_refused_logins_in_the_audit_log(hub):
    """Each is a line or in the count of one."""
    stale, invalid = 400, 20
    for i in range(stale):
        send(hub.http, f"GET /whoami HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer stale{i % 4}\r\nConnection: close\r\n\r\n".encode())
    for _ in range(invalid):
        send(hub.http, "GET /whoami HTTP/1.1\r\nHost: a\r\nAuthorization: Basic bnUKbnVsbDp4\r\nConnection: close\r\n\r\n".encode())
    hub.run("stop")
    lines = [line for line in open(f"{hub.home}/log/audit.log") if "event=auth.login.refused" in line]
    assert sum(int(more[1]) if (more := re.search(r" more=(\d+) ", line)) else 1 for line in lines) == stale + invalid
    assert len(lines) <= 10
    hub.start()


def test_host_names(hub):
    """Only configured names are served, so that a page of another site can't reach the hub by a name of its own."""
    with open(f"{hub.home}/etc/io.datahub.jetty.cfg", "a") as f:
        f.write("\nhostNames = hub.example.org\n")

    def ask(host):
        return hub.curl(None, "/health/live", "-H", f"Host: {host}")[0]
    assert until(lambda: ask("evil.example") == 421, 15)
    for host in ("hub.example.org", "Hub.Example.org:80", "localhost", "127.0.0.1", "[::1]:8480"):
        assert ask(host) == 200, host
    assert hub.curl(hub.token(), "/events", "-H", "Host: evil.example", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket",
                    "-H", "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")[0] == 421


# IPv6: every transport, and brackets round the address where it is part of a URL

@pytest.fixture(scope="module")
def hub6(new_hub):
    hub = new_hub(DATAHUB_HOST="::1", DATAHUB_CONSOLE_HOST="::1")
    hub.started = hub.run("start")
    assert hub.started.returncode == 0, hub.started.stdout + hub.started.stderr
    hub.url = f"http://[::1]:{hub.http}"
    return hub


def test_start_prints_urls(hub6):
    printed = hub6.started.stdout
    for words in (f" {hub6.url}/\n", f" tcp://[::1]:{hub6.zmq}\n", f"[::1]:{hub6.console})", f" {hub6.url}/whoami"):
        assert words in printed
    assert open(f"{hub6.home}/log/start.log").read() == printed
    status = hub6.run("status")
    assert status.returncode == 0 and f"{hub6.url}/." in status.stdout
    suggested = re.search(r"try +(curl .*)", printed)[1].replace("http://[", "-sg http://[")
    assert json.loads(subprocess.run(suggested, shell=True, capture_output=True).stdout)["user"] == "admin"


def test_http_by_ipv6(hub6):
    put = subprocess.run(["curl", "-sg", "-u", f"admin:{hub6.token()}", "-d", "x", f"{hub6.url}/files/six"], capture_output=True, text=True).stdout
    assert json.loads(put)["path"] == "six"
    assert until(lambda: "from=http:[0:0:0:0:0:0:0:1]" in open(f"{hub6.home}/log/audit.log").read(), 5)
    assert hub6.log_lines("event=http.server.started", f'at="{hub6.url}"')


def test_websocket_by_ipv6(hub6):
    async def welcome():
        async with websockets.connect(f"ws://[::1]:{hub6.http}/events", extra_headers={"Authorization": f"Bearer {hub6.token()}"}) as ws:
            return json.loads(await asyncio.wait_for(ws.recv(), 10))
    assert asyncio.run(welcome()) == {"type": "welcome", "user": "admin"}


def test_zeromq_by_ipv6(hub6):
    with plain_socket(zmq.REQ, "admin", hub6.token()) as s:
        s.linger, s.ipv6 = 0, 1
        s.connect(f"tcp://[::1]:{hub6.zmq}")
        s.send_multipart([b"six.x", b"x"])
        assert s.poll(10_000) and s.recv_multipart() == [b"OK"]
    published = hub6.run("pub", "six.y", "y")
    assert published.returncode == 0, published.stdout + published.stderr


def test_console_by_ipv6(hub6):
    out = hub6.run("console", "datahub:status")
    assert out.returncode == 0 and out.stdout, out.stdout + out.stderr
