from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import content_disposition, request

from ..reports import poster

_FORMATS = {
    "pdf": (poster.render_pdf, "application/pdf"),
    "png": (poster.render_png, "image/png"),
}


class KeywordPoster(http.Controller):
    @http.route(
        "/recruitment_texting/poster/<int:keyword_id>.<string:file_format>",
        type="http",
        auth="user",
        readonly=True,
    )
    def poster(self, keyword_id, file_format):
        """Download the poster of a keyword to apply.

        :param int keyword_id: id of ``hr.sms.keyword``
        :param str file_format: ``pdf`` or ``png``
        :raises AccessError: without the right to read the keyword
        """
        keyword = request.env["hr.sms.keyword"].browse(keyword_id).exists()
        if not keyword or file_format not in _FORMATS:
            raise NotFound()
        render, content_type = _FORMATS[file_format]
        return request.make_response(
            render(keyword._poster()),
            [
                ("Content-Type", content_type),
                (
                    "Content-Disposition",
                    content_disposition(keyword._poster_name(file_format)),
                ),
                ("Cache-Control", "no-store"),
            ],
        )
