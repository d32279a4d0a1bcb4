"""The session: who it is, what it holds, what it can reach; the lock keeper
(locking.md 3)."""
import grp
import os
import pathlib
import re
import signal
import socket
import subprocess

import pytest

from login_help import (PROBE, Direct, accepted_socket, children, command_name,
                        gate_of, memory_has, say, session_of, status_of)
from machine import IMAPD, PATIENCE, SPOOL, USERS, Client, wait_for

EACCES, EPERM = b"13", b"1"


def login(c, user="ann"):
    c.send(b't LOGIN %s "%s"\r\n' % (user.encode(), USERS[user][1].encode()))
    assert c.line().startswith(b"t OK probe")
    return c


def connect(tls=False):
    return Client(993 if tls else 143, tls=tls)


# ---------------------------------------------------------------- identity

@pytest.mark.parametrize("tls", [False, True])
def test_ids_groups_descriptors_environment(probe, tls):
    c = login(connect(tls))
    ids = say(c, b"ids")[0]
    assert b"uid=7001,7001,7001 gid=7001,7001,7001 " in ids
    groups = re.search(rb"groups=(\S*)", ids).group(1).split(b",")
    assert sorted(groups) == [b"7001", b"7200"]  # ann's, and "friends"
    assert b"back=-1" in ids
    pid = int(re.search(rb"pid=(\d+)", ids).group(1))
    status = status_of(pid)
    assert status["Uid"].split() == ["7001"] * 4
    assert status["Gid"].split() == ["7001"] * 4
    assert int(status["CapPrm"], 16) == 0 and int(status["CapEff"], 16) == 0
    # 3 is the record, 4 the lock keeper.
    assert say(c, b"fds") == [b"* fds 0 1 2 3 4"]
    assert status["Name"] == "imapd"
    assert os.readlink("/proc/%d/fd/2" % pid) == "/dev/null"
    assert os.readlink("/proc/%d/cwd" % pid) == "/home/ann"
    environment = say(c, b"env")[0].split()[2:]
    assert all(e.split(b"=")[0] in (b"TZ", b"LANG") for e in environment)


def test_environment_of_the_starter_does_not_reach_it(probe):
    client, server = accepted_socket()
    env = {"LD_PRELOAD_NOT": "x", "HOME": "/root", "PATH": "/bin",
           "TZ": "Europe/Berlin", "MAIL": "y", "SSH_CLIENT": "10.1.2.3"}
    with server:
        subprocess.Popen([PROBE / "bin/imapd"], stdin=server, stdout=server,
                         env=env)
    c = Client.__new__(Client)
    c.sock, c.buf, c.tags = client, b"", 0
    assert b" at " in c.line()
    login(c)
    assert say(c, b"env") == [b"* env TZ=Europe/Berlin"]
    c.close()


def test_stray_descriptors_do_not_reach_it(probe):
    client, server = accepted_socket()
    stray = os.open("/etc/shadow", os.O_RDONLY)
    with server:
        subprocess.Popen([PROBE / "bin/imapd"], stdin=server, stdout=server,
                         pass_fds=[stray])
    os.close(stray)
    c = Client.__new__(Client)
    c.sock, c.buf, c.tags = client, b"", 0
    c.line()
    assert sorted(int(n) for n in os.listdir(
        "/proc/%d/fd" % gate_of(c))) == [0, 1, 2, 3, 4]
    login(c)
    assert say(c, b"fds") == [b"* fds 0 1 2 3 4"]
    c.close()


def test_without_a_socket(probe):
    """ssh or a pipe: the log has what the environment says."""
    mark = probe.machine.log.mark()
    server = subprocess.Popen([PROBE / "bin/imapd"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE,
                              env={"SSH_CLIENT": "10.1.2.3 99 22"})
    out, _ = server.communicate(
        b'a NOOP\r\nt LOGIN ann "Ann-pass 1"\r\n', PATIENCE)
    assert b"a OK NOOP completed" in out and b"t OK probe" in out
    probe.machine.log.wait("Login user=ann host=SSH_CLIENT=10.1.2.3", mark)


def test_record(probe):
    c = login(connect(tls=True))
    assert say(c, b"record") == [
        b"* record uid=7001 user=ann home=/home/ann typed=ann mech= admin= "
        b"client=mail.example [127.0.0.1] server=mail.example tag=t tls=1 "
        b"keeper=1 config="]


def test_other_configuration_file(probe):
    config = pathlib.Path("/run/other.cf")
    config.write_text("set disable-plaintext 1\n")
    d = Direct([PROBE / "bin/imapd", "-c", config])
    assert b"LOGINDISABLED" in d.greeting
    d.close()
    config.write_text("set disable-plaintext 0\n")
    d = login(Direct([PROBE / "bin/imapd", "-c", config]))
    assert say(d, b"record")[0].endswith(b" config=/run/other.cf")
    d.close()


@pytest.mark.parametrize("start,found", [(0, 0o22), (0o77, 0o77)])
def test_umask(probe, start, found):
    old = os.umask(start)
    try:
        d = login(Direct([PROBE / "bin/imapd"]))
    finally:
        os.umask(old)
    pid = int(re.search(rb"pid=(\d+)", say(d, b"ids")[0]).group(1))
    assert int(status_of(pid)["Umask"], 8) == found
    d.close()


def test_session_by_hand_gains_nothing(probe):
    """--session without a record of the monitor is refused."""
    for user in (0, USERS["ann"][0]):
        for stdin in (subprocess.DEVNULL, None):
            r = subprocess.run(
                [IMAPD, "--session"], user=user, stdin=stdin,
                capture_output=True, timeout=PATIENCE)
            assert r.returncode == 1 and b"OK" not in r.stdout


def test_helpers_of_pam_cannot_give_the_answer(probe):
    """Programs that PAM modules start, maybe as the user, do not get the
    descriptor on which auth says yes."""
    pam = pathlib.Path("/etc/pam.d/imap")
    old = pam.read_text()
    pam.write_text("auth optional pam_exec.so quiet /bin/sleep 2\n" + old)
    try:
        c = Client()
        monitor = int(status_of(gate_of(c))["PPid"])
        before = children(monitor)
        c.send(b't LOGIN ann "Ann-pass 1"\r\n')
        auth = wait_for("auth", lambda: [
            p for p in children(monitor)
            if p not in before and children(p)])[0]
        for number in os.listdir("/proc/%d/fd" % auth):
            info = pathlib.Path("/proc/%d/fdinfo/%s" % (auth, number))
            flags = int(re.search(r"flags:\s+(\d+)",
                                  info.read_text()).group(1), 8)
            assert int(number) < 3 or flags & os.O_CLOEXEC, number
        assert c.line().startswith(b"t OK probe")
    finally:
        pam.write_text(old)


# ----------------------------------------------------------------- secrets

def field(name, path="/etc/shadow"):
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith(name + ":"):
            return line.split(":")[1].encode()
    raise AssertionError(name)


@pytest.mark.parametrize("backend", ["pam", "std"])
@pytest.mark.parametrize("tls", [False, True])
def test_no_secrets_in_the_session(probe, backend, tls):
    """Neither other users' hashes nor any password are in the memory of the
    session, the monitor, the relay, or the lock keeper."""
    probe.machine.config("set disable-plaintext 0\nset password-type %s\n"
                         % backend)
    needles = [field("bo"), field("chief"), field("ann"),
               b"marker-password-4711", field("marked")]
    c = connect(tls)
    c.send(b"t LOGIN marked marker-password-4711\r\n")
    assert c.line().startswith(b"t OK probe")
    session = int(re.search(rb"pid=(\d+)", say(c, b"ids")[0]).group(1))
    monitor = int(status_of(session)["PPid"])
    family = [monitor] + children(monitor)
    assert session in family and len(family) >= 3
    for pid in family:
        assert memory_has(pid, needles) == set(), command_name(pid)
    assert memory_has(session, [b"/home/marked"])  # the search works


def test_no_secrets_in_imapd(clean):
    clean.config("set disable-plaintext 0\n")
    clean.serve("inetd")
    c = Client(993, tls=True)
    c.login("ann")
    c.ok(b"SELECT INBOX")
    needles = [field("bo"), field("chief"), field("ann"),
               USERS["ann"][1].encode()]
    session = session_of(c)
    assert memory_has(session, needles) == set()
    assert memory_has(int(status_of(session)["PPid"]), needles) == set()


# ------------------------------------------------------- what it can reach

def test_other_users_mail(probe):
    """Unreadable by its ids alone, before any sandbox."""
    probe.machine.set_spool("bo", b"From x\n\nprivate\n")
    secret = pathlib.Path("/home/bo/mbox")
    secret.write_text("private")
    c = login(connect())
    for path in (SPOOL / "bo", secret, "/etc/shadow",
                 "/etc/ssl/certs/imapd.pem"):
        assert say(c, b"open " + str(path).encode()) == [b"* open " + EACCES]
    link = pathlib.Path("/home/ann/link")
    link.symlink_to(SPOOL / "bo")
    assert say(c, b"open /home/ann/link") == [b"* open " + EACCES]


def test_sandbox(probe):
    open_to_all = pathlib.Path("/home/bo/open")
    open_to_all.write_text("readable by mode")
    open_to_all.chmod(0o644)
    open_to_all.parent.chmod(0o755)
    pathlib.Path("/home/ann/link").symlink_to(open_to_all)
    c = login(connect())
    path = str(open_to_all).encode()
    assert say(c, b"open " + path) == [b"* open 0"]
    mark = probe.machine.log.mark()
    assert say(c, b"confine") == [b"* sandbox 0"]
    for line, answer in (
            (b"open " + path, EACCES),
            (b"open /home/ann/link", EACCES),
            (b"open /home/ann/../bo/open", EACCES),
            (b"open /etc/hostname", EACCES),
            (b"open /etc/pam.d/imap", EACCES),
            (b"open /proc/self/mem", EACCES),
            (b"open /proc/1/cmdline", EACCES),
            (b"open /", EACCES),
            (b"create /run/x", EACCES),
            (b"open /etc/passwd", b"0"),
            (b"create /etc/passwd", EACCES),
            (b"create /home/ann/new", b"0"),
            (b"unlink /home/ann/new", b"0"),
            (b"create /tmp/.new-of-ann", b"0"),
            (b"unlink /tmp/.new-of-ann", b"0"),
            (b"socket", EPERM), (b"local", EPERM), (b"fork", EPERM),
            (b"exec", EPERM), (b"ptrace", EPERM)):
        word = line.split()[0]
        assert say(c, line) == [b"* %s %s" % (word, answer)], line
    status = status_of(int(re.search(
        rb"pid=(\d+)", say(c, b"ids")[0]).group(1)))
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    # What was refused is told, once, with what allows it; and the log still
    # works without a way to make sockets.
    probe.machine.log.wait(
        r'sandbox: refused /home/secret/mbox; "set sandbox-path /home/secret" '
        r"allows it", mark)
    assert say(c, b"log goes on") == []
    probe.machine.log.wait("probe goes on", mark)
    assert not any("/home/secret/other" in line
                   for line in probe.machine.log.lines[mark:])


@pytest.mark.parametrize("anonymous", [False, True])
def test_signals_reach_nobody_else(probe, anonymous):
    """A session may ask whether a process of its user is there, and send it
    the kiss of death; somebody anonymous shares his account with programs
    that are not mail's, and may not."""
    with subprocess.Popen(["sleep", "600"], user=USERS["ann"][0]) as other:
        try:
            c = login(connect())
            assert say(c, b"kill %d 0" % other.pid) == [b"* kill 0"]
            assert say(c, b"owner %d" % other.pid) == [b"* owner 0"]
            word = b"confine anonymous" if anonymous else b"confine"
            assert say(c, word) == [b"* sandbox 0"]
            for n in range(1, 65):
                if n != signal.SIGUSR2:
                    assert say(c, b"kill %d %d" % (other.pid, n)) == [
                        b"* kill " + EPERM], n
            assert say(c, b"kill %d 0" % other.pid) == [b"* kill 0"]
            assert say(c, b"kill -1 9") == [b"* kill " + EPERM]
            for n in (0, signal.SIGUSR2, signal.SIGKILL):
                assert say(c, b"tgkill %d %d" % (other.pid, n)) == [
                    b"* tgkill " + EPERM]
            assert say(c, b"owner %d" % other.pid) == [b"* owner " + EPERM]
            assert other.poll() is None
            answer = EPERM if anonymous else b"0"
            assert say(c, b"kill %d %d" % (other.pid, signal.SIGUSR2)) == [
                b"* kill " + answer]
            if anonymous:
                assert other.poll() is None
            else:
                assert other.wait(PATIENCE) == -signal.SIGUSR2
            c.close()
        finally:
            other.kill()


def test_log_socket_reaches_the_log_only(probe):
    """The one socket that a session has besides its client's cannot be used
    to talk to other programs, nor to hand them descriptors."""
    path = pathlib.Path("/run/other-socket")
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(str(path))
        path.chmod(0o666)
        other.settimeout(PATIENCE)
        c = login(connect())
        assert say(c, b"sendto /run/other-socket") == [b"* sendto 0"]
        assert other.recv(10) == b"x"
        assert say(c, b"confine") == [b"* sandbox 0"]
        for word in (b"sendto", b"sendmsg"):
            assert say(c, word + b" /run/other-socket") == [
                b"* %s %s" % (word, EPERM)]
        mark = probe.machine.log.mark()
        assert say(c, b"log goes on") == []
        probe.machine.log.wait("probe goes on", mark)
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.recv(10)


def test_imapd_is_confined(clean):
    """The real server: users restricted to their own, other homes are shut;
    set sandbox 0 opens them (by mode)."""
    other = pathlib.Path("/home/bo/open")
    other.write_text("From x\n\nreadable by mode\n")
    other.chmod(0o644)
    other.parent.chmod(0o755)
    base = "set disable-plaintext 0\nset restrict-mailbox-access otherusers\n"
    clean.config(base)
    clean.serve("inetd")
    c = Client()
    c.login("ann")
    pid = session_of(c)
    assert status_of(pid)["Seccomp"] == "2"
    assert status_of(pid)["NoNewPrivs"] == "1"
    c.ok(b"LOGOUT")
    clean.config(base + "set sandbox 0\n")
    c = Client()
    c.login("ann")
    pid = session_of(c)
    assert status_of(pid)["Seccomp"] == "0"
    c.ok(b"LOGOUT")


def test_sandbox_path_opens_what_was_refused(clean):
    """The log tells which directive; with it, the same SELECT works."""
    shared = pathlib.Path("/run/shared")
    shared.mkdir(exist_ok=True)
    box = shared / "box"
    box.write_bytes(b"From x@y Tue Mar  5 09:01:02 2024\nSubject: s\n\nt\n")
    box.chmod(0o644)
    clean.config("set disable-plaintext 0\n")
    clean.serve("inetd")
    mark = clean.log.mark()
    c = Client()
    c.login("ann")
    assert c.command(b"EXAMINE /run/shared/box")[0].startswith(b"NO")
    clean.log.wait(r'sandbox: refused /run/shared/box; '
                   r'"set sandbox-path /run/shared" allows it', mark)
    c.ok(b"LOGOUT")
    clean.config("set disable-plaintext 0\nset sandbox-path /run/shared\n")
    c = Client()
    c.login("ann")
    assert b"* 1 EXISTS" in c.ok(b"EXAMINE /run/shared/box")
    c.ok(b"LOGOUT")


@pytest.mark.parametrize("target,seen", [
    ("/", False), ("/etc/ssl", False), ("/run/mail-of-ann", True)])
def test_mail_directory_is_a_link(clean, target, seen):
    """A session that was taken over cannot open the next one's sandbox by a
    link in its home: outside of that only a directory of the user counts."""
    place = pathlib.Path("/run/mail-of-ann")
    place.mkdir(exist_ok=True)
    os.chown(place, USERS["ann"][0], USERS["ann"][0])
    mailbox = "From x Thu Jan  1 00:00:00 1970\n\nreadable by mode\n"
    for directory in ("/etc/ssl", place):
        pathlib.Path(directory, "planted").write_text(mailbox)
    pathlib.Path("/home/ann/mail").symlink_to(target)
    clean.config("set disable-plaintext 0\nset mail-subdirectory mail\n")
    clean.serve("inetd")
    c = Client()
    c.login("ann")
    name = b"etc/ssl/planted" if target == "/" else b"planted"
    tagged, _ = c.command(b"EXAMINE " + name)
    assert tagged.startswith(b"OK" if seen else b"NO"), tagged
    c.ok(b"LOGOUT")


def test_home_is_the_root_directory(clean):
    """An account without a home of its own does not get all there is."""
    clean.config("set disable-plaintext 0\n")
    path = pathlib.Path("/etc/passwd")
    old = path.read_text()
    path.write_text(old.replace(":/home/ann:", ":/:"))
    planted = pathlib.Path("/etc/ssl/planted")
    planted.write_text("From x Thu Jan  1 00:00:00 1970\n\nreadable\n")
    try:
        clean.serve("inetd")
        c = Client()
        c.login("ann")
        assert c.command(b"EXAMINE etc/ssl/planted")[0].startswith(b"NO")
        c.ok(b"LOGOUT")
    finally:
        path.write_text(old)
        planted.unlink()


def test_sandbox_is_off_for_a_zero_only(clean):
    clean.config("set disable-plaintext 0\nset sandbox on\n")
    clean.serve("inetd")
    c = Client()
    c.login("ann")
    assert status_of(session_of(c))["Seccomp"] == "2"
    c.ok(b"LOGOUT")


# ------------------------------------------------------------- lock keeper

LOCK = pathlib.Path(str(SPOOL / "ann") + ".lock")


@pytest.fixture
def spool(probe):
    """A mailbox, and no lock left of another test."""
    probe.machine.set_spool("ann", b"")
    LOCK.unlink(missing_ok=True)
    yield probe
    LOCK.unlink(missing_ok=True)


def keeper_of(c):
    """The keeper that serves this session: one that answers has become what it
    is to be, which it may not have when the session begins."""
    assert say(c, b"lock U") == [b"* lock +"]
    session = int(re.search(rb"pid=(\d+)", say(c, b"ids")[0]).group(1))
    monitor = int(status_of(session)["PPid"])
    mail = str(grp.getgrnam("mail").gr_gid)
    for pid in children(monitor):
        status = status_of(pid)
        if pid != session and status["Gid"].split() == [mail] * 4:
            return pid
    return None


def test_keeper_makes_and_removes_the_lock(spool):
    c = login(connect())
    assert say(c, b"create " + bytes(LOCK)) == [b"* create " + EACCES]
    assert say(c, b"lock L") == [b"* lock +"]
    st = LOCK.stat()
    assert st.st_nlink == 1 and st.st_uid == 7001
    # Whose it is, as other programs write it.
    assert re.fullmatch(r"\d+:%s" % re.escape(socket.gethostname()),
                        LOCK.read_text())
    assert st.st_mode & 0o777 == 0o666
    assert [p.name for p in SPOOL.iterdir() if p.name.startswith("ann.")] == \
        ["ann.lock"]
    assert say(c, b"lock U") == [b"* lock +"]
    assert not LOCK.exists()


def test_keeper_is_confined(spool):
    c = login(connect())
    status = status_of(keeper_of(c))
    assert status["Uid"].split() == ["7001"] * 4
    assert status["Groups"] == ""
    assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1"
    assert int(status["CapPrm"], 16) == 0
    fds = os.listdir("/proc/%s/fd" % status["Pid"])
    assert sorted(fds) == ["0", "1"]
    # Its user cannot reach into it, which would give him the group.
    r = subprocess.run(["cat", "/proc/%s/environ" % status["Pid"]],
                       user=7001, capture_output=True)
    assert r.returncode != 0


def test_keeper_respects_others(spool):
    c = login(connect())
    LOCK.write_bytes(b"")
    assert say(c, b"lock L") == [b"* lock -"]
    assert LOCK.exists()
    assert say(c, b"lock U") == [b"* lock +"]
    assert LOCK.exists()  # not ours
    LOCK.unlink()
    LOCK.symlink_to("/home/ann/target")
    assert say(c, b"lock L") == [b"* lock -"]
    assert LOCK.is_symlink()
    LOCK.unlink()
    assert say(c, b"lock L") == [b"* lock +"]
    d = login(connect(True))
    assert say(d, b"lock L") == [b"* lock -"]
    # Replaced by somebody else's meanwhile: that one stays.
    LOCK.unlink()
    LOCK.write_bytes(b"other")
    assert say(c, b"lock U") == [b"* lock +"]
    assert LOCK.read_bytes() == b"other"


def test_keeper_takes_no_mailbox_for_a_lock(spool):
    """Of a user whose name ends in .lock, however old."""
    c = login(connect())
    LOCK.write_bytes(b"From x\n\n" + b"mail\n" * 100)
    assert say(c, b"lock L") == [b"* lock !"]
    assert len(LOCK.read_bytes()) > 500
    LOCK.unlink()
    assert say(c, b"lock L") == [b"* lock +"]


@pytest.mark.parametrize("how", ["end", "kill", "nonsense"])
def test_keeper_leaves_no_lock(spool, how):
    c = login(connect())
    assert say(c, b"lock L") == [b"* lock +"]
    pid = int(re.search(rb"pid=(\d+)", say(c, b"ids")[0]).group(1))
    if how == "end":
        c.send(b"exit\r\n")
    elif how == "kill":
        os.kill(pid, signal.SIGKILL)
    else:
        assert say(c, b"lock X") == [b"* lock ?"]
    wait_for("the lock to go", lambda: not LOCK.exists())


def test_session_outlives_its_keeper(clean):
    """Without the dot-lock there is a warning, and the work goes on."""
    clean.config("set disable-plaintext 0\n")
    clean.set_spool("ann", b"From a@b Tue Mar  5 10:00:00 2024\n"
                    b"Subject: x\n\nhello\n\n" * 3)
    d = Direct([IMAPD])
    d.login("ann")
    d.ok(b"SELECT INBOX")
    mail = [str(grp.getgrnam("mail").gr_gid)] * 4
    keeper, = [pid for pid in children(d.proc.pid)
               if status_of(pid)["Gid"].split() == mail]
    os.kill(keeper, signal.SIGKILL)
    warning = (b"* NO Mailbox vulnerable - directory /var/mail must have "
               b"1777 protection")
    clean.deliver("ann", b"Subject: y\n\nz\n")
    assert b"* 4 EXISTS" in d.ok(b"NOOP")
    d.ok(rb"STORE 2 +FLAGS (\Deleted)")
    said = d.ok(b"EXPUNGE")
    assert b"* 2 EXPUNGE" in said and warning in said
    d.send(b"b APPEND INBOX {14+}\r\nSubject: 1\r\n\r\n\r\n")
    while not (line := d.line()).startswith(b"b "):
        pass
    assert line.startswith(b"b OK [APPENDUID ")
    d.ok(b"LOGOUT")
    assert d.status() == 0
    assert clean.spool("ann").read_bytes().count(b"\nSubject: ") == 4
    assert not LOCK.exists()


def test_no_keeper_where_everybody_may_lock(spool):
    os.chmod(SPOOL, 0o1777)
    try:
        c = login(connect())
        assert b" keeper=0 " in say(c, b"record")[0]
        assert say(c, b"fds") == [b"* fds 0 1 2 3"]
    finally:
        os.chmod(SPOOL, 0o2775)


# -------------------------------------------------------------- PAM session

@pytest.fixture
def pam_log(probe):
    """A PAM stack that writes down what happens."""
    script = pathlib.Path("/run/pam.sh")
    log = pathlib.Path("/run/pam.log")
    script.write_text("#!/bin/sh\necho $PAM_TYPE $PAM_SERVICE $PAM_USER "
                      "$PAM_RHOST >>%s\n" % log)
    script.chmod(0o755)
    log.write_text("")
    pam = pathlib.Path("/etc/pam.d/imap")
    old = pam.read_text()
    pam.write_text(old + "account required pam_exec.so %s\n"
                   "session required pam_exec.so %s\n" % (script, script))
    yield log
    pam.write_text(old)


def test_no_pam_session_by_default(probe, pam_log):
    d = login(Direct([PROBE / "bin/imapd"]))
    d.send(b"exit\r\n")
    assert d.status() == 5
    assert pam_log.read_text() == "account imap ann 127.0.0.1\n"


@pytest.mark.parametrize("tls", [False, True])
def test_pam_session_until_the_end(probe, pam_log, tls):
    probe.machine.config("set disable-plaintext 0\nset pam-session 1\n")
    d = Direct([PROBE / "bin/imapd"])
    if tls:
        d.ok(b"STARTTLS")
        d.start_tls()
    login(d)
    assert pam_log.read_text().splitlines() == [
        "account imap ann 127.0.0.1", "open_session imap ann 127.0.0.1"]
    d.send(b"exit\r\n")
    assert d.status() == 5
    assert pam_log.read_text().splitlines()[2:] == [
        "close_session imap ann 127.0.0.1"]


# ------------------------------------------------------------------ its end

@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGHUP])
def test_signals_reach_the_session(clean, sig, tls):
    """To the process that inetd started, which administrators know."""
    clean.config("set disable-plaintext 0\n")
    mark = clean.log.mark()
    d = Direct([IMAPD])
    if tls:
        d.ok(b"STARTTLS")
        d.start_tls()
    d.login("ann")
    d.proc.send_signal(sig)
    said = d.closed()
    assert d.status() == 1
    reason = {signal.SIGTERM: r"Killed \(terminated\)",
              signal.SIGHUP: "Hangup"}[sig]
    clean.log.wait(reason + " user=ann host=", mark)
    if sig == signal.SIGTERM:
        assert said == b"* BYE Killed (terminated)\r\n"


def test_kiss_of_death_is_no_end(clean):
    """A session holds no lock while it waits for its client."""
    clean.config("set disable-plaintext 0\n")
    d = Direct([IMAPD])
    d.login("ann")
    d.proc.send_signal(signal.SIGUSR2)
    d.ok(b"NOOP")
    d.ok(b"LOGOUT")
    assert d.status() == 0


def test_monitor_outlives_all(probe):
    d = login(Direct([PROBE / "bin/imapd"]))
    family = children(d.proc.pid)
    d.send(b"exit\r\n")
    assert d.status() == 5
    for pid in family:
        assert not pathlib.Path("/proc/%d" % pid).exists()
