"""What a user says about a thread: the fields of a Thread of the AI Assistant API that can be changed."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.domain.assistants import (
    DESCRIPTION_LIMIT,
    TTL_DAYS_LIMIT,
    Expiration,
    label_problems,
)
from desktop_app.domain.limits import THREAD_NAME_LIMIT
from desktop_app.domain.problems import FieldProblem, Problem, is_json_object, number_problems
from desktop_app.domain.threads import Thread


@dataclass(frozen=True, slots=True)
class ThreadSettings:
    """Without a ``name`` the next question names the thread.  ``other_tools`` as in ``Thread``."""

    name: str
    description: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    expiration: Expiration | None = None
    other_tools: tuple[str, ...] = ()

    @classmethod
    def of(cls, thread: Thread) -> ThreadSettings:
        """Those of a thread as it is."""
        return cls(thread.name, thread.description, thread.labels, thread.expiration, thread.other_tools)

    @property
    def mark(self) -> int:
        """A number by which these are told from others, less than 2 to the 56th."""
        import json
        from hashlib import sha256  # not before somebody asks: it loads OpenSSL

        lifetime = self.expiration and (self.expiration.ttl_days, self.expiration.policy.value)
        said = json.dumps([self.name, self.description, self.labels, lifetime, self.other_tools])
        return int.from_bytes(sha256(said.encode()).digest()[:7])


def problems(settings: ThreadSettings) -> list[FieldProblem]:
    """Every field of ``settings`` that breaks a limit, in the order of the dialog; empty when all is well."""
    found = [
        FieldProblem(name, Problem.TOO_LONG, limit)
        for name, text, limit in (
            ("name", settings.name, THREAD_NAME_LIMIT),
            ("description", settings.description, DESCRIPTION_LIMIT),
        )
        if len(text) > limit
    ]
    found += label_problems(settings.labels)
    if settings.expiration:
        found += number_problems("ttl_days", settings.expiration.ttl_days, 1, TTL_DAYS_LIMIT)
    if not all(is_json_object(tool) for tool in settings.other_tools):
        found.append(FieldProblem("other_tools", Problem.NOT_JSON))
    return found
