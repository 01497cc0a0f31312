from . import consent_import
from . import consent_link
from . import form
from . import ledger
from . import terms
from . import twilio
