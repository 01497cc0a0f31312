from dataclasses import dataclass, replace

from odoo import api, fields, models

from .hr_sms_gate import GateRequest, Verdict


@dataclass(frozen=True)
class Text:
    """A text that somebody or something wants to send.

    :param company: ``res.company`` record it comes from
    :param number: E.164, falsy when there is none
    :param str body: after rendering
    :param applicant: ``hr.applicant`` record it is for, ``None`` for a bare number
    :param str kind: of ``hr.sms.message``
    :param str purpose: of ``hr.sms.message``
    :param author: ``res.users`` record, ``None`` when nobody wrote it
    :param bool number_typed: something was entered, even if it is no usable number
    :param bool answer_waiting: the candidate answered the form with that unusable number
    :param bool opt_out_line: false: a campaign goes without the opt-out line
    :param answer: of ``hr.sms.message``: what the text answers, if it answers something
    :param template: ``sms.template`` record it was written from, ``None`` for none
    :param stage: ``hr.recruitment.stage`` record that sends it, ``None`` for none
    :param event: ``calendar.event`` record of the interview it reminds of, ``None`` for none
    :param token: names the attempt to send it, ``None`` for none
    :param campaign: ``hr.sms.campaign`` record it belongs to, ``None`` for none
    :param sender_number: the company's number it goes by, ``None`` to have one chosen
    :param obstacle: why it cannot go whatever the rules say, a key of the gate's ``REASONS``,
        ``None`` for nothing
    """

    company: object
    number: str | None
    body: str
    applicant: object = None
    kind: str = "direct"
    purpose: str = "job"
    author: object = None
    number_typed: bool = False
    answer_waiting: bool = False
    opt_out_line: bool = True
    answer: str | None = None
    template: object = None
    stage: object = None
    event: object = None
    token: str | None = None
    campaign: object = None
    sender_number: str | None = None
    obstacle: str | None = None


@dataclass(frozen=True)
class Offer:
    """What became of a :class:`Text`.

    :param verdict: the gate's :class:`~.hr_sms_gate.Verdict`
    :param message: the ``hr.sms.message`` record (superuser); empty when the text was refused
        and not kept, or when the number gets the same text for another application
    """

    verdict: Verdict
    message: object


class HrSmsMessage(models.Model):
    """The one way into the queue: ask the gate, queue what may go, tell what may not."""

    _inherit = "hr.sms.message"

    @api.model
    def _offer(self, texts, scheduled_date=None, keep_refused=False):
        """Ask the gate about texts and queue those that may go.

        The user's right to send is the caller's to check: automations carry their own
        authorisation. A number gets one text of the list only, the first.

        :param texts: list of :class:`Text`
        :param scheduled_date: UTC datetime, ``None`` for now
        :param bool keep_refused: keep refused texts in the conversation, as not sent and with
            the reason, for whoever looks there for what an automation sent
        :returns: list of :class:`Offer`, in the order of ``texts``
        """
        threads = self._threads_of(texts, keep_refused)
        texts = self._with_opt_out_lines(texts, threads)
        verdicts = self._judge(texts, threads, scheduled_date)
        going, refused = {}, {}
        for position, (text, verdict) in enumerate(zip(texts, verdicts, strict=True)):
            request = {
                "thread": threads[position],
                "body": text.body.strip(),
                "applicant": text.applicant,
                "kind": text.kind,
                "purpose": text.purpose,
                "author": text.author,
                "answer": text.answer,
                "template": text.template,
                "stage": text.stage,
                "event": text.event,
                "token": text.token,
                "campaign": text.campaign,
                "sender_number": text.sender_number,
                "verdict": verdict,
            }
            if not verdict.code:
                going[position] = request
            elif keep_refused and request["thread"] and verdict.code != "duplicate":
                refused[position] = request
        messages = dict(
            zip(going, self._queue(list(going.values()), scheduled_date), strict=True)
            if going
            else ()
        )
        messages |= zip(refused, self._keep_refused(list(refused.values())), strict=True)
        return [
            Offer(verdict, messages.get(position, self.browse()))
            for position, verdict in enumerate(verdicts)
        ]

    @api.model
    def _consider(self, texts, create_threads=False, scheduled_date=None):
        """Ask the gate about texts, without sending any.

        :param texts: list of :class:`Text`
        :param bool create_threads: make the threads that are missing
        :param scheduled_date: UTC datetime, ``None`` for now
        :returns: list of :class:`~.hr_sms_gate.Verdict` and list of ``hr.sms.thread`` records
            (superuser), both in the order of ``texts``
        """
        threads = self._threads_of(texts, create_threads)
        texts = self._with_opt_out_lines(texts, threads)
        return self._judge(texts, threads, scheduled_date), threads

    def _judge(self, texts, threads, scheduled_date):
        """Return the gate's verdicts on texts that are complete."""
        later = scheduled_date and scheduled_date > fields.Datetime.now()
        verdicts = self.env["hr.sms.gate"]._ask(
            [
                GateRequest(
                    company=text.company,
                    thread=thread,
                    number=text.number,
                    body=text.body,
                    kind=text.kind,
                    purpose=text.purpose,
                    # sudo: its job and its person count, whoever sends
                    applicant=text.applicant and text.applicant.sudo(),
                    number_typed=text.number_typed,
                    answer_waiting=text.answer_waiting,
                    obstacle=text.obstacle,
                    stage="later" if later else "now",
                )
                for text, thread in zip(texts, threads, strict=True)
            ]
        )
        seen = set()
        for position, verdict in enumerate(verdicts):
            if verdict.code:
                continue
            if threads[position] in seen:
                verdicts[position] = replace(verdict, code="duplicate")
            seen.add(threads[position])
        return verdicts

    def _threads_of(self, texts, create):
        # sudo: the conversation of a number, whoever texts it
        threads_sudo = self.env["hr.sms.thread"].sudo()
        numbers = {}
        for text in texts:
            if text.number:
                numbers.setdefault(text.company, set()).add(text.number)
        found = {}
        for company, wanted in numbers.items():
            threads = (
                threads_sudo._get_or_create(company, wanted)
                if create
                else threads_sudo._find(company, wanted)
            )
            found |= {(company, number): thread for number, thread in threads.items()}
        ids = [thread.id for thread in found.values()]
        none = threads_sudo.browse()
        found = {key: thread.with_prefetch(ids) for key, thread in found.items()}
        return [found.get((text.company, text.number), none) for text in texts]

    def _keep_refused(self, requests):
        """Keep refused texts in their conversations, as not sent and with the reason."""
        # sudo: as for those that are queued
        messages = self.sudo().create(
            [
                {
                    **self._outbound_values(request),
                    "state": "canceled",
                    "failure_code": request["verdict"].code,
                }
                for request in requests
            ]
        )
        messages.thread_id._notify_changed()
        return messages
