"""How fast and heavy a hub starts beside a stock Karaf: .ci/measure-start."""
import subprocess

from support.hub import ROOT


def beside_karaf(options):
    measuring = subprocess.Popen([f"{ROOT}/.ci/measure-start", "--runs", str(1 if options.quick else options.rounds)])
    try:
        measuring.wait()
    finally:
        measuring.terminate()  # not killed: it ends what it has started
        measuring.wait()
