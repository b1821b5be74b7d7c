// A question, its answer, and what comes with it.

export const turn = `
.turns { display: flex; flex-direction: column; gap: 2.5rem; }
.turn { animation: settle 0.35s var(--ease); }

.asked {
  align-items: flex-end;
  display: flex;
  flex-direction: column;
  gap: 0.4rem;
  margin-bottom: 1.1rem;
}

.question-row { align-items: center; display: flex; gap: 0.25rem; justify-content: flex-end; max-width: 100%; }

.question {
  background: var(--tint);
  border-end-end-radius: 0.3rem;
  border-radius: calc(var(--radius) * 1.25);
  border-end-end-radius: 0.3rem;
  font: inherit;
  max-width: 34rem;
  overflow-wrap: anywhere;
  padding: 0.6rem 1rem;
  white-space: pre-wrap;
}

.asked-about {
  border-inline-end: 2px solid var(--tint-line);
  color: var(--muted);
  display: -webkit-box;
  font-size: 0.875rem;
  max-width: 30rem;
  overflow: hidden;
  overflow-wrap: anywhere;
  padding-inline-end: 0.75rem;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 3;
}

@media (hover: hover) {
  .question-row .icon-button { opacity: 0; }
  .turn:hover .question-row .icon-button, .question-row .icon-button:focus-visible { opacity: 1; }
}

.status {
  align-items: center;
  color: var(--muted);
  display: flex;
  font-size: 0.9375rem;
  gap: 0.6rem;
}

.answer:not(:empty) + .status { margin-top: 0.9rem; }
.pulse { animation: pulse 1.4s ease-in-out infinite; background: var(--link); border-radius: 50%; flex: none; height: 0.55rem; width: 0.55rem; }
.reconnecting .pulse { background: var(--warm); }

.mark {
  align-items: center;
  border-radius: 99rem;
  display: inline-flex;
  font-size: 0.8125rem;
  font-weight: 600;
  gap: 0.4rem;
  line-height: 1.4;
  margin-bottom: 0.75rem;
  padding: 0.3rem 0.8rem 0.3rem 0.55rem;
}

.mark .icon { height: 1.1em; width: 1.1em; }
.mark.unanswered, .mark.stopped { background: var(--sunken); color: var(--muted); }
.mark.degraded { background: var(--warm-tint); border-radius: 0.6rem; color: var(--warm); }

.failure {
  align-items: center;
  background: var(--warm-tint);
  border-radius: var(--radius);
  display: grid;
  gap: 0.75rem;
  grid-template-columns: auto 1fr;
  padding: 0.85rem 1rem;
}

.failure > .icon { align-self: start; color: var(--warm); margin-top: 0.15rem; }
.failure .primary { grid-column: 2; justify-self: start; }
.answer:not(:empty) ~ .below .failure { margin-top: 1rem; }

.sources { margin-top: 1.4rem; }
.sources-title { color: var(--muted); font-size: 0.8125rem; font-weight: 600; margin-bottom: 0.5rem; }

.sources ol { display: grid; gap: 0.5rem; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); }

.source {
  align-items: center;
  background: var(--raised);
  border: 1px solid var(--line);
  border-radius: var(--radius);
  color: inherit;
  display: flex;
  gap: 0.75rem;
  height: 100%;
  line-height: 1.35;
  padding: 0.6rem 0.85rem;
  text-decoration: none;
  transition: border-color 0.15s, box-shadow 0.15s, transform 0.2s var(--ease);
}

a.source:hover { border-color: var(--tint-line); box-shadow: var(--shadow); transform: translateY(-1px); }

.number {
  align-items: center;
  background: var(--tint);
  border-radius: 0.4rem;
  color: var(--link);
  display: inline-flex;
  flex: none;
  font-size: 0.75rem;
  font-variant-numeric: tabular-nums;
  font-weight: 700;
  height: 1.5rem;
  justify-content: center;
  min-width: 1.5rem;
}

.source-text { flex: 1; min-width: 0; }
.source-title { display: block; font-size: 0.9375rem; font-weight: 600; overflow-wrap: anywhere; }
.source .trail { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.source > .icon { color: var(--muted); height: 1rem; width: 1rem; }
[dir="rtl"] .icon-external { transform: scaleX(-1); }

.actions { align-items: center; display: flex; gap: 0.1rem; margin: 0.75rem 0 0 -0.6rem; }
[dir="rtl"] .actions { margin: 0.75rem -0.6rem 0 0; }
.actions .icon-button { font-size: 0.9375rem; height: 2rem; width: 2rem; }
.actions [aria-pressed="true"] { color: var(--link); }
.actions [aria-pressed="true"] .icon { fill: color-mix(in srgb, currentColor 22%, transparent); }
.feedback-note { color: var(--muted); font-size: 0.875rem; margin-inline-start: 0.5rem; }

.feedback {
  animation: settle 0.25s var(--ease);
  background: var(--sunken);
  border-radius: var(--radius);
  margin-top: 0.5rem;
  padding: 0.9rem 1rem;
}

.feedback fieldset { display: flex; flex-wrap: wrap; gap: 0.4rem; min-width: 0; }
.feedback legend { font-size: 0.875rem; font-weight: 600; margin-bottom: 0.5rem; padding: 0; }
.chip input { opacity: 0; position: absolute; }

.chip span {
  background: var(--raised);
  border: 1px solid var(--strong-line);
  border-radius: 99rem;
  cursor: pointer;
  display: block;
  font-size: 0.875rem;
  line-height: 1.4;
  padding: 0.25rem 0.75rem;
}

.chip input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.chip input:focus-visible + span { outline: 2px solid var(--link); outline-offset: 2px; }

.feedback textarea {
  background: var(--raised);
  border: 1px solid var(--strong-line);
  border-radius: 0.6rem;
  display: block;
  font-size: 0.9375rem;
  margin-block: 0.75rem;
  padding: 0.5rem 0.75rem;
  resize: vertical;
  width: 100%;
}

.row { display: flex; flex-wrap: wrap; gap: 0.5rem; }

@keyframes pulse {
  50% { opacity: 0.35; transform: scale(0.7); }
}

.answer { font-size: 1.0625rem; line-height: 1.65; overflow-wrap: anywhere; }
.widget .answer { font-size: 1rem; line-height: 1.6; }
.answer > * + * { margin-top: 0.85em; }
.answer[aria-busy] > p:last-child::after,
.answer[aria-busy] > :last-child > li:last-child:not(:has(ul, ol, p))::after,
.answer[aria-busy] > :last-child > li:last-child > :last-child > li:last-child::after {
  animation: pulse 1.2s ease-in-out infinite;
  background: var(--link);
  border-radius: 1px;
  content: "";
  display: inline-block;
  height: 0.95em;
  margin-inline-start: 0.2em;
  vertical-align: -0.12em;
  width: 0.16em;
}

.answer :is(h3, h4, h5, h6) { font: 600 1.125em/1.35 var(--display); margin-bottom: 0; margin-top: 1.4em; }
.answer :is(h3, h4, h5, h6) + * { margin-top: 0.4em; }
.answer :is(ul, ol) { padding-inline-start: 1.4em; }
.answer ul { list-style: disc; }
.answer ol { list-style: decimal; }
.answer li + li { margin-top: 0.3em; }
.answer li::marker { color: var(--muted); }
.answer li > :is(ul, ol) { margin-top: 0.3em; }
.answer blockquote { border-inline-start: 3px solid var(--tint-line); padding-inline-start: 1em; }
.answer blockquote > * + * { margin-top: 0.6em; }
.answer hr { border: 0; border-top: 1px solid var(--line); margin-block: 1.5em; }
.answer a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 0.2em; }

.answer code {
  background: var(--sunken);
  border: 1px solid var(--line);
  border-radius: 0.35em;
  font: 0.875em/1.5 var(--mono);
  padding: 0.1em 0.35em;
}

.answer code.math { background: none; border: 0; font-style: italic; padding: 0; }

.cite {
  background: var(--tint);
  border-radius: 0.35em;
  color: var(--link) !important;
  font-size: 0.7em;
  font-variant-numeric: tabular-nums;
  font-weight: 700;
  line-height: 1;
  margin-inline: 0.15em;
  padding: 0.22em 0.45em;
  text-decoration: none;
  vertical-align: 0.3em;
}

a.cite { position: relative; transition: background 0.15s, color 0.15s; }
/* As large to the finger as it should be. */
a.cite::after { content: ""; inset: -0.55em -0.3em; position: absolute; }
a.cite:hover, a.cite[aria-describedby] { background: var(--accent); color: var(--on-accent) !important; }

.code { background: var(--sunken); border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden; }

.code figcaption {
  align-items: center;
  color: var(--muted);
  display: flex;
  font: 500 0.75rem/1 var(--mono);
  justify-content: space-between;
  padding: 0.15rem 0.25rem 0.15rem 1rem;
}

.code .icon-button { font-size: 0.875rem; height: 2rem; width: 2rem; }
.code .icon-button:hover { background: var(--line); }
.code pre { margin: 0; overflow-x: auto; padding: 0.15rem 1rem 0.9rem; tab-size: 4; }
.code pre:focus-visible { outline-offset: -2px; }
.answer pre code { background: none; border: 0; font-size: 0.875rem; line-height: 1.6; overflow-wrap: normal; padding: 0; white-space: pre; }

.table { border: 1px solid var(--line); border-radius: var(--radius); overflow-x: auto; }
.table table { border-collapse: collapse; font-size: 0.9375rem; min-width: 100%; overflow-wrap: normal; }
.table :is(th, td) { padding: 0.5rem 0.85rem; text-align: start; vertical-align: top; }
.table [align="right"] { text-align: end; }
.table [align="center"] { text-align: center; }
.table th { background: var(--sunken); font-weight: 600; }
.table tr + tr td, .table thead + tbody td { border-top: 1px solid var(--line); }

.tok-cmnt { color: var(--muted); font-style: italic; }
.tok-kwd, .tok-oper { color: #9b2c6f; }
.tok-str, .tok-insert { color: #2b6a3f; }
.tok-num, .tok-bool { color: #99500b; }
.tok-func { color: #2a5bb0; }
.tok-class, .tok-type, .tok-section { color: #5b45b0; }
.tok-var { color: #1f6678; }
.tok-err, .tok-deleted { color: var(--danger); }
[data-scheme="dark"] :is(.tok-kwd, .tok-oper) { color: #f09bd0; }
[data-scheme="dark"] :is(.tok-str, .tok-insert) { color: #9bd6a8; }
[data-scheme="dark"] :is(.tok-num, .tok-bool) { color: #f0b878; }
[data-scheme="dark"] .tok-func { color: #93b8fb; }
[data-scheme="dark"] :is(.tok-class, .tok-type, .tok-section) { color: #c3b2fa; }
[data-scheme="dark"] .tok-var { color: #8fd3e3; }
`;
