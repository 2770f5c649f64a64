// Keeps the page up to date. Without this script the page says the same, as of its last load.
"use strict";

const live = document.getElementById("live");

// Replaces the parts that differ, and leaves alone what the reader has opened or is about to use.
async function refresh() {
  const answer = await fetch("/_sandbox");
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!next || next.innerHTML === part.dataset.shown) continue;
    part.dataset.shown = next.innerHTML;
    const open = [...part.querySelectorAll("details[open]")].map((entry) => entry.id);
    const focused = part.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : null;
    part.replaceChildren(...document.importNode(next, true).childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.querySelector("summary, button, a")?.focus();
  }
}

async function follow() {
  let seen = "";
  for (;;) {
    try {
      // Codes run out without anything happening, so the page is refreshed now and then in any case.
      const answer = await fetch(`/_sandbox/changes?wait=5&after=${seen}`);
      seen = (await answer.json()).change;
      await refresh();
      live.textContent = "Up to date.";
    } catch {
      live.textContent = "The sandbox does not answer.";
      await new Promise((resume) => setTimeout(resume, 1000));
    }
  }
}

// Buttons act without leaving the place on the page.
document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form, event.submitter)),
  });
  if (answer.ok) {
    await refresh();
    live.textContent = "Done.";
  } else {
    live.textContent = (await answer.json()).error;
  }
});

follow();
