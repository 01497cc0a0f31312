from . import form
from . import twilio
