/** Order of two texts of a dictionary (offsets and bytes), by their codes: byte by byte, which is the order of code points. */
export function compareTexts(offsets: usize, bytes: usize, a: i64, b: i64): i32 {
  const atA = offsets + (<usize>a << 2), atB = offsets + (<usize>b << 2);
  const startA = load<u32>(atA), startB = load<u32>(atB);
  const lengthA = load<u32>(atA, 4) - startA, lengthB = load<u32>(atB, 4) - startB;
  const order = memory.compare(bytes + startA, bytes + startB, min(lengthA, lengthB));
  return order != 0 ? order : <i32>(lengthA > lengthB) - <i32>(lengthA < lengthB);
}
