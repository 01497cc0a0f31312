"""Random lives of numbers: whatever happens in whatever order, no text leaves outside consent."""

import itertools
import os
from collections import Counter
from uuid import uuid4

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..rules.consent import Event, fold
from .common import OUR_NUMBER, TextingCase
from .live import ACCOUNT_SID, AUTH_TOKEN, LiveSimulator

SOAK = bool(os.environ.get("TEXTING_SOAK"))
THREADS = 12
STEPS = 1000 if SOAK else 60
LIVES = 200 if SOAK else 6  # of that many numbers together, of so many steps each


class Oracle:
    """What a number may get, in the plainest words: the addon's fold is not asked."""

    def __init__(self):
        self.state = "none"
        self.locked = False
        self.earlier = None  # what comes back when a review is cleared

    @property
    def open(self):
        return self.state == "granted"

    def says_yes(self):
        if not self.locked:
            self.state = "granted"

    def says_no(self):
        if "withdrawn" not in (self.state, self.state == "review" and self.earlier):
            self.state = "declined"

    def says_stop(self):
        self.state, self.locked = "withdrawn", True

    def says_start(self):
        self.state, self.locked = "granted", False

    def seems_to_want_no_more(self):
        if self.state not in ("withdrawn", "review"):
            self.state, self.earlier = "review", self.state

    def cleared(self):
        if self.state == "review":
            self.state = self.earlier


class Machine(RuleBasedStateMachine):
    """One company, its candidates, and everything that can happen to their consent."""

    number = st.integers(0, THREADS - 1)

    def __init__(self, case):
        super().__init__()
        self.case = case
        self.env = case.env
        case.simulator.control("/control/reset", "POST")
        # There is no server that callbacks could go to.
        case.simulator.control("/control/settings", "POST", callback_statuses=[])
        exchange = next(case.exchanges)  # numbers of its own for each life: none has a past
        self.phones = [f"+1202{exchange}{number:04}" for number in range(THREADS)]
        self.applicants = case.env["hr.applicant"].create(
            [
                {
                    "partner_name": f"Candidate {phone}",
                    "partner_phone": phone,
                    "job_id": case.job.id,
                    "company_id": case.company.id,
                }
                for phone in self.phones
            ]
        )
        self.people = [Oracle() for _phone in self.phones]
        self.waiting = [0] * THREADS  # texts that wait, by number
        self.may_arrive = [0] * THREADS  # texts handed over while there was consent

    def sender(self, number):
        return self.applicants[number].with_user(self.case.sender)

    def thread(self, number):
        return self.case.thread_of(self.applicants[number])

    def append(self, number, event, method):
        self.case.append(event, method, self.applicants[number])

    # -- what people do -------------------------------------------------------------------

    @rule(number=number, yes=st.booleans(), method=st.sampled_from(["job_form", "link"]))
    def answers(self, number, yes, method):
        self.append(number, "granted" if yes else "declined", method)
        self.people[number].says_yes() if yes else self.people[number].says_no()

    @rule(number=number, word=st.sampled_from(["STOP", "stopp.", "Abmelden", "END", "opt out"]))
    def texts_stop(self, number, word):
        self.receive(number, word)
        self.people[number].says_stop()

    @rule(number=number, word=st.sampled_from(["START", "Unstop", "yes"]))
    def texts_start(self, number, word):
        self.receive(number, word)
        self.people[number].says_start()

    @rule(number=number, body=st.sampled_from(["Hi", "I'll stop by at 3", "ok", "Yes, at noon"]))
    def texts_something(self, number, body):
        self.receive(number, body)

    @rule(number=number)
    def seems_to_want_no_more(self, number):
        self.append(number, "review", "reply")
        self.people[number].seems_to_want_no_more()

    @rule(number=number)
    def opted_out_at_twilio(self, number):
        self.append(number, "withdrawn", "provider")
        self.people[number].says_stop()

    def receive(self, number, body):
        form = {"From": self.phones[number], "To": OUR_NUMBER, "Body": body}
        self.env["hr.sms.message"].sudo()._receive(self.case.company.ids, f"SM{uuid4().hex}", form)

    # -- what colleagues do ---------------------------------------------------------------

    @rule(number=number, note=st.sampled_from([None, "on the phone"]))
    def adds_consent(self, number, note):
        person = self.people[number]
        refused = (
            person.locked or person.state == "review" or (person.state == "declined" and not note)
        )
        try:
            self.sender(number).sms_consent_grant(note=note)
        except UserError:
            assert refused
        else:
            assert not refused
            person.says_yes()

    @rule(number=number)
    def withdraws_consent(self, number):
        self.sender(number).sms_consent_withdraw()
        self.people[number].state = "withdrawn"

    @rule(number=number, clear=st.booleans())
    def decides(self, number, clear):
        person = self.people[number]
        if person.state != "review":
            return
        if clear:
            self.append(number, "review_cleared", "manual")
            person.cleared()
        else:
            self.append(number, "withdrawn", "reply")
            person.state = "withdrawn"

    @rule(number=number, later=st.booleans())
    def sends(self, number, later):
        date = "2099-01-01 00:00:00" if later else None
        try:
            sent = self.sender(number).sms_send("Hello", scheduled_date=date)
        except UserError:
            assert not self.people[number].open
            return
        assert self.people[number].open
        if later:
            # Its time has come, without waiting until 2099.
            self.env["hr.sms.message"].browse(sent).scheduled_date = fields.Datetime.now()
        self.waiting[number] += 1

    @rule()
    def queue_runs(self):
        for number, person in enumerate(self.people):
            if person.open:
                self.may_arrive[number] += self.waiting[number]
            if person.state != "review":  # then they wait for the decision
                self.waiting[number] = 0
        self.env.flush_all()
        self.env["hr.sms.message"]._process_queue()
        self.env.invalidate_all()
        arrived = Counter(
            text["to"]
            for text in self.case.simulator.control("/control/messages", limit=100000)["messages"]
            if text["body"] == "Hello"
        )
        for phone, most, person in zip(self.phones, self.may_arrive, self.people, strict=True):
            assert arrived[phone] == most, (
                f"{phone} ({person.state}): {arrived[phone]}, not {most}: {self.texts_to(phone)}"
            )

    @invariant()
    def what_waited_for_a_withdrawn_number_never_goes(self):
        """Not even after START: it is canceled at once."""
        for number, person in enumerate(self.people):
            if person.state == "withdrawn":
                self.waiting[number] = 0

    def texts_to(self, phone):
        """Say what became of the texts to a number, for whoever looks for the mistake."""
        messages = self.env["hr.sms.message"].search(
            [("thread_id.number", "=", phone), ("direction", "=", "outbound")], order="id"
        )
        return [(text.kind, text.state, text.failure_code or text.wait_code) for text in messages]

    # -- what must hold -------------------------------------------------------------------

    def teardown(self):
        self.queue_runs()
        for number, person in enumerate(self.people):
            thread = self.thread(number)
            folded = fold(
                Event(
                    event.sequence,
                    event.event,
                    event.method,
                    event.scope or None,
                    event.given_date,
                    event.applicant_ref,
                    event.job_ref,
                )
                for event in thread.consent_ids.sorted("sequence")
            )
            stored = (thread.consent_state, thread.consent_locked, thread.consent_sequence)
            assert stored == (folded.state, folded.locked, folded.sequence)
            assert (folded.state, folded.locked) == (person.state, person.locked)


@tagged("post_install", "-at_install")
class TestConsentMachine(TextingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = LiveSimulator(numbers=[OUR_NUMBER]).start()
        cls.addClassCleanup(cls.simulator.stop)
        cls.connect_company_to_simulator()
        cls.env["hr.sms.allowance"]._of(cls.company)._add("top_up", 1_000_000)
        cls.exchanges = itertools.count(201)

    @classmethod
    def connect_company_to_simulator(cls):
        cls.company.write(
            {"sms_twilio_account_sid": ACCOUNT_SID, "sms_twilio_auth_token": AUTH_TOKEN}
        )
        cls.env["ir.config_parameter"].set_param(
            "hr_recruitment_texting.twilio_api_url", cls.simulator.url
        )

    @mute_logger("odoo.addons.hr_recruitment_texting")
    def test_no_text_outside_consent(self):
        self.look_consent_up_in_test()
        run_state_machine_as_test(
            lambda: Machine(self),
            settings=settings(
                max_examples=LIVES,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=not SOAK,
                # Shrinking a failure would take hours with a database.
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
