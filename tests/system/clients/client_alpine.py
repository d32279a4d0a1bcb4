"""alpine on a terminal: mailboxes, open, flag, save (a copy that marks the
original deleted), search, expunge, a draft, and what another session does."""
from accounts import ANSWERED, FIRST, FLAGGED, SEEN, Screen, note

CONFIG = """inbox-path={localhost:%(port)d/%(tls)s/user=%(name)s}INBOX
folder-collections=Server {localhost:%(port)d/%(tls)s/user=%(name)s}[]
incoming-archive-folders=
default-fcc=""
postponed-folder=drafts
user-domain=mail.example
personal-name=Ann
smtp-server=
last-version-used=7.00
index-format=MSGNO(4) STATUS(4) SUBJECT(40)
sort-key=arrival
mail-check-interval=1
mailcheck-interval-noncurrent=1
feature-list=expunge-without-confirm,
	expunge-without-confirm-everywhere,
	quit-without-confirm,
	enable-aggregate-command-set,
	enable-flag-cmd,
	enable-full-header-cmd,
	enable-zoom-cmd,
	no-auto-move-read-msgs,
	no-save-will-advance,
	no-save-will-quote-leading-froms,
	no-quell-folder-internal-msg,
	combined-folder-display,
	no-enable-newmail-sound
"""


def open_box(account):
    rc = account.write("pinerc", CONFIG % {
        "name": account.name, "port": account.port,
        "tls": "ssl" if account.tls else "tls"})
    return Screen(account, "alpine", "-p", str(rc), "-i")


def sign_in(account, screen):
    # A line that tells of the work may be in front of the question; the keys
    # for it are below.
    screen.say(r"PASSWORD|\^C Cancel +Ret Accept", account.password, "Enter")
    screen.say("Preserve password", "n")
    screen.wait(r"3 +N +long")


def act(account, screen):
    screen.keys("J")
    screen.say("Message number to jump to", "C-u", "1", "Enter")
    screen.wait("Message 1 of 3")
    screen.keys("Enter")
    screen.wait("Four o'clock")
    screen.keys("<")
    screen.wait("MESSAGE INDEX")
    screen.keys("*")
    screen.say("Flag New, Deleted, Answered", "*")
    screen.wait(r"1 +\* +tea")
    screen.keys("J")
    screen.say("Message number to jump to", "C-u", "2", "Enter")
    screen.wait("Message 2 of 3")
    screen.keys("S")
    screen.say("SAVE Msg #2 to folder", "C-u", "one", "Enter")
    screen.say("doesn't exist. +Create", "y")
    screen.wait(r"2 +D +cake")
    assert account.subjects("one") == ["cake"]
    screen.keys("\\;")
    screen.say("SELECT criteria", "t")
    screen.say("Select based on", "b")
    screen.say("String in message BODY", "Kuchen", "Enter")
    screen.wait("Select matched 1 message")
    screen.wait(r"3 +X +N +long")
    screen.keys("x")
    screen.wait("1 message expunged")
    account.wait_state([("tea", {SEEN, FLAGGED}), ("long", set())])


def folders(account, screen):
    screen.keys("<")
    screen.wait("INBOX +one")
    screen.keys("a")
    screen.say("Folder name to add", "two", "Enter")
    screen.wait("INBOX +one +two")
    screen.keys("w")
    screen.say("(Folder|Word).* (find|to)", "two", "Enter")
    screen.keys("r")
    screen.say("Rename folder to : two", "BSpace", "BSpace", "BSpace",
               "three", "Enter")
    screen.wait("INBOX +one +three")
    assert account.mailboxes() == ["one", "three"]
    screen.keys("d")
    screen.say('DELETE "three"', "y")
    screen.wait("INBOX +one *\n")
    assert account.mailboxes() == ["one"]


def at_once(account, screen):
    """What another session and procmail do shows at the next look."""
    other = account.connect()
    other.ok(b"SELECT INBOX")
    screen.keys("g")
    screen.say("GOTO folder", "C-u", "inbox", "Enter")
    screen.wait("ZOOMED MESSAGE INDEX")
    screen.keys("z")
    screen.wait(r"1 +\* +tea")
    account.deliver(note("new"))
    screen.keys("C-l")
    screen.wait("3 +N +new")
    other.ok(rb"STORE 2 +FLAGS (\Deleted)")
    other.ok(b"EXPUNGE")
    other.ok(rb"STORE 1 +FLAGS (\Answered)")
    screen.keys("C-l")
    screen.wait(r"2 +N +new")
    screen.wait(r"1 +\* ?A +tea|1 +A +tea|1 +\* +tea")
    assert "long" not in screen.text()
    other.ok(b"LOGOUT")


def round_trip(account):
    account.deliver(*FIRST)
    screen = open_box(account)
    try:
        sign_in(account, screen)
        act(account, screen)
        folders(account, screen)
        at_once(account, screen)
        screen.keys("Q")
        screen.end()
    finally:
        screen.kill()
    assert account.state() == [("tea", {SEEN, FLAGGED, ANSWERED}),
                               ("new", set())]
    assert account.state("one") == [("cake", set())]
