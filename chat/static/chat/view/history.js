// The visitor's conversations: to go on with, to rename, to delete.

import { el, iconButton } from "./dom.js";

const LONGEST_TITLE = 200;

export class History {
  #server;
  #words;
  #on;
  #list = el("ul", { className: "conversations" });
  #note = el("p", { className: "empty" });
  #more;
  #next = null;
  #current = null;

  /** `on`: {open(id), removed(id), begin(), close()} */
  constructor(server, words, on) {
    this.#server = server;
    this.#words = words;
    this.#on = on;
    this.#more = el("button", {
      type: "button",
      className: "quiet",
      hidden: true,
      textContent: words.more,
      on: { click: () => this.#load(this.#next) },
    });
    this.node = el(
      "nav",
      { className: "history", "aria-label": words.conversations },
      el(
        "div",
        { className: "history-head" },
        el("h2", { textContent: words.conversations }),
        iconButton("close", words.closeConversations, () => on.close(), { className: "icon-button history-close" }),
      ),
      el("button", { type: "button", className: "begin", textContent: words.begin, on: { click: () => on.begin() } }),
      this.#note,
      this.#list,
      this.#more,
    );
  }

  focus() {
    this.node.querySelector("button.begin").focus();
  }

  /** Show the newest ones, with `current` marked. */
  async refresh(current) {
    this.#current = current;
    for (const item of this.#list.children) this.#markCurrent(item);
    await this.#load();
  }

  async #load(next) {
    try {
      const page = await this.#server.conversations(next);
      const items = page.results.map((conversation) => this.#item(conversation));
      if (next) this.#list.append(...items);
      else if (!this.#list.querySelector("input")) this.#list.replaceChildren(...items);
      this.#next = page.next;
      this.#more.hidden = !page.next;
      this.#note.textContent = this.#list.children.length ? "" : this.#words.noConversations;
    } catch (refused) {
      this.#note.textContent = this.#words.detail(refused.message);
    }
    this.#note.hidden = !this.#note.textContent;
  }

  #item(conversation) {
    const { id, title } = conversation;
    const item = el(
      "li",
      { "data-id": id },
      el("button", { type: "button", className: "conversation", dir: "auto", textContent: title, title, on: { click: () => this.#on.open(id) } }),
      iconButton("edit", this.#words.rename(title), () => this.#rename(item, conversation)),
      iconButton("trash", this.#words.remove(title), () => this.#confirm(item, conversation)),
    );
    this.#markCurrent(item);
    return item;
  }

  #markCurrent(item) {
    if (item.dataset.id === this.#current) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }

  #rename(item, conversation) {
    const field = el("input", { value: conversation.title, maxLength: LONGEST_TITLE, dir: "auto", "aria-label": this.#words.newTitle });
    const back = (title) => {
      const fresh = this.#item({ ...conversation, title });
      item.replaceWith(fresh);
      fresh.querySelector(".icon-button").focus();
    };
    const save = async (event) => {
      event.preventDefault();
      const title = field.value.trim();
      if (!title || title === conversation.title) return back(conversation.title);
      await this.#attempt(this.#server.rename(conversation.id, title), () => back(title));
    };
    item.replaceChildren(
      el(
        "form",
        { className: "renaming", on: { submit: save, keydown: (event) => escape(event, () => back(conversation.title)) } },
        field,
        iconButton("check", this.#words.save, save),
      ),
    );
    field.select();
  }

  #confirm(item, conversation) {
    const keep = () => {
      const fresh = this.#item(conversation);
      item.replaceWith(fresh);
      fresh.querySelector(".icon-button:last-child").focus();
    };
    const remove = () =>
      this.#attempt(this.#server.remove(conversation.id), () => {
        item.remove();
        this.#on.removed(conversation.id);
        this.focus();
      });
    const no = el("button", { type: "button", className: "quiet", textContent: this.#words.keep, on: { click: keep } });
    item.replaceChildren(
      el(
        "div",
        { className: "confirming", role: "group", "aria-label": this.#words.remove(conversation.title), on: { keydown: (event) => escape(event, keep) } },
        el("span", { textContent: this.#words.reallyRemove }),
        el("button", { type: "button", className: "danger", textContent: this.#words.removeIt, on: { click: remove } }),
        no,
      ),
    );
    no.focus();
  }

  async #attempt(call, then) {
    try {
      await call;
      then();
    } catch (refused) {
      this.#note.textContent = this.#words.detail(refused.message);
      this.#note.hidden = false;
    }
  }
}

function escape(event, then) {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  then();
}
