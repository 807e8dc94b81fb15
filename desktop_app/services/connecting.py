"""From a connection to the HTTP client of one of its hosts: sign-in, headers, the way there."""

from desktop_app.domain.connections import Auth, Connection
from desktop_app.domain.providers import IAM_URL, Provider, provider_of
from desktop_app.domain.secret import Credentials
from desktop_app.services.http import READ_S, HttpClient
from desktop_app.services.iam import IamExchange
from desktop_app.services.sign_in import KeySignIn, OAuthSignIn, SignIn


def sign_in_of(connection: Connection, credentials: Credentials) -> SignIn:
    """How the connection's requests are signed; one for all its hosts."""
    if connection.auth is Auth.NONE:
        return KeySignIn(None)
    if connection.auth is Auth.OAUTH and credentials.key:
        return OAuthSignIn(credentials.key, _iam_exchange(connection))
    scheme = provider_of(connection).key_scheme if connection.auth is Auth.API_KEY else "Bearer"
    return KeySignIn(credentials.key, scheme)


def _iam_exchange(connection: Connection) -> IamExchange:
    base_url = connection.iam_url or IAM_URL
    return IamExchange(lambda unsigned: HttpClient(base_url, unsigned))


def http_of(
    connection: Connection,
    sign_in: SignIn,
    *,
    base_url: str = "",
    read_timeout_s: float = READ_S,
) -> HttpClient:
    """A client for ``base_url``, or the connection's own; nothing is opened before the first request."""
    return HttpClient(
        base_url or connection.base_url,
        sign_in,
        headers=_headers(connection, provider_of(connection)),
        read_timeout_s=read_timeout_s,
    )


def _headers(connection: Connection, provider: Provider) -> dict[str, str]:
    headers = {}
    if provider.project_header and connection.folder:
        headers[provider.project_header.lower()] = connection.folder
    if provider.opt_out_header and connection.opts_out_of_logging:
        headers[provider.opt_out_header] = "false"
    return headers
