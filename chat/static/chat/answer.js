// How a turn looks. Everything that comes from outside is set as text, never as markup.

const MARKER = /\[(\d{1,3})\]/g;

export class TurnView {
  #text = "";
  #sources = [];
  #answer;
  #painted = true;

  constructor(list, question) {
    this.#answer = element("div", { className: "answer", ariaBusy: "true" });
    this.status = element("p", { className: "status", textContent: "Looking in the book…" });
    this.article = element("li", { className: "turn" });
    this.article.append(
      element("p", { className: "question", textContent: question }),
      this.#answer,
      this.status,
    );
    list.append(this.article);
  }

  /** The passages found: the markers of the growing text link to them. */
  found(sources) {
    this.#sources = sources;
    this.status.textContent = "Writing…";
  }

  grow(content) {
    this.#text += content;
    if (!this.#painted) return;
    this.#painted = false;
    requestAnimationFrame(() => this.#paint());
  }

  finish({ answer, sources, status, degraded }) {
    this.#text = answer;
    this.#sources = sources;
    this.#paint();
    if (sources.length) this.status.before(sourceList(sources));
    const notes = [];
    if (status === "cancelled") notes.push("Stopped.");
    if (status === "interrupted") notes.push("The answer broke off here.");
    if (degraded) notes.push("The language model could not be reached: these are quotations from the book.");
    this.#end(notes.join(" "));
  }

  fail(detail, retry) {
    this.#paint();
    this.#end(detail);
    this.status.classList.add("failed");
    if (!retry) return;
    const button = element("button", { type: "button", className: "quiet", textContent: "Try again" });
    button.addEventListener("click", retry, { once: true });
    this.status.append(" ", button);
  }

  get text() {
    return this.#text;
  }

  #end(note) {
    this.#answer.ariaBusy = "false";
    this.status.textContent = note;
    this.status.hidden = !note;
  }

  #paint() {
    this.#painted = true;
    this.#answer.replaceChildren(...withLinks(this.#text, this.#sources));
  }
}

function withLinks(text, sources) {
  const byNumber = new Map(sources.map((source) => [source.number, source]));
  const nodes = [];
  let start = 0;
  for (const marker of text.matchAll(MARKER)) {
    const source = byNumber.get(Number(marker[1]));
    if (!source) continue;
    nodes.push(text.slice(start, marker.index), linkTo(source, marker[0], "marker"));
    start = marker.index + marker[0].length;
  }
  nodes.push(text.slice(start));
  return nodes;
}

function sourceList(sources) {
  const list = element("ol", { className: "sources", ariaLabel: "Sources" });
  for (const source of sources) {
    const entry = element("li");
    const path = source.path?.length ? source.path.join(" › ") : source.title;
    entry.append(element("span", { className: "number", textContent: source.number }), linkTo(source, path));
    list.append(entry);
  }
  return list;
}

function linkTo(source, text, className = "") {
  const address = webAddress(source.url);
  if (!address) return element("span", { textContent: text, className });
  return element("a", {
    href: address,
    textContent: text,
    title: source.excerpt || source.heading,
    className,
    target: "_blank",
    rel: "noopener noreferrer",
  });
}

function webAddress(url) {
  try {
    const parsed = new URL(url, location.href);
    return ["http:", "https:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

function element(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}
