"""The records of a single hub become those of a cluster, as an operator does it."""
import json, os, threading

import pytest

from support.cluster import Cluster
from support.hub import Hub
from support.waiting import until
from test_faults import fill, small_disk

pytestmark = pytest.mark.exclusive


def configure(hub):
    since = hub.log_size()
    with open(f"{hub.home}/etc/io.datahub.history.cfg", "w") as file:
        file.write("keep = kept.: 1d\nlast = newest.: 9 topics\n")
    assert until(lambda: hub.log_lines("event=history.configured", since=since), 60)


def events(hub, token, since, *topics):
    """The status, the cursor to continue from, and what was published in the events."""
    status, headers, body = hub.curl(token, f"/events/history?since={since}&" + "&".join(f"topic={topic}" for topic in topics))
    return status, headers["datahub-cursor"], [json.loads(line)["data"] for line in body.splitlines()] if status == 200 else []


def changes(hub, token, since="0"):
    status, _, body = hub.curl(token, f"/changes?since={since}")
    assert status == 200, body
    return [(event["id"], event["type"], event["data"]["path"], event["data"].get("etag")) for event in map(json.loads, body.splitlines())]


def export_to_a_full_disk(hub, disk):
    """It names the home, the cause and the remedy, in the log, too."""
    fill(disk)
    exported = hub.run("cluster-export", f"{disk}/home")
    assert exported.returncode != 0
    said = exported.stdout + exported.stderr
    assert f"the export into {disk}/home failed" in said and "no space left on device; free some space" in said, said
    assert hub.log_lines("event=cluster.export.failed", f"{disk}/home")
    os.remove(f"{disk}/filler")


def kill_while_it_exports(hub, back):
    """No hub starts on what is there; the store is frozen, so that there is something left to do."""
    hub.cluster.engines.s3.freeze()
    try:
        export = threading.Thread(target=lambda: hub.run("cluster-export", back.home))
        export.start()
        assert until(lambda: os.path.exists(f"{back.home}/state/export.mv"), 60)
        hub.kill()
        export.join()
    finally:
        hub.cluster.engines.s3.thaw()
    started = back.run("start")
    assert started.returncode != 0 and "isn't finished" in started.stdout + started.stderr
    hub.start()


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
        configure(single)
        for text in "one", "two":
            assert single.curl(token, "/events/kept.x", "-d", text)[0] == 202
        assert single.curl(token, "/events/newest.x", "-d", "old")[0] == 202
        _, end, seen = events(single, token, "0", "kept.")
        assert seen == ["one", "two"]
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
            for cursor in before[-1][0], end:
                status, cursor, _ = events(hub, token, cursor, "kept.")
                assert status == 410, "what the single hub has kept isn't there"
                assert events(hub, token, cursor, "kept.", "file.")[::2] == (200, [])
            configure(hub)
            assert until(lambda: hub.curl(token, "/events/kept.x", "-d", "three")[0] == 202, 30)
            assert events(hub, token, cursor, "kept.")[::2] == (200, ["three"])
            assert events(hub, token, "0", "kept.")[2] == ["three"]
            assert hub.curl(token, "/files/d/r20", "-X", "PUT", "-d", "new")[0] == 201
            assert [change[2] for change in changes(hub, token, before[-1][0])] == ["d/r20"]
            again = hub.run("cluster-import", single.home)
            assert again.returncode != 0 and "has records" in again.stdout + again.stderr
            assert os.path.exists(f"{single.home}/files/d/r7")
            journal = changes(hub, token)
            back = Hub()
            try:
                with small_disk(f"{back.work}/small", "2m") as disk:
                    export_to_a_full_disk(hub, disk)
                kill_while_it_exports(hub, back)
                assert hub.curl(token, "/files/d/r7")[1]["etag"] == tag
                exported = hub.run("cluster-export", back.home)
                assert exported.returncode == 0, exported.stdout + exported.stderr
                assert open(f"{back.home}/admin.token").read().strip() == token
                back.start()
                assert back.curl(token, "/files/d/r7")[1]["etag"] == tag
                assert back.curl(token, "/files/d/r20")[2] == b"new"
                assert back.curl(token, f"/changes?since={journal[-1][0]}")[0] == 410, "another epoch, since events were kept"
                assert [change[1:] for change in changes(back, token)] == [change[1:] for change in journal]
                assert events(back, token, cursor, "kept.")[0] == 410
            finally:
                back.end(keep)
        finally:
            cluster.end(keep)
    finally:
        single.end(keep)
