// <book-chat>: the chat as a page of its own, or as a widget that any site can embed.

import { wordsOf } from "./languages.js";
import { frame } from "./styles/frame.js";
import { Server } from "./talk/server.js";
import { Store } from "./talk/store.js";
import { el, icon } from "./view/dom.js";
import { SelectionOffer, followTheme, onShortcut, selectedText } from "./view/site.js";

/**
 * Attributes: `face` ("page"; else a widget), `server` (its address; else where this file is from), and
 * data-title, data-greeting, data-position ("left"), data-accent, data-theme, data-language,
 * data-shortcuts ("off"), data-selection ("off").
 */
class BookChat extends HTMLElement {
  static observedAttributes = ["data-accent"];

  #server;
  #words;
  #root;
  #chat = null; // once it has been opened
  #opening = null;
  #panel;
  #launcher;
  #offer = null;
  #ends = null;
  #before = null; // what had the focus

  async connectedCallback() {
    const { signal } = (this.#ends = new AbortController());
    this.#server = new Server(this.getAttribute("server") ?? import.meta.url);
    this.#words = await wordsOf(...this.#languages());
    if (signal.aborted) return;
    this.#root ??= this.attachShadow({ mode: "open" });
    this.#root.adoptedStyleSheets = [sheet(frame)];
    this.#build(signal);
    signal.addEventListener("abort", followTheme(this, (scheme) => (this.#panel.parentNode.dataset.scheme = scheme)));
    this.attributeChangedCallback();
  }

  disconnectedCallback() {
    this.#ends?.abort();
    this.#offer?.end();
    this.#chat = this.#opening = null;
  }

  attributeChangedCallback() {
    const accent = this.dataset.accent;
    if (accent && CSS.supports("color", accent)) this.style.setProperty("--book-chat-accent", accent);
  }

  get isOpen() {
    return this.#panel?.hidden === false;
  }

  /** Show the chat, about a text of the page if one is given, and put the cursor into it. */
  async open(selected = "", { focus = true } = {}) {
    if (!this.isOpen) this.#before = deepActiveElement();
    this.#panel.hidden = false;
    if (this.#launcher) this.#launcher.hidden = true;
    this.#session?.set("open", true);
    const chat = await (this.#opening ??= this.#load()).catch(() => null);
    if (!chat) return this.#unopened();
    if (selected) chat.select({ text: selected });
    else if (focus) chat.focus();
  }

  close() {
    if (!this.#launcher) return;
    this.#panel.hidden = true;
    this.#launcher.hidden = false;
    this.#session.set("open", null);
    (this.#before?.isConnected && this.#before !== document.body ? this.#before : this.#launcher).focus();
  }

  /** Its files could not be fetched: they may be the next time. */
  #unopened() {
    this.#opening = null;
    this.close();
  }

  get #isPage() {
    return this.getAttribute("face") === "page";
  }

  get #session() {
    return this.#isPage ? null : new Store("sessionStorage", this.#server.address);
  }

  #languages() {
    const chosen = this.dataset.language;
    return [chosen, this.#isPage ? null : document.documentElement.lang, ...navigator.languages].filter(Boolean);
  }

  #build(signal) {
    const { title, position } = this.dataset;
    const { language, direction, title: usual } = this.#words;
    const name = title || usual;
    this.#panel = el("div", { className: "panel", hidden: true });
    const root = el("div", {
      className: `frame ${this.#isPage ? "page" : "widget"} ${position === "left" ? "left" : "right"}`,
      lang: language,
      dir: direction,
    });
    root.append(this.#panel);
    this.#root.replaceChildren(root);
    if (this.dataset.shortcuts !== "off") onShortcut(() => this.open(this.#isPage ? "" : selectedText(this)), signal);
    followKeyboard(this, signal);
    if (this.#isPage) return void this.open();
    Object.assign(this.#panel, { role: "dialog", ariaLabel: name });
    this.#launcher = el(
      "button",
      {
        type: "button",
        className: "launcher",
        "aria-label": name,
        on: { click: () => this.open(), pointerenter: () => (this.#opening ??= this.#load()).catch(() => {}) },
      },
      icon("book"),
      el("span", { textContent: name }),
    );
    root.append(this.#launcher);
    if (this.dataset.selection !== "off") {
      this.#offer = new SelectionOffer(this, this.#words, (text) => this.open(text));
      root.append(this.#offer.node);
    }
    if (this.#session.get("open")) this.open("", { focus: false });
  }

  /** The greater part, which a page that merely shows the button does without. */
  async #load() {
    const { Chat, styles } = await import("./view/chat.js");
    this.#root.adoptedStyleSheets = [frame, ...styles].map(sheet);
    this.#chat = new Chat({
      server: this.#server,
      words: this.#words,
      face: this.#isPage ? "page" : "widget",
      title: this.dataset.title,
      greeting: this.dataset.greeting,
      onClose: this.#isPage ? null : () => this.close(),
    });
    this.#panel.append(this.#chat.node);
    this.#chat.start();
    return this.#chat;
  }
}

const sheets = new Map();

function sheet(text) {
  if (!sheets.has(text)) {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    sheets.set(text, made);
  }
  return sheets.get(text);
}

function deepActiveElement() {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

// A phone's keyboard covers what is fixed to the window's lower edge.
function followKeyboard(element, signal) {
  const viewport = window.visualViewport;
  const fit = () => element.style.setProperty("--visible-height", `${viewport.height}px`);
  viewport?.addEventListener("resize", fit, { signal });
}

if (!customElements.get("book-chat")) customElements.define("book-chat", BookChat);
