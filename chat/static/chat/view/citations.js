// Citations: markers in the text, the passage that shows beside one of them, and the list below.

import { el, icon } from "./dom.js";

const GAP = 8; // px between marker and passage
const LINGER = 180; // ms for the pointer's way from the one to the other

/** The source's address on the web; null where it has none, or one that is not of the web. */
export function webAddress(source) {
  try {
    const address = new URL(source.url);
    return ["http:", "https:"].includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}

/** Headings from the page's title down. */
export function pathOf({ path, title }) {
  return path?.length ? path : [title];
}

/** A link to the source: in the same tab where the widget stands on the site that it leads to. */
export function sourceLink(source, { sameTab }, properties, ...children) {
  const href = webAddress(source);
  if (!href) return el("span", properties, ...children);
  const stays = sameTab && new URL(href).origin === location.origin;
  return el("a", { ...properties, href, rel: "noopener noreferrer", target: stays ? null : "_blank" }, ...children);
}

/** One for a chat: there is never more than one passage to be seen. */
export class Citations {
  #root;
  #words;
  #links;
  #marker = null;
  #timer;

  constructor(root, words, links) {
    this.#root = root;
    this.#words = words;
    this.#links = links;
    this.card = el("div", {
      className: "passage",
      id: "passage",
      role: "tooltip",
      hidden: true,
      on: { pointerenter: () => clearTimeout(this.#timer), pointerleave: () => this.#hideSoon() },
    });
  }

  /** What stands for [number] in an answer; text alone while its source is not known. */
  marker(number, source) {
    if (!source) return el("span", { className: "cite", textContent: number });
    const label = this.#words.citation(number, pathOf(source).join(", "));
    const marker = sourceLink(source, this.#links, { className: "cite", textContent: number, "aria-label": label });
    if (marker.localName !== "a") marker.tabIndex = 0;
    const show = () => this.#show(marker, source);
    marker.addEventListener("pointerenter", ({ pointerType }) => pointerType === "mouse" && show());
    marker.addEventListener("pointerleave", () => this.#hideSoon());
    marker.addEventListener("focus", show);
    marker.addEventListener("blur", () => this.#hideSoon());
    this.#tapTwice(marker, show);
    return marker;
  }

  get open() {
    return !this.card.hidden;
  }

  /** The text has been scrolled: stay beside the marker, and go when it does. */
  follow() {
    if (!this.#marker) return;
    const [at] = this.#marker.getClientRects();
    const { top, bottom } = this.#marker.closest(".scroller").getBoundingClientRect();
    if (at && at.bottom > top && at.top < bottom) this.#place(this.#marker);
    else this.hide();
  }

  hide() {
    clearTimeout(this.#timer);
    this.card.hidden = true;
    this.#marker?.removeAttribute("aria-describedby");
    this.#marker = null;
  }

  // A finger cannot hover: its first tap shows the passage, the second one follows the link.
  #tapTwice(marker, show) {
    let shownBefore = true;
    marker.addEventListener("pointerdown", ({ pointerType }) => {
      shownBefore = pointerType === "mouse" || this.#marker === marker;
    });
    marker.addEventListener("click", (event) => {
      if (shownBefore) return;
      event.preventDefault();
      shownBefore = true;
      show();
    });
  }

  #show(marker, source) {
    clearTimeout(this.#timer);
    if (this.#marker === marker) return;
    this.hide();
    this.#marker = marker;
    const path = pathOf(source);
    const trail = path.slice(0, -1).join(" › ");
    this.card.replaceChildren(
      ...[
        trail && el("p", { className: "trail", dir: "auto", textContent: trail }),
        el("p", { className: "passage-title", dir: "auto", textContent: path.at(-1) }),
        source.excerpt && el("p", { className: "excerpt", dir: "auto", textContent: source.excerpt }),
        webAddress(source) &&
          sourceLink(source, this.#links, { className: "open", tabIndex: -1 }, this.#words.openSection, icon("external")),
      ].filter(Boolean),
    );
    this.card.hidden = false;
    marker.setAttribute("aria-describedby", this.card.id);
    this.#place(marker);
  }

  #place(marker) {
    const frame = this.#root.getBoundingClientRect();
    const [at] = marker.getClientRects();
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const left = Math.min(Math.max(at.left + at.width / 2 - width / 2, frame.left + GAP), frame.right - width - GAP);
    const above = at.top - height - GAP;
    const top = above >= frame.top + GAP ? above : at.bottom + GAP;
    this.card.style.left = `${left - frame.left}px`;
    this.card.style.top = `${top - frame.top}px`;
    this.card.classList.toggle("below", top > at.top);
  }

  #hideSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), LINGER);
  }
}

/** `title` says what they are to the answer: its sources, or merely what came near. */
export function sourceList(sources, title, links) {
  return el(
    "section",
    { className: "sources", "aria-label": title },
    el("p", { className: "sources-title", textContent: title }),
    el("ol", {}, ...sources.map((source) => el("li", {}, card(source, links)))),
  );
}

function card(source, links) {
  const path = pathOf(source);
  const trail = path.slice(0, -1).join(" › ");
  return sourceLink(
    source,
    links,
    { className: "source" },
    el("span", { className: "number", textContent: source.number }),
    el(
      "span",
      { className: "source-text", dir: "auto" },
      el("span", { className: "source-title", textContent: path.at(-1) }),
      trail ? el("span", { className: "trail", textContent: trail }) : null,
    ),
    webAddress(source) ? icon("external") : null,
  );
}
