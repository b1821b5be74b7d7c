// Renders Markdown with several readers: a line of JSON {texts, readers} in, a list of {reader: HTML} out.

import { createInterface } from "node:readline";
import { HtmlRenderer, Parser } from "commonmark";
import { JSDOM } from "jsdom";
import katex from "katex";
import MarkdownIt from "markdown-it";
import MarkdownIt14 from "markdown-it-14";
import texmath from "markdown-it-texmath";
import { Marked, marked } from "marked";
import markedKatex from "marked-katex-extension";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { math, mathHtml } from "micromark-extension-math";
import showdown from "showdown";

// The page's renderer takes its sanitizer's window from the globals, when it is loaded.
globalThis.window = new JSDOM("").window;
globalThis.document = window.document;
const { blocks } = await import("../../chat/static/chat/view/markdown.js");

const linkless = new MarkdownIt({ html: true, linkify: false });
const linkify = new MarkdownIt({ html: true, linkify: true });
linkify.linkify.set({ fuzzyLink: true }); // as it was by default until version 15
const linkify14 = new MarkdownIt14({ html: true, linkify: true });
const parser = new Parser();
const renderer = new HtmlRenderer({ safe: false });
const gfmHtmlUnfiltered = gfmHtml();
// GFM's tag filter, which takes out some of the tags that the judge looks for.
delete gfmHtmlUnfiltered.exit.htmlFlowData;
delete gfmHtmlUnfiltered.exit.htmlTextData;
const micromarkGfm = {
  extensions: [gfm()],
  htmlExtensions: [gfmHtmlUnfiltered],
  allowDangerousHtml: true,
  allowDangerousProtocol: true,
};
// Of a formula only what a typesetter with all extensions would make a link or an attribute of.
const typeset = (formula) => {
  const command =
    /(?<!\\)(?:\\\\)*\\(?:href|url|class|cssId|style|data|includegraphics|\w*def|let|new\w*)\b/.exec(formula);
  return command ? "<formula-acts>" : "<code>formula</code>";
};
const AROUND_FORMULAS = /<\/?(?:eqn?|section|span)(?: class="eqno")?>/g;
katex.renderToString = typeset;
const formulaHtml = mathHtml();
formulaHtml.enter.mathText = function () {
  this.buffer();
};
formulaHtml.enter.mathFlow = function () {
  this.lineEndingIfNeeded();
};
formulaHtml.exit.mathText = function () {
  this.raw(typeset(this.resume()));
};
formulaHtml.exit.mathFlow = function () {
  this.raw(typeset(this.resume()));
  this.setData("mathFlowOpen");
  this.setData("slurpOneLineEnding");
};
const micromarkMaths = {
  ...micromarkGfm,
  extensions: [...micromarkGfm.extensions, math()],
  htmlExtensions: [...micromarkGfm.htmlExtensions, formulaHtml],
};
const markedMaths = new Marked(markedKatex({ nonStandard: true }));
const texmaths = new MarkdownIt({ html: true }).use(texmath, { engine: katex, delimiters: ["dollars", "brackets"] });
const showdownPlain = new showdown.Converter();
const showdownTables = new showdown.Converter({ simplifiedAutoLink: true, tables: true });

const READERS = {
  marked: (text) => marked.parse(text),
  "markdown-it": (text) => linkless.render(text),
  "markdown-it-linkify": (text) => linkify.render(text),
  "markdown-it-14": (text) => linkify14.render(text),
  commonmark: (text) => renderer.render(parser.parse(text)),
  "micromark-gfm": (text) => micromark(text, micromarkGfm),
  showdown: (text) => showdownTables.makeHtml(text),
  "showdown-plain": (text) => showdownPlain.makeHtml(text),
  "marked-maths": (text) => markedMaths.parse(text),
  "markdown-it-maths": (text) => texmaths.render(text).replaceAll(AROUND_FORMULAS, ""),
  "micromark-maths": (text) => micromark(text, micromarkMaths),
  page(text) {
    const answer = document.createElement("div");
    answer.append(...blocks(text).flatMap((block) => block.nodes()));
    return answer.innerHTML;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { texts, readers } = JSON.parse(line);
  const named = readers.filter((name) => name in READERS);
  const rendered = (text) => Object.fromEntries(named.map((name) => [name, html(READERS[name], text)]));
  console.log(JSON.stringify(texts.map(rendered)));
}

// What a reader cannot read is no proof that the text is harmless: the judge refuses the element.
function html(read, text) {
  try {
    return read(text);
  } catch (error) {
    return `<unreadable>${String(error).replaceAll("<", "&lt;")}</unreadable>`;
  }
}
