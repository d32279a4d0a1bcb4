"""What the tests of the login share: a server whose session is the probe
(probe.c), accounts in every odd state, and connections driven in parallel."""
import base64
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import time

from machine import BUILD, PATIENCE, Client, crypt

PROBE = pathlib.Path("/run/probe")
TODAY = int(time.time()) // 86400
REFUSAL = 3.0  # seconds from a request to its refusal

# name: (uid, shadow field, last change, max, warn, expire); None: standard
ACCOUNTS = {
    "zero": (0, crypt("zero-pass"), None),
    "marked": (7011, crypt("marker-password-4711"), None),
    "long64" + "x" * 58: (7012, crypt("sixty-four"), None),
    "starred": (7013, "*", None),
    "lockedlk": (7014, "*LK*", None),
    "emptied": (7015, "", None),
    "onechar": (7016, "x", None),
    "mustchange": (7017, crypt("pw"), (0, 99999, 7, "")),
    "aged": (7018, crypt("pw"), (TODAY - 100, 99, 7, "")),
    "lastday": (7019, crypt("pw"), (TODAY - 100, 100, 7, "")),
    "warned": (7020, crypt("pw"), (TODAY - 100, 105, 7, "")),
    "expired": (7021, crypt("pw"), (TODAY - 100, 99999, 7, TODAY - 1)),
    "expiring": (7022, crypt("pw"), (TODAY - 100, 99999, 7, TODAY + 10)),
    "primary": (7023, crypt("primary-pass"), None),  # gid of mailadm
    "spaced": (7024, crypt(" lead"), None),
    "twin": (7025, crypt("twin-pass"), None),
    "TWIN": (7026, crypt("other-twin"), None),  # somebody else
    "Chief": (7027, crypt("no-chief"), None),  # mailadm lists "chief"
}
MAILADM = 7100


def add_accounts():
    with open("/etc/passwd", "a") as passwd, open("/etc/shadow", "a") as shadow:
        for name, (uid, field, ageing) in ACCOUNTS.items():
            gid = MAILADM if name == "primary" else uid
            passwd.write("%s:x:%d:%d::/home/%s:/bin/sh\n"
                         % (name, uid, gid, name[:6]))
            change, most, warn, expire = ageing or (19000, 99999, 7, "")
            shadow.write("%s:%s:%s:0:%s:%s::%s:\n"
                         % (name, field, change, most, warn, expire))
    with open("/etc/group", "a") as group:
        group.write("friends:x:7200:ann,bo\n")


class Probe:
    """The probe server on 143 and 993, and on 1143 and 1993 as other ports,
    there as imapd and simapd."""

    def __init__(self, machine):
        self.machine = machine
        if not PROBE.exists():
            shutil.copytree(BUILD / "test/login", PROBE)
            add_accounts()

    def serve(self):
        conf = pathlib.Path("/run/probe.conf")
        line = "127.0.0.1:%d stream tcp nowait.1000 root %s %s\n"
        conf.write_text("".join(
            line % (port, PROBE / "bin/imapd", name)
            for port, name in ((143, "imapd"), (993, "imapd"),
                               (1143, "imapd"), (1993, "simapd"))))
        for port in (143, 993, 1143, 1993):
            self.machine.free(port)
        self.machine.start(["inetd", "-i", conf])
        for port in (143, 993, 1143, 1993):
            self.machine.listening(port)


def accepted_socket():
    """Both ends of a TCP connection: the client's, the server's."""
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname(), PATIENCE)
    client.settimeout(PATIENCE)
    server, _ = listener.accept()
    listener.close()
    return client, server


class Direct(Client):
    """A connection to a server that is our child, for its exit status."""

    def __init__(self, argv, greeting=True):
        self.sock, server = accepted_socket()
        self.buf = b""
        self.tags = 0
        with server:
            self.proc = subprocess.Popen(
                ["imapd"] + [str(a) for a in argv[1:]],
                executable=str(argv[0]), stdin=server, stdout=server,
                stderr=server)
        if greeting:
            self.greeting = self.line()

    def status(self):
        return self.proc.wait(PATIENCE)


def b64(text):
    return base64.b64encode(text)


def plain(user, password, authz=b""):
    return b64(authz + b"\0" + user + b"\0" + password)


def children(pid):
    path = pathlib.Path("/proc/%d/task/%d/children" % (pid, pid))
    return [int(p) for p in path.read_text().split()]


def command_name(pid):
    try:
        return pathlib.Path("/proc/%d/cmdline" % pid).read_bytes().split(
            b"\0")[0].decode()
    except FileNotFoundError:
        return ""


def status_of(pid):
    fields = {}
    for line in pathlib.Path("/proc/%d/status" % pid).read_text().splitlines():
        key, _, value = line.partition(":")
        fields[key] = value.strip()
    return fields


def memory_has(pid, needles):
    """Which of the needles are somewhere in the memory of a process."""
    found = set()
    maps = pathlib.Path("/proc/%d/maps" % pid).read_text().splitlines()
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as mem:
        for line in maps:
            area, rights = line.split()[:2]
            if "r" not in rights or line.endswith("[vvar]") or \
                    "[vsyscall]" in line or "[vvar_vclock]" in line:
                continue
            start, end = (int(x, 16) for x in area.split("-"))
            try:
                mem.seek(start)
                data = mem.read(end - start)
            except (OSError, OverflowError):
                continue
            found.update(n for n in needles if n in data)
    return found


def server_socket(client):
    """The other end of the connection, as /proc/PID/fd shows it."""
    port = client.sock.getsockname()[1]
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[2].split(":")[1], 16) == port and \
                int(fields[1].split(":")[1], 16) != port:
            return "socket:[%s]" % fields[9]
    raise AssertionError("no such connection")


def processes():
    return [int(p.name) for p in pathlib.Path("/proc").iterdir()
            if p.name.isdigit()]


def gate_of(client):
    """The gate that serves this client: found by the socket it holds."""
    wanted = server_socket(client)
    for pid in processes():
        try:
            if command_name(pid) == "gate" and \
                    os.readlink("/proc/%d/fd/0" % pid) == wanted:
                return pid
        except OSError:
            continue
    return None


def session_of(client):
    """The session that serves this client, under TLS a sibling of its gate."""
    gate = gate_of(client)
    family = children(int(status_of(gate)["PPid"])) if gate else processes()
    wanted = None if gate else server_socket(client)
    for pid in family:
        try:
            words = pathlib.Path("/proc/%d/cmdline" % pid).read_bytes()
            if b"--session" in words.split(b"\0") and wanted in (
                    None, os.readlink("/proc/%d/fd/0" % pid)):
                return pid
        except OSError:
            continue
    raise AssertionError("no session")


def say(client, line):
    """A line to the probe; its answer, up to "done"."""
    client.send(line + b"\r\n")
    out = []
    while True:
        text = client.line()
        if text == b"done":
            return out
        out.append(text)


def reset(sock):
    """Closes a connection so that the other side sees an error."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    sock.close()
