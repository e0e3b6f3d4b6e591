"""SSH: logins by token and by key, what is refused in words, scp by its old protocol, checksums, limits before a login, and that a
hub without its SSH port is ready. Needs curl, openssh-client and Debian's python3-paramiko."""
import base64, contextlib, hashlib, json, os, re, socket, subprocess, threading, time

import paramiko, pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.hub import free_ports, new_token
from support.openssh import OpenSsh, new_key
from support.waiting import until

KINDS = {"ed25519": ["-t", "ed25519"], "ecdsa-256": ["-t", "ecdsa", "-b", "256"], "ecdsa-521": ["-t", "ecdsa", "-b", "521"], "rsa": ["-t", "rsa", "-b", "2048"]}


@pytest.fixture(scope="module")
def admin(hub):
    return OpenSsh(hub, "admin", hub.token())


@pytest.fixture(scope="module")
def keys(hub):
    """A key of each kind: the private file and the public line."""
    return {name: new_key(hub.work, f"id-{name}", *kind) for name, kind in KINDS.items()}


@pytest.fixture(scope="module")
def ci(hub, keys):
    """A user with a token and with all the keys, who may read and write builds/."""
    token = new_token()
    listed = "".join(f'<ssh-key label="{name}">{line}</ssh-key>' for name, (_, line) in keys.items())
    assert hub.put_users({"ci": (token, f'{listed}<allow read="builds/" write="builds/"/>')}) == 200
    return token


def sessions(hub, token, user):
    shown = json.loads(hub.run("console", "datahub:clients", "--json").stdout)
    return [each for each in shown if each.get("transport") == "ssh" and each.get("user") == user]


def test_a_token_is_a_password(hub, admin):
    for method in ("password", "keyboard-interactive"):
        answer = admin.run("sha256sum", "broker_users.xml", options=["-o", f"PreferredAuthentications={method}"])
        assert answer.returncode == 0, answer.stderr
        body = hub.curl(hub.token(), "/files/broker_users.xml")[2]
        assert answer.stdout == f"{hashlib.sha256(body).hexdigest()}  broker_users.xml\n"
    wrong = OpenSsh(hub, "admin", new_token()).run("true")
    assert wrong.returncode == 255 and "Permission denied" in wrong.stderr
    assert until(lambda: hub.log_lines("auth.login.refused", "transport=ssh", 'user="admin"'))


def test_keys_of_all_kinds_log_in(hub, ci, keys):
    for name, (private, _) in keys.items():
        answer = OpenSsh(hub, "ci", key=private).run("md5sum", input="")
        assert (answer.returncode, answer.stdout) == (0, f"{hashlib.md5().hexdigest()}  -\n"), (name, answer.stderr)
    assert OpenSsh(hub, "admin", key=keys["rsa"][0]).run("md5sum").returncode == 255, "another user's key"


class SecurityKey(paramiko.PKey):
    """A key as on a security key, in software, since ssh-keygen makes none without the hardware (OpenSSH's PROTOCOL.u2f)."""

    def __init__(self, presence):
        self.private, self.presence, self.public_blob = Ed25519PrivateKey.generate(), presence, None

    def get_name(self):
        return "sk-ssh-ed25519@openssh.com"

    def can_sign(self):
        return True

    def asbytes(self):
        message = paramiko.Message()
        for field in (self.get_name(), self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), "ssh:"):
            message.add_string(field)
        return message.asbytes()

    def sign_ssh_data(self, data, algorithm=None):
        flags_and_counter = bytes([int(self.presence)]) + (7).to_bytes(4, "big")
        signed = hashlib.sha256(b"ssh:").digest() + flags_and_counter + hashlib.sha256(data).digest()
        message = paramiko.Message()
        message.add_string(self.get_name())
        message.add_string(self.private.sign(signed))
        message.add_bytes(flags_and_counter)
        return message


def test_security_keys_log_in_if_they_were_touched(new_hub):
    hub = new_hub().start()
    touched, untouched, foreign = SecurityKey(True), SecurityKey(False), SecurityKey(True)
    listed = "".join(f"<ssh-key>{key.get_name()} {base64.b64encode(key.asbytes()).decode()}</ssh-key>" for key in (touched, untouched))
    assert hub.put_users({"sky": (None, f'{listed}<allow read="builds/"/>')}) == 200
    for key, accepted in ((touched, True), (untouched, False), (foreign, False)):
        client = paramiko.Transport(("127.0.0.1", hub.ssh))
        try:
            client.start_client(timeout=60)
            if accepted:
                client.auth_publickey("sky", key)
                assert client.is_authenticated()
            else:
                with pytest.raises(paramiko.AuthenticationException):
                    client.auth_publickey("sky", key)
        finally:
            client.close()


def test_keys_that_are_only_offered_are_no_failures(hub, ci, keys):
    since = hub.log_size()
    client = paramiko.Transport(("127.0.0.1", hub.ssh))
    client.start_client(timeout=30)
    for _ in range(6):
        with contextlib.suppress(paramiko.AuthenticationException):
            client.auth_publickey("ci", paramiko.ECDSAKey.generate())
    client.auth_publickey("ci", paramiko.RSAKey.from_private_key_file(rsa_pem(hub, keys)))
    assert client.is_authenticated()
    client.close()
    assert not [line for line in hub.log_lines("auth.login.refused", since=since) if "wrong" in line]


def rsa_pem(hub, keys):
    copy = f"{hub.work}/rsa.pem"
    with open(copy, "w") as f:
        f.write(open(keys["rsa"][0]).read())
    os.chmod(copy, 0o600)
    return copy


def test_algorithms_are_current(hub, admin):
    debug = admin.run("true", options=["-v"]).stderr
    assert re.search(r"kex: algorithm: (sntrup761x25519|mlkem768x25519)", debug), debug
    assert "kex: host key algorithm: ssh-ed25519" in debug
    for old in (["-o", "KexAlgorithms=diffie-hellman-group14-sha1"], ["-o", "Ciphers=aes128-cbc"], ["-o", "MACs=hmac-sha1", "-o", "Ciphers=aes128-ctr"],
                ["-o", "HostKeyAlgorithms=ssh-rsa"]):
        assert "no matching" in admin.run("true", options=["-v", *old]).stderr, old


def test_what_is_not_served_is_refused_in_words(hub, admin):
    shell = admin.run()
    assert (shell.returncode, shell.stdout) == (1, "") and "datahub: this hub has no shell" in shell.stderr
    program = admin.run("uname", "-a")
    assert program.returncode == 1 and "datahub: this hub runs no programs" in program.stderr
    subsystem = admin.run("netconf", options=["-s"])
    assert subsystem.returncode == 1 and "datahub: this hub has no subsystem" in subsystem.stderr
    (local,) = free_ports(1)
    forwarding = admin.open(options=["-N", "-L", f"127.0.0.1:{local}:127.0.0.1:{hub.http}"])
    try:
        def answer():
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", local), timeout=5) as s:
                try:
                    s.sendall(b"GET / HTTP/1.0\r\n\r\n")
                    return s.recv(100) == b""
                except (ConnectionResetError, BrokenPipeError):
                    return True  # closed before what was sent had been read
        assert until(answer, 20), "nothing is forwarded"
        assert admin.run(options=["-N", "-R", "0:127.0.0.1:1", "-o", "ExitOnForwardFailure=yes"]).returncode == 255
    finally:
        forwarding.terminate()
        forwarding.communicate()


def test_scp_both_ways(hub, admin, tmp_path):
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "ä b.txt").write_bytes(b"umlaut")
    (tree / "sub" / "c").write_bytes(os.urandom(3_000_000))
    os.utime(tree / "ä b.txt", (1_600_000_000, 1_600_000_000))
    sent = admin.scp("-r", "-p", str(tree), "hub:builds/")
    assert sent.returncode == 0, sent.stderr
    for name in ("ä b.txt", "sub/c"):
        path = "/files/builds/tree/" + name.replace("ä b", "%C3%A4%20b")
        assert hub.curl(hub.token(), path)[2] == (tree / name).read_bytes(), name
    back = admin.scp("-r", "-p", "hub:builds/tree", str(tmp_path / "back"))
    assert back.returncode == 0, back.stderr
    assert (tmp_path / "back" / "ä b.txt").stat().st_mtime == 1_600_000_000
    assert (tmp_path / "back" / "sub" / "c").read_bytes() == (tree / "sub" / "c").read_bytes()
    some = admin.scp("hub:builds/tree/*.txt", str(tmp_path))
    assert some.returncode == 0 and (tmp_path / "ä b.txt").read_bytes() == b"umlaut", some.stderr


@pytest.mark.single_hub
def test_a_refusal_is_told(hub, admin, ci, tmp_path):
    path = tmp_path / "x"
    path.write_text("x")
    user = OpenSsh(hub, "ci", ci)
    refused = user.scp(str(path), "hub:elsewhere/x")
    assert refused.returncode == 1 and "elsewhere/x: " in refused.stderr, refused.stderr
    assert user.scp(str(path), "hub:builds/x").returncode == 0
    with open(f"{hub.home}/etc/io.datahub.validator.xml-scp.cfg", "w") as f:
        f.write("paths = builds/**/*.xml\n")
    (tmp_path / "a.xml").write_text("<a/>")
    assert until(lambda: hub.curl(hub.token(), "/files/builds/v.xml?dry-run", "-T", str(path))[0] == 422, 30)
    assert user.scp(str(tmp_path / "a.xml"), "hub:builds/").returncode == 0
    (tmp_path / "a.xml").write_text("<a>")
    since = json.loads(hub.curl(hub.token(), "/files/")[2])["cursor"]
    bad = user.scp(str(tmp_path / "a.xml"), str(path), "hub:builds/")
    assert bad.returncode == 1 and "refused by validator xml" in bad.stderr, bad.stderr
    assert hub.curl(hub.token(), "/files/builds/a.xml")[2] == b"<a/>"
    events = [json.loads(line) for line in hub.curl(hub.token(), f"/changes?since={since}")[2].decode().splitlines()]
    assert ("rejected", "builds/a.xml") in [(event["type"].rsplit(".", 1)[1], event["subject"]) for event in events]


def test_a_cut_stores_nothing(hub, admin):
    sending = admin.open("scp", "-t", "builds/cut")
    sending.stdin.write("C0644 100 cut\nabc")
    sending.stdin.flush()
    assert until(lambda: sessions(hub, hub.token(), "admin"))
    sending.kill()
    sending.communicate()
    assert until(lambda: not sessions(hub, hub.token(), "admin"))
    assert hub.curl(hub.token(), "/files/builds/cut")[0] == 404


def test_open_sessions_end_with_the_access(hub, admin, ci):
    user = OpenSsh(hub, "ci", ci)
    waiting = user.open("md5sum")
    assert until(lambda: sessions(hub, hub.token(), "ci"))
    assert hub.put_users({}) == 200
    began = time.monotonic()
    assert waiting.wait(10) == 255 and time.monotonic() - began < 1.5
    waiting.communicate()
    waiting = admin.open("md5sum")
    assert until(lambda: sessions(hub, hub.token(), "admin"))
    number = sessions(hub, hub.token(), "admin")[0]["id"]
    assert hub.run("console", "datahub:disconnect", str(number)).returncode == 0
    assert waiting.wait(10) == 255
    assert "disconnected by an administrator" in waiting.communicate()[1]


def test_key_add(hub, keys, tmp_path):
    assert hub.put_users({"dev": (new_token(), '<allow read="builds/"/>')}) == 200
    private, line = new_key(str(tmp_path), "dev", "-t", "ed25519", "-C", "dev's laptop")
    added = hub.run("console", f"datahub:key-add dev {line.replace(chr(39), '')}")
    fingerprint = subprocess.run(["ssh-keygen", "-lf", private], capture_output=True, text=True).stdout.split()[1]
    assert added.returncode == 0 and f"added {fingerprint} (devs laptop) to dev" in added.stdout, added.stdout + added.stderr
    user = OpenSsh(hub, "dev", key=private)
    assert user.run("md5sum").returncode == 0
    again = hub.run("console", f"datahub:key-add dev {line.split(' dev')[0]}")
    assert again.returncode != 0 and "has this key already" in again.stdout + again.stderr
    foreign = hub.run("console", "datahub:key-add dev ssh-dss AAAAB3NzaC1kc3M=")
    assert foreign.returncode != 0 and "not accepted" in foreign.stdout + foreign.stderr
    waiting = user.open("md5sum")
    assert until(lambda: sessions(hub, hub.token(), "dev"))
    assert hub.run("console", "datahub:token-revoke", "dev", fingerprint).returncode == 0
    assert waiting.wait(10) == 255
    waiting.communicate()
    assert user.run("md5sum").returncode == 255


def test_many_sessions(hub, admin):
    opened = []
    try:
        for _ in range(64):
            client = paramiko.Transport(("127.0.0.1", hub.ssh))
            opened.append(client)
            client.start_client(timeout=60)
            client.auth_password("admin", hub.token())
        for client in opened:
            channel = client.open_session(timeout=30)
            channel.exec_command("sha256sum broker_users.xml")
            assert channel.makefile().read().endswith(b"broker_users.xml\n") and channel.recv_exit_status() == 0
    finally:
        for client in opened:
            client.close()


@pytest.mark.single_hub
def test_a_flood_without_logins_harms_nobody(hub, admin):
    session = admin.open("md5sum")
    assert until(lambda: sessions(hub, hub.token(), "admin"))
    flood = []
    try:
        for i in range(600):
            flood.append(socket.create_connection(("127.0.0.1", hub.ssh), timeout=10))
            if i % 3 == 0:
                flood[-1].sendall(b"SSH-2.0-flood\r\n" + os.urandom(300))
        assert hub.metrics(hub.token())["datahub_ssh_connections"] < 200
        assert hub.curl(hub.token(), "/files/builds/flood", "-X", "PUT", "-d", "x")[0] in (200, 201)
        assert admin.run("sha256sum", "builds/flood").returncode == 0, "a login in the flood"
    finally:
        for each in flood:
            each.close()
    output, _ = session.communicate("abc", timeout=30)
    assert output.startswith(hashlib.md5(b"abc").hexdigest()), "the session is still there"
    assert hub.metrics(hub.token())['datahub_ssh_connections_refused_total{limit="handshakes"}'] > 0


@pytest.mark.single_hub
def test_a_restart_of_the_bundle_ends_sessions_and_harms_nobody(hub, admin):
    session = admin.open("md5sum")
    assert until(lambda: sessions(hub, hub.token(), "admin"))
    done, statuses = threading.Event(), []

    def put():
        while not done.is_set():
            statuses.append(hub.curl(hub.token(), "/files/builds/meanwhile", "-X", "PUT", "-d", str(len(statuses)))[0])
    thread = threading.Thread(target=put)
    thread.start()
    try:
        for command in ("stop", "start"):
            assert hub.run("console", f"bundle:{command}", "datahub-ssh").returncode == 0
        assert session.wait(20) == 255
        session.communicate()
        assert until(lambda: admin.run("md5sum").returncode == 0, 20)
    finally:
        done.set()
        thread.join()
    assert set(statuses) <= {200, 201}


@pytest.mark.single_hub
def test_host_keys_stay(hub, admin):
    def scanned():
        found = subprocess.run(["ssh-keyscan", "-p", str(hub.ssh), "127.0.0.1"], capture_output=True, text=True).stdout
        return sorted(line.split()[1] + " " + line.split()[2] for line in found.splitlines() if not line.startswith("#"))
    assert until(lambda: len(scanned()) == 2, 60)
    before = scanned()
    assert [line.split()[0] for line in before] == ["ssh-ed25519", "ssh-rsa"]
    for name in ("ed25519", "rsa"):
        assert os.stat(f"{hub.home}/state/ssh_host_{name}_key").st_mode & 0o777 == 0o600
    assert hub.run("stop").returncode == 0
    hub.start()
    assert scanned() == before


def test_without_its_port_the_hub_is_ready(new_hub):
    hub = new_hub()
    with socket.create_server(("127.0.0.1", hub.ssh)):
        started = hub.run("start")
        assert started.returncode == 0, started.stderr
        assert f"The SSH port {hub.ssh} on 127.0.0.1 can't be used" in started.stdout + started.stderr
        assert "sftp://" not in started.stdout
        assert hub.run("status").returncode == 0
        status, _, body = hub.curl(hub.token(), "/health/ready")
        ssh = next(each for each in json.loads(body)["components"] if each["name"] == "ssh")
        assert status == 200 and ssh["degraded"] and "DATAHUB_SSH_PORT" in ssh["detail"]
        assert len(hub.log_lines("ssh.endpoint.failed")) == 1
        assert "DATAHUB_SSH_PORT" in hub.log_lines("ssh.endpoint.failed")[0]
    hub.run("stop")
    with open(f"{hub.home}/state/ssh_host_ed25519_key", "w") as f:
        f.write("damaged")
    hub.start()
    assert "remove it" in hub.log_lines("ssh.endpoint.failed")[-1]
