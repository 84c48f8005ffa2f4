// Sends what is kept, the oldest first, under the same id until the station has it; then asks what became of it.
import * as station from "./station.js";
import * as store from "./store.js";

const PAUSES_MS = [2000, 4000, 8000, 15000, 30000], LOOK_MS = 2000, KEPT_AFTER = 12;
const LOOK_FOR_MS = 600000;
let onChange = () => {}, onRevoked = () => {}, isRunning = false, failures = 0, timer = null;
export let isOffline = false;

export function begin(changed, revoked) {
  onChange = changed;
  onRevoked = revoked;
  addEventListener("online", () => wake());
  addEventListener("visibilitychange", () => document.hidden || wake());
}

export function wake() {
  failures = 0;
  schedule(0);
}

function schedule(pause) {
  clearTimeout(timer);
  timer = setTimeout(run, pause);
}

async function run() {
  if (isRunning || !station.token.get()) return;
  isRunning = true;
  let isLookedFor = false;
  try {
    await sendAll();
    isLookedFor = await lookAll();
    isOffline = false;
    failures = 0;
  } catch (error) {
    isOffline = error instanceof station.Unreachable;
    failures += 1;
    if (error.isRevoked) onRevoked();
  } finally {
    isRunning = false;
  }
  await onChange();
  if (failures) schedule(PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1]);
  else if (isLookedFor) schedule(LOOK_MS);
}

async function sendAll() {
  const waiting = (await store.all()).filter((one) => one.state === "waiting");
  let passing = null;
  for (const upload of waiting.sort((a, b) => a.made - b.made)) {
    try {
      await sendOne(upload);
    } catch (error) {
      if (!(error instanceof station.Refused) || error.isRevoked) throw error;
      passing = error;
    }
  }
  if (passing) throw passing;
}

async function sendOne(upload) {
  try {
    await station.send(upload);
  } catch (error) {
    if (!(error instanceof station.Refused)) throw error;
    upload.told = { title: error.title, lines: [error.action] };
    if (!error.mayPass) upload.state = "failed";
    await store.put(upload);
    if (error.mayPass) throw error;
    return;
  }
  await store.put({ ...upload, state: "sent", photos: [], told: null, sent: Date.now() });
  await onChange();
}

async function lookAll() {
  const sent = (await store.all()).filter((one) => one.state === "sent").sort((a, b) => b.made - a.made);
  for (const old of sent.splice(KEPT_AFTER)) await store.remove(old.id);
  const open = sent.filter((one) => !one.isOver);
  for (const upload of open) {
    const told = await station.outcome(upload.id);
    const isOver = told.state !== "waits" || Date.now() - upload.sent > LOOK_FOR_MS;
    await store.put({ ...upload, told, isOver });
  }
  return open.length > 0;
}
