"""Closed hours and single rules put into a policy's TOML and taken out of it; the rest stays as it is written, comments too."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from moderation.domain.closed_hours import ClosedHours
from moderation.domain.errors import Invalid
from moderation.domain.policy import parse_policy
from moderation.domain.policy_toml import read_toml

_HOURS = re.compile(r"\s*\[\s*closed_hours\s*\]\s*(#.*)?")
_RULE = re.compile(r"\s*\[\[\s*rules\s*\]\]\s*(#.*)?")
_HEADER = re.compile(r"\s*\[")
_STRING = r"(\"[^\"]*\"|'[^']*')"
_IN_LIST = re.compile(rf"{_STRING}|#.*|\]")
_ONE_LINE = 100  # characters
_TRIED = 20  # lines of one list that look like a header; each try reads all above it

_Base = Callable[[str], str] | None


def own_rule_codes(source: str) -> list[str]:
    """The codes of the rules that stand in a policy's own TOML, in their order. Raises Invalid."""
    rules = read_toml(source).get("rules", [])
    return [str(rule.get("code", "")) for rule in rules]


def rule_in(source: str, code: str) -> str:
    """The TOML of the first rule with this code, with its comments. Raises KeyError."""
    lines, codes = source.splitlines(), own_rule_codes(source)
    for place, header in enumerate(_rules(lines)):
        if codes[place] == code:
            return "\n".join(lines[header : _end(lines, header)]) + "\n"
    raise KeyError(code)


def with_rule(source: str, rule: str, find_base: _Base = None) -> str:
    """The same with a rule at its end. rule: TOML. Raises Invalid where its rules are not written as [[rules]]."""
    changed = f"{source.rstrip()}\n\n{rule}"
    try:
        parse_policy(changed, find_base)
    except Invalid:
        raise Invalid("This rule has to be added in the TOML.", "/policy") from None
    return changed


def without_rules(source: str, code: str, find_base: _Base = None) -> str:
    """The same without its own rules of this code. Raises Invalid where they are not written as [[rules]]."""
    lines = source.splitlines()
    headers = _rules(lines)
    for place, found in reversed(list(enumerate(own_rule_codes(source)))):
        if found == code and place < len(headers):
            _cut(lines, headers[place])
    changed = "\n".join(lines) + "\n"
    kept = [own_code for own_code in own_rule_codes(source) if own_code != code]
    try:
        is_done = own_rule_codes(changed) == kept
        parse_policy(changed, find_base)
    except Invalid:
        is_done = False
    if not is_done:
        raise Invalid(f"The rule '{code}' has to be removed in the TOML.", "/policy")
    return changed


def with_closed_hours(source: str, hours: ClosedHours | None, find_base: _Base = None) -> str:
    """The same with other closed hours, None for none. Raises Invalid where they are written in another way than as a table of their own."""
    if parse_policy(source, find_base).closed_hours == hours:
        return source
    lines = source.splitlines()
    header = next((n for n, line in enumerate(lines) if _HOURS.fullmatch(line)), None)
    if hours is None:
        if header is not None:
            _cut(lines, header)
    elif header is None:
        lines = [*source.rstrip().splitlines(), "", "[closed_hours]", *_pairs(hours)]
    else:
        table = _rewritten(lines[header + 1 : _end(lines, header)], hours)
        lines[header + 1 : _end(lines, header)] = table
    changed = "\n".join(lines) + "\n"
    try:
        is_done = parse_policy(changed, find_base).closed_hours == hours
    except Invalid:
        is_done = False
    if not is_done:
        raise Invalid("These closed hours have to be changed in the TOML.", "/policy")
    return changed


def _rules(lines: Sequence[str]) -> list[int]:
    return [number for number, line in enumerate(lines) if _RULE.fullmatch(line)]


def _end(lines: Sequence[str], header: int) -> int:
    """The line after the last one of a table; what stands above the next header belongs to that."""
    end, tried = header + 1, 0
    for number in range(header + 1, len(lines)):
        if _HEADER.match(lines[number]):
            tried += 1
            if tried > _TRIED or _is_whole(lines[header + 1 : number]):
                break
        if lines[number].strip() and not lines[number].lstrip().startswith("#"):
            end = number + 1
    return end


def _is_whole(lines: Sequence[str]) -> bool:
    """Whether no list is open at the end of these lines: a line of a list may begin like a header."""
    try:
        read_toml("\n".join(lines))
    except Invalid:
        return False
    return True


def _cut(lines: list[str], header: int) -> None:
    """Removes a table, and the empty lines that parted it from what stands above."""
    del lines[header : _end(lines, header)]
    while header and header <= len(lines) and not lines[header - 1].strip():
        header -= 1
        del lines[header]
    if header and header < len(lines) and lines[header].strip():
        lines.insert(header, "")


def _pairs(hours: ClosedHours) -> list[str]:
    return [f'zone = "{hours.zone}"', f'then = "{hours.then.value}"', *_list(hours, _Said())]


@dataclass
class _Said:
    """The comments in a list of windows: behind its bracket, on lines of their own, beside a window by its text, and behind its end."""

    opening: str = ""
    above: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)
    closing: str = ""


def _list(hours: ClosedHours, said: _Said) -> list[str]:
    texts = [f'"{window.text}"' for window in hours.windows]
    line = f"hours = [{', '.join(texts)}]"
    has_own_lines = said.opening or said.above or any(text in said.beside for text in texts)
    if len(line) <= _ONE_LINE and not has_own_lines:
        return [f"{line} {said.closing}".rstrip()]
    items = [f"  {text}, {said.beside.get(text, '')}".rstrip() for text in texts]
    first, last = f"hours = [ {said.opening}".rstrip(), f"] {said.closing}".rstrip()
    return [first, *said.above, *items, last]


def _rewritten(table: Sequence[str], hours: ClosedHours) -> list[str]:
    """The lines of the table with other values. What is said in comments stays where it says something about what stays."""
    found: list[str] = []
    place = 0
    while place < len(table):
        line = table[place]
        place += 1
        key = line.partition("=")[0].strip().strip("\"'")
        if key in ("zone", "then"):
            value = hours.zone if key == "zone" else hours.then.value
            # Neither has a backslash: a zone is one that exists.
            found.append(re.sub(rf"=\s*{_STRING}", f'= "{value}"', line, count=1))
        elif key == "hours":
            end = place
            while end < len(table) and not _is_whole(table[place - 1 : end]):
                end += 1
            said = _said([line.partition("=")[2], *table[place:end]])
            found += _list(hours, said)
            place = end
        else:
            found.append(line)
    return found


def _said(lines: Sequence[str]) -> _Said:
    """lines: of the list, from its bracket on."""
    said = _Said()
    is_over = False
    for number, line in enumerate(lines):
        windows: list[str] = []
        for match in _IN_LIST.finditer(line):
            if match[1]:
                windows.append(f'"{" ".join(match[1][1:-1].lower().split())}"')
            elif match[0] == "]":
                is_over = True
            elif is_over:
                said.closing = match[0]
            elif len(windows) == 1:
                said.beside[windows[0]] = match[0]
            elif number == 0 and not windows:
                said.opening = match[0]
            else:  # on a line of its own, or beside several
                said.above.append(f"  {match[0]}" if windows else _indent(line) + match[0])
    return said


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
