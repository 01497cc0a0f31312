"""The inbox: what is listed for whom, what may be done about it, and how few queries that takes."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import TextingCase

STRANGER = "+12025550177"
COUNTED = ("mine", "unassigned", "unread", "waiting", "scheduled", "failed", "unknown", "review")


@tagged("post_install", "-at_install")
class TestInbox(TextingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.foreigner = new_test_user(
            cls.env,
            login="sms_foreigner",
            groups="hr_recruitment.group_hr_recruitment_user,"
            "hr_recruitment_texting.group_sms_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.other = cls.make_applicant(partner_name="Ada Other", partner_phone="+12025550143")

    def setUp(self):
        super().setUp()
        self.append("granted", "job_form")
        self.thread = self.thread_of(self.applicant)

    def rpc(self, user, method, *args, **kwargs):
        """Call a method of threads as a client of that user does."""
        self.env.flush_all()
        self.env.invalidate_all()
        return call_kw(self.env(user=user)["hr.sms.thread"], method, args, kwargs)

    def listed(self, user, name="all", **kwargs):
        return [row["id"] for row in self.rpc(user, "sms_inbox", name, **kwargs)["threads"]]

    def listed_rows(self, user, name="all", **kwargs):
        return self.rpc(user, "sms_inbox", name, **kwargs)["threads"]

    def test_a_row_tells_what_is_needed(self):
        self.applicant.sms_send("Are you free on Monday?")
        self.receive("Yes, <b>Monday</b>\nworks")
        [row] = self.rpc(self.viewer, "sms_inbox")["threads"]
        self.assertEqual(row["name"], "Robin Candidate")
        self.assertEqual(row["job"], "Nurse")
        self.assertEqual(row["text"], "Yes, <b>Monday</b> works")
        self.assertEqual((row["unread"], row["direction"]), (1, "inbound"))
        self.assertTrue(row["waiting_since"])
        self.assertEqual(row["consent"]["state"], "granted")
        self.assertIs(row["user"], False)
        self.assertEqual(row["applicant_id"], self.applicant.id)

    def test_newest_first_and_page_by_page(self):
        threads = []
        for number in range(5):
            threads.append(self.receive("Hi", f"+1202555019{number}").thread_id.id)
        threads.reverse()
        self.assertEqual(self.listed(self.viewer, limit=5), threads)
        first = self.rpc(self.viewer, "sms_inbox", limit=3)
        self.assertTrue(first["has_more"])
        rest = self.rpc(self.viewer, "sms_inbox", before=first["threads"][-1]["last_id"])
        self.assertEqual([row["id"] for row in first["threads"] + rest["threads"]], threads)
        self.assertFalse(rest["has_more"])

    def test_each_filter_and_its_count(self):
        unknown = self.receive("Who is this?", STRANGER).thread_id
        self.receive("Hello")
        planned = self.thread_of(self.other)
        self.append("granted", "job_form", self.other)
        later = fields.Datetime.now() + timedelta(days=1)
        self.other.sms_send("Later", scheduled_date=later)
        expected = {
            "mine": set(),
            "unassigned": {unknown.id, self.thread.id, planned.id},
            "unread": {unknown.id, self.thread.id},
            "waiting": {unknown.id, self.thread.id},
            "scheduled": {planned.id},
            "failed": set(),
            "unknown": {unknown.id},
            "review": set(),
        }
        for name in COUNTED:
            with self.subTest(name):
                self.assertEqual(set(self.listed(self.viewer, name)), expected[name])
        counts = self.rpc(self.viewer, "sms_inbox_counts")
        self.assertEqual(
            {name: counts[name] for name in COUNTED}, {n: len(t) for n, t in expected.items()}
        )

    def test_failed_until_another_one_goes(self):
        message = self.env["hr.sms.message"].browse(self.applicant.sms_send("Hello"))
        message.sudo().state = "failed"
        self.assertEqual(self.listed(self.viewer, "failed"), self.thread.ids)
        self.applicant.sms_send("Again")
        self.assertFalse(self.listed(self.viewer, "failed"))

    def test_a_decision_is_needed(self):
        self.receive("please don't text me anymore")
        self.assertEqual(self.listed(self.viewer, "review"), self.thread.ids)

    def test_an_answer_by_hand_ends_the_wait(self):
        self.receive("When shall I come?")
        self.env["hr.sms.message"]._queue(
            [{"thread": self.thread, "body": "To all", "kind": "bulk", "applicant": self.applicant}]
        )
        self.assertEqual(self.listed(self.viewer, "waiting"), self.thread.ids)
        self.applicant.with_user(self.sender).sms_send("At ten")
        self.assertFalse(self.listed(self.viewer, "waiting"))

    def test_who_waits_for_a_canceled_answer_waits_again(self):
        self.receive("When shall I come?")
        sender = self.applicant.with_user(self.sender)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        first, second = (
            sender.sms_send(body, scheduled_date=tomorrow)[0] for body in ("At ten", "At the gate")
        )
        self.assertFalse(self.listed(self.viewer, "waiting"))
        messages = self.env["hr.sms.message"].with_user(self.sender)
        messages.browse(first).sms_cancel()
        self.assertFalse(self.listed(self.viewer, "waiting"), "the second answers too")
        messages.browse(second).sms_cancel()
        self.assertEqual(self.listed(self.viewer, "waiting"), self.thread.ids)

    def test_who_waits_for_an_answer_that_does_not_go_waits_again(self):
        def withdrawn():
            self.append("withdrawn", "manual")
            self.append("granted", "manual")

        def refused_when_its_time_came():
            self.env["phone.blacklist"].add(self.applicant.sms_number)
            answer.scheduled_date = fields.Datetime.now()
            self.assertFalse(self.drain().sent)
            self.env["phone.blacklist"].remove(self.applicant.sms_number)

        tomorrow = fields.Datetime.now() + timedelta(days=1)
        sender = self.applicant.with_user(self.sender)
        texts = self.env["hr.sms.message"]
        self.receive("When shall I come?")
        for happens in (withdrawn, refused_when_its_time_came):
            with self.subTest(happens.__name__):
                answer = texts.browse(sender.sms_send("At ten", scheduled_date=tomorrow))
                self.assertFalse(self.listed(self.viewer, "waiting"))
                happens()
                self.env.invalidate_all()
                self.assertEqual(answer.state, "canceled")
                self.assertEqual(self.listed(self.viewer, "waiting"), self.thread.ids)
        first = texts.browse(sender.sms_send("At ten", scheduled_date=tomorrow))
        sender.sms_send("At the gate")
        first._cancel_by(self.manager)
        self.assertFalse(self.listed(self.viewer, "waiting"), "the second answers too")

    def test_what_is_erased_does_not_wait_again(self):
        received = self.receive("When shall I come?")
        later = fields.Datetime.now() + timedelta(days=1)
        self.applicant.with_user(self.sender).sms_send("At ten", scheduled_date=later)
        self.thread.message_ids.sudo()._erase_content()
        self.env.invalidate_all()
        self.assertFalse(received.is_waiting)

    def test_a_keyword_does_not_wait(self):
        self.receive("HELP")
        self.assertFalse(self.listed(self.viewer, "waiting"))
        self.receive("When?")
        self.receive("STOP")
        self.assertFalse(self.listed(self.viewer, "waiting"), "no answer is wanted")

    def test_search(self):
        self.receive("The blue folder 100%")
        unknown = self.receive("Hi", STRANGER).thread_id
        for words, found in {
            "robin": self.thread,
            "Robin Cand": self.thread,
            "blue fold": self.thread,
            "100%": self.thread,
            "555-0177": unknown,
            "(202) 555 0177": unknown,
            "0202 555 0177": unknown,
            "0%0": self.thread.browse(),
            "000": self.thread.browse(),
            "0001": self.thread.browse(),
            "R%n": self.thread.browse(),
            "'; DROP TABLE": self.thread.browse(),
        }.items():
            with self.subTest(words):
                self.assertEqual(self.listed(self.viewer, search=words), found.ids)
        self.assertFalse(self.listed(self.viewer, "unknown", search="robin"))

    def test_mine_and_the_badge(self):
        self.receive("Hello")
        self.assertEqual(self.rpc(self.sender, "sms_inbox_badge"), 0)
        self.applicant.user_id = self.sender
        self.assertEqual(self.listed(self.sender, "mine"), self.thread.ids, "the recruiter's")
        self.assertEqual(self.rpc(self.sender, "sms_inbox_badge"), 1)
        self.rpc(self.manager, "sms_assign", self.thread.ids, self.manager.id)
        self.assertFalse(self.listed(self.sender, "mine"))
        self.assertEqual(self.rpc(self.manager, "sms_inbox_badge"), 1)
        self.applicant.with_user(self.manager).sms_send("Hello!")
        self.assertEqual(self.rpc(self.manager, "sms_inbox_badge"), 0)
        self.assertEqual(self.listed(self.manager, "mine"), self.thread.ids)

    def test_archive_until_the_next_text_received(self):
        self.receive("Thanks")
        self.rpc(self.sender, "sms_archive", self.thread.ids)
        self.assertFalse(self.listed(self.viewer))
        self.assertFalse(self.rpc(self.viewer, "sms_inbox_counts")["unread"])
        [row] = self.rpc(self.viewer, "sms_inbox", "archived")["threads"]
        self.assertTrue(row["archived"])
        self.applicant.sms_send("You are welcome")
        self.assertFalse(self.listed(self.viewer), "what we send brings nothing back")
        self.receive("One more question")
        self.assertEqual(self.listed(self.viewer), self.thread.ids)
        self.assertFalse(self.listed(self.viewer, "archived"))
        self.rpc(self.sender, "sms_archive", self.thread.ids)
        self.rpc(self.sender, "sms_archive", self.thread.ids, False)
        self.assertEqual(self.listed(self.viewer), self.thread.ids)

    def test_taken_back_from_the_archive_where_nobody_ever_answered(self):
        self.applicant.sms_send("Hello!")
        self.rpc(self.sender, "sms_archive", self.thread.ids)
        self.assertEqual(self.listed(self.viewer, "archived"), self.thread.ids)
        self.rpc(self.sender, "sms_archive", self.thread.ids, False)
        self.assertEqual(self.listed(self.viewer), self.thread.ids)
        self.assertFalse(self.listed(self.viewer, "archived"))

    def test_read_and_unread(self):
        self.receive("One")
        self.receive("Two")
        self.rpc(self.viewer, "sms_inbox_mark_read", self.thread.ids)
        self.assertFalse(self.listed(self.viewer, "unread"))
        self.rpc(self.viewer, "sms_mark_unread", self.thread.ids)
        [row] = self.rpc(self.viewer, "sms_inbox", "unread")["threads"]
        self.assertEqual(row["unread"], 1)

    def test_nothing_to_mark_unread(self):
        self.applicant.sms_send("Hello")
        with self.assertRaises(UserError):
            self.rpc(self.viewer, "sms_mark_unread", self.thread.ids)

    # ------------------------------------------------------------
    # Numbers of nobody
    # ------------------------------------------------------------

    def test_conversation_with_a_number_of_nobody(self):
        thread = self.receive("Is the job open?", STRANGER).thread_id
        tab = self.rpc(self.sender, "sms_inbox_conversation", thread.ids)
        self.assertEqual([text["body"] for text in tab["messages"]], ["Is the job open?"])
        self.assertFalse(tab["gate"]["allowed"])
        self.assertEqual(tab["numbers"][0]["unread"], 1)
        self.assertEqual(self.rpc(self.sender, "sms_inbox_history", thread.ids), [])

    def test_attach_as_a_further_number(self):
        thread = self.receive("It is Robin, my new number", STRANGER).thread_id
        self.rpc(self.sender, "sms_attach", thread.ids, self.applicant.id)
        self.assertEqual(self.applicant.sms_phone_ids.mapped("number"), [STRANGER])
        self.assertEqual(thread.applicant_ids, self.applicant)
        self.assertEqual(thread.message_ids.applicant_id, self.applicant)
        self.assertFalse(self.listed(self.viewer, "unknown"))
        with self.assertRaisesRegex(UserError, "already"):
            self.rpc(self.sender, "sms_attach", thread.ids, self.other.id)

    def test_attached_to_the_wrong_one(self):
        thread = self.receive("It is Robin, my new number", STRANGER).thread_id
        self.rpc(self.sender, "sms_attach", thread.ids, self.applicant.id)
        self.receive("Are you there?", STRANGER)
        self.rpc(self.sender, "sms_detach", thread.ids, self.applicant.id)
        self.assertFalse(self.applicant.sms_phone_ids)
        self.assertNotIn(thread, self.applicant.sms_thread_ids)
        self.assertFalse(thread.applicant_ids)
        self.assertEqual(len(thread.message_ids), 2)
        self.assertFalse(thread.message_ids.applicant_id)
        self.assertTrue(self.listed(self.viewer, "unknown"))
        with self.assertRaisesRegex(UserError, "not a number of"):
            self.rpc(self.sender, "sms_detach", thread.ids, self.applicant.id)
        self.rpc(self.sender, "sms_attach", thread.ids, self.other.id)
        self.assertEqual(thread.applicant_ids, self.other)

    def test_the_main_number_attached_to_the_wrong_one(self):
        thread = self.receive("Hello", STRANGER).thread_id
        silent = self.make_applicant(partner_name="No Phone", partner_phone=False)
        self.rpc(self.sender, "sms_attach", thread.ids, silent.id)
        self.rpc(self.sender, "sms_detach", thread.ids, silent.id)
        self.assertFalse(silent.sms_number or silent.partner_phone)
        self.assertFalse(thread.applicant_ids)

    def test_a_former_number_is_somebodys_again(self):
        thread = self.receive("It is Robin, my new number", STRANGER).thread_id
        self.rpc(self.sender, "sms_attach", thread.ids, self.applicant.id)
        self.applicant.sms_phone_ids.with_user(self.sender).unlink()
        [row] = self.listed_rows(self.viewer, search="my new number")
        self.assertEqual((row["applicant_id"], row["is_former"]), (self.applicant.id, True))
        self.rpc(self.sender, "sms_attach", thread.ids, self.other.id)
        [row] = self.listed_rows(self.viewer, search="my new number")
        self.assertEqual((row["applicant_id"], row["is_former"]), (self.other.id, False))
        with self.assertRaisesRegex(UserError, "already"):
            self.rpc(self.sender, "sms_attach", thread.ids, self.applicant.id)

    def call_off(self, applicant):
        """Plan a text and cancel it."""
        [text] = applicant.with_user(self.sender).sms_send(
            "Later", scheduled_date="2099-01-01 00:00:00"
        )
        self.env["hr.sms.message"].with_user(self.sender).browse(text).sms_cancel()

    def test_what_never_went_moves_no_conversation(self):
        first = self.receive("Hello").thread_id
        second = self.receive("Hi", STRANGER).thread_id
        self.assertEqual(self.listed(self.viewer), [second.id, first.id])
        self.call_off(self.applicant)
        rows = self.listed_rows(self.viewer)
        self.assertEqual([row["id"] for row in rows], [second.id, first.id])
        self.assertEqual(rows[1]["text"], "Hello")
        silent = self.make_applicant(partner_name="Silent", partner_phone="+12025550179")
        self.append("granted", "job_form", silent)
        self.call_off(silent)
        thread = self.thread_of(silent)
        self.assertIn(thread.id, self.listed(self.viewer), "what has nothing else is shown with it")

    def test_put_away_but_not_out_of_sight(self):
        thread = self.receive("Hello").thread_id
        applicant = self.applicant.with_user(self.sender)
        [planned] = applicant.sms_send("Tomorrow", scheduled_date="2099-01-01 00:00:00")
        self.rpc(self.sender, "sms_archive", thread.ids)
        self.assertFalse(self.listed(self.viewer))
        self.assertEqual(self.listed(self.viewer, "scheduled"), thread.ids)
        self.assertEqual(self.rpc(self.viewer, "sms_inbox_counts")["scheduled"], 1)
        [row] = self.listed_rows(self.viewer, search="Hello")
        self.assertTrue(row["archived"])
        self.env["hr.sms.message"].browse(planned).write(
            {"state": "failed", "scheduled_date": False}
        )
        self.assertEqual(self.listed(self.viewer, "failed"), thread.ids)

    def test_what_was_written_to_an_applicant_stays_theirs(self):
        thread = self.receive("It is Robin, my new number", STRANGER).thread_id
        self.rpc(self.sender, "sms_attach", thread.ids, self.applicant.id)
        applicant = self.applicant.with_user(self.sender)
        applicant.sms_consent_grant(number=STRANGER, note="by phone")
        with self.assertRaisesRegex(UserError, "stays in their history"):
            self.rpc(self.sender, "sms_detach", thread.ids, self.applicant.id)
        self.assertEqual(thread.applicant_ids, self.applicant)
        self.assertEqual(thread.message_ids.applicant_id, self.applicant)

    def test_attach_as_the_main_number(self):
        thread = self.receive("Hello", STRANGER).thread_id
        silent = self.make_applicant(partner_name="No Phone", partner_phone=False)
        self.rpc(self.sender, "sms_attach", thread.ids, silent.id)
        self.assertEqual(silent.sms_number, STRANGER)
        self.assertEqual(thread.applicant_ids, silent)

    def test_attach_beside_what_was_mistyped(self):
        thread = self.receive("Hello", STRANGER).thread_id
        mistyped = self.make_applicant(partner_name="Mistyped", partner_phone="202 555 01")
        self.assertFalse(mistyped.sms_number)
        self.rpc(self.sender, "sms_attach", thread.ids, mistyped.id)
        self.assertEqual(mistyped.partner_phone, "202 555 01")
        self.assertEqual(mistyped.sms_phone_ids.mapped("number"), [STRANGER])
        self.assertEqual(thread.applicant_ids, mistyped)
        [row] = self.rpc(self.sender, "sms_inbox")["threads"]
        self.assertEqual(row["applicant_id"], mistyped.id)
        tab = mistyped.with_user(self.sender).sms_tab(number=STRANGER)
        self.assertEqual([text["body"] for text in tab["messages"]], ["Hello"])
        self.rpc(self.sender, "sms_detach", thread.ids, mistyped.id)
        self.assertEqual(mistyped.partner_phone, "202 555 01")
        self.assertFalse(mistyped.sms_phone_ids or thread.applicant_ids)

    def test_attach_to_a_new_applicant(self):
        thread = self.receive("Hello", STRANGER).thread_id
        new = self.make_applicant(partner_name="New", partner_phone=STRANGER)
        self.rpc(self.sender, "sms_attach", thread.ids, new.id)
        self.assertEqual(thread.message_ids.applicant_id, new)
        self.assertFalse(new.sms_phone_ids)

    def test_attach_refuses(self):
        thread = self.receive("Hello", STRANGER).thread_id
        elsewhere = self.make_applicant(company_id=self.other_company.id, job_id=False)
        for target, error in ((elsewhere.id, AccessError), (0, UserError), ("1", UserError)):
            with self.subTest(target=target), self.assertRaises(error), self.env.cr.savepoint():
                self.rpc(self.sender, "sms_attach", thread.ids, target)

    # ------------------------------------------------------------
    # Applications that went to another company
    # ------------------------------------------------------------

    def move(self, applicant):
        """Move an application to the other company, as somebody who works in both does."""
        job = self.env["hr.job"].create({"name": "Cook", "company_id": self.other_company.id})
        applicant.write({"job_id": job.id, "company_id": self.other_company.id})

    def test_who_shared_the_number_went_to_another_company(self):
        twin = self.make_applicant(partner_name="Twin")
        self.thread_of(twin)
        self.append("granted", "job_form", twin)
        twin.sms_send("Hello twin")
        self.env.flush_all()
        tab = self.applicant.with_user(self.sender).sms_tab()
        self.assertEqual(tab["messages"][0]["applicant_name"], "Twin")
        self.move(twin)
        self.env.flush_all()
        self.env.invalidate_all()
        tab = self.applicant.with_user(self.sender).sms_tab()
        [text] = tab["messages"]
        self.assertEqual((text["body"], text["applicant_name"]), ("Hello twin", ""))
        tab = self.rpc(self.sender, "sms_inbox_conversation", self.thread.ids)
        self.assertEqual([text["body"] for text in tab["messages"]], ["Hello twin"])

    def test_read_and_done_with_after_the_applicant_went_to_another_company(self):
        self.receive("Am I still in?")
        self.sender.company_ids += self.other_company
        self.move(self.applicant)
        both = (self.company + self.other_company).ids

        def rpc(method, *args):
            self.env.flush_all()
            self.env.invalidate_all()
            env = self.env(user=self.sender, context={"allowed_company_ids": both})
            return call_kw(env["hr.sms.thread"], method, args, {})

        [row] = rpc("sms_inbox")["threads"]
        self.assertEqual((row["name"], row["unread"]), ("Robin Candidate", 1))
        self.assertEqual((row["applicant_id"], row["is_unknown"]), (False, False))
        tab = rpc("sms_inbox_conversation", self.thread.ids)
        self.assertEqual([text["body"] for text in tab["messages"]], ["Am I still in?"])
        self.assertIn("another company", tab["gate"]["reason"])
        self.assertEqual(tab["numbers"][0]["label"], "Former number")
        rpc("sms_inbox_mark_read", self.thread.ids)
        self.assertEqual(rpc("sms_inbox")["threads"][0]["unread"], 0)

    def test_a_number_of_nobody_is_unknown(self):
        self.receive("Hi", STRANGER)
        [row] = self.rpc(self.viewer, "sms_inbox")["threads"]
        self.assertEqual((row["applicant_id"], row["is_unknown"]), (False, True))

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def assertRefused(self, user, method, *args):
        with (
            self.subTest(user=user.login, method=method),
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
            self.assertRaises(AccessError),
            self.env.cr.savepoint(),
        ):
            self.rpc(user, method, *args)

    def calls(self, thread):
        """Return what is done to one thread, with the right it needs beside View."""
        reading = [(name, thread.ids) for name in ("sms_inbox_conversation", "sms_inbox_history")]
        reading += [("sms_mark_unread", thread.ids), ("sms_inbox_mark_read", thread.ids)]
        changing = [("sms_assign", thread.ids, False), ("sms_archive", thread.ids)]
        changing += [("sms_assignees", thread.ids)]
        changing += [(name, thread.ids, self.applicant.id) for name in ("sms_attach", "sms_detach")]
        return reading, changing

    def test_without_view_nothing(self):
        self.receive("Hello")
        reading, changing = self.calls(self.thread)
        own = [("sms_inbox",), ("sms_inbox_counts",), ("sms_inbox_badge",)]
        own.append(("sms_inbox_thread", self.thread.ids))
        for method, *args in own + reading + changing:
            self.assertRefused(self.nobody, method, *args)

    def test_viewers_change_nothing(self):
        self.receive("Hello")
        for method, *args in self.calls(self.thread)[1]:
            self.assertRefused(self.viewer, method, *args)

    def test_another_company_sees_nothing(self):
        self.receive("Hello")
        self.receive("Hi", STRANGER)
        self.assertFalse(self.listed(self.foreigner))
        self.assertFalse(self.listed(self.foreigner, search="Hello"))
        counts = self.rpc(self.foreigner, "sms_inbox_counts")
        self.assertFalse(any(counts[name] for name in COUNTED))
        self.assertFalse(self.rpc(self.foreigner, "sms_inbox_thread", self.thread.ids))
        reading, changing = self.calls(self.thread)
        for method, *args in reading + changing:
            self.assertRefused(self.foreigner, method, *args)

    def test_interviewers_see_their_applicants_only(self):
        self.receive("Mine to read")
        stranger = self.receive("Hi", STRANGER).thread_id
        self.assertFalse(self.listed(self.interviewer))
        self.applicant.interviewer_ids = self.interviewer
        self.assertEqual(self.listed(self.interviewer), self.thread.ids)
        self.assertEqual(self.listed(self.interviewer, "unread"), self.thread.ids)
        self.assertFalse(self.rpc(self.interviewer, "sms_inbox_thread", stranger.ids))
        # Somebody else's text on the same number: neither shown, found, nor counted.
        twin = self.make_applicant(partner_name="Twin")
        self.thread_of(twin)
        self.rpc(self.interviewer, "sms_inbox_mark_read", self.thread.ids)
        self.env["hr.sms.message"].create(
            {
                "thread_id": self.thread.id,
                "company_id": self.company.id,
                "direction": "inbound",
                "state": "received",
                "body": "secret of the twin",
                "is_unread": True,
                "applicant_id": twin.id,
            }
        )
        [row] = self.rpc(self.interviewer, "sms_inbox")["threads"]
        self.assertEqual(row["text"], "Mine to read")
        self.assertFalse(self.listed(self.interviewer, "unread"))
        self.assertFalse(self.listed(self.interviewer, search="secret"))

    def test_assigned_only_to_who_may_read_it(self):
        self.receive("Hello")
        ids = [user["id"] for user in self.rpc(self.sender, "sms_assignees", self.thread.ids)]
        self.assertEqual(ids[0], self.sender.id)
        self.assertIn(self.viewer.id, ids)
        for user in (self.nobody, self.foreigner, self.interviewer):
            self.assertNotIn(user.id, ids)
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.rpc(self.sender, "sms_assign", self.thread.ids, user.id)
        self.applicant.interviewer_ids = self.interviewer
        self.rpc(self.sender, "sms_assign", self.thread.ids, self.interviewer.id)
        self.assertEqual(self.thread.user_id, self.interviewer)
        self.rpc(self.sender, "sms_assign", self.thread.ids, False)
        self.assertFalse(self.thread.user_id)

    def test_what_is_no_page_is_refused(self):
        for arguments in (
            {"filter_name": "nonsense"},
            {"filter_name": ["all"]},
            {"search": "x" * 101},
            {"search": {"a": 1}},
            {"before": "x"},
            {"limit": None},
        ):
            with self.subTest(arguments), self.assertRaises(ValidationError):
                self.rpc(self.viewer, "sms_inbox", **arguments)

    # ------------------------------------------------------------
    # Speed
    # ------------------------------------------------------------

    def test_as_many_queries_for_many_as_for_few(self):
        def count(user):
            model = self.env(user=user)["hr.sms.thread"]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = model.sms_inbox("all")["threads"]
            return len(rows), self.env.cr.sql_log_count - before

        self.receive("Hello")
        count(self.viewer)
        one, few = count(self.viewer)
        for number in range(30):
            self.make_applicant(partner_name=f"N {number}", partner_phone=f"+120255502{number:02}")
            self.receive("Hi", f"+120255502{number:02}")
        many, queries = count(self.viewer)
        self.assertEqual((one, many), (1, 31))
        self.assertLessEqual(queries, few + 1)
        self.assertLessEqual(queries, 25)
