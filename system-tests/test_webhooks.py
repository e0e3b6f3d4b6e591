"""Webhooks from outside: signed, in order, over an absent target and a killed hub; refused and ended messages; addresses that a webhook
must not reach; artifacts. The tests of this module build on one another.

Needs curl and Debian's python3-zmq."""
import base64, contextlib, hashlib, hmac, http.server, json, os, threading, time

import pytest, zmq

from support.clients import Subscriber, plain_socket
from support.hub import free_ports
from support.waiting import never, until

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Target:
    """A receiver on a port of its own, which can be absent, and answers as it is told."""

    def __init__(self, port=None):
        self.port = port or free_ports(1)[0]
        self.requests, self.status, self.server = [], lambda headers, body: 204, None
        self.location = None

    def start(self):
        target = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = target.status(self.headers, body)
                target.requests.append((status, {k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(status)
                if target.location:
                    self.send_header("Location", target.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def accepted(self):
        return [(headers, body) for status, headers, body in list(self.requests) if status < 300]

    def paths(self):
        """The paths of the accepted file events, each message once by its webhook-id."""
        seen, paths = set(), []
        for headers, body in self.accepted():
            if headers["webhook-id"] not in seen:
                seen.add(headers["webhook-id"])
                paths.append(json.loads(body)["subject"])
        return paths


def configure(hub, name, **settings):
    with open(f"{hub.home}/etc/io.datahub.webhook-{name}.cfg.new", "w") as f:
        f.write("".join(f"{key} = {value}\n" for key, value in settings.items()))
    os.replace(f.name, f"{hub.home}/etc/io.datahub.webhook-{name}.cfg")
    assert until(lambda: name in status(hub), 30)


def status(hub):
    return {webhook["name"]: webhook for webhook in json.loads(hub.run("console", "datahub:webhooks", "--json").stdout or "[]")}


@pytest.fixture(scope="module")
def target(hub):
    with open(os.open(f"{hub.home}/etc/webhook.secret", os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
        f.write(SECRET + "\n")
    target = Target().start()
    yield target
    target.stop()


def put(hub, path, content=b"x"):
    name = f"{hub.work}/upload"
    with open(name, "wb") as f:
        f.write(content)
    return hub.curl(hub.token(), f"/files/{path}", "-T", name)[0]


def is_signed(headers, body):
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    code = hmac.new(base64.b64decode(SECRET.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    hub_code = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return (headers["webhook-signature"] == "v1," + base64.b64encode(code).decode()
            and headers["x-hub-signature-256"] == "sha256=" + hub_code
            and abs(time.time() - int(headers["webhook-timestamp"])) < 600)


def test_events_are_sent_signed_and_in_order(hub, target):
    configure(hub, "main", topics="file.created/builds/, build.*", url=f"http://127.0.0.1:{target.port}/in?x=1",
              secretFile="etc/webhook.secret", allowLoopback="true")
    for number in range(20):
        assert put(hub, f"builds/{number}.txt") == 201
    assert until(lambda: len(target.accepted()) >= 20, 30)
    assert target.paths() == [f"builds/{number}.txt" for number in range(20)]
    for headers, body in target.accepted():
        assert is_signed(headers, body) and headers["content-type"].startswith("application/cloudevents+json")
    assert hub.curl(hub.token(), "/events/build.done", "-d", "plain text")[0] == 202
    assert until(lambda: len(target.accepted()) == 21, 20)
    wrapped = json.loads(target.accepted()[-1][1])
    assert (wrapped["type"], wrapped["subject"], wrapped["data"], wrapped["user"]) == ("io.datahub.event", "build.done", "plain text", "admin")
    assert status(hub)["main"]["state"] == "sending" and status(hub)["main"]["delivered"] == 21
    assert hub.metrics(hub.token())['datahub_webhook_messages_total{webhook="main",result="delivered"}'] == 21


def test_other_kinds(hub, target):
    for kind in ("binary", "slack", "mattermost", "teams"):
        receiver = Target().start()
        configure(hub, kind, topics="file.created/kinds/", url=f"http://127.0.0.1:{receiver.port}/", kind=kind, allowLoopback="true")
        assert put(hub, f"kinds/{kind} ü.txt".replace(" ", "%20").replace("ü", "%C3%BC")) == 201
        assert until(lambda: receiver.accepted(), 20), kind
        headers, body = receiver.accepted()[0]
        assert "webhook-signature" not in headers and headers["webhook-id"].startswith("msg_")
        if kind == "binary":
            assert headers["ce-type"] == "io.datahub.file.created" and headers["ce-subject"] == "kinds/binary%20%C3%BC.txt"
            assert headers["content-type"] == "application/json" and json.loads(body)["size"] == 1
        else:
            assert f"kinds/{kind} ü.txt created" in json.dumps(json.loads(body), ensure_ascii=False)
        os.remove(f"{hub.home}/etc/io.datahub.webhook-{kind}.cfg")
        assert until(lambda: kind not in status(hub), 20)
        receiver.stop()


def test_a_target_that_is_away_while_the_hub_is_killed_misses_nothing(hub, target):
    before = len(target.paths())
    target.stop()
    sent = 0
    for _ in range(5):
        for _ in range(10):
            assert put(hub, f"builds/away-{sent}.txt") == 201
            sent += 1
        hub.kill()
        hub.start()
    assert hub.run("console", "datahub:webhooks").returncode == 0
    target.start()
    assert until(lambda: len(target.paths()) >= before + sent, 120), target.paths()[before:]
    assert put(hub, "builds/live.txt") == 201
    assert until(lambda: target.paths()[-1] == "builds/live.txt", 60)
    expected = [f"builds/away-{number}.txt" for number in range(sent)] + ["builds/live.txt"]
    assert target.paths()[before:] == expected, "every event once by its webhook-id, in order, then live"


def test_a_hub_killed_while_it_sends_repeats_at_most_the_last_message(hub, target):
    target.requests.clear()
    for number in range(5):
        for file in range(8):
            assert put(hub, f"builds/kill-{number}-{file}.txt") == 201
        hub.kill()
        hub.start()
    expected = [f"builds/kill-{number}-{file}.txt" for number in range(5) for file in range(8)]
    assert until(lambda: len(target.paths()) >= len(expected), 60)
    assert target.paths() == expected
    ids = [headers["webhook-id"] for headers, _ in target.accepted()]
    assert len(ids) - len(set(ids)) <= 5 and all(is_signed(headers, body) for headers, body in target.accepted())


def test_a_slow_or_failing_target_costs_others_nothing(hub, target):
    slow = Target().start()
    slow.status = lambda headers, body: time.sleep(60) or 204
    configure(hub, "slow", topics="file.created/builds/", url=f"http://127.0.0.1:{slow.port}/", allowLoopback="true")
    target.requests.clear()
    for number in range(20):
        assert put(hub, f"builds/beside-{number}.txt") == 201
    assert until(lambda: len(target.paths()) == 20, 20)
    assert not slow.accepted()
    os.remove(f"{hub.home}/etc/io.datahub.webhook-slow.cfg")
    assert until(lambda: "slow" not in status(hub), 30)


def test_errors_are_retried_and_refusals_become_dead_letters(hub, target):
    target.requests.clear()
    answers = iter([500, 429, 302, 401])
    target.status = lambda headers, body: 422 if b"poison" in body else next(answers, 204)
    target.location = f"http://127.0.0.1:{target.port}/elsewhere"
    for name in ("first", "poison", "last"):
        assert put(hub, f"builds/{name}.txt") == 201
    assert until(lambda: target.paths()[-1:] == ["builds/last.txt"], 60)
    target.location = None
    assert [status for status, _, _ in target.requests] == [500, 429, 302, 401, 204, 422, 204], "a redirect isn't followed"
    assert len({headers["webhook-id"] for _, headers, _ in target.requests[:5]}) == 1
    letters = json.loads(hub.run("console", "datahub:webhooks", "--json", "main").stdout)
    assert [(letter["topic"], letter["reason"]) for letter in letters] == [("file.created/builds/poison.txt", "status 422")]
    assert "dead letters" in hub.curl(hub.token(), "/health/ready")[2].decode()
    hub.kill()
    hub.start()
    target.status = lambda headers, body: 204
    assert hub.run("console", "datahub:webhook-resend", "main", letters[0]["id"]).stdout.startswith("1 sent again")
    assert until(lambda: target.paths()[-1:] == ["builds/poison.txt"], 30)
    assert target.accepted()[-1][0]["webhook-id"] == letters[0]["id"]
    assert until(lambda: status(hub)["main"]["deadLetters"] == 0, 20)


def test_status_and_dead_letters_as_json(hub, target):
    target.status = lambda headers, body: 422 if b"poison" in body else 204
    for name in ("poison-1", "poison-2", "healthy"):
        assert put(hub, f"builds/{name}.txt") == 201
    ask = lambda path, *more: (lambda answer: (answer[0], json.loads(answer[2] or "null")))(hub.curl(hub.token(), path, *more))
    main = lambda: next(webhook for webhook in ask("/status/webhooks")[1]["webhooks"] if webhook["name"] == "main")
    assert until(lambda: main()["deadLetters"] == 2 and main()["recent"][0]["result"] == "delivered", 30), main()
    assert main()["state"] == "sending" and main()["nextAttempt"] is None
    assert [(each["topics"], each["result"], each["detail"]) for each in main()["recent"][:2]] == [
        (["file.created/builds/healthy.txt"], "delivered", "status 204"), (["file.created/builds/poison-2.txt"], "refused", "status 422")]
    letters = ask("/status/webhooks/main/dead-letters")[1]
    assert letters["total"] == 2 and all(letter["resendable"] for letter in letters["deadLetters"])
    first, second = [letter["id"] for letter in letters["deadLetters"]]
    assert ask(f"/status/webhooks/main/dead-letters/{first}", "-X", "DELETE") == (200, {"dropped": 1})
    assert ask(f"/status/webhooks/main/dead-letters/{first}", "-X", "DELETE")[0] == 404
    assert ask("/status/webhooks/main/dead-letters/", "-X", "DELETE")[0] == 404, "an ID that is missing doesn't stand for all of them"
    target.status = lambda headers, body: 204
    assert ask(f"/status/webhooks/main/dead-letters/{second}", "-X", "POST") == (200, {"resent": 1})
    assert until(lambda: main()["deadLetters"] == 0, 20) and target.paths()[-1] == "builds/poison-2.txt"
    assert ask("/status/webhooks/main/dead-letters", "-X", "DELETE") == (200, {"dropped": 0})
    assert ask("/status/webhooks/none/dead-letters")[0] == ask("/status/webhooks/main/other")[0] == 404
    assert ask("/status/webhooks", "-X", "DELETE")[0] == ask("/status/hooks", "-X", "POST")[0] == 405
    viewer = hub.add_users(watcher="")["watcher"]
    assert hub.curl(viewer, "/status/webhooks")[0] == hub.curl(viewer, "/status/webhooks/main/dead-letters", "-X", "DELETE")[0] == 403


def test_410_ends_a_webhook_until_it_is_resumed(hub, target):
    target.requests.clear()
    target.status = lambda headers, body: 410
    assert put(hub, "builds/ended-1.txt") == 201
    assert until(lambda: status(hub)["main"]["state"] == "ended", 30)
    assert put(hub, "builds/ended-2.txt") == 201
    hub.kill()
    hub.start()
    target.status = lambda headers, body: 204
    assert until(lambda: "main" in status(hub), 30) and status(hub)["main"]["state"] == "ended"
    assert never(lambda: len(target.requests) > 1, 3)
    assert hub.run("console", "datahub:webhook-resend", "main").returncode == 0
    assert until(lambda: target.paths() == ["builds/ended-1.txt", "builds/ended-2.txt"], 30)


def test_addresses_that_a_webhook_must_not_reach(hub, target):
    target.requests.clear()
    port = target.port
    attempts = {"loopback": f"http://127.0.0.1:{port}/", "name": f"http://localhost:{port}/", "other": f"http://127.1.2.3:{port}/",
                "six": f"http://[::1]:{port}/", "mapped": f"http://[::ffff:127.0.0.1]:{port}/", "any": f"http://0.0.0.0:{port}/",
                "any6": f"http://[::]:{port}/", "decimal": f"http://2130706433:{port}/",
                "metadata": "http://169.254.169.254/latest/meta-data/", "nat64": f"http://[64:ff9b::7f00:1]:{port}/",
                "sixtofour": "http://[2002:a9fe:a9fe::]/", "linklocal": f"http://[fe80::1]:{port}/", "aws6": "http://[fd00:ec2::254]/"}
    for name, url in attempts.items():
        configure(hub, name, topics="file.created/ssrf/", url=url)
    assert put(hub, "ssrf/x.txt") == 201
    assert until(lambda: all(status(hub)[name]["problem"] for name in attempts), 60)
    shown = status(hub)
    for name in attempts:
        assert "must not lead to" in shown[name]["problem"], (name, shown[name])
    assert not target.requests
    for name in attempts:
        os.remove(f"{hub.home}/etc/io.datahub.webhook-{name}.cfg")
    redirecting = Target().start()
    redirecting.status, redirecting.location = (lambda headers, body: 307), "http://169.254.169.254/"
    configure(hub, "redirected", topics="file.created/ssrf/", url=f"http://127.0.0.1:{redirecting.port}/", allowLoopback="true")
    assert put(hub, "ssrf/y.txt") == 201
    assert until(lambda: "status 307" in status(hub)["redirected"]["problem"], 30)
    os.remove(f"{hub.home}/etc/io.datahub.webhook-redirected.cfg")
    redirecting.stop()


def test_wrong_configurations_are_reported(hub):
    wrong = {"webhook-scheme": "topics = x\nurl = ftp://example.org/t0ken\n", "webhook-credentials": "topics = x\nurl = http://u:t0ken@example.org/\n",
             "webhook-kind": "topics = x\nurl = http://example.org/\nkind = carrier-pigeon\n", "webhook-url": "topics = x\n",
             "webhook-NAME": "topics = x\nurl = http://example.org/\n", "hook-secret": "kind = github\nuser = admin\n", "hook-user": "kind = jenkins\n",
             "artifact-names": "path = builds/{file}\npurl = pkg:generic/{project}\n"}
    for name, settings in wrong.items():
        with open(f"{hub.home}/etc/io.datahub.{name}.cfg", "w") as f:
            f.write(settings)
    configuration = lambda: next(each["detail"] for each in json.loads(hub.curl(hub.token(), "/health/ready")[2])["components"]
                                 if each["name"] == "configuration")
    assert until(lambda: all(f"etc/io.datahub.{name}.cfg: " in configuration() for name in wrong), 30), configuration()
    assert "secretFile: must name" in configuration() and "t0ken" not in configuration() and "has {project}" in configuration()
    assert "io.datahub.hook-secret.cfg" in hub.run("console", "datahub:status").stdout
    shown = json.loads(hub.curl(hub.token(), "/status")[2])["configurationProblems"]
    assert {(f"etc/io.datahub.{name}.cfg", "nothing") for name in wrong} <= {(each["file"], each["inEffect"]) for each in shown}
    with open(f"{hub.home}/etc/io.datahub.hook-secret.cfg", "w") as f:
        f.write("kind = github\nuser = admin\nsecretFile = etc/webhook.secret\n")
    assert until(lambda: hub.curl(None, "/hooks/secret", "-d", "{}")[0] == 401, 30), "a corrected file is in effect"
    for name in wrong:
        os.remove(f"{hub.home}/etc/io.datahub.{name}.cfg")
    assert until(lambda: configuration() == "every file is in effect", 30), configuration()


def test_artifacts(hub):
    token = hub.add_users(viewer='<allow subscribe="dev.cdevents."/>')["viewer"]
    subscriber = Subscriber(hub, plain_socket(zmq.SUB, "viewer", token), "dev.cdevents.")
    with open(f"{hub.home}/etc/io.datahub.artifact-builds.cfg", "w") as f:
        f.write("path = builds/{project}/{version}/{file}\n")
    topic = "dev.cdevents.artifact.published.0.3.0"
    numbers = iter(range(1_000))
    assert until(lambda: put(hub, f"builds/ready/{next(numbers)}/a.tgz") == 201 and subscriber.of(topic), 30)
    content = os.urandom(1000)
    assert put(hub, "builds/acme%20app/42/app.tgz", content) == 201
    assert put(hub, "builds/42/app.tgz", content) == 201, "another path"
    hub.kill()
    hub.start()
    assert put(hub, "builds/app/43/app.tgz", content) == 201
    subjects = lambda: [json.loads(payload) for payload in subscriber.of(topic)]
    assert until(lambda: any("app@43" in event["subject"] for event in subjects()), 60)
    event = next(event for event in subjects() if "acme" in event["subject"])
    digest = hashlib.sha256(content).hexdigest()
    assert event["subject"] == event["data"]["subject"]["id"]
    assert event["subject"].startswith(f"pkg:generic/acme%20app@42?checksum=sha256:{digest}&download_url=")
    assert event["data"]["customData"]["digest"] == f"sha256:{digest}" and event["data"]["subject"]["content"] == {"user": "admin"}
    assert hub.curl(hub.token(), event["data"]["customData"]["url"])[2] == content, "one field is enough to fetch it"
    assert not any("/42/app.tgz" in event["subject"] and "acme" not in event["subject"] for event in subjects() if "@42" not in event["subject"])
