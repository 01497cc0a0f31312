from dataclasses import replace

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.translate import LazyTranslate

from ..rules import placeholders, segments
from .hr_sms_gate_limits import DETAIL

_lt = LazyTranslate(__name__)

# A template that cannot be filled in for more than so many of a bit is to blame itself.
MOST_FAILED = 20
# What recruiters choose from, and read in their own language.
LABELS = {
    "object.partner_name": _lt("Candidate's name"),
    "first_name": _lt("Candidate's first name"),
    "object.job_id.name": _lt("Job"),
    "object.company_id.name": _lt("Company"),
    "object.user_id.name": _lt("Recruiter of the application"),
    "user.name": _lt("My name"),
}


class HrSmsCampaign(models.Model):
    """What a campaign says to each of its recipients.

    A template is filled in as Odoo does it: who writes templates is trusted. A text written by
    hand knows a short list of placeholders and evaluates nothing, whoever wrote it.
    """

    _inherit = "hr.sms.campaign"

    @api.onchange("template_id")
    def _onchange_template_id(self):
        if self.template_id:
            self.body = placeholders.from_template(self.template_id.body)

    @api.constrains("body", "template_id")
    def _check_body(self):
        for campaign in self:
            if campaign.template_id:
                self.env["hr.applicant"]._sms_check_template(campaign.template_id)
            unknown = placeholders.unknown(campaign.body)
            if unknown and not campaign._says_the_template():
                raise ValidationError(self._unknown_text(unknown[0]))

    def _has_words(self):
        """Tell whether anything is written yet."""
        return bool(self.template_id) or not segments.is_blank(self.body)

    def _says_the_template(self):
        """Tell whether the text is the template's, unchanged, in whatever language."""
        template_sudo = self.template_id.sudo()  # compared, not shown
        if not template_sudo:
            return False
        body = (self.body or "").strip()
        if not body:
            return True
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        return any(
            placeholders.from_template(template_sudo.with_context(lang=code).body).strip() == body
            for code in languages
        )

    def _write_texts(self, texts):
        """Fill the text in for each recipient, in their language.

        Runs as the user in whose name the campaign goes.

        :param texts: list of :class:`~.hr_sms_message_offer.Text` with an applicant each
        :returns: list of the same with their words, or with the reason why there are none
        :raises UserError: when a template cannot be filled in for anybody, or for many
        """
        languages = self.env["hr.sms.message"]._languages(texts)
        by_language = {}
        for text, language in zip(texts, languages, strict=True):
            by_language.setdefault(language, {})[text.applicant.id] = text.applicant
        fill = self._fill_template_each if self._says_the_template() else self._fill_placeholders
        bodies = {}
        for language, theirs in by_language.items():
            applicants = self.env["hr.applicant"].concat(*theirs.values())
            bodies |= fill(applicants, language)
        if bodies and not any(body is not None for body in bodies.values()):
            self._fill_template(applicants, language)  # says why
        # sudo: its name, for the reason
        obstacle = f"template_failed{DETAIL}{self.template_id.sudo().name}"
        return [
            replace(text, body=body)
            if (body := bodies[text.applicant.id]) is not None
            else replace(text, obstacle=obstacle)
            for text in texts
        ]

    def _fill_template_each(self, applicants, language, failed=None):
        """Return the template's text for each applicant, by id; ``None`` where it has none.

        What fails for all of them is tried with each half: one application in which something is
        missing takes the text from nobody else.

        :param list failed: ids of those that it failed for so far: filled
        :raises UserError: when it fails for so many that the template is to blame
        """
        failed = [] if failed is None else failed
        try:
            return self._fill_template(applicants, language)
        except UserError:
            if len(applicants) == 1:
                failed.append(applicants.id)
                if len(failed) > MOST_FAILED:
                    raise
                return {applicants.id: None}
        middle = len(applicants) // 2
        return self._fill_template_each(applicants[:middle], language, failed) | (
            self._fill_template_each(applicants[middle:], language, failed)
        )

    def _fill_template(self, applicants, language):
        """Return the template's text for each applicant, by id.

        Odoo compiles each expression anew for each record: what is on our list is put in without.
        """
        template = self.template_id.with_context(lang=language or self.env.lang)
        applicants._sms_check_template(template)
        try:
            if template.lang:  # it says itself in which language each one gets it
                return applicants._sms_fill_in(template, language)
            body = placeholders.from_template(template.body)
            expressions = {
                name: template._render_template(
                    "{{ %s }}" % name, template.render_model, applicants.ids
                )
                for name in dict.fromkeys(placeholders.unknown(body))
            }
        except UserError as error:
            raise UserError(
                self.env._(
                    "The template %(name)s cannot be filled in. Choose another one. %(reason)s",
                    name=template.name,
                    reason=str(error),
                )
            ) from error
        return self._fill(body, applicants, language, expressions)

    def _fill_placeholders(self, applicants, language):
        """Return the text for each applicant, by id."""
        if unknown := placeholders.unknown(self.body):
            raise UserError(self._unknown_text(unknown[0]))
        return self._fill(self.body, applicants, language)

    def _unknown_text(self, name):
        return self.env._(
            "%(placeholder)s cannot be filled in. Choose the placeholders from the list below the "
            "text, or leave the template's text as it is.",
            placeholder="{{ %s }}" % name,
        )

    def _fill(self, body, applicants, language, expressions=None):
        """Fill placeholders in.

        :param str body: with placeholders
        :param applicants: ``hr.applicant`` records
        :param language: code, falsy for the user's
        :param dict expressions: what those not of ``placeholders.NAMES`` are, by applicant id
        :returns: dict from id to str
        """
        parts = placeholders.parse((body or "").strip())
        named = {part.name for part in parts if isinstance(part, placeholders.Placeholder)}
        known = named & set(placeholders.NAMES)
        expressions = expressions or {}
        # sudo: names of the job, the recruiter and the company; the applicants are readable
        applicants_sudo = applicants.sudo().with_context(lang=language or self.env.lang)

        def values(applicant):
            return {name: self._placeholder(name, applicant) for name in known} | {
                name: rendered[applicant.id] for name, rendered in expressions.items()
            }

        return {
            applicant.id: placeholders.fill(parts, values(applicant)).strip()
            for applicant in applicants_sudo
        }

    def _placeholder(self, name, applicant):
        """Return what stands for a placeholder.

        :param str name: one of ``placeholders.NAMES``
        :param applicant: ``hr.applicant`` record (superuser), in the candidate's language
        :returns: str, possibly empty or ``False``
        """
        if name == "user.name":
            return self.env.user.name
        if name == "first_name":
            return (applicant.partner_name or "").split(" ")[0]
        if name == "object.company_id.name":
            return applicant._sms_company().name
        if name == "object.job_id.name":
            return applicant.job_id.name
        if name == "object.user_id.name":
            return applicant.user_id.name
        return applicant.partner_name

    @api.model
    def sms_placeholders(self):
        """Return the placeholders that a text may have.

        :returns: list of dicts with ``name`` (as it stands in the text) and ``label``
        """
        # pylint: disable=gettext-variable
        return [
            {"name": "{{ %s }}" % name, "label": self.env._(label)}
            for name, label in LABELS.items()
        ]
