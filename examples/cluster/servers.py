"""The servers of a cluster on one machine, each as a process on loopback that can be stopped, killed and frozen. Debian's packages
postgresql, nats-server and nginx (with libnginx-mod-stream); S3Proxy comes from Maven Central. Standard library only."""
import contextlib, glob, os, pwd, random, secrets, shutil, signal, socket, subprocess, tempfile, time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PACKAGES = "apt-get install postgresql nats-server nginx libnginx-mod-stream"
MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath"


def free_ports(count):
    """Ports that nobody listens on, below the range from which the system takes those of outgoing connections."""
    with contextlib.ExitStack() as stack:
        found = []
        while len(found) < count:
            s, port = stack.enter_context(socket.socket()), random.randrange(10_000, 32_768)
            with contextlib.suppress(OSError):
                s.bind(("127.0.0.1", port))
                found.append(port)
        return found


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} took longer than {seconds} s")
        time.sleep(0.05)


def program(name, *places):
    for place in [*places, shutil.which(name) or ""]:
        if place and os.access(place, os.X_OK):
            return place
    raise RuntimeError(f"{name} isn't installed. On Debian: {PACKAGES}")


class Server:
    """A process with a log file in the folder of the cluster."""

    listen = "127.0.0.1"

    def __init__(self, name, work, port):
        self.name, self.work, self.port, self.process = name, work, port, None

    def command(self):
        raise NotImplementedError

    def user(self):
        return None

    def start(self, seconds=180):
        with open(f"{self.work}/{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.work, user=self.user(),
                                            group=self.user(), start_new_session=True)
        until(lambda: listens(self.port) or self.process.poll() is not None, seconds, f"the start of {self.name}")
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended at once:\n{open(f'{self.work}/{self.name}.log', errors='replace').read()[-2000:]}")
        return self

    def running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        os.killpg(self.process.pid, number)

    def freeze(self):
        """Stops all its processes where they are."""
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        """Ends it as a power cut would."""
        self.end(signal.SIGKILL)

    def stop(self):
        self.end(signal.SIGTERM)

    def end(self, number):
        if self.running():
            self.signal(number)
            self.signal(signal.SIGCONT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGKILL)
                self.process.wait(30)


class Postgres(Server):
    """A PostgreSQL server. As root it runs as the user postgres."""

    def __init__(self, name, work, port):
        super().__init__(name, work, port)
        self.bin = os.path.dirname(program("pg_ctl", *sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"), reverse=True)))
        self.data = f"{work}/{name}"

    def user(self):
        return "postgres" if os.geteuid() == 0 else None

    def run(self, name, *words):
        done = subprocess.run([f"{self.bin}/{name}", *words], cwd="/tmp", user=self.user(), group=self.user(), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{name} failed: {done.stderr}")
        return done.stdout

    def command(self):
        return [f"{self.bin}/postgres", "-D", self.data, "-p", str(self.port), "-k", self.work, "-c", f"listen_addresses={self.listen}"]

    def start(self, seconds=180):
        super().start(seconds)
        until(lambda: self.answers() or not self.running(), seconds, f"the start of {self.name}")
        return self

    def answers(self):
        return subprocess.run([f"{self.bin}/pg_isready", "-q", "-h", self.work, "-p", str(self.port)]).returncode == 0

    def signal(self, number):
        # Its children lead process groups of their own.
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        for pid in [self.process.pid, *map(int, children)] if number in (signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL) else [self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def stop(self):
        self.end(signal.SIGINT)  # doesn't wait for clients

    def sql(self, *statements, database="postgres"):
        """Runs statements, each in a transaction of its own; returns what they print."""
        commands = [word for statement in statements for word in ("-c", statement)]
        return self.run("psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", self.work, "-p", str(self.port), "-d", database,
                        "-U", self.user() or pwd.getpwuid(os.geteuid()).pw_name, *commands).strip()

    def make(self):
        """Makes an empty database server."""
        self.run("initdb", "-D", self.data, "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8")
        return self

    def copy(self, primary):
        """Makes a standby of a running primary, which knows it by its name."""
        self.run("pg_basebackup", "-D", self.data, "-R", "-X", "stream", "-c", "fast", "-d",
                 f"host={primary.work} port={primary.port} application_name={self.name}")
        return self

    def wait_for(self, *standbys):
        """Has each commit wait until one of the standbys has it, too; nobody, if there are none."""
        names = f"ANY 1 ({', '.join(standby.name for standby in standbys)})" if standbys else ""
        self.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'", "SELECT pg_reload_conf()")

    def promote(self):
        self.run("pg_ctl", "promote", "-D", self.data, "-w")


class Nats(Server):
    def command(self):
        return [program("nats-server", "/usr/sbin/nats-server"), "-a", self.listen, "-p", str(self.port)]


class S3Proxy(Server):
    """S3Proxy over a folder, with one bucket."""

    classpath = None

    def __init__(self, work, port):
        super().__init__("s3proxy", work, port)
        self.key, self.secret = "datahub", secrets.token_hex(16)
        os.makedirs(f"{work}/blobs/records")
        self.write("s3proxy.properties", f"s3proxy.endpoint=http://{self.listen}:{port}\ns3proxy.authorization=aws-v4\ns3proxy.identity={self.key}\n"
                   f"s3proxy.credential={self.secret}\njclouds.provider=filesystem-nio2\njclouds.identity=x\njclouds.credential=x\n"
                   f"jclouds.filesystem.basedir={work}/blobs\n")
        self.write("logback.xml", '<configuration><appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%d %p %c %m%n</pattern>'
                   '</encoder></appender><root level="WARN"><appender-ref ref="out"/></root></configuration>')

    def write(self, name, text):
        with open(f"{self.work}/{name}", "w") as f:
            f.write(text)

    @classmethod
    def jars(cls):
        """Its class path; the first time, Maven fetches it."""
        if cls.classpath is None:
            with tempfile.NamedTemporaryFile() as out:
                options = os.environ.get("MAVEN_OPTS", "")
                done = subprocess.run([f"{ROOT}/mvnw", "-q", "-B", "-ntp", "-f", f"{HERE}/s3proxy.xml", MAVEN_PLUGIN, f"-Dmdep.outputFile={out.name}"],
                                      capture_output=True, text=True, env=dict(os.environ, MAVEN_OPTS=options))
                if done.returncode:
                    raise RuntimeError(f"Maven can't fetch S3Proxy: {done.stdout[-1000:]}")
                cls.classpath = open(out.name).read().strip()
        return cls.classpath

    def command(self):
        java = f"{os.environ['JAVA_HOME']}/bin/java" if os.environ.get("JAVA_HOME") else program("java")
        return [java, "-XX:TieredStopAtLevel=1", "-Xmx256m", f"-Dlogback.configurationFile={self.work}/logback.xml", "-cp", self.jars(),
                "org.gaul.s3proxy.Main", "--properties", f"{self.work}/s3proxy.properties"]


NGINX = """
worker_processes 1;
error_log {work}/nginx-error.log;
pid {work}/nginx.pid;
include /etc/nginx/modules-enabled/*.conf;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {work}/nginx-body;
    proxy_temp_path {work}/nginx-proxy;
    fastcgi_temp_path {work}/nginx-fastcgi;
    uwsgi_temp_path {work}/nginx-uwsgi;
    scgi_temp_path {work}/nginx-scgi;
    upstream hubs {{
{http}
        keepalive 32;
    }}
    map $http_upgrade $hub_upgrade {{ default ''; websocket websocket; }}
    map $hub_upgrade $hub_connection {{ default ''; websocket upgrade; }}
    server {{
        listen 127.0.0.1:{port};
        client_max_body_size 0;
        merge_slashes off;
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header Upgrade $hub_upgrade;
        proxy_set_header Connection $hub_connection;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_request_buffering off;
        proxy_max_temp_file_size 0;
        proxy_buffer_size 16k; # long paths in headers
        proxy_buffers 8 16k;
        large_client_header_buffers 4 64k; # JWTs
        proxy_next_upstream off; # a request is never sent twice
        proxy_connect_timeout 2s;
        proxy_read_timeout 330s;
        location / {{ proxy_pass http://hubs; }}
    }}
}}
stream {{
    upstream zeromq {{
{zmq}
    }}
    upstream ssh {{
{ssh}
    }}
    server {{ listen 127.0.0.1:{zmq_port}; proxy_pass zeromq; proxy_connect_timeout 2s; proxy_timeout 1h; }}
    server {{ listen 127.0.0.1:{ssh_port}; proxy_pass ssh; proxy_connect_timeout 2s; proxy_timeout 1h; }}
}}
"""


class Nginx(Server):
    """nginx in front of hubs, given as triples of ports: HTTP, ZeroMQ, SSH."""

    def __init__(self, work, port, zmq, ssh, hubs):
        super().__init__("nginx", work, port)
        self.zmq, self.ssh = zmq, ssh
        http, zeromq, shell = (["        server 127.0.0.1:%d max_fails=1 fail_timeout=2s;" % hub[i] for hub in hubs] for i in range(3))
        with open(f"{work}/nginx.conf", "w") as f:
            f.write(NGINX.format(work=work, port=port, zmq_port=zmq, ssh_port=ssh, http="\n".join(http), zmq="\n".join(zeromq), ssh="\n".join(shell)))

    def command(self):
        return [program("nginx", "/usr/sbin/nginx"), "-e", f"{self.work}/nginx-error.log", "-c", f"{self.work}/nginx.conf", "-g", "daemon off;"]


class Engines:
    """PostgreSQL with a synchronous standby, NATS and S3Proxy, and the secrets by which hubs use them."""

    kinds = Postgres, Nats, S3Proxy

    def __init__(self):
        self.work = tempfile.mkdtemp(prefix="datahub-cluster-")
        os.chmod(self.work, 0o777 if os.geteuid() == 0 else 0o700)  # PostgreSQL makes its folders there, as a user of its own
        primary, standby, nats, s3 = free_ports(4)
        database, events, blobs = self.kinds
        try:
            self.primary, self.standby = database("primary", self.work, primary), database("standby", self.work, standby)
            self.nats, self.s3 = events("nats", self.work, nats), blobs(self.work, s3)
            self.password = secrets.token_hex(16)
            self.secrets = f"{self.work}/secrets"
            os.mkdir(self.secrets, 0o700)
            for name, value in (("ledger.user", "datahub"), ("ledger.password", self.password), ("blobs.access-key", self.s3.key),
                                ("blobs.secret-key", self.s3.secret)):
                with open(os.open(f"{self.secrets}/{name}", os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
                    f.write(value)
        except BaseException:
            self.end()
            raise

    def servers(self):
        return [getattr(self, name) for name in ("s3", "nats", "standby", "primary") if hasattr(self, name)]

    def start(self):
        with ThreadPoolExecutor() as pool:
            others = [pool.submit(server.start) for server in (self.nats, self.s3)]
            self.primary.make().start()
            self.primary.sql(f"CREATE ROLE datahub LOGIN PASSWORD '{self.password}'", "GRANT pg_monitor TO datahub", "CREATE DATABASE datahub OWNER datahub")
            self.standby.copy(self.primary).start()
            self.primary.wait_for(self.standby)
            for other in others:
                other.result()
        return self

    def promote(self):
        """Makes the standby the primary, without another standby. The old primary must be gone."""
        self.standby.promote()
        self.standby.wait_for()
        self.primary, self.standby = self.standby, self.primary

    def renew_standby(self):
        """Makes the server that is down a standby of the primary, which waits for it from now on."""
        shutil.rmtree(self.standby.data)
        self.standby.copy(self.primary).start()
        self.primary.wait_for(self.standby)

    def configuration(self, hub, ledger=True, address=lambda server: f"127.0.0.1:{server.port}", database="datahub"):
        """The content of io.datahub.cluster.cfg for a hub; without the ledger it shares events only. `address` says where it reaches a server."""
        hosts = ",".join(address(server) for server in sorted((self.primary, self.standby), key=lambda server: server.port))
        ledger = f"ledger = jdbc:postgresql://{hosts}/{database}\n" if ledger else ""
        return (f"{ledger}blobs = http://{address(self.s3)}/records\nevents = nats://{address(self.nats)}\n"
                f"secrets = {self.secrets}\nhub = {hub}\n")

    def configure(self, home, hub, ledger=True, **more):
        """Writes the configuration of a hub into its new home."""
        os.makedirs(f"{home}/etc", 0o700)
        with open(f"{home}/etc/io.datahub.cluster.cfg", "w") as f:
            f.write(self.configuration(hub, ledger, **more))

    def share_keys(self, home):
        """Has all hubs take over the keys by which clients know the hub with this home."""
        for name in ("curve.key", "ssh_host_ed25519_key", "ssh_host_rsa_key"):
            until(lambda: os.path.exists(f"{home}/state/{name}"), 60, f"to make {name}")
            shutil.copy(f"{home}/state/{name}", self.secrets)

    def end(self):
        """Stops everything, and removes all files."""
        for server in self.servers():
            with contextlib.suppress(Exception):
                server.stop()
        shutil.rmtree(self.work, ignore_errors=True)


class Hub:
    """A hub on free ports, with a home in the folder of the cluster. It isn't started yet."""

    def __init__(self, engines, name, clustered=True, **more):
        self.engines, self.name, self.home = engines, name, f"{engines.work}/{name}"
        self.http, self.zmq, self.ssh, console = free_ports(4)
        if clustered:
            engines.configure(self.home, name, **more)
        self.env = dict(os.environ, DATAHUB_HOME=self.home, DATAHUB_HTTP_PORT=str(self.http), DATAHUB_ZMQ_PORT=str(self.zmq),
                        DATAHUB_SSH_PORT=str(self.ssh), DATAHUB_CONSOLE_PORT=str(console))

    def run(self, *words, check=True):
        # In a session of its own: Ctrl-C is for the calling program alone.
        done = subprocess.run([f"{ROOT}/datahub", *words], env=self.env, start_new_session=True, capture_output=True, text=True)
        if done.returncode and check:
            raise RuntimeError(f"datahub {' '.join(words)} failed for {self.name}:\n{done.stdout}{done.stderr}")

    def token(self):
        """The first administrator's, if this hub has made it."""
        with contextlib.suppress(FileNotFoundError), open(f"{self.home}/admin.token") as f:
            return f.read().strip()

    def pid(self):
        return int(open(f"{self.home}/cache/hub.run").read().split("pid=")[1].split()[0])
