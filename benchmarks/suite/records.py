"""Records over HTTP beside nginx (no authentication, no flush), a Tornado server that checks a token and flushes, and the disk alone."""
import contextlib, os, re, shutil, subprocess, tempfile

from support.certificates import EC, self_signed
from support.hub import Hub, free_ports

from suite.measuring import Table, await_port, cpu, process

HERE = os.path.dirname(os.path.abspath(__file__))
NGINX = """worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; user root;
events {{ worker_connections 4096; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; client_max_body_size 0; client_body_temp_path {folder}/body;
  ssl_certificate {folder}/server.crt; ssl_certificate_key {folder}/server.key;
  server {{ listen 127.0.0.1:{port}; listen 127.0.0.1:{tls} ssl http2;
    location /files/ {{ alias {folder}/files/; dav_methods PUT; create_full_put_path on; }} }} }}
"""


class Server:
    """A server that is measured: where, as whom, and which process."""

    def __init__(self, name, url, pid, token=None):
        self.name, self.url, self.pid = name, url, pid
        self.headers = ["-H", f"Authorization: Bearer {token}"] if token else []


@contextlib.contextmanager
def servers(with_tls=False, peers=("nginx", "tornado"), **hub_env):
    """The hub and its peers, all over TLS or none."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="datahub-bench-"))
        certificate, key = self_signed(folder, "server", *EC)
        hub_tls, port, tls, other = free_ports(4)
        hub = Hub(DATAHUB_TLS_PORT=str(hub_tls), DATAHUB_TLS_CERT=certificate, DATAHUB_TLS_KEY=key, **hub_env)
        stack.callback(hub.end)
        hub.start()
        found = [Server("hub", f"https://localhost:{hub_tls}" if with_tls else f"http://127.0.0.1:{hub.http}", hub.pid(), hub.token())]
        found[0].hub = hub
        if "nginx" in peers and is_installed("nginx"):
            for each in "files", "body":
                os.makedirs(f"{folder}/{each}")
            with open(f"{folder}/nginx.conf", "w") as f:
                f.write(NGINX.format(folder=folder, port=port, tls=tls))
            nginx = stack.enter_context(process([shutil.which("nginx", path=PATH), "-c", f"{folder}/nginx.conf"]))
            await_port(port)
            found.append(Server("nginx", f"https://localhost:{tls}" if with_tls else f"http://127.0.0.1:{port}", nginx.pid))
        if "tornado" in peers and not with_tls and has_module("tornado"):
            os.makedirs(f"{folder}/tornado")
            tornado = stack.enter_context(process(["/usr/bin/python3", f"{HERE}/tornado_server.py", str(other), f"{folder}/tornado", "token"]))
            await_port(other)
            found.append(Server("tornado", f"http://127.0.0.1:{other}", tornado.pid, "token"))
        yield found


PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"


def is_installed(program):
    found = shutil.which(program, path=PATH)
    if not found:
        print(f"({program} isn't installed and is left out)")
    return bool(found)


def has_module(name):
    good = subprocess.run(["/usr/bin/python3", "-c", f"import {name}"], capture_output=True).returncode == 0
    if not good:
        print(f"(python3-{name} isn't installed and is left out)")
    return good


def wrk(server, path, connections, seconds, script=None, **env):
    """Requests a second, the processor time and the number of requests."""
    before = cpu(server.pid)
    more = ["-s", f"{HERE}/{script}"] if script else []
    out = subprocess.run(["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--latency", *server.headers, *more, server.url + path],
                         capture_output=True, text=True, env=dict(os.environ, **env)).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    if failed:
        print(f"  {server.name} {path}: {failed[1]} requests failed")
    count = int(re.search(r"(\d+) requests in", out)[1])
    return float(re.search(r"Requests/sec: +([\d.]+)", out)[1]), cpu(server.pid) - before, count


def transfer(server, path, *more):
    """The seconds that curl takes, and the processor time of the server."""
    before = cpu(server.pid)
    out = subprocess.run(["curl", "-sSk", "-o", "/dev/null", "-w", "%{http_code} %{time_total}", *server.headers, *more, server.url + path],
                         capture_output=True, text=True)
    status, seconds = out.stdout.split()
    assert status.startswith("2"), f"{server.name} {path}: {status} {out.stderr}"
    return float(seconds), cpu(server.pid) - before


@contextlib.contextmanager
def body(mebibytes):
    """A file of random bytes."""
    with tempfile.NamedTemporaryFile(prefix="datahub-bench-") as f:
        for _ in range(mebibytes):
            f.write(os.urandom(1 << 20))
        f.flush()
        yield f.name


def store(found, sizes):
    for name, size in sizes.items():
        with tempfile.NamedTemporaryFile() as f:
            f.write(os.urandom(size))
            f.flush()
            for server in found:
                transfer(server, f"/files/bench/{name}", "-T", f.name)


def downloads(options, with_tls):
    seconds, big = (2, 64) if options.quick else (8, 1024)
    table = Table()
    with servers(with_tls) as found, body(big) as large:
        store(found, {"1k": 1 << 10, "1m": 1 << 20})
        for server in found:
            transfer(server, "/files/bench/big", "-T", large)
        for _ in range(options.rounds):
            for operation, path, connections in (("GET 1 KiB, 64 connections, /s", "/files/bench/1k", 64), ("GET 1 MiB, 16 connections, /s", "/files/bench/1m", 16)):
                for server in found:
                    table.add(operation, server.name, *wrk(server, path, connections, seconds))
            for server in found:
                took, used = transfer(server, "/files/bench/big")
                table.add(f"GET {big} MiB, MB/s", server.name, big * 1.048576 / took, used, 1)
    table.show()


def plain(options):
    downloads(options, False)


def tls(options):
    downloads(options, True)


def http2(options):
    """GET over HTTP/2 with TLS: 16 connections with 8 requests at a time each."""
    if not is_installed("h2load"):
        return
    table = Table()
    with servers(True, peers=("nginx",)) as found:
        store(found, {"1k": 1 << 10, "1m": 1 << 20})
        for _ in range(options.rounds):
            for name, count in (("1k", 20_000), ("1m", 500)):
                count = count // 10 if options.quick else count * 4
                for server in found:
                    before = cpu(server.pid)
                    out = subprocess.run(["h2load", "-n", str(count), "-c16", "-m8", "-t2", *server.headers, f"{server.url}/files/bench/{name}"],
                                         capture_output=True, text=True).stdout
                    done = int(re.search(r"(\d+) succeeded", out)[1])
                    table.add(f"GET {name}, 16 connections, /s", server.name, float(re.search(r"([\d.]+) req/s", out)[1]), cpu(server.pid) - before, done)
    table.show()


def uploads(options):
    """PUT of small new files and of a large one; the disk alone is measured between."""
    seconds, big = (2, 64) if options.quick else (8, 1024)
    table = Table()
    with servers() as found, body(big) as large, tempfile.TemporaryDirectory(dir=found[0].hub.work) as folder:
        for i in range(options.rounds):
            for server in found:
                prefix = f"/files/bench/{i}-"
                table.add("PUT new 4 KiB, 16 connections, /s", server.name, *wrk(server, "/", 16, seconds, "put.lua", PUT_PREFIX=prefix))
            floor = disk_floor(folder, seconds)
            if floor:
                table.add("PUT new 4 KiB, 16 connections, /s", "disk", *floor)
            for server in found:
                took, used = transfer(server, f"/files/bench/large{i}", "-T", large)
                table.add(f"PUT {big} MiB, MB/s", server.name, big * 1.048576 / took, used, 1)
    table.show()


def disk_floor(folder, seconds):
    """Files of 4 KiB that 16 threads write, flush, rename and flush the directory of: no server can do with less."""
    if not is_installed("gcc"):
        return None
    program = f"{folder}/durable_files"
    if not os.path.exists(program):
        subprocess.run(["gcc", "-O2", "-pthread", "-o", program, f"{HERE}/durable_files.c"], check=True)
    os.makedirs(f"{folder}/files", exist_ok=True)
    out = subprocess.run([program, f"{folder}/files", "16", str(seconds)], capture_output=True, text=True, check=True).stdout
    files, took, used = (float(word) for word in out.split())
    shutil.rmtree(f"{folder}/files")
    return files / took, used, files
