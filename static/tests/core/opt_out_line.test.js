import { describe, expect, test } from "@odoo/hoot";

import { tellsOptOut, withOptOutLine } from "@hr_recruitment_texting/core/opt_out_line";

import { optOut } from "../opt_out_line_vectors";

describe.current.tags("headless");

const line = "Reply STOP to opt out";
const byReply = { line, separator: "\n", told: { link: "", patterns: optOut.patterns } };
const byLink = {
    line: "Opt out: https://acme.example/sms/consent/abc",
    separator: "\n",
    told: { link: "/sms/consent/", patterns: [] },
};

test("sees the same as the server", () => {
    expect(optOut.vectors.tells.length).toBeGreaterThan(30);
    for (const text of optOut.vectors.tells) {
        expect(tellsOptOut(byReply, `Hi. ${text}`)).toBe(true, { message: text });
    }
    for (const text of optOut.vectors.tells_not) {
        expect(tellsOptOut(byReply, text)).toBe(false, { message: text });
    }
});

test("adds the line once, and to no empty text", () => {
    expect(withOptOutLine(byReply, " Hello \n")).toBe(`Hello\n${line}`);
    expect(withOptOutLine(byReply, `Hello\n${line}`)).toBe(`Hello\n${line}`);
    expect(withOptOutLine(byReply, " \n")).toBe(" \n");
    expect(withOptOutLine(false, "Hello")).toBe("Hello");
});

test("where replies do not arrive, STOP is no way out", () => {
    expect(withOptOutLine(byLink, line)).toBe(`${line}\n${byLink.line}`);
    expect(withOptOutLine(byLink, byLink.line)).toBe(byLink.line);
});
