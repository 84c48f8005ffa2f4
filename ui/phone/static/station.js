// What the page asks the station. No answer is `Unreachable`, a "no" is a `Refused` with the station's own words.
const BASE = "/api/v1", TOKEN = "silo-phone-token", ANSWER_MS = 15000, UPLOAD_MS = 180000;

export class Unreachable extends Error {}

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.code);
    this.status = status;
    this.code = problem.code;
    this.title = problem.title;
    this.action = problem.action;
  }
  // The token opens nothing any more: another QR code is needed, what is kept stays kept.
  get isRevoked() { return this.status === 401 || this.status === 403; }
  // It may be taken later as it is: the disk is full, the station is busy or has failed.
  get mayPass() { return this.isRevoked || this.status === 429 || this.status >= 500; }
}

export const token = {
  get: () => localStorage.getItem(TOKEN),
  set: (text) => localStorage.setItem(TOKEN, text),
};

async function ask(method, path, body, limitMs = ANSWER_MS) {
  const ending = new AbortController(), timer = setTimeout(() => ending.abort(), limitMs);
  const headers = { "Accept-Language": document.documentElement.lang };
  if (token.get()) headers.Authorization = `Bearer ${token.get()}`;
  try {
    const answer = await fetch(BASE + path, { method, body, headers, signal: ending.signal, cache: "no-store" });
    const said = await answer.json();
    if (answer.ok) return said;
    throw new Refused(answer.status, said);
  } catch (error) {
    throw error instanceof Refused ? error : new Unreachable(String(error));
  } finally {
    clearTimeout(timer);
  }
}

export const takeInvitation = (code) => ask("POST", `/phones/invitations/${encodeURIComponent(code)}`);
export const page = () => ask("GET", "/phones/page");
export const outcome = (id) => ask("GET", `/phones/captures/${id}`);

export function readLabel(photo) {
  const form = new FormData();
  form.append("photo", photo, "label.jpg");
  return ask("POST", "/phones/labels", form, UPLOAD_MS);
}

export function send(upload) {
  const form = new FormData();
  form.append("id", upload.id);
  form.append("form", JSON.stringify(upload.form));
  upload.photos.forEach(({ bytes, type }, n) => form.append("photos", new Blob([bytes], { type }), `${n + 1}.jpg`));
  return ask("POST", "/captures", form, UPLOAD_MS);
}

// crypto.randomUUID is for secure contexts only; getRandomValues is everywhere.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
