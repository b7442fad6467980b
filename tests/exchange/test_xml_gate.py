"""Hostile XML: refused by its first sign, quickly, in little memory, and without a look at any other file."""

import time
import tracemalloc

import pytest

from bedrock.errors import BadInput
from tests.exchange.files import MODEL, bpmn
from workflows.exchange import xml_gate
from workflows.exchange.bpmn_import import read_bpmn
from workflows.exchange.xml_gate import MAX_BYTES, read_xml

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "' + f"&a{n - 1 or ''};" * 10 + '">' for n in range(1, 10))
    + "]><d>&a9;</d>"
)
QUADRATIC = f'<!DOCTYPE d [<!ENTITY a "{"x" * 50_000}">]><d>{"&a;" * 50_000}</d>'
DEEP = "<a>" * 101 + "</a>" * 101
WIDE = "<a>" + "<b/>" * 2_000 + "</a>"

HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "billion laughs": (LAUGHS, "xml.declaration"),
    "quadratic blow-up": (QUADRATIC, "xml.declaration"),
    "external entity": ('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>', "xml.declaration"),
    "external DTD": ('<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd"><d/>', "xml.declaration"),
    "parameter entity": ('<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]><d/>', "xml.declaration"),
    "DTD alone": ("<!DOCTYPE d><d/>", "xml.declaration"),
    "DTD in lower case": ("<!doctype d><d/>", "xml.declaration"),
    "DTD behind a comment": ("<!-- quiet --><!DOCTYPE d [<!ELEMENT d ANY>]><d/>", "xml.declaration"),
    "open comment": ("<d>" + "<!--" * 400_000, "xml.declaration"),
    "open CDATA": ("<d>" + "<![CDATA[" * 200_000, "xml.declaration"),
    "entity nobody declared": ("<d>&who;</d>", "xml.malformed"),
    "101 levels": (DEEP, "xml.too_deep"),
    "100,000 levels": ("<a>" * 100_000, "xml.too_deep"),
    "2,001 elements": (WIDE, "xml.too_many_elements"),
    "400,000 elements": ("<a>" + "<b/>" * 400_000 + "</a>", "xml.too_many_elements"),
    "more than 2 MB": (f"<d>{'x' * MAX_BYTES}</d>", "xml.too_large"),
    "more than 2 MB in bytes": (f"<d>{'中' * (MAX_BYTES // 2)}</d>", "xml.too_large"),
    "100 MB": (b"<d>" + b" " * 100_000_000, "xml.too_large"),
    "huge attribute": (f'<d a="{"x" * 1_900_000}"/>', "xml.attributes_too_large"),
    "thousands of attributes": (
        "<d " + " ".join(f'a{n}="1"' for n in range(50_000)) + "/>",
        "xml.attributes_too_large",
    ),
    "open attributes": ("<d " + 'a="' * 500_000, "xml.malformed"),
    "open tags": ("<" * 1_000_000, "xml.malformed"),
    "UTF-16": ('<?xml version="1.0" encoding="UTF-16"?><d/>'.encode("utf-16"), "xml.encoding"),
    "UTF-16 that nobody declared": ("<d/>".encode("utf-16-be"), "xml.bad_text"),
    "UTF-32": ("<d/>".encode("utf-32"), "xml.encoding"),
    "UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?>+ADw-d/+AD4-', "xml.encoding"),
    "unknown encoding": (b'<?xml version="1.0" encoding="ebcdic-cp-us"?><d/>', "xml.encoding"),
    "codec that is no encoding": (b'<?xml version="1.0" encoding="zlib"?><d/>', "xml.encoding"),
    "wrong encoding": ('<?xml version="1.0" encoding="UTF-8"?><d a="é"/>'.encode("iso-8859-1"), "xml.encoding"),
    "not the ASCII it says": ('<?xml version="1.0" encoding="us-ascii"?><d a="é"/>'.encode(), "xml.encoding"),
    "bytes": (b"\x89PNG\r\n\x1a\n\xff\xff", "xml.encoding"),
    "NUL": ("<d>\x00</d>", "xml.bad_text"),
    "NUL in bytes": (b"<d>\x00</d>", "xml.bad_text"),
    "half a character": ("<d>\ud800</d>", "xml.bad_text"),
    "control character": ("<d>\x08</d>", "xml.bad_text"),
    "control character by number": ("<d>&#8;</d>", "xml.malformed"),
    "instruction": ('<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><d/>', "xml.instruction"),
    "instruction inside": ("<d><?php system('id') ?></d>", "xml.instruction"),
    "second declaration": ('<?xml version="1.0"?><?xml version="1.0"?><d/>', "xml.instruction"),
    "XInclude": (
        '<d xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd" parse="text"/></d>',
        "xml.include",
    ),
    "nothing": ("", "xml.malformed"),
    "no XML": ("PK\x03\x04", "xml.bad_text"),
    "JSON": ('{"format": 1}', "xml.malformed"),
    "open element": ("<d>", "xml.malformed"),
    "two roots": ("<d/><d/>", "xml.malformed"),
    "attribute twice": ('<d a="1" a="2"/>', "xml.malformed"),
    "prefix nobody declared": ("<x:d/>", "xml.malformed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_at_once(name: str) -> None:
    document, code = HOSTILE[name]
    before = time.perf_counter()
    tracemalloc.start()
    try:
        with pytest.raises(BadInput) as refused:
            read_bpmn(document)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert refused.value.code == code
    assert refused.value.message.startswith("Expected ")
    assert len(refused.value.message) < 300
    assert time.perf_counter() - before < 1.0
    assert peak < 30_000_000


@pytest.mark.parametrize(
    "document",
    [
        "<a>" * 100 + "</a>" * 100,
        "<a>" + "<b/>" * 1_999 + "</a>",
        f'<a b="{"x" * 10_000}"/>',
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- <!DOCTYPE --><a><![CDATA[<!DOCTYPE <b> <?x?>]]></a>',
        "<a b='<x' c=\"'/>'\"/>".replace("<x", "&lt;x"),
        "<a>" + "<b/>\n" * 3 + "x" * 1_900_000 + "</a>",
    ],
)
def test_what_keeps_the_limits_comes_in(document: str) -> None:
    assert read_xml(document).tag == "a"


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "iso-8859-1", "gb18030", "GBK", "gb2312"])
def test_the_encodings_that_tools_write_are_read(encoding: str) -> None:
    name = "Prüfung" if encoding == "iso-8859-1" else "审批"
    document = f'<?xml version="1.0" encoding="{encoding}" standalone="yes"?>\n<a name="{name}"/>'

    assert read_xml(document.encode(encoding)).get("name") == name


def test_a_byte_order_mark_of_utf_8_is_skipped() -> None:
    assert read_xml(b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?><a/>').tag == "a"


def test_a_text_from_json_is_read_whatever_its_declaration_says() -> None:
    assert read_xml('<?xml version="1.0" encoding="ISO-8859-1"?><a name="审批"/>').get("name") == "审批"


@pytest.mark.parametrize(
    ("document", "code"),
    [(LAUGHS, "xml.declaration"), ("<!DOCTYPE d><d/>", "xml.declaration"), (DEEP, "xml.too_deep"),
     (WIDE, "xml.too_many_elements"),
     ('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>', "xml.declaration")],
)  # fmt: skip
def test_the_parser_refuses_by_itself_what_the_scan_would_have_missed(
    monkeypatch: pytest.MonkeyPatch, document: str, code: str
) -> None:
    monkeypatch.setattr(xml_gate, "_refuse_markup", lambda _: None)

    with pytest.raises(BadInput) as refused:
        read_xml(document)

    assert refused.value.code == code


def test_other_files_that_a_process_names_are_never_fetched() -> None:
    imported = read_bpmn(bpmn(
        '<startEvent id="s"/>',
        around='<import importType="x" location="file:///etc/passwd" namespace="urn:x"/>',
        attributes='xsi:schemaLocation="urn:x http://127.0.0.1:9/x.xsd"',
    ))  # fmt: skip

    assert [(one.kind, one.reason) for one in imported.findings] == [("import", "Other files are never fetched.")]


def test_references_that_lead_in_a_circle_or_to_themselves_end() -> None:
    inner = "".join(
        f'<boundaryEvent id="b{n}" attachedToRef="b{(n + 1) % 300}"/>'
        f'<sequenceFlow id="f{n}" sourceRef="b{n}" targetRef="b{(n * 7 + 1) % 300}"/>'
        for n in range(300)
    )
    before = time.perf_counter()

    imported = read_bpmn(f'<definitions xmlns="{MODEL}"><process id="p">{inner}</process></definitions>')

    assert len(imported.document.graph.edges) == 300
    assert time.perf_counter() - before < 1.0
