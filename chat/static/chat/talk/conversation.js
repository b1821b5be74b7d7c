// A conversation: what is asked in it, what is being answered, and how it is found again after a reload.

import { Store } from "./store.js";
import { Turn } from "./turn.js";

export class Conversation {
  #server;
  #session;
  #onChange;
  running = null;

  /** `onChange` is called when an answer begins or ends, and when another conversation is taken up. */
  constructor(server, onChange) {
    this.#server = server;
    this.#session = new Store("sessionStorage", server.address);
    this.#onChange = onChange;
  }

  get id() {
    return this.#session.get("conversation");
  }

  /** Take up a conversation, or with null a new one. An answer that is being written goes on without us. */
  begin(id = null) {
    this.running?.leave();
    this.running = null;
    this.#session.set("conversation", id);
    this.#session.set("asking", null);
    this.#onChange();
  }

  /** Ask {query, selected_text?, page_url?}; resolves when that has ended, which `view` is told. */
  ask(question, view) {
    const asked = { ...question };
    if (this.id) asked.conversation_id = this.id;
    return this.#follow({ question: asked }, view);
  }

  /** Go on with an answer that was begun before the page was loaded: {question?, messageId?, text?}. */
  rejoin(begun, view) {
    return this.#follow(begun, view);
  }

  stop() {
    this.running?.stop();
  }

  /** What was said so far, as [{question, answer}] of the API's messages. Throws Refused. */
  async restored() {
    const turns = [];
    for (const message of this.id ? await this.#server.messages(this.id) : []) {
      if (message.role === "user") turns.push({ question: message, answer: null });
      else if (turns.length) turns.at(-1).answer = message;
    }
    return turns;
  }

  /** The question that was being asked when the page was left, unless it is among the restored ones. */
  interrupted(turns) {
    const asking = this.#session.get("asking");
    if (!asking || turns.at(-1)?.answer?.status === "streaming") return null;
    return turns.some(({ answer }) => answer && answer.id === asking.messageId) ? null : asking;
  }

  #follow({ question, messageId, text }, view) {
    const hear = (event) => this.#hear(turn, event, view);
    const turn = new Turn(this.#server, question ?? {}, hear, { messageId, text });
    return this.#run(turn);
  }

  async #run(turn) {
    this.running = turn;
    this.#keep(turn);
    this.#onChange();
    await turn.run();
    if (this.running !== turn) return;
    this.running = null;
    if (!turn.lost) this.#session.set("asking", null);
    this.#onChange();
  }

  #keep({ question, messageId }) {
    this.#session.set("asking", { question, messageId });
  }

  #hear(turn, event, view) {
    if (this.running !== turn) return;
    if (event.type === "metadata") {
      this.#session.set("conversation", event.conversation_id);
      this.#keep(turn);
      this.#onChange();
    }
    if (event.type === "error") view.fail(event, this.#another(turn, event, view));
    else view.hear(event);
  }

  /** How to try again; null where that would not help. */
  #another(turn, { code, retryable }, view) {
    if (turn.lost) return () => this.#run(turn); // under the same key: it may have arrived
    const gone = code === "conversation_not_found";
    if (!retryable && !gone && !code.startsWith("idempotency_")) return null;
    const { query, selected_text, page_url } = turn.question;
    return () => {
      if (gone) this.begin();
      return this.ask({ query: query ?? view.query, selected_text, page_url }, view);
    };
  }
}
