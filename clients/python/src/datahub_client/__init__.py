"""A client of Datahub.

    from datahub_client import Hub

    hub = Hub("https://hub.example", token_file="/run/secrets/datahub")
    hub.upload("app.tgz", "builds/42/app.tgz")
    for change in hub.watch("builds/", cursor_file="cursor"):
        print(change.kind, change.path)

Everything uses the standard library. A Hub may be used by several threads.
"""
from .errors import (AuthenticationError, CursorExpired, DigestMismatch, HubError, HubUnreachable, NotFound, PermissionDenied,
                     PreconditionFailed, ValidationFailed, Violation)
from .hub import Hub
from .records import Change, Entry, Event, Record

__all__ = ["AuthenticationError", "Change", "CursorExpired", "DigestMismatch", "Entry", "Event", "Hub", "HubError", "HubUnreachable",
           "NotFound", "PermissionDenied", "PreconditionFailed", "Record", "ValidationFailed", "Violation"]
