// The ways on which an answer comes: a WebSocket, or server-sent events.

import { UNREACHABLE, refusal } from "./server.js";

const OPEN_WITHIN = 4000; // ms; some networks swallow WebSockets without a word
const QUIET = 10_000; // ms after which a socket is tried
const SILENCE = 40_000; // ms without anything in an event stream: the server sends a comment every 15 s

/**
 * Follow an answer to its end, or until the line breaks: "ended", "dropped", or "unopened" where no socket opens.
 *
 * `first()` gives the frame that asks or resumes; `receive(event)` tells whether the event was the last one.
 */
export function overSocket(server, { first, receive, signal }) {
  return new Promise((resolve) => {
    let socket;
    let timer;
    let outcome = "unopened";
    const settle = (how) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      if (socket) {
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close();
      }
      resolve(how ?? outcome);
    };
    const abort = () => settle("dropped");
    const send = (frame) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(frame));
    const listen = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        send({ type: "ping" });
        timer = setTimeout(settle, QUIET);
      }, QUIET);
    };

    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    timer = setTimeout(settle, OPEN_WITHIN);
    try {
      socket = new WebSocket(server.socketAddress);
    } catch {
      return settle(); // the page's policy forbids it
    }
    socket.onopen = () => {
      outcome = "dropped";
      // Without a token the question's key alone tells who asks, also if this socket's first word is lost.
      if (server.token) send({ type: "hello", visitor_token: server.token });
      send(first());
      listen();
    };
    socket.onmessage = ({ data }) => {
      listen();
      try {
        if (receive(JSON.parse(data), send)) settle("ended");
      } catch {
        settle("dropped");
      }
    };
    socket.onclose = () => settle();
  });
}

/** The same as server-sent events, where no WebSocket opens. */
export async function overEventStream(server, { first, receive, signal }) {
  const broken = new AbortController();
  const abort = () => broken.abort();
  signal.addEventListener("abort", abort);
  const alive = watchdog(abort);
  try {
    const response = await request(server, first(), broken.signal);
    if (!response.ok) {
      const { event } = await refusal(response);
      // Whether the question has arrived nobody knows: it is asked again under its key.
      return event.code !== UNREACHABLE && receive(event) ? "ended" : "dropped";
    }
    for await (const event of events(response, alive)) if (receive(event)) return "ended";
    return "dropped";
  } catch {
    return "dropped";
  } finally {
    alive.stop();
    signal.removeEventListener("abort", abort);
    broken.abort();
  }
}

function request(server, { type, message_id, after, ...question }, signal) {
  const headers = { Accept: "text/event-stream" };
  if (type === "ask") {
    return server.request("/v1/query", { method: "POST", body: { ...question, stream: true }, headers, signal });
  }
  if (after >= 0) headers["Last-Event-ID"] = String(after);
  return server.request(`/v1/messages/${message_id}/events`, { headers, signal });
}

async function* events(response, alive) {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive.sign();
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s)));
      if (fields.data) yield JSON.parse(fields.data);
    }
  }
}

function watchdog(bark) {
  let timer;
  const stop = () => clearTimeout(timer);
  const sign = () => {
    stop();
    timer = setTimeout(bark, SILENCE);
  };
  sign();
  return { sign, stop };
}
