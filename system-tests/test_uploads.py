"""Resumable uploads, with curl, Debian's python3-tuspy, and npm's tus-js-client and Uppy in .ci/clients. The tests share a
directory, whose events one subscriber collects."""
import base64, hashlib, http.client, json, os, socket, subprocess

import pytest
import zmq
from tusclient import client as tus

from support.clients import Subscriber, plain_socket
from support.hub import ROOT
from support.waiting import until

OFFSET_BYTES = "application/offset+octet-stream"
NAMED_X = f"filename {base64.b64encode(b'x').decode()},type dGV4dC9wbGFpbg=="
FORBIDDEN, GONE = (403, 404), (404, 410)


def path_metadata(path):
    return f"path {base64.b64encode(path.encode()).decode()}"


def checksum(name, data):
    return f"{name} {base64.b64encode(hashlib.new(name, data).digest()).decode()}"


def sha256_of(data):
    return hashlib.sha256(data).hexdigest()


class Uploader:
    """One user's requests."""

    def __init__(self, hub, token):
        self.hub, self.token = hub, token

    def request(self, method, path, body=None, **headers):
        """The status, the headers by lower-case name, and the body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.http, timeout=60)
        sent = {"Authorization": f"Bearer {self.token}", "Tus-Resumable": "1.0.0", **{k.replace("_", "-"): v for k, v in headers.items()}}
        connection.request(method, path, body, {k: v for k, v in sent.items() if v is not None})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        return response.status, {k.lower(): v for k, v in response.headers.items()}, text

    def create(self, path, length, body=None, **headers):
        return self.request("POST", "/uploads", body, Upload_Length=str(length), Upload_Metadata=path_metadata(path), **headers)

    def patch(self, url, offset, body, **headers):
        return self.request("PATCH", url, body, **{"Upload_Offset": str(offset), "Content_Type": OFFSET_BYTES, **headers})

    def offset(self, url):
        return int(self.request("HEAD", url)[1].get("upload-offset", -1))

    def partial(self, text, length=None):
        """Creates a partial upload with these bytes; returns its URL."""
        return self.request("POST", "/uploads", text, Upload_Length=str(len(text) if length is None else length),
                            Upload_Concat="partial", Content_Type=OFFSET_BYTES)[1]["location"]

    def concatenate(self, path, *urls, **headers):
        return self.request("POST", "/uploads", Upload_Concat="final;" + " ".join(urls), Upload_Metadata=path_metadata(path), **headers)


@pytest.fixture(scope="module")
def tokens(hub):
    grants = '<allow read="up/" write="up/"/>'
    tokens = hub.add_users(ann=grants, bob=grants)
    assert until(lambda: hub.curl(tokens["ann"], "/whoami")[0] == 200)
    return tokens


@pytest.fixture(scope="module")
def ann(hub, tokens):
    return Uploader(hub, tokens["ann"])


@pytest.fixture(scope="module")
def bob(hub, tokens):
    return Uploader(hub, tokens["bob"])


@pytest.fixture(scope="module")
def root(hub, admin):
    return Uploader(hub, admin)


@pytest.fixture(scope="module", autouse=True)
def events(hub, ann):
    subscriber = Subscriber(hub, plain_socket(zmq.SUB, "ann", ann.token), b"file.")
    assert until(lambda: hub.curl(ann.token, "/files/up/probe", "--data-binary", "x") and subscriber.events)
    return subscriber


@pytest.fixture(scope="module")
def endpoint(hub):
    return f"http://127.0.0.1:{hub.http}/uploads"


@pytest.fixture(scope="module")
def data():
    return os.urandom(300_000)


def test_options(ann):
    status, head, _ = ann.request("OPTIONS", "/uploads", Tus_Resumable=None)
    assert status in (200, 204) and head["tus-version"] == "1.0.0" and int(head["tus-max-size"]) > 0
    assert set(head["tus-extension"].split(",")) == {"creation", "creation-with-upload", "creation-defer-length", "checksum",
                                                     "expiration", "termination", "concatenation"}
    assert "sha1" in head["tus-checksum-algorithm"]


def test_credentials_and_version_are_required(hub, ann):
    assert hub.curl(None, "/uploads", "-X", "POST", "-H", "Tus-Resumable: 1.0.0")[0] == 401
    assert ann.request("POST", "/uploads", Tus_Resumable="0.2.2")[0] == 412


def test_upload_in_chunks(hub, admin, ann, bob, events, data):
    status, head, _ = ann.create("up/a ü.bin", len(data))
    url = head["location"]
    assert status == 201 and url.startswith("/uploads/") and "upload-expires" in head
    assert ann.offset(url) == 0
    status, head, _ = ann.patch(url, 0, data[:100_000])
    assert status == 204 and head["upload-offset"] == "100000"
    assert ann.patch(url, 5, b"x")[0] == 409 and ann.patch(url, 100_001, b"x")[0] == 409, "another offset"
    assert ann.patch(url, 100_000, b"x", Content_Type="text/plain")[0] == 415
    second = data[100_000:200_000]
    assert ann.patch(url, 100_000, second, Upload_Checksum=checksum("sha1", b"x"))[0] == 460, "another checksum"
    assert ann.offset(url) == 100_000, "a chunk with a wrong checksum is discarded"
    assert ann.patch(url, 100_000, second, Upload_Checksum=checksum("sha1", second))[0] == 204
    assert ann.patch(url, 200_000, data)[0] == 413, "more than the length"
    assert bob.request("HEAD", url)[0] in FORBIDDEN
    assert bob.patch(url, 200_000, data[200_000:])[0] in FORBIDDEN
    assert bob.request("DELETE", url)[0] in FORBIDDEN
    assert ann.patch(url, 200_000, b"x", Origin="https://evil.example")[0] == 403, "a page of another origin"
    assert hub.curl(admin, "/files/up/a%20%C3%BC.bin")[0] == 404 and not events.of("file.created/up/a ü.bin"), "not visible yet"

    status, head, _ = ann.patch(url, 200_000, data[200_000:])
    assert status == 204 and head["upload-offset"] == "300000" and "etag" in head
    _, stored, body = hub.curl(admin, "/files/up/a%20%C3%BC.bin")
    assert body == data and stored["etag"] == head["etag"]
    assert events.have("file.created/up/a ü.bin") and len(events.of("file.created/up/a ü.bin")) == 1
    assert ann.offset(url) == 300_000, "a complete upload can still be asked for"


def test_creation_with_upload(hub, admin, ann):
    status, head, text = ann.create("up/one", 5, b"hello", Content_Type=OFFSET_BYTES)
    assert status == 201 and json.loads(text)["size"] == 5, text
    assert json.loads(text)["etag"] == head["etag"] and head["upload-offset"] == "5"
    assert ann.create("up/empty", 0)[0] == 201 and hub.curl(admin, "/files/up/empty")[0] == 200, "an empty one is complete at once"


def test_refused_creation(ann):
    assert ann.create("other/x", 5)[0] == 403
    assert ann.create("up/../x", 5)[0] == 400
    assert ann.request("POST", "/uploads", Upload_Length="5")[0] == 400, "no path"
    assert ann.create("up/one", 5, If_None_Match="*")[0] == 412, "there is such a record"


def test_termination(ann):
    url = ann.create("up/gone", 50)[1]["location"]
    ann.patch(url, 0, b"x" * 20)
    assert ann.request("DELETE", url)[0] == 204 and ann.request("HEAD", url)[0] in GONE


def test_uppy(hub, admin, ann, endpoint):
    """A browser's uploader has a file name only; the directory is in the URL."""
    def uppy(query):
        return subprocess.run(["node", f"{ROOT}/.ci/clients/uppy.mjs", endpoint + query, ann.token, "ü 1.txt"],
                              capture_output=True, text=True, timeout=60)
    assert uppy("?to=up/in/").stdout.startswith("success")
    status, _, body = hub.curl(admin, "/files/up/in/%C3%BC%201.txt")
    assert (status, body) == (200, b"hello")
    output = uppy("").stdout
    assert output.startswith("error") and "?to=DIR/" in output, "without a directory the error names the cure"


@pytest.mark.parametrize("query, expected", [("?to=up/in2/", 201), ("?to=other/", 403), ("?to=up/../other/", 400), ("?to=%ff", 400)])
def test_directory_in_the_url(ann, query, expected):
    assert ann.request("POST", f"/uploads{query}", Upload_Length="0", Upload_Metadata=NAMED_X)[0] == expected


@pytest.mark.single_hub
def test_configured_directory(hub, admin, ann):
    with open(f"{hub.home}/etc/io.datahub.uploads.cfg", "w") as f:
        f.write("directory = up/of/{user}/\n")
    assert until(lambda: ann.request("POST", "/uploads", Upload_Length="0", Upload_Metadata=NAMED_X)[0] == 201)
    assert hub.curl(admin, "/files/up/of/ann/x")[0] == 200


def test_deferred_length(hub, admin, ann):
    status, head, _ = ann.request("POST", "/uploads", Upload_Defer_Length="1", Upload_Metadata=path_metadata("up/late"))
    assert status == 201
    url = head["location"]
    ann.patch(url, 0, b"four")
    head = ann.request("HEAD", url)[1]
    assert head["upload-defer-length"] == "1" and "upload-length" not in head and head["upload-offset"] == "4"
    assert ann.patch(url, 4, b"", Upload_Length="3")[0] == 400, "less than what was received"
    assert ann.patch(url, 4, b"", Upload_Length="4")[0] == 204 and hub.curl(admin, "/files/up/late")[2] == b"four"


def test_concatenation(hub, admin, ann, bob, events):
    one, two = ann.partial(b"one,"), ann.partial(b"two")
    head = ann.request("HEAD", one)[1]
    assert head["upload-concat"] == "partial" and head["upload-offset"] == "4"
    unfinished = ann.partial(b"th", 5)
    assert ann.concatenate("up/joined", one, unfinished)[0] == 409
    ann.request("DELETE", unfinished)
    assert bob.concatenate("up/joined", one, two)[0] in FORBIDDEN, "another user's partial uploads"
    assert ann.concatenate("other/joined", one, two)[0] == 403, "no grant for the path"
    assert ann.concatenate("up/one", one, two, If_None_Match="*")[0] == 412, "there is such a record"
    assert not events.of("file.created/up/joined")

    status, head, text = ann.concatenate("up/joined", one, f"http://127.0.0.1:{hub.http}{two}")
    assert status == 201 and json.loads(text)["size"] == 7, text
    assert hub.curl(admin, "/files/up/joined")[2] == b"one,two"
    assert events.have("file.created/up/joined") and len(events.of("file.created/up/joined")) == 1
    final = head["location"]
    head = ann.request("HEAD", final)[1]
    assert head["upload-concat"].startswith("final;") and head["upload-offset"] == head["upload-length"] == "7"
    assert ann.patch(final, 7, b"x")[0] == 403
    assert ann.request("HEAD", one)[0] in GONE, "the partial uploads are removed"


def test_invalid_concatenation(root):
    """The result is validated; the partial uploads stay when it is refused."""
    users = root.partial(b"<broker-users/>")
    assert root.concatenate("broker_users.xml", users)[0] == 422
    assert root.offset(users) == 15
    root.request("DELETE", users)


def test_invalid_upload(root):
    bad = b"<broker-users/>"
    url = root.create("broker_users.xml", len(bad))[1]["location"]
    root.patch(url, 0, bad[:5])
    status, head, text = root.patch(url, 5, bad[5:])
    assert status == 422 and "problem+json" in head["content-type"]
    assert json.loads(text)["violations"][0]["validator"] == "users"
    assert root.request("HEAD", url)[0] in GONE


@pytest.mark.single_hub
def test_upload_that_is_continued_on_another_connection(hub, admin, ann, data):
    url = ann.create("up/cut", len(data))[1]["location"]
    with socket.create_connection(("127.0.0.1", hub.http)) as s:
        s.sendall(f"PATCH {url} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {ann.token}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
                  f"Content-Type: {OFFSET_BYTES}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data[:150_000])
        # HEAD takes the upload over, so what the hub hasn't read by then is lost to this connection: ask once it is in the file.
        received = f"{hub.home}/state/uploads/{url.rsplit('/', 1)[1]}"
        assert until(lambda: os.path.getsize(received) == 150_000), f"{os.path.getsize(received)} bytes are in the file"
        assert ann.offset(url) == 150_000
        assert ann.patch(url, 150_000, data[150_000:])[0] == 204
    assert hub.curl(admin, "/files/up/cut")[2] == data


@pytest.mark.parametrize("name, options", [("parallel", {"parallelUploads": 4}), ("deferred", {"uploadLengthDeferred": True})])
def test_tus_js_client(hub, admin, ann, endpoint, tmp_path, name, options):
    content = os.urandom(9 << 20)
    (tmp_path / "file").write_bytes(content)
    out = subprocess.run(["node", f"{ROOT}/.ci/clients/tus.js", endpoint, ann.token, tmp_path / "file", f"up/{name}", "1000000", "0",
                          json.dumps(options)], capture_output=True, text=True, timeout=120)
    assert out.stdout.splitlines()[-1:] and out.stdout.splitlines()[-1].startswith("success"), out
    assert sha256_of(hub.curl(admin, f"/files/up/{name}")[2]) == sha256_of(content)


@pytest.mark.single_hub
def test_kill_during_uploads(hub, admin, ann, endpoint, tmp_path):
    """Two clients continue after the hub was killed: what was acknowledged is there, and each upload has one event."""
    big, content = str(tmp_path / "big"), os.urandom(48 << 20)
    with open(big, "wb") as f:
        f.write(content)
    js = subprocess.Popen(["node", f"{ROOT}/.ci/clients/tus.js", endpoint, ann.token, big, "up/js", str(1 << 20), "240"],
                          stdout=subprocess.PIPE, text=True)
    py = tus.TusClient(endpoint, headers={"Authorization": f"Bearer {ann.token}"}).uploader(
        big, chunk_size=5 << 20, metadata={"path": "up/py"}, upload_checksum=True)
    py.upload(stop_at=15 << 20)
    urls = []
    for line in js.stdout:
        if line.startswith("at "):
            urls.append(line.split()[1])
        if line.startswith("progress") and int(line.split()[1]) > 8 << 20:
            break
    hub.kill()
    hub.start()
    assert py.get_offset() == 15 << 20
    py.upload()
    assert sha256_of(hub.curl(admin, "/files/up/py")[2]) == sha256_of(content)
    output = [line for line in js.stdout if not line.startswith("progress")]
    js.wait()
    assert output and output[-1].startswith("success"), "tus-js-client retries by itself"
    assert sha256_of(hub.curl(admin, "/files/up/js")[2]) == sha256_of(content)
    journal = hub.curl(admin, "/changes?since=0&path=up/&limit=1000")[2].decode().splitlines()
    for path in ("up/js", "up/py"):
        assert sum(f'"subject":"{path}"' in line for line in journal) == 1, path
    urls += [line.split()[1] for line in output if line.startswith("at ")]
    assert len(set(urls)) == 1, "requests wait while the hub starts: tus-js-client begins anew if HEAD is answered with 503"
    assert os.listdir(f"{hub.home}/state/uploads") == []
    assert os.listdir(f"{hub.home}/state/staging") == []
