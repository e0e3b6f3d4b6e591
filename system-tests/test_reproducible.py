"""A clean copy of the sources, in another place, at another time and with another locale, builds the very same archives."""
import filecmp, glob, os, shutil, subprocess

import pytest

from support.hub import ROOT

ARCHIVES = ["karaf-assembly/target/datahub-karaf-*.tar.gz", "debian/target/datahub_*_all.deb", "features/target/datahub-*.kar"]
GENERATED = {".git", "target", "node_modules", "__pycache__"}


def ignored(folder, names):
    """What isn't source; `hub` is the home that `./datahub start` makes."""
    return [name for name in names if name in GENERATED or (folder == ROOT and name == "hub")]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy") / "sources"
    shutil.copytree(ROOT, copy, symlinks=True, ignore=ignored)
    subprocess.run(["./mvnw", "-q", "-B", "-ntp", "package", "-pl", "!benchmarks", "-Dmaven.test.skip=true", "-Dspotless.check.skip=true"],
                   cwd=copy, env=dict(os.environ, TZ="Pacific/Auckland", LC_ALL="C"), check=True)
    return copy


@pytest.mark.parametrize("pattern", ARCHIVES)
def test_archive(copy, pattern):
    built = glob.glob(pattern, root_dir=ROOT)
    assert len(built) == 1
    assert filecmp.cmp(f"{ROOT}/{built[0]}", copy / built[0], shallow=False)
