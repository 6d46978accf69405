// The little script there is. Every page works without it; this makes it quicker for the hands.
"use strict";

const sheet = () => document.getElementById("ark");

// A sheet that htmx has filled opens as a dialog; what is empty closes.
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = sheet();
  if (event.detail.target !== dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("#ark-tittel")?.focus();
});

// A row that was swapped keeps the hand where it was: on «Angre» after «Utført», and back again.
document.addEventListener("htmx:afterSettle", (event) => {
  const row = document.getElementById(event.detail.elt.id);
  if (row?.matches(".task")) row.querySelector("[aria-invalid], button")?.focus();
});

// j and k move between tasks, d does, g shows the task's sheet. Never while somebody writes.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || sheet()?.open) return;
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
