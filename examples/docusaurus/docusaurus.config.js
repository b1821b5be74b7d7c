// What the chat needs of a site's configuration; the rest stays as it is.
export default {
  title: "My book",
  url: "https://book.example",
  baseUrl: "/",
  clientModules: ["./src/chat.js"],
  customFields: {
    chatUrl: process.env.CHAT_URL ?? "https://user-space.hf.space",
    chatTitle: "Ask the book",
  },
  presets: [["classic", { blog: false }]],
};
