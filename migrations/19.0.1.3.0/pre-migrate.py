def migrate(cr, version):
    """Give the texts there are their place in the conversation: when they came or went."""
    cr.execute("ALTER TABLE hr_sms_message ADD COLUMN IF NOT EXISTS date timestamp")
    cr.execute("UPDATE hr_sms_message SET date = COALESCE(claimed_date, create_date)")
