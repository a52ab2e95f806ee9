import { REDOC, readerRoute } from '../../../http/reader-pages.ts';

export const { GET, ALL } = readerRoute(REDOC);
