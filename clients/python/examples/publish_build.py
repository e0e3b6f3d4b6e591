#!/usr/bin/env python3
"""What a CI job does at its end: stores an artifact, and says so. publish_build.py FILE NUMBER"""
import json, os, sys
from datahub_client import Hub

file, number = sys.argv[1:]
with Hub(os.environ["DATAHUB_URL"], token_file=os.environ["DATAHUB_TOKEN_FILE"]) as hub:
    record = hub.upload(file, f"builds/{number}/{os.path.basename(file)}", if_none_match=True)
    hub.publish("build.done", json.dumps({"number": number, "path": record.path, "sha256": record.sha256}))
