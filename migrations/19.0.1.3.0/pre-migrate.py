def migrate(cr, version):
    """Give the texts there are their place in the conversation: when they came or went.

    In whole seconds, as Odoo writes dates. Another type, if the same one, has PostgreSQL write the
    table once; an UPDATE would leave every row there twice.
    """
    cr.execute("ALTER TABLE hr_sms_message ADD COLUMN IF NOT EXISTS date timestamp")
    cr.execute(
        """
        ALTER TABLE hr_sms_message ALTER COLUMN date TYPE timestamp
              USING date_trunc('second', COALESCE(claimed_date, create_date))
        """
    )
