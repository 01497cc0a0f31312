import { click, contains, insertText } from "@mail/../tests/mail_test_helpers";
import { Deferred, expect, press, test } from "@odoo/hoot";

import {
    defineTextingModels,
    FakeTexting,
    openApplicant,
    OTHER,
    readyToWrite,
    refusal,
    shows,
} from "../sms_test_helpers";

defineTextingModels();

test("a number is added in place, and shown at once", async () => {
    const texting = new FakeTexting();
    await openApplicant(texting);
    await readyToWrite();
    await click(".o_sms_numbers");
    await contains(".o_sms_number_edit", { count: 0 }); // the main one is edited in the form
    await click(".o_sms_number_add");
    await contains(".o_sms_number_input:focus");
    await insertText(".o_sms_number_input", OTHER);
    await insertText(".o_sms_number_label", "Work", { replace: true });
    await press("Enter");
    await contains(".o_sms_number_dialog", { count: 0 });
    await shows(".o_sms_numbers", "+49 1515 5550102");
    expect(texting.last("sms_number_add")).toEqual({ number: OTHER, label: "Work" });
});

test("a bad number says why, and nothing typed is lost", async () => {
    const texting = new FakeTexting();
    await openApplicant(texting);
    await readyToWrite();
    await click(".o_sms_numbers");
    await click(".o_sms_number_add");
    await click(".o_sms_number_save");
    await shows(".o_sms_number_error", "Type the phone number.");
    texting.refusals.sms_number_add = refusal("12 is not a phone number that can be texted.");
    await insertText(".o_sms_number_input", "12");
    await click(".o_sms_number_save");
    await shows(".o_sms_number_error", "12 is not a phone number that can be texted.");
    expect(".o_sms_number_input").toHaveValue("12");
});

test("a number of somebody else's is asked about, and saved with a second click only", async () => {
    const texting = new FakeTexting({
        numberQuestion: "This is also Yann Test's number. Are they the same person?",
    });
    await openApplicant(texting);
    await readyToWrite();
    await click(".o_sms_numbers");
    await click(".o_sms_number_add");
    await insertText(".o_sms_number_input", "+4915155550199");
    await click(".o_sms_number_save");
    await shows(".o_sms_number_question", "This is also Yann Test's number.");
    expect(texting.last("sms_number_question")).toEqual({ number: "+4915155550199" });
    expect(texting.count("sms_number_add")).toBe(0);
    // Another number is another question.
    texting.numberQuestion = "";
    await insertText(".o_sms_number_input", OTHER, { replace: true });
    await contains(".o_sms_number_question", { count: 0 });
    texting.numberQuestion = "This is also Yann Test's number. Are they the same person?";
    await click(".o_sms_number_save", { text: "Save" });
    await contains(".o_sms_number_question");
    expect(texting.last("sms_number_question")).toEqual({ number: OTHER });
    expect(texting.count("sms_number_add")).toBe(0);
    await click(".o_sms_number_save", { text: "Same person, save" });
    await contains(".o_sms_number_dialog", { count: 0 });
    expect(texting.last("sms_number_add")).toEqual({ number: OTHER, label: "Mobile" });
    expect(texting.count("sms_number_question")).toBe(2);
});

/** Open an applicant with a further number, switch to it and give it the label "Home". */
async function labelOtherAnew(texting) {
    texting.numbers.push({ number: OTHER, label: "Mobile", main: false, former: false });
    await openApplicant(texting);
    await readyToWrite();
    await click(".o_sms_numbers");
    await click(".o_sms_number", { text: "+49 1515 5550102" });
    await shows(".o_sms_numbers", "+49 1515 5550102");
    await click(".o_sms_numbers");
    await click(".o_sms_number_edit");
    await insertText(".o_sms_number_label", "Home", { replace: true });
    await click(".o_sms_number_save");
    await contains(".o_sms_number_dialog", { count: 0 });
}

test("a corrected number is asked about, a new label alone is not", async () => {
    const texting = new FakeTexting({ numberQuestion: "This is also Yann Test's number." });
    await labelOtherAnew(texting);
    expect(texting.count("sms_number_question")).toBe(0);
    await click(".o_sms_numbers");
    await click(".o_sms_number_edit");
    await insertText(".o_sms_number_input", "+4915155550103", { replace: true });
    await click(".o_sms_number_save");
    await shows(".o_sms_number_question", "Yann Test");
    expect(texting.count("sms_number_edit")).toBe(1);
});

test("a further number is edited and removed", async () => {
    const texting = new FakeTexting();
    await labelOtherAnew(texting);
    expect(texting.last("sms_number_edit")).toEqual({
        number: OTHER,
        new_number: "+49 1515 5550102",
        label: "Home",
    });
    await click(".o_sms_numbers");
    await click(".o_sms_number_edit");
    await click(".o_sms_number_remove");
    await shows(".o_sms_numbers", "+1 415-555-0101");
    expect(texting.last("sms_number_remove")).toEqual({ number: OTHER });
    expect(texting.last("sms_tab").number).toBe(false); // the main one
});

test("an unread text on another number is counted on the switcher, until it is read", async () => {
    const texting = new FakeTexting();
    texting.numbers.push({ number: OTHER, label: "Mobile", main: false, former: false });
    texting.addReply("Hello", OTHER);
    texting.addReply("Are you there?", OTHER);
    await openApplicant(texting);
    await readyToWrite();
    await shows(".o_sms_numbers_unread", "2 unread");
    await click(".o_sms_numbers");
    await click(".o_sms_number", { text: "+49 1515 5550102" });
    await shows(".o_sms_numbers", "+49 1515 5550102");
    await contains(".o_sms_numbers_unread", { count: 0 });
});

test("an unread text on the number on screen is not counted on the switcher", async () => {
    const texting = new FakeTexting({ waits: { sms_mark_read: new Deferred() } });
    texting.numbers.push({ number: OTHER, label: "Mobile", main: false, former: false });
    texting.addReply("Hello");
    texting.addReply("Hello", OTHER);
    await openApplicant(texting);
    await readyToWrite();
    await shows(".o_sms_numbers_unread", "1 unread");
});

test("who cannot send cannot add numbers", async () => {
    await openApplicant(new FakeTexting({ canSend: false }));
    await shows(".o_sms_number_alone", "+1 415-555-0101");
    expect(".o_sms_numbers").toHaveCount(0);
});

test.tags("desktop");
test("by keyboard: another number that may not be texted keeps the focus in the tab", async () => {
    const texting = new FakeTexting();
    texting.numbers.push({ number: OTHER, label: "Mobile", main: false, former: false });
    await openApplicant(texting);
    await contains(".o_sms_input:focus");
    texting.gate = { allowed: false, code: "consent_none", reason: "No consent." };
    await click(".o_sms_numbers");
    await click(".o_sms_number", { text: "+49 1515 5550102" });
    await shows(".o_sms_blocked", "No consent.");
    await contains(".o_sms_log:focus");
});
