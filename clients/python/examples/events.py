#!/usr/bin/env python3
"""Prints events as they happen, those that were missed while no hub was reachable, too: events.py PREFIX… (needs websockets)"""
import asyncio, os, sys
from datahub_client import Hub
from datahub_client.websocket import WebSocketHub


async def main() -> None:
    hub = Hub(os.environ["DATAHUB_URL"], token_file=os.environ["DATAHUB_TOKEN_FILE"])
    async for event in WebSocketHub(hub).subscribe(*sys.argv[1:]):
        print(event.topic, event.payload, flush=True)

asyncio.run(main())
