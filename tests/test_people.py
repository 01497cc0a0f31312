"""People and numbers: consent stays with company and number, whatever happens to the records."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import CANDIDATE, OUR_NUMBER, TextingCase
from .test_webhooks import WebhookCase

SECOND = "+12025550143"
THIRD = "+12025550144"


class PeopleMixin:
    """What these tests ask, the way a client does."""

    def rpc(self, model, method, *args, user=None, companies=None, **kwargs):
        """Call a method as a user's client does.

        :param user: ``res.users``, the sender by default
        :param companies: ids of the companies that are switched on
        """
        self.env.flush_all()
        self.env.invalidate_all()
        context = {"allowed_company_ids": companies} if companies else {}
        env = self.env(user=user or self.sender, context=context)
        return call_kw(env[model], method, args, kwargs)

    def tab(self, applicant=None, **kwargs):
        applicant = applicant or self.applicant
        return self.rpc("hr.applicant", "sms_tab", applicant.ids, **kwargs)

    def send(self, applicant=None, body="Hello", **kwargs):
        applicant = applicant or self.applicant
        return self.rpc("hr.applicant", "sms_send", applicant.ids, body, **kwargs)

    def save(self, record, **values):
        self.rpc(record._name, "write", record.ids, values)

    def grant(self, applicant=None, user=None, **kwargs):
        applicant = applicant or self.applicant
        return self.rpc("hr.applicant", "sms_consent_grant", applicant.ids, user=user, **kwargs)

    def assertMayText(self, applicant=None):
        """The tab, the gate behind the send method and the lists say the same: it may go."""
        applicant = applicant or self.applicant
        tab = self.tab(applicant)
        self.assertEqual((tab["gate"]["code"], tab["consent"]["state"]), ("", "granted"))
        self.assertTrue(self.send(applicant))
        self.assertIn(applicant, self.found("granted"))

    def assertRefused(self, code, applicant=None, **kwargs):
        """The tab tells why, and the send method refuses with the same words."""
        applicant = applicant or self.applicant
        tab = self.tab(applicant, **kwargs)
        self.assertEqual(tab["gate"]["code"], code)
        number = kwargs.get("number")
        with self.assertRaises(UserError) as refused, self.env.cr.savepoint():
            self.send(applicant, number=number)
        self.assertIn(tab["gate"]["reason"], str(refused.exception))
        return tab

    def found(self, state, **kwargs):
        ids = self.rpc(
            "hr.applicant",
            "search",
            [("sms_consent_state", "=", state), ("active", "in", [True, False])],
            **kwargs,
        )
        return self.env["hr.applicant"].browse(ids)

    def notices(self, tab):
        return {notice["code"]: notice["text"] for notice in tab["notices"]}

    def events(self, number=CANDIDATE, company=None):
        threads = self.env["hr.sms.thread"]._find(company or self.company, [number])
        thread = threads.get(number, self.env["hr.sms.thread"])
        return [event.event for event in thread.consent_ids.sorted("sequence")]


class PeopleCase(PeopleMixin, TextingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        creator = cls.env.ref("base.group_partner_manager")
        cls.sender.group_ids += creator


@tagged("post_install", "-at_install")
class TestContacts(PeopleCase):
    def merge(self, partners, into):
        """Merge contacts as somebody does on the contacts' list."""
        wizard = (
            self.env["base.partner.merge.automatic.wizard"]
            .with_context(active_model="res.partner", active_ids=partners.ids)
            .create({"dst_partner_id": into.id, "partner_ids": [Command.set(partners.ids)]})
        )
        wizard.action_merge()
        self.env.invalidate_all()

    def two_contacts(self):
        return self.env["res.partner"].create(
            [
                {"name": "Robin", "email": "robin@example.com", "phone": CANDIDATE},
                {"name": "Robin Candidate", "email": "robin@example.com", "phone": SECOND},
            ]
        )

    def test_merging_contacts_moves_no_consent(self):
        one, two = self.two_contacts()
        self.applicant.partner_id = one
        other = self.make_applicant(partner_name="R. C.", partner_phone=SECOND)
        other.partner_id = two
        self.grant()
        self.assertRefused("consent_none", other)
        self.merge(one | two, two)
        self.assertFalse(one.exists())
        self.assertEqual((self.applicant | other).partner_id, two)
        self.assertMayText()
        self.assertEqual(self.applicant.sms_number, CANDIDATE)
        self.assertRefused("consent_none", other)
        self.assertEqual((self.events(), self.events(SECOND)), (["granted"], []))

    def test_merging_contacts_keeps_an_opt_out(self):
        one, two = self.two_contacts()
        self.applicant.partner_id = one
        other = self.make_applicant(partner_phone=SECOND, partner_id=two.id)
        self.append("withdrawn", "keyword")
        self.grant(other)
        self.merge(one | two, two)
        self.assertRefused("consent_locked")
        self.assertMayText(other)

    def test_merged_contacts_are_one_person(self):
        one, two = self.two_contacts()
        self.applicant.write({"partner_id": one.id, "partner_name": "Robin"})
        two.email = "rc@example.com"
        again = self.make_applicant(partner_name="R. C.", partner_id=two.id)
        self.grant()
        self.assertRefused("consent_other_person", again)
        two.email = "robin@example.com"
        self.merge(one | two, two)
        self.assertMayText(again)

    def test_deleting_the_contact(self):
        one, _two = self.two_contacts()
        self.applicant.partner_id = one
        self.grant()
        one.unlink()
        self.assertFalse(self.applicant.partner_id)
        self.assertMayText()

    def test_changing_the_contacts_phone(self):
        one, _two = self.two_contacts()
        self.applicant.partner_id = one
        self.grant()
        one.phone = THIRD
        self.assertEqual(self.applicant.sms_number, CANDIDATE, "Odoo keeps the application's")
        self.assertMayText()


@tagged("post_install", "-at_install")
class TestApplications(PeopleCase):
    def test_a_duplicate_shares_consent_and_conversation(self):
        self.grant()
        self.send(body="For the first")
        [copy] = self.rpc("hr.applicant", "copy", self.applicant.ids)
        copy = self.env["hr.applicant"].browse(copy)
        self.assertEqual(copy.partner_name, "Robin Candidate (copy)")
        self.assertMayText(copy)
        bodies = [message["body"] for message in self.tab(copy)["messages"]]
        self.assertEqual(bodies, ["For the first", "Hello"])
        [again] = self.rpc("hr.applicant", "copy", copy.ids)
        self.assertMayText(self.env["hr.applicant"].browse(again))
        self.assertEqual(self.events(), ["granted"])

    def test_a_duplicate_made_in_another_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.grant()
        copy = self.applicant.with_context(lang="de_DE").copy()
        self.assertEqual(copy.partner_name, "Robin Candidate (Kopie)")
        self.assertMayText(copy)

    def test_somebody_elses_name_is_no_duplicate(self):
        self.grant()
        for name in ("Robin Candidate (sister)", "(copy)", "Kim (copy)"):
            other = self.make_applicant(partner_name=name)
            self.assertRefused("consent_other_person", other)

    def test_an_opt_out_holds_for_the_duplicate(self):
        self.append("withdrawn", "keyword")
        [copy] = self.rpc("hr.applicant", "copy", self.applicant.ids)
        copy = self.env["hr.applicant"].browse(copy)
        self.assertRefused("consent_locked", copy)
        with self.assertRaises(UserError):
            self.grant(copy)

    def test_deleting_the_application(self):
        self.grant(note="on the phone")
        self.send(body="Before")
        manager = self.make_user(
            "admin",
            "hr_recruitment.group_hr_recruitment_manager,hr_recruitment_texting.group_sms_send",
        )
        self.rpc("hr.applicant", "unlink", self.applicant.ids, user=manager)
        self.assertEqual(self.events(), ["granted"])
        self.assertFalse(self.drain().sent == [], "what was agreed to still goes")
        again = self.make_applicant()
        self.assertMayText(again)
        tab = self.tab(again)
        self.assertEqual(tab["messages"][0]["body"], "Before")
        self.assertEqual(tab["consent"]["actor_name"], self.sender.name)

    def test_deleting_does_not_forget_an_opt_out(self):
        self.append("withdrawn", "keyword")
        self.applicant.unlink()
        again = self.make_applicant(partner_name="Somebody Else")
        self.assertRefused("consent_locked", again)

    def test_archiving_and_back(self):
        self.grant()
        self.rpc("hr.applicant", "action_archive", self.applicant.ids)
        self.assertFalse(self.applicant.active)
        self.assertEqual(self.tab()["consent"]["state"], "granted")
        again = self.make_applicant()
        self.assertMayText(again)
        self.rpc("hr.applicant", "action_unarchive", self.applicant.ids)
        self.assertMayText()
        self.assertEqual(self.events(), ["granted"])

    def test_an_archived_applications_number_is_followed(self):
        self.save(self.applicant, partner_phone="(202) 555-0142")
        other = self.make_applicant(partner_phone=SECOND)
        self.grant(other)
        self.rpc("hr.applicant", "action_archive", self.applicant.ids)
        self.save(self.applicant, partner_phone=SECOND)
        self.assertIn(self.thread_of(other), self.applicant.sms_thread_ids)

    def test_refusing(self):
        self.grant()
        wizard = self.env["applicant.get.refuse.reason"].create(
            {
                "applicant_ids": [Command.set(self.applicant.ids)],
                "refuse_reason_id": self.env["hr.applicant.refuse.reason"]
                .create({"name": "No fit"})
                .id,
                "send_mail": False,
            }
        )
        wizard.action_refuse_reason_apply()
        self.assertEqual(self.applicant.application_status, "refused")
        self.assertEqual(self.tab()["consent"]["state"], "granted")
        self.assertEqual(self.events(), ["granted"])
        self.assertMayText(self.make_applicant())

    def test_the_talent_pool(self):
        pool = self.env["hr.talent.pool"].create({"name": "Nurses", "company_id": self.company.id})
        self.grant()
        wizard = self.rpc(
            "talent.pool.add.applicants",
            "create",
            [
                {
                    "applicant_ids": [Command.set(self.applicant.ids)],
                    "talent_pool_ids": [Command.set(pool.ids)],
                }
            ],
        )
        action = self.rpc("talent.pool.add.applicants", "action_add_applicants_to_pool", wizard)
        talent = self.env["hr.applicant"].browse(action["res_id"])
        self.assertTrue(talent.is_pool_applicant)
        self.assertFalse(talent.job_id)
        self.assertMayText(talent)
        # Renamed, without an address: the same talent still.
        self.save(talent, partner_name="R. C.")
        self.assertMayText(talent)
        # Its number is corrected by core along with the application's.
        self.save(self.applicant, partner_phone=SECOND)
        self.assertEqual(talent.sms_number, SECOND)
        self.assertRefused("consent_none", talent)
        self.save(self.applicant, partner_phone=CANDIDATE)
        self.assertMayText(talent)
        # And on to another job.
        cook = self.env["hr.job"].create({"name": "Cook", "company_id": self.company.id})
        wizard = self.rpc(
            "job.add.applicants",
            "create",
            [{"applicant_ids": [Command.set(talent.ids)], "job_ids": [Command.set(cook.ids)]}],
        )
        action = self.rpc("job.add.applicants", "action_add_applicants_to_job", wizard)
        application = self.env["hr.applicant"].browse(action["res_id"])
        self.assertEqual(application.job_id, cook)
        self.assertMayText(application)
        self.assertEqual(self.events(), ["granted"])

    def test_the_talent_of_a_this_job_consent(self):
        """Out of the pool a consent for one job does not cover other jobs."""
        self.grant(scope="this_job")
        self.assertMayText()
        cook = self.env["hr.job"].create({"name": "Cook", "company_id": self.company.id})
        other = self.make_applicant(job_id=cook.id)
        tab = self.assertRefused("consent_scope", other)
        self.assertEqual(tab["consent"]["label"], "Consent for another job only")
        self.assertTrue(tab["consent"]["limited"])
        self.assertIn("agreed to texts about Nurse only", tab["consent"]["explanation"])
        self.assertTrue(tab["consent"]["can_grant"])

    def test_reminders_only_is_said(self):
        self.grant(scope="reminders")
        tab = self.tab()
        self.assertEqual(tab["consent"]["label"], "Consent for reminders only")
        self.assertTrue(tab["consent"]["limited"])

    def test_whoever_leaves_is_still_named(self):
        leaver = self.make_user(
            "leaver",
            "hr_recruitment.group_hr_recruitment_user,hr_recruitment_texting.group_sms_send",
        )
        self.grant(user=leaver, note="at the fair")
        thread = self.thread_of(self.applicant)
        thread.user_id = leaver
        self.send(body="By the one who stays")
        name = leaver.name
        leaver.unlink()
        self.assertFalse(leaver.exists())
        consent = self.tab()["consent"]
        self.assertEqual((consent["by"], consent["actor_name"]), ("colleague", name))
        self.assertFalse(thread.user_id)
        [event] = self.rpc("hr.applicant", "sms_consent_history", self.applicant.ids)
        self.assertEqual((event["actor_name"], event["note"]), (name, "at the fair"))
        self.assertMayText()


@tagged("post_install", "-at_install")
class TestNumbers(PeopleCase):
    def test_changing_the_number_and_back(self):
        self.grant()
        self.send(body="To the first number")
        self.save(self.applicant, partner_phone=SECOND)
        tab = self.assertRefused("consent_none")
        self.assertEqual(tab["consent"]["label"], "No consent here")
        self.assertFalse(tab["consent"]["limited"], "there is no Yes for this number")
        self.assertIn(
            "Consent was given for +1 202-555-0142. It does not cover this number",
            self.notices(tab)["consent_other_number"],
        )
        self.assertIn("+1 202-555-0142", tab["consent"]["explanation"])
        self.assertFalse(tab["messages"])
        self.assertEqual(self.found("granted") & self.applicant, self.env["hr.applicant"])
        former = tab["numbers"][1]
        self.assertEqual(
            (former["number"], former["former"], former["consent_state"]),
            (CANDIDATE, True, "granted"),
        )
        self.save(self.applicant, partner_phone=CANDIDATE)
        self.assertMayText()
        self.assertFalse(self.notices(self.tab()))
        self.assertEqual(self.events(), ["granted"])

    def test_the_former_numbers_history_stays_within_reach(self):
        self.grant(note="on the phone")
        self.send(body="To the first number")
        self.save(self.applicant, partner_phone=SECOND)
        tab = self.tab(number=CANDIDATE)
        self.assertEqual(tab["number"], CANDIDATE)
        self.assertEqual([message["body"] for message in tab["messages"]], ["To the first number"])
        [event] = self.rpc(
            "hr.applicant", "sms_consent_history", self.applicant.ids, number=CANDIDATE
        )
        self.assertEqual(event["note"], "on the phone")
        self.assertTrue(tab["gate"]["allowed"], "its own consent still holds")
        self.assertEqual(
            self.notices(tab)["former_number"],
            "This is a former number: the applicant's is +1 202-555-0143 now.",
        )
        self.assertNotIn("former_number", self.notices(self.tab()))
        self.send(number=CANDIDATE)
        self.applicant.interviewer_ids = [Command.link(self.interviewer.id)]
        tab = self.tab(number=CANDIDATE, user=self.interviewer)
        self.assertEqual(len(tab["messages"]), 2)

    def test_texts_that_wait_for_the_former_number_are_told(self):
        self.grant()
        self.send(scheduled_date=fields.Datetime.now() + timedelta(days=2))
        self.assertNotIn("waits_elsewhere", self.notices(self.tab()))
        self.save(self.applicant, partner_phone=SECOND)
        self.assertIn(
            "Texts still wait to go to +1 202-555-0142",
            self.notices(self.tab())["waits_elsewhere"],
        )
        self.assertNotIn("waits_elsewhere", self.notices(self.tab(number=CANDIDATE)))
        self.rpc("hr.applicant", "sms_consent_withdraw", self.applicant.ids, number=CANDIDATE)
        self.env["hr.sms.message"].search([("state", "=", "scheduled")]).write(
            {"scheduled_date": fields.Datetime.now()}
        )
        self.assertFalse(self.drain().sent)
        self.assertNotIn("waits_elsewhere", self.notices(self.tab()))

    def test_three_numbers_over_time(self):
        for number in (CANDIDATE, SECOND, THIRD):
            self.save(self.applicant, partner_phone=number)
            self.grant()
            self.send(body=f"To {number}")
        self.rpc("hr.applicant", "sms_consent_withdraw", self.applicant.ids, number=SECOND)
        numbers = {entry["number"]: entry for entry in self.tab()["numbers"]}
        self.assertEqual(next(iter(numbers)), THIRD)
        self.assertEqual(
            {number: entry["consent_state"] for number, entry in numbers.items()},
            {CANDIDATE: "granted", SECOND: "withdrawn", THIRD: "granted"},
        )
        for number in numbers:
            bodies = [message["body"] for message in self.tab(number=number)["messages"]]
            self.assertEqual(bodies, [f"To {number}"])
        self.assertRefused("consent_withdrawn", number=SECOND)
        # The one that was withdrawn is not told as a Yes, the others are.
        self.save(self.applicant, partner_phone="+12025550145")
        text = self.notices(self.tab())["consent_other_number"]
        self.assertIn("+1 202-555-0142", text)
        self.assertIn("+1 202-555-0144", text)
        self.assertNotIn("+1 202-555-0143", text)

    def test_no_number_any_more(self):
        self.grant()
        self.send()
        self.save(self.applicant, partner_phone=False)
        tab = self.tab()
        self.assertEqual((tab["number"], tab["numbers"][0]["former"]), (CANDIDATE, True))
        self.assertEqual(len(tab["messages"]), 1)
        self.assertIn("has none that can be texted", self.notices(tab)["former_number"])
        with self.assertRaisesRegex(UserError, "no phone number"):
            self.send()

    def test_a_former_number_of_somebody_else_tells_nothing_of_them(self):
        """A wrong number that was somebody else's: their Yes is not this applicant's."""
        kim = self.make_applicant(partner_name="Kim", partner_phone=SECOND)
        self.grant(kim)
        self.send(kim, body="Dear Kim")
        self.save(self.applicant, partner_phone=SECOND)
        self.assertRefused("consent_other_person")
        self.save(self.applicant, partner_phone=CANDIDATE)
        tab = self.assertRefused("consent_none")
        self.assertFalse(self.notices(tab))
        self.assertRefused("consent_other_person", number=SECOND)
        self.applicant.interviewer_ids = [Command.link(self.interviewer.id)]
        self.assertFalse(self.tab(number=SECOND, user=self.interviewer)["messages"])

    def test_a_yes_with_other_digits_is_told(self):
        self.applicant.partner_phone = "0202 555"
        self.applicant._sms_record_form_answer("yes", {"wording_proven": True})
        self.save(self.applicant, partner_phone=CANDIDATE)
        tab = self.assertRefused("consent_none")
        self.assertIn(
            "Consent was given for 0202 555. It does not cover this number",
            self.notices(tab)["consent_other_number"],
        )
        self.assertEqual(tab["consent"]["label"], "No consent here")
        self.grant(note="asked anew")
        self.assertFalse(self.notices(self.tab()))

    def test_a_no_with_other_digits_is_not_told_as_a_yes(self):
        self.applicant.partner_phone = "0202 555"
        self.applicant._sms_record_form_answer("no", {"wording_proven": True})
        self.save(self.applicant, partner_phone=CANDIDATE)
        self.assertFalse(self.notices(self.tab()))

    def test_other_digits_then_the_same_after_all(self):
        self.applicant.partner_phone = "0151 23456789"
        self.applicant._sms_record_form_answer("yes", {"wording_proven": True})
        self.save(self.applicant, partner_phone=CANDIDATE)
        self.assertRefused("consent_none")
        self.save(self.applicant, partner_phone="+49 151 23456789")
        self.assertEqual(self.tab()["consent"]["state"], "granted")
        self.assertFalse(self.env["hr.sms.pending.answer"].search([]))


@tagged("post_install", "-at_install")
class TestSharedNumber(PeopleCase):
    def test_the_same_person_twice(self):
        self.grant()
        again = self.make_applicant(partner_name="ROBIN candidate")
        self.assertMayText(again)
        self.rpc("hr.applicant", "sms_consent_withdraw", again.ids, note="from either")
        self.assertRefused("consent_withdrawn")

    def test_another_person_is_told_whose_consent_it_is(self):
        self.grant()
        kim = self.make_applicant(partner_name="Kim Sibling")
        tab = self.assertRefused("consent_other_person", kim)
        consent = tab["consent"]
        self.assertEqual(consent["label"], "Consent of somebody else on this number")
        self.assertTrue(consent["limited"])
        self.assertTrue(consent["can_grant"])
        self.assertEqual(
            consent["explanation"],
            "Robin Candidate (Nurse), with the same number, agreed to texts. That does not cover "
            "Kim Sibling: add consent if they agreed too.",
        )
        self.grant(kim, note="she agreed too")
        self.assertMayText(kim)
        self.assertMayText()
        consent = self.tab(kim)["consent"]
        self.assertEqual((consent["label"], consent["limited"]), ("Consent for SMS given", False))

    def test_who_may_not_read_the_other_does_not_learn_their_name(self):
        self.grant()
        kim = self.make_applicant(partner_name="Kim Sibling")
        kim.interviewer_ids = [Command.link(self.interviewer.id)]
        tab = self.tab(kim, user=self.interviewer)
        self.assertEqual(tab["gate"]["code"], "consent_other_person")
        self.assertIn("whose application you may not read", tab["consent"]["explanation"])
        self.assertNotIn("Robin", str(tab))
        self.assertFalse(tab["consent"]["can_grant"])

    def test_the_other_application_was_deleted(self):
        self.grant()
        kim = self.make_applicant(partner_name="Kim Sibling")
        kim.interviewer_ids = [Command.link(self.interviewer.id)]
        self.applicant.unlink()
        explanation = self.tab(kim)["consent"]["explanation"]
        self.assertIn("Robin Candidate, with the same number", explanation)
        self.assertNotIn("Robin", str(self.tab(kim, user=self.interviewer)))

    def test_anyones_stop_covers_all(self):
        kim = self.make_applicant(partner_name="Kim Sibling")
        self.grant()
        self.grant(kim, note="she too")
        self.append("withdrawn", "keyword", kim)
        self.assertRefused("consent_locked")
        self.assertRefused("consent_locked", kim)

    def test_text_of_somebody_else_does_not_ask_for_start(self):
        kim = self.make_applicant(partner_name="Kim Sibling")
        self.grant()
        self.send()
        self.drain()
        self.env["hr.sms.message"]._receive(
            self.company.ids,
            "SM" + "1" * 32,
            {"From": CANDIDATE, "To": OUR_NUMBER, "Body": "Thanks"},
        )
        tab = self.assertRefused("consent_other_person", kim)
        self.assertNotIn("ask_for_start", self.notices(tab))


@tagged("post_install", "-at_install")
class TestCompanies(PeopleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create(
            {
                "name": "Beta Hiring",
                "country_id": cls.env.ref("base.us").id,
                "sms_quiet_hours": False,
                "sms_daily_cap": 0,
                "sms_opt_out_line": False,
            }
        )
        cls.connect_company(cls.other, number="+12025550101", sid="AC" + "2" * 32)
        cls.env["hr.sms.allowance"]._of(cls.other)._add("top_up", 10_000)
        cls.both = cls.make_user(
            "both",
            "hr_recruitment.group_hr_recruitment_user,hr_recruitment_texting.group_sms_send",
        )
        cls.both.company_ids += cls.other
        cls.stranger = cls.make_user(
            "stranger",
            "hr_recruitment.group_hr_recruitment_user,hr_recruitment_texting.group_sms_send",
        )
        cls.stranger.write(
            {"company_id": cls.other.id, "company_ids": [Command.set(cls.other.ids)]}
        )

    def at_other(self, **values):
        return self.make_applicant(company_id=self.other.id, job_id=False, **values)

    def everywhere(self, method, applicant, *args, **kwargs):
        companies = (self.company | self.other).ids
        return self.rpc(
            "hr.applicant",
            method,
            applicant.ids,
            *args,
            user=self.both,
            companies=companies,
            **kwargs,
        )

    def test_the_same_candidate_in_two_companies(self):
        there = self.at_other()
        self.grant()
        self.send(body="From Acme")
        tab = self.everywhere("sms_tab", there)
        self.assertEqual(
            (tab["company"]["name"], tab["gate"]["code"]), ("Beta Hiring", "consent_none")
        )
        self.assertFalse(tab["messages"])
        self.assertFalse(self.notices(tab), "another application's consent is not this one's")
        with self.assertRaisesRegex(UserError, "no consent"):
            self.everywhere("sms_send", there, "From Beta")
        self.everywhere("sms_consent_grant", there, note="to Beta too")
        self.everywhere("sms_send", there, "From Beta")
        self.assertEqual(len(self.everywhere("sms_tab", self.applicant)["messages"]), 1)
        # Each company's own people see their own only.
        tab = self.rpc("hr.applicant", "sms_tab", there.ids, user=self.stranger)
        self.assertEqual([message["body"] for message in tab["messages"]], ["From Beta"])
        with self.assertRaises(UserError):
            self.tab(there)
        for user, body in ((self.sender, "From Acme"), (self.stranger, "From Beta")):
            read = self.rpc("hr.sms.message", "search_read", [], ["body"], user=user)
            self.assertEqual([message["body"] for message in read], [body])
        self.everywhere("sms_consent_withdraw", there)
        self.assertMayText()

    def test_the_application_moves_to_another_company(self):
        self.grant()
        self.send(body="From Acme")
        self.applicant.write({"job_id": False, "company_id": self.other.id})
        tab = self.everywhere("sms_tab", self.applicant)
        self.assertEqual(tab["gate"]["code"], "consent_none")
        self.assertEqual(tab["consent"]["label"], "No consent here")
        self.assertEqual(
            self.notices(tab)["consent_other_company"],
            "Consent was given to Acme Hiring. It does not cover texts of Beta Hiring: ask the "
            "candidate anew.",
        )
        self.assertFalse(tab["messages"], "they were another company's")
        self.assertEqual(self.events(), ["granted"])
        with self.assertRaisesRegex(UserError, "no consent"):
            self.everywhere("sms_send", self.applicant, "From Beta")
        # Who is in the new company alone is not told of the old one's name.
        tab = self.rpc("hr.applicant", "sms_tab", self.applicant.ids, user=self.stranger)
        self.assertIn("Consent was given to another company.", str(tab["notices"]))
        self.assertNotIn("Acme", str(tab))
        self.assertNotIn("granted", [number["consent_state"] for number in tab["numbers"]])
        # Moved back, it counts again.
        self.applicant.write({"company_id": self.company.id})
        self.assertMayText()

    def test_the_job_moves_to_another_company(self):
        self.grant()
        self.env.cr.execute(
            "UPDATE hr_applicant SET company_id = NULL WHERE id = %s", self.applicant.ids
        )
        self.env.invalidate_all()
        self.assertMayText()
        there = self.at_other()
        self.everywhere("sms_consent_grant", there)
        self.job.company_id = self.other
        self.env.invalidate_all()
        self.assertIn(self.thread_of(there), self.applicant.sms_thread_ids)
        tab = self.everywhere("sms_tab", self.applicant)
        self.assertEqual((tab["company"]["name"], tab["gate"]["code"]), ("Beta Hiring", ""))
        self.assertEqual(self.events(), ["granted"])

    def test_an_application_of_no_company(self):
        """Whoever texts does it for the company they are in, with the consent that one has."""
        loose = self.make_applicant(job_id=False, partner_name="Loose End")
        loose.company_id = False
        self.assertFalse(loose.company_id)
        self.grant(loose)
        self.send(loose, body="From Acme")
        self.assertIn(loose, self.found("granted"))
        self.assertNotIn(loose, self.found("none"))
        tab = self.rpc("hr.applicant", "sms_tab", loose.ids, user=self.stranger)
        self.assertEqual(
            (tab["company"]["name"], tab["gate"]["code"]), ("Beta Hiring", "consent_none")
        )
        self.assertFalse(tab["messages"])
        self.assertNotIn("Acme", str(tab))
        self.assertIn(loose, self.found("none", user=self.stranger))
        self.assertNotIn(loose, self.found("granted", user=self.stranger))
        for user, state in ((self.sender, "granted"), (self.stranger, "none")):
            [read] = self.rpc("hr.applicant", "read", loose.ids, ["sms_consent_state"], user=user)
            self.assertEqual(read["sms_consent_state"], state)
        with self.assertRaisesRegex(UserError, "no consent"):
            self.rpc("hr.applicant", "sms_send", loose.ids, "From Beta", user=self.stranger)

    def test_the_companys_country_changes(self):
        self.save(self.applicant, partner_phone="(202) 555-0142")
        self.grant()
        self.rpc("hr.applicant", "action_archive", self.applicant.ids)
        abroad = self.make_applicant(partner_name="Jo", partner_phone="0151 23456789")
        self.assertFalse(abroad.sms_number)
        german = self.make_applicant(partner_name="Jo", partner_phone="+4915123456789")
        self.grant(german)
        self.company.country_id = self.env.ref("base.de")
        self.assertEqual(abroad.sms_number, "+4915123456789")
        self.assertMayText(abroad)
        self.assertIn(self.thread_of(german), abroad.sms_thread_ids)
        # Typed without a country code it is no number there; its Yes stays with the old one.
        self.assertNotEqual(self.applicant.sms_number, CANDIDATE)
        self.assertEqual(self.events(), ["granted"])
        self.assertIn(CANDIDATE, [entry["number"] for entry in self.tab()["numbers"]])
        self.company.country_id = self.env.ref("base.us")
        self.assertEqual(self.applicant.sms_number, CANDIDATE)
        self.assertEqual(self.tab()["consent"]["state"], "granted")


@tagged("post_install", "-at_install")
class TestTextsOfTwoCompanies(PeopleMixin, WebhookCase):
    def sister(self, **connection):
        other = self.env["res.company"].create(
            {
                "name": "Sister Hiring",
                "country_id": self.env.ref("base.us").id,
                "sms_quiet_hours": False,
                "sms_welcome": "off",
            }
        )
        self.connect_company(other, **connection)
        self.env["hr.sms.allowance"]._of(other)._add("top_up", 10_000)
        applicant = self.make_applicant(company_id=other.id, job_id=False)
        self.append("granted", "job_form")
        self.append("granted", "job_form", applicant)
        return applicant

    def test_stop_to_one_companys_number_leaves_the_other(self):
        sister = self.sister(number="+12025550101", sid="AC" + "2" * 32)
        self.text("STOP")
        self.assertRefused("consent_locked")
        self.assertEqual(self.thread_of(sister).consent_state, "granted")
        self.assertEqual(self.events(company=sister.company_id), ["granted"])

    def test_one_account_with_a_number_each(self):
        sister = self.sister(number="+12025550101")
        self.text("STOP", To="+12025550101")
        self.assertEqual(self.tab()["consent"]["state"], "granted")
        self.assertTrue(self.thread_of(sister).consent_locked)

    def test_one_shared_number(self):
        sister = self.sister()
        self.text("STOP")
        self.assertRefused("consent_locked")
        self.assertTrue(self.thread_of(sister).consent_locked)
        self.text("START")
        self.assertMayText()
        self.assertEqual(self.thread_of(sister).consent_state, "granted")
        self.assertFalse(self.thread_of(sister).consent_locked)

    def test_a_reply_to_a_shared_number_goes_to_who_texted_last(self):
        sister = self.sister()
        self.send(body="From Acme")
        self.drain()
        sister.sms_send("From Sister")
        self.drain()
        self.text("Thank you")
        self.assertEqual(
            self.thread_of(sister).message_ids.mapped("direction"), ["inbound", "outbound"]
        )
        self.assertEqual(len(self.tab()["messages"]), 1)
