from datetime import timedelta

from odoo import api, fields, models

from ..gateway.media import MediaFetcher
from ..gateway.webhook import NEUTRALIZED_TOKEN
from ..rules.media import MAX_FILES, PICTURE_TYPES, file_name, kind_of
from .transactions import short_transaction

BATCH = 20
# Before each further attempt. Twilio keeps files until somebody deletes them.
_PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=3),
    timedelta(hours=12),
    timedelta(days=1),
)
# Longer than fetching a batch takes: then its process died.
_LEASE = timedelta(minutes=10)


class HrSmsMedia(models.Model):
    """A picture or file of a received text. It is fetched from Twilio after the commit.

    The file itself is an attachment of the text: who may read the text may read it.
    """

    _name = "hr.sms.media"
    _description = "Picture or File of an SMS"
    _order = "message_id, position"

    message_id = fields.Many2one(
        "hr.sms.message", required=True, readonly=True, ondelete="cascade", index=True
    )
    position = fields.Integer(readonly=True)
    url = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        [("waiting", "Being fetched"), ("stored", "Stored"), ("failed", "Not fetched")],
        required=True,
        readonly=True,
        default="waiting",
    )
    reason = fields.Char(readonly=True, help="Why it was not fetched.")
    attachment_id = fields.Many2one("ir.attachment", readonly=True, ondelete="set null")
    attempt_count = fields.Integer("Attempts", readonly=True)
    next_attempt_date = fields.Datetime(readonly=True)

    _waiting_idx = models.Index("(next_attempt_date) WHERE state = 'waiting'")

    @api.model
    def _expect(self, message, form):
        """Note the files of a text that just arrived, to be fetched after the commit.

        :param message: ``hr.sms.message`` record
        :param form: the webhook's form
        """
        count = form.get("NumMedia") or "0"
        urls = [
            form.get(f"MediaUrl{number}")
            for number in range(min(int(count), MAX_FILES) if count.isdigit() else 0)
        ]
        waiting = self.create(
            [
                {
                    "message_id": message.id,
                    "position": position,
                    "url": url[:500],
                    "next_attempt_date": fields.Datetime.now(),
                }
                for position, url in enumerate(urls)
                if url
            ]
        )
        if waiting:
            self.env.ref("hr_recruitment_texting.ir_cron_fetch_media")._trigger()

    @api.model
    def _process(self):
        """Fetch what waits. Run by a cron; any number of processes may do this at once."""
        while True:
            with short_transaction(self.env.registry) as env:
                taken = env["hr.sms.media"]._take()
            if not taken:
                break
            for connection, files in taken:
                fetched = connection.fetch_many([url for _id, url in files])
                for (media, _url), result in zip(files, fetched, strict=True):
                    with short_transaction(self.env.registry) as env:
                        env["hr.sms.media"].browse(media)._keep(result)
            if not self._report_progress(sum(len(files) for _connection, files in taken)):
                return
        self._report_progress(0, remaining=0)

    def _report_progress(self, processed, remaining=1):
        return self.env["hr.sms.message"]._report_progress(processed, remaining)

    @api.model
    def _take(self):
        """Take files that it is time to fetch.

        :returns: list of ``(MediaFetcher, [(id, address)])``, one for each company
        """
        self.flush_model()
        now = fields.Datetime.now()
        self.env.cr.execute(
            """
            SELECT id FROM hr_sms_media
             WHERE state = 'waiting' AND next_attempt_date <= %s
          ORDER BY next_attempt_date LIMIT %s
               FOR UPDATE SKIP LOCKED
            """,
            [now, BATCH],
        )
        due = self.browse(row[0] for row in self.env.cr.fetchall())
        due.write({"next_attempt_date": now + _LEASE})
        taken = []
        for company, files in due.grouped(lambda media: media.message_id.company_id).items():
            if company.sms_twilio_auth_token in (False, NEUTRALIZED_TOKEN):
                files._try_later()
                continue
            taken.append(
                (
                    company._sms_connection(MediaFetcher),
                    [(media.id, media.url) for media in files],
                )
            )
        # Nothing to ask for now, perhaps more to take: the next run's.
        return taken

    def _keep(self, result):
        """Keep what was fetched.

        :param result: :class:`~..gateway.media.Fetched`
        """
        self.flush_model()
        # An erasure that came first has deleted this; one that comes now waits for us.
        self.env.cr.execute(
            "SELECT FROM hr_sms_media WHERE id = %s AND state = 'waiting' FOR UPDATE", [self.id]
        )
        if not self.env.cr.rowcount:
            return
        kind = result.outcome == "done" and kind_of(result.content, result.content_type)
        if result.outcome == "retry":
            self._try_later()
        elif not kind:
            self.write({"state": "failed", "reason": result.reason or "type"})
        else:
            attachment = self.env["ir.attachment"].create(
                {
                    "name": file_name(self.position, kind),
                    "raw": result.content,
                    "mimetype": kind,
                    "res_model": "hr.sms.message",
                    "res_id": self.message_id.id,
                }
            )
            self.write({"state": "stored", "attachment_id": attachment.id})
        self.message_id.thread_id._notify_changed()

    def _try_later(self):
        for media in self:
            if media.attempt_count >= len(_PAUSES):
                media.write({"state": "failed", "reason": "unreachable"})
                continue
            media.next_attempt_date = fields.Datetime.now() + _PAUSES[media.attempt_count]
            media.attempt_count += 1
            self.env.ref("hr_recruitment_texting.ir_cron_fetch_media")._trigger(
                media.next_attempt_date
            )

    def _erase(self):
        """Delete files with what leads to them."""
        self.attachment_id.unlink()
        self.unlink()

    def _shown(self):
        """Return how the SMS tab shows these files.

        :returns: list of dicts with ``id``, ``state``, ``reason``, ``name``, ``url``,
            ``preview`` and ``is_picture``
        """
        reasons = {
            "too_large": self.env._("It is larger than 5 MB."),
            "type": self.env._("Files of this kind are not kept."),
        }
        return [
            {
                "id": media.id,
                "state": media.state,
                "reason": reasons.get(
                    media.reason, self.env._("Ask the candidate to send it in another way.")
                )
                if media.state == "failed"
                else "",
                "name": media.attachment_id.name or "",
                "url": f"/web/content/{media.attachment_id.id}" if media.attachment_id else "",
                "preview": f"/web/image/{media.attachment_id.id}/400x400",
                "is_picture": media.attachment_id.mimetype in PICTURE_TYPES,
            }
            for media in self
        ]
