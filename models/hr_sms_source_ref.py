from odoo import api, fields, models
from odoo.tools import SQL, hmac


class HrSmsSourceRef(models.Model):
    """What became of an application that another system sent, found by its reference there.

    So that the same call repeated makes nothing twice and decides nothing anew: a consent that was
    refused because the candidate wanted no texts stays refused, whatever they said since.

    The reference itself is not kept, only what recognises it: an erasure has nothing to look for.
    Nobody but the server has access.
    """

    _name = "hr.sms.source.ref"
    _description = "Application of Another System"
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True)
    applicant_id = fields.Many2one(
        "hr.applicant",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Empty once the application was deleted: a repeated call does not bring it back.",
    )
    consent_id = fields.Many2one("hr.sms.consent", readonly=True, ondelete="restrict")
    refusal = fields.Text(readonly=True, help="Why the consent was not recorded.")

    _key_unique = models.UniqueIndex("(key)")

    @api.model
    def _key(self, company, source, source_ref):
        """Return what recognises a reference.

        :param company: ``res.company`` record
        :param source: the other system's name, possibly ``None``
        :param str source_ref: its reference
        :returns: str, HMAC-SHA256 by the database's secret, hexadecimal
        """
        # sudo: the secret is a system parameter
        return hmac(
            self.sudo().env,
            "hr_recruitment_texting.source_ref",
            (company.id, source or "", source_ref),
        )

    @api.model
    def _find(self, keys):
        """Find references that are known.

        :param keys: iterable of :meth:`_key`
        :returns: dict from key to ``hr.sms.source.ref`` record (superuser); one query
        """
        # sudo: nobody has access; whoever names a reference may know what became of it
        return {
            ref.key: ref for ref in self.sudo().search_fetch([("key", "in", list(keys))], ["key"])
        }

    @api.model
    def _reserve(self, keys):
        """Take references for this transaction.

        Another transaction that has one of them is waited for; PostgreSQL then has this one
        repeated, which finds it.

        :param keys: iterable of :meth:`_key` that :meth:`_find` does not know
        :returns: as for :meth:`_find`
        """
        keys = sorted(set(keys))
        if not keys:
            return {}
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hr_sms_source_ref (key, create_uid, create_date, write_uid, write_date)
                SELECT key, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(keys)s) WITH ORDINALITY AS wanted (key, position)
                 ORDER BY position  -- the same for everybody, or two would wait for each other
                ON CONFLICT (key) DO NOTHING
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                keys=keys,
            )
        )
        return self._find(keys)

    @api.model
    def _erase_of(self, applicants):
        """Forget what was said about the consent of applicants.

        :param applicants: ``hr.applicant`` records
        """
        # sudo: nobody has access
        self.sudo().search([("applicant_id", "in", applicants.ids)]).write({"refusal": False})
