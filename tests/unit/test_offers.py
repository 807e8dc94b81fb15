"""What the environment offers."""

from desktop_app.controllers.offers import offers, secret_of
from desktop_app.domain.connections import Auth, ConnectionKind
from desktop_app.domain.providers import KINDS, OPENAI, YANDEX, provider_of

KEY = "AQVN" + "canary0" * 5
YANDEX_URL = KINDS[ConnectionKind.RESPONSES].base_url


def test_nothing_is_offered_where_nothing_is() -> None:
    assert offers({}) == []
    assert offers({"YC_API_KEY": " ", "OPENAI_API_KEY": "", "YC_FOLDER_ID": "b1gfolder"}) == []


def test_a_key_of_yandex_comes_with_its_folder() -> None:
    environ = {"YC_API_KEY": f"{KEY}\n", "YC_FOLDER_ID": "b1gfolder "}
    [offer] = offers(environ)
    assert (offer.variable, offer.others) == ("YC_API_KEY", ("YC_FOLDER_ID",))
    made = offer.connection
    assert (made.id, made.kind, made.auth) == ("", ConnectionKind.RESPONSES, Auth.API_KEY)
    assert (made.base_url, made.folder) == (YANDEX_URL, "b1gfolder")
    assert provider_of(made) is YANDEX
    secret = secret_of(offer, environ)
    assert secret
    assert secret.reveal() == KEY


def test_each_token_of_yandex_is_offered_by_itself() -> None:
    environ = {"YC_IAM_TOKEN": "t1.a", "YC_OAUTH_TOKEN": "y0_b", "YC_TOKEN": "c"}
    found = {offer.variable: offer.connection.auth for offer in offers(environ)}
    assert found == {"YC_IAM_TOKEN": Auth.IAM, "YC_OAUTH_TOKEN": Auth.OAUTH, "YC_TOKEN": Auth.IAM}


def test_a_token_under_the_name_of_another_is_what_it_looks_like() -> None:
    environ = {"YC_API_KEY": "t1.a", "YC_TOKEN": "y0_b"}
    found = {offer.variable: offer.connection.auth for offer in offers(environ)}
    assert found == {"YC_API_KEY": Auth.IAM, "YC_TOKEN": Auth.OAUTH}


def test_a_key_of_openai_goes_to_openai_or_where_the_environment_says() -> None:
    [usual] = offers({"OPENAI_API_KEY": "sk-canary"})
    assert (usual.connection.kind, usual.connection.base_url) == (
        ConnectionKind.RESPONSES,
        "https://api.openai.com/v1",
    )
    assert provider_of(usual.connection) is OPENAI
    [own] = offers({"OPENAI_API_KEY": "sk-canary", "OPENAI_BASE_URL": "http://localhost:8000/v1/"})
    assert (own.connection.kind, own.connection.base_url) == (ConnectionKind.CHAT, "http://localhost:8000/v1")
    assert own.connection.name == "localhost:8000"
    assert own.others == ("OPENAI_BASE_URL",)
    [yandex] = offers({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": YANDEX_URL})
    assert (yandex.connection.kind, yandex.connection.name) == (ConnectionKind.RESPONSES, YANDEX.name)


def test_an_address_alone_is_offered_without_a_key() -> None:
    environ = {"OPENAI_BASE_URL": "http://localhost:8000"}
    [offer] = offers(environ)
    assert (offer.variable, offer.connection.auth) == ("OPENAI_BASE_URL", Auth.NONE)
    assert secret_of(offer, environ) is None


def test_a_key_is_not_sent_elsewhere_when_the_address_makes_no_sense() -> None:
    for address in ("ftp://example.org", "https://user:canary@example.org/v1", "::"):
        assert offers({"OPENAI_API_KEY": "sk-canary", "OPENAI_BASE_URL": address}) == []


def test_no_secret_is_in_an_offer_and_one_that_went_away_is_none() -> None:
    environ = {"YC_API_KEY": KEY, "YC_OAUTH_TOKEN": "y0_canary", "OPENAI_API_KEY": "sk-canary"}
    made = offers(environ)
    assert len(made) == 3
    assert "canary" not in repr(made)
    assert [secret_of(offer, {}) for offer in made] == [None] * 3
