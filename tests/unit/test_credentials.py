"""What was pasted into the field of a key."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.connections import Auth
from desktop_app.domain.credentials import CredentialKind, recognise

API_KEY = "AQVN" + "aB3_-xY" * 5
IAM_TOKEN = "t1.9euelZqXmJ" + "_-4=." + "aB" * 43
OAUTH_TOKEN = "y0_" + "AgAAAAB1" * 7
SESSION_COOKIE = "c1.9euelZqXmJ==." + "aB" * 43
STATIC_KEY = "YC" + "x" * 38
KEY_FILE = (
    '{\n  "id": "aje1", "service_account_id": "aje2",\n  "private_key": "-----BEGIN PRIVATE KEY-----"\n}'
)
KINDS = {
    API_KEY: (CredentialKind.API_KEY, Auth.API_KEY),
    "sk-proj-0123456789abcdef": (CredentialKind.API_KEY, Auth.API_KEY),
    "anything-a-server-made-up": (CredentialKind.API_KEY, Auth.API_KEY),
    IAM_TOKEN: (CredentialKind.IAM_TOKEN, Auth.IAM),
    OAUTH_TOKEN: (CredentialKind.OAUTH_TOKEN, Auth.OAUTH),
    SESSION_COOKIE: (CredentialKind.SESSION_COOKIE, None),
    STATIC_KEY: (CredentialKind.STATIC_KEY, None),
    "aje" + "0a" * 8 + "z": (CredentialKind.KEY_ID, None),
    "b1g" + "0a" * 8 + "z": (CredentialKind.FOLDER_ID, None),
}
KEYS = st.text(string.ascii_letters + string.digits + "-_.+/=", min_size=1)


@pytest.mark.parametrize("pasted", KINDS)
def test_each_kind_is_told_by_its_form(pasted: str) -> None:
    found = recognise(pasted)
    assert (found.kind, found.auth) == KINDS[pasted]
    assert found.text == pasted
    assert not found.is_odd


def test_a_key_file_is_known_however_it_is_broken_into_lines() -> None:
    assert recognise(KEY_FILE).kind is CredentialKind.KEY_FILE
    assert recognise(KEY_FILE).auth is None


@pytest.mark.parametrize("pasted", ["t1.short", "y0_short", "AQVN-short", "t2.new.form"])
def test_a_known_beginning_counts_and_is_called_odd(pasted: str) -> None:
    found = recognise(pasted)
    assert found.is_odd
    assert found.auth is not None


@pytest.mark.parametrize("pasted", ["my key", "ключ", "a\x00b"])
def test_what_no_header_can_hold_is_called_odd(pasted: str) -> None:
    assert recognise(pasted).is_odd


@pytest.mark.parametrize(
    "around",
    [
        "  {}\n",
        '"{}"',
        "'{}'\r\n",
        "“{}”",
        "\ufeff{}\u200b",
        "Authorization: Bearer {}",
        "authorization: api-key {}\n",
        'Api-Key "{}"',
        "'Authorization:  Bearer {}'",
        "Bearer\n{}",
        "Authorization: {}",
        "YC_API_KEY={}",
        'export OPENAI_API_KEY="{}"\n',
        "$env:YC_IAM_TOKEN = '{}'",
    ],
)
@given(key=KEYS)
def test_what_stands_around_a_key_is_left_out(around: str, key: str) -> None:
    assert recognise(around.format(key)).text == key


@given(at=st.integers(1, len(IAM_TOKEN) - 1))
def test_a_token_that_the_terminal_broke_is_joined(at: int) -> None:
    assert recognise(f"{IAM_TOKEN[:at]}\n  {IAM_TOKEN[at:]}").text == IAM_TOKEN


@given(pasted=st.text())
def test_what_is_kept_would_be_recognised_the_same(pasted: str) -> None:
    found = recognise(pasted)
    assert recognise(found.text) == found


@given(key=KEYS)
def test_a_credential_is_in_no_repr(key: str) -> None:
    shown = repr(recognise(f"canary{key}canary"))
    assert "canary" not in shown
