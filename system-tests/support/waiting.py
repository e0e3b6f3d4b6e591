"""Waiting for what happens in other processes."""
import time

INTERVAL_SECONDS = 0.05


def until(condition, seconds=10.0):
    """Polls until the condition gives something true, and returns that; after the deadline, whatever it gives then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(INTERVAL_SECONDS)
    return condition()


def never(condition, seconds=1.0):
    """Whether the condition stays false for the whole time: for what must not happen. Returns at once when it turns true."""
    return not until(condition, seconds)
