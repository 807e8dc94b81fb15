"""Word forms: a word and its inflections become one stem (Snowball; Russian for Cyrillic, else English)."""

import re
import unicodedata

import Stemmer

LONGEST = 64  # a longer run of letters and digits is data, not a word
CACHED = 200_000

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile("[а-я]")


class WordForms:
    """Stems of texts, those of frequent words remembered."""

    def __init__(self) -> None:
        self._russian = Stemmer.Stemmer("russian", 0)
        self._english = Stemmer.Stemmer("english", 0)
        self._stems: dict[str, str] = {}

    def located(self, text: str) -> tuple[list[int], list[str]]:
        """Where each word of ``text`` begins, and its stem."""
        words = [(found.start(), found.group()) for found in _WORD.finditer(text)]
        starts = [start for start, word in words if len(word) <= LONGEST]
        return starts, [self.stem(word) for _, word in words if len(word) <= LONGEST]

    def stems(self, text: str) -> list[str]:
        """The stems of ``text``, in its order, also where its letters are not composed as those of documents are."""
        return self.located(unicodedata.normalize("NFC", text))[1]

    def stem(self, word: str) -> str:
        """The stem of a word in whatever case; ё counts as е."""
        stem = self._stems.get(word)
        if stem is None:
            if len(self._stems) >= CACHED:
                self._stems.clear()
            plain = word.lower().replace("ё", "е")
            stem = (self._russian if _CYRILLIC.search(plain) else self._english).stemWord(plain)
            self._stems[word] = stem
        return stem
