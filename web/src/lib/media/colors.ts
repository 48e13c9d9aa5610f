/** CSS colours as bytes, for pictures and scenes that are drawn pixel by pixel. */
import { resolve } from '../design/palette';

export type Rgb = readonly [red: number, green: number, blue: number];

/** Red, green and blue of CSS colours as they are in an element. */
export function rgbOf(element: HTMLElement, colors: readonly string[]): Rgb[] {
  const plain = resolve(element, colors);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1, 1];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return colors.map((color) => {
    if (!context) return [128, 128, 128];
    context.fillStyle = plain.get(color) ?? 'gray';
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue];
  });
}
