"""Everything that talks to Twilio, and the only place that imports its SDK. No ORM."""

from .client import Gateway, Outgoing, Result
from .lookup import Lookup, Report
from .pipeline import Pipeline
from .probe import probe
from .setup import Setup
from .webhook import Webhook, empty_twiml

__all__ = [
    "Gateway",
    "Lookup",
    "Outgoing",
    "Pipeline",
    "Report",
    "Result",
    "Setup",
    "Webhook",
    "empty_twiml",
    "probe",
]
