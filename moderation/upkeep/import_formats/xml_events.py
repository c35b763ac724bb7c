"""Reads XML as a stream: the elements of one kind one after the other, with the texts inside them.

Entities cannot be declared and nothing outside the file is read, so no file can grow or ask for others. Control characters, which
XML forbids and WordPress exports nevertheless, become spaces; empty lines before the XML are passed over.
"""

import codecs
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.parsers import expat

from moderation.domain.errors import Invalid

_CHUNK = 64 * 1024  # bytes
_DEPTH = 100
# Every byte below a space but tab and line ends; in UTF-8 none is part of another character.
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16: there they are halves of letters
# Characters of one text that are kept: more than the longest comment has with all its tags, so that it is skipped.
_TEXT_LIMIT = 400_000


@dataclass(slots=True)
class Element:
    """An element that was asked for. line: where it begins. texts: by path below it, the first of each; 'author/name', '' its own.

    attributes: its own, and those of elements below it by 'path@name'. All names are without their prefixes.
    """

    name: str
    line: int
    texts: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


def elements(file: BinaryIO, paths: Collection[str]) -> Iterator[Element]:
    """The elements at these paths from the root ('rss/channel/item'), each as soon as it has ended.

    One inside another is not part of it. Raises Invalid, with the line, where the file is no such XML.
    """
    parser = expat.ParserCreate()
    handler = _Handler(parser, frozenset(paths))
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.characters
    parser.EntityDeclHandler = handler.refuse
    chunk = file.read(_CHUNK)
    is_wide = chunk.startswith(_WIDE)
    if not is_wide:
        begin = chunk.removeprefix(codecs.BOM_UTF8).lstrip()
        handler.lines_before = chunk[: len(chunk) - len(begin)].count(b"\n")
        chunk = begin
    is_last = False
    while not is_last:
        is_last = not chunk
        try:
            parser.Parse(chunk if is_wide else _FORBIDDEN.sub(b" ", chunk), is_last)
        except expat.ExpatError as error:
            yield from handler.take()
            line, why = handler.line(error.lineno), expat.ErrorString(error.code)
            raise Invalid(f"Line {line}: not XML ({why}).") from None
        except (LookupError, ValueError):  # what Python says of an encoding that it cannot read
            raise Invalid(
                "The file is in an encoding that cannot be read; save it in UTF-8."
            ) from None
        yield from handler.take()
        chunk = file.read(_CHUNK)


class _Handler:
    def __init__(self, parser: Any, paths: frozenset[str]) -> None:
        self._parser = parser
        self._paths = paths
        self._names: list[str] = []  # from the root
        self._open: list[tuple[int, Element]] = []  # with its depth
        self._text: list[str] = []
        self._length = 0
        self._ended: list[Element] = []
        self.lines_before = 0  # that the parser was not given

    def line(self, of_parser: int = 0) -> int:
        """The line of the file; of_parser: 0 for the present one."""
        return self.lines_before + (of_parser or self._parser.CurrentLineNumber)

    def take(self) -> list[Element]:
        ended, self._ended = self._ended, []
        return ended

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._names.append(_local(name))
        if len(self._names) > _DEPTH:
            raise Invalid(f"Line {self.line()}: elements are nested too deep.")
        if "/".join(self._names) in self._paths:
            element = Element(self._names[-1], self.line())
            self._open.append((len(self._names), element))
        if self._open and attributes:
            depth, element = self._open[-1]
            below = "/".join(self._names[depth:])
            for key, value in attributes.items():
                element.attributes[f"{below}@{_local(key)}" if below else _local(key)] = value
        self._text, self._length = [], 0

    def end(self, _: str) -> None:
        if self._open:
            depth, element = self._open[-1]
            if self._text:
                path = "/".join(self._names[depth:])
                element.texts.setdefault(path, "".join(self._text))
            if len(self._names) == depth:
                self._open.pop()
                self._ended.append(element)
        self._names.pop()
        self._text, self._length = [], 0

    def characters(self, text: str) -> None:
        if self._open and self._length < _TEXT_LIMIT:
            self._text.append(text)
            self._length += len(text)

    def refuse(self, *_: object) -> None:
        raise Invalid(
            f"Line {self.line()}: the file declares entities, which exports have no need of."
        )


def _local(name: str) -> str:
    return name.rpartition(":")[2]
