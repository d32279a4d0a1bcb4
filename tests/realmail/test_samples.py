"""The samples themselves: where they come from, and that our server gives
every octet of them back."""
import pytest

import corpora
import python_reader
import readings


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
