"""HTTP: clients that others wrote, paths of attackers, credentials revoked during a transfer, and disks that fail.

Needs curl, wget, aria2, rclone, node and Debian's python3-requests and python3-httpx. Where mounting is allowed the hub's home
is on a small disk and files/ on another; these are filled, made read-only and taken away while the hub runs."""
import contextlib, http.client, json, os, re, socket, subprocess, threading, time, urllib.parse

import httpx, pytest, requests

from support.waiting import never, until

NODE = """
const [url, token, file] = process.argv.slice(1), fs = require('fs'), headers = {Authorization: 'Bearer ' + token};
(async () => {
  const put = await fetch(url, {method: 'PUT', headers, body: fs.readFileSync(file)});
  const form = new FormData();
  form.append('f', new Blob([fs.readFileSync(file)]), 'form ü.bin');
  const post = await fetch(new URL('.', url), {method: 'POST', headers, body: form});
  const got = Buffer.from(await (await fetch(url, {headers})).arrayBuffer());
  console.log(put.status, post.status, got.equals(fs.readFileSync(file)));
})();
"""
BAD_PATHS = [b"../etc/passwd", b"a/../../etc/passwd", b"%2e%2e/etc/passwd", b".%2e/x", b"a/.;/b", b"a/.//b", b"%2E./x", b"a/./../b", b"a//b", b"/a",
             b"a/;x/../b", b"a/..;/b", b"a/;b", b"a%2fb", b"a%2Fb", b"a%5cb", b"a\\b", b"..%5c..%5cx", b"a%00b", b"a%0ab", b"a%7fb", b"a%1fb", b"a%", b"a%4",
             b"a%zz", b"%u002e%u002e/x", b"%c0%ae%c0%ae/x", b"%c0%af", b"%e0%80%ae", b"%ff", b"%ed%a0%80", b"%f4%90%80%80", b"x" * 256, b"%e2%82%ac" * 86,
             b"/".join([b"y" * 200] * 21)]
UNUSUAL_PATHS = ["%252e%252e", "..%2e", "...", "a b", "ＡＢＣ", "ﬁ", "e\u0301", "\u00e9", "\u202egnp.exe", "\u200b", "😀", "%", "?", "#", ";", "~", "CON", "case",
                 "Case", "x" * 255, "€" * 85, "/".join(["z" * 204] * 19)]


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **more)


def mount_small_disks(hub):
    """Whether the home and files/ are small disks of their own now."""
    for folder, size in ((hub.home, "400m"), (f"{hub.home}/files", "48m")):
        os.makedirs(folder)
        if run("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "datahub-check", folder).returncode:
            return False
        run("mount", "--make-private", folder)
    os.makedirs(f"{hub.work}/away")
    return True


@pytest.fixture(scope="module")
def hub(new_hub):
    hub = new_hub()
    if not hub.single:
        yield hub
        return
    hub.small_disks = mount_small_disks(hub)
    os.makedirs(f"{hub.home}/etc")
    with open(f"{hub.home}/etc/io.datahub.store.cfg", "w") as f:
        f.write("reserveBytes = 65536\n")
    try:
        yield hub.start()
    finally:
        hub.run("stop")
        if hub.small_disks:
            for folder in (f"{hub.work}/away", f"{hub.home}/files", hub.home):
                run("umount", "-l", folder)


@pytest.fixture(scope="module")
def data():
    return os.urandom(3 << 20)


@pytest.fixture(scope="module")
def source(hub, data):
    path = f"{hub.work}/source"
    with open(path, "wb") as f:
        f.write(data)
    return path


@pytest.fixture(scope="module")
def url(hub):
    return f"http://127.0.0.1:{hub.http}/files"


@pytest.fixture(scope="module")
def stored(admin, url, source):
    """The URL of a record in the directory c/."""
    out = run("curl", "-sSf", "-u", f"admin:{admin}", "-T", source, f"{url}/c/a%20b.bin")
    assert out.returncode == 0, out.stderr
    return f"{url}/c/a%20b.bin"


@pytest.fixture(scope="module")
def rclone(admin, url):
    def rclone(command, folder, *more):
        return run("rclone", command, f":http:{folder}", *more, f"--http-url={url}/", f"--http-headers=Authorization,Bearer {admin}",
                   "--config=/dev/null", "--header", "Accept: text/html")
    return rclone


@pytest.fixture
def put(hub, admin):
    """Stores a text; returns the status."""
    return lambda path, body, *more: hub.curl(admin, f"/files/{path}", "--data-binary", body, *more)[0]


@pytest.mark.parametrize("command", [
    ("curl", "-sSf", "-H", "Authorization: Bearer TOKEN", "-C", "-", "-o", "FILE", "URL"),
    ("wget", "-q", "-c", "--auth-no-challenge", "--user=admin", "--password=TOKEN", "-O", "FILE", "URL")], ids=["curl", "wget"])
def test_resumed_download(admin, stored, data, tmp_path, command):
    target = tmp_path / "file"
    target.write_bytes(data[:1_000_000])
    out = run(*(word.replace("TOKEN", admin).replace("FILE", str(target)).replace("URL", stored) for word in command))
    assert out.returncode == 0, out.stderr
    assert target.read_bytes() == data


def test_wget_follows_the_links_of_a_directory(admin, url, stored, data, tmp_path):
    out = run("wget", "-q", "--user=admin", f"--password={admin}", "-r", "-np", "-nH", "--cut-dirs=1", "-P", tmp_path, "--header=Accept: text/html", f"{url}/c/")
    assert (tmp_path / "c/a b.bin").read_bytes() == data, out.stderr


def test_aria2_downloads_in_four_parts(admin, stored, data, tmp_path):
    out = run("aria2c", "-q", "-x4", "-s4", "-k1M", f"--header=Authorization: Bearer {admin}", "-d", tmp_path, "-o", "file", stored)
    assert out.returncode == 0, out.stdout + out.stderr
    assert (tmp_path / "file").read_bytes() == data


def test_rclone(hub, admin, put, rclone, stored, data, tmp_path):
    out = rclone("copy", "c", tmp_path, "-q")
    assert out.returncode == 0 and (tmp_path / "a b.bin").read_bytes() == data, out.stderr
    assert put("colon/12:30.log", "half past") == 201
    out = rclone("copy", "colon", tmp_path, "-q")
    assert out.returncode == 0 and (tmp_path / "12:30.log").exists(), out.stderr


def test_fetch_of_node(admin, url, source):
    out = run("node", "-e", NODE, f"{url}/c/node", admin, source)
    assert out.stdout.split() == ["201", "201", "true"], out.stdout + out.stderr


def test_requests(admin, url, source, data):
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {admin}"
    with open(source, "rb") as f:
        assert session.put(f"{url}/c/requests", data=f).status_code == 201
    form = session.post(f"{url}/c/", files=[("f", ("one ü", b"1")), ("f", ("two", b"2"))])
    assert form.status_code == 201 and [e["path"] for e in form.json()] == ["c/one ü", "c/two"]
    part = session.get(f"{url}/c/requests", headers={"Range": "bytes=5-9"})
    assert part.status_code == 206 and part.content == data[5:10]


def test_httpx(admin, url, data):
    with httpx.Client(auth=("admin", admin)) as client:
        assert client.put(f"{url}/c/httpx", content=(data[i:i + 70_000] for i in range(0, len(data), 70_000))).status_code == 201
        assert client.get(f"{url}/c/httpx").content == data


@pytest.fixture(scope="module")
def raw(hub, admin):
    """Sends a request byte by byte as given, with credentials; returns the status, 0 if the connection was closed instead."""
    def raw(line, headers=b"", body=b"", host=b"h"):
        with socket.create_connection(("127.0.0.1", hub.http), 20) as s:
            s.sendall(line + b" HTTP/1.1\r\nHost: " + host + b"\r\nAuthorization: Bearer " + admin.encode() + b"\r\n" + headers + b"\r\n" + body)
            received = b""
            with contextlib.suppress(OSError):
                while b"\r\n" not in received and (more := s.recv(4096)):
                    received += more
        return int(received.split()[1]) if received.startswith(b"HTTP/1.1 ") else 0
    return raw


@pytest.fixture(scope="module")
def outside(hub, source):
    """What is next to the records' folder; the same after the tests of paths."""
    return set(os.listdir(hub.home)) | set(os.listdir(hub.work))


@pytest.mark.parametrize("path", ["./dots/12:30.log", "dots/./12:30.log", "%2e/dots/%2E/././12:30.log"])
def test_dot_segments_are_removed(hub, admin, put, outside, path):
    put("dots/12:30.log", "half past")
    status, _, body = hub.curl(admin, f"/files/{path}")
    assert (status, body) == (200, b"half past")
    assert hub.curl(admin, "/files/dots/.")[0] == 200


@pytest.mark.parametrize("method, body", [(b"GET", b""), (b"PUT", b"attack"), (b"DELETE", b"")], ids=["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("path", BAD_PATHS, ids=lambda path: path[:40].decode())
def test_bad_path(raw, outside, path, method, body):
    assert raw(method + b" /files/" + path, b"Content-Length: %d\r\n" % len(body), body) == 400


def test_unusual_paths(hub, admin, put, outside):
    """Each is stored under exactly its name, and no two are the same."""
    for path in UNUSUAL_PATHS:
        assert put(f"odd/{urllib.parse.quote(path)}", path) == 201, path[:40]
    for path in UNUSUAL_PATHS:
        assert hub.curl(admin, f"/files/odd/{urllib.parse.quote(path)}")[2] == path.encode(), path[:40]
        assert not hub.single or open(f"{hub.home}/files/odd/{path}").read() == path


@pytest.mark.single_hub
def test_symbolic_links(hub, admin, put, outside):
    """They are 404 for readers and 409 for writers."""
    put("links/a", "x")
    for name, target in (("way", "/etc"), ("link", "/etc/passwd"), ("token", f"{hub.home}/admin.token")):
        os.symlink(target, f"{hub.home}/files/links/{name}")
    for path in ("way/passwd", "link", "token"):
        assert hub.curl(admin, f"/files/links/{path}")[0] == 404, path
        assert put(f"links/{path}", "x") == 409, path
    assert open("/etc/passwd").read()[:5] != "x"


@pytest.mark.single_hub
def test_directory_that_is_replaced_by_a_link(hub, admin, put, outside, tmp_path):
    """A directory becomes a link and a directory again all the time, while it is read and written."""
    files = f"{hub.home}/files"
    (tmp_path / "a").write_text("outside")
    put("race/d/a", "inside")
    ended, leaked = threading.Event(), []

    def swap():
        while not ended.is_set():
            with contextlib.suppress(OSError):
                os.rename(f"{files}/race/d", f"{files}/race/e")
                os.symlink(tmp_path, f"{files}/race/d")
                os.unlink(f"{files}/race/d")
                os.rename(f"{files}/race/e", f"{files}/race/d")
    swapper = threading.Thread(target=swap)
    swapper.start()
    connection = http.client.HTTPConnection("127.0.0.1", hub.http, timeout=60)
    end, i = time.monotonic() + 4, 0
    while time.monotonic() < end:
        connection.request(*(("PUT", f"/files/race/d/{i % 7}n", "attack") if i % 8 == 0 else ("GET", "/files/race/d/a")), headers={"Authorization": f"Bearer {admin}"})
        if b"outside" in connection.getresponse().read():
            leaked.append(i)
        i += 1
    ended.set()
    swapper.join()
    print(f"{i} requests")
    assert not leaked and os.listdir(tmp_path) == ["a"]


def test_nothing_is_written_outside_of_files(hub, outside):
    new = (set(os.listdir(hub.home)) | set(os.listdir(hub.work))) - outside
    assert {name for name in new if not name.startswith("head-")} == set()


@pytest.mark.parametrize("method", [b"TRACE", b"PROPFIND", b"MKCOL", b"GETX"], ids=bytes.decode)
def test_refused_method(raw, method):
    assert raw(method + b" /files/odd/") in (405, 501)


def test_refused_tunnel(raw):
    assert raw(b"CONNECT h:443", host=b"h:443") in (400, 405, 501)


@pytest.mark.parametrize("codings", [b"gzip, chunked", b"deflate,chunked"], ids=bytes.decode)
def test_refused_transfer_coding(hub, admin, raw, codings):
    assert raw(b"PUT /files/odd/coded", b"Transfer-Encoding: " + codings + b"\r\n", b"3\r\nabc\r\n0\r\n\r\n") == 501
    assert hub.curl(admin, "/files/odd/coded")[0] == 404


def test_target_that_is_too_long(raw):
    assert raw(b"GET /files/" + b"a/" * 40_000) in (414, 431)


@pytest.mark.single_hub
def test_encoded_slashes(hub, admin, put):
    """npm asks for @scope%2fname."""
    assert put("npm/@scope%2fname", "{}") == 400
    with open(f"{hub.home}/etc/io.datahub.http.cfg", "a") as f:
        f.write("encodedSlashPaths = npm/\n")
    assert until(lambda: put("npm/@scope%2fname", "{}") in (200, 201))
    assert hub.curl(admin, "/files/npm/@scope/name")[2] == b"{}" == hub.curl(admin, "/files/npm/%40scope%2Fname")[2]
    assert json.loads(hub.curl(admin, "/files/npm/@scope%2fother", "--data-binary", "{}")[2])["path"] == "npm/@scope/other"
    for path in ("npm/%2e%2e%2fx", "npm/a%2f..%2fx", "npm/a%2f../x", "npm/%2fx", "npm/a%2f", "npm/a%2f%2fb", "npm/a%5cb", "other%2fx", "npm%2fx", "npm/../x%2fy"):
        assert put(path, "{}") == 400, path


@pytest.mark.single_hub
def test_grants_apply_to_the_decoded_path(hub):
    token = hub.add_users(scoped='<allow write="npm/@mine/"/>')["scoped"]
    assert until(lambda: hub.curl(token, "/whoami")[0] == 200)
    assert [hub.curl(token, f"/files/npm/{path}", "--data-binary", "{}")[0] for path in ("@mine%2fx", "@scope%2fx")] == [201, 403]


def test_conditional_requests(hub, admin, put):
    path = "same/second"

    def dated(name, date, *more):
        status, _, body = hub.curl(admin, f"/files/{path}", "-H", f"{name}: {date}", *more)
        return status, body

    def head():
        return hub.curl(admin, f"/files/{path}", "-I")[1]
    put(path, "A" * 10)
    first = head()
    put(path, "B" * 10)
    assert dated("If-Range", first["last-modified"], "-r", "5-") == (200, b"B" * 10), "two versions of the same second"
    assert dated("If-Range", first["etag"], "-r", "5-") == (200, b"B" * 10)
    assert dated("If-Modified-Since", first["last-modified"])[0] == 200
    for more in ((), ("-X", "DELETE"), ("--data-binary", "C")):
        assert dated("If-Unmodified-Since", first["last-modified"], *more)[0] == 412
    assert until(lambda: dated("If-Modified-Since", head()["last-modified"])[0] == 304, 5), "once the second of the version is over"
    assert dated("If-Unmodified-Since", head()["last-modified"])[0] == 200

    if not hub.single:
        return
    os.utime(f"{hub.home}/files/{path}", (time.time() + 9e6,) * 2)
    last = head()
    modified, date = (time.strptime(last[name], "%a, %d %b %Y %H:%M:%S GMT") for name in ("last-modified", "date"))
    assert modified <= date, "the modification is never in the future"


def test_conditions_without_an_entity_tag(hub, admin):
    assert hub.curl(admin, "/files/digests/a", "--data-binary", "x")[0] == 201
    for path, *more in (("/files/digests/",), ("/files/digests/", "-I"), ("/events/x", "--data-binary", "x")):
        assert hub.curl(admin, path, "-H", 'If-Match: "x"', *more)[0] == 412, path


@pytest.mark.parametrize("digest", ["Content-MD5: XUFAKrxLKna5cZ2REBfFkQ==", "Digest: SHA-256=AAJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
                                    "Digest: sha=avTGHdzF6KLavt4PO0gs2a6pQ00=", "X-Checksum-Sha1: 00f4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
                                    "X-Checksum-Sha256: " + "0" * 64, "Content-MD5: x", "X-Checksum-Sha1: x"])
def test_wrong_digest(hub, admin, put, digest):
    assert put("digests/wrong", "hello", "-H", digest) == 400
    assert hub.curl(admin, "/files/digests/wrong")[0] == 404


def test_right_digests(put):
    assert put("digests/right", "hello", "-H", "Content-MD5: XUFAKrxLKna5cZ2REBfFkg==", "-H", "X-Checksum-Sha1: aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
               "-H", "Digest: MD5=XUFAKrxLKna5cZ2REBfFkg==") == 201


def test_encoded_event_payload_is_refused(hub, admin):
    assert hub.curl(admin, "/events/x", "--data-binary", "x", "-H", "Content-Encoding: gzip")[0] == 415


@pytest.fixture(scope="module")
def post_form(hub, admin):
    """Sends a form with one part; returns the status and the body."""
    def post(path, disposition, data, end=b"\r\n--B--\r\n"):
        with open(f"{hub.work}/form", "wb") as f:
            f.write(b"--B\r\nContent-Disposition: form-data; name=f; " + disposition + b"\r\n\r\n" + data + end)
        status, _, text = hub.curl(admin, path, "-X", "POST", "-H", "Content-Type: multipart/form-data; Boundary=B", "--data-binary", f"@{hub.work}/form")
        return status, text
    return post


def test_form_with_names_that_are_not_utf8(hub, admin, post_form):
    for byte in (b"\xe9", b"\xe8"):
        assert post_form("/files/latin/", b'filename="t%s.txt"' % byte, b"x")[0] == 400
    assert hub.curl(admin, "/files/latin/")[0] == 404


def test_form_whose_data_resembles_the_boundary(hub, admin, post_form):
    data = b"a\n--B\nb\r--B\r\n--b\r\n--BB\n--B--\n"
    assert post_form("/files/forms/", b'filename="say %22hi%22.txt"', data)[0] == 201
    assert hub.curl(admin, "/files/forms/say%20%22hi%22.txt")[2] == data


def test_incomplete_form(hub, admin, post_form):
    assert post_form("/files/forms/", b"filename=cut", b"x", end=b"")[0] == 400
    assert hub.curl(admin, "/files/forms/cut")[0] == 404


def test_form_to_a_record(hub, admin, post_form):
    status, text = post_form("/files/forms/record", b"filename=x", b"x")
    assert status == 415 and b"?raw" in text and b"directory" in text, "the error names both cures"
    assert post_form("/files/forms/record?raw", b"filename=x", b"x")[0] == 201
    assert hub.curl(admin, "/files/forms/record")[2].startswith(b"--B\r\n")


@pytest.mark.single_hub
def test_grant_revoked_during_transfers(hub, admin, source, data):
    both, reading_only = '<allow read="ann/" write="ann/"/>', '<allow read="ann/"/>'
    token = hub.add_users(ann=both)["ann"]

    def transfer(then):
        """Changes the users during an upload and a download; returns the status of the one and the size of the other."""
        upload, download = (http.client.HTTPConnection("127.0.0.1", hub.http, timeout=60) for _ in range(2))
        upload.putrequest("PUT", "/files/ann/x")
        upload.putheader("Authorization", f"Bearer {token}")
        upload.putheader("Content-Length", "100000")
        upload.endheaders(bytes(50_000))
        download.request("GET", "/files/ann/big", headers={"Authorization": f"Bearer {token}"})
        response = download.getresponse()
        received = len(response.read(1000))
        assert until(lambda: os.listdir(f"{hub.home}/state/staging") or os.path.isdir(f"{hub.home}/files/.datahub-staging"))
        assert hub.put_users(then) == 200
        upload.send(bytes(50_000))
        return upload.getresponse().status, received + len(response.read())
    assert hub.curl(admin, "/files/ann/big", "-T", source)[0] == 201
    assert until(lambda: hub.curl(token, "/files/ann/big", "-I")[0] == 200)
    assert transfer({"ann": (token, reading_only)}) == (403, len(data))
    assert hub.put_users({"ann": (token, both)}) == 200
    assert until(lambda: hub.curl(token, "/files/ann/y", "--data-binary", "y")[0] in (200, 201))
    assert transfer({}) == (401, len(data))
    assert hub.curl(admin, "/files/ann/x")[0] == 404, "nothing was stored"


@pytest.mark.single_hub
def test_readers_during_refused_writes(hub, admin):
    """Fifty read a record while overwriting it is refused."""
    with open(f"{hub.home}/etc/io.datahub.validator.xml-read.cfg", "w") as f:
        f.write("paths = read/**/*.xml\n")
    good, bad = "<a>" + "g" * (1 << 19) + "</a>", "<a>" + "b" * (1 << 19)
    for name, text in (("good", good), ("bad", bad)):
        with open(f"{hub.work}/{name}", "w") as f:
            f.write(text)
    assert until(lambda: hub.curl(admin, "/files/read/probe.xml", "-T", f"{hub.work}/bad")[0] == 422)
    stored = json.loads(hub.curl(admin, "/files/read/a.xml", "-T", f"{hub.work}/good")[2])
    ended, wrong, counts = threading.Event(), [], []

    def read():
        connection, count = http.client.HTTPConnection("127.0.0.1", hub.http, timeout=60), 0
        while not ended.is_set():
            connection.request("GET", "/files/read/a.xml", headers={"Authorization": f"Bearer {admin}"})
            response = connection.getresponse()
            text, count = response.read(), count + 1
            if (response.status, response.headers["ETag"], text) != (200, stored["etag"], good.encode()):
                wrong.append((response.status, response.headers["ETag"], text[:9]))
        counts.append(count)
    threads = [threading.Thread(target=read) for _ in range(50)]
    for thread in threads:
        thread.start()
    refused = [hub.curl(admin, "/files/read/a.xml", "-T", f"{hub.work}/bad")[0] for _ in range(20)]
    ended.set()
    for thread in threads:
        thread.join()
    print(f"{sum(counts)} reads")
    assert set(refused) == {422} and len(counts) == 50 and not wrong
    assert never(lambda: hub.curl(admin, f"/changes?since={stored['cursor']}&path=read/")[2]), "refused writes have no events"


@pytest.mark.parametrize("condition", ['If-Match: "other"', "If-None-Match: *", "If-Unmodified-Since: Thu, 01 Jan 2004 00:00:00 GMT"])
def test_conditional_deletion_of_a_directory(hub, admin, put, condition):
    put("conditional/a", "x")
    assert hub.curl(admin, "/files/conditional/?recursive", "-X", "DELETE", "-H", condition)[0] == 412
    assert hub.curl(admin, "/files/conditional/a")[0] == 200


@pytest.mark.single_hub
def test_large_directory(hub, admin, rclone, size):
    entries = size("entries")
    os.makedirs(f"{hub.home}/files/many")
    for i in range(entries):
        open(f"{hub.home}/files/many/{i:06}", "w").close()
    names, after, pages, slowest = [], "", 0, 0
    while after is not None:
        began = time.monotonic()
        page = json.loads(hub.curl(admin, f"/files/many/?limit=10000&after={after}")[2])
        names += [e["name"] for e in page["entries"]]
        after, pages, slowest = page["next"], pages + 1, max(slowest, time.monotonic() - began)
    print(f"{entries} entries in {pages} pages, the slowest in {slowest:.1f} s")
    assert names == [f"{i:06}" for i in range(entries)], "in order, and none twice"
    html = hub.curl(admin, "/files/many/", "-H", "Accept: text/html")[2]
    assert re.findall(rb'href="./([^"]*)"', html) == [b"%06d" % i for i in range(entries)]
    out = rclone("lsf", "many/", "--http-no-head")
    assert len(out.stdout.split()) == entries, out.stderr


class Disk:
    """A small disk that can be filled."""

    def __init__(self, folder):
        self.folder = folder

    def fill(self):
        for name, block in (("filler", bytes(1 << 16)), ("filler2", b"0")):
            with contextlib.suppress(OSError), open(f"{self.folder}/{name}", "wb", buffering=0) as f:
                while True:
                    f.write(block)

    def empty(self):
        for name in ("filler", "filler2"):
            with contextlib.suppress(OSError):
                os.unlink(f"{self.folder}/{name}")


@pytest.fixture
def failing_disk(hub, admin, put):
    """Asserts what holds while a disk fails, repairs it, and asserts that the hub recovers without a restart."""
    if not hub.small_disks:
        pytest.skip("mounting isn't allowed here")
    if hub.curl(admin, "/files/disk/a")[0] == 404:
        assert put("disk/a", "good") == 201

    def store(name):
        with open(f"{hub.work}/new", "wb") as f:
            f.write(bytes(200_000))
        status, _, text = hub.curl(admin, f"/files/disk/{name}", "-T", f"{hub.work}/new")
        return status, json.loads(text)["detail"] if status >= 400 else ""

    def assert_failure(statuses, words, repair):
        status, detail = store("b")
        assert status in statuses and re.search(words, detail), f"{status} {detail}"
        assert store("a")[0] in statuses
        assert hub.curl(admin, "/files/disk/a")[2] == b"good" or statuses == (503,), "the old version stays"
        repair()
        assert until(lambda: store("b")[0] in (200, 201), 60), store("b")
        assert hub.curl(admin, "/files/disk/a")[2] == b"good"
        assert hub.curl(admin, "/files/disk/b", "-X", "DELETE")[0] == 204
    return assert_failure


@pytest.mark.single_hub
def test_records_disk_full(hub, failing_disk):
    disk = Disk(f"{hub.home}/files")
    disk.fill()
    failing_disk((507,), "full", disk.empty)


@pytest.mark.single_hub
def test_state_disk_full(hub, failing_disk):
    disk = Disk(hub.home)
    disk.fill()
    failing_disk((507, 503), "full|disk|database", disk.empty)


@pytest.mark.single_hub
def test_records_disk_read_only(hub, failing_disk):
    files = f"{hub.home}/files"
    if not until(lambda: run("mount", "-o", "remount,ro", files).returncode == 0, 20):
        pytest.skip("files/ can't be made read-only")
    failing_disk((503,), "read-only", lambda: run("mount", "-o", "remount,rw", files))


@pytest.mark.single_hub
def test_records_disk_unmounted(hub, admin, failing_disk):
    files = f"{hub.home}/files"
    run("mount", "--move", files, f"{hub.work}/away")
    assert until(lambda: hub.curl(admin, "/health/ready")[0] == 503, 30)
    status, _, text = hub.curl(admin, "/files/disk/a")
    assert status == 503 and b"directory of records" in text
    failing_disk((503,), "directory of records", lambda: run("mount", "--move", f"{hub.work}/away", files))
    assert until(lambda: hub.curl(admin, "/health/ready")[0] == 200, 30)
    changes = [json.loads(line) for line in hub.curl(admin, "/changes?since=0&path=disk/&limit=1000")[2].splitlines()]
    assert {change["subject"] for change in changes} == {"disk/a", "disk/b"}, "the failures made nothing"
    assert [change["type"].rsplit(".")[-1] for change in changes if change["subject"] == "disk/a"] == ["created"], "and deleted nothing"
