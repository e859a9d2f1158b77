// What a page gains where scripts run; every page works without.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const said = button.nextElementSibling;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    said.textContent = ""; // so that the same word is read out again
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = button.dataset.copied;
    } catch {
      // The browser does not allow it: the address is selected, to be copied by hand.
    }
  });
}

for (const link of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    navigator.share({ title: link.dataset.title, url: link.dataset.share }).catch(() => {
      // The reader closed the sheet, or the browser has none after all: the page has links.
      window.location.href = link.href;
    });
  });
}
