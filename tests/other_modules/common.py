from unittest.mock import patch

from odoo.addons.sms.tools.sms_api import SmsApi

from ..common import TextingCase

# What a person's number went through, by what came of it.
OPEN = {
    "none": [],
    "granted": [("granted", "job_form")],
    "declined": [("declined", "job_form")],
}
CLOSED = {
    "withdrawn": [("granted", "job_form"), ("withdrawn", "manual")],
    "locked": [("granted", "job_form"), ("withdrawn", "keyword")],
    "review": [("granted", "job_form"), ("review", "reply")],
}
STATES = OPEN | CLOSED


class OtherModulesCase(TextingCase):
    """People who are applicants here and customers there, one for each state of consent.

    :cvar people: contacts by state; ``applicants`` are theirs, with the same number
    :ivar left_by_core: numbers that Odoo itself handed to its SMS provider
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids},
        )
        cls.env.user.company_id = cls.company
        cls.people, cls.applicants = {}, {}
        for position, state in enumerate(STATES):
            values = {"phone": f"+1202555020{position}", "email": f"{state}@example.com"}
            partner = cls.env["res.partner"].create({"name": state, **values})
            cls.people[state] = partner
            cls.applicants[state] = cls.make_applicant(
                partner_name=state,
                partner_phone=values["phone"],
                email_from=values["email"],
                partner_id=partner.id,
            )

    def setUp(self):
        super().setUp()
        for state, events in STATES.items():
            self.thread_of(self.applicants[state])
            for event, method in events:
                self.append(event, method, self.applicants[state])
        self.left_by_core = []
        self.startPatcher(patch.object(SmsApi, "_send_sms_batch", self._take))
        # crons commit, a test must not
        self.startPatcher(patch.object(self.registry["ir.cron"], "_commit_progress"))

    def _take(self, messages, **_kwargs):
        numbers = [number for message in messages for number in message["numbers"]]
        self.left_by_core += [number["number"] for number in numbers]
        return [{"uuid": number["uuid"], "state": "success"} for number in numbers]

    def numbers(self, states):
        return [self.people[state].phone for state in states]

    def assert_open_ones_got_it(self):
        """Everybody but those who opted out of all texts got the one that was sent."""
        self.assertCountEqual(self.left_by_core, self.numbers(OPEN))

    def assert_failures_show(self, records):
        """The texts' messages on the records say which were not sent, and why.

        :param dict records: the record a text was about, by state
        """
        for state, record in records.items():
            message = record.message_ids.filtered(lambda message: message.message_type == "sms")
            [notification] = message.notification_ids
            with self.subTest(state):
                failure = "sms_optout" if state in CLOSED else False
                self.assertEqual(notification.failure_type or False, failure)
                self.assertEqual(notification.notification_status == "exception", bool(failure))

    def assert_notes_show(self, records):
        """Texts to many leave a note without a status: it says so itself.

        :param dict records: as above
        """
        for state, record in records.items():
            note = record.message_ids.filtered(lambda message: message.message_type == "sms")
            with self.subTest(state):
                self.assertEqual("Not sent: this number opted" in note.body, state in CLOSED)

    def send_waiting(self):
        """Do what Odoo's own SMS cron does."""
        self.env["sms.sms"]._process_queue()
