from . import consent_import
from . import consent_link
from . import form
from . import apply_link
from . import ledger
from . import poster
from . import terms
from . import twilio
