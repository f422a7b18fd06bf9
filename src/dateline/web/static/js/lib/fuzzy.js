// A few letters → what is meant: letters in order anywhere, words' beginnings and runs first; no case, no accents.

/** The `limit` best of `goals` ({name, group}) for what was typed; all of them, in order, for nothing. */
export function best(goals, typed, limit) {
  const wanted = plain(typed).trim();
  if (!wanted) {
    return goals.slice(0, limit);
  }
  return goals
    .map((goal) => ({ goal, score: Math.max(score(plain(goal.name), wanted), score(plain(`${goal.group} ${goal.name}`), wanted) - 3) }))
    .filter(({ score: found }) => found > -Infinity)
    .sort((one, other) => other.score - one.score)
    .slice(0, limit)
    .map(({ goal }) => goal);
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** How well the letters fit; -Infinity when they are not all there. */
function score(name, wanted) {
  const whole = name.indexOf(wanted);
  if (whole !== -1) {
    return 100 + (isStart(name, whole) ? 20 : 0) + (whole === 0 ? 10 : 0) - name.length / 100;
  }
  let total = 0;
  let at = -1;
  for (const letter of wanted.replace(/\s+/g, "")) {
    const next = name.indexOf(letter, at + 1);
    if (next === -1) {
      return -Infinity;
    }
    total += next === at + 1 ? 3 : isStart(name, next) ? 2 : -Math.min(next - at, 10) / 10;
    at = next;
  }
  return total - name.length / 100;
}

const isStart = (name, at) => at === 0 || /[^\p{L}\p{N}]/u.test(name[at - 1]);
