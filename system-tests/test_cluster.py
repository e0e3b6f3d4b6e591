"""Several hubs on shared servers, driven from outside while the servers are killed and a hub is frozen."""
import itertools, json, re, signal, subprocess

import pytest

from support.hub import ROOT
from support.waiting import never, until
from test_flush import Trace, response

# Its servers and hubs need the machine for themselves: a hub that is slow to confirm its view refuses requests.
pytestmark = pytest.mark.exclusive

READER = "-H", "Accept: text/event-stream"


@pytest.fixture(scope="module")
def hubs(cluster):
    return cluster.hubs


class Follower:
    """A client of the event stream of a hub, which collects what it hears."""

    def __init__(self, hub, prefix):
        self.path = f"{hub.work}/followed-{prefix}"
        self.out = open(self.path, "w")
        self.process = subprocess.Popen(["curl", "-sSN", "-H", f"Authorization: Bearer {hub.token()}", *READER,
                                         f"http://127.0.0.1:{hub.http}/events?topic={prefix}"], stdout=self.out)

    def heard(self):
        return open(self.path).read()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        self.out.close()


@pytest.fixture
def follow():
    followers = []

    def start(hub, prefix):
        followers.append(Follower(hub, prefix))
        return followers[-1]
    yield start
    for follower in followers:
        follower.end()


def publish(hub, topic, payload):
    status = hub.curl(hub.token(), f"/events/{topic}", "-d", payload)[0]
    assert status in (200, 202, 204), status


def component(hub, name):
    health = json.loads(hub.curl(hub.token(), "/health/ready")[2])
    return next(part for part in health["components"] if part["name"] == name)


def test_metrics_that_alerts_ask_for_are_there(hubs):
    asked = set(re.findall(r"\bdatahub_\w+", " ".join(re.findall(r"expr: (.*)", open(f"{ROOT}/monitoring/prometheus-alerts-cluster.yml").read()))))
    assert asked and until(lambda: asked <= {name.split("{")[0] for name in hubs[0].metrics(hubs[0].token())}, 30)
    assert hubs[0].metrics(hubs[0].token())["datahub_ledger_standbys"] == 1


def connected(hub, follower, topic):
    """Waits until what is published at the hub reaches the follower."""
    def arrives():
        publish(hub, topic, "probe")
        return until(lambda: "probe" in follower.heard(), 0.3)
    assert until(arrives, 60)


def test_an_event_reaches_subscribers_at_another_hub(hubs, follow):
    numbers = itertools.count()

    def sent(*topics):
        """How many events the hub has passed to others when one of each topic was published, the last to the subscriber."""
        text = f"event {next(numbers)}."
        for topic in topics:
            publish(hubs[0], topic, text)
        assert until(lambda: text in follower.heard())
        return hubs[0].metrics(hubs[0].token())["datahub_relay_events_sent_total"]

    follower = follow(hubs[1], "build.")
    connected(hubs[0], follower, "build.probe")
    # Subscriptions of earlier tests end some time after their connections.
    assert until(lambda: sent("build.done") + 1 == sent("other.done", "build.done"), 30)
    assert "other.done" not in follower.heard()


def test_a_file_that_is_stored_at_one_hub_is_there_at_another(hubs):
    status, head, body = hubs[0].curl(hubs[0].token(), "/files/shared/a.txt", "-X", "PUT", "-d", "first")
    assert status == 201, body
    status, found, body = hubs[1].curl(hubs[1].token(), "/files/shared/a.txt")
    assert (status, body, found["etag"]) == (200, b"first", head["etag"])
    assert hubs[1].curl(hubs[1].token(), "/files/shared/a.txt", "-X", "PUT", "-d", "x", "-H", 'If-Match: "other"')[0] == 412
    assert hubs[1].curl(hubs[1].token(), "/files/shared/a.txt", "-X", "PUT", "-d", "second", "-H", f"If-Match: {head['etag']}")[0] == 200
    assert hubs[0].curl(hubs[0].token(), "/files/shared/a.txt")[2] == b"second"
    assert hubs[0].curl(hubs[0].token(), "/files/shared/a.txt", "-X", "PUT", "-d", "x", "-H", "If-None-Match: *")[0] == 412


def test_hubs_are_ready_and_name_each_other(hubs):
    for hub in hubs:
        assert until(lambda: (relay := component(hub, "relay"))["ready"] and all(other.name in relay["detail"] for other in hubs if other is not hub), 60)
        assert component(hub, "blobs")["ready"]


def test_sessions_of_all_hubs_are_listed_at_each(hubs, follow):
    follower = follow(hubs[1], "listed.")
    connected(hubs[0], follower, "listed.probe")
    assert until(lambda: "hub2/" in hubs[0].run("console", "datahub:clients").stdout, 20)


def test_local_delivery_goes_on_without_nats_and_losses_are_told(cluster, hubs, follow):
    near, far = follow(hubs[0], "away."), follow(hubs[1], "away.")
    connected(hubs[0], far, "away.probe")
    lost = hubs[1].metrics(hubs[1].token())["datahub_relay_events_lost_total"]
    cluster.engines.nats.kill()
    assert until(lambda: component(hubs[0], "relay").get("degraded"), 20)
    assert until(lambda: hubs[0].curl(hubs[0].token(), "/health/ready")[0] == 200)
    publish(hubs[0], "away.1", "while it was away")
    assert until(lambda: "while it was away" in near.heard())
    assert "while it was away" not in far.heard()
    cluster.engines.nats.start()
    assert until(lambda: not component(hubs[0], "relay").get("degraded"), 60)

    def outcome():
        return far.heard().count("while it was away") + hubs[1].metrics(hubs[1].token())["datahub_relay_events_lost_total"] - lost
    assert until(lambda: outcome() == 1, 20)
    assert never(lambda: outcome() != 1)


def test_a_frozen_hub_gets_what_it_has_missed(hubs, follow):
    follower = follow(hubs[1], "frozen.")
    connected(hubs[0], follower, "frozen.probe")
    hubs[1].freeze()
    try:
        for i in range(20):
            publish(hubs[0], "frozen.x", f"number {i}.")
    finally:
        hubs[1].thaw()
    assert until(lambda: "number 19." in follower.heard(), 20)
    positions = [follower.heard().find(f"number {i}.") for i in range(20)]
    assert positions == sorted(positions) and positions[0] >= 0


def test_a_hub_is_degraded_while_the_store_is_away(cluster, hubs):
    cluster.engines.s3.kill()
    assert until(lambda: component(hubs[0], "blobs").get("degraded"), 40)
    assert "io.datahub.cluster.cfg" in component(hubs[0], "blobs")["detail"]
    assert until(lambda: hubs[0].curl(hubs[0].token(), "/health/ready")[0] == 200)
    cluster.engines.s3.start()
    assert until(lambda: not component(hubs[0], "blobs").get("degraded"), 40)


def test_a_record_is_flushed_by_both_databases_before_the_answer(cluster, hubs):
    """The primary, then the standby, which commits wait for, write the change to their logs and flush them; only then the hub answers."""
    primary, standby = cluster.engines.primary, cluster.engines.standby
    servers = []
    for server in (primary, standby):
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(server.process.pid)], capture_output=True, text=True, check=True).stdout
        servers += [server.process.pid, *map(int, children.split())]
    token = hubs[0].token()
    with Trace(hubs[0], *servers, text=65536) as trace:
        status, _, body = hubs[0].curl(token, "/files/flushed/by-both.txt", "--data-binary", "x")
    assert status == 201, body
    order = [call for server in (primary, standby)
             for call in (rf"^pwrite64\(\d+<{server.data}/pg_wal/.*flushed/by-both\.txt", rf"^f(data)?sync\(\d+<{server.data}/pg_wal/")]
    trace.assert_order(*order, response(201))
    flushed = trace.find(order[3], trace.find(order[2]))
    assert trace.find(response(201)) > flushed, "the first answer"


def test_a_browser_session_is_known_to_all_hubs_and_ends_at_all(hubs):
    def cookie(hub, secret):
        return "-H", f"Cookie: datahub-session-{hub.http}={secret}"
    status, head, body = hubs[0].curl(hubs[0].token(), "/session", "-X", "POST")
    assert status == 204, body
    secret = re.search(r"=([^;]+)", head["set-cookie"])[1]
    assert hubs[1].curl(None, "/whoami", *cookie(hubs[1], secret))[0] == 200
    assert hubs[1].curl(None, "/session", "-X", "DELETE", *cookie(hubs[1], secret))[0] == 204
    assert until(lambda: hubs[0].curl(None, "/whoami", *cookie(hubs[0], secret))[0] == 401)


def test_the_cluster_is_shown_to_operators(hubs):
    def shown():
        return json.loads(hubs[0].curl(hubs[0].token(), "/status")[2])["cluster"]
    assert until(lambda: shown()["serves"])
    cluster = shown()
    names = {hub.name for hub in hubs}
    assert cluster["hub"] == hubs[0].name
    assert {engine["name"] for engine in cluster["engines"]} == {"ledger", "blobs", "relay"}
    assert until(lambda: {hub["name"] for hub in shown()["hubs"] if hub["alive"]} == names)
    journals = {json.loads(hub.curl(hub.token(), "/whoami")[2])["journal"] for hub in hubs}
    assert len(journals) == 1
    rows = json.loads(hubs[0].run("console", "datahub:cluster", "--json").stdout)
    assert {row["name"] for row in rows} == names | {"ledger", "blobs", "relay"}
