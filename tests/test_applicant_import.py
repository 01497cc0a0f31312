"""Applications from other systems with the consent given there: once each, and with clear refusals."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import CANDIDATE, TextingCase

DAY = "2025-03-31"
NEW = "+12025550143"


@tagged("post_install", "-at_install")
class TestApplicantImport(TextingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.applicant.email_from = "robin@example.com"

    def row(self, **values):
        return {
            "name": "Kim New",
            "email": "kim@example.com",
            "phone": NEW,
            "job_id": self.job.id,
            "source": "Indeed",
            "given_date": DAY,
            **values,
        }

    def run_import(self, *rows, user=None, **options):
        model = self.env["hr.applicant"].with_user(user or self.sender)
        return model.sms_applicant_import([self.row(**row) for row in rows], **options)

    def count(self):
        return self.env["hr.applicant"].search_count([])

    def created(self, result):
        return self.env["hr.applicant"].browse(result["applicant_id"])

    def reason(self, **row):
        before = self.count()
        [result] = self.run_import(row)
        self.assertEqual((result["status"], result["applicant_id"]), ("refused", False))
        self.assertEqual(self.count(), before)
        return result["reason"]

    def test_created_with_consent(self):
        [result] = self.run_import(
            {"source_ref": "I-1", "medium": "website", "note": "Box ticked", "scope": "this_job"}
        )
        self.assertEqual(
            (result["row"], result["status"], result["consent_status"], result["reason"]),
            (1, "created", "recorded", ""),
        )
        applicant = self.created(result)
        self.assertEqual(
            (applicant.partner_name, applicant.email_from, applicant.partner_phone),
            ("Kim New", "kim@example.com", NEW),
        )
        self.assertEqual((applicant.job_id, applicant.company_id), (self.job, self.company))
        self.assertEqual(applicant.source_id.name, "Indeed")
        self.assertEqual(applicant.medium_id, self.env.ref("utm.utm_medium_website"))
        self.assertEqual(applicant.partner_id.email_normalized, "kim@example.com")
        self.assertTrue(applicant.stage_id)
        self.assertNotIn(self.sender.partner_id, applicant.message_partner_ids)
        event = self.env["hr.sms.consent"].browse(result["consent_id"])
        self.assertEqual((event.event, event.method), ("granted", "job_board"))
        self.assertEqual((event.scope, event.job_ref), ("this_job", self.job.id))
        self.assertEqual((event.source, event.source_ref), ("Indeed", "I-1"))
        self.assertEqual((event.applicant_ref, event.actor_name), (applicant.id, self.sender.name))
        self.assertEqual(str(event.given_date)[:10], DAY)
        applicant.with_user(self.sender).sms_send("Hello Kim")

    def test_sources_and_media_are_made_once(self):
        results = self.run_import(
            {"source": "Board 100%_x", "medium": "Fax machine", "email": "a@example.com"},
            {"source": "board 100%_X ", "medium": "FAX machine", "email": "b@example.com"},
            {"source": "Board 100abx", "medium": " ", "email": "c@example.com"},
        )
        first, second, third = (self.created(result) for result in results)
        self.assertEqual(first.source_id, second.source_id)
        self.assertNotEqual(first.source_id, third.source_id)
        self.assertTrue(first.medium_id.active)
        self.assertEqual(first.medium_id, second.medium_id)
        self.assertFalse(third.medium_id)

    def test_without_consent_number_or_job(self):
        [result] = self.run_import({"given_date": None, "phone": "", "job_id": False})
        self.assertEqual((result["status"], result["consent_status"]), ("created", "none"))
        applicant = self.created(result)
        self.assertEqual(
            (applicant.company_id, applicant.sms_consent_state), (self.company, "none")
        )

    def test_once_for_each_reference(self):
        [first] = self.run_import({"source_ref": "I-1"})
        before = self.count()
        # whatever else it says by now
        [again] = self.run_import(
            {"source_ref": "I-1", "name": "Kim Other", "email": "o@example.com"}
        )
        self.assertEqual(
            again,
            {**first, "status": "known", "consent_status": "known"},
        )
        self.assertEqual(self.count(), before)
        self.assertEqual(len(self.thread_of(self.created(first)).consent_ids), 1)
        twice = {"source_ref": "I-2", "email": "two@example.com"}
        results = self.run_import(twice, twice)
        self.assertEqual([result["status"] for result in results], ["created", "refused"])
        self.assertIn("in a row above", results[1]["reason"])
        # Of another source it is another application.
        [other] = self.run_import(
            {"source_ref": "I-2", "source": "X", "email": "three@example.com"}
        )
        self.assertEqual(other["status"], "created")

    def test_a_company_does_not_know_anothers_references(self):
        [first] = self.run_import({"source_ref": "I-1", "job_id": False})
        other = self.env["res.company"].create(
            {"name": "Other", "country_id": self.company.country_id.id}
        )
        self.sender.company_ids += other
        model = self.env["hr.applicant"].with_user(self.sender).with_company(other)
        [second] = model.sms_applicant_import([self.row(source_ref="I-1", job_id=False)])
        self.assertEqual(second["status"], "created")
        self.assertNotEqual(second["applicant_id"], first["applicant_id"])
        self.assertEqual(self.created(second).company_id, other)

    def test_who_opted_out_is_created_without_consent_and_stays_so(self):
        self.append("withdrawn", "keyword")
        row = {"phone": CANDIDATE, "source_ref": "I-1", "given_date": str(fields.Date.today())}
        [first] = self.run_import(row)
        self.assertEqual((first["status"], first["consent_status"]), ("created", "refused"))
        self.assertIn("Only START", first["reason"])
        self.assertFalse(first["consent_id"])
        self.assertEqual(self.created(first).partner_name, "Kim New")
        # What was decided then is not decided anew: the Yes of that time is older than this one.
        self.append("granted", "keyword", keyword="start")
        [again] = self.run_import(row)
        self.assertEqual(again, {**first, "status": "known"})
        self.assertEqual(
            self.thread_of(self.applicant).consent_ids.sorted("sequence").mapped("event"),
            ["withdrawn", "granted"],
        )

    def test_declined_on_the_form(self):
        self.append("declined", "job_form")
        row = {"phone": CANDIDATE, "given_date": str(fields.Date.today())}
        [result] = self.run_import(row)
        self.assertEqual((result["status"], result["consent_status"]), ("created", "refused"))
        self.assertIn("answered No", result["reason"])

    def test_the_same_person_again(self):
        known = {"name": "R. Candidate", "email": "Robin@Example.com", "phone": "(202) 555-0142"}
        [result] = self.run_import({**known, "source_ref": "I-1"})
        self.assertEqual((result["status"], result["consent_status"]), ("existing", "recorded"))
        self.assertEqual(result["applicant_id"], self.applicant.id)
        self.assertEqual(self.applicant.partner_name, "Robin Candidate")
        self.assertEqual(self.thread_of(self.applicant).consent_state, "granted")
        self.assertEqual(self.run_import({**known, "source_ref": "I-1"})[0]["status"], "known")
        # Another job, another address or a closed application: another application.
        cook = self.env["hr.job"].create({"name": "Cook", "company_id": self.company.id})
        for other in ({"job_id": cook.id}, {"email": "other@example.com"}, {"email": ""}):
            with self.subTest(other):
                self.assertEqual(self.run_import({**known, **other})[0]["status"], "created")
        self.applicant.write(
            {"refuse_reason_id": self.env["hr.applicant.refuse.reason"].search([], limit=1).id}
        )
        self.assertEqual(self.run_import(known)[0]["status"], "created")

    def test_the_same_person_twice_in_one_call(self):
        results = self.run_import({"source_ref": "I-1"}, {"source_ref": "I-2", "name": "K. New"})
        self.assertEqual([result["status"] for result in results], ["created", "existing"])
        self.assertEqual(results[0]["applicant_id"], results[1]["applicant_id"])
        self.assertEqual([result["consent_status"] for result in results], ["recorded"] * 2)

    def test_refusals_by_row(self):
        future = fields.Date.today() + timedelta(days=2)
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["hr.job"].create({"name": "Cook", "company_id": other.id})
        closed = self.env["hr.job"].create(
            {"name": "Guard", "company_id": self.company.id, "active": False}
        )
        for row, said in (
            ({"name": " "}, "what the candidate is called"),
            ({"email": "nobody"}, "nobody is not an e-mail address"),
            ({"phone": "12"}, "not a phone number"),
            ({"phone": ""}, "which number"),
            ({"given_date": str(future)}, "future"),
            ({"given_date": "31.03.2025"}, "YYYY-MM-DD"),
            ({"given_date": None, "note": "Box ticked"}, "when the candidate agreed"),
            ({"method": "job_form"}, "import, job_board, manual"),
            ({"method": "telepathy"}, "telepathy is no method"),
            ({"scope": "everything"}, "jobs, this_job, reminders"),
            ({"job_id": "nurse"}, "job_id is a whole number"),
            ({"job_id": True}, "job_id is a whole number"),
            ({"job_id": 1.5}, "job_id is a whole number"),
            ({"job_id": 999999999}, "no open job 999999999 in Acme Hiring"),
            ({"job_id": foreign.id}, "no open job"),
            ({"job_id": closed.id}, "no open job"),
            ({"applicant_id": 1}, "no column applicant_id"),
            ({"name": ["Kim"]}, "A text is needed"),
            ({"name": "x" * 201}, "Shorten it"),
            ({"name": "a\x00"}, "broken characters"),
        ):
            with self.subTest(said):
                self.assertIn(said, self.reason(**row, source_ref="I-1"))
        # Nothing of it is remembered: the corrected row is taken.
        self.assertEqual(self.run_import({"source_ref": "I-1"})[0]["status"], "created")

    def test_a_bad_row_does_not_hold_up_the_others(self):
        results = self.run_import({"phone": "12"}, {}, {"name": ""})
        self.assertEqual(
            [result["status"] for result in results], ["refused", "created", "refused"]
        )
        self.assertEqual([result["row"] for result in results], [1, 2, 3])

    def test_dry_run(self):
        self.append("withdrawn", "keyword")
        before = self.count()
        results = self.run_import(
            {"source_ref": "I-1", "source": "Never seen"},
            {"phone": CANDIDATE, "email": "robin@example.com"},
            {"source_ref": "I-2"},
            {"phone": "12"},
            dry_run=True,
        )
        self.assertEqual(
            [(result["status"], result["consent_status"]) for result in results],
            [
                ("ready", "ready"),
                ("existing", "refused"),
                ("existing", "ready"),
                ("refused", "none"),
            ],
        )
        self.assertEqual(results[1]["applicant_id"], self.applicant.id)
        self.assertEqual(self.count(), before)
        self.assertFalse(self.env["utm.source"].search([("name", "=", "Never seen")]))
        self.assertEqual(self.run_import({"source_ref": "I-1"})[0]["status"], "created")

    def test_rights_and_shape(self):
        # an interviewer reads applicants and may be allowed to text them, but creates none
        interviewer = self.make_user(
            "texting_interviewer",
            "hr_recruitment.group_hr_recruitment_interviewer,hr_recruitment_texting.group_sms_send",
        )
        before = self.count()
        for user in (self.nobody, self.viewer, self.interviewer, interviewer):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.run_import({}, user=user)
        for rows in ("x", [1], None, {"name": "Kim"}):
            with self.assertRaises(ValidationError):
                self.env["hr.applicant"].with_user(self.sender).sms_applicant_import(rows)
        with self.assertRaisesRegex(ValidationError, "1000"):
            self.run_import(*[{}] * 1001)
        self.assertEqual(self.count(), before)

    def test_names_are_no_markup(self):
        name = '<img src=x onerror="alert(1)">'
        [result] = self.run_import({"name": name})
        applicant = self.created(result)
        self.assertEqual(applicant.partner_name, name)
        self.env.cr.precommit.run()
        for body in applicant.message_ids.mapped("body"):
            self.assertNotIn("<img", body)

    def test_nobody_is_written_to(self):
        stage = self.job._get_first_stage()
        stage.template_id = self.env.ref(
            "hr_recruitment.email_template_data_applicant_congratulations"
        )
        [result] = self.run_import({})
        self.env.cr.precommit.run()
        applicant = self.created(result)
        self.assertEqual(applicant.stage_id, stage)
        self.assertFalse(applicant.message_ids.notified_partner_ids & applicant.partner_id)

    def test_deleted_since(self):
        [result] = self.run_import({"source_ref": "I-1"})
        self.created(result).unlink()
        [again] = self.run_import({"source_ref": "I-1"})
        self.assertEqual((again["status"], again["applicant_id"]), ("known", False))
        self.assertIn("deleted", again["reason"])

    def test_erased(self):
        self.append("withdrawn", "keyword")
        [first] = self.run_import({"phone": CANDIDATE, "source_ref": "I-1"})
        refs = self.env["hr.sms.source.ref"].sudo()
        ref = refs.search([("applicant_id", "=", first["applicant_id"])])
        self.assertTrue(ref.refusal)
        self.assertNotIn("I-1", str(ref.read()))
        self.thread_of(self.applicant)._erase("Mel Manager")
        self.assertFalse(ref.refusal)
        [again] = self.run_import({"phone": CANDIDATE, "source_ref": "I-1"})
        self.assertEqual(again["applicant_id"], first["applicant_id"])
        # A number that was erased is remembered as one that wants no texts.
        [other] = self.run_import({"phone": CANDIDATE, "email": "b@example.com"})
        self.assertEqual((other["status"], other["consent_status"]), ("created", "refused"))

    def queries(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        self.env.cr.precommit.run()
        return self.env.cr.sql_log_count - before

    def test_no_queries_for_each_row_beside_odoos_own(self):
        def rows(start, count):
            return [
                {
                    "name": f"Kim {number}",
                    "email": f"kim{number}@example.com",
                    "phone": f"+1202556{number}",
                    "source_ref": f"I-{number}",
                }
                for number in range(start, start + count)
            ]

        def create(start, count):
            """The same applicants by Odoo alone, with contacts that are there."""
            partners = self.env["res.partner"].create(
                [{"name": row["name"], "email": row["email"]} for row in rows(start, count)]
            )
            values = [
                {
                    "partner_name": row["name"],
                    "email_from": row["email"],
                    "partner_phone": row["phone"],
                    "partner_id": partner.id,
                    "job_id": self.job.id,
                    "company_id": self.company.id,
                }
                for row, partner in zip(rows(start, count), partners, strict=True)
            ]
            model = self.env["hr.applicant"].with_user(self.sender)
            return self.queries(
                lambda: model.with_context(mail_create_nosubscribe=True).create(values)
            )

        self.run_import(*rows(1000, 2))
        create(1010, 2)  # both have filled the caches
        few = self.queries(lambda: self.run_import(*rows(1100, 20)))
        many = self.queries(lambda: self.run_import(*rows(1200, 220)))
        alone = create(2000, 220) - create(3000, 20)
        # 200 rows more: what the import adds grows by batches only.
        self.assertLess(many - few - alone, 40)
        self.assertLess(self.queries(lambda: self.run_import(*rows(1200, 220))), 20)
