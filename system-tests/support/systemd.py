"""systemd in namespaces of its own, so that a unit runs with all its restrictions on a machine that systemd doesn't manage."""
import contextlib, glob, os, shutil, subprocess, tempfile

import pytest

from support.waiting import until


class Systemd:
    """Runs programs beside it. What they write to disk is forgotten at the end."""

    def __init__(self, pid):
        self.pid = pid

    def run(self, *words, **more):
        return subprocess.run(["nsenter", "--target", str(self.pid), "--all", *words], capture_output=True, text=True, timeout=300, **more)

    def state(self):
        return self.run("systemctl", "is-system-running").stdout.strip()


def first_process(boot):
    """The first process of the namespaces, once `boot-systemd` has made them."""
    with contextlib.suppress(OSError, IndexError):
        if open(f"/proc/{boot.pid}/comm").read() == "unshare\n":
            return int(open(f"/proc/{boot.pid}/task/{boot.pid}/children").read().split()[0])


@contextlib.contextmanager
def booted():
    """A systemd that has started; skips the test where the machine forbids the namespaces."""
    work = tempfile.mkdtemp(prefix="datahub-systemd-")
    with open(f"{work}/errors", "w") as errors:
        boot = subprocess.Popen([f"{os.path.dirname(__file__)}/boot-systemd", work], stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
    try:
        systemd = Systemd(until(lambda: boot.poll() is not None or first_process(boot)))
        if not until(lambda: boot.poll() is not None or systemd.state() == "running", 60) or boot.poll() is not None:
            pytest.skip("no systemd in a namespace: " + open(f"{work}/errors").read()[-300:])
        yield systemd
    finally:
        boot.kill()
        boot.wait()
        groups = [group for mount in ("", "systemd/") for group in glob.glob(f"/sys/fs/cgroup/{mount}{os.path.basename(work)}")]
        for folder in [folder for group in groups for folder, _, _ in os.walk(group, topdown=False)]:
            until(lambda: is_removed(folder))
        shutil.rmtree(work, ignore_errors=True)


def is_removed(group):
    """Whether the control group is gone now. Its processes have been killed, but may take a moment to end."""
    with contextlib.suppress(OSError):
        os.rmdir(group)
        return True
