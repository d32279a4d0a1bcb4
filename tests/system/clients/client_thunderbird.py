"""Thunderbird without a screen, driven through Marionette, its own remote
control: what the user would click is asked of the same parts in JavaScript."""
import json
import re
import socket

from accounts import ANSWERED, CA, FIRST, FLAGGED, SEEN, crlf, note
from machine import PATIENCE, wait_for

PREFS = {
    "app.donation.eoy.version.viewed": 999,
    "app.update.enabled": False,
    "browser.cache.disk.enable": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.autoDisableScopes": 15,
    "mail.account.account1.identities": "id1",
    "mail.account.account1.server": "server1",
    "mail.accountmanager.accounts": "account1",
    "mail.accountmanager.defaultaccount": "account1",
    "mail.biff.show_alert": False,
    "mail.identity.id1.useremail": "ann@mail.example",
    "mail.identity.id1.fullName": "Ann",
    "mail.identity.id1.fcc": False,
    "mail.provider.enabled": False,
    "mail.rights.version": 1,
    "mail.server.server1.authMethod": 3,
    "mail.server.server1.hostname": "localhost",
    "mail.server.server1.login_at_startup": False,
    "mail.server.server1.delete_model": 2,
    "mail.server.server1.name": "here",
    # Texts come from the server, not from what it keeps for later.
    "mail.server.server1.autosync_offline_stores": False,
    "mail.server.server1.offline_download": False,
    "mail.server.server1.type": "imap",
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.winsearch.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "network.dns.disabled": False,
    "toolkit.telemetry.enabled": False,
}


class Marionette:
    """The protocol: LENGTH:JSON, a request [0, ID, NAME, ARGUMENTS] and its
    answer [1, ID, ERROR, RESULT]."""

    def __init__(self, port):
        self.socket = None
        self.data = b""
        self.id = 0
        wait_for("Marionette", lambda: self.open(port))
        self.socket.settimeout(2 * PATIENCE)
        self.read()
        self.ask("WebDriver:NewSession", {})
        self.ask("Marionette:SetContext", {"value": "chrome"})
        self.ask("WebDriver:SetTimeouts", {"script": PATIENCE * 1000})

    def open(self, port):
        try:
            self.socket = socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            return False
        return True

    def read(self):
        while b":" not in self.data:
            self.more()
        size, _, self.data = self.data.partition(b":")
        while len(self.data) < int(size):
            self.more()
        answer = json.loads(self.data[:int(size)])
        self.data = self.data[int(size):]
        return answer

    def more(self):
        data = self.socket.recv(65536)
        assert data, "Thunderbird went away"
        self.data += data

    def ask(self, name, arguments):
        self.id += 1
        text = json.dumps([0, self.id, name, arguments]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        _, number, error, result = self.read()
        assert number == self.id and not error, (name, arguments, error)
        return result

    def run(self, body, *args):
        """The value that an async function of this body returns."""
        result = self.ask("WebDriver:ExecuteAsyncScript", {
            "script": SCRIPT % body, "args": list(args)})["value"]
        assert "value" in result, (body, result)
        return result["value"]


SCRIPT = """
const [args, done] = [Array.from(arguments).slice(0, -1),
                      arguments[arguments.length - 1]];
const { MailServices } = ChromeUtils.importESModule(
    "resource:///modules/MailServices.sys.mjs");
const server = () => MailServices.accounts.accounts
    .map(a => a.incomingServer).find(s => s.type == "imap");
const folder = name => {
    let f = server().rootFolder;
    for (const part of name.split("/"))
        f = f.getChildNamed(part);
    return f;
};
const sleep = ms => new Promise(r => setTimeout(r, ms));
const until = async (what, question) => {
    for (let i = 0; i < 600; i++) {
        let answer = null;
        try { answer = question(); } catch (e) {}
        if (answer)
            return answer;
        await sleep(50);
    }
    throw new Error("waited in vain for " + what);
};
/* A listener of URLs and of copies, and what it has been told. */
const listen = start => new Promise((resolve, reject) => {
    const end = status => status
        ? reject(new Error("status " + status.toString(16)))
        : resolve();
    start({
        QueryInterface: ChromeUtils.generateQI(
            ["nsIUrlListener", "nsIMsgCopyServiceListener"]),
        OnStartRunningUrl() {}, OnStopRunningUrl(url, s) { end(s); },
        onStartCopy() {}, onProgress() {}, setMessageKey() {},
        getMessageId() {}, onStopCopy(s) { end(s); },
    });
});
const update = f => listen(l => f.QueryInterface(Ci.nsIMsgImapMailFolder)
    && f.updateFolderWithListener(null, l));
const headers = f => [...f.messages];
const header = (f, subject) => headers(f).find(h => h.subject == subject);
(async () => { %s })().then(
    value => done({ value: value === undefined ? null : value }),
    error => done({ error: String(error) + " " + (error.stack || "") }));
"""


def prefs(account):
    values = dict(PREFS)
    values.update({
        "marionette.port": account.uid - 4000,
        "mail.server.server1.port": account.port,
        "mail.server.server1.socketType": 3 if account.tls else 2,
        "mail.server.server1.userName": account.name,
    })
    return "".join("user_pref(%s, %s);\n" % (
        json.dumps(k), json.dumps(v)) for k, v in values.items())


def begin(account):
    """Thunderbird with an account for this user."""
    account.write("profile/user.js", prefs(account))
    with open(account.dir / "log", "wb") as log:
        return account.start(
            "thunderbird", "--headless", "--marionette",
            "--remote-allow-system-access", "--no-remote",
            "--profile", account.dir / "profile", stdout=log, stderr=log)


def sign_in(account, bird):
    """The certificate is its own issuer, which only an exception allows; the
    password is the one that was saved."""
    pem = open(CA).read()
    der = "".join(pem.split("-----BEGIN CERTIFICATE-----")[1]
                  .split("-----END")[0].split())
    bird.run("""
        Cc["@mozilla.org/security/certoverride;1"]
            .getService(Ci.nsICertOverrideService).rememberValidityOverride(
                "localhost", args[3], {},
                Cc["@mozilla.org/security/x509certdb;1"]
                    .getService(Ci.nsIX509CertDB)
                    .constructX509FromBase64(args[0]), true);
        const login = Cc["@mozilla.org/login-manager/loginInfo;1"]
            .createInstance(Ci.nsILoginInfo);
        login.init("imap://localhost", null, "imap://localhost",
                   args[1], args[2], "", "");
        await Services.logins.addLoginAsync(login);
        await until("the account", server);
        server().performExpand(null);
        await until("INBOX", () => folder("INBOX"));
        await update(folder("INBOX"));
        await until("mail", () => headers(folder("INBOX")).length == 3);
        """, der, account.name, account.password, account.port)


def folders(account, bird):
    """Made, renamed, put into another, deleted, subscribed."""
    bird.run("""
        const root = server().rootFolder;
        for (const name of ["one", "two"])
            root.createSubfolder(name, null);
        await until("one", () => folder("one"));
        await until("two", () => folder("two"));
        folder("two").rename("three", null);
        await until("three", () => folder("three"));
        """)
    account_has(account, "one", "three")
    assert account.subscriptions() == ["one", "three"]
    bird.run("""
        MailServices.imap.deleteFolder(folder("three"), null, null);
        """)
    account_has(account, "one")


def account_has(account, *names):
    """Besides those that Thunderbird makes for itself."""
    wait_for("mailboxes " + " ".join(names), lambda: {
        n for n in account.mailboxes() if n != "Trash"} == set(names))


def read(account, bird):
    """The texts as the server sent them, and what the reader sees."""
    got = bird.run("""
        const texts = [];
        for (const h of headers(folder("INBOX"))) {
            const uri = h.folder.getUriForMsg(h);
            const raw = await new Promise((resolve, reject) => {
                let text = "";
                const input = Cc["@mozilla.org/scriptableinputstream;1"]
                    .createInstance(Ci.nsIScriptableInputStream);
                MailServices.messageServiceFromURI(uri).streamMessage(
                    uri, {
                        QueryInterface: ChromeUtils.generateQI(
                            ["nsIStreamListener"]),
                        onStartRequest() {},
                        onStopRequest(r, status) {
                            status ? reject(new Error(status)) : resolve(text);
                        },
                        onDataAvailable(r, stream, offset, count) {
                            input.init(stream);
                            text += input.readBytes(count);
                        },
                    }, null, null, false, "", false);
            });
            texts.push([h.subject, raw]);
        }
        return texts;""")
    assert [subject for subject, _ in got] == ["tea", "cake", "long"]
    for (_, text), message in zip(got, FIRST):
        assert text.replace("\r\n", "\n").encode("latin-1").rstrip() == \
            message.rstrip()


def server_has(account, *patterns):
    """The flags that it was told, on a connection of their own, before other
    commands depend on them."""
    other = account.connect()
    other.ok(b"EXAMINE INBOX")

    def ask():
        said = b"\n".join(other.ok(b"NOOP") + other.ok(b"FETCH 1:* FLAGS"))
        return all(re.search(p, said) for p in patterns)
    wait_for("flags", ask)
    other.ok(b"LOGOUT")


def change(account, bird):
    """Flags and tags, a copy, a move, a message of its own."""
    bird.run("""
        const inbox = folder("INBOX");
        inbox.markMessagesRead([header(inbox, "tea")], true);
        inbox.markMessagesFlagged([header(inbox, "tea")], true);
        inbox.addKeywordsToMessages([header(inbox, "cake")], "work");
        """)
    server_has(account, rb"1 FETCH .*\\Seen.*\\Flagged", rb"2 FETCH .*work")
    bird.run("""
        const inbox = folder("INBOX");
        await listen(l => MailServices.copy.copyMessages(inbox,
            [header(inbox, "tea"), header(inbox, "cake")], folder("one"),
            false, l, null, false));
        """)
    account.wait_state([("tea", {SEEN, FLAGGED}), ("cake", {"work"})], "one")
    bird.run("""
        const inbox = folder("INBOX");
        await listen(l => MailServices.copy.copyMessages(inbox,
            [header(inbox, "cake")], folder("one"), true, l, null, false));
        const file = Cc["@mozilla.org/file/local;1"]
            .createInstance(Ci.nsIFile);
        file.initWithPath(args[0]);
        await listen(l => MailServices.copy.copyFileMessage(file,
            folder("one"), null, false, Ci.nsMsgMessageFlags.Read, "", l,
            null));
        """, str(account.write("up.eml", crlf(note("up")))))
    account.wait_state([("tea", {SEEN, FLAGGED}), ("cake", {"work"}),
                        ("cake", {"work"}), ("up", {SEEN})], "one")


def search(bird):
    """At the server: the words of a body that was never fetched whole."""
    got = bird.run("""
        const found = [];
        const session = Cc["@mozilla.org/messenger/searchSession;1"]
            .createInstance(Ci.nsIMsgSearchSession);
        session.addScopeTerm(Ci.nsMsgSearchScope.onlineMail,
            folder("INBOX"));
        const term = session.createTerm();
        const value = term.value;
        term.attrib = value.attrib = Ci.nsMsgSearchAttrib.Body;
        value.str = args[0];
        term.value = value;
        term.op = Ci.nsMsgSearchOp.Contains;
        session.appendTerm(term);
        await new Promise(resolve => {
            session.registerListener({
                QueryInterface: ChromeUtils.generateQI(
                    ["nsIMsgSearchNotify"]),
                onSearchHit(h) { found.push(h.subject); },
                onSearchDone: resolve, onNewSearch() {},
            });
            session.search(null);
        });
        return found;""", "Kuchen")
    assert got == ["long"]


def expunge(account, bird):
    """Deleted messages are marked; compacting takes them out."""
    bird.run("""
        const inbox = folder("INBOX");
        await listen(l => inbox.QueryInterface(Ci.nsIMsgImapMailFolder)
            && inbox.compact(l, null));
        """)
    account.wait_state([("tea", {SEEN, FLAGGED}), ("long", set())])


def at_once(account, bird):
    """What procmail and another session do is told in IDLE."""
    subjects = """return headers(folder("INBOX")).map(h => h.subject);"""
    other = account.connect()
    other.ok(b"SELECT INBOX")
    bird.run("""await update(folder("INBOX"));""")
    account.deliver(note("new"))
    wait_for("new mail", lambda: "new" in bird.run(subjects))
    other.ok(b"NOOP")
    other.ok(rb"STORE 2 +FLAGS (\Deleted)")
    other.ok(rb"STORE 1 +FLAGS (\Answered)")
    other.ok(b"EXPUNGE")
    wait_for("the other's expunge",
             lambda: bird.run(subjects) == ["tea", "new"])
    wait_for("the other's flag", lambda: bird.run(
        """return !!(header(folder("INBOX"), "tea").flags
                     & Ci.nsMsgMessageFlags.Replied);"""))
    other.ok(b"LOGOUT")


def round_trip(account):
    account.deliver(*FIRST)
    process = begin(account)
    try:
        bird = Marionette(account.uid - 4000)
        sign_in(account, bird)
        folders(account, bird)
        read(account, bird)
        change(account, bird)
        search(bird)
        expunge(account, bird)
        at_once(account, bird)
        bird.ask("Marionette:Quit", {"flags": ["eForceQuit"]})
        assert process.wait(PATIENCE) == 0
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)
    account.wait_state([("tea", {SEEN, FLAGGED, ANSWERED}), ("new", set())])
