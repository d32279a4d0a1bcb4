"""Mechanisms that show no password: CRAM-MD5 (RFC 2195) with its password
file, and ANONYMOUS (RFC 4505); what is offered when, and to whom."""
import base64
import hashlib
import hmac
import imaplib
import os
import pathlib
import re
import subprocess
import time

import pytest

from login_help import (REFUSAL, Probe, b64, children, memory_has, plain, say,
                        session_of, status_of)
from machine import PATIENCE, Client
from test_end_to_end import Terminal
from test_login import BAD_ARG, NO_AUTH, NO_LOGIN, UNKNOWN, capabilities

SECRETS = pathlib.Path("/etc/cram-md5.pwd")
STRANGERS = pathlib.Path("/etc/anonymous.newsgroups")
TEXT = (b"# comment\tx\n\nnobody-here\nempty\t\n"
        b"ann\tann secret\tof hers\r\nann\tsecond\nVup\tupper\n"
        b"chief\tchief-secret\nlocked\tunlocked\nspaced\tlong" + b"g" * 200 +
        b"\nprimary\tprim\nghost\tboo\nroot\trr\nzero\tzz\nbo\tlast")
ANN = b"ann secret\tof hers"


def write_secrets(text=TEXT, mode=0o400):
    SECRETS.unlink(missing_ok=True)
    SECRETS.write_bytes(text)
    SECRETS.chmod(mode)


@pytest.fixture
def files():
    yield
    SECRETS.unlink(missing_ok=True)
    STRANGERS.unlink(missing_ok=True)


@pytest.fixture
def probe(clean, files):
    p = Probe(clean)
    write_secrets()
    p.serve()
    return p


@pytest.fixture
def strangers(served, files):
    """The real server, which lets strangers in; mail that they may see."""
    STRANGERS.touch()
    home = pathlib.Path("/var/mail/anonymous")
    home.mkdir(mode=0o755)
    (home / "INBOX").write_bytes(b"From bo@mail.example Tue Mar  5 09:01:02 "
                                 b"2024\nSubject: to all\n\nHello.\n")
    (home / "INBOX").chmod(0o644)
    yield served
    served.stop_all()
    subprocess.run(["rm", "-r", str(home)], check=True)


def digest(secret, challenge):
    return hmac.new(secret, challenge, hashlib.md5).hexdigest().encode()


def begin(c):
    """Starts an exchange: the challenge."""
    c.send(b"t AUTHENTICATE CRAM-MD5\r\n")
    line = c.line()
    assert line.startswith(b"+ "), line
    return base64.b64decode(line[2:], validate=True)


def cram(c, name, secret):
    challenge = begin(c)
    c.send(b64(name + b" " + digest(secret, challenge)) + b"\r\n")
    return c.line()


# --------------------------------------------------------------- offered

@pytest.mark.parametrize("policy", [0, 1, 2])
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("secrets", [False, True])
@pytest.mark.parametrize("anonymous", [False, True])
def test_offered(probe, policy, tls, secrets, anonymous):
    """Whatever may be said of passwords, digests and strangers go by their
    files, in clear and under TLS; before login and after it."""
    probe.machine.config("set disable-plaintext %d\n" % policy)
    if not secrets:
        SECRETS.unlink()
    if anonymous:
        STRANGERS.touch()
    c = Client(993 if tls else 143, tls=tls)
    names = [n for n in capabilities(c.greeting) if n.startswith(b"AUTH=")]
    assert names == capabilities_of(policy, tls, secrets, anonymous)
    command = capabilities(c.ok(b"CAPABILITY")[0])
    assert [n for n in command if n.startswith(b"AUTH=")] == names
    usable = {0: True, 1: False, 2: tls}[policy]
    assert (b"LOGINDISABLED" in command) != usable
    c.send(b"t AUTHENTICATE CRAM-MD5\r\n")
    if secrets:
        assert c.line().startswith(b"+ ")
        c.send(b"*\r\n")
        assert c.line() == b"t BAD cancelled by user"
    else:
        assert c.line() == b"t " + UNKNOWN
    c.send(b"t AUTHENTICATE ANONYMOUS\r\n")
    if anonymous:
        assert c.line() == b"+ "
        c.send(b"*\r\n")
        assert c.line() == b"t BAD AUTHENTICATE ANONYMOUS cancelled"
    else:
        assert c.line() == b"t " + UNKNOWN
    c.send(b"t AUTHENTICATE PLAIN\r\n")
    assert c.line() == (b"+ " if usable else b"t " + UNKNOWN)


def capabilities_of(policy, tls, secrets, anonymous):
    shown = tls and policy != 1
    return ([b"AUTH=CRAM-MD5"] if secrets else []) + \
        ([b"AUTH=PLAIN", b"AUTH=LOGIN"] if shown else []) + \
        ([b"AUTH=ANONYMOUS"] if anonymous else [])


def test_offered_to_the_session_too(served, files):
    """The CAPABILITY command has all parts in every state, for the same
    connection, also where plaintext-allowed-clients decides."""
    write_secrets()
    for config, tls, want in (
            ("set disable-plaintext 2\n", True, True),
            ("set disable-plaintext 2\n", False, False),
            ("set disable-plaintext 1\n", True, False),
            ("set disable-plaintext 2\n"
             "set plaintext-allowed-clients mail.example\n", False, True)):
        served.config(config)
        c = Client(993 if tls else 143, tls=tls)
        before = set(capabilities(c.ok(b"CAPABILITY")[0]))
        assert cram(c, b"ann", ANN).startswith(b"t OK [CAPABILITY ")
        after = set(capabilities(c.ok(b"CAPABILITY")[0]))
        assert before == after
        assert (b"LOGINDISABLED" not in after) == want
        assert b"AUTH=CRAM-MD5" in after
        c.ok(b"LOGOUT")


@pytest.mark.parametrize("names,gone", [
    ("CRAM-MD5", {b"CRAM-MD5"}), ("plain login", {b"PLAIN", b"LOGIN"}),
    ("ANONYMOUS,PLAIN", {b"ANONYMOUS", b"PLAIN"}), ("NONESUCH", set())])
def test_disable_authenticator(probe, names, gone):
    STRANGERS.touch()
    probe.machine.config("set disable-authenticator %s\n" % names)
    c = Client(993, tls=True)
    shown = {n[5:] for n in capabilities(c.greeting) if n[:5] == b"AUTH="}
    assert shown == {b"PLAIN", b"LOGIN", b"CRAM-MD5", b"ANONYMOUS"} - gone
    for name in gone:
        assert c.command(b"AUTHENTICATE " + name)[0] == UNKNOWN
    if b"ANONYMOUS" in gone:
        assert c.command(b"LOGIN anonymous me")[0] == NO_LOGIN


@pytest.mark.parametrize("name", [b"EXTERNAL", b"GSSAPI", b"SCRAM-SHA-1",
                                  b"CRAM-MD5X", b"CRAM-MD"])
def test_no_such_mechanism(probe, name):
    """Clients never give certificates, so there is no EXTERNAL."""
    c = Client(993, tls=True)
    assert b"AUTH=" + name not in capabilities(c.ok(b"CAPABILITY")[0])
    assert c.command(b"AUTHENTICATE " + name)[0] == UNKNOWN
    assert c.command(b"AUTHENTICATE " + name + b" =")[0] == UNKNOWN


# -------------------------------------------------------------- CRAM-MD5

def test_challenge(probe):
    """Decimal numbers and our host, in angle brackets; never twice."""
    seen = set()
    for _ in range(3):
        c = Client()
        for _ in range(3):
            challenge = begin(c)
            match = re.fullmatch(rb"<\d+\.(\d+)@([a-zA-Z0-9.-]+)>", challenge)
            assert match, challenge
            assert abs(int(match.group(1)) - time.time()) < 3600
            assert challenge not in seen
            seen.add(challenge)
            c.send(b"*\r\n")
            assert c.line() == b"t BAD cancelled by user"


@pytest.mark.parametrize("name,secret,user", [
    (b"ann", ANN, "ann"), (b"ANN", ANN, "ann"), (b"bo", b"last", "bo"),
    (b"locked", b"unlocked", "locked"),  # no system password is needed
    (b"spaced", b"long" + b"g" * 200, "spaced"),
    (b"ann*chief", b"chief-secret", "ann"), (b"ann*ann", ANN, "ann"),
    (b"ANN*CHIEF", b"chief-secret", "ann")])
@pytest.mark.parametrize("tls", [False, True])
def test_digest_lets_in(probe, name, secret, user, tls):
    mark = probe.machine.log.mark()
    c = Client(993 if tls else 143, tls=tls)
    assert cram(c, name, secret).startswith(b"t OK probe")
    record = say(c, b"record")[0]
    assert b" user=%s " % user.encode() in record
    assert b" mech=CRAM-MD5 " in record
    probe.machine.log.wait(r"Authenticated user=%s host=mail\.example "
                           r"\[127\.0\.0\.1\] mech=CRAM-MD5" % user, mark)
    if b"chief" in name.lower():
        probe.machine.log.wait(r"(?i)Admin chief override of user=ann host=",
                               mark)


REFUSED = [  # name, secret, log
    (b"ann", b"second", r"Login failed user=ann auth=ann host="),
    (b"ann", b"", r"Login failed user=ann auth=ann"),
    (b"ann", b" " + ANN, r"Login failed user=ann auth=ann"),
    (b"VUP", b"upper", r"Login failed user=VUP"),
    (b"Vup", b"upper", r"Login failed user=Vup"),  # no such account
    (b"ghost", b"boo", r"Login failed user=ghost"),
    (b"nobody-here", b"", r"Login failed user=nobody-here"),
    (b"empty", b"", r"Login failed user=empty"),
    (b"# comment", b"x", r"Login failed user=# comment"),
    (b"root", b"rr", r"Login failed user=root"),
    (b"zero", b"zz", r"Login failed user=zero"),
    (b"root*chief", b"chief-secret", r"Login failed user=root auth=chief"),
    (b"nosuch*chief", b"chief-secret", r"Login failed user=nosuch auth=chief"),
    (b"ann*chief", ANN, r"Login failed user=ann auth=chief"),
    (b"ann*bo", b"last", r"Failed bo override of user=ann host="),
    (b"ann*primary", b"prim", r"Failed primary override of user=ann"),
    (b"*chief", b"chief-secret", r"Login failed user= auth=chief"),
    (b"", b"x", r"Login failed user= auth= host="),
    (b"u" * 65, b"x",
     r"Login SYSTEM BREAK-IN ATTEMPT user=u{64} auth=u{64} host="),
]


def refused_all(probe, answers):
    """Sends all answers at once, each over its own connection: all are
    refused alike, and none before its time."""
    clients = []
    for make in answers:
        c = Client()
        answer = make(begin(c)) + b"\r\n"
        clients.append((c, time.monotonic()))
        c.send(answer)
    for c, sent in clients:
        assert c.line() == b"t " + NO_AUTH
        assert time.monotonic() - sent >= REFUSAL - 0.01
        c.ok(b"NOOP")
        c.close()


def test_digest_refused(probe):
    mark = probe.machine.log.mark()
    refused_all(probe, [
        (lambda ch, n=name, s=secret: b64(n + b" " + digest(s, ch)))
        for name, secret, _ in REFUSED])
    for _, _, pattern in REFUSED:
        probe.machine.log.wait(pattern, mark)
    probe.machine.log.wait(r"AUTHENTICATE CRAM-MD5 failure host=mail\.", mark)


def test_digests_of_another_shape(probe):
    """The digest is 32 lower-case digits, no more and no less."""
    refused_all(probe, [
        lambda ch: b64(b"ann " + digest(ANN, ch).upper()),
        lambda ch: b64(b"ann " + digest(ANN, ch)[:-1]),
        lambda ch: b64(b"ann " + digest(ANN, ch) + b"0"),
        lambda ch: b64(b"ann " + digest(ANN, ch) + b"0" * 2000),
        lambda ch: b64(b"ann "),
        lambda ch: b64(b"ann " + digest(ANN, ch) + b" "),
        lambda ch: b64(b"ann " + ANN),
        lambda ch: b64(b"ann " + digest(ANN, ch[1:-1])),
    ])


@pytest.mark.parametrize("answer", [
    b"", b"=", b"!", b"YQ", b"YQ=", b"YQ== ", b" YQ==", b64(b"ann"),
    b64(b"ann\0x " + b"0" * 32), b64(b"x" * 9000 + b" y"), b64(b"x" * 48500)])
def test_no_answer_at_all(probe, answer):
    """Not base64, or without a space, or too long for a name: refused, and
    the connection goes on."""
    c = Client()
    begin(c)
    c.send(answer + b"\r\n")
    assert c.line() == b"t " + NO_AUTH
    c.ok(b"NOOP")


def test_answer_that_is_longer_than_any_line(probe):
    mark = probe.machine.log.mark()
    c = Client()
    begin(c)
    c.send(b"A" * 70000 + b"\r\n")
    assert c.line().endswith(b" BAD Command line too long")
    assert c.closed() == b""
    probe.machine.log.wait("Line too long before authentication", mark)


def test_initial_response_is_refused(probe):
    """The server speaks first (RFC 4959 section 3)."""
    c = Client()
    for initial in (b64(b"ann " + b"0" * 32), b"=", b"YQ=="):
        assert c.command(b"AUTHENTICATE CRAM-MD5 " + initial)[0] == BAD_ARG
    assert cram(c, b"ann", ANN).startswith(b"t OK probe")


def test_space_and_no_initial_response(probe):
    """As mutt with GNU SASL sends it."""
    c = Client()
    c.send(b"t AUTHENTICATE CRAM-MD5 \r\n")
    assert c.line().startswith(b"+ PD")
    c.send(b"*\r\n")
    assert c.line() == b"t BAD cancelled by user"
    assert c.command(b"AUTHENTICATE CRAM-MD5  ")[0] == BAD_ARG
    assert c.command(b"AUTHENTICATE CRAM-MD5\t")[0] == BAD_ARG


def test_challenge_is_good_once(probe):
    """An answer that was heard cannot be used again, neither here nor in
    another connection."""
    c = Client()
    challenge = begin(c)
    c.send(b"*\r\n")
    c.line()
    begin(c)
    stale = b64(b"ann " + digest(ANN, challenge))
    c.send(stale + b"\r\n")
    assert c.line() == b"t " + NO_AUTH
    other = Client()
    begin(other)
    other.send(stale + b"\r\n")
    assert other.line() == b"t " + NO_AUTH


@pytest.mark.parametrize("attempt", [b"old-challenge", b"used-challenge"])
def test_gate_cannot_use_a_challenge_again(probe, attempt):
    """Not even a gate that was taken over; the monitor counts."""
    c = Client()
    challenge = begin(c)
    c.send(b"*\r\n")
    c.line()
    c.send(b"x XEXPLOIT %s %s\r\n" % (attempt, digest(ANN, challenge)))
    line = c.line()
    assert line.startswith(b"* came back with "), line
    # Its answers, as the monitor gave them: yes once, or never.
    assert line == b"* came back with 0", line


def test_tries_of_digests(probe):
    """Three wrong digests of a user there is; then right ones fail, too, but
    not a right password. Names that nobody has use no try up."""
    probe.machine.config("set disable-plaintext 0\n"
                         "set allowed-login-attempts 2\n")
    mark = probe.machine.log.mark()
    c = Client()
    for name in (b"nosuch", b"ghost", b"nosuch"):
        assert cram(c, name, b"x") == b"t " + NO_AUTH
    for _ in range(2):
        assert cram(c, b"ann", b"wrong") == b"t " + NO_AUTH
    assert cram(c, b"ann", ANN) == b"t " + NO_AUTH
    probe.machine.log.wait(
        "Login excessive login failures user=ann auth=ann host=", mark)
    c.send(b"t LOGIN ann {%d+}\r\n" % len(ANN) + ANN + b"\r\n")
    assert c.line().startswith(b"t OK probe")


def test_three_failures(probe):
    """As many as there are without a setting: LOGIN, PLAIN and SASL LOGIN
    share them; digests have their own; all at once, to be quick."""
    probe.machine.config("set disable-plaintext 0\n")
    wrong = {b"LOGIN": b"LOGIN ann x",
             b"PLAIN": b"AUTHENTICATE PLAIN " + plain(b"ann", b"x")}
    rows = [[b"LOGIN"] * 3, [b"PLAIN"] * 3, [b"LOGIN", b"PLAIN", b"LOGIN"],
            [b"CRAM"] * 3, [b"LOGIN", b"CRAM", b"PLAIN"],
            [b"CRAM", b"LOGIN", b"CRAM"]]
    clients = [Client() for _ in rows]

    def all_say(what):
        """Each client its command; then each its answer."""
        for c, name in zip(clients, what):
            if name == b"CRAM":
                c.send(b64(b"ann " + digest(b"x", begin(c))) + b"\r\n")
            elif name == b"RIGHT":
                c.send(b64(b"bo " + digest(b"last", begin(c))) + b"\r\n")
            else:
                c.send(b"t " + wrong.get(name, name) + b"\r\n")
        return [c.line()[2:] for c in clients]

    for step in range(3):
        answers = all_say([row[step] for row in rows])
        assert all(a[:2] in (b"NO", b"BA") for a in answers), answers
    answers = all_say([b"LOGIN bo last"] * len(rows))
    spent = [sum(n != b"CRAM" for n in row) == 3 for row in rows]
    assert [a == NO_LOGIN for a in answers] == spent, answers
    for i in reversed(range(len(rows))):
        if not spent[i]:
            del clients[i], rows[i]
    assert all(a.startswith(b"OK probe")
               for a in all_say([b"RIGHT"] * len(rows)))


def test_tries_of_passwords_leave_digests(probe):
    probe.machine.config("set disable-plaintext 0\n"
                         "set allowed-login-attempts 1\n")
    c = Client()
    assert c.command(b"LOGIN ann wrong")[0] == NO_LOGIN
    assert c.command(b"LOGIN bo last")[0] == NO_LOGIN
    assert cram(c, b"ann", ANN).startswith(b"t OK probe")


def test_cve_2005_0198_used_up_tries_let_nobody_in(probe):
    """The original let anybody in by CRAM-MD5 once its tries were used up."""
    probe.machine.config("set allowed-login-attempts 1\n")
    c = Client()
    for secret in (b"wrong", b"wrong", ANN, b"", b"wrong"):
        assert cram(c, b"ann", secret) == b"t " + NO_AUTH
    c.ok(b"NOOP")


def test_overlong_name_takes_digests_away(probe):
    c = Client()
    assert cram(c, b"u" * 65, b"x") == b"t " + NO_AUTH
    assert cram(c, b"ann", ANN) == b"t " + NO_AUTH


def test_secrets_are_in_nobodys_memory(probe):
    """Not in the gate, nor the monitor, nor the session: only auth, which has
    ended, had the file."""
    c = Client(993, tls=True)
    assert cram(c, b"ann", ANN).startswith(b"t OK probe")
    session = session_of(c)
    monitor = int(status_of(session)["PPid"])
    for pid in [monitor] + children(monitor):
        assert memory_has(pid, [ANN, b"chief-secret"]) == set()


def test_file_that_anybody_can_write(probe):
    """It says nothing about who somebody is: nobody is let in."""
    for mode in (0o402, 0o666):
        write_secrets(mode=mode)
        mark = probe.machine.log.mark()
        c = Client()
        assert cram(c, b"ann", ANN) == b"t " + NO_AUTH
        probe.machine.log.wait(
            "cram-md5.pwd can be written by others, logins refused", mark)


@pytest.mark.parametrize("make", ["directory", "pipe", "large"])
def test_file_that_is_none(probe, make):
    """What cannot be read lets nobody in, by no mechanism, and nothing
    hangs."""
    SECRETS.unlink()
    probe.machine.config("set disable-plaintext 0\n")
    try:
        if make == "directory":
            SECRETS.mkdir()
        elif make == "pipe":
            os.mkfifo(SECRETS)
        else:
            SECRETS.write_bytes(TEXT + b"\n" + b"# comment\n" * 2000000)
        c = Client()
        assert cram(c, b"ann", ANN) == b"t " + NO_AUTH
        assert c.command(b'LOGIN ann "Ann-pass 1"')[0] == NO_LOGIN
    finally:
        if make == "directory":
            SECRETS.rmdir()


def test_mode_is_told(probe):
    """Modes that only root's server can read, or others can: all work."""
    for mode, told in ((0o000, False), (0o400, False), (0o600, False),
                       (0o440, True), (0o444, True)):
        write_secrets(mode=mode)
        mark = probe.machine.log.mark()
        c = Client()
        assert cram(c, b"ann", ANN).startswith(b"t OK probe")
        c.close()
        probe.machine.log.wait("Authenticated user=ann", mark)
        assert any("should have mode 0400" in line for line in
                   probe.machine.log.lines[mark:]) == told


# ------------------------------------------------------------- referrals

@pytest.fixture
def referrals():
    path = pathlib.Path("/etc/imapd.referrals")
    path.write_text("# who\twhere\nann\tmail2.example\nbo\tnot a host\n"
                    "zero\tmail2.example\nbad\n")
    yield path
    path.unlink(missing_ok=True)


REFERRAL = (b"NO [REFERRAL IMAP://ann;AUTH=*@mail2.example/] Specified user "
            b"is invalid on this server. Try mail2.example.")


def test_login_referral(probe, referrals):
    """RFC 2221: only who proved to be the user learns where he is; others
    are refused as ever."""
    SECRETS.unlink()
    probe.machine.config("set disable-plaintext 0\n"
                         "set allowed-login-attempts 1\n")
    mark = probe.machine.log.mark()
    c = Client()
    assert b"LOGIN-REFERRALS" in capabilities(c.greeting)
    for command in (b'LOGIN ann "Ann-pass 1"', b'LOGIN "ann*chief" chief3',
                    b"AUTHENTICATE PLAIN " + plain(b"ann", b"Ann-pass 1")):
        assert c.command(command)[0] == REFERRAL
    probe.machine.log.wait("Login referral user=ann to=mail2.example host=",
                           mark)
    assert c.command(b"LOGIN ann wrong")[0] == NO_LOGIN
    c = Client()
    assert c.command(b"LOGIN zero zero-pass")[0] == NO_LOGIN  # uid 0
    c = Client()
    assert c.command(b"LOGIN bo bo.pass.2")[0] == NO_LOGIN
    probe.machine.log.wait("imapd.referrals: no host name for bo", mark)
    c = Client()
    c.send(b"t LOGIN chief chief3\r\n")
    assert c.line().startswith(b"t OK probe")


def test_login_referral_by_digest(probe, referrals):
    c = Client()
    assert cram(c, b"ann", ANN) == b"t " + REFERRAL
    c.ok(b"NOOP")


def test_referrals_that_anybody_can_write(probe, referrals):
    referrals.chmod(0o666)
    c = Client()
    assert cram(c, b"chief", b"chief-secret") == b"t " + NO_AUTH


# ------------------------------------------------------------- ANONYMOUS

@pytest.mark.parametrize("command,logged", [
    (b"LOGIN anonymous me@there", "Login anonymous=me@there host=mail.ex"),
    (b'LOGIN "ANONYMOUS" ""', "Login anonymous= host=mail.example"),
    (b'LOGIN Anonymous "a\x01b' + b"x" * 200 + b'"',
     r"Login anonymous=a\?b" + "x" * 77 + " host=mail.example"),
    (b"AUTHENTICATE ANONYMOUS " + b64(b"sirhc"),
     "Authenticated anonymous=sirhc host=mail.example"),
    (b"AUTHENTICATE ANONYMOUS =", "Authenticated anonymous= host=mail.ex"),
    (b"AUTHENTICATE anonymous " + b64("é@x".encode()),
     r"Authenticated anonymous=\?\?@x host=mail.example")])
@pytest.mark.parametrize("policy", [0, 1, 2])
def test_anonymous(strangers, command, logged, policy):
    """In clear, too: it tells no password."""
    strangers.config("set disable-plaintext %d\n" % policy)
    mark = strangers.log.mark()
    c = Client()
    tagged, _ = c.command(command)
    assert re.fullmatch(rb"OK \[CAPABILITY [^\]]*\] User ANONYMOUS "
                        rb"authenticated", tagged), tagged
    assert b"MULTIAPPEND" not in tagged and b"IDLE" in tagged
    strangers.log.wait(logged, mark)
    c.ok(b"LOGOUT")
    strangers.log.wait(r"Logout user=ANONYMOUS host=mail\.example", mark)


def test_anonymous_step_by_step(strangers):
    c = Client(993, tls=True)
    c.send(b"t AUTHENTICATE ANONYMOUS\r\n")
    assert c.line() == b"+ "
    c.send(b64(b"me") + b"\r\n")
    assert c.line().startswith(b"t OK [CAPABILITY ")


def test_anonymous_is_not_there(served):
    c = Client()
    assert c.command(b"LOGIN anonymous me@there")[0] == NO_LOGIN
    assert c.command(b"AUTHENTICATE ANONYMOUS =")[0] == UNKNOWN


def test_anonymous_refused_without_the_account(strangers):
    passwd = pathlib.Path("/etc/passwd")
    old = passwd.read_bytes()
    passwd.write_bytes(b"".join(line for line in old.splitlines(True)
                              if not line.startswith(b"nobody:")))
    # Some name services make the account up.
    services = pathlib.Path("/etc/nsswitch.conf")
    others = services.read_text()
    services.write_text("passwd: files\ngroup: files\nhosts: files\n")
    try:
        c = Client()
        assert c.command(b"AUTHENTICATE ANONYMOUS =")[0] == \
            b"NO AUTHENTICATE ANONYMOUS failed"
        assert c.command(b"LOGIN anonymous x")[0] == NO_LOGIN
    finally:
        passwd.write_bytes(old)
        services.write_text(others)


def test_anonymous_is_never_root(strangers):
    passwd = pathlib.Path("/etc/passwd")
    old = passwd.read_bytes()
    passwd.write_bytes(re.sub(rb"(?m)^nobody:x:\d+:", b"nobody:x:0:", old))
    try:
        c = Client()
        assert c.command(b"AUTHENTICATE ANONYMOUS =")[0] == \
            b"NO AUTHENTICATE ANONYMOUS failed"
    finally:
        passwd.write_bytes(old)


def test_anonymous_uses_no_tries_up(strangers):
    strangers.config("set disable-plaintext 0\n"
                     "set allowed-login-attempts 1\n")
    c = Client()
    assert c.command(b"LOGIN ann x")[0] == NO_LOGIN
    assert c.command(b"LOGIN ann x")[0] == NO_LOGIN
    c.ok(b"LOGIN anonymous x")


def test_anonymous_process(strangers):
    """The account nobody, confined: no groups of others, no way back."""
    c = Client()
    c.ok(b"LOGIN anonymous me")
    status = status_of(session_of(c))
    uid = subprocess.run(["id", "-u", "nobody"], capture_output=True,
                         text=True, check=True).stdout.strip()
    assert status["Uid"].split() == [uid] * 4
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    assert int(status["CapPrm"], 16) == 0


FORBIDDEN = [b"APPEND INBOX {3+}\r\nx\r\n", b"CREATE x", b"DELETE INBOX",
             b"RENAME INBOX y", b"SUBSCRIBE INBOX", b"UNSUBSCRIBE INBOX",
             b"COPY 1 y", b"EXPUNGE", b"UID COPY 1 y", b"UID EXPUNGE 1"]


def test_anonymous_reads_and_changes_nothing(strangers):
    box = pathlib.Path("/var/mail/anonymous/INBOX")
    before = box.read_bytes()
    mark = strangers.log.mark()
    c = Client()
    c.ok(b"AUTHENTICATE ANONYMOUS =")
    tagged, untagged = c.command(b"SELECT INBOX")
    assert tagged.startswith(b"OK [READ-ONLY]") and b"* 1 EXISTS" in untagged
    strangers.log.wait(r"Anonymous select of INBOX host=mail\.example", mark)
    assert b"Hello." in c.ok(b"FETCH 1 BODY[TEXT]")[0]
    for command in FORBIDDEN:
        tagged, _ = c.command(command)
        assert tagged.startswith(b"BAD Command unrecognized: "), command
    c.command(b"STORE 1 +FLAGS (\\Deleted)")
    c.ok(b"CHECK")
    c.ok(b"CLOSE")
    assert box.read_bytes() == before
    assert sorted(p.name for p in box.parent.iterdir()) == ["INBOX"]


@pytest.mark.parametrize("name,text", [
    (b"#shared/x", b"NO Anonymous may not SELECT this name"),
    (b"#mh/x", b"NO Anonymous may not SELECT this name"),
    (b"#driver.unix/x", b"NO Anonymous may not SELECT this name"),
    (b'"{localhost}INBOX"', b"NO Anonymous may not SELECT this name"),
    (b"#ftp/none", b"NO "), (b"#PUBLIC/none", b"NO "),
    (b"/etc/passwd", b"NO "), (b"~ann/mbox", b"NO "), (b"~/x", b"NO "),
    (b"../ann", b"NO "), (b"/var/mail/ann", b"NO "), (b"x/../../ann", b"NO "),
    (b".cedar", b"NO ")])
def test_anonymous_names(strangers, name, text):
    strangers.set_spool("ann", b"From a@b Tue Mar  5 09:01:02 2024\n\nx\n")
    os.chmod("/var/mail/ann", 0o644)
    pathlib.Path("/home/ann/mbox").write_text("x\n")
    c = Client()
    c.ok(b"LOGIN anonymous me")
    c.ok(b"SELECT INBOX")
    tagged, untagged = c.command(b"SELECT " + name)
    assert tagged.startswith(text), tagged
    assert not any(b"EXISTS" in line for line in untagged)
    # RFC 3501 6.3.1: no mailbox is selected after that
    assert c.command(b"FETCH 1 FLAGS")[0] == \
        b"BAD Command unrecognized: FETCH"
    c.ok(b"SELECT INBOX")


@pytest.mark.parametrize("login", [
    b"LOGIN anonymous me@there", b"AUTHENTICATE ANONYMOUS " + b64(b"me")])
@pytest.mark.parametrize("tls", [False, True])
def test_anonymous_from_login_to_logout(strangers, login, tls):
    """Each command in the session of somebody who is nobody: what it shows is
    public, and what it changes is its own until it ends."""
    public = pathlib.Path("/var/mail/public")
    public.mkdir(mode=0o755)
    (public / "news").write_bytes(b"From a@b Tue Mar  5 09:01:02 2024\n\nx\n")
    (public / "news").chmod(0o644)
    strangers.config("set public-home-directory /var/mail/public\n")
    try:
        c = Client(993, tls=True) if tls else Client()
        c.ok(login)
        assert c.ok(b"NAMESPACE") == [
            b'* NAMESPACE NIL NIL (("#ftp/" "/")("#public/" "/"))']
        assert not any(b"MULTIAPPEND" in line for line in c.ok(b"CAPABILITY"))
        assert any(b"INBOX" in line for line in c.ok(b'LIST "" *'))
        assert any(b"#public/news" in line
                   for line in c.ok(b'LIST "" #public/*'))
        c.ok(b'LSUB "" *')
        assert b"* STATUS #public/news (MESSAGES 1)" in \
            c.ok(b"STATUS #public/news (MESSAGES)")
        for command in (b"SELECT #public/news", b"EXAMINE INBOX",
                        b"SELECT INBOX"):
            tagged, untagged = c.command(command)
            assert tagged.startswith(b"OK [READ-ONLY] ")
            assert b"* OK [PERMANENTFLAGS ()] Permanent flags" in untagged
        assert c.ok(b"STORE 1 +FLAGS (\\Deleted)") == [
            b"* 1 FETCH (FLAGS (\\Recent \\Deleted))"]
        assert c.ok(b"SEARCH DELETED") == [b"* SEARCH 1"]
        assert c.ok(b"SORT (SUBJECT) UTF-8 ALL") == [b"* SORT 1"]
        assert c.ok(b"CHECK") == []
        for command in FORBIDDEN:
            assert c.command(command)[0].startswith(
                b"BAD Command unrecognized: "), command
        c.send(b"i IDLE\r\n")
        assert c.line() == b"+ Waiting for DONE"
        c.send(b"DONE\r\n")
        assert c.line() == b"i OK IDLE completed"
        assert c.ok(b"CLOSE") == []
        tagged, untagged = c.command(b"SELECT INBOX")
        assert b"* 1 EXISTS" in untagged
        assert c.ok(b"FETCH 1 FLAGS") == [b"* 1 FETCH (FLAGS (\\Recent))"]
        c.ok(b"UNSELECT")
        tagged, untagged = c.command(b"LOGOUT")
        assert tagged == b"OK LOGOUT completed" and len(untagged) == 1
        assert c.closed() == b""
        assert [p.name for p in public.iterdir()] == ["news"]
    finally:
        subprocess.run(["rm", "-r", str(public)], check=True)


def test_anonymous_without_a_home(strangers):
    """The anonymous home need not exist."""
    strangers.config("set disable-plaintext 0\n"
                     "set anonymous-home-directory /nonexistent\n")
    c = Client()
    c.ok(b"LOGIN anonymous me")
    c.ok(b'LIST "" *')
    assert c.command(b"SELECT x")[0].startswith(b"NO ")
    c.ok(b"LOGOUT")


def test_anonymous_home_can_be_set(strangers):
    home = pathlib.Path("/home/strangers")
    home.mkdir(mode=0o755)
    (home / "box").write_bytes(b"From a@b Tue Mar  5 09:01:02 2024\n\nx\n")
    strangers.config("set anonymous-home-directory /home/strangers\n")
    try:
        c = Client()
        c.ok(b"LOGIN anonymous me")
        assert any(b"box" in r for r in c.ok(b'LIST "" *'))
        assert b"* 1 EXISTS" in c.ok(b"SELECT box")
        c.ok(b"LOGOUT")
        assert [p.name for p in home.iterdir()] == ["box"]
    finally:
        subprocess.run(["rm", "-r", str(home)], check=True)


# ---------------------------------------------------------- real clients

MESSAGE = (b"From bo@mail.example Tue Mar  5 09:01:02 2024\n"
           b"From: Bo <bo@mail.example>\nSubject: tea\n\nFour o'clock.\n")


@pytest.fixture
def mailbox(served, files):
    write_secrets(b"ann\tAnn-secret\n", 0o600)
    served.config("")  # passwords in clear are refused
    served.set_spool("ann", MESSAGE)
    return served


@pytest.mark.parametrize("url", ["imap://localhost", "imaps://localhost"])
def test_curl_cram_md5(mailbox, url):
    mark = mailbox.log.mark()
    out = subprocess.run(
        ["curl", "-sS", "--cacert", "/run/ca.pem", "--login-options",
         "AUTH=CRAM-MD5", "-u", "ann:Ann-secret", url + "/INBOX;UID=1"],
        capture_output=True, timeout=PATIENCE, check=True).stdout
    assert b"Four o'clock." in out
    mailbox.log.wait("Authenticated user=ann .*mech=CRAM-MD5", mark)


def test_imaplib_cram_md5(mailbox):
    box = imaplib.IMAP4("localhost")
    assert box.login_cram_md5("ann", "Ann-secret")[0] == "OK"
    assert box.select("INBOX") == ("OK", [b"1"])
    assert box.logout()[0] == "BYE"


def gsasl(mechanism, *more):
    """GNU SASL logs in, and out again at the end of its input."""
    return subprocess.run(
        ["gsasl", "--client", "--imap", "-m", mechanism, "--no-starttls",
         "--connect", "localhost:143", *more], input=b"", timeout=PATIENCE,
        capture_output=True, check=True).stdout


def test_gsasl_cram_md5(mailbox):
    mark = mailbox.log.mark()
    gsasl("CRAM-MD5", "-a", "ann", "-p", "Ann-secret")
    mailbox.log.wait("Authenticated user=ann .*mech=CRAM-MD5", mark)


def test_gsasl_anonymous(strangers):
    mark = strangers.log.mark()
    gsasl("ANONYMOUS", "-n", "me@there")
    strangers.log.wait("Authenticated anonymous=me@there host=", mark)


def mutt(tmp_path, mechanism, *settings):
    rc = tmp_path / "muttrc"
    rc.write_text("\n".join([
        'set imap_authenticators="%s"' % mechanism, 'set folder=""',
        'set header_cache=""', 'set ssl_force_tls=no', 'set ssl_starttls=no',
        'set quit=yes', 'set move=no', 'set use_ipv6=no', 'set beep=no',
        *settings, '']))
    return Terminal(["mutt", "-R", "-n", "-F", str(rc), "-f",
                     "imap://localhost/INBOX"],
                    {"HOME": str(tmp_path), "TERM": "xterm",
                     "PATH": os.environ["PATH"], "LANG": "C"})


def test_mutt_cram_md5(mailbox, tmp_path):
    mark = mailbox.log.mark()
    m = mutt(tmp_path, "cram-md5", 'set imap_user=ann',
             'set imap_pass="Ann-secret"')
    m.wait(b"tea")
    m.keys(b"q")
    assert m.end() == 0
    mailbox.log.wait("Authenticated user=ann .*mech=CRAM-MD5", mark)


def test_mutt_anonymous(strangers, tmp_path):
    mark = strangers.log.mark()
    m = mutt(tmp_path, "anonymous", 'set imap_user=anonymous')
    m.wait(b"to all")
    m.keys(b"q")
    assert m.end() == 0
    strangers.log.wait("Authenticated anonymous=", mark)
