from odoo import fields, models


class HrSmsMessage(models.Model):
    """Texts that wait for applications that are closed, see ``hr_applicant_closing``."""

    _inherit = "hr.sms.message"

    closed_while_waiting = fields.Boolean(
        readonly=True,
        help="The application was closed after this text was planned: somebody has to say whether "
        "it still goes.",
    )

    def _tell_about_closing(self, applicant, users):
        """Tell users that an application was closed for which these texts still wait.

        :param applicant: ``hr.applicant`` record (superuser)
        :param users: ``res.users`` records
        """

        def subject(env):
            return env._(
                "Texts to %(name)s are still planned",
                name=applicant.partner_name or self.thread_id[:1].number,
            )

        def body(env):
            text = env["hr.applicant"]._sms_closing_text(self.with_env(env))
            return env._("%(closed)s Cancel or keep them in the SMS tab.", closed=text)

        self.thread_id[:1]._tell(applicant, users, subject, body)
