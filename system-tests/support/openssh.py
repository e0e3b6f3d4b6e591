"""OpenSSH's clients for a hub: a user with a token, which an askpass program gives, or with a key."""
import os, subprocess, tempfile

OPTIONS = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-F", "none"]


class OpenSsh:
    """Runs ssh and scp as one user of a hub. With a key, nothing else is tried."""

    def __init__(self, hub, user, token=None, key=None, port=None):
        self.hub, self.user, self.port = hub, user, port or hub.ssh
        self.folder = tempfile.mkdtemp(prefix="openssh-", dir=hub.work)
        self.env = dict(os.environ, DISPLAY="none:0", SSH_ASKPASS_REQUIRE="force", SSH_ASKPASS=f"{self.folder}/askpass")
        self.env.pop("SSH_AUTH_SOCK", None)
        self.options = [*OPTIONS, "-o", "IdentityAgent=none"]
        if key:
            self.options += ["-i", key, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"]
        else:
            with open(f"{self.folder}/token", "w") as f:
                f.write(token)
            with open(f"{self.folder}/askpass", "w") as f:
                f.write(f"#!/bin/sh\ncat {self.folder}/token\n")
            os.chmod(f"{self.folder}/askpass", 0o700)
            self.options += ["-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1"]

    def command(self, *words, options=()):
        return ["ssh", *self.options, *options, "-p", str(self.port), f"{self.user}@127.0.0.1", *words]

    def run(self, *words, options=(), **more):
        return subprocess.run(self.command(*words, options=options), env=self.env, capture_output=True, text=True, timeout=120,
                              **({} if "input" in more else {"stdin": subprocess.DEVNULL}), **more)

    def open(self, *words, options=()):
        """Starts a command; nothing is awaited."""
        return subprocess.Popen(self.command(*words, options=options), env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def scp(self, *words):
        """scp by its old protocol; `hub:` begins what is at the hub."""
        words = [word.replace("hub:", f"{self.user}@127.0.0.1:", 1) if word.startswith("hub:") else word for word in words]
        return subprocess.run(["scp", "-O", *self.options, "-P", str(self.port), *words], env=self.env, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=120)


def new_key(folder, name, *kind):
    """A key pair of that kind (arguments of ssh-keygen): the file of the private key, and the line of the public one."""
    subprocess.run(["ssh-keygen", "-q", "-N", "", "-f", f"{folder}/{name}", *kind], check=True)
    return f"{folder}/{name}", open(f"{folder}/{name}.pub").read().strip()
