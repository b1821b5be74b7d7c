// Who is asking: the token that the server minted, kept where the browser allows it.

const KEY = "book-chat-visitor";
let token = stored();

export function visitorToken() {
  return token;
}

export function rememberVisitor(minted) {
  if (!minted || minted === token) return;
  token = minted;
  try {
    localStorage.setItem(KEY, minted);
  } catch {
    // Storage is blocked: the visitor is known until the page is left.
  }
}

export function forgetVisitor() {
  token = null;
  try {
    localStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
