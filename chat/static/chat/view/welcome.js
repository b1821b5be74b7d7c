// What is there before the first question: a greeting, questions to begin with, and how far the book is read.

import { el, icon } from "./dom.js";

const SHOWN = 4; // questions
const EVERY = 2000; // ms
const RARELY = 15_000; // ms, where there is no sign that anything is being built

export class Welcome {
  #words;
  #list;

  constructor(words, greeting) {
    this.#words = words;
    this.#list = el("ul", { className: "suggestions", hidden: true });
    this.node = el(
      "div",
      { className: "welcome" },
      el("div", { className: "emblem" }, icon("book")),
      el("h2", { dir: "auto", textContent: greeting || words.greeting }),
      el("p", { textContent: words.promise }),
      this.#list,
    );
  }

  /** `questions` as their owner wrote them; else made of `topics`, headings of the book. */
  suggest({ questions, topics }, onAsk) {
    const suggested = questions.length
      ? questions.map((query) => ({ query }))
      : topics.map((topic) => ({ query: this.#words.askAbout(topic), topic }));
    const buttons = suggested.slice(0, SHOWN).map(({ query, topic }) =>
      el(
        "button",
        { type: "button", className: "suggestion", on: { click: () => onAsk({ query }) } },
        el("span", { dir: "auto" }, ...emphasised(query, topic)),
      ),
    );
    this.#list.replaceChildren(...buttons.map((button) => el("li", {}, button)));
    this.#list.hidden = !suggested.length;
  }
}

function emphasised(query, topic) {
  if (!topic || topic === query) return [query];
  const [before, after] = query.split(topic);
  return [before, el("strong", { textContent: topic }), after];
}

/** Says that the book is still being read, and how far that is. */
export class IndexNotice {
  #server;
  #words;
  #bar = el("progress", { max: 1 });
  #text = el("p");
  #watching = false;

  constructor(server, words) {
    this.#server = server;
    this.#words = words;
    this.node = el("div", { className: "notice", role: "status", hidden: true }, this.#text, this.#bar);
  }

  /** Resolves when there is a book to ask; whether that had to be waited for. */
  async watch() {
    if (this.#watching) return false;
    this.#watching = true;
    let waited = false;
    for (;;) {
      const index = await this.#server.index().catch(() => null);
      if (!index || index.status === "ready") break;
      waited = true;
      this.#show(index);
      await new Promise((resolve) => setTimeout(resolve, index.status === "building" ? EVERY : RARELY));
    }
    this.#watching = false;
    this.node.hidden = true;
    return waited;
  }

  #show({ status, building }) {
    const share = building?.total ? building.done / building.total : null;
    const percent = share === null ? "" : ` ${Math.floor(100 * share)}%`;
    const sentence = status === "empty" && !building ? this.#words.noBook : this.#words.preparing + percent;
    if (this.#text.textContent !== sentence) this.#text.textContent = sentence;
    this.#bar.hidden = status === "empty" && !building;
    if (share === null) this.#bar.removeAttribute("value");
    else this.#bar.value = share;
    this.#bar.setAttribute("aria-label", this.#words.preparing);
    this.node.hidden = false;
  }
}
