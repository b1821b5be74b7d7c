// One question and its answer, followed to the end: across dropped connections, reloads and server restarts.

import { CONNECTION_LOST } from "./server.js";
import { overEventStream, overSocket } from "./ways.js";

const LONGEST_WAIT = 8000; // ms between two attempts
const ATTEMPTS = 14; // without anything new, before the reader is asked: a good minute
const WAYS = [overSocket, overEventStream];

let preferred = 0; // the way that worked last

export class Turn {
  #server;
  #question;
  #progress;
  #onEvent;
  #send = null; // into the socket, while one is open
  #broken = null; // ends the current connection
  #stopping = false;
  #left = false;
  lost = false; // whether it was given up for want of a connection

  /**
   * `question` is what POST /v1/query takes. `onEvent` gets the server's events, each once, and
   * {type: "connection_state", state: "open" | "reconnecting" | "offline"}.
   */
  constructor(server, question, onEvent, { messageId = null, text = "" } = {}) {
    this.#server = server;
    // The key makes asking again safe: the server joins the answer that it may already be writing.
    this.#question = { idempotency_key: uuid(), ...question };
    this.#onEvent = onEvent;
    this.messageId = messageId;
    this.#progress = text ? Progress.after(text) : new Progress();
  }

  /** What is to be known for going on after a reload. */
  get question() {
    return this.#question;
  }

  /** Resolves when the answer has ended, well or badly, or was lost; what happens is told to `onEvent`. */
  async run() {
    const watch = new AbortController();
    for (const change of ["online", "offline"]) {
      window.addEventListener(change, () => this.#broken?.abort(), { signal: watch.signal });
    }
    this.lost = !(await this.#follow());
    watch.abort();
    if (this.lost) this.#onEvent(CONNECTION_LOST);
  }

  async #follow() {
    let way = preferred;
    for (let attempt = 0; attempt < ATTEMPTS && !this.#left; attempt++) {
      const seen = this.#progress.seq;
      const outcome = await this.#over(WAYS[way]);
      if (outcome === "ended" || this.#progress.seq > seen) preferred = way;
      if (outcome === "ended" || this.#left) return true;
      if (this.#progress.seq > seen) attempt = 0;
      this.#onEvent({ type: "connection_state", state: navigator.onLine ? "reconnecting" : "offline" });
      // Where no socket opens, the other way is tried at once; where neither works, both by turns.
      if (outcome === "unopened") way = 1;
      else {
        await this.#patience(attempt);
        if (way === 1 && preferred === 0) way = 0;
      }
      if (!navigator.onLine) attempt = 0;
    }
    return this.#left;
  }

  /** Follow it no longer. */
  leave() {
    this.#left = true;
    this.#broken?.abort();
  }

  /** Have the answer stopped; what has come of it is kept. */
  stop() {
    this.#stopping = !this.messageId; // then as soon as it has an id
    if (this.#stopping) return;
    if (this.#send) this.#send({ type: "cancel", message_id: this.messageId });
    else this.#server.cancel(this.messageId).catch(() => (this.#stopping = true));
  }

  async #over(way) {
    this.#broken = new AbortController();
    const outcome = await way(this.#server, {
      first: () => this.#first(),
      receive: (event, send) => this.#receive(event, send),
      signal: this.#broken.signal,
    });
    this.#send = this.#broken = null;
    return outcome;
  }

  #first() {
    if (!this.messageId) return { type: "ask", ...this.#question };
    return { type: "resume", message_id: this.messageId, after: this.#progress.seq };
  }

  /** Whether this event was the last one. */
  #receive(event, send = null) {
    this.#send = send;
    this.#server.remember(event.visitor_token);
    if (event.type === "connection" || event.type === "pong") return false;
    if (event.code === "invalid_visitor_token") {
      // A token that this server no longer knows: what was asked after it goes on as a new visitor.
      this.#server.forget();
      return false;
    }
    // Nothing has happened to the answer: we may merely not follow it just now.
    if (event.retryable && this.messageId && !event.message_id) throw new Error(event.code);
    const news = this.#progress.take(event);
    if (event.message_id) this.messageId = event.message_id;
    if (event.message_id && this.#stopping) this.stop();
    this.#onEvent({ type: "connection_state", state: "open" });
    if (news) this.#onEvent(news);
    return event.type === "done" || event.type === "error";
  }

  /** A pause that grows from attempt to attempt, and ends as soon as the network is back. */
  #patience(attempt) {
    return new Promise((resolve) => {
      const offline = !navigator.onLine;
      const wait = Math.min(LONGEST_WAIT, 400 * 2 ** attempt) * (0.75 + Math.random() / 2);
      const timer = setTimeout(go, offline ? 60_000 : wait);
      window.addEventListener("online", go);
      function go() {
        clearTimeout(timer);
        window.removeEventListener("online", go);
        resolve();
      }
    });
  }
}

/** How far an answer has been seen, so that no word is shown twice and none is left out. */
class Progress {
  seq = -1;
  #length = 0; // of the text that was seen, in code points

  /** Go on after a text that is known from elsewhere. */
  static after(text) {
    const progress = new Progress();
    progress.#length = [...text].length;
    progress.seq = progress.#length ? 1 + progress.#length : -1;
    return progress;
  }

  /** The event as far as it is new; null where it is not. Throws where something before it is missing. */
  take(event) {
    if (event.type === "token") return this.#token(event);
    if (event.type !== "done" && event.type !== "error" && event.seq <= this.seq) return null;
    this.seq = Math.max(this.seq, event.seq ?? -1);
    return event;
  }

  #token(event) {
    const content = [...event.content];
    const end = event.seq - 1;
    const missing = end - content.length - this.#length;
    if (missing > 0) throw new RangeError("A part of the answer is missing.");
    if (end <= this.#length) return null;
    this.#length = end;
    this.seq = event.seq;
    return { ...event, content: content.slice(-missing || 0).join("") };
  }
}

// crypto.randomUUID exists on secure origins only.
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
