// Fetches what takes a moment to find out, once somebody looks at it. Without scripts it is a page of its own.
export function startWhy() {
  const box = document.querySelector("[data-why]");
  if (!box) return;
  const eye = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    eye.disconnect();
    load(box);
  });
  eye.observe(box);
}

// If nothing comes, the link that is there stays; and nothing is taken from under a focus.
async function load(box) {
  const answer = await fetch(box.dataset.why).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  for (const part of page?.querySelectorAll("[data-part]") ?? []) {
    const place = document.querySelector(`[data-later=${part.dataset.part}]`);
    if (place && !place.contains(document.activeElement)) place.replaceChildren(...part.children);
  }
}
