// The board by mouse: a card that is dropped on another stage presses that stage's button in the card's own menu.
(function () {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  let card = null;
  board.addEventListener("dragstart", (event) => {
    card = event.target.closest("[data-card]");
    if (!card) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.card);
    card.classList.add("is-moving");
  });
  board.addEventListener("dragend", () => {
    if (card) card.classList.remove("is-moving");
    board.querySelectorAll(".is-over").forEach((one) => one.classList.remove("is-over"));
    card = null;
  });
  const place = (event) => card && event.target.closest("[data-drop]");
  board.addEventListener("dragover", (event) => {
    const column = place(event);
    board.querySelectorAll(".is-over").forEach((one) => one !== column && one.classList.remove("is-over"));
    if (!column || column.contains(card)) return;
    event.preventDefault();
    column.classList.add("is-over");
  });
  board.addEventListener("drop", (event) => {
    const column = place(event);
    if (!column) return;
    event.preventDefault();
    const button = card.querySelector(`button[value="${column.dataset.drop}"]`);
    if (button) button.form.requestSubmit(button);
  });
})();
