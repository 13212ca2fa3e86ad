// Asks now and then whether the bill has moved, and then shows the page anew. Without script the
// links on the page do the same.
"use strict";
(() => {
  const own = document.currentScript;
  const { state, mark, home } = own.dataset;
  const PAUSE_MS = 3000;
  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(state, { cache: "no-store", referrerPolicy: "no-referrer" });
      if (!answer.ok) return;
      const told = await answer.json();
      if (told.mark !== mark) window.location.replace(home || window.location.href);
    } catch {
      // No network for a moment: the next look tells.
    }
  };
  window.setInterval(look, PAUSE_MS);
})();
