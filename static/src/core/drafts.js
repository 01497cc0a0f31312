import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";

function read(key) {
    try {
        return browser.localStorage.getItem(key) || "";
    } catch {
        return "";
    }
}

function store(key, text) {
    try {
        if (text) {
            browser.localStorage.setItem(key, text);
        } else {
            browser.localStorage.removeItem(key);
        }
    } catch {
        // nothing to do
    }
}

/**
 * A text begun but not sent, per user, applicant and number, in this browser only. A browser that
 * stores nothing (private window, full disk) loses drafts but must not lose the screen.
 *
 * Several tabs may write to the same number: one of them neither overwrites nor removes what another
 * keeps, unless it has more to keep, and then puts the other's back when it is done.
 */
export class Draft {
    constructor(applicantId, number) {
        this.key = `hr_recruitment_texting.draft/${user.userId}/${applicantId}/${number || ""}`;
        /** What this tab kept or found. */
        this.text = read(this.key);
        /** What another tab had kept in its place. */
        this.displaced = "";
    }

    /** @param {string} text as it is now, empty once it is sent */
    keep(text) {
        const stored = read(this.key);
        if (stored !== this.text) {
            if (stored.length > text.length) {
                return;
            }
            this.displaced = stored;
        }
        this.text = text;
        store(this.key, text || this.displaced);
    }
}
