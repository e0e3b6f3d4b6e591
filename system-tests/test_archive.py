"""Directories as archives, read by other programs: tar and unzip, and Python's modules."""
import io, os, socket, subprocess, tarfile, zipfile
from urllib.parse import quote

import pytest

NAMES = ["a", "d/é ü", "d/" + "long " * 40, "d/e/" + "/".join(["nested"] * 60), "d/empty", "d/big"]


@pytest.fixture(scope="module")
def records(hub, admin):
    """Records below x/, by name."""
    data = {name: os.urandom(1 + 700 * i) for i, name in enumerate(NAMES)} | {"d/empty": b"", "d/big": os.urandom(3_000_000)}
    for name, content in data.items():
        put = subprocess.run(["curl", "-sS", "--fail", "-H", f"Authorization: Bearer {admin}", "-H", "X-OC-Mtime: 1700000000",
                              "--data-binary", "@-", f"http://127.0.0.1:{hub.http}/files/x/{quote(name)}"], input=content, capture_output=True)
        assert put.returncode == 0, put.stderr
    return data


def unpack_tar(content, folder):
    subprocess.run(["tar", "-x", "-C", folder], input=content, check=True)


def unpack_zip(content, folder):
    (folder / "archive").write_bytes(content)
    subprocess.run(["unzip", "-q", "-d", folder, folder / "archive"], check=True, env=dict(os.environ, LC_ALL="C.UTF-8"))
    (folder / "archive").unlink()


UNPACK = {"tar": unpack_tar, "zip": unpack_zip}


def files(folder):
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


@pytest.mark.parametrize("form", UNPACK)
def test_whole(hub, admin, records, tmp_path, form):
    status, head, content = hub.curl(admin, f"/files/x/?archive={form}")
    assert status == 200 and head["content-disposition"] == f'attachment; filename="x.{form}"'
    UNPACK[form](content, tmp_path)
    assert files(tmp_path) == records
    assert os.stat(tmp_path / "a").st_mtime == 1_700_000_000


def test_python_reads_them(hub, admin, records):
    with tarfile.open(fileobj=io.BytesIO(hub.curl(admin, "/files/x/?archive=tar")[2])) as tar:
        assert {m.name: tar.extractfile(m).read() for m in tar if m.isfile()} == records
    with zipfile.ZipFile(io.BytesIO(hub.curl(admin, "/files/x/?archive=zip")[2])) as zipped:
        assert zipped.testzip() is None
        assert {i.filename: zipped.read(i) for i in zipped.infolist() if not i.is_dir()} == records


def test_what_is_granted(hub, admin, records, tmp_path):
    token = hub.add_users(reader='<allow read="x/d/e/"/><allow read="x/a"/>')["reader"]
    unpack_tar(hub.curl(token, "/files/x/?archive=tar")[2], tmp_path)
    assert sorted(files(tmp_path)) == sorted(name for name in records if name == "a" or name.startswith("d/e/"))
    assert hub.curl(token, "/files/y/?archive=tar")[0] == 403


def test_selection(hub, admin, records, tmp_path):
    unpack_zip(hub.curl(admin, "/files/x/d/?archive=zip&name=empty&name=%C3%A9%20%C3%BC")[2], tmp_path)
    assert sorted(files(tmp_path)) == ["empty", "é ü"]


def test_refusals(hub, admin, records):
    assert hub.curl(admin, "/files/x/?archive=7z")[0] == 400
    assert hub.curl(admin, "/files/x/a?archive=zip")[0] == 400
    assert hub.curl(admin, "/files/none/?archive=zip")[0] == 404
    assert hub.curl(admin, "/files/x/d?archive=zip")[1]["location"].endswith("/files/x/d/?archive=zip")


def test_file_that_is_truncated_meanwhile(hub, admin):
    """An archive that can't be completed ends with the connection cut off, not as if it were whole."""
    size = 64_000_000
    with open(f"{hub.work}/large", "wb") as f:
        f.truncate(size)
    assert hub.curl(admin, "/files/cut/large", "-T", f"{hub.work}/large")[0] == 201
    with socket.create_connection(("127.0.0.1", hub.http)) as client:
        client.sendall(f"GET /files/cut/?archive=tar HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {admin}\r\n\r\n".encode())
        received = client.recv(1000)
        assert received.startswith(b"HTTP/1.1 200")
        os.truncate(f"{hub.home}/files/cut/large", 1_000)
        while piece := client.recv(1 << 20):
            received = received[-10:] + piece
    assert not received.endswith(b"0\r\n\r\n")
