"""Connections without a window: every kind of sign-in, what a test says, what is refused; real keyring and servers."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.connections import Auth, Connection, ConnectionKind, Network, Proxy
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.database import Database
from desktop_app.store.profile import Profile
from tests.desktop_session import DesktopSession
from tests.e2e.commands import Nitka
from tests.e2e.profiles import records
from tests.e2e.scripted import ScriptedServer
from tests.iam_server import OAUTH_TOKEN, token
from tests.servers import KEY

LOOPBACK = "http://127.0.0.1:9/v1"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path_factory.mktemp("session")) as session:
        yield session


@pytest.fixture
def nitka(session: DesktopSession, tmp_path: Path) -> Nitka:
    return Nitka(session, tmp_path)


def kept(nitka: Nitka, name: str) -> Connection:
    """The connection as the store has it."""

    async def read() -> list[Connection]:
        profile = Profile.at(nitka.profile)
        database = Database(profile.database, profile.backups)
        await database.open()
        try:
            return await ConnectionStore(database).connections()
        finally:
            await database.close()

    [found] = [connection for connection in asyncio.run(read()) if connection.name == name]
    return found


def secrets_of(nitka: Nitka, name: str) -> list[str | None]:
    """The key and the password of the proxy in the keyring."""
    [(connection_id,)] = records(nitka.profile, "SELECT id FROM connections WHERE name = ?", name)
    profile_id = re.findall(r'"profile_id": *"(\w+)"', (nitka.profile / "settings.json").read_text())[0]
    entries = (f"{profile_id}/{connection_id}", f"{profile_id}/{connection_id}.proxy")
    return [nitka.session.lookup("nitka", entry) for entry in entries]


def test_a_service_that_wants_a_key_is_not_added_without_a_word_about_it(nitka: Nitka) -> None:
    said = refused(nitka, "--kind", "yandex-text", "--folder", "b1g", given=KEY)
    assert "ai.api.cloud.yandex.net wants a key or a token" in said
    nitka.add("Open", "--kind", "yandex-text", "--folder", "b1g", "--auth", "none")


def refused(nitka: Nitka, *words: str, given: str = "") -> str:
    """What is said of a connection that is not added."""
    done = nitka.run("connections", "add", "--name", "Refused", *words, given=given)
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    assert "Refused" not in nitka.said("connections", "list")
    return done.stderr


def test_every_kind_is_added_where_it_usually_is(nitka: Nitka) -> None:
    nitka.add("R", "--kind", "responses", "--folder", "b1g", "--auth", "api-key", key=KEY)
    nitka.add("T", "--kind", "yandex-text", "--folder", "b1g", "--auth", "iam", key=token(1))
    nitka.add("A", "--kind", "assistant-api", "--folder", "b1g", "--auth", "oauth", key=OAUTH_TOKEN)
    nitka.add("C", "--kind", "chat")
    found = [kept(nitka, name) for name in "RTAC"]
    yandex = "https://ai.api.cloud.yandex.net"
    assert [(one.kind, one.base_url, one.auth, one.folder) for one in found] == [
        ("responses", f"{yandex}/v1", "api-key", "b1g"),
        ("yandex-text", f"{yandex}/foundationModels/v1", "iam", "b1g"),
        ("assistant-api", "https://rest-assistant.api.cloud.yandex.net", "oauth", "b1g"),
        ("chat", "http://localhost:11434/v1", "none", ""),
    ]
    assert [secrets_of(nitka, name)[0] for name in "RTAC"] == [KEY, token(1), OAUTH_TOKEN, None]


def test_every_word_of_add_is_kept(nitka: Nitka, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text("not looked into yet")
    nitka.session.env |= {"THE_KEY": f' "{KEY}" \n', "THE_PASSWORD": "canary password"}
    nitka.add(
        *("Whole", "--kind", "responses", "--base-url", "http://example.org/v1", "--allow-http"),
        *("--auth", "api-key", "--key-from-env", "THE_KEY", "--provider", "openai"),
        *("--operations-url", "https://example.org/operations", "--iam-url", "localhost:1/iam/v1/tokens"),
        *("--proxy", "socks5://user@127.0.0.1:1080", "--proxy-password-from-env", "THE_PASSWORD"),
        *("--ca-file", str(authority), "--background", "--no-chain"),
    )
    found = kept(nitka, "Whole")
    assert found == Connection(
        found.id,
        ConnectionKind.RESPONSES,
        "Whole",
        "http://example.org/v1",
        Auth.API_KEY,
        provider="openai",
        operations_url="https://example.org",
        iam_url="http://localhost:1",
        network=Network(Proxy.MANUAL, "socks5://user@127.0.0.1:1080", str(authority), allows_http=True),
        is_chained=False,
        is_background=True,
    )
    assert secrets_of(nitka, "Whole") == [KEY, "canary password"]
    nitka.said("connections", "remove", "Whole")
    files = [path for path in nitka.profile.rglob("*") if path.is_file()]
    assert not [path for path in files if re.search(rb"canary", path.read_bytes())]


def test_what_makes_no_sense_is_refused_with_a_sentence(nitka: Nitka) -> None:
    key = ("--auth", "api-key")
    yandex = ("--kind", "yandex-text", "--folder", "b1g", *key)
    assert "plain http" in refused(nitka, "--base-url", "http://example.org/v1")
    assert "plain http" in refused(nitka, *yandex, "--operations-url", "http://example.org", given=KEY)
    assert "plain http" in refused(nitka, *yandex, "--iam-url", "http://example.org", given=KEY)
    assert "--folder" in refused(nitka, "--kind", "assistant-api")
    assert "nothing was there" in refused(nitka, *key)
    assert "NOT_THERE" in refused(nitka, *key, "--key-from-env", "NOT_THERE")
    assert "--auth" in refused(nitka, "--key-from-env", "HOME")
    assert "--proxy URL" in refused(nitka, "--proxy-password-from-env", "HOME")
    assert "no file" in refused(nitka, "--ca-file", "/nowhere.pem")
    assert "proxy" in refused(nitka, "--proxy", "ftp://127.0.0.1:1")
    assert "not an http" in refused(nitka, "--base-url", "ftp://127.0.0.1:1")
    assert "cookie" in refused(nitka, *yandex, given="c1.abc." + "aB" * 43)
    assert "id of a key" in refused(nitka, *yandex, given="aje" + "0a" * 8 + "z")
    said = refused(nitka, "--proxy", "http://user:canary@127.0.0.1:1")
    assert "--proxy-password-from-env" in said
    assert "canary" not in said


def test_a_test_names_the_step_that_failed(nitka: Nitka, tmp_path: Path) -> None:
    nitka.add("Closed", "--base-url", LOOPBACK)
    nitka.add("Nowhere", "--base-url", "https://nowhere.invalid/v1")
    nitka.add("No proxy", "--base-url", LOOPBACK, "--proxy", "http://127.0.0.1:9")
    said = "Permission denied: ai.languageModels.user is needed"
    nitka.connect("Denied", "--models-status", "403", "--message", said)
    for name, step in (("Closed", "tcp"), ("Nowhere", "dns"), ("No proxy", "proxy")):
        done = nitka.run("connections", "test", name)
        assert done.returncode == 1
        assert done.stderr.startswith(f"nitka: failed at {step}: unreachable: "), done
    done = nitka.run("connections", "test", "Denied")
    assert done.stderr == f"nitka: failed at role: access denied: {said} (needed: ai.languageModels.user)\n"


def test_models_are_listed_a_line_each(nitka: Nitka) -> None:
    nitka.connect("Server", "--models", "tiny", "large", key=KEY)
    assert nitka.said("models", "--connection", "Server") == "tiny\nlarge"
    done = nitka.run("models", "--connection", "Nowhere")
    assert (done.returncode, done.stderr) == (1, "nitka: there is no connection 'Nowhere'\n")


def test_an_oauth_token_is_exchanged_and_stays_at_home(nitka: Nitka, tmp_path: Path) -> None:
    (tmp_path / "iam").mkdir()
    iam = ScriptedServer(nitka.session, tmp_path / "iam", module="tests.iam_server")
    (tmp_path / "chat").mkdir()
    chat = ScriptedServer(nitka.session, tmp_path / "chat", "--key", token(1), "--mode", "echo")
    address = ("--base-url", chat.base_url, "--iam-url", iam.base_url)
    nitka.add("OAuth", *address, "--auth", "oauth", key=OAUTH_TOKEN)
    assert nitka.said("ask", "--connection", "OAuth", "--model", "scripted", "hello") == "You said: hello"
    nitka.add("Wrong", *address, "--auth", "oauth", key=f"{OAUTH_TOKEN}x")
    done = nitka.run("connections", "test", "Wrong")
    assert done.stderr == "nitka: failed at auth: sign in: Token is invalid or has expired.\n"
    nitka.said("connections", "remove", "OAuth")
    nitka.said("connections", "remove", "Wrong")
    files = [path for path in nitka.profile.rglob("*") if path.is_file()]
    secrets = (OAUTH_TOKEN.encode(), token(1).encode(), token(2).encode())
    assert not [path for path in files if any(secret in path.read_bytes() for secret in secrets)]
