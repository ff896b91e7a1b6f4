// The timeline of a job: what the bar says that is pointed at or reached by the arrow keys.
// Listeners are on the document, so that a timeline drawn anew is the same to them.

"use strict";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

document.addEventListener("mouseover", (event) => tell(barOf(event.target)));
document.addEventListener("focusin", (event) => tell(barOf(event.target)));
document.addEventListener("keydown", (event) => {
  const bar = barOf(event.target);
  const step = STEPS[event.key];
  if (bar && step) {
    event.preventDefault();
    go(bar, step);
  }
});

// What was drawn anew still says what somebody points at.
const drawn = document.querySelector("[data-live='job-history']");
if (drawn) {
  const again = () => tell(drawn.querySelector("a.run-bar:hover, a.run-bar:focus"));
  new MutationObserver(again).observe(drawn, { childList: true, characterData: true, subtree: true });
}

function barOf(target) {
  return target instanceof Element ? target.closest("a.run-bar") : null;
}

function tell(bar) {
  if (bar) {
    const told = bar.closest(".timeline").querySelector("[data-run-told]");
    const words = bar.querySelector("title").textContent;
    if (told.textContent !== words) {
      told.textContent = words;
    }
  }
}

// One bar of all can be reached by Tab; the arrow keys go on from there.
function go(bar, step) {
  const bars = [...bar.closest("svg").querySelectorAll("a.run-bar")];
  const place = Math.min(Math.max(bars.indexOf(bar) + step, 0), bars.length - 1);
  bar.setAttribute("tabindex", "-1");
  bars[place].removeAttribute("tabindex");
  bars[place].focus();
}
