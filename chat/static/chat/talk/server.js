// The server's API, called as one visitor.

import { Store } from "./store.js";

export const UNREACHABLE = "unreachable"; // something on the way answered in the server's place

/** What the server, or the way to it, says in place of an answer. */
export class Refused extends Error {
  constructor({ code, detail, retryable = false, retry_after = null }) {
    super(detail);
    this.event = { type: "error", code, detail, retryable, retry_after };
  }
}

export const CONNECTION_LOST = {
  type: "error",
  code: "connection_lost",
  detail: "The connection was lost. Check it, then try again: nothing is asked twice.",
  retryable: true,
};

export class Server {
  #store;

  constructor(address) {
    this.address = new URL(address).origin;
    this.#store = new Store("localStorage", this.address);
  }

  get socketAddress() {
    return `${this.address.replace(/^http/, "ws")}/ws/chat`;
  }

  get token() {
    return this.#store.get("visitor");
  }

  /** Keep the visitor's token that came with an answer, if one did. */
  remember(token) {
    if (token && token !== this.token) this.#store.set("visitor", token);
  }

  forget() {
    this.#store.set("visitor", null);
  }

  /** A fetch as the visitor. Rejects with the fetch's own error where no answer comes. */
  async request(path, { method = "GET", body, headers = {}, signal } = {}) {
    const sent = { Accept: "application/json", ...headers };
    if (body) sent["Content-Type"] = "application/json";
    if (this.token) sent["X-Visitor-Token"] = this.token;
    const response = await fetch(this.address + path, {
      method,
      headers: sent,
      body: body && JSON.stringify(body),
      signal,
      credentials: "omit",
    });
    this.remember(response.headers.get("X-Visitor-Token"));
    if (response.status !== 401 || !this.token) return response;
    // A token that this server no longer knows: go on as a new visitor.
    this.forget();
    return this.request(path, { method, body, headers, signal });
  }

  /** The JSON answer; null where there is none. Throws Refused. */
  async call(path, options) {
    const response = await this.request(path, options).catch(() => {
      throw new Refused(CONNECTION_LOST);
    });
    if (!response.ok) throw await refusal(response);
    return response.status === 204 ? null : response.json();
  }

  index() {
    return this.call("/v1/index");
  }

  suggestions() {
    return this.call("/v1/suggestions");
  }

  /** A page of the visitor's conversations, newest first; `next` of one leads to the page after it. */
  async conversations(next = "/v1/conversations?page_size=30") {
    if (!this.token) return { results: [], next: null };
    const page = await this.call(next);
    return { results: page.results, next: page.next && pathOf(page.next) };
  }

  async messages(conversation) {
    const messages = [];
    let next = `/v1/conversations/${conversation}/messages?page_size=200`;
    while (next) {
      const page = await this.call(next);
      messages.push(...page.results);
      next = page.next && pathOf(page.next);
    }
    return messages;
  }

  rename(conversation, title) {
    return this.call(`/v1/conversations/${conversation}`, { method: "PATCH", body: { title } });
  }

  remove(conversation) {
    return this.call(`/v1/conversations/${conversation}`, { method: "DELETE" });
  }

  /** `feedback` is {rating, reason?, comment?}; null withdraws it. */
  rate(message, feedback) {
    const path = `/v1/messages/${message}/feedback`;
    return this.call(path, feedback ? { method: "PUT", body: feedback } : { method: "DELETE" });
  }

  cancel(message) {
    return this.call(`/v1/messages/${message}/cancel`, { method: "POST" });
  }
}

/** The error that a response tells of, as a Refused. */
export async function refusal(response) {
  try {
    const body = await response.json();
    if (body.code && body.detail) return new Refused(body);
  } catch {
    // Something between here and the server answered in its place.
  }
  const detail = `The server cannot be reached just now (HTTP ${response.status}). Please try again.`;
  return new Refused({ code: UNREACHABLE, detail, retryable: true });
}

// A page behind a proxy may name the server differently from how it is reached.
function pathOf(address) {
  const { pathname, search } = new URL(address);
  return pathname + search;
}
