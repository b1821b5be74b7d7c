{% load static %}// Puts the chat into the page that this script stands in.
(function () {
  "use strict";
  var script = document.currentScript;
  if (!script) return;

  function embed() {
    var chat = document.createElement("book-chat");
    Object.assign(chat.dataset, script.dataset);
    chat.setAttribute("server", script.src);
    document.body.append(chat);
  }

  import(new URL("{% static 'chat/element.js' %}", script.src).href).then(function () {
    if (document.body) embed();
    else document.addEventListener("DOMContentLoaded", embed);
  });
})();
