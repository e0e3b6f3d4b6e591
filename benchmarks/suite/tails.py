"""How long small requests and events take while the hub is busy with other things, and the pauses of its garbage collector."""
import contextlib, os, re, subprocess, tempfile, threading, time

from support.hub import Hub

from suite.events import Broker, load
from suite.records import Server, body, transfer


@contextlib.contextmanager
def repeated(work):
    """Does something over and over during the block."""
    stopped = threading.Event()

    def run():
        while not stopped.is_set():
            work()
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(120)


def mixed(options):
    """Alone; then with uploads of 1 GiB, a validator at work, files that another program changes, and a walk of the tree."""
    seconds, big, files = (3, 64, 500) if options.quick else (15, 1024, 20_000)
    with tempfile.TemporaryDirectory(prefix="datahub-bench-") as folder, body(big) as large:
        log = f"{folder}/gc.log"
        hub = Hub(JAVA_MAX_MEM="512m", JAVA_OPTS=f"{os.environ.get('JAVA_OPTS', '')} -Xlog:gc:file={log}")
        try:
            hub.start()
            with open(f"{hub.home}/etc/io.datahub.validator.xml-bench.cfg", "w") as f:
                f.write("paths = bench/**/*.xml\n")
            server = Server("hub", f"http://127.0.0.1:{hub.http}", hub.pid(), hub.token())
            with open(f"{folder}/1k", "wb") as f:
                f.write(os.urandom(1024))
            transfer(server, "/files/bench/1k", "-T", f"{folder}/1k")
            with open(f"{folder}/report.xml", "w") as f:
                f.write("<report>" + "<test name='a'/>" * 50_000 + "</report>")
            broker = Broker("hub", hub.zmq, hub.zmq, hub.pid(), "PUSH", hub.token())

            def measure(when):
                out = subprocess.run(["wrk", "-t1", "-c4", f"-d{seconds}s", "--latency", "-s", f"{os.path.dirname(__file__)}/percentiles.lua", *server.headers,
                                      f"{server.url}/files/bench/1k"], capture_output=True, text=True).stdout
                print(f"{when}: GET 1 KiB {re.search(r'latency .*', out)[0]}", flush=True)
                numbers, _ = load(broker, 1, 10, 100, seconds, 1_000)
                print(f"{when}: events p50 {numbers['p50_us'] / 1e3:.2f} ms, p99 {numbers['p99_us'] / 1e3:.2f} ms, p99.9 {numbers['p999_us'] / 1e3:.2f} ms", flush=True)

            measure("alone, warm-up")
            measure("alone")

            def change():
                for i in range(files):
                    os.makedirs(f"{hub.home}/files/storm/{i % 100}", exist_ok=True)
                    with open(f"{hub.home}/files/storm/{i % 100}/{i}", "w") as f:
                        f.write(str(time.time()))

            with repeated(lambda: transfer(server, "/files/bench/large", "-T", large)), \
                    repeated(lambda: transfer(server, "/files/bench/report.xml", "-T", f"{folder}/report.xml")), \
                    repeated(change), repeated(lambda: hub.run("console", "datahub:rescan")):
                time.sleep(2)
                measure("busy")
                measure("busy")
            pauses = [float(ms) for ms in re.findall(r"Pause .* ([\d.]+)ms", open(log).read())]
            pauses.sort()
            print(f"pauses of the garbage collector: {len(pauses)}, median {pauses[len(pauses) // 2]:.1f} ms, longest {pauses[-1]:.1f} ms")
        finally:
            hub.end()
