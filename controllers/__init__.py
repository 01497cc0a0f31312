from . import form
from . import ledger
from . import twilio
