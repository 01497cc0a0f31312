from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .hr_applicant import SEND_GROUP
from .hr_sms_thread import VIEW_GROUP
from .numbers import shown_number

LABEL_LIMIT = 40


class HrApplicantPhone(models.Model):
    """A further phone number of an applicant, beside the main one of the application."""

    _name = "hr.applicant.phone"
    _description = "Applicant Phone Number"
    _rec_name = "number"
    _order = "applicant_id, id"

    applicant_id = fields.Many2one("hr.applicant", required=True, ondelete="cascade", index=True)
    label = fields.Char(required=True, help="Whose or what number it is: Mobile, Home, Work.")
    number = fields.Char(
        required=True, index=True, help="Kept in E.164 format, whatever way it is written."
    )

    _applicant_number_unique = models.UniqueIndex("(applicant_id, number)")

    @api.model_create_multi
    def create(self, vals_list):
        applicants = self.env["hr.applicant"].browse(
            vals["applicant_id"] for vals in vals_list if vals.get("applicant_id")
        )
        applicants.check_access("write")
        vals_list = [
            self._checked(vals, applicants.browse(vals.get("applicant_id"))) for vals in vals_list
        ]
        phones = super().create(vals_list)
        phones.applicant_id._sms_number_changed()
        return phones

    def write(self, vals):
        self.applicant_id.check_access("write")
        if vals.get("applicant_id", False) not in (False, *self.applicant_id.ids):
            raise ValidationError(
                self.env._("A number stays with its applicant. Add it to the other one instead.")
            )
        lost = self._numbers() if "number" in vals else {}
        for phone in self:
            super(HrApplicantPhone, phone).write(phone._checked(vals, phone.applicant_id))
        if "number" in vals:
            self.applicant_id._sms_number_changed()
        self._forget_strangers(lost)
        return True

    def unlink(self):
        lost = self._numbers()
        result = super().unlink()
        self._forget_strangers(lost)
        return result

    def _numbers(self):
        """Return a dict from ``hr.applicant`` record to the set of these numbers of theirs."""
        return {
            applicant: set(phones.mapped("number"))
            for applicant, phones in self.grouped("applicant_id").items()
        }

    def _forget_strangers(self, lost):
        """Untie applicants from conversations of numbers that never were theirs.

        :param dict lost: see :meth:`_numbers`, as it was before
        """
        for applicant, numbers in lost.items():
            # sudo: follows from the change, whoever made it
            applicant_sudo = applicant.sudo()
            numbers = numbers - set(applicant_sudo._sms_numbers())
            applicant_sudo.sms_thread_ids.filtered(
                lambda thread, numbers=numbers: thread.number in numbers
            )._unlink_stranger(applicant_sudo)

    @api.ondelete(at_uninstall=False)
    def _check_applicant_writable(self):
        self.applicant_id.check_access("write")

    def _checked(self, vals, applicant):
        """Return values as they are kept.

        :param dict vals: of one number, possibly not all of them
        :param applicant: ``hr.applicant`` record, possibly empty
        :raises ValidationError: when the number cannot be texted, is there already, or when the
            label is too long
        """
        vals = dict(vals)
        if "label" in vals:
            label = applicant._sms_text_argument(vals["label"], LABEL_LIMIT)
            vals["label"] = (label or "").strip() or self.env._("Other number")
        if "number" not in vals or not applicant:
            return vals
        applicant_sudo = applicant.sudo()  # its country and numbers: writing it was checked
        typed = applicant._sms_text_argument(vals["number"], LABEL_LIMIT)
        number = typed and applicant_sudo._sms_format(typed)
        if not number:
            raise ValidationError(
                self.env._(
                    "%(number)s is not a phone number that can be texted. Write it with its "
                    "country code, for example +49 151 23456789.",
                    number=typed or "–",
                )
            )
        others = applicant_sudo.sms_phone_ids - self
        if number == applicant_sudo.sms_number or number in others.mapped("number"):
            raise ValidationError(
                self.env._(
                    "%(number)s is a number of %(applicant)s already.",
                    number=shown_number(number),
                    applicant=applicant.display_name,
                )
            )
        return {**vals, "number": number}


class HrApplicant(models.Model):
    """An applicant's several numbers: each has its own conversation and its own consent."""

    _inherit = "hr.applicant"

    sms_phone_ids = fields.One2many(
        "hr.applicant.phone",
        "applicant_id",
        string="Further Phone Numbers",
        copy=False,
        groups=VIEW_GROUP,
    )

    def copy(self, default=None):
        copies = super().copy(default)
        # sudo: a copy is of the same person, whoever makes it, also without the right to see SMS
        phones = self.env["hr.applicant.phone"].sudo()
        phones.create(
            [
                {"applicant_id": copy.id, "label": phone.label, "number": phone.number}
                for applicant, copy in zip(self, copies, strict=True)
                for phone in applicant.sudo().sms_phone_ids
                if phone.number != copy.sudo().sms_number
            ]
        )
        return copies

    def _sms_numbers(self):
        """Return the numbers this applicant has now, the main one first.

        :returns: list of E.164 numbers; the caller checked the right to read the applicant
        """
        self.ensure_one()
        applicant_sudo = self.sudo()  # see above
        numbers = [applicant_sudo.sms_number, *applicant_sudo.sms_phone_ids.mapped("number")]
        return list(dict.fromkeys(number for number in numbers if number))

    def sms_number_question(self, number):
        """Return what to ask before a number is added: whether somebody else who has it is this one.

        All applications of a number share one conversation and one consent with a company.

        :param str number: in any format, as for :meth:`sms_number_add`
        :returns: the question, with the names of applicants the user may read; empty when nobody
            else has the number, or when it cannot be texted, which adding it says
        :raises AccessError: without the right to send SMS or to read the applicant
        :raises ValidationError: when it is no text, or too long
        """
        self.ensure_one()
        self._sms_check_right(SEND_GROUP)
        typed = self._sms_text_argument(number, LABEL_LIMIT)
        # sudo: the country of an applicant found readable
        number = typed and self.sudo()._sms_format(typed)
        others = self._sms_other_people(number) if number else self.browse()
        if not others:
            return ""
        names = sorted(set(others._filtered_access("read").mapped("display_name")))
        if not names:
            return self.env._("This is also another candidate's number. Are they the same person?")
        if len(names) == 1:
            return self.env._(
                "This is also %(name)s's number. Are they the same person?", name=names[0]
            )
        return self.env._(
            "This is also the number of %(names)s. Are they all the same person?",
            names=", ".join(names),
        )

    def _sms_other_people(self, number):
        """Return the applications that have a number and are of somebody else, also archived ones.

        :param str number: E.164
        :returns: ``hr.applicant`` records, whether the user may read them or not
        """
        company = self._sms_company()
        # sudo: who has the number matters whoever may read them; what is shown is checked by the caller
        applicants_sudo = self.sudo().with_context(active_test=False)
        owners = applicants_sudo.search(
            ["|", ("sms_number", "=", number), ("sms_phone_ids.number", "=", number)]
        ).filtered(lambda one: (one.company_id or one.job_id.company_id or company) == company)
        same = self._sms_same_person({(self.id, owner) for owner in owners.ids})
        return self.browse(owner for owner in owners.ids if (self.id, owner) not in same)

    def sms_number_add(self, number, label=None):
        """Add a further phone number.

        :param str number: in any format; without a country code it is of the company's country
        :param label: what number it is, at most 40 characters
        :returns: the number in E.164 format
        :raises AccessError: without the right to send SMS or to edit the applicant
        :raises ValidationError: when it cannot be texted or is there already
        """
        self.ensure_one()
        self._sms_check_right(SEND_GROUP)
        phone = self.env["hr.applicant.phone"].create(
            {"applicant_id": self.id, "number": number, "label": label}
        )
        return phone.number

    def sms_number_edit(self, number, new_number=None, label=None):
        """Correct a further phone number or its label.

        :param str number: the number as it is, E.164
        :param new_number: in any format, ``None`` to leave it
        :param label: ``None`` to leave it
        :returns: the number in E.164 format
        :raises AccessError: without the right to send SMS or to edit the applicant
        :raises ValidationError: when the new one cannot be texted or is there already
        """
        phone = self._sms_own_phone(number)
        values = {"number": new_number, "label": label}
        values = {name: value for name, value in values.items() if value is not None}
        if values.get("number") == phone.number:
            del values["number"]
        phone.write(values)
        return phone.number

    def sms_number_remove(self, number):
        """Remove a further phone number.

        Texts of this person there stay, as those of a former number; a number that never was
        theirs is gone.

        :param str number: E.164
        :returns: True
        :raises AccessError: without the right to send SMS or to edit the applicant
        """
        return self._sms_own_phone(number).unlink()

    def _sms_own_phone(self, number):
        """Return one of the further numbers under the user's own rights.

        :raises AccessError: without the right to send SMS or to read the applicant
        :raises ValidationError: when the applicant does not have it
        """
        self.ensure_one()
        self._sms_check_right(SEND_GROUP)
        number = self._sms_text_argument(number, LABEL_LIMIT)
        phone = self.sms_phone_ids.filtered(lambda phone: phone.number == number)
        if not phone:
            raise ValidationError(
                self.env._(
                    "%(number)s is not a further number of %(applicant)s. Reload the page.",
                    number=number or "–",
                    applicant=self.display_name,
                )
            )
        return phone
