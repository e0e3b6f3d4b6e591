"""A clock that is wrong. Needs libfaketime."""
import email.utils, glob, os, time


class Clock:
    """The clock of a hub, which alone sees it jump."""

    def __init__(self, hub):
        libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        assert libraries, "libfaketime isn't installed"
        self.hub, self.offset = hub, f"{hub.work}/offset"
        # Without FAKETIME_FORCE_MONOTONIC_FIX the library makes each wait for a time return at once, and a start takes a minute of both processors.
        self.env = dict(LD_PRELOAD=libraries[0], FAKETIME_FORCE_MONOTONIC_FIX="0", FAKETIME_TIMESTAMP_FILE=self.offset,
                        DONT_FAKE_MONOTONIC="1", FAKETIME_CACHE_DURATION="1")

    def jump(self, offset):
        with open(self.offset + ".new", "w") as f:
            f.write(offset + "\n")
        os.rename(self.offset + ".new", self.offset)

    def start_hub(self):
        """The launcher of other commands keeps the machine's clock."""
        self.hub.env.update(self.env)
        try:
            self.hub.start()
        finally:
            del self.hub.env["LD_PRELOAD"]

    def is_off_by(self, seconds):
        """Whether the hub sees its clock so many seconds ahead, or nearly."""
        date = email.utils.parsedate_to_datetime(self.hub.curl(None, "/health/ready")[1]["date"])
        return abs(date.timestamp() - time.time() - seconds) < 20
