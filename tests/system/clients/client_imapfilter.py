"""imapfilter: a Lua script that makes mailboxes, searches, flags, copies,
moves, deletes and waits; and two scripts at once."""
import subprocess

from accounts import ANSWERED, FIRST, FLAGGED, SEEN, note
from machine import wait_for

HEAD = """options.timeout = 100
options.info = true
options.create = true
options.subscribe = true
options.certificates = false
box = IMAP { server = 'localhost', username = '%(name)s',
    password = '%(password)s', port = %(port)d%(ssl)s }
function subjects(set)
    local all = {}
    for _, message in ipairs(set) do
        local mailbox, uid = table.unpack(message)
        all[#all + 1] = mailbox[uid]:fetch_field('Subject')
    end
    return table.concat(all, ', ')
end
"""

FOLDERS = """
for _, name in ipairs({ 'one', 'two', 'dir/deep' }) do
    assert(box:create_mailbox(name))
end
assert(box:rename_mailbox('two', 'three'))
assert(box:subscribe_mailbox('one'))
assert(box:subscribe_mailbox('dir/deep'))
assert(box:unsubscribe_mailbox('one'))
assert(box:delete_mailbox('three'))
local mailboxes, folders = box:list_all('')
table.sort(mailboxes)
print('ALL ' .. table.concat(mailboxes, ' '))
print('DIR ' .. table.concat(box:list_all('dir', '*'), ' '))
print('SUB ' .. table.concat(box:list_subscribed('', '*'), ' '))
"""

FILTER = """
print('STATUS ' .. table.concat({ box.INBOX:check_status() }, ' '))
print('BO ' .. subjects(box.INBOX:contain_from('bo@')))
print('OR ' .. subjects(box.INBOX:contain_subject('tea') +
    box.INBOX:is_larger(2000)))
print('NOT ' .. subjects(box.INBOX:select_all() -
    box.INBOX:contain_body('Kuchen')))
print('AND ' .. subjects(box.INBOX:sent_since('06-Mar-2024') *
    box.INBOX:sent_before('07-Mar-2024')))
print('MATCH ' .. subjects(box.INBOX:match_body("[Ff]our o'")))
print('QUERY ' .. subjects(box.INBOX:send_query('UNSEEN LARGER 500')))
options.charset = 'UTF-8'
print('UTF8 ' .. subjects(box.INBOX:contain_from('Zürich')))
box.INBOX:contain_subject('tea'):mark_flagged()
box.INBOX:contain_subject('cake'):add_flags({ 'work', '\\\\Answered' })
box.INBOX:contain_subject('long'):mark_seen()
print('FLAGS ' .. subjects(box.INBOX:is_flagged()) .. ' ' ..
    subjects(box.INBOX:has_keyword('work')))
box.INBOX:is_flagged():copy_messages(box.one)
box.INBOX:has_keyword('work'):move_messages(box['dir/deep'])
box.INBOX:is_seen():move_messages(box['made/for it'])
box.one:append_message('Subject: appended\\r\\n\\r\\nText.\\r\\n')
"""

IDLE = """
options.wakeonany = true
box.INBOX:check_status()
print('WAITING')
io.stdout:flush()
while #box.INBOX:contain_subject('stop') == 0 do
    assert(box.INBOX:enter_idle())
    box.INBOX:contain_subject('take'):move_messages(box.one)
end
"""


def script(account, name, text):
    return account.write(name, HEAD % {
        "name": account.name, "password": account.password,
        "port": account.port, "ssl": ", ssl = 'auto'" if account.tls else ""}
        + text)


def argv(account, path):
    return ["imapfilter", "-c", path, "-d", str(path) + ".debug", "-t",
            account.dir / "ca.pem"]


def answers(text):
    return dict(line.partition(" ")[::2] for line in text.splitlines()
                if line.partition(" ")[0].isupper())


def folders(account):
    said = answers(account.run(*argv(account, script(
        account, "folders.lua", FOLDERS))))
    assert said["ALL"] == "INBOX one"
    assert said["DIR"] == "dir/deep" and said["SUB"] == "dir/deep"
    assert account.mailboxes() == ["dir", "dir/deep", "one"]
    assert account.subscriptions() == ["dir/deep"]


def filter_mail(account):
    account.deliver(*FIRST)
    said = answers(account.run(*argv(account, script(
        account, "filter.lua", FILTER))))
    want = {"BO": "tea", "OR": "tea, long", "NOT": "tea, cake",
            "AND": "cake", "MATCH": "tea", "QUERY": "long", "UTF8": "long",
            "FLAGS": "tea cake"}
    want = {key: ", ".join("Subject: " + s for s in value.split(", "))
            if key != "FLAGS" else "Subject: tea Subject: cake"
            for key, value in want.items()}
    assert {key: said[key] for key in want} == want
    assert said["STATUS"].split()[:3] == ["3", "3", "3"]
    assert account.state() == [("tea", {FLAGGED})]
    assert account.state("one") == [("tea", {FLAGGED}), ("appended", set())]
    assert account.state("dir/deep") == [("cake", {ANSWERED, "work"})]
    assert account.state("made/for it") == [("long", {SEEN})]
    assert account.subscriptions() == ["dir/deep", "made/for it"]


def stop(account, run):
    """What is told at the end of a search that has not found it is news to
    the script at the next IDLE only if there is more of it."""
    for _ in range(10):
        account.deliver(note("stop"))
        try:
            assert run.wait(6) == 0
            return
        except subprocess.TimeoutExpired:
            pass
    raise AssertionError("it does not stop")


def two_at_once(account):
    """One script idles, another changes the mailbox beside it."""
    path = script(account, "idle.lua", IDLE)
    out = open(account.dir / "idle.out", "wb")
    run = account.start(*argv(account, path), stdout=out,
                        stderr=subprocess.STDOUT)
    try:
        wait_for("IDLE", lambda: (account.dir / "idle.lua.debug").exists()
                 and b" IDLE\r\n" in
                 (account.dir / "idle.lua.debug").read_bytes())
        account.deliver(note("take it"))
        wait_for("the move", lambda: account.subjects() == ["tea"])
        account.run(*argv(account, script(
            account, "beside.lua",
            "box.one:contain_subject('take'):move_messages(box.INBOX)\n"
            "box.INBOX:contain_subject('tea'):delete_messages()\n")))
        wait_for("the second move", lambda: account.subjects() == [])
        stop(account, run)
    finally:
        out.close()
        if run.poll() is None:
            run.terminate()
            run.wait(60)
    assert set(account.subjects()) == {"stop"}
    assert account.subjects("one") == ["tea", "appended", "take it"]


def round_trip(account):
    folders(account)
    filter_mail(account)
    two_at_once(account)
    for log in account.dir.glob("*.debug"):
        assert " BAD" not in log.read_text("latin-1"), log.read_text("latin-1")
