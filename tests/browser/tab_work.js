// A core of its own on the tab's real IndexedDB: unlocks, makes `many` changes one after another, and says when all are saved.
([address, pin, word, many]) => {
  window.saved = 0;
  const work = async () => {
    const { createCore } = await import(address);
    const channel = new BroadcastChannel("zoufang");
    const core = await createCore({
      idb: indexedDB,
      fetch: (input, init) => fetch(input, init),
      crypto,
      now: () => Date.now(),
      random: () => Math.random(),
      setTimer: (fn, ms) => {
        const id = setTimeout(fn, ms);
        return () => clearTimeout(id);
      },
      online: () => navigator.onLine,
      locks: navigator.locks,
      storage: navigator.storage,
      channel: { post: () => channel.postMessage("written"), listen: (heard) => channel.addEventListener("message", heard) },
      appVersion: "two tabs",
    });
    await core.unlock(pin);
    const counted = async (change) => {
      const made = await change;
      window.saved += 1;
      return made;
    };
    const village_id = core.list("village")[0].id;
    const visit = { village_id, visitor_id: core.me().person, start_at: Date.now(), narrative: `${word}的走访` };
    const origin_id = await counted(core.create("visit", visit));
    for (let at = 1; at < many / 2; at += 1) {
      const said = { village_id, origin: "visit", origin_id, opinion_kind: "praise", area: "study", about: "branch" };
      const id = await counted(core.create("opinion", { ...said, text: `${word}第${at}条` }));
      await counted(core.patch(id, { text: `${word}第${at}条，改过` }));
    }
    await counted(core.patch(origin_id, { narrative: `${word}的走访，写完了` }));
    core.close();
  };
  work().catch((thrown) => {
    window.failed = String(thrown?.stack ?? thrown);
  });
};
