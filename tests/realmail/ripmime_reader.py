"""The parts of a message as ripmime decodes them, without their places: it
writes each one to a file. All text is in CRLF lines."""
import os
import re
import shutil
import subprocess
import tempfile

PROGRAM = shutil.which("ripmime")

# Only what RFC 2045 and 2046 say: nothing that looks like mail or like
# uuencoded text is looked for.
OPTIONS = ("--no-ole", "--no-uudecode", "--no-doublecr", "--no-mht",
           "--no-multiple-filenames", "--disable-qmail-bounce",
           "--disable-header-fix", "--recursion-max", "200")


def wire(octets):
    return re.sub(rb"\r?\n", b"\r\n", octets)


def read(octets):
    """[octets of a file]"""
    folder = tempfile.mkdtemp(prefix="ripmime.")
    mail, out = os.path.join(folder, "mail"), os.path.join(folder, "out")
    try:
        os.mkdir(out)
        with open(mail, "wb") as f:
            f.write(octets)
        subprocess.run([PROGRAM, "-i", mail, "-d", out, *OPTIONS], timeout=60,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = []
        for entry in sorted(os.scandir(os.fsencode(out)),
                            key=lambda entry: entry.name):
            with open(entry.path, "rb") as f:
                found.append(wire(f.read()))
        return found
    finally:
        shutil.rmtree(folder)


def is_preamble(octets, mail, boundaries):
    """It makes a file of what stands before the first delimiter of each
    multipart, which IMAP does not show."""
    if octets in (b"", b"\r\n"):
        return True
    for boundary in boundaries:
        first = mail.find(b"\r\n--" + boundary) + 2
        if mail[:first].endswith(b"\r\n\r\n" + octets):
            return True
    return False
