"""Every difference from Dovecot and from Python's email package is judged:
see judging.py and the tables in judged/."""
import os

import pytest

import causes_decoding
import causes_dovecot
import causes_mimetools
import causes_python
import causes_ripmime
import corpora
import judging
import readings
import servers

ALL = pytest.mark.parametrize(
    "causes", [causes_dovecot.CAUSES, causes_python.CAUSES,
               causes_mimetools.CAUSES, causes_decoding.CAUSES,
               causes_ripmime.CAUSES],
    ids=lambda causes: causes.peer)


@pytest.mark.skipif(servers.Dovecot.program() is None,
                    reason="dovecot-imapd is not installed")
def test_dovecot():
    found, count = readings.from_dovecot()
    assert count > 20 * len(readings.mails())
    assert judging.faults(causes_dovecot.CAUSES, found,
                          readings.mails()) == []


def test_python():
    found, count = readings.from_python()
    assert count > 10 * len(readings.mails())
    assert judging.faults(causes_python.CAUSES, found,
                          readings.mails()) == []


@pytest.mark.skipif(not readings.has_mimetools(),
                    reason="libmime-tools-perl is not installed")
def test_mimetools():
    found, count = readings.from_mimetools()
    assert count > 2 * len(readings.mails())
    assert judging.faults(causes_mimetools.CAUSES, found,
                          readings.mails()) == []


def test_decoded_parts():
    found, count = readings.from_decoding()
    assert count > len(readings.mails()) // 20
    assert judging.faults(causes_decoding.CAUSES, found,
                          readings.mails()) == []


@pytest.mark.skipif(not readings.has_ripmime(),
                    reason="ripmime is not installed")
def test_ripmime():
    found, count = readings.from_ripmime()
    assert count > len(readings.mails())
    assert judging.faults(causes_ripmime.CAUSES, found,
                          readings.mails()) == []


@ALL
def test_every_cause_has_a_mail(causes):
    used = set(judging.read(causes.peer).values())
    assert used == {row.name for row in causes.rows}


@ALL
def test_causes_are_explained(causes):
    names = [row.name for row in causes.rows]
    assert len(names) == len(set(names))
    for row in causes.rows:
        assert row.kind in judging.KINDS and row.peer and row.ours
        if row.kind == "rfc":
            assert "RFC " in row.why and "section" in row.why, row.name


@ALL
def test_causes_are_documented(causes):
    with open(os.path.join(corpora.TOP, "docs", "realmail.md")) as f:
        text = f.read()
    for row in causes.rows:
        assert "| %s | %s |" % (row.name, row.kind) in text, row.name
