from odoo import models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .hr_applicant import SEND_GROUP, VIEW_GROUP
from .hr_applicant_sms_tab import PAGE

# What may close an application.
_CLOSING = frozenset({"active", "stage_id", "refuse_reason_id"})
# Given by the refuse dialog, which asked already: an object nobody can send over RPC.
ASKED = object()
NOTIFICATION = "hr_recruitment_texting/closed"


class HrApplicant(models.Model):
    """Hired, refused or archived while texts wait: somebody is asked whether they still go.

    A text planned before may be wrong by then ("see you at the interview") or just right
    ("welcome aboard"): only a person can tell, so none is canceled without asking. The refuse
    dialog asks itself. Whoever drags a card to a hired column, archives from a list or has an
    automation do it passes no dialog, and one that jumped up there would hold up the change, or
    run where nobody sees it. So the change is made and the question asked afterwards: the SMS tab
    has it above the list of planned texts, with a button for each answer, and so has a
    notification to the user who made the change; those who look after the texts are told, if it
    was somebody else. Without an answer the texts go at their time, as planned. Only reminders of
    interviews, which nobody planned, do not go to whom we refused or archived. Consent stays as it
    is.
    """

    _inherit = "hr.applicant"

    def write(self, vals):
        if not _CLOSING & vals.keys() or self.env.context.get("hr_sms_closing") is ASKED:
            return super().write(vals)
        were_open = self.filtered(lambda applicant: not applicant._sms_closed())
        # Before: what the change itself sends, such as a text of the new stage, is meant.
        planned = were_open._sms_planned()
        result = super().write(vals)
        left = planned.filtered(lambda text: text.applicant_id._sms_closed())
        left -= left._cancel_reminders_of_closed()
        if left:
            left.closed_while_waiting = True
            left.applicant_id.with_env(self.env)._sms_ask_about_planned(left)
        return result

    def _sms_closed(self):
        """Return how an application was closed.

        :returns: ``refused``, ``archived`` or ``hired``; ``None`` while it is open
        """
        self.ensure_one()
        applicant = self.sudo()  # whoever changes it
        if applicant.refuse_reason_id:
            return "refused"
        if not applicant.active:
            return "archived"
        return "hired" if applicant.stage_id.hired_stage else None

    def _sms_planned(self, domain=Domain.TRUE):
        """Return the texts that wait for these applicants, to any of their numbers.

        :param domain: further :class:`odoo.fields.Domain` on ``hr.sms.message``
        :returns: ``hr.sms.message`` records (superuser)
        """
        # sudo: whether there are any, whoever closes the application
        messages = self.env["hr.sms.message"].sudo()
        if not self:
            return messages
        return messages.search(
            messages._planned_domain() & Domain("applicant_id", "in", self.ids) & domain
        )

    def _sms_doubtful(self):
        """Return the texts about which somebody has to decide, under the user's own rights."""
        doubtful = self._sms_planned(Domain("closed_while_waiting", "=", True))
        mine = doubtful.filtered(lambda text: text.applicant_id._sms_closed()).with_env(self.env)
        return mine._filtered_access("read")

    def _sms_ask_about_planned(self, texts):
        """Ask whoever closed these applications, and tell those who look after the texts.

        :param texts: planned ``hr.sms.message`` records (superuser)
        """
        texts.thread_id._notify_changed()
        user = self.env.user
        asks = user.active and not user.share and user.has_group(SEND_GROUP)
        if asks:
            user._bus_send(NOTIFICATION, {"applicant_ids": self.ids})
        for (applicant, _author), theirs in texts.grouped(
            lambda text: (text.applicant_id, text.author_id)
        ).items():
            people = theirs._responsible() - (user if asks else user.browse())
            if people:
                theirs._tell_about_closing(applicant, people)

    # ------------------------------------------------------------
    # What a user asks for
    # ------------------------------------------------------------

    def sms_tab(self, number=None, before_id=None, limit=PAGE):
        """Return what the SMS tab shows, with the question about texts left when it was closed.

        :param number: see the method this extends
        :param before_id: see there
        :param int limit: see there
        :returns: dict as there; ``closing`` as of :meth:`sms_closing`
        :raises AccessError: without the right to view SMS or to read the applicant
        """
        return super().sms_tab(number, before_id, limit) | {"closing": self.sms_closing()}

    def sms_closing(self):
        """Say which texts still wait for applications that were closed since they were planned.

        :returns: dict with ``count`` and ``text``, the question's words; ``False`` when there is
            nothing to decide
        :raises AccessError: without the right to view SMS or to read the applicants
        """
        self._sms_check_right(VIEW_GROUP)
        texts = self._sms_doubtful()
        if not texts:
            return False
        return {"count": len(texts), "text": self._sms_closing_text(texts)}

    def _sms_closing_text(self, texts):
        count = len(texts)
        if len(texts.applicant_id) > 1:
            return self.env._(
                "%(applications)s applications were closed. Texts planned before that still go "
                "out: %(count)s.",
                applications=len(texts.applicant_id),
                count=count,
            )
        name = texts.applicant_id.partner_name or texts.thread_id[:1].number
        return {
            "refused": self.env._(
                "%(name)s was refused. Texts planned before that still go out: %(count)s.",
                name=name,
                count=count,
            ),
            "archived": self.env._(
                "The application of %(name)s was archived. Texts planned before that still go out: "
                "%(count)s.",
                name=name,
                count=count,
            ),
            "hired": self.env._(
                "%(name)s was hired. Texts planned before that still go out: %(count)s.",
                name=name,
                count=count,
            ),
        }[texts.applicant_id._sms_closed()]

    def sms_closing_decide(self, decision):
        """Decide about the texts that were left when these applications were closed.

        :param str decision: ``cancel`` them or ``keep`` them
        :returns: list of ids of the texts that were canceled or kept; a sender was faster with the
            others
        :raises AccessError: without the right to send SMS or to read the applicants
        :raises ValidationError: for another decision
        """
        self._sms_check_right(SEND_GROUP)
        if decision not in ("cancel", "keep"):
            raise ValidationError(self.env._("Decide to cancel or to keep the texts."))
        doubtful = self._sms_doubtful()
        if decision == "cancel" or not doubtful:
            return doubtful.sms_cancel()
        doubtful._check_may_plan()
        with doubtful._planning() as texts:
            kept = texts._lock_waiting()
            kept.closed_while_waiting = False
            kept.thread_id._notify_changed()
            return kept.ids
