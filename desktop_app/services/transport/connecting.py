"""From a connection to the HTTP client of one of its hosts: sign-in, headers, the way there."""

from desktop_app.domain.connections import Auth, Connection
from desktop_app.domain.providers import IAM_URL, kind_of, provider_of
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.services.transport.http import HttpClient
from desktop_app.services.transport.iam import IamExchange
from desktop_app.services.transport.sign_in import KeySignIn, OAuthSignIn, SignIn


def sign_in_of(connection: Connection, credentials: Credentials) -> SignIn:
    """How the connection's requests are signed; one for all its hosts."""
    if connection.auth is Auth.NONE:
        return KeySignIn(None)
    if connection.auth is Auth.OAUTH and credentials.key:
        return OAuthSignIn(credentials.key, _iam_exchange(connection, credentials))
    scheme = provider_of(connection).key_scheme if connection.auth is Auth.API_KEY else "Bearer"
    return KeySignIn(credentials.key, scheme)


def _iam_exchange(connection: Connection, credentials: Credentials) -> IamExchange:
    base_url, password = connection.iam_url or IAM_URL, credentials.proxy_password
    return IamExchange(
        lambda unsigned: HttpClient(base_url, unsigned, network=connection.network, proxy_password=password)
    )


def http_of(
    connection: Connection,
    sign_in: SignIn,
    *,
    base_url: str = "",
    read_timeout_s: float | None = None,
    proxy_password: Secret | None = None,
    is_openai: bool | None = None,
    sends_folder: bool = False,
) -> HttpClient:
    """A client for ``base_url``, or the connection's own; nothing is opened before the first request.

    ``is_openai``: the address speaks OpenAI's protocol, whatever the connection's kind.  ``sends_folder``: the address
    wants the folder in a header, which goes with tokens only: a key has a folder of its own (documentation of Yandex
    AI Studio, authentication).
    """
    provider = provider_of(connection)
    headers = {}
    if kind_of(connection).is_openai if is_openai is None else is_openai:
        headers[provider.project_header] = connection.folder
    if sends_folder and connection.auth in (Auth.IAM, Auth.OAUTH):
        headers[provider.folder_header] = connection.folder
    if connection.opts_out_of_logging:
        headers[provider.opt_out_header] = "false"
    return HttpClient(
        base_url or connection.base_url,
        sign_in,
        headers={name.lower(): value for name, value in headers.items() if name and value},
        read_timeout_s=read_timeout_s,
        network=connection.network,
        proxy_password=proxy_password,
    )
