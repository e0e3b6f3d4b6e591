"""The records of a single hub become those of a cluster, as an operator does it."""
import json, os

import pytest

from support.cluster import Cluster
from support.hub import Hub
from support.waiting import until

pytestmark = pytest.mark.exclusive


def changes(hub, token, since="0"):
    status, _, body = hub.curl(token, f"/changes?since={since}")
    assert status == 200, body
    return [(event["id"], event["type"], event["data"]["path"], event["data"].get("etag")) for event in map(json.loads, body.splitlines())]


def test_records_journal_and_cursors_of_a_single_hub_go_on_in_a_cluster(size, request):
    if not size("cluster-imports"):
        pytest.skip("only with --long")
    keep = request.config.getoption("--keep-homes")
    single = Hub()
    try:
        single.start()
        token = single.token()
        for i in range(20):
            assert single.curl(token, f"/files/d/r{i}", "-X", "PUT", "-d", f"text {i}")[0] == 201
        assert single.curl(token, "/files/d/r0", "-X", "DELETE")[0] == 204
        tag = single.curl(token, "/files/d/r7")[1]["etag"]
        before = changes(single, token)
        cluster = Cluster(hubs=1)
        try:
            hub = cluster.hubs[0]
            refused = hub.run("cluster-import", single.home)
            assert refused.returncode != 0 and "in use" in refused.stdout + refused.stderr
            assert single.run("stop").returncode == 0
            imported = hub.run("cluster-import", single.home)
            assert imported.returncode == 0, imported.stdout + imported.stderr
            assert until(lambda: hub.curl(token, "/files/d/r7")[0] == 200, 60)
            assert hub.curl(token, "/files/d/r7")[1]["etag"] == tag
            assert hub.curl(token, "/files/d/r7")[2] == b"text 7"
            assert changes(hub, token) == before
            assert open(f"{hub.home}/admin.token").read().strip() == token
            assert hub.curl(token, "/files/d/r20", "-X", "PUT", "-d", "new")[0] == 201
            assert [change[2] for change in changes(hub, token, before[-1][0])] == ["d/r20"]
            again = hub.run("cluster-import", single.home)
            assert again.returncode != 0 and "has records" in again.stdout + again.stderr
            assert os.path.exists(f"{single.home}/files/d/r7")
            journal = changes(hub, token)
            back = Hub()
            try:
                exported = hub.run("cluster-export", back.home)
                assert exported.returncode == 0, exported.stdout + exported.stderr
                assert open(f"{back.home}/admin.token").read().strip() == token
                back.start()
                assert back.curl(token, "/files/d/r7")[1]["etag"] == tag
                assert back.curl(token, "/files/d/r20")[2] == b"new"
                assert changes(back, token) == journal
            finally:
                back.end(keep)
        finally:
            cluster.end(keep)
    finally:
        single.end(keep)
