import base64
import io
from collections import Counter

import xlsxwriter

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..models.hr_applicant import SEND_GROUP
from ..models.hr_applicant_consent_import import COLUMNS

TEMPLATE_URL = "/recruitment_texting/consent_template.xlsx"
_SHOWN = 200


class HrSmsConsentImport(models.TransientModel):
    """Consents from a spreadsheet: checked first, with what is wrong by row, then recorded.

    Odoo's own import writes records, and consent events are none that anybody may write; what it
    says of a refused row is that it was refused.
    """

    _name = "hr.sms.consent.import"
    _description = "Import of Consents"

    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    confirmed = fields.Boolean("These people agreed to our texts, and we can prove it")
    state = fields.Selection(
        [("file", "File"), ("checked", "Checked"), ("done", "Done")], default="file", readonly=True
    )
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, readonly=True
    )
    ready = fields.Integer("To record", readonly=True)
    known = fields.Integer("Recorded before", readonly=True)
    refused = fields.Integer(readonly=True)
    line_ids = fields.One2many("hr.sms.consent.import.line", "import_id", readonly=True)

    @api.model
    def action_import_consents(self):
        """Open the import.

        :returns: action
        :raises AccessError: without the right to send SMS
        """
        self.env["hr.applicant"]._sms_check_right(SEND_GROUP)
        return self._show(self.create({}))

    def action_template(self):
        """Download a file to fill in.

        :returns: action that downloads it
        """
        return {"type": "ir.actions.act_url", "url": TEMPLATE_URL, "target": "download"}

    def action_check(self):
        """Check the file without recording anything.

        :returns: action that shows what was found
        """
        return self._run(dry_run=True)

    def action_import(self):
        """Record the rows that can be recorded.

        :returns: action that shows the outcome
        :raises UserError: unless it is confirmed that these people agreed
        """
        if not self.confirmed:
            raise UserError(
                self.env._("Confirm first that these people agreed to texts from your company.")
            )
        return self._run(dry_run=False)

    def _run(self, dry_run):
        self.ensure_one()
        rows = self._rows()
        results = (
            self.env["hr.applicant"]
            .with_company(self.company_id)
            .sms_consent_import(rows, dry_run=dry_run)
        )
        counts = Counter(result["status"] for result in results)
        refused = [result for result in results if result["status"] == "refused"]
        self.line_ids.unlink()
        self.write(
            {
                "state": "checked" if dry_run else "done",
                "ready": counts["ready"] + counts["recorded"],
                "known": counts["known"],
                "refused": len(refused),
                "line_ids": [
                    Command.create(
                        {
                            # the first one of the file is that of the titles
                            "row": result["row"] + 1,
                            "phone": str(rows[result["row"] - 1].get("phone") or "")[:40],
                            "reason": result["reason"],
                        }
                    )
                    for result in refused[:_SHOWN]
                ],
            }
        )
        return self._show(self)

    def _show(self, record):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import consents"),
            "res_model": self._name,
            "res_id": record.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # ------------------------------------------------------------
    # The file
    # ------------------------------------------------------------

    def _rows(self):
        """Read the file.

        :returns: list of dicts from column to what stands in it
        :raises UserError: when it cannot be read, or lacks a column
        """
        if not self.file:
            raise UserError(self.env._("Choose a file first, for example the template filled in."))
        reader = self.env["base_import.import"].create(
            {"file": base64.b64decode(self.file), "file_name": self.file_name or ""}
        )
        try:
            _length, lines = reader._read_file({"quoting": '"', "separator": "", "encoding": ""})
        except UserError:
            raise
        except Exception as error:  # whatever a broken file makes its reader do
            raise UserError(
                self.env._("The file cannot be read. Save it as xlsx or csv and try again.")
            ) from error
        if not lines:
            raise UserError(self.env._("The file is empty."))
        titles = [str(title).strip().casefold() for title in lines[0]]
        missing = [name for name in ("phone", "given_date") if name not in titles]
        unknown = [title for title in titles if title and title not in COLUMNS]
        if missing or unknown:
            raise ValidationError(
                self.env._(
                    "The first line has to name the columns: %(columns)s. phone and given_date are "
                    "needed, the others may be left out.",
                    columns=", ".join(COLUMNS),
                )
            )
        return [
            {
                title: self._cell(value)
                for title, value in zip(titles, line, strict=False)
                if title and str(value).strip()
            }
            for line in lines[1:]
            if any(str(value).strip() for value in line)
        ]

    def _cell(self, value):
        return value.strip() if isinstance(value, str) else str(value)

    @api.model
    def _template(self):
        """Return the file to fill in.

        :returns: bytes of an xlsx file with a sheet for the rows and one that explains them
        """
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        bold = book.add_format({"bold": True})
        text = book.add_format({"num_format": "@"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(self.env._("Consents")[:31])
        # As text: a spreadsheet takes the plus sign and leading zeros off a number.
        sheet.set_column(0, len(COLUMNS) - 1, 18, text)
        sheet.write_row(0, 0, COLUMNS, bold)
        sheet.freeze_panes(1, 0)
        guide = book.add_worksheet(self.env._("How to fill it in")[:31])
        guide.set_column(0, 0, 16)
        guide.set_column(1, 1, 80, wrapped)
        guide.set_column(2, 2, 24)
        titles = (self.env._("Column"), self.env._("What it is"), self.env._("Example"))
        guide.write_row(0, 0, titles, bold)
        for number, (name, (what, example)) in enumerate(self._guide().items(), 1):
            guide.write_row(number, 0, (name, what, example))
        book.close()
        return buffer.getvalue()

    def _guide(self):
        """Return what the columns are: name to explanation and example."""
        return {
            "phone": (
                self.env._("The phone number that was agreed for. Needed."),
                "+1 202 555 0142",
            ),
            "email": (
                self.env._("The applicant's e-mail address, where several share a number."),
                "robin@example.com",
            ),
            "applicant_id": (
                self.env._("The number of the applicant in Odoo, instead of phone and email."),
                "",
            ),
            "given_date": (
                self.env._("When they agreed: YYYY-MM-DD, never in the future. Needed."),
                "2026-03-31",
            ),
            "method": (
                self.env._(
                    "How you know: import (another system), job_board or manual (a colleague). "
                    "Empty: import."
                ),
                "import",
            ),
            "scope": (
                self.env._(
                    "What they agreed to: jobs (this and other jobs), this_job or reminders. "
                    "Empty: jobs."
                ),
                "jobs",
            ),
            "source": (
                self.env._("Where they agreed: the system or the job board."),
                "Old applicant system",
            ),
            "source_ref": (
                self.env._(
                    "Its reference there. The same one is recorded once, however often you import."
                ),
                "A-4711",
            ),
            "note": (
                self.env._("What else proves it. Needed after a No."),
                "",
            ),
        }


class HrSmsConsentImportLine(models.TransientModel):
    """A row that was refused, and why."""

    _name = "hr.sms.consent.import.line"
    _description = "Refused Row of an Import"
    _order = "row"

    import_id = fields.Many2one("hr.sms.consent.import", required=True, ondelete="cascade")
    row = fields.Integer(readonly=True)
    phone = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
