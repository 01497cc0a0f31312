from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..gateway import Result
from ..models.hr_sms_gate import GateRequest
from .common import OUR_NUMBER, TextingCase

NIGHT = datetime(2026, 1, 10, 9)  # 4:00 in New York and Washington
MORNING = datetime(2026, 1, 10, 13)


@tagged("post_install", "-at_install")
class TestLimits(TextingCase):
    """Countries, length, quiet hours and texts a day."""

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")

    def offer(self, kind="bulk", body="Hello", applicant=None, **kwargs):
        applicant = applicant or self.applicant
        text = applicant._sms_text(applicant.sms_number, body, kind=kind)
        return self.env["hr.sms.message"]._offer([text], **kwargs)[0]

    def french(self, number="+33612345678"):
        applicant = self.make_applicant(partner_name="Camille", partner_phone=number)
        self.append("granted", "job_form", applicant)
        return applicant

    # -- countries --

    def test_french_numbers_are_refused_at_first(self):
        applicant = self.french().with_user(self.sender)
        with self.assertRaisesRegex(UserError, "Texts to France are switched off. Call"):
            applicant.sms_send("Bonjour")
        self.assertEqual(applicant.sms_tab()["gate"]["code"], "country_refused:FR")
        self.assertTrue(self.french("+262692123456").with_user(self.sender).sms_send("Bonjour"))

    def test_every_company_starts_with_the_rule(self):
        for company in self.env["res.company"].search([]):
            table = self.env["hr.sms.country.rule"]._by_country(company.id)
            self.assertEqual(table.get("FR"), ("refuse", None), company.name)

    def test_a_company_without_rules_texts_everywhere(self):
        rules = self.env["hr.sms.country.rule"].with_user(self.manager)
        rules.search([("company_id", "=", self.company.id)]).unlink()
        self.assertTrue(self.french().with_user(self.sender).sms_send("Bonjour"))

    def test_a_refused_automatic_text_says_why(self):
        applicant = self.french()
        text = applicant._sms_text(applicant.sms_number, "Bonjour", kind="auto")
        [offer] = self.env["hr.sms.message"]._offer([text], keep_refused=True)
        self.assertEqual(offer.message.state, "canceled")
        self.assertIn("France", offer.message.failure_reason)

    def test_one_way_warns(self):
        rules = self.env["hr.sms.country.rule"].with_user(self.manager)
        rules.search([("country_ids.code", "=", "FR")]).rule = "one_way"
        applicant = self.french().with_user(self.sender)
        [notice] = applicant.sms_tab()["notices"]
        self.assertEqual((notice["code"], notice["level"]), ("one_way", "warning"))
        self.assertTrue(applicant.sms_send("Bonjour"))

    OVERSEAS = {
        "GP": "+590690123456",
        "MQ": "+596696123456",
        "RE": "+262692123456",
        "GF": "+594694201234",
        "YT": "+262639012345",
        "NC": "+687751234",
        "PF": "+68987123456",
    }

    def refused(self, *codes):
        """Return which French numbers are refused while a rule names these countries."""
        rule = self.env["hr.sms.country.rule"].search([("company_id", "=", self.company.id)])
        rule.country_ids = self.env["res.country"].search([("code", "in", codes)])
        self.assertEqual(len(rule.country_ids), len(codes))
        numbers = {"FR": "+33612345678"} | self.OVERSEAS
        requests = [
            GateRequest(self.company, self.env["hr.sms.thread"], number)
            for number in numbers.values()
        ]
        codes = [verdict.code for verdict in self.env["hr.sms.gate"]._ask(requests)]
        self.assertLessEqual(
            set(codes), {"consent_none", *(f"country_refused:{code}" for code in numbers)}
        )
        return {
            code
            for code, found in zip(numbers, codes, strict=True)
            if found == f"country_refused:{code}"
        }

    def test_overseas_territories_count_where_the_rule_names_them(self):
        self.assertEqual(self.refused("FR"), {"FR"})
        for code in self.OVERSEAS:
            self.assertEqual(self.refused(code), {code})
        self.assertEqual(self.refused("FR", "GP", "NC"), {"FR", "GP", "NC"})
        self.assertEqual(self.refused("FR", *self.OVERSEAS), {"FR", *self.OVERSEAS})

    def test_a_territory_whose_numbers_nobody_can_tell_is_pointed_out(self):
        countries = self.env["res.country"].search([("code", "in", ("BL", "GP", "RE"))])
        rules = self.env["hr.sms.country.rule"].with_user(self.manager)

        def warning(*codes):
            ids = countries.filtered(lambda country: country.code in codes).ids
            values = {"country_ids": [Command.set(ids)]}
            return rules.onchange(values, ["country_ids"], {"country_ids": {}}).get("warning")

        self.assertIn("cannot be told from those of Guadeloupe", warning("BL")["message"])
        self.assertFalse(warning("BL", "GP"))
        self.assertFalse(warning("RE"))

    def test_the_answer_to_a_keyword_goes_also_to_refused_countries(self):
        applicant = self.french()
        thread = self.thread_of(applicant)
        form = {"From": thread.number, "To": OUR_NUMBER, "Body": "BEENDEN"}
        self.env["hr.sms.message"]._receive(self.company.ids, "SM" + "5" * 32, form)
        self.assertEqual(thread.consent_state, "withdrawn")
        [answer] = self.drain().sent
        self.assertEqual(answer.to, thread.number)
        # Nothing but that: the number stays refused.
        self.env["hr.sms.message"]._receive(
            self.company.ids, "SM" + "6" * 32, {**form, "Body": "START"}
        )
        self.drain()
        with self.assertRaisesRegex(UserError, "Texts to France are switched off"):
            applicant.with_user(self.sender).sms_send("Bonjour")

    def test_who_may_edit_the_rules(self):
        rules = self.env["hr.sms.country.rule"]
        mine = rules.search([("company_id", "=", self.company.id)])
        with self.assertRaises(AccessError):
            mine.with_user(self.sender).write({"rule": "allow"})
        other = rules.search([("company_id", "!=", self.company.id)], limit=1)
        with self.assertRaises(AccessError):
            other.with_user(self.manager).write({"rule": "allow"})
        with self.assertRaisesRegex(ValidationError, "France already has a rule"):
            rules.with_user(self.manager).create(
                {"company_id": self.company.id, "country_ids": self.env.ref("base.fr").ids}
            )

    # -- length --

    def test_the_company_s_own_length(self):
        self.company.sms_length_limit = 480
        applicant = self.applicant.with_user(self.sender)
        with self.assertRaisesRegex(UserError, "480 characters your company allows"):
            applicant.sms_send("a" * 481)
        self.assertEqual(applicant.sms_tab()["limit"], 480)
        self.assertTrue(applicant.sms_send("a" * 480))

    # -- quiet hours --

    def test_bulk_waits_for_the_morning(self):
        self.company.sms_quiet_hours = True
        with freeze_time(NIGHT):
            for kind in ("bulk", "auto"):
                offer = self.offer(kind)
                self.assertEqual(offer.verdict.wait_code, "quiet_hours")
                self.assertEqual(offer.message.next_attempt_date, MORNING)
            self.assertIn("in the morning", self.applicant.sms_tab()["messages"][0]["wait_reason"])
            self.assertFalse(self.drain("bulk").sent)
        with freeze_time(MORNING):
            self.assertEqual(len(self.drain("bulk").sent), 2)

    def test_night_fell_before_it_was_claimed(self):
        self.company.sms_quiet_hours = True
        with freeze_time(MORNING):
            message = self.offer().message
        with freeze_time(MORNING + timedelta(hours=20)):
            self.assertFalse(self.drain("bulk").sent)
            self.assertEqual(message.wait_code, "quiet_hours")
            self.assertEqual(message.next_attempt_date, MORNING + timedelta(days=1))

    def test_a_reminder_planned_at_night_is_not_late(self):
        self.company.write({"sms_quiet_hours": True, "sms_daily_cap": 1})
        planned = MORNING + timedelta(hours=23)
        with freeze_time(MORNING - timedelta(hours=2)):
            self.offer("auto", "Not yet", scheduled_date=MORNING)
        with freeze_time(MORNING):
            self.assertEqual(self.drain("bulk").bodies, ["Not yet"])
        with freeze_time(MORNING + timedelta(hours=15)):  # night, and one went today
            reminder = self.offer("auto", "Reminder", scheduled_date=planned + timedelta(hours=2))
            self.assertFalse(reminder.message.wait_code)
        with freeze_time(planned + timedelta(hours=2)):
            self.assertEqual(self.drain("bulk").bodies, ["Reminder"])

    def test_a_planned_automatic_text_keeps_to_the_hours(self):
        self.company.sms_quiet_hours = True
        with freeze_time(MORNING - timedelta(hours=20)):
            message = self.offer("auto", scheduled_date=NIGHT).message
        with freeze_time(NIGHT):
            self.assertFalse(self.drain("bulk").sent)
        self.assertEqual(message.wait_code, "quiet_hours")
        with freeze_time(MORNING):
            self.assertEqual(len(self.drain("bulk").sent), 1)

    def test_by_hand_it_is_only_said(self):
        self.company.sms_quiet_hours = True
        applicant = self.applicant.with_user(self.sender)
        with freeze_time(NIGHT):
            tab = applicant.sms_tab()
            self.assertEqual(tab["quiet_until"], fields.Datetime.to_string(MORNING))
            self.assertRegex(tab["local_time"], r"^4:00\sAM$")
            self.assertRegex(tab["notices"][0]["text"], r"It is 4:00\sAM where .* 8:00\sAM there")
            applicant.sms_send("Are you up?")
            self.assertEqual(self.drain().bodies, ["Are you up?"])
        with freeze_time(MORNING):
            self.assertFalse(applicant.sms_tab()["quiet_until"])

    def test_a_country_with_own_hours(self):
        self.company.sms_quiet_hours = True
        self.env["hr.sms.country.rule"].create(
            {
                "company_id": self.company.id,
                "country_ids": self.env.ref("base.us").ids,
                "rule": "allow",
                "has_own_hours": True,
                "open_from": 9,
                "open_until": 20,
            }
        )
        with freeze_time(NIGHT):
            self.assertEqual(self.offer().verdict.until, MORNING + timedelta(hours=1))

    # -- texts a day --

    def test_the_fourth_text_of_a_day_waits(self):
        self.company.sms_daily_cap = 3
        with freeze_time(MORNING):
            for kind in ("auto", "auto", "bulk"):
                self.offer(kind)
            last = self.offer("bulk").message
            self.assertEqual(len(self.drain("bulk").sent), 3)
            self.assertEqual(last.wait_code, "daily_cap")
            self.assertEqual(last.next_attempt_date, MORNING + timedelta(days=1))
            self.applicant.with_user(self.sender).sms_send("By hand goes")
            self.assertEqual(len(self.drain().sent), 1)
        with freeze_time(MORNING + timedelta(days=1)):
            self.assertEqual(len(self.drain("bulk").sent), 1)

    def test_what_twilio_refused_does_not_count(self):
        self.company.sms_daily_cap = 1
        self.offer("auto", "Refused")
        self.env.flush_all()
        with self.fake_gateway() as fake:
            fake.answer = lambda text: Result(text.uuid, "failed", code=21612)
            self.env["hr.sms.message"]._process_queue("bulk")
        self.env.invalidate_all()
        self.assertFalse(self.offer("auto", "Again").message.wait_code)
        self.assertEqual(self.drain("bulk").bodies, ["Again"])
        self.assertEqual(self.offer("auto", "Third").message.wait_code, "daily_cap")

    def test_no_cap(self):
        self.company.sms_daily_cap = 0
        for _number in range(5):
            self.offer()
        self.assertEqual(len(self.drain("bulk").sent), 5)
