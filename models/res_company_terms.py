from odoo import api, fields, models
from odoo.tools import consteq, email_normalize
from odoo.tools.misc import hmac

_SCOPE = "hr_recruitment_texting.terms"
TERMS_PATH = "/sms/terms"


class ResCompany(models.Model):
    """The public page that says what a company's texts are and how to end them.

    What it has to say: CTIA Messaging Principles, 5.1, and Twilio's list for registering a
    campaign, https://www.twilio.com/docs/messaging/compliance/a2p-10dlc.
    """

    _inherit = "res.company"

    sms_terms_program = fields.Char(
        "Program Name",
        translate=True,
        help="What your texts are called where you register them with the carriers.",
    )
    sms_terms_contact = fields.Char(
        "Contact for Texts",
        help="An e-mail address or a phone number for questions about your texts. Empty: the "
        "company's own.",
    )

    def _sms_terms_path(self, website=None):
        """Return where the terms of this company are.

        :param website: website record that links them, ``None`` for any
        :returns: str, a path
        """
        self.ensure_one()
        if website and website.sudo().company_id == self:
            return TERMS_PATH
        return f"{TERMS_PATH}/{self.id}-{self._sms_terms_key()}"

    def _sms_terms_key(self):
        # Which companies there are is nobody's to try out.
        return hmac(self.env(su=True), _SCOPE, self.id)[:16]

    def _sms_terms_address(self):
        """Return the whole address of the terms, to be given to carriers.

        :returns: str
        """
        self.ensure_one()
        website = self.website_id
        return (website or self).get_base_url() + self._sms_terms_path(website)

    @api.model
    def _sms_terms_company(self, key):
        """Return whose terms a path is for.

        :param str key: what follows ``/sms/terms/``
        :returns: ``res.company`` record (superuser), empty when we never made that path
        """
        company_id, _dash, signature = key.partition("-")
        if not company_id.isdecimal() or len(company_id) > 9:
            return self.browse()
        # sudo: a visitor reads no companies; the signature is the right to see these terms
        company = self.sudo().browse(int(company_id)).exists()
        is_ours = company and consteq(company._sms_terms_key(), signature)
        return company if is_ours else self.browse()

    def _sms_terms(self, website):
        """Return what the page says, in the language of the environment.

        :param website: website record that shows it
        :returns: dict with ``program``, ``subtitle``, ``intro``, ``purposes`` (list), ``frequency``, ``words``
            (dict from action to list), ``contact``, ``contact_url``, ``terms_url`` and
            ``privacy_url``; empty where there is nothing to say
        """
        self.ensure_one()
        contact = (self.sms_terms_contact or self.email or self.phone or "").strip()
        own = self.sms_consent_terms_url or ""
        return {
            "program": self.sms_terms_program
            or self.env._("Text messages of %(company)s", company=self.name),
            "subtitle": self.env._("SMS terms of %(company)s", company=self.name),
            "intro": self.env._(
                "If you agree, %(company)s sends you text messages (SMS) about:", company=self.name
            ),
            "purposes": self._sms_terms_purposes(),
            "frequency": self.sms_consent_frequency or self.env._("Message frequency varies."),
            "words": self._sms_terms_words(),
            "contact": contact,
            "contact_url": self._sms_terms_contact_url(contact),
            "terms_url": "" if own.partition("?")[0].rstrip("/").endswith(TERMS_PATH) else own,
            "privacy_url": self.sms_consent_privacy_url or self._sms_consent_privacy_page(website),
        }

    def _sms_terms_purposes(self):
        # A published job may ask for more than the company does.
        jobs = self.env["hr.job"].search(
            [
                ("company_id", "in", [self.id, False]),
                ("sms_consent_scope", "!=", False),
                ("is_published", "=", True),
            ]
        )
        asked = {self.sms_consent_scope, *jobs.mapped("sms_consent_scope")}
        if "jobs" in asked:
            asked.discard("this_job")
        purposes = self._sms_consent_purposes()
        return [purpose for scope, purpose in purposes.items() if scope in asked]

    def _sms_terms_words(self):
        """Return the keywords that candidates may text: in their language, in English, and own."""
        lang = (self.env.lang or "en_US").partition("_")[0]
        rows = self.env["hr.sms.keyword"].search(
            [
                ("action", "in", ("stop", "start", "help")),
                ("company_id", "in", [self.id, False]),
                "|",
                ("is_built_in", "=", False),
                ("lang", "in", (lang, "en")),
            ]
        )
        first = {"stop": "STOP", "start": "START", "help": "HELP"}
        words = {action: [word] for action, word in first.items()}
        for row in rows.sorted(lambda row: (row.lang != lang, row.id)):
            if (word := row.word.upper()) not in words[row.action]:
                words[row.action].append(word)
        return words

    @api.model
    def _sms_terms_contact_url(self, contact):
        if email := email_normalize(contact):
            return f"mailto:{email}"
        digits = "".join(char for char in contact if char in "+0123456789")
        is_phone = len(digits) >= 5 and not any(char.isalpha() for char in contact)
        return f"tel:{digits}" if is_phone else ""
