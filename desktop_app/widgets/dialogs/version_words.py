"""Names and values of an assistant's fields in words, for the differences of versions."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QLocale, QObject

from desktop_app.domain.assistants import ExpirationPolicy, FormatKind, Reasoning
from desktop_app.domain.connections import Connection
from desktop_app.domain.differences import FieldDifference, FieldValue
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.tools import CallStrategy


class VersionWords(QObject):
    """Speaks the language of the window; ``connections`` are named instead of their ids."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.connections: Mapping[ConnectionId, Connection] = {}
        self._names = self._field_names()
        self._parts = self._function_parts()
        self._values = self._special_values()

    def name(self, difference: FieldDifference) -> str:
        """What the field is called, with the label or function that it belongs to."""
        name = self._names.get(difference.field, difference.field)
        return f"{name}: {difference.item}" if difference.item is not None else name

    def value(self, difference: FieldDifference, value: FieldValue) -> str:
        """What a field says; an empty text for none."""
        if value is None:
            return ""
        if difference.field == "connection_id":
            connection = self.connections.get(ConnectionId(str(value)))
            return connection.name if connection else self.tr("A connection that was deleted")
        if isinstance(value, bool):
            return self.tr("yes") if value else self.tr("no")
        if isinstance(value, int):
            return QLocale().toString(value)
        if isinstance(value, float):
            return QLocale().toString(value, "f", 2)
        return self._values.get(difference.field, {}).get(value, value)

    def whole_function(self, differences: Sequence[FieldDifference]) -> str:
        """All that a function says that came or went, line by line: its description first, then what has a name."""
        lines = []
        for one in differences:
            said = one.new if one.old is None else one.old
            value = self.value(one, said)
            if one.field == "functions.description" and value:
                lines.append(value)
            elif one.field in self._parts and value and said is not False:
                lines.append(f"{self._parts[one.field]}: {value}")
        return "\n".join(lines)

    def _function_parts(self) -> dict[str, str]:
        return {
            "functions.parameters": self.tr("Parameters"),
            "functions.is_strict": self.tr("Strict parameters"),
            "functions.command.program": self.tr("Program"),
            "functions.command.arguments": self.tr("Arguments of the program"),
            "functions.command.time_limit_s": self.tr("Longest time, in seconds"),
            "functions.command.output_limit_kb": self.tr("Longest result, in KB"),
        }

    def _field_names(self) -> dict[str, str]:
        return {
            "name": self.tr("Name"),
            "description": self.tr("Description"),
            "instruction": self.tr("Instruction"),
            "connection_id": self.tr("Connection"),
            "model": self.tr("Model"),
            "truncation.max_prompt_tokens": self.tr("Longest prompt, in tokens"),
            "truncation.last_messages": self.tr("Last messages that are sent"),
            "completion.temperature": self.tr("Temperature"),
            "completion.max_tokens": self.tr("Longest reply, in tokens"),
            "completion.reasoning": self.tr("Thinking before the reply"),
            "expiration.ttl_days": self.tr("Lifetime in days"),
            "expiration.policy": self.tr("Lifetime counted"),
            "labels": self.tr("Label"),
            "response_format.kind": self.tr("Form of the reply"),
            "response_format.schema": self.tr("JSON Schema"),
            "response_format.name": self.tr("Name of the schema"),
            "functions.name": self.tr("Function"),
            "functions.description": self.tr("Description of function"),
            "functions.parameters": self.tr("Parameters of function"),
            "functions.is_strict": self.tr("Strict parameters of function"),
            "functions.command.program": self.tr("Program of function"),
            "functions.command.arguments": self.tr("Arguments of the program of function"),
            "functions.command.time_limit_s": self.tr("Longest time of the program of function, in seconds"),
            "functions.command.output_limit_kb": self.tr("Longest result of the program of function, in KB"),
            "search.strategy": self.tr("Search in files"),
            "search.name": self.tr("Name of the search"),
            "search.instruction": self.tr("When to search"),
            "search.max_results": self.tr("Results of a search"),
            "search.rephraser": self.tr("Model that rewrites questions for the search"),
            "search.index_ids": self.tr("Search indexes at the service"),
            "other_tools": self.tr("Other tools"),
        }

    def _special_values(self) -> dict[str, dict[str, str]]:
        return {
            "completion.reasoning": {
                Reasoning.OFF: self.tr("Up to the model"),
                Reasoning.LOW: self.tr("A little"),
                Reasoning.MEDIUM: self.tr("Some"),
                Reasoning.HIGH: self.tr("Much"),
            },
            "expiration.policy": {
                ExpirationPolicy.STATIC: self.tr("After it was made"),
                ExpirationPolicy.SINCE_LAST_ACTIVE: self.tr("After it was last used"),
            },
            "response_format.kind": {
                FormatKind.TEXT: self.tr("Text"),
                FormatKind.JSON_OBJECT: self.tr("A JSON object"),
                FormatKind.JSON_SCHEMA: self.tr("JSON by a schema"),
            },
            "search.strategy": {
                CallStrategy.ALWAYS: self.tr("For every question"),
                CallStrategy.AUTO: self.tr("When the model asks for it"),
            },
        }
