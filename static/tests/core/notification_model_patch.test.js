import { click, contains, openFormView, start, startServer } from "@mail/../tests/mail_test_helpers";
import { test } from "@odoo/hoot";

import { defineTextingModels } from "../sms_test_helpers";

defineTextingModels();

async function openNotification(status) {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({ name: "Kim", partner_share: true });
    const messageId = pyEnv["mail.message"].create({
        body: "Your parcel is here",
        message_type: "sms",
        model: "res.partner",
        res_id: partnerId,
    });
    pyEnv["mail.notification"].create({
        mail_message_id: messageId,
        notification_status: status,
        notification_type: "sms",
        failure_type: "sms_optout",
        res_partner_id: partnerId,
    });
    await start();
    await openFormView("res.partner", partnerId);
    await click(".o-mail-Message-notification");
}

test("a text that failed because of an opt-out says so", async () => {
    await openNotification("exception");
    await contains(".o-mail-MessageNotificationPopover", { text: "(Opted out of texts)" });
});

test("a text that was canceled because of an opt-out says so", async () => {
    await openNotification("canceled");
    await contains(".o-mail-MessageNotificationPopover [title='Opted out of texts']");
});
