// Tells what a job's rules mean while they are typed; without scripts, a button does.

"use strict";

{
  const form = document.querySelector(".job-form");
  const left = new Set();
  const PAUSE_MILLISECONDS = 250;
  let timer = 0;
  let asked = new AbortController();

  form.querySelector("[data-preview]").hidden = true;
  form.addEventListener("input", later);
  form.addEventListener("focusout", (event) => {
    if (event.target.name) {
      left.add(fieldOf(event.target.name));
      later();
    }
  });
  if ("zoneWanted" in form.dataset) {
    const zone = document.createElement("input");
    zone.type = "hidden";
    zone.name = "reader_zone";
    zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    form.append(zone);
    ask();
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MILLISECONDS);
  }

  // Only the last question counts; what was told before stays until its answer is there.
  async function ask() {
    asked.abort();
    asked = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.dataset.outlook, { method: "POST", body, signal: asked.signal });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        show(page.getElementById("outlook"));
      }
    } catch (error) {
      if (error.name !== "AbortError") {
        document.getElementById("outlook").classList.add("is-stale");
      }
    }
  }

  function show(outlook) {
    const before = document.getElementById("outlook");
    const drawing = before.querySelector(".slot-drawing");
    tellMistakes(outlook);
    before.replaceWith(outlook);
    move(drawing, outlook.querySelector(".slot-drawing"));
    tell(outlook);
  }

  // The drawing that was there moves to where the new one is, if both have the same parts.
  function move(before, after) {
    if (!before || !after || partsOf(before).join() !== partsOf(after).join()) {
      return;
    }
    const targets = [...after.children];
    const old = [...before.children].map((child) => child.cloneNode(true));
    targets.forEach((target, index) => {
      for (const name of ["x", "width", "transform"]) {
        const goal = target.getAttribute(name);
        if (goal !== null && old[index].getAttribute(name) !== goal) {
          target.setAttribute(name, old[index].getAttribute(name));
          target.getBoundingClientRect();
          target.setAttribute(name, goal);
        }
      }
    });
  }

  function partsOf(drawing) {
    return [...drawing.children].map((child) => child.dataset.part);
  }

  // Beside a field that somebody has left, or that was wrong already, why it cannot be.
  function tellMistakes(outlook) {
    const reasons = new Map(
      [...outlook.querySelectorAll("[data-mistake]")].map((each) => [each.dataset.mistake, each.textContent]),
    );
    for (const input of form.querySelectorAll(".field [id]")) {
      const name = input.name;
      if (name && (left.has(name) || input.getAttribute("aria-invalid") === "true")) {
        tellMistake(input, reasons.get(name));
      }
    }
  }

  function tellMistake(input, reason) {
    const id = `${input.id}-error`;
    const described = new Set((input.getAttribute("aria-describedby") || "").split(" ").filter(Boolean));
    let told = document.getElementById(id);
    if (reason) {
      if (!told) {
        told = document.createElement("p");
        told.id = id;
        told.className = "reason";
        (input.closest(".span") || input).after(told);
      }
      told.textContent = reason;
      described.add(id);
      input.setAttribute("aria-invalid", "true");
    } else {
      told?.remove();
      described.delete(id);
      input.removeAttribute("aria-invalid");
    }
    input.setAttribute("aria-describedby", [...described].join(" "));
  }

  // People who do not see the page hear the words alone, when they change.
  function tell(outlook) {
    const words = outlook.querySelector(".outlook-words")?.textContent || "";
    const voice = document.getElementById("outlook-voice");
    if (voice.textContent !== words) {
      voice.textContent = words;
    }
  }

  function fieldOf(name) {
    return name.replace(/_unit$/, "");
  }
}
