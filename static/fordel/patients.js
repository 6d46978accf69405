// Who lacks follow-up: one box ticks all on the page, and it is said how many are ticked.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const boxes = () => [...document.querySelectorAll("#mangler [name=plan]")];
  const count = () => {
    const every = document.getElementById("merk-alle");
    const told = document.getElementById("merket");
    if (!every) return;
    const all = boxes();
    every.closest("label").hidden = all.length === 0;
    const ticked = all.filter((box) => box.checked).length;
    told.textContent = ticked ? `${ticked} ${told.dataset.some}` : told.dataset.none;
    every.checked = ticked > 0 && ticked === all.length;
    every.indeterminate = ticked > 0 && ticked < all.length;
  };
  document.addEventListener("change", ({ target }) => {
    if (target.id === "merk-alle") for (const box of boxes()) box.checked = target.checked;
    if (target.closest("#mangler")) count();
  });
  document.addEventListener("htmx:afterSettle", count); // the bar is new
  count();
});
