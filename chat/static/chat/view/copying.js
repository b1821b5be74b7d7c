// Buttons that copy a text and say so.

import { icon, iconButton } from "./dom.js";

const SHOWN = 1600; // ms

/** `text()` gives what is copied when the button is pressed. */
export function copyButton(text, label, words) {
  const button = iconButton("copy", label, async () => {
    const copied = await copy(text());
    show(button, copied ? "check" : "close", copied ? words.copied : words.notCopied);
    setTimeout(show, SHOWN, button, "copy", label);
  });
  return button;
}

function show(button, name, label) {
  button.replaceChildren(icon(name));
  button.title = label;
  button.setAttribute("aria-label", label);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// There is no clipboard in frames without the permission, nor on plain http.
function copyBySelection(text) {
  const field = document.createElement("textarea");
  const before = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  before?.focus();
  return copied;
}
