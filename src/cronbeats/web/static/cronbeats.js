// What makes the pages nicer; they work without it.

"use strict";

enhance(document);
setInterval(showHowLongAgo, 10_000);

for (const form of document.querySelectorAll("form[data-wait]")) {
  form.addEventListener("submit", showWaiting);
}

document.addEventListener("click", openDialog);
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    closeMenus(document.body);
  }
});

// Make what the server sent nicer; what was made so before is left alone.
function enhance(root) {
  for (const code of root.querySelectorAll("pre, .copyable")) {
    if (navigator.clipboard && !code.querySelector(":scope > .copy")) {
      code.append(copyButton(code));
    }
  }
  for (const time of root.querySelectorAll("time[data-local]")) {
    time.title = time.textContent;
    time.textContent = inReadersZone(time);
    time.removeAttribute("data-local");
  }
  if ("noZone" in document.body.dataset) {
    for (const time of root.querySelectorAll("time[data-ago]")) {
      time.title = inReadersZone(time);
    }
  }
  showHowLongAgo();
}

function inReadersZone(time) {
  return new Date(time.dateTime).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

function showHowLongAgo() {
  const ahead = Date.parse(document.body.dataset.now || "") - performance.timeOrigin || 0;
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const words = howLongAgo((Date.now() + ahead - Date.parse(time.dateTime)) / 1000);
    if (time.textContent !== words) {
      time.textContent = words;
    }
  }
}

// The same words as the server's.
function howLongAgo(seconds) {
  const distance = Math.abs(seconds);
  if (distance < 10) {
    return "just now";
  }
  const span = inWords(distance);
  return seconds < 0 ? `in ${span}` : `${span} ago`;
}

function inWords(seconds) {
  if (seconds < 60) {
    return `${Math.floor(seconds / 10) * 10} s`;
  }
  if (seconds < 3_600) {
    return `${Math.floor(seconds / 60)} min`;
  }
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

function copyButton(code) {
  const button = document.createElement("button");
  button.dataset.added = "";
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const parts = [...code.childNodes].filter((part) => part !== button);
    try {
      await navigator.clipboard.writeText(parts.map((part) => part.textContent).join("").trim());
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
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  event.preventDefault();
  try {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const dialog = document.createElement("dialog");
    dialog.append(...page.querySelectorAll(".dialog"));
    if (!dialog.firstChild) {
      throw new Error(answer.url);
    }
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
function showWaiting(event) {
  const form = event.currentTarget;
  const button = form.querySelector("button");
  if (button.hasAttribute("aria-disabled")) {
    event.preventDefault();
    return;
  }
  const before = [...button.childNodes];
  button.replaceChildren(form.dataset.wait);
  button.setAttribute("aria-disabled", "true");
  // Browsers may show the page again as it was left.
  addEventListener("pagehide", () => {
    button.replaceChildren(...before);
    button.removeAttribute("aria-disabled");
  }, { once: true });
}

function closeMenus(target) {
  for (const menu of document.querySelectorAll(".switcher[open], .account[open]")) {
    if (!menu.contains(target)) {
      menu.open = false;
    }
  }
}
