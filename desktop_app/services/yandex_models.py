"""The models of Yandex AI Studio that its native APIs answer with, and how they are named.

Those APIs have no list to ask for; this one is the documentation's (the models page as of 2025-11).  What the branches
hold rotates, so any other URI may be typed.
"""

from collections.abc import Sequence
from typing import NamedTuple

from desktop_app.domain.connections import Model


class _Listed(NamedTuple):
    tail: str
    name: str
    context_tokens: int


_LISTED = (
    _Listed("yandexgpt/latest", "YandexGPT Pro 5", 32_768),
    _Listed("yandexgpt/rc", "YandexGPT Pro 5.1", 32_768),
    _Listed("yandexgpt-lite/latest", "YandexGPT Lite 5", 32_768),
    _Listed("aliceai-llm/latest", "Alice AI LLM", 32_768),
)
# The same list of models holds these, and only the OpenAI-compatible API answers with them.
_ELSEWHERE = ("qwen", "gpt-oss", "gemma", "llama", "deepseek")


def documented_models(folder: str) -> tuple[Model, ...]:
    """The documented models with the URIs they have in ``folder``."""
    return tuple(Model(f"gpt://{folder}/{one.tail}", one.name, one.context_tokens) for one in _LISTED)


def answering_models(listed: Sequence[Model], folder: str) -> tuple[Model, ...]:
    """Those of ``listed`` that the native APIs answer with, and what the documentation says of them."""
    known = {model.id: model for model in documented_models(folder)}
    found = (model for model in listed if not _name_in(model.id).startswith(_ELSEWHERE))
    return tuple(known.get(model.id, model) for model in found)


def _name_in(uri: str) -> str:
    return uri.partition("://")[2].partition("/")[2]


def model_uri(model: str, folder: str) -> str:
    """The URI of ``model``: a URI as it is, ``yandexgpt`` as ``gpt://FOLDER/yandexgpt/latest``, nothing as the first.

    A name may bring its version (``yandexgpt/rc``); the rule is that of the official SDK.
    """
    name = model.strip()
    if "://" in name:
        return name
    if not name:
        return documented_models(folder)[0].id
    return f"gpt://{folder}/{name}" if "/" in name else f"gpt://{folder}/{name}/latest"
