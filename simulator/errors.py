"""Twilio's error codes and the shape of its error answers.

Source: https://www.twilio.com/docs/api/errors and
https://www.twilio.com/docs/usage/twilios-response#error-and-exception-responses
"""

#: code -> (HTTP status, message). ``{}`` is replaced by the value that was refused.
REST_ERRORS = {
    20001: (400, "Invalid parameter: {}"),
    20003: (401, "Authenticate"),
    20005: (403, "Account not active"),
    20004: (405, "Method not allowed"),
    20404: (404, "The requested resource {} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service is unavailable. Please try again."),
    20507: (400, "Page size must be between 1 and 1000"),
    20009: (400, "Cannot change this resource before its processing has finished: {}"),
    21211: (400, "Invalid 'To' Phone Number: {}"),
    21212: (400, "Invalid From Number (caller ID): {}"),
    21266: (400, "'To' and 'From' number cannot be the same: {}"),
    21408: (
        400,
        (
            "Permission to send an SMS has not been enabled for the region indicated by the 'To' "
            "number: {}"
        ),
    ),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (
        400,
        (
            "The 'From' phone number {} is not a valid, SMS-capable inbound phone number or short "
            "code for your account."
        ),
    ),
    21609: (400, "The 'StatusCallback' URL {} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient: {}"),
    21611: (429, "This 'From' number has exceeded the maximum number of queued messages: {}"),
    21612: (
        400,
        "The message From/To pair violates a blacklist rule or cannot be routed: {}",
    ),
    21614: (400, "'To' number is not a valid mobile number: {}"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit."),
    21620: (400, "Invalid media URL(s): {}"),
    21623: (400, "Number of media files exceeds allowed limit."),
    21635: (400, "'To' number cannot be a landline: {}"),
    21701: (404, "The Messaging Service {} does not exist"),
    21704: (400, "The Messaging Service contains no phone numbers: {}"),
    30409: (409, "This message cannot be canceled: {}"),
    35114: (400, "SendAt must be between {} and 35 days in the future"),
    35118: (400, "MessagingServiceSid is required to schedule a message"),
}

#: Codes a message can end with, with Twilio's short text.
DELIVERY_ERRORS = {
    21610: "Attempt to send to unsubscribed recipient",
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30010: "Message price exceeds max price",
    30022: "US A2P 10DLC - Rate Limits Exceeded",
    30032: "Toll-Free Number Has Not Been Verified",
    30034: "US A2P 10DLC - Message from an Unregistered Number",
}

#: These never leave Twilio (status ``failed``); the others come back from the carrier
#: (``undelivered``).
FAILED_CODES = frozenset({21610, 30001, 30002, 30010})

#: Codes the simulator notes about a webhook's answer, as Twilio's debugger does.
WARNINGS = {
    11200: "HTTP retrieval failure",
    12100: "Document parse failure",
    12200: "Schema validation warning",
    12300: "Invalid Content-Type",
    21610: "Reply to an unsubscribed recipient",
}


class TwilioError(Exception):
    """An error answer of the REST API.

    :param code: Twilio's error code.
    :param value: what was refused; shown in the message.
    :param status: HTTP status, when it differs from the table's.
    :param message: the text, when it differs from the table's.
    """

    def __init__(self, code, value="", status=None, message=None):
        default_status, text = REST_ERRORS.get(
            code, (400, DELIVERY_ERRORS.get(code, "The request was refused"))
        )
        self.code = code
        self.status = status or default_status
        self.message = message or text.format(value)
        super().__init__(f"{code}: {self.message}")

    def body(self):
        """Return the JSON object Twilio answers with."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
