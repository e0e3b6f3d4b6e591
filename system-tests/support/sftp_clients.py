"""Real clients of SFTP, each with the same few operations, which return the exit status and what was printed."""
import os, subprocess, urllib.parse

from support.hub import ROOT, jdk


class Client:
    """`told` says whether the exit status tells of a refusal when the file is closed; `shown`, whether the reason is printed."""

    told, shown = True, True

    def __init__(self, hub, user, token, work, limit=120):
        self.port, self.user, self.token, self.work, self.limit = hub.ssh, user, token, work, limit
        self.env = dict(os.environ, SSHPASS=token, HOME=work, LC_ALL="C.UTF-8")

    def run(self, *words, text=None):
        ran = subprocess.run(words, env=self.env, cwd=self.work, input=text, capture_output=True, text=True, timeout=self.limit)
        return ran.returncode, ran.stdout + ran.stderr

    def end(self):
        pass


SSH = ("-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null", "-oLogLevel=ERROR", "-oPubkeyAuthentication=no",
       "-oPreferredAuthentications=password", "-oBatchMode=no")


class OpenSsh(Client):
    def batch(self, *lines):
        return self.run("sshpass", "-e", "sftp", *SSH, f"-P{self.port}", "-b", "-", f"{self.user}@127.0.0.1", text="\n".join(lines) + "\n")

    def put(self, source, target):
        return self.batch(f'put "{source}" "{target}"')

    def get(self, source, target):
        return self.batch(f'get "{source}" "{target}"')

    def resume(self, source, target):
        return self.batch(f'reput "{source}" "{target}"')

    def rename(self, source, target):
        return self.batch(f'rename "{source}" "{target}"')

    def remove(self, path):
        return self.batch(f'rm "{path}"')

    def tree(self, source, target):
        return self.batch(f'mkdir "{target}"', f'put -r "{source}/." "{target}"')

    def tree_back(self, source, target):
        return self.batch(f'get -r "{source}" "{target}"')


class Scp(OpenSsh):
    def put(self, source, target):
        return self.run("sshpass", "-e", "scp", *SSH, f"-P{self.port}", "-p", source, f"{self.user}@127.0.0.1:{target}")

    def get(self, source, target):
        return self.run("sshpass", "-e", "scp", *SSH, f"-P{self.port}", f"{self.user}@127.0.0.1:{source}", target)

    def tree(self, source, target):
        return self.run("sshpass", "-e", "scp", *SSH, f"-P{self.port}", "-rp", source, f"{self.user}@127.0.0.1:{target}")


class Rclone(Client):
    shown = False

    def rclone(self, *words):
        secret = subprocess.run(["rclone", "obscure", self.token], capture_output=True, text=True, check=True).stdout.strip()
        return self.run("rclone", "--config", "/dev/null", "--retries", "1", "--sftp-host", "127.0.0.1", "--sftp-port",
                        str(self.port), "--sftp-user", self.user, "--sftp-pass", secret, *words)

    def put(self, source, target):
        return self.rclone("copyto", source, f":sftp:{target}")

    def get(self, source, target):
        return self.rclone("copyto", f":sftp:{source}", target)

    def rename(self, source, target):
        return self.rclone("moveto", f":sftp:{source}", f":sftp:{target}")

    def remove(self, path):
        return self.rclone("deletefile", f":sftp:{path}")

    def tree(self, source, target):
        return self.rclone("sync", source, f":sftp:{target}")

    def tree_back(self, source, target):
        return self.rclone("sync", f":sftp:{source}", target)


class Lftp(Client):
    def lftp(self, command):
        setup = ("set cmd:fail-exit yes; set net:max-retries 1; set sftp:auto-confirm yes; set sftp:charset utf-8; set file:charset utf-8;"
                 f" open -p {self.port} -u {self.user},{self.token} sftp://127.0.0.1; ")
        return self.run("lftp", "--norc", "-c", setup + command)

    def put(self, source, target):
        return self.lftp(f'put "{source}" -o "{target}"')

    def get(self, source, target):
        return self.lftp(f'get "{source}" -o "{target}"')

    def resume(self, source, target):
        return self.lftp(f'put -c "{source}" -o "{target}"')

    def rename(self, source, target):
        return self.lftp(f'mv "{source}" "{target}"')

    def remove(self, path):
        return self.lftp(f'rm "{path}"')

    def tree(self, source, target):
        return self.lftp(f'mirror -R "{source}" "{target}"')


class Psftp(Client):
    def fingerprint(self):
        keys = subprocess.run(["ssh-keyscan", "-p", str(self.port), "127.0.0.1"], capture_output=True, text=True, timeout=60).stdout
        prints = subprocess.run(["ssh-keygen", "-lf", "-"], input=keys, capture_output=True, text=True, check=True).stdout
        return [word for line in prints.splitlines() for word in ("-hostkey", line.split()[1])]

    def psftp(self, *lines):
        return self.run("psftp", "-P", str(self.port), "-batch", *self.fingerprint(), "-pw", self.token, "-b", "/dev/stdin",
                        f"{self.user}@127.0.0.1", text="\n".join(lines) + "\n")

    def put(self, source, target):
        return self.psftp(f'put "{source}" "{target}"')

    def get(self, source, target):
        return self.psftp(f'get "{source}" "{target}"')

    def resume(self, source, target):
        return self.psftp(f'reput "{source}" "{target}"')

    def rename(self, source, target):
        return self.psftp(f'mv "{source}" "{target}"')

    def remove(self, path):
        return self.psftp(f'rm "{path}"')

    def tree(self, source, target):
        return self.psftp(f'put -r "{source}" "{target}"')


class Pscp(Psftp):
    told = False

    def put(self, source, target):
        return self.run("pscp", "-sftp", "-P", str(self.port), "-batch", *self.fingerprint(), "-pw", self.token, source,
                        f"{self.user}@127.0.0.1:{target}")

    def get(self, source, target):
        return self.run("pscp", "-sftp", "-P", str(self.port), "-batch", *self.fingerprint(), "-pw", self.token,
                        f"{self.user}@127.0.0.1:{source}", target)


class Curl(Client):
    told, shown = False, False

    def curl(self, path, *more):
        return self.run("curl", "-sS", "-k", "-u", f"{self.user}:{self.token}", *more, f"sftp://127.0.0.1:{self.port}/{urllib.parse.quote(path)}")

    def put(self, source, target):
        return self.curl(target, "--ftp-create-dirs", "-T", source)

    def get(self, source, target):
        return self.curl(source, "-o", target)

    def resume(self, source, target):
        return self.curl(target, "-C", "-", "-T", source)

    def rename(self, source, target):
        return self.curl("", "-Q", f'rename "/{source}" "/{target}"', "-o", "/dev/null")

    def remove(self, path):
        return self.curl("", "-Q", f'rm "/{path}"', "-o", "/dev/null")

    def tree(self, source, target):
        for folder, _, names in os.walk(source):
            for name in names:
                file = os.path.join(folder, name)
                status, printed = self.put(file, f"{target}/{os.path.relpath(file, source)}")
                if status:
                    return status, printed
        return 0, ""


class Sshfs(Client):
    told, shown = False, False

    def __init__(self, *of):
        super().__init__(*of)
        self.mount = f"{self.work}/mount"
        os.mkdir(self.mount)
        mounted = subprocess.run(["sshfs", f"{self.user}@127.0.0.1:/", self.mount, "-p", str(self.port), "-o", "password_stdin", *SSH],
                                 input=self.token, env=self.env, capture_output=True, text=True, timeout=60)
        assert mounted.returncode == 0, mounted.stderr

    def put(self, source, target):
        return self.run("cp", source, f"{self.mount}/{target}")

    def get(self, source, target):
        return self.run("cp", f"{self.mount}/{source}", target)

    def rename(self, source, target):
        return self.run("mv", f"{self.mount}/{source}", f"{self.mount}/{target}")

    def remove(self, path):
        return self.run("rm", f"{self.mount}/{path}")

    def tree(self, source, target):
        return self.run("cp", "-r", source, f"{self.mount}/{target}")

    def end(self):
        subprocess.run(["umount", self.mount], timeout=60)


class Java(Client):
    """A library for Java, in a process that does one command after the other."""

    library = None

    def __init__(self, *of):
        super().__init__(*of)
        self.peer = subprocess.Popen([jdk("java"), "-Xmx256m", "-cp", f"{ROOT}/.ci/clients/target/lib/*", f"{ROOT}/.ci/clients/SftpPeer.java",
                                      self.library, str(self.port), self.user], env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL, text=True)
        self.send(self.token)

    def send(self, line):
        self.peer.stdin.write(line + "\n")
        self.peer.stdin.flush()

    def ask(self, *words):
        self.send("\t".join(words))
        answer = self.peer.stdout.readline().strip()
        return int(answer != "ok"), answer

    def put(self, source, target):
        return self.ask("put", source, target)

    def resume(self, source, target):
        return self.ask("resume", source, target)

    def get(self, source, target):
        return self.ask("get", source, target)

    def rename(self, source, target):
        return self.ask("rename", source, target)

    def remove(self, path):
        return self.ask("remove", path)

    def tree(self, source, target):
        return self.ask("tree", source, target)

    def end(self):
        self.peer.kill()
        self.peer.communicate()


class Jsch(Java):
    library = "jsch"


class Sshj(Java):
    library, told, shown = "sshj", False, False


RESUMING = [Jsch, Sshj, OpenSsh, Lftp, Psftp, Curl]
CLIENTS = [Jsch, Sshj, OpenSsh, Scp, Rclone, Lftp, Psftp, Pscp, Curl, Sshfs]
