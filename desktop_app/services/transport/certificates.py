"""Whom the program trusts: the system's authorities (truststore), and those in a file that a connection names."""

import ssl

from desktop_app.domain.errors import UnreachableError


def trusting(ca_path: str = "") -> ssl.SSLContext:
    """A context that trusts the system and the PEM file at ``ca_path``.  Reads files: not for the loop's thread.

    Raises UnreachableError when the file cannot be read or holds no certificate.
    """
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not ca_path:
        return context
    try:
        context.load_verify_locations(cafile=ca_path)
    except ssl.SSLError as error:
        raise UnreachableError(f"{ca_path}: no certificate in PEM form", step="tls") from error
    except (OSError, ValueError) as error:  # ValueError: a path that holds a zero byte
        said = (isinstance(error, OSError) and error.strerror) or str(error)
        raise UnreachableError(f"{ca_path}: {said}", step="tls") from error
    return context


def trusting_nobody() -> ssl.SSLContext:
    """A context for plain http, where none is used: making it costs nothing."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
