// What makes the pages nicer; they work without it.

"use strict";

for (const code of document.querySelectorAll("pre, .copyable")) {
  if (navigator.clipboard) {
    code.append(copyButton(code.textContent.trim()));
  }
}

for (const time of document.querySelectorAll("time[data-local]")) {
  const moment = new Date(time.dateTime);
  time.title = time.textContent;
  time.textContent = moment.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

for (const link of document.querySelectorAll("a[data-dialog]")) {
  link.addEventListener("click", openDialog);
}

for (const form of document.querySelectorAll("form[data-wait]")) {
  form.addEventListener("submit", () => showWaiting(form));
}

document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    closeMenus(document.body);
  }
});

function copyButton(text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  return button;
}

// The page behind the link has what the dialog shows; if it cannot be had, the link is followed.
async function openDialog(event) {
  event.preventDefault();
  const link = event.currentTarget;
  try {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const dialog = document.createElement("dialog");
    dialog.append(page.querySelector(".dialog"));
    dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
    for (const back of dialog.querySelectorAll("a.quiet")) {
      back.addEventListener("click", (click) => { click.preventDefault(); dialog.close(); });
    }
    document.body.append(dialog);
    dialog.setAttribute("aria-labelledby", "dialog-title");
    dialog.showModal();
  } catch {
    location.assign(link.href);
  }
}

// What takes a while is sent once, and says that it is under way.
function showWaiting(form) {
  const button = form.querySelector("button");
  button.textContent = form.dataset.wait;
  button.setAttribute("aria-disabled", "true");
  form.addEventListener("submit", (event) => event.preventDefault());
}

function closeMenus(target) {
  for (const menu of document.querySelectorAll(".switcher[open], .account[open]")) {
    if (!menu.contains(target)) {
      menu.open = false;
    }
  }
}

// Somebody waits for something to appear here.
if (document.querySelector("[data-waiting]")) {
  setTimeout(() => location.reload(), 5000);
}
