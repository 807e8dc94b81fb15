"""Connections that the environment has the parts of; they are offered, and their secrets read when one is accepted.

The variables are those that the SDKs of Yandex AI Studio and of OpenAI read.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from desktop_app.domain.connections import Auth, Connection, ConnectionKind, normalise_base_url
from desktop_app.domain.credentials import recognise
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.offers import Offer
from desktop_app.domain.providers import COMPATIBLE, KINDS, YANDEX, provider_of
from desktop_app.domain.secret import Secret

_YANDEX_SECRETS = {
    "YC_API_KEY": Auth.API_KEY,
    "YC_IAM_TOKEN": Auth.IAM,
    "YC_OAUTH_TOKEN": Auth.OAUTH,
    "YC_TOKEN": Auth.IAM,
}
_YANDEX_FOLDER = "YC_FOLDER_ID"
_OPENAI_KEY, _OPENAI_URL = "OPENAI_API_KEY", "OPENAI_BASE_URL"
_OPENAI_USUAL_URL = "https://api.openai.com/v1"


def offers(environ: Mapping[str, str] = os.environ) -> list[Offer]:
    """What ``environ`` offers; an address that is none offers nothing."""
    return [*_of_yandex(environ), *_of_openai(environ)]


def secret_of(offer: Offer, environ: Mapping[str, str] = os.environ) -> Secret | None:
    """The secret of an offer that was accepted; None when it has none, or it is gone."""
    if offer.connection.auth is Auth.NONE:
        return None
    text = recognise(environ.get(offer.variable, "")).text
    return Secret(text) if text else None


def _of_yandex(environ: Mapping[str, str]) -> Iterator[Offer]:
    folder = environ.get(_YANDEX_FOLDER, "").strip()
    for variable, usual in _YANDEX_SECRETS.items():
        if secret := environ.get(variable, "").strip():
            told = recognise(secret).auth  # an OAuth token in another's place must not be sent to the service
            auth = told if told in (Auth.IAM, Auth.OAUTH) else usual
            yield Offer(
                variable,
                Connection(
                    ConnectionId(""),
                    ConnectionKind.RESPONSES,
                    YANDEX.name,
                    KINDS[ConnectionKind.RESPONSES].base_url,
                    auth,
                    provider=YANDEX.id,
                    folder=folder,
                ),
                (_YANDEX_FOLDER,) if folder else (),
            )


def _of_openai(environ: Mapping[str, str]) -> Iterator[Offer]:
    has_key, given_url = environ.get(_OPENAI_KEY, "").strip() != "", environ.get(_OPENAI_URL, "").strip()
    if not has_key and not given_url:
        return
    try:
        base_url = normalise_base_url(given_url or _OPENAI_USUAL_URL)
    except ValueError:
        return
    yield Offer(
        _OPENAI_KEY if has_key else _OPENAI_URL,
        _as_the_address_tells(base_url, Auth.API_KEY if has_key else Auth.NONE),
        (_OPENAI_URL,) if has_key and given_url else (),
    )


def _as_the_address_tells(base_url: str, auth: Auth) -> Connection:
    """Chat Completions is what every compatible server has; Responses where the provider is known to have it."""
    made = Connection(ConnectionId(""), ConnectionKind.RESPONSES, "", base_url, auth)
    provider = provider_of(made)
    kind = ConnectionKind.CHAT if provider is COMPATIBLE else ConnectionKind.RESPONSES
    return replace(made, kind=kind, name=provider.name or urlsplit(base_url).netloc)
