"""Languages of code blocks: from the word behind a fence to the name that people read, and to Pygments' own."""

import re

_END = re.compile(r"[\s,:;{}]")

_NAMES = {
    "asm": "Assembly",
    "bash": "Bash",
    "bat": "Batch",
    "c#": "C#",
    "c++": "C++",
    "cmake": "CMake",
    "cpp": "C++",
    "cs": "C#",
    "csharp": "C#",
    "cjs": "JavaScript",
    "css": "CSS",
    "csv": "CSV",
    "diff": "Diff",
    "docker": "Dockerfile",
    "dockerfile": "Dockerfile",
    "dotenv": ".env",
    "env": ".env",
    "f#": "F#",
    "fsharp": "F#",
    "golang": "Go",
    "graphql": "GraphQL",
    "h": "C",
    "hcl": "HCL",
    "hpp": "C++",
    "hs": "Haskell",
    "html": "HTML",
    "http": "HTTP",
    "ini": "INI",
    "javascript": "JavaScript",
    "jl": "Julia",
    "js": "JavaScript",
    "json": "JSON",
    "json5": "JSON5",
    "jsonc": "JSON",
    "jsonl": "JSON Lines",
    "jsx": "JSX",
    "kt": "Kotlin",
    "latex": "LaTeX",
    "less": "Less",
    "matlab": "MATLAB",
    "md": "Markdown",
    "mjs": "JavaScript",
    "nasm": "NASM",
    "ndjson": "JSON Lines",
    "objc": "Objective-C",
    "objective-c": "Objective-C",
    "ocaml": "OCaml",
    "php": "PHP",
    "plaintext": "Text",
    "postgresql": "PostgreSQL",
    "powershell": "PowerShell",
    "proto": "Protocol Buffers",
    "protobuf": "Protocol Buffers",
    "ps1": "PowerShell",
    "pwsh": "PowerShell",
    "py": "Python",
    "py3": "Python",
    "python3": "Python",
    "rb": "Ruby",
    "rs": "Rust",
    "rst": "reStructuredText",
    "scss": "SCSS",
    "sh": "Shell",
    "sol": "Solidity",
    "sql": "SQL",
    "svg": "SVG",
    "tex": "TeX",
    "tf": "Terraform",
    "toml": "TOML",
    "ts": "TypeScript",
    "tsx": "TSX",
    "txt": "Text",
    "typescript": "TypeScript",
    "vb": "Visual Basic",
    "vhdl": "VHDL",
    "wasm": "WebAssembly",
    "xml": "XML",
    "yaml": "YAML",
    "yml": "YAML",
    "zsh": "Zsh",
}

_ALIASES = {  # what Pygments does not know by this word
    "cjs": "javascript",
    "cmd": "batch",
    "dotenv": "bash",
    "env": "bash",
    "gradle": "groovy",
    "h": "c",
    "hpp": "cpp",
    "jsonc": "json",
    "jsonl": "json",
    "kt": "kotlin",
    "mjs": "javascript",
    "ndjson": "json",
    "node": "javascript",
    "patch": "diff",
    "postgres": "postgresql",
    "shellsession": "shell-session",
    "sol": "solidity",
    "svelte": "html",
    "svg": "xml",
    "vb": "vbnet",
    "wasm": "wast",
    "yml": "yaml",
}

PLAIN = frozenset(("", "csv", "log", "plain", "plaintext", "text", "txt"))
"""Words that ask for no colours."""


def key_of(word: str) -> str:
    """The language alone, in small letters: "python" for "Python", "{.python}" and "python:main.py"."""
    return _END.split(word.lstrip("{."), maxsplit=1)[0].lower()


def display_name(word: str) -> str:
    """What a reader calls it: "C++" for "cpp"; a language that is not known here stays as it was written, or gets
    a capital when it has none.
    """
    key = key_of(word)
    if key in _NAMES:
        return _NAMES[key]
    written = word.lstrip("{.")[: len(key)]
    return written.capitalize() if written.islower() else written


def lexer_alias(word: str) -> str:
    """The word to ask Pygments for; "" when the text stays plain."""
    key = key_of(word)
    return "" if key in PLAIN else _ALIASES.get(key, key)
