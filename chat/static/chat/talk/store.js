// What the browser remembers of a visitor. Where it blocks its storage, it is remembered until the page is left.

export class Store {
  #area;
  #prefix;
  #memory = new Map();

  /** `area` is "localStorage" or "sessionStorage"; `owner` keeps two servers on one site apart. */
  constructor(area, owner) {
    this.#prefix = `book-chat:${owner}:`;
    this.#area = reachable(area);
  }

  get(name) {
    if (this.#memory.has(name)) return this.#memory.get(name);
    try {
      return JSON.parse(this.#area?.getItem(this.#prefix + name) ?? "null");
    } catch {
      return null;
    }
  }

  /** Null forgets. */
  set(name, value) {
    this.#memory.delete(name);
    try {
      if (value === null) this.#area?.removeItem(this.#prefix + name);
      else this.#area.setItem(this.#prefix + name, JSON.stringify(value));
    } catch {
      this.#memory.set(name, value);
    }
  }
}

function reachable(area) {
  try {
    return globalThis[area];
  } catch {
    return null;
  }
}
