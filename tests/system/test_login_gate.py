"""The gate: what it is, what it could do if somebody took it over, and TLS
(RFC 3501 section 6.2.1, RFC 8446, RFC 7301)."""
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import time

import pytest

from login_help import (PROBE, Direct, gate_of, memory_has, plain, status_of)
from machine import PATIENCE, Client, wait_for


# ----------------------------------------------------------- what it is

GATE_ID = "65529"  # no such account here


@pytest.mark.parametrize("port,tls", [(143, False), (993, True)])
def test_gate_is_nobody_nowhere(probe, port, tls):
    c = Client(port, tls=tls)
    pid = gate_of(c)
    status = status_of(pid)
    assert status["Uid"].split() == [GATE_ID] * 4
    assert status["Gid"].split() == [GATE_ID] * 4
    assert status["Groups"] == ""
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert int(status["CapEff"], 16) == 0
    assert int(status["CapPrm"], 16) == 0
    # Its root is a directory that is gone, and empty.
    assert os.readlink("/proc/%d/root" % pid).endswith(" (deleted)")
    assert os.listdir("/proc/%d/root" % pid) == []
    limits = pathlib.Path("/proc/%d/limits" % pid).read_text()
    for name, most in (("processes", 0), ("core file size", 0),
                       ("file size", 0), ("open files", 5)):
        assert re.search(r"Max %s +%d +%d " % (name, most, most), limits), name
    fds = sorted(int(n) for n in os.listdir("/proc/%d/fd" % pid))
    assert fds == [0, 1, 2, 3, 4]


def test_gate_has_its_own_account(probe):
    with open("/etc/passwd", "a") as passwd:
        passwd.write("cedar-gate:x:7300:7301::/nonexistent:/bin/false\n")
    client = Client()
    try:
        status = status_of(gate_of(client))
        assert status["Uid"].split() == ["7300"] * 4
        assert status["Gid"].split() == ["7301"] * 4
    finally:
        text = pathlib.Path("/etc/passwd").read_text()
        pathlib.Path("/etc/passwd").write_text(
            "".join(line for line in text.splitlines(True)
                    if not line.startswith("cedar-gate:")))


def test_gate_ends_after_login_in_clear(probe):
    c = Client()
    assert gate_of(c)
    c.send(b't LOGIN ann "Ann-pass 1"\r\n')
    assert c.line().startswith(b"t OK probe")
    assert gate_of(c) is None


def test_no_descriptor_of_the_session_in_the_relay(probe):
    c = Client(993, tls=True)
    c.send(b't LOGIN ann "Ann-pass 1"\r\n')
    assert c.line().startswith(b"t OK probe")
    pid = gate_of(c)
    wait_for("the relay", lambda: sorted(
        os.listdir("/proc/%d/fd" % pid)) == ["0", "1", "2", "4"])
    status = status_of(pid)
    assert status["Seccomp"] == "2" and status["Uid"].split()[0] == GATE_ID


@pytest.mark.parametrize("tls", [False, True])
def test_passwords_are_wiped(probe, tls):
    """Neither gate nor monitor keeps a password that was tried."""
    words = [b"secret-of-login-4711", b"secret-of-sasl-4711",
             b"secret-of-literal-4711", b"secret-with\\quotes-4711"]
    c = Client(993 if tls else 143, tls=tls)
    c.send(b"a LOGIN ann " + words[0] + b"\r\n")
    c.line()
    c.send(b"b AUTHENTICATE PLAIN " + plain(b"ann", words[1]) + b"\r\n")
    c.line()
    c.send(b"c LOGIN ann {22+}\r\n" + words[2] + b"\r\n")
    c.line()
    c.send(b'd LOGIN ann "secret-with\\\\quotes-4711"\r\n')
    c.line()
    gate = gate_of(c)
    monitor = int(status_of(gate)["PPid"])
    needles = words + [plain(b"ann", words[1])]
    assert memory_has(gate, needles) == set()
    assert memory_has(monitor, needles) == set()
    # The search itself works: what was not wiped is found.
    assert memory_has(gate, [b"Invalid login credentials"])


# -------------------------------------------------- somebody took it over

@pytest.mark.parametrize("attempt", [
    b"open", b"create", b"socket", b"local-socket", b"fork", b"exec",
    b"ptrace", b"kill", b"setuid", b"code", b"pass", b"take", b"address",
    b"vm-read", b"ring", pytest.param(b"x32", marks=pytest.mark.skipif(
        os.uname().machine != "x86_64", reason="no such convention"))])
def test_exploit_is_killed(probe, attempt):
    mark = probe.machine.log.mark()
    d = Direct([PROBE / "bin/imapd"])
    d.send(b"a XEXPLOIT " + attempt + b"\r\n")
    assert d.closed() == b""
    assert d.status() == 1
    probe.machine.log.wait(r"gate killed by signal 31 host=", mark)


@pytest.mark.parametrize("attempt,logged", [
    (b"garbage", "malformed or out of order"),
    (b"forged-verdict", "malformed or out of order"),
    (b"flood", "too many lines to log"),
])
def test_monitor_throws_the_gate_out(probe, attempt, logged):
    mark = probe.machine.log.mark()
    d = Direct([PROBE / "bin/imapd"])
    d.send(b"a XEXPLOIT " + attempt + b"\r\n")
    d.closed()
    assert d.status() == 1
    probe.machine.log.wait(
        r"gate violated the login protocol \(%s\), killed" % logged, mark)


def test_monitor_does_not_kill_a_number(probe, tmp_path):
    """A gate that sent nonsense and has ended already: its process id may be
    anybody's by now, and the monitor is root."""
    mark = probe.machine.log.mark()
    d = Direct([PROBE / "bin/imapd"])
    gate = gate_of(d)
    trace = tmp_path / "trace"
    d.proc.send_signal(signal.SIGSTOP)
    d.send(b"a XEXPLOIT parting-shot\r\n")
    wait_for("the end of the gate", lambda: status_of(gate)["State"][0] == "Z")
    strace = subprocess.Popen(["strace", "-qq", "-e", "trace=kill,wait4",
                               "-o", trace, "-p", str(d.proc.pid)])
    wait_for("strace", lambda: status_of(d.proc.pid)["TracerPid"] != "0")
    d.proc.send_signal(signal.SIGCONT)
    assert d.status() == 1
    strace.wait(PATIENCE)
    probe.machine.log.wait("gate violated the login protocol", mark)
    calls = trace.read_text()
    assert "wait4(%d" % gate in calls
    assert not re.search(r"^kill\(", calls, re.M), calls


def test_monitor_does_not_answer_hasty_requests(probe):
    mark = probe.machine.log.mark()
    d = Direct([PROBE / "bin/imapd"])
    d.send(b"a XEXPLOIT hasty\r\n")
    d.closed()
    assert d.status() == 1
    probe.machine.log.wait(
        r"gate violated the login protocol \(hasty\), killed", mark)
    assert not any("Login user=" in line
                   for line in probe.machine.log.lines[mark:])


# ----------------------------------------------------------- memory, time

def memory_of(pid):
    return int(status_of(pid)["VmRSS"].split()[0]) * 1024


def test_cve_2026_27857_and_42006_parentheses(probe):
    """Memory does not grow with what a stranger sends."""
    c = Client()
    c.ok(b"NOOP")
    pid = gate_of(c)
    before = memory_of(pid)
    for i in range(60):
        c.command(b"ID " + (b"(" if i % 2 else b")") * 65000)
    for _ in range(60):
        c.command(b"LOGIN (" + b"(()" * 20000)
    assert memory_of(pid) - before < 512 * 1024


def test_cve_2017_15132_aborted_sasl(probe):
    probe.machine.config("set disable-plaintext 0\n")
    c = Client()
    c.ok(b"NOOP")
    pid = gate_of(c)
    before = memory_of(pid)
    for _ in range(90):
        c.send(b"a AUTHENTICATE LOGIN\r\n" + b"QUJD" * 10000 + b"\r\n*\r\n")
        assert c.line().startswith(b"+ ")
        assert c.line().startswith(b"+ ")
        assert c.line() == b"a BAD Command unrecognized"
    assert memory_of(pid) - before < 512 * 1024


def test_cve_2017_15130_server_names(probe):
    """A name that the client says it looks for chooses no file and costs
    nothing."""
    for name in ("x" * 63 + "." + "y" * 63, "..", "a/../../etc/passwd",
                 "imapd"):
        context = ssl.create_default_context(cafile="/run/ca.pem")
        context.check_hostname = False
        raw = socket.create_connection(("127.0.0.1", 993), PATIENCE)
        try:
            sock = context.wrap_socket(raw, server_hostname=name)
        except (ValueError, UnicodeError):
            raw.close()
            continue
        assert sock.recv(100).startswith(b"* OK [CAPABILITY")
        sock.close()


def test_endless_literals_cost_no_memory(probe):
    c = Client()
    c.ok(b"NOOP")
    pid = gate_of(c)
    before = memory_of(pid)
    c.send(b"a NOOP {4000000+}\r\n")
    for _ in range(40):
        c.send(b"x" * 100000)
    c.send(b"\r\nb NOOP\r\n")
    assert c.line() == b"a BAD Argument given to NOOP when none expected"
    assert c.line() == b"b OK NOOP completed"
    assert memory_of(pid) - before < 512 * 1024


# -------------------------------------------------------------- STARTTLS

def start_tls(c):
    c.ok(b"STARTTLS")
    assert c.buf == b""
    c.start_tls()


def test_starttls_and_login(probe):
    probe.machine.config("")
    c = Client()
    assert b"LOGINDISABLED" in c.greeting
    start_tls(c)
    capability = c.ok(b"CAPABILITY")[0]
    assert b"LOGINDISABLED" not in capability and b"STARTTLS" not in capability
    assert b"AUTH=PLAIN" in capability
    assert c.command(b"STARTTLS")[0] == b"NO Already in an SSL session"
    c.send(b't LOGIN ann "Ann-pass 1"\r\nahead')
    assert c.line() == b"t OK probe ahead="
    c.send(b" of time\r\n")
    assert c.line() == b"* ahead 0"


def test_starttls_without_certificate(probe):
    probe.machine.config("set certificate-directory /run/nowhere\n")
    c = Client()
    assert b"STARTTLS" in c.greeting
    assert c.command(b"STARTTLS")[0] == \
        b"NO Server certificate not installed"
    c.ok(b"NOOP")


@pytest.mark.parametrize("behind", [
    b"b NOOP\r\n", b"b", b"\r\n", b"\x16\x03\x01\x00\x05hello",
    b'b LOGIN ann "Ann-pass 1"\r\n'])
def test_cve_2021_33515_and_2011_1926_injection(probe, behind):
    """Octets in the packet of STARTTLS end the connection; no TLS, and they
    are not run."""
    mark = probe.machine.log.mark()
    c = Client()
    c.send(b"a STARTTLS\r\n" + behind)
    assert c.line() == b"a BAD Nothing may follow STARTTLS"
    assert c.closed() == b""
    probe.machine.log.wait("Octets behind STARTTLS before authentication host",
                           mark)
    assert not any("Login" in line for line in probe.machine.log.lines[mark:])


def test_injection_in_a_packet_of_its_own(probe):
    """Octets in clear behind STARTTLS are no TLS, so they end it."""
    c = Client()
    c.send(b"a STARTTLS\r\n")
    assert c.line() == b"a OK STARTTLS completed"
    c.send(b'b LOGIN ann "Ann-pass 1"\r\nc NOOP\r\n')
    assert b"OK" not in c.closed()


def test_starttls_forgets_what_was_said_in_clear(probe):
    """A command begun in clear is not finished under TLS; the counters that
    protect the server go on."""
    c = Client()
    c.command(b"XONE")
    c.command(b"XTWO")
    start_tls(c)
    c.ok(b"NOOP")
    assert c.command(b"XTHREE")[0] == b"BAD Command unrecognized"
    assert c.closed() == b""


def test_sasl_begun_in_clear_is_not_finished_under_tls(probe):
    c = Client()
    c.send(b"a AUTHENTICATE LOGIN\r\n")
    assert c.line().startswith(b"+ ")
    c.send(b"YW5u\r\n")
    assert c.line().startswith(b"+ ")
    c.send(b"STARTTLS\r\n")  # no answer to a challenge
    assert c.line() == b"a BAD Command unrecognized"
    start_tls(c)
    c.send(b"QW5uLXBhc3MgMQ==\r\n")  # only the password
    assert c.line() == b"* BAD Missing command tag"


# ------------------------------------------------------------------- TLS

def handshake(port=993, **how):
    context = ssl.create_default_context(cafile="/run/ca.pem")
    for name, value in how.items():
        if name == "alpn":
            context.set_alpn_protocols(value)
        else:
            setattr(context, name, value)
    raw = socket.create_connection(("127.0.0.1", port), PATIENCE)
    return context.wrap_socket(raw, server_hostname="localhost")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2,
                                     ssl.TLSVersion.TLSv1_3])
def test_versions(probe, version):
    sock = handshake(minimum_version=version, maximum_version=version)
    assert sock.recv(1000).startswith(b"* OK")


def test_system_policy_may_ask_for_more(probe):
    """The least version that the system's OpenSSL policy names holds."""
    config = pathlib.Path("/etc/ssl/openssl.cnf")
    old = config.read_text()
    config.write_text("openssl_conf = init\n[init]\nssl_conf = ssl\n"
                      "[ssl]\nsystem_default = all\n"
                      "[all]\nMinProtocol = TLSv1.3\n")
    try:
        sock = handshake(minimum_version=ssl.TLSVersion.TLSv1_3)
        assert sock.recv(1000).startswith(b"* OK")
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            handshake(maximum_version=ssl.TLSVersion.TLSv1_2)
    finally:
        config.write_text(old)


def test_old_versions_are_refused(probe):
    mark = probe.machine.log.mark()
    d = Direct([PROBE / "bin/imapd"], greeting=False)
    d.close()
    d.status()
    for version in ("-tls1", "-tls1_1"):
        out = subprocess.run(
            ["openssl", "s_client", "-connect", "127.0.0.1:993", version,
             "-cipher", "DEFAULT@SECLEVEL=0"], stdin=subprocess.DEVNULL,
            capture_output=True, timeout=PATIENCE)
        assert b"* OK" not in out.stdout
    probe.machine.log.wait("Unable to accept SSL connection, host=", mark)
    probe.machine.log.wait("SSL error status: ", mark)


@pytest.mark.parametrize("alpn,agreed", [
    (None, None), (["imap"], "imap"), (["h2", "imap"], "imap")])
def test_alpn(probe, alpn, agreed):
    sock = handshake(alpn=alpn) if alpn else handshake()
    assert sock.selected_alpn_protocol() == agreed
    assert sock.recv(1000).startswith(b"* OK")


def test_alpn_of_another_protocol_is_refused(probe):
    with pytest.raises(ssl.SSLError):
        handshake(alpn=["http/1.1", "pop3"])


def test_tls_by_name_of_the_program(probe):
    c = Client(1993, tls=True)
    c.ok(b"NOOP")
    c = Client(1143)
    c.ok(b"NOOP")


def test_handshake_failure_says_nothing_in_clear(probe):
    mark = probe.machine.log.mark()
    sock = socket.create_connection(("127.0.0.1", 993), PATIENCE)
    sock.settimeout(PATIENCE)
    sock.sendall(b"a NOOP\r\nb LOGOUT\r\n")
    out = b""
    try:
        while True:
            more = sock.recv(1000)
            if not more:
                break
            out += more
    except ConnectionResetError:
        pass
    assert b"OK" not in out and b"BAD" not in out
    probe.machine.log.wait("Unable to accept SSL connection", mark)


def make_key(kind, where):
    args = {"rsa": ["-newkey", "rsa:2048"],
            "ed25519": ["-newkey", "ed25519"],
            "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]}
    subprocess.run(
        ["openssl", "req", "-new", "-x509", "-nodes", "-days", "2",
         *args[kind], "-subj", "/CN=" + kind, "-addext",
         "subjectAltName=DNS:localhost", "-out", where + ".crt", "-keyout",
         where + ".key"], capture_output=True, check=True)


@pytest.fixture
def places(probe):
    """Directories of our own for certificates and keys."""
    certs, keys = pathlib.Path("/run/certs"), pathlib.Path("/run/keys")
    for place in (certs, keys):
        place.mkdir(exist_ok=True)
        for old in place.iterdir():
            old.unlink()
    probe.machine.config("set disable-plaintext 0\n"
                         "set certificate-directory /run/certs\n"
                         "set key-directory /run/keys\n")
    return certs, keys


def subject(port=993):
    out = subprocess.run(
        ["openssl", "s_client", "-connect", "127.0.0.1:%d" % port],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
    found = re.search(rb"subject=CN = (\S+)", out.stdout)
    return found.group(1).decode() if found else None


@pytest.mark.parametrize("kind", ["rsa", "ed25519", "p384"])
def test_any_kind_of_key_in_a_file_of_its_own(places, kind):
    certs, keys = places
    make_key(kind, "/run/" + kind)
    os.rename("/run/%s.crt" % kind, certs / "imapd.pem")
    os.rename("/run/%s.key" % kind, keys / "imapd.pem")
    assert subject() == kind


def test_certificate_for_an_address(places):
    certs, keys = places
    make_key("p384", "/run/a")
    make_key("ed25519", "/run/b")
    for name, where in (("imapd.pem", "/run/a"),
                        ("imapd-127.0.0.1.pem", "/run/b")):
        (certs / name).write_text(pathlib.Path(where + ".crt").read_text() +
                                  pathlib.Path(where + ".key").read_text())
    assert subject() == "ed25519"
    os.unlink(certs / "imapd-127.0.0.1.pem")
    assert subject() == "p384"


@pytest.mark.parametrize("cert,key,logged", [
    (b"rubbish\n", b"", "Unable to load certificate from /run/certs/imapd.pem"),
    (None, b"rubbish\n", "Unable to load private key from /run/keys/imapd.pem"),
])
def test_broken_certificate(probe, places, cert, key, logged):
    certs, keys = places
    make_key("p384", "/run/a")
    (certs / "imapd.pem").write_bytes(
        cert or pathlib.Path("/run/a.crt").read_bytes())
    (keys / "imapd.pem").write_bytes(key)
    mark = probe.machine.log.mark()
    assert subject() is None
    probe.machine.log.wait(re.escape(logged), mark)
    c = Client()
    assert c.command(b"STARTTLS")[0] == b"NO Server certificate not installed"


@pytest.mark.parametrize("mode,used,logged", [
    (0o600, True, None), (0o640, True, None),
    (0o644, True, r"Private key /run/keys/imapd\.pem can be read by others"),
    (0o602, False, r"/run/keys/imapd\.pem can be written by others, not used,"
                   r" host=mail\.example"),
    (0o666, False, r"can be written by others, not used")])
def test_key_that_others_can_reach(probe, places, mode, used, logged):
    certs, keys = places
    make_key("p384", "/run/a")
    os.rename("/run/a.crt", certs / "imapd.pem")
    os.rename("/run/a.key", keys / "imapd.pem")
    (certs / "imapd.pem").chmod(0o644)  # which is no secret
    (keys / "imapd.pem").chmod(mode)
    mark = probe.machine.log.mark()
    assert subject() == ("p384" if used else None)
    if logged:
        probe.machine.log.wait(logged, mark)
    else:
        assert not any("by others" in line
                       for line in probe.machine.log.lines[mark:])


def test_certificate_that_others_can_write(probe, places):
    certs, keys = places
    make_key("p384", "/run/a")
    os.rename("/run/a.crt", certs / "imapd.pem")
    os.rename("/run/a.key", keys / "imapd.pem")
    (certs / "imapd.pem").chmod(0o646)
    assert subject() is None
    assert Client().command(b"STARTTLS")[0] == \
        b"NO Server certificate not installed"


def test_records_are_small(probe):
    """No record of more than 8192 octets of text (imapd.md 1.5)."""
    context = ssl.create_default_context(cafile="/run/ca.pem")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    sock = socket.create_connection(("127.0.0.1", 993), PATIENCE)
    sock.settimeout(PATIENCE)
    sizes = []
    stream = b""

    def pump():
        nonlocal stream
        if outgoing.pending:
            sock.sendall(outgoing.read())
        data = sock.recv(65536)
        if not data:
            raise EOFError
        incoming.write(data)
        stream += data
        while len(stream) >= 5:
            size = int.from_bytes(stream[3:5], "big")
            if len(stream) < 5 + size:
                break
            sizes.append(size)
            stream = stream[5 + size:]

    def until(question):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                answer = question()
                if answer:
                    return answer
            except ssl.SSLWantReadError:
                pass
            assert time.monotonic() < end
            pump()

    def handshake_done():
        tls.do_handshake()
        return True

    until(handshake_done)
    until(lambda: tls.read(65536))
    tls.write(b't LOGIN ann "Ann-pass 1"\r\n')
    sock.sendall(outgoing.read())
    until(lambda: tls.read(65536))
    tls.write(b"many 100000\r\n")
    sock.sendall(outgoing.read())
    text = b""
    while not text.endswith(b"done\r\n"):
        text += until(lambda: tls.read(65536))
    assert len(text) > 100000
    assert max(sizes) <= 8192 + 256


def test_much_goes_through_the_relay_both_ways(probe):
    c = Client(993, tls=True)
    c.send(b't LOGIN ann "Ann-pass 1"\r\n')
    assert c.line().startswith(b"t OK probe")
    c.send(b"many 3000000\r\n" + b"take 2000000\r\n")
    for _ in range(200):
        c.send(b"y" * 10000)
    text = c.octets(3000000)
    assert text == b"x" * 2999998 + b"\r\n"
    assert c.line() == b"done"
    assert c.line() == b"* took 2000000"
    assert c.line() == b"done"


def test_relay_delivers_the_last_words(probe):
    d = Direct([PROBE / "bin/imapd"])
    start_tls(d)
    d.send(b't LOGIN ann "Ann-pass 1"\r\n')
    assert d.line().startswith(b"t OK probe")
    d.send(b"many 1000000\r\nexit\r\n")
    time.sleep(0.2)  # the session is done long before we read
    assert len(d.closed()) == 1000000 + len(b"done\r\n")
    assert d.status() == 5


def test_end_of_the_client_ends_the_session(probe):
    d = Direct([PROBE / "bin/imapd"])
    start_tls(d)
    d.send(b't LOGIN ann "Ann-pass 1"\r\n')
    assert d.line().startswith(b"t OK probe")
    d.close()
    assert d.status() == 1


def test_close_notify(probe):
    """The end is told in TLS, so that nobody can have cut it short."""
    c = Client(993, tls=True)
    c.send(b"a LOGOUT\r\n")
    assert c.line().startswith(b"* BYE")
    assert c.line().startswith(b"a OK")
    assert c.sock.recv(100) == b""  # an error without close_notify
