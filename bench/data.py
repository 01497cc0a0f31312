"""Data for the measurements, written by SQL: a million messages by the ORM would take an hour.

Everything is derived from a number n: its phone number, its applicant "Bench n", its thread.
"""

# A thread of each number with a Yes of its applicant, as the ledger's fold would leave it.
_NUMBER = "'+1' || (202 + n / 8000000)::text || (2000000 + n %% 8000000)::text"


def connect(cursor, url, account_sid, token, number):
    """Connect the main company to the simulator and take away what depends on the hour."""
    set_parameter(cursor, "web.base.url", "http://127.0.0.1:9")
    set_parameter(cursor, "web.base.url.freeze", "True")
    cursor.execute(
        "UPDATE res_company SET sms_provider = 'twilio', sms_twilio_account_sid = %s,"
        " sms_twilio_auth_token = %s WHERE id = 1",
        [account_sid, token],
    )
    cursor.execute(
        "INSERT INTO sms_twilio_number (company_id, sequence, number, country_id)"
        " SELECT 1, 1, %s, id FROM res_country WHERE code = 'US'",
        [number],
    )
    cursor.execute("UPDATE ir_cron SET active = FALSE")
    if _has(cursor, "hr_sms_thread"):
        set_parameter(cursor, "hr_recruitment_texting.twilio_api_url", url)
        cursor.execute("UPDATE res_company SET sms_quiet_hours = FALSE WHERE id = 1")
        cursor.execute(
            "UPDATE hr_sms_allowance SET extra_left = 100000000, period_total = 100000000"
        )


def applicants(cursor, count):
    """Make applicants "Bench 1" to "Bench count" of the main company, each with a number."""
    addon = _has(cursor, "hr_sms_thread")
    cursor.execute(
        f"""
        INSERT INTO hr_applicant (partner_name, partner_phone, partner_phone_sanitized, email_from,
                                  {"sms_number," if addon else ""} company_id, stage_id, active,
                                  kanban_state, priority, create_uid, create_date, write_uid,
                                  write_date)
        SELECT 'Bench ' || n, {_NUMBER}, {_NUMBER}, 'bench' || n || '@example.com',
               {_NUMBER + "," if addon else ""} 1,
               (SELECT id FROM hr_recruitment_stage ORDER BY sequence LIMIT 1), TRUE,
               'normal', '0', 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
          FROM generate_series(1, %s) AS n
        """,
        [count],
    )


def threads(cursor, count):
    """Make the threads 1 to count, each with a Yes; those up to the last applicant have one."""
    cursor.execute(
        f"""
        INSERT INTO hr_sms_thread (company_id, number, consent_state, consent_locked, consent_scope,
                                   consent_grants, consent_sequence, head_sequence, create_uid,
                                   create_date, write_uid, write_date)
        SELECT 1, {_NUMBER}, 'granted', FALSE, 'jobs',
               jsonb_build_array(jsonb_build_array(
                   'jobs', 0, COALESCE((SELECT id FROM hr_applicant WHERE sms_number = {_NUMBER}
                                         LIMIT 1), 0))),
               0, 0, 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
          FROM generate_series(1, %s) AS n
        """,
        [count],
    )
    cursor.execute(
        """
        INSERT INTO hr_sms_thread_applicant_rel (thread_id, applicant_id)
        SELECT thread.id, applicant.id
          FROM hr_sms_thread thread JOIN hr_applicant applicant ON applicant.sms_number = thread.number
            ON CONFLICT DO NOTHING
        """
    )


def history(cursor, count, per_thread=None):
    """Make so many texts that were sent and received, spread over all threads or in one of them.

    Every hundredth received one is unread and waits for an answer.
    """
    cursor.execute(
        """
        INSERT INTO hr_sms_message (thread_id, company_id, direction, kind, purpose, body, state,
                                    segment_count, uuid, twilio_sid, sender_number, is_unread,
                                    is_waiting, is_charged, charged_segments, attempt_count, date, claimed_date,
                                    sent_date, create_uid, create_date, write_uid, write_date)
        SELECT list.ids[1 + n %% array_length(list.ids, 1)], 1,
               CASE WHEN n %% 4 = 0 THEN 'inbound' ELSE 'outbound' END, 'bulk', 'job',
               'This is text number ' || n || ' of a long conversation about work.',
               CASE WHEN n %% 4 = 0 THEN 'received' ELSE 'delivered' END, 1,
               md5(random()::text || n), 'SM' || md5(random()::text || n), '+15005550006',
               n %% 400 = 0, n %% 400 = 0, n %% 4 != 0, 1, 1,
               now() - interval '100 days' + n * interval '10 milliseconds',
               now() - interval '100 days', now() - interval '100 days',
               1, now() - interval '100 days', 1, now() - interval '100 days'
          FROM generate_series(1, %s) AS n,
               (SELECT array_agg(id ORDER BY id) AS ids FROM hr_sms_thread
                 WHERE %s::int IS NULL OR id = %s) AS list
        """,
        [count, per_thread, per_thread],
    )


def queued(cursor, count, kind="bulk"):
    """Replace what a former run left by count texts that wait, one for each of the first threads."""
    cursor.execute("DELETE FROM hr_sms_allowance_line WHERE message_id IS NOT NULL")
    cursor.execute("DELETE FROM hr_sms_message WHERE body LIKE 'Hello Bench %'")
    cursor.execute(
        """
        INSERT INTO hr_sms_message (thread_id, company_id, direction, kind, purpose, body, state,
                                    segment_count, uuid, applicant_id, date, create_uid,
                                    create_date, write_uid, write_date)
        SELECT thread.id, 1, 'outbound', %s, 'job',
               'Hello Bench ' || thread.id || ', are you free on Monday?', 'queued', 1,
               md5(random()::text || thread.id), rel.applicant_id,
               now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
          FROM (SELECT id FROM hr_sms_thread WHERE head_sequence = 0 ORDER BY id LIMIT %s) AS thread
     LEFT JOIN LATERAL (SELECT applicant_id FROM hr_sms_thread_applicant_rel
                         WHERE thread_id = thread.id LIMIT 1) AS rel ON TRUE
        """,
        [kind, count],
    )


def core_queued(cursor, count):
    """Replace what a former run left by count texts in Odoo's own queue."""
    cursor.execute("DELETE FROM sms_sms")
    cursor.execute(
        f"""
        INSERT INTO sms_sms (number, body, uuid, state, to_delete, create_uid, create_date,
                             write_uid, write_date)
        SELECT {_NUMBER}, 'Hello Bench ' || n || ', are you free on Monday?',
               md5(random()::text || n), 'outgoing', FALSE, 1, now() AT TIME ZONE 'UTC', 1,
               now() AT TIME ZONE 'UTC'
          FROM generate_series(1, %s) AS n
        """,
        [count],
    )


def handed_over(cursor, count):
    """Make count texts that Twilio has and whose callbacks are to come."""
    cursor.execute(
        """
        INSERT INTO hr_sms_message (thread_id, company_id, direction, kind, purpose, body, state,
                                    segment_count, uuid, twilio_sid, sender_number, attempt_count,
                                    date, claimed_date, sent_date, create_uid, create_date,
                                    write_uid, write_date)
        SELECT thread.id, 1, 'outbound', 'bulk', 'job', 'Handed over', 'sent', 1,
               md5(random()::text || thread.id), 'SM' || md5(random()::text || thread.id),
               '+15005550006', 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', 1,
               now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
          FROM (SELECT id FROM hr_sms_thread WHERE head_sequence = 0 ORDER BY id LIMIT %s) AS thread
        """,
        [count],
    )


def handed_over_again(cursor):
    """Have the callbacks of these texts come once more.

    :returns: list of ``(uuid, MessageSid)``
    """
    cursor.execute(
        "UPDATE hr_sms_message SET state = 'sent' WHERE body = 'Handed over'"
        " RETURNING uuid, twilio_sid"
    )
    return cursor.fetchall()


def core_handed_over(cursor, count):
    """The same in Odoo's own tables: a text, its note, the notification and what links them."""
    cursor.execute(
        f"""
        WITH number AS (
            SELECT n, md5(random()::text || n) AS uuid FROM generate_series(1, %s) AS n
        ), text AS (
            INSERT INTO sms_sms (number, body, uuid, state, to_delete, create_uid, create_date,
                                 write_uid, write_date)
            SELECT {_NUMBER}, 'Handed over', uuid, 'pending', FALSE, 1, now() AT TIME ZONE 'UTC', 1,
                   now() AT TIME ZONE 'UTC'
              FROM number
        ), note AS (
            INSERT INTO mail_message (message_type, model, res_id, body, subject, author_id, date,
                                      create_uid, create_date, write_uid, write_date)
            SELECT 'sms', 'res.partner', 1, 'Handed over', uuid, 1, now() AT TIME ZONE 'UTC', 1,
                   now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
              FROM number
         RETURNING id, subject
        ), notification AS (
            INSERT INTO mail_notification (mail_message_id, res_partner_id, notification_type,
                                           notification_status, sms_number)
            SELECT id, 1, 'sms', 'pending', subject FROM note
         RETURNING id, sms_number
        )
        INSERT INTO sms_tracker (sms_uuid, mail_notification_id, create_uid, create_date)
        SELECT sms_number, id, 1, now() AT TIME ZONE 'UTC' FROM notification
        """,
        [count],
    )


def core_handed_over_again(cursor):
    """Have the callbacks of these texts come once more.

    :returns: list of their uuids
    """
    cursor.execute(
        "UPDATE mail_notification SET notification_status = 'pending'"
        " WHERE id IN (SELECT mail_notification_id FROM sms_tracker)"
    )
    cursor.execute("UPDATE sms_sms SET to_delete = FALSE WHERE body = 'Handed over' RETURNING uuid")
    return [uuid for (uuid,) in cursor.fetchall()]


def numbers(cursor, count):
    """Return the numbers of the first threads."""
    cursor.execute(
        "SELECT number FROM hr_sms_thread WHERE head_sequence = 0 ORDER BY id LIMIT %s", [count]
    )
    return [number for (number,) in cursor.fetchall()]


def count_of(cursor, table, condition):
    """Count rows of a table."""
    cursor.execute(f"SELECT count(*) FROM {table} WHERE {condition}")
    return cursor.fetchone()[0]


def analyze(cursor):
    """What autovacuum would have done by the time there is that much data."""
    cursor.execute("ANALYZE")


def _has(cursor, table):
    cursor.execute("SELECT to_regclass(%s)", [table])
    return cursor.fetchone()[0] is not None


def set_parameter(cursor, key, value):
    """Set a system parameter."""
    cursor.execute(
        "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )
