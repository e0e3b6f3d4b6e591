"""Events over ZeroMQ beside a proxy of libzmq, which only forwards: the hub with PLAIN and grants, the proxy without; and both with CURVE."""
import contextlib, glob, os, re, subprocess, sys, tempfile
from xml.sax.saxutils import escape

import zmq

from support.hub import ROOT, Hub, free_ports, jdk

from suite.measuring import Table, await_port, cpu, process
from suite.records import is_installed

SHAPES = [(1, 1, 100), (1, 10, 100), (10, 10, 100), (1, 10, 1024), (1, 10, 65_536)]
PROXY = """import sys, zmq
context = zmq.Context()
ends = []
for kind, port in ((zmq.XSUB, sys.argv[1]), (zmq.XPUB, sys.argv[2])):
    end = context.socket(kind)
    if sys.argv[3] == "curve":
        end.curve_server, end.curve_publickey, end.curve_secretkey = True, sys.argv[4].encode(), sys.argv[5].encode()
    if kind == zmq.XPUB:
        end.setsockopt(zmq.XPUB_NODROP, 1)
    end.bind("tcp://127.0.0.1:" + port)
    ends.append(end)
zmq.proxy(*ends)
"""


class Broker:
    """Where publishers and subscribers connect, as whom, and the process."""

    def __init__(self, name, publish, subscribe, pid, kind, token="", key=None):
        self.name, self.publish, self.subscribe, self.pid, self.kind, self.token, self.key = name, publish, subscribe, pid, kind, token, key


def jar():
    found = glob.glob(f"{ROOT}/benchmarks/target/datahub-benchmarks*.jar")
    return min(found, key=len) if found else sys.exit("build the project first: ./mvnw install -DskipTests")


@contextlib.contextmanager
def brokers(curve_keys=None):
    """The hub, whose publishers wait, and the proxy, whose publishers wait too."""
    with contextlib.ExitStack() as stack:
        hub = Hub()
        stack.callback(hub.end)
        hub.start()
        front, back = free_ports(2)
        more = ["curve", *(key.decode() for key in curve_keys)] if curve_keys else ["plain"]
        proxy = stack.enter_context(process(["/usr/bin/python3", "-c", PROXY, str(front), str(back), *more]))
        await_port(back)
        server_key = open(f"{hub.home}/state/curve.pub").read().strip().encode()
        yield [Broker("hub", hub.zmq, hub.zmq, hub.pid(), "PUSH", hub.token(), server_key),
               Broker("libzmq", front, back, proxy.pid, "PUB", key=curve_keys and curve_keys[0])]


def load(broker, publishers, subscribers, size, seconds, rate=0):
    """What the load generator prints, as numbers by name, and the processor time of the broker during all of it."""
    before = cpu(broker.pid)
    out = subprocess.run([jdk("java"), "-Xmx256m", "-cp", jar(), "io.datahub.benchmarks.Load", f"publishPort={broker.publish}", f"port={broker.subscribe}",
                          f"publishers={publishers}", f"subscribers={subscribers}", f"bytes={size}", f"type={broker.kind}", f"rate={rate}", "warmup=2",
                          f"seconds={seconds}"], env=dict(os.environ, DATAHUB_USER="admin", DATAHUB_TOKEN=broker.token), capture_output=True, text=True)
    numbers = {key: float(value) for key, value in re.findall(r"(\w+)=([\d.]+)", out.stdout)}
    assert "out_per_s" in numbers, out.stdout + out.stderr
    return numbers, cpu(broker.pid) - before


def plain(options):
    seconds, table = 2 if options.quick else 5, Table()
    with brokers() as found:
        for _ in range(options.rounds):
            for shape in SHAPES:
                for broker in found:
                    numbers, used = load(broker, *shape, seconds)
                    table.add("{} x {}, {} bytes, deliveries/s".format(*shape), broker.name, numbers["out_per_s"], used, numbers["total_received"])
        table.show()
        for publishers, subscribers, size, rate in ((1, 1, 100, 5_000), (1, 10, 1024, 1_000), (10, 10, 100, 2_000)):
            for broker in found:
                numbers, _ = load(broker, publishers, subscribers, size, seconds, rate)
                print(f"{publishers} x {subscribers}, {size} bytes, {rate} events/s: {broker.name:8s} p50 {numbers['p50_us']:,.0f} µs, "
                      f"p99 {numbers['p99_us']:,.0f} µs, p99.9 {numbers['p999_us']:,.0f} µs", flush=True)


def curve(options):
    """A load that was encrypted before it is sent, so that the broker is what limits the rate."""
    if not is_installed("gcc"):
        return
    from zmq.utils import z85
    pairs = [zmq.curve_keypair() for _ in range(2)]
    server, client = pairs
    table = Table()
    with brokers(server) as found, tempfile.TemporaryDirectory(prefix="datahub-bench-") as folder:
        program = f"{folder}/curve_load"
        subprocess.run(["gcc", "-O2", "-pthread", "-o", program, f"{os.path.dirname(__file__)}/curve_load.c", "-l:libsodium.so.23"], check=True)
        hub = Hub.present[-1]
        line = hub.admin_line().replace("</user>", f"<curve-key>{escape(client[0].decode())}</curve-key></user>")
        users = f'<broker-users xmlns="urn:datahub:broker-users:1">{line}</broker-users>'
        status, _, body = hub.curl(hub.token(), "/files/broker_users.xml", "-X", "PUT", "--data-binary", users)
        assert status == 200, body
        for _ in range(options.rounds):
            for subscribers, size, count in ((1, 100, 1_000_000), (10, 100, 200_000), (1, 1024, 300_000), (10, 1024, 60_000)):
                count = count // 10 if options.quick else count
                for broker in found:
                    before = cpu(broker.pid)
                    seconds = float(subprocess.run([program, str(broker.publish), str(broker.subscribe), broker.kind, str(subscribers), str(size), str(count),
                                                    *(z85.decode(key).hex() for key in (broker.key, *client))], capture_output=True, text=True, check=True).stdout)
                    table.add(f"1 x {subscribers}, {size} bytes, CURVE, deliveries/s", broker.name, subscribers * count / seconds, cpu(broker.pid) - before,
                              subscribers * count)
    table.show()
