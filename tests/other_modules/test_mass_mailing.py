from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import CLOSED, OPEN, STATES, OtherModulesCase


@tagged("post_install", "-at_install")
class TestMassMailing(OtherModulesCase):
    """SMS Marketing: mailings to applicants go by the gate, those to others leave out who opted out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketer = cls.make_marketer("marketer", "hr_recruitment_texting.group_sms_send")

    @classmethod
    def make_marketer(cls, login, *groups):
        names = ["mass_mailing.group_mass_mailing_user", "hr_recruitment.group_hr_recruitment_user"]
        return new_test_user(
            cls.env,
            login=login,
            groups=",".join([*names, "base.group_partner_manager", *groups]),
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def mailing(self, model, records, user=None, **values):
        mailing = (
            self.env["mailing.mailing"]
            .with_user(user or self.marketer)
            .create(
                {
                    "subject": "News",
                    "mailing_type": "sms",
                    "body_plaintext": "Come and see us",
                    "mailing_model_id": self.env["ir.model"]._get_id(model),
                    "mailing_domain": repr([("id", "in", records.ids)]),
                    "sms_allow_unsubscribe": False,
                    **values,
                }
            )
        )
        return mailing

    def launch(self, mailing):
        """Put a mailing into its queue and do what the mailings' cron does."""
        mailing.action_put_in_queue()
        self.env["mailing.mailing"]._process_mass_mailing_queue()
        self.env.invalidate_all()

    def traces(self, mailing):
        """Return status and failure by number."""
        traces = self.env["mailing.trace"].search([("mass_mailing_id", "=", mailing.id)])
        return {
            trace.sms_number: (trace.trace_status, trace.failure_type or False) for trace in traces
        }

    def union(self, records):
        return next(iter(records.values())).browse(record.id for record in records.values())

    def test_to_applicants(self):
        mailing = self.mailing("hr.applicant", self.union(self.applicants))
        self.launch(mailing)
        self.send_waiting()
        self.assertFalse(self.left_by_core, "it is our queue's")
        [text] = self.drain(None).sent
        self.assertEqual([text.to], self.numbers(["granted"]))
        self.assertEqual(text.body, "Come and see us")
        traces = self.traces(mailing)
        for state in STATES:
            expected = ("pending", False) if state == "granted" else ("cancel", "sms_optout")
            with self.subTest(state):
                self.assertEqual(traces[self.people[state].phone], expected)
        self.env["mailing.mailing"]._process_mass_mailing_queue()
        self.assertFalse(self.drain(None).sent, "nobody gets it twice")
        self.assertEqual(mailing.state, "done")
        bodies = self.applicants["granted"].message_ids.mapped("body")
        self.assertNotIn("Come and see us", " ".join(map(str, bodies)))

    def test_to_applicants_without_the_right_to_send(self):
        user = self.make_marketer("marketer_only")
        mailing = self.mailing("hr.applicant", self.union(self.applicants), user)
        self.launch(mailing)
        self.assertFalse(self.left_by_core)
        self.assertFalse(self.drain(None).sent)
        self.assertEqual(set(self.traces(mailing).values()), {("cancel", "sms_optout")})

    def test_to_contacts(self):
        mailing = self.mailing("res.partner", self.union(self.people))
        self.launch(mailing)
        self.send_waiting()
        self.assert_open_ones_got_it()
        traces = self.traces(mailing)
        for state in STATES:
            # an opt-out by text is on Odoo's blacklist, too, which is asked first
            failure = "sms_blacklist" if state == "locked" else "sms_optout"
            expected = ("cancel", failure) if state in CLOSED else ("pending", False)
            with self.subTest(state):
                self.assertEqual(traces[self.people[state].phone], expected)

    def test_to_a_mailing_list(self):
        recipients = self.env["mailing.list"].create(
            {
                "name": "Newsletter",
                "contact_ids": [
                    Command.create({"name": state, "mobile": partner.phone})
                    for state, partner in self.people.items()
                ],
            }
        )
        mailing = self.mailing(
            "mailing.list", recipients, contact_list_ids=[Command.set(recipients.ids)]
        )
        mailing.mailing_domain = repr([("list_ids", "in", recipients.ids)])
        self.launch(mailing)
        self.send_waiting()
        self.assert_open_ones_got_it()

    def test_withdrawn_between_queue_and_sending(self):
        mailing = self.mailing("res.partner", self.union(self.people))
        self.launch(mailing)
        self.append("withdrawn", "keyword", self.applicants["granted"])
        self.send_waiting()
        self.assertCountEqual(self.left_by_core, self.numbers(["none", "declined"]))
        traces = self.traces(mailing)
        self.assertEqual(traces[self.people["granted"].phone], ("cancel", "sms_optout"))

    def test_wizard(self):
        """The test wizard calls the provider itself, and logs what came of it on the mailing."""
        mailing = self.mailing("res.partner", self.union(self.people), sms_allow_unsubscribe=True)
        action = mailing.action_test()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.marketer)
            .with_context(**action["context"])
            .create({"numbers": "\n".join(self.numbers(STATES))})
        )
        wizard.action_send_sms()
        self.assert_open_ones_got_it()
        log = mailing.message_ids[0].body
        for state in STATES:
            number = self.people[state].phone
            told = f"could not be sent to {number}: Whoever has this number opted out of texts."
            with self.subTest(state):
                self.assertEqual(told in log, state in CLOSED)
                self.assertEqual(f"successfully sent to {number}" in log, state in OPEN)
        self.left_by_core.clear()
        self.send_waiting()
        self.assertFalse(set(self.left_by_core) & set(self.numbers(CLOSED)), "nor by the cron")

    def test_retrying_failed_ones(self):
        mailing = self.mailing("res.partner", self.union(self.people))
        self.launch(mailing)
        texts = self.env["sms.sms"].search([("mailing_id", "=", mailing.id)])
        self.append("withdrawn", "keyword", self.applicants["granted"])
        texts.write({"state": "error", "failure_type": "sms_server"})
        mailing.action_retry_failed()
        self.env["mailing.mailing"]._process_mass_mailing_queue()
        self.send_waiting()
        self.assertCountEqual(self.left_by_core, self.numbers(["none", "declined"]))
