from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .hr_sms_gate import BODY_LIMIT, GateRequest
from .hr_sms_message_offer import Text
from .hr_sms_thread import VIEW_GROUP

SEND_GROUP = "hr_recruitment_texting.group_sms_send"
# Fields that only the server's own code writes.
_COMPUTED = frozenset({"sms_number", "sms_thread_ids", "sms_erased_date"})
# Fields a change of which may give an applicant another number or company.
_NUMBER_SOURCES = frozenset(
    {"partner_phone", "partner_id", "company_id", "job_id", "department_id"}
)


class HrApplicant(models.Model):
    _inherit = "hr.applicant"

    sms_number = fields.Char(
        "SMS Number",
        compute="_compute_sms_number",
        store=True,
        index="btree_not_null",
        groups=VIEW_GROUP,
        help="The applicant's phone number in E.164 format, empty when it is not usable.",
    )
    sms_thread_ids = fields.Many2many(
        "hr.sms.thread",
        "hr_sms_thread_applicant_rel",
        "applicant_id",
        "thread_id",
        string="SMS Threads",
        copy=False,
        readonly=True,
        groups=VIEW_GROUP,
    )

    # ------------------------------------------------------------
    # Number and company
    # ------------------------------------------------------------

    @api.depends(
        "partner_phone",
        "company_id.country_id",
        "job_id.company_id.country_id",
    )
    def _compute_sms_number(self):
        """Normalise the number with the country of the applicant's company.

        Core's ``partner_phone_sanitized`` falls back to what was typed, which is no number.
        """
        for applicant in self:
            applicant.sms_number = applicant.partner_phone and applicant._sms_format(
                applicant.partner_phone
            )

    def _sms_format(self, number):
        """Format a number as E.164.

        :param str number: as somebody typed it
        :returns: E.164 or ``False`` when it is no possible number
        """
        return self._phone_format(number=number, country=self._sms_company().country_id)

    def _sms_company(self):
        """Return the company a text to this applicant comes from, and consent belongs to.

        An application of no company at all is everybody's: whoever texts does it for the company
        they are in, with the consent that one has.
        """
        self.ensure_one()
        return self.company_id or self.job_id.company_id or self.env.company

    def _sms_thread(self, number, create=False):
        """Return the thread of a number with the applicant's company.

        :param number: E.164, may be falsy
        :param bool create: make it when it is missing
        :returns: ``hr.sms.thread`` record (superuser), possibly empty
        """
        # sudo: the callers check what the user may do with this applicant
        threads = self.env["hr.sms.thread"].sudo()
        if not number:
            return threads
        company = self.sudo()._sms_company()
        if create:
            return threads._get_or_create(company, [number])[number]
        return threads._find(company, [number]).get(number, threads)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_sms_writes(vals)
        forged = {f"default_{name}" for name in _COMPUTED}
        context = {key: value for key, value in self.env.context.items() if key not in forged}
        model = self.with_env(self.env(context=context))
        applicants = super(HrApplicant, model).create(vals_list).with_env(self.env)
        applicants._sms_number_changed()
        return applicants

    def write(self, vals):
        self._check_sms_writes(vals)
        result = super().write(vals)
        if _NUMBER_SOURCES & vals.keys():
            self._sms_number_changed()
        return result

    def _check_sms_writes(self, vals):
        """Refuse to write what follows from the phone number: it would redirect texts."""
        if _COMPUTED & vals.keys():
            raise AccessError(
                self.env._(
                    "The number for texts follows from the applicant's phone number. Change that "
                    "instead."
                )
            )

    def _sms_number_changed(self):
        """Tie applicants to the threads of their numbers and settle answers that waited."""
        applicants = self.sudo()  # follows from the change, whoever made it
        numbers = {one: one._sms_numbers() for one in applicants}
        if not any(numbers.values()):
            return
        threads = self.env["hr.sms.thread"].sudo()
        for company, theirs in applicants.grouped(lambda one: one._sms_company()).items():
            threads._restore_numbers(company, {number for one in theirs for number in numbers[one]})
        everything = {number for theirs in numbers.values() for number in theirs}
        threads._link_applicants(threads.search([("number", "in", list(everything))]), applicants)
        self.env["hr.sms.pending.answer"].sudo().search(
            [("applicant_id", "in", applicants.ids)]
        )._settle()

    # ------------------------------------------------------------
    # Rights and numbers of a user's call
    # ------------------------------------------------------------

    def _sms_check_right(self, group):
        """Check that the user belongs to a texting group and may read these applicants.

        :param str group: ``VIEW_GROUP`` or ``SEND_GROUP``
        :raises AccessError: otherwise
        """
        if not self.env.user.has_group(group):
            needed = self.env.ref(group).sudo().name  # only the group's name, for the text
            raise AccessError(
                self.env._(
                    'You need the permission "%(permission)s" for this. Ask an administrator.',
                    permission=needed,
                )
            )
        self.check_access("read")
        # An applicant without a company is everybody's to read; texts are of their job's company.
        foreign = self.filtered(
            lambda applicant: applicant.sudo()._sms_company() not in self.env.companies
        )
        if foreign:
            raise AccessError(
                self.env._(
                    "%(applicant)s belongs to %(company)s. Switch to that company first.",
                    applicant=foreign[0].display_name,
                    company=foreign[0].sudo()._sms_company().name,
                )
            )

    def _sms_text_argument(self, value, limit):
        """Check a text that a client sent.

        :param value: str, or anything empty
        :param int limit: characters at most
        :returns: the text, ``None`` when empty
        :raises ValidationError: when it is no text, too long, or holds what no text can hold
        """
        if value is None or value is False or value == "":
            return None
        if not isinstance(value, str):
            raise ValidationError(
                self.env._("A text is needed here, not %(value)s.", value=repr(value)[:30])
            )
        if len(value) > limit:
            raise ValidationError(
                self.env._("This is longer than %(limit)s characters. Shorten it.", limit=limit)
            )
        if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise ValidationError(self.env._("The text has broken characters. Type it anew."))
        return value

    def _sms_date_argument(self, value):
        """Check a time that a client sent.

        :param value: UTC datetime or a string of one, or anything empty
        :returns: UTC datetime, ``None`` when empty
        :raises ValidationError: when it is no time
        """
        try:
            return fields.Datetime.to_datetime(value or None)
        except (ValueError, TypeError) as error:
            raise ValidationError(
                self.env._(
                    "%(date)s is not a time. Write it as YYYY-MM-DD HH:MM:SS, in UTC.",
                    date=str(value)[:30],
                )
            ) from error

    def _sms_usable_number(self, number=None):
        """Return a number of this applicant as E.164.

        :param number: in any format, ``None`` for the main number
        :raises UserError: when it is missing, unusable or not one of the applicant's numbers
        """
        self.ensure_one()
        number = self._sms_text_argument(number, 40)
        applicant_sudo = self.sudo()  # the number of an applicant the user may read
        usable = applicant_sudo.sms_number if not number else applicant_sudo._sms_format(number)
        if not usable:
            typed = number or applicant_sudo.partner_phone
            code = "number_invalid" if typed else "number_missing"
            raise UserError(self.env["hr.sms.gate"]._reason_text(code))
        if usable not in (
            *applicant_sudo._sms_numbers(),
            *applicant_sudo.mapped("sms_thread_ids.number"),
        ):
            raise UserError(
                self.env._(
                    "%(number)s is not a number of %(applicant)s. Add it to the applicant first.",
                    number=usable,
                    applicant=self.display_name,
                )
            )
        return usable

    # ------------------------------------------------------------
    # Texting
    # ------------------------------------------------------------

    def sms_send(
        self, body, number=None, scheduled_date=None, purpose=None, template_id=None, token=None
    ):
        """Text applicants. Nothing is queued unless all of them may be texted.

        :param str body: plain text, at most 1,400 units of its encoding
        :param number: phone number in any format, ``None`` for the applicant's main number
        :param scheduled_date: UTC datetime or a string of one; now by default
        :param purpose: ``reminder`` for one about an interview, a time card or a payment, which
            those who agreed to reminders only may get too; else ``job``, the default
        :param template_id: id of the ``sms.template`` it was written from, for the figures
        :param token: names the attempt, at most 64 characters: done again with the same one,
            because the answer got lost on its way, it sends nothing and answers as before
        :returns: list of ids of the queued messages, one for each number
        :raises AccessError: without the right to send SMS or to read the applicant
        :raises UserError: when the gate refuses, with the reason and what to do
        """
        self._sms_check_right(SEND_GROUP)
        scheduled_date = self._sms_date_argument(scheduled_date)
        if purpose not in (None, False, "job", "reminder"):
            raise ValidationError(
                self.env._("A text is about jobs (job) or reminds of something (reminder).")
            )
        body = self._sms_text_argument(body, BODY_LIMIT * 4) or ""
        token = self._sms_text_argument(token, 64) or None
        if token and (sent := self._sms_sent_before(token)):
            return sent.ids
        template = self._sms_template_argument(template_id)
        texts = [
            applicant._sms_text(
                applicant._sms_usable_number(number),
                body,
                purpose=purpose or "job",
                author=self.env.user,
                template=template,
                token=token,
            )
            for applicant in self
        ]
        messages = self.env["hr.sms.message"]
        verdicts, _threads = messages._consider(texts, scheduled_date=scheduled_date)
        for applicant, verdict in zip(self, verdicts, strict=True):
            # Two applications of one number: the person gets the text once.
            if verdict.code and verdict.code != "duplicate":
                reason = self.env["hr.sms.gate"]._reason_text(verdict.code)
                raise UserError(reason if len(self) == 1 else f"{applicant.display_name}: {reason}")
        offers = messages._offer(texts, scheduled_date)
        return [offer.message.id for offer in offers if offer.message]

    def _sms_sent_before(self, token):
        """Return what the user sent these applicants in an attempt of that name."""
        return self.env["hr.sms.message"].search(
            [
                ("token", "=", token),
                ("author_id", "=", self.env.uid),
                ("applicant_id", "in", self.ids),
            ],
            order="id",
        )

    def _sms_text(self, number, body, **values):
        """Return a text to this applicant, to be offered to the gate.

        :param number: E.164, falsy when there is none
        :param str body: after rendering
        :param values: further parameters of :class:`~.hr_sms_message_offer.Text`
        :returns: :class:`~.hr_sms_message_offer.Text`
        """
        self.ensure_one()
        [text] = self._sms_texts({self.id: [number]}, body=body, **values)
        return text

    def _sms_texts(self, numbers, **values):
        """Return a text to each number of these applicants. One query beside their own fields.

        :param dict numbers: list of E.164 numbers by applicant id, empty where there is none
        :param values: further parameters of :class:`~.hr_sms_message_offer.Text`
        :returns: list of :class:`~.hr_sms_message_offer.Text`, in the order of the applicants
        """
        # sudo: the caller checked the right to read the applicants
        without = [one.id for one in self if not any(numbers.get(one.id) or ())]
        answers = self.env["hr.sms.pending.answer"].sudo()
        # the job form was answered with a number that cannot be used
        waiting = set(answers.search([("applicant_id", "in", without)]).applicant_id.ids)
        return [
            Text(
                company=applicant.sudo()._sms_company(),
                number=number,
                applicant=applicant,
                number_typed=bool(applicant.sudo().partner_phone),
                answer_waiting=applicant.id in waiting,
                **values,
            )
            for applicant in self
            for number in numbers.get(applicant.id) or [None]
        ]

    def _sms_ask_gate(self, number, thread, purpose="job"):
        """Ask the gate whether this applicant may be texted at all.

        :param number: E.164, falsy when there is none
        :param thread: its ``hr.sms.thread``, possibly empty
        :param str purpose: ``job`` or ``reminder``
        :returns: a reason code, ``None`` when it may
        """
        text = self._sms_text(number, None)
        request = GateRequest(
            company=text.company,
            thread=thread,
            number=number,
            purpose=purpose,
            applicant=text.applicant.sudo(),  # see _sms_text
            number_typed=text.number_typed,
            answer_waiting=text.answer_waiting,
        )
        return self.env["hr.sms.gate"]._ask([request])[0].code
