// What the chat has to do with the page around it: its colours, its keys, and the text that is selected on it.

import { el, icon } from "./dom.js";

const MARKS = ["data-theme", "data-color-mode", "data-bs-theme", "class"];
const SHORTEST = 3; // characters
const GAP = 8; // px
const SETTLED = 200; // ms

/**
 * Light or dark: as it is said, as the site around looks, or as the reader's system is set.
 *
 * Calls `apply("light" | "dark")` now and whenever that changes; returns what ends it.
 */
export function followTheme(element, apply) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const update = () => apply(said(element) ?? hosts() ?? (system.matches ? "dark" : "light"));
  const observer = new MutationObserver(update);
  observer.observe(document.documentElement, { attributeFilter: MARKS });
  observer.observe(element, { attributeFilter: ["data-theme"] });
  system.addEventListener("change", update);
  update();
  return () => {
    observer.disconnect();
    system.removeEventListener("change", update);
  };
}

function said(element) {
  const theme = element.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : null;
}

function hosts() {
  for (const mark of MARKS) {
    const words = (document.documentElement.getAttribute(mark) ?? "").split(/\s+/);
    if (words.includes("dark")) return "dark";
    if (words.includes("light")) return "light";
  }
  return null;
}

/** Calls `open` for "/" and Ctrl+K (⌘K), except where somebody writes; `signal` ends it. */
export function onShortcut(open, signal) {
  const listener = (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || event.repeat) return;
    const combined = event.ctrlKey || event.metaKey;
    const wanted = combined ? event.key.toLowerCase() === "k" && !event.shiftKey : event.key === "/" && !writes(event);
    if (!wanted) return;
    event.preventDefault();
    open();
  };
  document.addEventListener("keydown", listener, { signal });
}

function writes(event) {
  const [target] = event.composedPath();
  return target instanceof Element && (target.matches("input, textarea, select") || target.isContentEditable);
}

/** What is selected on the page, outside of forms; empty where nothing is. */
export function selectedText(host) {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || host.contains(selection.anchorNode)) return "";
  const { focusNode } = selection;
  const element = focusNode instanceof Element ? focusNode : focusNode?.parentElement;
  if (element?.closest("input, textarea, [contenteditable]")) return "";
  const text = selection.toString().trim();
  return text.length >= SHORTEST ? text : "";
}

export class SelectionOffer {
  #host;
  #stop = new AbortController();
  #timer;

  /** `onAsk(text)` when the offer is taken. */
  constructor(host, words, onAsk) {
    this.#host = host;
    this.node = el(
      "button",
      {
        type: "button",
        className: "offer",
        hidden: true,
        // The selection is to survive the press.
        on: { pointerdown: (event) => event.preventDefault(), click: () => this.#take(onAsk) },
      },
      icon("quote"),
      el("span", { textContent: words.askAboutThis }),
    );
    const { signal } = this.#stop;
    document.addEventListener("selectionchange", () => this.#settle(), { signal });
    document.addEventListener("scroll", () => (this.node.hidden = true), { signal, passive: true, capture: true });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && (this.node.hidden = true), { signal });
  }

  end() {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  #settle() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#offer(), SETTLED);
  }

  #take(onAsk) {
    const text = selectedText(this.#host);
    this.node.hidden = true;
    if (text) onAsk(text);
  }

  #offer() {
    this.node.hidden = !selectedText(this.#host);
    if (this.node.hidden) return;
    const at = document.getSelection().getRangeAt(0).getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.node;
    const left = Math.min(Math.max(at.left + at.width / 2 - width / 2, GAP), innerWidth - width - GAP);
    const below = at.bottom + GAP;
    const top = below + height + GAP < innerHeight ? below : Math.max(at.top - height - GAP, GAP);
    this.node.style.left = `${left}px`;
    this.node.style.top = `${top}px`;
  }
}
