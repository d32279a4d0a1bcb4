"""Servers that one user is logged in to already, on their standard input and
output: ours on an mbox, Dovecot on a Maildir of the same messages."""
import os
import shutil
import subprocess
import sys
import tempfile
import threading

import imap

sys.path.insert(0, os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
import wire  # noqa: E402

SECONDS = 300
LAST = b"the-last-tag"
AT_ONCE = 20            # texts asked for in one FETCH
FROM = b"From sender@sample.example Tue Mar  5 09:01:02 2024 +0000\n"


def write(stream, text):
    """All of it, but neither LOGOUT nor the end of the stream: Dovecot may
    then leave out its last answers."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        pass


class Peer:
    """A server, and the home of the user it serves."""

    def __init__(self, mails):
        self.home = wire.Home()
        self.mails = mails

    def command(self):
        raise NotImplementedError

    def said(self, lines):
        """All that the server says to these commands."""
        text = b"".join(b"t%d %s\r\n" % row for row in enumerate(lines))
        text += LAST + b" NOOP\r\n"
        home = self.home
        kw = {}
        if os.geteuid() == 0:
            kw = {"user": home.uid, "group": home.gid, "extra_groups": []}
        log = tempfile.TemporaryFile()
        process = subprocess.Popen(
            self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=log, cwd=home.path,
            env={"HOME": home.path, "USER": home.user, "TZ": "UTC",
                 "PATH": "/usr/bin:/bin", "LANG": "C"}, **kw)
        limit = threading.Timer(SECONDS, process.kill)
        limit.daemon = True
        limit.start()
        writer = threading.Thread(target=write, args=(process.stdin, text))
        writer.start()
        out = bytearray()
        while LAST + b" OK" not in out[-2000:]:
            more = os.read(process.stdout.fileno(), 1 << 20)
            assert more, "the server ended early: %r" % bytes(out[-200:])
            out += more
        process.stdin.close()
        process.stdout.read()
        process.wait()
        limit.cancel()
        writer.join()
        log.seek(0)
        err = log.read()
        assert b"Sanitizer" not in err, err
        return bytes(out)

    def fetch(self, wanted):
        """wanted: (msgno, items of FETCH). {msgno: {item: value}}"""
        lines = [self.select()] + [b"FETCH %d (%s)" % (msgno, items)
                                   for msgno, items in wanted]
        rows = imap.fetched(self.said(lines))
        assert len(rows) == len(self.mails), \
            "%d messages of %d" % (len(rows), len(self.mails))
        return rows

    def structures(self):
        """What each message is, in the mails' order."""
        rows = self.fetch((i + 1, b"RFC822.SIZE ENVELOPE BODYSTRUCTURE")
                          for i in range(len(self.mails)))
        return [rows[i + 1] for i in range(len(self.mails))]

    def texts(self, sections):
        """The texts of each message's sections: [{section: octets}]."""
        rows = self.fetch(
            (i + 1, b" ".join(b"BODY.PEEK[%s]" % name.encode()
                              for name in names[at:at + AT_ONCE]))
            for i, names in enumerate(sections)
            for at in range(0, len(names), AT_ONCE))
        return [{name: rows[i + 1]["BODY[%s]" % name] for name in names}
                for i, names in enumerate(sections)]

    def close(self):
        self.home.remove()


class Ours(Peer):
    def __init__(self, mails):
        super().__init__(mails)
        mbox = b"".join(FROM + mail.octets + b"\n" for mail in mails)
        self.home.write("samples", mbox.decode("latin-1"))

    def command(self):
        return [wire.executable("imapd"), "-c", self.home.write_config()]

    def select(self):
        return b"EXAMINE samples"


class Dovecot(Peer):
    def __init__(self, mails):
        super().__init__(mails)
        for folder in ("cur", "new", "tmp"):
            self.home.file("Maildir/%s/x" % folder)
        for i, mail in enumerate(mails):
            self.home.write("Maildir/cur/%d.M%d.sample:2,"
                            % (1700000000 + i, i),
                            mail.octets.decode("latin-1"))

    @staticmethod
    def program():
        conf = shutil.which("doveconf") or "/usr/bin/doveconf"
        try:
            path = subprocess.run([conf, "-h", "libexec_dir"], text=True,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL).stdout.strip()
        except OSError:
            return None
        path = os.path.join(path, "imap")
        return path if os.access(path, os.X_OK) else None

    def command(self):
        run = self.home.path + "/run"
        self.home.file("run/x")
        self.home.write("dovecot.conf", (
            "protocols = imap\nbase_dir = %s\nstate_dir = %s\n"
            "log_path = %s/log\nstats_writer_socket_path =\nssl = no\n"
            "mail_location = maildir:~/Maildir\n"
            "namespace inbox {\n  inbox = yes\n}\n") % (run, run, run))
        return [self.program(), "-c", self.home.path + "/dovecot.conf"]

    def select(self):
        return b"EXAMINE INBOX"
