"""The file that a download is written to before it is complete."""
from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from typing import IO, Any, Iterator, Tuple

try:
    import fcntl
except ImportError:  # Windows: no locks, so that nothing is continued
    fcntl = None  # type: ignore[assignment]

from . import errors

SUFFIX = ".datahub-part"
NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
BINARY = getattr(os, "O_BINARY", 0)


class PartialFile:
    """Beside the file that is to appear. A second one, `.etag`, has the version that its bytes are of."""

    def __init__(self, name: str, file: IO[bytes], is_kept: bool) -> None:
        self.name, self.file, self._is_kept = name, file, is_kept
        self.etag = self._remembered() if is_kept else ""

    def _remembered(self) -> str:
        try:
            with open(os.open(self.name + ".etag", os.O_RDONLY | NOFOLLOW), encoding="utf-8") as remembered:
                return remembered.read()
        except OSError:
            return ""

    def begin(self, etag: str) -> None:
        """Empties it, for bytes of this version."""
        self._forget()
        self.file.seek(0)
        self.file.truncate()
        self.etag = etag
        if self._is_kept:
            with open(os.open(self.name + ".etag", os.O_WRONLY | os.O_CREAT | os.O_EXCL | NOFOLLOW, 0o600), "w", encoding="utf-8") as remembered:
                remembered.write(etag)

    def digest(self) -> Tuple[Any, int]:
        """SHA-256 and number of the bytes that it has."""
        digest = hashlib.sha256()
        self.file.seek(0)
        for block in iter(lambda: self.file.read(1 << 20), b""):
            digest.update(block)
        return digest, self.file.tell()

    def finish(self, target: str) -> None:
        """Makes it the target."""
        self.file.flush()
        os.fsync(self.file.fileno())
        os.replace(self.name, target)
        self._forget()

    def _forget(self) -> None:
        if self._is_kept:
            with contextlib.suppress(FileNotFoundError):
                os.remove(self.name + ".etag")


@contextlib.contextmanager
def open_partial(target: str) -> Iterator[PartialFile]:
    """That of a target, which is left if the download fails; while another download has it, one of its own, which isn't."""
    if target.endswith(SUFFIX):
        raise ValueError(f"names that end with {SUFFIX} are those of incomplete downloads: name another file than {target}")
    directory, name = os.path.split(target)
    kept = os.path.join(directory, f".{name}{SUFFIX}")
    file = _open_locked(kept)
    if file is not None:
        with file:
            yield PartialFile(kept, file, True)
        return
    number, own = tempfile.mkstemp(SUFFIX, f".{name}.", directory or ".")
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(own, 0o666 & ~mask)
    try:
        with open(number, "w+b") as file:
            yield PartialFile(own, file, False)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(own)


def _open_locked(name: str) -> "IO[bytes] | None":
    """A regular file of this user, with no other name; None if another download has it."""
    if fcntl is None:
        return None
    for _ in range(10):
        try:
            number = os.open(name, os.O_RDWR | os.O_CREAT | NOFOLLOW | BINARY, 0o666)
        except OSError as e:
            if os.path.islink(name):
                os.remove(name)
                continue
            raise errors.HubError(f"{name} can't be written: {e}") from e
        file = open(number, "r+b")
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            opened = os.fstat(number)
            is_own = stat.S_ISREG(opened.st_mode) and opened.st_uid == os.geteuid() and opened.st_nlink == 1
            # The download that had it may just have made it the target.
            if is_own and os.path.exists(name) and os.path.samestat(opened, os.lstat(name)):
                return file
            if not is_own and opened.st_nlink > 0:
                os.remove(name)
        except FileNotFoundError:
            pass
        except BlockingIOError:
            file.close()
            return None
        file.close()
    return None
