import "@mail/chatter/web/chatter_patch"; // patched before: its setup must have run
import { Chatter } from "@mail/chatter/web_portal/chatter";

import { useEffect, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { session } from "@web/session";

import { SmsConversation } from "../core/sms_conversation";
import { SmsTab } from "./sms_tab/sms_tab";

const NOTIFICATION = "hr_recruitment_texting/thread";

Object.assign(Chatter.components, { SmsTab });

/** @type {import("@mail/chatter/web_portal/chatter").Chatter} */
const chatterPatch = {
    setup() {
        super.setup(...arguments);
        /** Without the right to view texts nothing of them is asked for or drawn. */
        this.hasSms =
            this.props.threadModel === "hr.applicant" && Boolean(session.recruitment_texting?.view);
        if (!this.hasSms) {
            return;
        }
        this.state.isSmsOpen = false;
        this.sms = useState(new SmsConversation(useService("orm")));
        this.sms.reset(this.props.threadId || false);
        const busService = useService("bus_service");
        useEffect(
            () => {
                const onNotification = (payload) => {
                    if (this.sms.concerns(payload)) {
                        this.sms.load();
                    }
                };
                busService.subscribe(NOTIFICATION, onNotification);
                return () => busService.unsubscribe(NOTIFICATION, onNotification);
            },
            () => []
        );
    },

    changeThread(threadModel, threadId) {
        if (this.hasSms && this.sms.applicantId !== (threadId || false)) {
            this.sms.reset(threadId || false);
            if (!threadId) {
                this.state.isSmsOpen = false;
            }
        }
        super.changeThread(...arguments);
    },

    /** Also called when the record was saved: the phone number may be another one now. */
    async load(thread) {
        if (this.hasSms && thread.id && this.state.thread?.eq(thread)) {
            this.sms.load();
        }
        return super.load(...arguments);
    },

    /** The phone number in the form while it is not the one the server knows, else nothing. */
    get smsUnsavedPhone() {
        const { record } = this.props;
        const phone = record?.data.partner_phone;
        if (phone === undefined || !record.dirty || !this.sms.ready) {
            return undefined;
        }
        return (phone || "") === this.sms.rawPhone ? undefined : phone || "";
    },

    toggleSms() {
        const toggle = () => {
            this.closeSearch();
            this.state.composerType = false;
            this.state.isSmsOpen = !this.state.isSmsOpen;
        };
        if (this.state.thread.id) {
            toggle();
        } else {
            this.onThreadCreated = toggle;
            this.props.saveRecord?.();
        }
    },

    _closeSms() {
        if (this.hasSms) {
            this.state.isSmsOpen = false;
        }
    },

    // Whatever else of the chatter is asked for, it comes back.

    toggleComposer(mode = false) {
        if (mode) {
            this._closeSms();
        }
        return super.toggleComposer(...arguments);
    },

    scheduleActivity() {
        this._closeSms();
        return super.scheduleActivity(...arguments);
    },

    onClickSearch() {
        this._closeSms();
        return super.onClickSearch(...arguments);
    },

    onClickAddAttachments() {
        if (this.hasSms && this.state.isSmsOpen) {
            this._closeSms();
            this.state.isAttachmentBoxOpened = false; // so that the click opens it
        }
        return super.onClickAddAttachments(...arguments);
    },

    onUploaded() {
        this._closeSms();
        return super.onUploaded(...arguments);
    },
};

patch(Chatter.prototype, chatterPatch);
