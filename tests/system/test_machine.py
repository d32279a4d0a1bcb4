"""The test machine itself: what the other tests stand on."""
import os
import subprocess

from machine import SPOOL


def test_is_private(machine):
    assert subprocess.run(["ip", "-o", "link"], capture_output=True,
                          text=True).stdout.count("\n") == 1
    assert os.stat("/var/mail").st_mode & 0o7777 == 0o2775


def test_procmail_delivers(clean):
    clean.deliver("ann", b"Subject: x\n\nbody\n")
    assert (SPOOL / "ann").read_bytes().startswith(b"From ")
