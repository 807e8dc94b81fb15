"""What dialogs and adapters ask about a service."""

import pytest

from desktop_app.domain.connections import Auth, Connection, ConnectionKind, normalise_folder
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.providers import (
    auths,
    can_call_functions,
    has_folder,
    keeps_replies_days,
    offers_background,
    offers_chain,
)

YANDEX = "https://ai.api.cloud.yandex.net/v1"


def connection(kind: ConnectionKind, base_url: str = "", auth: Auth = Auth.NONE) -> Connection:
    return Connection(ConnectionId("c"), kind, "C", base_url, auth)


def test_tokens_are_offered_where_they_sign_in() -> None:
    assert auths(connection(ConnectionKind.CHAT, YANDEX)) == (Auth.API_KEY, Auth.IAM, Auth.OAUTH, Auth.NONE)
    assert auths(connection(ConnectionKind.CHAT, "http://localhost:1/v1")) == (Auth.API_KEY, Auth.NONE)


def test_the_sign_in_that_a_connection_has_is_offered_whatever_its_address() -> None:
    assert Auth.IAM in auths(connection(ConnectionKind.CHAT, "https://example.org/v1", Auth.IAM))


def test_functions_are_offered_to_every_model_but_the_one_on_this_machine() -> None:
    kinds = [kind for kind in ConnectionKind if not can_call_functions(connection(kind))]
    assert kinds == [ConnectionKind.ON_DEVICE]


def test_a_folder_belongs_to_yandex_alone() -> None:
    assert has_folder(connection(ConnectionKind.ASSISTANT_API, "http://localhost:1"))
    assert has_folder(connection(ConnectionKind.RESPONSES, YANDEX))
    assert not has_folder(connection(ConnectionKind.RESPONSES, "https://api.openai.com/v1"))


def test_only_responses_are_kept_chained_and_written_in_the_background() -> None:
    kept, sent = connection(ConnectionKind.RESPONSES, YANDEX), connection(ConnectionKind.CHAT, YANDEX)
    assert (keeps_replies_days(kept), offers_chain(kept), offers_background(kept)) == (30, True, True)
    assert (keeps_replies_days(sent), offers_chain(sent), offers_background(sent)) == (None, False, False)


@pytest.mark.parametrize(
    "pasted",
    [
        " b1gexample ",
        "https://console.yandex.cloud/folders/b1gexample",
        "https://console.yandex.cloud/folders/b1gexample/ai-studio?section=x",
        "console.yandex.cloud/folders/b1gexample#top",
    ],
)
def test_the_id_of_a_folder_is_cut_out_of_what_was_pasted(pasted: str) -> None:
    assert normalise_folder(pasted) == "b1gexample"
