"""The text of a form's field, in whatever charset the page was written."""

import re

# Text encodings that pages are written in; Python knows others, which are no charsets.
_CHARSET = re.compile(
    r"(iso-8859-|windows-|cp)\d{1,5}|koi8-[ru]|shift_jis|euc-(jp|kr)|big5|gb(k|2312|18030)"
)
# Where browsers mean something else than the name says, usually more (encoding.spec.whatwg.org), and what Python
# knows by other names.
_MEANT = {
    **dict.fromkeys(("iso-8859-1", "latin1", "ascii", "us-ascii"), "windows-1252"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "windows-1254"),
    **dict.fromkeys(("iso-8859-11", "tis-620", "windows-874"), "cp874"),
    **dict.fromkeys(("shift_jis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "windows-949"), "cp949"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk"), "gb18030"),
    "big5": "big5hkscs",
    "ibm866": "cp866",
    "iso-8859-8-i": "iso-8859-8",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
}


def decoded(value: bytes, charset: str) -> str:
    """The text of a field: UTF-8 where it is that, else in the charset that the form names, or in
    windows-1252, as browsers send from pages that name none.
    """
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        name = charset.strip().strip("\"'").lower()
        codec = _MEANT.get(name) or (name if _CHARSET.fullmatch(name) else "windows-1252")
        try:
            return value.decode(codec, "replace")
        except LookupError:
            return value.decode("windows-1252", "replace")
