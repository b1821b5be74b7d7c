// An answer as server-sent events, where no WebSocket opens.

import { UNREACHABLE, refusal } from "./server.js";

const SILENCE = 40_000; // ms; the server sends a comment every 15 s

/**
 * Follow an answer to its end, or until the line breaks: "ended" or "dropped".
 *
 * `first()` gives the frame that asks or resumes; `receive(event)` tells whether the event was the last one.
 */
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
      if (fields.data) yield { seq: Number(fields.id ?? -1), ...JSON.parse(fields.data) };
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
