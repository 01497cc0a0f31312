import { click, contains, insertText } from "@mail/../tests/mail_test_helpers";
import { animationFrame, expect, press, queryOne, test } from "@odoo/hoot";

import {
    defineTextingModels,
    FakeTexting,
    openApplicant,
    refusal,
    shows,
} from "../sms_test_helpers";

defineTextingModels();

const TEMPLATES = [
    { id: 1, name: "First contact", body: "Hi Ada, this is Mitchell.", error: "" },
    { id: 2, name: "Broken", body: "", error: "This template cannot be filled in." },
];

test("a template is put in, and edited before it goes", async () => {
    const texting = new FakeTexting({ templates: TEMPLATES });
    await openApplicant(texting);
    await click(".o_sms_templates");
    await contains(".o_sms_template", { count: 2 });
    await shows(".o_sms_template_error", "This template cannot be filled in.");
    await click(".o_sms_template", { text: "First contact" });
    await contains(".o_sms_input:focus", { value: "Hi Ada, this is Mitchell." });
    expect(document.querySelector(".o_sms_input").selectionStart).toBe(25);
    await insertText(".o_sms_input", " Bye");
    await click(".o_sms_send:enabled");
    await shows(".o_sms_bubble_body", "Hi Ada, this is Mitchell. Bye");
    expect(texting.last("sms_send").template_id).toBe(1);
});

test.tags("desktop");
test("by keyboard: a template is chosen, and the cursor is in the text to go on writing", async () => {
    await openApplicant(new FakeTexting({ templates: TEMPLATES }));
    await contains(".o_sms_input:focus");
    queryOne(".o_sms_templates").focus();
    await press("Enter");
    await contains(".o_sms_template", { count: 2 });
    await press("ArrowDown");
    await press("Enter");
    await contains(".o_sms_template", { count: 0 });
    await animationFrame();
    expect(".o_sms_input").toBeFocused();
    expect(".o_sms_input").toHaveValue("Hi Ada, this is Mitchell.");
});

test("a template does not overwrite what is written", async () => {
    await openApplicant(new FakeTexting({ templates: TEMPLATES }));
    await insertText(".o_sms_input", "Good morning!");
    await click(".o_sms_templates");
    await click(".o_sms_template", { text: "First contact" });
    await contains(".o_sms_input:focus", { value: "Good morning! Hi Ada, this is Mitchell." });
});

test("an emoji is put in where the cursor is, and counted", async () => {
    await openApplicant(new FakeTexting());
    await insertText(".o_sms_input", "Hello Ada");
    await shows(".o_sms_counter_encoding", "GSM-7");
    document.querySelector(".o_sms_input").setSelectionRange(5, 5);
    await click(".o_sms_emoji[aria-expanded=false]");
    await contains(".o_sms_emoji[aria-expanded=true]");
    await click(".o-EmojiPicker .o-Emoji[data-codepoints='😊']");
    expect(".o_sms_input").toHaveValue("Hello😊 Ada");
    await contains(".o-EmojiPicker", { count: 0 });
    await contains(".o_sms_input:focus");
    expect(document.querySelector(".o_sms_input").selectionStart).toBe(7);
    await shows(".o_sms_counter_encoding", "Unicode");
});

test("no templates, or none that can be read: the menu says so", async () => {
    const texting = new FakeTexting();
    await openApplicant(texting);
    await click(".o_sms_templates");
    await shows(".o_sms_templates_none", "No templates yet");
    await click(".o_sms_templates");
    texting.refusals.sms_templates = refusal("You may not.");
    await click(".o_sms_templates");
    await shows(".o_sms_templates_menu [role=alert]", "You may not.");
});

test("typographic characters that cost more are replaced in one click", async () => {
    await openApplicant(new FakeTexting());
    await insertText(".o_sms_input", `“Hello” – ${"x".repeat(80)}…`);
    await shows(".o_sms_counter_encoding", "Unicode");
    await shows(".o_sms_plain", "1 instead of 2 segments");
    await click(".o_sms_plain");
    expect(".o_sms_input").toHaveValue(`"Hello" - ${"x".repeat(80)}...`);
    await shows(".o_sms_counter_encoding", "GSM-7");
    await contains(".o_sms_plain", { count: 0 });
});

test("emoji stay: nothing is offered where it would not help", async () => {
    await openApplicant(new FakeTexting());
    await insertText(".o_sms_input", "Hello – 😊");
    await shows(".o_sms_counter_encoding", "Unicode");
    expect(".o_sms_plain").toHaveCount(0);
});

test("a first text that names nobody gets a hint", async () => {
    await openApplicant(new FakeTexting({ introduction: ["Mitchell Admin", "Azure Interior"] }));
    await contains(".o_sms_input");
    expect(".o_sms_introduction").toHaveCount(0);
    await insertText(".o_sms_input", "Are you free?");
    await shows(".o_sms_introduction", "Azure Interior");
    await insertText(".o_sms_input", " It is mitchell");
    await contains(".o_sms_introduction", { count: 0 });
});

test("what a text costs of the allowance", async () => {
    await openApplicant(new FakeTexting({ allowanceLeft: 1234 }));
    await insertText(".o_sms_input", "Hello");
    await shows(".o_sms_counter_segments", "1 of 1,234 segments");
});

test("a text that did not arrive is written anew", async () => {
    const texting = new FakeTexting();
    texting.addMessage({ body: "Nobody there?", state: "failed", failure_reason: "Unreachable." });
    await openApplicant(texting);
    await click(".o_sms_bubble_reuse");
    await contains(".o_sms_input:focus");
    expect(".o_sms_input").toHaveValue("Nobody there?");
});

test("written anew it takes nothing away of what is being written, and comes once", async () => {
    const texting = new FakeTexting();
    texting.addMessage({ state: "failed", body: "Are you there?" });
    await openApplicant(texting);
    await insertText(".o_sms_input", "Good morning.");
    await click(".o_sms_bubble_reuse");
    await contains(".o_sms_input", { value: "Good morning. Are you there?" });
    await click(".o_sms_bubble_reuse");
    await animationFrame();
    expect(".o_sms_input").toHaveValue("Good morning. Are you there?");
    expect(".o_sms_input").toBeFocused();
});

test("not where the number may not be texted", async () => {
    const texting = new FakeTexting({ gate: { allowed: false, code: "x", reason: "No." } });
    texting.addMessage({ body: "Nobody there?", state: "failed", failure_reason: "Unreachable." });
    await openApplicant(texting);
    await contains(".o_sms_bubble_reason");
    expect(".o_sms_bubble_reuse").toHaveCount(0);
});
