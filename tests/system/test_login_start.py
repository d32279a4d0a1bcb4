"""Parts of the server that cannot start: the client is told so instead of
being left alone, and the log says why."""
import contextlib
import shutil
import subprocess

import pytest

from login_help import Direct, plain
from machine import IMAPD, PATIENCE, PREFIX, USERS, Client

PARTS = PREFIX / "libexec/cedar"
BYE = b"* BYE [UNAVAILABLE] Service not available"
NO = b"NO [UNAVAILABLE] Login is not possible now"
FORKS = "clone,clone3,fork,vfork"
NO_PROCESS = "Resource temporarily unavailable"

# what is wrong with a program, and how its line of the log ends
WRONG = {
    "missing": ": No such file or directory$",
    "not executable": ": Permission denied$",
    "no program": "$",
    "without a library": "$",
}


@contextlib.contextmanager
def broken(name, how):
    path = PARTS / name
    kept = path.with_suffix(".kept")
    path.rename(kept)
    try:
        if how == "without a library":
            octets = kept.read_bytes()
            assert b"\0libc.so.6\0" in octets
            path.write_bytes(octets.replace(b"\0libc.so.6\0",
                                            b"\0libc.so.x\0"))
        elif how != "missing":
            path.write_bytes(b"nothing")
        if how != "missing":
            path.chmod(0o644 if how == "not executable" else 0o755)
        yield
    finally:
        path.unlink(missing_ok=True)
        kept.rename(path)


def refusing(calls, *more, greeting=False):
    """A server of whose system calls the kernel refuses some."""
    return Direct([shutil.which("strace"), *more, "-qq", "-o", "/dev/null",
                   "-e", "inject=" + calls, IMAPD], greeting)


# ------------------------------------------------------------------ the gate

@pytest.mark.parametrize("how", sorted(WRONG))
def test_gate_is_broken(served, how):
    mark = served.log.mark()
    with broken("gate", how):
        c = Client(greeting=False)
        assert c.line() == BYE
        assert c.closed() == b""
        d = Direct([IMAPD], greeting=False)
        assert d.closed() == BYE + b"\r\n"
        assert d.status() == 1
    served.log.wait("cannot execute .*/gate" + WRONG[how], mark)
    Client().login()


def test_gate_is_broken_and_tls_awaited(served):
    """In clear nothing is said to who waits for TLS."""
    mark = served.log.mark()
    with broken("gate", "missing"):
        c = Client(993, greeting=False)
        assert c.closed() == b""
    served.log.wait("cannot execute .*/gate: No such file", mark)


def test_no_process_for_the_gate(clean):
    mark = clean.log.mark()
    d = refusing(FORKS + ":error=EAGAIN")
    assert d.closed() == BYE + b"\r\n"
    assert d.status() == 1
    clean.log.wait("cannot start the gate: " + NO_PROCESS, mark)


@pytest.mark.parametrize("call,why", [
    ("chroot", "No such file or directory"),
    ("mkdir,mkdirat", "No such file or directory"),
    ("close_range:when=2", "Invalid argument"),
    ("setgroups", "Operation not permitted")])
def test_gate_cannot_lock_itself_up(clean, call, why):
    """Nothing is read from a client by a gate that is not locked up."""
    error = {"No such file or directory": "ENOENT",
             "Invalid argument": "EINVAL",
             "Operation not permitted": "EPERM"}[why]
    call, _, when = call.partition(":")
    mark = clean.log.mark()
    d = refusing(call + ":error=" + error + (when and ":" + when), "-f")
    assert d.closed() == BYE + b"\r\n"
    assert d.status() == 1
    clean.log.wait("the gate cannot lock itself up: %s, host=" % why, mark)


def test_configuration_is_too_large(served):
    """Half of it might allow what the other half forbids."""
    mark = served.log.mark()
    served.config("#" * 79 + "\n" + ("#" * 79 + "\n") * 20000)
    c = Client(greeting=False)
    assert c.line() == BYE
    assert Client(993, greeting=False).closed() == b""
    served.log.wait("c-client.cf is too large, logins refused", mark)


# ------------------------------------------------------------------ auth

@pytest.mark.parametrize("how", sorted(WRONG))
def test_auth_is_broken(served, how):
    """It is not said that the password is wrong, and no try is used up."""
    served.config("set disable-plaintext 0\nset allowed-login-attempts 1\n")
    mark = served.log.mark()
    user, password = b"ann", USERS["ann"][1].encode()
    with broken("auth", how):
        c = Client()
        assert c.command(b'LOGIN ann "%s"' % password)[0] == NO
        assert c.command(b"AUTHENTICATE PLAIN " +
                         plain(user, password))[0] == NO
    served.log.wait("cannot execute .*/auth" + WRONG[how], mark)
    c.login()
    assert not any("Login failed" in line for line in served.log.lines[mark:])


def test_no_process_for_auth(clean):
    clean.config("set disable-plaintext 0\n")
    mark = clean.log.mark()
    # the first is for names, the second for the gate
    d = refusing(FORKS + ":error=EAGAIN:when=3", greeting=True)
    assert d.command(b'LOGIN ann "%s"' % USERS["ann"][1].encode())[0] == NO
    clean.log.wait("cannot start auth: " + NO_PROCESS, mark)
    d.login()
    d.ok(b"LOGOUT")
    assert d.status() == 0


# --------------------------------------------------------------- the session

def log_in_in_vain(d, tls):
    """What comes in the place of the answer."""
    if tls:
        d.ok(b"STARTTLS")
        d.start_tls()
    d.send(b'z LOGIN ann "%s"\r\n' % USERS["ann"][1].encode())
    return d.closed()


@pytest.mark.parametrize("tls", [False, True])
def test_no_process_for_the_session(clean, tls):
    clean.config("set disable-plaintext 0\n")
    mark = clean.log.mark()
    d = refusing(FORKS + ":error=EAGAIN:when=4+", greeting=True)
    assert log_in_in_vain(d, tls) == BYE + b"\r\n"
    assert d.status() == 1
    clean.log.wait("cannot start a session user=ann host=.*: " + NO_PROCESS,
                   mark)


@pytest.mark.parametrize("tls", [False, True])
def test_session_is_not_executed(clean, tls):
    clean.config("set disable-plaintext 0\n")
    mark = clean.log.mark()
    d = refusing("execveat:error=ENOMEM", "-f", greeting=True)
    assert log_in_in_vain(d, tls) == BYE + b"\r\n"
    assert d.status() == 1
    clean.log.wait("cannot start a session user=ann host=.*: "
                   "Cannot allocate memory", mark)


def test_session_cannot_be_confined(clean):
    """Nobody is served without what the administrator wants."""
    mark = clean.log.mark()
    out = subprocess.run(
        ["strace", "-qq", "-o", "/dev/null", "-e",
         "inject=seccomp,prctl:error=EPERM", IMAPD], user=USERS["ann"][0],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
        check=False)
    assert out.stdout == BYE + b"\r\n"
    assert out.returncode == 1
    clean.log.wait("Unable to confine the session", mark)
