// The interface's languages: English, and a file for each of the others, fetched when it is wanted.

const LOADERS = {
  de: () => import("./languages/de.js"),
  en: () => ({ default: english }),
  ur: () => import("./languages/ur.js"),
};

/** The words of the first of these languages ("de-AT") that there is; English where there is none. */
export async function wordsOf(...languages) {
  for (const tag of languages) {
    const code = tag?.toLowerCase().split("-")[0];
    if (!Object.hasOwn(LOADERS, code ?? "")) continue;
    try {
      return { ...english, ...(await LOADERS[code]()).default };
    } catch {
      return english; // the file could not be fetched
    }
  }
  return english;
}

const english = {
  language: "en",
  direction: "ltr",

  title: "Ask the book",
  greeting: "What would you like to know?",
  promise: "Answers come from the book’s own text, with links to the sections they rest on.",
  askAbout: (topic) => (/[?؟]$/.test(topic) ? topic : `What does the book say about ${topic}?`),
  close: "Close",

  question: "Your question",
  placeholder: "Ask a question…",
  placeholderSelection: "What about this?",
  hint: "Answers are generated: check them against their sources.",
  send: "Ask",
  stop: "Stop",
  edit: "Edit and ask again",
  askAboutThis: "Ask about this",
  dropSelection: "Without the selected text",

  conversation: "Conversation",
  toEnd: "To the newest words",
  looking: "Looking in the book…",
  writing: "Reading what was found…",
  reconnecting: "Reconnecting…",
  offline: "You are offline. It goes on when the connection is back.",
  answered: (sources) => `The answer is complete. ${sources === 1 ? "1 source." : `${sources} sources.`}`,

  sources: "Sources",
  nearest: "Nearest sections",
  citation: (number, path) => `Source ${number}: ${path}`,
  openSection: "Open the section",
  unanswered: "The book does not say",
  degraded: "The language model could not be reached: these are quotations from the book.",
  stopped: "Stopped",
  interrupted: "The answer was interrupted. Please ask again.",

  copyAnswer: "Copy the answer",
  copyCode: "Copy the code",
  copied: "Copied",
  notCopied: "It could not be copied",
  table: "Table",

  helpful: "Helpful",
  notHelpful: "Not helpful",
  why: { up: "What was good? (optional)", down: "What was wrong? (optional)" },
  reasons: {
    clear: "Clear",
    complete: "Complete",
    found: "Found what I needed",
    wrong: "Wrong",
    incomplete: "Incomplete",
    unclear: "Hard to understand",
    sources: "Wrong sources",
  },
  comment: "Anything else?",
  sendFeedback: "Send",
  noThanks: "No, thanks",
  thanks: "Thank you.",

  conversations: "Conversations",
  closeConversations: "Close conversations",
  noConversations: "Nothing has been asked yet.",
  begin: "New conversation",
  more: "Show more",
  rename: (title) => `Rename “${title}”`,
  newTitle: "New title",
  save: "Save",
  remove: (title) => `Delete “${title}”`,
  reallyRemove: "Delete for good?",
  removeIt: "Delete",
  keep: "Keep",

  noBook: "There is no book here yet.",
  preparing: "The book is being prepared.",
  tryAgain: "Try again",
  tryAgainIn: (seconds) => `Try again in ${seconds} s`,
  // By code; for all others the server's own sentence is shown, which is English.
  errors: {},
  detail: (detail) => detail,
};
