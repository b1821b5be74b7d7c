// A client module of Docusaurus: it runs once in the browser, and the chat stays from page to page.
import ExecutionEnvironment from "@docusaurus/ExecutionEnvironment";
import siteConfig from "@generated/docusaurus.config";

if (ExecutionEnvironment.canUseDOM) {
  const { chatUrl, chatTitle } = siteConfig.customFields;
  const script = document.createElement("script");
  script.src = `${chatUrl}/widget.js`;
  script.async = true;
  script.dataset.title = chatTitle;
  document.body.append(script);
}
