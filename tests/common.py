"""What all tests share: companies, users of each role, applicants, and a stand-in gateway."""

from contextlib import contextmanager
from unittest.mock import patch
from uuid import uuid4

from odoo import Command
from odoo.tests import TransactionCase, new_test_user

from ..gateway import Result
from ..models import hr_sms_message_queue

ACCOUNT_SID = "AC" + "0" * 31 + "1"
AUTH_TOKEN = "f" * 32
OUR_NUMBER = "+12025550100"
CANDIDATE = "+12025550142"


class FakeGateway:
    """Stands in for Twilio: remembers what it was given, answers as told.

    :ivar sent: list of ``Outgoing``, in order
    :ivar answer: callable from ``Outgoing`` to ``Result``
    """

    def __init__(self):
        self.sent = []
        self.answer = self.accept

    def accept(self, text):
        return Result(text.uuid, "accepted", sid=f"SM{uuid4().hex}")

    def pipeline(self, still_wanted, _concurrency):
        return FakePipeline(self, still_wanted)

    def send(self, texts, still_wanted):
        wanted = still_wanted(texts)
        self.sent += [text for text in texts if text.uuid in wanted]
        return [
            self.answer(text) if text.uuid in wanted else Result(text.uuid, "held_back")
            for text in texts
        ]

    @property
    def bodies(self):
        return [text.body for text in self.sent]


class FakePipeline:
    """As ``gateway.Pipeline``, without a thread: texts are on their way when results are taken."""

    def __init__(self, gateway, still_wanted):
        self._gateway = gateway
        self._still_wanted = still_wanted
        self._texts = []

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        pass

    def waiting(self, _gateway):
        return len(self._texts)

    @property
    def is_idle(self):
        return not self._texts

    def put(self, _gateway, texts):
        self._texts += texts

    def take(self, timeout):
        texts, self._texts = self._texts, []
        return self._gateway.send(texts, self._still_wanted)

    def stop(self):
        return [Result(text.uuid, "held_back") for text in self._texts]


class TextingMixin:
    """The shared set-up, for TransactionCase and HttpCase alike."""

    @classmethod
    def set_up_texting(cls):
        cls.env.user.group_ids += cls.env.ref("hr_recruitment_texting.group_sms_manager")
        cls.company = cls.env["res.company"].create(
            {
                "name": "Acme Hiring",
                "country_id": cls.env.ref("base.us").id,
                # Tests run at any hour and send a lot: those about the limits turn them on.
                "sms_quiet_hours": False,
                "sms_daily_cap": 0,
                # Most tests are about what is sent, not about what is added to it.
                "sms_opt_out_line": False,
                "sms_welcome": "off",
            }
        )
        cls.connect_company(cls.company)
        # More than the free segments: tests about the allowance say how much there is.
        cls.env["hr.sms.allowance"]._of(cls.company)._add("top_up", 10_000)
        cls.env.user.company_ids += cls.company
        cls.job = cls.env["hr.job"].create({"name": "Nurse", "company_id": cls.company.id})
        cls.applicant = cls.make_applicant()
        officer = "hr_recruitment.group_hr_recruitment_user"
        prefix = "hr_recruitment_texting.group_sms_"
        cls.nobody = cls.make_user("nobody", officer)
        cls.viewer = cls.make_user("viewer", f"{officer},{prefix}view")
        cls.sender = cls.make_user("sender", f"{officer},{prefix}send")
        cls.manager = cls.make_user("manager", f"{officer},{prefix}manager")
        cls.interviewer = cls.make_user(
            "interviewer", f"hr_recruitment.group_hr_recruitment_interviewer,{prefix}view"
        )

    @classmethod
    def connect_company(cls, company, number=OUR_NUMBER, sid=ACCOUNT_SID, token=AUTH_TOKEN):
        company.write(
            {
                "sms_twilio_account_sid": sid,
                "sms_twilio_auth_token": token,
                "sms_twilio_number_ids": [
                    Command.create({"number": number, "country_id": cls.env.ref("base.us").id})
                ],
            }
        )

    @classmethod
    def make_user(cls, name, groups):
        return new_test_user(
            cls.env,
            login=f"sms_{name}",
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def make_applicant(cls, **values):
        return cls.env["hr.applicant"].create(
            {
                "partner_name": "Robin Candidate",
                "partner_phone": CANDIDATE,
                "job_id": cls.job.id,
                "company_id": cls.company.id,
                **values,
            }
        )

    def thread_of(self, applicant, number=None):
        applicant = applicant.sudo()
        return applicant._sms_thread(number or applicant.sms_number, create=True)

    def append(self, event, method, applicant=None, **values):
        """Append an event to the ledger the way a door would."""
        applicant = applicant or self.applicant
        return self.env["hr.sms.consent"]._append(
            [
                {
                    "thread": self.thread_of(applicant),
                    "event": event,
                    "method": method,
                    "applicant": applicant,
                    **values,
                }
            ]
        )

    @contextmanager
    def fake_gateway(self):
        """Replace Twilio for a block.

        :returns: context manager giving a :class:`FakeGateway`
        """
        fake = FakeGateway()
        with patch.object(hr_sms_message_queue, "Pipeline", fake.pipeline):
            yield fake

    def receive(self, body, sender=None):
        """Take in a text, of the candidate if not told otherwise, and return it."""
        form = {"From": sender or CANDIDATE, "To": OUR_NUMBER, "Body": body}
        form |= {"AccountSid": ACCOUNT_SID}
        message = self.env["hr.sms.message"]._receive(self.company.ids, f"SM{uuid4().hex}", form)
        self.env.flush_all()
        return message

    def drain(self, lane="direct"):
        """Send what waits, as the sender thread or the cron does."""
        self.env.flush_all()
        with self.fake_gateway() as fake:
            self.env["hr.sms.message"]._process_queue(lane)
        self.env.invalidate_all()
        return fake


class TextingCase(TextingMixin, TransactionCase):
    """A TransactionCase whose own transactions see what the test wrote."""

    def look_consent_up_in_test(self):
        """For tests that hand texts to the simulator: under test there is but one cursor.

        The pipeline's thread would wait for it. It may use it while the queue waits for results.
        """
        self.startPatcher(
            patch.object(
                self.registry["hr.sms.message"],
                "_still_wanted",
                lambda messages, texts: messages._still_wanted_by(self.env.cr, texts),
            )
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_texting()
        cls.registry_enter_test_mode_cls()
