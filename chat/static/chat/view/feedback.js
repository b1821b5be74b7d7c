// What a reader thinks of an answer: a thumb, and if they like a reason and a comment.

import { el, iconButton } from "./dom.js";

const REASONS = { up: ["clear", "complete", "found"], down: ["wrong", "incomplete", "unclear", "sources"] };
const LONGEST_COMMENT = 2000;

export class Feedback {
  #save;
  #words;
  #rating;
  #thumbs;

  /** `save(feedback)` stores it, null withdraws it, and rejects where neither is possible. */
  constructor(words, save, given = null) {
    this.#words = words;
    this.#save = save;
    this.#rating = given?.rating ?? null;
    this.#thumbs = {
      up: iconButton("thumbUp", words.helpful, () => this.#rate("up")),
      down: iconButton("thumbDown", words.notHelpful, () => this.#rate("down")),
    };
    this.buttons = Object.values(this.#thumbs);
    this.details = el("div", { className: "feedback", hidden: true });
    this.note = el("span", { className: "feedback-note", role: "status" });
    this.#mark();
  }

  async #rate(rating) {
    const before = this.#rating;
    this.#rating = before === rating ? null : rating;
    this.#mark();
    this.#ask();
    if (await this.#stored(this.#rating && { rating: this.#rating })) return;
    this.#rating = before;
    this.#mark();
    this.details.hidden = true;
  }

  #mark() {
    for (const [rating, button] of Object.entries(this.#thumbs)) {
      button.setAttribute("aria-pressed", String(rating === this.#rating));
    }
  }

  /** Offer to say more, under the thumb that was chosen. */
  #ask() {
    this.note.textContent = "";
    this.details.hidden = !this.#rating;
    if (!this.#rating) return;
    const comment = el("textarea", {
      rows: 2,
      maxLength: LONGEST_COMMENT,
      placeholder: this.#words.comment,
      "aria-label": this.#words.comment,
    });
    const close = () => this.#close();
    const form = el(
      "form",
      { on: { submit: (event) => this.#tell(event, comment), keydown: (event) => event.key === "Escape" && stop(event, close) } },
      el("fieldset", {}, el("legend", { textContent: this.#words.why[this.#rating] }), ...this.#reasons()),
      comment,
      el(
        "div",
        { className: "row" },
        el("button", { type: "submit", className: "primary", textContent: this.#words.sendFeedback }),
        el("button", { type: "button", className: "quiet", textContent: this.#words.noThanks, on: { click: close } }),
      ),
    );
    this.details.replaceChildren(form);
    this.details.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  #reasons() {
    return REASONS[this.#rating].map((reason) =>
      el(
        "label",
        { className: "chip" },
        el("input", { type: "radio", name: "reason", value: reason }),
        el("span", { textContent: this.#words.reasons[reason] }),
      ),
    );
  }

  async #tell(event, comment) {
    event.preventDefault();
    const reason = event.target.elements.reason.value;
    const said = { rating: this.#rating, ...(reason && { reason }), ...(comment.value.trim() && { comment: comment.value.trim() }) };
    if (!(await this.#stored(said))) return;
    this.#close();
    this.note.textContent = this.#words.thanks;
  }

  #close() {
    this.details.hidden = true;
    this.#thumbs[this.#rating]?.focus();
  }

  async #stored(feedback) {
    try {
      await this.#save(feedback);
      return true;
    } catch (refused) {
      this.note.textContent = refused.message;
      return false;
    }
  }
}

function stop(event, then) {
  event.stopPropagation();
  then();
}
