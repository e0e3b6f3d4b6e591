"""A cluster whose hubs and servers are killed, stopped and cut off under load. What must hold after it is in support/cluster_load.py.
The last hub reaches the servers by links, so that it alone can lose them."""
import base64, collections, concurrent.futures, contextlib, datetime, email.utils, http.client, json, os, random, re, shutil, time

import pytest, zmq

from support.clients import EventStream, Subscriber, WebSocketSubscriber, plain_socket
from support.clock import Clock
from support.cluster_load import Load, ask, may_be_done, patient, sha
from support.hub import ROOT, new_token
from support.waiting import never, until
from test_webhooks import shared_webhook

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
    load = Load(hubs, "load/" + re.sub(r"\W+", "-", request.node.name)).start()
    yield load
    load.ended.set()
    for follower in load.followers:
        follower.ended.set()


def ready(hub, token):
    try:
        return ask(hub.http, token, "GET", "/health/ready")[0] == 200
    except OSError:
        return False


def restart(hub, token):
    """Starts a hub that was killed or stopped. On a busy machine `start` may give up waiting before the hub is ready."""
    hub.run("start")
    assert until(lambda: ready(hub, token), 180), hub.name


def refused(hub, token, *words):
    """Whether the hub says that it can't do this at present."""
    return ask(hub.http, token, *words, timeout=60)[0] == 503


def status(hub, token, *words, **headers):
    """What a hub answers that has all it needs."""
    return patient(hub.http, token, *words, **headers)[0]


def body(hub, token, path):
    code, _, found = patient(hub.http, token, "GET", path)
    assert code == 200, found
    return found


def put(hub, token, path, data):
    assert status(hub, token, "PUT", path, data) in (200, 201)


def subscribed(hub, token, prefix):
    """A subscriber to whom the hub has confirmed the subscription."""
    return until(lambda: (client := WebSocketSubscriber(hub, token, prefix)).ready.is_set() and client, 60)


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
            self.starting = self.pool.submit(restart, hub, self.token)
        return repair

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
        assert until(lambda: all(refused(hub, token, "GET", path) for hub in hubs), 60)
        assert refused(hubs[0], token, "PUT", "/files/standby/a", b"x")
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
    heard, at_near = subscribed(cut, token, "cut."), subscribed(near, token, "cut.")
    publisher = plain_socket(zmq.REQ, "cut", users["cut"])
    publisher.linger = 0
    publisher.connect(f"tcp://127.0.0.1:{cut.zmq}")

    def publish(topic):
        publisher.send_multipart([topic, b"x"])
        assert publisher.poll(60_000)
        return publisher.recv_multipart() == [b"OK"]
    assert until(lambda: publish(b"cut.before") and until(lambda: heard.of("cut.before") and at_near.of("cut.before"), 1), 60)
    for name in ("primary", "standby"):
        cluster.links[name].stall()
    try:
        # In this order: a request that finds a young view would wait for the ledger.
        assert until(lambda: not ready(cut, token) and refused(cut, token, "GET", "/files/"), 60)
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
    assert until(lambda: ready(cut, token), 60)
    assert never(lambda: at_near.of("cut.revoked"))
    assert not publisher.poll(0) or publisher.recv_multipart() != [b"OK"], "what was accepted is delivered"
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
    put(hubs[0], token, "/files/faults/a", data)

    def download():
        try:
            code, _, body = ask(hub.http, token, "GET", "/files/faults/a", timeout=120)
        except (OSError, http.client.HTTPException):
            return "cut"
        assert code == 503 or code == 200 and body == data, (code, len(body))
        return code
    with link.fault(delay=0.01):
        assert until(lambda: download() == 200, 60)
        put(hub, token, "/files/faults/slow", data)
    for number, fault in enumerate(({"answer": 500}, {"cut_after": 100_000})):
        with link.fault(**fault):
            download()
            if not refused(hub, token, "PUT", f"/files/faults/{number}", data):
                assert body(hubs[0], token, f"/files/faults/{number}") == data, fault
    with link.fault(answer=503):
        assert status(hub, token, "GET", "/files/faults/") == 200, "listings need no blobs"
        assert refused(hub, token, "PUT", "/files/faults/refused", data)
        download()
    assert until(lambda: download() == 200, 60)
    assert status(hubs[0], token, "GET", "/files/faults/refused") == 404
    assert body(hubs[0], token, "/files/faults/slow") == data


class Upload:
    """A resumable upload, which each request may send to another hub."""

    TUS = {"Tus_Resumable": "1.0.0", "Content_Type": "application/offset+octet-stream"}

    def __init__(self, hub, token, path, data):
        self.token, self.data = token, data
        code, head, text = patient(hub.http, token, "POST", "/uploads", Upload_Length=str(len(data)),
                                   Upload_Metadata=f"path {base64.b64encode(path.encode()).decode()}", **self.TUS)
        assert code == 201, text
        self.url = head["location"]

    def head(self, hub, name):
        """A header of the hub's answer to where to go on; nothing for an upload that is over."""
        return patient(hub.http, self.token, "HEAD", self.url, **self.TUS)[1][name]

    def offset(self, hub):
        return self.head(hub, "upload-offset")

    def send(self, hub, end):
        """As clients do: after a failure they ask where to go on."""
        def sent():
            start = self.offset(hub)
            return start in (None, str(end)) or ask(hub.http, self.token, "PATCH", self.url, self.data[int(start):end], timeout=60,
                                                    Upload_Offset=start, **self.TUS)[0] == 204
        assert until(sent, 120)


def test_an_upload_goes_on_at_another_hub_after_a_kill(hubs, token):
    first, second, half = hubs[1], hubs[2], 3 << 20
    upload = Upload(first, token, "tus/a", os.urandom(5 << 20))
    upload.send(first, half)
    first.kill()
    try:
        assert upload.offset(second) == str(half)
        upload.send(second, len(upload.data))
        assert sha(body(hubs[0], token, "/files/tus/a")) == sha(upload.data)
    finally:
        restart(first, token)


def test_the_clock_of_one_hub_is_wrong(hubs, token, load):
    """Twenty minutes ahead from the start, more than an S3 store tolerates, and then seven behind. Tokens expire by the hub's own
    clock; all else goes by the database's."""
    right, wrong, third = hubs
    assert wrong.run("stop").returncode == 0
    clock = Clock(wrong)
    clock.jump("+20m")
    clock.start_hub()
    heard = {hub: EventStream(hub, token, "clock.") for hub in hubs}

    def new_token_of(hub, minutes):
        expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60 * minutes))
        code, _, text = patient(hub.http, token, "POST", "/tokens", json.dumps({"label": f"{hub.name} {minutes}", "expires": expires}),
                                Content_Type="application/json")
        assert code in (200, 201), text
        return json.loads(text)["token"]

    def check(offset):
        assert until(lambda: clock.is_off_by(60 * offset), 30)
        assert until(lambda: ready(wrong, token), 60) and load.progress()
        for hub, others in ((wrong, (right, third)), (right, (wrong,))):
            path, before = f"/files/clock/{hub.name}{offset}", time.time()
            put(hub, token, path, path.encode())
            for other in others:
                code, head, text = patient(other.http, token, "GET", path)
                assert (code, text) == (200, path.encode())
                if other is not wrong:  # which tells no time after its own
                    assert before - 2 < email.utils.parsedate_to_datetime(head["last-modified"]).timestamp() < time.time() + 1
            assert until(lambda: status(hub, token, "POST", f"/events/clock.{hub.name}{offset}", b"x") == 202
                         and until(lambda: all(stream.of(f"clock.{hub.name}{offset}") for stream in heard.values()), 1), 60)
        upload = Upload(right, token, f"clock/tus{offset}", os.urandom(300_000))
        for hub, end in ((right, 100_000), (wrong, 200_000), (third, 300_000)):
            assert upload.head(wrong, "upload-expires") == upload.head(right, "upload-expires")
            upload.send(hub, end)
        assert body(wrong, token, f"/files/clock/tus{offset}") == upload.data
        long, short = new_token_of(wrong, 60), new_token_of(right, 5)
        assert until(lambda: [status(hub, long, "GET", "/whoami") for hub in hubs] == [200] * 3, 30)
        assert until(lambda: [status(hub, short, "GET", "/whoami") for hub in hubs] == [200, 401 if offset > 5 else 200, 200], 30)
        secret = patient(wrong.http, token, "POST", "/session")[1]["set-cookie"].partition("=")[2].partition(";")[0]
        assert right.curl(None, "/whoami", "-H", f"Cookie: datahub-session-{right.http}={secret}")[0] == 200

    began = time.time()
    try:
        check(20)
        clock.jump("-7m")
        check(-7)
    finally:
        clock.jump("+0")
        assert until(lambda: clock.is_off_by(0), 30)
    assert_whole(load)
    times = [datetime.datetime.fromisoformat(change["time"]).timestamp() for change in load.journal(wrong)]
    assert times == sorted(times) and began < times[-1] < time.time() + 1


def test_one_of_many_wins(hubs, token):
    """Compare and set, by twelve clients at three hubs. A request whose fate a hub doesn't know may have been carried out."""
    doubts = []

    def write(number, path, text, **condition):
        code, _, answer = patient(hubs[number % 3].http, token, "PUT", path, text, doubtful=False, **condition)
        if may_be_done(code, answer):
            doubts.append(text)
            return "in doubt"
        return code

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        for race in range(4):
            path = f"/files/race/{race}"
            codes = list(pool.map(lambda n: write(n, path, b"%d" % n, If_None_Match="*"), range(12)))
            winner = codes.pop(int(body(hubs[race % 3], token, path)))
            assert winner in (201, "in doubt") and set(codes) <= {412, "in doubt"}, (winner, codes)
        doubts.clear()

        def add(n):
            for _ in range(3):
                while True:
                    _, head, text = patient(hubs[n % 3].http, token, "GET", "/files/race/count")
                    code = write(n + 1, "/files/race/count", b"%d" % (int(text) + 1), If_Match=head["etag"])
                    assert code in (200, 412, "in doubt"), code
                    if code == 200:
                        break
        put(hubs[0], token, "/files/race/count", b"0")
        list(pool.map(add, range(6)))
    assert 18 <= int(body(hubs[0], token, "/files/race/count")) <= 18 + len(doubts)


def test_a_revoked_user_is_out_at_all_hubs(cluster, hubs, token):
    users = {"ann": (new_token(), '<allow subscribe="own."/><allow read="own/"/>')}
    ann = users["ann"][0]
    assert hubs[0].put_users(users) == 200
    cluster.front.settle()
    sessions = {f"WebSocket at {hub.name}": subscribed(hub, ann, "own.") for hub in hubs}
    sessions |= {f"event stream at {hub.name}": EventStream(hub, ann, "own.") for hub in hubs}
    sessions |= {f"ZeroMQ at {hub.name}": Subscriber(hub, plain_socket(zmq.SUB, "ann", ann), b"own.") for hub in hubs}
    assert until(lambda: status(hubs[1], token, "POST", "/events/own.x", b"x") == 202 and all(s.of("own.x") for s in sessions.values()), 60)
    assert hubs[2].put_users({}) == 200
    began = time.monotonic()
    for name, session in sessions.items():
        assert session.closed.wait(60), name
    assert until(lambda: {status(hub, ann, "GET", "/whoami") for hub in hubs} == {401}, 60)
    print(f"out at all hubs after {time.monotonic() - began:.2f} s")


def test_hubs_are_restarted_one_by_one(hubs, token, load, size):
    """As for an upgrade."""
    if not size("restarts"):
        pytest.skip("only with --restarts or --long")
    for hub in hubs:
        assert load.progress()
        assert hub.run("stop").returncode == 0
        restart(hub, token)
    assert load.progress()
    assert_whole(load)
    assert set(load.statuses) <= {0, 503}


def test_restored_from_backups(engines, hubs, token, size):
    """PostgreSQL's and the store's own backups, as docs/how-to/cluster.md says."""
    if not size("restarts"):
        pytest.skip("only with --restarts or --long")

    def stored(path):
        code, _, found = patient(hubs[0].http, token, "GET", f"/files/restored/{path}")
        return found if code == 200 else code

    def write(path, data):
        code, _, text = patient(hubs[0].http, token, "PUT", f"/files/restored/{path}", data)
        assert code in (200, 201), text
        return json.loads(text)
    write("a", b"at the backup")
    bucket, dump, copy = f"{engines.work}/blobs/records", f"{engines.work}/dump", f"{engines.work}/bucket"
    server = ("-h", engines.primary.work, "-p", str(engines.primary.port))
    engines.primary.run("pg_dump", *server, "-Fc", "-f", dump, "datahub")
    shutil.copytree(bucket, copy)
    before = write("a", b"after it")
    newest = write("b", b"after it")
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
        list(pool.map(lambda hub: restart(hub, token), hubs))
    assert stored("a") == b"at the backup" and stored("b") == 404
    again = write("c", b"after the restore")
    assert again["sequence"] in (before["sequence"], newest["sequence"])
    for cursor in (before["cursor"], newest["cursor"]):
        assert status(hubs[1], token, "GET", f"/changes?since={cursor}") == 410, "it stands for another change now"
    load = Load(hubs, "load/restored").start()
    assert load.progress()
    assert_whole(load)


@pytest.fixture
def leased(hubs, token):
    """A webhook and a rule for artifacts, which all hubs are configured for and the first one runs; yields the target."""
    probes = iter(range(1_000))
    with shared_webhook(hubs, "leased", "file.created/leased/") as target, contextlib.ExitStack() as rules:
        artifacts = EventStream(hubs[0], token, "dev.cdevents.artifact.")
        rules.callback(artifacts.process.terminate)
        for hub in hubs:
            with open(f"{hub.home}/etc/io.datahub.artifact-leased.cfg", "w") as f:
                f.write("path = leased/{project}/{version}/{file}\n")
            rules.callback(os.remove, f.name)
            if hub is hubs[0]:
                assert until(lambda: put(hub, token, f"/files/leased/probe/{next(probes)}/x", b"x") or artifacts.events, 60)
        yield target


def webhook(hub, token):
    """The state of the webhook at a hub."""
    found = json.loads(body(hub, token, "/status/webhooks"))["webhooks"]
    return next((each for each in found if each["name"] == "leased"), {})


def test_another_hub_goes_on_with_webhooks_and_artifacts(hubs, token, leased, size):
    """The hub that runs them ends while there is something to send: another one goes on at the cursor, with each event once, in order."""
    owner, *others = hubs
    artifacts = EventStream(others[0], token, "dev.cdevents.artifact.")
    paths = lambda: [path for path in leased.paths() if "/app/" in path]
    published = lambda: list(dict.fromkeys(json.loads(payload)["data"]["customData"]["path"] for _, payload in list(artifacts.events)))
    stored = [f"leased/app/{number}/a.tgz" for number in range(13)]
    assert until(lambda: put(others[1], token, "/files/leased/probe/ready/x", os.urandom(8)) or artifacts.events, 60)
    for path in stored[:4]:
        put(others[0], token, f"/files/{path}", b"x")
    assert until(lambda: paths() == stored[:4], 60), paths()
    leased.status = lambda headers, body: 503
    for path in stored[4:8]:
        put(others[0], token, f"/files/{path}", b"x")
    assert until(lambda: any(code == 503 for code, _, _ in list(leased.requests)), 60)
    if size("webhook-owner-kills"):
        owner.kill()
    else:
        assert owner.run("stop").returncode == 0
    for path in stored[8:12]:
        put(others[1], token, f"/files/{path}", b"x")
    leased.status = lambda headers, body: 204
    assert until(lambda: len(paths()) >= 12 and len([path for path in published() if "/app/" in path]) >= 12, 180), (paths(), published())
    assert sorted(webhook(hub, token)["state"] for hub in others) == ["sending", "standby"]
    restart(owner, token)
    assert until(lambda: webhook(owner, token).get("state") == "standby", 60), "it doesn't take the webhook back"
    put(owner, token, f"/files/{stored[12]}", b"x")
    assert until(lambda: paths()[-1:] == stored[12:], 60)
    assert paths() == stored, "each message once by its webhook-id, in order"
    assert until(lambda: [path for path in published() if "/app/" in path] == stored, 60), published()
    assert never(lambda: len(paths()) > len(stored), 3)
    repeated = [headers["webhook-id"] for headers, _ in leased.accepted()]
    assert len(repeated) - len(set(repeated)) <= 1, "the message that was being sent"
    artifacts.process.terminate()
