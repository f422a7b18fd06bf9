// What need not be there before the next picture comes after it: who presses sees the answer at once.

export const afterPaint = (act) => requestAnimationFrame(() => setTimeout(act));
