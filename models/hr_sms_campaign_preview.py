import ast
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import safe_eval

from ..rules import segments
from .hr_applicant import SEND_GROUP
from .hr_sms_gate import PASS, Verdict
from .hr_sms_gate_campaign import OTHER_COMPANY
from .hr_sms_gate_limits import AWAITED, UNATTENDED
from .numbers import shown_number

EXAMPLES = 3
# What the form may ask about before it is saved.
_ASKABLE = frozenset(
    {"body", "number_rule", "opt_out_line", "scheduled_date", "spread", "per_hour", "spread_hours"}
)
_ASKABLE_RECORDS = frozenset({"template_id", "filter_id", "company_id"})
# Lines of the preview that are no reasons.
_LISTED = (False, None, "", "all", "closed")


class HrSmsCampaign(models.Model):
    """Who would get a campaign and who not: the gate's own answer, before anything is sent."""

    _inherit = "hr.sms.campaign"

    # ------------------------------------------------------------
    # Whom it is for
    # ------------------------------------------------------------

    def _audience(self):
        """Return the applicants the campaign is for, as far as the user may read them.

        :returns: ``hr.applicant`` records
        :raises UserError: when the saved filter cannot be used
        """
        if not self.filter_id:
            applicants = self._listed().with_context(active_test=False).applicant_id
            return applicants._filtered_access("read").with_prefetch()
        saved = self.filter_id
        if not saved.has_access("read"):
            owners = saved.sudo().user_ids  # sudo: whom to ask
            raise UserError(
                self.env._(
                    "This saved filter belongs to %(user)s. Ask them to share it, or choose "
                    "another one.",
                    user=", ".join(owners.mapped("name")),
                )
            )
        try:
            domain, order = self._filter_domain(saved), self._filter_order(saved)
            return self.env["hr.applicant"].search(domain, order=order)
        except AccessError:
            raise
        except Exception as error:
            raise UserError(
                self.env._(
                    'The saved filter "%(name)s" cannot be used here. Open the applicants with it, '
                    "save it anew and choose it again.",
                    name=saved.name,
                )
            ) from error

    def _listed(self):
        """Return the recipients on the list that the user may see.

        By a search: what ``recipient_ids`` holds may have been read by somebody else.

        :returns: ``hr.sms.campaign.recipient`` records
        """
        recipients = self.env["hr.sms.campaign.recipient"]
        return recipients.search([("campaign_id", "=", self._origin.id)], order="id")

    def _filter_domain(self, saved):
        """Return a saved filter's domain; those with relative dates are expressions."""
        try:
            domain = ast.literal_eval(saved.domain)
        except (ValueError, SyntaxError):
            names = {
                "uid": self.env.uid,
                "context_today": lambda: fields.Date.context_today(self),
                "datetime": safe_eval.datetime,
                "relativedelta": safe_eval.dateutil.relativedelta.relativedelta,
                "time": safe_eval.time,
            }
            domain = safe_eval.safe_eval(saved.domain, names)
        return Domain(domain)

    def _filter_order(self, saved):
        names = json.loads(saved.sort or "[]")
        # those that are alike in it always in one order
        return ", ".join([*(names or [self.env["hr.applicant"]._order]), "id"])

    def _numbers_of(self, applicants):
        """Return the numbers a campaign texts, one of each applicant. The one place.

        :param applicants: ``hr.applicant`` records that the user may read
        :returns: dict from id to list of E.164 numbers, empty where there is none
        """
        # sudo: the numbers of applicants the user may read
        applicants_sudo = applicants.sudo()
        applicants_sudo.fetch(["sms_number", "company_id", "job_id", "partner_phone"])
        numbers = {
            applicant.id: [applicant.sms_number] if applicant.sms_number else []
            for applicant in applicants_sudo
        }
        if self.number_rule == "main":
            return numbers
        further = {}
        for phone in (
            self.env["hr.applicant.phone"]
            .sudo()
            .search(  # sudo: see above
                [("applicant_id", "in", applicants.ids)]
            )
        ):
            further.setdefault(phone.applicant_id.id, []).append(phone.number)
        candidates = {id_: numbers[id_] + others for id_, others in further.items()}
        agreed = (
            self.env["hr.sms.thread"]
            .sudo()  # sudo: whether the number may be texted, the gate says the rest
            ._find(
                self.company_id,
                {number for theirs in candidates.values() for number in theirs},
                [("consent_state", "=", "granted")],
            )
        )
        for id_, theirs in candidates.items():
            numbers[id_] = next(([one] for one in theirs if one in agreed), theirs[:1])
        return numbers

    def _texts(self, applicants, author):
        """Return the texts of a campaign, complete but for the opt-out line.

        :param applicants: ``hr.applicant`` records of the user in whose name it goes
        :param author: ``res.users`` record
        :returns: list of :class:`~.hr_sms_message_offer.Text`
        """
        texts = applicants._sms_texts(
            self._numbers_of(applicants),
            body="",
            kind="bulk",
            author=author,
            opt_out_line=self.opt_out_line,
            template=self.template_id or None,
            campaign=self._origin,
        )
        return self._write_texts(texts) if texts else []

    def _ours(self, texts):
        """Say which texts are to applicants of the campaign's company.

        :returns: list of bool
        """
        return [text.company == self.company_id for text in texts]

    def _rehearse(self):
        """Return what would become of each text.

        :returns: list of ``(text, verdict)``
        """
        campaign = self.with_company(self.company_id)
        texts = campaign._texts(campaign._audience(), self.env.user)
        if not self._has_words():
            # Nothing is written yet: who may be texted at all is known already.
            texts = [replace(text, body=None) for text in texts]
        ours = self._ours(texts)
        answers = iter(
            campaign.env["hr.sms.message"]._rehearse(
                [text for text, is_ours in zip(texts, ours, strict=True) if is_ours],
                # what is early or late now need not be so then
                self.scheduled_date,
            )
        )
        answers = [
            next(answers) if is_ours else (text, Verdict(OTHER_COMPANY))
            for text, is_ours in zip(texts, ours, strict=True)
        ]
        return campaign._foresee(answers)

    def _foresee(self, answers):
        """Say which texts will find night where the candidate is when their turn comes.

        :param answers: list of ``(text, verdict)``, of the whole list
        :returns: the same, with what makes those wait that go later
        """
        now = fields.Datetime.now()
        start = max(self.scheduled_date or now, now)
        interval = self._interval(len(answers))
        by_place = self.spread == "period"  # see _spread
        dates, turn = {}, 0
        for place, (_text, verdict) in enumerate(answers):
            if verdict.code:
                continue
            date = start + timedelta(seconds=interval * (place if by_place else turn))
            turn += 1
            if date > now:
                dates[place] = date - timedelta(
                    minutes=date.minute % 5, seconds=date.second, microseconds=date.microsecond
                )
        texts = [
            (answers[place][0].company, answers[place][0].number, dates[place]) for place in dates
        ]
        for place, night in zip(dates, self.env["hr.sms.gate"]._nights(texts), strict=True):
            text, verdict = answers[place]
            if night or verdict.wait_code == "quiet_hours":
                answers[place] = text, night or PASS
        return answers

    # ------------------------------------------------------------
    # What the form shows
    # ------------------------------------------------------------

    def _with_unsaved(self, values):
        """Return the campaign as the form shows it, which may not be saved.

        Of other records only the id counts: a record made up by the client would be believed, and
        a template is code.

        :param dict values: raw values of fields
        :raises ValidationError: when a record that they name is gone, or none
        """
        asked = values if isinstance(values, dict) else {}
        values = {
            name: value
            for name, value in asked.items()
            if name in _ASKABLE and isinstance(value, (str, int, type(None)))
        }
        for name in _ASKABLE_RECORDS & asked.keys():
            values[name] = self._chosen(name, asked[name]).id
        return self.new(values, origin=self) if values else self

    def _chosen(self, name, value):
        """Return the record that a client names.

        Whoever uses a template or a filter asks for the right to read it, in words that help.

        :param str name: a many2one field of the campaign
        :param value: id, falsy for none
        :raises AccessError: for a company that is not the user's
        :raises ValidationError: when there is none with this id
        """
        records = self.env[self._fields[name].comodel_name]
        if not value:
            return records
        is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
        if not (chosen := records.browse(value if is_id else 0).exists()):
            raise ValidationError(self.env._("What you chose is gone. Reload the page."))
        if name == "company_id":
            chosen.check_access("read")  # the summary says what its allowance has left
        return chosen

    @api.model
    def sms_preview(self, campaign_id, values=None):
        """Say who would get the campaign and who not, as it stands in the form.

        :param int campaign_id: the campaign, 0 while it is not saved
        :param dict values: of its fields, not saved yet
        :returns: dict with ``count`` (applicants), ``going`` (texts), ``waits`` and ``refusals``
            (lists of dicts with ``code``, ``reason`` and ``count``), ``segments`` (of those that
            go), ``left`` (segments of the allowance, ``False`` when unlimited), ``longest``
            (segments of the longest text), ``closed`` (how many of ``going`` are refused or archived
            applicants), ``examples`` (list of dicts with ``name``, ``number``,
            ``lang``, ``body`` and ``segments``), ``hidden`` (applicants the user may not read) and
            ``error`` (text, empty when it can be sent)
        :raises AccessError: without the right to send SMS or to read the campaign
        """
        self.env["hr.applicant"]._sms_check_right(SEND_GROUP)
        campaign = self.browse(int(campaign_id or 0)).exists()
        campaign.check_access("read")
        try:
            campaign = campaign._with_unsaved(values)
            answers = campaign._rehearse()
        except UserError as error:
            return {"error": str(error)}
        return campaign._summary(answers)

    def _summary(self, answers):
        gate = self.env["hr.sms.gate"]
        going = [(text, verdict) for text, verdict in answers if not verdict.code]
        sizes = [segments.count((text.body or "").strip()).segments for text, _verdict in going]
        left = gate._segments_left([self.company_id.id], AWAITED + UNATTENDED)

        def counted(codes):
            return [
                {"code": code, "reason": gate._reason_text(code), "count": count}
                for code, count in Counter(filter(None, codes)).most_common()
            ]

        # sudo: how many there are on the list, also of those the user may not read
        listed = 0 if self.filter_id else len(self.sudo()._listed())
        readable = len({text.applicant.id for text, _verdict in answers})
        return {
            "count": readable,
            "hidden": max(listed - readable, 0),
            "going": len(going),
            "closed": len(self._closed(text for text, _verdict in going)),
            "waits": counted(verdict.wait_code for _text, verdict in going),
            "refusals": counted(verdict.code for _text, verdict in answers),
            "segments": sum(sizes),
            "longest": max(sizes, default=0),
            "left": max(left[self.company_id.id], 0) if self.company_id.id in left else False,
            "examples": [self._example(text) for text in self._examples(going)]
            if self._has_words()
            else [],
            "error": "",
        }

    def _closed(self, texts):
        """Return the refused and archived applicants among those that texts are for."""
        applicants = self.env["hr.applicant"].concat(*(text.applicant for text in texts))
        return applicants.filtered(lambda applicant: not applicant.active)

    def _examples(self, going):
        """Return the texts that tell most: the longest, the shortest, one of another language."""
        texts = sorted((text for text, _verdict in going), key=lambda text: len(text.body))
        if len(texts) <= EXAMPLES:
            return texts[::-1]
        return [texts[-1], texts[len(texts) // 2], texts[0]]

    def _example(self, text):
        number = shown_number(text.number)
        counted = segments.count(text.body.strip())
        return {
            "name": text.applicant.display_name,
            "number": number,
            "body": text.body.strip(),
            "segments": counted.segments,
            "units": counted.units,
        }

    @api.model
    def sms_preview_list(self, campaign_id, values=None, code=False):
        """Open the applicants that a line of the preview counts.

        :param int campaign_id: see ``sms_preview``
        :param dict values: see ``sms_preview``
        :param code: reason or wait code, ``all`` for everybody, ``closed`` for refused and archived
            applicants who get the text, falsy for all who get it
        :returns: action
        :raises AccessError: without the right to send SMS or to read the campaign
        """
        self.env["hr.applicant"]._sms_check_right(SEND_GROUP)
        campaign = self.browse(int(campaign_id or 0)).exists()
        campaign.check_access("read")
        campaign = campaign._with_unsaved(values)
        if code == "all":
            applicants = campaign._audience()
        elif code == "closed":
            applicants = campaign._closed(
                text for text, verdict in campaign._rehearse() if not verdict.code
            )
        else:
            applicants = self.env["hr.applicant"].concat(
                *(
                    text.applicant
                    for text, verdict in campaign._rehearse()
                    if (verdict.code == code if code else not verdict.code)
                    or (code and not verdict.code and verdict.wait_code == code)
                )
            )
        title = self.env["hr.sms.gate"]._reason_text(code) if code not in _LISTED else ""
        return {
            "type": "ir.actions.act_window",
            "name": title or self.env._("Recipients"),
            "res_model": "hr.applicant",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": [("id", "in", applicants.ids)],
            "context": {"active_test": False},
        }
