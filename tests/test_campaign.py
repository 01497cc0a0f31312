"""Campaigns: who gets one, what it says, when it goes, and how it ends."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import hr_sms_campaign_run, hr_sms_campaign_text
from .common import TextingCase

HOUR = timedelta(hours=1)

LINE = "Reply STOP to opt out"


class CampaignCase(TextingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sms_opt_out_line = True
        cls.campaigns = cls.env["hr.sms.campaign"].with_user(cls.sender)

    def person(self, digits, *events, **values):
        """Make an applicant whose consent is what came of events."""
        applicant = self.make_applicant(
            partner_name=f"Person {digits}",
            partner_phone=f"+1202555{digits}",
            email_from=f"person{digits}@example.com",
            **values,
        )
        for event, method in events or [("granted", "job_form")]:
            self.append(event, method, applicant)
        return applicant

    def people(self, count, first=2000):
        people = self.env["hr.applicant"]
        for number in range(count):
            people |= self.person(f"{first + number}")
        return people

    def campaign(self, applicants, body="Hello {{ first_name }}", user=None, **values):
        """Make a campaign as the list of applicants does."""
        user = user or self.sender
        action = applicants.with_user(user).action_send_sms()
        campaign = self.env["hr.sms.campaign"].with_user(user).browse(action["res_id"])
        campaign.write({"body": body, **values})
        return campaign

    def work(self):
        """Make the texts that are due, as the cron does."""
        self.env.flush_all()
        self.env["hr.sms.campaign"]._process()
        self.env.invalidate_all()

    def send(self, campaign):
        campaign.action_start()
        self.work()
        fake = self.drain("bulk")
        self.work()
        return fake

    def preview(self, campaign, values=None, user=None):
        model = self.env["hr.sms.campaign"].with_user(user or self.sender)
        return model.sms_preview(campaign.id, values)

    def texts(self, campaign):
        return self.env["hr.sms.message"].search([("campaign_id", "=", campaign.id)], order="id")


@tagged("post_install", "-at_install")
class TestCampaign(CampaignCase):
    def mixed(self):
        """Make one applicant for each reason of the gate, and some who may be texted."""
        good = self.people(3)
        self.env["hr.sms.country.rule"].create(
            {
                "company_id": self.company.id,
                "country_ids": self.env.ref("base.de").ids,
                "rule": "refuse",
            }
        )
        other_job = self.env["hr.job"].create({"name": "Cook", "company_id": self.company.id})
        scoped = self.make_applicant(partner_name="Scope", partner_phone="+12025552101")
        self.append("granted", "job_form", scoped, scope="this_job")
        scoped.job_id = other_job
        reminded = self.make_applicant(partner_name="Reminded", partner_phone="+12025552102")
        self.append("granted", "manual", reminded, scope="reminders")
        german = self.make_applicant(partner_name="Germany", partner_phone="+4915123456789")
        self.append("granted", "job_form", german)
        black = self.person("2103")
        self.env["phone.blacklist"].sudo().create({"number": black.sms_number})
        everybody = (
            good
            | self.make_applicant(partner_name="None", partner_phone="+12025552104")
            | self.person("2105", ("declined", "job_form"))
            | self.person("2106", ("granted", "job_form"), ("withdrawn", "manual"))
            | self.person("2107", ("granted", "job_form"), ("withdrawn", "keyword"))
            | self.person("2108", ("granted", "job_form"), ("review", "reply"))
            | scoped
            | reminded
            | german
            | black
            | self.make_applicant(partner_name="Missing", partner_phone=False)
            | self.make_applicant(partner_name="Invalid", partner_phone="12")
            # the same person once more, and somebody else with that number
            | self.make_applicant(
                partner_name=good[0].partner_name,
                email_from=good[0].email_from,
                partner_phone=good[0].partner_phone,
            )
            | self.make_applicant(
                partner_name="Somebody Else",
                email_from="else@example.com",
                partner_phone=good[1].partner_phone,
            )
        )
        refused = {
            "consent_none": 1,
            "consent_declined": 1,
            "consent_withdrawn": 1,
            "consent_locked": 1,
            "consent_review": 1,
            "consent_scope": 1,
            "consent_reminders": 1,
            "country_refused:DE": 1,
            "blacklisted": 1,
            "number_missing": 1,
            "number_invalid": 1,
            "duplicate": 1,
            "consent_other_person": 1,
        }
        return good, everybody, refused

    def test_what_the_preview_says_is_what_happens(self):
        good, everybody, refused = self.mixed()
        campaign = self.campaign(everybody)
        preview = self.preview(campaign)
        self.assertEqual(preview["count"], len(everybody))
        self.assertEqual(preview["going"], 3)
        self.assertEqual({line["code"]: line["count"] for line in preview["refusals"]}, refused)
        self.assertTrue(all(line["reason"] for line in preview["refusals"]))
        self.assertFalse(preview["waits"])
        self.assertEqual(preview["segments"], 3)
        self.assertFalse(self.texts(campaign), "nothing was made")

        fake = self.send(campaign)
        self.assertEqual(sorted(text.to for text in fake.sent), sorted(good.mapped("sms_number")))
        self.assertEqual(campaign.state, "done")
        recipients = campaign.recipient_ids
        codes = recipients.filtered(lambda one: one.state == "refused").mapped("code")
        self.assertEqual({code: codes.count(code) for code in codes}, refused)
        self.assertEqual(campaign.recipient_count, len(everybody))
        self.assertEqual(campaign.sent_count, 3)
        self.assertEqual(campaign.skipped_count, len(refused))
        self.assertEqual(campaign.waiting_count, 0)
        self.assertEqual(campaign.progress, 100)
        self.assertEqual(campaign.segment_count, preview["segments"])
        result = campaign.sms_result()
        self.assertEqual({line["code"]: line["count"] for line in result["skipped"]}, refused)
        self.assertFalse(result["failed"])
        # who got none has no text in the conversation either
        self.assertEqual(len(self.texts(campaign)), 3)

    def test_lines_of_the_preview_open_those_they_count(self):
        _good, everybody, refused = self.mixed()
        campaign = self.campaign(everybody)
        model = self.campaigns

        def opened(code):
            action = model.sms_preview_list(campaign.id, {}, code=code)
            return self.env["hr.applicant"].search(action["domain"])

        for code, count in refused.items():
            self.assertEqual(len(opened(code)), count, code)
        self.assertEqual(opened("blacklisted").partner_name, "Person 2103")
        self.assertEqual(len(opened(False)), 3)
        self.assertEqual(opened("all"), everybody.sorted())

    def test_before_anything_is_written_the_preview_knows_who(self):
        campaign = self.campaign(self.people(2) | self.applicant, body=False)
        preview = self.preview(campaign)
        self.assertEqual(preview["going"], 2)
        self.assertEqual(preview["refusals"][0]["code"], "consent_none")
        self.assertFalse(preview["examples"])
        with self.assertRaisesRegex(UserError, "The text is empty"):
            campaign.action_start()

    def test_examples_are_the_texts_as_they_go(self):
        people = self.people(5)
        people[2].partner_name = "Bartholomäus Longname"
        campaign = self.campaign(people, body="Hi {{ object.partner_name }}")
        examples = self.preview(campaign)["examples"]
        self.assertEqual(len(examples), 3)
        self.assertEqual(examples[0]["body"], f"Hi Bartholomäus Longname\n{LINE}")
        bodies = self.send(campaign).bodies
        for example in examples:
            self.assertIn(example["body"], bodies)

    def test_what_is_not_saved_yet_counts(self):
        campaign = self.campaign(self.people(1), body="Short")
        preview = self.preview(campaign, {"body": "x" * 200})
        self.assertEqual(preview["segments"], 2)
        self.assertEqual(campaign.body, "Short")
        preview = self.preview(campaign, {"body": "x" * 1400})
        self.assertEqual(preview["refusals"][0]["code"], "body_too_long")
        self.assertEqual(self.preview(campaign, {"state": "done"})["going"], 1)

    def test_the_allowance_is_shown_and_what_it_lacks_waits(self):
        account = self.env["hr.sms.allowance"].search([("company_id", "=", self.company.id)])
        account.write({"plan_left": 0, "extra_left": 2})
        self.env.flush_all()
        campaign = self.campaign(self.people(3))
        preview = self.preview(campaign)
        self.assertEqual((preview["segments"], preview["left"]), (3, 2))
        self.assertEqual([line["count"] for line in preview["waits"]], [1])
        self.assertEqual(len(self.send(campaign).sent), 2)
        self.assertEqual(campaign.state, "sending")
        self.assertRegex(campaign.wait_reason, r"^Waits because .*allowance.*\(1 text\)$")
        account._add("top_up", 10)
        self.assertEqual(len(self.drain("bulk").sent), 1)
        self.work()
        self.assertEqual(campaign.state, "done")
        account.mode = "unlimited"
        self.env.flush_all()
        self.assertIs(self.preview(campaign)["left"], False)

    def test_quiet_hours_wait(self):
        now = fields.Datetime.now()
        self.company.write(
            # closed at this hour, wherever the test runs
            {
                "sms_quiet_hours": True,
                "sms_open_from": (now.hour + 6) % 24,
                "sms_open_until": (now.hour + 7) % 24,
            }
        )
        self.company.partner_id.tz = "UTC"
        campaign = self.campaign(self.people(2))
        with patch(
            "odoo.addons.hr_recruitment_texting.rules.quiet_hours.zones_of", lambda number: ("UTC",)
        ):
            [wait] = self.preview(campaign)["waits"]
            self.assertEqual((wait["code"], wait["count"]), ("quiet_hours", 2))
            self.assertFalse(self.send(campaign).sent)
        self.assertEqual(campaign.state, "sending")
        self.assertEqual(set(self.texts(campaign).mapped("wait_code")), {"quiet_hours"})

    # -- the opt-out line -------------------------------------------------------------------

    def test_the_opt_out_line_is_in_every_text(self):
        people = self.people(2)
        self.assertEqual(self.send(self.campaign(people)).bodies[0].count(LINE), 1)
        again = self.send(self.campaign(people, body=f"Hello again. {LINE}."))
        self.assertEqual([body.count(LINE) for body in again.bodies], [1, 1])
        third = self.send(self.campaign(people))
        self.assertTrue(all(LINE in body for body in third.bodies), "not only the first time")

    def test_only_managers_leave_it_out(self):
        people = self.people(1)
        campaign = self.campaign(people)
        with self.assertRaisesRegex(AccessError, "Only SMS managers"):
            campaign.opt_out_line = False
        with self.assertRaisesRegex(AccessError, "Only SMS managers"):
            self.campaigns.create({"name": "x", "opt_out_line": False})
        with self.assertRaisesRegex(AccessError, "Only SMS managers"):
            self.campaigns.with_context(default_opt_out_line=False).create({"name": "x"})
        campaign.with_user(self.manager).opt_out_line = False
        self.assertNotIn(LINE, self.preview(campaign)["examples"][0]["body"])
        self.assertEqual(self.send(campaign).bodies, ["Hello Person"])
        self.assertTrue(campaign.with_user(self.sender).copy().opt_out_line)

    # -- words --------------------------------------------------------------------------------

    def test_placeholders(self):
        boss = self.manager
        boss.name = "Dana Boss"
        self.sender.name = "Sam Sender"
        person = self.person("2001")
        person.write({"user_id": boss.id, "partner_name": "Robin van Dyck"})
        body = " | ".join(entry["name"] for entry in self.campaigns.sms_placeholders())
        campaign = self.campaign(person, body=body)
        self.assertEqual(
            self.send(campaign).bodies[0].split("\n")[0],
            "Robin van Dyck | Robin | Nurse | Acme Hiring | Dana Boss | Sam Sender",
        )
        empty = self.person("2002", user_id=False)
        campaign = self.campaign(empty, body="By {{ object.user_id.name ||| our team }}.")
        self.assertEqual(self.send(campaign).bodies[0].split("\n")[0], "By our team.")

    def test_nothing_is_evaluated(self):
        person = self.person("2001")
        for expression in (
            "object.company_id.sms_twilio_auth_token",
            "user.sudo().write({'name': 'x'})",
            "1 + 1",
            "object.sms_number",
            "object.env.cr.execute('SELECT 1')",
            "object['partner_name']",
        ):
            body = "Hi {{ %s }}" % expression
            for user in (self.sender, self.manager, self.env.user):
                with self.subTest(expression, user=user.login), self.assertRaises(ValidationError):
                    self.campaign(person, body=body, user=user)
            preview = self.preview(self.campaign(person), {"body": body})
            self.assertIn("cannot be filled in", preview["error"])
        # what stands in a name is a name
        person.partner_name = "{{ user.name }} <b>"
        bodies = self.send(self.campaign(person, body="Hi {{ object.partner_name }}")).bodies
        self.assertEqual(bodies[0].split("\n")[0], "Hi {{ user.name }} <b>")

    def template(self, body, **values):
        return self.env["sms.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("hr.applicant"),
                "body": body,
                **values,
            }
        )

    def test_a_template_speaks_each_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        template = self.template("Hi {{ object.partner_name or 'you' }}, 1 + 1 = {{ 1 + 1 }}")
        template.with_context(
            lang="de_DE"
        ).body = "Hallo {{ object.partner_name or 'du' }}, 1 + 1 = {{ 1 + 1 }}"
        english, german = self.person("2001"), self.person("2002")
        german.partner_id = self.env["res.partner"].create({"name": "Uwe", "lang": "de_DE"})
        german.write({"partner_name": "Uwe", "partner_phone": "+12025552002"})
        campaign = self.campaign(english | german, body=False, template_id=template.id)
        bodies = {text.to: text.body for text in self.send(campaign).sent}
        self.assertEqual(bodies["+12025552001"], f"Hi Person 2001, 1 + 1 = 2\n{LINE}")
        self.assertTrue(bodies["+12025552002"].startswith("Hallo Uwe, 1 + 1 = 2\n"))
        self.assertIn("Sende STOP", bodies["+12025552002"])

    def test_an_edited_template_is_a_text_by_hand(self):
        template = self.template(
            "Hi {{ object.partner_name or '' }}, {{ (object.company_id or user.company_id).name }}"
            " has {{ object.job_id.name or 'a job' }}"
        )
        form = self.campaigns.new({"template_id": template.id})
        form._onchange_template_id()
        self.assertEqual(
            form.body,
            "Hi {{ object.partner_name }}, {{ object.company_id.name }}"
            " has {{ object.job_id.name ||| a job }}",
        )
        campaign = self.campaign(self.person("2001"), body=f"{form.body}!", template_id=template.id)
        self.assertEqual(
            self.send(campaign).bodies[0].split("\n")[0],
            "Hi Person 2001, Acme Hiring has Nurse!",
        )
        odd = self.template("Hi {{ object.partner_name[:1] }}")
        with self.assertRaises(ValidationError):
            self.campaign(
                self.person("2002"), body="Ho {{ object.partner_name[:1] }}", template_id=odd.id
            )

    def test_a_template_that_fails_pauses_the_campaign(self):
        template = self.template("Hi {{ 1 / (len(object.partner_name) - 4) }}")
        people = self.people(2)
        campaign = self.campaign(people, body=False, template_id=template.id)
        campaign.action_start()
        people.partner_name = "Four"
        self.work()
        self.assertEqual(campaign.state, "paused")
        self.assertIn("cannot be filled in", campaign.pause_reason)
        self.assertFalse(self.texts(campaign))
        people.partner_name = "Longer"
        campaign.action_resume()
        self.work()
        self.assertEqual(len(self.texts(campaign)), 2)

    def test_whom_a_template_fails_for_takes_the_text_from_nobody_else(self):
        template = self.template("Hi {{ 1 / (len(object.partner_name) - 4) }}")
        people = self.people(5)
        people[3].partner_name = "Four"
        campaign = self.campaign(people, body=False, template_id=template.id)
        preview = self.preview(campaign)
        self.assertEqual((preview["going"], preview["error"]), (4, ""))
        [refused] = preview["refusals"]
        self.assertEqual(refused["count"], 1)
        self.assertIn(f"{template.name} cannot be filled in", refused["reason"])
        listed = self.campaigns.sms_preview_list(campaign.id, code=refused["code"])
        self.assertEqual(listed["domain"], [("id", "in", people[3].ids)])
        self.send(campaign)
        self.assertEqual(campaign.state, "done")
        self.assertEqual(self.texts(campaign).applicant_id, people - people[3])
        recipient = campaign.recipient_ids.filtered(lambda one: one.applicant_id == people[3])
        self.assertEqual(recipient.state, "refused")
        self.assertIn("cannot be filled in", recipient.reason)

    def test_a_template_that_fails_for_many_pauses_the_campaign(self):
        template = self.template("Hi {{ 1 / (len(object.partner_name) - 4) }}")
        people = self.people(6)
        people[:3].partner_name = "Four"
        campaign = self.campaign(people, body=False, template_id=template.id)
        with patch.object(hr_sms_campaign_text, "MOST_FAILED", 2):
            self.assertIn("cannot be filled in", self.preview(campaign)["error"])
            campaign.action_start()
            self.work()
        self.assertEqual(campaign.state, "paused")
        self.assertFalse(self.texts(campaign))

    # -- whom -----------------------------------------------------------------------------------

    def saved_filter(self, domain, user=None, **values):
        return self.env["ir.filters"].create(
            {
                "name": "Saved",
                "model_id": "hr.applicant",
                "domain": domain,
                "user_ids": [Command.set((user or self.sender).ids)],
                **values,
            }
        )

    def test_a_saved_filter_is_asked_when_it_is_started(self):
        self.people(2)
        saved = self.saved_filter("[('partner_name', 'like', 'Person 20')]")
        campaign = self.campaigns.create({"filter_id": saved.id, "body": "Hello"})
        self.assertEqual(self.preview(campaign)["going"], 2)
        self.person("2055")
        self.assertEqual(self.preview(campaign)["going"], 3)
        campaign.action_start()
        self.person("2056")
        self.work()
        self.assertEqual(len(self.texts(campaign)), 3)

    def test_a_saved_filter_with_dates_and_one_that_is_broken(self):
        self.people(1)
        saved = self.saved_filter(
            "[('create_date', '>=', (context_today() - relativedelta(days=1)).strftime('%Y-%m-%d')),"
            " ('partner_name', 'like', 'Person')]",
            sort='["partner_name desc"]',
        )
        campaign = self.campaigns.create({"filter_id": saved.id, "body": "Hello"})
        self.assertEqual(self.preview(campaign)["going"], 1)
        for domain in (
            "[('no_such_field', '=', 1)]",
            "__import__('os')",
            "[(",
            "[('id', '=', env)]",
        ):
            saved.domain = domain
            self.assertIn("cannot be used here", self.preview(campaign)["error"], domain)
            with self.assertRaises(UserError):
                campaign.action_start()

    def test_a_filter_finds_what_the_user_may_read(self):
        mine, theirs = self.people(2)
        interviewer = self.interviewer
        interviewer.group_ids += self.env.ref("hr_recruitment_texting.group_sms_send")
        mine.interviewer_ids = interviewer
        saved = self.saved_filter("[('partner_name', 'like', 'Person')]", interviewer)
        campaigns = self.env["hr.sms.campaign"].with_user(interviewer)
        campaign = campaigns.create({"filter_id": saved.id, "body": "Hello {{ first_name }}"})
        preview = self.preview(campaign, user=interviewer)
        self.assertEqual((preview["count"], preview["going"]), (1, 1))
        self.assertEqual(preview["examples"][0]["number"], "+1 202-555-2000")
        self.send(campaign)
        self.assertEqual(self.texts(campaign).applicant_id, mine)
        # a colleague's own filter is not theirs to use
        private = self.saved_filter("[]", self.manager)
        preview = self.preview(campaign, {"filter_id": private.id}, user=interviewer)
        self.assertEqual(preview.keys(), {"error"})
        self.assertFalse(self.texts(campaign).filtered(lambda text: text.applicant_id == theirs))

    def test_another_companys_applicants_are_not_texted(self):
        other = self.env["res.company"].create(
            {"name": "Sister", "country_id": self.env.ref("base.us").id}
        )
        self.sender.company_ids += other
        theirs = self.make_applicant(
            company_id=other.id, job_id=False, partner_phone="+12025552009"
        )
        self.append("granted", "job_form", theirs)
        both = self.person("2001") | theirs
        sender = self.sender.with_context(allowed_company_ids=[self.company.id, other.id])
        campaign = self.campaign(both.with_context(**sender.env.context))
        campaign = campaign.with_context(**sender.env.context)
        self.assertEqual(campaign.company_id, self.company)
        preview = campaign.sms_preview(campaign.id)
        self.assertEqual(preview["going"], 1)
        self.assertEqual(preview["refusals"][0]["code"], "campaign_other_company")
        self.send(campaign)
        self.assertEqual(len(self.texts(campaign)), 1)

    def test_the_first_number_with_consent(self):
        main, second, neither = (
            self.person("2001"),
            self.applicant,
            self.make_applicant(partner_name="Neither", partner_phone="+12025552003"),
        )
        self.append("withdrawn", "manual", second)
        for applicant, number in (
            (main, "+12025552091"),
            (second, "+12025552092"),
            (second, "+12025552093"),
            (neither, "+12025552094"),
        ):
            applicant.with_user(self.sender).sms_number_add(number)
        second.sms_consent_grant(number="+12025552093", note="by phone")
        campaign = self.campaign(main | second | neither)
        self.assertEqual(self.preview(campaign)["going"], 1)
        self.assertEqual(self.preview(campaign, {"number_rule": "agreed"})["going"], 2)
        campaign.number_rule = "agreed"
        sent = self.send(campaign).sent
        self.assertEqual(sorted(text.to for text in sent), ["+12025552001", "+12025552093"])

    def test_nobody_is_no_campaign(self):
        campaign = self.campaigns.create({"body": "Hello"})
        with self.assertRaisesRegex(UserError, "no recipients yet"):
            campaign.action_start()

    # -- when -------------------------------------------------------------------------------------

    def test_at_its_time(self):
        campaign = self.campaign(self.people(2))
        campaign.scheduled_date = fields.Datetime.now() - timedelta(minutes=1)
        with self.assertRaisesRegex(UserError, "This time is over"):
            campaign.action_start()
        campaign.scheduled_date = fields.Datetime.now() + timedelta(hours=1)
        campaign.action_start()
        self.assertEqual(campaign.state, "scheduled")
        self.work()
        self.assertFalse(self.texts(campaign))
        with self.assertRaisesRegex(UserError, "Take it back to draft"):
            campaign.body = "Other words"
        campaign.action_to_draft()
        campaign.write({"body": "Other words"})
        campaign.action_start()
        later = fields.Datetime.now() + timedelta(hours=2)
        with patch.object(fields.Datetime, "now", lambda: later):
            self.work()
            self.assertEqual(len(self.drain("bulk").sent), 2)
            self.work()
        self.assertEqual(campaign.state, "done")

    def test_spread_over_time(self):
        people = self.people(4)
        for values, gap in (
            ({"spread": "rate", "per_hour": 60}, timedelta(minutes=1)),
            ({"spread": "period", "spread_hours": 2}, timedelta(minutes=30)),
        ):
            with self.subTest(values), patch.object(hr_sms_campaign_run, "CHUNK", 3):
                campaign = self.campaign(people, **values)
                campaign.action_start()
                self.work()
                texts = self.texts(campaign)
                self.assertEqual(texts.mapped("state"), ["queued"] + ["scheduled"] * 3)
                self.assertEqual(
                    texts.mapped("scheduled_date"),
                    [False, *(campaign.start_date + gap * number for number in (1, 2, 3))],
                )
                self.assertEqual(len(self.drain("bulk").sent), 1)
                later = campaign.start_date + gap * 2 + timedelta(seconds=1)
                with patch.object(fields.Datetime, "now", lambda later=later: later):
                    self.assertEqual(len(self.drain("bulk").sent), 2)
                self.assertEqual(campaign.state, "sending")
                campaign.action_stop()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "pace_positive"),
            self.cr.savepoint(),
        ):
            self.campaign(people, spread="rate", per_hour=0).flush_recordset()

    # -- bit by bit -------------------------------------------------------------------------------

    def test_a_number_gets_it_once_across_bits(self):
        first = self.person("2001")
        again = self.make_applicant(
            partner_name=first.partner_name,
            email_from=first.email_from,
            partner_phone=first.partner_phone,
        )
        campaign = self.campaign(first | self.person("2002") | again)
        with patch.object(hr_sms_campaign_run, "CHUNK", 1):
            self.send(campaign)
        self.assertEqual(len(self.texts(campaign)), 2)
        duplicate = campaign.recipient_ids.filtered(lambda one: one.applicant_id == again)
        self.assertEqual((duplicate.state, duplicate.code), ("refused", "duplicate"))

    def test_a_crash_doubles_nothing(self):
        campaign = self.campaign(self.people(4))
        campaign.action_start()
        self.env.flush_all()
        model = self.registry["hr.sms.campaign"]
        make, calls = model._make_texts, []

        def crash(campaigns):
            calls.append(1)
            make(campaigns)
            if len(calls) == 2:
                raise ZeroDivisionError  # after the texts were made, before they are noted

        with (
            patch.object(hr_sms_campaign_run, "CHUNK", 2),
            patch.object(model, "_make_texts", crash),
            self.assertLogs(
                "odoo.addons.hr_recruitment_texting.models.hr_sms_campaign_run", "ERROR"
            ),
        ):
            self.work()
        self.assertEqual((campaign.state, len(self.texts(campaign))), ("paused", 2))
        campaign.action_resume()
        self.send_rest(campaign)
        self.assertEqual(len(self.texts(campaign)), 4)
        self.assertEqual(len(self.texts(campaign).thread_id), 4)

    def send_rest(self, campaign):
        self.work()
        self.drain("bulk")
        self.work()
        self.assertEqual(campaign.state, "done")

    def test_a_sender_who_lost_the_right_sends_no_more(self):
        campaign = self.campaign(self.people(2))
        campaign.action_start()
        self.sender.group_ids -= self.env.ref("hr_recruitment_texting.group_sms_send")
        self.work()
        self.assertEqual(campaign.sudo().state, "paused")
        self.assertIn("may not send texts any more", campaign.sudo().pause_reason)
        self.assertFalse(self.texts(campaign))

    def test_a_campaign_that_cannot_go_on_says_so_to_its_people(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.sender.lang = "de_DE"
        campaign = self.campaign(self.people(2), user_id=self.viewer.id)
        campaign.action_start()
        self.sender.active = False  # left
        self.work()
        campaign = campaign.with_user(self.viewer)
        self.assertEqual(campaign.state, "paused")
        self.assertIn("darf keine SMS mehr senden", campaign.pause_reason)
        [told] = self.env["mail.message"].search(
            [("subject", "=", f"Campaign paused: {campaign.name}")]
        )
        self.assertEqual(told.notified_partner_ids, self.viewer.partner_id)
        self.assertIn("Open it under", told.body)

    def test_a_filter_taken_away_leaves_no_list(self):
        self.people(2)
        saved = self.saved_filter("[('partner_name', 'like', 'Person 20')]")
        campaign = self.campaigns.create(
            {
                "body": "Hello",
                "filter_id": saved.id,
                "scheduled_date": fields.Datetime.now() + HOUR,
            }
        )
        campaign.action_start()
        self.assertEqual(len(campaign.recipient_ids), 2)
        campaign.action_to_draft()
        saved.unlink()
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "no recipients yet"):
            campaign.action_start()

    def test_what_still_sends_is_not_put_away(self):
        campaign = self.campaign(self.people(2))
        campaign.action_start()
        with self.assertRaisesRegex(UserError, "Stop it first"):
            campaign.action_archive()
        campaign.action_stop()
        campaign.action_archive()

    # -- pause, resume, stop ------------------------------------------------------------------------

    def test_pause_and_resume(self):
        campaign = self.campaign(self.people(4), spread="rate", per_hour=60)
        with patch.object(hr_sms_campaign_run, "CHUNK", 2):
            campaign.action_start()
            campaign.sudo()._make_texts()
            self.env.flush_all()
        self.env.invalidate_all()
        campaign.action_pause()
        self.assertEqual(set(self.texts(campaign).mapped("wait_code")), {"campaign_paused"})
        self.work()
        self.assertFalse(self.drain("bulk").sent)
        self.assertEqual(len(self.texts(campaign)), 2, "no more are made")
        dates = self.texts(campaign).mapped("scheduled_date")
        campaign.sudo().paused_date -= timedelta(hours=1)
        self.env.flush_all()
        campaign.action_resume()
        self.assertEqual(campaign.state, "sending")
        self.assertEqual(set(self.texts(campaign).mapped("wait_code")), {False})
        shifted = self.texts(campaign)[1].scheduled_date - dates[1]
        self.assertAlmostEqual(shifted.total_seconds(), 3600, delta=30)
        self.assertEqual(len(self.drain("bulk").sent), 1)
        with self.assertRaisesRegex(UserError, "Meanwhile this campaign went on"):
            campaign.action_resume()

    def test_the_preview_of_a_time_to_come_tells_of_that_hour(self):
        self.company.sms_quiet_hours = True
        campaign = self.campaign(self.people(2))
        with freeze_time("2026-01-14 07:00:00"):  # 2:00 there
            [wait] = self.preview(campaign)["waits"]
            self.assertEqual((wait["code"], wait["count"]), ("quiet_hours", 2))
            asked = {"scheduled_date": "2026-01-14 16:00:00"}
            self.assertFalse(self.preview(campaign, asked)["waits"])
            campaign.scheduled_date = "2026-01-14 16:00:00"
            self.assertFalse(self.preview(campaign)["waits"])
        with freeze_time("2026-01-14 16:00:00"):  # 11:00 there
            self.assertFalse(self.preview(campaign)["waits"])
            asked = {"scheduled_date": "2026-01-15 07:00:00"}
            [wait] = self.preview(campaign, asked)["waits"]
            self.assertEqual((wait["code"], wait["count"]), ("quiet_hours", 2))

    def test_the_preview_of_a_pace_tells_who_comes_to_the_night(self):
        self.company.sms_quiet_hours = True
        campaign = self.campaign(self.people(6) | self.make_applicant(partner_phone=False))
        with freeze_time("2026-01-14 23:30:00"):  # 18:30 there, the night begins at 21:00
            self.assertFalse(self.preview(campaign)["waits"])
            for asked, nights in (
                ({"spread": "rate", "per_hour": 1}, 3),  # 21:30, 22:30 and 23:30
                ({"spread": "rate", "per_hour": 60}, 0),
                ({"spread": "period", "spread_hours": 7}, 3),
                ({"spread": "none", "per_hour": 1}, 0),
                ({"spread": "rate", "per_hour": 1, "scheduled_date": "2026-01-15 01:30:00"}, 5),
                # what is night now is day then
                ({"spread": "rate", "per_hour": 1, "scheduled_date": "2026-01-15 15:30:00"}, 0),
            ):
                with self.subTest(asked=asked):
                    waits = self.preview(campaign, asked)["waits"]
                    self.assertEqual(sum(wait["count"] for wait in waits), nights)
                    self.assertLessEqual({wait["code"] for wait in waits}, {"quiet_hours"})

    def test_over_some_hours_also_where_some_get_none(self):
        people = self.people(6)
        self.append("withdrawn", "manual", people[1])
        self.append("withdrawn", "manual", people[4])
        with patch.object(hr_sms_campaign_run, "CHUNK", 4):
            campaign = self.campaign(people, spread="period", spread_hours=6)
            campaign.action_start()
            self.work()
        self.assertEqual(
            [
                text.scheduled_date and (text.scheduled_date - campaign.start_date) / HOUR
                for text in self.texts(campaign)
            ],
            [False, 2, 3, 5],
        )

    def test_a_pause_over_its_time_keeps_the_pace(self):
        campaign = self.campaign(self.people(4), spread="rate", per_hour=60)
        now = fields.Datetime.now()
        campaign.scheduled_date = now + timedelta(minutes=1)
        campaign.action_start()
        campaign.action_pause()
        with freeze_time(now + timedelta(minutes=5)):
            campaign.action_resume()
            self.work()
            texts = self.texts(campaign)
            self.assertEqual(texts.mapped("state"), ["queued"] + ["scheduled"] * 3)
            self.assertEqual(texts[1].scheduled_date - fields.Datetime.now(), timedelta(minutes=1))

    def test_beside_texts_of_no_campaign(self):
        """Both kinds in one bite of the queue."""
        people = self.people(2)
        campaign = self.campaign(people[0])
        campaign.action_start()
        self.work()
        text = people[1]._sms_text(people[1].sms_number, "Automatic", kind="auto")
        self.env["hr.sms.message"]._offer([text])
        self.assertEqual(len(self.drain("bulk").sent), 2)

    def test_who_is_refused_after_the_start_gets_nothing(self):
        people = self.people(3)
        people[0].active = False
        campaign = self.campaign(people, scheduled_date=fields.Datetime.now() + timedelta(hours=1))
        campaign.action_start()
        people[1].active = False
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            self.work()
            self.assertEqual(
                self.texts(campaign).applicant_id,
                people[0] | people[2],
                "who was archived is meant",
            )
        recipients = campaign.recipient_ids.with_context(active_test=False)
        refused = recipients.filtered(lambda one: one.applicant_id == people[1])
        self.assertEqual((refused.state, refused.code), ("refused", "campaign_closed"))
        self.assertIn("after the campaign was started", refused.reason)

    def test_what_a_colleague_changed_meanwhile_is_not_sent_unseen(self):
        campaign = self.campaign(self.people(1))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE hr_sms_campaign SET write_date = write_date - interval '1 minute'"
        )
        self.env.invalidate_all()
        seen = fields.Datetime.to_string(campaign.write_date)
        campaign.with_user(self.manager).body = "Other words"
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "changed this campaign meanwhile"):
            campaign.with_context(sms_seen=seen).action_start()
        seen = fields.Datetime.to_string(campaign.write_date)
        campaign.with_context(sms_seen=seen).action_start()
        self.assertEqual(campaign.state, "sending")

    def test_a_reminder_goes_to_the_number_that_got_the_text(self):
        campaign = self.campaign(self.people(1), number_rule="agreed")
        self.send(campaign)
        action = campaign.action_text_unanswered()
        again = self.env["hr.sms.campaign"].browse(action["res_id"])
        self.assertEqual(again.number_rule, "agreed")

    def test_a_colleagues_own_filter_is_named(self):
        saved = self.saved_filter("[]", user_ids=[Command.set(self.manager.ids)])
        campaign = (
            self.env["hr.sms.campaign"]
            .with_user(self.manager)
            .create({"name": "Theirs", "filter_id": saved.id, "body": "Hello"})
        )
        error = self.preview(campaign.with_user(self.sender), {})["error"]
        self.assertEqual(
            error,
            f"This saved filter belongs to {self.manager.name}. Ask them to share it, or choose"
            " another one.",
        )

    def test_what_the_queue_claims_of_a_paused_campaign_waits(self):
        campaign = self.campaign(self.people(2))
        campaign.action_start()
        self.work()
        # as if the sender had held the rows while it was paused
        campaign.sudo().write({"state": "paused", "paused_date": fields.Datetime.now()})
        self.assertFalse(self.drain("bulk").sent)
        self.assertEqual(set(self.texts(campaign).mapped("wait_code")), {"campaign_paused"})
        campaign.action_resume()
        self.assertEqual(len(self.drain("bulk").sent), 2)

    def test_claimed_and_then_stopped_does_not_leave(self):
        campaign = self.campaign(self.people(2))
        campaign.action_start()
        self.work()
        messages = self.registry["hr.sms.message"]
        claim = messages._claim

        def claim_and_stop(queue, *args):
            claimed = claim(queue, *args)
            queue.env["hr.sms.campaign"].browse(campaign.id).state = "stopped"
            queue.env.flush_all()
            return claimed

        with patch.object(messages, "_claim", claim_and_stop):
            self.assertFalse(self.drain("bulk").sent)
        texts = self.texts(campaign)
        self.assertEqual(set(texts.mapped("state")), {"canceled"})
        self.assertEqual(set(texts.mapped("failure_code")), {"campaign_stopped"})
        self.assertFalse(any(texts.mapped("is_charged")), "and the allowance has it back")

    def test_stop(self):
        campaign = self.campaign(self.people(4))
        campaign.action_start()
        with patch.object(hr_sms_campaign_run, "CHUNK", 2):
            campaign.sudo()._make_texts()
            self.env.flush_all()
            self.env.invalidate_all()
            campaign.action_stop()
            self.work()
        self.assertFalse(self.drain("bulk").sent)
        self.assertEqual(campaign.state, "stopped")
        self.assertEqual(set(self.texts(campaign).mapped("state")), {"canceled"})
        self.assertEqual((campaign.skipped_count, campaign.waiting_count), (4, 0))
        self.assertEqual(campaign.progress, 0, "it stays where it was stopped")
        [line] = campaign.sms_result()["skipped"]
        self.assertEqual((line["code"], line["count"]), ("campaign_stopped", 4))
        with self.assertRaisesRegex(UserError, "Meanwhile"):
            campaign.action_stop()

    # -- afterwards -------------------------------------------------------------------------------

    def receive(self, applicant, body):
        self.env["hr.sms.message"]._receive(
            self.company.ids,
            f"SM{applicant.id:032}{len(body)}",
            {"From": applicant.sms_number, "To": "+12025550100", "Body": body},
        )
        self.env.flush_all()
        self.env.invalidate_all()

    def test_answers_are_counted_and_the_others_texted_again(self):
        people = self.people(4)
        campaign = self.campaign(people)
        self.send(campaign)
        self.receive(people[0], "Yes, I come")
        self.receive(people[1], "STOP")
        self.assertEqual((campaign.replied_count, campaign.opted_out_count), (1, 1))
        replied = self.env["hr.sms.campaign.recipient"].search(
            [("campaign_id", "=", campaign.id), ("is_replied", "=", True)]
        )
        self.assertEqual(replied.applicant_id, people[0], "an opt-out is no answer")
        silent = self.env["hr.sms.campaign.recipient"].search(
            [("campaign_id", "=", campaign.id), ("is_replied", "=", False)]
        )
        self.assertEqual(silent.applicant_id, people[1:])
        self.assertEqual(silent.mapped("is_opted_out"), [True, False, False])
        again = self.campaigns.browse(campaign.action_text_unanswered()["res_id"])
        self.assertEqual(again.state, "draft")
        self.assertEqual(again.recipient_ids.applicant_id, people[2:])
        again.body = "And you?"
        self.send(again)
        # a reply now answers the second one
        self.receive(people[2], "Oh, sorry")
        self.env.invalidate_all()
        self.assertEqual((campaign.replied_count, again.replied_count), (1, 1))
        for shown, count in (("replied", 1), ("opted_out", 1), ("sent", 4), ("recipients", 4)):
            action = campaign.with_context(sms_shown=shown).action_recipients()
            found = self.env[action["res_model"]].search_count(action["domain"])
            self.assertEqual(found, count, shown)

    def test_who_was_refused_since_is_not_texted_again(self):
        people = self.people(4)
        people[3].action_archive()
        campaign = self.campaign(people)  # chosen though archived: that is meant
        preview = self.preview(campaign)
        self.assertEqual((preview["going"], preview["closed"]), (4, 1))
        action = self.env["hr.sms.campaign"].with_user(self.sender)
        action = action.sms_preview_list(campaign.id, code="closed")
        self.assertEqual(action["domain"], [("id", "in", people[3].ids)])
        self.send(campaign)
        people[0].action_archive()
        self.env.invalidate_all()
        again = self.campaigns.browse(campaign.action_text_unanswered()["res_id"])
        listed = again.recipient_ids.with_context(active_test=False).applicant_id
        self.assertEqual(listed, people[1:])

    def test_refused_between_two_starts(self):
        people = self.people(2)
        people[0].action_archive()
        campaign = self.campaign(people, scheduled_date=fields.Datetime.now() + HOUR)
        campaign.action_start()
        campaign.action_to_draft()
        people[0].action_unarchive()
        campaign.action_start()
        people[0].action_archive()
        self.env.invalidate_all()
        with freeze_time(fields.Datetime.now() + 2 * HOUR):
            self.work()
        self.assertEqual(self.texts(campaign).applicant_id, people[1])

    def test_failures_by_reason(self):
        people = self.people(3)
        campaign = self.campaign(people)
        campaign.action_start()
        self.work()
        texts = self.texts(campaign)
        texts[0].write({"state": "failed", "failure_code": "30005"})
        texts[1].write({"state": "failed", "failure_code": "30005"})
        texts[2].write({"state": "delivered"})
        self.env.flush_all()
        self.work()
        self.assertEqual(campaign.state, "done")
        self.assertEqual((campaign.failed_count, campaign.delivered_count), (2, 1))
        [line] = campaign.sms_result()["failed"]
        self.assertEqual((line["code"], line["count"]), ("30005", 2))
        self.assertIn("no longer in service", line["reason"])
        action = campaign.sms_result_list("30005")
        self.assertEqual(self.env[action["res_model"]].search_count(action["domain"]), 2)

    def test_replies_go_to_the_person_named(self):
        people = self.people(3)
        threads = [self.thread_of(person) for person in people]
        threads[1].user_id = self.manager
        campaign = self.campaign(people, user_id=self.viewer.id)
        self.send(campaign)
        self.assertFalse(threads[0].user_id, "only who answers is somebody's work")
        for person in people[:2]:
            self.receive(person, "Yes, I come")
        self.assertEqual(threads[0].user_id, self.viewer)
        self.assertEqual(threads[1].user_id, self.manager, "somebody looked after it already")
        # by the short way in, too
        taken = self.env["hr.sms.message"]._receive_ordinary(
            self.company.ids,
            "SM" + "7" * 32,
            {"From": people[2].sms_number, "To": "+12025550100", "Body": "Me too"},
        )
        self.assertTrue(taken)
        self.env.invalidate_all()
        self.assertEqual(threads[2].user_id, self.viewer)
        with self.assertRaisesRegex(ValidationError, "may not see texts"):
            campaign.user_id = self.nobody

    def test_replies_go_to_nobody_who_may_not_read_them(self):
        people = self.people(2)
        threads = [self.thread_of(person) for person in people]
        campaign = self.campaign(people, user_id=self.viewer.id)
        self.send(campaign)
        self.viewer.group_ids -= self.env.ref("hr_recruitment_texting.group_sms_view")
        self.receive(people[0], "Yes, I come")
        form = {"From": people[1].sms_number, "To": "+12025550100", "Body": "Me too"}
        messages = self.env["hr.sms.message"]
        self.assertTrue(messages._receive_ordinary(self.company.ids, "SM" + "7" * 32, form))
        self.env.invalidate_all()
        for thread in threads:
            self.assertFalse(thread.user_id)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.manager.write({"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id})
        with self.assertRaisesRegex(ValidationError, "may not see texts of Acme Hiring"):
            campaign.user_id = self.manager

    def test_replies_of_others_go_to_nobody(self):
        """Also by the short way in, while the newest text of all is the campaign's."""
        other = self.person("2090")
        thread = self.thread_of(other)
        self.send(self.campaign(self.people(2), user_id=self.viewer.id))
        taken = self.env["hr.sms.message"]._receive_ordinary(
            self.company.ids,
            "SM" + "8" * 32,
            {"From": other.sms_number, "To": "+12025550100", "Body": "Any news?"},
        )
        self.assertTrue(taken)
        self.env.invalidate_all()
        self.assertFalse(thread.user_id)

    def test_a_later_text_by_hand_ends_it(self):
        person = self.person("2001")
        self.send(self.campaign(person, user_id=self.viewer.id))
        person.with_user(self.sender).sms_send("Just me")
        self.drain()
        self.receive(person, "Hello Sam")
        self.assertFalse(self.thread_of(person).user_id)

    def test_duplicates_archive_and_delete(self):
        campaign = self.campaign(self.people(2))
        copied = campaign.copy()
        self.assertEqual(copied.recipient_ids.applicant_id, campaign.recipient_ids.applicant_id)
        self.assertEqual((copied.state, copied.body), ("draft", campaign.body))
        copied.recipient_ids[0].unlink()
        self.assertEqual(copied.recipient_count, 1)
        copied.unlink()
        self.send(campaign)
        with self.assertRaisesRegex(UserError, "Archive them instead"):
            campaign.unlink()
        with self.assertRaisesRegex(UserError, "recipients stay"):
            campaign.recipient_ids[0].unlink()
        campaign.active = False
        self.assertEqual(campaign.copy().recipient_count, 2)

    def test_drafts_left_without_a_word_are_cleared_away(self):
        empty = self.campaign(self.people(1), body=False)
        kept = self.campaign(self.people(1, 2050))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE hr_sms_campaign SET write_date = write_date - interval '2 days' WHERE id = ANY(%s)",
            [[empty.id, kept.id]],
        )
        self.env.invalidate_all()
        self.env["hr.sms.campaign"]._gc_untouched()
        self.assertFalse(empty.exists())
        self.assertTrue(kept.exists())

    def test_erasing_a_candidate_leaves_nothing_of_theirs(self):
        person = self.person("2001")
        campaign = self.campaign(person | self.person("2002"))
        self.send(campaign)
        action = person.with_user(self.manager).action_sms_erase()
        wizard = self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])
        wizard.action_erase()
        self.env.invalidate_all()
        self.assertEqual(sorted(map(bool, self.texts(campaign).mapped("body"))), [False, True])
        person.sudo().unlink()
        self.assertEqual(campaign.recipient_count, 1)
