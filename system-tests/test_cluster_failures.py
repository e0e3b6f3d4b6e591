"""A cluster whose hubs and servers are killed, stopped and cut off under load. What must hold after it is in support/cluster_load.py.
The last hub reaches the servers by links, so that it alone can lose them."""
import base64, collections, concurrent.futures, http.client, json, os, random, re, shutil, time

import pytest, zmq

from support.clients import EventStream, Subscriber, WebSocketSubscriber, plain_socket
from support.cluster_load import Load, ask, sha
from support.hub import ROOT, new_token
from support.waiting import never, until

pytestmark = pytest.mark.exclusive


@pytest.fixture(scope="module")
def engines(cluster):
    return cluster.engines


@pytest.fixture(scope="module")
def hubs(cluster):
    return cluster.hubs


@pytest.fixture(scope="module")
def token(cluster):
    return cluster.front.token()


@pytest.fixture(autouse=True)
def whole(hubs, token):
    """Each test finds a cluster that works, and leaves one."""
    yield
    for hub in hubs:
        assert until(lambda: ready(hub, token), 120), hub.name


@pytest.fixture
def load(hubs, request):
    load = Load(hubs, f"load/{request.node.name}").start()
    yield load
    load.ended.set()
    for follower in load.followers:
        follower.ended.set()


def ready(hub, token):
    try:
        return ask(hub.http, token, "GET", "/health/ready")[0] == 200
    except OSError:
        return False


def status(hub, token, method, path, body=None, **headers):
    return ask(hub.http, token, method, path, body, timeout=60, **headers)[0]


def assert_whole(load):
    load.stop()
    wrong = load.verify()
    print(f"{load.acknowledged} writes acknowledged, {load.reads} reads, {load.statuses} refused; longest pause {load.longest:.1f} s")
    assert not wrong, "\n".join(wrong[:12])
    assert load.acknowledged and load.reads


class Outages:
    """What a kill may hit; each returns what repairs it. A hub that was killed starts while the next one is hit, unless that is a hub, too."""

    def __init__(self, engines, hubs, token, seconds):
        self.engines, self.hubs, self.token, self.seconds = engines, hubs, token, seconds
        self.pool, self.starting = concurrent.futures.ThreadPoolExecutor(1), None

    def one_hub(self, dice):
        if self.starting:
            self.starting.result()
        return dice.choice(self.hubs)

    def hub_killed(self, dice):
        hub = self.one_hub(dice)
        hub.kill()

        def repair():
            self.starting = self.pool.submit(self.started, hub)
        return repair

    def started(self, hub):
        # On a busy machine `start` may give up waiting before the hub is ready.
        hub.run("start")
        assert until(lambda: ready(hub, self.token), 180)

    def hub_stopped(self, dice):
        hub = self.one_hub(dice)
        hub.freeze()
        time.sleep(dice.uniform(0.5, self.seconds))
        return hub.thaw

    def primary_killed(self, dice):
        self.engines.primary.kill()
        time.sleep(dice.uniform(0, 1))
        self.engines.promote()
        return self.engines.renew_standby

    def standby_stopped(self, dice):
        self.engines.standby.freeze()
        time.sleep(dice.uniform(0.5, self.seconds))
        return self.engines.standby.thaw

    def server_killed(self, server, dice):
        server.kill()
        time.sleep(dice.uniform(0, 1))
        return server.start

    def s3_killed(self, dice):
        return self.server_killed(self.engines.s3, dice)

    def nats_killed(self, dice):
        return self.server_killed(self.engines.nats, dice)


def test_kills(engines, hubs, token, load, size):
    seed = size("seed") or random.randrange(1 << 30)
    print(f"--seed {seed}")
    dice, outages, done = random.Random(seed), Outages(engines, hubs, token, size("outage-seconds")), collections.Counter()
    kinds = [outages.hub_killed, outages.nats_killed, outages.primary_killed, outages.s3_killed, outages.standby_stopped, outages.hub_stopped,
             outages.nats_killed, outages.s3_killed, outages.primary_killed, outages.hub_stopped]
    for number in range(size("cluster-kills")):
        assert load.progress(), f"nothing is acknowledged any more after {dict(done)}"
        kind = kinds[number % len(kinds)]
        kind(dice)()
        done[kind.__name__] += 1
    outages.one_hub(dice)
    assert load.progress()
    print(dict(done))
    assert_whole(load)


def test_nothing_is_read_or_written_without_the_standby(engines, hubs, token, load):
    """What the primary alone has may be lost with it, so nobody may see it."""
    assert load.progress()
    engines.standby.freeze()
    try:
        path = f"/files/{load.directory}/w0/0"
        assert until(lambda: {status(hub, token, "GET", path) for hub in hubs} == {503}, 60)
        assert status(hubs[0], token, "PUT", "/files/standby/a", b"x") == 503
        assert until(lambda: not any(ready(hub, token) for hub in hubs), 30)
    finally:
        engines.standby.thaw()
    assert load.progress()
    assert_whole(load)


def test_one_hub_is_cut_off_from_the_ledger(cluster, hubs, token, load, size):
    """It refuses requests and delivers nothing, though it still hears the others; they go on. A user that is removed meanwhile is
    removed there, too."""
    users = hubs[0].add_users(cut='<allow publish="cut." subscribe="cut."/>')
    near, cut = hubs[0], hubs[-1]
    cluster.front.settle()
    heard = WebSocketSubscriber(cut, token, "cut.")
    publisher = plain_socket(zmq.REQ, "cut", users["cut"])
    publisher.linger = 0
    publisher.connect(f"tcp://127.0.0.1:{cut.zmq}")
    publisher.send_multipart([b"cut.before", b"x"])
    assert publisher.poll(10_000) and publisher.recv_multipart() == [b"OK"] and heard.have("cut.before")
    at_near = WebSocketSubscriber(near, token, "cut.")
    for name in ("primary", "standby"):
        cluster.links[name].stall()
    try:
        assert until(lambda: status(cut, token, "GET", "/files/") == 503 and not ready(cut, token), 30)
        assert status(near, token, "GET", "/files/") == 200
        assert near.put_users({}) == 200
        publisher.send_multipart([b"cut.revoked", b"x"])
        assert never(lambda: at_near.of("cut.revoked"), size("outage-seconds")), "a hub without a view lets nobody publish"
        assert status(near, token, "POST", "/events/cut.meanwhile", b"x") == 202
        assert load.progress(), "the others go on"
        assert not heard.of("cut.meanwhile")
    finally:
        for name in ("primary", "standby"):
            cluster.links[name].resume()
    assert until(lambda: ready(cut, token), 30)
    assert never(lambda: at_near.of("cut.revoked"))
    assert_whole(load)


def test_one_hub_is_cut_off_from_everything(cluster, hubs, token, load, size):
    if not size("restarts"):
        pytest.skip("only with --restarts or --long")
    for link in cluster.links.values():
        link.stall()
    try:
        assert until(lambda: not ready(hubs[-1], token), 30)
        assert load.progress()
        time.sleep(size("outage-seconds"))
    finally:
        for link in cluster.links.values():
            link.resume()
    assert until(lambda: ready(hubs[-1], token), 60) and load.progress()
    assert_whole(load)


def test_faults_of_the_blob_store(cluster, hubs, token):
    """A slow store, half bodies, errors: an upload is stored whole or refused, a download is whole or cut."""
    hub, link, data = hubs[-1], cluster.links["s3proxy"], os.urandom(300_000)
    assert status(hubs[0], token, "PUT", "/files/faults/a", data) == 201

    def download():
        try:
            code, _, body = ask(hub.http, token, "GET", "/files/faults/a", timeout=120)
        except (OSError, http.client.HTTPException):
            return "cut"
        assert code == 503 or code == 200 and body == data, (code, len(body))
        return code
    with link.fault(delay=0.01):
        assert download() == 200 and status(hub, token, "PUT", "/files/faults/slow", data) == 201
    for number, fault in enumerate(({"answer": 503}, {"answer": 500}, {"cut_after": 100_000})):
        with link.fault(**fault):
            download()
            if status(hub, token, "PUT", f"/files/faults/{number}", data) != 503:
                assert ask(hubs[0].http, token, "GET", f"/files/faults/{number}", timeout=60)[2] == data, fault
    with link.fault(answer=503):
        assert status(hub, token, "GET", "/files/faults/") == 200, "listings need no blobs"
        assert status(hub, token, "PUT", "/files/faults/refused", data) == 503
    assert download() == 200
    assert status(hubs[0], token, "GET", "/files/faults/refused") == 404
    assert ask(hubs[0].http, token, "GET", "/files/faults/slow")[2] == data


def test_an_upload_goes_on_at_another_hub_after_a_kill(hubs, token, engines):
    first, second, data = hubs[1], hubs[2], os.urandom(5 << 20)
    tus, half = {"Tus_Resumable": "1.0.0", "Content_Type": "application/offset+octet-stream"}, 3 << 20
    _, head, _ = ask(first.http, token, "POST", "/uploads", Upload_Length=str(len(data)), Upload_Metadata=f"path {base64.b64encode(b'tus/a').decode()}", **tus)
    url = head["location"]
    assert status(first, token, "PATCH", url, data[:half], Upload_Offset="0", **tus) == 204
    first.kill()
    try:
        assert ask(second.http, token, "HEAD", url, **tus)[1]["upload-offset"] == str(half)
        assert status(second, token, "PATCH", url, data[half:], Upload_Offset=str(half), **tus) == 204
        assert sha(ask(hubs[0].http, token, "GET", "/files/tus/a", timeout=60)[2]) == sha(data)
    finally:
        first.run("start")


def test_one_of_many_wins(hubs, token):
    """Compare and set, by twelve clients at three hubs."""
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        for race in range(4):
            results = list(pool.map(lambda n: ask(hubs[n % 3].http, token, "PUT", f"/files/race/{race}", b"%d" % n, timeout=60, If_None_Match="*"), range(12)))
            assert sorted(result[0] for result in results) == [201] + [412] * 11

        def add(n):
            for _ in range(3):
                while True:
                    _, head, body = ask(hubs[n % 3].http, token, "GET", "/files/race/count", timeout=60)
                    code = ask(hubs[(n + 1) % 3].http, token, "PUT", "/files/race/count", b"%d" % (int(body) + 1), timeout=60, If_Match=head["etag"])[0]
                    if code != 412:
                        assert code == 200
                        break
        assert status(hubs[0], token, "PUT", "/files/race/count", b"0") == 201
        list(pool.map(add, range(6)))
    assert ask(hubs[0].http, token, "GET", "/files/race/count")[2] == b"18"


def test_a_revoked_user_is_out_at_all_hubs(cluster, hubs, token):
    users = {"ann": (new_token(), '<allow subscribe="own."/><allow read="own/"/>')}
    ann = users["ann"][0]
    assert hubs[0].put_users(users) == 200
    cluster.front.settle()
    sessions = {f"{kind.__name__} at {hub.name}": kind(hub, ann, "own.") for hub in hubs for kind in (WebSocketSubscriber, EventStream)}
    sessions |= {f"ZeroMQ at {hub.name}": Subscriber(hub, plain_socket(zmq.SUB, "ann", ann), b"own.") for hub in hubs}
    assert until(lambda: status(hubs[1], token, "POST", "/events/own.x", b"x") == 202 and all(s.of("own.x") for s in sessions.values()), 20)
    assert hubs[2].put_users({}) == 200
    began = time.monotonic()
    for name, session in sessions.items():
        assert session.closed.wait(10), name
    assert until(lambda: {status(hub, ann, "GET", "/whoami") for hub in hubs} == {401}, 10)
    print(f"out at all hubs after {time.monotonic() - began:.2f} s")


def test_hubs_are_restarted_one_by_one(hubs, token, load, size):
    """As for an upgrade."""
    if not size("restarts"):
        pytest.skip("only with --restarts or --long")
    for hub in hubs:
        assert load.progress()
        assert hub.run("stop").returncode == 0
        hub.run("start")
        assert until(lambda: ready(hub, token), 180)
    assert load.progress()
    assert_whole(load)
    assert set(load.statuses) <= {0, 503}


def test_restored_from_backups(engines, hubs, token, size):
    """PostgreSQL's and the store's own backups, as docs/how-to/cluster.md says."""
    if not size("restarts"):
        pytest.skip("only with --restarts or --long")

    def stored(path):
        code, _, body = ask(hubs[0].http, token, "GET", f"/files/restored/{path}", timeout=60)
        return body if code == 200 else code

    def put(path, body):
        code, _, text = ask(hubs[0].http, token, "PUT", f"/files/restored/{path}", body, timeout=60)
        assert code in (200, 201), text
        return json.loads(text)
    put("a", b"at the backup")
    bucket, dump, copy = f"{engines.work}/blobs/records", f"{engines.work}/dump", f"{engines.work}/bucket"
    server = ("-h", engines.primary.work, "-p", str(engines.primary.port))
    engines.primary.run("pg_dump", *server, "-Fc", "-f", dump, "datahub")
    shutil.copytree(bucket, copy)
    before = put("a", b"after it")
    newest = put("b", b"after it")
    for hub in hubs:
        assert hub.run("stop").returncode == 0
    engines.primary.run("dropdb", *server, "datahub")
    engines.primary.run("createdb", *server, "-O", "datahub", "datahub")
    engines.primary.run("pg_restore", *server, "-d", "datahub", dump)
    shutil.rmtree(bucket)
    shutil.copytree(copy, bucket)
    text = open(f"{ROOT}/docs/how-to/cluster.md").read()
    (command,) = re.findall(r'psql -d datahub -c "(.*)"', text)
    engines.primary.sql(command, database="datahub")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(lambda hub: hub.run("start"), hubs))
    assert until(lambda: all(ready(hub, token) for hub in hubs), 180)
    assert stored("a") == b"at the backup" and stored("b") == 404
    again = put("c", b"after the restore")
    assert again["sequence"] in (before["sequence"], newest["sequence"])
    for cursor in (before["cursor"], newest["cursor"]):
        assert ask(hubs[1].http, token, "GET", f"/changes?since={cursor}", timeout=60)[0] == 410, "it stands for another change now"
    load = Load(hubs, "load/restored").start()
    assert load.progress()
    assert_whole(load)
