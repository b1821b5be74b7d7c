// An answer's Markdown as nodes: no HTML of its own, no images, links to the web alone.

import { Marked } from "../vendor/marked.js";
import DOMPurify from "../vendor/purify.js";

const CITATION = /^\[(\d{1,3})\]/;
// No backtick: what the server has taken for code has to stay code.
const MATH = /^(\$\$?)(?!\s)([^$\n`]+?)(?<!\s)\1(?!\d)/;
const ALLOWED = {
  ALLOWED_TAGS: [
    ..."p br hr em strong del code pre ul ol li blockquote h3 h4 h5 h6".split(" "),
    ..."table thead tbody tr th td a sup".split(" "),
  ],
  ALLOWED_ATTR: ["href", "class", "start", "align", "data-cite"],
  ADD_URI_SAFE_ATTR: ["start", "align", "data-cite"],
  ALLOWED_URI_REGEXP: /^https?:\/\//i,
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

const marked = new Marked({
  gfm: true,
  extensions: [
    {
      // Before marked takes it for the text of a link.
      name: "citation",
      level: "inline",
      start: (text) => text.indexOf("["),
      tokenizer(text) {
        const found = CITATION.exec(text);
        return found ? { type: "citation", raw: found[0], number: found[1] } : undefined;
      },
      renderer: ({ number }) => `<sup data-cite="${number}">${number}</sup>`,
    },
    {
      // Formulas stay as they are written: their underscores and asterisks are no emphasis.
      name: "math",
      level: "inline",
      start: (text) => text.indexOf("$"),
      tokenizer(text) {
        const found = MATH.exec(text);
        return found ? { type: "math", raw: found[0], formula: found[2] } : undefined;
      },
      renderer: ({ formula }) => `<code class="math">${escaped(formula)}</code>`,
    },
  ],
  tokenizer: {
    // "[1]: https://…" in an answer would make links of its citations.
    def: () => undefined,
    reflink: () => undefined,
  },
  renderer: {
    html: ({ text }) => escaped(text),
    image: ({ text, href }) => escaped(text || href),
    heading({ tokens, depth }) {
      const level = Math.min(depth + 2, 6);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      return ALLOWED.ALLOWED_URI_REGEXP.test(href) ? `<a href="${escaped(href)}">${text}</a>` : text;
    },
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
  },
});

/** The text's paragraphs, lists, fences, …: [{raw, nodes()}], equal where `raw` is. */
export function blocks(text) {
  return marked.lexer(text).map((token) => ({
    raw: token.raw,
    nodes: () => [...DOMPurify.sanitize(marked.parser([token]), ALLOWED).childNodes],
  }));
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
