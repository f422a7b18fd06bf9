// The time zone of a new account: the one this device is set to, if the list has it.

export default function guessZone(select) {
  const guess = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (guess && select.value === "UTC" && [...select.options].some((option) => option.value === guess)) {
    select.value = guess;
  }
}
