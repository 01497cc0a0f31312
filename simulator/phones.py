"""The page with the phones, and the pictures in texts."""

from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob: http: https:; base-uri 'none'; "
    "form-action 'none'"
)


def page_routes(sim):
    """Return the routes of the page."""

    async def index(request):
        return web.FileResponse(
            STATIC / "index.html",
            headers={"Cache-Control": "no-cache", "Content-Security-Policy": _POLICY},
        )

    async def media(request):
        item = sim.store.media.get(request.match_info["sid"])
        if item is None or item.content is None:
            raise web.HTTPNotFound(text="No such media")
        return web.Response(
            body=item.content,
            headers={
                "Content-Type": item.content_type,
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "sandbox; default-src 'none'",
            },
        )

    async def icon(request):
        return web.FileResponse(STATIC / "icon.svg")

    return [
        web.get("/", index),
        web.get("/favicon.ico", icon),
        web.get("/media/{sid}", media),
        web.static("/static", STATIC),
    ]
