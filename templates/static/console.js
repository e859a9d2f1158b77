// The send room's numbers as they change. Without this the page loads itself again every 5 s.
"use strict";

const room = document.querySelector("[data-events]");
const grouped = new Intl.NumberFormat("en-GB", { useGrouping: true });
const spaced = (number) => grouped.format(number).replaceAll(",", "\u202f");
const TELL_EVERY_MS = 10_000; // to screen readers, and not at each number
const LOST_AFTER_MS = 15_000; // the stream says at least something every 10 s
let toldAt = Date.now();
let heardAt = Date.now();

function show(reading) {
  const problems = reading.failed + reading.deferred + reading.ambiguous > 0 ? "yes" : "no";
  if (reading.standing !== room.dataset.shown || problems !== room.dataset.problems) {
    // Another state has other buttons, and the first problem is to be told.
    room.dataset.shown = reading.standing;
    room.dataset.problems = problems;
    window.location.reload();
    return;
  }
  for (const place of room.querySelectorAll("[data-count]")) {
    place.textContent = spaced(reading[place.dataset.count]);
  }
  for (const place of room.querySelectorAll("[data-group]")) {
    const group = reading.groups[place.dataset.group];
    if (group) place.textContent = spaced(group[place.dataset.of]);
  }
  for (const part of reading.parts) {
    const piece = room.querySelector(`[data-part="${part.name}"]`);
    piece.setAttribute("x", part.x);
    piece.setAttribute("width", part.width);
  }
  room.querySelector("[data-rate]").textContent = reading.per_second.toFixed(1);
  room.querySelector("[data-left]").textContent = reading.left;
  if (Date.now() - toldAt > TELL_EVERY_MS || reading.is_over) {
    toldAt = Date.now();
    room.querySelector("[data-told]").textContent =
      `${reading.standing}: ${reading.accepted} accepted, ${reading.remaining} remaining`;
  }
}

function listen() {
  const stream = new EventSource(room.dataset.events);
  stream.addEventListener("open", () => { heardAt = Date.now(); });
  stream.addEventListener("message", (event) => {
    heardAt = Date.now();
    const reading = JSON.parse(event.data);
    show(reading);
    if (reading.is_over) {
      stream.close();
      room.dataset.over = "yes";
    }
  });
  return stream;
}

let stream = listen();

// Six tabs are all that a browser connects to one host: a hidden one gives its place away.
document.addEventListener("visibilitychange", () => {
  stream.close();
  heardAt = Date.now();
  if (!document.hidden && !room.dataset.over) stream = listen();
});

setInterval(() => {
  const isLost = stream.readyState !== EventSource.OPEN && Date.now() - heardAt > LOST_AFTER_MS;
  room.querySelector("[data-lost]").hidden = document.hidden || !isLost;
}, 1000);
