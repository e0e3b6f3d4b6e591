"""Hooks of CI systems from outside: each sends what it documents, GitHub also what it publishes as examples; wrong signatures, old
timestamps and repetitions; a translator swapped under load. The tests of this module build on one another.

Needs curl, a JDK, npm with its registry for @octokit/webhooks-examples, and Debian's python3-zmq."""
import base64, contextlib, glob, hashlib, hmac, json, os, re, shutil, socket, subprocess, tarfile, threading, time, uuid

import pytest, zmq

from support.clients import Subscriber, plain_socket
from support.hub import ROOT, jdk
from support.waiting import until

SAMPLES = f"{ROOT}/examples/ci/samples"
EXAMPLES = "@octokit/webhooks-examples@7.6.1"
SECRET = b"It's a Secret to Everybody"
STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KINDS = ("github", "gitlab", "gitea", "jenkins", "teamcity", "buildbot", "standard", "cloudevents")
TOPIC = "dev.cdevents.pipelinerun.finished.0.3.0"


@pytest.fixture(scope="module")
def users(hub):
    publish = "".join(f'<allow publish="{topic}"/>' for topic in ("dev.cdevents.", "ci.", "acme."))
    return hub.add_users(ci=publish, viewer=publish.replace("publish", "subscribe"))


@pytest.fixture(scope="module")
def hooks(hub, users):
    """A hook of each kind, called after it."""
    for each in hub.each:
        for name, secret in (("secret", SECRET.decode()), ("standard", STANDARD)):
            with open(os.open(f"{each.home}/etc/{name}", os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
                f.write(secret + "\n")
    for kind in KINDS:
        configure(hub, kind, kind=kind, user="ci", secretFile="etc/standard" if kind == "standard" else "etc/secret")
    for each in hub.each:
        assert until(lambda: len(json.loads(each.run("console", "datahub:hooks", "--json").stdout)) == len(KINDS), 30), each.home
    return subscribe(hub, users, "dev.cdevents.", "ci.", "acme.")


def subscribe(hub, users, *prefixes):
    """A subscriber whose subscriptions are active."""
    subscriber = Subscriber(hub, plain_socket(zmq.SUB, "viewer", users["viewer"]), *prefixes)
    probes = [f"{prefix}probe" for prefix in prefixes]
    assert until(lambda: all(hub.curl(hub.token(), f"/events/{probe}", "-d", "")[0] == 202 for probe in probes)
                 and all(subscriber.of(probe) for probe in probes), 30)
    return subscriber


def configure(hub, name, **settings):
    for each in hub.each:
        with open(f"{each.home}/etc/io.datahub.hook-{name}.cfg", "w") as f:
            f.write("".join(f"{key} = {value}\n" for key, value in settings.items()))


def post(hub, hook, body, *headers, token=None):
    name = f"{hub.work}/body-{threading.get_native_id()}"
    with open(name, "wb") as f:
        f.write(body)
    words = [word for header in headers for word in ("-H", header)]
    return hub.curl(token, f"/hooks/{hook}", *words, "--data-binary", f"@{name}")


def hex_signature(body, key=SECRET):
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def standard(body, delivery=None, seconds=0, key=STANDARD):
    delivery, timestamp = delivery or f"msg_{uuid.uuid4().hex}", str(int(time.time()) + seconds)
    code = hmac.new(base64.b64decode(key.removeprefix("whsec_")), f"{delivery}.{timestamp}.".encode() + body, hashlib.sha256)
    return [f"webhook-id: {delivery}", f"webhook-timestamp: {timestamp}",
            f"webhook-signature: v1,{base64.b64encode(code.digest()).decode()}"]


def github(body, event="workflow_run", delivery=None):
    return [f"X-Hub-Signature-256: sha256={hex_signature(body)}", f"X-GitHub-Event: {event}",
            f"X-GitHub-Delivery: {delivery or uuid.uuid4()}", "Content-Type: application/json"]


def headers(kind, body):
    """The headers by which a system of this kind authenticates a delivery."""
    return {"github": lambda: github(body),
            "gitea": lambda: [f"X-Gitea-Signature: {hex_signature(body)}", "X-Gitea-Event: workflow_run", f"X-Gitea-Delivery: {uuid.uuid4()}"],
            "gitlab": lambda: [f"X-Gitlab-Token: {SECRET.decode()}", "X-Gitlab-Event: Pipeline Hook", f"Idempotency-Key: {uuid.uuid4()}"],
            "standard": lambda: standard(body) + ["Content-Type: application/json"],
            "cloudevents": lambda: [f"Authorization: Bearer {SECRET.decode()}", "Content-Type: application/cloudevents+json"]}.get(
                kind, lambda: ["Authorization: Basic " + base64.b64encode(b"ci:" + SECRET).decode()])()


def sample(kind):
    return open(f"{SAMPLES}/{'cloudevents' if kind == 'standard' else kind}.json", "rb").read()


def test_each_system_reports_the_same_build(hub, hooks):
    for kind in KINDS:
        body = sample(kind)
        status, _, answer = post(hub, kind, body, *headers(kind, body))
        assert (status, json.loads(answer)) == (202, {"result": "accepted", "events": 1}), (kind, answer)
    assert until(lambda: len(hooks.of(TOPIC)) == len(KINDS), 20)
    for payload in hooks.of(TOPIC):
        event = json.loads(payload)
        assert event["type"] == TOPIC and event["data"]["context"]["specversion"] == "0.5.1"
        assert event["id"] == event["data"]["context"]["id"] and event["subject"] == event["data"]["subject"]["id"]
        assert event["subject"] in ("app/42", "acme/app/42") and event["data"]["subject"]["content"]["outcome"] == "success"
        assert event["data"]["subject"]["content"]["uri"].startswith("http")


def test_a_repetition_is_accepted_and_not_published(hub, hooks):
    before = len(hooks.of(TOPIC))
    for kind in KINDS:
        body = json.dumps(json.loads(sample(kind))).encode()  # the same document in other bytes
        signed = headers(kind, body)
        assert [json.loads(post(hub, kind, body, *signed)[2])["result"] for _ in range(3)] == ["accepted", "repeated", "repeated"], kind
    hub.kill()
    hub.start()
    assert json.loads(post(hub, "standard", body, *standard(body, "after-restart"))[2])["result"] == "accepted"
    for kind in ("jenkins", "teamcity", "buildbot", "cloudevents"):
        body = json.dumps(json.loads(sample(kind))).encode()
        assert json.loads(post(hub, kind, body, *headers(kind, body))[2])["result"] == "repeated", kind
    assert before == len(KINDS)


def test_what_is_not_authentic_is_refused_and_audited(hub, users, hooks):
    subscriber = subscribe(hub, users, "dev.cdevents.")
    size = hub.log_size()
    refused = []
    for kind in KINDS:
        body = sample(kind)
        good = headers(kind, body)
        at = next(i for i, header in enumerate(good) if re.match("X-.*(Signature|Token)|webhook-signature|Authorization", header))
        without = good[:at] + good[at + 1:]
        # Not the last character, of which Base64 doesn't use all bits.
        wrong = re.sub("(.)(....=*)$", lambda m: ("A" if m[1] != "A" else "B") + m[2], good[at])
        for attempt in (without, without + [good[at][:-3]], without + [good[at].split(":")[0] + ": "], without + [wrong]):
            refused.append((kind, post(hub, kind, body, *attempt)[0]))
        if kind in ("github", "gitea", "standard"):
            refused.append((kind, post(hub, kind, body + b" ", *good)[0]))
    # A second may pass on the way, which brings a time in the future nearer to the hub's clock.
    for seconds in (-301, 360, -100_000):
        refused.append((seconds, post(hub, "standard", sample("standard"), *standard(sample("standard"), seconds=seconds))[0]))
    assert {status for _, status in refused} == {401}, refused
    assert post(hub, "standard", b"{}", *standard(b"{}", seconds=-290))[0] == 202
    assert until(lambda: hub.log_lines("hook github", since=size) and hub.log_lines("hook standard", since=size), 20)
    assert not any("Secret to Everybody" in line or STANDARD in line for line in hub.log_lines("hook"))
    body = sample("github")
    assert post(hub, "github", body, *github(body))[0] == 202
    assert until(lambda: len(subscriber.of(TOPIC)) == 1, 20), "and none of the others"


def test_malformed_and_unknown_deliveries(hub, hooks):
    for body in (b"", b"[]", b"{", b"payload=%7B%7D", b'{"action":"completed"}', b"\xff"):
        assert post(hub, "github", body, *github(body))[0] == 422, body
    for kind in ("jenkins", "gitlab", "teamcity", "buildbot", "gitea", "standard", "cloudevents"):
        assert post(hub, kind, b"nonsense", *headers(kind, b"nonsense"))[0] == 422, kind
    unknown = {"github": b'{"action":"starred"}', "gitlab": b'{"object_kind":"push"}', "teamcity": b'{"eventType":"AGENT_REMOVED"}'}
    for kind, body in unknown.items():
        signed = github(body, "star") if kind == "github" else headers(kind, body)
        status, _, answer = post(hub, kind, body, *signed)
        assert (status, json.loads(answer)) == (202, {"result": "unknown", "events": 0})
    counts = [each.metrics(hub.token()) for each in hub.each]
    for result, expected in (("unknown", 1), ("invalid", 6)):
        assert sum(each[f'datahub_hook_deliveries_total{{hook="github",result="{result}"}}'] for each in counts) == expected
    assert post(hub, "nobody", b"{}")[0] == 404
    assert hub.curl(None, "/hooks/github")[0] == 405


def test_bodies_that_are_announced_but_not_sent_block_nobody(hub, hooks):
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", hub.http), timeout=10))
            connection.sendall(b"POST /hooks/github HTTP/1.1\r\nHost: hub\r\nContent-Length: 26000000\r\n\r\n{")
        body = sample("github") + b"  "
        assert post(hub, "github", body, *github(body))[0] == 202


def test_a_token_of_the_hub_authenticates_systems_that_do_not_sign(hub, users, hooks):
    body = sample("jenkins") + b" "
    assert post(hub, "jenkins", body, token=users["viewer"])[0] == 403
    assert post(hub, "jenkins", body, token="dh_wrong")[0] == 401
    assert post(hub, "jenkins", body, token=users["ci"])[0] == 202
    assert post(hub, "github", body, token=users["ci"])[0] == 401, "GitHub signs"


def test_githubs_own_examples(hub, users, hooks):
    subprocess.run(["npm", "pack", "--silent", EXAMPLES], cwd=hub.work, check=True, timeout=120, capture_output=True)
    with tarfile.open(glob.glob(f"{hub.work}/octokit-webhooks-examples-*.tgz")[0]) as package:
        published = json.load(package.extractfile("package/api.github.com/index.json"))
    results = {}
    for event in published:
        for example in event["examples"]:
            body = json.dumps(example).encode()
            status, _, answer = post(hub, "github", body, *github(body, event["name"]))
            assert status == 202, (event["name"], answer)
            results.setdefault(event["name"], []).append(json.loads(answer)["result"])
    assert {name for name, found in results.items() if "accepted" in found} == {"workflow_run", "workflow_job", "check_run", "ping"}
    assert len(published) > 50 and all(set(found) == {"unknown"} for name, found in results.items()
                                       if name not in ("workflow_run", "workflow_job", "check_run", "ping"))


def test_console(hub, hooks):
    shown = json.loads(hub.run("console", "datahub:hook-test", "--json", "--header", "X-GitHub-Event: workflow_run", "github",
                               f"{SAMPLES}/github.json").stdout)
    assert [event["subject"] for event in shown] == ["acme/app/42"]
    status = {hook["name"]: hook for hook in json.loads(hub.run("console", "datahub:hooks", "--json").stdout)}
    assert {hook["name"]: len(hook["recent"]) > 0 for hook in json.loads(hub.curl(hub.token(), "/status/hooks")[2])["hooks"]}["github"]
    assert set(status) == set(KINDS) and status["github"]["accepted"] > 0 and not any(hook["problem"] for hook in status.values())


def test_problems_are_shown(hub, hooks):
    configure(hub, "broken", kind="nobody-sends-this", user="missing")
    assert until(lambda: "no translator" in json.dumps(json.loads(hub.curl(hub.token(), "/health/ready")[2])), 30)
    for each in hub.each:
        os.remove(f"{each.home}/etc/io.datahub.hook-broken.cfg")
    assert until(lambda: "no translator" not in hub.curl(hub.token(), "/health/ready")[2].decode(), 30)


TRANSLATOR = """
package org.example.acme;
import io.datahub.api.Result;
import io.datahub.api.cloudevent.*;
import io.datahub.api.hook.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
public class Acme implements EventTranslator {
    public Result<Translation> translate(Delivery delivery) {
        String body = new String(delivery.body(), StandardCharsets.UTF_8);
        String json = "{\\"specversion\\":\\"1.0\\",\\"id\\":\\"" + delivery.id().substring(7) + "\\",\\"source\\":\\"/acme\\",\\"type\\":\\"acme.done\\",\\"data\\":\\""
            + body + " by VERSION\\"}";
        return CloudEventReader.read(json.getBytes(StandardCharsets.UTF_8), "it").then(e -> Result.done(Translation.of(List.of(e))));
    }
}
"""
COMPONENT = """<scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="org.example.acme">
  <implementation class="org.example.acme.Acme"/>
  <service><provide interface="io.datahub.api.hook.EventTranslator"/></service>
  <property name="datahub.translator.kind" value="acme"/>
</scr:component>
"""


def translator(hub, version):
    """The jar of a translator that a third party wrote."""
    folder = f"{hub.work}/acme-{version}"
    os.makedirs(f"{folder}/classes/OSGI-INF")
    with open(f"{folder}/Acme.java", "w") as f:
        f.write(TRANSLATOR.replace("VERSION", version))
    api = glob.glob(f"{ROOT}/bundles/api/target/datahub-api-*.jar")
    api = ":".join(jar for jar in api if "sources" not in jar and "javadoc" not in jar)
    subprocess.run([jdk("javac"), "--release", "17", "-Xlint:none", "-proc:none", "-cp", api, "-d", f"{folder}/classes", f"{folder}/Acme.java"],
                   check=True, capture_output=True)
    with open(f"{folder}/classes/OSGI-INF/acme.xml", "w") as f:
        f.write(COMPONENT)
    with open(f"{folder}/manifest", "w") as f:
        f.write("Bundle-ManifestVersion: 2\nBundle-SymbolicName: org.example.acme\n"
                f"Bundle-Version: {version}\nService-Component: OSGI-INF/acme.xml\n"
                "Import-Package: io.datahub.api,io.datahub.api.cloudevent,io.datahub.api.hook\n"
                'Require-Capability: osgi.extender;filter:="(&(osgi.extender=osgi.component)(version>=1.3)(!(version>=2)))"\n')
    jar = f"{folder}/acme.jar"
    subprocess.run([jdk("jar"), "cfm", jar, f"{folder}/manifest", "-C", f"{folder}/classes", "."], check=True, capture_output=True)
    return jar


def test_a_translator_dropped_in_and_swapped_under_load(hub, users, hooks, size):
    jars = [translator(hub, version) for version in ("1.0.0", "2.0.0")]
    jar = f"{hub.work}/acme.jar"
    shutil.copy(jars[0], jar)
    configure(hub, "acme", kind="acme", user="ci", secretFile="etc/secret")
    bundles = {each: re.search(r"Bundle ID: (\d+)", each.run("console", f"bundle:install -s file:{jar}").stdout)[1] for each in hub.each}
    bearer = f"Authorization: Bearer {SECRET.decode()}"
    subscriber = subscribe(hub, users, "acme.")
    ready = iter(range(1_000))
    assert until(lambda: post(hub, "acme", f"ready-{next(ready)}".encode(), bearer)[0] == 202 and subscriber.of("acme.done"), 30)
    statuses, stop = [], threading.Event()

    def load(sender):
        for number in range(1_000_000):
            if stop.is_set():
                return
            body = f"{sender}-{number}"
            statuses.append((post(hub, "acme", body.encode(), bearer)[0], body))
    senders = [threading.Thread(target=load, args=(n,)) for n in range(3)]
    for sender in senders:
        sender.start()
    try:
        for swap in range(size("swaps")):
            shutil.copy(jars[(swap + 1) % 2], jar)
            for each, bundle in bundles.items():
                updated = each.run("console", f"bundle:update {bundle}")
                assert updated.returncode == 0, updated.stdout + updated.stderr
            seen = len(statuses)
            assert until(lambda: len(statuses) > seen + 3, 30)
    finally:
        stop.set()
        for sender in senders:
            sender.join()
    assert {status for status, _ in statuses} == {202}
    sent = sorted(body for _, body in statuses)
    def received():
        return [json.loads(payload)["data"] for payload in subscriber.of("acme.done") if b"ready" not in payload]
    assert until(lambda: len(received()) >= len(sent), 30)
    assert sorted(data.split(" by ")[0] for data in received()) == sent
    assert {data.split(" by ")[1] for data in received()} == {"1.0.0", "2.0.0"}
