// The list of conversations.

export const history = `
.history {
  background: var(--sunken);
  border-inline-end: 1px solid var(--line);
  display: none;
  flex: none;
  flex-direction: column;
  gap: 0.5rem;
  overflow-y: auto;
  overscroll-behavior: contain;
  padding: 0.75rem;
  width: 17.5rem;
}

.with-history .history { display: flex; }

.chat:not(.wide) .history {
  animation: slide 0.22s var(--ease);
  box-shadow: var(--shadow-high);
  inset-block: 0;
  inset-inline-start: 0;
  max-width: calc(100% - 3rem);
  position: absolute;
  z-index: 4;
}

.scrim { display: none; }

.chat.with-history:not(.wide) .scrim {
  background: rgb(20 18 24 / 38%);
  display: block;
  inset: 0;
  position: absolute;
  z-index: 4;
}

.chat:not(.wide) .history { z-index: 5; }
.wide .history-close { display: none; }

.history-head { align-items: center; display: flex; justify-content: space-between; min-height: 2.25rem; padding-inline-start: 0.5rem; }
.history h2 { font: 600 1rem/1.3 var(--display); }

.begin {
  background: var(--raised);
  border-color: var(--line);
  justify-content: center;
  margin-bottom: 0.5rem;
}

.begin:hover { border-color: var(--tint-line); }
.history .empty { color: var(--muted); font-size: 0.875rem; padding-inline: 0.5rem; }

.conversations li {
  align-items: center;
  border-radius: 0.6rem;
  display: flex;
  min-height: 2.5rem;
}

.conversations li:hover, .conversations li:focus-within { background: color-mix(in srgb, var(--ink) 5%, transparent); }
.conversations li[aria-current] { background: var(--tint); }

.conversation {
  border-radius: 0.6rem;
  flex: 1;
  font-size: 0.9rem;
  line-height: 1.4;
  min-width: 0;
  overflow: hidden;
  padding: 0.5rem 0.6rem;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.conversations .icon-button { height: 2rem; width: 2rem; }

@media (hover: hover) {
  .conversations .icon-button { opacity: 0; width: 0; }
  .conversations li:hover .icon-button, .conversations li:focus-within .icon-button { opacity: 1; width: 2rem; }
}

.renaming, .confirming { align-items: center; display: flex; flex: 1; gap: 0.25rem; padding: 0.25rem; }
.confirming { flex-wrap: wrap; font-size: 0.875rem; padding: 0.4rem 0.6rem; }
.confirming span { flex-basis: 100%; }
.confirming button { font-size: 0.8125rem; min-height: 2rem; padding-block: 0.2rem; }

.renaming input {
  background: var(--raised);
  border: 1px solid var(--strong-line);
  border-radius: 0.45rem;
  flex: 1;
  font-size: 0.9rem;
  min-width: 0;
  padding: 0.25rem 0.5rem;
}

.renaming .icon-button { opacity: 1 !important; width: 2rem !important; }

@keyframes slide {
  from { opacity: 0; transform: translateX(-1rem); }
}
`;
