"""A cluster that a test starts: PostgreSQL with a standby, NATS, S3Proxy, hubs, and nginx in front. Needs Debian's postgresql,
nats-server and nginx with its stream module."""
import os, signal, sys

from support.hub import ROOT, Hub, free_ports

sys.path.insert(0, f"{ROOT}/examples/cluster")
from servers import Engines, Nginx


class ClusterHub(Hub):
    """A hub that uses the engines of a cluster."""

    def __init__(self, cluster, name, ledger):
        super().__init__()
        self.cluster, self.name = cluster, name
        cluster.engines.configure(self.home, name, ledger)

    def token(self):
        """The first administrator's, which one of the hubs has made for all."""
        return next(open(file).read().strip() for file in [f"{hub.home}/admin.token" for hub in self.cluster.hubs] if os.path.exists(file))

    def freeze(self):
        """Stops the process where it is."""
        os.kill(self.pid(), signal.SIGSTOP)

    def thaw(self):
        os.kill(self.pid(), signal.SIGCONT)


class Cluster:
    """Engines and hubs, all running; `end` stops and removes everything."""

    def __init__(self, hubs=3, ledger=True):
        self.engines, self.hubs, self.nginx = Engines(), [], None
        try:
            self.engines.start()
            for number in range(1, hubs + 1):
                self.hubs.append(ClusterHub(self, f"hub{number}", ledger))
                self.hubs[-1].start()
            self.nginx = Nginx(self.engines.work, *free_ports(3), [(hub.http, hub.zmq, hub.ssh) for hub in self.hubs]).start()
        except BaseException:
            self.end()
            raise

    def end(self, keep=False):
        if self.nginx:
            self.nginx.stop()
        for hub in self.hubs:
            hub.end(keep)
        self.engines.end()
