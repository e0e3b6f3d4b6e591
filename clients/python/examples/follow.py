#!/usr/bin/env python3
"""Prints each change below a directory once, also when it is stopped and started: follow.py DIRECTORY/ CURSOR-FILE"""
import os, sys
from datahub_client import Hub

hub = Hub(os.environ["DATAHUB_URL"], token_file=os.environ["DATAHUB_TOKEN_FILE"])
for change in hub.watch(sys.argv[1], cursor_file=sys.argv[2]):
    print(change.kind, change.path, change.sha256, flush=True)
