import { Component, useEffect, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

import { describeConsent, EVENT_ICONS, EVENT_SOURCES } from "../../core/consent_states";
import { formatWhen } from "../../core/dates";
import { messageOf } from "../../core/errors";

/** Who gave the consent or took it back, when and how; all that happened before; what can be done. */
export class SmsConsentPopover extends Component {
    static template = "hr_recruitment_texting.SmsConsentPopover";
    static props = {
        close: Function,
        conversation: Object,
        /** Read already: a sheet is measured once, as it opens. */
        history: { type: Array, optional: true },
        onAddConsent: Function,
        onInvite: Function,
        onWithdraw: Function,
    };

    setup() {
        this.conversation = useState(this.props.conversation);
        this.state = useState({ history: this.props.history || null, error: "" });
        let isRead = Boolean(this.props.history);
        this.formatWhen = formatWhen;
        // What is known already is shown at once; an event that comes in meanwhile is read too.
        useEffect(
            () => {
                if (!isRead) {
                    this.readHistory();
                }
                isRead = false;
            },
            () => [this.consent?.state, this.consent?.recorded_date]
        );
    }

    async readHistory() {
        try {
            this.state.history = await this.conversation.readHistory();
        } catch (error) {
            this.state.error = messageOf(error);
        }
    }

    get consent() {
        return this.conversation.consent;
    }

    get look() {
        return describeConsent(this.consent);
    }

    get appliesTo() {
        const { selected, number, company } = this.conversation;
        return _t("%(number)s · %(company)s", {
            number: selected?.display || number || "",
            company: company?.name || "",
        });
    }

    /** Downloads of the proof, for those who may have it. */
    get proofLinks() {
        const { proof_url: url } = this.consent;
        return url && this.state.history?.length
            ? [
                  { format: "pdf", label: _t("PDF"), icon: "fa-file-pdf-o" },
                  { format: "csv", label: _t("CSV"), icon: "fa-file-text-o" },
              ].map((link) => ({
                  ...link,
                  href: url.replace("FORMAT", link.format),
                  file: `sms-consent-proof.${link.format}`,
              }))
            : [];
    }

    get who() {
        const { by, actor_name: name, state } = this.consent;
        if (by === "candidate") {
            return name ? _t("%s (candidate)", name) : _t("The candidate");
        }
        if (by === "colleague") {
            return state === "granted"
                ? _t("%s, on the candidate's behalf", name || _t("A colleague"))
                : name || _t("A colleague");
        }
        return by ? name || _t("The system") : "";
    }

    get how() {
        return this.consent.method_label ?? this.consent.method ?? "";
    }

    get given() {
        return formatWhen(this.consent.given_date || this.consent.recorded_date);
    }

    get recorded() {
        const { given_date: given, recorded_date: recorded } = this.consent;
        return given && recorded && given.slice(0, 10) !== recorded.slice(0, 10)
            ? formatWhen(recorded)
            : "";
    }

    get explanation() {
        const { state, locked, can_grant: canGrant, refusal, explanation } = this.consent;
        if (locked) {
            return (
                refusal ||
                _t(
                    "The candidate withdrew by keyword. Only START, YES or UNSTOP sent from that phone lifts it: nobody can add consent in their place."
                )
            );
        }
        if (explanation) {
            return explanation;
        }
        return state === "granted" || canGrant ? "" : refusal || "";
    }

    eventIcon(event) {
        return EVENT_ICONS[event.event] || { icon: "fa-circle-o", tone: "muted" };
    }

    eventDetails(event) {
        const details = [
            formatWhen(event.given_date || event.recorded_date),
            event.actor_name,
            event.method_label ?? event.method,
            EVENT_SOURCES[event.source] || event.source,
        ];
        return details.filter(Boolean).join(" · ");
    }

    /** Which wording it was, and where. */
    wordingOrigin(event) {
        const { wording_lang: lang, wording_version: version, page_url: page } = event;
        return [lang, version && _t("Version %s", version), page].filter(Boolean).join(" · ");
    }

    wordingLang(event) {
        return event.wording_lang?.replace("_", "-") || undefined;
    }

    onAddConsent() {
        this.props.close();
        this.props.onAddConsent();
    }

    onInvite() {
        this.props.close();
        this.props.onInvite();
    }

    onWithdraw() {
        this.props.close();
        this.props.onWithdraw();
    }
}
