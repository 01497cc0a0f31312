from odoo import fields, models

from ..rules import welcome


class ResCompany(models.Model):
    """Whether and how a company welcomes who agreed to its texts."""

    _inherit = "res.company"

    sms_welcome = fields.Selection(
        [
            (welcome.OFF, "No"),
            (welcome.US_CA, "US and Canadian numbers"),
            (welcome.EVERYWHERE, "All numbers"),
        ],
        "Welcome Text",
        required=True,
        default=welcome.US_CA,
    )
    sms_welcome_greeting = fields.Char(
        "Greeting",
        translate=True,
        size=160,
        help="Your own words at the beginning of the welcome text, instead of what was agreed to.",
    )

    def _sms_welcome_text(self, lang, scope="jobs", greeting=None, frequency=None):
        """Return the welcome text, but for the opt-out line, which every first text gets.

        :param str lang: one of ``opt_out_line.LANGUAGES``
        :param str scope: what the Yes covers
        :param greeting: the company's own words, ``None`` for the usual ones
        :param frequency: see there
        :returns: str
        """
        self.ensure_one()
        return welcome.text_for(lang, self.name, scope, greeting, frequency)

    def _sms_welcome_words(self, lang, job):
        """Return the company's own words in a language, ``None`` where it has none.

        :param str lang: one of ``opt_out_line.LANGUAGES``
        :param job: ``hr.job`` record, possibly empty, that may have a frequency of its own
        :returns: dict with ``greeting`` and ``frequency``
        """
        self.ensure_one()
        source = job if job and job.sms_consent_frequency else self
        return {
            "greeting": self._sms_words_in(self, "sms_welcome_greeting", lang),
            "frequency": self._sms_words_in(source, "sms_consent_frequency", lang),
        }

    def _sms_words_in(self, record, name, lang):
        """Return a translated field in a language if somebody wrote it in that, else ``None``.

        What is written in another language is no use to the candidate: better the usual words.
        """
        stored = record._fields[name]._get_stored_translations(record) or {}
        codes = sorted(code for code in stored if code.partition("_")[0] == lang)
        return next((stored[code] for code in codes if stored[code]), None)
