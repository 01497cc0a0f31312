import { Component, onMounted, useEffect, useRef, useState } from "@odoo/owl";

import { isMacOS, isMobileOS } from "@web/core/browser/feature_detection";
import { useEmojiPicker } from "@web/core/emoji_picker/emoji_picker";
import { _t } from "@web/core/l10n/translation";
import { useAutoresize } from "@web/core/utils/autoresize";
import { useService } from "@web/core/utils/hooks";
import { uuid } from "@web/core/utils/strings";
import { formatInteger } from "@web/views/fields/formatters";

import { formatWhen } from "../../core/dates";
import { Draft } from "../../core/drafts";
import { messageOf } from "../../core/errors";
import { isFocusLost } from "../../core/focus";
import { TWILIO_ACCEPTABLE_USE, TWILIO_MESSAGING_POLICY } from "../../core/links";
import { introduces } from "../../core/introduction";
import { withOptOutLine } from "../../core/opt_out_line";
import { inPlainCharacters } from "../../core/plain_characters";
import { countSegments, GSM_7 } from "../../core/segments";
import { SmsScheduleDialog } from "../schedule_dialog/schedule_dialog";
import { SmsTemplatesMenu } from "../templates_menu/templates_menu";

/** Where a text is written: counts as it is typed, says why when it cannot be sent. */
export class SmsComposer extends Component {
    static template = "hr_recruitment_texting.SmsComposer";
    static components = { SmsTemplatesMenu };
    static props = {
        conversation: Object,
        /** Another one when the focus may be lost. */
        focusChecks: Number,
        onAddConsent: Function,
        onInvite: Function,
        onSent: Function,
    };

    setup() {
        this.conversation = useState(this.props.conversation);
        this.policy = TWILIO_MESSAGING_POLICY;
        this.acceptableUse = TWILIO_ACCEPTABLE_USE;
        const { applicantId, number } = this.conversation;
        // One composer per number (t-key): it never holds the text meant for another.
        this.number = number;
        this.draft = new Draft(applicantId, number);
        this.state = useState({
            text: this.draft.text,
            isReminder: false,
            sending: false,
            error: "",
            /** The template the text was begun with. */
            templateId: false,
        });
        /** What was sent last, as long as its answer is not there. */
        this.attempt = null;
        this.dialog = useService("dialog");
        this.ui = useService("ui");
        this.inputRef = useRef("input");
        this.emojiRef = useRef("emoji");
        this.emojiPicker = useEmojiPicker(
            undefined,
            { onSelect: (emoji) => this.insert(emoji) },
            { position: "top-start" }
        );
        useAutoresize(this.inputRef);
        onMounted(() => {
            if (this.takesFocus) {
                this._focus();
            }
        });
        useEffect(
            (checks) => checks && this.takesFocus && isFocusLost() && this._focus(),
            () => [this.props.focusChecks]
        );
        useEffect(
            (reused) => {
                if (reused) {
                    this.conversation.reused = null;
                    this.reuse(reused.body);
                }
            },
            () => [this.conversation.reused]
        );
    }

    /** Why no text can be sent to this number, whatever it says; empty when it can. */
    get blockedReason() {
        const { canSend, gate } = this.conversation;
        if (!canSend) {
            return _t(
                'You can read these texts but not send any. Ask an administrator for the permission "Send SMS".'
            );
        }
        return gate?.allowed
            ? ""
            : gate?.reason || _t("This number cannot be texted at the moment.");
    }

    /** A phone would cover the conversation with its keyboard. */
    get takesFocus() {
        return !this.blockedReason && !this.ui.isSmall;
    }

    get canAddConsent() {
        const { consent, canSend, gate } = this.conversation;
        return Boolean(canSend && gate && !gate.allowed && consent?.can_grant);
    }

    get canInvite() {
        return this.canAddConsent && Boolean(this.conversation.consent.can_invite);
    }

    get notices() {
        return this.conversation.canSend ? this.conversation.notices : [];
    }

    /** The candidate agreed to reminders only: whoever writes says that this is one. */
    get isReminderOnly() {
        return Boolean(!this.blockedReason && this.conversation.gate?.reminder_only);
    }

    get describedBy() {
        if (this.blockedReason) {
            return "o_sms_counter o_sms_blocked";
        }
        return this.optOutLine ? "o_sms_counter o_sms_opt_out" : "o_sms_counter";
    }

    get placeholder() {
        return this.blockedReason ? "" : _t("Write a text…");
    }

    /** As it will be sent: what is charged and limited is the text with its opt-out line. */
    get counted() {
        return countSegments(withOptOutLine(this.conversation.optOut, this.state.text));
    }

    /** The line that will be added below the text, empty when none will be. */
    get optOutLine() {
        const { optOut } = this.conversation;
        const { text } = this.state;
        const isAdded =
            optOut && !this.blockedReason && (!text.trim() || withOptOutLine(optOut, text) !== text);
        return isAdded ? optOut.line : "";
    }

    get encoding() {
        return this.counted.encoding === GSM_7 ? "GSM-7" : _t("Unicode");
    }

    get segments() {
        const { segments } = this.counted;
        const { allowanceLeft } = this.conversation;
        if (allowanceLeft !== false) {
            return _t("%(segments)s of %(left)s segments", {
                segments,
                left: formatInteger(allowanceLeft),
            });
        }
        return segments === 1 ? _t("1 segment") : _t("%s segments", segments);
    }

    get segmentsTitle() {
        return this.conversation.allowanceLeft === false
            ? ""
            : _t("What this text costs, of what is left of your company's allowance");
    }

    get remaining() {
        const left = this.counted.unitsLeftInSegment;
        return _t("%s left in this segment", left);
    }

    get encodingTitle() {
        return this.counted.encoding === GSM_7
            ? _t(
                  "Plain characters: 160 in one text, 153 per segment of a longer one. Some, like € or [, count twice."
              )
            : _t(
                  "The text has characters such as emoji or typographic quotes: 70 in one text, 67 per segment of a longer one."
              );
    }

    /** The text in characters that cost less; empty when that helps nothing or it cannot be changed. */
    get plainText() {
        if (this.blockedReason || this.state.sending) {
            return "";
        }
        return inPlainCharacters(this.state.text, (text) =>
            withOptOutLine(this.conversation.optOut, text)
        );
    }

    get plainLabel() {
        const counted = countSegments(withOptOutLine(this.conversation.optOut, this.plainText));
        const { segments } = this.counted;
        return counted.segments < segments
            ? _t("Use plain characters: %(fewer)s instead of %(segments)s segments", {
                  fewer: counted.segments,
                  segments,
              })
            : _t("Use plain characters, so that more fits into a segment");
    }

    usePlainCharacters() {
        this.write(this.plainText);
    }

    /** The first text says neither who writes nor for whom. */
    get lacksIntroduction() {
        const { introduction } = this.conversation;
        return Boolean(
            !this.blockedReason &&
                introduction &&
                this.state.text.trim() &&
                !introduces(this.state.text, introduction)
        );
    }

    get introductionHint() {
        const [, company] = this.conversation.introduction;
        return _t(
            "This is your first text to this number: say who you are and that you write for %s.",
            company
        );
    }

    get excess() {
        return Math.max(0, this.counted.units - this.conversation.limit);
    }

    get tooLong() {
        if (!this.excess) {
            return "";
        }
        return this.excess === 1
            ? _t("The text is 1 character too long. Shorten it to send it.")
            : _t("The text is %s characters too long. Shorten it to send it.", this.excess);
    }

    get isSendable() {
        return Boolean(
            !this.blockedReason &&
                !this.state.sending &&
                !this.excess &&
                this.state.text.trim() &&
                (!this.isReminderOnly || this.state.isReminder)
        );
    }

    get sendTitle() {
        return isMacOS() ? _t("Send (⌘ Enter)") : _t("Send (Ctrl+Enter)");
    }

    /** Replace what is written; the cursor stands behind it, or where it is said. */
    write(text, cursor = text.length) {
        this.state.text = text;
        this.state.error = "";
        this.draft.keep(this.state.text);
        const input = this.inputRef.el;
        if (input) {
            input.value = text;
            input.setSelectionRange(cursor, cursor);
            input.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }
        this._focus();
    }

    /** Where the cursor is: what is written already stays. */
    insert(text, { isApart = false } = {}) {
        const { text: written } = this.state;
        const input = this.inputRef.el;
        const start = written ? (input?.selectionStart ?? written.length) : 0;
        const end = written ? (input?.selectionEnd ?? start) : 0;
        const before = written.slice(0, start);
        const after = written.slice(end);
        const space = isApart && before && !/\s$/.test(before) ? " " : "";
        const spaceAfter = isApart && after && !/^\s/.test(after) ? " " : "";
        const beginning = `${before}${space}${text}`;
        this.write(`${beginning}${spaceAfter}${after}`, beginning.length);
    }

    /** A text that did not go, in addition to what is written already, and only once. */
    reuse(body) {
        if (this.state.text.includes(body)) {
            this._focus();
        } else {
            this.insert(body, { isApart: true });
        }
    }

    useTemplate({ id, body }) {
        this.state.templateId = this.state.text.trim() ? this.state.templateId : id;
        this.insert(body, { isApart: true });
    }

    pickEmoji() {
        // On a phone it is a dialog of its own, which hangs on nothing.
        const isPhone = this.ui.isSmall || isMobileOS();
        this.emojiPicker.toggle(isPhone ? undefined : this.emojiRef);
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        this.state.templateId = this.state.text.trim() ? this.state.templateId : false;
        this.state.error = "";
        this.draft.keep(this.state.text);
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey) && !ev.isComposing) {
            ev.preventDefault();
            ev.stopPropagation();
            this.send();
        }
    }

    /** Set for the morning where the candidate is. */
    get morningLabel() {
        return _t("Send at %s", this.conversation.quietUntilLocal);
    }

    get morningTitle() {
        return _t("For you: %s", formatWhen(this.conversation.quietUntil));
    }

    async send(scheduledDate = false) {
        if (!this.isSendable) {
            return;
        }
        this.state.error = "";
        try {
            await this._send(scheduledDate);
        } catch (error) {
            this.state.error = messageOf(error);
        }
        this._focus();
    }

    /** At a time to be picked. */
    sendLater() {
        if (!this.isSendable) {
            return;
        }
        this.state.error = "";
        this.dialog.add(
            SmsScheduleDialog,
            { conversation: this.props.conversation, onConfirm: (date) => this._send(date) },
            { onClose: () => this._focus() }
        );
    }

    /** @throws what the server refuses; the text stays then */
    async _send(scheduledDate) {
        const body = this.state.text.trim();
        this.state.sending = true;
        try {
            const purpose = this.isReminderOnly ? "reminder" : "job";
            const { templateId } = this.state;
            const token = this._tokenOf(body, scheduledDate);
            await this.conversation.send(body, this.number, token, purpose, scheduledDate, templateId);
        } finally {
            this.state.sending = false;
        }
        this.attempt = null;
        this.state.text = "";
        this.state.templateId = false;
        this.state.isReminder = false;
        this.draft.keep(this.state.text);
        this.props.onSent();
    }

    /** The same text tried again is the same attempt. */
    _tokenOf(...attempt) {
        const what = JSON.stringify(attempt);
        if (this.attempt?.what !== what) {
            this.attempt = { what, token: uuid() };
        }
        return this.attempt.token;
    }

    /** The button lost it by being disabled meanwhile. */
    _focus() {
        this.inputRef.el?.focus({ preventScroll: true });
    }
}
