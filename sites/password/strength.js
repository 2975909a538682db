// How many passwords there are that the function could make, and what that means.

/** Sizes of the classes of characters, in the words of the request. */
export const SIZES = { include_uppercase: 26, include_lowercase: 26, include_numbers: 10, include_symbols: 26 };

const GUESSES_A_SECOND = 10n ** 10n; // some graphics cards against a fast hash
const YEAR = 31_557_600n; // seconds
const UNIVERSE = 13_800_000_000n; // years

/**
 * The number of passwords of a length that hold every one of the classes, a BigInt; the function makes each of
 * them as likely as the others. By inclusion and exclusion: all, less those without one class, and so on.
 */
export function possible(length, sizes) {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  let total = 0n;
  for (let without = 0; without < 2 ** sizes.length; without += 1) {
    const left = sizes.filter((_, place) => without & (1 << place));
    const rest = all - left.reduce((sum, size) => sum + size, 0);
    total += (left.length % 2 ? -1n : 1n) * BigInt(rest) ** BigInt(length);
  }
  return total;
}

/** log2 of a number of passwords; the most there can be, 88 to the power of 128, is within what a float reaches. */
export function bits(number) {
  return Math.log2(Number(number));
}

/** Bits as a word. */
export function word(bits) {
  if (bits < 40) return "Weak";
  if (bits < 60) return "Fair";
  return bits < 80 ? "Strong" : "Very strong";
}

/** How long guessing takes on average, in words. */
export function time(number) {
  const seconds = number / 2n / GUESSES_A_SECOND;
  const years = seconds / YEAR;
  if (years > UNIVERSE) return "longer than the universe has existed";
  if (years) return `about ${short(years)} ${years === 1n ? "year" : "years"}`;
  const units = { day: 86_400n, hour: 3_600n, minute: 60n, second: 1n };
  for (const [unit, length] of Object.entries(units)) {
    const some = seconds / length;
    if (some) return `about ${some} ${unit}${some === 1n ? "" : "s"}`;
  }
  return "less than a second";
}

function short(number) {
  const words = { notation: "compact", compactDisplay: "long", maximumSignificantDigits: 2 };
  return new Intl.NumberFormat("en", words).format(number);
}
