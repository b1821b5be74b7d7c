// Tells screen readers what is written: sentences when they are finished, never single words.

import { el } from "./dom.js";

const KEPT = 4; // sentences

export class Announcer {
  #said = 0; // characters
  #segmenter;

  constructor(language) {
    this.region = el("div", { className: "unseen", role: "log", "aria-live": "polite", "aria-relevant": "additions" });
    this.#segmenter = "Segmenter" in Intl ? new Intl.Segmenter(language, { granularity: "sentence" }) : null;
  }

  begin() {
    this.#said = 0;
  }

  /** `text`: the answer so far. The last sentence may still grow, unless that is `all`. */
  follow(text, { all = false } = {}) {
    const rest = text.slice(this.#said);
    const sentences = this.#segmenter ? [...this.#segmenter.segment(rest)].map(({ segment }) => segment) : [rest];
    if (!all) sentences.pop();
    this.#said += sentences.join("").length;
    this.say(plain(sentences.join("")));
  }

  say(sentence) {
    if (!sentence) return;
    this.region.append(el("p", { textContent: sentence }));
    while (this.region.children.length > KEPT) this.region.firstChild.remove();
  }
}

/** Without Markdown's marks. */
function plain(markdown) {
  return markdown
    .replace(/\[\d{1,3}\]/g, "")
    .replace(/[*_`#>|~]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
