import json

from .rules.job_form_markup import FIELD_CLASS, remove_questions


def post_init_hook(env):
    """Let those who follow applicants already be notified of their texts, as new followers are.

    :param env: superuser environment
    """
    subscribe_followers(env.cr)


def subscribe_followers(cr):
    """Add the subtype "SMS received" to what colleagues who follow applicants are told of.

    :param cr: cursor
    """
    cr.execute(
        """
        INSERT INTO mail_followers_mail_message_subtype_rel
                    (mail_followers_id, mail_message_subtype_id)
        SELECT followers.id, subtype.res_id
          FROM mail_followers AS followers
          JOIN res_users AS users
            ON users.partner_id = followers.partner_id AND users.share IS NOT TRUE
          JOIN ir_model_data AS subtype
            ON subtype.module = 'hr_recruitment_texting'
           AND subtype.name = 'mt_applicant_sms_received'
         WHERE followers.res_model = 'hr.applicant'
            ON CONFLICT DO NOTHING
        """
    )


def uninstall_hook(env):
    """Leave nothing behind that Odoo does not remove by itself.

    Tables, fields, views, crons and groups go with the module's own records. The opt-outs that
    Odoo's phone blacklist knows stay, on purpose: those people still want no texts.

    :param env: superuser environment, before the module's data is removed
    """
    env.cr.execute("DROP FUNCTION IF EXISTS hr_sms_consent_append_only() CASCADE")
    env["ir.config_parameter"].search([("key", "=like", "hr\\_recruitment\\_texting.%")]).unlink()
    env["bus.bus"].search([("message", "like", "hr_recruitment_texting/")]).unlink()
    env["ir.attachment"].search([("res_model", "=like", "hr.sms.%")]).unlink()
    _remove_saved_questions(env.cr)


def _remove_saved_questions(cr):
    """Clear the job forms that were edited in the website builder, in every language."""
    cr.execute(
        "SELECT id, arch_db FROM ir_ui_view WHERE arch_db::text LIKE %s", [f"%{FIELD_CLASS}%"]
    )
    for view, archs in cr.fetchall():
        cleared = {lang: remove_questions(arch) for lang, arch in archs.items()}
        cr.execute("UPDATE ir_ui_view SET arch_db = %s WHERE id = %s", [json.dumps(cleared), view])
