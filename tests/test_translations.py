"""Every language of the addon says everything it says in English.

After adding or changing a string, bring ``i18n/`` up to date and translate what is empty in it:

    TEXTING_UPDATE_TRANSLATIONS=1 bin/test tests/test_translations.py

This writes the template anew, adds new terms to each language and drops those that are gone.
"""

import io
import os
import re
from collections import Counter
from pathlib import Path
from unittest.mock import patch

import polib

from odoo.modules import get_module_path
from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools.translate import (
    TranslationFileWriter,
    TranslationModuleReader,
    code_translations,
)

MODULE = "hr_recruitment_texting"
LANGUAGES = {"de", "es", "fr", "nl"}
FOLDER = Path(__file__).resolve().parents[1] / "i18n"
TEMPLATE = FOLDER / f"{MODULE}.pot"
TO_DO = "See the first lines of tests/test_translations.py for what to do."

# What a translation must take over as it is, and as often.
KEPT = re.compile(
    r"%(?:\(\w+\))?[sdifg]|\{\w+\}|</?\w[^>]*>|\b(?:STOP|START|YES|UNSTOP|HELP|E\.164)\b"
)
# Tags carry spaces of their own.
TAG = re.compile(r"<[^>]+>")


class AddonReader(TranslationModuleReader):
    """What Odoo exports for this addon, without walking through all of Odoo for it.

    The folder of the addon may hold a development environment with a link back to the addon:
    Odoo's own walk follows it for ever.
    """

    def _export_translatable_resources(self):
        addon = get_module_path(MODULE)
        walk = os.walk

        def walk_addon(path, **_options):
            if path != os.path.dirname(addon):
                return
            for root, folders, files in walk(addon):
                folders[:] = [name for name in folders if not name.startswith(".")]
                yield root, folders, files

        with patch("odoo.tools.translate.os.walk", walk_addon):
            return super()._export_translatable_resources()


def export(cr):
    """:returns: the template as it has to be"""
    buffer = io.BytesIO()
    TranslationFileWriter(buffer, fileformat="po").write_rows(AddonReader(cr, [MODULE]))
    return polib.pofile(buffer.getvalue().decode())


def terms(catalogue):
    """Where each term is used: Odoo looks a translation up by that as well as by its text."""
    return {
        entry.msgid: (entry.comment, sorted(place for place, _line in entry.occurrences))
        for entry in catalogue
        if not entry.obsolete
    }


def update(template):
    """Write the template, and each language with the terms of the template."""
    for path in [TEMPLATE, *FOLDER.glob("*.po")]:
        old = polib.pofile(str(path))
        if terms(old) == terms(template):
            continue
        new = polib.POFile()
        new.header = template.header
        new.metadata = {
            **old.metadata,
            "POT-Creation-Date": template.metadata["POT-Creation-Date"],
        }
        known = {entry.msgid: entry.msgstr for entry in old if not entry.obsolete}
        for entry in template:
            new.append(
                polib.POEntry(
                    msgid=entry.msgid,
                    msgstr="" if path == TEMPLATE else known.get(entry.msgid, ""),
                    comment=entry.comment,
                    occurrences=entry.occurrences,
                )
            )
        new.save(str(path))


@tagged("post_install", "-at_install")
class TestCatalogues(BaseCase):
    """The files, each by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.catalogues = {
            path.stem: polib.pofile(str(path), check_for_duplicates=True)
            for path in sorted(FOLDER.glob("*.po"))
        }

    def test_languages(self):
        self.assertLessEqual(LANGUAGES, self.catalogues.keys())

    def test_everything_is_translated(self):
        for language, catalogue in self.catalogues.items():
            with self.subTest(language):
                empty = [entry.msgid for entry in catalogue if not entry.msgstr.strip()]
                fuzzy = [entry.msgid for entry in catalogue.fuzzy_entries()]
                obsolete = [entry.msgid for entry in catalogue.obsolete_entries()]
                self.assertFalse(empty, f"Not translated. {TO_DO}")
                self.assertFalse(fuzzy, "Not checked.")
                self.assertFalse(obsolete, "Not used.")

    def test_placeholders_tags_and_keywords_stay(self):
        for language, catalogue in self.catalogues.items():
            for entry in catalogue:
                with self.subTest(f"{language}: {entry.msgid}"):
                    self.assertEqual(
                        Counter(KEPT.findall(entry.msgid)),
                        Counter(KEPT.findall(entry.msgstr)),
                        entry.msgstr,
                    )

    def test_punctuation(self):
        wrong = {
            # no break may come before these signs, nor within quotation marks
            "fr": re.compile(r" [?!;:»]|« |(?<=\w)[?!](?!\w)"),
            # a question or exclamation opens as well as closes
            "es": re.compile(r"^[^¿]*\?|^[^¡]*!"),
            # German quotation marks; a straight one is left over from English
            "de": re.compile(r'["“](?=\w)'),
        }
        for language, mistake in wrong.items():
            for entry in self.catalogues[language]:
                with self.subTest(f"{language}: {entry.msgid}"):
                    self.assertNotRegex(TAG.sub("", entry.msgstr), mistake)


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """The files against the addon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = export(cls.env.cr)
        if os.environ.get("TEXTING_UPDATE_TRANSLATIONS"):
            update(cls.template)

    def test_files_hold_the_terms_of_the_addon(self):
        used = terms(self.template)
        self.assertGreater(len(used), 300, "Odoo's reader found next to nothing.")
        for path in [TEMPLATE, *sorted(FOLDER.glob("*.po"))]:
            with self.subTest(path.name):
                kept = terms(polib.pofile(str(path)))
                self.assertFalse(sorted(used.keys() - kept.keys()), f"New terms. {TO_DO}")
                self.assertFalse(sorted(kept.keys() - used.keys()), f"Stale terms. {TO_DO}")
                moved = [term for term, places in used.items() if kept[term] != places]
                self.assertFalse(moved, f"Terms used in other places than before. {TO_DO}")

    def test_german_says_what_recruiters_know(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["ir.module.module"]._load_module_terms([MODULE], ["de_DE"])
        german = self.env(context={"lang": "de_DE"})
        self.assertEqual(german.ref(f"{MODULE}.group_sms_view").name, "SMS anzeigen")
        self.assertEqual(german.ref(f"{MODULE}.group_sms_send").name, "SMS senden")
        self.assertEqual(
            german["hr.applicant"].fields_get(["sms_consent_state"])["sms_consent_state"][
                "selection"
            ][1],
            ("granted", "Zustimmung erteilt"),
        )
        self.assertEqual(
            german["hr.sms.gate"]._reason_text("body_empty"),
            "Die SMS ist leer. Schreiben Sie zuerst etwas.",
        )
        screens = {
            term["id"]: term["string"]
            for term in code_translations.get_web_translations(MODULE, "de_DE")["messages"]
        }
        self.assertEqual(screens["Add consent"], "Zustimmung hinzufügen")
        self.assertEqual(screens["Consent for SMS given"], "Zustimmung für SMS erteilt")
