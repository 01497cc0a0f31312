import { Component, useEffect, useRef, useState } from "@odoo/owl";

import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { SelectCreateDialog } from "@web/views/view_dialogs/select_create_dialog";
import { session } from "@web/session";

import { SmsTab } from "../../chatter/sms_tab/sms_tab";
import { messageOf } from "../../core/errors";

/** As long as one needs to see that it was the wrong one, in milliseconds. */
const UNDO_DELAY = 10_000;

/** The open conversation, with what can be done about it. */
export class SmsInboxPane extends Component {
    static template = "hr_recruitment_texting.SmsInboxPane";
    static components = { Dropdown, DropdownItem, SmsTab };
    static props = {
        thread: Object,
        model: Object,
        conversation: Object,
        onBack: { type: Function, optional: true },
        /** When it is done with: put away, or marked as unread. */
        onDone: Function,
    };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.userId = user.userId;
        this.canChange = Boolean(session.recruitment_texting?.send);
        this.state = useState({ assignees: null, busy: false, assigned: 0 });
        this.headingRef = useRef("heading");
        this.assignRef = useRef("assign");
        this.ui = useService("ui");
        // The input takes the focus where one may write; elsewhere, and on phones, the name has it.
        useEffect(
            () => this.headingRef.el?.focus({ preventScroll: true }),
            () => [this.props.thread.id, this.props.thread.applicant_id]
        );
        // The menu's button lost the focus by being disabled meanwhile.
        useEffect(
            (assigned) => {
                if (assigned) {
                    this.focusAfterAssigning();
                }
            },
            () => [this.state.assigned]
        );
    }

    /** On to writing, where one may; a phone would cover the conversation with its keyboard. */
    focusAfterAssigning() {
        const pane = this.headingRef.el?.closest(".o_sms_inbox_pane");
        const input = this.ui.isSmall ? null : pane?.querySelector(".o_sms_input:enabled");
        (input || this.assignRef.el)?.focus({ preventScroll: true });
    }

    get title() {
        return this.props.thread.name || this.props.thread.display;
    }

    get isUnknown() {
        return this.props.thread.is_unknown;
    }

    get assigneeName() {
        return this.props.thread.user?.name || _t("Nobody");
    }

    get archiveTitle() {
        return this.props.thread.archived
            ? _t("Take back from the archive")
            : _t("Archive until the candidate writes again");
    }

    /** @returns {Promise<boolean>} whether the server did it */
    async change(method, ...args) {
        if (this.state.busy) {
            return false;
        }
        this.state.busy = true;
        try {
            await this.props.model.change(method, this.props.thread.id, args);
            return true;
        } catch (error) {
            this.notification.add(messageOf(error), { type: "danger" });
            return false;
        } finally {
            this.state.busy = false;
        }
    }

    openApplicant() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "hr.applicant",
            res_id: this.props.thread.applicant_id,
            views: [[false, "form"]],
        });
    }

    async readAssignees() {
        this.state.assignees = null;
        try {
            this.state.assignees = await this.props.model.readAssignees(this.props.thread.id);
        } catch (error) {
            this.state.assignees = [];
            this.notification.add(messageOf(error), { type: "danger" });
        }
    }

    async assign(userId) {
        await this.change("sms_assign", userId);
        this.state.assigned++;
    }

    async markUnread() {
        const { id } = this.props.thread;
        this.props.onDone(id); // closed first: what is open counts as read
        await this.change("sms_mark_unread");
    }

    async archive() {
        const { id, archived } = this.props.thread;
        const { model } = this.props;
        if (!(await this.change("sms_archive", !archived)) || archived) {
            return;
        }
        this.props.onDone(id);
        this.offerUndo(_t("Archived. The next text of the candidate brings it back."), () =>
            model.change("sms_archive", id, [false])
        );
    }

    /** Say what was done, with a button to take it back. Also when another conversation is open. */
    offerUndo(text, undo) {
        const onClick = async () => {
            close();
            try {
                await undo();
            } catch (error) {
                this.notification.add(messageOf(error), { type: "danger" });
            }
        };
        const close = this.notification.add(text, {
            type: "success",
            className: "o_sms_asking",
            // On a phone it covers the way back to the list: Odoo's own, shorter time.
            ...(this.ui.isSmall ? {} : { autocloseDelay: UNDO_DELAY }),
            buttons: [{ name: _t("Undo"), onClick }],
        });
    }

    async assignTo(applicantId) {
        const { id } = this.props.thread;
        const { model } = this.props;
        if (await this.change("sms_attach", applicantId)) {
            const thread = model.rows.find((row) => row.id === id) || this.props.thread;
            this.offerUndo(_t("Assigned to %s.", thread.name || thread.display), () =>
                model.change("sms_detach", id, [applicantId])
            );
        }
    }

    attach({ currentTarget: button }) {
        const props = {
            resModel: "hr.applicant",
            title: _t("Whose number is %s?", this.props.thread.display),
            noCreate: true,
            multiSelect: false,
            context: { kanban_view_ref: "hr_recruitment_texting.hr_applicant_view_kanban_choose" },
            domain: [["company_id", "in", [this.props.conversation.company?.id || false, false]]],
            onSelected: ([id]) => this.assignTo(id),
        };
        this.dialog.add(SelectCreateDialog, props, { onClose: () => button.focus() });
    }

    create({ currentTarget: button }) {
        const props = {
            resModel: "hr.applicant",
            title: _t("New applicant with %s", this.props.thread.display),
            context: {
                default_partner_phone: this.props.thread.display,
                default_company_id: this.props.conversation.company?.id || false,
            },
            onRecordSaved: (record) => this.change("sms_attach", record.resId),
        };
        this.dialog.add(FormViewDialog, props, { onClose: () => button.focus() });
    }
}
