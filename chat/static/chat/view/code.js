// Code in answers: its language, its colours, and a button that copies it.

import bash from "../vendor/highlight/languages/bash.js";
import c from "../vendor/highlight/languages/c.js";
import json from "../vendor/highlight/languages/json.js";
import py from "../vendor/highlight/languages/py.js";
import xml from "../vendor/highlight/languages/xml.js";
import yaml from "../vendor/highlight/languages/yaml.js";
import { tokenizeWith } from "../vendor/highlight/tokenize.js";
import { copyButton, el } from "./dom.js";

const languages = { bash, c, json, py, xml, yaml };
// What is written much like C is coloured like it.
const ALIASES = {
  "c++": "c", console: "bash", cpp: "c", h: "c", hpp: "c", html: "xml", java: "c", javascript: "c", js: "c", jsx: "c",
  python: "py", sh: "bash", shell: "bash", ts: "c", tsx: "c", typescript: "c", urdf: "xml", xacro: "xml", yml: "yaml",
  zsh: "bash",
};
const LONGEST = 20_000; // characters that are coloured

/** A figure in place of `<pre><code class="language-…">`. */
export function codeFigure(pre, words) {
  const code = pre.querySelector("code") ?? pre;
  const text = code.textContent.replace(/\n$/, "");
  const name = /language-(\S+)/.exec(code.className)?.[1].toLowerCase() ?? "";
  return el(
    "figure",
    { className: "code" },
    el("figcaption", {}, el("span", { textContent: name }), copyButton(() => text, words.copyCode, words)),
    el("pre", { tabIndex: 0, dir: "ltr" }, el("code", {}, ...coloured(text, ALIASES[name] ?? name))),
  );
}

function coloured(text, language) {
  if (!languages[language] || text.length > LONGEST) return [text];
  const nodes = [];
  const onToken = (part, type) => {
    if (part) nodes.push(type ? el("span", { className: `tok-${type}`, textContent: part }) : part);
  };
  tokenizeWith(text, language, onToken, { languages });
  return nodes;
}
