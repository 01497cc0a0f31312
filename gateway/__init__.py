"""Everything that talks to Twilio, and the only place that imports its SDK. No ORM."""

from .client import Gateway, Outgoing, Result
from .webhook import Webhook, empty_twiml

__all__ = ["Gateway", "Outgoing", "Result", "Webhook", "empty_twiml"]
