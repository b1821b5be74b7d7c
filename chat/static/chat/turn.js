// One question and its answer: over the WebSocket, or by a plain request where no socket opens.

import { forgetVisitor, rememberVisitor, visitorToken } from "./visitor.js";

const OPEN_WITHIN = 5000; // ms
const RECONNECTS = 4;
const LOST = {
  type: "error",
  code: "connection_lost",
  detail: "The connection was lost. Please try again.",
  retryable: true,
};

let socketsOpen = true; // until one does not: then all further questions go by plain requests

export class Turn {
  #frame;
  #onEvent;
  #socket = null;
  #messageId = null;
  #seq = -1;

  constructor({ query, conversationId }, onEvent) {
    // The key makes asking again safe: the server joins the answer that it may already be writing.
    this.#frame = { query, idempotency_key: uuid() };
    if (conversationId) this.#frame.conversation_id = conversationId;
    this.#onEvent = onEvent;
  }

  /** Resolves when the answer has ended, well or badly; what happens is told to `onEvent`. */
  async run() {
    for (let attempt = 0; socketsOpen && attempt <= RECONNECTS; attempt++) {
      const outcome = await this.#overSocket();
      if (outcome === "ended") return;
      if (outcome === "unopened" && !this.#messageId) socketsOpen = false;
      else await pause(250 * 2 ** attempt);
    }
    if (socketsOpen) this.#onEvent(LOST);
    else await this.#overHttp();
  }

  cancel() {
    if (this.#messageId) this.#send({ type: "cancel", message_id: this.#messageId });
  }

  #overSocket() {
    return new Promise((resolve) => {
      const scheme = location.protocol === "https:" ? "wss" : "ws";
      const socket = new WebSocket(`${scheme}://${location.host}/ws/chat`);
      this.#socket = socket;
      let outcome = "unopened";
      const tooLate = setTimeout(() => socket.close(), OPEN_WITHIN);
      socket.onopen = () => {
        clearTimeout(tooLate);
        outcome = "dropped";
        this.#begin();
      };
      socket.onmessage = ({ data }) => {
        if (!this.#receive(JSON.parse(data))) return;
        outcome = "ended";
        socket.close();
      };
      socket.onclose = () => {
        clearTimeout(tooLate);
        resolve(outcome);
      };
    });
  }

  #begin() {
    this.#send(visitorToken() ? { type: "hello", visitor_token: visitorToken() } : { type: "hello" });
    this.#send(
      this.#messageId
        ? { type: "resume", message_id: this.#messageId, after: this.#seq }
        : { type: "ask", ...this.#frame },
    );
  }

  /** Whether this event was the last one. */
  #receive(event) {
    rememberVisitor(event.visitor_token);
    if (event.type === "connection") return false;
    if (event.code === "invalid_visitor_token") {
      // A token that this server no longer knows. What was asked after it goes on as a new visitor.
      forgetVisitor();
      return false;
    }
    if (event.type === "metadata") this.#messageId = event.message_id;
    if (event.seq !== undefined) this.#seq = event.seq;
    this.#onEvent(event);
    return event.type === "done" || event.type === "error";
  }

  async #overHttp() {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    if (visitorToken()) headers["X-Visitor-Token"] = visitorToken();
    try {
      const response = await fetch("/v1/query", {
        method: "POST",
        headers,
        body: JSON.stringify(this.#frame),
      });
      const body = { ...(await response.json()), type: response.ok ? "done" : "error" };
      if (!this.#receive(body)) await this.#overHttp();
    } catch {
      this.#onEvent(LOST);
    }
  }

  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
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
