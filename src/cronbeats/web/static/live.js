// Keeps a page as it is on the server. What changes while people look is marked in the template:
//
//   <section data-live="name">…</section>      renewed whenever a job of the workspace changes
//   <section data-live="name" data-jobs="7">   … whenever one of these jobs changes
//   <section data-live="name" data-kinds="status delivery">   … and only in these ways
//
// The server hints at what changed; then the page is asked for again, and what differs is put in
// place. Elements with an `id` or `data-key` stay the same ones, so they keep focus and choices; what
// scripts added is marked with `data-added` and stays, too; `renewed` is said of the document after
// that. Without hints it asks now and then.

"use strict";

const USUAL_KINDS = "status signal job";
const WITHOUT_HINTS_MS = 15_000;
const NOW_AND_THEN_MS = 60_000;
const SHORTEST_PAUSE_MS = 500;
// A server that takes long to answer is not asked again at once.
const PAUSE_PER_ANSWER = 4;
const SELECTION_PAUSE_MS = 2_000;
const TICK_MS = 2_000;

const live = {
  stream: null,
  retryAt: 0,
  askedAt: performance.now(),
  earliest: 0,
  timer: 0,
  isAsking: false,
  isWanted: false,
};

if (document.body.dataset.events && document.querySelector("[data-live]")) {
  connect();
  setInterval(tick, TICK_MS);
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", connect);
}

// A browser has few connections to a server: only pages that are looked at hold one.
function connect() {
  if (live.stream || document.hidden) {
    return;
  }
  const { events, position } = document.body.dataset;
  live.stream = new EventSource(`${events}?since=${encodeURIComponent(position)}`);
  live.stream.addEventListener("changed", onHint);
  live.stream.addEventListener("error", () => {
    if (live.stream && live.stream.readyState === EventSource.CLOSED) {
      disconnect();
      live.retryAt = performance.now() + NOW_AND_THEN_MS;
      // Perhaps its reader may read no more.
      want();
    }
  });
}

function disconnect() {
  if (live.stream) {
    live.stream.close();
    live.stream = null;
  }
}

function onHint(event) {
  const changed = JSON.parse(event.data);
  const regions = [...document.querySelectorAll("[data-live]")];
  if (changed.any || regions.some((region) => concerns(region.dataset, changed))) {
    want();
  }
}

function concerns({ kinds = USUAL_KINDS, jobs }, changed) {
  const ids = Object.keys(changed.jobs).filter((id) => kinds.includes(changed.jobs[id]));
  const told = kinds.includes("delivery") ? ids.concat(changed.deliveries || []) : ids;
  return told.some((id) => !jobs || jobs.split(" ").includes(id));
}

function tick() {
  const now = performance.now();
  const hears = live.stream && live.stream.readyState === EventSource.OPEN;
  const patience = hears || document.hidden ? NOW_AND_THEN_MS : WITHOUT_HINTS_MS;
  if (now - live.askedAt >= patience) {
    want();
  }
  if (!live.stream && now >= live.retryAt) {
    connect();
  }
}

// Ask for the page soon: at once, unless it was asked for just now.
function want() {
  if (live.isAsking) {
    live.isWanted = true;
  } else if (!live.timer) {
    live.timer = setTimeout(renew, Math.max(0, live.earliest - performance.now()));
  }
}

async function renew() {
  live.timer = 0;
  if (isSelecting()) {
    live.earliest = performance.now() + SELECTION_PAUSE_MS;
    want();
    return;
  }
  const begun = performance.now();
  Object.assign(live, { isAsking: true, isWanted: false, askedAt: begun });
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected || !answer.ok) {
      throw new Error(String(answer.status));
    }
    swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
    tellWhetherCurrent("");
  } catch {
    tellWhetherCurrent("This page may be out of date: it could not be renewed. Reload it.");
  }
  const now = performance.now();
  live.earliest = now + Math.max(SHORTEST_PAUSE_MS, PAUSE_PER_ANSWER * (now - begun));
  live.isAsking = false;
  if (live.isWanted) {
    want();
  }
}

// Whoever marks text to copy it is not disturbed.
function isSelecting() {
  const selection = getSelection();
  const within = (region) => selection.containsNode(region, true);
  return !selection.isCollapsed && [...document.querySelectorAll("[data-live]")].some(within);
}

function tellWhetherCurrent(words) {
  let notice = document.querySelector(".stale");
  if (!words) {
    notice?.remove();
  } else if (!notice) {
    notice = document.createElement("p");
    notice.className = "stale";
    notice.setAttribute("role", "status");
    document.body.append(notice);
    notice.textContent = words;
  }
}

function swap(page) {
  const focused = document.activeElement;
  for (const region of document.querySelectorAll("[data-live]")) {
    const fresh = page.querySelector(`[data-live="${CSS.escape(region.dataset.live)}"]`);
    if (fresh) {
      become(region, fresh);
      enhance(region);
    }
  }
  if (focused !== document.activeElement && focused.isConnected) {
    focused.focus({ preventScroll: true });
  }
  document.body.dataset.position = page.body.dataset.position;
  document.title = page.title;
  document.querySelector("link[rel=icon]").href = page.querySelector("link[rel=icon]").href;
  document.dispatchEvent(new Event("renewed"));
}

// Let an element be like another one, and touch only what differs.
function become(old, fresh) {
  if (old.isEqualNode(fresh) || (old.localName === "time" && old.dateTime === fresh.dateTime)) {
    return;
  }
  takeAttributes(old, fresh);
  const known = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let place = skipAdded(old.firstChild);
  for (const wanted of [...fresh.childNodes]) {
    const found = keyOf(wanted) ? known.get(keyOf(wanted)) : like(place, wanted);
    if (!found) {
      old.insertBefore(document.importNode(wanted, true), place);
      continue;
    }
    if (found === place) {
      place = skipAdded(place.nextSibling);
    } else {
      old.insertBefore(found, place);
    }
    if (found.nodeType === Node.ELEMENT_NODE) {
      become(found, wanted);
    } else if (found.nodeValue !== wanted.nodeValue) {
      found.nodeValue = wanted.nodeValue;
    }
  }
  while (place) {
    const next = skipAdded(place.nextSibling);
    place.remove();
    place = next;
  }
}

function keyOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.dataset.key || node.id : "";
}

function like(place, wanted) {
  return place && place.nodeName === wanted.nodeName && !keyOf(place) ? place : null;
}

function skipAdded(node) {
  while (node && node.nodeType === Node.ELEMENT_NODE && "added" in node.dataset) {
    node = node.nextSibling;
  }
  return node;
}

const THEIRS = { input: ["value", "checked"], option: ["selected"], details: ["open"] };

// What people chose or typed, and what they opened, is theirs; what a form hides from them is not.
function takeAttributes(old, fresh) {
  const isHidden = old.localName === "input" && old.type === "hidden";
  const theirs = isHidden ? [] : THEIRS[old.localName] || [];
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !theirs.includes(name)) {
      old.removeAttribute(name);
    }
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !theirs.includes(name)) {
      old.setAttribute(name, value);
    }
  }
}
