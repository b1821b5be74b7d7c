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

export const styles = `
.history {
  background: var(--sunken);
  border-inline-end: 1px solid var(--line);
  display: none;
  flex: none;
  flex-direction: column;
  gap: 0.5rem;
  overflow-y: auto;
  overscroll-behavior: contain;
  padding: 0.75rem;
  width: 17.5rem;
}

.with-history .history { display: flex; }

.chat:not(.wide) .history {
  animation: slide 0.22s var(--ease);
  box-shadow: var(--shadow-high);
  inset-block: 0;
  inset-inline-start: 0;
  max-width: calc(100% - 3rem);
  position: absolute;
  z-index: 4;
}

.scrim { display: none; }

.chat.with-history:not(.wide) .scrim {
  background: rgb(20 18 24 / 38%);
  display: block;
  inset: 0;
  position: absolute;
  z-index: 4;
}

.chat:not(.wide) .history { z-index: 5; }
.wide .history-close { display: none; }

.history-head { align-items: center; display: flex; justify-content: space-between; min-height: 2.25rem; padding-inline-start: 0.5rem; }
.history h2 { font: 600 1rem/1.3 var(--display); }

.begin {
  background: var(--raised);
  border-color: var(--line);
  justify-content: center;
  margin-bottom: 0.5rem;
}

.begin:hover { border-color: var(--tint-line); }
.history .empty { color: var(--muted); font-size: 0.875rem; padding-inline: 0.5rem; }

.conversations li {
  align-items: center;
  border-radius: 0.6rem;
  display: flex;
  min-height: 2.5rem;
}

.conversations li:hover, .conversations li:focus-within { background: color-mix(in srgb, var(--ink) 5%, transparent); }
.conversations li[aria-current] { background: var(--tint); }

.conversation {
  border-radius: 0.6rem;
  flex: 1;
  font-size: 0.9rem;
  line-height: 1.4;
  min-width: 0;
  overflow: hidden;
  padding: 0.5rem 0.6rem;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.conversations .icon-button { height: 2rem; width: 2rem; }

@media (hover: hover) {
  .conversations .icon-button { opacity: 0; width: 0; }
  .conversations li:hover .icon-button, .conversations li:focus-within .icon-button { opacity: 1; width: 2rem; }
}

.renaming, .confirming { align-items: center; display: flex; flex: 1; gap: 0.25rem; padding: 0.25rem; }
.confirming { flex-wrap: wrap; font-size: 0.875rem; padding: 0.4rem 0.6rem; }
.confirming span { flex-basis: 100%; }
.confirming button { font-size: 0.8125rem; min-height: 2rem; padding-block: 0.2rem; }

.renaming input {
  background: var(--raised);
  border: 1px solid var(--strong-line);
  border-radius: 0.45rem;
  flex: 1;
  font-size: 0.9rem;
  min-width: 0;
  padding: 0.25rem 0.5rem;
}

.renaming .icon-button { opacity: 1 !important; width: 2rem !important; }

@keyframes slide {
  from { opacity: 0; transform: translateX(-1rem); }
}
`;
