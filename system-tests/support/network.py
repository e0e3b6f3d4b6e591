"""A cluster each of whose servers and hubs has a machine of its own, as far as the network goes: a namespace, connected with the others
by switches that a test can take it off. Needs root."""
import ctypes, os, subprocess
from concurrent.futures import ThreadPoolExecutor

from support.cluster import ClusterHub, share_keys
from support.link import Link
from servers import Engines, Nats, Postgres, S3Proxy

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
NETWORKS = ("ledger", "other")  # that to PostgreSQL, and that to NATS and the blob store
SUBNET = "10.231"


def ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


class Node:
    """A namespace with an interface in each network. Its loopback is reached by `run` only."""

    def __init__(self, switch, number):
        self.switch, self.number, self.name = switch, number, f"{switch}-{number}"
        ip("netns", "add", self.name)
        ip("-n", self.name, "link", "set", "lo", "up")
        for index, network in enumerate(NETWORKS):
            ip("-n", switch, "link", "add", self.port(network), "type", "veth", "peer", "name", network, "netns", self.name)
            ip("-n", self.name, "addr", "add", f"{self.address(network)}/24", "dev", network)
            ip("-n", self.name, "link", "set", network, "up")
            ip("-n", switch, "link", "set", self.port(network), "up")
            self.join(network)

    def port(self, network):
        """The name of the switch's port to it."""
        return f"{network}{self.number}"

    def address(self, network):
        return f"{SUBNET}.{NETWORKS.index(network)}.{self.number}"

    def join(self, network, island=False):
        """Connects it with the other nodes, or with those on the island."""
        ip("-n", self.switch, "link", "set", self.port(network), "master", f"{network}-{'island' if island else 'main'}")

    def cut(self, network):
        """Lets all packets from and to it vanish."""
        ip("-n", self.switch, "link", "set", self.port(network), "nomaster")

    def run(self, action):
        """Runs it on a thread in the namespace, which sockets and processes belong to that it makes."""
        def enter():
            with open(f"/run/netns/{self.name}") as namespace:
                if LIBC.setns(namespace.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), f"setns {self.name}")
            return action()
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(enter).result()


class OnNode:
    """A server on a node."""

    listen = "0.0.0.0"
    node = None

    def start(self, seconds=180):
        return self.node.run(lambda: super(OnNode, self).start(seconds))


class NodePostgres(OnNode, Postgres):
    def make(self):
        super().make()
        with open(f"{self.data}/pg_hba.conf", "a") as f:
            f.write(f"host all all {SUBNET}.0.0/24 scram-sha-256\nhost replication all {SUBNET}.0.0/24 trust\n")
        return self

    def copy(self, primary):
        """The standby reaches the primary by the network, too."""
        super().copy(primary)
        with open(f"{self.data}/postgresql.auto.conf", "a") as f:
            f.write(f"primary_conninfo = 'host={primary.node.address('ledger')} port={primary.port} user={self.user()} application_name={self.name}'\n")
        return self


class NodeNats(OnNode, Nats):
    pass


class NodeS3Proxy(OnNode, S3Proxy):
    pass


class NodeEngines(Engines):
    kinds = NodePostgres, NodeNats, NodeS3Proxy

    def __init__(self, new_node):
        super().__init__()
        for server in self.servers():
            server.node = new_node()


class Entrance(Link):
    """Lets this machine's clients connect to a port of a node as if it were one of this machine."""

    def __init__(self, node, port):
        super().__init__(port, port)
        self.node = node

    def connect(self):
        return self.node.run(super().connect)


class NodeHub(ClusterHub):
    def __init__(self, cluster, name, node):
        super().__init__(cluster, name, ledger=True, address=lambda server: (
            f"{server.node.address('ledger' if isinstance(server, Postgres) else 'other')}:{server.port}"))
        self.node = node
        self.entrances = [Entrance(node, port) for port in (self.http, self.zmq)]

    def run(self, *words, **more):
        return self.node.run(lambda: super(NodeHub, self).run(*words, **more))

    def end(self, keep=False):
        super().end(keep)
        for entrance in self.entrances:
            entrance.end()


class NetworkCluster:
    """Engines and three hubs, all running."""

    def __init__(self):
        self.switch, self.nodes, self.hubs, self.engines = f"datahub-{os.getpid()}", [], [], None
        try:
            ip("netns", "add", self.switch)
            for network in NETWORKS:
                for part in ("main", "island"):
                    ip("-n", self.switch, "link", "add", f"{network}-{part}", "type", "bridge")
                    ip("-n", self.switch, "link", "set", f"{network}-{part}", "up")
            self.engines = NodeEngines(self.new_node)
            self.engines.start()
            share_keys(self.engines.secrets)
            for number in (1, 2, 3):
                self.hubs.append(NodeHub(self, f"hub{number}", self.new_node()))
            with ThreadPoolExecutor() as pool:
                list(pool.map(NodeHub.start, self.hubs))
        except BaseException:
            self.end()
            raise

    def new_node(self):
        self.nodes.append(Node(self.switch, len(self.nodes) + 1))
        return self.nodes[-1]

    def heal(self):
        for node in self.nodes:
            for network in NETWORKS:
                node.join(network)

    def end(self, keep=False):
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda hub: hub.end(keep), self.hubs))
        if self.engines:
            self.engines.end()
        for name in (*(node.name for node in self.nodes), self.switch):
            subprocess.run(["ip", "netns", "del", name])
