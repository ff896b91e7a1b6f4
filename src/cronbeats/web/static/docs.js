// The documentation: which language its samples are in, and where one is in it.

"use strict";

const LANGUAGE = "cronbeats-sample-language";

for (const choice of document.querySelectorAll(".choice > input")) {
  choice.addEventListener("change", () => remember(choice.value));
  choice.checked = choice.checked || choice.value === recall();
}

const menu = document.getElementById("menu");
const links = new Map();
for (const link of document.querySelectorAll(".side li a")) {
  links.set(link.hash.slice(1), link);
  link.addEventListener("click", () => { menu.checked = false; });
}
const watcher = new IntersectionObserver(markPlace, { rootMargin: "0px 0px -80% 0px" });
for (const id of links.keys()) {
  watcher.observe(document.getElementById(id));
}

function remember(language) {
  try {
    localStorage.setItem(LANGUAGE, language);
  } catch {
    // A browser may forbid it; then the choice lasts as long as the page.
  }
}

function recall() {
  try {
    return localStorage.getItem(LANGUAGE);
  } catch {
    return null;
  }
}

function markPlace(seen) {
  for (const { target, isIntersecting } of seen) {
    if (isIntersecting) {
      for (const link of links.values()) {
        link.removeAttribute("aria-current");
      }
      links.get(target.id).setAttribute("aria-current", "true");
    }
  }
}
