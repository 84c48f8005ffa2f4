// Uploads are kept in IndexedDB until the station has them: a reload, a killed tab or a dead battery loses none.
// A photo is kept as its bytes: a file of the camera may be gone at the next opening.
const NAME = "silo-phone", STORE = "uploads";
let opened = null;
const memory = new Map();

function open() {
  opened ??= new Promise((resolve) => {
    let asked;
    try { asked = indexedDB.open(NAME, 1); } catch { resolve(null); return; }
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(null);
  });
  return opened;
}

function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export async function keepsAcrossReload() { return (await open()) !== null; }

// Resolves once it is on the phone's disk. Rejects where the phone has no room for it.
export async function put(upload) {
  const database = await open();
  if (!database) { memory.set(upload.id, upload); return; }
  const transaction = database.transaction(STORE, "readwrite");
  transaction.objectStore(STORE).put(upload);
  await done(transaction);
}

export async function remove(id) {
  const database = await open();
  if (!database) { memory.delete(id); return; }
  const transaction = database.transaction(STORE, "readwrite");
  transaction.objectStore(STORE).delete(id);
  await done(transaction);
}

export async function all() {
  const database = await open();
  if (!database) return [...memory.values()];
  const asked = database.transaction(STORE).objectStore(STORE).getAll();
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
