"""mtest: what is typed into it, for each letter, and what it prints."""
import os
import pwd
import subprocess

import pytest

import wire

with open(os.path.join(wire.TOP, "tests", "mail", "three.mbox")) as f:
    THREE = f.read()


class Typist:
    """A home with the mailbox "three", and mtest run in it."""

    def __init__(self):
        self.home = wire.Home()
        self.home.write("three", THREE)
        self.octets = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.home.remove()

    def run(self, *lines, last="\n"):
        """What mtest prints; lines follow the answers at its start."""
        home = self.home
        gecos = pwd.getpwuid(home.uid).pw_gecos.split(",")[0]
        first = ("n",) if gecos else ("Somebody", "n")
        kw = {}
        if os.geteuid() == 0:
            kw = {"user": home.uid, "group": home.gid, "extra_groups": []}
        done = subprocess.run(
            [wire.executable("mtest")], cwd=home.path,
            env={"HOME": home.path, "TZ": "UTC", "PATH": "/usr/bin:/bin"},
            input=("\n".join(first + lines) + last).encode(),
            capture_output=True, timeout=60, **kw)
        assert done.returncode == 0, done
        assert done.stderr == b"", done
        with open(os.path.join(home.path, "three"), "rb") as f:
            self.octets = f.read()
        return done.stdout.decode()


@pytest.fixture
def typist():
    with Typist() as t:
        yield t


def test_start_and_status_block(typist):
    out = typist.run("three", "Q")
    assert out.startswith("MTest -- C client test program\n")
    assert " unix mailbox: three, 3 messages, 3 recent\n" in out
    assert out.endswith("MTest>")


def test_empty_name_ends(typist):
    assert typist.run("").endswith("Mailbox ('?' for help): ")


def test_help_for_mailbox_names(typist):
    out = typist.run("?", "")
    assert '"/" three' in out


def test_name_that_does_not_open_is_asked_again(typist):
    out = typist.run("nowhere", "three", "Q")
    assert "?" in out and " unix mailbox: three" in out


@pytest.mark.parametrize("end", ["\n", "", "\nH 1", "\nT"])
def test_end_of_input_ends(typist, end):
    assert len(typist.run("three", last=end)) < 4000


def test_header_lines(typist):
    out = typist.run("three", "H 2", "3", "h", "Q")
    assert ("N       2)  5-Mar bo@mail.example      "
            "Re: tea (558 chars)\n") in out
    assert out.count("    3)  6-Mar cy@mail.example      cake") == 2


def test_search(typist):
    out = typist.run("three", "H SUBJECT tea", "Q")
    assert "   1) " in out and "   2) " in out and "   3) " not in out


def test_bad_search(typist):
    assert "?Unknown search criterion: NONSENSE" in typist.run(
        "three", "H NONSENSE", "Q")


def test_next_message(typist):
    out = typist.run("three", "", "", "", "", "Q")
    assert out.count(" chars)\n") == 3
    assert "%No next message\n" in out


def test_current_message(typist):
    out = typist.run("three", "T", "2", "B", "Q")
    assert "?Missing message number\n" in out
    assert " 3 MESSAGE/RFC822, 7BIT (119 octets, 5 lines)\n" in out


@pytest.mark.parametrize("number", ["0", "4", "99999999999999999999", "1x"])
def test_bad_number(typist, number):
    assert "?Bad message number\n" in typist.run("three", "T " + number, "Q")


def test_type_and_seen(typist):
    out = typist.run("three", "T 1", "H 1", "Q")
    assert "From: Ann Example <ann@mail.example>\n" in out
    assert "\n\nFour o'clock.\n" in out
    assert "R       1) " in out


def test_literal(typist):
    out = typist.run("three", "L 3", "Q")
    assert "From: cy@mail.example\n" in out and "\r" not in out


def test_structure(typist):
    out = typist.run("three", "Body 2", "Q")
    assert " 2 TEXT/HTML; CHARSET=utf-8, QUOTED-PRINTABLE (13" in out
    assert " 3.1 TEXT/PLAIN" in out


def test_delete_undelete_expunge(typist):
    out = typist.run("three", "D 1", "D 2", "U 1", "E", "H 1", "M", "Q")
    assert "[Expunged 1 messages]\n" in out
    assert " Mailbox three, 2 messages" in out
    assert b"Re: tea" not in typist.octets and b": tea" in typist.octets


def test_quit_leaves_what_is_deleted(typist):
    typist.run("three", "D 1", "Q")
    assert typist.octets.count(b"\nX-UID: ") == 3


def test_expunge_and_quit(typist):
    typist.run("three", "D 1", "X")
    assert typist.octets.count(b"\nX-UID: ") == 2


def test_check_ping_gc(typist):
    out = typist.run("three", "H 1", "G", "C", "P", "H 1", "Q")
    assert out.count(" unix mailbox: three, 3 messages") == 3
    assert out.count("tea (158 chars)") == 2


def test_overview(typist):
    out = typist.run("three", "O", "O 2:3", "O 77", "Q")
    assert "?Missing UID\n" in out
    assert "UID 3, message 3\nSubject: cake\n" in out


def test_status_of_another(typist):
    typist.home.write("other", THREE)
    out = typist.run("three", "M other", "M nowhere", "Q")
    assert " Mailbox other, 3 messages, 3 recent, 3 unseen" in out


def test_new(typist):
    typist.home.write("other", THREE)
    out = typist.run("three", "N other", "N", "three", "Q")
    assert " unix mailbox: other" in out
    assert out.count(" unix mailbox: three") == 2


def test_commands_without_a_mailbox(typist):
    """After a name that did not open there is none."""
    typist.home.write("shut", "not a mailbox")
    letters = "BCDEFGHLMOPTU+-#"
    out = typist.run("three", "N shut", *letters, "", "Q")
    assert "?No mailbox is open\n" in out


def test_find_and_namespaces(typist):
    out = typist.run("three", "F *", "#", "Q")
    assert '[List "/" three' in out
    assert "Shared: \"#shared/\"" in out


def test_unknown_and_help(typist):
    out = typist.run("three", "zap", "?", "Q")
    assert "?Unrecognized command: zap\n" in out
    assert " O  Overview" in out


def test_long_lines_are_cut(typist):
    assert "?Unrecognized command: zzz" in typist.run(
        "three", "z" * 100000, "Q")
