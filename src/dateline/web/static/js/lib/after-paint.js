// What need not be there before the next picture comes after it: who presses sees the answer at once.

export const afterPaint = (act) => requestAnimationFrame(() => setTimeout(act));

/** What may wait until the browser has nothing else to do (Safari does not say when). */
export const whenIdle = (act) => (window.requestIdleCallback ? requestIdleCallback(act) : setTimeout(act, 500));
