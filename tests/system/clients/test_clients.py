"""Real mail clients, each a full round trip over STARTTLS and over TLS.

Every client and channel has an account of its own, so they run beside each
other; what a client did is checked by what it reports and by the files of
the mailboxes. docs/clients.md tells what each was made to do.
"""
import concurrent.futures
import importlib
import shutil

import pytest

pytest.register_assert_rewrite(
    "accounts", "maildir", "both_sides", "client_curl", "client_imaplib",
    "client_mbsync", "client_offlineimap", "client_getmail",
    "client_fetchmail", "client_imapfilter", "client_imapflow",
    "client_mutt", "client_alpine", "client_thunderbird")
from accounts import CHANNELS, Account

# client: (module, program, channels that it knows)
CLIENTS = {
    # the slowest first
    "thunderbird": ("client_thunderbird", "thunderbird", CHANNELS),
    "curl": ("client_curl", "curl", CHANNELS),
    "imaplib": ("client_imaplib", "python3", CHANNELS),
    "mbsync": ("client_mbsync", "mbsync", CHANNELS),
    "offlineimap": ("client_offlineimap", "offlineimap", CHANNELS),
    "getmail": ("client_getmail", "getmail", ("tls",)),
    "fetchmail": ("client_fetchmail", "fetchmail", CHANNELS),
    "imapfilter": ("client_imapfilter", "imapfilter", CHANNELS),
    "imapflow": ("client_imapflow", "node", CHANNELS),
    "mutt": ("client_mutt", "mutt", CHANNELS),
    "neomutt": ("client_mutt", "neomutt", CHANNELS),
    "alpine": ("client_alpine", "alpine", CHANNELS),
}
AT_ONCE = 4


def cases():
    return [(client, channel) for client in CLIENTS
            for channel in CLIENTS[client][2]]


@pytest.fixture(scope="module")
def results(request, machine):
    """Starts every round trip that this run wants; their futures."""
    machine.config("set hide-dot-files 1\n")
    servers = machine.serve("inetd")
    wanted = [item.callspec.params["case"] for item in request.session.items
              if item.module is request.module]
    accounts = {case: Account(machine, *case, number)
                for number, case in enumerate(cases())}
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        yield {case: pool.submit(round_trip, accounts[case])
               for case in wanted}
    for server in servers:
        machine.stop(server)


def round_trip(account):
    module, program, _ = CLIENTS[account.client]
    if not shutil.which(program):
        return "%s is not installed" % program
    return importlib.import_module(module).round_trip(account)


@pytest.mark.parametrize("case", cases(), ids="-".join)
def test_round_trip(results, case):
    missing = results[case].result()
    if missing:
        pytest.skip(missing)
