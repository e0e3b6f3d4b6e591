"""Datahub's features in a stock Apache Karaf that others use already: installed, at work, uninstalled, and installed again. The
tests of this module build on one another.

The container runs http, webconsole, scr and a third party's component, which logs every event of bundles. Datahub comes as its
KAR archive, when no Maven repository can be reached any more. Nothing that was there may be stopped, refreshed or updated."""
import base64, contextlib, glob, os, re, shutil, signal, subprocess, tempfile, urllib.error, urllib.request, zipfile

import pytest

from support.hub import ROOT, free_ports
from support.waiting import until


class Karaf:
    """A stock Karaf with ports of its own, used as its operators do: by its console."""

    def __init__(self, work):
        version = re.search(r"<karaf.version>(.*?)</karaf.version>", open(f"{ROOT}/pom.xml").read())[1]
        subprocess.run([f"{ROOT}/mvnw", "-q", "-B", "-ntp", "-N", "dependency:copy", f"-Dartifact=org.apache.karaf:apache-karaf:{version}:zip",
                        f"-DoutputDirectory={work}"], cwd=ROOT, check=True)
        zipfile.ZipFile(glob.glob(f"{work}/apache-karaf-*.zip")[0]).extractall(work)
        self.base = glob.glob(f"{work}/apache-karaf-*/")[0].rstrip("/")
        for program in glob.glob(f"{self.base}/bin/*"):
            os.chmod(program, 0o755)
        self.ssh, self.registry, self.rmi, self.web, self.http, self.zmq, self.hub_ssh = free_ports(7)
        self.set("users.properties", "karaf", "karaf,_g_:admingroup")
        self.set("users.properties", r"_g_\:admingroup", "group,admin,manager,viewer,systembundles,ssh")
        self.set("org.apache.karaf.shell.cfg", "sshPort", self.ssh)
        self.set("org.apache.karaf.management.cfg", "rmiRegistryPort", self.registry)
        self.set("org.apache.karaf.management.cfg", "rmiServerPort", self.rmi)
        self.set("org.ops4j.pax.url.mvn.cfg", "org.ops4j.pax.url.mvn.localRepository", f"{work}/m2")
        with open(f"{self.base}/etc/org.ops4j.pax.web.cfg", "w") as f:
            f.write(f"org.osgi.service.http.port = {self.web}\n")
        self.env = dict(os.environ, DATAHUB_HTTP_PORT=str(self.http), DATAHUB_ZMQ_PORT=str(self.zmq), DATAHUB_SSH_PORT=str(self.hub_ssh), LC_ALL="C.UTF-8")
        self.env.pop("DATAHUB_HOME", None)
        self.process, self.token = None, None

    def set(self, file, key, value):
        path = f"{self.base}/etc/{file}"
        lines = [line for line in open(path).read().splitlines() if not re.match(rf"\s*{re.escape(key)}\s*=", line)]
        open(path, "w").write("\n".join([*lines, f"{key} = {value}", ""]))

    def start(self):
        with open(f"{self.base}/console.txt", "wb") as out:
            self.process = subprocess.Popen([f"{self.base}/bin/karaf", "server"], env=self.env, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            start_new_session=True)
        assert until(lambda: "wrap" in self.run("feature:list -i"), 180), open(f"{self.base}/console.txt", errors="replace").read()

    def run(self, line):
        """The output of a line of console commands."""
        out = subprocess.run([f"{self.base}/bin/client", "-a", str(self.ssh), "-u", "karaf", "-p", "karaf", "-b"], env=self.env, input=line + "\n",
                             capture_output=True, text=True, timeout=240)
        return out.stdout + out.stderr

    def bundles(self):
        return {int(number): state for number, state in re.findall(r"^(\d+)\t(\w+)", self.run("bundle:list -t 0 --no-format"), re.M)}

    def witnessed(self):
        """The events that the third party's component has logged."""
        with open(f"{self.base}/witness.log") as f:
            return f.read().splitlines()

    @contextlib.contextmanager
    def undisturbed(self):
        """Asserts that nothing happened to the bundles that were there before."""
        since = len(self.witnessed())
        yield
        touched = [line for line in self.witnessed()[since:] if line.startswith("component")
                   or (m := re.match(r"bundle (\d+) (stopped|updated|unresolved|uninstalled)", line)) and int(m[1]) in self.before]
        assert touched == []

    def request(self, url, token=None, method="GET", data=None, user=None):
        """The status and the body; 0 where there is no connection."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if user:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{user}".encode()).decode()
        request = urllib.request.Request(url, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as e:
            return e.code, e.read()
        except OSError as e:
            return 0, str(e).encode()

    def hub(self, path, token=None, method="GET", data=None):
        return self.request(f"http://127.0.0.1:{self.http}{path}", token, method, data)

    def web_console(self, page="", user=None):
        return self.request(f"http://127.0.0.1:{self.web}/system/console{page}", user=user)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.run("system:shutdown -f")
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)


def deploy_witness(karaf, work):
    """Builds a third party's bundle with nothing but the JDK, and puts it into the container's deploy folder."""
    classes = f"{work}/classes"
    framework = glob.glob(f"{karaf.base}/system/org/apache/felix/org.apache.felix.framework/*/*.jar")[0]
    subprocess.run(["javac", "--release", "17", "-cp", framework, "-d", classes, f"{ROOT}/system-tests/support/Witness.java"], check=True)
    manifest = ("Manifest-Version: 1.0\nBundle-ManifestVersion: 2\nBundle-SymbolicName: org.example.witness\nBundle-Version: 1.0.0\n"
                "Import-Package: org.osgi.framework\nService-Component: OSGI-INF/witness.xml\n"
                'Require-Capability: osgi.extender;filter:="(osgi.extender=osgi.component)"\n')
    component = ('<scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="witness" immediate="true" activate="activate" '
                 'deactivate="deactivate"><implementation class="org.example.witness.Witness"/></scr:component>')
    with zipfile.ZipFile(f"{work}/witness.jar", "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", manifest)
        jar.writestr("OSGI-INF/witness.xml", component)
        for file in glob.glob(f"{classes}/**/*.class", recursive=True):
            jar.write(file, os.path.relpath(file, classes))
    shutil.copy(f"{work}/witness.jar", f"{karaf.base}/deploy/witness.jar")


@pytest.fixture(scope="module")
def karaf():
    work = tempfile.mkdtemp(prefix="datahub-test-")
    karaf = Karaf(work)
    try:
        karaf.start()
        deploy_witness(karaf, work)
        installed = karaf.run("feature:install http webconsole scr")
        assert until(lambda: os.path.exists(f"{karaf.base}/witness.log"), 60), installed
        assert until(lambda: karaf.web_console()[0] == 401, 60), installed
        karaf.run('config:property-set -p org.ops4j.pax.url.mvn org.ops4j.pax.url.mvn.repositories ""')
        karaf.before = karaf.bundles()
        assert len(karaf.before) > 50 and set(karaf.before.values()) <= {"Active", "Resolved"}
        yield karaf
    finally:
        karaf.stop()
        shutil.rmtree(work, ignore_errors=True)


def test_install(karaf):
    archives = glob.glob(f"{ROOT}/features/target/datahub-*.kar")
    assert len(archives) == 1
    with karaf.undisturbed():
        output = karaf.run(f"kar:install file:{archives[0]}; feature:install datahub")
        token_file = f"{karaf.base}/datahub/admin.token"
        assert until(lambda: os.path.exists(token_file), 90), output
        assert until(lambda: karaf.hub("/health/ready")[0] == 200, 90), output
    karaf.token = open(token_file).read().strip()
    assert karaf.hub("/files/demo/a.txt", karaf.token, "PUT", b"hello")[0] == 201
    assert karaf.hub("/files/demo/a.txt", karaf.token) == (200, b"hello")
    assert "admin" in karaf.run("datahub:users")
    assert karaf.web_console()[0] == 401, "the container's own web server still answers"
    assert "PropertiesLoginModule" in karaf.run("jaas:realm-list"), "the container's own realm is still there"


def test_page_in_web_console(karaf):
    with karaf.undisturbed():
        output = karaf.run("feature:install datahub-webconsole")
        assert until(lambda: b"<td>store</td><td>yes</td>" in karaf.web_console("/datahub", user="karaf")[1], 60), output


def test_uninstall(karaf):
    with karaf.undisturbed():
        output = karaf.run("feature:uninstall datahub-webconsole; feature:uninstall datahub")
        assert until(lambda: karaf.hub("/health/live")[0] == 0, 60), output
        assert until(lambda: set(karaf.bundles()) == set(karaf.before), 60), sorted(set(karaf.bundles()) ^ set(karaf.before))
    assert os.path.exists(f"{karaf.base}/datahub/files/demo/a.txt"), "the home stays"


def test_install_again(karaf):
    with karaf.undisturbed():
        output = karaf.run("feature:install datahub")
        assert until(lambda: karaf.hub("/files/demo/a.txt", karaf.token) == (200, b"hello"), 120), output
