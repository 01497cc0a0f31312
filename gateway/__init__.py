"""Everything that talks to Twilio, and the only place that imports its SDK. No ORM."""

from .client import Gateway, Outgoing, Result
from .lookup import Lookup, Report
from .pipeline import Pipeline
from .webhook import Webhook, empty_twiml

__all__ = [
    "Gateway",
    "Lookup",
    "Outgoing",
    "Pipeline",
    "Report",
    "Result",
    "Webhook",
    "empty_twiml",
]
