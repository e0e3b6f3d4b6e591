"""examples/ci from outside: Debian's Buildbot builds for real, Jenkins by what it would post; one dashboard shows both. The
tests of this module build on one another.

Needs curl, Debian's buildbot and buildbot-worker, and Maven Central for the schemas of CDEvents."""
import contextlib, hashlib, json, os, re, shutil, signal, subprocess

import pytest

from support.hub import ROOT, new_token, sha256
from support.waiting import until

EXAMPLE = f"{ROOT}/examples/ci"
JAR = "https://repo1.maven.org/maven2/dev/cdevents/cdevents-sdk-java/0.3.1/cdevents-sdk-java-0.3.1.jar"
JAR_SHA256 = "8122268c9e9a9250012d5f68576536f4a1d7b27883c5710d4349bbaec3472144"
USERS = ("jenkins", "buildbot", "translator", "dashboard")
FINISHED = "dev.cdevents.pipelinerun.finished.0.1.1"


class Script:
    """A program of the example that goes on until it is stopped."""

    def __init__(self, hub, user, *command, cwd=EXAMPLE):
        self.path = f"{hub.work}/{user}.out"
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
    """A hub with the users and validators of the example."""
    hub.tokens = {name: new_token() for name in USERS}
    users = open(f"{EXAMPLE}/hub/users.xml").read()
    for name, token in hub.tokens.items():
        line = f'<token sha256="{sha256(token)}"/>'
        users, found = re.subn(rf'(<user name="{name}"[^>]*?)(/?)>', lambda m: f"{m[1]}>{line}" + ("</user>" if m[2] else ""), users)
        assert found == 1, name
    text = open(f"{hub.home}/files/broker_users.xml").read().replace("</broker-users>", users + "</broker-users>")
    status, _, body = hub.curl(admin, "/files/broker_users.xml", "-X", "PUT", "--data-binary", text)
    assert status == 200, body
    return hub


@pytest.fixture(scope="module")
def schemas(hub, admin):
    """The schemas of CDEvents as records of the hub, and the validator that uses them."""
    jar = f"{hub.work}/cdevents.jar"
    subprocess.run(["curl", "-sSf", "--retry", "3", "-o", jar, JAR], check=True, timeout=60)
    assert hashlib.sha256(open(jar, "rb").read()).hexdigest() == JAR_SHA256
    loaded = subprocess.run([f"{EXAMPLE}/schemas.py", jar], capture_output=True, text=True,
                            env=dict(os.environ, HUB=f"http://127.0.0.1:{hub.http}", TOKEN=admin))
    assert loaded.returncode == 0 and re.match(r"\d\d schemas", loaded.stdout), loaded.stdout + loaded.stderr
    shutil.copy(f"{EXAMPLE}/hub/io.datahub.validator.cloudevents-ci.cfg", f"{hub.home}/etc/")


@pytest.fixture(scope="module")
def scripts():
    started = {}
    yield started
    for script in started.values():
        script.stop()


def test_invalid_events_are_refused(hub, schemas):
    def post(**data):
        event = {"specversion": "1.0", "id": "1", "source": "/ci", "type": FINISHED, "subject": "x", "time": "2026-01-01T00:00:00Z", "data": data}
        return hub.curl(hub.tokens["translator"], f"/events/{FINISHED}", "-H", "Content-Type: application/cloudevents+json", "-d", json.dumps(event))
    refused = until(lambda: (response := post(nonsense=True))[0] == 422 and response, 30)
    assert refused and b"cloudevents-ci" in refused[2], "the validator is named once it is active"
    context = {"version": "0.3.0", "id": "1", "source": "/ci", "type": FINISHED, "timestamp": "2026-01-01T00:00:00Z"}
    subject = {"id": "x", "type": "pipelineRun", "content": {"outcome": "success"}}
    assert post(context=context, subject=dict(subject, content={"colour": "red"}))[0] == 422, "content that the schema doesn't know"
    assert post(context=dict(context, id="2"), subject=subject)[0] == 422, "an id that differs from the event's"


def test_scripts_start(hub, schemas, scripts):
    scripts["translator"] = Script(hub, "translator", f"{EXAMPLE}/translate.py")
    scripts["dashboard"] = Script(hub, "dashboard", f"{EXAMPLE}/dashboard.py")
    for script in scripts.values():
        script.wait_for("listening")


def test_jenkins(hub, scripts):
    def jenkins(path, *more):
        return hub.curl(hub.tokens["jenkins"], path, *more)[0]
    artifact = f"{hub.work}/app.tgz"
    with open(artifact, "wb") as f:
        f.write(os.urandom(1532))
    assert jenkins("/files/builds/lib/7/app.tgz", "-T", artifact) == 201
    finalized = open(f"{EXAMPLE}/jenkins/finalized.json").read()
    for phase in ("STARTED", "COMPLETED", "FINALIZED"):
        body = finalized.replace("FINALIZED", phase)
        assert jenkins("/events/ci.jenkins", "-H", "Content-Type: application/json", "-d", body) == 202
    assert jenkins("/events/ci.buildbot", "-d", "{}") == 403, "Jenkins can't publish in Buildbot's name"


def test_buildbot(hub, scripts):
    master = f"{hub.work}/master"
    made = subprocess.run(["buildbot", "create-master", "-q", "-c", "master.cfg", master], capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    shutil.copy(f"{EXAMPLE}/buildbot/master.cfg", master)
    scripts["buildbot"] = Script(hub, "buildbot", "buildbot", "start", "--nodaemon", master, cwd=hub.work)
    scripts["dashboard"].wait_for("app/1 ", 120)


def test_dashboard(hub, scripts):
    """Two builds with an artifact each, and nothing that tells which system built."""
    dashboard = scripts["dashboard"]
    dashboard.wait_for("lib/7 ")
    lines = sorted(line for line in dashboard.text().splitlines() if "/" in line)
    assert [line.split()[0] for line in lines] == ["app/1", "app/1/app.tgz", "lib/7", "lib/7/app.tgz"]
    assert all(line.split()[1] == "success" for line in lines if "http" in line)
    plain = [re.sub(r"app|lib|1532|[0-9]+ bytes|/[17]\b", "X", line.replace(f":{hub.http}", "")).split() for line in lines]
    assert plain[0] == plain[2]
    assert not re.search("jenkins|buildbot", dashboard.text(), re.I)
    gzip = hub.curl(hub.tokens["dashboard"], "/files/builds/app/1/app.tgz")[2][:2]
    assert gzip == b"\x1f\x8b", "Buildbot's artifact is the one that it made"
    translated = scripts["translator"].text()
    assert "refused" not in translated and "something else" not in translated
