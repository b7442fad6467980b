"""The one door for XML from outside: size, encoding, declarations, depth and number of elements are checked before a
parser sees the text, and counted again while it reads. What passes holds no DTD, no entity and no instruction.
"""

import re
from xml.etree.ElementTree import Element, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError
from typing_extensions import override

from bedrock.errors import BadInput

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 100
MAX_ELEMENTS = 2_000
MAX_ATTRIBUTES = 100  # of one element
MAX_ATTRIBUTE = 10_000  # characters of one value
MAX_TAG = 100_000  # characters of a whole start tag

# What people's tools write; a name that Python knows but nobody writes is a way around the checks below.
ENCODINGS = frozenset({"utf-8", "us-ascii", "iso-8859-1", "gb2312", "gbk", "gb18030"})
_XINCLUDE = "{http://www.w3.org/2001/XInclude}"

_DECLARATION = re.compile(rb"""\A\s*<\?xml\s[^<>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_FORBIDDEN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# One alternative for each thing that starts with <. What is not closed matches its bare sign: it ends the scan at once,
# so that no text is looked at twice.
_MARKUP = re.compile(
    r"""(?P<skip><!--.*?-->|<!\[CDATA\[.*?\]\]>)
      | (?P<declared><!)
      | (?P<instruction><\?)
      | (?P<closing></)
      | (?P<opening><[^\s<>/!?'"](?:"[^"]*+"|'[^']*+'|[^<>"'])*+>)
      | (?P<broken><)""",
    re.DOTALL | re.VERBOSE,
)


def read_xml(source: bytes | str) -> Element:
    """The root of a document. Raises BadInput `xml.…` for everything that is hostile or no XML."""
    text = _text_of(source)
    _refuse_markup(text)
    parser = DefusedXMLParser(target=_Counting(), encoding="utf-8", forbid_dtd=True)
    try:
        parser.feed(text.encode())
        root: Element = parser.close()
    except ParseError as error:
        raise BadInput("xml.malformed", f"Expected well-formed XML, found {error}.") from None
    except DefusedXmlException as error:
        raise BadInput("xml.declaration", f"Expected XML without a DTD or entities, found {error}.") from None
    return root


def _text_of(source: bytes | str) -> str:
    """The characters, without byte order mark and XML declaration; the encoding is what was declared, or UTF-8."""
    if isinstance(source, str):
        text = source
        if len(source) > MAX_BYTES or len(source.encode(errors="replace")) > MAX_BYTES:
            raise _too_large()
    else:
        if len(source) > MAX_BYTES:
            raise _too_large()
        declared = _DECLARATION.match(source.removeprefix(b"\xef\xbb\xbf"))
        encoding = declared.group(1).decode().lower() if declared else "utf-8"
        if encoding not in ENCODINGS or source.startswith((b"\xff\xfe", b"\xfe\xff")):
            found = encoding if encoding not in ENCODINGS else "utf-16"
            raise BadInput("xml.encoding", f"Expected UTF-8 or another plain encoding, found {found}.")
        try:
            text = source.decode(encoding)
        except UnicodeDecodeError as error:
            raise BadInput(
                "xml.encoding", f"Expected text in {encoding}, found other bytes at {error.start}."
            ) from None
    forbidden = _FORBIDDEN_TEXT.search(text)
    if forbidden is not None:
        raise BadInput(
            "xml.bad_text", f"Expected characters of XML, found U+{ord(forbidden.group()):04X} at {forbidden.start()}."
        )
    return re.sub(r"\A\s*<\?xml\s[^<>]*?\?>", "", text.removeprefix("\ufeff"), count=1)


def _refuse_markup(text: str) -> None:
    depth = elements = 0
    for found in _MARKUP.finditer(text):
        match found.lastgroup:
            case "opening":
                elements += 1
                if found.end() - found.start() > MAX_TAG:
                    raise _attributes_too_large()
                if not found.group().endswith("/>"):
                    depth += 1
            case "closing":
                depth -= 1
            case "declared":
                raise BadInput("xml.declaration", "Expected XML without a DTD or entities, found a declaration.")
            case "instruction":
                raise BadInput("xml.instruction", "Expected XML without processing instructions, found one.")
            case "broken":
                raise BadInput("xml.malformed", f"Expected well-formed XML, found an open < at {found.start()}.")
        _refuse_extent(depth=depth, elements=elements)


def _refuse_extent(*, depth: int, elements: int) -> None:
    if elements > MAX_ELEMENTS:
        raise BadInput("xml.too_many_elements", f"Expected at most {MAX_ELEMENTS} elements, found more.")
    if depth > MAX_DEPTH:
        raise BadInput("xml.too_deep", f"Expected at most {MAX_DEPTH} levels, found more.")


class _Counting(TreeBuilder):
    """Builds the tree and stops at the limits, whatever the scan before it took the text for."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.elements = 0

    @override
    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        self.elements += 1
        _refuse_extent(depth=self.depth, elements=self.elements)
        if len(attrs) > MAX_ATTRIBUTES or any(len(value) > MAX_ATTRIBUTE for value in attrs.values()):
            raise _attributes_too_large()
        if tag.startswith(_XINCLUDE):
            raise BadInput("xml.include", "Expected one self-contained file, found an XInclude.")
        return super().start(tag, attrs)

    @override
    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)


def _attributes_too_large() -> BadInput:
    return BadInput(
        "xml.attributes_too_large",
        f"Expected at most {MAX_ATTRIBUTES} attributes of {MAX_ATTRIBUTE} characters, found more.",
    )


def _too_large() -> BadInput:
    return BadInput("xml.too_large", f"Expected at most {MAX_BYTES} bytes, found more.")
