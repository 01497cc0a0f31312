import { _t } from "@web/core/l10n/translation";

/**
 * How each state of consent looks. The words are the server's when it sent some: these are for the
 * time before it answered, and for the switcher, which knows the state only.
 */
export const CONSENT_STATES = {
    none: { icon: "fa-question-circle", tone: "muted", label: _t("No consent yet") },
    granted: { icon: "fa-check-circle", tone: "success", label: _t("Consent for SMS given") },
    declined: { icon: "fa-times-circle", tone: "danger", label: _t("Declined") },
    withdrawn: { icon: "fa-ban", tone: "danger", label: _t("Withdrawn") },
    review: { icon: "fa-exclamation-triangle", tone: "warning", label: _t("Needs a decision") },
};

/**
 * @param {{ state: string, locked?: boolean, limited?: boolean, label?: string }} consent; `limited`
 *      when there is a Yes that does not cover texts to this applicant
 */
export function describeConsent(consent) {
    const known = CONSENT_STATES[consent?.state] || CONSENT_STATES.none;
    if (consent?.locked) {
        const label = consent.label || _t("Withdrawn by keyword");
        return { ...known, icon: "fa-lock", label };
    }
    const label = consent?.label || known.label;
    return consent?.limited
        ? { icon: "fa-exclamation-circle", tone: "warning", label }
        : { ...known, label };
}

/** What happened at an event of the ledger: the icon of the state it leads to. */
export const EVENT_ICONS = {
    granted: { icon: "fa-check-circle", tone: "success" },
    declined: { icon: "fa-times-circle", tone: "danger" },
    withdrawn: { icon: "fa-ban", tone: "danger" },
    review: { icon: "fa-exclamation-triangle", tone: "warning" },
    review_cleared: { icon: "fa-check", tone: "muted" },
    erased: { icon: "fa-eraser", tone: "muted" },
};

/** How a colleague learned of a consent they enter by hand. The ledger keeps the keys. */
export const MANUAL_SOURCES = {
    phone: _t("Phone call"),
    email: _t("Email"),
    in_person: _t("In person"),
    other: _t("Another way"),
};

/** What stands for the source of an event in the ledger, in words. */
export const EVENT_SOURCES = { ...MANUAL_SOURCES, mistake: _t("Entered by mistake") };
