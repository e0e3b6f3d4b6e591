"""Class-data sharing: which archive of classes a start of the hub writes, uses and replaces."""
from pathlib import Path


def archives(hub):
    return list(Path(hub.home, "cache").glob("classes-*.jsa"))


def maps(hub, archive):
    return str(archive) in Path(f"/proc/{hub.pid()}/maps").read_text()


def test_archive_of_classes(new_hub):
    hub = new_hub()
    hub.start()
    assert hub.run("stop").returncode == 0
    assert archives(hub) == [], "the first start fills the cache"
    hub.start()
    assert hub.run("stop").returncode == 0
    (archive,) = archives(hub)
    hub.start()
    assert maps(hub, archive)
    assert hub.run("stop").returncode == 0

    # The hub was killed while it wrote the archive: the first bytes aren't there yet.
    whole = archive.stat().st_size
    archive.chmod(0o600)
    archive.write_bytes(bytes(1 << 20))
    Path(f"{archive}.config").write_bytes(bytes(1 << 20))
    hub.start()
    assert not maps(hub, archive)
    assert hub.run("stop").returncode == 0
    assert archives(hub)[0].stat().st_size > whole / 2
    assert not Path(f"{archive}.config").exists()
    hub.start()
    assert maps(hub, archive)
