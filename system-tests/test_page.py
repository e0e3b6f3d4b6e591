"""The page at /, in Debian's Chromium: what a new user with a token sees, and what an administrator does.

Needs node, chromium, and the npm packages of .ci/clients."""
import http.client, http.server, json, os, subprocess, threading

import pytest

from support.hub import ROOT, new_token
from support.waiting import until

IN_A_CLUSTER = True
# The sizes and colour schemes in which visits are made: each also checks what differs in the other scheme and the other size.
LOOKS = ["desktop-light", "phone-dark", "desktop-dark", "phone-light"]
# In which of them in CI; with --long in all.
VISITS = {"page": "desktop-light", "page-admin": "phone-dark", "page-network": "desktop-light", "page-newcomer": "phone-dark",
          "page-keyboard": "phone-light",
          "page-attacks": "desktop-light"}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
GRANTS = '<allow subscribe="build."/><allow read="reports/" write="reports/"/>'


def pytest_generate_tests(metafunc):
    if "look" in metafunc.fixturenames:
        all_looks = metafunc.config.getoption("--long")
        visits = [(name, look) for name, usual in VISITS.items() for look in (LOOKS if all_looks else [usual])]
        metafunc.parametrize("name, look", visits, ids=["-".join(visit) for visit in visits])


@pytest.fixture(scope="module")
def token(hub, admin):
    """The token of a user who may write reports; three validators are configured, of which two are unavailable."""
    token = new_token()
    assert hub.put_users({"ann": (token, GRANTS), "viewer": ("", '<allow read="reports/"/>'), "ci": ("", '<allow publish="build."/>')}) == 200
    configure(hub, "validator.xml-reports", "paths = reports/**/*.xml\n")
    configure(hub, "validator.xsd-broken", "paths = schemaless/**\n")
    configure(hub, "validator.command-broken", "paths = broken/**\ncommand = /no/such/program\n")
    assert until(lambda: all({"xml-reports", "xsd-broken", "command-broken"} <= validators(each, admin).keys() for each in members(hub)), 60)
    yield token
    for each in members(hub):  # they keep a hub from starting
        os.remove(f"{each.home}/etc/io.datahub.validator.xsd-broken.cfg")
        os.remove(f"{each.home}/etc/io.datahub.validator.command-broken.cfg")


def members(hub):
    """The hubs of its cluster, or the hub that is alone."""
    return hub.cluster.hubs if hasattr(hub, "cluster") else [hub]


def configure(hub, name, text):
    for each in members(hub):
        with open(f"{each.home}/etc/io.datahub.{name}.cfg", "w") as f:
            f.write(text)


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
    hub = members(hub)[0]  # each has validators of its own
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
def browser():
    """The address of a Chromium that all visits share."""
    process = subprocess.Popen(["node", f"{ROOT}/.ci/clients/browser.mjs"], stdout=subprocess.PIPE, text=True)
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(30)


@pytest.fixture(scope="module")
def visit(hub, admin, token, browser, tmp_path_factory):
    """Runs one of the visits in .ci/clients, which print a line of JSON for each thing seen. DATAHUB_PICTURES is a folder for screenshots."""
    def run(name, look=LOOKS[0], url=f"http://127.0.0.1:{hub.http}", **env):
        pictures = os.path.join(ROOT, os.environ["DATAHUB_PICTURES"]) if "DATAHUB_PICTURES" in os.environ else ""
        out = subprocess.run(["node", f"{ROOT}/.ci/clients/{name}.mjs", url, str(tmp_path_factory.mktemp(name)), pictures],
                             env=dict(os.environ, TOKEN=token, ADMIN=admin, BROWSER=browser, LOOK=look, **env), capture_output=True, text=True, timeout=800)
        results = [json.loads(line) for line in out.stdout.splitlines()]
        failed = [result for result in results if not result["good"]]
        assert out.returncode == 0, f"after {results[-1:]}, failed: {failed}: {out.stderr[-2000:]}"
        assert results
        assert failed == [], json.dumps(failed, indent=1)
        return results
    return run


class Target(http.server.BaseHTTPRequestHandler):
    """The target of a webhook, which refuses as many messages as it is told."""

    refusals = 0

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400 if Target.refusals > 0 else 204)
        Target.refusals -= 1
        self.end_headers()

    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def hooks(hub, admin, token):
    """A hook that has got a delivery, and a webhook to the target."""
    target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
    threading.Thread(target=target.serve_forever, daemon=True).start()
    settings = {"webhook-deploy": f"topics = deploy.*\nurl = http://127.0.0.1:{target.server_port}/\nsecretFile = etc/hook.secret\nallowLoopback = true\n",
                "hook-ci": "kind = cloudevents\nuser = ci\nsecretFile = etc/hook.secret\n"}
    for each in members(hub):
        with open(os.open(f"{each.home}/etc/hook.secret", os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write(SECRET)
    for name, text in settings.items():
        configure(hub, name, text)
    assert until(lambda: all("deploy" in hook_states(each, admin, "webhooks") and "ci" in hook_states(each, admin, "hooks") for each in members(hub)), 60)
    event = json.dumps({"specversion": "1.0", "id": "1", "source": "/ci", "type": "build.started"})
    assert hub.curl(SECRET, "/hooks/ci", "-H", "Content-Type: application/cloudevents+json", "-d", event)[0] == 202
    yield target
    target.shutdown()
    target.server_close()


def hook_states(hub, admin, kind):
    return {one["name"]: one for one in json.loads(hub.curl(admin, f"/status/{kind}")[2])[kind]}


def make_dead_letters(hub, admin, count):
    """Publishes events that the webhook's target refuses."""
    Target.refusals = count
    for number in range(count):
        assert hub.curl(admin, f"/events/deploy.{number}", "-d", "now")[0] == 202
    assert until(lambda: hook_states(hub, admin, "webhooks")["deploy"]["deadLetters"] == count, 30), hook_states(hub, admin, "webhooks")


@pytest.mark.timeout(900)
def test_visit(hub, admin, token, visit, hooks, name, look):
    if name == "page-admin":
        make_dead_letters(hub, admin, 2)
    visit(name, look)
    assert not any(token in open(os.path.join(folder, name), errors="replace").read()
                   for folder, _, names in os.walk(f"{hub.home}/log") for name in names), "the token is in no log"


def upload(hub, token, directory, files):
    """Stores the files of a directory, many with each request."""
    connection = http.client.HTTPConnection("127.0.0.1", hub.http, timeout=60)
    names = list(files)
    for start in range(0, len(names), 100):
        parts = [f'--part\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n\r\n{files[name]}\r\n' for name in names[start:start + 100]]
        connection.request("POST", f"/files/{directory}", "".join(parts) + "--part--\r\n",
                           {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=part"})
        response = connection.getresponse()
        assert response.status == 201, response.read()
        response.read()


@pytest.mark.timeout(900)
def test_much(hub, admin, visit, size):
    """Events that were kept, a thousand events a second, and a folder of many files."""
    entries = size("page-entries")
    upload(hub, admin, "many/", {f"{i:06}.txt": "larger" if i == entries - 1 else "" for i in range(entries)})
    before = [(each, each.log_size()) for each in members(hub)]
    configure(hub, "history", "keep = kept.: 1d\n")
    assert until(lambda: all(each.log_lines("event=history.configured", since=size) for each, size in before), 60)
    for result in visit("page-large", ENTRIES=str(entries)):
        if result["detail"] not in ("", "true"):
            print(result["what"], result["detail"])
