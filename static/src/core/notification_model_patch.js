import { Notification } from "@mail/core/common/notification_model";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** Odoo's own texts to somebody who opted out: their messages say why they were not sent. */
patch(Notification.prototype, {
    get autoCanceledFailureType() {
        if (this.failure_type === "sms_optout") {
            return _t("Opted out of texts");
        }
        return super.autoCanceledFailureType;
    },
    get failureMessage() {
        if (this.failure_type === "sms_optout") {
            return _t("Opted out of texts");
        }
        return super.failureMessage;
    },
});
