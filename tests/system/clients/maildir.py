"""The other side of mbsync, offlineimap and getmail: Maildirs."""
import os
import re

LETTERS = {"S": "Seen", "R": "Answered", "F": "Flagged", "T": "Deleted",
           "D": "Draft"}


class Maildir:
    def __init__(self, account, path):
        self.account = account
        self.path = path

    def make(self):
        for part in ("cur", "new", "tmp"):
            (self.path / part).mkdir(parents=True)
            self.account.own(self.path / part)
        return self

    def files(self):
        return sorted(p for part in ("cur", "new")
                      for p in (self.path / part).iterdir())

    def messages(self):
        """(subject, flags) of each message, in the order of the subjects."""
        return sorted((subject(p), flags(p)) for p in self.files())

    def subjects(self):
        return sorted(subject(p) for p in self.files())

    def find(self, wanted):
        found = [p for p in self.files() if subject(p) == wanted]
        assert len(found) == 1, (wanted, self.messages())
        return found[0]

    def text(self, wanted):
        return self.find(wanted).read_bytes()

    def add(self, name, message):
        path = self.path / "new" / name
        path.write_bytes(message)
        self.account.own(path)

    def set_flags(self, wanted, letters):
        """As a mail reader does: a rename, into cur."""
        path = self.find(wanted)
        os.rename(path, self.path / "cur" /
                  (path.name.split(":")[0] + ":2," + letters))

    def remove(self, wanted):
        self.find(wanted).unlink()


def subject(path):
    return re.search(rb"^Subject: (.*?)\r?$", path.read_bytes(),
                     re.M).group(1).decode()


def flags(path):
    letters = path.name.partition(":2,")[2]
    return sorted(LETTERS[c] for c in letters if c in LETTERS)
