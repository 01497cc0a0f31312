from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Give the texts there are what this version keeps of them."""
    # Their place in the conversation: when they came or went, in whole seconds, as Odoo writes
    # dates. Another type, if the same one, has PostgreSQL write the table once; an UPDATE would
    # leave every row there twice.
    cr.execute("ALTER TABLE hr_sms_message ADD COLUMN IF NOT EXISTS date timestamp")
    cr.execute(
        """
        ALTER TABLE hr_sms_message ALTER COLUMN date TYPE timestamp
              USING date_trunc('second', COALESCE(claimed_date, create_date))
        """
    )
    # Until now only reminders that ask named their interview.
    if column_exists(cr, "hr_sms_message", "event_id"):
        cr.execute("ALTER TABLE hr_sms_message ADD COLUMN IF NOT EXISTS event_asks boolean")
        cr.execute("ALTER TABLE hr_sms_message ADD COLUMN IF NOT EXISTS event_start timestamp")
        cr.execute(
            """
            UPDATE hr_sms_message AS message SET event_asks = TRUE, event_start = event.start
              FROM calendar_event AS event WHERE event.id = message.event_id
            """
        )
    # Of campaigns that were started: what a pause moves from now on.
    if column_exists(cr, "hr_sms_campaign", "start_date"):
        cr.execute("ALTER TABLE hr_sms_campaign ADD COLUMN IF NOT EXISTS pace_date timestamp")
        cr.execute("UPDATE hr_sms_campaign SET pace_date = GREATEST(scheduled_date, start_date)")
