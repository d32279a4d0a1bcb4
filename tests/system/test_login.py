"""The login: what the client sees, who gets in, and what is logged
(RFC 3501 sections 6.1 and 6.2; RFC 4616; RFC 4959)."""
import contextlib
import os
import pathlib
import re
import select
import socket
import ssl
import struct
import threading
import time

import pytest

from login_help import (PROBE, REFUSAL, Direct, b64, command_name, plain,
                        processes, say, server_socket, status_of)
from machine import USERS, Client, wait_for

DATE = (rb"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d "
        rb"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
        rb"\d\d:\d\d:\d\d [+-]\d{4} \([A-Z]+\)")
NO_LOGIN = b"NO Invalid login credentials"
NO_AUTH = b"NO Invalid authentication credentials"
BAD_ARG = b"BAD Missing or invalid argument to AUTHENTICATE"
UNKNOWN = b"BAD Command unrecognized"


def capabilities(text):
    return re.search(rb"CAPABILITY ([^\]]*)", text).group(1).split()


# ------------------------------------------------------------- greeting

def test_greeting(probe):
    c = Client()
    assert re.fullmatch(
        rb"\* OK \[CAPABILITY IMAP4REV1 [^\]]+\] mail\.example Cedar IMAP "
        rb"\d+\.\d+ at " + DATE, c.greeting)


def test_greeting_without_reverse_names(probe):
    probe.machine.config("set disable-plaintext 0\nset allow-reverse-dns 0\n")
    mark = probe.machine.log.mark()
    c = Client()
    assert b"] [127.0.0.1] Cedar IMAP " in c.greeting
    c.ok(b"LOGOUT")
    probe.machine.log.wait(r"imapd\[\d+\]: Logout user=\?\?\? host=\[127", mark)


def test_nologin_says_bye(probe):
    pathlib.Path("/etc/nologin").write_text("down\n")
    try:
        d = Direct([PROBE / "bin/imapd"])
        assert re.fullmatch(rb"\* BYE Service not available mail\.example "
                            rb"Cedar IMAP \d+\.\d+ at " + DATE, d.greeting)
        assert d.closed() == b"" and d.status() == 0
    finally:
        os.unlink("/etc/nologin")


@pytest.mark.parametrize("policy,tls,shown,hidden", [
    (0, False, [b"STARTTLS", b"SASL-IR"],
     [b"LOGINDISABLED", b"AUTH=PLAIN", b"AUTH=LOGIN"]),
    (1, False, [b"STARTTLS", b"LOGINDISABLED"], [b"AUTH=PLAIN"]),
    (2, False, [b"STARTTLS", b"LOGINDISABLED"], [b"AUTH=PLAIN"]),
    (0, True, [b"AUTH=PLAIN", b"AUTH=LOGIN"], [b"STARTTLS", b"LOGINDISABLED"]),
    (1, True, [b"LOGINDISABLED"], [b"STARTTLS", b"AUTH=PLAIN"]),
    (2, True, [b"AUTH=PLAIN", b"AUTH=LOGIN"], [b"STARTTLS", b"LOGINDISABLED"]),
    # What is no number does not mean to allow.
    ("yes", True, [b"LOGINDISABLED"], [b"AUTH=PLAIN"]),
    ("", True, [b"LOGINDISABLED"], [b"AUTH=PLAIN"]),
    ("3", True, [b"LOGINDISABLED"], [b"AUTH=PLAIN"]),
    (None, False, [b"LOGINDISABLED"], [b"AUTH=PLAIN"]),
    (None, True, [b"AUTH=PLAIN"], [b"LOGINDISABLED"]),
    ("2\nset plaintext-allowed-clients other.example, 127.0.0.1", False,
     [b"STARTTLS"], [b"LOGINDISABLED"]),
    ("2\nset plaintext-allowed-clients 127.0.0.2", False,
     [b"LOGINDISABLED"], []),
    ("2\nset plaintext-allowed-clients mail.example", False,
     [], [b"LOGINDISABLED"]),
])
def test_capability_by_policy(probe, policy, tls, shown, hidden):
    probe.machine.config(
        "" if policy is None else "set disable-plaintext %s\n" % policy)
    c = Client(993 if tls else 143, tls=tls)
    command = capabilities(c.ok(b"CAPABILITY")[0])
    code = capabilities(c.greeting)
    for names in (code, command):
        assert all(name in names for name in shown)
        assert not any(name in names for name in hidden)
    # The code has the parts before login, the command all parts.
    assert b"UNSELECT" in command and b"UNSELECT" not in code


def test_netscape_before_login(probe):
    """The command is there in every state, where its URL is set."""
    c = Client()
    assert b"X-NETSCAPE" not in capabilities(c.greeting)
    assert c.command(b"NETSCAPE")[0] == UNKNOWN
    probe.machine.config("set netscape-account-url http://x.example/a\n")
    c = Client()
    assert b"X-NETSCAPE" in capabilities(c.greeting)
    assert c.ok(b"netscape") == [b"* OK [NETSCAPE]", b"* VERSION 1.0 UNIX",
                                 b'* ACCOUNT-URL "http://x.example/a"']
    assert c.command(b"NETSCAPE x")[0] == \
        b"BAD Argument given to NETSCAPE when none expected"


# ----------------------------------------------------- commands, no login

CLOSES = object()

DIALOGUES = [
    # what is sent, what comes back (CLOSES: and then the end)
    (b"a NOOP\r\n", [b"a OK NOOP completed"]),
    (b"a noop\n", [b"a OK NOOP completed"]),
    (b"a+1 NOOP\r\n", [b"a+1 OK NOOP completed"]),
    (b"a NOOP x\r\n", [b"a BAD Argument given to NOOP when none expected"]),
    (b"a NOOP \r\n", [b"a BAD Argument given to NOOP when none expected"]),
    (b"a CAPABILITY x\r\n",
     [b"a BAD Argument given to CAPABILITY when none expected"]),
    (b"a LOGOUT x\r\nb NOOP\r\n",
     [b"a BAD Argument given to LOGOUT when none expected",
      b"b OK NOOP completed"]),
    (b"a LOGOUT\r\n",
     [rb"~\* BYE \S+ IMAP4rev1 server terminating connection",
      b"a OK LOGOUT completed", CLOSES]),
    (b"a ID NIL\r\n", [rb'~\* ID \("name" "Cedar IMAP" "version" .*\)',
                       b"a OK ID completed"]),
    (b'a ID ("name" "x" "os" NIL)\r\n',
     [rb"~\* ID \(.*\)", b"a OK ID completed"]),
    (b'a ID ("name" {1+}\r\nx)\r\n',
     [rb"~\* ID \(.*\)", b"a OK ID completed"]),
    (b"a ID ((((((((\r\n", [b"a BAD Missing or invalid argument to ID"]),
    (b"a ID (" + b'"k" "v" ' * 30 + b'"k" "v")\r\n',
     [b"a BAD Missing or invalid argument to ID"]),
    (b"a ID\r\n", [b"a BAD Missing or invalid argument to ID"]),
    # unknown, and not valid in this state
    (b"a SELECT INBOX\r\n", [UNKNOWN.join([b"a ", b""])]),
    (b"a  NOOP\r\n", [b"a BAD Command unrecognized"]),
    (b"a x\r\nb y\r\nc UID z\r\nd NOOP\r\n",
     [b"a BAD Command unrecognized", b"b BAD Command unrecognized",
      b"c BAD Command unrecognized", CLOSES]),
    (b"a x\r\nb NOOP\r\nc y\r\nd AUTHENTICATE NONESUCH\r\ne NOOP\r\n",
     [b"a BAD Command unrecognized", b"b OK NOOP completed",
      b"c BAD Command unrecognized", b"d BAD Command unrecognized",
      b"e OK NOOP completed"]),
    # tags
    (b"\r\n", [b"* BAD Missing command tag", CLOSES]),
    (b"a\r\n", [b"* BAD Missing command tag", CLOSES]),
    (b"a \r\n", [b"a BAD Missing command", CLOSES]),
    (b" a NOOP\r\n", [b"* BAD Missing command tag", CLOSES]),
    (b"(a NOOP\r\n", [b"* BAD Missing command tag", CLOSES]),
    (b"* NOOP\r\n", [b"* BAD Missing command tag", CLOSES]),
    (b"+ NOOP\r\n", [b"* BAD Missing command tag", CLOSES]),
    (b"+a NOOP\r\n", [b"* BAD Missing command tag", CLOSES]),
    (b"+ " + b"x" * 70000 + b"\r\n", [b"* BAD Command line too long", CLOSES]),
    (b"a\tNOOP\r\n", [b"* BAD Missing command tag", CLOSES]),
    (b"a\xff NOOP\r\n", [b"* BAD Missing command tag", CLOSES]),
    (b"POST / HTTP/1.1\r\nHost: x\r\n\r\n",
     [b"POST BAD Command unrecognized", b"Host: BAD Command unrecognized",
      b"* BAD Missing command tag", CLOSES]),
    (b"t" * 50 + b" NOOP\r\n", [b"t" * 50 + b" OK NOOP completed"]),
    (b"t" * 51 + b" NOOP\r\na NOOP\r\n",
     [b"* BAD Excessively long tag", b"a OK NOOP completed"]),
    # literals
    (b"a LOGIN {3}\r\n", [b"+ Ready for argument"]),
    (b"a LOGIN {10001}\r\nb NOOP\r\n",
     [b"* BAD Absurdly long client literal",
      b"a BAD Missing or invalid argument to LOGIN", b"b OK NOOP completed"]),
    (b"a LOGIN {10001+}\r\n" + b"x" * 10001 + b" {2+}\r\nyy\r\nb NOOP\r\n",
     [b"* BAD Absurdly long client literal",
      b"a BAD Missing or invalid argument to LOGIN", b"b OK NOOP completed"]),
    (b"a LOGIN {4294967296}\r\nb NOOP\r\n",
     [b"* BAD Absurdly long client literal",
      b"a BAD Missing or invalid argument to LOGIN", b"b OK NOOP completed"]),
    (b"a LOGIN {99999999999999999999}\r\nb NOOP\r\n",
     [b"* BAD Absurdly long client literal",
      b"a BAD Missing or invalid argument to LOGIN", b"b OK NOOP completed"]),
    (b"a LOGIN {-1}\r\nb NOOP\r\n",
     [b"a BAD Missing or invalid argument to LOGIN", b"b OK NOOP completed"]),
    (b"a LOGIN {3} x\r\nb NOOP\r\n",
     [b"a BAD Missing or invalid argument to LOGIN", b"b OK NOOP completed"]),
    (b"a NOOP {3+}\r\nabc\r\nb NOOP\r\n",
     [b"a BAD Argument given to NOOP when none expected",
      b"b OK NOOP completed"]),
    (b"a XYZZY {3+}\r\nabc {0+}\r\n\r\nb NOOP\r\n",
     [b"a BAD Command unrecognized", b"b OK NOOP completed"]),
    (b"a LOGIN x {1+}\r\ny{1+}\r\nz\r\nb NOOP\r\n",
     [b"a BAD Missing or invalid argument to LOGIN", b"b OK NOOP completed"]),
    # LOGIN's arguments
    (b"a LOGIN\r\n", [b"a BAD Missing or invalid argument to LOGIN"]),
    (b"a LOGIN ann\r\n", [b"a BAD Missing or invalid argument to LOGIN"]),
    (b"a LOGIN ann x y\r\n", [b"a BAD Missing or invalid argument to LOGIN"]),
    (b"a LOGIN ann x \r\n", [b"a BAD Missing or invalid argument to LOGIN"]),
    (b"a LOGIN ann*chief x\r\n",
     [b"a BAD Missing or invalid argument to LOGIN"]),
    (b'a LOGIN "ann x\r\n', [b"a BAD Missing or invalid argument to LOGIN"]),
    (b'a LOGIN "an\xe9" x\r\n',
     [b"a BAD Missing or invalid argument to LOGIN"]),
    (b'a LOGIN "a\\nn" x\r\n',
     [b"a BAD Missing or invalid argument to LOGIN"]),
    # AUTHENTICATE
    (b"a AUTHENTICATE\r\n",
     [b"a BAD Missing or invalid argument to AUTHENTICATE"]),
    (b"a AUTHENTICATE PLAIN\r\n", [b"+ "]),
    (b"a AUTHENTICATE plain\r\n*\r\n", [b"+ ", b"a BAD Command unrecognized"]),
    (b"a AUTHENTICATE LOGIN\r\n", [b"+ VXNlciBOYW1lAA=="]),
    (b"a AUTHENTICATE LOGIN\r\nYQ==\r\n",
     [b"+ VXNlciBOYW1lAA==", b"+ UGFzc3dvcmQA"]),
    (b"a AUTHENTICATE LOGIN YQ==\r\n", [b"a BAD Command unrecognized"]),
    (b"a AUTHENTICATE PLAIN YQ\r\n", [b"a BAD Command unrecognized"]),
    (b"a AUTHENTICATE PLAIN " + b64(b"\0a\0b\0c") + b"\r\n",
     [b"a BAD Command unrecognized"]),
    (b"a AUTHENTICATE PLAIN " + b64(b"\0ab") + b"\r\n",
     [b"a BAD Command unrecognized"]),
    (b"a AUTHENTICATE PLAIN =\r\n", [b"a BAD Command unrecognized"]),
]


def matches(line, want):
    if want[:1] == b"~":
        return re.fullmatch(want[1:], line) is not None
    return line == want


@pytest.mark.parametrize("sent,expected", DIALOGUES,
                         ids=[repr(d[0][:40]) for d in DIALOGUES])
def test_dialogue(probe, sent, expected):
    c = Client()
    c.send(sent)
    for want in expected:
        if want is CLOSES:
            assert c.closed() == b""
            return
        line = c.line()
        assert matches(line, want), (line, want)
    c.close()


@pytest.mark.parametrize("cut", range(1, 29))
def test_cut_anywhere(probe, cut):
    """A command that comes in two packets is the same command."""
    text = b'a LOGIN {3+}\r\nann "x y z" q\r\n'
    c = Client()
    c.send(text[:cut])
    time.sleep(0.01)
    c.send(text[cut:])
    assert c.line() == b"a BAD Missing or invalid argument to LOGIN"


def test_line_of_the_greatest_length(probe):
    c = Client()
    c.send(b"a " + b"x" * 65530 + b"\r\nb NOOP\r\n")
    assert c.line() == b"a BAD Command unrecognized"
    assert c.line() == b"b OK NOOP completed"
    mark = probe.machine.log.mark()
    c.send(b"a " + b"x" * 65531 + b"\r\nb NOOP\r\n")
    assert c.line() == b"a BAD Command line too long"
    assert c.closed() == b""
    probe.machine.log.wait("Line too long before authentication host=", mark)


@pytest.mark.parametrize("size", [65536, 1048576])
def test_cve_1999_0005_authenticate_with_a_long_mechanism(probe, size):
    c = Client()
    c.send(b"a AUTHENTICATE " + b"A" * size + b"\r\n")
    assert c.line() == b"a BAD Command line too long"
    assert c.closed() == b""


def test_cve_1999_0042_long_everything(probe):
    for text in (b"LOGIN " + b"A" * 60000 + b" x",
                 b'LOGIN x "' + b"\\\\" * 30000 + b'"',
                 b"AUTHENTICATE " + b"B" * 60000,
                 b"AUTHENTICATE PLAIN " + b"C" * 60000,
                 b"ID (" + b"(" * 60000):
        c = Client()
        c.send(b"a " + text + b"\r\n")
        assert re.match(rb"a (BAD|NO) ", c.line())
        c.send(b"b NOOP\r\n")
        assert c.line() == b"b OK NOOP completed"
        c.close()


def test_cve_2019_11500_nul_in_strings(probe):
    for text in (b'LOGIN "a\0nn" x', b"LOGIN {4+}\r\nan\0n x",
                 b'LOGIN ann "\0"', b"LOGIN ann {2+}\r\nx\0"):
        c = Client()
        c.send(b"a " + text + b"\r\n")
        assert c.line() == b"a BAD Missing or invalid argument to LOGIN"
        c.close()


# ------------------------------------------------------------ who gets in

ACCEPTED = [
    # command, name in the log, name as typed
    (b'LOGIN ann "Ann-pass 1"', "ann", b"ann"),
    (b'LOGIN "ann" {10}\r\nAnn-pass 1', "ann", b"ann"),
    (b"LOGIN {3+}\r\nann {10+}\r\nAnn-pass 1", "ann", b"ann"),
    (b'LOGIN ANN "Ann-pass 1"', "ann", b"ANN"),
    (b'LOGIN ann " Ann-pass 1"', "ann", b"ann"),
    (b'LOGIN spaced " lead"', "spaced", b"spaced"),
    (b'LOGIN "ann*chief" chief3', "ann", b"ann"),
    (b'LOGIN "ann*ANN" "Ann-pass 1"', "ann", b"ann"),
    (b'LOGIN "ann*CHIEF" chief3', "ann", b"ann"),
    (b"LOGIN long64" + b"x" * 58 + b" sixty-four", "long64x", b"long64"),
    (b"LOGIN TWIN other-twin", "TWIN", b"TWIN"),
    (b"LOGIN Twin twin-pass", "twin", b"Twin"),
    (b"AUTHENTICATE PLAIN " + plain(b"ann", b"Ann-pass 1"), "ann", b"ann"),
    (b"AUTHENTICATE PLAIN " + plain(b"chief", b"chief3", b"ann"), "ann",
     b"ann"),
    (b"AUTHENTICATE PLAIN " + plain(b"ann", b"Ann-pass 1", b"ann"), "ann",
     b"ann"),
]


@pytest.mark.parametrize("command,logged,typed", ACCEPTED)
def test_accepted(probe, command, logged, typed):
    mark = probe.machine.log.mark()
    c = Client()
    if b"{10}" in command:
        c.send(b"t " + command.split(b"\r\n")[0] + b"\r\n")
        assert c.line() == b"+ Ready for argument"
        c.send(command.split(b"\r\n")[1] + b"\r\n")
    else:
        c.send(b"t " + command + b"\r\n")
    assert c.line().startswith(b"t OK probe")
    record = say(c, b"record")[0]
    assert b" typed=" + typed in record
    if b"AUTHENTICATE" in command:
        probe.machine.log.wait(
            r"Authenticated user=%s\S* host=mail\.example \[127\.0\.0\.1\] "
            r"mech=PLAIN" % logged, mark)
    else:
        probe.machine.log.wait(
            r"Login user=%s\S* host=mail\.example \[127\.0\.0\.1\]" % logged,
            mark)
    if b"chief" in command.lower() or b"chief3" in command:
        probe.machine.log.wait(
            r"Admin \S+ override of user=ann host=mail\.example", mark)


@pytest.mark.parametrize("tls", [False, True])
def test_sasl_step_by_step(probe, tls):
    port = 993 if tls else 143
    c = Client(port, tls=tls)
    c.send(b"t AUTHENTICATE LOGIN\r\n")
    assert c.line() == b"+ VXNlciBOYW1lAA=="
    c.send(b64(b"ann") + b"\r\n")
    assert c.line() == b"+ UGFzc3dvcmQA"
    c.send(b64(b"Ann-pass 1") + b"\r\n")
    assert c.line().startswith(b"t OK probe")
    c = Client(port, tls=tls)
    c.send(b"t AUTHENTICATE PLAIN\r\n")
    assert c.line() == b"+ "
    c.send(plain(b"ann", b"Ann-pass 1") + b"\r\n")
    assert c.line().startswith(b"t OK probe")
    assert b" mech=PLAIN " in say(c, b"record")[0]


REFUSED = [
    # command, log line
    (b"LOGIN ann wrong", r"Login failed user=ann auth=ann host="),
    (b"LOGIN nosuch wrong", r"Login failed user=nosuch auth=nosuch host="),
    (b'LOGIN ann ""', r"Login failed user=ann auth=ann"),
    (b'LOGIN ann " "', r"Login failed user=ann auth=ann"),
    (b'LOGIN emptied ""', r"Login failed user=emptied"),
    (b"LOGIN emptied x", r"Login failed user=emptied"),
    (b"LOGIN onechar x", r"Login failed user=onechar"),
    (b"LOGIN locked !", r"Login failed user=locked"),
    (b"LOGIN starred {1+}\r\n*", r"Login failed user=starred"),
    (b"LOGIN lockedlk {4+}\r\n*LK*", r"Login failed user=lockedlk"),
    (b"LOGIN root x", r"Login failed user=root"),
    (b"LOGIN zero zero-pass", r"Login failed user=zero"),
    (b'LOGIN "root*chief" chief3', r"Login failed user=root auth=chief"),
    (b'LOGIN "zero*chief" chief3', r"Login failed user=zero auth=chief"),
    (b'LOGIN "nosuch*chief" chief3', r"Login failed user=nosuch auth=chief"),
    (b'LOGIN "ann*chief" wrong', r"Login failed user=ann auth=chief"),
    (b'LOGIN "ann*bo" bo.pass.2', r"Failed bo override of user=ann host="),
    (b'LOGIN "ann*bo" bo.pass.2', r"Login failed user=ann auth=bo"),
    (b'LOGIN "ann*primary" primary-pass',
     r"Failed primary override of user=ann"),
    (b'LOGIN "ann*" x', r"Login failed user=ann auth=ann"),
    (b'LOGIN "*chief" chief3', r"Login failed user= auth=chief"),
    (b"LOGIN " + b"u" * 65 + b" x",
     r"Login SYSTEM BREAK-IN ATTEMPT user=u{64} auth=u{64} host="),
    (b'LOGIN "ann*' + b"v" * 65 + b'" x',
     r"Login SYSTEM BREAK-IN ATTEMPT user=ann auth=v{64} host="),
    (b"LOGIN expired pw", r"Login failed user=expired"),
    (b"LOGIN aged pw", r"Login failed user=aged"),
    (b"LOGIN mustchange pw", r"Login failed user=mustchange"),
    (b"LOGIN ann {10000+}\r\n" + b"p" * 10000, r"Login failed user=ann"),
    (b'LOGIN "a\x01b" x', r"Login failed user=a\?b auth=a\?b"),
    (b"AUTHENTICATE PLAIN " + plain(b"ann", b"wrong"),
     r"Login failed user=ann auth=ann"),
    (b"AUTHENTICATE PLAIN " + plain(b"ann", b"wrong"),
     r"AUTHENTICATE PLAIN invalid host="),
    (b"AUTHENTICATE PLAIN " + plain(b"bo", b"bo.pass.2", b"ann"),
     r"Failed bo override of user=ann"),
    (b"AUTHENTICATE PLAIN " + plain(b"ann", b""), r"Login failed user=ann"),
    # Names that differ in case only can be two accounts.
    (b'LOGIN "TWIN*twin" twin-pass', r"Failed twin override of user=TWIN"),
    (b"AUTHENTICATE PLAIN " + plain(b"TWIN", b"other-twin", b"twin"),
     r"Failed TWIN override of user=twin"),
    (b'LOGIN "ann*Chief" no-chief', r"Failed Chief override of user=ann"),
]


def refused_all(probe, table, backend=""):
    """All at once, as each takes its three seconds: none may be answered
    before that, and all alike."""
    probe.machine.config("set disable-plaintext 0\n" + backend)
    mark = probe.machine.log.mark()
    began = time.monotonic()
    clients = []
    for command, _ in table:
        c = Client()
        clients.append((c, time.monotonic()))
        c.send(b"t " + command + b"\r\n")
    for (c, sent), (command, _) in zip(clients, table):
        line = c.line()
        assert time.monotonic() - sent >= REFUSAL - 0.01, command
        if command.startswith(b"AUTHENTICATE"):
            assert line == b"t " + UNKNOWN, command
        else:
            assert line == b"t " + NO_LOGIN, command
        c.send(b"u NOOP\r\n")
        assert c.line() == b"u OK NOOP completed"
        c.close()
    for _, pattern in table:
        probe.machine.log.wait(pattern, mark)
    assert time.monotonic() > began


@pytest.mark.parametrize("backend", ["", "set password-type std\n"])
def test_refused(probe, backend):
    refused_all(probe, REFUSED, backend)


def test_no_back_end_lets_nobody_in(probe):
    for backend in ("nul", "nonsense"):
        refused_all(probe, [(b'LOGIN ann "Ann-pass 1"', "Login failed")],
                    "set password-type %s\n" % backend)


@pytest.mark.parametrize("user,warning", [
    (b"lastday", b"* NO [ALERT] Password expires today!"),
    (b"warned", b"* OK [ALERT] Password expires in 5 day(s)"),
    (b"expiring", b"* OK [ALERT] Account expires in 10 day(s)"),
])
def test_warnings_of_shadow(probe, user, warning):
    probe.machine.config("set disable-plaintext 0\nset password-type std\n")
    c = Client()
    c.send(b"t LOGIN " + user + b" pw\r\n")
    assert c.line() == warning
    assert c.line().startswith(b"t OK probe")


def test_disabled_in_clear(probe):
    probe.machine.config("set disable-plaintext 2\n")
    mark = probe.machine.log.mark()
    c = Client()
    sent = time.monotonic()
    c.send(b't LOGIN ann "Ann-pass 1"\r\n')
    assert c.line() == b"t " + NO_LOGIN
    assert time.monotonic() - sent >= REFUSAL - 0.01
    probe.machine.log.wait("Login disabled user=ann auth=ann host=", mark)
    c.send(b"u AUTHENTICATE PLAIN " + plain(b"ann", b"Ann-pass 1") + b"\r\n")
    assert c.line() == b"u " + UNKNOWN
    probe.machine.log.wait("AUTHENTICATE PLAIN invalid host=", mark)
    c = Client(993, tls=True)
    c.send(b't LOGIN ann "Ann-pass 1"\r\n')
    assert c.line().startswith(b"t OK probe")


def test_never_in_plain_text(probe):
    probe.machine.config("set disable-plaintext 1\n")
    c = Client(993, tls=True)
    c.send(b't LOGIN ann "Ann-pass 1"\r\n')
    assert c.line() == b"t " + NO_LOGIN


def test_tries_are_used_up(probe):
    probe.machine.config(
        "set disable-plaintext 0\nset allowed-login-attempts 2\n")
    mark = probe.machine.log.mark()
    c = Client()
    for command in (b"LOGIN ann x",
                    b"AUTHENTICATE PLAIN " + plain(b"ann", b"y")):
        c.command(command)
    assert c.command(b'LOGIN ann "Ann-pass 1"')[0] == NO_LOGIN
    probe.machine.log.wait(
        "Login excessive login failures user=ann auth=ann host=", mark)
    c.ok(b"NOOP")


def test_overlong_name_takes_all_tries(probe):
    c = Client()
    assert c.command(b"LOGIN " + b"u" * 65 + b" x")[0] == NO_LOGIN
    mark = probe.machine.log.mark()
    assert c.command(b'LOGIN ann "Ann-pass 1"')[0] == NO_LOGIN
    probe.machine.log.wait("excessive login failures user=ann", mark)


def test_good_login_after_bad_ones(probe):
    c = Client()
    c.command(b"LOGIN ann x")
    c.command(b"LOGIN bo y")
    c.send(b't LOGIN ann "Ann-pass 1"\r\n')
    assert c.line().startswith(b"t OK probe")


def test_failure_of_a_mechanism_that_is_offered(probe):
    mark = probe.machine.log.mark()
    c = Client(993, tls=True)
    assert c.command(b"AUTHENTICATE PLAIN " + plain(b"ann", b"x"))[0] == NO_AUTH
    probe.machine.log.wait("AUTHENTICATE PLAIN failure host=", mark)
    c.send(b"t AUTHENTICATE LOGIN\r\n*\r\n")
    assert c.line() == b"+ VXNlciBOYW1lAA=="
    assert c.line() == b"t BAD cancelled by user"
    assert c.command(b"AUTHENTICATE LOGIN YQ==")[0] == BAD_ARG
    assert c.command(b"AUTHENTICATE PLAIN !!!!")[0] == NO_AUTH


# --------------------------------------------------------- password file

@pytest.fixture
def secrets(probe):
    path = pathlib.Path("/etc/cram-md5.pwd")

    def write(text, mode=0o400):
        path.unlink(missing_ok=True)
        path.write_bytes(text)
        path.chmod(mode)
    yield write
    path.unlink(missing_ok=True)


SECRETS = (b"# comment\tx\n\nnobody-here\nempty\t\n"
           b"ann\tfile pass\tword\r\nann\tsecond\nVup\tupper\n"
           b"spaced\tno\nghost\tboo\nroot\trr\nbo\tlast")


def test_password_file_decides(probe, secrets):
    secrets(SECRETS)
    for command in (b"LOGIN ann {14+}\r\nfile pass\tword",
                    b"LOGIN ANN {14+}\r\nfile pass\tword",
                    b"LOGIN ann {15+}\r\n file pass\tword", b"LOGIN bo last"):
        c = Client()
        c.send(b"t " + command + b"\r\n")
        assert c.line().startswith(b"t OK probe"), command
        c.close()
    refused_all(probe, [(command, "Login failed") for command in (
        b'LOGIN ann "Ann-pass 1"', b"LOGIN ann second", b"LOGIN ghost boo",
        b"LOGIN root rr", b"LOGIN chief chief3", b'LOGIN bo ""',
        b"LOGIN bo lastx", b"LOGIN bo las")])


def test_password_file_that_others_can_read_is_told(probe, secrets):
    secrets(SECRETS, 0o644)
    mark = probe.machine.log.mark()
    c = Client()
    c.send(b"t LOGIN bo last\r\n")
    assert c.line().startswith(b"t OK probe")
    probe.machine.log.wait("cram-md5.pwd should have mode 0400", mark)


def test_password_file_of_the_greatest_size(probe, secrets):
    last = b"\nbo\tlast\n"
    text = b"#" * ((16 << 20) - len(last)) + last
    secrets(text)
    c = Client()
    c.send(b"t LOGIN bo last\r\n")
    assert c.line().startswith(b"t OK probe")
    c.close()
    secrets(b"#" + text)
    mark = probe.machine.log.mark()
    refused_all(probe, [(b"LOGIN bo last", "Login failed")])
    probe.machine.log.wait("cram-md5.pwd is too large", mark)


# ----------------------------------------------------------------- alerts

def test_alert_comes_with_the_first_command(probe):
    path = pathlib.Path("/etc/imapd.alert")
    path.write_bytes(b"one\r\ntwo")
    try:
        c = Client()
        assert c.ok(b"NOOP") == [b"* OK [ALERT] one", b"* OK [ALERT] two"]
        assert c.ok(b"NOOP") == []
    finally:
        path.unlink()


# ------------------------------------------------------------ exit status

def end(text, closed=True, user=None):
    d = Direct([PROBE / "bin/imapd"])
    if user:
        d.send(b't LOGIN %s "%s"\r\n' % (user.encode(),
                                         USERS[user][1].encode()))
        assert d.line().startswith(b"t OK probe")
    d.send(text)
    if closed:
        d.closed()
    else:
        d.close()
    return d.status()


def test_exit_status(probe):
    assert end(b"a LOGOUT\r\n") == 0
    assert end(b"\r\n") == 0
    assert end(b"a\r\nb\r\nc\r\n") == 0
    assert end(b"a x\r\nb x\r\nc x\r\n") == 0
    assert end(b"a NOOP\r\n", closed=False) == 1
    assert end(b"exit\r\n", user="ann") == 5
    assert end(b"", closed=False, user="ann") == 1
    assert end(b"abort\r\n", user="ann") == -6


def test_disconnect_is_logged(probe):
    mark = probe.machine.log.mark()
    assert end(b"a NOOP\r\n", closed=False) == 1
    probe.machine.log.wait(r"Unexpected client disconnect, while reading line "
                           r"user=\?\?\? host=mail\.example \[", mark)


@pytest.mark.parametrize("sig,said,logged", [
    (15, b"* BYE Killed (terminated)\r\n", r"Killed \(terminated\) user=\?\?\?"),
    (1, b"", r"Hangup user=\?\?\?"),
    (14, b"* BYE Autologout (idle for too long)\r\n", r"Autologout user=\?\?\?"),
])
def test_signals_before_login(probe, sig, said, logged):
    mark = probe.machine.log.mark()
    d = Direct([PROBE / "bin/imapd"])
    d.proc.send_signal(sig)
    assert d.closed() == said
    assert d.status() == 1
    probe.machine.log.wait(logged, mark)


def test_signal_before_login_under_tls(probe):
    d = Direct([PROBE / "bin/imapd"])
    d.ok(b"STARTTLS")
    d.start_tls()
    d.ok(b"NOOP")
    d.proc.send_signal(15)
    assert d.closed() == b"* BYE Killed (terminated)\r\n"
    assert d.status() == 1


@pytest.mark.parametrize("sig", [10, 12])
def test_signals_that_mean_nothing_before_login(probe, sig):
    d = Direct([PROBE / "bin/imapd"])
    d.proc.send_signal(sig)
    d.ok(b"NOOP")
    d.ok(b"LOGOUT")
    assert d.status() == 0


def test_two_octets_ahead_reach_the_session(probe):
    """What a client sends behind LOGIN is the session's, in order."""
    c = Client()
    c.send(b't LOGIN ann "Ann-pass 1"\r\nahead of time')
    assert c.line() == b"t OK probe ahead=ahead of time"


# ----------------------------------------------------------------- the clock
# "hasty" is the same server with two seconds for a login in place of 180.

IDLE_BYE = b"* BYE Autologout (idle for too long)\r\n"


def hasty(greeting=True):
    return Direct([PROBE / "bin/hasty"], greeting)


def test_idle_is_logged_out(probe):
    mark = probe.machine.log.mark()
    d = hasty()
    assert d.closed() == IDLE_BYE
    assert d.status() == 1
    probe.machine.log.wait(r"Autologout user=\?\?\? host=mail\.example", mark)


@pytest.mark.parametrize("octets", [b"a NOOP\r\n", b"x", b"\0"])
def test_slow_talk_is_logged_out(probe, octets):
    """Neither commands nor single octets buy more time."""
    d = hasty()
    end = time.monotonic() + 20
    d.sock.settimeout(0.2)
    out = b""
    while time.monotonic() < end:
        try:
            d.send(octets)
            more = d.sock.recv(65536)
            if not more:
                break
            out += more
        except TimeoutError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            break
    assert time.monotonic() < end
    assert out.endswith(b"* BYE Autologout\r\n")
    assert d.status() == 0


def test_flood_under_tls_is_logged_out(probe):
    """A client that always has something to say, and so never lets the gate
    wait, buys no time either."""
    d = hasty()
    d.ok(b"STARTTLS")
    d.start_tls()
    d.sock.setblocking(False)
    flood = memoryview(b"a NOOP\r\n" * 100000)
    sent, tail = 0, b""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            sent = (sent + d.sock.send(flood[sent:sent + 16384])) % len(flood)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            select.select([d.sock], [d.sock], [], 0.1)
        except OSError:
            break
        try:
            while True:
                more = d.sock.recv(65536)
                if not more:
                    break
                tail = (tail + more)[-100:]
            break
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            continue
        except OSError:
            break
    assert time.monotonic() < end
    assert d.status() == 0
    probe.machine.log.wait(r"Autologout user=\?\?\? host=")


def test_silence_instead_of_tls(probe):
    """A client that never begins the handshake, after STARTTLS."""
    mark = probe.machine.log.mark()
    d = hasty()
    d.send(b"a STARTTLS\r\n")
    assert d.line() == b"a OK STARTTLS completed"
    assert d.closed() == b""
    assert d.status() == 1
    probe.machine.log.wait("Unable to accept SSL connection", mark)


def test_no_limit_after_login(probe):
    d = hasty()
    d.send(b't LOGIN ann "Ann-pass 1"\r\n')
    assert d.line().startswith(b"t OK probe")
    time.sleep(2.5)
    assert say(d, b"log still here") == []


# ---------------------------------------------------- what cannot be served

def test_chroot_server_lets_nobody_in(probe):
    """A session cannot be locked into its home (docs/differences.md), so it
    is not started at all."""
    probe.machine.config("set disable-plaintext 0\nset chroot-server 1\n")
    mark = probe.machine.log.mark()
    c = Client()
    assert c.command(b'LOGIN ann "Ann-pass 1"')[0] == NO_LOGIN
    probe.machine.log.wait(
        "Login ann failed: unable to set chroot=/home/ann host=", mark)


@contextlib.contextmanager
def name_server():
    """The socket of the only name server that there is."""
    hosts = pathlib.Path("/etc/hosts")
    resolv = pathlib.Path("/etc/resolv.conf")
    old = hosts.read_text(), resolv.read_text()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        hosts.write_text("127.0.0.9 elsewhere\n")
        resolv.write_text("nameserver 127.0.0.1\n")
        try:
            yield server
        finally:
            hosts.write_text(old[0])
            resolv.write_text(old[1])


def test_silent_name_server(probe):
    """Names that do not come in time are done without."""
    with name_server():  # hears, and says nothing
        c = Client()
        assert b"] [127.0.0.1] Cedar IMAP " in c.greeting
        c.ok(b"LOGOUT")


def answer_names(server):
    """A name server that calls every address dns.example."""
    name = b"\3dns\7example\0"
    while True:
        query, peer = server.recvfrom(512)
        if query == b"end":
            return
        question = query[12:query.index(b"\0", 12) + 5]
        server.sendto(query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question +
                      b"\xc0\x0c\0\x0c\0\1\0\0\0\x3c" +
                      struct.pack(">H", len(name)) + name, peer)


def test_names_from_a_name_server(probe):
    """The confined resolver can talk to one."""
    mark = probe.machine.log.mark()
    with name_server() as server:
        thread = threading.Thread(target=answer_names, args=(server,))
        thread.start()
        try:
            c = Client()
            assert b"] dns.example Cedar IMAP " in c.greeting
            c.ok(b"LOGOUT")
            probe.machine.log.wait(
                r"Logout user=\?\?\? host=dns\.example \[127", mark)
        finally:
            server.sendto(b"end", ("127.0.0.1", 53))
            thread.join()


def resolver():
    """The process that asks name servers; the gate has the same account."""
    for pid in processes():
        try:
            if command_name(pid) not in ("", "gate") and \
                    status_of(pid)["Uid"].split() == ["65529"] * 4 and \
                    status_of(pid)["Seccomp"] == "2":
                return pid
        except (FileNotFoundError, ProcessLookupError):
            continue
    return None


def test_resolver_is_confined(probe):
    """Whoever takes over the process that listens to name servers can start
    nothing, and signal nobody of its account."""
    with name_server():  # hears, and says nothing
        c = Client(greeting=False)
        pid = wait_for("a confined resolver", resolver, 2)
        status = status_of(pid)
        assert status["NoNewPrivs"] == "1" and status["Groups"] == ""
        for number in os.listdir("/proc/%d/fd" % pid):
            assert os.readlink("/proc/%d/fd/%s" % (pid, number)) != \
                server_socket(c)
        assert b"] [127.0.0.1] Cedar IMAP " in c.line()


def test_host_name_of_odd_characters(probe):
    """What a name server says goes into no greeting and no log as it is."""
    hosts = pathlib.Path("/etc/hosts")
    old = hosts.read_text()
    hosts.write_text("127.0.0.1 we{ird_na*me localhost\n")
    mark = probe.machine.log.mark()
    try:
        c = Client()
        assert b"] [127.0.0.1] Cedar IMAP " in c.greeting
        c.ok(b"LOGOUT")
        probe.machine.log.wait(r"Logout user=\?\?\? host=\[127\.0\.0\.1\]",
                               mark)
    finally:
        hosts.write_text(old)
