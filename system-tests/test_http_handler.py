"""examples/http-handler in a running hub: its signed webhook is installed, called, replaced under load, killed with the hub, and uninstalled.

Needs curl, openssl's algorithms in Python, Debian's python3-zmq, and examples/http-handler built."""
import contextlib, glob, hashlib, hmac, json, os, re, shutil, subprocess, threading, zipfile

import pytest, zmq

from support.clients import Subscriber, plain_socket
from support.hub import ROOT
from support.waiting import until

SECRET = b"It's a secret to everybody"


@pytest.fixture(scope="module")
def users(hub):
    return hub.add_users(jenkins='<allow publish="build." subscribe="build."/>', viewer='<allow subscribe="build."/>')


@pytest.fixture(scope="module")
def jar(hub):
    """The jar of the example, at a path where it can be replaced."""
    built = glob.glob(f"{ROOT}/examples/http-handler/target/build-hook-*.jar")
    assert len(built) == 1, "examples/http-handler isn't built"
    path = f"{hub.work}/build-hook.jar"
    shutil.copy(built[0], path)
    return path


@pytest.fixture(scope="module")
def hook(hub, users, jar):
    """The bundle's number."""
    assert post(hub, users["jenkins"], "before")[0] == 404
    installed = hub.run("console", f"bundle:install -s file:{jar}")
    assert until(lambda: post(hub, users["jenkins"], "first")[0] == 202, 30), installed.stdout + installed.stderr
    return re.search(r"Bundle ID: (\d+)", installed.stdout)[1]


def post(hub, token, delivery, body=b'{"job":"app"}', *more, signature=None):
    signature = signature or "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    with open(f"{hub.work}/body-{threading.get_native_id()}", "wb") as f:
        f.write(body)
    return hub.curl(token, "/build-hook", "-H", f"X-Hub-Signature-256: {signature}", "-H", f"X-Delivery: {delivery}", *more,
                    "--data-binary", f"@{f.name}")


def test_hub_checks_grant_method_path_and_size_before_the_handler(hub, users, hook):
    jenkins = users["jenkins"]
    for token, status in ((None, 401), ("wrong", 401), (users["viewer"], 403)):
        code, head, body = post(hub, token, "a")
        assert code == status and head["content-type"] == "application/problem+json", body
    assert json.loads(post(hub, users["viewer"], "a")[2])["detail"] == "this needs the grant publish build."
    status, head, _ = hub.curl(jenkins, "/build-hook")
    assert status == 405 and head["allow"] == "POST, OPTIONS"
    assert hub.curl(jenkins, "/build-hook/below", "-d", "x")[0] == 404
    assert post(hub, jenkins, "large", b"x" * (256 << 10))[0] == 202
    assert post(hub, jenkins, "larger", b"x" * ((256 << 10) + 1))[0] == 413
    assert post(hub, jenkins, "larger", b"x" * (1 << 20), "-H", "Transfer-Encoding: chunked")[0] == 413
    assert post(hub, jenkins, "b", b"{}", "-H", "Origin: https://evil.example")[0] == 403


def test_signed_deliveries_are_published_once(hub, users, hook):
    jenkins = users["jenkins"]
    subscriber = Subscriber(hub, plain_socket(zmq.SUB, "viewer", users["viewer"]), "build.")
    sent = iter(range(1_000_000))
    assert until(lambda: post(hub, jenkins, f"subscribed-{next(sent)}", b"ready")[0] == 202 and subscriber.of("build.finished"), 30)
    body = "{\"umlaut\": \"ü\"}\r\n\x00".encode()
    for _ in range(3):
        assert post(hub, jenkins, "same", body)[0] == 202
    for wrong in ("sha256=" + "0" * 64, "sha256=", "sha1=x"):
        assert post(hub, jenkins, "unsigned", b"unsigned", signature=wrong)[0] == 401
    assert post(hub, jenkins, "last", b"last")[0] == 202
    assert until(lambda: b"last" in subscriber.of("build.finished"), 20)
    assert [e for e in subscriber.of("build.finished") if e != b"ready"] == [body, b"last"]


def test_a_delivery_is_known_after_a_kill(hub, users, hook):
    assert post(hub, users["jenkins"], "killed", b"once")[0] == 202
    hub.kill()
    hub.start()
    subscriber = Subscriber(hub, plain_socket(zmq.SUB, "viewer", users["viewer"]), "build.")
    sent = iter(range(1_000_000))
    assert until(lambda: post(hub, users["jenkins"], f"restarted-{next(sent)}", b"ready")[0] == 202 and subscriber.of("build.finished"), 60)
    assert post(hub, users["jenkins"], "killed", b"once")[0] == 202
    assert post(hub, users["jenkins"], "after", b"after")[0] == 202
    assert until(lambda: b"after" in subscriber.of("build.finished"), 20)
    assert b"once" not in subscriber.of("build.finished")
    metrics = hub.metrics(hub.token())
    assert metrics['datahub_adapter_state_entries{adapter="build-hook"}'] >= 3
    details = json.loads(hub.curl(hub.token(), "/health/ready")[2])
    assert "adapter-state" in json.dumps(details)


def test_on_a_full_disk_a_delivery_is_refused_and_may_be_sent_again(new_hub, hub, jar):
    full = new_hub()
    os.makedirs(full.home)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m,mode=700", "datahub-check", full.home]).returncode:
        pytest.skip("mounting isn't allowed")
    try:
        os.makedirs(f"{full.home}/etc")
        with open(f"{full.home}/etc/io.datahub.store.cfg", "w") as f:
            f.write("reserveBytes = 65536\n")
        full.start()
        token = full.add_users(jenkins='<allow publish="build." subscribe="build."/>')["jenkins"]
        subscriber = Subscriber(full, plain_socket(zmq.SUB, "jenkins", token), "build.")
        full.run("console", f"bundle:install -s file:{jar}")
        sent = iter(range(1_000_000))
        assert until(lambda: post(full, token, f"ready-{next(sent)}", b"ready")[0] == 202 and subscriber.of("build.finished"), 30)
        accepted, refused = [], []
        for number in range(400):
            with contextlib.suppress(OSError), open(f"{full.home}/filler", "ab", buffering=0) as f:
                while True:
                    f.write(bytes(4096))
            status = post(full, token, f"full-{number}", b"%d" % number)[0]
            (accepted if status == 202 else refused).append(number)
            if len(refused) == 3:
                break
            assert status in (202, 500), status
        assert refused, "the disk was never full"
        os.remove(f"{full.home}/filler")
        for number in refused:
            assert until(lambda: post(full, token, f"full-{number}", b"%d" % number)[0] == 202, 30)
        for number in accepted:
            assert post(full, token, f"full-{number}", b"%d" % number)[0] == 202
        assert post(full, token, "last", b"last")[0] == 202
        assert until(lambda: b"last" in subscriber.of("build.finished"), 20)
        published = [e for e in subscriber.of("build.finished") if e not in (b"ready", b"last")]
        assert sorted(published, key=int) == [b"%d" % number for number in sorted(accepted + refused)]
    finally:
        full.run("stop")
        subprocess.run(["umount", "-l", full.home])


def test_replaced_under_load_it_loses_nothing(hub, users, hook, jar):
    subscriber = Subscriber(hub, plain_socket(zmq.SUB, "viewer", users["viewer"]), "build.")
    sent = iter(range(1_000_000))
    assert until(lambda: post(hub, users["jenkins"], f"again-{next(sent)}", b"ready")[0] == 202 and subscriber.of("build.finished"), 30)
    statuses, stop = [], threading.Event()

    def load(sender):
        for number in range(1_000_000):
            if stop.is_set():
                return
            body = f"{sender}-{number}".encode()
            while True:
                status, head, _ = post(hub, users["jenkins"], body.decode(), body)
                statuses.append((status, head.get("retry-after"), body))
                if status == 202:
                    break
    senders = [threading.Thread(target=load, args=(n,)) for n in range(3)]
    for sender in senders:
        sender.start()
    try:
        for version in range(2, 5):
            with zipfile.ZipFile(jar) as old, zipfile.ZipFile(f"{jar}.new", "w") as new:
                for entry in old.infolist():
                    content = old.read(entry)
                    if entry.filename == "META-INF/MANIFEST.MF":
                        content = re.sub(rb"Bundle-Version: \S+", b"Bundle-Version: %d.0.0" % version, content)
                    new.writestr(entry, content)
            os.replace(f"{jar}.new", jar)
            updated = hub.run("console", f"bundle:update {hook}")
            assert updated.returncode == 0, updated.stdout + updated.stderr
            assert f"{version}.0.0" in hub.run("console", f"bundle:list -s {hook}").stdout
            seen = len(statuses)
            assert until(lambda: sum(status == 202 for status, _, _ in statuses[seen:]) >= 5, 30)
    finally:
        stop.set()
        for sender in senders:
            sender.join()
    assert {status for status, _, _ in statuses} <= {202, 503}, statuses
    assert all(retry for status, retry, _ in statuses if status == 503)
    accepted = sorted(body for status, _, body in statuses if status == 202)
    assert until(lambda: len(subscriber.of("build.finished")) >= len(accepted) + 1, 30)
    assert sorted(e for e in subscriber.of("build.finished") if e != b"ready") == accepted


def test_uninstalled_its_path_is_gone(hub, users, hook):
    hub.run("console", f"bundle:uninstall {hook}")
    assert until(lambda: post(hub, users["jenkins"], "late")[0] == 404, 30)
