"""Consents from a spreadsheet or another system: by row, once, and with clear refusals."""

import base64
import io
from datetime import timedelta

import openpyxl

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .common import CANDIDATE, TextingCase, TextingMixin

DAY = "2025-03-31"


@tagged("post_install", "-at_install")
class TestConsentImport(TextingCase):
    def run_import(self, *rows, user=None, **options):
        model = self.env["hr.applicant"].with_user(user or self.sender)
        return model.sms_consent_import(
            [{"given_date": DAY, **row} if row else row for row in rows], **options
        )

    def reason(self, user=None, **row):
        [result] = self.run_import({"phone": CANDIDATE, **row}, user=user)
        self.assertEqual((result["status"], result["consent_id"]), ("refused", False))
        return result["reason"]

    def events(self, applicant=None):
        return self.thread_of(applicant or self.applicant).consent_ids

    def test_recorded(self):
        [result] = self.run_import(
            {
                "phone": "(202) 555-0142",
                "source": "Old system",
                "source_ref": "A-1",
                "note": "Paper form",
                "scope": "reminders",
            }
        )
        self.assertEqual(
            (result["row"], result["status"], result["applicant_id"]),
            (1, "recorded", self.applicant.id),
        )
        event = self.env["hr.sms.consent"].browse(result["consent_id"])
        self.assertEqual(event, self.events())
        self.assertEqual(
            (event.event, event.method, event.scope), ("granted", "import", "reminders")
        )
        self.assertEqual((event.source, event.source_ref), ("Old system", "A-1"))
        self.assertEqual((event.note, event.actor_name), ("Paper form", self.sender.name))
        self.assertEqual(str(event.given_date)[:10], DAY)
        self.assertEqual(self.thread_of(self.applicant).consent_state, "granted")

    def test_once_for_each_reference(self):
        row = {"phone": CANDIDATE, "source": "Indeed", "source_ref": "A-1", "method": "job_board"}
        [first] = self.run_import(row)
        [second] = self.run_import(row)
        self.assertEqual((second["status"], second["consent_id"]), ("known", first["consent_id"]))
        self.assertEqual(second["applicant_id"], self.applicant.id)
        # Of another source, or another reference, it is another consent.
        others = self.run_import({**row, "source": "Monster"}, {**row, "source_ref": "A-2"})
        self.assertEqual([other["status"] for other in others], ["recorded", "recorded"])
        self.assertEqual(len(self.events()), 3)
        # Twice in one file.
        third = {**row, "source_ref": "A-3"}
        statuses = [result["status"] for result in self.run_import(third, third)]
        self.assertEqual(statuses, ["recorded", "refused"])

    def test_the_public_method_records_a_reference_once(self):
        applicant = self.applicant.with_user(self.sender)
        values = {"method": "job_board", "source": "Indeed", "source_ref": "A-1"}
        first = applicant.sms_consent_grant(**values)
        self.assertEqual(applicant.sms_consent_grant(**values), first)
        self.assertNotEqual(applicant.sms_consent_grant(method="manual"), first)
        # Some of them known, some not, in the order of the records.
        other = self.make_applicant(partner_phone="+12025550143").with_user(self.sender)
        both = (other | applicant).sms_consent_grant(**values)
        self.assertEqual(both[1:], first)
        self.assertEqual(self.events(other).ids, both[:1])

    def test_a_withdrawal_is_not_undone_by_importing_again(self):
        row = {"phone": CANDIDATE, "source_ref": "A-1"}
        self.run_import(row)
        self.append("withdrawn", "manual")
        self.assertEqual(self.run_import(row)[0]["status"], "known")
        self.assertIn("after the date given", self.reason())
        self.assertEqual(self.thread_of(self.applicant).consent_state, "withdrawn")

    def test_refusals_by_row(self):
        future = fields.Date.today() + timedelta(days=2)
        for row, said in (
            ({"given_date": str(future)}, "future"),
            ({"given_date": "31.03.2025"}, "YYYY-MM-DD"),
            ({"given_date": ""}, "when the candidate agreed"),
            ({"phone": "12"}, "not a phone number"),
            ({"phone": ""}, "which number"),
            ({"phone": "+12025550999"}, "Import the applicants first"),
            ({"email": "kim@example.com"}, "Import the applicants first"),
            ({"method": "job_form"}, "import, job_board, manual"),
            ({"method": "telepathy"}, "telepathy is no method"),
            ({"scope": "everything"}, "jobs, this_job, reminders"),
            ({"applicant_id": "x"}, "whole number"),
            ({"applicant_id": 2**40}, "whole number"),
            ({"applicant_id": 999999999}, "that you may read"),
            ({"applicant_id": self.applicant.id, "phone": "+12025550143"}, "is not the number of"),
            ({"colour": "red"}, "no column colour"),
            ({"note": 5}, "A text is needed"),
            ({"source": "x" * 201}, "Shorten it"),
            ({"note": "a\x00"}, "broken characters"),
        ):
            with self.subTest(said):
                self.assertIn(said, self.reason(**row))
        self.assertFalse(self.events())

    def test_refused_by_state(self):
        self.append("declined", "job_form")
        self.assertIn("answered No", self.reason(given_date=str(fields.Date.today())))
        self.append("review", "reply")
        self.assertIn("Decide about that first", self.reason())
        self.append("withdrawn", "keyword")
        self.assertIn("Only START", self.reason())

    def test_a_bad_row_does_not_hold_up_the_others(self):
        other = self.make_applicant(partner_phone="+12025550143")
        results = self.run_import(
            {"phone": CANDIDATE}, {"phone": "nonsense"}, {"phone": "+12025550143"}, {}
        )
        self.assertEqual(
            [result["status"] for result in results],
            ["recorded", "refused", "recorded", "refused"],
        )
        self.assertEqual(self.thread_of(other).consent_state, "granted")

    def test_dry_run(self):
        [result] = self.run_import({"phone": CANDIDATE}, dry_run=True)
        self.assertEqual((result["status"], result["consent_id"]), ("ready", False))
        self.assertFalse(self.events())

    def test_two_people_on_one_number(self):
        self.applicant.email_from = "robin@example.com"
        kim = self.make_applicant(partner_name="Kim Else", email_from="kim@example.com")
        self.assertIn("Several people", self.reason())
        [result] = self.run_import({"phone": CANDIDATE, "email": "Robin@example.com"})
        self.assertEqual(result["applicant_id"], self.applicant.id)
        [result] = self.run_import({"applicant_id": kim.id})
        self.assertEqual(result["applicant_id"], kim.id)

    def test_rights_and_shape(self):
        for user in (self.nobody, self.viewer, self.interviewer):
            with self.assertRaises(AccessError):
                self.run_import({"phone": CANDIDATE}, user=user)
        for rows in ("x", [1], None, {"phone": CANDIDATE}):
            with self.assertRaises(ValidationError):
                self.env["hr.applicant"].with_user(self.sender).sms_consent_import(rows)
        with self.assertRaisesRegex(ValidationError, "5000"):
            self.env["hr.applicant"].with_user(self.sender).sms_consent_import([{}] * 5001)

    def test_another_companys_applicant(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.make_applicant(
            company_id=other.id, job_id=False, partner_phone="+12025550177"
        )
        self.assertIn("Import the applicants first", self.reason(phone="+12025550177"))
        self.assertIn("that you may read", self.reason(applicant_id=foreign.id, phone=""))

    def test_a_thousand_in_one_call(self):
        applicants = self.env["hr.applicant"].create(
            [
                {
                    "partner_name": f"Robin {number}",
                    "partner_phone": f"+1202556{number:04}",
                    "job_id": self.job.id,
                    "company_id": self.company.id,
                }
                for number in range(1000, 2000)
            ]
        )
        rows = [
            {"phone": number, "source": "Old system", "source_ref": f"R-{number}"}
            for number in applicants.mapped("sms_number")
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        # Not one for each row: those that count grow by Odoo's batches only.
        with self.assertQueryCount(130):
            results = self.run_import(*rows)
            self.env.flush_all()
        self.assertEqual({result["status"] for result in results}, {"recorded"})
        self.assertEqual(set(applicants.mapped("sms_consent_state")), {"granted"})
        with self.assertQueryCount(30):
            results = self.run_import(*rows)
            self.env.flush_all()
        self.assertEqual({result["status"] for result in results}, {"known"})
        self.assertEqual(self.env["hr.sms.consent"]._verify_chains(), [])


@tagged("post_install", "-at_install")
class TestConsentImportFile(TextingMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()

    def wizard(self, content=None, name="consents.csv", user=None):
        model = self.env["hr.sms.consent.import"].with_user(user or self.sender)
        action = model.action_import_consents()
        wizard = model.browse(action["res_id"])
        if content is not None:
            wizard.write({"file": base64.b64encode(content), "file_name": name})
        return wizard

    def test_the_template_filled_in(self):
        self.authenticate("sms_sender", "sms_sender")
        response = self.url_open("/recruitment_texting/consent_template.xlsx")
        self.assertIn("sms-consents.xlsx", response.headers["Content-Disposition"])
        book = openpyxl.load_workbook(io.BytesIO(response.content))
        sheet = book.worksheets[0]
        titles = [cell.value for cell in sheet[1]]
        self.assertEqual(titles[:2], ["phone", "email"])
        explained = [row[0].value for row in book.worksheets[1].iter_rows(min_row=2)]
        self.assertEqual(explained, titles)
        for row in (
            {"phone": CANDIDATE, "given_date": fields.Date.to_date(DAY), "source_ref": 4711},
            {"phone": "12", "given_date": DAY},
        ):
            sheet.append([row.get(title) for title in titles])
        buffer = io.BytesIO()
        book.save(buffer)
        wizard = self.wizard(buffer.getvalue(), "consents.xlsx")
        wizard.action_check()
        self.assertEqual((wizard.state, wizard.ready, wizard.refused), ("checked", 1, 1))
        self.assertEqual((wizard.line_ids.row, wizard.line_ids.phone), (3, "12"))
        self.assertIn("not a phone number", wizard.line_ids.reason)
        self.assertFalse(self.thread_of(self.applicant).consent_ids)
        with self.assertRaisesRegex(UserError, "Confirm first"):
            wizard.action_import()
        wizard.confirmed = True
        wizard.action_import()
        self.assertEqual((wizard.state, wizard.ready), ("done", 1))
        event = self.thread_of(self.applicant).consent_ids
        self.assertEqual((event.source_ref, str(event.given_date)[:10]), ("4711", DAY))

    def test_a_csv_of_another_kind(self):
        content = f"Phone;Given_Date;source\n{CANDIDATE};{DAY};Indéed\n;;\n".encode("cp1252")
        wizard = self.wizard(content)
        wizard.confirmed = True
        wizard.action_import()
        self.assertEqual(wizard.ready, 1)

    def test_files_that_are_none(self):
        for content, name, said in (
            (b"", "a.csv", "Choose a file"),
            (b"phone,colour\n1,2\n", "a.csv", "name the columns"),
            (b"name,given_date\n1,2\n", "a.csv", "name the columns"),
            (b"%PDF-1.4\n", "a.pdf", "only supports CSV"),
        ):
            with self.subTest(said), self.assertRaisesRegex(UserError, said):
                self.wizard(content, name).action_check()

    def test_rights(self):
        for user in (self.nobody, self.viewer):
            with self.assertRaises(AccessError):
                self.wizard(user=user)
        self.authenticate("sms_viewer", "sms_viewer")
        with self.assertLogs("odoo.http", "WARNING"):
            response = self.url_open("/recruitment_texting/consent_template.xlsx")
        self.assertEqual(response.status_code, 403)
