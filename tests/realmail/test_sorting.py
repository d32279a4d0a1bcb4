"""SORT and THREAD (RFC 5256) of all sample mails, beside Dovecot. Left out of
an order are the mails that a rule here names, with the reason we differ."""
import os
import re

import pytest

import readings
import servers

ARRIVED = 1709629262    # of servers.FROM

COMMANDS = [b"SORT (DATE) UTF-8 ALL", b"SORT (FROM) UTF-8 ALL",
            b"SORT (TO) UTF-8 ALL", b"SORT (CC) UTF-8 ALL",
            b"SORT (SIZE) UTF-8 ALL", b"SORT (SUBJECT) UTF-8 ALL",
            b"THREAD REFERENCES UTF-8 ALL"]


def answers(peer):
    try:
        out = peer.said([peer.select()] + COMMANDS)
    finally:
        peer.close()
    rows = re.findall(rb"^\* ((?:SORT|THREAD)[^\r]*)\r$", out, re.M)
    assert len(rows) == len(COMMANDS)
    return dict(zip(COMMANDS, rows))


def from_dovecot():
    peer = servers.Dovecot(readings.mails())
    folder = peer.home.path + "/Maildir/cur/"
    for name in os.listdir(folder):
        os.utime(folder + name, (ARRIVED, ARRIVED))
    return answers(peer)


def field(mail, name):
    """The body of a header field, folds and all; None without it."""
    header = re.split(rb"\r?\n\r?\n", mail.octets, maxsplit=1)[0]
    m = re.search(rb"(?im)^" + name + rb"[ \t]*:(.*(?:\n[ \t].*)*)", header)
    return m and m.group(1)


def no_usual_date(mail):
    """Dovecot reads the form of RFC 5322 section 3.3 only, without years of
    three digits (section 4.3), and takes the first second of 1970 for none;
    for it these were sent when they arrived."""
    date = field(mail, b"Date")
    return date is not None and (b"Thu, 01 Jan 1970 00:00:00" in date or not
                                 re.match(rb"\s*(?:[A-Z][a-z]{2},)?\s*\d{1,2}"
                                          rb"\s+[A-Z][a-z]{2}\s+\d\d(?:\d\d)?\s+"
                                          rb"\d\d:\d\d(?::\d\d)?\s", date))


def no_address(mail):
    """Dovecot sorts what is no address by the name that it shows for it, we
    as empty; and "x at y" is one for us, as are those with a backslash or with
    a dot for a name (causes_dovecot.py)."""
    return re.search(rb"<>|\[ | at |\\@|^\s*\. <",
                     field(mail, b"From") or b"") is not None


def blank_before_fold(mail):
    """RFC 5256 section 2.1, step 1: blanks and a fold are one blank. Octets
    that are in no charset collate in no given order."""
    subject = field(mail, b"Subject") or b""
    return re.search(rb"[ \t]\r?\n|[\x80-\xff]", subject) is not None


RULES = {b"SORT (DATE) UTF-8 ALL": no_usual_date,
         b"SORT (FROM) UTF-8 ALL": no_address,
         b"SORT (SUBJECT) UTF-8 ALL": blank_before_fold}


def parents(threads):
    """{message: its parent, or None at the top or below a dummy}"""
    out, open_, node = {}, [], None
    for token in re.findall(rb"[()]|\d+", threads):
        if token == b"(":
            open_.append(node)
        elif token == b")":
            node = open_.pop()
        else:
            out[int(token)] = node
            node = int(token)
    return out


@pytest.mark.skipif(servers.Dovecot.program() is None,
                    reason="dovecot-imapd is not installed")
def test_beside_dovecot():
    mails = readings.mails()
    ours, theirs = answers(servers.Ours(mails)), from_dovecot()
    for command in COMMANDS[:-1]:
        rule = RULES.get(command, lambda mail: False)
        left_out = {i + 1 for i, mail in enumerate(mails) if rule(mail)}
        assert len(left_out) < len(mails) // 15
        a, b = ([int(n) for n in side[command].split()[1:]
                 if int(n) not in left_out] for side in (ours, theirs))
        assert len(a) == len(mails) - len(left_out)
        assert a == b, command
    assert parents(ours[COMMANDS[-1]]) == parents(theirs[COMMANDS[-1]])
