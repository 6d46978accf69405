// Choosing many tasks, and moving them to people. The page works without it: boxes, buttons and a form.
"use strict";

const picks = () => [...document.querySelectorAll(".pick .tick input")];
const ticked = () => picks().filter((box) => box.checked);
const whole = () => document.querySelector(".bulk-bar [name=all]");
let last = null; // the box that was set last: where a range begins

function tell() {
  const bar = document.querySelector(".bulk-bar");
  if (!bar) return;
  const words = bar.querySelector(".marked");
  const count = whole().checked ? Number(whole().dataset.count) : ticked().length;
  const minutes = ticked().reduce((sum, box) => sum + Number(box.closest(".pick").dataset.minutes), 0);
  const time = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} t ${minutes % 60 ? `${minutes % 60} min` : ""}`.trim();
  const said = count === 0 ? words.dataset.none : count === 1 ? words.dataset.one : `${count} ${words.dataset.many}`;
  words.textContent = count && !whole().checked ? `${said} · ${time}` : said;
  bar.classList.toggle("is-empty", count === 0);
}

function range(from, to, checked) {
  const boxes = picks();
  const [a, b] = [boxes.indexOf(from), boxes.indexOf(to)].sort((x, y) => x - y);
  for (const box of boxes.slice(Math.max(0, a), b + 1)) box.checked = checked;
}

// A click with shift held sets everything between this box and the last.
document.addEventListener("click", (event) => {
  if (!event.target.matches?.(".pick .tick input")) return;
  if (event.shiftKey && last?.isConnected) range(last, event.target, event.target.checked);
  last = event.target;
});

document.addEventListener("change", ({ target }) => {
  if (target === whole()) for (const box of picks()) box.checked = target.checked;
  else if (target.matches?.(".pick .tick input") && !target.checked && whole()) whole().checked = false;
  tell();
});

// In a row: j, k and the arrows move, x marks, shift with an arrow marks on the way, m chooses who, g opens.
document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.(".pick");
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  const boxes = picks();
  const box = row.querySelector(".tick input");
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!box) return;
  if (step) {
    const next = boxes[boxes.indexOf(box) + step];
    if (event.shiftKey) box.checked = true;
    if (next && event.shiftKey) next.checked = true;
    (next ?? box).focus();
    last = next ?? box;
  } else if (event.key === "x") {
    box.checked = !box.checked;
    if (!box.checked && whole()) whole().checked = false;
    last = box;
  } else if (event.key === "m") {
    if (!ticked().length) box.checked = true;
    tell();
    const who = document.querySelector(".bulk-bar [name=to]");
    who?.focus();
    try { who?.showPicker(); } catch { /* needs a browser that lets a script open it */ }
  } else if (event.key === "g") {
    row.querySelector("[hx-get]")?.click();
  } else if (event.key !== "Enter" || event.target !== box) {
    return;
  }
  event.preventDefault();
  tell();
});

// Enter in a field of the bar presses the button beside it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.(".bulk-bar input:not([type=checkbox])")) return;
  event.preventDefault();
  event.target.closest(".verb").querySelector("button").click();
});

// Dragged onto somebody: one task is moved at once, several are looked at first.
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".pick[draggable]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.task);
  dragged.classList.add("is-dragged");
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  for (const person of document.querySelectorAll(".person.is-over")) person.classList.remove("is-over");
  dragged = null;
});
for (const kind of ["dragenter", "dragover", "dragleave"]) {
  document.addEventListener(kind, (event) => {
    const person = event.target.closest?.(".person");
    if (!dragged || !person) return;
    event.preventDefault();
    person.classList.toggle("is-over", kind !== "dragleave" || person.contains(event.relatedTarget));
  });
}
document.addEventListener("drop", (event) => {
  const person = event.target.closest?.(".person");
  if (!dragged || !person) return;
  event.preventDefault();
  const box = dragged.querySelector(".tick input");
  if (box.checked && ticked().length > 1) {
    person.click();
    return;
  }
  const form = document.getElementById("flytt");
  const values = Object.fromEntries(new FormData(form));
  values.to = person.dataset.member;
  values.tasks = `${dragged.dataset.task}:${dragged.dataset.version}`;
  window.htmx.ajax("POST", form.action, { target: "#tavle", swap: "outerHTML", values });
});

// The list anew: the count too, and what was said is heard.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  tell();
  if (detail.elt.id === "tavle") document.querySelector("#tavle [role=alert]")?.scrollIntoView({ block: "nearest" });
});
tell();
