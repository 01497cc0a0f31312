import logging
from datetime import timedelta

from odoo import api, models
from odoo.tools.misc import hash_sign, verify_hash_signed

_logger = logging.getLogger(__name__)

# A page left open for a week is not what the candidate "was just shown" any more.
_TOKEN_LIFETIME = timedelta(days=7)
_TOKEN_SCOPE = "hr_recruitment_texting.job_form"


class HrSmsJobForm(models.AbstractModel):
    """The texting question of the job form, and the proof of what was shown.

    A signed token travels with the form and carries the wording itself, so the ledger keeps
    what this candidate read even if the wording changed before they sent it.
    """

    _name = "hr.sms.job.form"
    _description = "Texting Question of the Job Form"

    @api.model
    def _question(self, job, website):
        """The question a visitor of this website is asked for this job.

        :param job: hr.job record, possibly empty
        :param website: website record
        :returns: dict of ``res.company._sms_consent_wording`` plus ``token``, ``job_id`` and
            the other words of the field
        """
        # sudo: a visitor reads neither the company's nor an unpublished job's fields; only
        # the wording leaves here
        job = job.sudo()
        return self._question_of(job._sms_consent_company(website).sudo(), job, website)

    @api.model
    def _question_of(self, company, job, website, optional=False, **claims):
        """The question of a company, with a token that proves what was shown.

        :param company: res.company record (superuser)
        :param job: hr.job record (superuser), possibly empty
        :param website: website record
        :param bool optional: asked by itself, not on the job form
        :param claims: what else the token holds
        :returns: as for :meth:`_question`
        """
        wording = company._sms_consent_wording(job, website, optional)
        claims |= {
            "company": company.id,
            "job": job.id or False,
            "lang": wording["lang"],
            "version": wording["version"],
            "scope": wording["scope"],
            "text": wording["text"],
        }
        # hash_sign reads the database secret: it asks for a sudo environment
        token = hash_sign(self.sudo().env, _TOKEN_SCOPE, claims, expiration=_TOKEN_LIFETIME)
        return {
            **wording,
            "token": token,
            "job_id": job.id or False,
            "label": self.env._("Text Messages"),
            "yes": self.env._("Yes"),
            "no": self.env._("No"),
            "error": self.env._("Please answer with Yes or No. You can apply with either answer."),
        }

    @api.model
    def _evidence(self, token, job, company, website):
        """What can be proved about the wording an answer was given to.

        :param token: what the form sent along, whatever it is
        :param job: hr.job record of the application, possibly empty
        :param company: res.company the application belongs to
        :param website: website it was sent to
        :returns: dict with ``wording``, ``wording_lang``, ``wording_version``, ``scope`` and
            ``wording_proven``; without a valid token of this job and company the wording is
            today's, and unproven
        """
        claims = self._token_claims(token)
        if claims and "invitation" in claims:
            claims = None  # shown elsewhere
        if claims and claims["company"] == company.id and claims["job"] == (job.id or False):
            return {
                "wording": claims["text"],
                "wording_lang": claims["lang"],
                "wording_version": claims["version"],
                "scope": claims["scope"],
                "wording_proven": True,
            }
        # sudo: as in _question
        wording = company.sudo()._sms_consent_wording(job.sudo(), website)
        return {
            "wording": wording["text"],
            "wording_lang": wording["lang"],
            "wording_version": "unproven",
            "scope": wording["scope"],
            "wording_proven": False,
        }

    @api.model
    def _token_claims(self, token):
        if not token or not isinstance(token, str):
            return None
        try:
            return verify_hash_signed(self.sudo().env, _TOKEN_SCOPE, token)
        except ValueError:  # not base64, not a token: also UnicodeError and binascii.Error
            _logger.info("Job form: a texting token that none of our pages issued.")
            return None
