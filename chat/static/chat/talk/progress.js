// How far an answer has been seen, so that no word is shown twice and none is left out.

export class Progress {
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
