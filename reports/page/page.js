"use strict";
// Without this script all samples are shown; with it they can be searched, and methods left out.
const filter = document.getElementById("filter");
const words = document.getElementById("words");
const boxes = [...filter.querySelectorAll("input[type=checkbox]")];
const told = (card) => [...card.querySelectorAll("h3, .about, .text")].map((part) => part.textContent).join(" ");
const cards = [...document.querySelectorAll("article")].map((card) => ({ card, text: told(card).toLowerCase() }));

function apply() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const methods = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let shown = 0;
  for (const { card, text } of cards) {
    card.hidden = !wanted.every((word) => text.includes(word));
    shown += card.hidden ? 0 : 1;
    for (const review of card.querySelectorAll("[data-method]")) review.hidden = !methods.has(review.dataset.method);
  }
  document.getElementById("shown").textContent = `${shown} of ${cards.length} samples`;
}

filter.hidden = false;
filter.addEventListener("input", apply);
filter.addEventListener("submit", (event) => event.preventDefault());
apply();
