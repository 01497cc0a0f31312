"""Checks of XML, CSV, JSON and translation files, run inside the environment: `python check_files.py <addon folder>`.

What OCA's pre-commit hooks check beyond Python. Prints `path:line: message`; the exit code is 1 if there is any.
"""

import ast
import csv
import json
import os
import re
import sys
from collections import Counter
from pathlib import Path

import polib
from lxml import etree

VIEW_REPLACE_PRIORITY = 99
PRINTF = re.compile(r"%(?:\((\w+)\))?[#0\- +]*\d*(?:\.\d+)?[sdifgeExXr]")
SKIPPED = {"bin", "bench", "simulator", ".dev", ".git", "node_modules", "readme"}
# tests may carry broken files on purpose
DATA_FOLDERS = {"data", "demo", "views", "security", "report", "wizards"}

messages: list[str] = []


def complain(path: Path, line: int | None, text: str) -> None:
    messages.append(f"{path}:{line or 1}: {text}")


def files(suffix: str) -> list[Path]:
    found = [
        path
        for path in Path().rglob(f"*{suffix}")
        if path.parts[0] not in SKIPPED and "lib" not in path.parts
    ]
    return sorted(found)


def check_xml(path: Path, ids: Counter) -> None:
    try:
        tree = etree.parse(path)
    except etree.XMLSyntaxError as error:
        complain(path, error.lineno, f"xml-syntax-error: {error.msg}")
        return
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        check_deprecated(path, element)
        if path.parts[0] in DATA_FOLDERS and element.tag in ("record", "template", "menuitem"):
            identifier = element.get("id")
            ids[identifier] += 1
            if identifier and ids[identifier] == 2:
                complain(path, element.sourceline, f"duplicate-xml-record-id: {identifier}")
        if element.tag == "record":
            names = Counter(field.get("name") for field in element.findall("field"))
            for name, number in names.items():
                if number > 1:
                    text = f"duplicate-xml-fields: {name} of {element.get('id')}"
                    complain(path, element.sourceline, text)
            if element.get("model") == "ir.ui.view":
                check_replacing(path, element)


def check_deprecated(path: Path, element: etree._Element) -> None:
    parent = element.getparent()
    only_child = parent is not None and parent.getparent() is None and len(parent) == 1
    if element.tag == "openerp" or (element.tag == "data" and only_child and not element.attrib):
        complain(path, element.sourceline, f"deprecated-node: <{element.tag}>")
    if element.tag == "tree" and parent is not None and parent.tag == "field":
        complain(path, element.sourceline, "deprecated: <tree> is <list> in Odoo 19")
    for attribute in ("t-raw",) if path.parts[0] == "static" else ("t-raw", "attrs", "states"):
        if attribute in element.attrib:
            complain(path, element.sourceline, f"deprecated attribute: {attribute}")


def check_replacing(path: Path, record: etree._Element) -> None:
    """Replacing part of another view breaks the views that build on that part, unless ours comes last."""
    priority = record.find("field[@name='priority']")
    number = int((priority.get("eval") or priority.text) if priority is not None else 16)
    for element in record.iterfind(".//*[@position='replace']"):
        if len(element) and number < VIEW_REPLACE_PRIORITY:
            complain(path, element.sourceline, "dangerous-view-replace-wo-priority")


def check_csv(path: Path) -> None:
    with path.open(newline="") as handle:
        reader = csv.DictReader(handle)
        rows = [row.get("id") for row in reader]
        for identifier, number in Counter(rows).items():
            if identifier and number > 1:
                complain(path, None, f"duplicate-id-csv: {identifier}")


def placeholders(text: str) -> Counter:
    return Counter(
        match[0] if match[1] is None else match[1]
        for match in PRINTF.finditer(text.replace("%%", ""))
    )


def check_po(path: Path) -> None:
    try:
        catalogue = polib.pofile(str(path), check_for_duplicates=False)
    except (OSError, ValueError) as error:
        complain(path, None, f"po-syntax-error: {error}")
        return
    seen: Counter = Counter()
    for entry in catalogue:
        if entry.obsolete:
            continue
        seen[(entry.msgid, entry.msgctxt)] += 1
        if seen[(entry.msgid, entry.msgctxt)] == 2:
            complain(path, entry.linenum, f"duplicate-po-message-definition: {entry.msgid[:60]!r}")
        is_code = any(reference[0].startswith("code:") for reference in entry.occurrences)
        if entry.msgstr and is_code and placeholders(entry.msgid) != placeholders(entry.msgstr):
            complain(path, entry.linenum, f"po-msgstr-variables: {entry.msgid[:60]!r}")
        if entry.msgstr and entry.msgid.endswith("\n") != entry.msgstr.endswith("\n"):
            complain(path, entry.linenum, f"po-newline: {entry.msgid[:60]!r}")
        if path.suffix == ".po" and not entry.msgstr:
            complain(path, entry.linenum, f"po-untranslated: {entry.msgid[:60]!r}")
        if "fuzzy" in entry.flags:
            complain(path, entry.linenum, f"po-fuzzy: {entry.msgid[:60]!r}")


def check_manifest() -> None:
    path = Path("__manifest__.py")
    manifest = ast.literal_eval(path.read_text())
    listed = manifest.get("data", []) + manifest.get("demo", [])
    for name in listed:
        if not Path(name).is_file():
            complain(path, None, f"resource-not-exist: {name}")
    unused = [
        file
        for file in files(".xml") + files(".csv")
        if file.parts[0] in DATA_FOLDERS and str(file) not in listed
    ]
    for file in unused:
        complain(file, None, "file-not-used: the manifest does not list it")


def main(folder: str) -> int:
    os.chdir(folder)
    ids: Counter = Counter()
    for path in files(".xml"):
        check_xml(path, ids)
    for path in files(".csv"):
        check_csv(path)
    for path in files(".json"):
        try:
            json.loads(path.read_text())
        except ValueError as error:
            complain(path, None, f"json-syntax-error: {error}")
    for path in files(".po") + files(".pot"):
        check_po(path)
    check_manifest()
    print("\n".join(messages))
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
