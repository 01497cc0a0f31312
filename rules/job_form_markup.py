"""Put the texting question into the HTML of a job application form.

View inheritance cannot do this: a form edited in the website builder is a copy that an XPath
may not match any more, and a job form without the question would lock candidates out, since
the server refuses an application without an answer. So the question goes into what was
rendered, whatever its structure. The browser does the same for forms on other pages, see
``static/src/website/sms_consent_markup.js``; keep the two alike.

The builder saves only where the question stands and how it is styled: an empty element with
the class ``o_sms_consent_field``. What it says is always filled in anew.
"""

import re

from lxml import etree, html

FIELD_CLASS = "o_sms_consent_field"

_FORM = re.compile(
    r"<form\b[^>]*\bdata-model_name=[\"']hr\.applicant[\"'][^>]*>.*?</form\s*>",
    re.DOTALL | re.IGNORECASE,
)
_SPACING = re.compile(r"^[mp][tbxyse]?-?\d+$")
# A question that is hidden cannot be answered, and unanswered it cannot be sent.
_HIDING = re.compile(
    r"^(d(-\w+)?-none|invisible|visually-hidden|o_snippet_\w*invisible|o_conditional_hidden"
    r"|s_website_form_(dnone|field_hidden(_if)?))$"
)
_HIDING_STYLE = re.compile(r"(^|;)\s*(display|visibility|opacity)\s*:[^;]*", re.IGNORECASE)


def insert_questions(page, question):
    """Put the question into every job application form of a page.

    :param str page: HTML of the page
    :param question: called for each form with ``stacked``, whether the form's labels stand
        above their fields; returns the HTML of the question, one element
    :returns: the HTML with exactly one question in each form
    """
    return _FORM.sub(lambda match: _fill_form(match.group(), question), page)


def open_from_link(page, number, token):
    """Prepare the job application forms of a page for who came by a link of ours.

    The number is the link's, and stays so. The core's check for an earlier application with it
    would only find the one that the form completes: it looks for the field by its id.

    :param str page: HTML of the page
    :param str number: E.164
    :param str token: of the link, sent along with the form
    :returns: the HTML
    """
    return _FORM.sub(lambda match: _open_form(match.group(), number, token), page)


def _open_form(form_html, number, token):
    form = html.fragment_fromstring(form_html)
    for phone in form.xpath(".//input[@name='partner_phone']"):
        for label in form.xpath(".//label[@for=$id]", id=phone.get("id") or ""):
            label.set("for", "sms_apply_number")
        phone.attrib.pop("data-fill-with", None)
        for name, value in (
            ("id", "sms_apply_number"),
            ("value", number),
            ("readonly", "readonly"),
            ("dir", "ltr"),
        ):
            phone.set(name, value)
    hidden = etree.Element("input", type="hidden", name="sms_consent_apply", value=token)
    form.insert(0, hidden)
    return etree.tostring(form, encoding="unicode", method="html")


def remove_questions(arch):
    """Take the places of the question out of a saved view, as if the addon had never been there.

    :param str arch: XML of a view
    :returns: the XML without them
    """
    root = etree.fromstring(arch)
    for field in _by_class(root, FIELD_CLASS):
        before, parent = field.getprevious(), field.getparent()
        if field.tail and before is not None:
            before.tail = (before.tail or "") + field.tail
        elif field.tail:
            parent.text = (parent.text or "") + field.tail
        parent.remove(field)
    return etree.tostring(root, encoding="unicode")


def _fill_form(form_html, question):
    form = html.fragment_fromstring(form_html)
    kept = _remove_old(form)
    phone = _field_of(form, "partner_phone")
    stacked = phone is not None and not _by_class(phone, "row")
    new = html.fragment_fromstring(question(stacked=stacked))
    _adapt_label(new, form)
    if kept is not None:
        _take_over_style(new, kept)
        new.tail = kept.tail
        kept.getparent().replace(kept, new)
    elif phone is not None:
        _set_classes(
            new,
            [name for name in _classes(new) if not _SPACING.match(name)]
            + [name for name in _classes(phone) if _SPACING.match(name)],
        )
        _insert_after(phone, new)
    else:
        _insert_before_submit(form, new)
    return etree.tostring(form, encoding="unicode", method="html")


def _remove_old(form):
    """Remove all saved questions but the first.

    :returns: the element that says where the question stands, if the form has one
    """
    kept, *others = _by_class(form, FIELD_CLASS) or [None]
    others += [
        _closest_field(answer)
        for answer in form.xpath(".//input[@name='sms_consent']")
        if kept is None or kept not in answer.iterancestors()
    ]
    for element in others:
        if element.getparent() is not None:
            element.drop_tree()
    return kept


def _take_over_style(new, kept):
    own = [name for name in _classes(kept) if not _HIDING.match(name)]
    functional = [
        name for name in _classes(new) if name.startswith(("s_website_form_", "o_sms_consent"))
    ]
    _set_classes(new, dict.fromkeys(functional + own))
    style = _HIDING_STYLE.sub("", kept.get("style") or "").strip("; ")
    if style:
        new.set("style", style)


def _adapt_label(new, form):
    for label in _by_class(form, "s_website_form_label"):
        width = re.search(r"width\s*:\s*([^;]+)", label.get("style") or "")
        if width:
            for own in _by_class(new, "s_website_form_label"):
                own.set("style", f"width: {width.group(1).strip()}")
            break
    mark = form.get("data-mark") if "o_mark_required" in _classes(form) else None
    for own in _by_class(new, "s_website_form_mark"):
        if mark:
            own.text = f" {mark}"
        else:
            own.drop_tree()


def _insert_before_submit(form, new):
    for name in ("s_website_form_submit", "s_website_form_send", "o_website_form_send"):
        found = _by_class(form, name)
        if found:
            found[0].addprevious(new)
            return
    buttons = form.xpath(".//button[not(@type) or @type='submit'] | .//input[@type='submit']")
    if buttons:
        buttons[0].addprevious(new)
    else:
        form.append(new)


def _insert_after(element, new):
    new.tail, element.tail = element.tail, None
    element.addnext(new)


def _field_of(form, name):
    for control in form.xpath(".//input[@name=$name]", name=name):
        field = _closest_field(control)
        if field is not control:
            return field
    return None


def _closest_field(control):
    for ancestor in control.iterancestors():
        if "s_website_form_field" in _classes(ancestor):
            return ancestor
        if ancestor.tag == "form":
            break
    return control


def _by_class(element, name):
    return element.xpath(
        ".//*[contains(concat(' ', normalize-space(@class), ' '), $name)]", name=f" {name} "
    )


def _classes(element):
    return (element.get("class") or "").split()


def _set_classes(element, names):
    element.set("class", " ".join(names))
