// An answer over a WebSocket.

const OPEN_WITHIN = 4000; // ms; some networks swallow WebSockets without a word
const SILENCE = 10_000; // ms after which the line is tried

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
        timer = setTimeout(settle, SILENCE);
      }, SILENCE);
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
