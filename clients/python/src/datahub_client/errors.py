"""What can go wrong, as exceptions. All derive from HubError."""
from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Dict, List, Optional


class HubError(Exception):
    """The hub refuses a request, or can't be reached.

    `status` is that of HTTP, or None if there was no response; `attempts` is how often the request was sent."""

    attempts = 1

    def __init__(self, message: str, status: Optional[int] = None) -> None:
        super().__init__(message)
        self.status = status


class HubUnreachable(HubError):
    """No hub answers, the connection was lost, or the hub isn't ready (502, 503, 504)."""


class AuthenticationError(HubError):
    """401: no token, or one that isn't valid."""


class PermissionDenied(HubError):
    """403: the user has no grant for it."""


class NotFound(HubError):
    """404"""


class PreconditionFailed(HubError):
    """412: the record is another version, or exists already."""


class DigestMismatch(HubError):
    """The bytes that arrived aren't those that were sent."""


class CursorExpired(HubError):
    """410: the hub no longer has everything after a cursor. `oldest` is the oldest that there is."""

    def __init__(self, message: str, oldest: str) -> None:
        super().__init__(message, 410)
        self.oldest = oldest


@dataclass(frozen=True)
class Violation:
    """Why a validator refuses a record."""
    validator: str
    message: str
    line: int = 0
    column: int = 0


class ValidationFailed(HubError):
    """422: a validator refuses the record; `violations` has the reasons."""

    def __init__(self, message: str, violations: List[Violation]) -> None:
        super().__init__(message, 422)
        self.violations = violations


_BY_STATUS = {401: AuthenticationError, 403: PermissionDenied, 404: NotFound, 412: PreconditionFailed, 502: HubUnreachable,
              503: HubUnreachable, 504: HubUnreachable}


def of_response(status: int, headers: Any, body: bytes, what: str) -> HubError:
    """The exception for a response that is an error (RFC 9457)."""
    problem: Dict[str, Any] = {}
    try:
        parsed = json.loads(body)
        problem = parsed if isinstance(parsed, dict) else {}
    except ValueError:
        pass
    message = problem.get("detail") or problem.get("title") or f"{what} was answered with {status}"
    if status == 410:
        return CursorExpired(message, headers.get("Datahub-Cursor", "0"))
    if status == 422:
        return ValidationFailed(message, [
            Violation(str(each.get("validator", "")), str(each.get("message", "")), int(each.get("line") or 0), int(each.get("column") or 0))
            for each in problem.get("violations", [])])
    return _BY_STATUS.get(status, HubError)(message, status)
