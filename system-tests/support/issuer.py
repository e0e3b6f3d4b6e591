"""An issuer of JWTs, as a CI system is one: HTTPS with a certificate of its own, metadata, keys that can be changed, and tokens of
any form. Needs openssl, Debian's python3-cryptography and python3-jwt."""
import base64, hashlib, json, secrets, ssl, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.sax.saxutils import quoteattr

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from support.certificates import self_signed
from support.hub import free_ports


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value):
    """A part of a JWT: an object, or text as it is."""
    return b64((value if isinstance(value, str) else json.dumps(value)).encode())


class Issuer:
    """Serves its metadata and keys from `start` on. `answers` replaces what a path is answered with: a function of the handler."""

    def __init__(self, folder, path="", of=None):
        """`of` is an issuer whose certificate this one uses too."""
        self.certificate, self.private = (of.certificate, of.private) if of else self_signed(folder, "issuer")
        self.port = free_ports(1)[0]
        self.url = f"https://localhost:{self.port}{path}"
        self.keys, self.requests, self.answers = {}, [], {}
        self.codes, self.client, self.token_changes = {}, ("hub", "client secret/ü"), {}  # of people who sign in
        self.people = {}  # their claims by name, for those who sign in by a browser
        self.server = None
        self.add_key("k1")

    def add_key(self, kid, key=None):
        self.keys[kid] = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwks(self):
        def public(kid, key):
            algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
            if algorithm is ECAlgorithm:
                numbers, size = key.public_key().public_numbers(), (key.curve.key_size + 7) // 8
                jwk = {"kty": "EC", "crv": {256: "P-256", 384: "P-384", 521: "P-521"}[key.curve.key_size],
                       "x": b64(numbers.x.to_bytes(size, "big")), "y": b64(numbers.y.to_bytes(size, "big"))}
            else:
                jwk = json.loads(algorithm.to_jwk(key.public_key()))
                jwk.pop("key_ops", None)
            return {**jwk, "kid": kid, "use": "sig"}
        return {"keys": [public(kid, key) for kid, key in self.keys.items()]}

    def start(self):
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.requests.append(self.path)
                if self.path in issuer.answers:
                    issuer.answers[self.path](self)
                elif self.path.endswith("/.well-known/openid-configuration"):
                    self.json({"issuer": issuer.url, "jwks_uri": f"https://localhost:{issuer.port}/keys",
                               "authorization_endpoint": f"https://localhost:{issuer.port}/authorize?tenant=1",
                               "token_endpoint": f"https://localhost:{issuer.port}/token"})
                elif self.path == "/keys":
                    self.json(issuer.jwks())
                elif self.path.startswith("/authorize?") and issuer.people:
                    self.page(issuer.choices(self.path))
                else:
                    self.send_error(404)

            def do_POST(self):
                issuer.requests.append(self.path)
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                if self.path in issuer.answers:
                    issuer.answers[self.path](self)
                elif self.path == "/token":
                    token = issuer.redeem({name: values[0] for name, values in form.items()}, self.headers["Authorization"])
                    self.json({"id_token": token, "access_token": "x", "token_type": "Bearer"} if token else {"error": "invalid_grant"},
                              200 if token else 400)
                else:
                    self.send_error(404)

            def json(self, value, status=200):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def page(self, links):
                body = "<!doctype html><title>Acme</title><h1>Acme</h1>" + "".join(
                    f"<p><a href={quoteattr(url)}>{text}</a>" for text, url in links.items())
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.certificate, self.private)
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def sign_in(self, location, **claims):
        """What somebody does in a browser that was sent here, who has these claims: returns where it is sent back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query, strict_parsing=True).items()}
        assert query["tenant"] == "1" and query["response_type"] == "code" and query["client_id"] == self.client[0]
        assert query["code_challenge_method"] == "S256" and "openid" in query["scope"].split()
        code = secrets.token_urlsafe()
        self.codes[code] = query, claims
        return query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"]})

    def choices(self, location):
        """The links of the page to sign in: as one of the people, or not at all."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        cancelled = query["redirect_uri"] + "?" + urlencode({"error": "access_denied", "state": query["state"]})
        return {**{f"Continue as {name}": self.sign_in(location, **claims) for name, claims in self.people.items()}, "Cancel": cancelled}

    def redeem(self, form, authorization):
        """The ID token for a code, which works once, for the client and the browser that have asked for it."""
        query, claims = self.codes.pop(form.get("code"), (None, None))
        expected = base64.b64encode(":".join(urlencode({"": part})[1:] for part in self.client).encode()).decode()
        challenge = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (query is None or form["grant_type"] != "authorization_code" or form["redirect_uri"] != query["redirect_uri"]
                or challenge != query["code_challenge"] or authorization != f"Basic {expected}"):
            return None
        return self.token(**{"aud": self.client[0], "nonce": query["nonce"], **claims, **self.token_changes})

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def claims(self, **more):
        """The claims of a job of acme/app on its main branch; None leaves one out."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": "datahub", "sub": "repo:acme/app:ref:refs/heads/main", "repository": "acme/app",
                  "ref": "refs/heads/main", "iat": now, "nbf": now, "exp": now + 300, **more}
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, kid="k1", algorithm=None, headers=None, **claims):
        key = self.keys[kid]
        algorithm = algorithm or ("RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256")
        return jwt.encode(self.claims(**claims), key, algorithm, headers={"kid": kid, **(headers or {})})

    def signed(self, header, claims, kid="k1"):
        """A token of these parts, signed with RS256 whatever the header says."""
        data = f"{part(header)}.{part(claims)}"
        return f"{data}.{b64(self.keys[kid].sign(data.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def public_pem(self, kid="k1"):
        return self.keys[kid].public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def curve_key():
    return ec.generate_private_key(ec.SECP256R1())
