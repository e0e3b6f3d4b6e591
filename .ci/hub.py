"""What the checks share that aren't system tests of pytest yet: a hub of a check's own, clients, and counted assertions."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "system-tests"))
from support import hub as support
from support.clients import Collector, EventStream, Subscriber, WebSocketSubscriber as Browser, curve_socket, plain_socket
from support.hub import LAUNCHER, ROOT, free_ports, users_file
from support.waiting import never, until

seen = {"passed": 0, "failed": 0}


def check(what, good, detail=""):
    seen["passed" if good else "failed"] += 1
    print(f"{'ok  ' if good else 'FAIL'} {what}" + (f": {detail}" if not good else ""), flush=True)
    return good


class Hub(support.Hub):
    """A hub whose logs are printed in the end where a check has failed."""

    figures = support.Hub.metrics

    def end(self):
        self.run("stop")
        if seen["failed"]:
            for name, text in self.logs().items():
                print(f"--- {name}\n{text}")
        super().end()
