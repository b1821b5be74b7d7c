// The chat around the turns: heading, scrolling, greeting, and where the question is written.

export const layout = `
.chat {
  background: var(--paper);
  display: flex;
  height: 100%;
  overflow: hidden;
  position: relative;
}

.main {
  display: flex;
  flex: 1;
  flex-direction: column;
  min-width: 0;
  position: relative;
}

.head {
  align-items: center;
  display: flex;
  gap: 0.25rem;
  padding: 0.75rem 1rem;
}

.widget .head { border-bottom: 1px solid var(--line); padding: 0.6rem 0.75rem; }

.title {
  flex: 1;
  font: 600 1.125rem/1.3 var(--display);
  letter-spacing: -0.01em;
  margin-inline: 0.35rem;
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.scroller {
  flex: 1;
  overflow: hidden auto;
  overscroll-behavior: contain;
  scrollbar-color: var(--line) transparent;
}

.scroller:focus-visible { outline-offset: -2px; }

.column {
  margin-inline: auto;
  max-width: 46rem;
  min-height: 100%;
  padding: 1rem 1.5rem 2rem;
}

.widget .column { padding: 1rem 1.1rem 1.5rem; }

.icon-button {
  align-items: center;
  border-radius: 0.6rem;
  color: var(--muted);
  display: inline-flex;
  flex: none;
  height: 2.25rem;
  justify-content: center;
  transition: background 0.15s, color 0.15s;
  width: 2.25rem;
}

.icon-button:hover { background: var(--sunken); color: var(--ink); }

.primary, .quiet, .danger, .begin {
  align-items: center;
  border: 1px solid transparent;
  border-radius: 0.6rem;
  display: inline-flex;
  font-size: 0.9rem;
  font-weight: 600;
  gap: 0.5rem;
  line-height: 1.3;
  min-height: 2.25rem;
  padding: 0.35rem 0.9rem;
  transition: background 0.15s, filter 0.15s;
}

.primary { background: var(--accent); color: var(--on-accent); }
.primary:hover { filter: brightness(1.08); }
.primary[aria-disabled="true"] { background: var(--sunken); color: var(--muted); cursor: default; filter: none; font-variant-numeric: tabular-nums; }
.quiet { color: var(--muted); }
.quiet:hover { background: var(--sunken); color: var(--ink); }
.danger { border-color: currentColor; color: var(--danger); }

.to-end {
  background: var(--raised);
  border: 1px solid var(--line);
  border-radius: 50%;
  bottom: 7.5rem;
  box-shadow: var(--shadow);
  inset-inline-start: calc(50% - 1.125rem);
  position: absolute;
}

.notice {
  background: var(--tint);
  border: 1px solid var(--tint-line);
  border-radius: var(--radius);
  font-size: 0.9375rem;
  margin-bottom: 1.25rem;
  padding: 0.75rem 1rem;
}

.notice progress {
  accent-color: var(--accent);
  display: block;
  height: 0.4rem;
  margin-top: 0.5rem;
  width: 100%;
}

.welcome {
  animation: settle 0.5s var(--ease);
  padding-top: clamp(1.5rem, 12vh, 7rem);
}

.widget .welcome { padding-top: 1.5rem; }

@media (max-width: 40rem) {
  .welcome { padding-top: 1rem; }
}

.emblem {
  align-items: center;
  background: var(--tint);
  border: 1px solid var(--tint-line);
  border-radius: 1rem;
  color: var(--link);
  display: flex;
  font-size: 1.3rem;
  height: 3.25rem;
  justify-content: center;
  margin-bottom: 1.25rem;
  width: 3.25rem;
}

.welcome h2 {
  font: 500 clamp(1.5rem, 1.1rem + 1.9vw, 2.25rem)/1.2 var(--display);
  letter-spacing: -0.02em;
  text-wrap: balance;
}

.widget .welcome h2 { font-size: 1.5rem; }
.welcome p { color: var(--muted); margin-top: 0.6rem; max-width: 34rem; text-wrap: pretty; }

.suggestions {
  display: grid;
  gap: 0.6rem;
  grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr));
  margin-top: 2rem;
}

.widget .suggestions { gap: 0.5rem; margin-top: 1.25rem; }

.suggestion {
  background: var(--raised);
  border: 1px solid var(--line);
  border-radius: var(--radius);
  font-size: 0.9375rem;
  height: 100%;
  line-height: 1.45;
  padding: 0.8rem 1rem;
  transition: border-color 0.15s, box-shadow 0.15s, transform 0.2s var(--ease);
  width: 100%;
}

.suggestion strong { font-weight: 600; }
.suggestion:has(strong) { color: var(--muted); }
.suggestion:has(strong) strong { color: var(--ink); }
.suggestion:hover { border-color: var(--tint-line); box-shadow: var(--shadow); transform: translateY(-1px); }
.widget .suggestion { padding: 0.65rem 0.9rem; }

.passage {
  animation: appear 0.14s var(--ease);
  background: var(--raised);
  border: 1px solid var(--line);
  border-radius: var(--radius);
  box-shadow: var(--shadow-high);
  font-size: 0.875rem;
  line-height: 1.5;
  max-width: min(22rem, 100% - 1rem);
  padding: 0.85rem 1rem;
  position: absolute;
  width: max-content;
  z-index: 3;
}

.passage-title { font: 600 1rem/1.35 var(--display); }
.trail { color: var(--muted); font-size: 0.8125rem; line-height: 1.4; }

.passage .excerpt {
  border-inline-start: 2px solid var(--tint-line);
  display: -webkit-box;
  margin-top: 0.5rem;
  overflow: hidden;
  padding-inline-start: 0.7rem;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 7;
}

.passage .open {
  align-items: center;
  color: var(--link);
  display: inline-flex;
  font-weight: 600;
  gap: 0.3rem;
  margin-top: 0.6rem;
  text-decoration: none;
}

.passage .open:hover { text-decoration: underline; }
.passage .open .icon { height: 1em; width: 1em; }

@keyframes settle {
  from { opacity: 0; transform: translateY(0.5rem); }
}

.foot { margin-inline: auto; max-width: 46rem; padding: 0 1.5rem 0.75rem; width: 100%; }
.foot { position: relative; }
.foot::before {
  background: linear-gradient(transparent, var(--paper));
  content: "";
  height: 1.75rem;
  inset: -1.75rem 1.5rem auto;
  pointer-events: none;
  position: absolute;
}

.widget .foot { padding: 0 0.75rem 0.6rem; }

.composer {
  background: var(--raised);
  border: 1px solid var(--strong-line);
  border-radius: calc(var(--radius) * 1.4);
  box-shadow: var(--shadow);
  padding: 0.35rem;
  position: relative;
  transition: border-color 0.15s, box-shadow 0.15s;
}

.composer:focus-within { border-color: var(--link); box-shadow: 0 0 0 1px var(--link), var(--shadow); }
.field { align-items: flex-end; display: flex; gap: 0.25rem; }

.composer textarea {
  background: none;
  border: 0;
  flex: 1;
  line-height: 1.5;
  max-height: min(13rem, 35dvh);
  min-width: 0;
  outline: 0;
  overflow-y: auto;
  padding: 0.45rem 0.65rem;
  resize: none;
  scrollbar-width: thin;
}

.composer textarea::placeholder { color: var(--muted); opacity: 1; }

.send {
  align-items: center;
  background: var(--accent);
  border-radius: calc(var(--radius) * 1.4 - 0.35rem);
  color: var(--on-accent);
  display: flex;
  flex: none;
  height: 2.4rem;
  justify-content: center;
  transition: background 0.15s, filter 0.15s;
  width: 2.4rem;
}

.send:hover { background: var(--accent); color: var(--on-accent); filter: brightness(1.08); }
.send[aria-disabled="true"] { background: var(--sunken); color: var(--muted); cursor: default; filter: none; }
.send .icon-stop { fill: currentColor; }

.quote {
  align-items: center;
  background: var(--tint);
  border-radius: calc(var(--radius) * 1.4 - 0.35rem);
  color: var(--muted);
  display: flex;
  font-size: 0.875rem;
  gap: 0.5rem;
  line-height: 1.4;
  margin-bottom: 0.25rem;
  padding-inline-start: 0.75rem;
}

.quoted { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.hint { color: var(--muted); font-size: 0.78125rem; line-height: 1.4; padding-top: 0.5rem; text-align: center; text-wrap: balance; }
`;
