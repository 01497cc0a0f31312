from odoo import api, models
from odoo.exceptions import UserError

from ..reports.poster import Poster
from ..rules import keywords, text_to_apply
from .numbers import shown_number


class HrSmsKeyword(models.Model):
    """What a keyword to apply publishes: its poster, and the wording on it."""

    _inherit = "hr.sms.keyword"

    @api.model
    def _having(self, companies, word):
        """Return which of the companies that share a number a keyword of their own is for.

        :param companies: ``res.company`` records
        :param str word: folded
        :returns: ``res.company`` records; all of them when it is nobody's own
        """
        table = self._vocabulary()
        return companies.filtered(lambda one: (one.id, word) in table) or companies

    def _company(self):
        """Return whose keyword this is: that of all companies is shown for the user's."""
        return self.company_id or self.job_id.company_id or self.env.company

    def _wording(self, company):
        """Return what somebody agrees to by texting this keyword.

        :param company: ``res.company`` record that is texted
        :returns: dict with ``scope``, ``wording``, ``wording_lang`` and ``wording_version``, as the
            ledger keeps them
        """
        self.ensure_one()
        # sudo: the company's and the job's settings, whoever asks
        company, job = company.sudo(), self.sudo().job_id
        settings = company._sms_consent_wording(job)
        source = {
            name: job if job and job[name] else company
            for name in ("sms_consent_terms_url", "sms_consent_privacy_url")
        }
        base_url = company.get_base_url()

        def address(name):
            url = source[name][name]
            return f"{base_url}{url}" if url and url.startswith("/") else url

        privacy = company._sms_consent_privacy_page(company.website_id)
        wording = text_to_apply.poster_disclosure(
            self.lang,
            self.word,
            company.name,
            settings["scope"],
            f"{base_url}{job.website_url if job.is_published else '/jobs'}",
            has_job=bool(job),
            frequency=company._sms_welcome_words(self.lang, job)["frequency"],
            terms=address("sms_consent_terms_url") or company._sms_terms_address(),
            privacy=address("sms_consent_privacy_url") or (privacy and f"{base_url}{privacy}"),
        )
        return {
            "scope": settings["scope"],
            "wording": wording,
            "wording_lang": self.lang,
            "wording_version": f"poster-{settings['version']}",
        }

    # ------------------------------------------------------------
    # The poster
    # ------------------------------------------------------------

    def action_poster_pdf(self):
        """Download the poster as PDF, A4.

        :returns: action
        :raises UserError: when this is no keyword to apply, or there is no number to text
        """
        return self._poster_action("pdf")

    def action_poster_png(self):
        """Download the poster as a picture.

        :returns: action
        :raises UserError: as for :meth:`action_poster_pdf`
        """
        return self._poster_action("png")

    def _poster_action(self, file_format):
        self._poster()
        return {
            "type": "ir.actions.act_url",
            "url": f"/recruitment_texting/poster/{self.id}.{file_format}",
            "target": "download",
        }

    def _poster(self):
        """Return what the poster says, in the language of the keyword.

        :returns: :class:`~..reports.poster.Poster`
        :raises AccessError: without the right to read the keyword
        :raises UserError: when this is no keyword to apply, or there is no number to text
        """
        self.ensure_one()
        self.check_access("read")
        if self.action != "apply":
            raise UserError(
                self.env._("Only a keyword to apply has a poster. Choose that action first.")
            )
        company, job = self._company(), self.sudo().job_id
        number = company._sms_number_to_text(job)
        if not number:
            raise UserError(
                self.env._(
                    "%(company)s has no number yet that candidates could text, so there is nothing "
                    "to print. Ask an administrator to add a Twilio number in the settings.",
                    company=company.name,
                )
            )
        return Poster(
            **text_to_apply.poster_words(self.lang),
            company=company.name,
            job=(company._sms_words_in(job, "name", self.lang) or job.name or "") if job else "",
            keyword=self.word.strip(),
            number=shown_number(number),
            code=text_to_apply.sms_uri(number, self.word.strip()),
            disclosure=self._wording(company)["wording"],
        )

    def _poster_name(self, file_format):
        """Return the name of the poster's file."""
        word = keywords.fold_keyword(self.word).replace(" ", "-")
        return f"poster-{word}.{file_format}"
