"""imapflow: its steps are in imapflow/round_trip.js, which tools/setup
installs with the package in build/clients."""
import json
import shutil
import subprocess

from accounts import ANSWERED, CAKE, FIRST, FLAGGED, crlf, note
from machine import BUILD, TREE, wait_for

HERE = TREE / "tests/system/clients/imapflow"


def package():
    """The directory where the package is installed, if it is."""
    for build in (BUILD, TREE / "build"):
        if (build / "clients/imapflow/node_modules/imapflow").is_dir():
            return build / "clients/imapflow"
    return None


def answers(text):
    return dict(json.loads(line) for line in text.splitlines())


def round_trip(account):
    installed = package()
    if not installed:
        return "npm could not install imapflow"
    shutil.copytree(installed / "node_modules",
                    account.dir / "node_modules", symlinks=True)
    account.write("round_trip.js", (HERE / "round_trip.js").read_text())
    setting = account.write("setting", json.dumps({
        "port": account.port, "secure": account.tls, "user": account.name,
        "password": account.password, "ca": str(account.dir / "ca.pem")}))
    account.deliver(*FIRST)
    out = account.dir / "out"
    with open(out, "wb") as stdout:
        run = account.start("node", "round_trip.js", setting, stdout=stdout,
                            stderr=subprocess.STDOUT)
    try:
        wait_for("IDLE", lambda: '["idle"' in out.read_text() or
                 run.poll() is not None)
        if run.poll() is None:
            account.deliver(note("new"))
        status = run.wait(60)
    finally:
        run.kill()
        run.wait()
    assert status == 0, out.read_text()
    check(account, answers(out.read_text()))
    log = (account.dir / "setting.log").read_text()
    assert '"BAD' not in log and "error {" not in log, log


def check(account, said):
    assert said["secure"] == [True, True]
    assert said["list"] == ["INBOX", "Käse & Brot", "dir", "dir/deep", "one"]
    assert said["subscribed"] == ["INBOX", "Käse & Brot", "dir/deep"]
    assert said["status"] == 3
    assert said["envelopes"] == [
        [n + 1, subject, name, len(crlf(FIRST[n])), kind]
        for n, (subject, name, kind) in enumerate((
            ("tea", "Bo", "text/plain"), ("cake", "Carl", "multipart/mixed"),
            ("long", "Zürich", "text/plain")))]
    assert said["source"] == crlf(CAKE).decode()
    assert said["part"] == ["text/html", "<b>No</b>"]
    assert said["copied"] == [[1, 2], [2, 3]]
    assert said["search"] == [[1], [2], [3], [3], [2, 3], [2, 3], []]
    assert said["moved"] == [[2, 1]]
    assert said["now"] == [["tea", ["\\Draft", "\\Flagged", "\\Recent"]],
                           ["new", ["\\Recent"]]]
    assert account.subjects() == ["new"]
    assert account.state("one") == [
        ("up", {FLAGGED, "work"}), ("tea", {FLAGGED}),
        ("cake", {ANSWERED, "work"})]
    assert account.state("dir/deep") == [("cake", {ANSWERED, "work"})]
    assert account.mailboxes() == ["K&AOQ-se &- Brot", "dir", "dir/deep",
                                   "one"]
    assert "dir/deep" in account.subscriptions()
