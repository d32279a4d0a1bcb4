"""Plays all conversations src/*/t/*.wire; see wire.py for their form."""
import glob
import os

import pytest

import wire

FILES = sorted(glob.glob(os.path.join(wire.TOP, "src", "*", "t", "*.wire")))


@pytest.mark.parametrize(
    "path", FILES, ids=[os.path.relpath(p, wire.TOP) for p in FILES])
def test_conversation(path):
    why = None
    try:
        wire.Player(path).play()
    except wire.WireError as e:
        why = str(e)
    if why:
        pytest.fail(why, pytrace=False)


def test_there_are_conversations():
    assert FILES


def test_a_wrong_row_fails(tmp_path):
    """The runner itself: a conversation that does not hold is an error."""
    folder = tmp_path / "imapd" / "t"
    folder.mkdir(parents=True)
    path = folder / "wrong.wire"
    path.write_text("# RFC 3501 6.1.2\nC: a NOOP\nS: a NO ...\n")
    with pytest.raises(wire.WireError):
        wire.Player(str(path)).play()
