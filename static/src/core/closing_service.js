import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

import { messageOf } from "./errors";

const NOTIFICATION = "hr_recruitment_texting/closed";

/**
 * Asks whoever has just hired, refused or archived applicants without a dialog whether the texts that
 * are planned for them still go. The server sends ids, the question is read under the user's own rights.
 */
export const smsClosingService = {
    dependencies: ["bus_service", "notification", "orm"],

    start(env, { bus_service: bus, notification, orm }) {
        const call = (method, ids, ...args) => orm.silent.call("hr.applicant", method, [ids, ...args]);

        async function ask(ids) {
            const closing = await call("sms_closing", ids);
            if (!closing) {
                return;
            }
            const close = notification.add(closing.text, {
                type: "warning",
                className: "o_sms_asking",
                sticky: true,
                buttons: [
                    {
                        name: _t("Cancel the texts"),
                        onClick: () => decide(ids, "cancel", _t("The planned texts were canceled.")),
                    },
                    {
                        name: _t("Keep them"),
                        onClick: () => decide(ids, "keep", _t("The planned texts go out at their time.")),
                    },
                ],
            });

            async function decide(ids, decision, done) {
                close();
                try {
                    await call("sms_closing_decide", ids, decision);
                    notification.add(done, { type: "success" });
                } catch (error) {
                    notification.add(messageOf(error), { type: "danger" });
                }
            }
        }

        bus.subscribe(NOTIFICATION, ({ applicant_ids: ids }) => ask(ids));
        bus.start();
    },
};

registry.category("services").add("hr_recruitment_texting.closing", smsClosingService);
