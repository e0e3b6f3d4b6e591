"""Swaps a validator while clients upload: no request fails, and each response names the version that validated and agrees with its
rule. Then uploads that attack validators, and restarts of components while clients ask for what they serve.

Needs a JDK, curl, and Debian's python3-zmq and python3-websockets. The tests build on one another."""
import asyncio, datetime, http.client, json, os, random, re, shutil, socket, statistics, subprocess, sys, threading, time, zipfile

import pytest
import websockets, zmq

from support.clients import EventStream, WebSocketSubscriber, plain_socket
from support.hub import ROOT, jdk
from support.waiting import never, until

CLIENTS = 32
AWAY_SECONDS = 2
REFUSED_WORD = {"1.0.0": "RED", "2.0.0": "BLUE"}  # by the versions of the validator
# events in the log
REGISTERED, REPLACED, UNREGISTERED = "store.validator.registered", "store.validator.updated", "store.validator.unregistered"
NO_LONGER_REQUIRED = "store.validator.no-longer-required"

RULE = """
package org.example.colour;
import io.datahub.api.validation.*;
public class Colour implements Validator {
    public Verdict validate(Candidate candidate) throws java.io.IOException {
        try (java.io.InputStream in = candidate.open()) {
            String text = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return text.contains("%s") ? Verdict.refuse("no %s here") : Verdict.accept();
        }
    }
}
"""
COMPONENT = """<scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="org.example.colour">
  <implementation class="org.example.colour.Colour"/>
  <service><provide interface="io.datahub.api.validation.Validator"/></service>
  <property name="name" value="colour"/>
  <property name="paths" type="String" value="swap/**"/>
</scr:component>
"""
OBSERVER = """
package org.example.observer;
import org.osgi.framework.*;
public class Observer implements BundleActivator, BundleListener, FrameworkListener {
    private java.io.PrintStream out;
    public void start(BundleContext context) throws Exception {
        out = new java.io.PrintStream(new java.io.FileOutputStream("%s"), true);
        context.addBundleListener(this);
        context.addFrameworkListener(this);
        out.println("begin");
    }
    public void stop(BundleContext context) {
        context.removeBundleListener(this);
        context.removeFrameworkListener(this);
    }
    public void bundleChanged(BundleEvent event) {
        out.println("bundle " + event.getType() + " " + event.getBundle().getSymbolicName());
    }
    public void frameworkEvent(FrameworkEvent event) {
        out.println("framework " + event.getType() + " " + event.getBundle().getSymbolicName());
    }
}
"""


def make_jar(hub, name, source, manifest, files=None):
    """A bundle of one class, made with javac alone."""
    folder = f"{hub.work}/{name}"
    os.makedirs(folder)
    path = re.search(r"package (.*?);", source)[1].replace(".", "/") + "/" + re.search(r"class (\w+)", source)[1]
    java = f"{folder}/{os.path.basename(path)}.java"
    with open(java, "w") as f:
        f.write(source)
    system = f"{ROOT}/karaf-assembly/target/assembly/system"
    jars = [os.path.join(d, f) for part in ("io/datahub/datahub-api", "org/apache/felix/org.apache.felix.framework")
            for d, _, fs in os.walk(f"{system}/{part}") for f in fs if f.endswith(".jar")]
    subprocess.run([jdk("javac"), "-nowarn", "--release", "17", "-cp", ":".join(jars), "-d", f"{folder}/classes", java], check=True, capture_output=True)
    target = f"{hub.work}/{name}.jar"
    with zipfile.ZipFile(target, "w") as z:
        z.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nBundle-ManifestVersion: 2\n" + manifest + "\n")
        z.write(f"{folder}/classes/{path}.class", f"{path}.class")
        for inside, text in (files or {}).items():
            z.writestr(inside, text)
    return target


def colour_jar(hub, version, symbolic_name="org.example.colour"):
    """The validator colour in a version."""
    word = REFUSED_WORD[version]
    return make_jar(hub, f"{symbolic_name}-{version}", RULE % (word, word),
                    f"Bundle-SymbolicName: {symbolic_name}\nBundle-Version: {version}\n"
                    'Import-Package: io.datahub.api.validation;version="[0.9,1)"\n'
                    "Service-Component: OSGI-INF/colour.xml\n", {"OSGI-INF/colour.xml": COMPONENT})


def deploy(hub, jar, name):
    """Replaces a file in deploy/ at once."""
    shutil.copy(jar, f"{hub.work}/next.jar")
    os.replace(f"{hub.work}/next.jar", f"{hub.home}/deploy/{name}")


class Console:
    """The hub's console, a session for each command."""

    def __init__(self, hub):
        self.hub = hub

    def run(self, command):
        for _ in range(6):  # on a busy machine the login can take longer than it may
            out = self.hub.run("console", command)
            if "within specified timeout" not in out.stdout + out.stderr:
                break
        assert out.returncode == 0, f"{command}: {out.stdout}{out.stderr}"
        return out.stdout

    def bundle(self, name, state=r"\w+"):
        """The number of a bundle."""
        return re.search(rf"(\d+) \W+ {state} .*{name}", self.run("bundle:list -t 0 -s"))[1]

    def validators(self):
        return json.loads(self.run("datahub:validators --json"))

    def colours(self):
        """The versions of the validator colour and their states."""
        return {(v["version"], v["state"]) for v in self.validators() if v["name"] == "colour"}


class Uploads:
    """Clients that upload without a pause and look at each response."""

    def __init__(self, hub, token):
        self.hub, self.token, self.on = hub, token, True
        self.wrong, self.times, self.versions, self.lock = [], [], {}, threading.Lock()
        self.threads = [threading.Thread(target=self.upload, args=(i,), daemon=True) for i in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def upload(self, client):
        connection, number, dice = None, 0, random.Random(client)
        while self.on:
            number += 1
            word = dice.choice(("RED", "BLUE"))
            began = time.monotonic()
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.hub.http, timeout=60)
                connection.request("PUT", f"/files/swap/{client}/{number % 20}", f"{word} {number}", {"Authorization": f"Bearer {self.token}"})
                response = connection.getresponse()
                version, fault = self.examine(response.status, json.loads(response.read()), word)
            except Exception as e:
                connection, version, fault = None, None, repr(e)
            with self.lock:
                self.times.append((began, time.monotonic()))
                if fault:
                    self.wrong.append(fault)
                else:
                    self.versions[version] = self.versions.get(version, 0) + 1

    @staticmethod
    def examine(status, body, word):
        """The version that validated, or what is wrong with the response."""
        named = body.get("validators" if status in (200, 201) else "violations", []) if status in (200, 201, 422) else []
        versions = {v["version"] for v in named if v.get("name", v.get("validator")) == "colour"}
        if len(versions) != 1:
            return None, f"{status} {body}"
        version = versions.pop()
        agrees = (status == 422) == (REFUSED_WORD.get(version) == word)
        return version, None if agrees else f"{status} for {word} by {version}"

    def count(self):
        return len(self.times)

    def take(self, away=()):
        """The p99 and the median in ms, and the number, since the last call; the times without a validator don't count."""
        with self.lock:
            spans, self.times = self.times, []
        times = sorted(end - begin - sum(max(0, min(end, b) - max(begin, a)) for a, b in away) for begin, end in spans)
        return (times[int(len(times) * .99)] * 1000, statistics.median(times) * 1000, len(times)) if times else (0, 0, 0)

    def stop(self):
        self.on = False
        for thread in self.threads:
            thread.join(90)


def log(hub):
    with open(f"{hub.home}/log/datahub.log") as f:
        return f.read()


def registrations(hub):
    return len(re.findall(f'{REGISTERED} validator="colour', log(hub)))


def moments(hub, event):
    """When this happened to the validator colour, as time.monotonic() counts."""
    offset = time.monotonic() - time.time()
    return [datetime.datetime.strptime(at, "%Y-%m-%dT%H:%M:%S,%f").timestamp() + offset
            for at in re.findall(rf"^(\S+) .*{event} validator=colour", log(hub), re.M)]


def configure(hub, name, text):
    """Writes the configuration of a validator at once."""
    path = f"{hub.home}/etc/io.datahub.validator.{name}.cfg"
    with open(path + ".new", "w") as f:
        f.write(text)
    os.replace(path + ".new", path)


@pytest.fixture(scope="module")
def console(hub):
    return Console(hub)


@pytest.fixture(scope="module")
def jars(hub):
    """The first and the second version."""
    return colour_jar(hub, "1.0.0"), colour_jar(hub, "2.0.0")


@pytest.fixture(scope="module")
def observed(hub):
    """The file in which a bundle writes down what happens to all the others."""
    path = f"{hub.work}/observed"
    jar = make_jar(hub, "observer", OBSERVER % path,
                   "Bundle-SymbolicName: org.example.observer\nBundle-Version: 1.0.0\nImport-Package: org.osgi.framework\n"
                   "Bundle-Activator: org.example.observer.Observer\n")
    deploy(hub, jar, "observer.jar")
    assert until(lambda: os.path.exists(path), 60)
    return path


@pytest.fixture(scope="module")
def bundle(hub, console, jars, observed):
    """The number of the validator's bundle, which is in deploy/ and required."""
    with open(f"{hub.home}/etc/io.datahub.store.cfg", "a") as f:
        f.write("\nrequire = colour: swap/**\nwaitMillis = 30000\n")
    deploy(hub, jars[0], "colour.jar")
    assert until(lambda: registrations(hub) == 1, 60)
    return console.bundle("org.example.colour", "Active")


@pytest.fixture(scope="module")
def uploads(hub, admin, bundle):
    uploads = Uploads(hub, admin)
    yield uploads
    uploads.stop()


@pytest.fixture(scope="module")
def latencies(uploads):
    """What `Uploads.take` returned, by the kind of load."""
    assert until(lambda: uploads.count() > 200, 60)
    uploads.take()
    assert until(lambda: uploads.count() > CLIENTS * 40, 60)
    return {"usual": uploads.take()}


def test_updated_bundle(hub, console, bundle, jars, uploads, latencies, size):
    swaps, script = size("swaps"), f"{hub.work}/swaps"
    with open(script, "w") as f:
        f.writelines(f"bundle:update {bundle} file:{jars[1 - i % 2]}\n" for i in range(swaps))
    before, began = registrations(hub), time.monotonic()
    console.run(f"shell:source file:{script}")
    assert until(lambda: registrations(hub) - before >= swaps, 60), registrations(hub) - before
    print(f"{swaps} swaps in {time.monotonic() - began:.1f} s")
    latencies["swapping"] = uploads.take()


def test_replaced_jar(hub, jars, uploads):
    before = registrations(hub)
    deploy(hub, jars[1], "colour.jar")
    assert until(lambda: registrations(hub) > before, 30)


def test_absent_validator(hub, console, bundle, jars, uploads, latencies, size):
    """While the required validator is absent between two versions, uploads wait for it."""
    absences = size("absences")
    uploads.take()
    gone = len(moments(hub, UNREGISTERED))
    for i in range(absences):
        console.run(f"bundle:stop {bundle}")
        stopped = time.monotonic()
        assert until(lambda: time.monotonic() - max([end for _, end in uploads.times[-1:]], default=stopped) > 0.5), "all clients wait"
        done, before = uploads.count(), registrations(hub)
        assert never(lambda: uploads.count() != done, AWAY_SECONDS)
        console.run(f"bundle:update {bundle} file:{jars[(i + absences) % 2]}")
        assert uploads.count() == done
        console.run(f"bundle:start {bundle}")
        assert until(lambda: registrations(hub) > before and uploads.count() > done, 30)
    latencies["absent"] = uploads.take(list(zip(moments(hub, UNREGISTERED)[gone:], moments(hub, REGISTERED)[-absences:])))


def test_another_validator(hub, uploads):
    """It is configured, reconfigured and removed."""
    for count, most in enumerate((20, 30, 40), 1):
        configure(hub, "policy-swap", f"paths = swap/**\nmaxBytes = {most}\n")
        assert until(lambda: len(re.findall(f'({REGISTERED}|{REPLACED}) validator="policy-swap', log(hub))) >= count, 20)
    os.remove(f"{hub.home}/etc/io.datahub.validator.policy-swap.cfg")
    for line in (f'{UNREGISTERED} validator="policy-swap', f"{NO_LONGER_REQUIRED} pid=io.datahub.validator.policy~swap"):
        assert until(lambda: line in log(hub), 20), line


def test_two_validators_of_one_name(hub, console, uploads):
    """The newer version is in force, the older one when that is gone."""
    deploy(hub, colour_jar(hub, "1.0.0", "org.example.older"), "older.jar")
    assert until(lambda: console.colours() == {("2.0.0", "active"), ("1.0.0", "shadowed")}, 30), console.colours()
    os.remove(f"{hub.home}/deploy/colour.jar")
    assert until(lambda: console.colours() == {("1.0.0", "active")}, 30), console.colours()


def test_validator_of_a_feature(hub, console, uploads):
    feature = f"{hub.work}/guest-features.xml"
    with open(feature, "w") as f:
        f.write('<features xmlns="http://karaf.apache.org/xmlns/features/v1.6.0" name="guest"><feature name="guest" version="1.0.0">'
                f'<bundle>file:{colour_jar(hub, "2.0.0", "org.example.guest")}</bundle></feature></features>')
    console.run(f"feature:repo-add file:{feature}")
    console.run("feature:install guest")
    assert until(lambda: ("2.0.0", "active") in console.colours(), 30), console.colours()
    console.run("feature:uninstall guest")
    assert until(lambda: console.colours() == {("1.0.0", "active")}, 30), console.colours()


def test_other_bundles_are_left_alone(observed):
    types = {4: "stopped", 8: "updated", 16: "uninstalled", 64: "unresolved"}
    with open(observed) as f:
        events = [line.split() for line in f if line.startswith("bundle ")]
    assert [(types[int(kind)], name) for _, kind, name in events if int(kind) in types and not name.startswith("org.example.")] == []


def test_restarted_transports(hub, admin, console, uploads):
    for name in ("datahub-websocket", "datahub-zeromq"):
        console.run(f"bundle:restart {console.bundle(name, 'Active')}")
    assert until(lambda: hub.curl(admin, "/health/ready")[0] == 200, 60)


def test_uploads_during_all_that(uploads, latencies, size):
    uploads.stop()
    for name, (p99, median, count) in latencies.items():
        print(f"{name}: p99 {p99:.0f} ms, median {median:.0f} ms, {count} uploads")
    print(f"validated by {uploads.versions}")
    assert not uploads.wrong and set(uploads.versions) == set(REFUSED_WORD)
    if size("swaps") >= 100:  # a few mean nothing on a machine that others use
        assert max(latencies["swapping"][0], latencies["absent"][0]) <= 5 * latencies["usual"][0]


def test_trial(hub, admin, console):
    """The procedure of docs/how-to/update-validator.md: try, swap, check, roll back."""
    def put(name, text):
        return hub.curl(admin, f"/files/swap/trial/{name}", "-X", "PUT", "--data-binary", text)
    put("red", "RED")
    put("green", "GREEN")
    config = f"{hub.home}/etc/io.datahub.store.cfg"
    with open(config) as f:
        before = f.read()
    with open(config, "a") as f:
        f.write("\ntrialValidators = colour/2.0.0\n")
    deploy(hub, colour_jar(hub, "2.0.0", "org.example.newer"), "newer.jar")
    assert until(lambda: console.colours() == {("2.0.0", "trial"), ("1.0.0", "active")}, 30), console.colours()
    put("blue", "BLUE")
    tried = hub.run("console", "datahub:validate --validator colour/2.0.0 --json swap/trial")
    assert tried.returncode != 0 and '"path":"swap/trial/blue"' in tried.stdout and "green" not in tried.stdout
    with open(config, "w") as f:
        f.write(before)
    assert until(lambda: console.colours() == {("2.0.0", "active"), ("1.0.0", "shadowed")}, 30), console.colours()
    assert {"name": "colour", "version": "2.0.0"} in json.loads(put("green", "GREEN")[2])["validators"]
    os.remove(f"{hub.home}/deploy/newer.jar")
    assert until(lambda: console.colours() == {("1.0.0", "active")}, 30), console.colours()


# Uploads that attack validators

VALIDATORS = {
    "xml-worst": "paths = worst/*.xml\n",
    "jsonschema-worst": "paths = worst/*.json\nschema = schemas/any.json\n",
    "xsd-worst": "paths = worst/*.doc\nschema = schemas/network.xsd\n",
    "xsd-held": "paths = worst/held/*\nschema = schemas/held.xsd\n",
    "xsd-ids": "paths = worst/ids/*\nschema = schemas/ids.xsd\n",
    "command-sleeps": "paths = worst/sleeps\ncommand = /bin/sleep 600\ntimeoutMillis = 1000\n",
    "command-prints": "paths = worst/prints\ncommand = /usr/bin/yes\n",
    "cloudevents-build": "topics = build.\n",
    "policy-images": "paths = images/**\ntypes = image/*\nmatchExtension = true\n"}
XSD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">%s</xs:schema>'
SCHEMAS = {
    "any.json": '{"items": {"$ref": "#"}, "uniqueItems": true}',
    "network.xsd": XSD % '<xs:import namespace="u" schemaLocation="http://127.0.0.1:PORT/x.xsd"/>',
    "held.xsd": XSD % '<xs:element name="x" type="xs:string"/>',
    "ids.xsd": XSD % ('<xs:element name="x"><xs:complexType><xs:sequence><xs:element name="a" maxOccurs="unbounded"><xs:complexType>'
                      '<xs:attribute name="i" type="xs:ID"/></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>')}
LAUGHS = "<!DOCTYPE l [" + "".join(
    f'<!ENTITY l{i} "{"&l%d;" % (i - 1) * 10 if i else "ha"}">' for i in range(10)) + "]><l>&l9;</l>"
ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
INCLUDE = '<x xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="file:///etc/passwd" parse="text"/></x>'
COLLISIONS = json.dumps(["".join(("Aa", "BB")[i >> bit & 1] for bit in range(16)) for i in range(60_000)])
CLOUD_EVENT = json.dumps({"specversion": "1.0", "id": "1", "source": "/ci", "type": "t"})


class Watch:
    """Asks the hub again and again during attacks, and looks at its resident memory."""

    def __init__(self, hub, token):
        self.hub, self.token, self.ended, self.failures, self.longest, self.pid = hub, token, threading.Event(), 0, 0.0, hub.pid()
        self.first = self.most = self.resident()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def resident(self):
        """In MiB."""
        return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{self.pid}/status").read())[1]) / 1024

    def look(self):
        while not self.ended.wait(0.1):
            began = time.monotonic()
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.hub.http, timeout=30)
                connection.request("GET", "/whoami", headers={"Authorization": f"Bearer {self.token}"})
                self.failures += connection.getresponse().status != 200
                connection.close()
            except OSError:
                self.failures += 1
            self.longest = max(self.longest, time.monotonic() - began)
            self.most = max(self.most, self.resident())

    def stop(self):
        self.ended.set()
        self.thread.join()


@pytest.fixture(scope="module")
def put(hub, admin):
    """Stores a text; returns the status and the body."""
    def put(path, text):
        with open(f"{hub.work}/body", "w") as f:
            f.write(text)
        status, _, body = hub.curl(admin, f"/files/{path}", "-X", "PUT", "--data-binary", f"@{hub.work}/body")
        return status, body
    return put


@pytest.fixture(scope="module")
def watch(hub, admin, console, put):
    """The validators are configured, and their schemas stored."""
    for name, text in VALIDATORS.items():
        configure(hub, name, text)
    assert until(lambda: set(VALIDATORS) <= {v["name"] for v in console.validators() if v["state"] == "active"}, 60)
    for name, text in SCHEMAS.items():
        assert put(f"schemas/{name}", text.replace("PORT", str(hub.http)))[0] == 201
    watch = Watch(hub, admin)
    yield watch
    watch.stop()


@pytest.mark.parametrize("path, text, expected", [
    ("worst/laughs.xml", LAUGHS, 422), ("worst/entity.xml", ENTITY, 422), ("worst/a.doc", "<x/>", 503),
    ("worst/deep.json", "[" * 100_000 + "]" * 100_000, 422), ("worst/hash.json", COLLISIONS, 422),
    ("worst/sleeps", "x", 503), ("worst/prints", "x", 503), ("images/a.png", "MZ\0\0", 422)],
    ids=["billion laughs", "external entity", "schema from the network", "deep JSON", "hash collisions", "endless command",
         "endless output", "program as picture"])
def test_attack(watch, put, path, text, expected):
    began = time.monotonic()
    status, body = put(path, text)
    assert status == expected, body[:200]
    assert time.monotonic() - began < 30


def test_xinclude_stays_text(hub, admin, watch, put):
    assert put("worst/include.xml", INCLUDE)[0] == 201
    assert b"root:" not in hub.curl(admin, "/files/worst/include.xml")[2]


def test_no_command_is_left(watch):
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert "/bin/sleep 600" not in processes and "/usr/bin/yes" not in processes


@pytest.mark.parametrize("path, element, counted, most, statuses", [
    ("worst/held/text", "a" * 16, False, 200, (422,)),
    ("worst/ids/many", '<a i="n%d"/>', True, None, (422,)),
    ("worst/big.xml", "<a>012345678</a>", False, None, (413, 422))], ids=["a long text", "as many names", "a large XML"])
def test_large_document(hub, admin, watch, size, path, element, counted, most, statuses):
    """A document of equal or numbered elements, which never exists as a whole, is refused."""
    mib, began = min(size("xml-mib"), most or size("xml-mib")), time.monotonic()
    chunk = f"b''.join(b'{element}' % (i * 65536 + j) for j in range(65536))" if counted else f"b'{element}' * 65536"
    script = (f"import sys\no=sys.stdout.buffer\no.write(b'<x>')\nfor i in range({mib}): o.write({chunk})\n"
              "o.write(b'</x>')")
    source = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", f"Authorization: Bearer {admin}", "-T", "-",
                          f"http://127.0.0.1:{hub.http}/files/{path}"], stdin=source.stdout, capture_output=True, text=True)
    source.kill()
    source.wait()
    print(f"{mib} MiB refused after {time.monotonic() - began:.1f} s")
    assert int(out.stdout) in statuses


def test_hub_responds_during_attacks(watch):
    watch.stop()
    print(f"the longest response took {watch.longest:.2f} s, the resident memory grew by {watch.most - watch.first:.0f} MiB at most")
    assert watch.failures == 0 and watch.longest < 10
    assert watch.most - watch.first < 1_500


def test_validated_events(hub, admin, watch):
    """An event is refused to its publisher, by each transport."""
    assert hub.curl(admin, "/events/build.done", "-d", CLOUD_EVENT)[0] == 202
    status, _, body = hub.curl(admin, "/events/build.done", "-d", '{"id": "1"}')
    assert status == 422 and json.loads(body)["violations"][0]["validator"] == "cloudevents-build"

    def request(*frames):
        with plain_socket(zmq.REQ, "admin", admin) as s:
            s.connect(f"tcp://127.0.0.1:{hub.zmq}")
            s.send_multipart(frames)
            return s.recv_multipart()
    assert request(b"build.done", b"no event")[:2] == [b"ERR", b"422"]
    assert request(b"build.done", CLOUD_EVENT.encode()) == [b"OK"]

    async def publish():
        async with websockets.connect(f"ws://127.0.0.1:{hub.http}/events", subprotocols=["datahub.v1"],
                                      extra_headers={"Authorization": f"Bearer {admin}"}) as ws:
            await ws.recv()
            await ws.send(json.dumps({"type": "publish", "topic": "build.done", "data": "no event", "id": 1}))
            return json.loads(await asyncio.wait_for(ws.recv(), 10))
    error = asyncio.run(publish())
    assert (error["type"], error["status"]) == ("error", 422)
    assert hub.curl(admin, "/events/other", "-d", "x")[0] == 202


def test_hub_is_unharmed(hub, admin, watch, put):
    assert hub.pid() == watch.pid and hub.curl(admin, "/health/ready")[0] == 200 and put("plain", "x")[0] == 201


# Restarted components

class Prober:
    """Asks for existing resources by all methods, without a pause; while one is unavailable it has to say so, and when to retry."""

    UPGRADE = ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
               "dGhlIHNhbXBsZSBub25jZQ==\r\n")
    REQUESTS = [("GET", "/files/present", 200, ""), ("HEAD", "/files/present", 200, ""), ("GET", "/health/live", 200, ""),
                ("PUT", "/files/presence", 200, "Content-Length: 1\r\n\r\nx"), ("POST", "/events/presence", 202, "Content-Length: 0\r\n"),
                ("GET", "/events?topic=none", 200, ""), ("GET", "/events", 101, UPGRADE), ("GET", "/metrics", 200, ""),
                ("OPTIONS", "/uploads", 204, ""), ("GET", "/whoami", 200, "")]

    def __init__(self, hub, token):
        self.hub, self.token, self.ended, self.statuses, self.wrong = hub, token, threading.Event(), {}, []
        self.threads = [threading.Thread(target=self.probe, args=request, daemon=True) for request in self.REQUESTS]
        for thread in self.threads:
            thread.start()

    def probe(self, method, path, good, more):
        head, _, body = more.partition("\r\n\r\n")
        request = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n{head.rstrip()}".rstrip() + f"\r\n\r\n{body}"
        pause = 0
        while not self.ended.wait(pause):
            status = self.ask(request.encode())
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status not in (0, 201, 503, good):
                self.wrong.append(f"{method} {path} {status}")
            pause = 0.01 if status else 0.05

    def ask(self, request):
        """The status; 0 if nobody listens or the hub ended before it answered, -503 without Retry-After."""
        received = b""
        try:
            with socket.create_connection(("127.0.0.1", self.hub.http), timeout=30) as s:
                s.sendall(request)
                while b"\r\n\r\n" not in received and (part := s.recv(65536)):
                    received += part
        except OSError:
            return 0
        status = int(received.split()[1]) if received else 0
        return -503 if status == 503 and b"\r\nretry-after: " not in received.lower() else status

    def are_all_answered(self):
        return until(lambda: {200, 101, 202, 204} <= set(self.statuses), 30)

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(40)
        return self.statuses


@pytest.fixture
def prober(hub, admin):
    assert hub.curl(admin, "/files/present", "-X", "PUT", "--data-binary", "x")[0] in (200, 201)
    prober = Prober(hub, admin)
    yield prober
    prober.end()


def test_configuration_is_changed_without_an_interruption(hub, admin, prober):
    """An upload in progress, event streams and WebSockets stay, and nothing is unavailable."""
    hub.curl(admin, "/files/present.pdf", "-X", "PUT", "--data-binary", "x")

    def disposition():
        return hub.curl(admin, "/files/present.pdf")[1].get("content-disposition")
    assert disposition() is not None
    with socket.create_connection(("127.0.0.1", hub.http), timeout=60) as upload:
        upload.sendall(f"PUT /files/slow HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {admin}\r\nContent-Length: 10\r\n\r\n01234".encode())
        assert prober.are_all_answered()
        stream, browser = EventStream(hub, admin, "present."), WebSocketSubscriber(hub, admin, "present.")
        for name, line in (("http", "inlineTypes = application/pdf"), ("websocket", "maxConnections = 19000")):
            with open(f"{hub.home}/etc/io.datahub.{name}.cfg", "a") as f:
                f.write(f"\n{line}\n")
        assert until(lambda: disposition() is None, 30)
        assert until(lambda: re.search("event=websocket.configured .*maxConnections=19000", log(hub)), 30)
        upload.sendall(b"56789")
        assert upload.recv(12) == b"HTTP/1.1 201"
    hub.curl(admin, "/events/present.x", "-d", "still")
    assert stream.have("present.x") and browser.have("present.x")
    assert set(prober.end()) - {201} == {101, 200, 202, 204}, prober.wrong[:5]


def test_restarted_bundles(hub, admin, console, prober):
    """Their paths are 503 with Retry-After in between, never 404."""
    for name in ("datahub-http", "datahub-websocket", "datahub-uploads", "datahub-metrics"):
        console.run(f"bundle:stop {console.bundle(name, 'Active')}")
        console.run(f"bundle:start {console.bundle(name)}")
    assert until(lambda: hub.curl(admin, "/health/ready")[0] == 200, 60)
    statuses = prober.end()
    assert not prober.wrong and statuses.get(503), statuses


def test_restarted_authentication(hub, admin, console, prober):
    """The port stays open; requests are 503 with Retry-After in between."""
    assert prober.are_all_answered()
    console.run(f"bundle:restart {console.bundle('datahub-auth', 'Active')}")
    assert until(lambda: hub.curl(admin, "/health/ready")[0] == 200, 60)
    statuses = prober.end()
    assert not prober.wrong and not statuses.get(0), (prober.wrong[:5], statuses)


def test_restarted_hub(hub, prober):
    """While it stops and starts nothing is 404."""
    assert prober.are_all_answered()
    assert hub.run("stop").returncode == 0
    hub.start()
    print(f"responses: {prober.end()}")
    assert not prober.wrong
