from datetime import timedelta

from odoo import fields, models

from ..rules import consent, quiet_hours, welcome

# What the candidate answered on a page of ours. START, a keyword to apply and the like are answered
# by text already. A colleague who adds consent is about to write: their first text says how to opt
# out, an automatic one on top would be noise. An import or a job board moves in people by the
# thousand, who agreed elsewhere.
WELCOMED = frozenset({"job_form", "link"})
# A Yes that had to wait longer, for a usable number say, is welcomed no more: the text would come
# out of the blue.
FRESH = timedelta(days=2)


class HrSmsThread(models.Model):
    """A Yes is welcomed, once, by a text that says what was agreed to and how to end it."""

    _inherit = "hr.sms.thread"

    def _after_fold(self, events):
        result = super()._after_fold(events)
        if opt_ins := self._opt_ins(events):
            self.env["hr.sms.message"]._welcome(opt_ins)
        return result

    def _opt_ins(self, events):
        """Return those events that opened a number which was closed before, and are to be welcomed.

        :param events: the new ``hr.sms.consent`` records
        :returns: ``hr.sms.consent`` recordset, at most one for each number
        """
        fresh = fields.Datetime.now() - FRESH
        candidates = events.filtered(
            lambda event: (
                event.event == "granted"
                and event.method in WELCOMED
                and event.given_date >= fresh
                and event.thread_id.consent_state == "granted"
                and welcome.is_wanted(
                    event.thread_id.company_id.sms_welcome,
                    quiet_hours.region_of(event.thread_id.number),
                )
            )
        )
        # Two at once: the first one is the opt-in.
        opt_ins = {}
        for event in candidates.sorted("sequence"):
            opt_ins.setdefault(event.thread_id, event)
        before = self._states_before(opt_ins)
        return events.browse(
            event.id for thread, event in opt_ins.items() if before[thread] != "granted"
        )

    def _states_before(self, events):
        """Return the consent of numbers before an event of each.

        :param dict events: ``hr.sms.thread`` record to one of its ``hr.sms.consent`` events
        :returns: dict from ``hr.sms.thread`` to state
        """
        earlier = {}
        if any(event.sequence > 1 for event in events.values()):
            earlier = (
                self.env["hr.sms.consent"]
                .search_fetch(
                    [("thread_id", "in", [thread.id for thread in events])],
                    ["thread_id", "sequence", "event", "method", "given_date"],
                    order="thread_id, sequence",
                )
                .grouped("thread_id")
            )
        return {
            thread: consent.fold(
                consent.Event(one.sequence, one.event, one.method, None, one.given_date)
                for one in earlier.get(thread, ())
                if one.sequence < event.sequence
            ).state
            for thread, event in events.items()
        }
