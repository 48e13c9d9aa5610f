/** Letters in the alphabets of formulas: browsers no longer draw MathML's `mathvariant`, Unicode has the letters themselves. */

/** Where an alphabet has its A, and the letters that Unicode had before it. */
const alphabets: Readonly<
  Record<string, { first: number; older: Readonly<Record<string, string>> }>
> = {
  'double-struck': {
    first: 0x1d538,
    older: { C: 'ℂ', H: 'ℍ', N: 'ℕ', P: 'ℙ', Q: 'ℚ', R: 'ℝ', Z: 'ℤ' },
  },
  script: {
    first: 0x1d49c,
    older: { B: 'ℬ', E: 'ℰ', F: 'ℱ', H: 'ℋ', I: 'ℐ', L: 'ℒ', M: 'ℳ', R: 'ℛ' },
  },
  fraktur: { first: 0x1d504, older: { C: 'ℭ', H: 'ℌ', I: 'ℑ', R: 'ℜ', Z: 'ℨ' } },
  bold: { first: 0x1d400, older: {} },
  'bold-italic': { first: 0x1d468, older: {} },
  'sans-serif': { first: 0x1d5a0, older: {} },
  monospace: { first: 0x1d670, older: {} },
};

/** A text with its Latin capitals and, where the alphabet surely has them, small letters in an alphabet. */
export function inAlphabet(text: string, variant: string): string {
  const alphabet = alphabets[variant];
  if (!alphabet) return text;
  return text.replace(/[A-Za-z]/g, (letter) => {
    const older = alphabet.older[letter];
    if (older) return older;
    // Small script letters have gaps of their own.
    if (variant === 'script' && letter > 'Z') return letter;
    const place = letter <= 'Z' ? letter.charCodeAt(0) - 65 : letter.charCodeAt(0) - 97 + 26;
    return String.fromCodePoint(alphabet.first + place);
  });
}

/** Puts the letters of a formula that was drawn into the alphabets that it names. */
export function letters(formula: Element): void {
  for (const element of formula.querySelectorAll('[mathvariant]')) {
    const variant = element.getAttribute('mathvariant') ?? '';
    if (element.childElementCount > 0 || !(variant in alphabets)) continue;
    element.textContent = inAlphabet(element.textContent ?? '', variant);
    element.removeAttribute('mathvariant');
  }
}
