// Says that the book is still being read, for as long as it is.

const EVERY = 2000; // ms

export async function watchIndex(notice) {
  for (;;) {
    const index = await currentIndex();
    notice.hidden = !index || index.status === "ready";
    if (notice.hidden) return;
    notice.textContent = sentence(index);
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

async function currentIndex() {
  try {
    const response = await fetch("/v1/index", { headers: { Accept: "application/json" } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function sentence({ status, building }) {
  if (!building) {
    return status === "empty" ? "There is no book here yet." : "The book is being prepared. Please wait a moment.";
  }
  const share = building.total ? ` (${Math.floor((100 * building.done) / building.total)}%)` : "";
  return `The book is being prepared${share}. Answers come as soon as that is done.`;
}
