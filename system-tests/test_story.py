"""What Datahub is for, from beginning to end: a hub as built here, with clients that others wrote. The tests of this module
build on one another.

Needs curl, Debian's python3-zmq and python3-websockets, and examples/validator built."""
import glob, hashlib, json, os, re, shutil, subprocess
from xml.sax.saxutils import escape

import pytest
import zmq

from support.clients import EventStream, Subscriber, WebSocketSubscriber, curve_socket, plain_socket
from support.hub import ROOT, new_token, sha256
from support.waiting import never, until

TOPICS = ("build.", "file.")
BUILDER = '<allow publish="build."/><allow read="builds/" write="builds/"/>'
VIEWER = '<allow subscribe="build."/><allow read="builds/"/>'


@pytest.fixture(scope="module")
def hub(new_hub):
    hub = new_hub(LC_ALL="C.UTF-8")
    hub.started = hub.run("start")
    assert hub.started.returncode == 0, hub.started.stdout + hub.started.stderr
    return hub


@pytest.fixture(scope="module")
def users(hub):
    """The users file's content for `Hub.put_users`; the users are in force."""
    users = {"jenkins": (new_token(), BUILDER), "viewer": (new_token(), VIEWER), "stranger": (new_token(), "")}
    assert hub.put_users(users) == 200
    assert until(lambda: hub.curl(users["viewer"][0], "/whoami")[0] == 200, 1), "in force within a second"
    return users


@pytest.fixture(scope="module")
def jenkins(users):
    return users["jenkins"][0]


@pytest.fixture(scope="module")
def viewer(users):
    return users["viewer"][0]


@pytest.fixture(scope="module")
def receivers(hub, viewer):
    """The viewer by three transports."""
    return {"ZeroMQ": Subscriber(hub, plain_socket(zmq.SUB, "viewer", viewer), *(topic.encode() for topic in TOPICS)),
            "WebSocket": WebSocketSubscriber(hub, viewer, *TOPICS),
            "event stream": EventStream(hub, viewer, *TOPICS)}


@pytest.fixture(scope="module")
def publisher(hub, jenkins, receivers):
    """A PUB of the builder, once all receivers hear it."""
    pub = plain_socket(zmq.PUB, "jenkins", jenkins)
    pub.connect(f"tcp://127.0.0.1:{hub.zmq}")

    def publish(topic, payload=b"x"):
        pub.send_multipart([topic.encode(), payload])
    assert until(lambda: publish("build.hello") or all(r.of("build.hello") for r in receivers.values()))
    return publish


@pytest.fixture(scope="module")
def artifact(hub):
    path = f"{hub.work}/app.tgz"
    with open(path, "wb") as f:
        f.write(os.urandom(300_000))
    return path


@pytest.fixture(scope="module")
def reports(hub):
    """A well-formed and a malformed report, and a validator that tells them apart."""
    with open(f"{hub.home}/etc/io.datahub.validator.xml-reports.cfg", "w") as f:
        f.write("paths = builds/**/*.xml\n")
    assert until(lambda: "xml-reports" in hub.run("console", "datahub:validators").stdout, 30)
    good, bad = f"{hub.work}/good.xml", f"{hub.work}/bad.xml"
    open(good, "w").write("<report><passed>3</passed></report>")
    open(bad, "w").write("<report><passed>3</report>")
    return good, bad


def assert_announced(receivers, kind, path, count=1):
    """The event arrives by each transport, with the same payload, as many times; returns the payload of the last."""
    topic = f"file.{kind}/{path}"
    for name, receiver in receivers.items():
        assert receiver.have(topic, count), f"{topic} by {name}"
    payloads = {name: receiver.of(topic) for name, receiver in receivers.items()}
    for name, received in payloads.items():
        assert received == payloads["ZeroMQ"] and len(received) == count, name
    return json.loads(payloads["ZeroMQ"][-1])


def content(path):
    with open(path, "rb") as f:
        return f.read()


@pytest.mark.single_hub
def test_start(hub, admin):
    assert hub.run("status").returncode == 0
    assert admin not in hub.started.stdout + hub.started.stderr
    assert os.stat(f"{hub.home}/admin.token").st_mode & 0o777 == 0o600
    second = hub.run("start")
    assert second.returncode != 0 and len(second.stderr.splitlines()) <= 2, "a second hub on the same home is refused"


def test_users_file_without_administrator(hub, admin, users):
    body = '<broker-users xmlns="urn:datahub:broker-users:1"/>'
    status, head, answer = hub.curl(admin, "/files/broker_users.xml", "-X", "PUT", "--data-binary", body)
    assert status == 422 and "problem+json" in head["content-type"] and b"violations" in answer
    assert hub.curl(admin, "/whoami")[0] == 200, "the users before stay in force"


def test_events(hub, jenkins, receivers, publisher):
    assert receivers["WebSocket"].welcome == {"type": "welcome", "user": "viewer"}
    payload = json.dumps({"job": "app", "text": "grün \u2713 \"quoted\""}).encode()
    publisher("build.done", payload)
    publisher("secret.done", b"no grant")
    publisher("build.last", b"end")
    for name, receiver in receivers.items():
        assert receiver.have("build.last"), name
        assert receiver.of("build.done") == [payload], name
        assert not receiver.of("secret.done"), name
    assert hub.curl(jenkins, "/events/build.http", "--data-binary", "by HTTP")[0] == 202
    assert all(receiver.have("build.http") for receiver in receivers.values())
    assert hub.curl(jenkins, "/events/other.http", "--data-binary", "x")[0] == 403


def test_curve(hub, users, viewer, receivers, publisher):
    key = open(f"{hub.home}/state/curve.pub").read().strip()
    assert key in hub.started.stdout
    assert json.loads(hub.curl(viewer, "/whoami")[2])["curveKey"] == key
    assert os.stat(f"{hub.home}/state/curve.key").st_mode & 0o777 == 0o600

    public, secret = zmq.curve_keypair()
    address = f"tcp://127.0.0.1:{hub.zmq}"
    request = curve_socket(hub, zmq.REQ, public, secret)
    request.connect(address)
    request.send_multipart([b"build.curve", b"by CURVE"])
    assert not request.poll(1_500), "a key that no user has isn't let in"
    grants = '<allow publish="build." subscribe="build."/><allow publish="curve." subscribe="curve."/>'
    assert hub.put_users({**users, "keyed": (None, f"<curve-key>{escape(public.decode())}</curve-key>{grants}")}) == 200
    assert request.poll(10_000) and request.recv_multipart() == [b"OK"], "the client gets in without reconnecting by hand"
    for name, receiver in receivers.items():
        assert receiver.have("build.curve") and receiver.of("build.curve") == [b"by CURVE"], name
    request.send_multipart([b"secret.curve", b"x"])
    assert request.recv_multipart()[:2] == [b"ERR", b"403"]

    subscriber = Subscriber(hub, curve_socket(hub, zmq.SUB, public, secret), b"")
    assert until(lambda: publisher("build.probe") or subscriber.of("build.probe")), "events published in clear arrive by CURVE"
    payloads = [os.urandom(n) for n in (0, 1, 221, 222, 223, 255, 256, 65_536, 70_000, 1_000_000, 16_000_000)]
    for kind, name in ((zmq.PUSH, "PUSH"), (zmq.DEALER, "DEALER"), (zmq.PUB, "PUB")):
        socket = curve_socket(hub, kind, public, secret)
        socket.connect(address)
        topic = f"curve.{name}"
        if kind == zmq.PUB:
            assert until(lambda: socket.send_multipart([b"curve.probe", b"x"]) or subscriber.of("curve.probe"))
        for payload in payloads:
            socket.send_multipart(([b""] if kind == zmq.DEALER else []) + [topic.encode(), payload])
        assert subscriber.have(topic, len(payloads)) and subscriber.of(topic) == payloads, name
        socket.close()
    assert hub.put_users(users) == 200
    assert subscriber.closed.wait(1.0), "connections end within a second after the key is taken away"
    request.close()


def test_upload_and_download(hub, jenkins, viewer, receivers, artifact):
    digest = hashlib.sha256(content(artifact)).hexdigest()
    status, head, body = hub.curl(jenkins, "/files/builds/app.tgz", "-T", artifact)
    response = json.loads(body)
    assert status == 201 and response["sha256"] == digest and head["etag"] == response["etag"]
    event = assert_announced(receivers, "created", "builds/app.tgz")
    assert event["data"]["sha256"] == digest and event["data"]["user"] == "jenkins"
    assert event["id"] == response["cursor"] and event["subject"] == "builds/app.tgz"
    status, head, body = hub.curl(viewer, "/files/builds/app.tgz")
    assert status == 200 and hashlib.sha256(body).hexdigest() == digest and head["etag"] == response["etag"]
    status, head, body = hub.curl(viewer, "/files/builds/app.tgz", "-H", "Range: bytes=10-19")
    assert status == 206 and len(body) == 10
    assert hub.curl(viewer, "/files/builds/app.tgz", "-H", f"If-None-Match: {response['etag']}")[0] == 304


def test_form_upload(hub, jenkins, viewer, receivers, artifact):
    status, _, body = hub.curl(jenkins, "/files/builds/", "-F", f"one=@{artifact};filename=one.bin", "-F", f"two=@{artifact};filename=zwei grüße.bin")
    assert status in (200, 201) and len(json.loads(body)) == 2
    assert_announced(receivers, "created", "builds/one.bin")
    assert_announced(receivers, "created", "builds/zwei grüße.bin")
    listed = json.loads(hub.curl(viewer, "/files/builds/")[2])
    assert [entry["name"] for entry in listed["entries"]] == ["app.tgz", "one.bin", "zwei grüße.bin"]


@pytest.mark.single_hub
def test_validation(hub, jenkins, viewer, receivers, reports):
    good, bad = reports
    status, head, body = hub.curl(jenkins, "/files/builds/report.xml", "-T", good)
    assert status == 201 and [v["name"] for v in json.loads(body)["validators"]] == ["xml-reports"]
    assert_announced(receivers, "created", "builds/report.xml")
    etag = head["etag"]
    status, head, body = hub.curl(jenkins, "/files/builds/report.xml", "-T", bad)
    violation = json.loads(body)["violations"][0]
    assert status == 422 and violation["validator"] == "xml-reports" and violation["line"] == 1
    status, head, body = hub.curl(viewer, "/files/builds/report.xml")
    assert status == 200 and body == content(good) and head["etag"] == etag, "the version before stays"


@pytest.mark.parametrize("user, path, options, expected", [
    ("unknown", "/files/builds/app.tgz", (), 401),
    (None, "/files/builds/app.tgz", (), 401),
    ("stranger", "/files/builds/app.tgz", (), 403),
    ("viewer", "/files/builds/app.tgz", ("-T", __file__), 403),
    ("jenkins", "/files/broker_users.xml", (), 403),
    ("jenkins", "/files/builds/../../etc/passwd", (), 400),
    ("jenkins", "/files/builds/%2e%2e/x", (), 400),
    ("jenkins", "/files/builds%2fapp.tgz", (), 400),
    ("jenkins", "/files/builds/a%00b", (), 400),
    ("jenkins", "/files/builds/%ff", (), 400),
    ("viewer", "/files/builds/none", (), 404),
    ("jenkins", "/files/builds/app.tgz/x", ("-T", __file__), 409),
    ("jenkins", "/files/builds/app.tgz", ("-T", __file__, "-H", 'If-Match: "old"'), 412),
    ("jenkins", "/files/builds/app.tgz", ("-T", __file__, "-H", f"Content-Digest: sha-256=:{'A' * 43}=:"), 400),
    ("jenkins", "/files/builds/app.tgz", ("-X", "BREW"), 405),
])
def test_refusal(hub, users, user, path, options, expected):
    token = users[user][0] if user in users else new_token() if user else None
    status, head, _ = hub.curl(token, path, *options)
    assert status == expected and ("problem+json" in head["content-type"] or "%00" in path and not hub.single), "nginx refuses some itself"
    assert ("www-authenticate" in head) == (expected == 401)


@pytest.mark.single_hub
def test_validator_of_a_third_party(hub, jenkins):
    jars = glob.glob(f"{ROOT}/examples/validator/target/*-validator-*.jar")
    assert len(jars) == 1, "examples/validator isn't built"
    doubled = f"{hub.work}/doubled.properties"
    open(doubled, "w").write("colour = red\ncolour = blue\n")

    def upload():
        return hub.curl(jenkins, "/files/builds/doubled.properties", "-T", doubled)
    assert upload()[0] == 201
    shutil.copy(jars[0], f"{hub.home}/deploy/unique-keys.jar")
    assert until(lambda: upload()[0] == 422, 20)
    assert b"unique-keys" in upload()[2]
    os.remove(f"{hub.home}/deploy/unique-keys.jar")
    assert until(lambda: upload()[0] == 200, 20)


@pytest.mark.single_hub
def test_changes_by_other_programs(hub, jenkins, viewer, receivers, artifact, reports):
    good, _ = reports
    etag = hub.curl(viewer, "/files/builds/report.xml")[1]["etag"]
    shutil.copy(artifact, f"{hub.home}/files/builds/by-hand.bin")
    assert_announced(receivers, "created", "builds/by-hand.bin")
    open(f"{hub.home}/files/builds/report.xml", "w").write("<broken")
    assert receivers["ZeroMQ"].have("file.rejected/builds/report.xml")
    _, head, body = hub.curl(viewer, "/files/builds/report.xml")
    assert body == content(good) and head["etag"] == etag, "an invalid edit is rolled back"
    assert hub.curl(jenkins, "/files/builds/app.tgz", "-X", "DELETE")[0] == 204
    assert hub.curl(viewer, "/files/builds/app.tgz")[0] == 404
    assert_announced(receivers, "deleted", "builds/app.tgz")
    for path in ("builds/report.xml", "builds/app.tgz"):
        assert not receivers["ZeroMQ"].of(f"file.updated/{path}"), "nothing is announced for what was refused"


def test_revoked_token(hub, admin, viewer, receivers, publisher):
    revoked = hub.curl(admin, "/files/broker_users.xml")[2].decode().replace(sha256(viewer), "0" * 64)
    assert hub.curl(admin, "/files/broker_users.xml", "-X", "PUT", "--data-binary", revoked)[0] == 200
    for name, receiver in receivers.items():
        assert receiver.closed.wait(1.0), f"{name} ends within a second"
    assert until(lambda: receivers["WebSocket"].code == 1008, 2)
    assert hub.curl(viewer, "/files/builds/one.bin")[0] == 401
    count = len(receivers["ZeroMQ"].events)
    publisher("build.after")
    assert never(lambda: len(receivers["ZeroMQ"].events) > count)


def test_console(hub):
    assert "SYNTAX" in hub.run("console", "bundle:install --help").stdout, "an administrator has Karaf's own commands too"
    issued = hub.run("console", "datahub:token-issue viewer").stdout
    token = re.search(r"dh_[A-Za-z0-9_-]{43}", issued)
    assert token, issued
    assert until(lambda: hub.curl(token[0], "/files/builds/one.bin")[0] == 200, 3)


@pytest.mark.single_hub
def test_kill_during_an_upload(hub, admin, jenkins, artifact, size):
    """The old version is there after the restart, and what changed while the hub was down is in the journal once."""
    huge, megabytes = f"{hub.work}/huge", size("big")
    with open(huge, "wb") as f:
        for _ in range(megabytes):
            f.write(os.urandom(1 << 20))
    hub.curl(jenkins, "/files/builds/big", "-T", artifact)
    cursor = json.loads(hub.curl(admin, "/files/builds/")[2])["cursor"]
    uploading = subprocess.Popen(["curl", "-sS", "-H", f"Authorization: Bearer {jenkins}", "-T", huge,
                                  f"http://127.0.0.1:{hub.http}/files/builds/big"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    staging = f"{hub.home}/state/staging"
    assert until(lambda: any(os.path.getsize(f"{staging}/{n}") > megabytes << 19 for n in os.listdir(staging)), 60)
    hub.kill()
    uploading.wait()
    assert hub.run("status").returncode != 0
    with open(f"{hub.home}/files/builds/while-down.txt", "w") as f:
        f.write("made while the hub was down")
    os.remove(f"{hub.home}/files/builds/one.bin")
    hub.start()
    assert hub.curl(admin, "/files/builds/big")[2] == content(artifact)
    assert os.listdir(staging) == []

    def changes():
        lines = hub.curl(admin, f"/changes?since={cursor}&limit=1000")[2].decode().splitlines()
        return sorted((json.loads(line)["type"].split(".")[-1], json.loads(line)["subject"]) for line in lines)
    expected = [("created", "builds/while-down.txt"), ("deleted", "builds/one.bin")]
    assert until(lambda: changes() == expected)
    assert never(lambda: changes() != expected)


@pytest.mark.single_hub
def test_stop(hub, admin, users):
    stopped = hub.run("stop")
    assert stopped.returncode == 0 and hub.run("status").returncode != 0, stopped.stderr
    logs = "".join(open(f"{d}/{n}", errors="replace").read() for d, _, names in os.walk(f"{hub.home}/log") for n in names)
    assert not any(token in logs for token in [admin, *(token for token, _ in users.values())]), "no token is in a log"
