// The little script there is. Every page works without it; this makes it quicker for the hands.
"use strict";

const sheet = () => document.getElementById("ark");
const keys = () => document.getElementById("hurtigtaster");

// A sheet that htmx has filled opens as a dialog, at the part that was asked for.
let wanted = "";
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = sheet();
  if (event.detail.target !== dialog || dialog.open || !dialog.showModal) return; // on its own page it is no dialog
  dialog.showModal();
  const form = wanted ? dialog.querySelector(`form[action$="${wanted}"]`) : null;
  wanted = "";
  const part = form && form.closest("details");
  if (part) part.open = true;
  (form?.querySelector("input:not([type=hidden]), select, textarea") ?? dialog.querySelector("#ark-tittel"))?.focus();
});

// A row that was swapped keeps the hand where it was: on «Angre» after «Utført», on what was wrong, or back.
document.addEventListener("htmx:afterSettle", (event) => {
  const asked = event.detail.requestConfig?.elt;
  const row = asked?.matches(".task-do, .task-undo, .task .conflict :is(form, a)") && document.getElementById(asked.closest(".task").id);
  if (row) {
    if (row.matches(".is-done")) row.style.minBlockSize = `${height}px`;
    // Somebody was first: on what is told, so that a second Enter overrides nobody.
    (row.querySelector(".conflict, [aria-invalid]") ?? row.querySelector("button"))?.focus({ preventScroll: true });
  }
  // More rows: on the first of them. A panel or a result: on its heading.
  const more = event.detail.elt.previousElementSibling?.dataset?.more;
  if (more) {
    delete event.detail.elt.previousElementSibling.dataset.more;
    event.detail.elt.querySelector("button")?.focus();
  }
  if (asked && ["filter", "listen"].includes(event.detail.target.id)) event.detail.target.querySelector("[tabindex='-1']")?.focus();
});
// A done row keeps the height it had: what stands below does not move under the hand. htmx would copy such a height to
// the next row as an attribute, which the page's policy forbids.
let height = 0;
if (window.htmx) window.htmx.config.attributesToSettle = ["class"];
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.matches(".task")) height = event.detail.target.getBoundingClientRect().height;
  if (event.detail.requestConfig?.elt.matches(".more a")) {
    const before = event.detail.target.previousElementSibling;
    if (before) before.dataset.more = "1";
  }
});
// A row's answer stays in the visit that it stands in.
document.addEventListener("htmx:configRequest", ({ detail: { target, parameters } }) => {
  const visit = target?.closest("[data-visit]")?.dataset.visit;
  if (visit) parameters.visit = visit;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const visit = event.detail.elt.closest(".visit")?.dataset.visit;
  if (visit) document.querySelector(`.task[data-visit="${visit}"] button`)?.focus();
  // What was just told of can be told of again: the same kind's button, also where it was written anew.
  const form = event.detail.requestConfig?.elt;
  const told = form?.matches(".quick form, .tell form") && form.elements.kind.value;
  if (told) document.querySelector(`:is(.quick, .tell) form:has([name=kind][value="${told}"]) :is(summary, button)`)?.focus({ preventScroll: true });
});

// The row a sheet was opened from. A sheet's answer may be the page anew: then the hand goes on where it was.
let behind = null;
document.addEventListener("click", ({ target }) => {
  const row = target.closest("[hx-target='#ark']")?.closest(".task");
  if (row) behind = { id: row.id, at: rows().indexOf(row) };
});
function keepPlace() {
  const { pathname: page } = window.location;
  if (behind) sessionStorage.setItem("sted", JSON.stringify({ ...behind, page, y: window.scrollY }));
}
document.addEventListener("htmx:beforeOnLoad", ({ detail: { elt, xhr } }) => {
  if (elt.closest("#ark") && xhr.getResponseHeader("HX-Redirect")) keepPlace();
});
function goOn() {
  const kept = JSON.parse(sessionStorage.getItem("sted") ?? "null");
  sessionStorage.removeItem("sted");
  if (kept?.page !== window.location.pathname) return false;
  const row = document.getElementById(kept.id) ?? rows()[Math.min(kept.at, rows().length - 1)];
  const told = document.getElementById("meldinger");
  told.classList.add("is-kept");
  // Once more when all is there: the browser sets its own place in between.
  window.scrollTo(0, kept.y);
  window.addEventListener("load", () => setTimeout(() => window.scrollTo(0, kept.y)));
  // On what opens, not on what completes: the row may be another than the one that was under the hand.
  row?.querySelector("[hx-target='#ark']")?.focus({ preventScroll: true });
  const said = document.getElementById("sagt");
  if (said) setTimeout(() => (said.textContent = told.textContent), 100);
  return Boolean(row);
}

// What did not reach us, or was refused whole, is said; never silence after a press.
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, () => {
    document.getElementById("meldinger").replaceChildren(document.getElementById("ikke-lagret").content.cloneNode(true));
    document.getElementById("meldinger").scrollIntoView({ block: "nearest" });
  });
}

// A page that answers with a message lets the hand begin there, and a narrow menu shows where one is.
document.addEventListener("DOMContentLoaded", () => {
  if (!goOn()) document.querySelector("#meldinger > *")?.parentElement.focus({ preventScroll: true });
  document.querySelector(".top [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  const print = document.getElementById("skriv-ut");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
  if (!keys()) return;
  keys().checked = localStorage.getItem("hurtigtaster") !== "av";
  keys().addEventListener("change", () => localStorage.setItem("hurtigtaster", keys().checked ? "på" : "av"));
  document.getElementById("vis-taster")?.addEventListener("click", help);
});

function help() {
  document.getElementById("taster").showModal();
  document.getElementById("taster-tittel").focus();
}

// A done row folds away after ten seconds, unless that would move what is under the hand: then it waits.
const TEN_SECONDS = 10_000;
let hand = null;
document.addEventListener("pointermove", (event) => {
  hand = event.pointerType === "mouse" ? { x: event.clientX, y: event.clientY } : null;
});
document.documentElement.addEventListener("pointerleave", () => (hand = null));
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt.matches?.(".task.is-done")) setTimeout(fold, TEN_SECONDS, elt);
});

// What must stay where it is: what the pointer rests on, and what has focus.
function held() {
  const under = hand && document.elementFromPoint(hand.x, hand.y)?.closest(".task, .visit, .panel > header, details > summary");
  return [under, document.activeElement.closest(".task, .visit, section > header")].filter(Boolean);
}

function fold(row) {
  if (!row.isConnected) return;
  const again = () => setTimeout(fold, 2_000, row);
  if (row.matches(":hover") || row.contains(document.activeElement) || document.querySelector("dialog[open]")) return again();
  const visit = row.dataset.visit;
  const last = visit && document.querySelectorAll(`.task[data-visit="${visit}"]`).length === 1;
  const leaving = last ? [row, document.querySelector(`.visit[data-visit="${visit}"]`)].filter(Boolean) : [row];
  const behind = held().filter((place) => row.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING);
  const above = row.getBoundingClientRect().bottom < 0;
  const mark = behind[0] ?? (above ? row.nextElementSibling ?? row.parentElement : null);
  const top = mark?.getBoundingClientRect().top;
  const back = leaving.map((each) => [each, each.parentElement, each.nextSibling]);
  for (const each of leaving) each.remove();
  if (!mark?.isConnected) return;
  window.scrollBy(0, mark.getBoundingClientRect().top - top);
  if (Math.abs(mark.getBoundingClientRect().top - top) <= 1) return;
  for (const [each, parent, next] of back) parent.insertBefore(each, next);
  window.scrollBy(0, mark.getBoundingClientRect().top - top);
  again();
}

// j and k move between tasks; the other keys do something with the one that has focus. Never while somebody writes.
const rows = () => [...document.querySelectorAll(".task")].filter((task) => task.checkVisibility());
const writes = (target) => target.matches("input:not([type=hidden], [type=checkbox]), textarea, select");
const onRow = (row) => row?.querySelector(".done, .task-undo button, button, a")?.focus();

function step(here, by) {
  const all = rows();
  const next = here ? all.indexOf(here) + by : by > 0 ? 0 : all.length - 1;
  onRow(all[Math.max(0, Math.min(all.length - 1, next))]);
}

function open(here, part = "") {
  if (!here) return;
  wanted = part;
  here.querySelector("[hx-target='#ark']")?.click();
}

const KEYS = {
  j: (here) => step(here, 1),
  k: (here) => step(here, -1),
  // Another's task is not completed by one key: its sheet says whose it is.
  d: (here) => (here?.querySelector(".done.of-another") ? open(here) : here?.querySelector(".done")?.click()),
  a: () => ([...document.querySelectorAll(".task-undo button")].at(-1) ?? document.querySelector("#gjort-liste button"))?.click(),
  m: (here) => here?.querySelector("[name=minutes]")?.select(),
  u: (here) => open(here, "/utsett/"),
  h: (here) => open(here, "/gi-videre/"),
  g: (here) => open(here),
  n: () => document.getElementById("logg")?.closest("section").querySelector("button, summary")?.focus(),
  "/": () => document.getElementById("sok")?.focus(),
  "?": help,
};

document.addEventListener("keydown", (event) => {
  if (!keys()?.checked || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const here = document.activeElement.closest(".task");
  if (writes(event.target)) {
    if (event.key === "Escape") (here ? onRow(here) : event.target.blur());
    return;
  }
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act(here);
});

// Enter in a search field inside a larger form searches, and does not send the form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.dataset?.enter) return;
  event.preventDefault();
  document.getElementById(event.target.dataset.enter).click();
});

// A proposal: a person's box ticks all of theirs, and the button says how many are taken.
const choice = document.getElementById("valg");
const boxes = (group) => [...choice.querySelectorAll(`[name=task][data-group="${group.value}"]`)];
function count() {
  let taken = 0;
  for (const group of choice.querySelectorAll("[name=group]")) {
    const ticked = boxes(group).filter((box) => box.checked).length;
    group.indeterminate = group.checked && ticked < boxes(group).length;
    taken += group.checked ? ticked + Number(group.dataset.more) : 0;
  }
  const total = document.getElementById("antall");
  total.textContent = `${taken} / ${total.dataset.of}`;
}
choice?.addEventListener("change", ({ target }) => {
  if (target.name === "group") for (const box of boxes(target)) box.checked = target.checked;
  if (target.name === "task") {
    const group = choice.querySelector(`[name=group][value="${target.dataset.group}"]`);
    const left = boxes(group).some((box) => box.checked);
    group.checked = left || (group.checked && Number(group.dataset.more) > 0);
  }
  count();
});
if (choice) count();
