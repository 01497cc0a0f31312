from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules import setup_check

_LEVELS = [
    (setup_check.RED, "To be put right"),
    (setup_check.AMBER, "Worth a look"),
    (setup_check.GREEN, "In order"),
    (setup_check.SKIPPED, "Not checked"),
]


class HrSmsSetupCheck(models.TransientModel):
    """The screen that says whether texting is rightly set up, for an administrator."""

    _name = "hr.sms.setup.check"
    _description = "SMS Set-up Check"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    is_connected = fields.Boolean(readonly=True, help="Whether an account was entered at all.")
    checked_date = fields.Datetime("Checked on", readonly=True)
    line_ids = fields.One2many("hr.sms.setup.check.line", "check_id", readonly=True)
    fix_line_ids = fields.One2many(
        "hr.sms.setup.check.line", compute="_compute_lines", string="To Be Connected"
    )
    red_count = fields.Integer(compute="_compute_lines")
    amber_count = fields.Integer(compute="_compute_lines")
    inbound_url = fields.Char("Our Address", compute="_compute_inbound_url")
    terms_url = fields.Char("SMS Terms", compute="_compute_inbound_url")
    test_number = fields.Char("Your mobile number")
    test_sid = fields.Char(readonly=True)
    test_state = fields.Selection(
        [("sent", "Sent"), ("delivered", "Delivered"), ("failed", "Not sent")], readonly=True
    )
    test_words = fields.Char(readonly=True)

    @api.depends_context("lang")
    def _compute_display_name(self):
        for one in self:
            one.display_name = self.env._("Set-up check")

    @api.depends("line_ids.level", "line_ids.fix_sid")
    def _compute_lines(self):
        for one in self:
            one.fix_line_ids = one.line_ids.filtered("fix_sid")
            levels = one.line_ids.mapped("level")
            one.red_count = levels.count(setup_check.RED)
            one.amber_count = levels.count(setup_check.AMBER)

    @api.depends("company_id")
    def _compute_inbound_url(self):
        for one in self:
            one.inbound_url = self.env["hr.sms.setup"]._inbound_url(one.company_id)
            one.terms_url = one.company_id._sms_terms_address()

    # ------------------------------------------------------------
    # Checking
    # ------------------------------------------------------------

    @api.model
    def action_check(self):
        """Check the set-up of the company one is in, and show what was found.

        :returns: action that shows the result
        :raises AccessError: for anybody but administrators
        """
        self.env["hr.sms.setup"]._check_right()
        return self.create({})._check()._action_show()

    def action_check_again(self):
        """Check once more. The screen reads the result itself, as after the other buttons.

        :returns: True
        :raises AccessError: for anybody but administrators
        """
        self.env["hr.sms.setup"]._check_right()
        self._check()
        return True

    def _check(self):
        self.ensure_one()
        setup = self.env["hr.sms.setup"]
        company = self.company_id.sudo()  # the account's fields, for an administrator
        self.is_connected = bool(
            company.sms_twilio_account_sid
            or company.sms_twilio_auth_token
            or company.sms_twilio_number_ids
        )
        lines = setup_check.check(setup._facts(self.company_id)) if self.is_connected else ()
        # sudo: what was found is nobody's to write
        self.sudo().line_ids = [
            fields.Command.clear(),
            *(fields.Command.create(setup._line_values(line)) for line in lines),
        ]
        self.checked_date = fields.Datetime.now()
        return self

    # ------------------------------------------------------------
    # What can be done about it
    # ------------------------------------------------------------

    def action_open_account(self):
        """Open Odoo's own form for the account, the token and the numbers.

        :returns: action
        :raises AccessError: for anybody but administrators
        """
        self.env["hr.sms.setup"]._check_right()
        company = self.company_id
        action = company._action_open_sms_twilio_account_manage()
        return {**action, "context": {"default_company_id": company.id}}

    def action_ask_connect(self):
        """Say what connecting would change at Twilio.

        :returns: action that opens the question
        :raises AccessError: for anybody but administrators
        :raises UserError: when there is nothing to be changed
        """
        self.env["hr.sms.setup"]._check_right()
        self.ensure_one()
        if not self.fix_line_ids:
            raise UserError(
                self.env._(
                    "There is nothing to connect. What is red has to be put right elsewhere."
                )
            )
        return {
            **self._action_show(),
            "name": self.env._("Connect numbers"),
            "views": [
                (
                    self.env.ref("hr_recruitment_texting.hr_sms_setup_check_view_form_connect").id,
                    "form",
                )
            ],
            "target": "new",
        }

    def action_connect(self):
        """Lead texts to the numbers that were shown to this Odoo, and check again.

        :returns: action that closes the question
        :raises AccessError: for anybody but administrators
        :raises UserError: with Twilio's words, when it refused
        """
        setup = self.env["hr.sms.setup"]
        setup._check_right()
        self.ensure_one()
        subjects = {line.fix_sid: line.subject for line in self.fix_line_ids}
        failed = setup._connect(self.company_id, list(subjects))
        if failed:
            raise UserError(
                self.env._(
                    "Twilio did not change everything. Check again, or set the address in Twilio's "
                    "console:\n%(answers)s",
                    answers="\n".join(f"{subjects[sid]}: {words}" for sid, words in failed.items()),
                )
            )
        self._check()
        return {"type": "ir.actions.act_window_close"}

    def action_send_test(self):
        """Send a test text to the number that was typed, and keep what Twilio says.

        :returns: True
        :raises AccessError: for anybody but administrators
        :raises UserError: when the number is none, or the gate refuses the text
        """
        setup = self.env["hr.sms.setup"]
        setup._check_right()
        self.ensure_one()
        result = setup._send_test(self.company_id, self.test_number)
        self.test_sid = result.sid
        self.test_state = "sent" if result.outcome == "accepted" else "failed"
        self.test_words = self.test_state == "failed" and setup._failure(result.code, result.detail)
        return True

    def action_ask_test(self):
        """Ask Twilio what became of the test text, and keep it.

        :returns: True
        :raises AccessError: for anybody but administrators
        """
        setup = self.env["hr.sms.setup"]
        setup._check_right()
        self.ensure_one()
        if self.test_sid:
            self.test_state, self.test_words = setup._test_state(self.company_id, self.test_sid)
        return True

    def _action_show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set-up check"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [
                (self.env.ref("hr_recruitment_texting.hr_sms_setup_check_view_form").id, "form")
            ],
            "target": "current",
        }


class HrSmsSetupCheckLine(models.TransientModel):
    """One thing that must be right."""

    _name = "hr.sms.setup.check.line"
    _description = "Line of the SMS Set-up Check"
    _order = "id"

    check_id = fields.Many2one("hr.sms.setup.check", required=True, ondelete="cascade")
    topic = fields.Char(readonly=True)
    subject = fields.Char("Which", readonly=True)
    level = fields.Selection(_LEVELS, "Result", readonly=True)
    code = fields.Char(readonly=True)
    words = fields.Char("Finding", readonly=True)
    fix_sid = fields.Char(readonly=True, help="What connecting changes at Twilio.")
