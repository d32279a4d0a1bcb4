"""The mails of the packages that tests/realmail/packages names, as far as
they are on this machine."""
import collections
import functools
import os
import subprocess

import collect

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PEERS = os.path.join(TOP, "build", "peers")
FETCHED = os.path.join(TOP, "build", "realmail")

Package = collections.namedtuple("Package", "kind name folder")


def packages():
    rows = []
    with open(os.path.join(HERE, "packages")) as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                fields = line.split() + [""]
                rows.append(Package(*fields[:3]))
    return rows


def files_of(row):
    """(root, paths) of a package, None if it is not here."""
    if row.kind == "installed":
        out = subprocess.run(["dpkg-query", "-L", row.name],
                             stdout=subprocess.PIPE, text=True,
                             stderr=subprocess.DEVNULL)
        paths = [p[1:] for p in out.stdout.split("\n")
                 if os.path.isfile(p)]
        return ("/", paths) if out.returncode == 0 else None
    root = os.path.join(PEERS if row.kind == "unpacked" else FETCHED,
                        row.name)
    if not os.path.isdir(root):
        return None
    paths = [os.path.relpath(os.path.join(base, name), root)
             for base, _, names in os.walk(root) for name in names
             if os.path.isfile(os.path.join(base, name))]
    return root, paths


@functools.lru_cache(None)
def load():
    """(mails, names of packages that are not here). A mail that several
    packages have is taken once."""
    found, missing, seen = [], [], set()
    for row in packages():
        files = files_of(row)
        if files is None:
            missing.append(row.name)
            continue
        root, paths = files
        paths = [p for p in paths if p.startswith(row.folder)]
        for mail in collect.mails(row.name, root, paths):
            if mail.digest not in seen:
                seen.add(mail.digest)
                found.append(mail)
    return found, missing
