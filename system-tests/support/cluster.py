"""A cluster that a test starts: PostgreSQL with a standby, NATS, S3Proxy, hubs, and nginx in front. Needs Debian's postgresql,
nats-server and nginx with its stream module."""
import json, os, signal, subprocess, sys
from concurrent.futures import ThreadPoolExecutor

import zmq

from support.cluster_load import ask
from support.hub import ROOT, Hub, free_ports
from support.link import Link
from support.waiting import until

sys.path.insert(0, f"{ROOT}/examples/cluster")
from servers import Engines, Nginx


class PatientHub(Hub):
    """A hub that is asked again if it isn't sure of its view of the ledger for a moment, as on a busy machine, and so does nothing."""

    def curl(self, token, path, *more):
        def answer():
            found = super(PatientHub, self).curl(token, path, *more)
            return found if found[0] != 503 or b"cluster's ledger" not in found[2] or b"look before" in found[2] or path.startswith("/health") else None
        return until(answer, 60) or super().curl(token, path, *more)


class ClusterHub(PatientHub):
    """A hub that uses the engines of a cluster."""

    def __init__(self, cluster, name, ledger, **more):
        super().__init__(JAVA_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")  # starts in half the time
        self.cluster, self.name = cluster, name
        cluster.engines.configure(self.home, name, ledger, **more)
        with open(f"{self.home}/etc/io.datahub.cluster.cfg", "a") as f:
            f.write("maxStaleMillis = 3000\n")  # by default 1000, which a machine that runs other tests too may exceed

    def start(self):
        """On a busy machine the launcher may give up waiting before the hub is ready."""
        self.prepare()
        self.started = self.run("start")
        assert self.started.returncode == 0 or until(self.ready, 180), f"{self.started.stdout}{self.started.stderr}{self.logs()}"
        return self

    def ready(self):
        try:
            return ask(self.http, None, "GET", "/health/ready")[0] == 200
        except OSError:
            return False

    def token(self):
        """The first administrator's, which one of the hubs has made for all."""
        return next(open(file).read().strip() for file in [f"{hub.home}/admin.token" for hub in self.cluster.hubs] if os.path.exists(file))

    def freeze(self):
        """Stops the process where it is."""
        os.kill(self.pid(), signal.SIGSTOP)

    def thaw(self):
        os.kill(self.pid(), signal.SIGCONT)


class Front(PatientHub):
    """The hubs of a cluster as their clients see them, through nginx. Commands of the launcher run with the first one's home."""

    single = False

    def __init__(self, cluster):
        self.cluster, self.first = cluster, cluster.hubs[0]
        self.work, self.home, self.env = self.first.work, self.first.home, self.first.env
        self.http, self.zmq, self.ssh = cluster.nginx.port, cluster.nginx.zmq, cluster.nginx.ssh
        self.started = self.first.started

    @property
    def each(self):
        return self.cluster.hubs

    def start(self):
        """After `kill`, which ends the first hub."""
        if not self.first.ready():
            self.first.start()
        return self

    def end(self, keep=False):
        pass

    def run(self, *words, **more):
        if words == ("start",):
            self.start()
            return self.started
        done = self.first.run(*words, **more)
        self.settle()
        return done

    def curl(self, token, path, *more):
        answer = super().curl(token, path, *more)
        if answer[0] < 300 and len(more) and path.startswith(("/files/broker_users.xml", "/tokens", "/users", "/session")):
            self.settle()
        return answer

    def put_users(self, users):
        status = super().put_users(users)
        if status == 200:
            tokens = [token for token, _ in users.values() if token]
            assert until(lambda: all(hub.curl(token, "/whoami")[0] == 200 for hub in self.cluster.hubs for token in tokens), 60)
        return status

    def settle(self):
        """Waits until all hubs know what one of them knows: a change of users is in force at the others within a second."""
        def positions():
            pages = [json.loads(hub.curl(self.token(), "/files/?limit=1")[2]) for hub in self.cluster.hubs]
            return [int(page["cursor"].rpartition("-")[2]) for page in pages]
        newest = max(positions())
        assert until(lambda: min(positions()) >= newest, 60)

    def token(self):
        return self.first.token()

    def log_size(self):
        return {name: size for hub in self.cluster.hubs for name, size in hub.log_size().items()}

    def log_lines(self, *words, since=None):
        return [line for hub in self.cluster.hubs for line in hub.log_lines(*words, since=since)]


def share_keys(folder):
    """Makes the keys by which clients know the cluster, whichever hub they connect to."""
    public, secret = (key.decode() for key in zmq.curve_keypair())
    with open(f"{folder}/curve.key", "w") as f:
        f.write(f'curve\n    public-key = "{public}"\n    secret-key = "{secret}"\n')
    for kind in ("ed25519", "rsa"):
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", f"{folder}/ssh_host_{kind}_key"], check=True)


class Cluster:
    """Engines and hubs, all running; `end` stops and removes everything. The last hub reaches each server by a link that can fail;
    `links` has them by the name of the server."""

    def __init__(self, hubs=3, ledger=True):
        self.engines, self.hubs, self.links, self.nginx, self.front = Engines(), [], {}, None, None
        try:
            self.engines.start()
            share_keys(self.engines.secrets)
            self.links = {server.name: Link(server.port) for server in self.engines.servers()}
            self.hubs = [ClusterHub(self, f"hub{number}", ledger) for number in range(1, hubs)]
            self.hubs.append(ClusterHub(self, f"hub{hubs}", ledger, address=lambda server: f"127.0.0.1:{self.links[server.name].port}"))
            with ThreadPoolExecutor() as pool:
                list(pool.map(ClusterHub.start, self.hubs))
            self.nginx = Nginx(self.engines.work, *free_ports(3), [(hub.http, hub.zmq, hub.ssh) for hub in self.hubs]).start()
            self.front = Front(self)
        except BaseException:
            self.end()
            raise

    def end(self, keep=False):
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda hub: hub.end(keep), self.hubs))
        if self.nginx:
            self.nginx.stop()
        for link in self.links.values():
            link.end()
        self.engines.end()
