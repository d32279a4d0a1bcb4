"""mutt and neomutt on a terminal: open, flag, tag, copy, move, search, drafts,
mailboxes in the browser, and what other sessions do while they look on."""
from accounts import ANSWERED, DRAFT, FIRST, FLAGGED, SEEN, Screen, note

CONFIG = """set imap_user="%(name)s"
set imap_pass="%(password)s"
set folder="%(scheme)s://localhost/"
set spoolfile="+INBOX"
set postponed="+drafts"
set record=""
set certificate_file="%(dir)s/ca.pem"
set ssl_force_tls=yes
set ssl_starttls=yes
set header_cache=""
set message_cachedir=""
set imap_idle=yes
set imap_list_subscribed=no
set mail_check=1
set timeout=1
set sleep_time=0
set sort=mailbox-order
set index_format="%%3C [%%Z] <%%s>"
set editor="sh -c 'echo Written here. >>$0'"
set from="ann@mail.example"
set use_from=yes
set abort_unmodified=no
set confirmappend=no
set confirmcreate=no
set delete=yes
set quit=yes
set move=no
set mark_old=no
set wait_key=no
set pager_stop=yes
set help=no
set beep=no
set strict_threads=yes
set auto_tag=no
"""


def open_box(account):
    rc = account.write("muttrc", CONFIG % {
        "name": account.name, "password": account.password,
        "scheme": account.scheme, "dir": account.dir})
    return Screen(account, account.client, "-n", "-F", str(rc))


def folders(account, screen):
    """The browser, on the mailboxes of the server."""
    screen.keys(":exec change-folder", "Enter")
    screen.say("[Oo]pen mailbox", "?")
    if "Mailboxes" in screen.wait("Mailboxes|Directory"):
        screen.keys("Tab")  # neomutt begins with another list
    screen.wait("IMAP +INBOX")
    for name in ("one", "two", "dir/deep", "drafts"):
        screen.keys("C")
        screen.say("Create mailbox:", "C-u", name, "Enter")
        screen.wait("IMAP +" + name.split("/")[0])
    screen.keys(":exec search", "Enter")
    screen.say("Search for", "two", "Enter")
    screen.keys("r")
    screen.say("Rename mailbox .* to:", "C-u", "three", "Enter")
    screen.wait("IMAP +three")
    assert account.mailboxes() == ["dir", "dir/deep", "drafts", "one",
                                   "three"]
    screen.keys(":exec search", "Enter")
    screen.say("Search for", "three", "Enter")
    screen.keys("s")
    screen.wait("Subscribed to")
    screen.keys("d")
    screen.say("Really delete mailbox", "y")
    screen.wait("Mailbox deleted")
    screen.keys("q")
    assert account.mailboxes() == ["dir", "dir/deep", "drafts", "one"]
    assert account.subscriptions() == ["three"]


def act(account, screen):
    screen.keys("1", "Enter", "Enter")
    screen.wait("Four o'clock")
    screen.keys("i", "F")
    screen.wait(r"1 \[.*!.*\] <tea>")
    screen.keys("2", "Enter", "t", ":exec tag-prefix copy-message", "Enter")
    screen.say("Copy (tagged )?to mailbox", "C-u", "=one", "Enter")
    screen.wait(r"2 \[.*\] <cake>")
    screen.keys("2", "Enter", ":exec save-message", "Enter")
    screen.say("Save to mailbox", "C-u", "=dir/deep", "Enter")
    screen.wait(r"2 \[.*D.*\] <cake>")
    screen.keys("l")
    screen.say("Limit to", "=b Kuchen", "Enter")
    screen.wait(r"^ *[13] \[.*\] <long>")
    assert "tea" not in screen.text()
    screen.keys("l")
    screen.say("Limit to", "C-u", "all", "Enter")
    screen.wait("tea")
    screen.keys("$")
    account.wait_state([("tea", {SEEN, FLAGGED}), ("long", set())])
    assert account.state("one") == [("cake", set())]
    assert account.state("dir/deep") == [("cake", set())]


def draft(account, screen):
    """What is put off is appended."""
    screen.keys("m")
    screen.say("To:", "bo@mail.example", "Enter")
    screen.say("Subject:", "later", "Enter")
    screen.wait("Subject: later")
    screen.keys("P")
    screen.wait("<long>")
    assert account.subjects("drafts") == ["later"]
    assert "Written here." in account.mail("drafts")[0].body.decode()


def at_once(account, screen):
    """New mail and the changes of another session show by themselves."""
    other = account.connect()
    other.ok(b"SELECT INBOX")
    account.deliver(note("new"))
    screen.wait(r"3 \[.*\] <new>")
    other.ok(rb"STORE 1 +FLAGS (\Answered)")
    screen.wait(r"1 \[.*r.*\] <tea>")
    other.ok(rb"STORE 2 +FLAGS (\Deleted)")
    other.ok(b"EXPUNGE")
    screen.wait(r"2 \[.*\] <new>")
    assert "long" not in screen.text()
    screen.keys("2", "Enter", "d", "$")
    account.wait_state([("tea", {SEEN, FLAGGED, ANSWERED})])
    told = other.ok(b"NOOP")
    assert b"* 2 EXPUNGE" in told, told
    other.ok(b"LOGOUT")


def round_trip(account):
    account.deliver(*FIRST)
    screen = open_box(account)
    try:
        screen.wait(r"2 .*<cake>")
        folders(account, screen)
        act(account, screen)
        draft(account, screen)
        at_once(account, screen)
        screen.keys("q")
        screen.end()
    finally:
        screen.kill()
    assert DRAFT in account.state("drafts")[0][1]
