"""The YAML that MLTable files are written in, for environments without PyYAML: mappings, lists, scalars, no more.

Block and flow style, quoted text, comments. Anchors, tags, several documents and block scalars are refused.
"""

from __future__ import annotations

import json
import re
from typing import Any, Tuple


class YamlMistake(ValueError):
    """Says the line that cannot be read."""


def parse_yaml(text: str) -> Any:
    """The value of a document; by PyYAML where it is installed. Raises YamlMistake (a ValueError)."""
    try:
        import yaml
    except ImportError:
        return _Blocks(text).document()
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise YamlMistake(str(error)) from None


_Line = Tuple[int, int, str]


class _Blocks:
    def __init__(self, text: str) -> None:
        self._lines: list[_Line] = []
        for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), 1):
            content = _without_comment(raw).rstrip()
            if content.strip() in ("", "---"):
                continue
            indent = len(content) - len(content.lstrip(" "))
            self._lines.append((number, indent, content.strip()))
        self._at = 0

    def document(self) -> Any:
        if not self._lines:
            return None
        value = self._block(self._lines[0][1])
        if self._at < len(self._lines):
            raise YamlMistake(f"line {self._lines[self._at][0]}: wrong indentation")
        return value

    def _block(self, indent: int) -> Any:
        _, _, text = self._lines[self._at]
        if text == "-" or text.startswith("- "):
            return self._list(indent)
        if _key_of(text) is not None:
            return self._mapping(indent)
        number = self._lines[self._at][0]
        # A flow collection may go on over the following, deeper lines.
        parts = []
        while self._at < len(self._lines) and self._lines[self._at][1] >= indent:
            parts.append(self._lines[self._at][2])
            self._at += 1
        return _scalar(" ".join(parts), number)

    def _list(self, indent: int) -> list[Any]:
        items = []
        while self._at < len(self._lines):
            number, at, text = self._lines[self._at]
            if at != indent or not (text == "-" or text.startswith("- ")):
                break
            rest = text[1:].lstrip()
            if rest == "":
                self._at += 1
                items.append(self._below(indent))
            else:
                deeper = indent + len(text) - len(rest)
                self._lines[self._at] = (number, deeper, rest)
                items.append(self._block(deeper))
        return items

    def _mapping(self, indent: int) -> Any:
        found = {}
        while self._at < len(self._lines):
            number, at, text = self._lines[self._at]
            split = _key_of(text) if at == indent else None
            if split is None:
                break
            key, rest = split
            self._at += 1
            if rest == "":
                found[key] = self._below(indent, may_be_list=True)
            else:
                while _is_open(rest) and self._at < len(self._lines):
                    rest = f"{rest} {self._lines[self._at][2]}"
                    self._at += 1
                found[key] = _scalar(rest, number)
        return found

    def _below(self, indent: int, may_be_list: bool = False) -> Any:
        if self._at >= len(self._lines):
            return None
        _, deeper, text = self._lines[self._at]
        is_list = may_be_list and deeper == indent and (text == "-" or text.startswith("- "))
        return self._block(deeper) if deeper > indent or is_list else None


def _without_comment(line: str) -> str:
    quote = ""
    for index, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and (index == 0 or line[index - 1] in " [{,:"):
            quote = char
        elif char == "#" and (index == 0 or line[index - 1] in " \t"):
            return line[:index]
    return line


_KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[{&*!|>%@`#,][^#]*?)\s*:(?:\s+(.*))?$""")


def _key_of(text: str) -> tuple[str, str] | None:
    match = _KEY.match(text)
    if match is None:
        return None
    return str(_scalar(match.group(1), 0)), (match.group(2) or "").strip()


def _is_open(text: str) -> bool:
    return text[:1] in "[{" and (text.count("[") > text.count("]") or text.count("{") > text.count("}"))


def _scalar(text: str, line: int) -> Any:
    if text[:1] in ("[", "{"):
        value, rest = _flow(text, line)
        if rest.strip():
            raise YamlMistake(f"line {line}: cannot read {rest.strip()!r}")
        return value
    if text[:1] == '"':
        return _double(text, line)
    if text[:1] == "'" and text.endswith("'") and len(text) > 1:
        return text[1:-1].replace("''", "'")
    if text[:1] in ("|", ">", "&", "*", "!"):
        raise YamlMistake(f"line {line}: {text!r} is more YAML than an MLTable file may use without PyYAML")
    return _plain(text)


def _double(text: str, line: int) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        raise YamlMistake(f"line {line}: cannot read {text!r}") from None
    return str(value)


def _plain(text: str) -> Any:
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for convert in (int, float):
        if re.fullmatch(r"[+-]?[\d.][\d.eE+-]*", text):
            try:
                return convert(text)
            except ValueError:
                continue
    return text


def _flow(text: str, line: int) -> tuple[Any, str]:
    text = text.lstrip()
    if text[:1] == "[":
        items = []
        text = text[1:].lstrip()
        while not text.startswith("]"):
            item, text = _flow(text, line)
            items.append(item)
            text = _after_item(text, "]", line)
        return items, text[1:]
    if text[:1] == "{":
        found = {}
        text = text[1:].lstrip()
        while not text.startswith("}"):
            key, text = _flow(text, line)
            text = text.lstrip()
            value = None
            if text.startswith(":"):
                value, text = _flow(text[1:], line)
            found[str(key)] = value
            text = _after_item(text, "}", line)
        return found, text[1:]
    match = re.match(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?:[^,\[\]{}:]|:(?=\S))+""", text)
    if match is None:
        raise YamlMistake(f"line {line}: cannot read {text!r}")
    return _scalar(match.group(0).strip(), line), text[match.end() :]


def _after_item(text: str, end: str, line: int) -> str:
    text = text.lstrip()
    if text.startswith(","):
        return text[1:].lstrip()
    if not text.startswith(end):
        raise YamlMistake(f'line {line}: "{end}" is missing')
    return text
