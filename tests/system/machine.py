"""The private machine of the whole-system tests: users, mail, log, servers.

Everything here happens inside tests/ns/enter, so names, ports and files are
the standard ones and vanish with the namespace.
"""
import grp
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CEDAR_BUILD", TREE / "build"))
PREFIX = pathlib.Path("/run/cedar")
IMAPD = PREFIX / "bin/imapd"
SPOOL = pathlib.Path("/var/mail")
PATIENCE = float(os.environ.get("CEDAR_PATIENCE", 30))  # seconds any wait may take before a test gives up

USERS = {  # name: (uid, password)
    "ann": (7001, "Ann-pass 1"),
    "bo": (7002, "bo.pass.2"),
    "chief": (7003, "chief3"),  # member of mailadm
    "locked": (7004, None),
}

PAM = """auth required pam_unix.so
account required pam_unix.so
"""


def wait_for(what, question, patience=PATIENCE):
    """Asks until the answer is true; fails the test after patience seconds."""
    end = time.monotonic() + patience
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError("waited in vain for " + what)
        time.sleep(0.02)


def crypt(password):
    return subprocess.run(
        ["openssl", "passwd", "-6", "-salt", "cedartest", password],
        capture_output=True, text=True, check=True).stdout.strip()


class Log(threading.Thread):
    """Receives what is sent to syslog."""

    def __init__(self):
        super().__init__(daemon=True)
        self.lines = []
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        self.start()

    def run(self):
        while True:
            self.lines.append(self.sock.recv(65536).decode("utf-8", "replace"))

    def mark(self):
        return len(self.lines)

    def wait(self, pattern, since=0):
        def seen():
            for line in self.lines[since:]:
                if re.search(pattern, line):
                    return line
            return None
        try:
            return wait_for("log line " + pattern, seen)
        except AssertionError:
            raise AssertionError("no log line %r in:\n%s" % (
                pattern, "\n".join(self.lines[since:]))) from None


class Machine:
    def __init__(self):
        self.log = Log()
        self.procs = []
        self.install()
        self.make_users()
        pathlib.Path("/etc/pam.d/imap").write_text(PAM)
        pathlib.Path("/etc/pam.d/pop").write_text(PAM)
        pathlib.Path("/etc/hosts").write_text(
            "127.0.0.1 mail.example localhost\n::1 localhost\n")
        self.make_certificate()
        self.config("")

    # --- set-up

    def install(self):
        """The programs where every user may execute them; the tree under test
        may lie below a directory that only root can enter."""
        for part in ("bin", "libexec"):
            shutil.copytree(BUILD / part, PREFIX / part)

    def make_users(self):
        with open("/etc/passwd", "a") as passwd, \
                open("/etc/shadow", "a") as shadow, \
                open("/etc/group", "a") as group:
            for name, (uid, password) in USERS.items():
                passwd.write("%s:x:%d:%d::/home/%s:/bin/sh\n"
                             % (name, uid, uid, name))
                shadow.write("%s:%s:19000:0:99999:7:::\n" % (
                    name, crypt(password) if password else "!"))
                group.write("%s:x:%d:\n" % (name, uid))
            group.write("mailadm:x:7100:chief\n")
        for name, (uid, _) in USERS.items():
            home = pathlib.Path("/home", name)
            home.mkdir(mode=0o700)
            os.chown(home, uid, uid)

    def make_certificate(self):
        pem = pathlib.Path("/etc/ssl/certs/imapd.pem")
        key = pathlib.Path("/run/key.pem")
        subprocess.run(
            ["openssl", "req", "-new", "-x509", "-nodes", "-days", "2",
             "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-subj", "/CN=mail.example",
             "-addext", "subjectAltName=DNS:mail.example,DNS:localhost,"
             "IP:127.0.0.1", "-out", str(pem), "-keyout", str(key)],
            capture_output=True, check=True)
        self.ca = pathlib.Path("/run/ca.pem")
        shutil.copy(pem, self.ca)
        with open(pem, "a") as f:
            f.write(key.read_text())
        os.chmod(pem, 0o600)
        for name in ("simapd", "ipop3d", "sipop3d"):
            link = pem.with_name(name + ".pem")
            link.symlink_to(pem)

    def config(self, text):
        pathlib.Path("/etc/c-client.cf").write_text(text)

    # --- mail

    def spool(self, user):
        return SPOOL / user

    def set_spool(self, user, data):
        path = self.spool(user)
        path.write_bytes(data)
        uid = USERS[user][0]
        os.chown(path, uid, grp.getgrnam("mail").gr_gid)
        os.chmod(path, 0o600)

    def clear_home(self, user):
        """Back to an empty home and no spool file."""
        home = pathlib.Path("/home", user)
        for entry in home.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        self.spool(user).unlink(missing_ok=True)

    def deliver(self, user, message):
        """A delivery by procmail, as a mail system would make it: again
        while it says EX_TEMPFAIL."""
        for _ in range(10):
            done = subprocess.run(["procmail", "-d", user], input=message,
                                  timeout=PATIENCE, check=False)
            if done.returncode != os.EX_TEMPFAIL:
                break
            time.sleep(1)
        assert done.returncode == 0, done

    # --- servers

    def start(self, argv, **kw):
        proc = subprocess.Popen([str(a) for a in argv],
                                stdin=subprocess.DEVNULL, **kw)
        self.procs.append(proc)
        return proc

    def stop(self, proc):
        proc.terminate()
        try:
            proc.wait(10)
        except subprocess.TimeoutExpired:
            proc.kill()
            proc.wait()
        self.procs.remove(proc)

    def stop_all(self):
        for proc in list(self.procs):
            self.stop(proc)

    def free(self, port):
        """Waits until nobody has the port: a child that the last inetd had
        just started may keep it for a moment, and inetd asks only once."""
        def ask():
            with socket.socket() as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    sock.bind(("127.0.0.1", port))
                    return True
                except OSError:
                    return False
        wait_for("port %d to be free" % port, ask)

    def listening(self, port):
        def knock():
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
            except OSError:
                return False
        wait_for("port %d" % port, knock)

    def inetd(self):
        conf = pathlib.Path("/run/inetd.conf")
        conf.write_text(
            "127.0.0.1:143 stream tcp nowait.1000 root {0} imapd\n"
            "127.0.0.1:993 stream tcp nowait.1000 root {0} imapd\n"
            .format(IMAPD))
        return [self.start(["inetd", "-i", conf])]

    def xinetd(self):
        conf = pathlib.Path("/run/xinetd.conf")
        service = """service {name}
{{
    socket_type = stream
    protocol = tcp
    type = UNLISTED
    port = {port}
    bind = 127.0.0.1
    wait = no
    user = root
    groups = yes
    server = {server}
    instances = UNLIMITED
    cps = 1000 1
}}
"""
        conf.write_text("".join(
            service.format(name=n, port=p, server=IMAPD)
            for n, p in (("imap", 143), ("imaps", 993))))
        program = BUILD / "peers/xinetd/usr/sbin/xinetd"
        if not program.exists():
            program = TREE / "build/peers/xinetd/usr/sbin/xinetd"
        return [self.start([program, "-dontfork", "-f", conf,
                            "-pidfile", "/run/xinetd.pid"])]

    def systemd(self):
        return [self.start(["systemd-socket-activate", "--inetd", "--accept",
                            "--listen=127.0.0.1:%d" % port, IMAPD])
                for port in (143, 993)]

    def serve(self, how="inetd"):
        for port in (143, 993):
            self.free(port)
        procs = getattr(self, how)()
        for port in (143, 993):
            self.listening(port)
        return procs


class Client:
    """A hand-driven IMAP connection; texts are bytes without CRLF."""

    def __init__(self, port=143, tls=False, greeting=True):
        self.sock = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.sock.settimeout(PATIENCE)
        self.buf = b""
        self.tags = 0
        if tls:
            self.start_tls()
        if greeting:
            self.greeting = self.line()

    def start_tls(self):
        context = ssl.create_default_context(cafile="/run/ca.pem")
        self.sock = context.wrap_socket(self.sock, server_hostname="localhost")

    def send(self, data):
        self.sock.sendall(data)

    def line(self):
        while b"\r\n" not in self.buf:
            more = self.sock.recv(65536)
            if not more:
                raise EOFError("connection closed after %r" % self.buf)
            self.buf += more
        line, self.buf = self.buf.split(b"\r\n", 1)
        return line

    def octets(self, count):
        while len(self.buf) < count:
            more = self.sock.recv(65536)
            if not more:
                raise EOFError("connection closed in a literal")
            self.buf += more
        data, self.buf = self.buf[:count], self.buf[count:]
        return data

    def response(self):
        """One response, its literals included as they came."""
        out = self.line()
        while True:
            literal = re.search(rb"\{(\d+)\}$", out)
            if not literal:
                return out
            out += b"\r\n" + self.octets(int(literal.group(1))) + self.line()

    def command(self, text):
        """Sends a command; (tagged line without tag, untagged responses)."""
        self.tags += 1
        tag = b"a%d" % self.tags
        self.send(tag + b" " + text + b"\r\n")
        untagged = []
        while True:
            response = self.response()
            if response.startswith(tag + b" "):
                return response[len(tag) + 1:], untagged
            untagged.append(response)

    def ok(self, text):
        tagged, untagged = self.command(text)
        assert tagged.startswith(b"OK"), (text, tagged, untagged)
        return untagged

    def login(self, user="ann"):
        password = USERS[user][1].encode()
        return self.ok(b'LOGIN %s "%s"' % (user.encode(), password))

    def closed(self):
        """Reads to the end; what was left, or fails after the patience."""
        rest = self.buf
        self.buf = b""
        while True:
            try:
                more = self.sock.recv(65536)
            except (ConnectionResetError, ssl.SSLEOFError):
                more = b""
            if not more:
                return rest
            rest += more

    def close(self):
        self.sock.close()
