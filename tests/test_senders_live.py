"""A Messaging Service at the simulator: it chooses the number, the callback tells which."""

from odoo.tests import tagged

from .live import NUMBER
from .test_texting_live import LiveTextingCase

SERVICE = "MG51a0000000000000000000000000f00d"


@tagged("post_install", "-at_install")
class TestMessagingService(LiveTextingCase):
    def test_a_conversation(self):
        phone = "+12025550171"
        applicant = self.applicant(phone)
        [company] = self.admin.call("hr.applicant", "read", [applicant], ["company_id"])
        self.admin.call(
            "res.company", "write", [company["company_id"][0]], {"messaging_service_sid": SERVICE}
        )
        [message] = self.admin.call("hr.applicant", "sms_send", [applicant], "By the service")
        [text], _seconds = self.eventually(lambda: self.at_twilio(phone))
        self.assertEqual(text["messaging_service_sid"], SERVICE)

        def known():
            return self.server.psql(
                "SELECT state, sender_number FROM hr_sms_message WHERE id = %s", [message]
            )

        self.eventually(lambda: known() == [("delivered", NUMBER)])
        # Its answer reaches the company without any number being known here.
        self.server.psql("DELETE FROM sms_twilio_number")
        answer = self.simulator.control(
            "/control/inbound", "POST", **{"from": phone, "to": NUMBER, "body": "Fine"}
        )
        self.assertEqual(answer["webhook"]["status"], 200)
        [again] = self.admin.call("hr.applicant", "sms_send", [applicant], "See you")
        self.eventually(lambda: len(self.at_twilio(phone)) == 2)
        self.assertTrue(again)
        self.assertEqual(self.simulator.control("/control/stats")["warnings"], 0)
