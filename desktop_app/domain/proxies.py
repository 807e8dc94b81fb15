"""The URL of a proxy, as it is kept with a connection: a user name may stand in it, a password never does."""

from urllib.parse import quote, unquote, urlsplit, urlunsplit

SCHEMES = ("http", "https", "socks5", "socks5h")


def split_proxy(url: str) -> tuple[str, str, str]:
    """Address, user and password of a URL; the last two are empty where they are not in it.  Never raises."""
    try:
        parts = urlsplit(url.strip())
        user, password = parts.username, parts.password
    except ValueError:
        return url, "", ""
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host)), unquote(user or ""), unquote(password or "")


def join_proxy(address: str, user: str = "") -> str:
    """The URL of the proxy at ``address`` for ``user``; an address without a scheme is one of http.

    Raises ValueError when no host is left or the scheme is none of ``SCHEMES``.
    """
    text = address.strip()
    parts = urlsplit(text if "://" in text else f"http://{text}")
    if parts.scheme not in SCHEMES or not parts.hostname or any(letter.isspace() for letter in parts.netloc):
        raise ValueError("not the address of a proxy")
    if not parts.port and parts.netloc.endswith(":"):  # what is no number raises of itself
        raise ValueError("the port is missing")
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f"{quote(user, safe='')}@{host}" if user else host, "", "", ""))
