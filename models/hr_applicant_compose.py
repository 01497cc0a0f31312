from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .hr_applicant import SEND_GROUP
from .hr_applicant_sms_tab import PAGE

TEMPLATES = 100


class HrApplicant(models.Model):
    """What helps to write a text: templates, who we are, what it costs."""

    _inherit = "hr.applicant"

    def sms_tab(self, number=None, before_id=None, limit=PAGE):
        """Return what the SMS tab shows, with what helps to write the next text.

        :param number: see the method this extends
        :param before_id: see there
        :param int limit: see there
        :returns: dict as there; ``introduction`` is ``False`` unless the next text is the first to
            this number, else the names of which one should be in it (list of texts);
            ``allowance_left`` the segments left (int), ``False`` when they are unlimited
        :raises AccessError: without the right to view SMS or to read the applicant
        """
        tab = super().sms_tab(number, before_id, limit)
        tab["introduction"] = tab["gate"]["allowed"] and self._sms_tab_introduction(tab)
        account_sudo = self._sms_account()
        is_limited = tab["can_send"] and account_sudo and account_sudo.mode != "unlimited"
        tab["allowance_left"] = max(account_sudo.balance, 0) if is_limited else False
        return tab

    def _sms_tab_introduction(self, tab):
        """Return the names of which a first text should say one, ``False`` after the first.

        Twilio's messaging policy and the CTIA's principles ask that the sender names itself.
        """
        # sudo: whether they know us already matters, whoever wrote
        written = (
            self.env["hr.sms.message"]
            .sudo()
            .search_count(
                [
                    ("thread_id", "=", tab["thread_id"]),
                    ("direction", "=", "outbound"),
                    ("kind", "!=", "confirmation"),
                    ("state", "not in", ("canceled", "failed")),
                ],
                limit=1,
            )
        )
        if written:
            return False
        return [self.env.user.name, tab["company"]["name"]]

    def sms_templates(self, number=None):
        """Return the templates for texts to this applicant, ready to be sent.

        :param number: one of the applicant's numbers, ``None`` for the main one: in whose
            language they are
        :returns: list of dicts with ``id``, ``name``, ``body`` (plain text, the applicant's data
            filled in) and ``error`` (text, empty when it could be filled in)
        :raises AccessError: without the right to send SMS or to read the applicant
        """
        self.ensure_one()
        self._sms_check_right(SEND_GROUP)
        templates = self.env["sms.template"].search(
            Domain("model", "=", "hr.applicant"), limit=TEMPLATES, order="name, id"
        )
        text = self._sms_text(self._sms_usable_number(number), None)
        [lang] = self.env["hr.sms.message"]._languages([text])
        return [self._sms_filled_in(template, lang) for template in templates]

    def _sms_template_argument(self, template_id):
        """Return the template a client names, under the user's own rights.

        :raises ValidationError: when there is none for applicants with this id
        """
        if not template_id:
            return None
        templates = self.env["sms.template"]
        is_id = isinstance(template_id, int) and not isinstance(template_id, bool)
        found = is_id and templates.search(
            [("id", "=", template_id), ("model", "=", "hr.applicant")]
        )
        if not found:
            raise ValidationError(self.env._("This template is gone. Choose another one."))
        return found

    @api.model
    def _sms_check_template(self, template):
        """Check that a template may be filled in with applicants: what is in it is run as code.

        :param template: ``sms.template`` record
        :raises AccessError: when the user may not read it
        :raises UserError: when it is of other records, or was never saved by whoever may write them
        """
        template.check_access("read")
        if not isinstance(template.id, int) or template.model != "hr.applicant":
            raise UserError(
                self.env._("This template is not one for applicants. Choose another one.")
            )

    def _sms_filled_in(self, template, lang):
        filled = {"id": template.id, "name": template.name, "body": "", "error": ""}
        try:
            filled["body"] = self._sms_fill_in(template, lang)[self.id]
        except UserError as error:
            filled["error"] = self.env._(
                "This template cannot be filled in for %(applicant)s: %(reason)s",
                applicant=self.display_name,
                reason=str(error),
            )
        return filled

    def _sms_fill_in(self, template, lang, **names):
        """Fill in a template for these applicants.

        :param template: ``sms.template`` record
        :param lang: code of an installed language, falsy for the user's; a template that says
            itself in which language each one gets it is not asked to be in another
        :param names: what the template shall know beside ``object``
        :returns: dict from applicant id to str
        :raises UserError: when it cannot be filled in
        """
        self._sms_check_template(template)
        how = {"compute_lang": True} if template.lang else {"set_lang": lang}
        bodies = template._render_field("body", self.ids, add_context=names, **how)
        return {id_: str(body or "").strip() for id_, body in bodies.items()}

    def _sms_fill_in_each(self, template, lang, **names):
        """Fill in a template for those of these applicants that it can be filled in for.

        All at once; one by one only if that fails.

        :param template: as for :meth:`_sms_fill_in`
        :param lang: see there
        :param names: see there
        :returns: dict from applicant id to str, ``None`` where the template cannot be filled in;
            the renderer logs why
        """
        try:
            return self._sms_fill_in(template, lang, **names)
        except UserError:
            if len(self) == 1:
                return {self.id: None}
        bodies = {}
        for applicant in self:
            bodies |= applicant._sms_fill_in_each(template, lang, **names)
        return bodies
