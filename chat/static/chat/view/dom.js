// Elements, made in one expression. Text is always set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** `properties`: those of the element, attributes with a dash or "role", and `on`: {event: listener}. */
export function el(name, properties = {}, ...children) {
  const node = document.createElement(name);
  const { on = {}, ...rest } = properties;
  for (const [key, value] of Object.entries(rest)) {
    if (value === null || value === undefined) continue;
    if (key.includes("-") || key === "role" || !(key in node)) node.setAttribute(key, value);
    else node[key] = value;
  }
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SHOWN = 1600; // ms
const PATHS = {
  book: "M12 6.5C10 5 7 4.5 3.5 5v13c3.5-.5 6.5 0 8.5 1.5 2-1.5 5-2 8.5-1.5V5C17 4.5 14 5 12 6.5zm0 0v13",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h10v11H9zM5 15V4h10",
  down: "M12 5v14m-6-6l6 6 6-6",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  external: "M9 6h9v9M18 6L7 17",
  history: "M4 6h16M4 12h16M4 18h10",
  info: "M12 11v6M12 7.5v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  plus: "M12 5v14M5 12h14",
  quote: "M5 17h4l1.5-4V7H5v6h3zm9 0h4l1.5-4V7H14v6h3z",
  retry: "M5 12a7 7 0 1 1 2 5M5 18v-4h4",
  send: "M12 19V5m-6 6l6-6 6 6",
  stop: "M8 8h8v8H8z",
  thumbDown: "M7 4v10H4V4zm0 10l4 6c1.5 0 2.5-1 2-4l-.5-2H18c1.5 0 2-1 1.7-2l-1.7-6c-.3-1-1-2-2-2H7",
  thumbUp: "M7 20V10H4v10zm0-10l4-6c1.5 0 2.5 1 2 4l-.5 2H18c1.5 0 2 1 1.7 2l-1.7 6c-.3 1-1 2-2 2H7",
  trash: "M5 7h14M9 7V4h6v3m-8 0l1 13h8l1-13",
  warning: "M12 4l9 16H3zM12 10v4m0 3v.1",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows an icon and is called `label`. */
export function iconButton(name, label, onClick, more = {}) {
  return el(
    "button",
    { type: "button", className: "icon-button", title: label, "aria-label": label, ...more, on: { click: onClick } },
    icon(name),
  );
}

/** A button that copies what `text()` gives when it is pressed, and says so. */
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
    return false; // there is no clipboard on plain http, nor in frames without the permission
  }
}
