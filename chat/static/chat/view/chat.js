// The chat: what was said, what can be asked, and everything around it.

import { layout } from "../styles/layout.js";
import { turn } from "../styles/turn.js";
import { Conversation } from "../talk/conversation.js";
import { Announcer } from "./announcer.js";
import { Citations } from "./citations.js";
import { Composer } from "./composer.js";
import { el, icon, iconButton } from "./dom.js";
import { History, styles as history } from "./history.js";
import { Failure, TurnView } from "./turn.js";
import { IndexNotice, Welcome } from "./welcome.js";

export const styles = [layout, history, turn];

const WIDE = 900; // px from which on the conversations stand beside the chat
const NEAR = 48; // px from the end within which the newest words are followed

export class Chat {
  #views = [];
  #following = true;
  #face;
  #parts;
  #history;
  #welcome;
  #notice;
  #composer;
  #conversation;
  #onClose;

  /** `face` is "page" or "widget". Nothing happens before `start`. */
  constructor({ server, words, face, title, greeting, onClose }) {
    Object.assign(this, { server, words, links: { sameTab: face === "widget" } });
    this.#face = face;
    this.#onClose = onClose;
    this.node = el("div", { className: `chat ${face}`, on: { keydown: (event) => this.#key(event) } });
    this.announcer = new Announcer(words.language);
    this.citations = new Citations(this.node, words, this.links);
    this.#conversation = new Conversation(server, () => this.#conversationChanged());
    this.#welcome = new Welcome(words, greeting);
    this.#notice = new IndexNotice(server, words);
    this.#composer = new Composer(words, {
      onAsk: (question) => this.ask(question),
      onStop: () => this.#conversation.stop(),
    });
    this.#history = new History(server, words, {
      open: (id) => this.#open(id),
      removed: (id) => id === this.#conversation.id && this.#begin(),
      begin: () => this.#begin(),
      close: () => this.#showHistory(false),
    });
    this.#build(title || words.title);
  }

  /** Take up where the visitor left. */
  async start() {
    this.#showHistory(false, { focus: false });
    new ResizeObserver(([entry]) => this.#resized(entry.contentRect.width)).observe(this.node);
    this.#suggest();
    this.#watchIndex();
    await this.#restore();
  }

  focus() {
    this.#composer.focus();
  }

  /** Have the reader ask about a text of the page that they are on. */
  select(selection) {
    this.#composer.select(selection);
    this.focus();
  }

  /** Ask {query, selected_text?}. */
  async ask(question) {
    if (this.#conversation.running) return;
    const view = this.#add(question);
    this.#toEnd();
    await this.#conversation.ask({ ...question, ...this.#whereabouts() }, view);
  }

  edit(query) {
    this.#composer.fill(query);
  }

  /** Something has grown. */
  changed() {
    if (this.#following) requestAnimationFrame(() => this.#toEnd());
  }

  /** Of two views of one answer, asked for again after a reload, the newer one stays. */
  claim(view, messageId) {
    for (const other of this.#views) if (other !== view && other.messageId === messageId) other.node.remove();
  }

  failed(code) {
    if (code === "index_empty") this.#watchIndex();
  }

  #build(title) {
    const { words } = this;
    const turns = el("ol", { className: "turns", "aria-label": words.conversation });
    const scroller = el(
      "div",
      { className: "scroller", tabIndex: 0, role: "region", "aria-label": words.conversation, on: { scroll: () => this.#scrolled() } },
      el("div", { className: "column" }, this.#notice.node, this.#welcome.node, turns),
    );
    const toEnd = iconButton("down", words.toEnd, () => this.#toEnd(), { className: "icon-button to-end", hidden: true });
    const toggle = iconButton("history", words.conversations, () => this.#showHistory(toggle.ariaExpanded !== "true"));
    const begin = iconButton("plus", words.begin, () => this.#begin());
    const head = el(
      "header",
      { className: "head" },
      toggle,
      el(this.#face === "page" ? "h1" : "h2", { className: "title", dir: "auto", textContent: title }),
      begin,
      this.#onClose ? iconButton("close", words.close, () => this.#onClose()) : null,
    );
    const main = el("div", { className: "main" }, head, scroller, toEnd, this.#composer.node);
    const scrim = el("div", { className: "scrim", on: { click: () => this.#showHistory(false) } });
    this.#parts = { turns, scroller, toEnd, toggle, begin, main };
    this.node.append(this.#history.node, scrim, main, this.citations.card, this.announcer.region);
  }

  #add(question) {
    const view = new TurnView(this, question);
    this.#views.push(view);
    this.#parts.turns.append(view.node);
    this.#welcome.node.hidden = true;
    return view;
  }

  async #restore() {
    if (!this.#conversation.id) return this.#resume([]);
    this.#welcome.node.hidden = true;
    try {
      const turns = await this.#conversation.restored();
      for (const turn of turns) this.#replay(turn);
      this.#resume(turns);
    } catch (refused) {
      this.#unrestored(refused.event);
    }
    this.#toEnd();
  }

  #unrestored(error) {
    if (error.code === "conversation_not_found") return this.#begin({ focus: false });
    const failure = new Failure(this.words, error, () => {
      this.#parts.turns.replaceChildren();
      this.#restore();
    });
    this.#parts.turns.replaceChildren(el("li", {}, failure.node));
  }

  #replay({ question, answer }) {
    const asked = { query: question.content, ...(question.selected_text && { selected_text: question.selected_text }) };
    const view = this.#add(asked);
    const again = () => this.#conversation.ask({ ...asked, ...this.#whereabouts() }, view);
    view.node.dataset.message = answer?.id ?? "";
    if (!answer || answer.status === "streaming") view.wait(answer?.content);
    else if (answer.status === "failed" || answer.status === "interrupted") {
      view.wait(answer.content);
      view.fail({ code: "interrupted", detail: this.words.interrupted }, again);
    } else view.show({ ...answer, answer: answer.content });
  }

  /** Go on with what was being answered when the page was left. */
  #resume(turns) {
    const answer = turns.at(-1)?.answer;
    if (answer?.status === "streaming") {
      this.#conversation.rejoin({ messageId: answer.id, text: answer.content }, this.#views.at(-1));
    }
    const asking = this.#conversation.interrupted(turns);
    if (asking?.question.query) this.#conversation.rejoin(asking, this.#add(asking.question));
  }

  #open(id) {
    if (id !== this.#conversation.id) {
      this.#clear();
      this.#conversation.begin(id);
      this.#restore();
    }
    if (!this.#wide) this.#showHistory(false);
    else this.focus();
  }

  #begin({ focus = true } = {}) {
    this.#clear();
    this.#conversation.begin();
    this.#welcome.node.hidden = false;
    if (!this.#wide) this.#showHistory(false, { focus: false });
    if (focus) this.focus();
  }

  #clear() {
    this.citations.hide();
    this.#views = [];
    this.#parts.turns.replaceChildren();
    this.#following = true;
  }

  #conversationChanged() {
    const { running, id } = this.#conversation;
    this.#composer.busy = Boolean(running);
    if (this.#historyShown) this.#history.refresh(id);
  }

  async #suggest() {
    const suggestions = await this.server.suggestions().catch(() => null);
    if (suggestions) this.#welcome.suggest(suggestions, (question) => this.ask(question));
  }

  async #watchIndex() {
    if (!(await this.#notice.watch())) return;
    this.#suggest();
    this.#views.at(-1)?.retryNow("index_empty");
  }

  #whereabouts() {
    const { origin, pathname, search, protocol } = location;
    const address = origin + pathname + search;
    return this.#face === "widget" && protocol.startsWith("http") && address.length < 2000 ? { page_url: address } : {};
  }

  #showHistory(shown, { focus = true } = {}) {
    const { toggle, main } = this.#parts;
    this.node.classList.toggle("with-history", shown);
    toggle.ariaExpanded = String(shown);
    main.inert = shown && !this.#wide;
    if (shown) this.#history.refresh(this.#conversation.id);
    if (focus) (shown ? this.#history : toggle).focus();
  }

  get #historyShown() {
    return this.node.classList.contains("with-history");
  }

  get #wide() {
    return this.node.classList.contains("wide");
  }

  #resized(width) {
    const wide = this.#face === "page" && width >= WIDE;
    if (wide === this.#wide) return;
    this.node.classList.toggle("wide", wide);
    this.#showHistory(wide && Boolean(this.server.token), { focus: false });
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#parts.scroller;
    this.#following = scrollHeight - scrollTop - clientHeight < NEAR;
    this.#parts.toEnd.hidden = this.#following;
    this.citations.follow();
  }

  #toEnd() {
    this.#parts.scroller.scrollTop = this.#parts.scroller.scrollHeight;
  }

  #key(event) {
    if (event.key !== "Escape") return;
    if (this.citations.open) this.citations.hide();
    else if (this.#parts.main.inert) this.#showHistory(false);
    else if (this.#onClose) this.#onClose();
    else return;
    event.stopPropagation();
  }
}
