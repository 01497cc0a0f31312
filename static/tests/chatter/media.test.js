import { contains } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";

import { defineTextingModels, FakeTexting, MAIN, openApplicant } from "../sms_test_helpers";

defineTextingModels();

function file(values) {
    return { id: 1, state: "stored", reason: "", name: "sms-1.pdf", url: "/web/content/5", preview: "", is_picture: false, ...values };
}

test("pictures are shown, files offered, what is missing is said", async () => {
    const texting = new FakeTexting();
    texting.addReply("Here it is", MAIN, {
        media: [
            file({ id: 1, name: "sms-1.png", is_picture: true, preview: "/web/static/img/placeholder.png" }),
            file({ id: 2 }),
            file({ id: 3, state: "waiting", url: "", name: "" }),
            file({ id: 4, state: "failed", url: "", name: "", reason: "It is larger than 5 MB." }),
        ],
    });
    await openApplicant(texting);
    await contains(".o_sms_picture img[alt='Picture from the candidate']");
    expect(".o_sms_picture").toHaveAttribute("href", "/web/content/5");
    expect(".o_sms_file").toHaveAttribute("href", "/web/content/5?download=1");
    expect(".o_sms_file").toHaveText("sms-1.pdf");
    expect(".o_sms_file_waiting").toHaveText("Fetching a file…");
    expect(".o_sms_file_failed").toHaveText("A file is missing. It is larger than 5 MB.");
    expect(".o_sms_bubble_body").toHaveText("Here it is");
});

test("a picture without words has no empty bubble", async () => {
    const texting = new FakeTexting();
    texting.addReply("", MAIN, {
        media: [file({ is_picture: true, preview: "/web/static/img/placeholder.png" })],
    });
    await openApplicant(texting);
    await contains(".o_sms_picture");
    expect(".o_sms_bubble_body").toHaveCount(0);
});
