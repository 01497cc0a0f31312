import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";

/**
 * Texts begun but not sent, per user, applicant and number, in this browser only. A browser that
 * stores nothing (private window, full disk) loses drafts but must not lose the screen.
 */
export const drafts = {
    key(applicantId, number) {
        return `hr_recruitment_texting.draft/${user.userId}/${applicantId}/${number || ""}`;
    },
    get(applicantId, number) {
        try {
            return browser.localStorage.getItem(this.key(applicantId, number)) || "";
        } catch {
            return "";
        }
    },
    set(applicantId, number, text) {
        try {
            if (text) {
                browser.localStorage.setItem(this.key(applicantId, number), text);
            } else {
                browser.localStorage.removeItem(this.key(applicantId, number));
            }
        } catch {
            // nothing to do
        }
    },
};
