"""Processor time of processes, and tables of what was measured."""
import collections, contextlib, os, socket, statistics, subprocess, time

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def descendants(pid):
    """A process and those that it has started."""
    found = [pid]
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(OSError):
            for child in open(f"/proc/{pid}/task/{task}/children").read().split():
                found += descendants(int(child))
    return found


def cpu(pid):
    """The processor time that a process and its children have used, in seconds."""
    total = 0
    for each in descendants(pid):
        with contextlib.suppress(OSError):
            fields = open(f"/proc/{each}/stat").read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident(pid):
    """Bytes of resident memory."""
    return int(open(f"/proc/{pid}/statm").read().split()[1]) * PAGE


def await_port(port, seconds=20):
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


@contextlib.contextmanager
def process(command, **more):
    """A process that ends with the block."""
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


class Table:
    """Figures by operation and server, one of each round."""

    def __init__(self):
        self.rates, self.costs = collections.defaultdict(list), collections.defaultdict(list)

    def add(self, operation, server, rate, seconds_of_cpu, count):
        """A rate in any unit that is better when it is larger, and the processor time for so many operations, in seconds."""
        self.rates[operation, server].append(rate)
        self.costs[operation, server].append(1e6 * seconds_of_cpu / count if count else float("nan"))

    def show(self, first="hub"):
        operations = list(dict.fromkeys(operation for operation, _ in self.rates))
        for operation in operations:
            servers = [server for o, server in self.rates if o == operation]
            median = {server: statistics.median(self.rates[operation, server]) for server in servers}
            cost = {server: statistics.median(self.costs[operation, server]) for server in servers}
            print(f"{operation}")
            for server in servers:
                rates = self.rates[operation, server]
                rounds = ", ".join(f"{rate:,.0f}" for rate in rates)
                each = ", ".join(f"{a / b:.2f}" for a, b in zip(self.rates[operation, first], rates))
                ratio = "" if server == first else f"   {first} / {server}: {median[first] / median[server]:.2f} ({each})"
                costs = "" if cost[server] != cost[server] else f", {cost[server]:,.2f} µs of CPU each"
                less = "" if server == first or cost[server] != cost[server] or not cost[server] else f", CPU {cost[first] / cost[server]:.2f}"
                print(f"  {server:10s} {median[server]:14,.0f}   ({rounds}){costs}{ratio}{less}")
        print(flush=True)
