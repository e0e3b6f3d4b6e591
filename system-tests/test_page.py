"""The page at /, in Debian's Chromium: what a new user with a token sees, and what an administrator does.

Needs node, chromium, and the npm packages of .ci/clients."""
import concurrent.futures, http.client, http.server, json, os, subprocess, threading

import pytest

from support.hub import ROOT, new_token
from support.waiting import until

IN_A_CLUSTER = True
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
GRANTS = '<allow subscribe="build."/><allow read="reports/" write="reports/"/>'


@pytest.fixture(scope="module")
def token(hub, admin):
    """The token of a user who may write reports; three validators are configured, of which two are unavailable."""
    token = new_token()
    assert hub.put_users({"ann": (token, GRANTS), "viewer": ("", '<allow read="reports/"/>'), "ci": ("", '<allow publish="build."/>')}) == 200
    with open(f"{hub.home}/etc/io.datahub.validator.xml-reports.cfg", "w") as f:
        f.write("paths = reports/**/*.xml\n")
    with open(f"{hub.home}/etc/io.datahub.validator.xsd-broken.cfg", "w") as f:
        f.write("paths = schemaless/**\n")
    with open(f"{hub.home}/etc/io.datahub.validator.command-broken.cfg", "w") as f:
        f.write("paths = broken/**\ncommand = /no/such/program\n")
    assert until(lambda: {"xml-reports", "xsd-broken", "command-broken"} <= validators(hub, admin).keys(), 30)
    return token


def validators(hub, admin):
    return {one["name"]: one for one in json.loads(hub.curl(admin, "/status")[2])["validators"]}


def test_who_gets_the_page(hub, token):
    status, head, body = hub.curl("", "/", "-H", "Accept: text/html")
    assert status == 200 and b"<!doctype html>" in body
    assert "default-src 'none'" in head["content-security-policy"] and "unsafe" not in head["content-security-policy"]
    assert hub.curl("", "/")[2].startswith(b"This is a Datahub"), "a program gets text"
    assert hub.curl(token, "/status")[0] == 403 and hub.curl("", "/status")[0] == 401, "/status is for monitors"


def test_unavailable_validators(hub, admin, token):
    """A validator that can't be activated is listed with the reason, by /status and by the console."""
    for path in ("broken/a", "schemaless/a"):
        assert hub.curl(admin, f"/files/{path}", "-T", __file__)[0] == 503, f"{path} must not be accepted without validation"
    assert until(lambda: validators(hub, admin)["command-broken"]["state"] == "unavailable"), validators(hub, admin)
    found = validators(hub, admin)
    assert found["command-broken"]["paths"] == ["broken/**"] and "/no/such/program" in found["command-broken"]["reason"]
    assert found["xsd-broken"]["state"] == "unavailable" and "schema" in found["xsd-broken"]["reason"], "its file is invalid"
    assert found["xsd-broken"]["paths"] == ["schemaless/**"]
    assert found["xml-reports"]["state"] == "active" and "reason" not in found["xml-reports"]
    shown = {one["name"]: one for one in json.loads(hub.run("console", "datahub:validators", "--json").stdout)}
    assert {name: one.get("reason", "") for name, one in found.items()} == {name: one["reason"] for name, one in shown.items()}


@pytest.fixture(scope="module")
def visit(hub, admin, token, tmp_path_factory):
    """Runs one of the visits in .ci/clients, which print a line of JSON for each thing seen. DATAHUB_PICTURES is a folder for screenshots."""
    def run(name, url=f"http://127.0.0.1:{hub.http}", **env):
        pictures = os.path.abspath(os.environ["DATAHUB_PICTURES"]) if "DATAHUB_PICTURES" in os.environ else ""
        out = subprocess.run(["node", f"{ROOT}/.ci/clients/{name}.mjs", url, str(tmp_path_factory.mktemp(name)), pictures],
                             env=dict(os.environ, TOKEN=token, ADMIN=admin, **env), capture_output=True, text=True, timeout=800)
        results = [json.loads(line) for line in out.stdout.splitlines()]
        failed = [result for result in results if not result["good"]]
        assert out.returncode == 0, f"after {results[-1:]}, failed: {failed}: {out.stderr[-2000:]}"
        assert results
        assert failed == [], json.dumps(failed, indent=1)
        return results
    return run


class Target(http.server.BaseHTTPRequestHandler):
    """The target of a webhook, which refuses the first two messages."""

    refused = 0

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Target.refused += 1
        self.send_response(400 if Target.refused <= 2 else 204)
        self.end_headers()

    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def hooks(hub, admin, token):
    """A hook that has got a delivery, and a webhook with two dead letters."""
    target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
    threading.Thread(target=target.serve_forever, daemon=True).start()
    settings = {"webhook-deploy": f"topics = deploy.*\nurl = http://127.0.0.1:{target.server_port}/\nsecretFile = etc/hook.secret\nallowLoopback = true\n",
                "hook-ci": "kind = cloudevents\nuser = ci\nsecretFile = etc/hook.secret\n"}
    with open(os.open(f"{hub.home}/etc/hook.secret", os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
        f.write(SECRET)
    for name, text in settings.items():
        with open(f"{hub.home}/etc/io.datahub.{name}.cfg", "w") as f:
            f.write(text)

    def status(kind):
        return {one["name"]: one for one in json.loads(hub.curl(admin, f"/status/{kind}s")[2])[f"{kind}s"]}
    assert until(lambda: "deploy" in status("webhook") and "ci" in status("hook"), 30)
    event = json.dumps({"specversion": "1.0", "id": "1", "source": "/ci", "type": "build.started"})
    assert hub.curl(SECRET, "/hooks/ci", "-H", "Content-Type: application/cloudevents+json", "-d", event)[0] == 202
    for number in range(2):
        assert hub.curl(admin, f"/events/deploy.{number}", "-d", "now")[0] == 202
    assert until(lambda: status("webhook")["deploy"]["deadLetters"] == 2, 30), status("webhook")
    yield target
    target.shutdown()
    target.server_close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["page", "page-admin", "page-network", "page-newcomer"])
def test_visit(hub, token, visit, hooks, name):
    visit(name)
    assert not any(token in open(os.path.join(folder, name), errors="replace").read()
                   for folder, _, names in os.walk(f"{hub.home}/log") for name in names), "the token is in no log"


def upload(hub, token, files):
    """Stores records, four at a time."""
    connections = threading.local()

    def put(path, content):
        if not hasattr(connections, "own"):
            connections.own = http.client.HTTPConnection("127.0.0.1", hub.http, timeout=60)
        connections.own.request("PUT", f"/files/{path}", content, {"Authorization": f"Bearer {token}"})
        response = connections.own.getresponse()
        response.read()
        assert response.status == 201, f"{path}: {response.status}"
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        list(threads.map(put, *zip(*files.items())))


@pytest.mark.timeout(900)
def test_much(hub, admin, visit, size):
    """Events that were kept, a thousand events a second, and a folder of many files."""
    entries = size("page-entries")
    upload(hub, admin, {f"many/{i:06}.txt": b"larger" if i == entries - 1 else b"" for i in range(entries)})
    with open(f"{hub.home}/etc/io.datahub.history.cfg", "w") as f:
        f.write("keep = kept.: 1d\n")
    assert until(lambda: "rules=1" in hub.curl(admin, "/health/ready")[2].decode(), 30)
    for result in visit("page-large", ENTRIES=str(entries)):
        if result["detail"] not in ("", "true"):
            print(result["what"], result["detail"])
