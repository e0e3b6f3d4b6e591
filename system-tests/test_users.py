"""Users, credentials and grants: every rule of the users file by HTTP and by an editor, tokens issued, rotated and revoked, one
identity with all transports, and edits by several programs at once.

Needs curl, openssl, ssh-keygen, xmllint (libxml2-utils), Debian's python3-zmq and python3-websockets."""
import concurrent.futures, ctypes, datetime, hashlib, http.client, json, os, re, ssl, subprocess, threading, time
from xml.sax.saxutils import escape

import pytest
import zmq

from support.certificates import self_signed
from support.clients import EventStream, Subscriber, WebSocketSubscriber, curve_socket, plain_socket
from support.hub import ROOT, free_ports, new_token, sha256
from support.proxy import Proxy
from support.waiting import until

PATH = "/files/broker_users.xml"
XSD = f"{ROOT}/bundles/validators/src/main/resources/io/datahub/validators/users/broker-users-1.xsd"
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIp2EhLkZ3iPpT81j7zDExxsOH5k3SR96uIorJrqiK57 me@laptop"
TRUST = '<trust issuer="https://ci.example.org" audience="datahub"><claim name="repository" equals="acme/app"/></trust>'
HASH, KEY = "ab" * 32, "rq:rM&gt;}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"


def in_seconds(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def token_element(token, attributes=""):
    return f'<token sha256="{sha256(token)}" {attributes}/>'


class UsersFile:
    """The users file of a hub, and ways to change it."""

    def __init__(self, hub):
        self.hub, self.path, self.admin = hub, f"{hub.home}/files/broker_users.xml", hub.token()
        self.admin_line = f'<user name="admin" roles="admin"><token sha256="{sha256(self.admin)}"/></user>'

    def document(self, *lines, admin=None):
        """A users file with these elements and the administrator's."""
        return "\n".join(['<broker-users xmlns="urn:datahub:broker-users:1">', self.admin_line if admin is None else admin, *lines, "</broker-users>", ""])

    def put(self, text, *more, path=PATH):
        """Stores a text by HTTP; returns the status, the headers and the body."""
        temporary = f"{self.hub.work}/users-{threading.get_native_id()}.xml"
        with open(temporary, "w") as f:
            f.write(text)
        return self.hub.curl(self.admin, path, "-T", temporary, *more)

    def store(self, *lines, admin=None):
        """Stores a valid file with these elements."""
        status, _, body = self.put(self.document(*lines, admin=admin))
        assert status == 200, body

    def get(self):
        return self.hub.curl(self.admin, PATH)

    def edit(self, text):
        """Overwrites the file on the disk."""
        with open(self.path, "w") as f:
            f.write(text)

    def content(self):
        if not self.hub.single:
            return self.get()[2].decode()
        with open(self.path) as f:
            return f.read()

    def listed(self):
        """The output of datahub:users --json."""
        return self.hub.run("console", "datahub:users", "--json").stdout


@pytest.fixture(scope="module")
def hub(new_hub):
    tls = free_ports(1)[0]
    hub = new_hub(LC_ALL="C.UTF-8", DATAHUB_TLS_PORT=str(tls))
    if not hub.single:
        return hub
    hub.tls = tls
    os.makedirs(f"{hub.home}/etc")
    for name, line in (("zeromq", "proxies = 127.0.0.1"), ("watcher", "quietMillis = 200")):
        with open(f"{hub.home}/etc/io.datahub.{name}.cfg", "w") as f:
            f.write(open(f"{ROOT}/config/io.datahub.{name}.cfg").read() + f"\n{line}\n")
    hub.certificate, key = self_signed(hub.work, "localhost")
    hub.env.update(DATAHUB_TLS_CERT=hub.certificate, DATAHUB_TLS_KEY=key)
    return hub.start()


@pytest.fixture(scope="module")
def users(hub):
    return UsersFile(hub)


# The schema, and the rules beyond it

VALID = ['<user name="u"/>', '<role name="r"><allow read="" write="a/" create="b/{user}/" publish="" subscribe="x."/></role>',
         f'<user name="u" roles="admin monitor" disabled="1"><token sha256="{HASH}" label="{"ü" * 100}" created="2026-01-01T00:00:00Z"/></user>',
         f'<user name="{"u" * 64}"><token sha256="{HASH.upper()}" expires="2027-11-23T00:00:00.123456789+14:00"/></user>',
         f'<user name="u"><curve-key>  {KEY} </curve-key><certificate sha256="{HASH}"/></user>', '<user name="a.b_c@d-e" disabled=" true "/>',
         f'<user name="u"><token sha256="{HASH}" label="{chr(0x1F600) * 100}"/></user>',
         f'<user name="u"><ssh-key label="laptop">\n  {SSH_KEY}\n</ssh-key>{TRUST}</user>', '<user name="u">' + TRUST.replace("audience", 'jwks="ci.json" audience') + "</user>"]
INVALID = ['<user/>', '<user name=""/>', '<user name="-u"/>', f'<user name="{"u" * 65}"/>', '<user name="u" disabled="yes"/>', '<user name="u" colour="red"/>',
           '<user name="u"><password/></user>', '<user name="u">text</user>', '<group name="g"/>', '<role name="r"><token sha256="x"/></role>',
           '<user name="u"><allow destroy="x"/></user>', '<user name="u"><token/></user>', '<user name="u"><token sha256="abc"/></user>',
           f'<user name="u"><token sha256="{HASH}0"/></user>', f'<user name="u"><token sha256="{HASH}" expires="2027-11-23T00:00:00"/></user>',
           f'<user name="u"><token sha256="{HASH}" expires="2027-02-30T00:00:00Z"/></user>', f'<user name="u"><token sha256="{HASH}" created="soon"/></user>',
           f'<user name="u"><token sha256="{HASH}" expires="2027-11-23T24:00:00Z"/></user>', f'<user name="u"><token sha256="{HASH}" expires="2027-11-23T00:00:60Z"/></user>',
           f'<user name="u"><token sha256="{HASH}" expires="2027-11-23T00:00:00+15:00"/></user>', f'<user name="u"><token sha256="{HASH}" label="{"x" * 101}"/></user>',
           f'<user name="u"><curve-key>{"x" * 39}</curve-key></user>', f'<user name="u"><certificate sha256="{HASH[1:]}"/></user>', '<user xmlns="" name="u"/>',
           '<user name="u"><ssh-key>no key</ssh-key></user>', f'<user name="u">{TRUST.replace("https", "http")}</user>',
           f'<user name="u">{TRUST.replace("equals", "matches")}</user>', '<user name="u"><trust issuer="https://ci.example.org" audience="datahub"/></user>',
           '<user name="u">' + TRUST.replace(' audience="datahub"', "") + "</user>"]


def test_schema(hub):
    status, head, body = hub.curl(None, "/schemas/broker-users-1.xsd")
    assert status == 200 and head["content-type"].split(";")[0] in ("application/xml", "application/xsd+xml")
    assert body == open(XSD, "rb").read(), "the file that the validator uses"
    assert hub.curl(None, "/schemas/other.xsd")[0] == 404


@pytest.mark.parametrize("valid, sample", [*((True, s) for s in VALID), *((False, s) for s in INVALID)])
def test_xmllint_and_the_hub_agree(users, valid, sample):
    text = users.document(sample)
    lint = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", XSD, "-"], input=text.encode(), capture_output=True)
    assert (lint.returncode == 0) == valid, lint.stderr
    status, _, body = users.put(text, path=f"{PATH}?dry-run")
    assert (status == 200) == valid, body


@pytest.fixture(scope="module")
def good(users):
    """A valid users file that is stored, and its entity tag."""
    status, head, _ = users.put(users.document())
    assert status == 200
    return users.content(), head["etag"]


RULES = {  # the elements, and what the message contains
    "a user of the same name": ('<user name="admin"/>', "the user admin is in line 2 already"),
    "a role of the same name": ('<role name="r"/><role name="r"/>', "the role r is in line 3 already"),
    "a token of two users": ('<user name="u"><token sha256="ADMIN"/></user>', "this token is in line 2 already"),
    "a key of two users": ('<user name="u"><curve-key>KEY</curve-key></user><user name="v"><curve-key>KEY</curve-key></user>', "is in line 3 already"),
    "a certificate of two users": ('<user name="u"><certificate sha256="HASH"/></user><user name="v"><certificate sha256="HASH"/></user>', "is in line 3 already"),
    "an undefined role": ('<user name="u" roles="nurse"/>', "nurse, which is not defined"),
    "the role admin redefined": ('<role name="admin"/>', "admin is built in"),
    "the role monitor redefined": ('<role name="monitor"/>', "monitor is built in"),
    "a malformed key": ('<user name="u"><curve-key>' + "~" * 40 + "</curve-key></user>", "Z85"),
    "a malformed certificate": ('<user name="u"><certificate sha256="12"/></user>', "64 hexadecimal digits"),
    "a malformed hash of a token": ('<user name="u"><token sha256="12"/></user>', "64 hexadecimal digits"),
    "a date without a time zone": ('<user name="u"><token sha256="HASH" expires="2027-11-23T00:00:00"/></user>', "with a zone"),
    "a token for anonymous": ('<user name="anonymous"><token sha256="HASH"/></user>', "has no credentials"),
    "anonymous as administrator": ('<user name="anonymous" roles="admin"/>', "can't be an administrator"),
    "an invalid path": ('<user name="u"><allow read="a/../b"/></user>', "is not a valid path"),
    "an SSH key of two users": (f'<user name="u"><ssh-key>{SSH_KEY}</ssh-key></user><user name="v"><ssh-key>{SSH_KEY} too</ssh-key></user>', "is in line 3 already"),
    "an SSH key of another type": (f'<user name="u"><ssh-key>{SSH_KEY.replace("ssh-ed25519", "ssh-rsa")}</ssh-key></user>', "not that of the key"),
    "a trust rule of two users": (f'<user name="u">{TRUST}</user><user name="v">{TRUST}</user>', "is in line 3 already"),
    "a trust rule for everybody at an issuer": (f'<user name="u">{TRUST.replace("repository", "iss")}</user>', "other than iss and aud"),
    "an unknown element": ('<user name="u"><password/></user>', "password"),
    "malformed XML": ('<user name="u">', "user")}
ADMINISTRATORS = {  # files without an administrator who could log in tomorrow
    "no administrator": lambda line: '<user name="admin"/>',
    "an administrator with an SSH key only": lambda line: f'<user name="admin" roles="admin"><ssh-key>{SSH_KEY}</ssh-key>{TRUST}</user>',
    "a disabled administrator": lambda line: line.replace("<user ", '<user disabled="true" '),
    "an expired administrator": lambda line: line.replace("/>", f' expires="{in_seconds(-60)}"/>'),
    "an administrator whose token expires within a day": lambda line: line.replace("/>", f' expires="{in_seconds(23 * 3600)}"/>')}


def assert_refused(hub, users, good, text, message, located=True):
    """By HTTP with the message and its position; by an editor the file is rolled back and the log has the same."""
    status, head, body = users.put(text)
    assert status == 422 and "problem+json" in head["content-type"]
    violation = json.loads(body)["violations"][0]
    assert message in violation["message"] and violation["validator"] == "users"
    assert not located or violation["line"] >= 1 and violation["column"] >= 1
    content, etag = good
    if not hub.single:
        return
    before = hub.log_size()
    users.edit(text)
    assert until(lambda: users.content() == content and users.get()[1].get("etag") == etag, 20)
    logged = until(lambda: hub.log_lines("store.external-change.rejected", "broker_users.xml", message, since=before), 5)
    assert logged and (not located or re.search(r"line \d+, column \d+: ", logged[0])), hub.log_lines(since=before)


@pytest.mark.parametrize("elements, message", RULES.values(), ids=RULES)
def test_rule(hub, users, good, elements, message):
    key = escape(zmq.curve_keypair()[0].decode())
    elements = elements.replace("ADMIN", sha256(users.admin)).replace("HASH", HASH).replace("KEY", key)
    assert_refused(hub, users, good, users.document(elements), message)


@pytest.mark.parametrize("change", ADMINISTRATORS.values(), ids=ADMINISTRATORS)
def test_an_administrator_is_required(hub, users, good, change):
    assert_refused(hub, users, good, users.document(admin=change(users.admin_line)), "no administrator could log in tomorrow", located=False)


def test_doctype(hub, users, good):
    assert_refused(hub, users, good, '<!DOCTYPE broker-users [<!ENTITY x "y">]>\n' + users.document(), "DOCTYPE")


@pytest.mark.single_hub
def test_after_refused_changes(hub, users, good):
    assert hub.curl(users.admin, "/whoami")[0] == 200 and users.content() == good[0], "the users before are in force"
    assert os.listdir(f"{hub.home}/state/rejected"), "what was refused is kept for a while"
    assert hub.curl(users.admin, PATH, "-X", "DELETE")[0] == 403


@pytest.mark.parametrize("path, writable, private", [("files/broker_users.xml", 0o666, 0o600), ("files", 0o777, None)])
@pytest.mark.single_hub
def test_edit_that_others_could_have_made(hub, users, good, path, writable, private):
    path = f"{hub.home}/{path}"
    mode = private or os.stat(path).st_mode & 0o777
    before = hub.log_size()
    os.chmod(path, writable)
    users.edit(users.document('<user name="by-hand"/>'))
    assert until(lambda: users.content() == good[0], 20), "it is rolled back"
    assert until(lambda: hub.log_lines("store.external-change.rejected", "broker_users.xml", "other users", "could write it", since=before), 5), hub.log_lines(since=before)
    os.chmod(path, mode)


@pytest.mark.single_hub
def test_edit_on_the_disk(users, good):
    text = users.document('<user name="by-hand"/>')
    users.edit(text)
    assert until(lambda: "by-hand" in users.listed(), 20)
    os.remove(users.path)
    assert until(lambda: os.path.exists(users.path) and users.content() == text, 20), "a removed users file is restored"


# Tokens

@pytest.fixture(scope="module")
def token_users(users):
    """Two users: the tokens of jenkins, and of limited, which expires; when it does; and a comment in the file."""
    jenkins, limited, end = new_token(), new_token(), in_seconds(3600)
    comment = "<!-- a comment, with <user name='none'> in it -->"
    users.store(comment, f'<user name="jenkins"><token sha256="{sha256(jenkins)}" label="agent"/><allow publish="build."/></user>',
                f'<user name="limited"><token sha256="{sha256(limited)}" expires="{end}"/></user>')
    return jenkins, limited, end, comment


@pytest.fixture(scope="module")
def post(hub):
    """POST /tokens; returns the status, the headers and the decoded body."""
    def post(token, body):
        status, head, text = hub.curl(token, "/tokens", "-H", "Content-Type: application/json", "-d", body if isinstance(body, str) else json.dumps(body))
        return status, head, json.loads(text or b"{}")
    return post


@pytest.fixture(scope="module")
def made(token_users, post):
    """The response to jenkins for a new token."""
    jenkins, _, end, _ = token_users
    status, head, made = post(jenkins, {"label": "grün <2>", "expires": end})
    assert status == 201 and "no-store" in head["cache-control"]
    return made


@pytest.fixture(scope="module")
def inherited(token_users, post):
    """The response to limited for a token without an end."""
    status, _, made = post(token_users[1], {})
    assert status == 201
    return made


def test_issued_token(hub, users, token_users, made):
    jenkins, _, end, comment = token_users
    assert (made["user"], made["label"], made["expires"]) == ("jenkins", "grün <2>", end)
    assert re.fullmatch(r"dh_[A-Za-z0-9_-]{43}", made["token"])
    who = json.loads(hub.curl(made["token"], "/whoami")[2])
    assert (who["user"], who["label"], who["expires"]) == ("jenkins", "grün <2>", end) and who["lastUsed"]
    assert who["grants"] == json.loads(hub.curl(jenkins, "/whoami")[2])["grants"]
    text = users.content()
    assert made["token"] not in text and sha256(made["token"]) in text and comment in text
    listed = json.loads(hub.curl(jenkins, "/tokens")[2])["tokens"]
    assert [(t["label"], t["current"]) for t in listed] == [("agent", True), ("grün <2>", False)]
    assert all(t["lastUsed"] for t in listed) and made["token"] not in str(listed)


def test_token_for_another_user(hub, users, token_users, post):
    assert post(token_users[0], {"user": "admin"})[0] == 403
    status, _, other = post(users.admin, {"user": "limited", "label": "by admin"})
    assert status == 201 and json.loads(hub.curl(other["token"], "/whoami")[2])["user"] == "limited", "an administrator may"
    assert post(users.admin, {"user": "nobody"})[0] == 404


def test_token_expires_with_the_one_that_issued_it(token_users, post, inherited):
    _, limited, end, _ = token_users
    assert post(limited, {"expires": in_seconds(7200)})[0] == 403
    assert inherited["expires"] == end
    assert post(inherited["token"], {})[2]["expires"] == end


@pytest.mark.parametrize("body, expected", [
    ({"expires": "2026-01-01T00:00:00Z"}, 400), ({"expire": "2030-01-01T00:00:00Z"}, 400), ({"expires": "tomorrow"}, 400), ({"label": "x" * 101}, 400),
    ({"user": "nobody"}, 403), ({"label": "a\nb"}, 400), ("{", 400), ("[]", 400), ({"label": "x" * 10_000}, 413)], ids=lambda value: str(value)[:30])
def test_refused_token_request(token_users, post, body, expected):
    status, head, problem = post(token_users[0], body)
    assert status == expected and "problem+json" in head["content-type"] and problem["detail"]


def test_tokens_resource(hub, token_users, post):
    assert post(None, {})[0] == 401
    status, head, _ = hub.curl(token_users[0], "/tokens", "-X", "PUT")
    assert status == 405 and "POST" in head["allow"]


def test_deleted_token(hub, users, token_users, made, inherited):
    jenkins = token_users[0]
    assert hub.curl(jenkins, f"/tokens/{made['id']}", "-X", "DELETE")[0] == 204 and hub.curl(made["token"], "/whoami")[0] == 401
    assert hub.curl(jenkins, f"/tokens/{inherited['id']}", "-X", "DELETE")[0] == 404, "another user's"
    assert hub.curl(jenkins, f"/tokens/{inherited['id']}?user=limited", "-X", "DELETE")[0] == 403
    assert hub.curl(users.admin, f"/tokens/{sha256(users.admin)[:16]}", "-X", "DELETE")[0] == 422, "the last administrator's"


def test_tokens_in_the_console(hub, users, token_users, made):
    jenkins, limited, *_ = token_users

    def console(command, *words):
        return hub.run("console", f"datahub:{command}", *words)
    issued = json.loads(console("token-issue", "--label", "disk", "--json", "jenkins").stdout)[0]["token"]
    assert hub.curl(issued, "/whoami")[0] == 200
    rotated = console("token-rotate", "jenkins", "disk").stdout.strip()
    assert hub.curl(rotated, "/whoami")[0] == 200 and hub.curl(issued, "/whoami")[0] == 401
    revoked = console("token-revoke", "jenkins", sha256(rotated)[:8])
    assert revoked.returncode == 0 and hub.curl(rotated, "/whoami")[0] == 401, "by the beginning of its hash"
    assert re.search(r"token [0-9a-f]{16} agent used 20", users.listed())
    refused = console("token-revoke", "jenkins", "none")
    assert refused.returncode != 0 and "no token" in refused.stdout + refused.stderr
    log = "\n".join(hub.log_lines())
    for what in ("issued", "rotated", "revoked"):
        assert re.search(rf'event=auth.token.{what} user=\w+ .*address=127', log), what
    assert not any(token in log for token in (users.admin, jenkins, limited, made["token"], issued, rotated))


def test_ssh_keys_and_trust_rules(hub, users, tmp_path):
    lines = []
    for kind, *bits in (("ed25519",), ("ecdsa", "-b", "384"), ("rsa", "-b", "2048")):
        subprocess.run(["ssh-keygen", "-q", "-t", kind, *bits, "-N", "", "-C", f"{kind} & co", "-f", tmp_path / kind], check=True)
        line = (tmp_path / f"{kind}.pub").read_text().strip()
        fingerprint = subprocess.run(["ssh-keygen", "-lf", tmp_path / f"{kind}.pub"], capture_output=True, text=True, check=True).stdout.split()[1]
        lines.append((kind, line, fingerprint))
    keys = "".join(f'<ssh-key label="{kind}">\n   {escape(line)}</ssh-key><!-- {kind} -->' for kind, line, _ in lines)
    token = new_token()
    users.store(f'<user name="keys"  >{keys}{TRUST}{token_element(token)}</user>')
    listed = users.listed()
    assert all(f"ssh-key {fingerprint} {kind}" in listed for kind, _, fingerprint in lines) and "trust https://ci.example.org" in listed
    before = users.content()
    made = json.loads(hub.curl(token, "/tokens", "-d", "label=more")[2])
    after = users.content()
    assert re.sub(rf'\s*<token sha256="{sha256(made["token"])}"[^>]*/>', "", after) == before, "nothing else changes"
    assert f'parent="{sha256(token)}"' in after
    assert hub.curl(made["token"], f"/tokens/{made['id']}", "-X", "DELETE")[0] == 204 and users.content() == before


def test_external_tokens_without_a_verifier(hub, users):
    def jwt(size):
        return "eyJhbGciOiJSUzI1NiJ9." + "e" * (size - 26) + ".c2ln"
    before = hub.log_size()
    for bearer in (jwt(200), jwt(4000), jwt(16384), jwt(16385), "x" * 16384):
        status, head, _ = hub.curl(bearer, "/whoami")
        assert status == 401 and "www-authenticate" in head
    assert hub.curl(None, "/whoami", "-u", f"admin:{jwt(4000)}")[0] == 401
    assert hub.curl(jwt(40000), "/whoami")[0] == 431
    assert not hub.log_lines("eeeeeeee", since=before), "no token is logged"
    assert hub.curl(users.admin, "/whoami")[0] == 200


def test_web_session(hub, users):
    """The cookie of a browser's session."""
    token = new_token()
    users.store(f'<user name="web">{token_element(token)}</user>')

    def log_in():
        status, head, _ = hub.curl(token, "/session", "-X", "POST")
        assert status == 204 and all(word in head["set-cookie"] for word in ("HttpOnly", "SameSite=Strict", "Path=/"))
        return head["set-cookie"].split(";")[0]

    def who(*more):
        return hub.curl(None, "/whoami", "-H", f"Cookie: {cookie}", *more)
    cookie = log_in()
    assert cookie.startswith(f"datahub-session-{hub.http}=")
    assert json.loads(who()[2])["user"] == "web"
    assert who("-H", "Origin: http://127.0.0.1:1")[0] == 401, "a page of another origin"
    assert hub.curl(None, "/tokens", "-X", "POST", "-H", f"Cookie: {cookie}", "-H", "Origin: null")[0] == 403
    assert hub.curl(None, "/session", "-X", "DELETE", "-H", f"Cookie: {cookie}")[0] == 204 and who()[0] == 401
    cookie = log_in()
    assert who()[0] == 200
    users.store()
    assert until(lambda: who()[0] == 401, 1), "it ends with its token within a second"


def test_connections_of_a_web_session(hub, users):
    """DELETE /session closes the event streams and WebSockets of that session, and no others."""
    token = new_token()
    users.store(f'<user name="web"><allow subscribe="web."/>{token_element(token)}</user>')
    ended, other = (hub.curl(token, "/session", "-X", "POST")[1]["set-cookie"].split(";")[0] for _ in range(2))

    def connect(token, cookie):
        return [kind(hub, token, "web.", cookie=cookie) for kind in (EventStream, WebSocketSubscriber)]
    closing, staying = connect(None, ended), [*connect(None, other), *connect(token, None)]

    def reaches_all(topic):
        assert hub.curl(users.admin, f"/events/{topic}", "--data-binary", "x")[0] == 202
        return all(client.of(topic) for client in clients)
    clients = closing + staying
    assert until(lambda: reaches_all("web.before"), 10)
    assert hub.curl(None, "/session", "-X", "DELETE", "-H", f"Cookie: {ended}")[0] == 204
    assert until(lambda: all(client.closed.is_set() for client in closing), 1), "they end within a second"
    assert closing[1].code == 1008
    clients = staying
    assert until(lambda: reaches_all("web.after"), 10) and not any(client.closed.is_set() for client in staying)
    users.store()


# Several writers

class Writers:
    """Programs that add to the users file at once, each in its own way."""

    def __init__(self, hub, users):
        self.hub, self.users, self.added, self.problems = hub, users, [], []
        self.libc = ctypes.CDLL(None, use_errno=True)

    def add(self, attempt, mark):
        """Tries until it succeeds; an attempt returns whether it did."""
        if until(attempt, 60):
            self.added.append(mark)
        else:
            self.problems.append(f"{mark} was never added")

    def by_http(self, name):
        """Fetches, adds, and stores on condition that nobody was faster."""
        def attempt():
            _, head, body = self.users.get()
            if "etag" not in head:
                return False
            text = body.decode().replace("</broker-users>", f'<user name="{name}"/>\n</broker-users>')
            status, _, answer = self.users.put(text, "-H", f"If-Match: {head['etag']}")
            if status not in (200, 409, 412):
                self.problems.append((name, status, answer))
            return status == 200
        self.add(attempt, f'<user name="{name}"/>')

    def by_token(self, label):
        def attempt():
            status, _, answer = self.hub.curl(self.users.admin, "/tokens", "--json", json.dumps({"user": "many", "label": label}))
            if status not in (201, 503):
                self.problems.append((label, status, answer))
            return status == 201
        self.add(attempt, f'label="{label}"')

    def by_console(self, labels):
        """All in one console session, each until it succeeds."""
        left = set(labels)

        def attempt():
            self.hub.run("console", "; ".join(f"datahub:token-issue --label {label} many" for label in sorted(left)))
            left.difference_update([label for label in left if f'label="{label}"' in self.users.content()])
            return not left
        if not until(attempt, 60):
            self.problems.append(f"{left} were never added")
        self.added.extend(f'label="{label}"' for label in labels)

    def by_editor(self, name):
        """Writes a new file and swaps it with the old one; swaps back if that isn't the one that was read."""
        new = f"{self.hub.home}/files/.edit-{name}.tmp"

        def swap():
            if self.libc.renameat2(-100, new.encode(), -100, self.users.path.encode(), 2):
                self.problems.append((name, os.strerror(ctypes.get_errno())))

        def attempt():
            text = self.users.content()
            with open(new, "w") as f:
                f.write(text.replace("</broker-users>", f'<user name="{name}"/>\n</broker-users>'))
            os.chmod(new, 0o600)
            swap()
            if open(new).read() != text:
                swap()
                return False
            os.remove(new)
            return until(lambda: f'<user name="{name}"/>' in self.users.get()[2].decode() and "etag" in self.users.get()[1], 20)
        self.add(attempt, f'<user name="{name}"/>')


def test_concurrent_edits(hub, users):
    """By HTTP, console and editor at once: no edit is lost."""
    users.store('<user name="many"/>')
    writers = Writers(hub, users)
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        tasks = [pool.submit(lambda p=p: [writers.by_http(f"http-{p}-{i}") for i in range(4)]) for p in range(2)]
        tasks.append(pool.submit(lambda: [writers.by_token(f"post-{i}") for i in range(4)]))
        tasks.append(pool.submit(lambda: writers.by_console([f"console-{i}" for i in range(4)])))
        tasks.append(pool.submit(lambda: [(writers.by_editor if hub.single else writers.by_http)(f"editor-{i}") for i in range(4)]))
        for task in tasks:
            task.result()
    assert until(lambda: "etag" in users.get()[1])
    text = users.content()
    assert not writers.problems and len(writers.added) == 20
    assert [mark for mark in writers.added if text.count(mark) != 1] == []
    assert {user["user"] for user in json.loads(users.listed())} == set(re.findall(r'<user name="([^"]+)"', text)), "all are in force"


def test_ten_thousand_users(hub, users):
    """One of them is removed; only that one's sessions end, within a second."""
    tokens = {f"m{i}": f"dh_{i:043d}" for i in range(10_000)}
    elements = {name: f'<user name="{name}"><token sha256="{sha256(token)}"/><allow subscribe="m."/></user>' for name, token in tokens.items()}
    users.store(*elements.values())
    assert all(hub.curl(tokens[name], "/whoami")[0] == 200 for name in ("m0", "m5000", "m9999"))
    removed, other = tokens["m5000"], WebSocketSubscriber(hub, tokens["m4999"], "m.")
    sessions = {"ZeroMQ": Subscriber(hub, plain_socket(zmq.SUB, "m5000", removed), b"m."), "WebSocket": WebSocketSubscriber(hub, removed, "m."),
                "event stream": EventStream(hub, removed, "m.")}
    assert until(lambda: hub.curl(users.admin, "/events/m.x", "-d", "x") and all(s.of("m.x") for s in sessions.values()), 20)
    del elements["m5000"]
    users.store(*elements.values())
    assert_all_end_within(1, sessions)
    assert hub.curl(removed, "/whoami")[0] == 401
    assert not other.closed.is_set() and hub.curl(tokens["m4999"], "/whoami")[0] == 200
    users.store()


# Sessions

def assert_all_end_within(seconds, sessions, since=None):
    end = (since or time.time()) + seconds
    for name, session in sessions.items():
        assert session.closed.wait(max(0.01, end - time.time())), name


class Both:
    """The user both, with clients of all transports, and other, who publishes."""

    GRANT = '<allow subscribe="a."/><allow subscribe="b."/>'

    def __init__(self, hub, users):
        self.hub, self.users, self.publisher = hub, users, new_token()
        self.public, self.secret = zmq.curve_keypair()
        self.curve_element = f"<curve-key>{escape(self.public.decode())}</curve-key>"

    def store(self, content, attributes=""):
        self.users.store(f'<user name="both" {attributes}>{content}</user>',
                         f'<user name="other">{token_element(self.publisher)}<allow subscribe="" publish=""/></user>')

    def connect(self, token):
        return {"ZeroMQ with PLAIN": Subscriber(self.hub, plain_socket(zmq.SUB, "both", token), b"a.", b"b."),
                "WebSocket": WebSocketSubscriber(self.hub, token, "a.", "b."), "event stream": EventStream(self.hub, token, "a.", "b.")}

    def connect_by_curve(self):
        return {"ZeroMQ with CURVE": Subscriber(self.hub, curve_socket(self.hub, zmq.SUB, self.public, self.secret), b"a.", b"b.")}

    def publish(self, topic):
        self.hub.curl(self.publisher, f"/events/{topic}", "-d", "x")

    def reaches(self, sessions, topic):
        return until(lambda: self.publish(topic) or all(s.of(topic) for s in sessions.values()), 20)


@pytest.fixture(scope="module")
def both(hub, users):
    return Both(hub, users)


def test_changes_of_grants_reach_all_sessions(hub, both):
    token = new_token()
    keys = token_element(token) + both.curve_element
    both.store(keys + both.GRANT)
    sessions = both.connect(token) | both.connect_by_curve()
    assert both.reaches(sessions, "a.x") and both.reaches(sessions, "b.x")
    assert json.loads(hub.curl(None, "/whoami", "-u", f"both:{token}")[2])["user"] == "both", "Basic authentication"

    both.store(keys + '<allow subscribe="b."/>')
    counts = {name: len(s.of("a.x")) for name, s in sessions.items()}
    both.publish("a.x")
    assert both.reaches(sessions, "b.y") and counts == {name: len(s.of("a.x")) for name, s in sessions.items()}
    assert not any(s.closed.is_set() for s in sessions.values())
    both.store(keys + both.GRANT)
    assert both.reaches(sessions, "a.y"), "a grant that is restored counts for open subscriptions"

    both.store(keys + both.GRANT, 'disabled="true"')
    assert_all_end_within(1, sessions)
    assert until(lambda: sessions["WebSocket"].code == 1008, 2)
    assert hub.curl(token, "/whoami")[0] == 401


def test_sessions_end_with_their_token(hub, both):
    """One token expires, the other is revoked in the console."""
    short, long = new_token(), new_token()
    end = int(time.time()) + 9
    expires = f'expires="{datetime.datetime.fromtimestamp(end, datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}"'
    both.store(token_element(short, expires) + token_element(long, 'label="long"') + both.GRANT)
    ending, staying = both.connect(short), both.connect(long)
    assert both.reaches(ending, "a.z") and both.reaches(staying, "a.z") and not any(s.closed.is_set() for s in ending.values())
    assert_all_end_within(1, ending, since=end)
    assert time.time() >= end - 0.1
    assert both.reaches(staying, "a.w") and not any(s.closed.is_set() for s in staying.values())
    upload = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-T", "-", "-u", f"both:{long}", f"http://127.0.0.1:{hub.http}/files/slow"],
                            input=b"x", capture_output=True)
    assert upload.returncode == 0 and not os.path.exists(f"{hub.home}/files/slow"), "no grant to write"
    hub.run("console", "datahub:token-revoke", "both", "long")
    assert_all_end_within(1, staying)


@pytest.mark.single_hub
def test_client_certificate(hub, users):
    """It is the same user as the token, and is revoked on its own."""
    token, publisher = new_token(), new_token()
    certificate, key = self_signed(hub.work, "agent")
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(open(certificate).read())).hexdigest()

    def store(credentials):
        users.store(f'<user name="both">{credentials}<allow subscribe="c."/></user>',
                    f'<user name="other">{token_element(publisher)}<allow publish="c."/></user>')
    store(token_element(token) + f'<certificate sha256="{digest}"/>')
    tls = ssl.create_default_context(cafile=hub.certificate)
    tls.load_cert_chain(certificate, key)
    https = http.client.HTTPSConnection("localhost", hub.tls, context=tls, timeout=20)

    def who():
        https.request("GET", "/whoami")
        response = https.getresponse()
        return response.status, json.loads(response.read())
    status, by_certificate = who()
    by_token = json.loads(hub.curl(token, "/whoami")[2])
    assert status == 200 and by_certificate["user"] == by_token["user"] == "both" and by_certificate["grants"] == by_token["grants"]
    ending = {"WebSocket with TLS": WebSocketSubscriber(hub, None, "c.", tls=tls),
              "event stream with TLS": EventStream(hub, None, "c.", tls=("--cacert", hub.certificate, "--cert", certificate, "--key", key))}
    staying = WebSocketSubscriber(hub, token, "c.")
    assert until(lambda: hub.curl(publisher, "/events/c.x", "-d", "x") and all(s.of("c.x") for s in (*ending.values(), staying)), 20)
    assert ending["WebSocket with TLS"].welcome["user"] == "both"
    store(token_element(token))
    assert_all_end_within(1, ending)
    assert until(lambda: ending["WebSocket with TLS"].code == 1008, 2)
    assert who()[0] == 401, "on the connection that was open"
    assert not staying.closed.is_set() and hub.curl(token, "/whoami")[0] == 200


# Grants

def test_roles_and_grants(hub, users):
    anna, bert, mona = (new_token() for _ in range(3))
    users.store('<role name="ci"><allow create="builds/{user}/" read="builds/" subscribe="build."/><allow publish="build."/></role>',
                f'<user name="anna" roles="ci">{token_element(anna)}</user>', f'<user name="bert" roles="ci">{token_element(bert)}</user>',
                f'<user name="mona" roles="monitor">{token_element(mona)}</user>')

    def put(token, path):
        return hub.curl(token, f"/files/{path}", "--data-binary", "x", "-X", "PUT")[0]
    assert put(anna, "builds/anna/1") == 201 and put(bert, "builds/bert/1") == 201
    assert (put(anna, "builds/anna/1"), put(anna, "builds/bert/2"), put(anna, "other")) == (403, 403, 403), "create doesn't allow to replace"
    assert hub.curl(anna, "/files/builds/anna/1", "-X", "DELETE")[0] == 403
    assert b'"components"' in hub.curl(mona, "/health/ready")[2] and b'"components"' not in hub.curl(anna, "/health/ready")[2]
    assert hub.curl(mona, "/files/builds/anna/1")[0] == 403
    assert "broker_users" not in hub.curl(anna, "/files/")[2].decode() + hub.curl(anna, "/changes?since=0")[2].decode()
    assert hub.curl(anna, PATH)[0] == 403
    expected = {("anna", "publish", "build.x"): True, ("anna", "publish", "file.created/x"): False, ("anna", "subscribe", "build."): True, ("anna", "subscribe", "x"): False,
                ("anna", "subscribe", "file.created/builds/x"): True, ("anna", "read", "builds/bert/1"): True, ("anna", "create", "builds/anna/2"): True,
                ("anna", "create", "builds/bert/2"): False, ("anna", "write", "builds/anna/1"): False, ("mona", "subscribe", "hub.x"): True, ("admin", "write", "broker_users.xml"): True}
    lines = hub.run("console", "; ".join("datahub:explain --json " + " ".join(question) for question in expected)).stdout.splitlines()
    explained = [json.loads(line)[0] for line in lines if line.startswith("[")]
    assert [e["allowed"] for e in explained] == list(expected.values()) and all(e["because"] for e in explained)
    assert "role ci" in str(explained[0])


@pytest.mark.single_hub
def test_administrator_in_clear_from_another_machine(hub, users):
    proxy = Proxy(hub.zmq, b"PROXY TCP4 192.0.2.1 192.0.2.9 1000 5555\r\n")
    plain = plain_socket(zmq.REQ, "admin", users.admin)
    plain.linger = 0
    before = hub.log_size()
    plain.connect(f"tcp://127.0.0.1:{proxy.port}")
    plain.send_multipart([b"clear.x", b"x"])
    assert not plain.poll(2_000)
    assert hub.log_lines("192.0.2.1", "admin", "TLS or CURVE", since=before), hub.log_lines(since=before)
    public, secret = zmq.curve_keypair()
    users.store(admin=users.admin_line.replace("</user>", f"<curve-key>{escape(public.decode())}</curve-key></user>"))
    curve = curve_socket(hub, zmq.REQ, public, secret)
    curve.connect(f"tcp://127.0.0.1:{proxy.port}")
    curve.send_multipart([b"clear.x", b"x"])
    assert curve.poll(10_000) and curve.recv_multipart() == [b"OK"]
    settings = f"{hub.home}/etc/io.datahub.auth.cfg"
    for i in range(10):
        with open(settings, "w") as f:
            f.write(f"# {i}\nallowClearAdmin = true\n" + "#\n" * i)
        if plain.poll(5_000):
            break
    assert plain.poll(0) and plain.recv_multipart() == [b"OK"], "unless the operator allows it"
    os.remove(settings)


# What depends on time

@pytest.fixture(scope="module")
def expiring(users):
    """The users file of an administrator whose token expires in 24 hours and 12 seconds."""
    users.store(admin=users.admin_line.replace("/>", f' expires="{in_seconds(24 * 3600 + 12)}"/>'))
    return users.content()


@pytest.mark.single_hub
def test_login_throttle(hub, users, expiring):
    """Failed logins as a user are answered later and later; with valid credentials that user isn't delayed."""
    def log_in(token):
        return hub.curl(None, "/whoami", "-u", f"admin:{token}")[0]

    def is_slow():
        began = time.monotonic()
        log_in("wrong")
        return time.monotonic() - began > 2
    assert until(is_slow, 60)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        wrong = pool.submit(log_in, "wrong")
        assert [log_in(users.admin) for _ in range(3)] == [200] * 3
        assert not wrong.done() and wrong.result() == 401
    assert any(re.search(r'event=auth.login.refused user="admin" transport=http address=127', line) for line in hub.log_lines())


@pytest.mark.single_hub
def test_restart(hub, users, expiring):
    """What depends on the time is validated for new versions only, and a users file that is gone is restored."""
    assert until(lambda: users.put(expiring, path=f"{PATH}?dry-run")[0] == 422, 40)
    assert [t["lastUsed"] for t in json.loads(hub.curl(users.admin, "/tokens")[2])["tokens"]][0]
    assert users.put(expiring)[0] == 422
    assert hub.run("stop").returncode == 0
    os.remove(users.path)
    hub.start()
    assert users.content() == expiring and hub.curl(users.admin, "/whoami")[0] == 200
    assert re.search(r"used 20", users.listed()), "the last use is stored"
