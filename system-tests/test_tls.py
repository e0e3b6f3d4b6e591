"""HTTPS without a proxy, with curl and openssl: protocol versions, HTTP/2, client certificates, and a certificate that is
renewed while connections are open."""
import asyncio, hashlib, json, os, shutil, ssl, subprocess

import pytest
import websockets

from support.certificates import EC, self_signed
from support.hub import free_ports
from support.waiting import until


def openssl(*words):
    return subprocess.run(["openssl", *words], check=True, capture_output=True).stdout


class Pair:
    """A self-signed certificate and its key."""

    def __init__(self, folder, name, *key):
        self.certificate, self.key = self_signed(folder, name, *key)

    def install(self, hub):
        """As certificate tools do it: each file is replaced by renaming."""
        for new, old in ((self.certificate, hub.certificate), (self.key, hub.key)):
            shutil.copy(new, old + ".new")
            os.rename(old + ".new", old)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    pairs = {name: Pair(folder, name) for name in ("first", "second", "agent", "other")}
    pairs["ec"] = Pair(folder, "ec", *EC)
    return pairs


@pytest.fixture(scope="module")
def hub(new_hub, pairs):
    tls = free_ports(1)[0]
    hub = new_hub(DATAHUB_TLS_PORT=str(tls))
    hub.tls, hub.certificate, hub.key = tls, f"{hub.work}/hub.crt", f"{hub.work}/hub.key"
    hub.env.update(DATAHUB_TLS_CERT=hub.certificate, DATAHUB_TLS_KEY=hub.key)
    pairs["first"].install(hub)
    return hub.start()


@pytest.fixture(scope="module")
def bearer(admin):
    return "-H", f"Authorization: Bearer {admin}"


@pytest.fixture(scope="module")
def curl(hub, pairs):
    """A request by HTTPS: the status (0 without a connection), the version of HTTP, and the body or curl's error."""
    def ask(path, *more, trusted="first"):
        out = subprocess.run(["curl", "-sS", "--cacert", pairs[trusted].certificate, "-w", "\n%{http_code} %{http_version}", *more,
                              f"https://localhost:{hub.tls}{path}"], capture_output=True, text=True, timeout=60)
        body, _, last = out.stdout.rpartition("\n")
        return int(last.split()[0]), last.split()[1], body or out.stderr
    return ask


@pytest.mark.parametrize("version, accepted", [("tls1_3", True), ("tls1_2", True), ("tls1_1", False)])
def test_tls_version(hub, pairs, version, accepted):
    out = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{hub.tls}", f"-{version}", "-cipher", "ALL@SECLEVEL=0",
                          "-CAfile", pairs["first"].certificate], capture_output=True, input=b"")
    assert (out.returncode == 0) == accepted, out.stderr[-200:]


def test_http_versions(curl, bearer, pairs):
    certificate = pairs["first"].certificate
    assert curl("/health/ready")[:2] == (200, "2")
    assert curl("/health/ready", "--http1.1")[:2] == (200, "1.1")
    assert curl("/files/tls/a", "-T", certificate, *bearer)[:2] == (201, "2")
    assert curl("/files/tls/a", "-T", certificate, "--http1.1", *bearer)[:2] == (200, "1.1")
    assert curl("/files/tls/a", *bearer)[1:] == ("2", open(certificate).read())


def test_client_certificate(hub, admin, curl, bearer, pairs):
    agent = ("--cert", pairs["agent"].certificate, "--key", pairs["agent"].key)
    assert curl("/whoami", *agent)[0] == 401, "a certificate that no user has is refused"
    digest = hashlib.sha256(openssl("x509", "-in", pairs["agent"].certificate, "-outform", "der")).hexdigest()
    user = f'<user name="agent"><certificate sha256="{digest}"/><allow read="tls/"/></user>'
    users = hub.curl(admin, "/files/broker_users.xml")[2].decode().replace("</broker-users>", user + "</broker-users>")
    assert hub.curl(admin, "/files/broker_users.xml", "-X", "PUT", "--data-binary", users)[0] == 200

    status, _, body = curl("/whoami", *agent)
    assert status == 200 and json.loads(body)["user"] == "agent"
    assert curl("/files/tls/a", *agent)[0] == 200
    assert curl("/files/other", *agent)[0] == 403
    assert json.loads(curl("/whoami", *agent, *bearer)[2])["user"] == "admin", "a token takes precedence over a certificate"
    assert curl("/whoami", "--cert", pairs["other"].certificate, "--key", pairs["other"].key)[0] == 401
    assert curl("/whoami", *bearer)[0] == 200 and curl("/whoami")[0] == 401, "a client certificate is optional"


def test_renewed_certificate(hub, admin, curl, bearer, pairs):
    """The new certificate is used for new connections; a download and a WebSocket that were open go on."""
    content = os.urandom(12 << 20)
    with open(f"{hub.work}/big", "wb") as f:
        f.write(content)
    assert curl("/files/tls/big", "-T", f"{hub.work}/big", *bearer)[0] == 201
    download = subprocess.Popen(["curl", "-sS", "--cacert", pairs["first"].certificate, "--limit-rate", "2M", "-o", f"{hub.work}/slow", *bearer,
                                 f"https://localhost:{hub.tls}/files/tls/big"])

    async def renew():
        context = ssl.create_default_context(cafile=pairs["first"].certificate)
        async with websockets.connect(f"wss://localhost:{hub.tls}/events", ssl=context, extra_headers={"Authorization": f"Bearer {admin}"}) as ws:
            assert json.loads(await asyncio.wait_for(ws.recv(), 10)).get("user") == "admin"
            pairs["second"].install(hub)
            assert await asyncio.to_thread(until, lambda: curl("/health/live", trusted="second")[0] == 200, 15)
            assert curl("/health/live", trusted="first")[0] == 0, "the old certificate is no longer served"
            await ws.send(json.dumps({"type": "subscribe", "topics": ["x."], "id": 7}))
            assert json.loads(await asyncio.wait_for(ws.recv(), 10)).get("id") == 7

    asyncio.run(renew())
    assert download.wait(60) == 0
    assert open(f"{hub.work}/slow", "rb").read() == content


def test_kinds_of_keys(hub, admin, curl, pairs):
    """An EC certificate after an RSA one, an unusable key file, and a key in OpenSSL's older form."""
    pairs["ec"].install(hub)
    assert until(lambda: curl("/health/ready", trusted="ec")[0] == 200, 15)
    with open(hub.key, "w") as f:
        f.write("nothing\n")
    assert until(lambda: "no PEM private key" in hub.curl(admin, "/health/ready")[2].decode(), 15), "an unusable file is reported"
    assert curl("/health/live", trusted="ec")[0] == 200, "and the certificate in use stays"
    legacy = openssl("ec", "-in", pairs["ec"].key)
    assert b"EC PRIVATE KEY" in legacy
    with open(hub.key, "wb") as f:
        f.write(legacy)
    assert until(lambda: hub.curl(admin, "/health/ready")[0] == 200, 15)
