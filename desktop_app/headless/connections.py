"""Commands about connections: add, list, test, remove, and the models of one."""

import argparse
import getpass
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from desktop_app.domain.connections import (
    Auth,
    Connection,
    ConnectionKind,
    Network,
    Proxy,
    is_loopback,
    normalise_base_url,
    normalise_iam_url,
    normalise_operations_url,
)
from desktop_app.domain.credentials import CredentialKind, recognise
from desktop_app.domain.errors import NitkaError, RunError, failed_step
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.providers import PROVIDERS, kind_of, provider_of
from desktop_app.domain.proxies import join_proxy, split_proxy
from desktop_app.domain.secret import Kept, Secret
from desktop_app.headless.command import FAILED, OK, Asked, UsageError, error_words

_KINDS = tuple(kind.value for kind in ConnectionKind if kind is not ConnectionKind.ON_DEVICE)
_VARIABLE = re.compile(r"[A-Z][A-Z_]{0,40}")
_NOT_A_KEY = {
    CredentialKind.SESSION_COOKIE: "this is the cookie of a session; an API key or an IAM token is needed",
    CredentialKind.STATIC_KEY: "this is a static access key, for storage; an API key is needed",
    CredentialKind.KEY_FILE: "this is the key file of a service account; an API key is needed",
    CredentialKind.KEY_ID: "this is the id of a key; the secret is shown only once, when the key is made",
    CredentialKind.FOLDER_ID: "this is the id of a folder; say it with --folder",
}


def add_words(parser: argparse.ArgumentParser) -> None:
    """The words of ``connections``."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="name, kind, address and sign-in, one connection a line")
    _add_words_of_add(actions.add_parser("add", help="the key is read from standard input"))
    for name, about in (
        ("test", "says whether it works, or which step failed"),
        ("remove", "deletes it with its key"),
    ):
        actions.add_parser(name, help=about).add_argument("name")


def _add_words_of_add(add: argparse.ArgumentParser) -> None:
    add.description = "The key is read from standard input, unless --auth is none."
    add.add_argument("--kind", choices=_KINDS, default=ConnectionKind.CHAT.value)
    add.add_argument("--name", required=True)
    add.add_argument("--base-url", metavar="URL", help="without it: where this kind usually is")
    add.add_argument("--folder", default="", metavar="F", help="the folder's id at Yandex")
    add.add_argument(
        "--auth",
        choices=[auth.value for auth in Auth],
        help="without it: none; oauth is legacy: Yandex ends it with 2026",
    )
    add.add_argument("--key-from-env", metavar="VAR", help="take the key from this variable")
    add.add_argument(
        "--operations-url", default="", metavar="U", help="where deferred requests are asked for"
    )
    add.add_argument("--iam-url", default="", metavar="U", help="where OAuth tokens are exchanged")
    add.add_argument("--provider", choices=[one.id for one in PROVIDERS], default="")
    add.add_argument("--proxy", default="system", metavar="URL|system|none")
    add.add_argument("--proxy-password-from-env", metavar="VAR")
    add.add_argument("--ca-file", type=Path, metavar="F", help="trust these certificates (PEM) as well")
    add.add_argument("--allow-http", action="store_true", help="plain http beyond this machine")
    add.add_argument(
        "--background", action="store_true", help="let the service write on when the network breaks"
    )
    add.add_argument("--no-chain", action="store_true", help="send the history each time")


def add_models_words(parser: argparse.ArgumentParser) -> None:
    """The words of ``models``."""
    parser.add_argument("--connection", required=True, metavar="NAME")


def run(asked: Asked) -> int:
    """What ``connections`` was asked to do."""
    match asked.options.action:
        case "list":
            for connection in asked.wait(asked.backend.connection_records.connections()):
                address = connection.base_url or "-"
                print(f"{connection.name}  {connection.kind}  {address}  {connection.auth}")
        case "add":
            _add(asked)
        case "test":
            return _test(asked)
        case "remove":
            connection = asked.connection(asked.options.name)
            asked.wait(asked.backend.connections.remove(connection.id))
    return OK


def list_models(asked: Asked) -> int:
    """The id of a model a line."""
    connection = asked.connection(asked.options.connection)
    for model in asked.wait(asked.backend.connections.models(connection.id)):
        print(model.id)
    return OK


def _test(asked: Asked) -> int:
    connection = asked.connection(asked.options.name)
    try:
        report = asked.wait(asked.backend.connections.test(connection, None))
    except NitkaError as error:
        kept = RunError.of(error)
        step = failed_step(kept)
        print(f"nitka: {f'failed at {step}: ' if step else ''}{error_words(kept)}", file=sys.stderr)
        return FAILED
    print(f"works, {report.round_trip_s * 1000:.0f} ms, models: {len(report.models)}")
    if report.note:
        print(report.note)
    for model in report.models:
        print(f"  {model.id}")
    return OK


# -- add


def _add(asked: Asked) -> None:
    options, connections = asked.options, asked.backend.connections
    known = asked.wait(asked.backend.connection_records.connections())
    if any(connection.name == options.name for connection in known):
        raise UsageError(f"there is a connection {options.name!r} already")
    connection = _connection(options)
    key, proxy_password = _key(connection, options), _proxy_password(options)
    saved, kept = asked.wait(connections.save(connection, key, proxy_password))
    if kept is Kept.SESSION:  # a command ends at once, and the key with it
        asked.wait(connections.remove(saved.id))
        state = asked.wait(connections.secret_state())
        raise UsageError(f"there is no keyring to keep the key in: {state.reason}")


def _connection(options: argparse.Namespace) -> Connection:
    kind = ConnectionKind(options.kind)
    made = Connection(
        ConnectionId(""),
        kind,
        options.name,
        auth=Auth(options.auth or Auth.NONE),
        provider=options.provider,
        folder=options.folder.strip(),
        operations_url=normalise_operations_url(options.operations_url),
        iam_url=normalise_iam_url(options.iam_url),
        network=_network(options),
        is_chained=not options.no_chain,
        is_background=options.background,
    )
    made = replace(made, base_url=normalise_base_url(options.base_url or kind_of(made).base_url, kind))
    if kind_of(made).needs_folder and not made.folder:
        raise UsageError(f"a connection of the kind {kind} needs --folder")
    host = urlsplit(made.base_url).hostname or ""
    if options.auth is None and any(host.endswith(one.hosts) for one in PROVIDERS):
        raise UsageError(f"{host} wants a key or a token: say with --auth what it is")
    for url in (made.base_url, made.operations_url, made.iam_url):
        parts = urlsplit(url)
        if parts.scheme == "http" and not is_loopback(parts.hostname or "") and not options.allow_http:
            raise UsageError(
                f"{url} is plain http beyond this machine: key and messages could be read on the way;"
                " use https, or allow it with --allow-http"
            )
    return made


def _network(options: argparse.Namespace) -> Network:
    ca_path = ""
    if options.ca_file:
        if not options.ca_file.is_file():
            raise UsageError(f"there is no file {options.ca_file}")
        ca_path = str(options.ca_file.resolve())
    made = Network(ca_path=ca_path, allows_http=options.allow_http)
    if options.proxy in (Proxy.SYSTEM, Proxy.NONE):
        return replace(made, proxy=Proxy(options.proxy))
    address, user, password = split_proxy(options.proxy)
    if password:
        raise UsageError("a password does not belong on the command line; use --proxy-password-from-env")
    return replace(made, proxy=Proxy.MANUAL, proxy_url=join_proxy(address, user))


def _key(connection: Connection, options: argparse.Namespace) -> Secret | None:
    if connection.auth is Auth.NONE:
        if options.key_from_env:
            raise UsageError("a key needs --auth")
        return None
    if options.key_from_env:
        pasted = _from_environment(options.key_from_env, "--key-from-env")
    elif sys.stdin.isatty():
        pasted = getpass.getpass("Key: ")
    else:
        pasted = sys.stdin.readline()
    found = recognise(pasted)
    if not found.text:
        raise UsageError("the key is read from standard input, and nothing was there")
    if provider_of(connection).has_iam and found.kind in _NOT_A_KEY:
        raise UsageError(_NOT_A_KEY[found.kind])
    return Secret(found.text)


def _proxy_password(options: argparse.Namespace) -> Secret | None:
    variable = options.proxy_password_from_env
    if variable and options.proxy in (Proxy.SYSTEM, Proxy.NONE):
        raise UsageError("the password of a proxy needs --proxy URL")
    return Secret(_from_environment(variable, "--proxy-password-from-env")) if variable else None


def _from_environment(variable: str, option: str) -> str:
    if value := os.environ.get(variable, ""):
        return value
    if not _VARIABLE.fullmatch(
        variable
    ):  # "$VARIABLE" has become the key itself, which is not to be repeated
        raise UsageError(f"{option} takes the name of a variable that is set, without $ before it")
    raise UsageError(f"there is nothing in the variable {variable}")
