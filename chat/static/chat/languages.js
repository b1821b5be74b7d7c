// The interface's languages: a file each, fetched when it is wanted.

import english from "./languages/en.js";

const LOADERS = {
  de: () => import("./languages/de.js"),
  en: () => Promise.resolve({ default: english }),
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
