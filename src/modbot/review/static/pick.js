// Ticking many: by key, a whole range with shift, the whole page; and how many there are.
const boxes = () => [...document.querySelectorAll("[data-pick]")];
let last;

export function pick(row) {
  const box = row?.querySelector("[data-pick]");
  box?.click();
  row?.focus();
  return Boolean(box);
}

export function startPicking() {
  const bar = document.getElementById("bulk");
  if (!bar) return;
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (box.matches?.("[data-pick]")) {
      if (event.shiftKey && last?.isConnected) for (const one of between(last, box)) one.checked = box.checked;
      last = box;
    }
    if (box.matches?.("[data-pick-all]")) for (const one of boxes()) one.checked = box.checked;
  });
  document.addEventListener("change", () => count(bar));
  new MutationObserver(() => count(bar)).observe(document.querySelector("[data-rows]"), { childList: true });
  count(bar);
}

function between(one, other) {
  const all = boxes();
  const [from, to] = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b);
  return all.slice(from, to + 1);
}

function count(bar) {
  const ticked = boxes().filter((box) => box.checked).length;
  const everything = bar.querySelector("[data-pick-everything]").checked;
  bar.classList.toggle("bulk--on", ticked > 0 || everything);
  const told = bar.querySelector("[data-picked]");
  told.textContent = everything || !ticked ? "" : told.dataset.picked.replace("{n}", ticked);
}
