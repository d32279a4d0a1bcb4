"""The examples of the RFCs that begin before the login, with this machine's
users (docs/servers/rfc-examples.md has the list)."""
import base64

import pytest

from machine import Client

ANN = base64.b64encode(b"\0ann\0Ann-pass 1")


@pytest.fixture
def secure(clean):
    """Passwords under TLS only, as it is by default."""
    clean.serve("inetd")
    return clean


def tls():
    c = Client(993, tls=True)
    assert c.greeting.startswith(b"* OK [CAPABILITY IMAP4REV1 ")
    return c


def talk(c, *rows):
    """Rows as the RFCs have them; "..." is anything up to the row's end."""
    for row in rows:
        who, text = row[:2], row[3:]
        if who == b"C:":
            c.send(text + b"\r\n")
            continue
        line = c.line()
        begin, dots, end = text.partition(b"...")
        if dots:
            assert line.startswith(begin) and line.endswith(end), (row, line)
        else:
            assert line == text, row


def capability(c, tag):
    c.send(tag + b" CAPABILITY\r\n")
    words = c.line().split()
    assert words[:3] == [b"*", b"CAPABILITY", b"IMAP4REV1"]
    assert c.line() == tag + b" OK CAPABILITY completed"
    return words


def test_rfc_3501_6_2_1_starttls(secure):
    c = Client()
    before = capability(c, b"a001")
    assert b"STARTTLS" in before and b"LOGINDISABLED" in before
    assert b"AUTH=PLAIN" not in before
    talk(c, b"C: a002 STARTTLS", b"S: a002 OK STARTTLS completed")
    c.start_tls()
    after = capability(c, b"a003")
    assert b"AUTH=PLAIN" in after
    assert b"STARTTLS" not in after and b"LOGINDISABLED" not in after
    talk(c, b'C: a004 LOGIN ann "Ann-pass 1"',
         b"S: a004 OK [CAPABILITY IMAP4REV1 ...] User ann authenticated",
         b"C: a005 LOGOUT", b"S: * BYE ...", b"S: a005 OK LOGOUT completed")
    assert c.closed() == b""


def test_rfc_3501_6_2_2_authenticate(secure):
    """The example's mechanism is GSSAPI; the steps are those of any."""
    c = tls()
    talk(c, b"C: A001 AUTHENTICATE PLAIN", b"S: + ", b"C: " + ANN,
         b"S: A001 OK ... authenticated")


def test_rfc_3501_6_2_3_login(secure):
    c = tls()
    talk(c, b"C: a001 LOGIN bo bo.pass.2",
         b"S: a001 OK [CAPABILITY IMAP4REV1 ...] User bo authenticated")


def test_rfc_3501_7_5_literals(secure):
    c = tls()
    talk(c, b"C: A001 LOGIN {3}", b"S: + Ready for argument",
         b"C: ann {10}", b"S: + Ready for argument", b"C: Ann-pass 1",
         b"S: A001 OK ... User ann authenticated",
         b"C: A044 BLURDYBLOOP {102856}",
         b"S: A044 BAD Command unrecognized: BLURDYBLOOP")
    c = tls()
    talk(c, b"C: A044 BLURDYBLOOP {102856}",
         b"S: A044 BAD Command unrecognized",
         b"C: a NOOP", b"S: a OK NOOP completed")


def test_rfc_3501_8_sample(secure):
    c = tls()
    talk(c, b'C: a001 login ann "Ann-pass 1"',
         b"S: a001 OK ... User ann authenticated",
         b"C: a002 select inbox", b"S: * 0 EXISTS", b"S: * 0 RECENT")


def test_rfc_7888_4_literals(secure):
    c = tls()
    talk(c, b"C: A001 LOGIN {3+}", b"C: ann {10+}", b"C: Ann-pass 1",
         b"S: A001 OK ... User ann authenticated")
    c = tls()
    talk(c, b'C: A001 LOGIN "ann" "Ann-pass 1"',
         b"S: A001 OK ... User ann authenticated")


def test_rfc_4959_4_initial_response(secure):
    c = tls()
    assert {b"SASL-IR", b"AUTH=PLAIN"} <= set(capability(c, b"C01"))
    talk(c, b"C: A01 AUTHENTICATE PLAIN " + ANN,
         b"S: A01 OK ... authenticated")
    c = tls()
    talk(c, b"C: A01 AUTHENTICATE PLAIN", b"S: + ", b"C: " + ANN,
         b"S: A01 OK ... authenticated")


def test_rfc_4959_4_external_is_not_there(secure):
    c = tls()
    for response in (b" =", b""):
        talk(c, b"C: A01 AUTHENTICATE EXTERNAL" + response,
             b"S: A01 BAD Command unrecognized")


def test_rfc_2971_3_1_id(secure):
    c = Client()
    talk(c, b'C: a023 ID ("name" "sodr" "version" "19.34" "vendor" '
         b'"Pink Floyd Music Limited")',
         b'S: * ID ("name" "Cedar IMAP" "version" "...")',
         b"S: a023 OK ID completed",
         b"C: a042 ID NIL", b'S: * ID ("name" "Cedar IMAP" ...)',
         b"S: a042 OK ID completed")


def test_rfc_5530_3_login(secure):
    """No code tells why: PRIVACYREQUIRED is told by LOGINDISABLED, and
    AUTHENTICATIONFAILED says what no code says."""
    c = Client()
    assert b"LOGINDISABLED" in capability(c, b"a")
    talk(c, b'C: b LOGIN "fred" "foo"', b"S: b NO Invalid login credentials",
         b"C: d select inbox", b"S: d BAD Command unrecognized")
