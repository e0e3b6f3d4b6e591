"""A cluster whose network is cut for some seconds, by taking machines off the switch: nobody is told that the others are gone. What
must hold after it is in support/cluster_load.py."""
import os, time

import pytest

from support.clients import EventStream
from support.waiting import never, until
from test_cluster_failures import assert_whole, load, ready, status, token, whole  # noqa: F401

pytestmark = pytest.mark.exclusive


@pytest.fixture(scope="module")
def cluster(request, size):
    if not size("restarts"):
        pytest.skip("only with --restarts or --long")
    from support.network import NetworkCluster
    assert os.geteuid() == 0, "network namespaces need root"
    cluster = NetworkCluster()
    # What `token` of test_cluster_failures takes it from.
    cluster.front = cluster.hubs[0]
    yield cluster
    cluster.end(keep=request.config.getoption("--keep-homes"))


@pytest.fixture(scope="module")
def hubs(cluster):
    return cluster.hubs


def nothing_is_acknowledged(load, seconds):
    """Once what was under way has ended."""
    time.sleep(1)
    before = load.acknowledged
    return never(lambda: load.acknowledged > before, seconds)


def all_ready(hubs, token):
    return until(lambda: all(ready(hub, token) for hub in hubs), 120)


def test_a_hub_is_cut_off_from_the_database(cluster, hubs, token, load, size):
    assert load.progress()
    hubs[2].node.cut("ledger")
    try:
        assert until(lambda: not ready(hubs[2], token), 30)
        assert load.progress(), "the others go on"
        time.sleep(size("outage-seconds"))
        assert all(ready(hub, token) for hub in hubs[:2]) and not ready(hubs[2], token)
    finally:
        cluster.heal()
    assert all_ready(hubs, token) and load.progress()
    assert_whole(load)


@pytest.mark.parametrize("server", ["primary", "standby"])
def test_a_database_server_is_cut_off(cluster, hubs, token, load, size, server):
    """The primary from its standby and all hubs, or the standby from the primary."""
    assert load.progress()
    getattr(cluster.engines, server).node.cut("ledger")
    try:
        assert nothing_is_acknowledged(load, size("outage-seconds"))
        assert not any(ready(hub, token) for hub in hubs)
    finally:
        cluster.heal()
    assert all_ready(hubs, token) and load.progress()
    assert_whole(load)


def test_the_standby_is_promoted_while_a_hub_still_reaches_the_old_primary(cluster, hubs, token, load, size):
    """The primary and one hub on one side, all else on the other. The old primary is down before the sides see each other again."""
    engines, aside = cluster.engines, hubs[2]
    assert load.progress()
    engines.primary.node.join("ledger", island=True)
    aside.node.join("ledger", island=True)
    try:
        assert until(lambda: not any(ready(hub, token) for hub in hubs), 60)
        engines.promote()
        assert until(lambda: all(ready(hub, token) for hub in hubs[:2]), 60) and load.progress()
        time.sleep(size("outage-seconds"))
        assert status(hubs[0], token, "PUT", "/files/sides/a", b"x") == 201
        assert not ready(aside, token), "the old primary has no standby that it could prove anything with"
        engines.standby.kill()  # the old primary
    finally:
        cluster.heal()
    assert all_ready(hubs, token) and load.progress()
    engines.renew_standby()
    assert status(aside, token, "GET", "/files/sides/a") == 200
    assert load.progress()
    assert_whole(load)


@pytest.mark.parametrize("server", ["nats", "s3"])
def test_nats_or_the_blob_store_is_cut_off(cluster, hubs, token, load, size, server):
    heard = EventStream(hubs[1], token, "cut.")
    assert load.progress()
    getattr(cluster.engines, server).node.cut("other")
    try:
        if server == "nats":
            assert load.progress(), "file events come from the journal"
        time.sleep(size("outage-seconds"))
        assert all(ready(hub, token) for hub in hubs)
    finally:
        cluster.heal()
    assert load.progress()
    assert until(lambda: status(hubs[0], token, "POST", f"/events/cut.{server}", b"x") == 202 and until(lambda: heard.of(f"cut.{server}"), 1), 60)
    assert_whole(load)
