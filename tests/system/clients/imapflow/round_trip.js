// imapflow's part of the round trip: it acts, checks what it is told, and
// says on one line of JSON a step what it saw. Arguments: a file of JSON with
// host, port, secure, user, password, ca.
'use strict';
const assert = require('assert');
const fs = require('fs');
const { ImapFlow } = require('imapflow');

const setting = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const log = fs.createWriteStream(process.argv[2] + '.log');
const NOTE = 'From: Ann <ann@mail.example>\r\nTo: bo@mail.example\r\n' +
    'Subject: up\r\nMessage-ID: <up@ann.example>\r\n\r\nA note.\r\n';

function entry(level) {
    return (what) => log.write(level + ' ' + JSON.stringify(what) + '\n');
}

function client() {
    return new ImapFlow({
        host: 'localhost', port: setting.port, secure: setting.secure,
        auth: { user: setting.user, pass: setting.password },
        tls: { ca: fs.readFileSync(setting.ca) },
        logger: { debug: entry('debug'), info: entry('info'),
            warn: entry('warn'), error: entry('error') },
    });
}

function say(step, seen) {
    console.log(JSON.stringify([step, seen]));
}

// The next event of this name that fits.
function event(box, name, fits) {
    return new Promise((resolve) => {
        const listener = (data) => {
            if (!fits || fits(data)) {
                box.removeListener(name, listener);
                resolve(data);
            }
        };
        box.on(name, listener);
    });
}

async function all(generator) {
    const found = [];
    for await (const message of generator) {
        found.push(message);
    }
    return found;
}

async function folders(box) {
    for (const path of ['one', 'two', 'dir/deep', 'Käse & Brot']) {
        assert.strictEqual((await box.mailboxCreate(path)).created, true);
    }
    assert.strictEqual((await box.mailboxCreate('one')).created, false);
    await box.mailboxRename('two', 'three');
    await box.mailboxUnsubscribe('one');
    await box.mailboxSubscribe('dir/deep');
    await box.mailboxDelete('three');
    const list = await box.list({ statusQuery: { messages: true,
        unseen: true, uidNext: true } });
    say('list', list.map((l) => l.path).sort());
    say('subscribed', list.filter((l) => l.subscribed).map((l) => l.path)
        .sort());
    say('status', list.find((l) => l.path === 'INBOX').status.messages);
}

async function read(box) {
    const lock = await box.getMailboxLock('INBOX');
    const list = await all(box.fetch('1:*', { uid: true, flags: true,
        envelope: true, bodyStructure: true, size: true,
        internalDate: true, headers: ['message-id'] }));
    say('envelopes', list.map((m) => [m.uid, m.envelope.subject,
        m.envelope.from[0].name, m.size, m.bodyStructure.type]));
    const whole = await box.fetchOne('2', { source: true });
    say('source', whole.source.toString('latin1'));
    const { meta, content } = await box.download('2', '2');
    const chunks = [];
    for await (const chunk of content) {
        chunks.push(chunk);
    }
    say('part', [meta.contentType, Buffer.concat(chunks).toString()]);
    lock.release();
}

async function change(box) {
    const put = await box.append('one', Buffer.from(NOTE),
        ['\\Flagged', 'work'], new Date('2024-03-08T12:00:00Z'));
    assert(put.uid > 0 && put.uidValidity > 0n);
    const lock = await box.getMailboxLock('INBOX');
    await box.messageFlagsAdd('1', ['\\Flagged']);
    await box.messageFlagsSet({ uid: 2 }, ['\\Answered', 'work']);
    await box.messageFlagsAdd('3', ['\\Seen']);
    await box.messageFlagsRemove('3', ['\\Seen']);
    const copied = await box.messageCopy('1:2', 'one');
    say('copied', [...copied.uidMap.entries()]);
    say('search', [
        await box.search({ flagged: true }),
        await box.search({ keyword: 'work' }),
        await box.search({ body: 'Kuchen' }),
        await box.search({ from: 'Zürich' }),
        await box.search({ or: [{ answered: true }, { larger: 2000 }] }),
        await box.search({ sentSince: '2024-03-06', not: { subject: 'tea' } },
            { uid: true }),
        await box.search({ subject: 'none' }),
    ]);
    const moved = await box.messageMove('2', 'dir/deep');
    say('moved', [...moved.uidMap.entries()]);
    lock.release();
}

async function twoAtOnce(box) {
    const other = client();
    await other.connect();
    const lock = await box.getMailboxLock('INBOX');
    const first = await other.getMailboxLock('INBOX');
    const flagged = event(box, 'flags', (e) => e.flags.has('\\Draft'));
    box.idle();
    await other.messageFlagsAdd('1', ['\\Draft']);
    await other.noop();
    await flagged;
    const arrived = event(box, 'exists', (e) => e.count === 3);
    say('idle', true); // procmail delivers "new"
    await arrived;
    const gone = event(box, 'expunge', (e) => e.seq === 2);
    await other.noop();
    await other.messageDelete('2');
    await gone;
    first.release();
    await other.logout();
    const now = await all(box.fetch('1:*', { envelope: true, flags: true }));
    say('now', now.map((m) => [m.envelope.subject, [...m.flags].sort()]));
    await box.messageDelete('1');
    lock.release();
}

async function main() {
    const box = client();
    await box.connect();
    say('secure', [box.secureConnection, box.authenticated !== false]);
    await folders(box);
    await read(box);
    await change(box);
    await twoAtOnce(box);
    await box.logout();
    say('end', true);
}

main().then(() => process.exit(0), (error) => {
    console.log(error.stack, error.response || '');
    process.exit(1);
});
