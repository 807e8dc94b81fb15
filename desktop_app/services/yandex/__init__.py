"""The own APIs of Yandex: text generation with deferred requests, and the AI Assistant API."""
