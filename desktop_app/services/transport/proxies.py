"""Which proxy is on the way to a server.

The system's and the environment's are found by urllib, which knows Windows and macOS too.  Nothing of them is on the
way to this machine itself; a proxy that the user gave to a connection always is.
"""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from desktop_app.domain.connections import Network, Proxy, is_loopback
from desktop_app.domain.errors import UnreachableError
from desktop_app.domain.proxies import SCHEMES
from desktop_app.domain.secret import Secret


def proxy_on(url: str, network: Network, password: Secret | None = None) -> httpx.Proxy | None:
    """The proxy between here and ``url``; ``password`` belongs to the user of a manual one.

    May ask the system: not for the loop's thread.  Raises UnreachableError for an address that is no proxy's.
    """
    match network.proxy:
        case Proxy.NONE:
            return None
        case Proxy.MANUAL:
            return _proxy(network.proxy_url, password)
    found = _system_proxy(url)
    return _proxy(found) if found else None


def _system_proxy(url: str) -> str:
    parts = urlsplit(url)
    if is_loopback(parts.hostname or "") or proxy_bypass(parts.netloc):
        return ""
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all") or ""


def _proxy(address: str, password: Secret | None = None) -> httpx.Proxy:
    """The address never stands in an error: a password may be in it."""
    text = address.strip()
    try:
        url = httpx.URL(text if "://" in text else f"http://{text}")
    except httpx.InvalidURL as error:
        raise UnreachableError("the address of the proxy cannot be read", step="proxy") from error
    if url.scheme not in SCHEMES or not url.host:
        known = ", ".join(SCHEMES)
        raise UnreachableError(f"the address of the proxy needs a host and one of: {known}", step="proxy")
    secret = password.reveal() if password else url.password
    auth = (url.username, secret) if url.username else None  # a password alone belongs to nobody
    return httpx.Proxy(url.copy_with(username=None, password=None), auth=auth)
