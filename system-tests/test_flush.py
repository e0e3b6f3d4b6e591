"""Traces the system calls of the hub while it writes a record: the file is flushed before it is renamed into place, its
directory and the journal before the response is sent. A killed process loses nothing of the page cache, so only the order of
the calls proves what a power cut would leave.

Needs strace, and the permission to trace (root, or kernel.yama.ptrace_scope=0)."""
import base64, os, re, signal, subprocess

import paramiko, pytest

from support.waiting import until

CALLS = "fsync,fdatasync,msync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,write,writev,sendto,sendmsg,pwrite64"
FLUSH = r"^f(data)?sync\(\d+</{}"
FLUSH_OF_FILE = FLUSH.format("state/staging/")
FLUSH_OF_UPLOAD = FLUSH.format("state/uploads/")
FLUSH_OF_JOURNAL = FLUSH.format("state/store.mv>")
RENAME = r'^rename(at2?)?\(.*"?[^"]*".*"[^"]*a"'
TUS = ["-H", "Tus-Resumable: 1.0.0"]


def response(status):
    return rf'"HTTP/1\.1 {status}'


class Trace:
    """The calls that ended, in the order in which they ended, between the beginning and the end of a with block."""

    def __init__(self, hub, *others, text=64):
        """Also traces other processes, by their ids, in the same order. `text` is how much is shown of what is written."""
        self.file, self.pids, self.hub, self.text = f"{hub.work}/trace", [hub.pid(), *others], hub, text
        self.calls = []

    def __enter__(self):
        self.strace = subprocess.Popen(["strace", "-f", "-yy", "-s", str(self.text), "-e", f"trace={CALLS}", "-o", self.file,
                                        *[word for pid in self.pids for word in ("-p", str(pid))]], stderr=subprocess.DEVNULL)
        threads = [f"/proc/{pid}/task" for pid in self.pids]
        assert until(lambda: all("TracerPid:\t0" not in open(f"{folder}/{t}/status").read() for folder in threads for t in os.listdir(folder)), 30)
        return self

    def __exit__(self, *_):
        self.strace.send_signal(signal.SIGINT)
        self.strace.wait()
        begun = {}
        for line in open(self.file, errors="replace"):
            thread, text = line.split(None, 1)
            if text.rstrip().endswith("<unfinished ...>"):
                begun[thread] = text.rstrip()[:-len("<unfinished ...>")]
            elif resumed := re.match(r"<\.\.\. \w+ resumed>(.*)", text):
                self.calls.append(begun.pop(thread, "") + resumed[1])
            else:
                self.calls.append(text.rstrip())
        self.calls = [call.replace(self.hub.home, "") for call in self.calls]

    def find(self, pattern, after=-1):
        """The index of the first successful call that matches and comes after that one; -1 if there is none."""
        return next((i for i, call in enumerate(self.calls)
                     if i > after and re.search(pattern, call) and not re.search(r"= -1 E", call)), -1)

    def assert_order(self, *patterns):
        at = -1
        for pattern in patterns:
            found = self.find(pattern, at)
            assert found >= 0, f"no {pattern} after call {at}:\n" + "\n".join(call[:150] for call in self.calls[-60:])
            at = found


@pytest.fixture(scope="module", autouse=True)
def warm(hub, admin):
    hub.curl(admin, "/files/d/warm", "--data-binary", "x")


def test_new_record(hub, admin):
    with Trace(hub) as trace:
        status = hub.curl(admin, "/files/new/dir/a", "--data-binary", "new")[0]
    assert status == 201
    # The file and the intent are flushed at the same time.
    trace.assert_order(FLUSH_OF_FILE, RENAME)
    trace.assert_order(FLUSH_OF_JOURNAL, RENAME, FLUSH.format("files/new/dir>"), FLUSH_OF_JOURNAL, response(201))
    made, responded = trace.find(r'^(mkdir|rename).*"(.*/)?new"'), trace.find(response(201))
    assert made >= 0
    for directory in ("files/new>", "files>"):
        assert made < trace.find(FLUSH.format(directory), made) < responded, f"the parent of a new directory is flushed: {directory}"


def test_overwritten_record(hub, admin):
    with Trace(hub) as trace:
        status = hub.curl(admin, "/files/new/dir/a", "-T", __file__)[0]
    assert status == 200
    trace.assert_order(FLUSH_OF_FILE, RENAME)
    trace.assert_order(FLUSH_OF_JOURNAL, RENAME, FLUSH.format("files/new/dir>"), FLUSH_OF_JOURNAL, response(200))


def test_deleted_record(hub, admin):
    with Trace(hub) as trace:
        status = hub.curl(admin, "/files/new/dir/a", "-X", "DELETE")[0]
    assert status == 204
    trace.assert_order(FLUSH_OF_JOURNAL, r'^unlink.*a"', FLUSH.format("files/new/dir>"), FLUSH_OF_JOURNAL, response(204))


def test_resumable_upload(hub, admin):
    metadata = f"path {base64.b64encode(b't/a').decode()}"
    with Trace(hub) as trace:
        head = hub.curl(admin, "/uploads", "-X", "POST", *TUS, "-H", "Upload-Length: 6", "-H", f"Upload-Metadata: {metadata}")[1]
    trace.assert_order(FLUSH.format("state/uploads>"), FLUSH_OF_JOURNAL, response(201))

    def patch(offset, data):
        return hub.curl(admin, head["location"], *TUS, "-H", "Content-Type: application/offset+octet-stream", "-X", "PATCH",
                        "-H", f"Upload-Offset: {offset}", "--data-binary", data)[0]
    with Trace(hub) as trace:
        assert patch(0, "abc") == 204
    trace.assert_order(r"^p?write(v|64)?\(\d+</state/uploads/", FLUSH_OF_UPLOAD, response(204))
    with Trace(hub) as trace:
        assert patch(3, "def") == 204
    # The upload and the intent are flushed at the same time.
    trace.assert_order(FLUSH_OF_UPLOAD, RENAME)
    trace.assert_order(FLUSH_OF_JOURNAL, RENAME, FLUSH.format("files/t>"), FLUSH_OF_JOURNAL, response(204))


def test_close_and_rename_over_sftp(hub, admin):
    """Nothing is sent to the client between its request and the last flush, so the answer to that comes after it."""
    transport = paramiko.Transport(("127.0.0.1", hub.ssh))
    transport.connect(username="admin", password=admin)
    answer = rf"^(write|writev|sendto|sendmsg)\(\d+<TCP[^>]*:{hub.ssh}->"
    try:
        sftp = paramiko.SFTPClient.from_transport(transport)
        sftp.mkdir("s")
        for name, make in (("a", None), ("b.filepart", lambda: sftp.rename("s/b.filepart", "s/ba"))):
            file = sftp.open(f"s/{name}", "w")
            file.write(b"text")
            file.stat()
            if make:
                file.close()
            with Trace(hub) as trace:
                (make or file.close)()
            trace.assert_order(FLUSH_OF_UPLOAD if make else FLUSH_OF_FILE, RENAME)
            trace.assert_order(FLUSH_OF_JOURNAL, RENAME, FLUSH.format("files/s>"), FLUSH_OF_JOURNAL, answer)
            journal = trace.find(FLUSH_OF_JOURNAL, trace.find(FLUSH.format("files/s>")))
            assert trace.find(answer) > journal, "the first answer"
    finally:
        transport.close()
