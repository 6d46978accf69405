// Who lacks follow-up: one box ticks all on the page, and it is said how many are ticked.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const every = document.getElementById("merk-alle");
  if (!every) return;
  const boxes = () => [...document.querySelectorAll("#mangler [name=plan]")];
  const told = document.getElementById("merket");
  const count = () => {
    const all = boxes();
    const ticked = all.filter((box) => box.checked).length;
    told.textContent = ticked ? `${ticked} ${told.dataset.some}` : told.dataset.none;
    every.checked = ticked > 0 && ticked === all.length;
    every.indeterminate = ticked > 0 && ticked < all.length;
  };
  every.closest("label").hidden = boxes().length === 0;
  document.addEventListener("change", ({ target }) => {
    if (target.id === "merk-alle") for (const box of boxes()) box.checked = target.checked;
    if (target.closest("#mangler")) count();
  });
  count();
});
