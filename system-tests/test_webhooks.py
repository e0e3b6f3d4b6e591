"""Webhooks from outside: signed, in order, over an absent target and a killed hub; refused and ended messages; addresses that a webhook
must not reach; artifacts. Each test has webhooks and a folder of its own.

Needs curl and Debian's python3-zmq."""
import base64, contextlib, hashlib, hmac, http.server, json, os, shutil, ssl, subprocess, threading, time

import pytest, zmq

from support.clients import Subscriber, plain_socket
from support.hub import free_ports
from support.waiting import never, until

pytestmark = pytest.mark.single_hub  # test_cluster_failures.py and test_cluster_history.py have webhooks that several hubs share

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Target:
    """A receiver on a port of its own, which can be absent, and answers as it is told."""

    def __init__(self, port=None):
        self.port = port or free_ports(1)[0]
        self.requests, self.status, self.server = [], lambda headers, body: 204, None
        self.location, self.tls = None, None

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
        if self.tls:
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

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


@contextlib.contextmanager
def shared_webhook(hubs, name, topics):
    """A webhook that all hubs of a cluster are configured for and the first one runs; the target."""
    target = Target().start()
    with contextlib.ExitStack() as files:
        for hub in hubs:
            for file, text in (("webhook.secret", SECRET), (f"io.datahub.webhook-{name}.cfg", f"topics = {topics}\nallowLoopback = true\n"
                               f"url = http://127.0.0.1:{target.port}/\nsecretFile = etc/webhook.secret")):
                with open(f"{hub.home}/etc/{file}", "w") as f:
                    f.write(text + "\n")
                files.callback(os.remove, f.name)
            expected = "sending" if hub is hubs[0] else "standby"
            assert until(lambda: status(hub).get(name, {}).get("state") == expected, 60), hub.name
        yield target
    target.stop()


def configure(hub, name, **settings):
    with open(f"{hub.home}/etc/io.datahub.webhook-{name}.cfg.new", "w") as f:
        f.write("".join(f"{key} = {value}\n" for key, value in settings.items()))
    os.replace(f.name, f"{hub.home}/etc/io.datahub.webhook-{name}.cfg")


def status(hub):
    code, _, body = hub.curl(hub.token(), "/status/webhooks")
    return {webhook["name"]: webhook for webhook in json.loads(body)["webhooks"]} if code == 200 else {}


class Webhook:
    """A webhook for the files of a folder, and its target."""

    def __init__(self, hub, name, **settings):
        self.hub, self.name, self.target = hub, name, Target().start()
        configure(hub, name, **{"topics": f"file.created/{name}/", "url": f"http://127.0.0.1:{self.target.port}/in?x=1",
                                "secretFile": "etc/webhook.secret", "allowLoopback": "true", **settings})

    def start(self):
        assert until(self.status, 30), self.name
        return self

    def put(self, *files):
        for file in files:
            assert put(self.hub, f"{self.name}/{file}") == 201

    def files(self):
        """The accepted files, each message once."""
        return [path.removeprefix(f"{self.name}/") for path in self.target.paths()]

    def status(self):
        return status(self.hub).get(self.name, {})

    def end(self):
        with contextlib.suppress(FileNotFoundError):
            os.remove(f"{self.hub.home}/etc/io.datahub.webhook-{self.name}.cfg")
        self.target.stop()


@pytest.fixture(scope="module")
def secret(hub):
    with open(os.open(f"{hub.home}/etc/webhook.secret", os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
        f.write(SECRET + "\n")


@pytest.fixture
def webhook(hub, secret):
    """Makes webhooks, and waits for them; they end with the test."""
    with contextlib.ExitStack() as stack:
        def make(name, **settings):
            made = Webhook(hub, name, **settings)
            stack.callback(made.end)
            return made.start()
        yield make


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


def test_events_are_sent_signed_and_in_order(hub, webhook):
    main = webhook("main", topics="file.created/main/, build.*")
    files = [f"{number}.txt" for number in range(20)]
    main.put(*files)
    assert until(lambda: len(main.files()) >= 20, 30)
    assert main.files() == files
    for headers, body in main.target.accepted():
        assert is_signed(headers, body) and headers["content-type"].startswith("application/cloudevents+json")
    assert hub.curl(hub.token(), "/events/build.done", "-d", "plain text")[0] == 202
    assert until(lambda: len(main.target.accepted()) == 21, 20)
    wrapped = json.loads(main.target.accepted()[-1][1])
    assert (wrapped["type"], wrapped["subject"], wrapped["data"], wrapped["user"]) == ("io.datahub.event", "build.done", "plain text", "admin")
    assert until(lambda: main.status()["delivered"] == 21, 20) and main.status()["state"] == "sending"
    assert hub.metrics(hub.token())['datahub_webhook_messages_total{webhook="main",result="delivered"}'] == 21
    shown = json.loads(hub.run("console", "datahub:webhooks", "--json").stdout)
    assert [(each["name"], each["state"], each["delivered"]) for each in shown] == [("main", "sending", 21)]


def test_other_kinds(hub, webhook):
    for kind in ("binary", "slack", "mattermost", "teams"):
        made = webhook(kind, kind=kind, secretFile="")
        assert put(hub, f"{kind}/a%20%C3%BC.txt") == 201
        assert until(lambda: made.target.accepted(), 20), kind
        headers, body = made.target.accepted()[0]
        assert "webhook-signature" not in headers and headers["webhook-id"].startswith("msg_")
        if kind == "binary":
            assert headers["ce-type"] == "io.datahub.file.created" and headers["ce-subject"] == "binary/a%20%C3%BC.txt"
            assert headers["content-type"] == "application/json" and json.loads(body)["size"] == 1
        else:
            assert f"{kind}/a ü.txt created" in json.dumps(json.loads(body), ensure_ascii=False)


def test_a_target_that_is_away_while_the_hub_is_killed_misses_nothing(hub, webhook, size):
    away = webhook("away")
    away.put("before.txt")
    assert until(lambda: away.files() == ["before.txt"], 30)
    away.target.stop()
    expected = ["before.txt"]
    for kill in range(size("webhook-kills")):
        files = [f"{kill}-{number}.txt" for number in range(10)]
        away.put(*files)
        expected += files
        hub.kill()
        hub.start()
    away.target.start()
    assert until(lambda: len(away.files()) >= len(expected), 120), away.files()
    away.put("live.txt")
    assert until(lambda: away.files()[-1] == "live.txt", 60)
    assert away.files() == expected + ["live.txt"], "every event once by its webhook-id, in order, then live"


def test_a_hub_killed_while_it_sends_repeats_at_most_the_last_message(hub, webhook, size):
    killed, expected, kills = webhook("killed"), [], size("webhook-kills")
    for kill in range(kills):
        files = [f"{kill}-{number}.txt" for number in range(8)]
        killed.put(*files)
        expected += files
        hub.kill()
        hub.start()
    assert until(lambda: len(killed.files()) >= len(expected), 60)
    assert killed.files() == expected
    ids = [headers["webhook-id"] for headers, _ in killed.target.accepted()]
    assert len(ids) - len(set(ids)) <= kills and all(is_signed(headers, body) for headers, body in killed.target.accepted())


def test_a_slow_target_costs_others_nothing(webhook):
    released = threading.Event()
    slow, quick = webhook("slow"), webhook("quick", topics="file.created/slow/")
    slow.target.status = lambda headers, body: released.wait(60) and 204
    try:
        files = [f"{number}.txt" for number in range(20)]
        slow.put(*files)
        assert until(lambda: len(quick.target.paths()) == 20, 50)
        assert not slow.target.accepted()
    finally:
        released.set()
    assert until(lambda: slow.files() == files, 30)


def test_errors_are_retried_and_refusals_become_dead_letters(hub, webhook):
    main = webhook("retried")
    target, answers = main.target, iter([500, 429, 302, 401])
    target.status = lambda headers, body: 422 if b"poison" in body else next(answers, 204)
    target.location = f"http://127.0.0.1:{target.port}/elsewhere"
    main.put("first")
    now = lambda: hub.curl(hub.token(), "/status/webhooks/retried/dead-letters", "-X", "POST")
    assert until(lambda: main.files() or not now(), 60), "a message that is waiting is sent at once"
    main.put("poison", "last")
    assert until(lambda: main.files()[-1:] == ["last"], 60)
    target.location = None
    assert [status for status, _, _ in target.requests] == [500, 429, 302, 401, 204, 422, 204], "a redirect isn't followed"
    assert len({headers["webhook-id"] for _, headers, _ in target.requests[:5]}) == 1
    letters = json.loads(hub.run("console", "datahub:webhooks", "--json", "retried").stdout)
    assert [(letter["topic"], letter["reason"]) for letter in letters] == [("file.created/retried/poison", "status 422")]
    assert "1 dead letter waits" in hub.curl(hub.token(), "/health/ready")[2].decode()
    hub.kill()
    hub.start()
    target.status = lambda headers, body: 204
    assert until(lambda: main.status().get("deadLetters") == 1, 30)
    assert hub.run("console", "datahub:webhook-resend", "retried", letters[0]["id"]).stdout.startswith("1 sent again")
    assert until(lambda: main.files()[-1:] == ["poison"], 30)
    assert target.accepted()[-1][0]["webhook-id"] == letters[0]["id"]
    assert until(lambda: main.status()["deadLetters"] == 0, 20)


def test_status_and_dead_letters_as_json(hub, webhook):
    main = webhook("json")
    main.target.status = lambda headers, body: 422 if b"poison" in body else 204
    main.put("poison-1", "poison-2", "healthy")
    ask = lambda path, *more: (lambda answer: (answer[0], json.loads(answer[2] or "null")))(hub.curl(hub.token(), path, *more))
    assert until(lambda: main.status()["deadLetters"] == 2 and main.status()["recent"][0]["result"] == "delivered", 30), main.status()
    assert main.status()["state"] == "sending" and main.status()["nextAttempt"] is None
    assert [(each["topics"], each["result"], each["detail"]) for each in main.status()["recent"][:2]] == [
        (["file.created/json/healthy"], "delivered", "status 204"), (["file.created/json/poison-2"], "refused", "status 422")]
    path = "/status/webhooks/json/dead-letters"
    letters = ask(path)[1]
    assert letters["total"] == 2 and all(letter["resendable"] for letter in letters["deadLetters"])
    first, second = [letter["id"] for letter in letters["deadLetters"]]
    assert ask(f"{path}/{first}", "-X", "DELETE", "-H", 'If-Match: "other"')[0] == 412, "an entity tag that no dead letter has"
    assert ask(f"{path}/{first}", "-X", "DELETE", "-H", "If-Match: *") == (200, {"dropped": 1})
    assert ask(f"{path}/{first}", "-X", "DELETE", "-H", "If-Match: *")[0] == 412
    assert ask(f"{path}/{first}", "-X", "DELETE")[0] == 404
    assert ask(f"{path}/", "-X", "DELETE")[0] == 404, "an ID that is missing doesn't stand for all of them"
    main.target.status = lambda headers, body: 204
    assert ask(f"{path}/{second}", "-X", "POST") == (200, {"resent": 1})
    assert until(lambda: main.status()["deadLetters"] == 0, 20) and main.files()[-1] == "poison-2"
    assert ask(path, "-X", "DELETE") == (200, {"dropped": 0})
    assert ask("/status/webhooks/none/dead-letters")[0] == ask("/status/webhooks/json/other")[0] == 404
    assert ask("/status/webhooks", "-X", "DELETE")[0] == ask("/status/hooks", "-X", "POST")[0] == 405
    viewer = hub.add_users(watcher="")["watcher"]
    assert hub.curl(viewer, "/status/webhooks")[0] == hub.curl(viewer, path, "-X", "DELETE")[0] == 403


def test_410_ends_a_webhook_until_it_is_resumed(hub, webhook):
    main = webhook("ended")
    main.target.status = lambda headers, body: 410
    main.put("1")
    assert until(lambda: main.status()["state"] == "ended", 30)
    main.put("2")
    hub.kill()
    hub.start()
    main.target.status = lambda headers, body: 204
    assert until(lambda: main.status().get("state") == "ended", 30)
    assert never(lambda: len(main.target.requests) > 1, 3)
    assert hub.run("console", "datahub:webhook-resend", "ended").returncode == 0
    assert until(lambda: main.files() == ["1", "2"], 30)


def test_addresses_that_a_webhook_must_not_reach(hub, webhook):
    reached = webhook("reached")
    port = reached.target.port
    attempts = {"loopback": f"http://127.0.0.1:{port}/", "name": f"http://localhost:{port}/", "other": f"http://127.1.2.3:{port}/",
                "six": f"http://[::1]:{port}/", "mapped": f"http://[::ffff:127.0.0.1]:{port}/", "any": f"http://0.0.0.0:{port}/",
                "any6": f"http://[::]:{port}/", "decimal": f"http://2130706433:{port}/",
                "metadata": "http://169.254.169.254/latest/meta-data/", "nat64": f"http://[64:ff9b::7f00:1]:{port}/",
                "sixtofour": "http://[2002:a9fe:a9fe::]/", "linklocal": f"http://[fe80::1]:{port}/", "aws6": "http://[fd00:ec2::254]/"}
    for name, url in attempts.items():
        configure(hub, name, topics="file.created/ssrf/", url=url)
    assert until(lambda: set(attempts) <= set(status(hub)), 30)
    assert put(hub, "ssrf/x.txt") == 201
    assert until(lambda: all(status(hub)[name]["problem"] for name in attempts), 60)
    shown = status(hub)
    for name in attempts:
        assert "must not lead to" in shown[name]["problem"], (name, shown[name])
    assert not reached.target.requests
    for name in attempts:
        os.remove(f"{hub.home}/etc/io.datahub.webhook-{name}.cfg")
    redirected = webhook("redirected")
    redirected.target.status, redirected.target.location = (lambda headers, body: 307), "http://169.254.169.254/"
    redirected.put("y.txt")
    assert until(lambda: "status 307" in redirected.status()["problem"], 30)


def test_certificates_of_a_company(hub, webhook, tmp_path):
    company = f"{tmp_path}/company.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    "/CN=company", "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{tmp_path}/key", "-out", company], check=True, capture_output=True)
    target = Target()
    target.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    target.tls.load_cert_chain(company, f"{tmp_path}/key")
    target.start()
    try:
        url = f"https://localhost:{target.port}/"
        strange = webhook("strange", url=url)
        trusting = webhook("trusting", url=url, authorities=company)
        other_name = webhook("other-name", url=url.replace("localhost", "127.0.0.1"), authorities=company)
        for each in (strange, trusting, other_name):
            each.put("x.txt")
        assert until(lambda: target.paths() == ["trusting/x.txt"], 30)
        assert until(lambda: "authorit" in strange.status()["problem"] and "alternative names" in other_name.status()["problem"], 30)
        shutil.copy(company, f"{hub.home}/etc/company.pem")
        configure(hub, "strange", topics="file.created/strange/", url=url, allowLoopback="true", authorities="etc/company.pem")
        assert until(lambda: "strange/x.txt" in target.paths(), 90)
        configure(hub, "trusting", topics="file.created/trusting/", url=url, allowLoopback="true", authorities="etc/nothing.pem")
        shown = lambda: hub.curl(hub.token(), "/health/ready")[2].decode()
        assert until(lambda: "nothing.pem" in shown(), 30), shown()
    finally:
        target.stop()


def test_wrong_configurations_are_reported(hub, secret):
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
