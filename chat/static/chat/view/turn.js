// A question and its answer, from the first moment to the last.

import { AnswerText } from "./answer.js";
import { pathOf, sourceList } from "./citations.js";
import { copyButton, el, icon, iconButton } from "./dom.js";
import { Feedback } from "./feedback.js";

export class TurnView {
  #chat;
  #words;
  #answer;
  #status;
  #below;
  #mark;
  #failure = null;
  #found = []; // the passages that were retrieved
  #sources = []; // those that the answer cites

  /** `chat` has words, links, citations, announcer, server and what a reader may do: edit(query), changed(). */
  constructor(chat, { query, selected_text: selection }) {
    this.#chat = chat;
    this.#words = chat.words;
    this.query = query;
    this.#answer = new AnswerText(this.#words, (number) => this.#citation(number));
    this.#status = el("p", { className: "status" }, el("span", { className: "pulse" }), el("span"));
    this.#mark = el("p", { className: "mark", hidden: true });
    this.#below = el("div", { className: "below" });
    this.node = el(
      "li",
      { className: "turn" },
      el(
        "div",
        { className: "asked" },
        selection ? el("blockquote", { className: "asked-about", dir: "auto", textContent: selection }) : null,
        el(
          "div",
          { className: "question-row" },
          iconButton("edit", this.#words.edit, () => chat.edit(query)),
          el("h2", { className: "question", dir: "auto", textContent: query }),
        ),
      ),
      el("div", { className: "reply" }, this.#mark, this.#answer.node, this.#status, this.#below),
    );
    this.wait();
  }

  get messageId() {
    return this.node.dataset.message;
  }

  /** Begin (again) to wait for an answer. */
  wait(text = "") {
    this.#failure?.end();
    this.#failure = null;
    this.#found = this.#sources = [];
    this.#below.replaceChildren();
    this.#mark.hidden = true;
    this.#answer.set(text, { anew: true });
    this.#answer.node.setAttribute("aria-busy", "true");
    this.#chat.announcer.begin();
    this.#say(this.#words.looking);
  }

  hear(event) {
    switch (event.type) {
      case "metadata":
        this.#chat.claim(this, event.message_id);
        this.node.dataset.message = event.message_id;
        break;
      case "sources":
        this.#found = event.sources;
        this.#say(this.#words.writing);
        break;
      case "token":
        this.#say("");
        this.#answer.grow(event.content);
        this.#chat.announcer.follow(this.#answer.text);
        break;
      case "connection_state":
        this.#connection(event.state);
        break;
      case "done":
        this.node.dataset.message = event.message_id ?? this.messageId;
        this.show(event);
        this.#chat.announcer.follow(event.answer, { all: true });
        this.#chat.announcer.say(this.#words.answered(this.#sources.length));
        break;
    }
    this.#chat.changed();
  }

  /** A whole answer: {answer, status, answered, degraded, sources, feedback?}. */
  show({ answer, status, answered, degraded, sources, feedback }) {
    const unanswered = answered === false;
    this.#sources = sources;
    this.#say("");
    this.#answer.set(unanswered ? withoutSectionList(answer, sources) : answer, { anew: true });
    this.#answer.node.removeAttribute("aria-busy");
    if (unanswered) this.#label("unanswered", "info", this.#words.unanswered);
    if (degraded) this.#label("degraded", "warning", this.#words.degraded);
    if (status === "cancelled") this.#label("stopped", "stop", this.#words.stopped);
    // Where the book does not say, what came near is still worth a look.
    const offered = sources.length || !unanswered ? sources : this.#found.slice(0, 3);
    const title = unanswered ? this.#words.nearest : this.#words.sources;
    this.#below.replaceChildren(
      ...[offered.length && sourceList(offered, title, this.#chat.links), answer && this.#actions(answer, feedback)]
        .filter(Boolean)
        .flat(),
    );
  }

  /** `again` asks once more; null where that would not help. */
  fail(error, again) {
    this.#say("");
    this.#answer.node.removeAttribute("aria-busy");
    this.#failure = new Failure(this.#words, error, again && (() => this.#again(again)));
    this.#below.replaceChildren(this.#failure.node);
    this.#chat.announcer.say(this.#failure.sentence);
    this.#chat.failed(error.code);
    this.#chat.changed();
  }

  /** The index has become ready, the network is back: no need to wait any longer. */
  retryNow(code) {
    if (this.#failure?.code === code) this.#failure.retry();
  }

  #again(again) {
    const lost = this.#failure.code === "connection_lost";
    this.#failure.end();
    if (lost) {
      this.#failure = null;
      this.#below.replaceChildren();
      this.#say(this.#words.reconnecting);
    } else this.wait();
    this.#chat.focus();
    again();
  }

  #connection(state) {
    const waiting = state !== "open";
    this.#status.classList.toggle("reconnecting", waiting);
    if (waiting) this.#say(state === "offline" ? this.#words.offline : this.#words.reconnecting);
    else if (this.#answer.text) this.#say("");
    else this.#say(this.#found.length ? this.#words.writing : this.#words.looking);
  }

  #say(sentence) {
    if (this.#status.lastChild.textContent !== sentence) this.#status.lastChild.textContent = sentence;
    this.#status.hidden = !sentence;
  }

  #label(kind, name, text) {
    this.#mark.className = `mark ${kind}`;
    this.#mark.replaceChildren(icon(name), el("span", { textContent: text }));
    this.#mark.hidden = false;
  }

  #citation(number) {
    const source = this.#sources.find((each) => each.number === number);
    return this.#chat.citations.marker(number, source);
  }

  #actions(answer, given) {
    const save = (feedback) => this.#chat.server.rate(this.messageId, feedback);
    const feedback = new Feedback(this.#words, save, given);
    const copied = () => [answer, ...this.#sources.map(asLine)].join("\n");
    return [
      el(
        "div",
        { className: "actions" },
        copyButton(copied, this.#words.copyAnswer, this.#words),
        ...feedback.buttons,
        feedback.note,
      ),
      feedback.details,
    ];
  }
}

function asLine(source, position) {
  return `${position ? "" : "\n"}[${source.number}] ${pathOf(source).join(" › ")}: ${source.url}`;
}

/** A refusal lists the nearest sections in its text, too: the cards below say it better. */
function withoutSectionList(answer, sources) {
  const listed = new Set(sources.map((source) => `- ${pathOf(source).join(" › ")} [${source.number}]`));
  const lines = answer.split("\n");
  const kept = lines.filter((line) => !listed.has(line.trim()));
  if (kept.length === lines.length) return answer;
  return kept.join("\n").trim().replace(/\s*[^.!?]*:$/, "");
}

/** What went wrong, what to do, and for how long to wait before that. */
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
