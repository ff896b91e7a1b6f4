// The list of jobs: searched while somebody types, chosen from, and walked through with keys.

"use strict";

const TYPING_PAUSE_MS = 250;
const KEYS_OFF = "cronbeats-keys-off";

const search = document.querySelector(".search");
const many = document.querySelector(".many");
let typing = 0;

if (search) {
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(showWhatIsSought, TYPING_PAUSE_MS);
  });
  search.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    showWhatIsSought();
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("renewed", showChosen);
  many.addEventListener("change", onChoice);
  showChosen();
  const button = document.querySelector(".show-keys");
  button.addEventListener("click", showKeys);
  button.hidden = false;
}

function showWhatIsSought() {
  const fields = [...new FormData(search)].filter(([, text]) => text);
  const query = new URLSearchParams(fields).toString();
  history.replaceState(null, "", search.action + (query ? `?${query}` : ""));
  want();
}

// What can be done to many jobs is offered when some are chosen; a box chooses all of them.
function showChosen() {
  const bulk = many.querySelector(".bulk");
  if (!bulk) {
    return;
  }
  const boxes = [...many.querySelectorAll("li > input")];
  const count = boxes.filter((box) => box.checked).length;
  const all = bulk.querySelector(".all") || addChoiceOfAll(bulk);
  const box = all.querySelector("input");
  box.checked = count === boxes.length;
  box.indeterminate = count > 0 && count < boxes.length;
  const words = count ? `${count} chosen` : bulk.querySelector(".chosen").textContent;
  if (all.lastChild.textContent !== words) {
    all.lastChild.textContent = words;
  }
  bulk.querySelector(".chosen").hidden = true;
  for (const button of bulk.querySelectorAll("button")) {
    button.hidden = count === 0;
  }
}

function addChoiceOfAll(bulk) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  label.className = "all";
  label.dataset.added = "";
  box.type = "checkbox";
  box.setAttribute("aria-label", "Choose all on this page");
  label.append(box, document.createElement("span"));
  bulk.prepend(label);
  return label;
}

function onChoice(event) {
  if (event.target.closest(".all")) {
    for (const box of many.querySelectorAll("li > input")) {
      box.checked = event.target.checked;
    }
  }
  showChosen();
}

function onKey(event) {
  const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) {
    return;
  }
  if (isTyping) {
    if (event.key === "Escape") {
      event.target.blur();
    }
    return;
  }
  const act = { "/": goToSearch, j: () => goBy(1), k: () => goBy(-1), x: choose, "?": showKeys }[event.key];
  if (act && !localStorage.getItem(KEYS_OFF)) {
    event.preventDefault();
    act();
  }
}

function goToSearch() {
  search.querySelector("[type=search]").focus();
}

function goBy(step) {
  const names = [...document.querySelectorAll(".jobs .what > a:first-child")];
  const here = names.findIndex((name) => name.closest("li").contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : names.length - 1) : here + step;
  names[next]?.focus();
}

function choose() {
  document.activeElement.closest(".jobs > li")?.querySelector("input")?.click();
}

function showKeys() {
  const dialog = document.createElement("dialog");
  dialog.append(document.querySelector("#keys").content.cloneNode(true));
  dialog.setAttribute("aria-labelledby", "dialog-title");
  const before = document.activeElement;
  const use = dialog.querySelector("#use-keys");
  use.checked = !localStorage.getItem(KEYS_OFF);
  use.addEventListener("change", () => {
    if (use.checked) {
      localStorage.removeItem(KEYS_OFF);
    } else {
      localStorage.setItem(KEYS_OFF, "yes");
    }
  });
  dialog.addEventListener("close", () => { dialog.remove(); before.focus(); });
  document.body.append(dialog);
  dialog.showModal();
}
