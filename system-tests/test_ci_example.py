"""examples/ci from outside: Debian's Buildbot builds for real, six other systems by what they would send; one dashboard shows all of
them. The tests of this module build on one another.

Needs curl and Debian's buildbot and buildbot-worker."""
import base64, contextlib, glob, hashlib, hmac, json, os, re, shutil, signal, subprocess

import pytest

from support.hub import ROOT
from support.waiting import until

EXAMPLE = f"{ROOT}/examples/ci"
USERS = {"ci": ("--create", "builds/", "--publish", "dev.cdevents."), "dashboard": ("--read", "builds/", "--subscribe", "dev.cdevents.")}
SECRET = "d1d2b1d52ad3b8a7a0a2a3c0b6f0e9ab"
FINISHED = "dev.cdevents.pipelinerun.finished.0.3.0"
SENT = ("jenkins", "teamcity", "github", "gitlab", "gitea", "cloudevents")


class Script:
    """A program of the example that goes on until it is stopped."""

    def __init__(self, hub, user, *command, cwd=EXAMPLE):
        self.path = f"{hub.work}/{command[0].rsplit('/', 1)[-1]}.out"
        with open(self.path, "w") as out:
            self.process = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
                                            env=dict(os.environ, HUB=f"http://127.0.0.1:{hub.http}", TOKEN=hub.tokens[user]))

    def text(self):
        return open(self.path, errors="replace").read()

    def wait_for(self, words, seconds=30):
        assert until(lambda: words in self.text(), seconds), self.text()[-3000:]

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)


@pytest.fixture(scope="module")
def hub(hub, admin):
    """A hub with the users, schemas, hooks and validators of the example."""
    hub.tokens = {}
    for name, grants in USERS.items():
        added = hub.run("user", "add", name, *grants)
        assert added.returncode == 0, added.stderr
        hub.tokens[name] = hub.run("token", "issue", name).stdout.strip()
    with open(os.open(f"{hub.home}/etc/ci.secret", os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
        f.write(SECRET + "\n")
    loaded = subprocess.run([f"{EXAMPLE}/schemas.py"], capture_output=True, text=True,
                            env=dict(os.environ, HUB=f"http://127.0.0.1:{hub.http}", TOKEN=admin))
    assert loaded.returncode == 0 and re.match(r"\d schemas", loaded.stdout), loaded.stdout + loaded.stderr
    for file in glob.glob(f"{EXAMPLE}/hub/*.cfg"):
        shutil.copy(file, f"{hub.home}/etc/")
    assert until(lambda: len(json.loads(hub.run("console", "datahub:hooks", "--json").stdout)) == 7, 30)
    return hub


@pytest.fixture(scope="module")
def scripts():
    started = {}
    yield started
    for script in started.values():
        script.stop()


def send(hub, kind, body):
    """Sends what a system of this kind sends; returns the status."""
    code = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    basic = "Authorization: Basic " + base64.b64encode(f"ci:{SECRET}".encode()).decode()
    headers = {"github": [f"X-Hub-Signature-256: sha256={code}", "X-GitHub-Event: workflow_run", "X-GitHub-Delivery: 1"],
               "gitea": [f"X-Gitea-Signature: {code}", "X-Gitea-Event: workflow_run"],
               "gitlab": [f"X-Gitlab-Token: {SECRET}", "X-Gitlab-Event: Pipeline Hook"],
               "cloudevents": [basic, "Content-Type: application/cloudevents+json"]}.get(kind, [basic])
    with open(f"{hub.work}/body", "wb") as f:
        f.write(body)
    words = [word for header in headers for word in ("-H", header)]
    return hub.curl(None, f"/hooks/{kind}", *words, "--data-binary", f"@{hub.work}/body")[0]


def sample(kind):
    return open(f"{EXAMPLE}/samples/{kind}.json", "rb").read()


def test_invalid_events_are_refused(hub):
    def invalid(change):
        event = json.loads(sample("cloudevents"))
        change(event)
        return json.dumps(event).encode()
    assert until(lambda: send(hub, "cloudevents", invalid(lambda event: event.update(data={"nonsense": True}))) == 422, 30), "the validator"
    assert send(hub, "cloudevents", invalid(lambda event: event["data"]["subject"]["content"].update(colour="red"))) == 422
    assert send(hub, "cloudevents", invalid(lambda event: event["data"]["subject"]["content"].update(outcome="splendid"))) == 422


def test_six_systems(hub, scripts):
    scripts["dashboard"] = Script(hub, "dashboard", f"{EXAMPLE}/dashboard.py")
    scripts["dashboard"].wait_for("listening")
    artifact = f"{hub.work}/app.tgz"
    with open(artifact, "wb") as f:
        f.write(os.urandom(1532))
    assert hub.curl(hub.tokens["ci"], "/files/builds/app/42/app.tgz", "-T", artifact)[0] == 201
    for kind in SENT:
        assert send(hub, kind, sample(kind)) == 202, kind
    scripts["dashboard"].wait_for("app/42/app.tgz       1532 bytes")
    assert until(lambda: scripts["dashboard"].text().count(" success ") == len(SENT), 30), scripts["dashboard"].text()


def test_buildbot(hub, scripts):
    master = f"{hub.work}/master"
    made = subprocess.run(["buildbot", "create-master", "-q", "-c", "master.cfg", master], capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    shutil.copy(f"{EXAMPLE}/buildbot/master.cfg", master)
    scripts["buildbot"] = Script(hub, "ci", "buildbot", "start", "--nodaemon", master, cwd=hub.work)
    scripts["dashboard"].wait_for("app/1 ", 120)
    scripts["dashboard"].wait_for("app/1/app.tgz")


def test_dashboard(hub, scripts):
    """Seven builds, and nothing but the address of its page that tells which system built."""
    lines = [line for line in scripts["dashboard"].text().splitlines() if "success" in line]
    assert len(lines) == 7
    assert {re.sub("^(acme/)?app/[0-9]+ +", "", line).split()[0] for line in lines} == {"success"}
    gzip = hub.curl(hub.tokens["dashboard"], "/files/builds/app/1/app.tgz")[2][:2]
    assert gzip == b"\x1f\x8b", "Buildbot's artifact is the one that it made"
    assert not any(hook["problem"] or hook["refused"] > 3 for hook in json.loads(hub.run("console", "datahub:hooks", "--json").stdout))
