import {
    Component,
    onMounted,
    onPatched,
    onWillPatch,
    status,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";

import { DateSection } from "@mail/core/common/date_section";

import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { useService } from "@web/core/utils/hooks";

import { describeConsent } from "../../core/consent_states";
import { dayOf, formatDay } from "../../core/dates";
import { messageOf } from "../../core/errors";
import { isFocusLost } from "../../core/focus";
import { drawnOf, isBefore, newerThan, olderThan } from "../../core/text_window";
import { SmsBubble } from "../bubble/bubble";
import { SmsComposer } from "../composer/composer";
import { SmsConsentDialog } from "../consent_dialog/consent_dialog";
import { SmsWithdrawDialog } from "../consent_dialog/withdraw_dialog";
import { SmsNumberDialog } from "../number_dialog/number_dialog";
import { SmsConsentPopover } from "../consent_popover/consent_popover";
import { SmsPlanned } from "../planned/planned";
import { SmsReview } from "../review/review";
import { SmsStatusChip } from "../status_chip/status_chip";

/** So close to an end, in pixels, counts as being there. */
const NEAR = 40;

/** The conversation by text with an applicant, in place of the chatter's messages. */
export class SmsTab extends Component {
    static template = "hr_recruitment_texting.SmsTab";
    static components = {
        DateSection,
        Dropdown,
        DropdownItem,
        SmsBubble,
        SmsComposer,
        SmsPlanned,
        SmsReview,
        SmsStatusChip,
    };
    static props = {
        conversation: Object,
        isAside: { type: Boolean, optional: true },
        saveRecord: { type: Function, optional: true },
        /** The phone number in the form when it is not the saved one, possibly empty. */
        unsavedPhone: { type: String, optional: true },
    };

    setup() {
        this.conversation = useState(this.props.conversation);
        this.state = useState({
            hasNewBelow: false,
            focusChecks: 0,
            /** See `text_window.js`. */
            until: false,
        });
        this.rootRef = useRef("root");
        this.logRef = useRef("log");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.ui = useService("ui");
        this.popover = usePopover(SmsConsentPopover, {
            position: "bottom-start",
            popoverClass: "o_sms_consent_popover_frame",
            useBottomSheet: this.ui.isSmall,
        });
        this._keepScroll();
        useEffect(
            () => this.markRead(),
            () => [this.conversation.number, this.conversation.selected?.unread]
        );
        useEffect(
            (checks) => checks && this._readOn(),
            () => [this.state.focusChecks]
        );
        let shown = false;
        useEffect(
            (number) => {
                if (shown && number && number !== shown) {
                    this._readOn();
                }
                shown = number || shown;
            },
            () => [this.conversation.ready && this.conversation.number]
        );
        // Below the form, as on a phone, the tab opens out of sight.
        useEffect(
            (ready) => {
                if (ready && !this.props.isAside) {
                    this.rootRef.el?.scrollIntoView({ block: "end" });
                }
            },
            () => [this.conversation.ready]
        );
        useExternalListener(document, "visibilitychange", () => this.markRead());
    }

    //--------------------------------------------------------------------------
    // What is shown
    //--------------------------------------------------------------------------

    /** The messages that were read, oldest first. Those that wait have a list. */
    get messages() {
        const planned = new Set(this.conversation.planned.map(({ id }) => id));
        return this.conversation.messages.filter(({ id }) => !planned.has(id));
    }

    /** Those of them that are drawn. */
    get drawnMessages() {
        const { messages } = this;
        const { start, end } = drawnOf(messages, this.state.until);
        return messages.slice(start, end);
    }

    /** The drawn ones, with a line where a day begins. */
    get rows() {
        const rows = [];
        let current;
        for (const message of this.drawnMessages) {
            const day = dayOf(message.date);
            if (day !== current) {
                rows.push({ key: `day/${message.id}`, day: formatDay(message.date) });
                current = day;
            }
            rows.push({ key: message.id, message });
        }
        return rows;
    }

    get hasOlder() {
        return this.conversation.hasOlder || drawnOf(this.messages, this.state.until).start > 0;
    }

    get hasNumber() {
        return Boolean(this.conversation.number);
    }

    /** What the form says about the phone number counts only once it is saved. */
    get unsavedWarning() {
        const { selected } = this.conversation;
        if (this.props.unsavedPhone === undefined || !this.hasNumber || !selected?.main) {
            return "";
        }
        return _t(
            "The changed phone number is not saved yet: texts still go to %s.",
            this.numberLabel(selected)
        );
    }

    get canSave() {
        return this.props.unsavedPhone !== undefined && Boolean(this.props.saveRecord);
    }

    get emptyTitle() {
        if (this.hasNumber) {
            return _t("No texts yet");
        }
        if (this.props.unsavedPhone) {
            return _t("“%s” is not saved yet", this.props.unsavedPhone);
        }
        return this.conversation.rawPhone
            ? _t("“%s” is not a phone number that can be texted", this.conversation.rawPhone)
            : _t("No phone number");
    }

    get emptyHint() {
        const { gate, rawPhone } = this.conversation;
        if (this.hasNumber) {
            return gate?.allowed
                ? _t("Say who you are and which company you write for in the first one.")
                : "";
        }
        if (this.props.unsavedPhone) {
            return _t("Save the applicant, then you can text this number.");
        }
        // The title says what is wrong already.
        if (gate?.reason && !["number_missing", "number_invalid"].includes(gate.code)) {
            return gate.reason;
        }
        return rawPhone
            ? _t("Correct it, with its country code, and save.")
            : _t("Enter a mobile phone number for the applicant and save: then they can be texted.");
    }

    /** Unread texts on the numbers that are not on screen. */
    get unreadElsewhere() {
        const { selected, unread } = this.conversation;
        return unread - (selected?.unread || 0);
    }

    get logLabel() {
        return _t("Texts with %s", this.numberLabel(this.conversation.selected));
    }

    numberLabel(number) {
        return number?.display || number?.number || this.conversation.number || "";
    }

    numberHint(number) {
        return number.label || (number.former ? _t("Former number") : "");
    }

    /** The main one is edited in the form, a former one not at all. */
    isFurther(number) {
        return Boolean(number && !number.main && !number.former);
    }

    get canEditNumbers() {
        return this.conversation.canSend && !this.conversation.isNumberOnly;
    }

    /** @param {object} [number] to edit; without it one is added */
    openNumber(number) {
        this.dialog.add(SmsNumberDialog, { conversation: this.props.conversation, number });
    }

    /** More is known of the number on screen than of the others. */
    consentLook({ number, consent_state: state }) {
        const { number: shown, consent } = this.conversation;
        return describeConsent(number === shown && consent ? consent : { state });
    }

    //--------------------------------------------------------------------------
    // Scrolling
    //--------------------------------------------------------------------------

    /** Of what is drawn. */
    get isAtEnd() {
        const log = this.logRef.el;
        return !log || log.scrollHeight - log.scrollTop - log.clientHeight <= NEAR;
    }

    get isAtBottom() {
        return this.isAtEnd && !this.state.until;
    }

    scrollToBottom() {
        const log = this.logRef.el;
        if (log) {
            log.scrollTop = log.scrollHeight;
        }
        this.state.hasNewBelow = false;
        if (this.state.until) {
            this.state.until = false; // not drawn yet: once it is
            this.isEndAsked = true;
        }
    }

    /** The first text in sight, and how far from the top it is. */
    _topInSight() {
        const log = this.logRef.el;
        const edge = log?.getBoundingClientRect().top;
        const bubbles = [...(log?.querySelectorAll(".o_sms_bubble") || [])];
        const text = bubbles.find((bubble) => bubble.getBoundingClientRect().bottom > edge);
        return { text, top: text?.getBoundingClientRect().top };
    }

    /**
     * Keep the reader's place: at the bottom while they are there, and otherwise at the message they
     * read, whatever comes and goes around it, with a button that leads to what is new.
     */
    _keepScroll() {
        /** What is drawn, and where the reader is in it. */
        const look = () => ({
            log: this.logRef.el,
            number: this.conversation.number,
            first: this.drawnMessages[0],
            last: this.messages.at(-1),
            until: this.state.until,
        });
        let drawn = {};
        let place = {};
        onMounted(() => {
            this.scrollToBottom();
            drawn = look();
        });
        onWillPatch(() => {
            place = { ...this._topInSight(), atBottom: this.isAtEnd && !drawn.until };
        });
        onPatched(() => {
            const before = drawn;
            const now = (drawn = look());
            if (!now.log) {
                return;
            }
            const isOther = now.log !== before.log || now.number !== before.number || !before.first;
            const hasOlder = now.first && before.first && isBefore(now.first, before.first);
            if (isOther || this.isEndAsked || (place.atBottom && !hasOlder)) {
                this.isEndAsked = false;
                this.scrollToBottom();
                return;
            }
            if (place.text?.isConnected) {
                now.log.scrollTop += place.text.getBoundingClientRect().top - place.top;
            }
            if (before.last && now.last && isBefore(before.last, now.last)) {
                this.state.hasNewBelow = true;
            }
        });
        // A growing input takes room from the texts: the newest stays in sight.
        let wasAtBottom = true;
        const observer = new ResizeObserver(() => wasAtBottom && this.scrollToBottom());
        useEffect(
            (log) => {
                if (log) {
                    const onScroll = () => (wasAtBottom = this.isAtBottom);
                    observer.observe(log);
                    log.addEventListener("scroll", onScroll, { passive: true });
                    return () => {
                        observer.disconnect();
                        log.removeEventListener("scroll", onScroll);
                    };
                }
            },
            () => [this.logRef.el]
        );
    }

    onScroll() {
        if (this.isAtBottom) {
            this.state.hasNewBelow = false;
        }
        const log = this.logRef.el;
        if (log.scrollTop <= NEAR && log.scrollHeight > log.clientHeight) {
            this.showOlder();
        } else if (this.isAtEnd && this.state.until) {
            this.state.until = newerThan(this.messages, this.state.until);
        }
    }

    async showOlder() {
        const { number } = this.conversation;
        if (!drawnOf(this.messages, this.state.until).start) {
            await this.conversation.loadOlder();
        }
        if (number === this.conversation.number) {
            this.state.until = olderThan(this.messages, this.state.until);
        }
    }

    //--------------------------------------------------------------------------
    // Doing
    //--------------------------------------------------------------------------

    markRead() {
        if (document.visibilityState === "visible") {
            this.conversation.markRead();
        }
    }

    /** Call it when what had the focus may be gone: seen to once that is drawn, by the input first. */
    keepFocus() {
        this.state.focusChecks++;
    }

    /** The texts take the focus that nobody else has. */
    _readOn() {
        if (isFocusLost()) {
            this.logRef.el?.focus({ preventScroll: true });
        }
    }

    async toggleConsent(target) {
        if (this.popover.isOpen) {
            this.popover.close();
            return;
        }
        const history = this.ui.isSmall ? await this.readHistory() : undefined;
        if (status(this) === "destroyed") {
            return;
        }
        this.popover.open(target, {
            close: () => this.popover.close(), // a sheet hands on none of its own
            conversation: this.props.conversation,
            history,
            onAddConsent: () => this.addConsent(),
            onInvite: () => this.invite(),
            onWithdraw: () => this.withdrawConsent(),
        });
    }

    /** @returns {Promise<Array|undefined>} nothing where it failed: the popover tries again and says why */
    async readHistory() {
        try {
            return await this.conversation.readHistory();
        } catch (error) {
            messageOf(error);
        }
    }

    addConsent() {
        this.dialog.add(SmsConsentDialog, { conversation: this.props.conversation });
    }

    /** Ask the candidate by e-mail; what becomes of it is told where every click's outcome is. */
    async invite() {
        try {
            const email = await this.conversation.invite();
            this.notification.add(_t("The e-mail to %s is on its way.", email), { type: "success" });
        } catch (error) {
            this.notification.add(messageOf(error), { type: "danger" });
        }
    }

    withdrawConsent() {
        this.dialog.add(SmsWithdrawDialog, { conversation: this.props.conversation });
    }
}
