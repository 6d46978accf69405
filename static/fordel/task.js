// One task: the clock on the screen, texts that are copied, and the row behind a sheet. Pages work without it.
"use strict";

// A clock that runs: seconds counted from what the server said, so that the machine's own time does not matter.
const CLOCK_BEGAN = new WeakMap();

function tick() {
  for (const clock of document.querySelectorAll("[data-clock]")) {
    if (!CLOCK_BEGAN.has(clock)) CLOCK_BEGAN.set(clock, performance.now());
    const seconds = Number(clock.dataset.clock) + Math.floor((performance.now() - CLOCK_BEGAN.get(clock)) / 1000);
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (clock.textContent !== text) clock.textContent = text;
    const field = document.getElementById(clock.dataset.fills);
    if (field && !field.dataset.typed) field.value = String(Math.min(720, Math.max(1, Math.ceil(seconds / 60))));
  }
}
document.addEventListener("input", ({ target }) => {
  if (target.id === "minutter") target.dataset.typed = "1";
});
setInterval(tick, 1000);
document.addEventListener("htmx:load", tick);

// A sheet swapped anew: the hand goes to what was refused, what happened, or the heading.
document.addEventListener("htmx:afterSettle", ({ detail: { target } }) => {
  if (target.id !== "ark") return;
  const wrong = target.querySelector(".conflict, .ds-alert, .ds-validation-message, [aria-invalid]");
  if (wrong?.matches(".ds-validation-message")) wrong.closest("form")?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  else if (wrong) wrong.focus();
  else if (!target.contains(document.activeElement)) target.querySelector("#ark-tittel")?.focus();
});

// What a sheet has changed is read anew in the list behind it.
document.addEventListener("oppgave-endret", ({ detail }) => {
  const dialog = document.getElementById("ark");
  if (detail.close) dialog?.close?.();
  const row = document.getElementById(`oppgave-${detail.id}`);
  if (!row) {
    if (detail.close) {
      keepPlace();
      window.location.reload();
    }
    return;
  }
  const done = document.getElementById(`gjort-${detail.id}`);
  const follows = detail.close ? `?folger=${done ? "gjort" : "nytt"}` : "";
  window.htmx.ajax("GET", `/oppgave/${detail.id}/rad/${follows}`, { target: row, swap: "outerHTML" }).then(() => {
    if (detail.close) document.querySelector(`#oppgave-${detail.id} button`)?.focus();
  });
});

// Copying: the button is there when the script is; the text can be marked without it.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy);
      const told = button.parentElement.querySelector("[role=status]");
      try {
        await navigator.clipboard.writeText(text.value ?? text.textContent);
        told.textContent = told.dataset.copied;
      } catch {
        window.getSelection().selectAllChildren(text);
        told.textContent = told.dataset.marked;
      }
    });
  }
});
