"""The hub behind Debian's nginx as config/nginx/datahub.conf sets it up: what clients do goes through it, and the hub still
knows them. Needs nginx with its stream module and openssl; everything is on loopback."""
import asyncio, base64, contextlib, hashlib, json, os, signal, socket, ssl, subprocess

import pytest
import websockets, zmq

from support.certificates import self_signed
from support.clients import plain_socket
from support.hub import ROOT, free_ports, new_token, sha256
from support.openssh import OpenSsh
from support.waiting import until

FORGED = ("-H", "X-Forwarded-For: 203.0.113.7")
V2 = b"\r\n\r\n\0\r\nQUIT\n"
TCP4 = socket.inet_aton("203.0.113.7") + socket.inet_aton("127.0.0.1") + b"\x12\x67\x00\x50"
NAMELESS = {"UNKNOWN": b"PROXY UNKNOWN\r\n", "LOCAL": V2 + b"\x20\0\0\0", "UNSPEC": V2 + b"\x21\0\0\0", "AF_UNIX": V2 + b"\x21\x31\0\xd8" + bytes(216)}
LOOPBACK = {"TCP4 127.0.0.1": b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n", "TCP6 ::1": b"PROXY TCP6 ::1 ::1 1 2\r\n",
            "TCP6 ::ffff:127.0.0.1": V2 + b"\x21\x21\0\x24" + bytes(10) + b"\xff\xff\x7f\0\0\1" + bytes(16) + b"\x12\x67\0\x50"}
MALFORMED = {"no fields": b"PROXY \r\n", "too few fields": b"PROXY TCP4 203.0.113.7 127.0.0.1 4711\r\n", "a host name": b"PROXY TCP4 localhost 127.0.0.1 1 2\r\n",
             "not quite IPv6": b"PROXY TCP6 .:a ::1 1 2\r\n", "a leading zero": b"PROXY TCP4 203.0.113.07 127.0.0.1 1 2\r\n",
             "no CRLF": b"PROXY UNKNOWN " + b"x" * 100, "a datagram": V2 + b"\x21\x12\0\x0c" + TCP4, "short addresses": V2 + b"\x21\x31\0\x0c" + TCP4,
             "another version": V2 + b"\x31\x11\0\x0c" + TCP4}
ZMTP_GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"PLAIN".ljust(20, b"\0") + bytes(32)


class Nginx:
    """nginx with the configuration as shipped, but for its ports, its files and the hub's address."""

    def __init__(self, hub):
        self.hub = hub
        self.https, self.http, self.zmq, self.ssh = free_ports(4)
        self.cert, key = self_signed(hub.work, "hub")
        os.chmod(hub.work, 0o755)
        os.chmod(hub.home, 0o711)  # its workers send the files of cache/served
        text = open(f"{ROOT}/config/nginx/datahub.conf").read()
        for old, new in (("listen 443 ", f"listen 127.0.0.1:{self.https} "), ("listen 80;", f"listen 127.0.0.1:{self.http};"),
                         ("listen 5556;", f"listen 127.0.0.1:{self.zmq};"), ("listen 8423;", f"listen 127.0.0.1:{self.ssh};"),
                         ("127.0.0.1:8422", f"127.0.0.1:{hub.ssh}"), ("127.0.0.1:8480", f"127.0.0.1:{hub.http}"),
                         ("127.0.0.1:5555", f"127.0.0.1:{hub.zmq}"), ("/etc/ssl/certs/hub.pem", self.cert),
                         ("/etc/ssl/private/hub.key", key), ("/run/nginx.pid", f"{hub.work}/nginx.pid"), ("/var/log/nginx", hub.work)):
            assert old in text, old
            text = text.replace(old, new)
        self.plain = text
        self.accelerated = text.replace("#accel# ", "").replace("/var/lib/datahub/cache/", f"{hub.home}/cache/")
        self.conf = f"{hub.work}/nginx.conf"
        self.write(self.conf, self.plain)
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-c", self.conf, "-g", "daemon off;"])

    def write(self, path, text):
        with open(path, "w") as f:
            f.write(text)

    def accelerate(self):
        self.write(self.conf, self.accelerated)
        self.process.send_signal(signal.SIGHUP)

    def connect(self):
        """A connection with TLS and HTTP/1.1."""
        context = ssl.create_default_context(cafile=self.cert)
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.https)), server_hostname="localhost")

    @contextlib.contextmanager
    def upstream(self, port):
        """Another nginx with the same configuration in front of another server."""
        https, http, zmq_port, ssh = free_ports(4)
        text = self.plain.replace(f":{self.https} ", f":{https} ").replace(f":{self.http};", f":{http};").replace(f":{self.zmq};", f":{zmq_port};").replace(f":{self.ssh};", f":{ssh};")
        text = text.replace(f"server 127.0.0.1:{self.hub.http}", f"server 127.0.0.1:{port}").replace("nginx.pid", "nginx-2.pid")
        conf = f"{self.hub.work}/nginx-2.conf"
        self.write(conf, text)
        second = subprocess.Popen(["/usr/sbin/nginx", "-c", conf, "-g", "daemon off;"])
        first, self.https = self.https, https
        try:
            assert until(lambda: listens(https))
            yield
        finally:
            self.https = first
            second.terminate()
            second.wait(10)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def curl(self, token, path, *more):
        """A request by HTTPS: the status, 0 without a response, the headers by lower-case name, and the body."""
        head = f"{self.hub.work}/nginx-head"
        auth = ["-H", f"Authorization: Bearer {token}"] if token else []
        out = subprocess.run(["curl", "-sS", "--path-as-is", "--cacert", self.cert, "-D", head, *auth, *more, f"https://localhost:{self.https}{path}"],
                             capture_output=True, timeout=120)
        try:
            last = open(head, encoding="latin-1", newline="").read().strip().split("\r\n\r\n")[-1].split("\r\n")
            status = int(last[0].split()[1])
        except (OSError, IndexError):
            return 0, {}, out.stderr
        return status, {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in last[1:])}, out.stdout


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def configure(hub, name, line):
    with open(f"{hub.home}/etc/{name}", "a") as f:
        f.write(f"\n{line}\n")


def in_audit_log(hub, *words):
    return any(all(word in line for word in words) for line in open(f"{hub.home}/log/audit.log", errors="replace"))


@pytest.fixture(scope="module")
def nginx(hub):
    nginx = Nginx(hub)
    yield nginx
    nginx.stop()


@pytest.fixture(scope="module", autouse=True)
def trusted(hub, admin, nginx):
    """The hub trusts the proxy, and nginx has started."""
    configure(hub, "io.datahub.jetty.cfg", "proxies = 127.0.0.1")
    configure(hub, "io.datahub.zeromq.cfg", "proxies = 127.0.0.1")
    configure(hub, "io.datahub.ssh.cfg", "proxies = 127.0.0.1")
    assert until(lambda: hub.curl(admin, "/whoami", *FORGED)[0] == 403, 15)
    assert until(lambda: nginx.curl(admin, "/health/ready")[0] == 200, 15)


@pytest.fixture(scope="module")
def content():
    return os.urandom(9 << 20)


@pytest.fixture(scope="module")
def big(hub, content):
    path = f"{hub.work}/big"
    with open(path, "wb") as f:
        f.write(content)
    return path


def exchange(port, header, request, chunks=1, most=1 << 20):
    """What the hub sends after a header and a request, until it closes the connection or so many bytes were received."""
    received = b""
    with socket.create_connection(("127.0.0.1", port)) as s, contextlib.suppress(ConnectionError):
        s.settimeout(10)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        step = -(-len(header) // chunks) or 1
        for at in range(0, len(header), step):
            s.sendall(header[at:at + step])
        s.sendall(request)
        while len(received) < most and (more := s.recv(65536)):
            received += more
    return received


def http_exchange(hub, admin, header, path, chunks=1):
    """The same with a request for a path, by the administrator but for the health check."""
    credentials = "" if path == "/health/live" else f"Authorization: Bearer {admin}\r\n"
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{credentials}Connection: close\r\n\r\n".encode()
    return exchange(hub.http, header, request, chunks)


def test_administrator_behind_a_proxy(hub, admin):
    assert hub.curl(admin, "/whoami", *FORGED)[0] == 403, "forwarded in clear"
    assert hub.curl(admin, "/whoami", *FORGED, "-H", "X-Forwarded-Proto: https")[0] == 200, "forwarded from TLS"
    assert hub.curl(admin, "/whoami")[0] == 200, "not forwarded: local"
    assert b" 200 " in http_exchange(hub, admin, b"", "/whoami")


@pytest.mark.parametrize("header", [*NAMELESS.values(), *LOOPBACK.values()], ids=[*NAMELESS, *LOOPBACK])
def test_proxy_protocol_makes_nobody_local(hub, admin, header):
    assert b" 403 " in http_exchange(hub, admin, header, "/whoami")


def test_health_check_of_a_proxy(hub, admin):
    assert b" 200 " in http_exchange(hub, admin, NAMELESS["LOCAL"], "/health/live")


@pytest.mark.parametrize("version, header", [("1", b"PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n"), ("2", V2 + b"\x21\x11\0\x0c" + TCP4)],
                         ids=["version 1", "version 2"])
def test_proxy_protocol_names_the_client(hub, admin, version, header):
    assert b" 200 " in http_exchange(hub, admin, header, "/health/live", len(header)), "byte by byte"
    client = f"198.51.100.{version}"
    http_exchange(hub, admin, header.replace(b"203.0.113.7", client.encode()).replace(socket.inet_aton("203.0.113.7"), socket.inet_aton(client)), "/whoami")
    assert until(lambda: in_audit_log(hub, client), 5)


@pytest.mark.parametrize("header", NAMELESS.values(), ids=NAMELESS)
def test_proxy_protocol_before_zmtp(hub, header):
    assert until(lambda: len(exchange(hub.zmq, header, ZMTP_GREETING, most=64)) >= 64, 15)


@pytest.mark.parametrize("header", MALFORMED.values(), ids=MALFORMED)
def test_malformed_proxy_header_closes_the_connection(hub, admin, header):
    assert http_exchange(hub, admin, header, "/health/live") == b""
    assert len(exchange(hub.zmq, header, ZMTP_GREETING, most=64)) < 64


@pytest.mark.parametrize("offered", ["h2c", "H2C", "h2c, websocket", "websocket, h2c", "TLS/1.0", "HTTP/2.0"])
def test_no_upgrade_to_a_tunnel(hub, nginx, offered):
    """Through a tunnel of h2c a client would write the headers that nginx sets for it."""
    request = (f"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: {offered}\r\n"
               "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n").encode()
    for name, s in (("the hub", socket.create_connection(("127.0.0.1", hub.http))), ("nginx", nginx.connect())):
        with s:
            s.settimeout(10)
            s.sendall(request)
            assert s.recv(4096).split(b"\r\n")[0] == b"HTTP/1.1 200 OK", name


def test_nginx_forwards_upgrades_to_websocket_only(nginx):
    """Looks at the headers that a server in the hub's place receives."""
    def forwarded(upstream, offered):
        with nginx.connect() as s:
            s.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: {offered}\r\n\r\n".encode())
            with upstream.accept()[0] as accepted:
                head = accepted.recv(65536).decode().lower()
                accepted.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        return lines.get("upgrade"), lines.get("connection")
    with socket.create_server(("127.0.0.1", 0)) as upstream:
        upstream.settimeout(10)
        with nginx.upstream(upstream.getsockname()[1]):
            for offered in ("websocket", "WebSocket"):
                assert forwarded(upstream, offered) == ("websocket", "upgrade"), offered
            for offered in ("h2c", "h2c, websocket"):
                assert forwarded(upstream, offered) == (None, None), offered


def test_upload(hub, admin, nginx, big, content):
    status, _, body = nginx.curl(admin, "/files/proxied/big", "-T", big)
    assert status == 201 and json.loads(body)["sha256"] == hashlib.sha256(content).hexdigest()
    assert until(lambda: in_audit_log(hub, "proxied/big", "127.0.0.1"), 5), "recorded with the client's address"
    nginx.curl(admin, "/files/proxied/spoofed", "-d", "x", "--interface", "127.0.0.9", *FORGED, "-H", "Forwarded: for=203.0.113.7")
    assert until(lambda: in_audit_log(hub, "proxied/spoofed", "127.0.0.9"), 5)
    assert not in_audit_log(hub, "proxied/spoofed", "203.0.113.7"), "which the client can't forge"


def test_move(admin, nginx):
    assert nginx.curl(admin, "/files/proxied/old", "-d", "x")[0] == 201
    place = f"https://localhost:{nginx.https}/files"
    status, head, body = nginx.curl(admin, "/files/proxied/old", "-X", "MOVE", "-H", f"Destination: {place}/proxied/a%20new%20name")
    assert (status, head["location"]) == (201, "/files/proxied/a%20new%20name"), body
    assert nginx.curl(admin, "/files/proxied/a%20new%20name")[2] == b"x"
    assert nginx.curl(admin, "/files/proxied/old")[0] == 404
    status, _, body = nginx.curl(admin, "/files/proxied/a%20new%20name", "-X", "MOVE", "-H", "Destination: https://other.example/files/proxied/x")
    assert status == 502, body


def test_download(admin, nginx, big, content):
    path = "/files/proxied/big"
    status, head, body = nginx.curl(admin, path)
    assert status == 200 and body == content and head["etag"].startswith('"')
    assert head["repr-digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"
    status, _, body = nginx.curl(admin, path, "-r", "1000-1999")
    assert status == 206 and body == content[1000:2000]
    status, ranges, body = nginx.curl(admin, path, "-r", "0-9,100-109")
    assert status == 206 and content[100:110] in body and "multipart/byteranges" in ranges["content-type"]
    assert nginx.curl(admin, path, "-r", "0-9", "-H", 'If-Range: "old"')[0] == 200
    assert nginx.curl(admin, path, "-H", f"If-None-Match: {head['etag']}")[0] == 304
    assert nginx.curl(admin, path, "-T", big, "-H", 'If-Match: "old"')[0] == 412
    assert nginx.curl(None, path)[0] == 401


def test_form(admin, nginx, big):
    assert nginx.curl(admin, "/files/proxied/form/", "-F", f"a=@{big};filename=one", "-F", "b=two;filename=two")[0] == 201


@pytest.mark.parametrize("name", ["%23%3F%25", "gr%C3%BC%C3%9Fe%20x", "a;b=c", "+&="])
def test_path_is_forwarded_unchanged(admin, nginx, name):
    assert nginx.curl(admin, f"/files/proxied/{name}", "-d", "x")[0] == 201
    assert nginx.curl(admin, f"/files/proxied/{name}")[0] == 200


@pytest.mark.parametrize("path", ["/files/proxied/../big", "/files/proxied//big", "/files/proxied/%2e%2e/big", "/files/proxied%2Fbig"])
def test_bad_path_is_refused_by_the_hub(admin, nginx, path):
    assert nginx.curl(admin, path)[0] == 400


def test_protocol_versions(nginx):
    def ask(what, url):
        return subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", what, "--cacert", nginx.cert, url], capture_output=True, text=True).stdout
    redirect = ask("%{http_code} %{redirect_url}", f"http://127.0.0.1:{nginx.http}/files/x?y")
    assert redirect.startswith("308 https://127.0.0.1") and redirect.endswith("/files/x?y"), "HTTP is redirected to HTTPS"
    old = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{nginx.https}", "-tls1_1", "-cipher", "ALL@SECLEVEL=0"], capture_output=True, input=b"")
    assert old.returncode != 0, "TLS 1.1 is refused"
    assert ask("%{http_version}", f"https://localhost:{nginx.https}/health/live") == "2"


def test_events(hub, admin, nginx):
    """By an event stream, WebSocket and ZeroMQ through nginx."""
    stream = subprocess.Popen(["curl", "-sN", "--cacert", nginx.cert, "-H", f"Authorization: Bearer {admin}",
                               f"https://localhost:{nginx.https}/events?topic=proxied."], stdout=subprocess.PIPE)
    try:
        asyncio.run(receive_events(hub, nginx, admin, stream))
    finally:
        stream.kill()


async def receive_events(hub, nginx, admin, stream):
    context = ssl.create_default_context(cafile=nginx.cert)
    async with websockets.connect(f"wss://localhost:{nginx.https}/events", ssl=context, subprotocols=["datahub.v1"],
                                  extra_headers={"Authorization": f"Bearer {admin}"}) as ws:
        async def next_message():
            return json.loads(await asyncio.wait_for(ws.recv(), 10))
        assert await next_message() == {"type": "welcome", "user": "admin"}
        await ws.send(json.dumps({"type": "subscribe", "topics": ["proxied."], "id": 1}))
        await next_message()
        first = asyncio.create_task(asyncio.to_thread(lambda: next((line for line in stream.stdout if line.startswith(b"data:")), b"")))
        for i in range(50):  # until the stream is open
            assert nginx.curl(admin, "/events/proxied.http", "-d", f"event {i}")[0] == 202
            if (await asyncio.wait([first], timeout=0.2))[0]:
                break
        assert first.done() and b"event" in first.result(), "nginx doesn't buffer the event stream"
        message = await next_message()
        assert message["topic"] == "proxied.http" and message["data"].startswith("event")

        token = new_token()
        users = hub.curl(admin, "/files/broker_users.xml")[2].decode()
        user = f'<user name="jenkins"><token sha256="{sha256(token)}"/><allow publish="proxied." subscribe="proxied."/></user>'
        status, _, body = nginx.curl(admin, "/files/broker_users.xml", "-X", "PUT", "--data-binary", users.replace("</broker-users>", user + "</broker-users>"))
        assert status == 200, body
        request = plain_socket(zmq.REQ, "jenkins", token)
        request.connect(f"tcp://127.0.0.1:{nginx.zmq}")
        request.send_multipart([b"proxied.zmq", b"by the stream module"])
        assert (await asyncio.to_thread(request.recv_multipart))[0] == b"OK"
        while (message := await next_message())["topic"] == "proxied.http":
            pass
        assert (message["topic"], message["data"]) == ("proxied.zmq", "by the stream module")
        request.close()


def test_ssh_through_the_stream_module(hub, admin, nginx):
    """The hub knows the client by the header that nginx sends: it is the client's address, and not a local one."""
    proxied = OpenSsh(hub, "admin", admin, port=nginx.ssh)
    answer = proxied.run("sha256sum", "broker_users.xml")
    assert answer.returncode == 0 and answer.stdout.endswith("  broker_users.xml\n"), answer.stderr
    wrong = OpenSsh(hub, "admin", new_token(), port=nginx.ssh)
    assert wrong.run("true").returncode == 255
    assert until(lambda: hub.log_lines("auth.login.refused", "transport=ssh", "address=127.0.0.1"))
    for malformed in MALFORMED.values():
        with socket.create_connection(("127.0.0.1", hub.ssh), timeout=20) as s:
            s.sendall(malformed + b"\r\nSSH-2.0-client\r\n")
            with contextlib.suppress(ConnectionError):
                while s.recv(4096):
                    pass
    with socket.create_connection(("127.0.0.1", hub.ssh), timeout=20) as s:
        s.sendall(b"PROXY TCP4 203.0.113.7 127.0.0.1 4711 22\r\nSSH-2.0-client\r\n")
        assert s.recv(4096).startswith(b"SSH-2.0-Datahub")
    assert OpenSsh(hub, "admin", admin).run("md5sum").returncode == 0, "directly, too"


@pytest.fixture(scope="module")
def offloaded(hub, admin, nginx, big):
    """The path of a record whose bytes nginx sends itself, and the option with which the hub alone redirects."""
    configure(hub, "io.datahub.http.cfg", "accelLocation = /served/")
    nginx.accelerate()
    path, accel = "/files/proxied/served.txt", ("-H", "X-Sendfile-Type: X-Accel-Redirect")
    assert until(lambda: nginx.curl(admin, path, "-T", big)[0] in (200, 201)
                 and "x-accel-redirect" in hub.curl(admin, path, *accel)[1], 30)
    return path, accel


def test_download_by_nginx(hub, admin, nginx, content, offloaded):
    path, accel = offloaded
    direct = hub.curl(admin, path, "-I")[1]
    status, head, body = nginx.curl(admin, path)
    assert status == 200 and body == content
    for name in ("etag", "repr-digest", "content-type", "content-length", "last-modified", "cache-control", "accept-ranges",
                 "x-content-type-options", "content-security-policy"):
        assert head.get(name) == direct.get(name), name
    assert "x-accel-redirect" not in head
    etag = head["etag"]
    status, head, body = nginx.curl(admin, path, "-r", "1000-1999")
    assert status == 206 and body == content[1000:2000] and head["etag"] == etag
    status, head, body = nginx.curl(admin, path, "-r", "0-9,100-109")
    assert status == 206 and content[100:110] in body
    assert nginx.curl(admin, path, "-r", "99999999-")[0] == 416
    assert nginx.curl(None, path)[0] == 401
    name = os.path.basename(hub.curl(admin, path, *accel)[1]["x-accel-redirect"])
    assert nginx.curl(admin, f"/served/{name}")[0] == 404, "the location is internal"


@pytest.mark.parametrize("header, same, other", [("If-Range", 206, 200), ("If-Match", 200, 412), ("If-None-Match", 304, 200)])
def test_conditional_download_by_nginx(hub, admin, nginx, offloaded, header, same, other):
    path, _ = offloaded
    etag, part = hub.curl(admin, path, "-I")[1]["etag"], ("-r", "0-9") if header == "If-Range" else ()
    assert nginx.curl(admin, path, *part, "-H", f"{header}: {etag}")[0] == same
    assert nginx.curl(admin, path, *part, "-H", f'{header}: "old"')[0] == other


def test_new_version_of_a_record_that_nginx_sends(hub, admin, nginx, offloaded):
    path, _ = offloaded
    assert nginx.curl(admin, path, "-d", "x" * 70_000)[0] == 200 and nginx.curl(admin, path)[2] == b"x" * 70_000
    assert hub.curl(admin, path, "-I")[1]["etag"].startswith('"'), "the hub still has the record"
