"""The samples themselves: where they come from, and that our server gives
every octet of them back."""
import os
import subprocess

import pytest

import corpora
import imap
import python_reader
import readings
import servers
from servers import wire

SHOWMSG = os.path.join(wire.BUILD, "test", "tools", "showmsg")


@pytest.mark.parametrize("row", corpora.packages(), ids=lambda row: row.name)
def test_package_has_mails(row):
    mails, missing = corpora.load()
    if row.name in missing:
        pytest.skip("%s package %s is not here" % (row.kind, row.name))
    assert [mail for mail in mails if mail.package == row.name]


def test_whole_message():
    for mail, table, texts in zip(readings.mails(), readings.ours().tables,
                                  readings.ours().texts):
        whole = python_reader.sent(mail.octets)
        assert texts[""] == whole, str(mail)
        assert texts["HEADER"] + texts["TEXT"] == whole, str(mail)
        assert table["", "size"] == len(whole), str(mail)


def test_counts_of_parts():
    """Octets and lines are those of the text that is sent."""
    for mail, table, texts in zip(readings.mails(), readings.ours().tables,
                                  readings.ours().texts):
        for (section, item), value in table.items():
            if item == "octets":
                assert value == len(texts[section]), (str(mail), section)
            if item == "lines":
                assert value == texts[section].count(b"\r\n"), \
                    (str(mail), section)


def test_parts_lie_in_the_whole():
    """Every text is a piece of the message; a part's header ends where its
    text begins."""
    for mail, texts in zip(readings.mails(), readings.ours().texts):
        whole = texts[""]
        for section, text in texts.items():
            assert text is None or text in whole, (str(mail), section)
            if section + ".MIME" in texts:
                assert texts[section + ".MIME"] + text in whole, \
                    (str(mail), section)


def test_crlf_is_the_same(tmp_path):
    """Mail in formats with CRLF line ends, in odd pieces, gives the same
    ENVELOPE and BODYSTRUCTURE."""
    paths = []
    for i, mail in enumerate(readings.mails()):
        paths.append(str(tmp_path / str(i)))
        with open(paths[-1], "wb") as f:
            f.write(mail.octets.replace(b"\n", b"\r\n"))
    out = subprocess.run([SHOWMSG, "-c", "-p", "61", *paths], check=True,
                         stdout=subprocess.PIPE).stdout
    reader = imap.Reader(out)
    for mail, table in zip(readings.mails(), readings.ours().tables):
        envelope = reader.items()
        reader.expect(b"\n")
        shown = imap.flat(envelope, reader.items())
        reader.expect(b"\n")
        shown["", "size"] = table["", "size"]
        assert shown == table, str(mail)


EXTENSION = ("md5", "disposition", "language", "location")


def test_body_is_bodystructure_without_extension():
    peer = servers.Ours(readings.mails())
    try:
        rows = peer.fetch((i + 1, b"ENVELOPE BODY")
                          for i in range(len(readings.mails())))
    finally:
        peer.close()
    for i, mail in enumerate(readings.mails()):
        body = imap.flat(rows[i + 1]["ENVELOPE"], rows[i + 1]["BODY"])
        for (section, item), value in readings.ours().tables[i].items():
            if item in EXTENSION:
                value = None
            elif item == "params" and section.endswith("[]"):
                value = []
            elif item == "size":
                continue
            assert body[section, item] == value, (str(mail), section, item)
