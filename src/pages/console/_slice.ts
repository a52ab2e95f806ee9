/** Pages of long lists in the console: `?page=2`. */
const PER_PAGE = 50;

export function sliceOfQuery(query: string): { limit: number; offset: number } {
  const page = Number(new URLSearchParams(query).get('page') ?? '1');
  const place = Number.isInteger(page) && page >= 1 && page <= 100_000 ? page : 1;
  return { limit: PER_PAGE, offset: (place - 1) * PER_PAGE };
}
