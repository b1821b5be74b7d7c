// The chat page: a form, the turns above it, and what both have to say to each other.

import { TurnView } from "./answer.js";
import { watchIndex } from "./index_notice.js";
import { Turn } from "./turn.js";
import { rememberVisitor } from "./visitor.js";

const [form, field, send, stop, restart, turns, welcome, announcement] = [
  "ask", "question", "send", "stop", "restart", "turns", "welcome", "announcement",
].map((id) => document.getElementById(id));

let conversationId = null;
let running = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const query = field.value.trim();
  if (!query || running) return;
  field.value = "";
  fit();
  ask(query);
});

field.addEventListener("input", fit);
field.addEventListener("keydown", (event) => {
  // While an input method composes a word, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

stop.addEventListener("click", () => running?.cancel());

restart.addEventListener("click", () => {
  conversationId = null;
  turns.replaceChildren();
  welcome.hidden = false;
  restart.hidden = true;
  field.focus();
});

async function ask(query) {
  const view = new TurnView(turns, query);
  welcome.hidden = true;
  const turn = new Turn({ query, conversationId }, (event) => show(event, view, query));
  setRunning(turn);
  scrollToEnd();
  await turn.run();
  setRunning(null);
}

function show(event, view, query) {
  const following = isAtEnd();
  switch (event.type) {
    case "metadata":
      conversationId = event.conversation_id;
      offerToStop(true);
      break;
    case "sources":
      view.found(event.sources);
      break;
    case "token":
      view.grow(event.content);
      break;
    case "done":
      conversationId = event.conversation_id;
      rememberVisitor(event.visitor_token);
      view.finish(event);
      announcement.textContent = event.answer;
      break;
    case "error":
      fail(event, view, query);
      announcement.textContent = event.detail;
      break;
  }
  if (following) requestAnimationFrame(scrollToEnd);
}

function fail({ code, detail, retryable }, view, query) {
  const gone = code === "conversation_not_found";
  if (gone) conversationId = null;
  view.fail(detail, retryable || gone ? () => again(view, query) : null);
}

function again(view, query) {
  if (running) return;
  view.article.remove();
  ask(query);
}

function setRunning(turn) {
  running = turn;
  send.disabled = turn !== null;
  restart.disabled = turn !== null;
  restart.hidden = turns.children.length === 0;
  offerToStop(false);
}

function offerToStop(offered) {
  stop.hidden = !offered;
  send.hidden = offered;
}

function fit() {
  field.rows = Math.min(8, field.value.split("\n").length);
}

function isAtEnd() {
  const page = document.documentElement;
  return page.scrollHeight - page.scrollTop - page.clientHeight < 80;
}

function scrollToEnd() {
  window.scrollTo({ top: document.documentElement.scrollHeight });
}

watchIndex(document.getElementById("index"));
