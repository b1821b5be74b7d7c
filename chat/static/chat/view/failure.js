// What went wrong, what to do, and for how long to wait before that.

import { el, icon } from "./dom.js";

export class Failure {
  #words;
  #again;
  #timer = 0;
  #button = null;

  /** `error` has the shape of all of the server's errors. `again` is null where trying again would not help. */
  constructor(words, { code, detail, retry_after: seconds }, again) {
    this.code = code;
    this.#words = words;
    this.#again = again;
    this.sentence = words.errors[code] ?? words.detail(detail);
    this.node = el(
      "div",
      { className: "failure" },
      icon("warning"),
      el("p", { dir: "auto", textContent: this.sentence }),
      again && this.#retryButton(),
    );
    if (again && seconds) this.#countDown(Math.ceil(seconds));
  }

  retry() {
    if (!this.#again) return;
    this.end();
    this.#again();
  }

  /** Count no further. */
  end() {
    clearTimeout(this.#timer);
  }

  #retryButton() {
    this.#button = el(
      "button",
      { type: "button", className: "primary", on: { click: () => this.#button.ariaDisabled === "true" || this.retry() } },
      icon("retry"),
      el("span", { textContent: this.#words.tryAgain }),
    );
    return this.#button;
  }

  #countDown(seconds) {
    this.#button.ariaDisabled = String(seconds > 0);
    this.#button.lastChild.textContent = seconds > 0 ? this.#words.tryAgainIn(seconds) : this.#words.tryAgain;
    if (seconds > 0) this.#timer = setTimeout(() => this.#countDown(seconds - 1), 1000);
  }
}
