from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Only this module owns the object, and no RPC call can send it: the version of a wording is
# evidence, so nothing but the count below may write it.
_COUNTED = object()

OVERRIDES = (
    "sms_consent_question",
    "sms_consent_scope",
    "sms_consent_frequency",
    "sms_consent_terms_url",
    "sms_consent_privacy_url",
)
_TRANSLATED = ("sms_consent_question", "sms_consent_frequency")
_URLS = ("sms_consent_terms_url", "sms_consent_privacy_url")

SCOPES = [
    ("jobs", "This and other job offers"),
    ("this_job", "This job only"),
    ("reminders", "Interview, time card and payment reminders"),
]


class HrSmsWording(models.AbstractModel):
    """What a candidate is asked on the job form: on the company, and perhaps on one job.

    The version grows whenever something a candidate is shown changes, in any language, so
    that "wording company-1-3" in the ledger means one wording for ever.
    """

    _name = "hr.sms.wording"
    _description = "Texting Consent Wording"

    sms_consent_question = fields.Text(
        "Texting Question",
        translate=True,
        help="Asked on the job application form, to be answered with Yes or No. {company} "
        "becomes the name of the company, {job} the job position.",
    )
    sms_consent_scope = fields.Selection(
        SCOPES,
        "Yes Covers",
        help="What a Yes allows. When it is for this job only, texts about another are refused.",
    )
    sms_consent_frequency = fields.Char(
        "Message Frequency",
        translate=True,
        help='How often you text, as a sentence: "Up to 4 messages per month." Left empty, '
        'candidates read "Message frequency varies."',
    )
    sms_consent_terms_url = fields.Char(
        "SMS Terms",
        help="Web address of your terms for text messages, linked below the question. Left empty, "
        "the page /sms/terms of the website is.",
    )
    sms_consent_privacy_url = fields.Char(
        "Privacy Policy",
        help="Web address of your privacy policy, linked below the question. Left empty, the "
        "page /privacy of the website is used if there is one.",
    )
    sms_consent_version = fields.Integer(
        "Wording Version",
        default=1,
        readonly=True,
        copy=False,
        help="Grows whenever what candidates are shown changes. Kept with every answer.",
    )
    sms_consent_example = fields.Selection(
        [
            ("jobs", "Job offers"),
            ("this_job", "This job"),
            ("reminders", "Interview, time card and payment reminders"),
        ],
        "Example",
        compute="_compute_sms_consent_example",
        inverse="_inverse_sms_consent_example",
        help="Fills the question, in every language you use, and what a Yes covers.",
    )

    @api.depends("sms_consent_question")
    @api.depends_context("lang")
    def _compute_sms_consent_example(self):
        for record in self:
            record.sms_consent_example = record._sms_consent_matching_example()

    def _inverse_sms_consent_example(self):
        for record in self:
            if record.sms_consent_example:
                record._sms_consent_use_example(record.sms_consent_example)

    @api.onchange("sms_consent_example")
    def _onchange_sms_consent_example(self):
        if self.sms_consent_example:
            self.sms_consent_question = self._sms_consent_example_text(self.sms_consent_example)
            self.sms_consent_scope = self.sms_consent_example

    @api.constrains(*_URLS)
    def _check_sms_consent_urls(self):
        """Refuse anything but a web address: it becomes a link on a public page."""
        for record in self:
            for name in _URLS:
                url = record[name]
                if not url or (url.startswith("/") and not url.startswith("//")):
                    continue
                parts = urlsplit(url)
                if parts.scheme not in ("http", "https") or not parts.netloc:
                    raise ValidationError(
                        self.env._(
                            "%(url)s is not a web address. Enter one that starts with https:// "
                            "or, for a page of your website, with /.",
                            url=url,
                        )
                    )

    # -- version ---------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._sms_consent_refuse_version(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._sms_consent_refuse_version(vals)
        if not self._sms_consent_shown_fields() & vals.keys():
            return super().write(vals)
        before = {record.id: record._sms_consent_snapshot() for record in self}
        result = super().write(vals)
        self._sms_consent_count_changed(before)
        return result

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        # The translation dialog writes by SQL first: write() alone would not see a change.
        if field_name not in self._sms_consent_shown_fields():
            return super()._update_field_translations(field_name, translations, *args, **kwargs)
        before = {self.id: self._sms_consent_snapshot()}
        result = super()._update_field_translations(field_name, translations, *args, **kwargs)
        self._sms_consent_count_changed(before)
        return result

    def _sms_consent_refuse_version(self, vals):
        if (
            "sms_consent_version" in vals
            and self.env.context.get("sms_consent_counted") is not _COUNTED
        ):
            raise UserError(
                self.env._(
                    "The version of the texting question is counted automatically and cannot "
                    "be set: it is part of the proof kept with every answer."
                )
            )

    @api.model
    def _sms_consent_shown_fields(self):
        """:returns: names of the fields that show in what a candidate reads"""
        return {*OVERRIDES, "name"}

    def _sms_consent_snapshot(self):
        """:returns: all that a candidate may be shown, in all languages, to be compared"""
        self.ensure_one()
        snapshot = []
        for name in sorted(self._sms_consent_shown_fields()):
            field = self._fields[name]
            if field.translate:
                snapshot.append(field._get_stored_translations(self) or {})
            else:
                snapshot.append(self[name] or "")
        return snapshot

    def _sms_consent_count_changed(self, before):
        self.filtered(
            lambda record: record._sms_consent_snapshot() != before[record.id]
        )._sms_consent_count_version()

    def _sms_consent_count_version(self):
        """Count one version up."""
        for record in self.with_context(sms_consent_counted=_COUNTED):
            record.sms_consent_version += 1

    # -- examples --------------------------------------------------------------------------

    @api.model
    def _sms_consent_example_text(self, example):
        """One of the three ready questions, in the language of the environment.

        :param str example: ``jobs``, ``this_job`` or ``reminders``
        :returns: the question, with its ``{company}`` placeholder
        :raises KeyError: for another example
        """
        return {
            "jobs": self.env._(
                "Would you like to receive text messages about job offers at {company}? "
                "Please answer Yes or No."
            ),
            "this_job": self.env._(
                "I would like to be informed about this job by a recruiter by text message. "
                "Please answer Yes or No."
            ),
            "reminders": self.env._(
                "I would like to receive notifications and reminders about interviews, time "
                "cards or payments by text message. Please answer Yes or No."
            ),
        }[example]

    def _sms_consent_matching_example(self):
        """:returns: the example this question is, in this language or in English, or False"""
        self.ensure_one()
        english = self.with_context(lang="en_US")
        for example in ("jobs", "this_job", "reminders"):
            if self.sms_consent_question in (
                self._sms_consent_example_text(example),
                english._sms_consent_example_text(example),
            ):
                return example
        return False

    def _sms_consent_use_example(self, example):
        """Take a ready question, in every language, with what it covers.

        :param str example: ``jobs``, ``this_job`` or ``reminders``
        """
        codes = {code for code, _name in self.env["res.lang"].get_installed()} | {"en_US"}
        texts = {
            code: self.with_context(lang=code)._sms_consent_example_text(example) for code in codes
        }
        for record in self:
            record.sms_consent_scope = example
            record.update_field_translations("sms_consent_question", texts)

    def _sms_consent_question_text(self):
        """The question in this language; a ready one also in a language added later."""
        self.ensure_one()
        example = self._sms_consent_matching_example()
        return self._sms_consent_example_text(example) if example else self.sms_consent_question
