// Shows what there is and takes what a person does; it sends nothing itself.
import * as forms from "./form.js";
import * as sender from "./sender.js";
import * as station from "./station.js";
import * as store from "./store.js";

const words = JSON.parse(document.getElementById("words").textContent);
const $ = (id) => document.getElementById(id);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
let known = { loads: [], forms: [], max_upload_bytes: 40e6, most_photos: 4 }, draft = null, drawn = null;
const NEWS_MS = 10000;

function say(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

function show(view) {
  for (const name of ["choose", "take"]) $(name).hidden = name !== view;
}

function copyOf(id) { return $(id).content.firstElementChild.cloneNode(true); }

// --- which load --------------------------------------------------------------------------------------------
function drawLoads() {
  const rows = known.loads.map((load) => {
    const row = copyOf("a-load"), button = row.querySelector("button");
    row.querySelector("b").textContent = [load.plate, load.trailer].filter(Boolean).join(" + ");
    row.querySelector("span").textContent = `${load.species_name} ${load.barcode ?? `(${words.noSample})`}`;
    row.querySelector("em").textContent = load.photo_taken ? words.photoTaken : load.photo_asked ? words.photoAsked : "";
    button.disabled = !load.barcode;
    button.onclick = () => choose(load.barcode, load);
    return row;
  });
  $("loads").replaceChildren(...rows);
  if (!rows.length) $("loads").textContent = words.noLoads;
}

async function choose(barcode, load) {
  say("");
  const title = load ? `${load.plate} · ${load.species_name} · ${barcode}` : barcode;
  draft = { id: station.newId(), state: "draft", made: Date.now(), title, load: load ?? null, answers: {}, form: { barcode }, photos: [] };
  await keepDraft();
  drawDraft();
}

async function chooseTyped(barcode) {
  const load = known.loads.find((one) => one.barcode === barcode);
  await choose(barcode, load);
  if (!load) say(filled(words.unknownSample, { barcode }));
}

async function readLabel(photo) {
  say(words.reading);
  try {
    const read = await station.readLabel(photo);
    say(read.load ? "" : read.message);
    if (read.barcode) { await choose(read.barcode, read.load); if (!read.load) say(read.message); }
  } catch (error) {
    complain(error);
  }
}

// --- photos ------------------------------------------------------------------------------------------------
async function addPhotos(files) {
  say("");
  for (const file of files) {
    if (file.type && !file.type.startsWith("image/")) { say(words.notAPhoto); continue; }
    if (draft.photos.length >= known.most_photos) { say(filled(words.tooMany, { count: known.most_photos })); break; }
    const size = draft.photos.reduce((sum, one) => sum + one.bytes.byteLength, file.size);
    if (size > known.max_upload_bytes) { say(words.tooMuch); break; }
    draft.photos.push({ bytes: await file.arrayBuffer(), type: file.type });
  }
  await keepDraft();
  drawDraft();
}

function drawDraft() {
  show(draft ? "take" : "choose");
  if (drawn !== draft) $("questions").replaceChildren();  // those of another draft
  drawn = draft;
  if (!draft) return;
  $("chosen").textContent = draft.title;
  $("note").value = draft.form.note ?? "";
  const rows = draft.photos.map((photo, n) => {
    const row = copyOf("a-photo"), image = row.querySelector("img");
    image.src = URL.createObjectURL(new Blob([photo.bytes], { type: photo.type }));
    image.onload = () => URL.revokeObjectURL(image.src);
    row.querySelector("button").onclick = async () => { draft.photos.splice(n, 1); await keepDraft(); drawDraft(); };
    return row;
  });
  $("photos").replaceChildren(...rows);
  drawQuestions();
  $("send").disabled = !rows.length;
}

function drawQuestions() {
  forms.draw($("questions"), draft.load, known.forms, draft.answers, words, async () => {
    await keepDraft();
    drawQuestions();
  });
}

async function keepDraft() {
  try { await store.put(draft); } catch { say(words.kept_in_memory); }
}

async function sendDraft() {
  const answers = forms.answersToSend(draft.load, known.forms, draft.answers);
  const form = answers.length ? { ...draft.form, answers } : draft.form;
  const upload = { ...draft, form, state: "waiting", made: Date.now() };
  await store.put(upload);
  draft = null;
  drawDraft();
  await drawUploads();
  sender.wake();
}

async function openAgain(upload) {
  if (draft) { say(words.sendFirst); return; }
  draft = { ...upload, state: "draft", told: null };
  await keepDraft();
  drawDraft();
  await drawUploads();
}

async function leaveDraft() {
  if (draft?.photos.length && !confirm(words.leave)) return;
  if (draft) await store.remove(draft.id);
  draft = null;
  drawDraft();
  await renew();
}

// --- what was sent -----------------------------------------------------------------------------------------
async function drawUploads() {
  const all = (await store.all()).filter((one) => one.state !== "draft").sort((a, b) => b.made - a.made);
  const waiting = all.filter((one) => one.state === "waiting").length;
  $("waiting").textContent = waiting ? filled(words.waiting, { count: waiting }) : "";
  if (sender.isOffline) say(words.offline);
  else if ($("notice").textContent === words.offline) say("");
  $("uploads").replaceChildren(...all.map(uploadRow));
  $("sent").hidden = !all.length;
}

function uploadRow(upload) {
  const row = copyOf("an-upload"), told = upload.told, isFailed = upload.state === "failed";
  row.classList.add(isFailed ? "failed" : told?.state ?? "waits");
  row.dataset.id = upload.id;
  row.querySelector("b").textContent = upload.title;
  row.querySelector(".state").textContent = isFailed ? "" : upload.state === "sent" ? words.sent : words.waits;
  row.querySelector(".title").textContent = told?.title ?? "";
  row.querySelector(".lines").replaceChildren(...(told?.lines ?? []).map((text) => {
    const line = document.createElement("li");
    line.textContent = text;
    return line;
  }));
  for (const name of ["change", "again", "drop"]) row.querySelector(`.${name}`).hidden = !isFailed;
  row.querySelector(".change").onclick = () => openAgain(upload);
  row.querySelector(".again").onclick = async () => { await store.put({ ...upload, state: "waiting" }); sender.wake(); };
  row.querySelector(".drop").onclick = async () => { await store.remove(upload.id); await drawUploads(); };
  return row;
}

// --- being let in ------------------------------------------------------------------------------------------
function complain(error) {
  if (error.isRevoked) shutOut(words.revoked);
  else say(error instanceof station.Refused ? `${error.title}. ${error.action}` : words.failed);
}

function shutOut(text) {
  show("none");
  say(text);
}

async function takeCode() {
  const code = location.hash.slice(1);
  if (!code) return;
  try {
    station.token.set((await station.takeInvitation(code)).token);
    say("");
    history.replaceState(null, "", location.pathname);
  } catch (error) {
    if (error instanceof station.Refused) history.replaceState(null, "", location.pathname);
    complain(error);
  }
}

async function renew() {
  if (!station.token.get()) return;
  try {
    known = await station.page();
    $("site").textContent = known.site;
    drawLoads();
    if (draft) drawQuestions();
  } catch (error) {
    if (error.isRevoked) shutOut(words.revoked);
    else if (error instanceof station.Unreachable) say(words.offline);
  }
}

function listen() {
  const files = (id, take) => { $(id).onchange = async () => { const chosen = [...$(id).files]; $(id).value = ""; await take(chosen); }; };
  files("label-photo", ([photo]) => photo && readLabel(photo));
  files("photo", addPhotos);
  files("stored", addPhotos);
  $("typed").onsubmit = (event) => {
    event.preventDefault();
    const barcode = $("barcode").value.replace(/\s/g, "").toUpperCase();
    $("barcode").value = "";
    if (barcode) chooseTyped(barcode);
  };
  $("note").onchange = () => { draft.form.note = $("note").value.trim(); keepDraft(); };
  $("other").onclick = leaveDraft;
  $("send").onclick = sendDraft;
}

async function open() {
  await takeCode();
  if (!station.token.get()) {
    if ($("notice").hidden) shutOut(words.noCode);
    return;
  }
  if (!(await store.keepsAcrossReload())) say(words.kept_in_memory);
  draft = (await store.all()).find((one) => one.state === "draft") ?? null;
  drawDraft();
  await drawUploads();
  await renew();
  sender.wake();
}

listen();
addEventListener("hashchange", open);  // another code was scanned into this very page
sender.begin(drawUploads, () => shutOut(words.revoked));
setInterval(() => { if (!document.hidden && !draft) renew(); }, NEWS_MS);
open();
