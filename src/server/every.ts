/** Does something every so often; what takes longer than that is done again once it has ended. Returns how to stop it. */
export function every(ms: number, work: () => Promise<void>): () => void {
  let isAtWork = false;
  const timer = setInterval(() => {
    if (isAtWork) return;
    isAtWork = true;
    void work().finally(() => {
      isAtWork = false;
    });
  }, ms);
  return () => clearInterval(timer);
}
