"""What a pasted credential is, told by its form alone.

The forms are those that Yandex documents and its own SDK asks for; two of them have changed over the years, so a
credential whose beginning is known counts as its kind even when the rest is odd.
"""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from desktop_app.domain.connections import Auth


class CredentialKind(StrEnum):
    """What was pasted; the first three can sign in, the others are often mistaken for them."""

    API_KEY = "api-key"
    IAM_TOKEN = "iam-token"  # noqa: S105 - the name of a kind
    OAUTH_TOKEN = "oauth-token"  # noqa: S105
    SESSION_COOKIE = "session-cookie"
    STATIC_KEY = "static-key"
    KEY_FILE = "key-file"
    KEY_ID = "key-id"
    FOLDER_ID = "folder-id"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A pasted credential: ``text`` is what to keep, ``auth`` how it signs in (None: not at all).

    ``is_odd``: it begins like its kind and goes on differently, or holds what cannot be sent; worth a warning.
    """

    kind: CredentialKind
    text: str = field(repr=False)
    auth: Auth | None
    is_odd: bool = False

    @property
    def is_sendable(self) -> bool:
        """Whether a header can hold it: letters, digits and signs of ASCII without blanks."""
        return self.text.isascii() and self.text.isprintable() and " " not in self.text


_SIGNED = r"[A-Za-z0-9_-]+={0,2}\.[A-Za-z0-9_-]{86}={0,2}"
# In this order: how a kind begins, and how the whole of it looks.
_FORMS = tuple(
    (kind, re.compile(beginning, re.ASCII), re.compile(whole, re.ASCII))
    for kind, beginning, whole in (
        (CredentialKind.IAM_TOKEN, r"t\d\.", rf"t\d\.{_SIGNED}"),
        (CredentialKind.OAUTH_TOKEN, r"y\d_[-\w]", r"y\d_[-\w]{55,199}"),
        (CredentialKind.SESSION_COOKIE, rf"c\d\.{_SIGNED}$", ""),
        (CredentialKind.STATIC_KEY, r"YC[-\w]{38}$", ""),
        (CredentialKind.KEY_ID, r"aje[a-z0-9]{17}$", ""),
        (CredentialKind.FOLDER_ID, r"b1g[a-z0-9]{17}$", ""),
        (CredentialKind.API_KEY, r"AQVN", r"AQVN[-\w]{35,38}"),
    )
)
_AUTHS = {
    CredentialKind.API_KEY: Auth.API_KEY,
    CredentialKind.IAM_TOKEN: Auth.IAM,
    CredentialKind.OAUTH_TOKEN: Auth.OAUTH,
}
# The name of a header, or of a variable as shells and ``.env`` files write it.
_HEADER = re.compile(
    r"(?:authorization\s*:\s*)?(?:bearer|api-key)\s+|authorization\s*:\s*"
    r"|(?:export\s+|set\s+|\$env:)?(?:YC|YANDEX|OPENAI)_[A-Z_]*(?:KEY|TOKEN)\s*=\s*",
    re.IGNORECASE,
)
# Quotes of a shell, of JSON and of a letter; what web pages put where nobody sees it.
_AROUND = "\"'`“”„«»‘’\u200b\u2060\ufeff"


def recognise(pasted: str) -> Recognised:
    """What ``pasted`` is, without what stands around it: blanks, quotes, the name of a header or a variable.

    Lines are joined, as a narrow terminal breaks them.  Text of no known form counts as an API key, an empty one too.
    """
    text = _bare(pasted)
    if "private_key" in text and "service_account_id" in text:
        return Recognised(CredentialKind.KEY_FILE, text, None)
    for kind, beginning, whole in _FORMS:
        if beginning.match(text):
            is_odd = kind in _AUTHS and not whole.fullmatch(text)
            return Recognised(kind, text, _AUTHS.get(kind), is_odd)
    unknown = Recognised(CredentialKind.API_KEY, text, Auth.API_KEY)
    return replace(unknown, is_odd=not unknown.is_sendable)


def _bare(pasted: str) -> str:
    text, before = pasted, None
    while text != before:
        before = text
        text = text.strip().strip(_AROUND)
        header = _HEADER.match(text)
        text = text[header.end() :] if header else "".join(line.strip() for line in text.splitlines())
    return text
