// Colours, type and measures, and where the chat stands. What a site may set begins with --book-chat-.

export const frame = `
:host {
  --accent: var(--book-chat-accent, #5b45b0);
  --radius: var(--book-chat-radius, 0.875rem);
  --font: var(--book-chat-font, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif);
  --display: var(--book-chat-font-display, "Iowan Old Style", "Palatino Linotype", Palatino, Charter, Georgia, serif);
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace;
  display: block;
}

/* The site's own rules for all of its elements end here. */
.frame {
  all: initial;
  display: block;
  --paper: var(--book-chat-background, #fbfaf8);
  --raised: #ffffff;
  --sunken: #f3f1ed;
  --ink: var(--book-chat-text, #211f26);
  --muted: #625e6a;
  --line: #e5e1da;
  --strong-line: #8d8894;
  --link: var(--accent);
  --on-accent: #ffffff;
  --tint: color-mix(in srgb, var(--accent) 8%, var(--paper));
  --tint-line: color-mix(in srgb, var(--accent) 22%, var(--paper));
  --warm: #8a4b0f;
  --warm-tint: #fdf3e3;
  --danger: #b3261e;
  --shadow: 0 1px 2px rgb(33 31 38 / 6%), 0 8px 24px -8px rgb(33 31 38 / 14%);
  --shadow-high: 0 2px 6px rgb(33 31 38 / 8%), 0 24px 64px -16px rgb(33 31 38 / 28%);
  --ease: cubic-bezier(0.2, 0.7, 0.2, 1);
  color: var(--ink);
  color-scheme: light;
  font: 1rem/1.6 var(--font);
  -webkit-font-smoothing: antialiased;
  text-align: start;
}

.frame[data-scheme="dark"] {
  --paper: var(--book-chat-background, #161519);
  --raised: #201f25;
  --sunken: #1c1b20;
  --ink: var(--book-chat-text, #eae7ef);
  --muted: #a7a2b0;
  --line: #333139;
  --strong-line: #77727f;
  --link: color-mix(in srgb, var(--accent) 45%, white);
  --tint: color-mix(in srgb, var(--accent) 26%, var(--paper));
  --tint-line: color-mix(in srgb, var(--accent) 50%, var(--paper));
  --warm: #f2bd7d;
  --warm-tint: #2c2318;
  --danger: #ff9d94;
  --shadow: 0 1px 2px rgb(0 0 0 / 30%), 0 8px 24px -8px rgb(0 0 0 / 50%);
  --shadow-high: 0 2px 6px rgb(0 0 0 / 40%), 0 24px 64px -16px rgb(0 0 0 / 70%);
  color-scheme: dark;
}

/* Whatever the accent is, text in it and on it can be read. */
@supports (color: oklch(from red l c h)) {
  .frame {
    --link: oklch(from var(--accent) min(l, 0.48) c h);
    --on-accent: oklch(from var(--accent) clamp(0.12, (0.66 - l) * 1000, 1) 0 0);
  }
  .frame[data-scheme="dark"] {
    --link: oklch(from var(--accent) max(l, 0.78) min(c, 0.13) h);
  }
}

*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }

button, input, textarea { color: inherit; font: inherit; letter-spacing: inherit; margin: 0; }
button { background: none; border: 0; cursor: pointer; padding: 0; text-align: inherit; }
h1, h2, h3, p, ol, ul, figure, blockquote, fieldset { border: 0; margin: 0; padding: 0; }
ol, ul { list-style: none; }

:focus-visible {
  outline: 2px solid var(--link);
  outline-offset: 2px;
}

.icon {
  fill: none;
  flex: none;
  height: 1.25em;
  stroke: currentColor;
  stroke-linecap: round;
  stroke-linejoin: round;
  stroke-width: 1.75;
  width: 1.25em;
}

.unseen {
  clip-path: inset(50%);
  height: 1px;
  overflow: hidden;
  position: absolute;
  white-space: nowrap;
  width: 1px;
}

@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; scroll-behavior: auto !important; transition: none !important; }
}

.frame.page .panel {
  background: var(--paper);
  height: var(--visible-height, 100dvh);
}

.frame.widget {
  position: fixed;
  z-index: 2147483000;
}

.frame.widget .panel {
  animation: rise 0.28s var(--ease);
  background: var(--paper);
  border: 1px solid var(--line);
  border-radius: calc(var(--radius) * 1.4);
  bottom: max(1.25rem, env(safe-area-inset-bottom));
  box-shadow: var(--shadow-high);
  height: min(44rem, 100dvh - 2.5rem);
  overflow: hidden;
  position: fixed;
  width: min(27rem, 100vw - 2.5rem);
}

.right .panel, .right .launcher { right: max(1.25rem, env(safe-area-inset-right)); }
.left .panel, .left .launcher { left: max(1.25rem, env(safe-area-inset-left)); }
.right .panel { transform-origin: 100% 100%; }
.left .panel { transform-origin: 0 100%; }

.launcher {
  align-items: center;
  background: var(--accent);
  border-radius: 99rem;
  bottom: max(1.25rem, env(safe-area-inset-bottom));
  box-shadow: var(--shadow-high);
  color: var(--on-accent);
  display: flex;
  font-weight: 600;
  gap: 0.6rem;
  padding: 0.75rem 1.15rem 0.75rem 1rem;
  position: fixed;
  transition: transform 0.2s var(--ease), filter 0.2s;
}

.launcher:hover { filter: brightness(1.08); transform: translateY(-2px); }
.launcher:focus-visible { outline-color: var(--ink); }

.offer {
  align-items: center;
  animation: appear 0.16s var(--ease);
  background: var(--ink);
  border-radius: 99rem;
  box-shadow: var(--shadow);
  color: var(--paper);
  display: flex;
  font-size: 0.875rem;
  font-weight: 600;
  gap: 0.45rem;
  padding: 0.4rem 0.9rem 0.4rem 0.7rem;
  position: fixed;
}

@keyframes rise {
  from { opacity: 0; transform: translateY(0.75rem) scale(0.97); }
}

@keyframes appear {
  from { opacity: 0; transform: translateY(-0.25rem); }
}

@media (max-width: 30rem) {
  .frame.widget .panel {
    border: 0;
    border-radius: 0;
    height: var(--visible-height, 100dvh);
    inset: 0 0 auto;
    width: 100%;
  }
  .launcher { padding: 0.9rem; }
  .launcher span { display: none; }
}

@media print {
  .frame.widget { display: none; }
}
`;
