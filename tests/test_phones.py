"""Several numbers for a candidate: each has its own conversation and its own consent."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CANDIDATE, OUR_NUMBER, TextingCase
from .test_people import SECOND, THIRD, PeopleMixin

HOME = SECOND
TYPED = "(202) 555-0143"


@tagged("post_install", "-at_install")
class TestPhones(PeopleMixin, TextingCase):
    def add(self, number=TYPED, label="Home", applicant=None, **kwargs):
        applicant = applicant or self.applicant
        return self.rpc("hr.applicant", "sms_number_add", applicant.ids, number, label, **kwargs)

    def numbers(self, **kwargs):
        return [
            (entry["number"], entry["label"], entry["main"], entry["former"])
            for entry in self.tab(**kwargs)["numbers"]
        ]

    def test_add(self):
        self.assertEqual(self.add(), HOME)
        self.assertEqual(
            self.numbers(), [(CANDIDATE, "Phone", True, False), (HOME, "Home", False, False)]
        )

    def test_label_of_its_own(self):
        self.add(label="  ")
        self.assertEqual(self.numbers()[1][1], "Other number")

    def test_consent_and_texts_of_each(self):
        self.add()
        self.grant(number=HOME)
        self.assertRefused("consent_none")
        self.send(number=HOME)
        self.assertFalse(self.tab()["messages"])
        tab = self.tab(number=HOME)
        self.assertEqual([text["body"] for text in tab["messages"]], ["Hello"])
        self.assertEqual(tab["consent"]["state"], "granted")
        self.assertFalse([notice for notice in tab["notices"] if "former" in notice["code"]])

    def test_reply_from_it(self):
        self.add()
        thread = self.applicant._sms_thread(HOME, create=True)
        self.assertEqual(thread.applicant_ids, self.applicant)
        self.env["hr.sms.message"].sudo()._receive(
            self.company.ids, "SM" + "1" * 32, {"From": HOME, "To": OUR_NUMBER, "Body": "Hi"}
        )
        [main, home] = self.tab()["numbers"]
        self.assertEqual((main["unread"], home["unread"]), (0, 1))

    def test_thread_there_before_it(self):
        """A number that texted us before it was added: its texts show at once."""
        self.env["hr.sms.message"].sudo()._receive(
            self.company.ids, "SM" + "1" * 32, {"From": HOME, "To": OUR_NUMBER, "Body": "Hi"}
        )
        self.add()
        [text] = self.tab(number=HOME)["messages"]
        self.assertEqual(text["body"], "Hi")

    def test_refused(self):
        for number in ("12", "not a number", "", None, "+1202555014299999"):
            with self.subTest(number=number), self.assertRaisesRegex(ValidationError, "country"):
                self.add(number)
        with self.assertRaisesRegex(
            ValidationError, r"\+1 202-555-\d{4} is a number of .* already"
        ):
            self.add(CANDIDATE)
        self.add()
        with self.assertRaisesRegex(ValidationError, "already"):
            self.add(HOME)
        with self.assertRaises(ValidationError):
            self.add(THIRD, label="x" * 41)
        with self.assertRaises(ValidationError):
            self.add({"a": 1})
        self.assertEqual(len(self.numbers()), 2)

    def test_edit(self):
        self.add()
        edit = ("hr.applicant", "sms_number_edit", self.applicant.ids)
        self.assertEqual(self.rpc(*edit, HOME, label="Work"), HOME)
        self.assertEqual(self.numbers()[1][1], "Work")
        self.assertEqual(self.rpc(*edit, HOME, new_number=THIRD), THIRD)
        self.assertEqual(self.numbers()[1][:2], (THIRD, "Work"))
        with self.assertRaisesRegex(ValidationError, "already"):
            self.rpc(*edit, THIRD, new_number=CANDIDATE)
        with self.assertRaisesRegex(ValidationError, "not a further number"):
            self.rpc(*edit, CANDIDATE, label="Main")

    def test_removed_number_with_texts_becomes_a_former_one(self):
        self.add()
        self.grant(number=HOME)
        self.rpc("hr.applicant", "sms_number_remove", self.applicant.ids, HOME)
        self.assertEqual(self.numbers()[1], (HOME, "Former number", False, True))

    def test_removed_number_without_texts_is_gone(self):
        self.add()
        self.rpc("hr.applicant", "sms_number_remove", self.applicant.ids, HOME)
        self.assertEqual(len(self.numbers()), 1)
        with self.assertRaisesRegex(UserError, "not a number of"):
            self.send(number=HOME)

    def somebody_else(self):
        """Return another applicant who has texts with the number that is then added by mistake."""
        kim = self.make_applicant(partner_name="Kim", partner_phone=HOME)
        self.grant(kim)
        self.send(kim, body="Dear Kim")
        self.add()
        self.assertEqual(self.numbers()[1][0], HOME)
        return kim

    def assertNeverTheirs(self, kim):
        self.assertNotIn(HOME, [number for number, *_rest in self.numbers()])
        with self.assertRaisesRegex(UserError, "not a number of"):
            self.send(number=HOME)
        self.assertEqual(self.applicant._sms_thread(HOME).applicant_ids, kim)
        self.assertEqual([text["body"] for text in self.tab(kim)["messages"]], ["Dear Kim"])

    def question(self, number=TYPED, applicant=None, **kwargs):
        applicant = applicant or self.applicant
        return self.rpc("hr.applicant", "sms_number_question", applicant.ids, number, **kwargs)

    def test_question_about_somebody_else(self):
        self.assertEqual(self.question(), "")
        kim = self.make_applicant(partner_name="Kim", partner_phone=HOME)
        asked = "This is also Kim's number. Are they the same person?"
        self.assertEqual(self.question(), asked)
        self.assertEqual(len(self.numbers()), 1, "asked, not added")
        kim.active = False
        self.assertEqual(self.question(), asked)
        self.make_applicant(partner_name="Kim", partner_phone=HOME)  # applied twice
        self.assertEqual(self.question(), asked)

    def test_question_about_a_further_number(self):
        kim = self.make_applicant(partner_name="Kim", partner_phone=THIRD)
        self.add(applicant=kim)
        lee = self.make_applicant(partner_name="Lee", partner_phone=HOME)
        self.assertEqual(
            self.question(),
            "This is also the number of Kim, Lee. Are they all the same person?",
        )
        self.assertEqual(
            self.question(applicant=lee), "This is also Kim's number. Are they the same person?"
        )

    def test_no_question_about_the_same_person(self):
        self.make_applicant(partner_name=self.applicant.partner_name, partner_phone=HOME)
        self.assertEqual(self.question(), "")
        self.assertEqual(self.question(CANDIDATE), "")

    def test_no_question_about_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        kim = self.make_applicant(
            partner_name="Kim", partner_phone=HOME, company_id=other.id, job_id=False
        )
        self.assertEqual(self.question(), "")
        kim.company_id = False  # everybody's
        self.assertIn("Kim", self.question())

    def test_no_question_about_what_is_no_number(self):
        for number in ("12", "not a number", "", None):
            with self.subTest(number=number):
                self.assertEqual(self.question(number), "")
        for number in ("1" * 41, {"a": 1}):
            with self.subTest(number=number), self.assertRaises(ValidationError):
                self.question(number)

    def test_question_names_only_whom_the_user_may_read(self):
        hidden = self.make_applicant(partner_name="Kim", partner_phone=HOME)
        self.env["ir.rule"].sudo().create(
            {
                "name": "Not that one",
                "model_id": self.env.ref("hr_recruitment.model_hr_applicant").id,
                "domain_force": f"[('id', '!=', {hidden.id})]",
            }
        )
        self.assertEqual(
            self.question(), "This is also another candidate's number. Are they the same person?"
        )
        self.make_applicant(partner_name="Lee", partner_phone=HOME)
        self.assertEqual(self.question(), "This is also Lee's number. Are they the same person?")

    def test_question_rights(self):
        self.make_applicant(partner_name="Kim", partner_phone=HOME)
        for user in (self.nobody, self.viewer, self.interviewer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.question(user=user)

    def test_removed_number_of_somebody_else_is_gone(self):
        kim = self.somebody_else()
        self.rpc("hr.applicant", "sms_number_remove", self.applicant.ids, HOME)
        self.assertNeverTheirs(kim)

    def test_corrected_number_of_somebody_else_is_gone(self):
        kim = self.somebody_else()
        self.rpc("hr.applicant", "sms_number_edit", self.applicant.ids, HOME, new_number=THIRD)
        self.assertNeverTheirs(kim)

    def test_removed_number_with_a_text_of_theirs_stays_beside_somebody_elses(self):
        self.somebody_else()
        self.grant(number=HOME)
        self.send(number=HOME)
        self.rpc("hr.applicant", "sms_number_remove", self.applicant.ids, HOME)
        self.assertEqual(self.numbers()[1], (HOME, "Former number", False, True))

    def test_removed_number_with_an_event_of_theirs_stays_beside_somebody_elses(self):
        self.somebody_else()
        self.grant(number=HOME)
        self.rpc("hr.applicant", "sms_number_remove", self.applicant.ids, HOME)
        self.assertEqual(self.numbers()[1], (HOME, "Former number", False, True))

    def test_removed_number_with_texts_of_another_application_of_theirs_stays(self):
        again = self.make_applicant(partner_name=self.applicant.partner_name, partner_phone=HOME)
        self.grant(again)
        self.send(again)
        self.add()
        self.rpc("hr.applicant", "sms_number_remove", self.applicant.ids, HOME)
        self.assertEqual(self.numbers()[1], (HOME, "Former number", False, True))

    def test_removed_number_that_is_the_main_one_by_now_keeps_its_conversation(self):
        kim = self.somebody_else()
        self.save(self.applicant, partner_phone=HOME)
        self.rpc("hr.applicant", "sms_number_remove", self.applicant.ids, HOME)
        self.assertEqual(self.numbers(), [(HOME, "Phone", True, False)])
        self.assertEqual(self.applicant._sms_thread(HOME).applicant_ids, kim | self.applicant)

    def test_main_number_taken_over(self):
        """Once the main number is the same as a further one, it shows once."""
        self.add()
        self.save(self.applicant, partner_phone=HOME)
        self.assertEqual([number for number, *_rest in self.numbers()], [HOME])

    def test_copy_has_them(self):
        self.add()
        copy = self.applicant.with_user(self.nobody).copy()
        self.assertEqual(copy.sudo().sms_phone_ids.mapped("number"), [HOME])

    def test_rights(self):
        self.add()
        phone = self.applicant.sms_phone_ids
        for user in (self.nobody, self.viewer, self.interviewer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.add(THIRD, user=user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                phone.with_user(user).write({"number": THIRD})
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                phone.with_user(user).unlink()
        for user in (self.nobody, self.interviewer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.rpc("hr.applicant.phone", "read", phone.ids, ["number"], user=user)
        with self.assertRaises(AccessError):
            self.rpc(
                "hr.applicant", "read", self.applicant.ids, ["sms_phone_ids"], user=self.nobody
            )
        [read] = self.rpc("hr.applicant.phone", "read", phone.ids, ["number"], user=self.viewer)
        self.assertEqual(read["number"], HOME)

    def test_not_moved_to_another_applicant(self):
        self.add()
        other = self.make_applicant(partner_phone=THIRD)
        with self.assertRaisesRegex(ValidationError, "stays with its applicant"):
            self.save(self.applicant.sms_phone_ids, applicant_id=other.id)

    def test_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        applicant = self.make_applicant(company_id=other.id, job_id=False)
        with self.assertRaises(AccessError):
            self.add(applicant=applicant)
        phone = self.env["hr.applicant.phone"].create(
            {"applicant_id": applicant.id, "label": "Home", "number": HOME}
        )
        self.assertFalse(self.rpc("hr.applicant.phone", "search", [("id", "=", phone.id)]))

    def test_erased(self):
        self.add()
        self.grant(number=HOME)
        self.applicant._sms_thread(HOME)._erase("The manager")
        self.assertFalse(self.applicant.sms_phone_ids)

    def test_other_companies_keep_it_when_one_erases(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "country_id": self.env.ref("base.us").id}
        )
        theirs = self.make_applicant(company_id=other.id, job_id=False, partner_phone=THIRD)
        self.env["hr.applicant.phone"].create(
            {"applicant_id": theirs.id, "label": "Home", "number": HOME}
        )
        self.add()
        self.grant(number=HOME)
        self.applicant._sms_thread(HOME)._erase("The manager")
        self.assertEqual(theirs.sms_phone_ids.number, HOME)

    def test_privacy_lookup_finds_it(self):
        self.add()
        self.env.user.company_ids |= self.company
        wizard = self.env["privacy.lookup.wizard"].create({"phone": HOME})
        wizard.with_context(allowed_company_ids=self.company.ids).action_lookup()
        self.assertIn(
            ("hr.applicant", self.applicant.id),
            [(line.res_model, line.res_id) for line in wizard.line_ids],
        )

    def test_consent_imported_for_it(self):
        self.add()
        [outcome] = self.rpc(
            "hr.applicant",
            "sms_consent_import",
            [{"phone": HOME, "given_date": "2026-01-01", "source": "Call", "source_ref": "a"}],
        )
        self.assertEqual(outcome["status"], "recorded", outcome)
        self.assertEqual(self.tab(number=HOME)["consent"]["state"], "granted")
