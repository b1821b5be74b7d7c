// What is there before the first question: a greeting, and questions to begin with.

import { el, icon } from "./dom.js";

const SHOWN = 4;

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
