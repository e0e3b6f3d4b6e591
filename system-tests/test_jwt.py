"""JWTs of CI systems: exchanged for tokens of the hub, which work on every transport and end with rule and user; sent as they are over
HTTP; every known attack on them; issuers that are down, slow, hostile or change their keys.

Needs curl, openssl, Debian's python3-cryptography, python3-jwt and python3-zmq, and for the page node, chromium and the npm packages of
.ci/clients."""
import hashlib, hmac, http.client, json, os, re, socket, subprocess, threading, time
from concurrent.futures import ThreadPoolExecutor
from xml.sax.saxutils import quoteattr

import pytest
import zmq

from support.clients import Subscriber, WebSocketSubscriber, plain_socket
from support.hub import ROOT, free_ports
from support.issuer import Issuer, b64, curve_key, part
from support.waiting import never, until

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPE = "urn:ietf:params:oauth:token-type:jwt"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"
SECONDS = 6  # that a refusal may take, with the delay after many failures


def trust(issuer, audience="datahub", jwks=None, **claims):
    return (f"<trust issuer={quoteattr(issuer)} audience={quoteattr(audience)}" + (f" jwks={quoteattr(jwks)}" if jwks else "") + ">"
            + "".join(f"<claim name={quoteattr(name)} equals={quoteattr(value)}/>" for name, value in claims.items()) + "</trust>")


class World:
    """A hub and an issuer, which user `ci` trusts for acme/app."""

    def __init__(self, hub, issuer):
        self.hub, self.issuer = hub, issuer
        self.rule = trust(issuer.url, repository="acme/app", ref="refs/heads/main")

    def users(self, *rules, name="ci", attributes=""):
        """Stores a users file with the administrator and a user with these rules."""
        if not hasattr(self.hub, "first_admin"):
            self.hub.first_admin = self.hub.admin_line()
        path = f"{self.hub.work}/users.xml"
        with open(path, "w") as f:
            f.write(f'<broker-users xmlns="urn:datahub:broker-users:1">{self.hub.first_admin}<user name="{name}" {attributes}>'
                    f'<allow publish="build." subscribe="build." read="" create="builds/{{user}}/"/>{"".join(rules)}</user></broker-users>')
        status, _, body = self.hub.curl(self.hub.token(), "/files/broker_users.xml", "-T", path)
        assert status == 200, body

    def exchange(self, token, *more):
        """The status, headers and JSON of an exchange."""
        path = f"{self.hub.work}/jwt-{threading.get_native_id()}"
        with open(path, "w") as f:
            f.write(token)
        status, headers, body = self.hub.curl(None, "/tokens/exchange", "-d", f"grant_type={GRANT}", "-d", f"subject_token_type={TYPE}",
                                              "--data-urlencode", f"subject_token@{path}", *more)
        return status, headers, json.loads(body)

    def exchanged(self, **claims):
        """A token of the hub for a token of the issuer."""
        status, _, body = self.exchange(self.issuer.token(**claims))
        assert status == 200, body
        return body["access_token"]

    def whoami(self, token):
        status, _, body = self.hub.curl(token, "/whoami")
        return json.loads(body)["user"] if status == 200 else status

    def users_file(self):
        return hashlib.sha256(open(f"{self.hub.home}/files/broker_users.xml", "rb").read()).hexdigest()


def configure(hub, issuer, *lines):
    os.makedirs(f"{hub.home}/etc", exist_ok=True)
    with open(f"{hub.home}/etc/io.datahub.jwt.cfg", "w") as f:
        f.write("\n".join([open(f"{ROOT}/config/io.datahub.jwt.cfg").read(), f"authorities = {issuer.certificate}", *lines, ""]))
    with open(f"{hub.home}/etc/io.datahub.auth.cfg", "w") as f:  # so that a list of attacks doesn't take minutes
        f.write(open(f"{ROOT}/config/io.datahub.auth.cfg").read() + "\nmaxFailureDelayMillis = 0\n")


@pytest.fixture(scope="module")
def world(new_hub, tmp_path_factory):
    issuer = Issuer(tmp_path_factory.mktemp("issuer")).start()
    hub = new_hub()
    configure(hub, issuer, "unknownKeyMillis = 1000")
    with open(f"{hub.home}/etc/oidc.secret", "w") as f:
        f.write(issuer.client[1] + "\n")
    with open(f"{hub.home}/etc/io.datahub.oidc.cfg", "w") as f:
        f.write(f"issuer = {issuer.url}\nclientId = {issuer.client[0]}\nclientSecretFile = etc/oidc.secret\nlabel = Acme\n"
                f"redirectUri = http://127.0.0.1:{hub.http}/session/oidc/callback\n")
    world = World(hub.start(), issuer)
    yield world
    issuer.stop()


@pytest.fixture(autouse=True)
def ready(world):
    """Each test begins with the same rule, and an issuer that works."""
    world.issuer.answers.clear()
    world.users(world.rule)
    assert until(lambda: world.exchange(world.issuer.token())[0] == 200, 30)


def test_a_jwt_becomes_a_token_for_an_hour(world):
    status, headers, body = world.exchange(world.issuer.token())
    assert (status, headers["cache-control"], headers["content-type"]) == (200, "no-store", "application/json")
    assert body["access_token"].startswith("dh_") and len(body["access_token"]) == 46
    assert (body["issued_token_type"], body["token_type"], body["user"]) == (ACCESS, "Bearer", "ci")
    assert 3500 < body["expires_in"] <= 3600  # although the JWT ends after five minutes
    shown = json.loads(world.hub.curl(body["access_token"], "/whoami")[2])
    assert (shown["user"], shown["credential"], shown["label"]) == ("ci", "short-lived", "repo:acme/app:ref:refs/heads/main")


def test_the_token_works_on_every_transport(world):
    token = world.exchanged()
    assert world.whoami(token) == "ci"
    subscriber = WebSocketSubscriber(world.hub, token, "build.")
    dealer = plain_socket(zmq.PUB, "ci", token)
    dealer.connect(f"tcp://127.0.0.1:{world.hub.zmq}")
    assert until(lambda: (dealer.send_multipart([b"build.done", b"{}"]), subscriber.of("build.done"))[1])
    batch = f"{world.hub.work}/batch"
    with open(batch, "w") as f:
        f.write(f"mkdir builds\nmkdir builds/ci\nput {batch} builds/ci/sftp\n".replace("mkdir", "-mkdir"))
    done = subprocess.run(["sshpass", "-e", "sftp", "-q", "-P", str(world.hub.ssh), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                           "-o", "PreferredAuthentications=password", "-o", "BatchMode=no", "-b", batch, "ci@127.0.0.1"],
                          env=dict(os.environ, SSHPASS=token), capture_output=True, text=True, timeout=60)
    assert world.hub.curl(token, "/files/builds/ci/sftp")[0] == 200, done.stderr
    dealer.close()


def test_a_jwt_is_a_bearer_token_on_http(world):
    assert world.whoami(world.issuer.token()) == "ci"
    assert world.hub.curl(None, "/whoami", "-u", f"ci:{world.issuer.token()}")[0] == 200
    assert world.hub.curl(None, "/whoami", "-u", f"admin:{world.issuer.token()}")[0] == 401
    assert world.hub.curl(world.issuer.token(), "/files/builds/ci/direct", "-d", "x")[0] == 201


def test_a_token_issues_none(world):
    assert world.hub.curl(world.exchanged(), "/tokens", "-d", "{}")[0] == 403
    assert world.hub.curl(world.issuer.token(), "/tokens", "-d", "{}")[0] == 403


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
def test_algorithms_of_rsa(world, algorithm):
    assert world.exchange(world.issuer.token(algorithm=algorithm))[0] == 200


def test_keys_of_elliptic_curves_and_key_rotation(world):
    world.issuer.add_key("k2", curve_key())
    assert until(lambda: world.exchange(world.issuer.token(kid="k2"))[0] == 200, 5)
    world.issuer.add_key("k3")
    old = world.issuer.keys.pop("k2")
    assert until(lambda: world.exchange(world.issuer.token(kid="k3"))[0] == 200, 5)
    world.issuer.add_key("k2", old)
    lost = world.issuer.token(kid="k2")
    world.issuer.keys.pop("k2")
    assert world.exchange(lost)[0] == 400


def none_signed(issuer, algorithm):
    return f'{part({"alg": algorithm, "kid": "k1"})}.{part(issuer.claims())}.'


def hmac_signed(issuer, key, **header):
    data = f'{part({"alg": "HS256", "typ": "JWT", "kid": "k1", **header})}.{part(issuer.claims())}'
    return f"{data}.{b64(hmac.new(key, data.encode(), hashlib.sha256).digest())}"


def tampered(issuer):
    head, _, signature = issuer.token().split(".")
    return f'{head}.{part(issuer.claims(repository="acme/app", sub="eve"))}.{signature}'


def foreign_key(issuer, **header):
    """Signed with a key of the attacker's, which has the name of the issuer's."""
    eve = Issuer.__new__(Issuer)
    eve.url, eve.keys = issuer.url, {}
    eve.add_key("k1")
    return eve.signed({"alg": "RS256", "typ": "JWT", "kid": "k1", **({"jwk": eve.jwks()["keys"][0]} if header.pop("jwk", None) else {}), **header}, eve.claims())


def twice(issuer, text):
    return json.dumps(issuer.claims())[:-1] + f", {text}}}"


NOW = lambda: int(time.time())
ATTACKS = {
    "alg none": lambda i: none_signed(i, "none"),
    "alg None, another case": lambda i: none_signed(i, "nOnE"),
    "alg none, with a signature": lambda i: i.signed({"alg": "none", "kid": "k1"}, i.claims()),
    "no alg": lambda i: i.signed({"kid": "k1"}, i.claims()),
    "HS256 with the RSA key in PEM": lambda i: hmac_signed(i, i.public_pem()),
    "HS256 with the RSA key in PEM, stripped": lambda i: hmac_signed(i, i.public_pem().strip()),
    "HS256 with the modulus": lambda i: hmac_signed(i, i.jwks()["keys"][0]["n"].encode()),
    "HS256 with an empty key": lambda i: hmac_signed(i, b""),
    "an algorithm that isn't the signature's": lambda i: i.signed({"alg": "ES256", "kid": "k1"}, i.claims()),
    "an elliptic signature of zeros": lambda i: f'{part({"alg": "ES256", "kid": "k1"})}.{part(i.claims())}.{b64(bytes(64))}',
    "a changed claim": tampered,
    "a foreign key": foreign_key,
    "a foreign key in jwk": lambda i: foreign_key(i, jwk=True),
    "a foreign key at jku": lambda i: foreign_key(i, jku=f"https://localhost:{i.port}/evil"),
    "a foreign key at x5u": lambda i: foreign_key(i, x5u=f"https://localhost:{i.port}/evil"),
    "a foreign key by kid as URL": lambda i: foreign_key(i, kid=f"https://localhost:{i.port}/evil"),
    "kid as path": lambda i: foreign_key(i, kid="../../../../../../dev/null"),
    "kid as SQL": lambda i: foreign_key(i, kid="x' UNION SELECT 'key"),
    "kid of 100 kB": lambda i: foreign_key(i, kid="k" * 8_000),
    "kid as object": lambda i: foreign_key(i, kid={"a": 1}),
    "no signature": lambda i: i.token().rsplit(".", 1)[0] + ".",
    "a truncated signature": lambda i: i.token()[:-20],
    "two parts": lambda i: i.token().rsplit(".", 1)[0],
    "crit": lambda i: i.signed({"alg": "RS256", "kid": "k1", "crit": ["exp"]}, i.claims()),
    "b64 false": lambda i: i.signed({"alg": "RS256", "kid": "k1", "b64": False}, i.claims()),
    "another typ": lambda i: i.token(headers={"typ": "logout+jwt"}),
    "wrong audience": lambda i: i.token(aud="other"),
    "wrong audiences": lambda i: i.token(aud=["other", "datahub2", "https://datahub"]),
    "audience as prefix": lambda i: i.token(aud="datahub-staging"),
    "no audience": lambda i: i.token(aud=None),
    "empty audiences": lambda i: i.token(aud=[]),
    "audience as object": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, i.claims(aud={"datahub": True})),
    "nested audience": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, i.claims(aud=[["datahub"]])),
    "expired 61 s ago": lambda i: i.token(exp=NOW() - 61),
    "no exp": lambda i: i.token(exp=None),
    "exp as text": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, i.claims(exp=str(NOW() + 300))),
    "exp beyond all times": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, json.dumps(i.claims()).replace(f'"exp": ', '"exp": 9e999')),
    "valid in 62 s": lambda i: i.token(nbf=NOW() + 62),
    "issued in the future": lambda i: i.token(iat=NOW() + 62),
    "issuer with a slash": lambda i: i.token(iss=i.url + "/"),
    "issuer in upper case": lambda i: i.token(iss=i.url.upper()),
    "issuer with a port of another": lambda i: i.token(iss="https://localhost:1"),
    "no issuer": lambda i: i.token(iss=None),
    "a fork": lambda i: i.token(repository="eve/app"),
    "a repository that begins alike": lambda i: i.token(repository="acme/app-fork"),
    "another case": lambda i: i.token(repository="ACME/app"),
    "another branch": lambda i: i.token(ref="refs/heads/main2"),
    "a claim as list of others": lambda i: i.token(repository=["acme/app-fork", "acme", "app", "ACME/app", "acme/app,eve/app", " acme/app"]),
    "a claim as nested list": lambda i: i.token(repository=[["acme/app"]]),
    "a claim as list of objects": lambda i: i.token(repository=[{"name": "acme/app"}, None, 1.5]),
    "a claim as object": lambda i: i.token(repository={"acme/app": True}),
    "a claim as empty list": lambda i: i.token(repository=[]),
    "a name twice in a list": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, twice(i, '"groups": ["a", {"b": 1, "b": 2}]')),
    "the issuer as list": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, i.claims(iss=[i.url])),
    "exp as list": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, i.claims(exp=[NOW() + 300])),
    "a claim that is missing": lambda i: i.token(ref=None),
    "a claim twice": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, twice(i, '"repository": "acme/app"')),
    "the issuer twice": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, twice(i, '"iss": "https://evil.example"')),
    "exp twice": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, twice(i, '"exp": 9999999999')),
    "a name twice in a nested claim": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, twice(i, '"x": {"a": 1, "a": 2}')),
    "alg twice": lambda i: i.signed('{"alg": "none", "alg": "RS256", "kid": "k1"}', i.claims()),
    "something after the claims": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, json.dumps(i.claims()) + "{}"),
    "claims as list": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, "[]"),
    "deep claims": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, twice(i, '"x": ' + "[" * 3_000 + "]" * 3_000)),
    "a long number": lambda i: i.signed({"alg": "RS256", "kid": "k1"}, twice(i, '"x": ' + "9" * 6_000)),
    "claims in Latin-1": lambda i: f'{part({"alg": "RS256"})}.{b64(json.dumps(i.claims())[:-1].encode() + bytes([44, 34, 0xff, 34, 58, 49, 125]))}.AA',
    "claims in UTF-16": lambda i: f'{part({"alg": "RS256"})}.{b64(json.dumps(i.claims()).encode("utf-16-le"))}.AA',
    "a JWE": lambda i: ".".join([part({"alg": "RSA-OAEP", "enc": "A256GCM", "kid": "k1"})] + ["AAAA"] * 4),
    "the JSON form": lambda i: json.dumps(dict(zip(("protected", "payload", "signature"), i.token().split(".")))),
    "padding": lambda i: i.token() + "=",
    "spaces": lambda i: i.token().replace(".", " .", 1),
    "a token of 20 kB": lambda i: i.token(padding="x" * 20_000),
    "a token of 1 MB": lambda i: i.token(padding="x" * 1_000_000),
    "nothing": lambda i: "",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks(world, attack):
    """Each is refused on both ways in, in bounded time, and asks nobody but the issuer's own addresses."""
    token = ATTACKS[attack](world.issuer)
    begin = time.monotonic()
    status, headers, body = world.exchange(token)
    assert status in (400, 413), body
    assert headers["content-type"] == "application/problem+json"
    assert "access_token" not in body and (status == 413 or body["error"] == "invalid_request")
    if 0 < len(token) < 100_000 and "\n" not in token:
        assert world.hub.curl(token, "/whoami")[0] in (400, 401, 431)
    assert time.monotonic() - begin < SECONDS
    assert not any("evil" in path for path in world.issuer.requests)


def test_clocks_may_differ_by_a_minute(world):
    assert world.exchange(world.issuer.token(exp=NOW() - 50))[0] == 200
    assert world.exchange(world.issuer.token(nbf=NOW() + 50, iat=NOW() + 50))[0] == 200


def test_several_audiences_are_accepted_if_the_rule_s_is_one(world):
    assert world.exchange(world.issuer.token(aud=["other", "datahub"]))[0] == 200


def test_a_token_ends_with_its_rule_within_a_second(world):
    token, peer = world.exchanged(), world.exchanged()
    watcher = WebSocketSubscriber(world.hub, peer, "build.")
    bearer = world.issuer.token()
    assert world.whoami(bearer) == "ci"
    world.users(trust(world.issuer.url, repository="acme/other"))
    assert until(lambda: world.whoami(token) == 401, 1)
    assert watcher.closed.wait(1)
    assert world.whoami(bearer) == 401
    world.users(world.rule)
    assert world.whoami(token) == 401  # it doesn't come back
    assert world.exchanged()


def test_a_token_ends_with_its_user(world):
    for change in (dict(attributes='disabled="true"'), dict(name="other")):
        token = world.exchanged()
        watcher = WebSocketSubscriber(world.hub, token, "build.")
        world.users(world.rule, **change)
        assert watcher.closed.wait(1)
        assert world.whoami(token) == 401
        world.users(world.rule)


def test_the_most_precise_rule_counts_and_ambiguity_is_refused(world):
    world.users(trust(world.issuer.url, repository="acme/app"), '</user><user name="main">', world.rule, '</user><user name="tag">',
                trust(world.issuer.url, repository="acme/tool", ref="refs/tags/v1"), '</user><user name="tool">',
                trust(world.issuer.url, repository="acme/tool", environment="production"))
    assert until(lambda: world.exchange(world.issuer.token())[2].get("user") == "main")
    assert world.exchange(world.issuer.token(ref="refs/heads/x"))[2]["user"] == "ci"
    assert world.exchange(world.issuer.token(repository="acme/tool", ref="refs/tags/v1"))[2]["user"] == "tag"
    assert world.exchange(world.issuer.token(repository="acme/tool", ref="refs/tags/v1", environment="production"))[0] == 400


def test_claims_that_are_no_texts(world):
    world.users(trust(world.issuer.url, project_id="4711", ref_protected="true"))
    assert until(lambda: world.exchange(world.issuer.token(project_id=4711, ref_protected=True))[0] == 200)
    assert world.exchange(world.issuer.token(project_id=4711.5, ref_protected=True))[0] == 400
    assert world.exchange(world.issuer.token(project_id="4711", ref_protected="true"))[0] == 200
    assert world.exchange(world.issuer.token(project_id=4711, ref_protected=False))[0] == 400


def test_claims_that_are_lists(world):
    """An element is compared as a text is; but where there is one value by standard, a list is no choice."""
    world.users(trust(world.issuer.url, groups_direct="acme/dev"), '</user><user name="ops">', trust(world.issuer.url, groups_direct="acme/ops"),
                '</user><user name="ann">', trust(world.issuer.url, email="ann@acme.example"))
    user = lambda **claims: world.exchange(world.issuer.token(**claims))[2].get("user")
    assert until(lambda: user(groups_direct=["acme", "acme/dev"]) == "ci")
    assert user(groups_direct="acme/ops") == "ops" and user(email="ann@acme.example") == "ann"
    assert user(groups_direct=["acme/dev", "acme/ops"]) is None, "of two users"
    assert user(groups_direct=["acme/dev/x", "acme/de", "acme"]) is None
    assert user(email=["eve@evil.example", "ann@acme.example"], email_verified=True) is None


def test_names_of_keys_that_nobody_has_cost_few_requests(world):
    before, begin = len(world.issuer.requests), time.monotonic()
    tokens = [world.issuer.signed({"alg": "RS256", "kid": f"flood-{n}"}, world.issuer.claims()) for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert {status for status, _, _ in pool.map(world.exchange, tokens)} == {400}
    assert len(world.issuer.requests) - before <= 2 * (time.monotonic() - begin + 2)  # metadata and keys, once a second
    assert world.exchanged()


def reply(handler, status=200, body=b"", **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def slow(handler):
    reply(handler)
    for _ in range(200):
        handler.wfile.write(b" ")
        time.sleep(0.1)


METADATA = "/.well-known/openid-configuration"
# What is answered at a path instead.
HOSTILE = {
    "redirect": (METADATA, lambda issuer: lambda handler: reply(handler, 302, Location=f"https://localhost:{issuer.port}/evil")),
    "large": ("/keys", lambda issuer: lambda handler: reply(handler, body=json.dumps(issuer.jwks()).encode() + b" " * 300_000)),
    "slow": ("/keys", lambda issuer: slow),
    "metadata of another": (METADATA, lambda issuer: lambda handler: handler.json(
        {"issuer": issuer.url + "/", "jwks_uri": f"https://localhost:{issuer.port}/keys"})),
    "error": ("/keys", lambda issuer: lambda handler: reply(handler, 500)),
    "no JSON": ("/keys", lambda issuer: lambda handler: reply(handler, body=b"<html>")),
    "http keys": (METADATA, lambda issuer: lambda handler: handler.json({"issuer": issuer.url, "jwks_uri": f"http://localhost:{issuer.port}/keys"})),
}


@pytest.fixture(scope="module")
def hostile(new_hub, tmp_path_factory):
    """One hub that trusts all hostile issuers, so that they share the time that it takes to start."""
    issuers = {}
    for answer, (path, function) in HOSTILE.items():
        issuer = issuers[answer] = Issuer(tmp_path_factory.mktemp("hostile"), of=next(iter(issuers.values()), None))
        issuer.answers[path] = function(issuer)
        issuer.start()
    hub = new_hub()
    configure(hub, issuer, "unknownKeyMillis = 1000", "fetchMillis = 1000")
    world = World(hub.start(), issuer)
    world.users(*(trust(issuer.url, repository="acme/app", ref="refs/heads/main") for issuer in issuers.values()))
    yield world, issuers
    for issuer in issuers.values():
        issuer.stop()


@pytest.mark.parametrize("answer", HOSTILE)
def test_a_hostile_issuer(hostile, answer):
    """None of its answers gives keys, more requests elsewhere, or a hub that waits; health says what is wrong, and it heals."""
    world, issuer = hostile[0], hostile[1][answer]
    assert until(lambda: HOSTILE[answer][0] in issuer.requests, 20)
    begin = time.monotonic()
    status, headers, _ = world.exchange(issuer.token())
    assert status == 503 and "retry-after" in headers
    assert time.monotonic() - begin < 5
    code, _, ready = world.hub.curl(world.hub.token(), "/health/ready")
    assert code == 200
    jwt = next(component for component in json.loads(ready)["components"] if component["name"] == "jwt")
    assert jwt["degraded"] and issuer.url in jwt["detail"]
    assert not any("evil" in path for path in issuer.requests)
    issuer.answers.clear()
    assert until(lambda: world.exchange(issuer.token())[0] == 200, 20)


def test_an_issuer_that_is_down_at_the_start_and_a_file_of_keys(new_hub, tmp_path):
    issuer = Issuer(tmp_path)
    hub = new_hub()
    configure(hub, issuer)
    world = World(hub.start(), issuer)
    world.users(world.rule)
    begin = time.monotonic()
    assert world.exchange(issuer.token())[0] == 503
    assert world.hub.curl(issuer.token(), "/whoami")[0] == 503
    assert time.monotonic() - begin < SECONDS
    issuer.start()
    assert until(lambda: world.exchange(issuer.token())[0] == 200, 20)
    token = world.exchanged()
    issuer.stop()
    assert world.exchange(issuer.token())[0] == 200  # by the keys of before
    hub.run("stop")
    hub.start()
    assert until(lambda: world.whoami(token) == "ci")  # tokens outlive a restart, whatever the issuer does
    assert world.exchange(issuer.token())[0] == 503
    with open(f"{hub.home}/etc/keys.json", "w") as f:
        json.dump(issuer.jwks(), f)
    world.users(trust(issuer.url, jwks="keys.json", repository="acme/app"))
    assert until(lambda: world.exchange(issuer.token())[0] == 200)


class Browser:
    """Follows no redirects, but keeps cookies."""

    def __init__(self, hub):
        self.hub, self.cookies = hub, {}

    def get(self, url, method="GET"):
        """The status, where it is sent to, and the body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.http, timeout=60)
        connection.request(method, url.removeprefix(f"http://127.0.0.1:{self.hub.http}"),
                           headers={"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {})
        answer = connection.getresponse()
        body = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            assert "HttpOnly" in cookie and "SameSite=" in cookie
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies.pop(name, None) if "Max-Age=0" in cookie else self.cookies.update({name: value})
        connection.close()
        return answer.status, answer.headers["Location"], body

    def user(self):
        status, _, body = self.get("/whoami")
        return json.loads(body)["user"] if status == 200 else status


def test_people_sign_in_by_openid_connect(world):
    """The page's sign-in, and the attacks on it: each ends at the page, without a session, and with a word that says why."""
    hub, issuer, page = world.hub, world.issuer, f"http://127.0.0.1:{world.hub.http}/"
    world.users(trust(issuer.url, audience="hub", email="ann@acme.example"))
    ann = {"email": "ann@acme.example", "sub": "ann"}
    browser = Browser(hub)
    assert json.loads(browser.get("/session/oidc")[2]) == {"providers": [{"label": "Acme", "start": "/session/oidc/start"}]}
    assert until(lambda: browser.get("/session/oidc/start")[1].startswith(f"https://localhost:{issuer.port}/authorize"), 20)
    first = issuer.sign_in(browser.get("/session/oidc/start?return_to=https://evil.example/")[1], **ann)
    before, attempt = browser.user(), dict(browser.cookies)
    assert before == 401 and browser.get(first)[:2] == (303, page) and browser.user() == "ci"
    shown = json.loads(browser.get("/whoami")[2])
    assert (shown["credential"], shown["label"]) == ("short-lived", "ann")
    assert not [name for name in browser.cookies if "sign-in" in name], "the attempt is over"
    assert browser.get(first)[1] == page + "?sign-in=expired" and browser.user() == "ci", "a replay ends no session"
    assert browser.get("/session", "DELETE")[0] == 204 and browser.user() == 401

    thief = Browser(hub)
    thief.cookies = attempt
    assert thief.get(first)[1] == page + "?sign-in=refused", "a code works once, even with the cookie"

    def attacked(word, prepare=lambda url, browser: url, changes=None, **claims):
        victim = Browser(hub)
        issuer.token_changes = changes or {}
        back = prepare(issuer.sign_in(victim.get("/session/oidc/start")[1], **{**ann, **claims}), victim)
        answer = victim.get(back)
        issuer.token_changes = {}
        assert answer[:2] == (303, f"{page}?sign-in={word}") and victim.user() == 401, (word, answer)

    other = Browser(hub)
    foreign = issuer.sign_in(other.get("/session/oidc/start")[1], **ann)
    state = lambda url: re.search("state=([^&]*)", url)[1]
    attacked("expired", lambda url, victim: foreign)  # the attacker's own answer: signs nobody in as the attacker
    attacked("expired", lambda url, victim: url.replace(state(url), state(url)[:-1] + "!"))
    attacked("expired", lambda url, victim: url.split("&state=")[0])
    attacked("expired", lambda url, victim: url + "&state=" + state(url))
    attacked("expired", lambda url, victim: victim.cookies.clear() or url)
    attacked("expired", lambda url, victim: victim.cookies.update({name: "1." + value.split(".")[1] for name, value in victim.cookies.items()}) or url)
    attacked("refused", lambda url, victim: url.replace("code=", "code=x"))
    attacked("refused", lambda url, victim: re.sub("code=[^&]*", "error=access_denied&error_description=https://evil.example", url))
    attacked("refused", lambda url, victim: re.sub("code=[^&]*", re.search("code=[^&]*", foreign)[0], url))  # injected: PKCE
    attacked("refused", lambda url, victim: url + "&iss=https://evil.example")  # mix-up
    attacked("refused", changes={"nonce": "another"})
    attacked("refused", changes={"nonce": None})
    attacked("refused", changes={"iss": "https://evil.example"})
    attacked("refused", changes={"aud": "datahub"})
    attacked("refused", changes={"aud": ["hub", "other"]})
    attacked("refused", changes={"aud": ["hub", "other"], "azp": "other"})
    attacked("refused", changes={"exp": int(time.time()) - 120})
    attacked("refused", email="mallory@acme.example")
    eve = Issuer.__new__(Issuer)
    eve.url, eve.keys = issuer.url, {}
    eve.add_key("k1")
    forged = lambda: issuer.claims(aud="hub", nonce=list(issuer.codes.values())[-1][0]["nonce"], **ann)
    for token in (lambda: f'{part({"alg": "none"})}.{part(forged())}.x', lambda: eve.signed({"alg": "RS256", "kid": "k1"}, forged()),
                  lambda: issuer.signed({"alg": "HS256", "kid": "k1"}, forged()), lambda: "x", lambda: None):
        issuer.answers["/token"] = lambda handler: handler.json({"id_token": token()})
        attacked("refused")
    issuer.answers["/token"] = lambda handler: handler.send_error(500)
    attacked("unavailable")
    assert "oidc" in json.dumps([each for each in json.loads(hub.curl(hub.token(), "/health/ready")[2])["components"] if each.get("degraded")])
    issuer.answers.clear()
    assert browser.get("/session/oidc/else")[0] == 404 and browser.get("/session/oidc/start", "POST")[0] == 405
    again = Browser(hub)
    assert again.get(issuer.sign_in(again.get("/session/oidc/start")[1], **ann))[1] == page and again.user() == "ci"
    world.users()  # the rule is gone
    assert until(lambda: again.user() == 401, 10)


def test_people_sign_in_by_a_browser(world, tmp_path):
    """In Chromium: the page's button, the issuer's page, the signed-in page; signing out leaves nothing."""
    world.users(trust(world.issuer.url, audience="hub", email="ann@acme.example"))
    world.issuer.people = {name: {"email": f"{name}@acme.example", "sub": name} for name in ("ann", "mallory")}
    out = subprocess.run(["node", f"{ROOT}/.ci/clients/page-oidc.mjs", f"http://127.0.0.1:{world.hub.http}", str(tmp_path)],
                         capture_output=True, text=True, timeout=300)
    results = [json.loads(line) for line in out.stdout.splitlines()]
    assert out.returncode == 0, f"after {results[-1:]}: {out.stderr[-2000:]}"
    assert results and not (failed := [result for result in results if not result["good"]]), failed


def test_many_exchanges_cost_bounded_memory_and_no_version_of_the_users_file(world, size):
    before, count = world.users_file(), size("exchanges")
    cursor = json.loads(world.hub.curl(world.hub.token(), "/files/")[2])["cursor"]
    body = f"{world.hub.work}/exchange.form"
    with open(body, "w") as f:
        f.write(f"grant_type={GRANT}&subject_token_type={TYPE}&subject_token={world.issuer.token()}")

    def heap():
        out = subprocess.run(["jcmd", str(world.hub.pid()), "GC.class_histogram"], capture_output=True, text=True).stdout
        return int(re.search(r"^Total\s+\d+\s+(\d+)", out, re.M)[1])

    def run(share):
        config = f"{world.hub.work}/many-{share}.curl"
        with open(config, "w") as f:
            f.write(f'data = "@{body}"\nsilent\noutput = "/dev/null"\nwrite-out = "%{{http_code}}\\n"\n'
                    + f'url = "http://127.0.0.1:{world.hub.http}/tokens/exchange"\n' * 1
                    + "".join(f'next\ndata = "@{body}"\nsilent\noutput = "/dev/null"\nwrite-out = "%{{http_code}}\\n"\n'
                              f'url = "http://127.0.0.1:{world.hub.http}/tokens/exchange"\n' for _ in range(count // 4 - 1)))
        return subprocess.run(["curl", "-K", config], capture_output=True, text=True).stdout.split()

    small = heap()
    with ThreadPoolExecutor(4) as pool:
        statuses = [status for share in pool.map(run, range(4)) for status in share]
    assert set(statuses) <= {"200", "429"} and statuses.count("200") >= count // 4 * 4 - 100, set(statuses)
    assert (heap() - small) / count < 2_000
    assert world.users_file() == before
    changes = world.hub.curl(world.hub.token(), f"/changes?since={cursor}")[2]
    assert b"broker_users.xml" not in changes
    world.users()  # ends them all
    assert until(lambda: world.hub.metrics(world.hub.token())["datahub_short_lived_tokens"] == 0)
