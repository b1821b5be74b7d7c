// Where the question is written.

import { el, icon, iconButton } from "./dom.js";

const LONGEST_QUESTION = 4000;
const LONGEST_SELECTION = 8000;

export class Composer {
  #words;
  #selection = null; // {text, url}
  #quote;
  #form;

  /** `onAsk({query, selected_text?, page_url?})`, `onStop()`. */
  constructor(words, { onAsk, onStop }) {
    this.#words = words;
    this.field = el("textarea", {
      rows: 1,
      maxLength: LONGEST_QUESTION,
      placeholder: words.placeholder,
      "aria-label": words.question,
      enterKeyHint: "send",
      on: { input: () => this.#changed(), keydown: (event) => this.#key(event) },
    });
    this.#quote = el("div", { className: "quote", hidden: true });
    this.send = el(
      "button",
      { type: "submit", className: "send", title: words.send, "aria-label": words.send, "aria-disabled": "true" },
      icon("send"),
    );
    this.stop = iconButton("stop", words.stop, onStop, { className: "send", hidden: true });
    this.#form = el(
      "form",
      { className: "composer", on: { submit: (event) => this.#submit(event, onAsk) } },
      this.#quote,
      el("div", { className: "field" }, this.field, this.send, this.stop),
    );
    this.node = el(
      "footer",
      { className: "foot" },
      this.#form,
      el("p", { className: "hint", textContent: words.hint }),
    );
  }

  /** While an answer is being written it can be stopped, and the next question be drafted. */
  set busy(busy) {
    const focused = this.node.getRootNode().activeElement;
    this.stop.hidden = !busy;
    this.send.hidden = busy;
    if (focused === this.stop || focused === this.send) this.field.focus();
  }

  fill(text) {
    this.field.value = text;
    this.#changed();
    this.focus();
    this.field.setSelectionRange(text.length, text.length);
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  /** Ask about this text of the page that the reader is on; null for none. */
  select(selection) {
    this.#selection = selection;
    this.#quote.hidden = !selection;
    if (!selection) return;
    this.#quote.replaceChildren(
      icon("quote"),
      el("span", { className: "quoted", dir: "auto", textContent: selection.text.slice(0, 280) }),
      iconButton("close", this.#words.dropSelection, () => {
        this.select(null);
        this.focus();
      }),
    );
    this.field.placeholder = this.#words.placeholderSelection;
  }

  #submit(event, onAsk) {
    event.preventDefault();
    const query = this.field.value.trim();
    if (!query || this.send.hidden) return;
    const question = { query };
    if (this.#selection) question.selected_text = this.#selection.text.slice(0, LONGEST_SELECTION);
    this.select(null);
    this.field.value = "";
    this.field.placeholder = this.#words.placeholder;
    this.#changed();
    this.focus();
    onAsk(question);
  }

  #key(event) {
    // While an input method composes a word, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #changed() {
    this.send.setAttribute("aria-disabled", String(!this.field.value.trim()));
    this.field.dir = this.field.value ? "auto" : ""; // the placeholder's direction is the interface's
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }
}
