// The little script there is. Every page works without it; this makes it quicker for the hands.
"use strict";

const sheet = () => document.getElementById("ark");
const keys = () => document.getElementById("hurtigtaster");

// A sheet that htmx has filled opens as a dialog.
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = sheet();
  if (event.detail.target !== dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("#ark-tittel")?.focus();
});

// A row that was swapped keeps the hand where it was: on «Angre» after «Utført», on what was wrong, or back.
document.addEventListener("htmx:afterSettle", (event) => {
  const row = document.getElementById(event.detail.elt.id);
  if (row?.matches(".task")) (row.querySelector("[aria-invalid]") ?? row.querySelector("button"))?.focus();
});

// What did not reach us, or was refused whole, is said; never silence after a press.
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, () => {
    document.getElementById("meldinger").replaceChildren(document.getElementById("ikke-lagret").content.cloneNode(true));
    document.getElementById("meldinger").scrollIntoView({ block: "nearest" });
  });
}

// A page that answers with a message lets the hand begin there, and a narrow menu shows where one is.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("#meldinger > *")?.parentElement.focus({ preventScroll: true });
  document.querySelector(".top [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  if (!keys()) return;
  keys().checked = localStorage.getItem("hurtigtaster") !== "av";
  keys().addEventListener("change", () => localStorage.setItem("hurtigtaster", keys().checked ? "på" : "av"));
});

// j and k move between tasks, d does, g shows the task's sheet. Never while somebody writes.
document.addEventListener("keydown", (event) => {
  if (!keys()?.checked || event.ctrlKey || event.metaKey || event.altKey || sheet()?.open) return;
  if (event.target.matches("input:not([type=hidden]), textarea, select")) return;
  const tasks = [...document.querySelectorAll(".task")].filter((task) => task.checkVisibility());
  if (!tasks.length) return;
  const here = document.activeElement.closest(".task");
  const step = { j: 1, k: -1 }[event.key];
  if (step) {
    const next = here ? tasks.indexOf(here) + step : step > 0 ? 0 : tasks.length - 1;
    tasks[Math.max(0, Math.min(tasks.length - 1, next))].querySelector("button, a")?.focus();
    event.preventDefault();
  } else if (event.key === "d") {
    here?.querySelector(".done")?.click();
  } else if (event.key === "g") {
    here?.querySelector("[hx-get]")?.click();
  }
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
