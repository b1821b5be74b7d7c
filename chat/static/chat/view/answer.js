// An answer's text as it grows. What has not changed stays in place, so that nothing flickers or loses its selection.

import { codeFigure } from "./code.js";
import { el } from "./dom.js";
import { blocks } from "./markdown.js";

export class AnswerText {
  #text = "";
  #shown = []; // {raw, nodes}
  #scheduled = false;
  #words;
  #citation;

  /** `citation(number)` gives the node that stands for [number]. */
  constructor(words, citation) {
    this.#words = words;
    this.#citation = citation;
    this.node = el("div", { className: "answer", dir: "auto" });
  }

  get text() {
    return this.#text;
  }

  grow(content) {
    this.#text += content;
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => this.#scheduled && this.#paint());
  }

  /** Show this text; all of it anew where citations have got their sources. */
  set(text, { anew = false } = {}) {
    this.#text = text;
    if (anew) {
      this.#shown = [];
      this.node.replaceChildren();
    }
    this.#paint();
  }

  #paint() {
    this.#scheduled = false;
    const current = blocks(this.#text);
    let kept = 0;
    while (kept < this.#shown.length && this.#shown[kept].raw === current[kept]?.raw) kept++;
    for (const { nodes } of this.#shown.splice(kept)) for (const node of nodes) node.remove();
    for (const { raw, nodes } of current.slice(kept)) {
      const fresh = nodes().map((node) => this.#finished(node));
      this.node.append(...fresh);
      this.#shown.push({ raw, nodes: fresh });
    }
  }

  #finished(node) {
    if (!(node instanceof Element)) return node;
    const box = el("div", {}, node);
    for (const marker of box.querySelectorAll("sup")) {
      // A marker stays on the line of the word that it follows.
      const before = marker.previousSibling;
      if (before?.nodeType === Node.TEXT_NODE) before.data = before.data.trimEnd();
      marker.replaceWith(this.#citation(Number(marker.dataset.cite)));
    }
    for (const pre of box.querySelectorAll("pre")) pre.replaceWith(codeFigure(pre, this.#words));
    for (const table of box.querySelectorAll("table")) {
      const frame = el("div", { className: "table", tabIndex: 0, role: "region", "aria-label": this.#words.table });
      table.replaceWith(frame);
      frame.append(table);
    }
    for (const link of box.querySelectorAll("a:not(.cite)")) {
      Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
    }
    return box.firstChild;
  }
}
