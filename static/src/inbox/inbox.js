import { Component, onWillStart, onWillUpdateProps, useEffect, useRef, useState } from "@odoo/owl";

import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { SIZES } from "@web/core/ui/ui_service";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";

import { InboxConversation } from "./inbox_conversation";
import { InboxModel } from "./inbox_model";
import { SmsInboxPane } from "./pane/pane";
import { SmsInboxRow } from "./row/row";

const NOTIFICATION = "hr_recruitment_texting/thread";
/** Milliseconds in which changes and keystrokes are gathered. */
const GATHER = 300;
/** So close to the end, in pixels, more is fetched. */
const NEAR = 400;

const FILTERS = [
    { name: "all", label: _t("All"), icon: "fa-inbox" },
    { name: "mine", label: _t("Mine"), icon: "fa-user" },
    { name: "unassigned", label: _t("Unassigned"), icon: "fa-user-o" },
    { name: "unread", label: _t("Unread"), icon: "fa-envelope-o" },
    { name: "waiting", label: _t("Waiting for us"), icon: "fa-hourglass-half" },
    { name: "scheduled", label: _t("Scheduled"), icon: "fa-clock-o" },
    { name: "failed", label: _t("Failed"), icon: "fa-exclamation-circle" },
    { name: "unknown", label: _t("Unknown number"), icon: "fa-question-circle-o" },
    { name: "review", label: _t("Needs a decision"), icon: "fa-exclamation-triangle" },
    { name: "archived", label: _t("Archived"), icon: "fa-archive" },
];

/** Nothing there is good news or not, by what was looked for. */
const EMPTY = {
    all: _t("No conversations yet"),
    mine: _t("Nothing is assigned to you"),
    unassigned: _t("Everything is assigned to somebody"),
    unread: _t("You have read everything"),
    waiting: _t("Nobody waits for an answer"),
    scheduled: _t("No text is scheduled"),
    failed: _t("Every last text went through"),
    unknown: _t("Every number belongs to an applicant"),
    review: _t("Nothing has to be decided"),
    archived: _t("Nothing is archived"),
};

/** All conversations by text: the list, and the open one beside it. */
export class SmsInbox extends Component {
    static template = "hr_recruitment_texting.SmsInbox";
    static components = { Dropdown, DropdownItem, Layout, SmsInboxPane, SmsInboxRow };
    static props = ["*"];

    setup() {
        const orm = useService("orm");
        this.ui = useState(useService("ui"));
        this.model = useState(new InboxModel(orm));
        this.conversation = useState(new InboxConversation(orm));
        this.display = { controlPanel: {} };
        this.filters = FILTERS;
        this.listRef = useRef("list");
        this.rootRef = useRef("root");
        /** Row that the keyboard is on, and whether its turn for the focus has come. */
        this.state = useState({ activeId: false });
        this.focusActive = false;

        const bus = useService("bus_service");
        const refresh = useDebounced(() => this.refresh(), GATHER);
        useEffect(
            () => {
                const onNotification = (payload) => {
                    refresh();
                    if (this.conversation.concerns(payload)) {
                        this.conversation.load();
                    }
                };
                bus.subscribe(NOTIFICATION, onNotification);
                return () => bus.unsubscribe(NOTIFICATION, onNotification);
            },
            () => []
        );
        // What happened while the line was down was not told.
        useBus(this.env.bus, "WEBCLIENT:RECONNECTED", () => this.refresh());
        /** As it stands in the field: being read anew must not take a blank or a letter from it. */
        this.typed = "";
        this.searchTyped = useDebounced(() => this.look({ search: this.typed.trim() }), GATHER);

        // Whoever comes back finds it as they left it.
        useSetupAction({
            getLocalState: () => ({
                filter: this.model.filter,
                search: this.typed,
                selectedId: this.model.selectedId,
            }),
        });
        onWillStart(async () => {
            const { filter, search, selectedId } = this.startOf(this.props);
            this.typed = search;
            Object.assign(this.model, { filter, search: search.trim(), selectedId });
            await this.model.load();
            this.showSelected();
        });
        onWillUpdateProps((props) => {
            const id = this.idOf(props);
            if (id && id !== this.model.selectedId) {
                this.model.selectedId = id;
                this.refresh();
            }
        });
        useEffect(() => {
            if (this.focusActive) {
                this.focusActive = false;
                this.listRef.el?.querySelector("[tabindex='0']")?.focus();
            }
        });
        useEffect(
            () => this.props.updateActionState?.({ active_id: this.model.selectedId }),
            () => [this.model.selectedId]
        );
    }

    idOf(props) {
        return Number(props.action.context?.active_id) || false;
    }

    /** What is looked for and open at first: as it was left, else as the action says. */
    startOf(props) {
        if (props.state?.filter) {
            return props.state;
        }
        const name = props.action.context?.sms_inbox_filter;
        const filter = FILTERS.some((one) => one.name === name) ? name : "all";
        return { filter, search: "", selectedId: this.idOf(props) };
    }

    //--------------------------------------------------------------------------
    // What is shown
    //--------------------------------------------------------------------------

    get isSmall() {
        return this.ui.isSmall;
    }

    get hasSidebar() {
        return this.ui.size >= SIZES.XL;
    }

    get selected() {
        return this.model.selected;
    }

    get currentFilter() {
        return FILTERS.find(({ name }) => name === this.model.filter);
    }

    /** The row that Tab leads to. */
    get activeId() {
        const { rows } = this.model;
        const isThere = (id) => rows.some((row) => row.id === id);
        return [this.state.activeId, this.model.selectedId].find(isThere) || rows[0]?.id;
    }

    get emptyTitle() {
        return this.model.search
            ? _t("Nothing was found for “%s”", this.model.search)
            : EMPTY[this.model.filter];
    }

    get emptyHint() {
        if (this.model.search && this.model.filter !== "all") {
            return _t("Only “%s” was searched.", this.currentFilter.label);
        }
        return this.model.filter === "all" && !this.model.search
            ? _t("Open an applicant and write the first text in the SMS tab.")
            : "";
    }

    countOf(name) {
        const count = this.model.counts[name] || 0;
        return count >= this.model.counts.most ? `${count - 1}+` : count || "";
    }

    //--------------------------------------------------------------------------
    // Doing
    //--------------------------------------------------------------------------

    async refresh() {
        await this.model.load();
        this.showSelected();
    }

    async look(values) {
        await this.model.look(values);
        if (this.listRef.el) {
            this.listRef.el.scrollTop = 0;
        }
        this.showSelected();
    }

    onInput(ev) {
        this.typed = ev.target.value;
        this.searchTyped();
    }

    showSelected() {
        this.conversation.open(this.selected);
    }

    open(id) {
        this.state.activeId = id;
        this.model.select(id);
        this.showSelected();
    }

    /** Close what is open; the focus goes back to where it was in the list. */
    close() {
        this.model.select(false);
        this.showSelected();
        this.focusActive = true;
    }

    /** On to the next one, which is where the one that is done with was. */
    done(id) {
        const { rows } = this.model;
        const place = rows.findIndex((row) => row.id === id);
        this.state.activeId = (rows[place + 1] || rows[place - 1])?.id || false;
        if (this.model.selectedId === id) {
            this.close();
        }
    }

    onScroll() {
        const list = this.listRef.el;
        if (list.scrollHeight - list.scrollTop - list.clientHeight < NEAR) {
            this.model.loadMore();
        }
    }

    onListKeydown(ev) {
        const { rows } = this.model;
        const place = rows.findIndex(({ id }) => id === this.activeId);
        const places = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: rows.length - 1 };
        if (ev.key in places) {
            ev.preventDefault();
            const next = rows[Math.min(Math.max(places[ev.key], 0), rows.length - 1)];
            this.state.activeId = next?.id || false;
            this.focusActive = true;
            if (ev.key === "ArrowDown" && place >= rows.length - 5) {
                this.model.loadMore();
            }
        } else if (["Enter", " "].includes(ev.key) && rows[place]) {
            ev.preventDefault();
            this.open(rows[place].id);
        }
    }

    /** From the conversation back to its row, which stays open beside it where there is room. */
    onPaneKeydown(ev) {
        const isMenuOpen = Boolean(ev.currentTarget.querySelector(".o-dropdown.show"));
        if (ev.key !== "Escape" || ev.defaultPrevented || isMenuOpen) {
            return;
        }
        ev.preventDefault();
        if (this.isSmall) {
            this.close();
        } else {
            this.state.activeId = this.model.selectedId;
            this.listRef.el?.querySelector(".o_sms_inbox_row.active")?.focus();
        }
    }
}

registry.category("actions").add("hr_recruitment_texting.inbox", SmsInbox);
