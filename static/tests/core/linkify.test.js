import { describe, expect, test } from "@odoo/hoot";

import { linkify } from "@hr_recruitment_texting/core/linkify";

describe.current.tags("headless");

const links = (text) => linkify(text).filter(({ href }) => href);
const shown = (text) =>
    linkify(text)
        .map((part) => part.text)
        .join("");

test("web addresses become links, and nothing is lost", () => {
    const text = "See (https://example.com/a_(b)), www.example.org/x?y=1. Or <b>no</b>\nhttp://a.io!";
    expect(links(text)).toEqual([
        { text: "https://example.com/a_(b)", href: "https://example.com/a_(b)" },
        { text: "www.example.org/x?y=1", href: "https://www.example.org/x?y=1" },
        { text: "http://a.io", href: "http://a.io/" },
    ]);
    expect(shown(text)).toBe(text);
});

test("nothing but http and https becomes a link", () => {
    for (const text of [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "javascript://www.example.com/%0aalert(1)".replace("www.", ""),
        "ftp://example.com",
        "xhttps://example.com",
        "https://",
        "https://localhost",
        "mailto:a@example.com",
        "",
    ]) {
        expect(links(text)).toEqual([], { message: text });
        expect(shown(text)).toBe(text);
    }
});

test("an address cannot break out of its link", () => {
    const [link] = links('https://example.com/"onmouseover="alert(1)');
    expect(link.href).toBe("https://example.com/");
});
